"""From a model to reasons, in the customers' own columns."""

from crm_ai.explanation.cases import customer_name, search_customers, telling_cases
from crm_ai.explanation.coefficient import Coefficient, Coefficients
from crm_ai.explanation.coefficients import coefficients
from crm_ai.explanation.collinearity import collinearity, collinearity_in_words
from crm_ai.explanation.diagnostic import Diagnostic, Diagnostics
from crm_ai.explanation.diagnostics import diagnostics
from crm_ai.explanation.explanation import Explanation, value_in_words
from crm_ai.explanation.formula import formula
from crm_ai.explanation.formula_sql import formula_sql
from crm_ai.explanation.lime import LimeExplainer, LimeExplanation, explain_with_lime, lime_explainer
from crm_ai.explanation.shapley import can_explain, explain, explain_model, linear_shap, scale_of
from crm_ai.explanation.terms import has_formula
from crm_ai.explanation.tree_shapley import tree_shap

__all__ = [
    "Coefficient",
    "Coefficients",
    "Diagnostic",
    "Diagnostics",
    "Explanation",
    "LimeExplainer",
    "LimeExplanation",
    "can_explain",
    "coefficients",
    "collinearity",
    "collinearity_in_words",
    "customer_name",
    "diagnostics",
    "explain",
    "explain_model",
    "explain_with_lime",
    "formula",
    "formula_sql",
    "has_formula",
    "lime_explainer",
    "linear_shap",
    "scale_of",
    "search_customers",
    "telling_cases",
    "tree_shap",
    "value_in_words",
]
