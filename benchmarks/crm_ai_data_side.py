"""Read, look over and clean a large file with crm_ai."""

from __future__ import annotations

from benchmarks.measuring import job_from_command_line, report, stage
from benchmarks.tables import FILLED_LABELS, FILLED_NUMBERS, SPELLED


def main() -> None:
    """Do the job and hand over the figures."""
    job = job_from_command_line()
    with stage("import"):
        from crm_ai import inspect, read_table
        from crm_ai.cleaning import clean, learn_recipe
        from crm_ai.table import Repair
    with stage("read"):
        table = read_table(job.path)
    with stage("inspect"):
        findings = inspect(table, target=job.target)
    with stage("clean"):
        (spelling,) = [f.repair for f in findings if f.check == "inconsistent_labels" and f.column == SPELLED]
        repairs = [Repair("fill_median", FILLED_NUMBERS), Repair("fill_most_frequent", FILLED_LABELS), spelling]
        done = clean(table, learn_recipe(table, repairs)).frame
    report(
        {
            "rows": len(done),
            "missing": int(done[[*FILLED_NUMBERS, *FILLED_LABELS]].isna().sum().sum()),
            "sums": {name: float(done[name].sum()) for name in FILLED_NUMBERS},
            "labels": {str(label): int(n) for label, n in done[SPELLED].value_counts().items()},
            "table_mb": table.frame.memory_usage(deep=True).sum() / 1e6,
        }
    )


if __name__ == "__main__":
    main()
