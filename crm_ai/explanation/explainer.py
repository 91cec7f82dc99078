"""What is needed to say why a model says what it says, made ready once for any number of customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.explanation.explanation import Explanation
from crm_ai.explanation.flat_trees import MOST_CONDITIONS, FlatTree, conditions, flat_trees, is_ensemble
from crm_ai.explanation.linear_shapley import coefficients_of, is_linear, linear_shap
from crm_ai.explanation.permutation_shapley import drawn_evenly, permutation_shap
from crm_ai.explanation.scales import check_scale, is_corrected, output_on, scale_of
from crm_ai.explanation.tree_shapley import PatternShares, looked_up, pattern_amounts, pattern_shares
from crm_ai.modeling import ForeignPipeline, LogTarget, Model, Task, label_place
from crm_ai.modeling.recalibration import Recalibrated
from crm_ai.words import _

if TYPE_CHECKING:
    Contributions = tuple[np.ndarray, float, np.ndarray | None]
    Background = pd.DataFrame | np.ndarray

STEPS = 600_000_000  # customers times conditions of an ensemble: some seconds
PREDICTIONS, SLOW_PREDICTIONS = 3_000_000, 300_000  # the latter of forests, and of pipelines asked in frames
FEWEST, FEWEST_REFERENCES = 100, 200
FEWEST_PAIRS, MOST_PAIRS = 12, 200
REFERENCES_OF_OTHERS = 10_000
CODES_AT_ONCE, AT_ONCE = 65_536, 16_384
NO_LIMIT = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, eq=False)
class Explainer:
    """Says why one model says what it says, on one scale, compared with one population.

    Parameters
    ----------
    model : Model
        The model.
    label : str
        The answer whose output is explained; empty for a number.
    scale : str
        What contributions are measured in.
    references : int
        Customers that are compared with; 0 stands for all training customers.
    most_customers : int
        How many can be explained in some seconds.
    contributions : callable
        Takes encoded customers; returns values of shape (n, original columns), base and standard errors or None.
    at_once : int, default no limit
        How many are encoded and explained at once, where values are exact and each customer's are its own.
    """

    model: Model
    label: str
    scale: str
    references: int
    most_customers: int
    contributions: Callable[[np.ndarray], Contributions]
    at_once: int = NO_LIMIT

    def explain(self, frame: pd.DataFrame, rows: np.ndarray | None = None) -> Explanation:
        """Say why the model says what it says of some customers.

        Parameters
        ----------
        frame : pandas.DataFrame of length n
            Customers; holds the features.
        rows : numpy.ndarray of int, shape (n,), optional
            Their positions in their table; by default 0 … n-1.

        Returns
        -------
        Explanation
            Contributions of original columns.
        """
        data = frame[list(self.model.problem.features)]
        found = self._contributions_of(self.model.cleaned(data))
        return self._explanation(found, data, np.arange(len(data)) if rows is None else rows)

    def explain_encoded(self, matrix: np.ndarray, data: pd.DataFrame, rows: np.ndarray) -> Explanation:
        """Say why the model says what it says of customers who are encoded already.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, encoded columns)
            The customers, as the model's encoder writes them.
        data : pandas.DataFrame of length n
            The same in their own columns; holds the features.
        rows : numpy.ndarray of int, shape (n,)
            Their positions in their table.

        Returns
        -------
        Explanation
            Contributions of original columns.
        """
        return self._explanation(self.contributions(matrix), data, rows)

    def _explanation(self, found: Contributions, data: pd.DataFrame, rows: np.ndarray) -> Explanation:
        values, base, error = found
        return Explanation(
            values=values,
            base=base,
            columns=self.model.columns,
            data=data.reset_index(drop=True),
            rows=rows,
            scale=self.scale,
            model_type=self.model.model_type,
            label=self.label,
            references=self.references,
            error=error,
        )

    def _contributions_of(self, cleaned: pd.DataFrame) -> Contributions:
        """Encode and explain so many customers at once as the processor's cache holds, if each stands alone."""
        encoder, n = self.model.encoder, len(cleaned)
        if n <= self.at_once:
            return self.contributions(encoder.transform(cleaned))
        values, base = np.empty((n, len(self.model.columns)), order="F"), 0.0
        for start in range(0, n, CODES_AT_ONCE):
            codes = encoder.codes_of(cleaned.iloc[start : start + CODES_AT_ONCE])
            for place in range(0, len(codes), self.at_once):
                matrix = encoder.encode_codes(codes[place : place + self.at_once])
                found, base, _none = self.contributions(matrix)
                values[start + place : start + place + len(found)] = found
        return values, base, None


