"""A pool that nobody has to wait for."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from crm_ai.modeling.workers import Workers
from crm_ai.words import _, use_language


def test_results_and_failures_come_back():
    workers = Workers(2)
    jobs = [workers.submit(divmod, 7, by) for by in (2, 0, 3)]
    assert jobs[0].result(5) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        jobs[1].result(5)
    assert jobs[2].result(5) == (2, 1)
    workers.end()


def test_what_has_not_begun_is_cancelled():
    workers, gate = Workers(1), threading.Event()
    first, second = workers.submit(gate.wait), workers.submit(pow, 2, 2)
    while not first.running():
        time.sleep(0.01)
    workers.end()
    gate.set()
    assert first.result(5)
    for _turn in range(100):
        if second.cancelled():
            break
        time.sleep(0.01)
    assert second.cancelled()


def test_a_program_ends_while_they_are_at_work():
    program = "from crm_ai.modeling.workers import Workers; import time; Workers(1).submit(time.sleep, 60)"
    subprocess.run([sys.executable, "-c", program], timeout=20, check=True)


def test_a_worker_speaks_the_language_of_whoever_submits():
    workers = Workers(1)
    said = []
    for spoken in ("zh", "en", "zh"):
        use_language(spoken)
        said.append(workers.submit(_, "Done.").result())
    use_language("en")
    workers.end()
    assert said == ["完成。", "Done.", "完成。"]
