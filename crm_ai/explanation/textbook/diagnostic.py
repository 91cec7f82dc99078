"""A test of a regression, with what it means in plain words."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field

import pandas as pd

from crm_ai.words import _, number

SURE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One number that judges a regression.

    Parameters
    ----------
    name : str
        The field's term, for instance ``"breusch_pagan"``.
    value : float
        The statistic; NaN where it is undefined.
    p_value : float
        How probable one at least as large is if nothing is amiss; NaN where there is no such test.
    degrees_of_freedom : tuple of float
        Of the statistic's distribution; empty where there is none.
    n : int
        Customers that the value rests on.
    meaning : str
        One sentence for the reader.
    """

    name: str
    value: float
    p_value: float = math.nan
    degrees_of_freedom: tuple[float, ...] = ()
    n: int = 0
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Diagnostics:
    """All that is known of whether a regression's assumptions hold.

    Parameters
    ----------
    model_type : str
        The model.
    entries : tuple of Diagnostic
        The tests.
    influential : pandas.DataFrame
        The customers that move the coefficients most: columns row (position in the table), distance (Cook's), leverage,
        residual; the most influential first. Empty for logistic regression.
    """

    model_type: str
    entries: tuple[Diagnostic, ...]
    influential: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __getitem__(self, name: str) -> Diagnostic:
        return {entry.name: entry for entry in self.entries}[name]

    def to_frame(self) -> pd.DataFrame:
        """Tests as a table.

        Returns
        -------
        pandas.DataFrame
            One row a test, columns as the parameters of ``Diagnostic``.
        """
        return pd.DataFrame([asdict(entry) for entry in self.entries], columns=list(Diagnostic.__dataclass_fields__))


def probability_in_words(p_value: float) -> str:
    """Write a p-value.

    Parameters
    ----------
    p_value : float
        In [0, 1].

    Returns
    -------
    str
        Small ones as what they are less than.

    Examples
    --------
    >>> probability_in_words(0.0312), probability_in_words(1e-9)
    ('p = 0.031', 'p < 0.001')
    """
    if not math.isfinite(p_value):
        return _("p unknown")
    return _("p < 0.001") if p_value < 0.001 else _("p = {p}").format(p=f"{p_value:.3f}")


def judged(p_value: float, *, sure: str, unsure: str, value: float = math.nan) -> str:
    """Choose the sentence that a test bears out.

    Parameters
    ----------
    p_value : float
        Of the test.
    sure, unsure : str
        Sentences with the places ``{p}`` and ``{value}``: for a p-value below 0.05, and for any other.
    value : float, optional
        What the sentences tell.

    Returns
    -------
    str
        One of the sentences; if the test is undefined, that it is.
    """
    if not math.isfinite(p_value):
        return _("This cannot be tested here.")
    sentence = sure if p_value < SURE else unsure
    return sentence.format(p=probability_in_words(p_value), value=number(value))
