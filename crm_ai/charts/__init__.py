"""Results in, Plotly figures out. One template, one palette, titles that say the finding."""

from crm_ai.charts import (
    coefficients,
    comparison,
    confusion,
    data,
    drivers,
    failures,
    fairness,
    money,
    purchases,
    ranking,
    reasons,
    regression,
    segments,
    trees,
)
from crm_ai.charts.theme import describe, inked

__all__ = [
    "coefficients",
    "comparison",
    "confusion",
    "data",
    "describe",
    "drivers",
    "failures",
    "fairness",
    "inked",
    "money",
    "purchases",
    "ranking",
    "reasons",
    "regression",
    "segments",
    "trees",
]
