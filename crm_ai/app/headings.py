"""What the columns of a chart's data are called: results name them for programmers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crm_ai.app import glossary
from crm_ai.words import _, later

_WORDS: Mapping[str, str] = {
    "actual": later("actual"),
    "actual_high": later("were, up to"),
    "actual_low": later("were, from"),
    "alive": later("still a customer"),
    "answer": later("answer"),
    "average": later("average"),
    "batch": later("batch"),
    "caught": later("share reached"),
    "chosen": later("taken"),
    "column": later("column"),
    "condition": later("condition"),
    "contacted": later("share contacted"),
    "contribution": later("contribution"),
    "covered": later("share within"),
    "customer": later("customer"),
    "customers": later("customers"),
    "day": later("day"),
    "depth": later("questions before"),
    "difference": later("difference"),
    "difference_high": later("difference, up to"),
    "difference_low": later("difference, from"),
    "drop": later("loss"),
    "elsewhere": later("elsewhere"),
    "error": later("error"),
    "expected": later("expected"),
    "expected_high": later("expected, up to"),
    "expected_low": later("expected, from"),
    "first": later("first column"),
    "frequency": later("repeat purchases before"),
    "from": later("from"),
    "group": later("group"),
    "high": later("upper limit"),
    "highest": later("by chance, at most"),
    "hits": later("hits"),
    "inside": later("in the group"),
    "it was": later("it was"),
    "k": later("groups"),
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
    "low": later("lower limit"),
    "mean": later("mean"),
    "mean_absolute": later("mean size of the contribution"),
    "metric": later("metric"),
    "missing": later("missing"),
    "model": later("model"),
    "money": later("share of the money"),
    "money_high": later("share of the money, up to"),
    "money_low": later("share of the money, from"),
    "n": later("number of customers"),
    "name": later("column"),
    "no": later("no: goes to"),
    "node": later("place"),
    "observed": later("observed"),
    "of": later("of which customers"),
    "others": later("not selected"),
    "outside": later("elsewhere"),
    "predicted": later("predicted"),
    "profit": later("gain"),
    "purchases": later("purchases expected"),
    "question": later("question"),
    "rank_high": later("rank, up to"),
    "rank_low": later("rank, from"),
    "reference": later("instead of"),
    "right": later("up to"),
    "rule": later("rule"),
    "score": later("score"),
    "second": later("second column"),
    "segment": later("segment"),
    "selected": later("selected"),
    "share": later("share"),
    "silhouette": later("silhouette"),
    "silhouette_high": later("silhouette, up to"),
    "silhouette_low": later("silhouette, from"),
    "spread": later("spread"),
    "stability": later("stability"),
    "stability_high": later("stability, up to"),
    "stability_low": later("stability, from"),
    "step": later("step"),
    "strength": later("strength"),
    "sure": later("beyond chance"),
    "term": later("term"),
    "the model says": later("the model says"),
    "threshold": later("threshold"),
    "to": later("to"),
    "too_few": later("too few to judge"),
    "value": later("value"),
    "week": later("week"),
    "weight": later("weight"),
    "width": later("width"),
    "worse": later("surely worse"),
    "x": later("across"),
    "y": later("upwards"),
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
    ({'low': 'lower limit', 'high': 'upper limit'}, {})
    """
    found = {str(name): _heading(str(name)) for name in columns}
    return found if all(found.values()) else {}


def _heading(name: str) -> str:
    if name in _WORDS:
        return _(_WORDS[name])
    label = glossary.term(name).label
    return label if label != name else ""
