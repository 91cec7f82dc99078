"""Which column of a file is meant where a model misses one."""

from __future__ import annotations

from collections.abc import Iterable

from crm_ai.table.names import words_of

CLOSE = 70.0  # of 100: below this, nothing is proposed
LESS_FOR_A_PART = 0.9


def propose_columns(missing: Iterable[str], there: Iterable[str]) -> dict[str, str]:
    """Propose which column of a file is meant by each one that a model misses.

    Parameters
    ----------
    missing : iterable of str
        Columns that the model needs.
    there : iterable of str
        Columns of the file that it does not look at.

    Returns
    -------
    dict of str to str
        By missing column the one whose name is closest, each proposed once; those without a close one are left out.

    Examples
    --------
    >>> propose_columns(["Contract", "tenure", "MonthlyCharges"], ["contract_type", "Monthly charges", "colour"])
    {'MonthlyCharges': 'Monthly charges', 'Contract': 'contract_type'}
    """
    free = list(dict.fromkeys(there))
    pairs = sorted(
        ((_alike(wanted, name), wanted, name) for wanted in dict.fromkeys(missing) for name in free),
        key=lambda pair: -pair[0],
    )
    found: dict[str, str] = {}
    for alike, wanted, name in pairs:
        if alike >= CLOSE and wanted not in found and name not in found.values():
            found[wanted] = name
    return found


def _alike(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    first, second = (" ".join(words_of(name)) or name.casefold() for name in (one, other))
    # Blanks between words are often a matter of taste; a name within another is nearly as good.
    whole = fuzz.ratio(first.replace(" ", ""), second.replace(" ", ""))
    # Chinese has no blanks between words, but few letters stand within others by chance.
    part = fuzz.token_set_ratio if (first + second).isascii() else fuzz.partial_ratio
    return max(whole, LESS_FOR_A_PART * part(first, second))