def explainer_of(
    model: Model,
    background: Background | None = None,
    *,
    label: str | None = None,
    scale: str | None = None,
    customers: int | None = None,
) -> Explainer:
    """Make ready to explain a model.

    Parameters
    ----------
    model : Model
        A fitted model.
    background : pandas.DataFrame of length m, or numpy.ndarray of shape (m, encoded columns), optional
        Reference customers, in their own columns or as the model's encoder writes them. By default what the model knows
        itself: all training customers for linear models on the scale they add up on, else those it has taken along.
    label : str, optional
        The answer to explain; by default the positive one, or the first of several.
    scale : str, optional
        One of ``scales_of(model)``; by default the one the model adds up on, where values are exact.
    customers : int, optional
        How many will be explained in all, if not all at once: where values are estimated, it decides how precisely, so
        that the base value stays the same from part to part.

    Returns
    -------
    Explainer
        Ready for customers.

    Raises
    ------
    CrmAiError
        If the answer is none of the question's, the model is not explained on the scale, or there is nobody to compare
        with.
    """
    place = None if model.problem.task is Task.REGRESSION else label_place(model.problem, label)
    wanted = check_scale(model, scale)
    ready = partial(Explainer, model=model, label="" if place is None else model.problem.labels[place], scale=wanted)
    if hasattr(model.estimator, "tree_") and wanted == scale_of(model):
        return _of_tree(ready, model, place, _somebody(model, background))
    if wanted == scale_of(model) and not is_corrected(model, wanted):
        if is_linear(model):
            return _of_linear(ready, model, place, background, _shift(model))
        background = _somebody(model, background)
        trees = _trees(model, place)
        if trees is not None:
            return _of_ensemble(ready, model, trees, background, _shift(model))
    return _of_any(ready, model, place, wanted, _somebody(model, background), customers)


def can_explain_itself(model: Model) -> bool:
    """Whether ``explainer_of`` needs nobody to compare customers with beyond what the model knows.

    Parameters
    ----------
    model : Model
        A fitted model.

    Returns
    -------
    bool
        False for models that have taken along no training customers, other than linear ones without a correction.
    """
    adds_up = is_linear(model) and not is_corrected(model, scale_of(model))
    return adds_up or model.references is not None


Ready = Callable[..., Explainer]


def _somebody(model: Model, background: Background | None) -> Background:
    """Whom customers are compared with."""
    if background is None and model.references is None:
        raise CrmAiError(
            _("The model has taken along no customers whom others could be compared with."),
            next_step=_(
                "Save it again with this version of crm_ai, or name customers to compare with (on the command line: "
                "--compared-with FILE)."
            ),
        )
    known = model.references if background is None else background
    if known is None or not len(known):
        raise CrmAiError(_("There is nobody to compare with."), next_step=_("Compare with one customer at least."))
    return known


def _of_linear(ready: Ready, model: Model, place: int | None, background: Background | None, shift: float) -> Explainer:
    coefficients, intercept = coefficients_of(model, place)
    means = model.encoder.means_ if background is None else _encoded(model, background).mean(axis=0, dtype=np.float64)
    source = model.source

    def contributions(matrix: np.ndarray) -> Contributions:
        values, base = linear_shap(coefficients, intercept + shift, means, matrix, source)
        return values, base, None

    return ready(
        references=0 if background is None else len(background),
        most_customers=NO_LIMIT,
        contributions=contributions,
        at_once=AT_ONCE,
    )


def _of_tree(ready: Ready, model: Model, place: int | None, background: Background) -> Explainer:
    tree, source, shift = model.estimator.tree_, model.source, _shift(model)
    shares = _as_said(model, pattern_shares(tree, _encoded(model, background)))
    amounts = pattern_amounts(shares, source, place or 0)

    def contributions(matrix: np.ndarray) -> Contributions:
        values, base = looked_up(tree, amounts, matrix)
        return values, base + shift, None

    return ready(references=len(background), most_customers=NO_LIMIT, contributions=contributions, at_once=AT_ONCE)


