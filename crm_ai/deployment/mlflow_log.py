"""Hands a prepared folder over to an MLflow server. Run by a Python that has MLflow; it need not have crm_ai.

    MLFLOW_TRACKING_URI=… python -I mlflow_log.py FOLDER

The folder holds ``request.json``, ``data/`` and ``code/``; the answer is one line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def hand_over(folder: Path) -> dict[str, Any]:
    """Log a model and register it.

    Parameters
    ----------
    folder : Path
        As ``crm_ai.deployment.registry.publishing`` has prepared it.

    Returns
    -------
    dict
        Name and version there, and the run's identifier.
    """
    import mlflow
    import pandas as pd
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    said = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    inputs = Schema([ColSpec(kind, name) for name, kind in said["inputs"]])
    outputs = Schema([ColSpec(kind, name) for name, kind in said["outputs"]])
    example = pd.DataFrame(
        {name: pd.Series([said["example"][name]], dtype="float64" if kind == "double" else object)
         for name, kind in said["inputs"]}
    )  # fmt: skip
    mlflow.set_experiment(said["experiment"])
    with mlflow.start_run(run_name=said["run_name"], tags=said["tags"]) as run:
        mlflow.log_params(said["params"])
        mlflow.log_metrics(said["metrics"])
        mlflow.log_text(said["card"], "model_card.md")
        mlflow.log_text(json.dumps(said["facts"], ensure_ascii=False, indent=1), "facts.json")
        mlflow.pyfunc.log_model(
            name="model",
            loader_module="crm_ai.deployment.mlflow_model",
            data_path=str(folder / "data"),
            code_paths=[str(folder / "code" / "crm_ai")],
            signature=ModelSignature(inputs=inputs, outputs=outputs),
            input_example=example,
            pip_requirements=said["requirements"],
            metadata=said["tags"],
        )
        found = mlflow.register_model(f"runs:/{run.info.run_id}/model", said["name"], tags=said["tags"])
    client = mlflow.MlflowClient()
    for alias in said["aliases"]:
        client.set_registered_model_alias(said["name"], alias, found.version)
    return {"name": said["name"], "version": int(found.version), "run": run.info.run_id}


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(hand_over(Path(sys.argv[1]))) + "\n")
