"""May an explanation be trusted? Checks that anybody could make and hardly anybody makes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from crm_ai.explanation.customer_space import FAR, CustomerSpace, customer_space
from crm_ai.explanation.explainer import Explainer
from crm_ai.explanation.explanation import Explanation
from crm_ai.explanation.faithfulness import Faithfulness, Replacements, faithfulness, replacements
from crm_ai.explanation.lime import LimeExplainer, LimeExplanation, explain_with_lime, lime_explainer
from crm_ai.explanation.scales import output_on
from crm_ai.explanation.shapley import explain_rows, shap_explainer
from crm_ai.explanation.twins import twins
from crm_ai.modeling import Run, Task, label_place
from crm_ai.words import _, number, percent, sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

SEEDS = (0, 1, 2, 3, 4)
TOP = 3
ENOUGH = 0.1  # of the strongest reason: weaker ones are not held against an explanation
SAME = 0.99
ROUNDING = 1e-9  # a mean of shares that is 80 % may come out as 79.99…


class Light(StrEnum):
    """How far an explanation, or one check of it, may be trusted."""

    GOOD = "good"
    CAUTION = "caution"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked.

    Parameters
    ----------
    name : str
        additivity, stability, agreement, faithfulness, inside or twins.
    value : float
        What was measured, see ``reliability``.
    light : Light
        What follows.
    words : str
        The same in a sentence.
    """

    name: str
    value: float
    light: Light
    words: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far an explanation may be trusted, and why.

    Parameters
    ----------
    checks : tuple of Check
        All checks.
    rank_correlation, sign_agreement, top_overlap : float
        Of SHAP and LIME: Spearman's correlation of their contributions, share of SHAP's contributions (by size) whose
        sign LIME shares, share of SHAP's three strongest columns among LIME's.
    """

    checks: tuple[Check, ...]
    rank_correlation: float
    sign_agreement: float
    top_overlap: float

    @property
    def light(self) -> Light:
        """As poor as the poorest check."""
        order = list(Light)
        return max((check.light for check in self.checks), key=order.index, default=Light.CAUTION)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against trust, the gravest first; empty if nothing does."""
        return tuple(c.words for light in (Light.POOR, Light.CAUTION) for c in self.checks if c.light is light)

    def to_frame(self) -> pd.DataFrame:
        """One row a check.

        Returns
        -------
        pandas.DataFrame
            Columns check, value, light, words.
        """
        rows = [(check.name, check.value, check.light.value, check.words) for check in self.checks]
        return pd.DataFrame(rows, columns=["check", "value", "light", "words"])


@dataclass(frozen=True, slots=True, eq=False)
class Examiner:
    """What is needed to check explanations of one model, made ready once.

    Parameters
    ----------
    run : Run
        The run.
    explainer : Explainer
        Of the model, on the scale on which contributions are checked.
    lime : LimeExplainer
        Of the same model.
    space : CustomerSpace
        Its training customers.
    alike : pandas.DataFrame
        Columns that say the same, see ``twins``.
    instead : Replacements
        Customers whose values take the place of main reasons.
    """

    run: Run
    explainer: Explainer
    lime: LimeExplainer
    space: CustomerSpace
    alike: pd.DataFrame
    instead: Replacements


def examiner(run: Run, model_type: str, *, label: str | None = None, lime: LimeExplainer | None = None) -> Examiner:
    """Make ready to check explanations of a model.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    label : str, optional
        The answer that is explained; by default the positive one, or the first of several.
    lime : LimeExplainer, optional
        As made by ``lime_explainer``; made anew if not given.

    Returns
    -------
    Examiner
        Making it once serves all customers.
    """
    ready = shap_explainer(run, model_type, label=label)
    return examiner_of(run, ready, lime or lime_explainer(run, model_type), customer_space(run, model_type))


def examiner_of(run: Run, explainer: Explainer, lime: LimeExplainer, space: CustomerSpace) -> Examiner:
    """Make ready to check explanations, of what is there already.

    Parameters
    ----------
    run : Run
        The run.
    explainer : Explainer
        Of the model, on the scale on which contributions are checked.
    lime : LimeExplainer
        Of the same model.
    space : CustomerSpace
        Its training customers.

    Returns
    -------
    Examiner
        Making it once serves all customers.
    """
    return Examiner(run, explainer, lime, space, twins(space), replacements(run, explainer))


