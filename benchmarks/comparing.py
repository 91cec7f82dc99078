"""Set both sides beside each other: seconds, memory, and whether they found the same."""

from __future__ import annotations

from typing import Any

from benchmarks.measuring import RESAMPLED, STAGES
from benchmarks.running import DATA_SIDES, MODEL_SIDES, SIDES

LARGEST_GAP_IN_AUC = 0.01
LARGEST_LOSS_IN_AUC = 0.002  # what growing a tree on a sample may cost
LARGEST_GAP_IN_RATE = 0.02


def in_words(name: str, sides: dict[str, dict[str, Any]]) -> str:
    """A table of seconds and ratios, stage by stage."""
    ours, theirs = (sides[side] for side in SIDES)
    lines = [f"\n{name}", f"{'stage':<24}{'crm_ai':>10}{'notebook':>12}{'ratio':>10}"]
    lines += [_line(stage, ours["seconds"][stage], theirs["seconds"][stage]) for stage in STAGES]
    lines.append(_line("whole job", ours["whole"], theirs["whole"]))
    lines.append(_line("whole, not resampling", _without_resampling(ours), _without_resampling(theirs)))
    lines.append(_line("peak memory", ours["peak_mb"], theirs["peak_mb"], "MB", 0))
    first, also = ours["results"]["first_driver"], theirs["results"]["first_driver"]
    lines.append(f"the same first driver in {sum(first[name] == also[name] for name in also)} of {len(also)} models")
    return "\n".join(lines)


def stages_in_words(
    name: str, sides: dict[str, dict[str, Any]], pair: tuple[str, str], stages: tuple[str, ...], peer: str
) -> str:
    """A table of seconds, memory and ratios of some stages, beside a named peer."""
    ours, theirs = (sides[side] for side in pair)
    lines = [f"\n{name}", f"{'stage':<24}{'crm_ai':>10}{peer:>14}{'ratio':>8}"]
    lines += [_line(stage, ours["seconds"][stage], theirs["seconds"][stage]) for stage in stages]
    lines.append(_line("whole job", ours["whole"], theirs["whole"]))
    lines.append(_line("peak memory", ours["peak_mb"], theirs["peak_mb"], "MB", 0))
    lines.append(_line("the table in memory", ours["results"]["table_mb"], theirs["results"]["table_mb"], "MB", 0))
    return "\n".join(lines)


def model_disagreements(sides: dict[str, dict[str, Any]]) -> list[str]:
    """Where a model of one side is not as good as the other's."""
    ours, theirs = (sides[side]["results"] for side in MODEL_SIDES)
    found = [
        f"ROC AUC of {name}: {ours['roc_auc'][name]:.4f} and {area:.4f}"
        for name, area in theirs["roc_auc"].items()
        if ours["roc_auc"][name] < area - LARGEST_LOSS_IN_AUC
    ]
    return found if ours["best"] == theirs["best"] else [*found, f"best model: {ours['best']} and {theirs['best']}"]


def data_disagreements(sides: dict[str, dict[str, Any]]) -> list[str]:
    """Where the sides cleaned to something else: rows, gaps, sums of what was filled, labels."""
    ours, theirs = (sides[side]["results"] for side in DATA_SIDES)
    found = [
        f"{what}: {ours[what]} and {theirs[what]}"
        for what in ("rows", "missing", "labels")
        if ours[what] != theirs[what]
    ]
    return found + [
        f"sum of {name}: {ours['sums'][name]} and {total}"
        for name, total in theirs["sums"].items()
        if abs(ours["sums"][name] - total) > 1e-9 * abs(total)
    ]


def disagreements(sides: dict[str, dict[str, Any]]) -> list[str]:
    """Where the sides found something else: the quality of a model, the best one, a rate of a group."""
    ours, theirs = (sides[side]["results"] for side in SIDES)
    found = [
        f"ROC AUC of {name}: {ours['roc_auc'][name]:.4f} and {area:.4f}"
        for name, area in theirs["roc_auc"].items()
        if abs(ours["roc_auc"][name] - area) > LARGEST_GAP_IN_AUC
    ]
    if ours["best"] != theirs["best"]:
        return [*found, f"best model: {ours['best']} and {theirs['best']}"]
    return found + [
        f"selection rate of {segment} {group}: {ours['selection_rate'][segment].get(group)} and {rate:.4f}"
        for segment, rates in theirs["selection_rate"].items()
        for group, rate in rates.items()
        if abs(ours["selection_rate"][segment].get(group, float("inf")) - rate) > LARGEST_GAP_IN_RATE
    ]


def _line(name: str, ours: float, theirs: float, unit: str = "s", digits: int = 2) -> str:
    # What one side does along the way, in another stage, has no ratio.
    ratio = f"{theirs / ours:.1f} ×" if ours else "–"
    return f"{name:<24}{ours:>8.{digits}f} {unit:<2}{theirs:>9.{digits}f} {unit:<2}{ratio:>9}"


def _without_resampling(side: dict[str, Any]) -> float:
    return side["whole"] - sum(side["seconds"][stage] for stage in RESAMPLED)
