"""How MLflow opens a published model: the same file, opened and asked by the same code as everywhere else.

MLflow's own flavours would unpickle a wrapper, or leave out the repairs and the reading of columns. So a published
model carries its model file and this package's code along, and MLflow calls ``_load_pyfunc``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from crm_ai.deployment.model_file import load_model
from crm_ai.deployment.scoring import score
from crm_ai.modeling import Model
from crm_ai.table import Schema, Table

MODEL, ABOUT = "model.crm", "about.json"


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """What MLflow asks for predictions.

    Parameters
    ----------
    model : Model
        The model.
    threshold : float
        The score that was approved, from which a customer is selected.
    """

    model: Model
    threshold: float

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Score customers.

        Parameters
        ----------
        model_input : pandas.DataFrame
            Customers with the model's columns, in any order.
        params : dict, optional
            MLflow's; there are none.

        Returns
        -------
        pandas.DataFrame
            As ``Scores.frame``.

        Raises
        ------
        ScoringError
            If a column that the model needs is missing.
        """
        present = Schema(tuple(column for column in self.model.schema if column.name in model_input.columns))
        table = Table(model_input.reset_index(drop=True), present, "MLflow", "")
        return score(self.model, table, threshold=self.threshold).frame


def _load_pyfunc(path: str) -> PublishedModel:
    """Open a published model; the name is MLflow's."""
    folder = Path(path)
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return PublishedModel(load_model(folder / MODEL, sha256=about.get("sha256")), float(about["threshold"]))
