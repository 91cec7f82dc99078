"""Read, look over and clean a large file as a notebook does: pandas, and skrub's report.

ydata-profiling, which many would take, cannot be installed beside pandas 3.
"""

from __future__ import annotations

from benchmarks.measuring import job_from_command_line, report, stage
from benchmarks.tables import FILLED_LABELS, FILLED_NUMBERS, SPELLED, SPELLINGS


def main() -> None:
    """Do the job and hand over the figures."""
    job = job_from_command_line()
    with stage("import"):
        import pandas as pd
        from skrub import TableReport
    with stage("read"):
        frame = pd.read_csv(job.path)
        for name in ("signup", "last_order"):
            frame[name] = pd.to_datetime(frame[name])
    with stage("inspect"):
        TableReport(frame, verbose=0).html()
    with stage("clean"):
        done = frame.copy()
        for name in FILLED_NUMBERS:
            done[name] = done[name].fillna(done[name].median())
        for name in FILLED_LABELS:
            done[name] = done[name].fillna(done[name].mode()[0])
        done[SPELLED] = done[SPELLED].replace(SPELLINGS)
    report(
        {
            "rows": len(done),
            "missing": int(done[[*FILLED_NUMBERS, *FILLED_LABELS]].isna().sum().sum()),
            "sums": {name: float(done[name].sum()) for name in FILLED_NUMBERS},
            "labels": {str(label): int(n) for label, n in done[SPELLED].value_counts().items()},
            "table_mb": frame.memory_usage(deep=True).sum() / 1e6,
        }
    )


if __name__ == "__main__":
    main()
