"""``python -m crm_ai score``: put a saved model to work."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from crm_ai.command_line.inspect import read, read_parts
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.deployment import Scored, Sink, Wishes
    from crm_ai.modeling import Model
    from crm_ai.table import Stream


CANNOT_BE_SCORED = 3


def score_command(options: argparse.Namespace) -> int | None:
    """Score customers, part by part where their file permits it, and write the scores beside them.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Returns
    -------
    int or None
        3 if customers were only checked and cannot be scored.

    Raises
    ------
    CrmAiError
        If it is not said where they go, the output cannot be written, or a file does not fit.
    """
    from crm_ai.command_line.on_cluster import cluster_for, score_there
    from crm_ai.command_line.scorer import chosen
    from crm_ai.deployment import Wishes

    if options.check:
        return _check(options)
    address = cluster_for(options, without="--rename" if options.rename else "")
    sink = None if address else _sink(options)
    scorer = chosen(options)
    model = scorer.model
    wishes = Wishes(scorer.threshold, options.reasons, options.priority)
    scored = _score_here(options, model, wishes, sink) if sink else score_there(options, address, model, wishes)
    for mismatch in scored.mismatches:
        print(f"{mismatch.column}: {mismatch.what}", file=sys.stderr)
    for note in (*scored.notes, *getattr(sink, "notes", ())):
        print(note, file=sys.stderr)
    if scorer.said:
        print(scorer.said)
    where = options.output or options.to_table
    print(_("{n} customers scored, written to {file}").format(n=count(scored.rows), file=where))
    return None


def _check(options: argparse.Namespace) -> int:
    """Tell how customers fit, and score nothing."""
    from crm_ai.command_line.scorer import chosen
    from crm_ai.deployment import Trouble, check_fit

    scorer = chosen(options)
    fit = check_fit(scorer.model, _stream(options))
    if scorer.said:
        print(scorer.said)
    print(_("{n} customers looked at, nobody scored.").format(n=count(fit.rows)))
    print(fit.verdict)
    told = [one for one in fit.columns if one.trouble is not Trouble.NONE]
    width = max((len(one.column) for one in told), default=0)
    for one in told:
        print(f"  {one.column:<{width}}  {one.what}")
    if fit.others:
        print(_("Not looked at: {names}").format(names=_(", ").join(fit.others)))
    for note in fit.notes:
        print(note)
    return 0 if fit.can_be_scored else CANNOT_BE_SCORED


def _score_here(options: argparse.Namespace, model: Model, wishes: Wishes, sink: Sink) -> Scored:
    from crm_ai.command_line.timing import ProgressLine
    from crm_ai.deployment import score_stream
    from crm_ai.modeling import Progress

    stream, line = _stream(options), ProgressLine()

    def tell(share: float, rows: int) -> None:
        line(Progress(round(1000 * share), 1000, _("{n} customers scored").format(n=count(rows))))

    return score_stream(model, stream, sink, wishes=wishes, progress=tell)


def _stream(options: argparse.Namespace) -> Stream:
    from crm_ai.table import FrameStream

    return FrameStream(read(options).renamed(dict(options.rename))) if options.rename else read_parts(options)


def _sink(options: argparse.Namespace) -> Sink:
    from crm_ai.deployment import file_sink

    if options.output:
        return file_sink(options.output)
    from crm_ai.command_line.inspect import database_named
    from crm_ai.deployment.database_sink import DatabaseSink, IfThere

    if_there = IfThere.REPLACE if options.replace else IfThere.APPEND if options.append else IfThere.REFUSE
    url = database_named(options.to_database, os.environ)
    return DatabaseSink(url, options.to_table, if_there)