def reliability(
    ready: Examiner, row: int, *, reasons: Explanation | None = None, near: LimeExplanation | None = None
) -> Reliability:
    """Check the explanation of one customer.

    Parameters
    ----------
    ready : Examiner
        As made by ``examiner``.
    row : int
        Position of the customer in the table.
    reasons : Explanation, optional
        Of this customer alone; made anew if not given.
    near : LimeExplanation, optional
        LIME of this customer with seed 0; made anew if not given.

    Returns
    -------
    Reliability
        additivity: largest gap between output and contributions, as a share of the output's spread, and the standard
        error where values are estimated; stability: how many of LIME's three strongest columns, with their signs, stay
        from seed to seed; agreement: share of SHAP's contributions, by size, whose sign LIME shares; faithfulness: see
        ``faithfulness``; inside: distance to the customers the model has seen, 1 being the edge of what is usual;
        twins: likeness of a strong column to another one.

    Notes
    -----
    The limits are explained in ``docs/reliability.md``.
    """
    run, label = ready.run, ready.explainer.label or None
    rows = np.array([row])
    reasons = reasons or explain_rows(run, ready.explainer, rows)
    others = [
        explain_with_lime(run, ready.explainer.model.model_type, row, label=label, seed=seed, explainer=ready.lime)
        for seed in SEEDS[1:]
    ]
    first = near or explain_with_lime(
        run, ready.explainer.model.model_type, row, label=label, seed=SEEDS[0], explainer=ready.lime
    )
    values = reasons.values[0]
    rank, sign, overlap = agreement(values, first.weights)
    checks = (
        _additivity(ready, reasons),
        _stability([first, *others]),
        _agreement_check(sign, rank, overlap, values),
        _faithful(faithfulness(run, ready.explainer, row, reasons, instead=ready.instead)),
        _inside(ready, row),
        _twins(ready, values),
    )
    return Reliability(checks, rank, sign, overlap)


def agreement(values: np.ndarray, weights: np.ndarray) -> tuple[float, float, float]:
    """How far SHAP and LIME agree about one customer.

    Parameters
    ----------
    values, weights : numpy.ndarray of shape (columns,)
        SHAP values and LIME's weights.

    Returns
    -------
    rank_correlation : float
        Spearman's, in [-1, 1].
    sign_agreement : float
        Share of the SHAP values, by size, whose sign LIME shares, in [0, 1].
    top_overlap : float
        Share of the three strongest columns in common, in [0, 1].

    Examples
    --------
    >>> agreement(np.array([2.0, -1.0, 0.1, 0.0]), np.array([0.4, -0.2, -0.01, 0.0]))[1].__round__(3)
    0.968
    """
    size = np.abs(values).sum()
    same = np.sign(values) == np.sign(weights)
    sign = float(np.abs(values)[same].sum() / size) if size > 0 else 1.0
    varied = len(values) > 1 and np.ptp(values) > 0 and np.ptp(weights) > 0
    rank = float(spearmanr(values, weights).statistic) if varied else float("nan")
    top = min(TOP, len(values))
    overlap = len(set(_strongest(values, top)) & set(_strongest(weights, top))) / top if top else 1.0
    return rank, sign, overlap


def stability(weights: Sequence[np.ndarray]) -> float:
    """How far several explanations of the same customer name the same columns with the same sign.

    Parameters
    ----------
    weights : sequence of numpy.ndarray of shape (columns,)
        One explanation a seed.

    Returns
    -------
    float
        Mean over all pairs, in [0, 1], of the share of the first one's three strongest columns that are, with the same
        sign, not much weaker than the third strongest of the second: its rank may change with a like one.
    """
    shares = []
    for one in weights:
        for other in weights:
            if one is other:
                continue
            top = _strongest(one, TOP)
            least = ENOUGH * np.abs(one).max(initial=0.0)
            top = [place for place in top if np.abs(one[place]) > least]
            limit = 0.8 * np.sort(np.abs(other))[-min(TOP, len(other)) :].min(initial=np.inf)
            kept = [np.sign(one[p]) == np.sign(other[p]) and abs(other[p]) >= limit for p in top]
            shares.append(float(np.mean(kept)) if kept else 1.0)
    return float(np.mean(shares)) if shares else 1.0


def _strongest(values: np.ndarray, most: int) -> list[int]:
    return [int(place) for place in np.argsort(-np.abs(values), kind="stable")[:most]]


def _light(value: float, good: float, fair: float) -> Light:
    value += ROUNDING
    return Light.GOOD if value >= good else Light.CAUTION if value >= fair else Light.POOR


def _additivity(ready: Examiner, reasons: Explanation) -> Check:
    model, task = ready.explainer.model, ready.run.problem.task
    place = None if task is Task.REGRESSION else label_place(ready.run.problem, reasons.label or None)
    matrix = model.encoder.transform(model.cleaned(reasons.data))
    said = output_on(model, place, reasons.scale, matrix)
    gap = reasons.additivity_error(said) / max(float(np.abs(reasons.values).max(initial=0.0)), 1e-12)
    if not np.abs(reasons.values).max(initial=0.0) > 0:
        gap = 0.0
    if reasons.error is not None:
        unsure = float(reasons.error.max() / max(np.abs(reasons.values).max(), 1e-12))
        light = _light(-unsure, -0.1, -0.3)
        words = _("SHAP values are estimated; the least sure one is sure to {share} of the strongest reason.")
        return Check("additivity", unsure, light if gap < 0.01 else Light.POOR, words.format(share=percent(unsure)))
    words = (
        _("SHAP values add up to the prediction exactly.")
        if gap < 1e-4
        else _("SHAP values miss the prediction by {share} of the strongest reason.").format(share=percent(gap))
    )
    return Check("additivity", gap, _light(-gap, -1e-4, -0.01), words)


