"""``python -m crm_ai drift``: whether customers have changed since training, and how good scores turned out to be."""

from __future__ import annotations

import argparse
import json
import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.inspect import read_parts
from crm_ai.command_line.options import add_file, make_command, share
from crm_ai.command_line.watched import Watched, of_file, registered
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, number, percent, shorten, signed

if TYPE_CHECKING:
    from crm_ai.deployment.watching import Batch, Outcomes, Performance, Watch

ALARM = 3
NAME_WIDTH = 40
ALERTS_SHOWN = 6
EXAMPLES = """\
examples:
  python -m crm_ai drift churn.crm march.csv
  python -m crm_ai drift churn.crm march.csv --store watch --batch march --day 2026-03-31 --keep-keys --key customerID
  python -m crm_ai drift churn.crm --store watch --batch march --outcomes left_by_june.csv --key customerID
  python -m crm_ai drift churn.crm april.csv --store watch --fail-on act --json
  python -m crm_ai drift --champion churn april.csv --keep-keys --key customerID --fail-on act
  python -m crm_ai drift --champion churn --batch april --outcomes left_by_june.csv --key customerID
"""


def add_drift(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(
        commands,
        "drift",
        _("tell whether customers have changed since a model was trained, and how good its scores turned out to be"),
        EXAMPLES,
    )
    parser.add_argument(
        "model", metavar="MODEL", nargs="?", help=_("file written by train --save or downloaded from the app")
    )
    add_file(parser)
    parser.add_argument(
        "--champion",
        metavar="NAME",
        help=_("instead of MODEL: the champion of this name in the registry, where its batches are kept too"),
    )
    parser.add_argument(
        "--version", metavar="NUMBER", help=_("another version of this name than the champion: 3, challenger or newest")
    )
    parser.add_argument("--store", metavar="FOLDER", help=_("folder where batches are kept as counts, week after week"))
    parser.add_argument("--batch", metavar="NAME", help=_("what the batch is called (default: the file's name)"))
    parser.add_argument(
        "--day", type=date.fromisoformat, metavar="DAY", help=_("when it was scored, as 2026-03-31 (default: today)")
    )
    parser.add_argument(
        "--threshold",
        type=share,
        help=_("score from which a customer is selected (default: 0.5; of a registered version as it was approved)"),
    )
    parser.add_argument(
        "--keep-keys",
        action="store_true",
        help=_("keep codes of the customers of --key, so that outcomes can join later; nobody can be read from them"),
    )
    parser.add_argument("--key", metavar="COLUMN", help=_("column of the customers' identifiers"))
    parser.add_argument(
        "--segments", metavar="A,B=1,2,A+B", help=_("columns whose groups are compared once outcomes are there")
    )
    parser.add_argument("--outcomes", metavar="FILE", help=_("file of outcomes, to be joined by --key"))
    parser.add_argument("--outcome", metavar="COLUMN", help=_("its column of outcomes (default: the model's target)"))
    parser.add_argument(
        "--when", metavar="COLUMN", help=_("its column of days; outcomes before the batch's day are left out")
    )
    parser.add_argument(
        "--trained",
        type=date.fromisoformat,
        metavar="DAY",
        help=_("when the model was trained, to tell its age (default: when it was registered)"),
    )
    parser.add_argument(
        "--fail-on",
        choices=("watch", "act"),
        help=_("exit with 3 if there is such an alert or a worse one (default: exit with 0 whatever is found)"),
    )
    parser.add_argument("--json", action="store_true", help=_("print everything as JSON"))
    parser.set_defaults(command=drift_command, arrange=_arrange)


def drift_command(options: argparse.Namespace) -> int:
    """Compare a file with a model's training customers, keep it, join outcomes, and say what holds.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Returns
    -------
    int
        0, or 3 if an alert was to be reported so.
    """
    from crm_ai.deployment.watching import profile_of, watch

    _check_model(options)
    _check(options)
    watched = registered(options) if options.champion else of_file(options)
    profile_of(watched.model)
    chosen = None if options.file or options.sql else _chosen(watched, options)
    arrived = _arrived(watched, options) if options.outcomes else None  # first: nothing is kept if they cannot be read
    batch = chosen or _recorded(watched, options, arrived)
    if chosen is not None and arrived is not None:
        _join(watched, chosen, arrived)
    store, version = watched.store, watched.version
    known = store.outcomes(version)
    performance = None if arrived is None else next(one for one in known if one.batch == batch.name)
    trained = options.trained or watched.trained
    found = watch(store.batches(version), known, trained=trained, approved=watched.approved)
    if options.json:
        print(json.dumps(_as_json(found, performance, version), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        _print(found, batch, performance)
    return _code(found, options.fail_on)


def _arrange(options: argparse.Namespace, _parser: argparse.ArgumentParser) -> None:
    """With --champion there is no MODEL, so that the one name that is given is the customers' file."""
    if options.champion and not options.file:
        options.file, options.model = options.model, None


def _check_model(options: argparse.Namespace) -> None:
    if not options.champion:
        if options.model and not options.version:
            return
        raise CrmAiError(
            _("It is not said which model is watched."),
            next_step=_("Name its file, or a registered one with --champion NAME (and --version NUMBER)."),
        )
    if options.model or options.store:
        raise CrmAiError(
            _("A registered version is watched in the registry."),
            next_step=_("Leave out --store and the model's file, or leave out --champion."),
        )


def _check(options: argparse.Namespace) -> None:
    kept = options.store or options.champion
    if (options.outcomes or options.keep_keys) and not options.key:
        raise CrmAiError(
            _("It is not said which column holds the customers' identifiers."), next_step=_("Name it with --key.")
        )
    if options.keep_keys and not kept:
        raise CrmAiError(_("Codes can be kept in a store only."), next_step=_("Name a folder with --store."))
    if not (options.file or options.sql or (kept and options.batch)):
        raise CrmAiError(
            _("It is not said whose outcomes these are."),
            next_step=_("Name the batch with --store and --batch, or the file that was scored."),
        )


def _recorded(watched: Watched, options: argparse.Namespace, arrived: Outcomes | None) -> Batch:
    from crm_ai.deployment.watching import record
    from crm_ai.modeling import read_segments

    stream = read_parts(options)
    keep = options.keep_keys or arrived is not None
    return record(
        watched.store,
        watched.model,
        stream,
        name=options.batch or Path(stream.source).stem,
        day=options.day or date.today(),
        version=watched.version,
        threshold=options.threshold or watched.threshold,
        keep_keys=keep,
        key=options.key,
        secret=watched.secret() if keep else b"",
        segments=read_segments(options.segments, stream.schema.names) if options.segments else (),
        outcomes=arrived,
        known=date.today(),
    )


def _chosen(watched: Watched, options: argparse.Namespace) -> Batch:
    found = watched.store.batches(watched.version)
    for batch in found:
        if batch.name == options.batch:
            return batch
    names = _(", ").join(batch.name for batch in found[-12:]) or _("none")
    raise CrmAiError(
        _("There is no batch “{name}” of this model.").format(name=options.batch),
        where=options.store or options.champion,
        next_step=_("Choose one of: {names}.").format(names=names),
    )


def _arrived(watched: Watched, options: argparse.Namespace) -> Outcomes:
    from crm_ai.deployment.watching import profile_of, read_outcomes
    from crm_ai.table import read_table

    return read_outcomes(
        read_table(options.outcomes),
        key=options.key,
        profile=profile_of(watched.model),
        secret=watched.secret(),
        outcome=options.outcome,
        when=options.when,
    )


def _join(watched: Watched, batch: Batch, arrived: Outcomes) -> None:
    from crm_ai.deployment.watching import codes_of, judge_batch, profile_of

    keyed = codes_of(watched.store, batch, next_step=_("Score the next batch with --keep-keys and --key."))
    profile = profile_of(watched.model)
    watched.store.add_outcomes(judge_batch(batch, keyed, arrived, profile=profile, known=date.today()))


def _code(found: Watch, fail_on: str | None) -> int:
    from crm_ai.deployment.watching import Level

    asked = {None: (), "act": (Level.ACT,), "watch": (Level.ACT, Level.WATCH)}[fail_on]
    return ALARM if found.level in asked else 0


def _as_json(found: Watch, performance: Performance | None, version: str) -> dict[str, Any]:
    return {
        "model": version,
        "level": found.level.value,
        "summary": found.in_words,
        "alerts": [alert.as_json() for alert in found.alerts],
        "advice": found.advice.as_json(),
        "outcomes": performance.as_json() if performance is not None else None,
        "batches": [
            {
                "name": batch.name,
                "day": batch.day.isoformat(),
                "week": batch.week,
                "customers": batch.customers,
                "drift": [one.as_json() for one in batch.drifts],
            }
            for batch in found.batches
        ],
    }


def _print(found: Watch, batch: Batch, performance: Performance | None) -> None:
    print(found.in_words)
    for alert in found.alerts[:ALERTS_SHOWN]:
        print(f"  {alert.level.in_words}: {alert.in_words}")
    if others := found.alerts[ALERTS_SHOWN:]:
        names = _(", ").join(shorten(alert.subject, NAME_WIDTH) for alert in others)
        print("  " + _("and also: {names}").format(names=names))
    print(found.advice.in_words)
    print()
    _print_drift(batch)
    if performance is not None:
        print()
        _print_performance(performance)


def _print_drift(batch: Batch) -> None:
    print(_("{name}, {n} customers against those of the training:").format(name=batch.name, n=count(batch.customers)))
    shown = [(_("(score)") if one.of_scores else shorten(one.column, NAME_WIDTH), one) for one in batch.drifts]
    width = max(len(name) for name, _one in shown)
    print(f"  {'':<{width}} {'PSI':>8} {'JS':>8} {'p':>8} {_('missing'):>8} {_('new'):>8}")
    for name, one in shown:
        cells = (number(one.psi), number(one.jensen_shannon), number(one.corrected))
        shares = (percent(one.missing_now), percent(one.new))
        row = " ".join(f"{cell:>8}" for cell in (*cells, *shares))
        print(f"  {name:<{width}} {row}  {one.level.in_words}")


def _print_performance(performance: Performance) -> None:
    from crm_ai.evaluation import describe

    print(performance.joined.in_words)
    if not performance.figures:
        print(_("Too few outcomes to judge the model."))
    for name, found in performance.figures.items():
        line = f"  {describe(name)[0]}: {number(found.value)} ({number(found.low)} – {number(found.high)})"
        change = performance.differences.get(name)
        if change is not None and math.isfinite(change.value):
            line += ", " + _("{change} since approval ({low} to {high})").format(
                change=signed(change.value), low=signed(change.low), high=signed(change.high)
            )
        print(line)
    for segment, said in performance.segments.items():
        print(f"  {segment}: {said['verdict']}")
