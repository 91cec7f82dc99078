"""From segments to gaps: for whom is it worse, is it more than chance, where does it come from, how to close it."""

from crm_ai.fairness.adoption import (
    Adoption,
    adopted_digest,
    adoption_as_json,
    adoption_from_json,
    adoption_of,
    candidate_again,
)
from crm_ai.fairness.advice import CONCERNS, Concern, recommend
from crm_ai.fairness.audit import (
    FAIRNESS_METRICS,
    Audit,
    audit_answers,
    audit_cells,
    audit_errors,
    audit_fairness,
    audit_tally,
    judged_together,
)
from crm_ai.fairness.bootstrap import bootstrap_intervals
from crm_ai.fairness.calibration import GroupCalibration, calibration_by_group, score_density, score_quantiles
from crm_ai.fairness.candidate import CONSTRAINTS, KNOWS_THE_GROUP, METHODS, UNCONSTRAINED, Candidate
from crm_ai.fairness.changes import Changes, who_changes
from crm_ai.fairness.conflicts import Conflict, Notion, conflicts
from crm_ai.fairness.data_audit import DataAudit, audit_data
from crm_ai.fairness.examination import Examination, examine
from crm_ai.fairness.flips import Flips, flip_segment
from crm_ai.fairness.frontier import frontier, gap_of, proposed
from crm_ai.fairness.frontier import in_words as frontier_in_words
from crm_ai.fairness.mitigation import adopt, candidates, mitigate
from crm_ai.fairness.pairs import Pair
from crm_ai.fairness.proxies import Proxies, proxies
from crm_ai.fairness.thresholds import across_thresholds
from crm_ai.fairness.verdict import FEWEST, FOUR_FIFTHS, POINTS, Judgement, judgements_in_words, segments_in_words

__all__ = [
    "CONCERNS",
    "CONSTRAINTS",
    "FAIRNESS_METRICS",
    "FEWEST",
    "FOUR_FIFTHS",
    "KNOWS_THE_GROUP",
    "METHODS",
    "POINTS",
    "UNCONSTRAINED",
    "Adoption",
    "Audit",
    "Candidate",
    "Changes",
    "Concern",
    "Conflict",
    "DataAudit",
    "Examination",
    "Flips",
    "GroupCalibration",
    "Judgement",
    "Notion",
    "Pair",
    "Proxies",
    "across_thresholds",
    "adopt",
    "adopted_digest",
    "adoption_as_json",
    "adoption_from_json",
    "adoption_of",
    "audit_answers",
    "audit_cells",
    "audit_data",
    "audit_errors",
    "audit_fairness",
    "audit_tally",
    "bootstrap_intervals",
    "calibration_by_group",
    "candidate_again",
    "candidates",
    "conflicts",
    "examine",
    "flip_segment",
    "frontier",
    "frontier_in_words",
    "gap_of",
    "judged_together",
    "judgements_in_words",
    "mitigate",
    "proposed",
    "proxies",
    "recommend",
    "score_density",
    "score_quantiles",
    "segments_in_words",
    "who_changes",
]
