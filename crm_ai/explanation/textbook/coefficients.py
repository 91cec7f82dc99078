"""A regression read as in a textbook: coefficients in the table's own units, and how sure they are."""

from __future__ import annotations

import math

import numpy as np

from crm_ai.explanation.textbook.coefficient import Coefficient, Coefficients
from crm_ai.explanation.textbook.design import is_binary, training_design
from crm_ai.explanation.textbook.fit import Fit
from crm_ai.explanation.textbook.terms import INTERCEPT, Term, in_original_units, own_coefficients, terms
from crm_ai.modeling import Run
from crm_ai.words import _, count

STANDARD_DEVIATIONS = 2.0  # as far as a label is from its reference, which most customers are
MOST_NAMES = 4


def coefficients(run: Run, model_type: str) -> Coefficients:
    """Read a linear or logistic regression as in a textbook.

    Estimates are those of the training customers without penalty, as statistics packages give them, so that intervals
    and p-values mean what they say; what the model itself uses stands beside them.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        ``"linear_regression"`` or ``"logistic_regression"``.

    Returns
    -------
    Coefficients
        In original units, with standard errors, 95 % intervals, p-values and, for logistic regression, odds ratios.
        For a yes/no question linear regression has robust standard errors (HC1).

    Raises
    ------
    ProblemError
        If the model has no coefficients, or one set for each of several answers.

    References
    ----------
    Hosmer, Lemeshow, Sturdivant (2013), Applied Logistic Regression, 3rd edition, chapters 1 to 3. Gelman (2008),
    Statistics in Medicine 27, "Scaling regression inputs by dividing by two standard deviations".

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"months": np.arange(200.0) % 40, "spent": 10 + 2.5 * (np.arange(200) % 40)})
    >>> table = table_from_frame(frame)
    >>> question = propose_problem(table, target="spent", features=["months"]).problem
    >>> found = coefficients(train(table, question, ["linear_regression"]), "linear_regression")
    >>> [(entry.term, round(entry.estimate, 6)) for entry in found.entries]
    [('(intercept)', 10.0), ('months', 2.5)]
    """
    from crm_ai.explanation.textbook.least_squares import least_squares
    from crm_ai.explanation.textbook.maximum_likelihood import maximum_likelihood

    design = training_design(run, model_type)
    logistic = model_type == "logistic_regression"
    fit = maximum_likelihood(design) if logistic else least_squares(design)
    described = terms(design.model)
    degrees = math.inf if logistic else float(fit.residual_degrees)
    numbers = _numbers(fit, in_original_units(described), degrees, logistic=logistic)
    intercept, slopes = own_coefficients(design.model)
    numbers["model"] = in_original_units(described) @ np.append(intercept, slopes)
    return Coefficients(
        model_type=model_type,
        scale="log-odds" if logistic else "probability" if is_binary(design) else "value",
        entries=_entries(fit, described, numbers),
        n=design.n,
        degrees_of_freedom=degrees,
        notes=_notes(fit, described, logistic=logistic, robust=is_binary(design)),
    )


def _numbers(fit: Fit, units: np.ndarray, degrees: float, *, logistic: bool) -> dict[str, np.ndarray]:
    """Estimates and all that follows from them, one number a column of the design."""
    from scipy.special import stdtr, stdtrit

    kept, width = fit.aliasing.kept, len(units)
    change = units[np.ix_(kept, kept)]
    endless = np.sign(change @ fit.diverging) * (np.abs(change) @ np.abs(fit.diverging) > 0)
    with np.errstate(all="ignore"):
        estimate = np.where(endless == 0, change @ fit.coefficients, endless * np.inf)
        error = np.where(endless == 0, np.sqrt(np.diag(change @ fit.covariance @ change.T)), np.nan)
        statistic = np.where(error > 0, estimate / error, np.nan)
        margin = stdtrit(degrees, 0.975) * error if degrees > 0 else error * np.nan
        known = {
            "estimate": estimate,
            "standard_error": error,
            "low": estimate - margin,
            "high": estimate + margin,
            "statistic": statistic,
            "p_value": 2.0 * stdtr(degrees, -np.abs(statistic)) if degrees > 0 else error * np.nan,
        }
        odds = {"odds_ratio": "estimate", "odds_low": "low", "odds_high": "high"}
        known |= {name: np.exp(known[of]) if logistic else error * np.nan for name, of in odds.items()}
    numbers = {name: np.full(width, np.nan) for name in known}
    for name, values in known.items():
        numbers[name][kept] = values
    return numbers