def _stability(found: Sequence[LimeExplanation]) -> Check:
    value = stability([one.weights for one in found])
    words = _("Asked {n} times, LIME keeps {share} of its strongest reasons.").format(
        n=len(found), share=percent(value)
    )
    return Check("stability", value, _light(value, 0.8, 0.5), words)


def _agreement_check(sign: float, rank: float, overlap: float, values: np.ndarray) -> Check:
    words = _("SHAP and LIME agree on the direction of {share} of what moves this prediction").format(
        share=percent(sign)
    )
    words += _("; rank correlation {rank}, {n} of {top} strongest columns in common.").format(
        rank=number(rank, 2), n=round(overlap * min(TOP, len(values))), top=min(TOP, len(values))
    )
    return Check("agreement", sign, _light(sign, 0.75, 0.5), words)


def _faithful(found: Faithfulness) -> Check:
    if not found.is_testable:
        return Check(
            "faithfulness", 1.0, Light.GOOD, _("The prediction is that of the average: there is little to say.")
        )
    words = _(
        "Without its {n} main reasons the prediction moves by {moved} of what they promise, further than without "
        "{share} of other columns drawn by chance."
    ).format(n=found.columns, moved=percent(found.kept), share=percent(found.beats))
    light = min(_light(found.kept, 0.5, 0.2), _light(found.beats, 0.8, 0.5), key=[*Light][::-1].index)
    return Check("faithfulness", found.kept, light, words)


def _inside(ready: Examiner, row: int) -> Check:
    run, space = ready.run, ready.space
    frame = run.table.frame[list(run.problem.features)].iloc[[row]]
    customer = space.codes_of(frame)[0]
    strange = _strange(ready, frame, customer)
    place = np.flatnonzero(space.rows == row)
    far = space.nearness(customer, leave_out=int(place[0]) if len(place) else None) / max(space.usual, 1e-12)
    if strange:
        return Check("inside", far, Light.POOR, sentences(strange))
    light = Light.POOR if far > FAR else Light.CAUTION if far > 1 else Light.GOOD
    return Check("inside", far, light, _seen_in_words(light, elsewhere=run.is_fitted_elsewhere))


def _seen_in_words(light: Light, *, elsewhere: bool) -> str:
    if elsewhere:  # what the model has seen is not known
        return {
            Light.POOR: _("No customer who is compared with is like this one."),
            Light.CAUTION: _("Hardly any customers who are compared with are like this one."),
            Light.GOOD: _("There are customers like this one among those who are compared with."),
        }[light]
    return {
        Light.POOR: _("The model has seen no customer like this one."),
        Light.CAUTION: _("The model has seen hardly any customers like this one."),
        Light.GOOD: _("The model has seen customers like this one."),
    }[light]


def _strange(ready: Examiner, frame: pd.DataFrame, customer: np.ndarray) -> list[str]:
    """Numbers far beyond all that training customers had."""
    space, told = ready.space, []
    for column in np.flatnonzero(~space.is_label):
        known = space.codes[~np.isnan(space.codes[:, column]), column]
        cell = customer[column]
        if not len(known) or np.isnan(cell) or known.min() - 0.5 <= cell <= known.max() + 0.5:
            continue
        name = space.model.columns[column]
        low, high = (_value(ready, name, end * space.spreads[column]) for end in (known.min(), known.max()))
        told.append(
            _("{column} = {value} is far from all the model has seen ({low} – {high}).").format(
                column=name, value=_value(ready, name, cell * space.spreads[column]), low=low, high=high
            )
        )
    return told


def _value(ready: Examiner, name: str, code: float) -> str:
    from crm_ai.table import Kind

    dated = ready.explainer.model.schema[name].kind is Kind.DATE
    return str(np.datetime64(int(np.floor(code)), "D")) if dated else number(float(code))


def _twins(ready: Examiner, values: np.ndarray) -> Check:
    columns = ready.explainer.model.columns
    least = ENOUGH * np.abs(values).max(initial=0.0)
    strong = {columns[p] for p in _strongest(values, TOP) if np.abs(values[p]) > least}
    hit = ready.alike[ready.alike["first"].isin(strong) | ready.alike["second"].isin(strong)]
    if hit.empty:
        return Check("twins", 0.0, Light.GOOD, _("No strong reason says the same as another column."))
    first, second, alike = hit.iloc[0]
    words = _("“{first}” and “{second}” say the same: how credit is shared between them is arbitrary.")
    return Check(
        "twins", float(alike), Light.POOR if alike >= SAME else Light.CAUTION, words.format(first=first, second=second)
    )
