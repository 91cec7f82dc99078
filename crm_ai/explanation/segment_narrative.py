"""What sets a segment apart in a model's eyes, in plain words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.evaluation.intervals import Z
from crm_ai.explanation.explanation import MISSING, Explanation, value_in_words
from crm_ai.explanation.narrative import CLEAR, NAMED, Told, listed, name_in_words
from crm_ai.modeling import Run, Task, answer_of, label_place, table_groups
from crm_ai.words import _, count, percent, sentences

LITTLE = 0.1  # standard deviations


def segment_in_words(run: Run, model_type: str, reasons: Explanation, segment: str, group: str) -> str:
    """Say why a model speaks differently of the customers of a segment.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    reasons : Explanation
        Of the holdout, or of a part of it.
    segment, group : str
        A column, and one of its groups.

    Returns
    -------
    str
        A paragraph of plain text.
    """
    codes, names = table_groups(run.table, segment)
    members = codes[reasons.rows] == (names.index(group) if group in names else -1)
    n = int(members.sum())
    name = f"{name_in_words(segment)} = {name_in_words(group)}"
    if n < 2:
        return _("Too few customers with {name} are explained to say anything of them.").format(name=name)
    said = np.asarray(run.predictions[model_type])
    order = np.argsort(run.holdout_rows, kind="stable")
    judged = order[np.searchsorted(run.holdout_rows[order], reasons.rows)]
    place = None if run.problem.task is Task.REGRESSION else label_place(run.problem, reasons.label or None)
    own = said[judged] if place is None else answer_of(said[judged], place)
    write = Told(0.0, 0.0, "" if place is None else run.problem.labels[place], 0.0)
    difference = reasons.values[members].mean(axis=0) - reasons.values.mean(axis=0)
    inside, overall = float(own[members].mean()), float(own.mean())
    parts = [
        _("Of {n} customers with {name} the model says {inside} on average, of all customers {overall}.").format(
            n=count(n), name=name, inside=write.amount(inside), overall=write.amount(overall)
        )
    ]
    error = float(own[members].std(ddof=1)) / np.sqrt(n)
    if abs(inside - overall) <= Z * error:
        return sentences([parts[0], _("That is no clear difference.")])
    size = np.abs(difference).sum()
    strongest = [place for place in np.argsort(-np.abs(difference)) if abs(difference[place]) > CLEAR * size][:NAMED]
    for raises in (True, False) if inside > overall else (False, True):
        its = [reasons.columns[place] for place in strongest if (difference[place] > 0) == raises]
        if size > 0 and its:
            words = (
                _("Going with higher predictions: {traits}.")
                if raises
                else _("Going with lower predictions: {traits}.")
            )
            parts.append(words.format(traits=listed([_trait(reasons.data[column], members, column) for column in its])))
    if len(parts) > 1:
        parts.append(_("This is what the model goes by, not why these customers act as they do."))
    return sentences(parts)


def _trait(values: pd.Series, members: np.ndarray, column: str) -> str:
    """What a segment has more of than all customers: another mean, or a label."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype) or pd.api.types.is_numeric_dtype(values.dtype):
        spread = values.std()
        if not abs(values[members].mean() - values.mean()) > LITTLE * spread:
            return name_in_words(column)  # the mean does not tell what is different
        inside, overall = (value_in_words(part.mean()) for part in (values[members], values))
        words = _("{column} ({inside} on average, of all customers {overall})")
        return words.format(column=name_in_words(column), inside=inside, overall=overall)
    labels = values.astype("str").where(values.notna(), MISSING)
    gain = labels[members].value_counts(normalize=True).sub(labels.value_counts(normalize=True), fill_value=0)
    label = gain.idxmax()
    inside, overall = (percent(float((part == label).mean())) for part in (labels[members], labels))
    return _("{column} (“{label}”: {inside}, of all customers {overall})").format(
        column=name_in_words(column), label=name_in_words(label), inside=inside, overall=overall
    )
