"""Explanations in plain words: true to the numbers, and without a claim about causes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from crm_ai.evaluation.intervals import Z
from crm_ai.explanation.explanation import Explanation, value_in_words
from crm_ai.explanation.interactions import partner_of
from crm_ai.explanation.reliability import Light, Reliability
from crm_ai.explanation.similar import SimilarCustomers
from crm_ai.modeling import Problem, Run, Task, answer_of, label_place, question_in_words, table_groups
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
            _("These reasons passed every check: SHAP and LIME agree on {share} of what moves the prediction.").format(
                share=percent(trust.sign_agreement)
            )
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
            "{columns} is what {predictions} go with: it makes up {share} of what moves them.",
            "{columns} are what {predictions} go with most: together they make up {share} of what moves them.",
            len(first),
        ).format(
            columns=_and(first),
            predictions=_("predictions of {outcome}").format(outcome=_name(outcome)) if outcome else _("predictions"),
            share=percent(share),
        )
    ]
    parts += [said for name in first if (said := _direction(reasons, name))]
    partner = None if pairs is None or pairs.empty else partner_of(pairs, str(pairs["first"].iloc[0]))
    if partner is not None and pairs is not None:
        parts.append(
            _("What {first} goes with depends on {second}: the two work together.").format(
                first=_name(pairs["first"].iloc[0]), second=_name(pairs["second"].iloc[0])
            )
        )
    elif pairs is not None:
        parts.append(_("Columns only add up in this model: none changes what another one does."))
    if needed is not None and len(needed) and needed["low"].iloc[0] > 0:
        parts.append(
            _("Its predictions need {column} most: with its values shuffled {metric} falls by {drop}.").format(
                column=_name(needed["column"].iloc[0]),
                metric={"roc_auc": _("ROC AUC"), "r2": _("R²"), "balanced_accuracy": _("balanced accuracy")}[
                    needed["metric"].iloc[0]
                ],
                drop=number(float(needed["drop"].iloc[0])),
            )
        )
    idle = [str(name) for name in table["column"][table["mean_absolute"] < IDLE * whole]]
    if idle:
        parts.append(
            ngettext("{columns} hardly matters.", "{columns} hardly matter.", len(idle)).format(columns=_and(idle[:4]))
            if len(idle) <= 4
            else _("{columns} and {n} more hardly matter.").format(columns=_list(idle[:3]), n=count(len(idle) - 3))
        )
    parts.append(_("This is what the model has learned, not what would happen if a customer were changed."))
    return sentences(parts)


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
    name = f"{_name(segment)} = {_name(group)}"
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
        _("Of {n} customers with {name} the model says {inside} on average, of all {overall}.").format(
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
                _("What these customers have in {columns} goes with higher predictions than usual.")
                if raises
                else _("What these customers have in {columns} goes with lower predictions than usual.")
            )
            parts.append(words.format(columns=_and([_name(column) for column in its])))
    return sentences(parts)


def _beginning(said: Told) -> str:
    gap = (said.said - said.usual) / said.spread if said.spread > 0 else 0.0
    if abs(gap) < 0.1:
        where = _("about the average of {usual}")
    elif abs(gap) > 1:
        where = _("far above the average of {usual}") if gap > 0 else _("far below the average of {usual}")
    else:
        where = _("above the average of {usual}") if gap > 0 else _("below the average of {usual}")
    where = where.format(usual=said.amount(said.usual))
    if said.answer:
        return _("The model says {said} for “{answer}”, {where}.").format(
            said=said.amount(said.said), answer=_name(said.answer), where=where
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
        told = _and([_weighed(reason, whole) for reason in its.head(NAMED).itertuples()])
        parts.append(words.format(versus=versus, reasons=told))
    return parts


def _weighed(reason: object, whole: float) -> str:
    column, value, contribution = reason.column, reason.value, reason.contribution  # type: ignore[attr-defined]
    share = abs(contribution) / whole
    strength = _("strongly") if share > STRONG else _("clearly") if share > CLEAR else _("slightly")
    return _("{column} = {value} ({strength})").format(column=_name(column), value=_name(value), strength=strength)


def _fate(said: Told, similar: SimilarCustomers) -> str:
    found = similar.outcome
    ends = {"low": said.amount(found.low), "high": said.amount(found.high), "value": said.amount(found.value)}
    if said.answer:
        words = _("Of the {n} most similar customers {value} had this answer ({low}–{high})")
    else:
        words = _("The {n} most similar customers had {value} on average ({low}–{high})")
    between = min(said.said, said.usual) <= found.value <= max(said.said, said.usual)
    beyond = (found.value - said.usual) * (said.said - said.usual) > 0
    if similar.bear_it_out:
        words += _(", which bears it out.")
    elif between or beyond:
        words += _(", which points the same way.")
    else:
        words += _(", which does not bear it out.")
    return words.format(n=count(found.n), **ends)


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
        words = (
            _("Higher {column} goes with higher predictions.")
            if rises > 0
            else _("Higher {column} goes with lower predictions.")
        )
        return words.format(column=_name(name))
    frame = reasons.dependence(name)
    frame = frame[frame["n"] >= FEWEST]
    if len(frame) < 2:
        return ""
    top, bottom = frame.iloc[frame["mean"].to_numpy().argmax()], frame.iloc[frame["mean"].to_numpy().argmin()]
    return _("By {column}, “{top}” goes with the highest predictions and “{bottom}” with the lowest.").format(
        column=_name(name), top=_name(top["level"]), bottom=_name(bottom["level"])
    )


def _turning(reasons: Explanation, name: str) -> str:
    frame = reasons.dependence(name)
    frame = frame[frame["n"] >= FEWEST]
    if len(frame) < 3:
        return _("{column} does not work in one direction only.").format(column=_name(name))
    top, bottom = frame.iloc[frame["mean"].to_numpy().argmax()], frame.iloc[frame["mean"].to_numpy().argmin()]
    return _(
        "{column} does not work in one direction only: predictions are highest around {top} and lowest around {bottom}."
    ).format(column=_name(name), top=value_in_words(top["level"]), bottom=value_in_words(bottom["level"]))


def _name(name: object) -> str:
    return shorten(label_in_words(str(name)), NAME)


def _list(names: list[str]) -> str:
    return _(", ").join(_name(name) for name in names)


def _and(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("{some} and {last}").format(some=_(", ").join(names[:-1]), last=names[-1])
