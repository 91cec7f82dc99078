"""A table of customers goes in; trained models with honest numbers, reasons and fairness come out.

Examples
--------
>>> import crm_ai
>>> table = crm_ai.read_table("sample_data/telephone_customers.csv")
>>> problem = crm_ai.propose_problem(table).problem
>>> run = crm_ai.train(table, problem)
>>> crm_ai.headline(run, "logistic_regression")["roc_auc"].value > 0.75
True
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# Where each public name lives. Nothing is imported before it is asked for, so that ``import crm_ai`` is fast.
_HOMES = {
    "crm_ai.errors": ("CrmAiError",),
    "crm_ai.table": (
        "Kind",
        "Repair",
        "Role",
        "Schema",
        "Table",
        "infer_schema",
        "inspect",
        "read_sql",
        "read_table",
        "table_from_frame",
    ),
    "crm_ai.cleaning": ("Cleaning", "accept", "certain_repairs", "clean", "learn_recipe"),
    "crm_ai.joining": ("find_duplicates", "join", "merge_duplicates", "propose_keys"),
    "crm_ai.personal_data": ("anonymity", "find_personal_data", "protect"),
    "crm_ai.modeling": (
        "Model",
        "Problem",
        "Run",
        "Segment",
        "Task",
        "adopt_pipeline",
        "group_codes",
        "groups_from_labels",
        "headline",
        "judge_pipeline",
        "propose_problem",
        "tally",
        "train",
    ),
    "crm_ai.explanation": ("explain", "explain_with_lime"),
    "crm_ai.fairness": ("adopt", "audit_data", "audit_fairness", "examine", "mitigate"),
    "crm_ai.segmentation": (
        "Segmentation",
        "find_clusters",
        "lifetime_values",
        "name_groups",
        "profiles",
        "read_transactions",
        "rfm",
        "segment_by_rules",
        "summarise",
    ),
    "crm_ai.deployment": ("explain_table", "load_model", "save_model", "score"),
    "crm_ai.evaluation": ("Offer",),
    "crm_ai.reporting": ("report",),
    "crm_ai.words": ("use_language",),
    "crm_ai.deployment.registry": ("approve", "champion", "open_registry", "promote", "register", "roll_back"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'crm_ai' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
