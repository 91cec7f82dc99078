"""Whether a logistic regression tells anything, how much, and whether its probabilities come true."""

from __future__ import annotations

import math

import numpy as np

from crm_ai.explanation.textbook.design import Design
from crm_ai.explanation.textbook.diagnostic import Diagnostic, Diagnostics, judged
from crm_ai.explanation.textbook.fit import Fit
from crm_ai.explanation.textbook.maximum_likelihood import maximum_likelihood
from crm_ai.words import _, number

TENTHS = 10


def logistic_diagnostics(design: Design) -> Diagnostics:
    """Test a logistic regression on its training customers.

    Parameters
    ----------
    design : Design
        The training customers.

    Returns
    -------
    Diagnostics
        likelihood_ratio (against a model of the intercept alone), mcfadden_r_squared and hosmer_lemeshow.

    References
    ----------
    McFadden (1974), in Zarembka (ed.), Frontiers in Econometrics, "Conditional logit analysis of qualitative choice
    behavior". Hosmer, Lemeshow (1980), Communications in Statistics 9, "Goodness of fit tests for the multiple logistic
    regression model".
    """
    fit = maximum_likelihood(design)
    share = float(design.outcome.mean())
    null = design.n * (share * math.log(share) + (1 - share) * math.log(1 - share))
    entries = (_likelihood_ratio(fit, null), _mcfadden(fit, null), _hosmer_lemeshow(design, fit))
    return Diagnostics(model_type=design.model.model_type, entries=entries)


def _likelihood_ratio(fit: Fit, null: float) -> Diagnostic:
    from scipy.special import chdtrc

    statistic, slopes = max(2.0 * (fit.objective - null), 0.0), len(fit.coefficients) - 1
    p_value = float(chdtrc(slopes, statistic)) if slopes else math.nan
    return Diagnostic(
        name="likelihood_ratio",
        value=statistic,
        p_value=p_value,
        degrees_of_freedom=(slopes,),
        n=fit.sums.n,
        meaning=judged(
            p_value,
            sure=_("Taken together, the columns tell something of the answer ({p})."),
            unsure=_("Taken together, the columns may tell nothing of the answer ({p})."),
        ),
    )


def _mcfadden(fit: Fit, null: float) -> Diagnostic:
    share = 1.0 - fit.objective / null
    return Diagnostic(
        name="mcfadden_r_squared",
        value=share,
        n=fit.sums.n,
        meaning=_(
            "McFadden's R² is {value}: 0 tells nothing, 1 everything; from 0.2 to 0.4 is an excellent fit by this "
            "measure, which runs lower than a linear regression's R²."
        ).format(value=number(share)),
    )


def _hosmer_lemeshow(design: Design, fit: Fit) -> Diagnostic:
    """Observed against expected answers in tenths of customers by probability."""
    from scipy.special import chdtrc, expit

    columns = (matrix[:, fit.aliasing.kept] for matrix, _outcome in design.blocks())
    probability = np.concatenate([expit(block @ fit.coefficients) for block in columns])
    # Rounding would put customers of one probability into two tenths.
    probability = probability.round(12)
    edges = np.unique(np.quantile(probability, np.linspace(0.0, 1.0, TENTHS + 1)))
    group = np.clip(np.searchsorted(edges, probability) - 1, 0, None)
    size = np.bincount(group)
    expected, observed = np.bincount(group, probability), np.bincount(group, design.outcome)
    with np.errstate(all="ignore"):
        terms = (observed - expected) ** 2 / (expected * (1.0 - expected / size))
    degrees = len(size) - 2
    statistic = float(terms.sum()) if degrees > 0 else math.nan
    p_value = float(chdtrc(degrees, statistic)) if math.isfinite(statistic) else math.nan
    return Diagnostic(
        name="hosmer_lemeshow",
        value=statistic,
        p_value=p_value,
        degrees_of_freedom=(degrees,),
        n=design.n,
        meaning=judged(
            p_value,
            sure=_(
                "In some tenths of the customers more or fewer have the answer than the probabilities say ({p}); with "
                "very many customers this shows even where the gap is too small to matter."
            ),
            unsure=_("In each tenth of the customers about as many have the answer as the probabilities say ({p})."),
        ),
    )
