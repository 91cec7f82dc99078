"""LIME as a notebook uses it on a table with labels: codes go in, a frame is built of them, a pipeline is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from lime.lime_tabular import LimeTabularExplainer
from sklearn.preprocessing import OrdinalEncoder


def plain_lime(
    pipeline: Any, x_train: pd.DataFrame, numbers: list[str], labels: list[str]
) -> tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]:
    """An explainer, the prediction it asks for, and what writes customers as codes."""
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(x_train[labels])
    filled = x_train[numbers].median()

    def codes(customers: Any) -> Any:
        return np.hstack([customers[numbers].fillna(filled).to_numpy(float), ordinal.transform(customers[labels])])

    def predict(rows: Any) -> Any:
        back = pd.DataFrame(rows[:, : len(numbers)], columns=numbers)
        back[labels] = ordinal.inverse_transform(rows[:, len(numbers) :])
        return pipeline.predict_proba(back[x_train.columns])

    explainer = LimeTabularExplainer(
        codes(x_train), feature_names=numbers + labels, random_state=0,
        categorical_features=list(range(len(numbers), len(numbers) + len(labels))),
    )  # fmt: skip
    return explainer, predict, codes
