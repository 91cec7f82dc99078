"""What a linear regression leaves over: whether it scatters evenly, like a bell, and hangs on few customers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.explanation.textbook.design import Design, is_binary
from crm_ai.explanation.textbook.diagnostic import Diagnostic, Diagnostics, judged
from crm_ai.explanation.textbook.fit import Fit, inverse
from crm_ai.explanation.textbook.least_squares import least_squares
from crm_ai.words import _, count, number, percent

MOST_INFLUENTIAL = 10


@dataclass(frozen=True, slots=True, eq=False)
class _Scatter:
    """Sums of the residuals' powers, of their squares times columns, and who moves the coefficients most."""

    powers: np.ndarray
    squares_with: np.ndarray
    total: float
    influential: pd.DataFrame


def linear_diagnostics(design: Design) -> Diagnostics:
    """Test the assumptions of a linear regression on its training customers.

    Parameters
    ----------
    design : Design
        The training customers.

    Returns
    -------
    Diagnostics
        f_statistic, r_squared, adjusted_r_squared, largest_cooks_distance; for a number also breusch_pagan, skewness,
        kurtosis (3 for a bell) and jarque_bera, which make no sense of a yes or no.

    References
    ----------
    Koenker (1981), Journal of Econometrics 17, "A note on studentizing a test for heteroscedasticity". Jarque, Bera
    (1987), International Statistical Review 55, "A test for normality of observations and regression residuals". Cook
    (1977), Technometrics 19, "Detection of influential observation in linear regression".
    """
    fit = least_squares(design)
    scatter = _scatter(design, fit)
    entries = _explained(fit, scatter.total)
    if not is_binary(design):
        entries += [_evenness(fit, scatter), *_bell(fit.sums.n, scatter.powers)]
    entries.append(_influence(fit, scatter.influential))
    return Diagnostics(model_type=design.model.model_type, entries=tuple(entries), influential=scatter.influential)


def _scatter(design: Design, fit: Fit) -> _Scatter:
    kept = fit.aliasing.kept
    bread = inverse(fit.sums.gram[np.ix_(kept, kept)])
    mean = float(design.outcome.mean())
    powers, squares_with, total, found, first = np.zeros(4), np.zeros(len(kept)), 0.0, [], 0
    for matrix, outcome in design.blocks():
        columns = matrix[:, kept]
        residuals = outcome - columns @ fit.coefficients
        powers += [float((residuals**power).sum()) for power in (1, 2, 3, 4)]
        squares_with += columns.T @ residuals**2
        total += float(((outcome - mean) ** 2).sum())
        leverage = np.einsum("ij,ij->i", columns @ bread, columns)
        found.append(_most_influential(fit, residuals, leverage, first))
        first += len(outcome)
    top = pd.concat(found).sort_values("distance", ascending=False, kind="stable").head(MOST_INFLUENTIAL)
    top["row"] = design.run.train_rows[top["row"].to_numpy()]
    return _Scatter(powers, squares_with, total, top.reset_index(drop=True))


def _most_influential(fit: Fit, residuals: np.ndarray, leverage: np.ndarray, first: int) -> pd.DataFrame:
    spare = fit.residual_degrees
    variance = fit.objective / spare if spare > 0 else math.nan
    with np.errstate(all="ignore"):
        distance = residuals**2 * leverage / (len(fit.coefficients) * variance * (1.0 - leverage) ** 2)
    # Who alone has a label is met exactly, and cannot be left out without losing the label.
    distance = np.where((leverage < 1.0 - 1e-10) & np.isfinite(distance), distance, 0.0)
    top = np.argsort(-distance, kind="stable")[:MOST_INFLUENTIAL]
    return pd.DataFrame(
        {"row": top + first, "distance": distance[top], "leverage": leverage[top], "residual": residuals[top]}
    )


def _explained(fit: Fit, total: float) -> list[Diagnostic]:
    """How much of the outcome is explained, and whether that is more than chance."""
    from scipy.special import fdtrc

    n, slopes, spare = fit.sums.n, len(fit.coefficients) - 1, fit.residual_degrees
    share = 1.0 - fit.objective / total if total > 0 else math.nan
    adjusted = 1.0 - (1.0 - share) * (n - 1) / spare if spare > 0 else math.nan
    statistic = p_value = math.nan
    if slopes and spare > 0:
        wald = fit.coefficients[1:] @ inverse(fit.covariance[1:, 1:]) @ fit.coefficients[1:]
        statistic = float(wald) / slopes
        p_value = float(fdtrc(slopes, spare, statistic))
    return [
        Diagnostic(
            name="f_statistic",
            value=statistic,
            p_value=p_value,
            degrees_of_freedom=(slopes, spare),
            n=n,
            meaning=judged(
                p_value,
                sure=_("Taken together, the columns tell something of the outcome ({p})."),
                unsure=_("Taken together, the columns may tell nothing of the outcome ({p})."),
            ),
        ),
        Diagnostic(
            name="r_squared",
            value=share,
            n=n,
            meaning=_("The columns account for {share} of how much training customers differ.").format(
                share=percent(share)
            ),
        ),
        Diagnostic(
            name="adjusted_r_squared",
            value=adjusted,
            n=n,
            meaning=_("Less what as many columns would account for by chance, it is {share}.").format(
                share=percent(adjusted)
            ),
        ),
    ]


