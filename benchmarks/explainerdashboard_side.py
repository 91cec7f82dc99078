"""The same customers with explainerdashboard, in an environment of its own: its explainer is built, then SHAP values.

Uses nothing of crm_ai. Its values of trees and forests are path-dependent, those of linear models interventional.
"""

from __future__ import annotations

import warnings
from typing import Any

from benchmarks.explain_jobs import DASHBOARD_FOREST_ROWS, explain_job_from_command_line
from benchmarks.explain_preparing import BACKGROUND, BASIC, DEPTH, FOREST, MOST_TRAINED_ON, TREES
from benchmarks.measuring import report, stage


def main() -> None:
    """Train on the same customers as crm_ai, then time explaining the same others."""
    warnings.filterwarnings("ignore")
    job = explain_job_from_command_line()
    with stage("import"):
        import numpy as np
        import pandas as pd
        from explainerdashboard import ClassifierExplainer
    frame = pd.read_csv(job.table.path)
    if "TotalCharges" in frame:
        frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
    y = (frame.pop(job.table.target) == job.table.positive).astype(int)
    x = frame.drop(columns=[job.table.identifier])
    labels = [str(column) for column in x.select_dtypes(exclude="number")]
    rows = np.load(job.folder / "rows.npz")
    encoder, models = _encoder([str(column) for column in x if column not in labels], labels), _models()
    known = encoder.fit_transform(x.iloc[rows["train"]])
    others, answers = encoder.transform(x.iloc[rows["holdout"]]), y.iloc[rows["holdout"]]
    # Names with a dot are refused.
    known.columns = others.columns = [column.replace(".", ",") for column in known]
    first, done = {}, {}
    for name, model in models.items():
        most = MOST_TRAINED_ON if name == FOREST else len(known)
        model.fit(known.iloc[:most], y.iloc[rows["train"]].iloc[:most])
        some = slice(0, DASHBOARD_FOREST_ROWS if name == FOREST else len(others))
        reference = known.iloc[:BACKGROUND] if name == BASIC[0] else None
        # What is compiled or imported at the first call is not counted.
        ClassifierExplainer(
            model, others.iloc[:20], answers.iloc[:20], X_background=reference, cats=labels
        ).get_shap_values_df()
        with stage(name):
            explainer = ClassifierExplainer(
                model, others.iloc[some], answers.iloc[some], X_background=reference, cats=labels
            )
            values = explainer.get_shap_values_df()
        first[name], done[name] = str(values.abs().mean().idxmax()), len(values)
    report({"first_driver": first, "rows": done})


def _encoder(numbers: list[str], labels: list[str]) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    steps = [
        ("number", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        ("label", OneHotEncoder(handle_unknown="ignore", sparse_output=False), labels),
    ]
    return ColumnTransformer(steps, verbose_feature_names_out=False).set_output(transform="pandas")


def _models() -> dict[str, Any]:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    return {
        BASIC[0]: LogisticRegression(max_iter=1000),
        BASIC[1]: DecisionTreeClassifier(max_depth=6, min_samples_leaf=50, random_state=42),
        FOREST: RandomForestClassifier(TREES, max_depth=DEPTH, random_state=42, n_jobs=-1),
    }


if __name__ == "__main__":
    main()
