"""From segments to gaps: for whom is it worse, and is that more than chance."""

from crm_ai.fairness.audit import FAIRNESS_METRICS, Audit, audit_errors, audit_fairness, audit_tally
from crm_ai.fairness.thresholds import across_thresholds
from crm_ai.fairness.verdict import FEWEST, FOUR_FIFTHS, POINTS, Judgement

__all__ = [
    "FAIRNESS_METRICS",
    "FEWEST",
    "FOUR_FIFTHS",
    "POINTS",
    "Audit",
    "Judgement",
    "across_thresholds",
    "audit_errors",
    "audit_fairness",
    "audit_tally",
]
