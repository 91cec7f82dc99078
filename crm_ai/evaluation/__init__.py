"""Arrays in, numbers out: each number with its interval and the customers it rests on."""

from crm_ai.evaluation.conformal import (
    LEVELS,
    PredictionRanges,
    conformal_ranges,
    coverage_by_level,
    range_coverage,
    ranges_from_json,
)
from crm_ai.evaluation.confusion import ConfusionTally, tally_confusion
from crm_ai.evaluation.contrasts import GroupValues, difference_of_pair, largest_difference, smallest_ratio
from crm_ai.evaluation.curves import precision_recall_curve, roc_curve
from crm_ai.evaluation.error_tally import ERROR_METRICS, ErrorTally, error_edges, tally_errors
from crm_ai.evaluation.estimate import Estimate, to_frame
from crm_ai.evaluation.gains import gains_curve, lift
from crm_ai.evaluation.intervals import percentile_interval, resample, wilson
from crm_ai.evaluation.metrics import RATES, THRESHOLD_METRICS, at_threshold, rate_estimates, rates_by_group
from crm_ai.evaluation.multiclass import (
    class_metrics,
    confusion_metrics,
    macro_roc_auc,
    multiclass_metrics,
    one_against_rest,
)
from crm_ai.evaluation.probabilities import (
    brier_decomposition,
    brier_score,
    calibration_curve,
    expected_calibration_error,
)
from crm_ai.evaluation.profit import Decision, Offer, best_threshold, decide, decision_in_words, gain_at, profit_curve
from crm_ai.evaluation.ranking import average_precision, exact_ranking, kolmogorov_smirnov, roc_auc
from crm_ai.evaluation.regression import error_histogram, has_percentages, regression_metrics, residual_curve
from crm_ai.evaluation.tally import Tally, score_edges, tally_scores
from crm_ai.evaluation.vocabulary import describe

__all__ = [
    "ERROR_METRICS",
    "LEVELS",
    "RATES",
    "THRESHOLD_METRICS",
    "ConfusionTally",
    "Decision",
    "ErrorTally",
    "Estimate",
    "GroupValues",
    "Offer",
    "PredictionRanges",
    "Tally",
    "at_threshold",
    "average_precision",
    "best_threshold",
    "brier_decomposition",
    "brier_score",
    "calibration_curve",
    "class_metrics",
    "conformal_ranges",
    "confusion_metrics",
    "coverage_by_level",
    "decide",
    "decision_in_words",
    "describe",
    "difference_of_pair",
    "error_edges",
    "error_histogram",
    "exact_ranking",
    "expected_calibration_error",
    "gain_at",
    "gains_curve",
    "has_percentages",
    "kolmogorov_smirnov",
    "largest_difference",
    "lift",
    "macro_roc_auc",
    "multiclass_metrics",
    "one_against_rest",
    "percentile_interval",
    "precision_recall_curve",
    "profit_curve",
    "range_coverage",
    "ranges_from_json",
    "rate_estimates",
    "rates_by_group",
    "regression_metrics",
    "resample",
    "residual_curve",
    "roc_auc",
    "roc_curve",
    "score_edges",
    "smallest_ratio",
    "tally_confusion",
    "tally_errors",
    "tally_scores",
    "to_frame",
    "wilson",
]