def _entries(fit: Fit, described: tuple[Term, ...], numbers: dict[str, np.ndarray]) -> tuple[Coefficient, ...]:
    remarks = _remarks(fit, described)
    entries = []
    for place, term in enumerate((None, *described)):
        numeric = term is None or term.measured
        spread = math.sqrt(max(fit.sums.centred[place - 1, place - 1] / fit.sums.n, 0.0)) if term else 0.0
        entries.append(
            Coefficient(
                term=term.name if term else INTERCEPT,
                column=term.column if term else "",
                level=term.level if term else "",
                reference=term.reference if term else "",
                step=math.nan if term is None else STANDARD_DEVIATIONS * spread * term.scale if numeric else 1.0,
                customers=fit.sums.n if numeric else round(fit.sums.gram[place, place]),
                n=fit.sums.n,
                remark=remarks.get(place, ""),
                **{name: float(values[place]) for name, values in numbers.items()},
            )
        )
    return tuple(entries)


def _remarks(fit: Fit, described: tuple[Term, ...]) -> dict[int, str]:
    """By position: why a coefficient is missing or endless, and which ones it speaks for as well."""
    remarks = {}
    for place in fit.aliasing.kept[fit.diverging != 0].tolist():
        remarks[place] = _("separates the answers perfectly, so that no finite number fits best")
    spoken_for: dict[int, list[str]] = {}
    for place, partners in zip(fit.aliasing.dropped.tolist(), fit.aliasing.partners, strict=True):
        names = [described[partner - 1].name for partner in partners]
        remarks[place] = (
            _("cannot be told apart from {names}").format(names=_listed(names))
            if names
            else _("is the same for all training customers")
        )
        if len(partners) == 1:
            spoken_for.setdefault(partners[0], []).append(described[place - 1].name)
    for place, names in spoken_for.items():
        remarks.setdefault(place, _("speaks for {names} as well").format(names=_listed(names)))
    return remarks


def _listed(names: list[str]) -> str:
    shown = _(", ").join(f"“{name}”" for name in names[:MOST_NAMES])
    if len(names) <= MOST_NAMES:
        return shown
    return _("{names} and {n} more").format(names=shown, n=count(len(names) - MOST_NAMES))


def _notes(fit: Fit, described: tuple[Term, ...], *, logistic: bool, robust: bool) -> tuple[str, ...]:
    if logistic:
        notes = [
            _(
                "Estimates are of maximum likelihood, without the small penalty that the model itself carries; its own "
                "coefficients stand beside them."
            )
        ]
    elif robust:
        notes = [
            _(
                "A linear probability model: a yes or no cannot scatter equally for everybody, so standard errors are "
                "robust ones (HC1)."
            )
        ]
    else:
        notes = [_("Ordinary least squares with classical standard errors.")]
    dropped = [described[place - 1].name for place in fit.aliasing.dropped]
    if dropped:
        notes.append(
            _("Left out, because other columns say the same or all customers are alike: {names}.").format(
                names=_listed(dropped)
            )
        )
    if fit.diverging.any():
        notes.append(_("Some columns separate the answers perfectly: their estimates are without end."))
    if not fit.converged:
        notes.append(_("The best coefficients could not be found, so nothing is said of how sure they are."))
    if fit.residual_degrees <= 0:
        notes.append(_("There are no more customers than coefficients, so nothing is said of how sure they are."))
    return tuple(notes)
