"""From a model to reasons, in the customers' own columns."""

from crm_ai.explanation.cases import case_in_words, customer_name, search_customers, telling_cases
from crm_ai.explanation.explainer import Explainer, can_explain_itself, explainer_of
from crm_ai.explanation.explanation import Explanation, value_in_words
from crm_ai.explanation.lime import LimeExplainer, LimeExplanation, explain_with_lime, lime_explainer
from crm_ai.explanation.linear_shapley import linear_shap
from crm_ai.explanation.references import EVERYBODY, Reference, reference_in_words, reference_rows
from crm_ai.explanation.scales import scale_of, scales_of
from crm_ai.explanation.shapley import explain, explain_model, explain_rows, shap_explainer
from crm_ai.explanation.textbook import (
    Coefficient,
    Coefficients,
    Diagnostic,
    Diagnostics,
    coefficients,
    collinearity,
    collinearity_in_words,
    diagnostics,
    formula,
    formula_sql,
    has_formula,
)
from crm_ai.explanation.tree import TreeReading, has_rules, read_tree, rules, rules_of_run, tree_sql
from crm_ai.explanation.tree_shapley import tree_shap
from crm_ai.explanation.weak_spots import WeakSpots, weak_spots, weak_spots_in_words

__all__ = [
    "EVERYBODY",
    "Coefficient",
    "Coefficients",
    "Diagnostic",
    "Diagnostics",
    "Explainer",
    "Explanation",
    "LimeExplainer",
    "LimeExplanation",
    "Reference",
    "TreeReading",
    "WeakSpots",
    "can_explain_itself",
    "case_in_words",
    "coefficients",
    "collinearity",
    "collinearity_in_words",
    "customer_name",
    "diagnostics",
    "explain",
    "explain_model",
    "explain_rows",
    "explain_with_lime",
    "explainer_of",
    "formula",
    "formula_sql",
    "has_formula",
    "has_rules",
    "lime_explainer",
    "linear_shap",
    "read_tree",
    "reference_in_words",
    "reference_rows",
    "rules",
    "rules_of_run",
    "scale_of",
    "scales_of",
    "search_customers",
    "shap_explainer",
    "telling_cases",
    "tree_shap",
    "tree_sql",
    "value_in_words",
    "weak_spots",
    "weak_spots_in_words",
]
