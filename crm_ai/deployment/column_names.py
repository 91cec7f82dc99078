"""Which column of a file is meant where a model misses one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from crm_ai.modeling import Model
from crm_ai.modeling.labels import label_counts
from crm_ai.table import LABELLED, Table
from crm_ai.table.names import words_of

CLOSE = 70.0  # of 100: below this, nothing is proposed
LESS_FOR_A_PART = 0.9
KNOWN = 0.95
FEWEST_LABELS = 2


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


def propose_by_labels(model: Model, table: Table, missing: Iterable[str], there: Iterable[str]) -> dict[str, str]:
    """Propose columns whose names say nothing, because hardly anybody has a label that was not there in training.

    Parameters
    ----------
    model : Model
        The model.
    table : Table
        The customers.
    missing : iterable of str
        Columns that the model needs.
    there : iterable of str
        Columns of the table that it does not look at.

    Returns
    -------
    dict of str to str
        By missing column of labels the only column of the table that holds them, where no other column could be meant.
    """
    seen = model.encoder.seen_
    cells = {name: label_counts(table.frame[name]) for name in there if table.schema[name].kind in LABELLED}
    able = {
        wanted: [name for name, counts in cells.items() if _known(counts, set(seen[wanted])) >= KNOWN]
        for wanted in missing
        if wanted in seen
    }
    asked = Counter(name for names in able.values() for name in names)
    return {wanted: names[0] for wanted, names in able.items() if len(names) == 1 and asked[names[0]] == 1}


def _known(counts: Mapping[str, int], labels: set[str]) -> float:
    """Share of customers whose label is known; 0 where all have the same one, which says little."""
    if len(counts) < FEWEST_LABELS:
        return 0.0
    return sum(n for text, n in counts.items() if text in labels) / sum(counts.values())


def _alike(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    first, second = (" ".join(words_of(name)) or name.casefold() for name in (one, other))
    # Blanks between words are often a matter of taste; a name within another is nearly as good.
    whole = fuzz.ratio(first.replace(" ", ""), second.replace(" ", ""))
    # Chinese has no blanks between words, but few letters stand within others by chance.
    part = fuzz.token_set_ratio if (first + second).isascii() else fuzz.partial_ratio
    return max(whole, LESS_FOR_A_PART * part(first, second))
