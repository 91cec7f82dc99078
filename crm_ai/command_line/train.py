"""``python -m crm_ai train``: the whole way through, in one command."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.audit import audit_as_json
from crm_ai.command_line.inspect import findings_as_json, print_findings, read, repairs_as_json
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate
    from crm_ai.fairness import Audit
    from crm_ai.modeling import Problem, Progress, Run
    from crm_ai.table import Finding, Table

DRIVERS_SHOWN = 6
HEADLINE = {
    "binary": ("roc_auc", "average_precision", "brier_score", "accuracy", "precision", "recall"),
    "multiclass": ("accuracy", "balanced_accuracy", "macro_f1", "macro_roc_auc"),
    "regression": ("r2", "rmse", "mae"),
}


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time a stage.

        Parameters
        ----------
        stage : str
            Its name; time spent in a stage of the same name adds up.

        Yields
        ------
        None
            While the stage runs.
        """
        start = perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start


def prepared(table: Table, options: argparse.Namespace) -> tuple[Table, tuple[Finding, ...]]:
    """Inspect a table and agree upon its repairs, as the options ask.

    Parameters
    ----------
    table : Table
        As it was read.
    options : argparse.Namespace
        With target, recipe and no_repairs.

    Returns
    -------
    table : Table
        The repairs agreed upon; those that learn are made in training.
    findings : tuple of Finding
        What was wrong before.
    """
    from crm_ai.cleaning import accept, certain_repairs
    from crm_ai.command_line.clean import open_recipe
    from crm_ai.table import inspect

    findings = inspect(table, target=options.target)
    if options.recipe:
        return accept(table, open_recipe(options.recipe).repairs), findings
    return (table if options.no_repairs else accept(table, certain_repairs(findings))), findings


def train_command(options: argparse.Namespace) -> None:
    """Train, judge, explain and audit; print the result and save a model if asked.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    watch = Stopwatch()
    with watch("import"):
        from crm_ai.deployment import save_model
        from crm_ai.explanation import explain
        from crm_ai.fairness import audit_fairness
        from crm_ai.modeling import best_by_cross_validation, headline, propose_problem, save_record, train
    with watch("read"):
        table = read(options)
    with watch("inspect"):
        table, findings = prepared(table, options)
        proposal = propose_problem(
            table,
            target=options.target,
            positive=options.positive,
            above=options.above,
            task=options.task,
            features=options.features,
            segments=options.segments,
            holdout=options.holdout,
            seed=options.seed,
        )
    with watch("train"):
        problem = asked_so(proposal.problem, options)
        models = with_settings(options.models, options.set, problem)
        run = train(table, problem, models, search=options.search, progress=ProgressLine())
    if options.record:
        save_record(run, options.record)
    if options.save_model:
        run.model(options.save_model)
    with watch("metrics"):
        metrics = {name: headline(run, name, threshold=options.threshold) for name in run.models}
    with watch("explain"):
        drivers = {name: explain(run, name).importance() for name in run.models}
    with watch("fairness"):
        audits = {
            name: [audit_fairness(run, name, segment, threshold=options.threshold) for segment in run.problem.segments]
            for name in run.models
        }
    best = options.save_model or best_by_cross_validation(run)
    if options.save:
        with watch("save"):
            model = run.model(best)
            save_model(model.alone() if options.no_references else model, options.save)
    if options.json:
        result = as_json(run, proposal, findings, metrics, drivers, audits, watch.seconds)
        print(json.dumps(result, ensure_ascii=False, indent=2, allow_nan=False))
        return
    _print_summary(run, proposal, findings, metrics, drivers, audits, best)
    if options.save:
        print(_("{model} saved to {file}").format(model=best, file=options.save))


def asked_so(problem: Problem, options: argparse.Namespace) -> Problem:
    """Ask a question as the options say.

    Parameters
    ----------
    problem : Problem
        As it is proposed.
    options : argparse.Namespace
        With split, repeats, balanced, recalibrate, never_lowers, never_raises and scale.

    Returns
    -------
    Problem
        As it is asked.

    Raises
    ------
    ProblemError
        If the split is not one of those on offer.
    """
    from crm_ai.errors import ProblemError
    from crm_ai.modeling import Scale, Split, SplitKind, Task

    split = problem.split
    if options.split:
        kind, _colon, column = options.split.partition(":")
        if kind not in tuple(SplitKind) or (kind == SplitKind.RANDOM) == bool(column):
            raise ProblemError(
                _("“{split}” is no way to divide customers.").format(split=options.split),
                next_step=_("Say random, group:COLUMN or time:COLUMN."),
            )
        split = Split(SplitKind(kind), column)
    ways = [(name, 1) for name in options.never_lowers] + [(name, -1) for name in options.never_raises]
    return replace(
        problem,
        split=split,
        repeats=options.repeats,
        balanced=options.balanced,
        recalibration=options.recalibrate if problem.task is Task.BINARY else "",
        monotonic=tuple(ways),
        scale=Scale(options.scale),
    )


def with_settings(models: list[str] | None, said: list[str], problem: Problem) -> dict[str, dict[str, Any]]:
    """Read models and their settings.

    Parameters
    ----------
    models : list of str, optional
        Model types; by default the basic ones.
    said : list of str
        Settings, each as ``model.setting=value``.
    problem : Problem
        The question.

    Returns
    -------
    dict of str to dict
        Settings by model type.

    Raises
    ------
    ProblemError
        If a setting is not written so, or is none of a model that is trained.
    """
    from crm_ai.errors import ProblemError
    from crm_ai.modeling import find_model_type, model_types_for

    names = models or [entry.id for entry in model_types_for(problem.task, basic=True)]
    found: dict[str, dict[str, Any]] = {name: {} for name in names}
    for entry in said:
        path, _equals, value = entry.partition("=")
        model, _dot, setting = path.partition(".")
        if model not in found:
            raise ProblemError(
                _("“{entry}” sets nothing of a model that is trained.").format(entry=entry),
                next_step=_("Write MODEL.SETTING=VALUE with one of: {names}.").format(names=_(", ").join(found)),
            )
        offered = {p.id: p.values for p in find_model_type(model, problem.task).parameters}.get(setting, ())
        found[model][setting] = next((known for known in offered if str(known) == value), value)
    return found


class ProgressLine:
    """Shows progress as one line on the terminal that rewrites itself; says nothing where nobody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        """Show how far training has come.

        Parameters
        ----------
        progress : Progress
            Steps done, and what is being done.
        """
        if not self._watched:
            return
        share = progress.done / progress.total
        bar = "█" * round(20 * share) + "·" * (20 - round(20 * share))
        end = "\n" if progress.done == progress.total else ""
        print(f"\r\033[K{bar} {percent(share)}  {progress.message}", end=end, file=sys.stderr, flush=True)


def as_json(
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


def _print_summary(run: Run, proposal: Any, findings: Any, metrics: Any, drivers: Any, audits: Any, best: str) -> None:
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
