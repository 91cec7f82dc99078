"""What the columns of a chart's data are called: results name them for programmers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crm_ai.app import glossary
from crm_ai.words import _, later

_WORDS: Mapping[str, str] = {
    "actual": later("actual"),
    "answer": later("answer"),
    "average": later("average"),
    "caught": later("share reached"),
    "column": later("column"),
    "condition": later("condition"),
    "contacted": later("share contacted"),
    "contribution": later("contribution"),
    "covered": later("share within"),
    "customer": later("customer"),
    "customers": later("customers"),
    "depth": later("questions before"),
    "difference": later("difference"),
    "difference_high": later("difference, up to"),
    "difference_low": later("difference, from"),
    "drop": later("loss"),
    "elsewhere": later("elsewhere"),
    "error": later("error"),
    "first": later("first column"),
    "group": later("group"),
    "high": later("up to"),
    "hits": later("hits"),
    "it was": later("it was"),
    "label": later("label"),
    "lean": later("lean"),
    "lean_high": later("lean, up to"),
    "lean_low": later("lean, from"),
    "leaning": later("promises"),
    "left": later("above"),
    "level": later("value or label"),
    "lift": later("times as many as at random (lift)"),
    "lift_high": later("lift, up to"),
    "lift_low": later("lift, from"),
    "low": later("from"),
    "mean": later("mean"),
    "mean_absolute": later("mean size of the contribution"),
    "metric": later("metric"),
    "missing": later("missing"),
    "model": later("model"),
    "n": later("number of customers"),
    "no": later("no: goes to"),
    "node": later("place"),
    "observed": later("observed"),
    "predicted": later("predicted"),
    "profit": later("gain"),
    "question": later("question"),
    "rank_high": later("rank, up to"),
    "rank_low": later("rank, from"),
    "reference": later("instead of"),
    "right": later("up to"),
    "rule": later("rule"),
    "score": later("score"),
    "second": later("second column"),
    "segment": later("segment"),
    "share": later("share"),
    "spread": later("spread"),
    "step": later("step"),
    "strength": later("strength"),
    "term": later("term"),
    "the model says": later("the model says"),
    "threshold": later("threshold"),
    "too_few": later("too few to judge"),
    "value": later("value"),
    "weight": later("weight"),
    "width": later("width"),
    "worse": later("surely worse"),
    "yes": later("yes: goes to"),
}


def in_words(columns: Iterable[object]) -> dict[str, str]:
    """Headings for a chart's data.

    Parameters
    ----------
    columns : iterable of object
        Names of its columns.

    Returns
    -------
    dict of str to str
        A heading for each; empty if one of them is not a result's, since a column or a label of the user's own keeps
        its name.

    Examples
    --------
    >>> in_words(["low", "high"]), in_words(["it was", "more data"])
    ({'low': 'from', 'high': 'up to'}, {})
    """
    found = {str(name): _heading(str(name)) for name in columns}
    return found if all(found.values()) else {}


def _heading(name: str) -> str:
    if name in _WORDS:
        return _(_WORDS[name])
    label = glossary.term(name).label
    return label if label != name else ""
