"""Commands that run on a Dask cluster where ``CRM_AI_DASK`` names one and a table is Parquet."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crm_ai.errors import ReadError
from crm_ai.words import _, count, ngettext

if TYPE_CHECKING:
    from crm_ai.deployment import Scored, Wishes
    from crm_ai.deployment.cluster import Cluster, ExplainedCustomers
    from crm_ai.deployment.streaming import Progress
    from crm_ai.fairness import Examination
    from crm_ai.modeling import Model
    from crm_ai.table.parquet_stream import ParquetStream


@dataclass(frozen=True, slots=True)
class Job:
    """What is needed to work on a cluster.

    Parameters
    ----------
    cluster : Cluster
        A connection.
    stream : ParquetStream
        The customers.
    progress : callable
        Shows how far it has come.
    """

    cluster: Cluster
    stream: ParquetStream
    progress: Progress


def cluster_for(options: argparse.Namespace, *, without: str = "") -> str:
    """Address of the cluster on which a command shall run.

    Parameters
    ----------
    options : argparse.Namespace
        With file, sql, sheet, and perhaps output and to_table.
    without : str, default ""
        An option that cannot be followed there, if it was given.

    Returns
    -------
    str
        Empty if none is named, or if it cannot be done there; why it cannot is told then.
    """
    from crm_ai.deployment.cluster import ADDRESS

    address = os.environ.get(ADDRESS, "").strip()
    why = _why_here(options, without) if address else ""
    if why:
        print(_("not on the cluster of {variable}, but on this machine: {why}").format(variable=ADDRESS, why=why),
              file=sys.stderr)  # fmt: skip
    return "" if why else address


def _why_here(options: argparse.Namespace, without: str) -> str:
    from crm_ai.table import is_parquet

    output = getattr(options, "output", None)
    if without:
        return _("{option} is not known there").format(option=without)
    if options.sql or not is_parquet(options.file):
        return _("only Parquet files, and folders of them, are read there")
    if getattr(options, "to_table", None) or (output and Path(output).suffix.lower() not in ("", ".parquet")):
        return _("only folders of Parquet files are written there")
    return ""


def score_there(options: argparse.Namespace, address: str, model: Model, wishes: Wishes) -> Scored:
    """Score the customers of a file on a cluster.

    Parameters
    ----------
    options : argparse.Namespace
        Of the command ``score``.
    address : str
        Of the scheduler.
    model : Model
        The model.
    wishes : Wishes
        What shall stand beside the customers.

    Returns
    -------
    Scored
        What became of them.

    Raises
    ------
    CrmAiError
        As ``score_on_cluster``.
    """
    from crm_ai.deployment.cluster import score_on_cluster

    with _job(options, address, _("{n} customers scored")) as job:
        return score_on_cluster(job.cluster, model, job.stream, options.output, wishes=wishes, progress=job.progress)


def explain_there(options: argparse.Namespace, address: str, model: Model) -> ExplainedCustomers:
    """Explain the customers of a file on a cluster.

    Parameters
    ----------
    options : argparse.Namespace
        Of the command ``explain``.
    address : str
        Of the scheduler.
    model : Model
        The model.

    Returns
    -------
    ExplainedCustomers
        What was done.

    Raises
    ------
    CrmAiError
        As ``explain_on_cluster``.
    """
    import numpy as np

    from crm_ai.deployment.cluster import ReasonWishes, explain_on_cluster
    from crm_ai.explanation.explainer import drawn

    wishes = ReasonWishes(options.answer, options.scale, options.long)
    with _job(options, address, _("{n} customers explained")) as job:
        all_of_them = job.stream.rows
        some = options.rows and options.rows < all_of_them
        rows = drawn(np.arange(all_of_them), options.rows, model.problem.seed) if some else None
        return explain_on_cluster(
            job.cluster, model, job.stream, options.output, rows=rows, wishes=wishes, progress=job.progress
        )


def audit_there(options: argparse.Namespace, address: str, model: Model) -> tuple[Examination, str]:
    """Audit a model on the customers of a file on a cluster.

    Parameters
    ----------
    options : argparse.Namespace
        Of the command ``audit``.
    address : str
        Of the scheduler.
    model : Model
        The model.

    Returns
    -------
    found : Examination
        What was found.
    source : str
        Name of the file.

    Raises
    ------
    CrmAiError
        As ``examine_on_cluster``.
    """
    from crm_ai.deployment.cluster import examine_on_cluster
    from crm_ai.modeling import read_segments

    with _job(options, address, _("{n} customers scored")) as job:
        segments = read_segments(options.segments, job.stream.schema.names)
        found = examine_on_cluster(
            job.cluster,
            model,
            job.stream,
            segments,
            threshold=options.threshold,
            label=options.label,
            progress=job.progress,
        )
        return found, job.stream.source


@contextmanager
def _job(options: argparse.Namespace, address: str, done: str) -> Iterator[Job]:
    from crm_ai.deployment.cluster import check_output, connected

    if getattr(options, "output", None):
        check_output(options.output)
    stream = _stream(options)
    with connected(address) as cluster:
        print(
            ngettext(
                "on the cluster at {address}: {n} worker process, {parts} partitions",
                "on the cluster at {address}: {n} worker processes, {parts} partitions",
                cluster.workers,
            ).format(address=address, n=count(cluster.workers), parts=count(len(stream.partitions))),
            file=sys.stderr,
        )
        yield Job(cluster, stream, _progress(done))


def _stream(options: argparse.Namespace) -> ParquetStream:
    from crm_ai.table.instructions import Instructions
    from crm_ai.table.parquet_stream import open_parquet

    path = Path(options.file)
    wanted = Instructions(None, None, None, None, options.decimal, options.day_first)
    stream = open_parquet(path, wanted.checked(path.name))
    if stream is None:
        raise ReadError(
            _("There are column names but no rows below them."),
            where=path.name,
            next_step=_("Export the file again, with at least one customer."),
        )
    return stream


def _progress(done: str) -> Callable[[float, int], None]:
    from crm_ai.command_line.timing import ProgressLine
    from crm_ai.modeling import Progress

    line = ProgressLine()
    return lambda share, rows: line(Progress(round(1000 * share), 1000, done.format(n=count(rows))))
