"""``python -m crm_ai score``: put a saved model to work."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from crm_ai.command_line.inspect import read
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.deployment import Scored, Sink, Wishes
    from crm_ai.modeling import Model
    from crm_ai.table import Stream


def score_command(options: argparse.Namespace) -> None:
    """Score customers, part by part where their file permits it, and write the scores beside them.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If it is not said where they go, the output cannot be written, or a file does not fit.
    """
    from crm_ai.command_line.on_cluster import cluster_for, score_there
    from crm_ai.deployment import Wishes, load_model

    address = cluster_for(options)
    sink = None if address else _sink(options)
    model = load_model(options.model)
    wishes = Wishes(options.threshold, options.reasons, options.priority)
    scored = _score_here(options, model, wishes, sink) if sink else score_there(options, address, model, wishes)
    for mismatch in scored.mismatches:
        print(f"{mismatch.column}: {mismatch.what}", file=sys.stderr)
    for note in scored.notes:
        print(note, file=sys.stderr)
    where = options.output or options.to_table
    print(_("{n} customers scored, written to {file}").format(n=count(scored.rows), file=where))


def _score_here(options: argparse.Namespace, model: Model, wishes: Wishes, sink: Sink) -> Scored:
    from crm_ai.command_line.train import ProgressLine
    from crm_ai.deployment import score_stream
    from crm_ai.modeling import Progress

    stream, line = _stream(options), ProgressLine()

    def tell(share: float, rows: int) -> None:
        line(Progress(round(1000 * share), 1000, _("{n} customers scored").format(n=count(rows))))

    return score_stream(model, stream, sink, wishes=wishes, progress=tell)


def _stream(options: argparse.Namespace) -> Stream:
    from crm_ai.table import FrameStream, open_stream

    if options.sql or options.sheet:
        return FrameStream(read(options))
    stream = open_stream(
        options.file,
        encoding=options.encoding,
        separator=options.separator,
        header=options.header,
        decimal=options.decimal,
        day_first=options.day_first,
    )
    return FrameStream(read(options)) if stream is None else stream


def _sink(options: argparse.Namespace) -> Sink:
    from crm_ai.deployment import file_sink

    if options.output:
        return file_sink(options.output)
    from crm_ai.command_line.inspect import database_named
    from crm_ai.deployment.database_sink import DatabaseSink, IfThere

    if_there = IfThere.REPLACE if options.replace else IfThere.APPEND if options.append else IfThere.REFUSE
    url = database_named(options.to_database, os.environ)
    return DatabaseSink(url, options.to_table, if_there)
