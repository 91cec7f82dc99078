"""Explanations in plain words: true to the numbers, and without a claim about causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from crm_ai.explanation.explanation import Explanation, value_in_words
from crm_ai.explanation.interactions import partner_of
from crm_ai.explanation.reliability import Light, Reliability
from crm_ai.explanation.similar import SimilarCustomers
from crm_ai.modeling import Problem, Run, Task, answer_of, label_place, question_in_words
from crm_ai.words import _, count, label_in_words, ngettext, number, percent, sentences, shorten

STRONG, CLEAR, LITTLE = 0.25, 0.1, 0.02  # of all that moves a prediction
IDLE = 0.01  # of all that moves predictions: what is less hardly matters
NAMED = 3
ONE_WAY = 0.6
FEWEST = 10
NAME = 40


@dataclass(frozen=True, slots=True)
class Told:
    """What a model says of a customer, and of customers on average, ready to be written down.

    Parameters
    ----------
    said, usual : float
        Of this customer, and the mean over the customers judged on.
    answer : str
        The answer in question; empty for a number.
    spread : float
        Standard deviation of what is said of the customers judged on.
    """

    said: float
    usual: float
    answer: str
    spread: float

    def amount(self, value: float) -> str:
        """Write a prediction: a share for an answer, else a number."""
        return percent(value) if self.answer else number(value)


def told(run: Run, model_type: str, row: int, label: str | None = None) -> Told:
    """What a model says of a customer, and on average.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    row : int
        Position of the customer in the table.
    label : str, optional
        The answer in question; by default the positive one, or the first of several.

    Returns
    -------
    Told
        On the scale of predictions.
    """
    customer = run.model(model_type).predict(run.table.frame[list(run.problem.features)].iloc[[row]])
    everybody = run.predictions[model_type]
    if run.problem.task is Task.REGRESSION:
        return Told(float(customer[0]), float(everybody.mean()), "", float(everybody.std()))
    place = label_place(run.problem, label)
    own, all_of_them = (answer_of(said, place) for said in (customer, everybody))
    return Told(float(own[0]), float(all_of_them.mean()), run.problem.labels[place], float(all_of_them.std()))


def customer_in_words(
    said: Told,
    reasons: Explanation,
    *,
    compared_with: str = "",
    trust: Reliability | None = None,
    similar: SimilarCustomers | None = None,
) -> str:
    """Say why a model says what it says of one customer.

    Parameters
    ----------
    said : Told
        As made by ``told``.
    reasons : Explanation
        Of this customer alone.
    compared_with : str, optional
        Whom the customer is compared with, if not everybody; see ``reference_in_words``.
    trust : Reliability, optional
        How far the reasons may be trusted; they are hedged by it.
    similar : SimilarCustomers, optional
        Who is like the customer.

    Returns
    -------
    str
        A paragraph of plain text.
    """
    parts = [_beginning(said)]
    if trust is not None and trust.light is Light.POOR:
        parts.append(_("Do not rely on reasons here: {why}").format(why=trust.reasons[0]))
    else:
        parts += _reasons(reasons, compared_with)
    if similar is not None:
        parts.append(_fate(said, similar))
    if trust is not None and trust.light is Light.GOOD:
        parts.append(
            _(
                "These reasons passed every check, and two methods agree on {share} of them (SHAP, LIME); that speaks "
                "for the reasons, not for the prediction."
            ).format(share=percent(trust.sign_agreement))
        )
    elif trust is not None and trust.light is Light.CAUTION:
        parts.append(_("Read these reasons with caution: {why}").format(why=trust.reasons[0]))
    return sentences(parts)


def model_in_words(
    reasons: Explanation,
    *,
    outcome: str = "",
    pairs: pd.DataFrame | None = None,
    needed: pd.DataFrame | None = None,
) -> str:
    """Say what a model does.

    Parameters
    ----------
    reasons : Explanation
        Of the holdout.
    outcome : str, optional
        What is predicted, such as ``Churn = Yes``, see ``outcome_in_words``.
    pairs : pandas.DataFrame, optional
        As made by ``interactions``.
    needed : pandas.DataFrame, optional
        As made by ``permutation_importance``.

    Returns
    -------
    str
        A paragraph of plain text.
    """
    table = reasons.importance()
    whole = float(table["mean_absolute"].sum())
    if not whole > 0:
        return _("The model says the same of everybody: no column moves it.")
    named = table[table["mean_absolute"] >= IDLE * whole].head(NAMED)
    first = [str(name) for name in named["column"]]
    share = float(named["mean_absolute"].sum()) / whole
    parts = [
        ngettext(
            "{predictions} differ most by {columns}: it makes up {share} of what sets them apart.",
            "{predictions} differ most by {columns}: together they make up {share} of what sets them apart.",
            len(first),
        ).format(
            columns=listed(first),
            predictions=_("Predictions of {outcome}").format(outcome=name_in_words(outcome))
            if outcome
            else _("Predictions"),
            share=percent(share),
        )
    ]
    parts += [said for name in first if (said := _direction(reasons, name))]
    partner = None if pairs is None or pairs.empty else partner_of(pairs, str(pairs["first"].iloc[0]))
    if partner is not None and pairs is not None:
        parts.append(
            _("How much {first} counts depends on {second}.").format(
                first=name_in_words(pairs["first"].iloc[0]), second=name_in_words(pairs["second"].iloc[0])
            )
        )
    elif pairs is not None:
        parts.append(_("Columns only add up in this model: how much one counts depends on no other."))
    if needed is not None and len(needed) and needed["low"].iloc[0] > 0:
        parts.append(
            _("Its quality rests on {column} most: with that column shuffled, {metric} falls by {drop}.").format(
                column=name_in_words(needed["column"].iloc[0]),
                metric={"roc_auc": _("ROC AUC"), "r2": _("R²"), "balanced_accuracy": _("balanced accuracy")}[
                    needed["metric"].iloc[0]
                ],
                drop=number(float(needed["drop"].iloc[0])),
            )
        )
    idle = [str(name) for name in table["column"][table["mean_absolute"] < IDLE * whole]]
    if idle:
        parts.append(
            ngettext("{columns} hardly matters to it.", "{columns} hardly matter to it.", len(idle)).format(
                columns=listed(idle[:4])
            )
            if len(idle) <= 4
            else _("{columns} and {n} more hardly matter to it.").format(
                columns=_list(idle[:3]), n=count(len(idle) - 3)
            )
        )
    parts.append(_("This is what the model has learned, not what would happen if a customer were changed."))
    return sentences(parts)


def twins_in_words(alike: pd.DataFrame, columns: Sequence[str]) -> str:
    """Warn of columns whose credit could as well be another column's.

    Parameters
    ----------
    alike : pandas.DataFrame
        As made by ``twins``.
    columns : sequence of str
        Columns that are spoken of.

    Returns
    -------
    str
        One sentence on the pair that is most alike; empty if there is none.
    """
    hit = alike[alike["first"].isin(columns) | alike["second"].isin(columns)]
    if hit.empty:
        return ""
    return _(
        "“{first}” and “{second}” say nearly the same: how credit is shared between them is arbitrary. Leave one of "
        "them out of training to read the reasons."
    ).format(first=name_in_words(hit["first"].iloc[0]), second=name_in_words(hit["second"].iloc[0]))


def outcome_in_words(problem: Problem, label: str | None = None) -> str:
    """Say whose chance, or which number, predictions are of.

    Parameters
    ----------
    problem : Problem
        The question.
    label : str, optional
        The answer in question; by default the positive one, or the first of several.

    Returns
    -------
    str
        For instance ``Churn = Yes``.
    """
    if problem.task is Task.REGRESSION or problem.above is not None:
        return question_in_words(problem)
    return f"{problem.target} = {problem.labels[label_place(problem, label)]}"


def _beginning(said: Told) -> str:
    gap = (said.said - said.usual) / said.spread if said.spread > 0 else 0.0
    if abs(gap) < 0.1:
        where = _("about the average prediction of {usual}")
    elif abs(gap) > 1:
        where = (
            _("far above the average prediction of {usual}")
            if gap > 0
            else _("far below the average prediction of {usual}")
        )
    else:
        where = (
            _("above the average prediction of {usual}") if gap > 0 else _("below the average prediction of {usual}")
        )
    where = where.format(usual=said.amount(said.usual))
    if said.answer:
        return _("The model says {said} for “{answer}”, {where}.").format(
            said=said.amount(said.said), answer=name_in_words(said.answer), where=where
        )
    return _("The model says {said}, {where}.").format(said=said.amount(said.said), where=where)


def _reasons(reasons: Explanation, compared_with: str) -> list[str]:
    frame, whole = reasons.customer(0), float(np.abs(reasons.values[0]).sum())
    if not whole > 0:
        return [_("Nothing sets this customer apart in the model's eyes.")]
    versus = _(" than of {whom}").format(whom=compared_with) if compared_with else ""
    parts: list[str] = []
    for raises in (True, False) if reasons.values[0].sum() > 0 else (False, True):
        its = frame[(frame["contribution"] > 0) == raises]
        its = its[its["contribution"].abs() > (LITTLE if not parts else CLEAR) * whole]
        if its.empty:
            continue
        words = (
            _("Associated with a higher prediction{versus}: {reasons}.")
            if raises
            else _("Associated with a lower prediction{versus}: {reasons}.")
        )
        told = listed([_weighed(reason, whole) for reason in its.head(NAMED).itertuples()])
        parts.append(words.format(versus=versus, reasons=told))
    return parts


def _weighed(reason: object, whole: float) -> str:
    column, value, contribution = reason.column, reason.value, reason.contribution  # type: ignore[attr-defined]
    share = abs(contribution) / whole
    strength = _("strongly") if share > STRONG else _("clearly") if share > CLEAR else _("slightly")
    return _("{column} = {value} ({strength})").format(
        column=name_in_words(column), value=name_in_words(value), strength=strength
    )


def _fate(said: Told, similar: SimilarCustomers) -> str:
    found = similar.outcome
    ends = {"low": said.amount(found.low), "high": said.amount(found.high), "value": said.amount(found.value)}
    if said.answer:
        words = _("Of the {n} most similar customers {value} really were “{answer}” (such customers: {low}–{high})")
    else:
        words = _("The {n} most similar customers really had {value} on average (such customers: {low}–{high})")
    apart = np.sign(said.said - said.usual) * (found.value - said.usual)
    if similar.bear_it_out:
        words += _(", which bears it out.")
    elif found.low <= said.usual <= found.high:
        words += _(", which is not clearly different from the average.")
    elif apart < 0:
        words += _(", which does not bear it out.")
    elif abs(found.value - said.usual) < abs(said.said - said.usual):
        words += _(", which points the same way but is closer to the average: take the figure with caution.")
    else:
        words += _(", which points the same way, and further.")
    return words.format(n=count(found.n), answer=name_in_words(said.answer), **ends)


def _direction(reasons: Explanation, name: str) -> str:
    series, contribution = reasons.data[name], reasons.values[:, reasons.columns.index(name)]
    if pd.api.types.is_datetime64_any_dtype(series.dtype) or pd.api.types.is_numeric_dtype(series.dtype):
        known = series.notna().to_numpy()
        values = series[known].rank().to_numpy(dtype=np.float64)
        if len(values) < 3 or not (np.ptp(values) > 0 and np.ptp(contribution[known]) > 0):
            return ""
        rises = float(spearmanr(values, contribution[known]).statistic)
        if abs(rises) < ONE_WAY:
            return _turning(reasons, name)
        if pd.api.types.is_datetime64_any_dtype(series.dtype):
            up, down = (
                _("Later {column} goes with higher predictions."),
                _("Later {column} goes with lower predictions."),
            )
        else:
            up, down = (
                _("Higher {column} goes with higher predictions."),
                _("Higher {column} goes with lower predictions."),
            )
        words = up if rises > 0 else down
        return words.format(column=name_in_words(name))
    frame = reasons.dependence(name)
    frame = frame[frame["n"] >= FEWEST]
    if len(frame) < 2:
        return ""
    top, bottom = frame.iloc[frame["mean"].to_numpy().argmax()], frame.iloc[frame["mean"].to_numpy().argmin()]
    return _("By {column}, “{top}” goes with the highest predictions and “{bottom}” with the lowest.").format(
        column=name_in_words(name), top=name_in_words(top["level"]), bottom=name_in_words(bottom["level"])
    )


def _turning(reasons: Explanation, name: str) -> str:
    frame = reasons.dependence(name)
    frame = frame[frame["n"] >= FEWEST]
    if len(frame) < 3:
        return _("Predictions neither only rise nor only fall with {column}.").format(column=name_in_words(name))
    top, bottom = frame.iloc[frame["mean"].to_numpy().argmax()], frame.iloc[frame["mean"].to_numpy().argmin()]
    return _("By {column}, predictions are highest around {top} and lowest around {bottom}.").format(
        column=name_in_words(name), top=value_in_words(top["level"]), bottom=value_in_words(bottom["level"])
    )


def name_in_words(name: object) -> str:
    """Write a column or a label so that it fits into a sentence.

    Parameters
    ----------
    name : object
        The column or label.

    Returns
    -------
    str
        Cut in the middle where it is long.
    """
    return shorten(label_in_words(str(name)), NAME)


def _list(names: list[str]) -> str:
    return _(", ").join(name_in_words(name) for name in names)


def listed(names: list[str]) -> str:
    """Write several names as a sentence does.

    Parameters
    ----------
    names : list of str
        At least one.

    Returns
    -------
    str
        For instance ``a, b and c``.
    """
    if len(names) < 2:
        return "".join(names)
    return _("{some} and {last}").format(some=_(", ").join(names[:-1]), last=names[-1])
