"""``python -m benchmarks.purchases``: a million purchases, from a table to segments and lifetime values."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.segmentation import lifetime_values, read_transactions, rfm, rfm_migration, summarise
from crm_ai.table import Table, table_from_frame

FIRST, DAYS = np.datetime64("2024-01-01"), 730


def main() -> None:
    """Time each step once and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.purchases", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="purchases (default: 1,000,000)")
    table = purchases(parser.parse_args().rows)
    print(f"{len(table):,} purchases of {table.frame['customer_id'].nunique():,} customers")
    transactions = timed("purchases found and read", lambda: read_transactions(table))
    found = timed("recency, frequency, money", lambda: rfm(transactions))
    scored = timed("  the same scores in pandas", lambda: in_pandas(table.frame))
    timed("who moved between two days", lambda: rfm_migration(transactions, date(2025, 6, 30), date(2025, 12, 30)))
    timed("lifetime values", lambda: lifetime_values(summarise(transactions)))
    ours = found.to_frame().set_index("customer_id").sort_index()[list(scored.columns)]
    print("Both sides score alike." if (ours.to_numpy() == scored.to_numpy()).all() else "Both sides do not agree.")


def purchases(rows: int, seed: int = 0) -> Table:
    """Customers of very different rates, some of whom stop."""
    random = np.random.default_rng(seed)
    customers = max(rows // 5, 1)
    rates = random.gamma(0.5, size=customers) + 1e-3
    owners = random.choice(customers, rows, p=rates / rates.sum())
    last = random.integers(30, DAYS, customers)
    days = (random.random(rows) * last[owners]).astype(int)
    scale = random.gamma(3, 10, customers)
    frame = pd.DataFrame(
        {
            "customer_id": np.char.add("C", np.char.zfill(owners.astype(str), 7)),
            "paid_on": FIRST + days,
            "amount": np.round(random.gamma(3, scale[owners] / 3) + 0.01, 2),
        }
    )
    return table_from_frame(frame, name="purchases")


def in_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Scores as a notebook would compute them, with the same rule for ties."""
    daily = frame.groupby(["customer_id", "paid_on"], observed=True)["amount"].sum().reset_index()
    by = daily.groupby("customer_id", observed=True)
    recency = -(frame["paid_on"].max() - by["paid_on"].max()).dt.days
    n = len(recency)
    scores = {
        "recency_score": np.ceil(5 * recency.rank(method="max") / n),
        "frequency_score": np.floor(5 * (by.size().rank(method="min") - 1) / n) + 1,
    }
    return pd.DataFrame(scores).astype(int).sort_index()


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Do it, and print how long it took."""
    began = time.perf_counter()
    found = work()
    print(f"{what:32} {time.perf_counter() - began:6.2f} s", flush=True)
    return found


if __name__ == "__main__":
    main()
