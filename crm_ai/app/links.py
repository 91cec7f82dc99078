"""The address in the browser: it always says what is shown, so that a copy of it shows the same to somebody else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crm_ai.words import LANGUAGES

# What each page's address tells. Nothing else is ever read from an address.
VIEW = "view"  # under which the session keeps what is shown
EVERYWHERE = ("data", "run", "model", "reader", "language")
SHOWN: Mapping[str, tuple[str, ...]] = {
    "": EVERYWHERE,
    "data": (*EVERYWHERE, "column"),
    "segments": (
        *EVERYWHERE,
        *("label", "way", "method", "k", "columns", "column", "edges", "rule", "group", "value"),
        *("bought", "day", "since", "money", "horizon"),
    ),
    "train": EVERYWHERE,
    "metrics": (*EVERYWHERE, "label", "threshold", "segment"),
    "explain": (*EVERYWHERE, "label", "customer", "column", "compared", "scale", "view", "segment"),
    "fairness": (*EVERYWHERE, "label", "segment", "threshold", "concern"),
    "deploy": (
        *EVERYWHERE,
        "tab",
        "threshold",
        "registered",
        "version",
        "watched",
        "weeks",
        "batch",
        "moved",
        "scorer",
    ),
    "report": (*EVERYWHERE, "label", "threshold"),
}

_FORMS = {
    "data": re.compile(r"(sample:[a-z0-9_]{1,40}|[A-Za-z0-9_-]{22})(~[0-9a-f]{12})?"),
    "run": re.compile(r"[0-9a-f]{24}"),
    "model": re.compile(r"[a-z_]{1,40}(\+[a-z_]{1,40}(\.[a-z_]{1,40})?(\.\d{1,3})?)?"),
    "reader": re.compile(r"analyst|manager"),
    "language": re.compile("|".join(LANGUAGES)),
    "threshold": re.compile(r"0(\.\d{1,4})?|1(\.0{1,4})?"),
    "customer": re.compile(r"\d{1,9}"),
    "scale": re.compile(r"log-odds|probability|log|value"),
    "concern": re.compile(r"[a-z]{1,20}"),
    "view": re.compile(r"[a-z]{1,20}"),
    "tab": re.compile(r"[a-z]{1,20}"),
    "way": re.compile(r"[a-z]{1,20}"),
    "method": re.compile(r"k-means|density"),
    "k": re.compile(r"auto|\d{1,2}"),
    "columns": re.compile(r"\d{1,4}(-\d{1,4})*"),
    "edges": re.compile(r"[-+0-9eE.,:/ T]+"),
    "group": re.compile(r"\d{1,3}"),
    "value": re.compile(r"none|\d{1,4}"),
    "bought": re.compile(r"\d{1,4}-\d{1,4}-\d{1,4}(-\d{1,4}p?)?"),
    "day": re.compile(r"\d{4}-\d\d-\d\d"),
    "since": re.compile(r"\d{4}-\d\d-\d\d"),
    "money": re.compile(r"total|mean"),
    "version": re.compile(r"\d{1,6}"),
    "watched": re.compile(r"champion|\d{1,6}"),
    "weeks": re.compile(r"[a-z]{1,20}"),
    "scorer": re.compile(r"v\d{1,6}|run"),
    "horizon": re.compile(r"[1-9]\d{0,3}"),
}
LONGEST = 400


def valid(name: str, value: str) -> bool:
    """Whether an address may say this.

    Parameters
    ----------
    name : str
        What it is about.
    value : str
        What the address says.

    Returns
    -------
    bool
        False for unknown names and malformed values.

    Examples
    --------
    >>> valid("data", "sample:telephone_customers"), valid("data", "../../etc/passwd"), valid("threshold", "7")
    (True, False, False)
    """
    if name not in {known for names in SHOWN.values() for known in names} or not 0 < len(value) <= LONGEST:
        return False
    return name not in _FORMS or _FORMS[name].fullmatch(value) is not None


def parameters(page: str, values: Mapping[str, str]) -> dict[str, str]:
    """What a page's address shall say.

    Parameters
    ----------
    page : str
        The page's own part of the address; empty for Home.
    values : mapping of str to str
        All that is known.

    Returns
    -------
    dict of str to str
        The part of `values` that this page shows.

    Examples
    --------
    >>> parameters("train", {"data": "sample:x", "customer": "7"})
    {'data': 'sample:x'}
    """
    return {name: values[name] for name in SHOWN.get(page, EVERYWHERE) if values.get(name)}
