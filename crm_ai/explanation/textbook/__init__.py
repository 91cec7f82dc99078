"""A linear or logistic regression read as in a textbook: coefficients, their uncertainty, formula, assumptions."""

from crm_ai.explanation.textbook.coefficient import Coefficient, Coefficients
from crm_ai.explanation.textbook.coefficients import coefficients
from crm_ai.explanation.textbook.collinearity import collinearity, collinearity_in_words
from crm_ai.explanation.textbook.diagnostic import Diagnostic, Diagnostics
from crm_ai.explanation.textbook.diagnostics import diagnostics
from crm_ai.explanation.textbook.formula import formula
from crm_ai.explanation.textbook.formula_sql import formula_sql
from crm_ai.explanation.textbook.terms import has_formula

__all__ = [
    "Coefficient",
    "Coefficients",
    "Diagnostic",
    "Diagnostics",
    "coefficients",
    "collinearity",
    "collinearity_in_words",
    "diagnostics",
    "formula",
    "formula_sql",
    "has_formula",
]
