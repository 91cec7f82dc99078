"""From a model to reasons, in the customers' own columns."""

from crm_ai.explanation.cases import customer_name, search_customers, telling_cases
from crm_ai.explanation.explanation import Explanation, value_in_words
from crm_ai.explanation.lime import LimeExplainer, LimeExplanation, explain_with_lime, lime_explainer
from crm_ai.explanation.shapley import can_explain, explain, explain_model, linear_shap, scale_of
from crm_ai.explanation.tree_shapley import tree_shap

__all__ = [
    "Explanation",
    "LimeExplainer",
    "LimeExplanation",
    "can_explain",
    "customer_name",
    "explain",
    "explain_model",
    "explain_with_lime",
    "lime_explainer",
    "linear_shap",
    "scale_of",
    "search_customers",
    "telling_cases",
    "tree_shap",
    "value_in_words",
]
