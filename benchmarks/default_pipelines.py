"""The pipelines that a plain notebook writes: scikit-learn's defaults, for both notebook sides alike."""

from __future__ import annotations

from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier


def default_pipelines(numbers: list[str], labels: list[str]) -> dict[str, Any]:
    """ColumnTransformer with imputed and standardised numbers and 0/1 labels, before each of the three estimators."""
    models = {
        "linear_regression": LinearRegression(),
        "logistic_regression": LogisticRegression(max_iter=1000),
        "decision_tree": DecisionTreeClassifier(max_depth=6, min_samples_leaf=50, random_state=42),
    }

    def encode() -> Any:
        return ColumnTransformer(
            [
                ("number", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
                ("label", OneHotEncoder(handle_unknown="ignore"), labels),
            ]
        )

    return {name: make_pipeline(encode(), model) for name, model in models.items()}
