"""From a table to trained models."""

from crm_ai.modeling.answers import answers, question_in_words
from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.groups import group_codes, segment_frame, table_groups
from crm_ai.modeling.labels import label_counts
from crm_ai.modeling.model_types import MODEL_TYPES, ModelType, model_types_for
from crm_ai.modeling.problem import Problem, Task, problem_from_json
from crm_ai.modeling.progress import Progress
from crm_ai.modeling.proposal import Proposal, propose_problem
from crm_ai.modeling.results import (
    best_by_cross_validation,
    confusion_tally,
    error_tally,
    headline,
    label_place,
    tally,
)
from crm_ai.modeling.run import Model, Run
from crm_ai.modeling.training import run_digest, train

__all__ = [
    "MODEL_TYPES",
    "Model",
    "ModelType",
    "Problem",
    "Progress",
    "Proposal",
    "Run",
    "TableEncoder",
    "Task",
    "answers",
    "best_by_cross_validation",
    "confusion_tally",
    "error_tally",
    "group_codes",
    "headline",
    "label_counts",
    "label_place",
    "model_types_for",
    "problem_from_json",
    "propose_problem",
    "question_in_words",
    "run_digest",
    "segment_frame",
    "table_groups",
    "tally",
    "train",
]
