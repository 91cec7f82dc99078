"""From a table to trained models."""

from crm_ai.modeling.answers import answer_of, answers, label_place, question_in_words
from crm_ai.modeling.comparison import Comparison, Rival, compare, score_difference
from crm_ai.modeling.comparison import in_words as comparison_in_words
from crm_ai.modeling.corrections import corrections
from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.foreign import ForeignClassifier, ForeignPipeline
from crm_ai.modeling.foreign_model import adopt_pipeline
from crm_ai.modeling.foreign_run import judge_pipeline
from crm_ai.modeling.groups import band_edges, group_codes, groups_of, segment_frame, segment_name, table_groups
from crm_ai.modeling.labels import label_counts
from crm_ai.modeling.learning_curve import LearningCurve, learning_curve, more_in_words
from crm_ai.modeling.log_target import LogTarget
from crm_ai.modeling.model_types import (
    BASELINE,
    FOREIGN,
    MODEL_TYPES,
    ModelType,
    Parameter,
    find_model_type,
    model_type_of,
    model_types_for,
)
from crm_ai.modeling.plan import Choice, Plan, make_plan, plan_as_json, plan_from_json
from crm_ai.modeling.problem import USUAL_THRESHOLD, Problem, Scale, Split, SplitKind, Task, problem_from_json
from crm_ai.modeling.progress import Progress
from crm_ai.modeling.proposal import Proposal, propose_problem
from crm_ai.modeling.record import read_record, repeat, run_record, save_record
from crm_ai.modeling.refitting import Lesson, Refitted, first_folds, refit
from crm_ai.modeling.results import (
    best_by_cross_validation,
    confidence_tally,
    confusion_tally,
    error_tally,
    headline,
    out_of_fold_tally,
    tally,
)
from crm_ai.modeling.run import Model, Run
from crm_ai.modeling.search import DECISIVE
from crm_ai.modeling.segments import Groups, Segment, groups_from_labels, read_segments
from crm_ai.modeling.split_proposal import groups_possible, propose_scale, propose_split, times_possible
from crm_ai.modeling.training import carry_out, run_digest, train
from crm_ai.modeling.verdict import HEADLINE, how_good_in_words

__all__ = [
    "BASELINE",
    "DECISIVE",
    "FOREIGN",
    "HEADLINE",
    "MODEL_TYPES",
    "USUAL_THRESHOLD",
    "Choice",
    "Comparison",
    "ForeignClassifier",
    "ForeignPipeline",
    "Groups",
    "LearningCurve",
    "Lesson",
    "LogTarget",
    "Model",
    "ModelType",
    "Parameter",
    "Plan",
    "Problem",
    "Progress",
    "Proposal",
    "Refitted",
    "Rival",
    "Run",
    "Scale",
    "Segment",
    "Split",
    "SplitKind",
    "TableEncoder",
    "Task",
    "adopt_pipeline",
    "answer_of",
    "answers",
    "band_edges",
    "best_by_cross_validation",
    "carry_out",
    "compare",
    "comparison_in_words",
    "confidence_tally",
    "confusion_tally",
    "corrections",
    "error_tally",
    "find_model_type",
    "first_folds",
    "group_codes",
    "groups_from_labels",
    "groups_of",
    "groups_possible",
    "headline",
    "how_good_in_words",
    "judge_pipeline",
    "label_counts",
    "label_place",
    "learning_curve",
    "make_plan",
    "model_type_of",
    "model_types_for",
    "more_in_words",
    "out_of_fold_tally",
    "plan_as_json",
    "plan_from_json",
    "problem_from_json",
    "propose_problem",
    "propose_scale",
    "propose_split",
    "question_in_words",
    "read_record",
    "read_segments",
    "refit",
    "repeat",
    "run_digest",
    "run_record",
    "save_record",
    "score_difference",
    "segment_frame",
    "segment_name",
    "table_groups",
    "tally",
    "times_possible",
    "train",
]
