"""``python -m benchmarks.clusters``: are clusters found that are there, and none that are not?

Tables are drawn of which it is known whether they hold clusters. Exits with an error if more than 5 % of tables without
clusters are said to have natural ones, or planted ones are found with an adjusted Rand index below 0.95 in the median.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from crm_ai.segmentation import Clustering, find_clusters
from crm_ai.table import table_from_frame

CUSTOMERS, DRAWS = 800, 40
MOST_ALARMS, LEAST_AGREEMENT = 0.05, 0.95


def main() -> int:
    """Draw, find, compare and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clusters", description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS, help="tables of each kind")
    draws = parser.parse_args().draws
    print("| tables without clusters | said to have natural ones | p ≤ 0.05 alone |\n|---|--:|--:|")
    alarms = []
    for name in CLOUDS:
        found = [_found(CLOUDS[name](np.random.default_rng(seed)), seed) for seed in range(draws)]
        alarms += [one.is_natural for one in found]
        sure = np.mean([one.structure.p <= 0.05 for one in found])
        print(f"| {name} | {np.mean([one.is_natural for one in found]):.1%} | {sure:.1%} |", flush=True)
    print("\n| planted clusters, centres apart | called natural | right number | adjusted Rand: median, lowest tenth |")
    print("|---|--:|--:|--:|")
    agreed = []
    for apart in (4, 6, 8):
        rows = []
        for seed in range(draws):
            frame, kind = _planted(np.random.default_rng(seed), apart)
            one = _found(frame, seed)
            rows.append((one.is_natural, one.chosen.k == kind.max() + 1, adjusted_rand_score(kind, one.codes)))
        natural, right, rand = np.asarray(rows, dtype=float).T
        agreed.append(float(np.median(rand)))
        figures = f"{np.median(rand):.3f}, {np.quantile(rand, 0.1):.3f}"
        print(
            f"| at least {apart} standard deviations | {natural.mean():.0%} | {right.mean():.0%} | {figures} |",
            flush=True,
        )
    return int(np.mean(alarms) > MOST_ALARMS or min(agreed[1:]) < LEAST_AGREEMENT)


def _found(frame: pd.DataFrame, seed: int) -> Clustering:
    return find_clusters(table_from_frame(frame), list(frame.columns), seed=seed)


def _planted(generator: np.random.Generator, apart: float) -> tuple[pd.DataFrame, np.ndarray]:
    """Two to six round clusters of unequal size in two to eight columns."""
    k, width = int(generator.integers(2, 7)), int(generator.integers(2, 9))
    while True:
        centres = generator.normal(size=(k, width)) * apart
        gaps = np.linalg.norm(centres[:, None] - centres[None], axis=2)[np.triu_indices(k, 1)]
        if gaps.min() >= apart:
            break
    shares = np.maximum(generator.dirichlet(np.full(k, 5.0)), 0.05)
    kind = np.concatenate([np.arange(k), generator.choice(k, CUSTOMERS - k, p=shares / shares.sum())])
    return _frame(centres[kind] + generator.normal(size=(CUSTOMERS, width))), kind


def _frame(cells: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=[f"column {place}" for place in range(cells.shape[1])])


def _bells(generator: np.random.Generator) -> np.ndarray:
    return generator.normal(size=(CUSTOMERS, 6))


def _mixed(generator: np.random.Generator) -> pd.DataFrame:
    trait = generator.normal(size=CUSTOMERS)
    frame = _frame(_bells(generator)[:, :3])
    return frame.assign(
        spent=trait + generator.normal(size=CUSTOMERS),
        plan=pd.cut(trait + generator.normal(size=CUSTOMERS), 4, labels=list("wxyz")).astype(str),
        card=np.where(trait + generator.normal(size=CUSTOMERS) > 0.5, "Yes", "No"),
        shop=generator.choice(list("abcdefghij"), CUSTOMERS),
    )


def _leaning(generator: np.random.Generator) -> pd.DataFrame:
    trait = generator.normal(size=CUSTOMERS)
    return pd.DataFrame(
        {f"label {i}": np.where(trait + generator.normal(size=CUSTOMERS) > 0.5, "Yes", "No") for i in range(7)}
    )


CLOUDS = {
    "numbers, independent": lambda g: _frame(_bells(g)),
    "numbers, correlated": lambda g: _frame(_bells(g) @ g.normal(size=(6, 6))),
    "amounts, skewed and correlated": lambda g: _frame(np.exp(_bells(g) @ g.normal(size=(6, 6)) / 2.5)),
    "amounts, most of them zero": lambda g: _frame(np.exp(_bells(g)) * (g.random((CUSTOMERS, 6)) < 0.4)),
    "numbers, evenly spread": lambda g: _frame(g.uniform(size=(CUSTOMERS, 3))),
    "numbers with long tails (t, 3)": lambda g: _frame(g.standard_t(3, size=(CUSTOMERS, 6))),
    "counts": lambda g: _frame(g.poisson([0.5, 1, 2, 3, 6], size=(CUSTOMERS, 5)).astype(float)),
    "labels of one trait": _leaning,
    "numbers and labels of one trait": _mixed,
}

if __name__ == "__main__":
    sys.exit(main())
