"""Who belongs to which group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.errors import ProblemError
from crm_ai.words import _

EVERYBODY = "all"
MISSING = "(missing)"


def everybody() -> tuple[str, ...]:
    """Names of the groups where groups are not told apart."""
    return (EVERYBODY,)


def group_numbers(n: int, groups: ArrayLike | None, names: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Check group codes, and give customers without a group one of their own.

    Parameters
    ----------
    n : int
        Number of customers.
    groups : array of int, shape (n,), or None
        Position of each customer's group in `names`, negative where it is not known; None if groups are not told apart.
    names : sequence of str
        Names of the groups.

    Returns
    -------
    codes : numpy.ndarray of int, shape (n,)
        Position of each customer's group.
    names : tuple of str
        With "(missing)" last if somebody's group is not known.

    Raises
    ------
    ProblemError
        If the codes do not fit the customers or the names.

    Examples
    --------
    >>> group_numbers(3, [0, 1, -1], ("women", "men"))
    (array([0, 1, 2]), ('women', 'men', '(missing)'))
    """
    if groups is None:
        return np.zeros(n, dtype=np.intp), everybody()
    codes, known = np.array(groups, dtype=np.intp), tuple(names)
    if codes.shape != (n,):
        raise ProblemError(_("Groups and customers differ in number."))
    if len(set(known)) != len(known) or (n and codes.max() >= len(known)):
        raise ProblemError(_("Each group needs a name of its own."))
    missing = codes < 0
    if missing.any():
        if MISSING not in known:
            known = (*known, MISSING)
        codes[missing] = known.index(MISSING)
    return codes, known
