"""The whole job with crm_ai."""

from __future__ import annotations

from benchmarks.measuring import LIME_CUSTOMERS, job_from_command_line, report, stage


def main() -> None:
    """Do the job and hand over the figures."""
    job = job_from_command_line()
    with stage("import"):
        from crm_ai import audit_fairness, explain, explain_with_lime, headline, propose_problem, read_table, train
        from crm_ai.explanation import lime_explainer
        from crm_ai.modeling import best_by_cross_validation
    with stage("read"):
        table = read_table(job.path)
        problem = propose_problem(table, target=job.target, positive=job.positive, segments=job.segments).problem
    with stage("train"):
        run = train(table, problem)
    with stage("metrics"):
        judged = {name: headline(run, name) for name in run.models}
    with stage("SHAP"):
        drivers = {name: explain(run, name).importance() for name in run.models}
    best = best_by_cross_validation(run)
    with stage("LIME"):
        ready = lime_explainer(run, "logistic_regression")
        near = [
            explain_with_lime(run, "logistic_regression", int(row), explainer=ready)
            for row in run.holdout_rows[:LIME_CUSTOMERS]
        ]
    with stage("fairness"):
        audits = [audit_fairness(run, best, segment) for segment in job.segments]
    report(
        {
            "roc_auc": {name: metrics["roc_auc"].value for name, metrics in judged.items()},
            "first_driver": {name: frame["column"][0] for name, frame in drivers.items()},
            "lime_fit": [explanation.local_fit for explanation in near],
            "best": best,
            "selection_rate": {
                audit.segment: {group: e.value for group, e in audit.by_group["selection_rate"].items()}
                for audit in audits
            },
        }
    )


if __name__ == "__main__":
    main()
