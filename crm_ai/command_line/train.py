"""``python -m crm_ai train``: the whole way through, in one command."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.costs import check_report, offer_of, write_report
from crm_ai.command_line.inspect import read
from crm_ai.command_line.timing import ProgressLine, Stopwatch
from crm_ai.command_line.trained import print_trained, trained_as_json
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Problem, Proposal
    from crm_ai.table import Finding, Table


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
    from crm_ai.command_line.register import check_registering, print_registered, register_trained, version_as_json

    check_registering(options)
    watch = Stopwatch()
    if options.report:
        check_report(options.report)
    offer = offer_of(options)
    with watch("import"):
        from crm_ai.deployment import save_model
        from crm_ai.explanation import explain
        from crm_ai.fairness import audit_fairness
        from crm_ai.modeling import best_by_cross_validation, headline, save_record, train
    with watch("read"):
        table = read(options)
    with watch("inspect"):
        table, findings = prepared(table, options)
        proposal = proposed(table, options)
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
    version = None
    if options.register:
        with watch("register"):
            version = register_trained(run, best, options, findings=findings, drivers=drivers[best])
    if options.report:
        with watch("report"):
            write_report(run, best, options, offer, threshold=options.threshold)
    if options.json:
        result = trained_as_json(run, proposal, findings, metrics, drivers, audits, watch.seconds)
        if version is not None:
            result["registered"] = version_as_json(version)
        print(json.dumps(result, ensure_ascii=False, indent=2, allow_nan=False))
        return
    print_trained(run, proposal, findings, metrics, drivers, audits, best)
    if options.save:
        print(_("{model} saved to {file}").format(model=best, file=options.save))
    if version is not None:
        print_registered(version)
    if options.report:
        print(_("report of {model} written to {file}").format(model=best, file=options.report))


def proposed(table: Table, options: argparse.Namespace) -> Proposal:
    """Propose a question, as far as the options leave it open.

    Parameters
    ----------
    table : Table
        The customers.
    options : argparse.Namespace
        With target, positive, above, task, features, segments, holdout and seed.

    Returns
    -------
    Proposal
        The question with its reasons.
    """
    from crm_ai.modeling import propose_problem

    return propose_problem(
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
