"""Results in, Plotly figures out. One template, one palette, titles that say the finding."""

from crm_ai.charts import (
    coefficients,
    comparison,
    confusion,
    data,
    drift,
    drivers,
    failures,
    fairness,
    money,
    ranking,
    reasons,
    regression,
    trees,
)
from crm_ai.charts.theme import describe, inked

__all__ = [
    "coefficients",
    "comparison",
    "confusion",
    "data",
    "describe",
    "drift",
    "drivers",
    "failures",
    "fairness",
    "inked",
    "money",
    "ranking",
    "reasons",
    "regression",
    "trees",
]
