"""Which columns tell a customer's group, so that leaving the group out of a model does not make it blind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.words import _, count, number, sentences, shorten

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.modeling import Groups, Problem, Segment
    from crm_ai.table import Table

FOLDS = 5
MOST_CUSTOMERS = 20_000
FEWEST_OF_A_GROUP = 10
DEPTH, LEAF = 4, 20
TELLING = {"roc_auc": 0.6, "r2": 0.1}
BLIND = {"roc_auc": 0.5, "r2": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """How well columns tell a segment.

    Parameters
    ----------
    segment : str
        What the groups are groups of.
    metric : str
        ``"roc_auc"`` (averaged over the groups, each against all others; 0.5 tells nothing) for groups, ``"r2"`` (0
        tells nothing) for a column of numbers.
    columns : pandas.DataFrame
        Columns column, value, low, high (cross-validated, with the spread between folds), share (of the model's
        reasons, NaN where not given); the most telling first.
    together : float
        The same metric of all columns at once.
    together_low, together_high : float
        Its 95 % interval.
    customers : int
        Customers that were looked at.
    """

    segment: str
    metric: str
    columns: pd.DataFrame
    together: float
    together_low: float
    together_high: float
    customers: int

    @property
    def telling(self) -> tuple[str, ...]:
        """Columns that tell the segment well: ROC AUC of 0.6 or R² of 0.1 and more, beyond chance."""
        found = self.columns
        strong = (found["value"] >= TELLING[self.metric]) & (found["low"] > BLIND[self.metric])
        return tuple(found.loc[strong, "column"])

    @property
    def verdict(self) -> str:
        """The outcome in words, in the reader's language."""
        together = number(self.together)
        name = {"roc_auc": _("ROC AUC"), "r2": "R²"}[self.metric]
        if not self.telling and not self.together_low > BLIND[self.metric]:
            return _("No column gives {segment} away, nor do all together: {metric} {together}, as by chance.").format(
                segment=self.segment, metric=name, together=together
            )
        if not self.telling:
            return _(
                "No single column gives {segment} away; all together tell it with a {metric} of {together}."
            ).format(segment=self.segment, metric=name, together=together)
        best = self.columns.iloc[0]
        said = _("“{column}” tells {segment} best ({metric} {value}); all columns together reach {together}.").format(
            column=shorten(str(best["column"])),
            segment=self.segment,
            metric=name,
            value=number(float(best["value"])),
            together=together,
        )
        share = float(self.columns.loc[self.columns["column"].isin(self.telling), "share"].sum(min_count=1))
        if not math.isfinite(share):
            return said
        telling = _("Columns that tell it make up {share} of the model's reasons.")
        return sentences([said, telling.format(share=f"{100 * share:.0f} %")])


def proxies(
    table: Table,
    problem: Problem,
    segment: str | Segment | Groups,
    *,
    importance: pd.DataFrame | None = None,
    seed: int = 0,
) -> Proxies:
    """Find the columns that predict a segment.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question; its features are looked at, but for the segment's own columns.
    segment : str, Segment or Groups
        What makes the groups. A single column of numbers without edges is predicted as numbers.
    importance : pandas.DataFrame, optional
        Columns column and mean_absolute: how much each moves a model's output, as ``explain(…).importance()`` tells.
    seed : int, default 0
        Draws 20,000 customers from more, and the folds.

    Returns
    -------
    Proxies
        Each column alone by a small decision tree, all together by gradient boosting, on customers neither has seen.

    Raises
    ------
    ProblemError
        If there are fewer than two groups of ten customers, or no other column.
    """
    import pandas as pd

    from crm_ai.modeling import TableEncoder

    own = _columns_of(segment)
    features = [name for name in problem.features if name not in own]
    rows, target, metric, name = _target(table, segment, seed)
    if not features:
        raise ProblemError(_("No other column is left that could tell {segment}.").format(segment=name))
    frame = table.frame[features].iloc[rows]
    kinds = {column: table.schema[column].kind.value for column in features}
    encoder = TableEncoder(kinds, standardize=False, drop_reference=False, dtype="float32")
    parts = list(_folds(target, metric, seed))
    scores: dict[str, list[float]] = {column: [] for column in features}
    together = []
    for fit, judge in parts:
        seen, unseen = encoder.fit_transform(frame.iloc[fit]), encoder.transform(frame.iloc[judge])
        for place, column in enumerate(encoder.columns_):
            mine = encoder.source_ == place
            scores[column].append(
                _score(_tree(metric, seed), seen[:, mine], unseen[:, mine], target, fit, judge, metric)
            )
        together.append(_score(_boosting(metric, seed), seen, unseen, target, fit, judge, metric))
    shares = _shares(importance)
    rows_ = [(column, *_interval(values), shares.get(column, math.nan)) for column, values in scores.items()]
    found = pd.DataFrame(rows_, columns=["column", "value", "low", "high", "share"])
    value, low, high = _interval(together)
    return Proxies(
        segment=name,
        metric=metric,
        columns=found.sort_values("value", ascending=False, kind="stable", ignore_index=True),
        together=value,
        together_low=low,
        together_high=high,
        customers=len(rows),
    )


