"""The same job as a plain notebook does it: pandas, scikit-learn's default pipelines, shap, lime, fairlearn."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

from benchmarks.measuring import LIME_CUSTOMERS, job_from_command_line, report, stage

BOOTSTRAPS = 100


def main() -> None:
    """Do the job and hand over the figures."""
    warnings.filterwarnings("ignore")
    job = job_from_command_line()
    with stage("import"):
        import numpy as np
        import pandas as pd
        import shap
        from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
        from sklearn import metrics as measures
        from sklearn.model_selection import KFold, StratifiedKFold, cross_validate, train_test_split

        from benchmarks.default_pipelines import default_pipelines
        from benchmarks.plain_lime import plain_lime
    with stage("read"):
        frame = pd.read_csv(job.path)
        if "TotalCharges" in frame:
            frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
        y = (frame.pop(job.target) == job.positive).astype(int)
        x = frame.drop(columns=[job.identifier] if job.identifier else [])
        numbers = [str(name) for name in x.select_dtypes("number").columns]
        labels = [str(name) for name in x if name not in numbers]
    pipelines = default_pipelines(numbers, labels)
    with stage("train"):
        x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=42, stratify=y)
        fitted, validated = {}, {}
        for name, pipeline in pipelines.items():
            kind = KFold if name == "linear_regression" else StratifiedKFold
            linear = name == "linear_regression"
            scoring = (
                ["r2", "neg_mean_squared_error"] if linear else ["roc_auc", "average_precision", "neg_brier_score"]
            )
            folds = kind(5, shuffle=True, random_state=42)
            validated[name] = cross_validate(pipeline, x_train, y_train, cv=folds, scoring=scoring)
            fitted[name] = pipeline.fit(x_train, y_train)

    def scores(name: str, customers: Any) -> Any:
        model = fitted[name]
        return (
            model.predict_proba(customers)[:, 1]
            if hasattr(model, "predict_proba")
            else model.predict(customers).clip(0, 1)
        )

    of_scores = (
        measures.roc_auc_score,
        measures.average_precision_score,
        measures.brier_score_loss,
        measures.log_loss,
    )
    of_choices = (
        measures.accuracy_score,
        measures.precision_score,
        measures.recall_score,
        measures.f1_score,
        partial(measures.recall_score, pos_label=0),  # specificity
        partial(measures.precision_score, pos_label=0),  # negative predictive value
    )
    with stage("metrics"):
        said = {name: scores(name, x_test) for name in pipelines}
        area, truth = {}, y_test.to_numpy()
        for name, score in said.items():
            area[name] = measures.roc_auc_score(truth, score)
            measures.roc_curve(truth, score), measures.precision_recall_curve(truth, score)
            for measured, said_so in [(of_scores, score), (of_choices, score >= 0.5)]:
                _ = [measure(truth, said_so) for measure in measured]
    with stage("intervals"):
        draws = np.random.default_rng(0).integers(0, len(truth), (BOOTSTRAPS, len(truth)))
        for score in said.values():
            for measured, said_so in [(of_scores, score), (of_choices, score >= 0.5)]:
                for measure in measured:
                    np.percentile([measure(truth[rows], said_so[rows]) for rows in draws], [2.5, 97.5])
    with stage("SHAP"):
        first = {}
        for name, pipeline in fitted.items():
            encoder, model = pipeline[0], pipeline[-1]
            dense = _dense(encoder.transform(x_test))
            reference = _dense(encoder.transform(x_train))[:100]
            if name == "decision_tree":
                values = shap.TreeExplainer(model, reference).shap_values(dense)[:, :, 1]
            else:
                values = shap.LinearExplainer(model, reference).shap_values(dense)
            columns = [n.split("__", 1)[1] for n in encoder.get_feature_names_out()]
            source = [
                n if n in numbers else max((c for c in labels if n.startswith(c + "_")), key=len) for n in columns
            ]
            summed = pd.DataFrame(values, columns=source).T.groupby(level=0).sum().T
            first[name] = str(summed.abs().mean().idxmax())
    with stage("LIME"):
        explainer, predict, codes = plain_lime(fitted["logistic_regression"], x_train, numbers, labels)
        fits = [
            explainer.explain_instance(row, predict, num_features=10).score for row in codes(x_test)[:LIME_CUSTOMERS]
        ]
    # scikit-learn's ROC AUC scorer takes no regressor, so linear regression does not stand for election.
    areas = {name: folds["test_roc_auc"].mean() for name, folds in validated.items() if "test_roc_auc" in folds}
    best = max(areas, key=lambda name: areas[name])
    with stage("fairness"):
        rates = {}
        for segment in job.segments:
            audit = MetricFrame(
                metrics={
                    "selection_rate": selection_rate,
                    "true_positive_rate": true_positive_rate,
                    "false_positive_rate": false_positive_rate,
                    "precision": measures.precision_score,
                    "accuracy": measures.accuracy_score,
                },
                y_true=y_test, y_pred=said[best] >= 0.5, sensitive_features=x_test[segment],
                n_boot=BOOTSTRAPS, ci_quantiles=[0.025, 0.975], random_state=0,
            )  # fmt: skip
            audit.difference(), audit.ratio()
            rates[segment] = {str(k): float(v) for k, v in audit.by_group["selection_rate"].items()}
    report(
        {
            "roc_auc": area,
            "first_driver": first,
            "lime_fit": [float(fit) for fit in fits],
            "best": best,
            "selection_rate": rates,
        }
    )


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix


if __name__ == "__main__":
    main()
