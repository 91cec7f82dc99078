"""A table of coefficients, as textbooks print it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One row of a table of coefficients; NaN where a number is not defined.

    Parameters
    ----------
    term : str
        The encoded column, for instance ``"Contract = One year"``, or ``"(intercept)"``.
    column, level, reference : str
        The original column, the label that is compared, and the one it is compared with; a missing cell is compared
        with the median. Empty where they do not apply.
    estimate : float
        Change of the outcome, or of its log-odds, for one more unit (a day for dates) or for the label instead of its
        reference, all else equal. Infinite where the column separates the answers.
    standard_error, low, high : float
        Of the estimate, with its 95 % interval.
    statistic, p_value : float
        Estimate divided by standard error: t for linear, z for logistic regression; and how probable one at least as
        large is if the column had no part in it.
    odds_ratio, odds_low, odds_high : float
        Factor on the odds, with its 95 % interval; NaN for linear regression.
    step : float
        A change of the column that compares with others: two standard deviations of a number, 1 for a label.
    model : float
        The model's own coefficient, in the same units as the estimate.
    customers : int
        Training customers with the label; all of them for numbers.
    n : int
        Training customers.
    remark : str
        What the reader must know; empty for most.
    """

    term: str
    column: str
    level: str
    reference: str
    estimate: float
    standard_error: float
    low: float
    high: float
    statistic: float
    p_value: float
    odds_ratio: float
    odds_low: float
    odds_high: float
    step: float
    model: float
    customers: int
    n: int
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """All coefficients of a regression.

    Parameters
    ----------
    model_type : str
        The model.
    scale : {"value", "probability", "log-odds"}
        What the estimates are measured in.
    entries : tuple of Coefficient
        The intercept first, then the encoded columns in order.
    n : int
        Training customers.
    degrees_of_freedom : float
        Of the t statistic; infinite for z.
    notes : tuple of str
        What the reader must know of all of them, one sentence each.
    """

    model_type: str
    scale: str
    entries: tuple[Coefficient, ...]
    n: int
    degrees_of_freedom: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Coefficients as a table.

        Returns
        -------
        pandas.DataFrame
            One row a coefficient, columns as the parameters of ``Coefficient``.
        """
        return pd.DataFrame([asdict(entry) for entry in self.entries], columns=list(Coefficient.__dataclass_fields__))

    def comparable(self) -> pd.DataFrame:
        """Estimates on one scale, so that numbers compare with labels.

        Returns
        -------
        pandas.DataFrame
            Columns term, column, level, reference, step, value, low, high, n; the strongest first, without the
            intercept and what has no finite estimate. The value is the change of the outcome for a step, or for
            logistic regression the odds ratio of a step: two standard deviations of a number, a label instead of its
            reference.
        """
        frame = self.to_frame()
        frame = frame[np.isfinite(frame["estimate"]) & (frame["step"] > 0)]
        changes = frame[["estimate", "low", "high"]].mul(frame["step"], axis=0)
        order = np.argsort(-changes["estimate"].abs().to_numpy(), kind="stable")
        changes = np.exp(changes) if self.scale == "log-odds" else changes
        named = frame[["term", "column", "level", "reference", "step"]]
        values = changes.rename(columns={"estimate": "value"})
        ranked: pd.DataFrame = pd.concat([named, values, frame["n"]], axis=1).iloc[order].reset_index(drop=True)
        return ranked