def _as_said(model: Model, shares: PatternShares) -> PatternShares:
    """A tree's leaves with what is said of their customers: a correction changes leaves, and leaves it a tree."""
    last = model.pipeline[-1]
    if not isinstance(last, Recalibrated):
        return shares
    said = last.recalibrator.probabilities(np.array([leaf.value[1] for leaf in shares.leaves]))
    leaves = (replace(leaf, value=np.array([1 - p, p])) for leaf, p in zip(shares.leaves, said, strict=True))
    return replace(shares, leaves=tuple(leaves))


def _shift(model: Model) -> float:
    return float(np.log(model.pipeline[-1].factor_)) if isinstance(model.pipeline[-1], LogTarget) else 0.0


def _of_ensemble(
    ready: Ready, model: Model, trees: tuple[list[FlatTree], float], background: Background, shift: float
) -> Explainer:
    from crm_ai.explanation.ensemble_shapley import ensemble_shap_of, reference_patterns

    flat, offset = trees
    affordable = STEPS // max(conditions(flat), 1)
    drawn = _encoded(model, _some(background, max(FEWEST_REFERENCES, affordable), model.problem.seed))
    patterns, source = reference_patterns(flat, drawn), model.source

    def contributions(matrix: np.ndarray) -> Contributions:
        values, base = ensemble_shap_of(flat, patterns, matrix, source)
        return values, base + offset + shift, None

    return ready(references=len(drawn), most_customers=max(FEWEST, affordable), contributions=contributions)


def _of_any(
    ready: Ready, model: Model, place: int | None, scale: str, background: Background, customers: int | None
) -> Explainer:
    """A model that cannot be taken apart, or whose prediction is no sum: estimated."""
    seed, source = model.problem.seed, model.source
    candidates = _encoded(model, _some(background, REFERENCES_OF_OTHERS, seed))
    said = output_on(model, place, scale, candidates)
    columns = max(len(model.columns), 1)
    is_slow = isinstance(model.estimator, ForeignPipeline) or hasattr(model.estimator, "estimators_")
    predictions = SLOW_PREDICTIONS if is_slow else PREDICTIONS
    pairs = min(MOST_PAIRS, max(FEWEST_PAIRS, len(candidates)))

    def contributions(matrix: np.ndarray) -> Contributions:
        affordable = predictions // (2 * columns * max(customers or len(matrix), 1))
        turns = min(pairs, max(FEWEST_PAIRS, affordable))
        return permutation_shap(
            lambda customers: output_on(model, place, scale, customers),
            matrix,
            candidates[drawn_evenly(said, turns, seed)],
            source,
            pairs=turns,
            seed=seed,
        )

    most = max(FEWEST, predictions // (2 * FEWEST_PAIRS * columns))
    return ready(references=len(candidates), most_customers=most, contributions=contributions)


def _encoded(model: Model, customers: Background) -> np.ndarray:
    return customers if isinstance(customers, np.ndarray) else model.encoder.transform(model.cleaned(customers))


def _some(customers: Background, most: int, seed: int) -> Background:
    if len(customers) <= most:
        return customers
    places = drawn(np.arange(len(customers)), most, seed)
    return customers[places] if isinstance(customers, np.ndarray) else customers.iloc[places]


def drawn(places: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Draw some of many.

    Parameters
    ----------
    places : numpy.ndarray of shape (n,)
        What is drawn from.
    most : int
        How many at most.
    seed : int
        Decides which.

    Returns
    -------
    numpy.ndarray of shape (min(n, most),)
        In their order.
    """
    if len(places) <= most:
        return places
    return np.sort(np.random.default_rng(seed).choice(places, most, replace=False))


def _trees(model: Model, place: int | None) -> tuple[list[FlatTree], float] | None:
    """An ensemble's trees, unless they ask too much for patterns to be written as bits."""
    if not is_ensemble(model.estimator):
        return None
    found = flat_trees(model.estimator, model.problem.task, place or 0)
    return found if max((tree.widest for tree in found[0]), default=0) <= MOST_CONDITIONS else None
