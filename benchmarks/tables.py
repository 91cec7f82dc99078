"""The tables that both sides work on."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

# Of the messy table: what is filled, and which labels are spelled in several ways.
FILLED_NUMBERS = ("income", "basket")
FILLED_LABELS = ("channel",)
SPELLED = "gender"
SPELLINGS = {"male ": "Male", "M": "Male", "F": "Female", "female": "Female"}
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


def messy(rows: int, folder: Path) -> Job:
    """A made-up export of any length with 19 columns, among them dates, texts, gaps and labels spelled differently."""
    return Job(f"messy, {rows:,} × 19", folder / f"messy_{rows}.csv", "left", "Yes", "customer_id", ("gender",))


def write_messy(rows: int, path: Path) -> None:
    """Write the made-up export; always the same for as many rows."""
    import numpy as np
    import pandas as pd

    generator = np.random.default_rng(1)
    words = np.array(("good", "late", "phone", "service", "again", "slow", "fast", "order", "never", "help", "please"))
    day = np.datetime64("2015-01-01") + generator.integers(0, 3650, rows)
    columns: dict[str, object] = {
        "customer_id": [f"C{i:08d}" for i in generator.permutation(rows)],
        "gender": generator.choice(["Male", "Female", *SPELLINGS], rows, p=[0.45, 0.45, 0.03, 0.02, 0.02, 0.03]),
        "city": generator.choice([f"city {i}" for i in range(300)], rows),
        "channel": generator.choice(["shop", "web", "phone"], rows),
        "plan": generator.choice(["basic", "plus", "family"], rows),
        "income": generator.gamma(4, 9000, rows).round(),
        "basket": generator.gamma(2, 30, rows).round(2),
        "signup": day.astype(str),
        "last_order": (day + generator.integers(0, 900, rows)).astype(str),
        "spent": [f"${value:,.2f}" for value in generator.gamma(2, 800, rows)],
        "note": [" ".join(some) for some in generator.choice(words, (rows, 6))],
        "left": generator.choice(["Yes", "No"], rows, p=[0.2, 0.8]),
    }
    for place in range(7):
        columns[f"measure_{place}"] = generator.normal(50, 10 + place, rows).round(3)
    frame = pd.DataFrame(columns)
    for name in (*FILLED_NUMBERS, *FILLED_LABELS):
        frame.loc[generator.random(rows) < 0.05, name] = np.nan
    frame.to_csv(path, index=False)


if __name__ == "__main__":
    {"generated": write_generated, "messy": write_messy}[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