def _columns_of(segment: str | Segment | Groups) -> tuple[str, ...]:
    from crm_ai.modeling import Segment

    if isinstance(segment, str):
        return (segment,)
    return segment.columns if isinstance(segment, Segment) else ()


def _target(table: Table, segment: str | Segment | Groups, seed: int) -> tuple[np.ndarray, np.ndarray, str, str]:
    """Rows, what is predicted of them, how it is judged, and the segment's name."""
    from crm_ai.modeling import Segment, groups_of
    from crm_ai.modeling.groups import MOST_VALUES_AS_GROUPS
    from crm_ai.table import Kind

    wanted = Segment((segment,)) if isinstance(segment, str) else segment
    if isinstance(wanted, Segment) and len(wanted.columns) == 1 and not wanted.edges:
        column = table.frame[wanted.columns[0]]
        if table.schema[wanted.columns[0]].kind is Kind.NUMBER and column.nunique() > MOST_VALUES_AS_GROUPS:
            values = column.to_numpy(dtype=np.float64, na_value=np.nan)
            rows = _drawn(np.flatnonzero(np.isfinite(values)), seed)
            return rows, values[rows], "r2", wanted.name
    groups = groups_of(table, wanted)
    rows = _drawn(np.arange(len(groups.codes)), seed)
    codes = groups.codes[rows]
    sizes = np.bincount(codes, minlength=len(groups.names))
    kept = sizes[codes] >= FEWEST_OF_A_GROUP
    if (sizes >= FEWEST_OF_A_GROUP).sum() < 2:
        raise ProblemError(
            _("There are not two groups of {n} customers by {segment}.").format(
                n=count(FEWEST_OF_A_GROUP), segment=groups.name
            ),
            where=table.source,
            next_step=_("Choose another segment, or larger groups."),
        )
    return rows[kept], np.unique(codes[kept], return_inverse=True)[1], "roc_auc", groups.name


def _drawn(rows: np.ndarray, seed: int) -> np.ndarray:
    if len(rows) <= MOST_CUSTOMERS:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, MOST_CUSTOMERS, replace=False))


def _folds(target: np.ndarray, metric: str, seed: int) -> Any:
    from sklearn.model_selection import KFold, StratifiedKFold

    kind = KFold if metric == "r2" else StratifiedKFold
    return kind(FOLDS, shuffle=True, random_state=seed).split(target, target)


def _tree(metric: str, seed: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    kind = DecisionTreeRegressor if metric == "r2" else DecisionTreeClassifier
    return kind(max_depth=DEPTH, min_samples_leaf=LEAF, random_state=seed)


def _boosting(metric: str, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if metric == "r2" else HistGradientBoostingClassifier
    return kind(max_iter=60, max_leaf_nodes=8, early_stopping=False, random_state=seed)


def _score(
    estimator: Any,
    seen: np.ndarray,
    unseen: np.ndarray,
    target: np.ndarray,
    fit: np.ndarray,
    judge: np.ndarray,
    metric: str,
) -> float:
    from sklearn.metrics import r2_score

    from crm_ai.evaluation import macro_roc_auc

    fitted = estimator.fit(seen, target[fit])
    if metric == "r2":
        return float(r2_score(target[judge], fitted.predict(unseen)))
    return macro_roc_auc(target[judge], fitted.predict_proba(unseen)).value


def _interval(values: Sequence[float]) -> tuple[float, float, float]:
    from crm_ai.evaluation.paired import corrected_resampled_t

    found = corrected_resampled_t("score", values, 1 / (FOLDS - 1)).estimate
    low, high = (found.low, found.high) if math.isfinite(found.low) else (found.value, found.value)
    return found.value, low, high


def _shares(importance: pd.DataFrame | None) -> dict[str, float]:
    if importance is None:
        return {}
    total = float(importance["mean_absolute"].sum())
    sizes = zip(importance["column"], importance["mean_absolute"], strict=True)
    return {str(column): float(size) / total if total > 0 else 0.0 for column, size in sizes}
