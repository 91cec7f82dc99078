"""``python -m benchmarks --only fairness``: an audit with resampled intervals, beside fairlearn's MetricFrame.

Both sides compute selection rate, true positive rate and precision by two segments, with differences and ratios, and
resample customers for intervals. crm_ai does a thousand replicates. fairlearn does as many as it ends within two
minutes for each segment (at least two); its time for a thousand is scaled from the time of one replicate beyond the
first frame. Seconds are the processor's, of one thread on either side, so that other work on the machine hardly shows.
"""

from __future__ import annotations

import json
import sys
from statistics import median
from time import process_time
from typing import Any

import numpy as np

THRESHOLD, REPLICATES, MOST_SECONDS = 0.5, 1_000, 120.0
METRICS = ("selection_rate", "true_positive_rate", "precision")
SIZES = (100_000, 1_000_000)
AIM_OF_SLIDER = 0.05


def fairness_table(sizes: tuple[int, ...] = SIZES, most_seconds: float = MOST_SECONDS) -> dict[str, Any]:
    """Measure both sides and print them; figures that differ are listed under "disagreements"."""
    found: dict[str, Any] = {"disagreements": []}
    for n in sizes:
        outcome, score, segments = made_up(n)
        ours, theirs = _crm_ai(outcome, score, segments), _fairlearn(outcome, score, segments, most_seconds)
        found["disagreements"] += _different(n, ours, theirs)
        found[f"{n}"] = {"crm_ai": ours["seconds"], "fairlearn": theirs["seconds"], "replicates": theirs["replicates"]}
        print(_in_words(n, len(segments), ours["seconds"], theirs), flush=True)
    return found


def _in_words(n: int, segments: int, ours: dict[str, float], theirs: dict[str, Any]) -> str:
    whole, measured = theirs["seconds"]["scaled to 1,000 replicates"], theirs["seconds"]["measured"]
    return (
        f"{n:,} customers, {len(METRICS)} metrics, {segments} segments, {REPLICATES:,} replicates: "
        f"crm_ai {ours['audit']:.2f} s, fairlearn {whole:,.0f} s (scaled from {theirs['replicates']} replicates "
        f"in {measured:.0f} s): {whole / ours['audit']:,.0f} ×\n"
        f"  of crm_ai: counting {ours['count']:.2f} s; both audits with closed intervals and all comparisons "
        f"{1000 * ours['closed']:.0f} ms; moving the threshold {1000 * ours['slider']:.0f} ms "
        f"(aim: {1000 * AIM_OF_SLIDER:.0f} ms)"
    )


def made_up(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, dict[str, tuple[np.ndarray, tuple[str, ...]]]]:
    """Outcomes, scores and two segments of customers."""
    rng = np.random.default_rng(seed)
    gender, age = rng.integers(0, 2, n), rng.integers(0, 5, n)
    outcome = (rng.random(n) < 0.2 + 0.1 * gender).astype(np.int64)
    score = 1 / (1 + np.exp(-(rng.normal(size=n) + outcome - 0.6 + 0.1 * age)))
    return outcome, score, {"gender": (gender, ("f", "m")), "age": (age, ("18", "30", "45", "60", "75"))}


def _crm_ai(outcome: np.ndarray, score: np.ndarray, segments: dict[str, Any]) -> dict[str, Any]:
    from crm_ai.evaluation import tally_scores
    from crm_ai.fairness import audit_tally, bootstrap_intervals

    audit_tally(tally_scores(outcome[:1000], score[:1000]), THRESHOLD)  # what is imported at first use
    start = process_time()
    tallies = {name: tally_scores(outcome, score, codes, names) for name, (codes, names) in segments.items()}
    count = process_time() - start
    frames = {
        name: bootstrap_intervals(tally, THRESHOLD, METRICS, replicates=REPLICATES) for name, tally in tallies.items()
    }
    whole, closed, slider = process_time() - start, process_time(), []
    for name, tally in tallies.items():
        audit_tally(tally, THRESHOLD, segment=name)
    closed = process_time() - closed
    for threshold in np.linspace(0.05, 0.95, 40):
        moved = process_time()
        audit_tally(tallies["age"], float(threshold)).verdict  # noqa: B018
        slider.append(process_time() - moved)
    seconds = {"audit": whole, "count": count, "closed": closed, "slider": median(slider)}
    return {"seconds": seconds, "frames": frames}


def _fairlearn(outcome: np.ndarray, score: np.ndarray, segments: dict[str, Any], most_seconds: float) -> dict[str, Any]:
    from fairlearn.metrics import MetricFrame, selection_rate, true_positive_rate
    from sklearn.metrics import precision_score

    functions = dict(zip(METRICS, (selection_rate, true_positive_rate, precision_score), strict=True))
    chosen, frames, measured, scaled, least = (score >= THRESHOLD).astype(np.int64), {}, 0.0, 0.0, REPLICATES

    def made(name: str, replicates: int | None) -> tuple[Any, float]:
        codes, names = segments[name]
        resampling = (
            {} if replicates is None else {"n_boot": replicates, "ci_quantiles": [0.025, 0.975], "random_state": 0}
        )
        start = process_time()
        frame = MetricFrame(
            metrics=functions,
            y_true=outcome,
            y_pred=chosen,
            sensitive_features=np.asarray(names, dtype=object)[codes],
            **resampling,
        )
        if replicates is not None:
            _ends = frame.difference_ci(), frame.ratio_ci()
        return frame, process_time() - start

    for name in segments:
        _frame, first = made(name, None)
        _frame, two = made(name, 2)
        one = max((two - first) / 2, 1e-3)
        affordable = int(min(max((most_seconds - first - two) / one, 2), REPLICATES))
        frames[name], took = (_frame, two) if affordable <= 2 else made(name, affordable)
        measured += took
        scaled += first + (took - first) / affordable * REPLICATES
        least = min(least, affordable)
    return {
        "seconds": {"measured": measured, "scaled to 1,000 replicates": scaled},
        "replicates": least,
        "frames": frames,
    }


def _different(n: int, ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    found = []
    for name, frame in theirs["frames"].items():
        own = ours["frames"][name].set_index(["kind", "group", "metric"])["value"]
        for metric in METRICS:
            pairs = [(own["group", group, metric], frame.by_group.loc[group, metric]) for group in frame.by_group.index]
            pairs += [(own["difference", "", metric], frame.difference()[metric])]
            pairs += [(own["ratio", "", metric], frame.ratio()[metric])]
            found += [f"{n} {name} {metric}: {a} {b}" for a, b in pairs if abs(a - b) > 1e-9]
    return found


if __name__ == "__main__":
    print(json.dumps(fairness_table(tuple(int(size) for size in sys.argv[1:]) or SIZES)))
