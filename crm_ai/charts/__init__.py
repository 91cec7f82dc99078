"""Results in, Plotly figures out. One template, one palette, titles that say the finding."""

from crm_ai.charts import (
    closing,
    coefficients,
    comparison,
    confusion,
    data,
    drift,
    drivers,
    failures,
    fairness,
    group_scores,
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
    "closing",
    "coefficients",
    "comparison",
    "confusion",
    "data",
    "describe",
    "drift",
    "drivers",
    "failures",
    "fairness",
    "group_scores",
    "inked",
    "money",
    "purchases",
    "ranking",
    "reasons",
    "regression",
    "segments",
    "trees",
]
