"""What ``python -m crm_ai train`` says: as JSON, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm_ai.command_line.audit import audit_as_json
from crm_ai.command_line.inspect import findings_as_json, print_findings, repairs_as_json
from crm_ai.words import _, count, number

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate
    from crm_ai.fairness import Audit
    from crm_ai.modeling import Run

DRIVERS_SHOWN = 6
HEADLINE = {
    "binary": ("roc_auc", "average_precision", "brier_score", "accuracy", "precision", "recall"),
    "multiclass": ("accuracy", "balanced_accuracy", "macro_f1", "macro_roc_auc"),
    "regression": ("r2", "rmse", "mae"),
}


def trained_as_json(
    run: Run,
    proposal: Any,
    findings: Any,
    metrics: dict[str, dict[str, Estimate]],
    drivers: dict[str, Any],
    audits: dict[str, list[Audit]],
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Put everything that was found out into plain dictionaries.

    Parameters
    ----------
    run : Run
        The run.
    proposal : Proposal
        The question and its reasons.
    findings : sequence of Finding
        What is wrong with the data.
    metrics : dict
        Headline estimates by model.
    drivers : dict
        Importance frames by model.
    audits : dict
        Audits by model.
    seconds : dict of str to float
        Time by stage.

    Returns
    -------
    dict
        Ready for ``json.dumps``; what is undefined is None.
    """
    problem = run.problem
    return {
        "file": run.table.source,
        "digest": run.digest,
        "question": {
            "target": problem.target,
            "task": problem.task.value,
            "labels": list(problem.labels),
            "positive": problem.positive or None,
            "features": list(problem.features),
            "segments": list(problem.segments),
            "repairs": repairs_as_json(problem.repairs),
            "reasons": dict(proposal.reasons),
            "set_aside": dict(proposal.set_aside),
        },
        "customers": {
            "all": len(run.table),
            "trained_on": len(run.train_rows),
            "judged_on": len(run.holdout_rows),
            "without_target": run.unlabelled,
        },
        "findings": findings_as_json(findings),
        "models": {
            name: {
                "metrics": {metric: estimate.as_dict() for metric, estimate in metrics[name].items()},
                "cross_validation": _cross_validation(run, name),
                "drivers": _records(drivers[name]) if name in drivers else None,
                "settings": dict(run.settings[name]),
                "fairness": {audit.segment: audit_as_json(audit) for audit in audits[name]},
            }
            for name in run.models
        },
        "seconds": {stage: round(time, 4) for stage, time in seconds.items()},
        "training_seconds": {stage: round(time, 4) for stage, time in run.seconds.items()},
        "versions": dict(run.versions),
    }


def _cross_validation(run: Run, name: str) -> dict[str, Any]:
    scores = run.cross_validation[run.cross_validation["model"] == name]
    return {
        str(metric): {"mean": float(group.mean()), "sd": float(group.std()), "folds": group.tolist()}
        for metric, group in scores.groupby("metric", sort=False)["value"]
    }


def _records(frame: Any) -> list[dict[str, Any]]:
    cleaned = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in cleaned.to_dict("records")]


def print_trained(run: Run, proposal: Any, findings: Any, metrics: Any, drivers: Any, audits: Any, best: str) -> None:
    """Print what was found out.

    Parameters
    ----------
    run : Run
        The run.
    proposal : Proposal
        The question and its reasons.
    findings : sequence of Finding
        What is wrong with the data.
    metrics, drivers, audits : dict
        By model: headline estimates, importance frame, audits.
    best : str
        The model that is best in cross-validation, or was asked for.
    """
    from crm_ai.cleaning import describe_repair
    from crm_ai.modeling import MODEL_TYPES, question_in_words

    print(_("{file}: {rows} customers; predicts {question}").format(
        file=run.table.source, rows=count(len(run.table)), question=question_in_words(run.problem)
    ))  # fmt: skip
    print(_("trained on {train}, judged on {holdout} others; {unknown} without a known answer").format(
        train=count(len(run.train_rows)), holdout=count(len(run.holdout_rows)), unknown=count(run.unlabelled)
    ))  # fmt: skip
    for reason in proposal.reasons.values():
        print(f"  {reason}")
    for column, reason in proposal.set_aside.items():
        print("  " + _("set aside: {column} ({reason})").format(column=column, reason=reason))
    for repair in run.problem.repairs:
        names = _(", ").join(repair.columns) or _("rows")
        print("  " + _("repaired: {columns} ({what})").format(columns=names, what=describe_repair(repair)))
    print("\n" + _("What is wrong with the data"))
    print_findings(findings)
    for name in run.models:
        mark = " " + _("(best in cross-validation)") if name == best else ""
        print(f"\n{MODEL_TYPES[name].name}{mark}")
        _print_model(run.problem.task.value, metrics[name], drivers.get(name), audits[name])
    print()


def _print_model(task: str, metrics: Any, drivers: Any, audits: Any) -> None:
    for metric in HEADLINE[task]:
        estimate = metrics[metric]
        interval = _("95 % interval {low} to {high}").format(low=number(estimate.low), high=number(estimate.high))
        print(f"  {metric:<18} {number(estimate.value):>8}   {interval}, n = {count(estimate.n)}")
    if drivers is not None:
        strongest = drivers.head(DRIVERS_SHOWN)
        words = _(", ").join(f"{row.column} ({number(row.mean_absolute, 2)})" for row in strongest.itertuples())
        print("  " + _("driven most by: {columns}").format(columns=words))
    for audit in audits:
        print(f"  {audit.segment}: {audit.verdict}")
