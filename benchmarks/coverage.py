"""``python -m benchmarks.coverage``: do 95 % intervals hold 95 % of the truths, and do tests raise no false alarms?

Customers are drawn again and again from a world in which the truth is known; no model is fitted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from crm_ai.evaluation import (
    Offer,
    at_threshold,
    average_precision,
    conformal_ranges,
    kolmogorov_smirnov,
    lift,
    profit_curve,
    range_coverage,
    regression_metrics,
    roc_auc,
    tally_scores,
)
from crm_ai.evaluation.paired import balanced_accuracy_difference, r2_difference, roc_auc_difference

DRAWS = 2_000
LARGE = 2_000_000
THRESHOLD, TOP = 0.5, 0.1
OFFER = Offer(value=120.0, cost=10.0, chance=0.4, incentive=15.0)
LEAST, MOST, MOST_ALARMS = 0.93, 0.97, 0.06

Draw = np.random.Generator
Held = dict[str, bool]


@dataclass(frozen=True)
class World:
    """Where customers come from.

    Parameters
    ----------
    name : str
        In words.
    n : int
        Customers a draw.
    share : float
        Share of them with the answer.
    shift : float
        How far their scores lie above those of the others, in standard deviations.
    """

    name: str
    n: int
    share: float
    shift: float

    def draw(self, generator: Draw, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Answers and scores of some customers."""
        outcome = (generator.random(n) < self.share).astype(int)
        odds = generator.normal(size=n) + self.shift * (outcome - 0.5) + np.log(self.share / (1 - self.share)) / 2
        return outcome, 1 / (1 + np.exp(-odds))


WORLDS = (
    World("400 customers, 30 % with the answer, ROC AUC 0.76", 400, 0.3, 1.0),
    World("1,400 customers, 27 %, ROC AUC 0.84", 1400, 0.27, 1.4),
    World("2,000 customers, 5 %, ROC AUC 0.86", 2000, 0.05, 1.5),
    World("10,000 customers, 10 %, ROC AUC 0.64", 10_000, 0.1, 0.5),
)
ERRORS: dict[str, Callable[[Draw, int], np.ndarray]] = {
    "errors as of a bell": lambda generator, n: generator.normal(size=n),
    "errors with long tails (Laplace)": lambda generator, n: generator.laplace(size=n),
    "errors that lean to one side (exponential)": lambda generator, n: generator.exponential(size=n) - 1,
}
SIZES = (400, 1400)


def main() -> int:
    """Print two tables; 1 if a figure is outside its limits."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"draws of each world (default: {DRAWS:,})")
    draws = parser.parse_args().draws
    outside = 0
    print(f"| interval | customers | holds the truth in, of {draws:,} draws |\n|---|---|--:|")
    for name, where, share in [*_ranking(draws), *_numbers(draws), *_ranges(draws)]:
        print(f"| {name} | {where} | {100 * share:.1f} % |", flush=True)
        outside += not LEAST <= share <= MOST
    print("\n| “really better”, of two equally good models | customers | false alarms |\n|---|---|--:|")
    for name, where, share in _alarms(draws):
        print(f"| {name} | {where} | {100 * share:.1f} % |", flush=True)
        outside += share > MOST_ALARMS
    print(f"\n{outside} outside {100 * LEAST:.0f} to {100 * MOST:.0f} %, or above {100 * MOST_ALARMS:.0f} %.")
    return int(outside > 0)


def _ranking(draws: int) -> Iterator[tuple[str, str, float]]:
    for place, world in enumerate(WORLDS):
        generator = np.random.default_rng(place)
        whole = tally_scores(*world.draw(generator, LARGE))
        truth = _figures(whole)
        held = np.zeros(len(truth) + 1)
        for _ in range(draws):
            tally = tally_scores(*world.draw(generator, world.n))
            found = _figures(tally)
            held[:-1] += [one.low <= true.value <= one.high for one, true in zip(found, truth, strict=True)]
            held[-1] += _profit_holds(tally, truth[1].value)
        names = ("ROC AUC", "precision", "recall", "lift of the top 10 %", "average precision", "KS")
        for name, share in zip((*names, "profit of so many contacts"), held / draws, strict=True):
            yield name, world.name, float(share)


def _figures(tally) -> tuple:  # type: ignore[no-untyped-def]
    judged = at_threshold(tally, THRESHOLD)
    ks = kolmogorov_smirnov(tally, replicates=50)
    return roc_auc(tally), judged["precision"], judged["recall"], lift(tally, TOP), average_precision(tally), ks


def _profit_holds(tally, precision: float) -> bool:  # type: ignore[no-untyped-def]
    curve = profit_curve(tally, OFFER)
    row = curve[curve["threshold"] >= THRESHOLD].iloc[-1]
    expected = float(OFFER.profit(precision * row["contacted"], row["contacted"]))
    return bool(row["low"] <= expected <= row["high"])


def _numbers(draws: int) -> Iterator[tuple[str, str, float]]:
    for name, errors in ERRORS.items():
        for n in SIZES:
            generator = np.random.default_rng(n)
            said = generator.normal(0, 2, LARGE)
            truth = regression_metrics(said + errors(generator, LARGE), said)
            held = dict.fromkeys(("rmse", "mae", "r2"), 0)
            for _ in range(draws):
                said = generator.normal(0, 2, n)
                found = regression_metrics(said + errors(generator, n), said)
                for metric in held:
                    held[metric] += found[metric].low <= truth[metric].value <= found[metric].high
            for metric, times in held.items():
                yield metric.upper().replace("R2", "R²"), f"{n:,} customers, {name}", times / draws


def _ranges(draws: int) -> Iterator[tuple[str, str, float]]:
    for n in (300, 3000):
        for name, errors in ERRORS.items():
            generator, held = np.random.default_rng(n), 0.0
            for _ in range(draws):
                known, new = generator.normal(0, 2, n), generator.normal(0, 2, 200)
                ranges = conformal_ranges(known + _wider(errors, generator, known), known)
                held += range_coverage(ranges, new + _wider(errors, generator, new), new).value
            yield "range of a prediction (conformal)", f"{n:,} to learn from, {name}, wider where more", held / draws


def _wider(errors: Callable[[Draw, int], np.ndarray], generator: Draw, said: np.ndarray) -> np.ndarray:
    return errors(generator, len(said)) * (1 + np.abs(said))


def _alarms(draws: int) -> Iterator[tuple[str, str, float]]:
    for n in SIZES:
        generator, alarms = np.random.default_rng(n), np.zeros(3)
        for _ in range(draws):
            true = generator.normal(size=n)
            yes = (true + generator.normal(size=n) > 1).astype(int)
            one, two = (true + generator.normal(size=n) for _model in range(2))
            kinds = np.digitize(true, [-0.5, 0.5])
            guessed = [np.digitize(said, [-0.7, 0.7]) for said in (one, two)]
            alarms += [
                roc_auc_difference(yes, one, two).p < 0.05,
                r2_difference(true + generator.normal(size=n), one / 2, two / 2).p < 0.05,
                balanced_accuracy_difference(kinds, *guessed).p < 0.05,
            ]
        for name, times in zip(("ROC AUC (DeLong)", "R²", "balanced accuracy"), alarms, strict=True):
            yield name, f"{n:,} customers", float(times / draws)


if __name__ == "__main__":
    sys.exit(main())
