"""Read, train and judge on a large file with crm_ai."""

from __future__ import annotations

from benchmarks.measuring import job_from_command_line, report, stage


def main() -> None:
    """Do the job and hand over the figures."""
    job = job_from_command_line()
    with stage("import"):
        from crm_ai import headline, propose_problem, read_table, train
        from crm_ai.modeling import best_by_cross_validation
    with stage("read"):
        table = read_table(job.path)
        problem = propose_problem(table, target=job.target, positive=job.positive, segments=job.segments).problem
    with stage("train"):
        run = train(table, problem)
    with stage("metrics"):
        judged = {name: headline(run, name) for name in run.models}
    report(
        {
            "roc_auc": {name: metrics["roc_auc"].value for name, metrics in judged.items()},
            "best": best_by_cross_validation(run),
            "table_mb": table.frame.memory_usage(deep=True).sum() / 1e6,
        }
    )


if __name__ == "__main__":
    main()
