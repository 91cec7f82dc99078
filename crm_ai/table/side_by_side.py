"""Columns side by side: the work on each is done by Arrow and numpy, which let other threads work meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

import pyarrow as pa

MOST_THREADS = 4

Made = TypeVar("Made")


def side_by_side(work: Sequence[Callable[[], Made]]) -> Generator[Made, None, None]:
    """Do pieces of work in a few threads, and give the results in order.

    Parameters
    ----------
    work : sequence of callable
        The pieces.

    Yields
    ------
    object
        What each has made. If the caller stops asking, work that has not begun is dropped.

    Examples
    --------
    >>> list(side_by_side([lambda: 1, lambda: 2]))
    [1, 2]
    """
    threads = min(MOST_THREADS, pa.cpu_count(), len(work))
    if threads < 2:
        for piece in work:
            yield piece()
        return
    pool = ThreadPoolExecutor(threads)
    try:
        waiting = [pool.submit(copy_context().run, piece) for piece in work]
        waiting.reverse()
        while waiting:
            yield waiting.pop().result()
    finally:
        pool.shutdown(cancel_futures=True)
