"""Columns that share their information, so that a regression cannot tell whose effect is whose."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from crm_ai.explanation.textbook.aliasing import Aliasing, find_aliases
from crm_ai.explanation.textbook.design import Moments, moments, training_design
from crm_ai.explanation.textbook.fit import inverse
from crm_ai.explanation.textbook.terms import Term, terms
from crm_ai.modeling import Run
from crm_ai.words import _, number

LIMIT = math.sqrt(10.0)  # of how much wider intervals are: the usual limit of 10 for a variance inflation factor
SHARE_OF_WEIGHT = 0.2
COLUMNS = ["term", "column", "vif", "gvif", "degrees_of_freedom", "inflation", "shared_with", "n"]


def collinearity(run: Run, model_type: str) -> pd.DataFrame:
    """How much less sure a regression's coefficients are because columns share their information.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        ``"linear_regression"`` or ``"logistic_regression"``.

    Returns
    -------
    pandas.DataFrame
        One row an encoded column. term; column (the original one); vif: how many times the variance of its coefficient
        is larger than if no other column told anything of it, at least 1, infinite if it is a sum of others; NaN if it
        is the same for everybody. gvif: the same for all encoded columns of an original column together, with their
        degrees_of_freedom; inflation: ``gvif ** (1 / (2 * degrees_of_freedom))``, how many times wider intervals are,
        comparable between columns; shared_with: the original columns whose information an inflated one shares; n.

    Raises
    ------
    ProblemError
        If the model is no regression with one formula.

    References
    ----------
    Fox, Monette (1992), Journal of the American Statistical Association 87, "Generalized collinearity diagnostics".

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> a, b = np.arange(400.0) % 20, np.arange(400.0) // 20
    >>> table = table_from_frame(pd.DataFrame({"a": a, "b": b, "both": 2 * a + b, "spent": 3 * a - b}))
    >>> question = propose_problem(table, target="spent", features=["a", "b", "both"]).problem
    >>> found = collinearity(train(table, question, ["linear_regression"]), "linear_regression")
    >>> found["vif"].tolist(), found["shared_with"].iloc[2]
    ([inf, inf, inf], ('a', 'b'))
    """
    design = training_design(run, model_type)
    described = terms(design.model)
    sums = moments(design)
    aliasing = find_aliases(sums)
    kept = aliasing.kept[1:]
    correlation = _correlation(sums, kept)
    precision = inverse(correlation)
    vif = np.full(len(described), np.nan)
    vif[kept - 1] = np.diag(precision)
    for place, partners in zip(aliasing.dropped, aliasing.partners, strict=True):
        if partners:
            vif[[place - 1, *(partner - 1 for partner in partners)]] = np.inf
    frame = pd.DataFrame({"term": [t.name for t in described], "column": [t.column for t in described], "vif": vif})
    groups = _groups(described, aliasing, correlation, precision)
    for name in ("gvif", "degrees_of_freedom", "inflation"):
        frame[name] = [groups[column][name] for column in frame["column"]]
    shared = _shared(described, aliasing, precision, {name: group["inflation"] for name, group in groups.items()})
    frame["shared_with"] = [shared[column] for column in frame["column"]]
    frame["n"] = design.n
    return frame[COLUMNS]


def collinearity_in_words(found: pd.DataFrame) -> list[str]:
    """Name the columns that share their information.

    Parameters
    ----------
    found : pandas.DataFrame
        As made by ``collinearity``.

    Returns
    -------
    list of str
        The rule, then a sentence for each column above its limit, the most inflated first; one sentence if none is.

    Examples
    --------
    >>> lone = pd.DataFrame([("a", "a", 1.2, 1.2, 1, 1.1, (), 90)], columns=COLUMNS)
    >>> collinearity_in_words(lone)
    ['No column shares so much with others that its intervals are more than 3.16 × as wide.']
    """
    columns = found.drop_duplicates("column").sort_values("inflation", ascending=False, kind="stable")
    inflated = columns[columns["inflation"] > LIMIT]
    if inflated.empty:
        return [
            _("No column shares so much with others that its intervals are more than {limit} × as wide.").format(
                limit=number(LIMIT)
            )
        ]
    rule = _(
        "Columns are named whose intervals are more than {limit} × as wide because others tell the same (a generalised "
        "variance inflation factor above 10 for one degree of freedom): read their coefficients together."
    ).format(limit=number(LIMIT))
    told = list(inflated[["column", "inflation", "shared_with"]].itertuples(index=False, name=None))
    tied = _clusters({column: shared for column, inflation, shared in told if math.isinf(inflation)})
    return [
        rule,
        *(
            _("{columns} say partly the very same: a coefficient cannot be split between them.").format(
                columns=_listed(cluster)
            )
            for cluster in tied
        ),
        *(
            _("“{column}” shares its information with {others}: its intervals are {times} × as wide.").format(
                column=column, others=_listed(shared) or _("several others"), times=number(inflation)
            )
            for column, inflation, shared in told
            if not math.isinf(inflation)
        ),
    ]


def _listed(names: Iterable[str]) -> str:
    return _(", ").join(f"“{name}”" for name in names)


def _clusters(tied: dict[str, tuple[str, ...]]) -> list[list[str]]:
    """Columns that are tied to each other, directly or through others."""
    clusters: list[list[str]] = []
    for column, others in tied.items():
        joined = [cluster for cluster in clusters if {column, *others} & set(cluster)]
        merged = dict.fromkeys([*(name for cluster in joined for name in cluster), column, *others])
        clusters = [cluster for cluster in clusters if cluster not in joined] + [list(merged)]
    return clusters


def _correlation(sums: Moments, kept: np.ndarray) -> np.ndarray:
    covariance = sums.centred[np.ix_(kept - 1, kept - 1)]
    spread = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(spread, spread))


def _groups(
    described: tuple[Term, ...], aliasing: Aliasing, correlation: np.ndarray, precision: np.ndarray
) -> dict[str, dict[str, float]]:
    """Generalised factors by original column."""
    owner = [described[place - 1].column for place in aliasing.kept[1:]]
    torn = _torn(described, aliasing)
    groups = {}
    for name in dict.fromkeys(term.column for term in described):
        own = [place for place, column in enumerate(owner) if column == name]
        size = float(len(own))
        gvif = math.nan
        if name in torn:
            gvif, size = math.inf, size + torn[name]
        elif own:
            # The minor of an inverse stands for the determinant of the other columns (Jacobi).
            sides = (np.linalg.slogdet(matrix[np.ix_(own, own)])[1] for matrix in (correlation, precision))
            gvif = float(np.exp(sum(sides)))
        inflation = gvif if math.isinf(gvif) or not size else gvif ** (1 / (2 * size))
        groups[name] = {"gvif": gvif, "degrees_of_freedom": int(size), "inflation": inflation}
    return groups


def _torn(described: tuple[Term, ...], aliasing: Aliasing) -> dict[str, int]:
    """Original columns tied to other ones exactly, and how many of their encoded columns were dropped for it."""
    torn: dict[str, int] = {}
    for place, partners in zip(aliasing.dropped.tolist(), aliasing.partners, strict=True):
        tied = {described[partner - 1].column for partner in partners}
        own = described[place - 1].column
        if tied - {own}:
            for name in tied:
                torn.setdefault(name, 0)
            torn[own] = torn.get(own, 0) + 1
    return torn


def _shared(
    described: tuple[Term, ...], aliasing: Aliasing, precision: np.ndarray, inflation: dict[str, float]
) -> dict[str, tuple[str, ...]]:
    """For each inflated column, those that it is tied to exactly, or else the inflated ones that say most of it."""
    found: dict[str, set[str]] = {name: set() for name in inflation}
    for place, partners in zip(aliasing.dropped.tolist(), aliasing.partners, strict=True):
        tied = {described[place - 1].column, *(described[partner - 1].column for partner in partners)}
        for name in tied:
            found[name] |= tied
    owner = [described[place - 1].column for place in aliasing.kept[1:]]
    for name in (name for name, times in inflation.items() if LIMIT < times < math.inf):
        own = [place for place, column in enumerate(owner) if column == name]
        worst = max(own, key=lambda place: precision[place, place])
        # A row of the inverse is, but for a factor, the regression of this column on all others.
        weights = np.where([column == name for column in owner], 0.0, np.abs(precision[worst]))
        heavy = np.flatnonzero(weights >= SHARE_OF_WEIGHT * weights.max(initial=0.0))
        found[name] |= {owner[place] for place in heavy if inflation[owner[place]] > LIMIT}
    order = list(inflation)
    return {name: tuple(sorted(others - {name}, key=order.index)) for name, others in found.items()}