def _evenness(fit: Fit, scatter: _Scatter) -> Diagnostic:
    """Breusch and Pagan's test in Koenker's form: whether the columns tell how large a residual is."""
    from scipy.special import chdtrc

    n, kept = fit.sums.n, fit.aliasing.kept
    mean_square, slopes = scatter.powers[1] / n, len(kept) - 1
    spread = scatter.powers[3] - n * mean_square**2
    statistic = p_value = math.nan
    if slopes and spread > 0:
        # Centred columns, so that no large mean is subtracted from another.
        means = fit.sums.means[kept[1:]]
        with_squares = scatter.squares_with[1:] - means * scatter.squares_with[0]
        covariance = fit.sums.centred[np.ix_(kept[1:] - 1, kept[1:] - 1)]
        statistic = n * float(with_squares @ inverse(covariance) @ with_squares) / spread
        p_value = float(chdtrc(slopes, statistic))
    return Diagnostic(
        name="breusch_pagan",
        value=statistic,
        p_value=p_value,
        degrees_of_freedom=(slopes,),
        n=n,
        meaning=judged(
            p_value,
            sure=_(
                "Errors are larger for some customers than for others ({p}): intervals of the coefficients are too "
                "narrow for some and too wide for others."
            ),
            unsure=_("No sign that errors are larger for some customers than for others ({p})."),
        ),
    )


def _bell(n: int, powers: np.ndarray) -> list[Diagnostic]:
    """Shape of the residuals' distribution; their mean is 0."""
    from scipy.special import chdtrc

    _first, variance, third, fourth = powers / n
    skewness = third / variance**1.5 if variance > 0 else math.nan
    kurtosis = fourth / variance**2 if variance > 0 else math.nan
    statistic = n / 6 * (skewness**2 + (kurtosis - 3) ** 2 / 4)
    p_value = float(chdtrc(2, statistic)) if math.isfinite(statistic) else math.nan
    if skewness > 0.5:
        leaning = _("Large errors are mostly outcomes far above what was expected (skewness {value}).")
    elif skewness < -0.5:
        leaning = _("Large errors are mostly outcomes far below what was expected (skewness {value}).")
    else:
        leaning = _("Errors lean to neither side by much (skewness {value}).")
    tails = (
        _("Very large errors are more frequent than in a bell curve (kurtosis {value} instead of 3).")
        if kurtosis > 4
        else _("Very large errors are no more frequent than in a bell curve (kurtosis {value}, a bell has 3).")
    )
    return [
        Diagnostic(name="skewness", value=skewness, n=n, meaning=leaning.format(value=number(skewness))),
        Diagnostic(name="kurtosis", value=kurtosis, n=n, meaning=tails.format(value=number(kurtosis))),
        Diagnostic(
            name="jarque_bera",
            value=statistic,
            p_value=p_value,
            degrees_of_freedom=(2,),
            n=n,
            meaning=judged(
                p_value,
                sure=_(
                    "Errors do not follow a bell curve ({p}); with many customers the coefficients' intervals hold all "
                    "the same, but a single customer's outcome strays farther than a bell says."
                ),
                unsure=_("Errors look like a bell curve ({p})."),
            ),
        ),
    ]


def _influence(fit: Fit, influential: pd.DataFrame) -> Diagnostic:
    largest = float(influential["distance"].iloc[0]) if len(influential) else math.nan
    sentence = (
        _(
            "One customer alone moves the coefficients a lot (row {row}; Cook's distance {value}): look whether it is "
            "right."
        )
        if largest > 1
        else _("No single customer moves the coefficients a lot (row {row} most; Cook's distance {value}, below 1).")
    )
    row = count(float(influential["row"].iloc[0]) + 1) if len(influential) else "–"
    return Diagnostic(
        name="largest_cooks_distance",
        value=largest,
        n=fit.sums.n,
        meaning=sentence.format(row=row, value=number(largest)),
    )
