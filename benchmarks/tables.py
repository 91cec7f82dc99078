"""The tables that both sides work on."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

TELCO = Path(__file__).parents[2] / "shared" / "data" / "telco_churn.csv"


@dataclass(frozen=True)
class Job:
    """One table and the question asked of it.

    Parameters
    ----------
    name : str
        For the printed table.
    path : Path
        CSV file.
    target, positive : str
        Column that is predicted, and its answer in question.
    identifier : str
        Column that tells customers apart; empty if there is none.
    segments : tuple of str
        Columns whose groups are compared.
    """

    name: str
    path: Path
    target: str
    positive: str
    identifier: str
    segments: tuple[str, ...]


def telco() -> Job:
    """IBM's telephone customers, 7,043 × 21."""
    return Job("telco", TELCO, "Churn", "Yes", "customerID", ("gender", "SeniorCitizen"))


def generated(rows: int, folder: Path) -> Job:
    """A made-up table of any length with 18 columns: 8 numbers, 8 labels, an identifier and the target.

    It is not written here but by ``python -m benchmarks.tables``: Linux hands a process's peak memory down to those it
    starts, so the process that starts both sides must stay small.
    """
    return Job(
        f"generated, {rows:,} × 18", folder / f"generated_{rows}.csv", "left", "Yes", "customer_id",
        ("category_0", "category_1"),
    )  # fmt: skip


def write_generated(rows: int, path: Path) -> None:
    """Write the made-up table; always the same for as many rows."""
    import numpy as np
    import pandas as pd

    generator = np.random.default_rng(0)
    columns: dict[str, object] = {"customer_id": [f"C{i:08d}" for i in range(rows)]}
    for place in range(8):
        columns[f"amount_{place}"] = generator.gamma(2, 10 + place, rows).round(2)
    for place in range(8):
        labels = np.array([f"label {j}" for j in range(2 + place)])
        columns[f"category_{place}"] = generator.choice(labels, rows)
    first, second = np.asarray(columns["amount_0"]), np.asarray(columns["amount_1"])
    margin = 0.06 * (first - 20) - 0.04 * (second - 22) + 0.9 * (np.asarray(columns["category_1"]) == "label 1") - 1
    columns["left"] = np.where(generator.random(rows) < 1 / (1 + np.exp(-margin)), "Yes", "No")
    frame = pd.DataFrame(columns)
    frame.loc[generator.random(rows) < 0.03, "amount_2"] = np.nan
    frame.to_csv(path, index=False)


if __name__ == "__main__":
    write_generated(int(sys.argv[1]), Path(sys.argv[2]))
