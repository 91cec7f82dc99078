"""``python -m crm_ai audit``: for whom a saved model is worse, on customers whose outcome is known."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.inspect import read
from crm_ai.command_line.options import add_file, make_command, share
from crm_ai.words import _, count, number, percent, shorten

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate
    from crm_ai.fairness import Audit, Examination
    from crm_ai.modeling import Model

EXAMPLES = """\
examples:
  python -m crm_ai audit churn.crm later_customers.csv --segments gender
  python -m crm_ai audit churn.crm later_customers.csv --segments gender,age=25,40,60,gender+SeniorCitizen
  python -m crm_ai audit churn.crm later_customers.csv --segments age --threshold 0.3 --json
"""
SHOWN = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy")
SHOWN_OF_ERRORS = ("mae", "rmse", "mean_error")
NAME_WIDTH = 44


def add_audit(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(
        commands, "audit", "tell for whom a saved model is worse, on customers it was not trained on", EXAMPLES
    )
    parser.add_argument("model", metavar="MODEL", help="file written by train --save or downloaded from the app")
    add_file(parser)
    parser.add_argument(
        "--segments",
        required=True,
        metavar="A,B=1,2,A+B",
        help="columns whose groups are compared; =1,2 cuts numbers into bands, + compares combinations of up to three",
    )
    parser.add_argument("--threshold", type=share, default=0.5, help="score from which a customer is selected")
    parser.add_argument("--label", help="of several answers: the one that is set against all others")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(command=audit_command)


def audit_command(options: argparse.Namespace) -> None:
    """Audit a model on a file with outcomes.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.command_line.on_cluster import audit_there, cluster_for
    from crm_ai.deployment import load_model

    model, address = load_model(options.model), cluster_for(options)
    found, source = audit_there(options, address, model) if address else _audit_here(options, model)
    note = _("note: customers that the model was trained on must not be among these; figures of them flatter.")
    print(note, file=sys.stderr)
    if options.json:
        result = _as_json(found, source, options.threshold)
        print(json.dumps(result, ensure_ascii=False, indent=2, allow_nan=False))
        return
    print(_("{file}: {n} customers judged, {unknown} without a known outcome").format(
        file=source, n=count(found.customers), unknown=count(found.unknown)
    ))  # fmt: skip
    for place, audit in enumerate(found.audits):
        _print_audit(audit)
        if found.calibrations:
            print(f"  {found.calibrations[place].verdict}")
            for conflict in found.conflicts[place]:
                print("  " + _("cannot hold together, {first} and {second}: {words}").format(
                    first=conflict.first.value, second=conflict.second.value, words=conflict.words
                ))  # fmt: skip


def _audit_here(options: argparse.Namespace, model: Model) -> tuple[Examination, str]:
    from crm_ai.deployment.scoring import as_learned
    from crm_ai.fairness import examine
    from crm_ai.modeling import read_segments

    table = read(options)
    segments = read_segments(options.segments, table.schema.names)
    found = examine(model, table, segments, threshold=options.threshold, label=options.label)
    for mismatch in as_learned(model, table)[1]:
        print(f"{mismatch.column}: {mismatch.what}", file=sys.stderr)
    return found, table.source


def audit_as_json(audit: Audit) -> dict[str, Any]:
    """Put an audit into plain dictionaries.

    Parameters
    ----------
    audit : Audit
        The audit.

    Returns
    -------
    dict
        Ready for ``json.dumps``; what is undefined is None.
    """
    return {
        "groups": {
            group: {metric: audit.by_group[metric][group].as_dict() for metric in audit.by_group}
            for group in audit.sizes
        },
        "overall": _estimates(audit.overall),
        "difference": _estimates(audit.difference),
        "ratio": _estimates(audit.ratio),
        "parity": _estimates(audit.parity),
        "too_few": list(audit.too_few),
        "four_fifths": audit.four_fifths,
        "detectable": {name: _finite(value) for name, value in audit.detectable.items()},
        "gaps": list(audit.gaps),
        "judgement": audit.judgement.value,
        "verdict": audit.verdict,
    }


def _as_json(found: Examination, source: str, threshold: float) -> dict[str, Any]:
    segments = {audit.segment: audit_as_json(audit) for audit in found.audits}
    for calibration, excluded in zip(found.calibrations, found.conflicts, strict=True):
        segments[calibration.segment] |= {
            "calibration": {
                "gap": _estimates(calibration.gap),
                "expected_calibration_error": _estimates(calibration.error),
                "verdict": calibration.verdict,
            },
            "conflicts": [
                {"first": c.first.value, "second": c.second.value, "gap": _finite(c.gap), "words": c.words}
                for c in excluded
            ],
        }
    return {
        "file": source,
        "threshold": threshold,
        "customers": {"judged_on": found.customers, "without_outcome": found.unknown},
        "segments": segments,
    }


def _estimates(estimates: Any) -> dict[str, Any]:
    return {name: estimate.as_dict() for name, estimate in estimates.items()}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _print_audit(audit: Audit) -> None:
    metrics = SHOWN if "selection_rate" in audit.by_group else SHOWN_OF_ERRORS
    print(f"\n{audit.segment}: {audit.verdict}")
    width = max(len(_("group")), *(len(shorten(group, NAME_WIDTH)) for group in audit.sizes))
    print(f"  {_('group'):<{width}} {'n':>9}  " + "  ".join(f"{metric:>22}" for metric in metrics))
    for group, size in audit.sizes.items():
        cells = "  ".join(f"{_with_interval(audit.by_group[metric][group]):>22}" for metric in metrics)
        note = "  " + _("(too few to compare)") if group in audit.too_few else ""
        print(f"  {shorten(group, NAME_WIDTH):<{width}} {count(size):>9}  {cells}{note}")


def _with_interval(estimate: Estimate) -> str:
    if not estimate.known:
        return number(estimate.value)
    if estimate.name in SHOWN:
        return f"{percent(estimate.value)} ({percent(estimate.low)}–{percent(estimate.high)})"
    return f"{number(estimate.value)} ({number(estimate.low)}–{number(estimate.high)})"
