"""``python -m crm_ai report``: what is known of a model, for people who do not open apps."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.costs import add_costs, check_report, offer_of, write_report
from crm_ai.command_line.inspect import read
from crm_ai.command_line.options import add_models, add_question, make_command, share
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Run
    from crm_ai.table import Table

EXAMPLES = """\
examples:
  python -m crm_ai report customers.csv --target Churn --segments gender,age -o churn.pptx
  python -m crm_ai report customers.csv --target Churn -o churn.pdf --value 300 --cost 20 --chance 0.3
  python -m crm_ai report customers.csv --record run.json -o churn.html --language zh
  python -m crm_ai report customers.csv --target Churn -o card.md
"""


def add_report(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(
        commands, "report", _("write what is known of a model: a page, a document to print, slides or a card"), EXAMPLES
    )
    add_question(parser)
    add_models(parser)
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help=_("file to write: .html, .pdf, .pptx or .md")
    )
    parser.add_argument("--model", metavar="TYPE", help=_("which model is told of (default: best in cross-validation)"))
    parser.add_argument(
        "--record", metavar="JSON", help=_("make the run of this record again, instead of what other options say")
    )
    parser.add_argument(
        "--threshold", type=share, help=_("score from which a customer is selected (default: what pays best, or 0.5)")
    )
    add_costs(parser)
    parser.set_defaults(command=report_command)


def report_command(options: argparse.Namespace) -> None:
    """Train as asked, or make a recorded run again, and write a report of one model.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If the output's format is not known, the record is of other customers, or there is no such model.
    """
    from crm_ai.command_line.timing import ProgressLine
    from crm_ai.command_line.train import prepared
    from crm_ai.modeling import Progress, best_by_cross_validation

    check_report(options.output)
    offer = offer_of(options)
    table = read(options)
    run = _repeated(table, options) if options.record else _trained(prepared(table, options)[0], options)
    model = options.model or best_by_cross_validation(run)
    line = ProgressLine()
    write_report(
        run,
        model,
        options,
        offer,
        path=options.output,
        threshold=options.threshold,
        progress=lambda done, words: line(Progress(round(100 * done), 100, words)),
    )
    print(_("report of {model} written to {file}").format(model=model, file=options.output))


def _trained(table: Table, options: argparse.Namespace) -> Run:
    from crm_ai.command_line.timing import ProgressLine
    from crm_ai.command_line.train import asked_so, proposed, with_settings
    from crm_ai.modeling import train

    problem = asked_so(proposed(table, options).problem, options)
    models = with_settings(options.models, options.set, problem)
    if options.model:
        models.setdefault(options.model, {})
    return train(table, problem, models, search=options.search, progress=ProgressLine())


def _repeated(table: Table, options: argparse.Namespace) -> Run:
    from crm_ai.command_line.timing import ProgressLine
    from crm_ai.modeling import read_record, repeat

    known = read_record(options.record)
    run, differences = repeat(_as_recorded(table, known, options), known, progress=ProgressLine())
    for difference in differences:
        print(difference, file=sys.stderr)
    return run


def _as_recorded(table: Table, known: Mapping[str, Any], options: argparse.Namespace) -> Table:
    """The table with the repairs it had when the record was written, as far as that can be found out."""
    from crm_ai.command_line.train import prepared

    digest = known["table"]["digest"]
    for target in (options.target, known["plan"]["problem"]["target"]):
        if table.digest == digest:
            return table
        repaired, _findings = prepared(table, argparse.Namespace(**{**vars(options), "target": target}))
        if repaired.digest == digest:
            return repaired
    return table
