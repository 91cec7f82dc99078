"""Say of all customers of a partitioned table why a model says what it says, on a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crm_ai.deployment.arrow_columns import as_arrow
from crm_ai.deployment.cluster.carried import CarriedModel, carried, explainer, opened
from crm_ai.deployment.cluster.connection import Cluster
from crm_ai.deployment.cluster.mapping import do, send
from crm_ai.deployment.cluster.parts import calls_of, check_output, check_whole, part_folder, part_name
from crm_ai.deployment.cluster.progress import rows_done
from crm_ai.deployment.drivers import Drivers
from crm_ai.deployment.explaining import ExplainedTable
from crm_ai.deployment.mismatches import Mismatch, differences
from crm_ai.deployment.reason_tables import one_a_customer, one_a_reason
from crm_ai.deployment.scored import Counts
from crm_ai.deployment.scoring import check_columns
from crm_ai.deployment.sinks import ParquetSink
from crm_ai.deployment.streaming import Progress, features
from crm_ai.errors import CrmAiError
from crm_ai.modeling import Model
from crm_ai.table import Kind, Part, until_settled
from crm_ai.table.parquet_stream import ParquetStream
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class ReasonWishes:
    """What reasons are given of, and how they are written.

    Parameters
    ----------
    label : str, optional
        The answer to explain; by default the positive one, or the first of several.
    scale : str, optional
        One of ``scales_of`` the model; by default the one it adds up on, where values are exact.
    long : bool, default False
        Whether each customer has a row for each column, and not one row.
    """

    label: str | None = None
    scale: str | None = None
    long: bool = False


@dataclass(frozen=True, slots=True)
class ExplainedCustomers:
    """What became of customers that were explained.

    Parameters
    ----------
    drivers : Drivers
        What moves the model, and how many were explained.
    label, scale : str
        The answer that is explained, empty for a number, and what reasons are measured in.
    references : int
        Customers that are compared with; 0 stands for all training customers.
    mismatches : tuple of Mismatch
        What did not fit, the most customers first; of all customers of the table.
    notes : tuple of str
        What the reader had to decide or repair, in words.
    """

    drivers: Drivers
    label: str
    scale: str
    references: int
    mismatches: tuple[Mismatch, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Done:
    """A partition that was explained."""

    counts: Counts = field(default_factory=Counts)
    drivers: Drivers = field(default_factory=Drivers)


def explain_on_cluster(
    cluster: Cluster,
    model: Model,
    stream: ParquetStream,
    output: str | Path,
    *,
    rows: np.ndarray | None = None,
    wishes: ReasonWishes | None = None,
    progress: Progress | None = None,
) -> ExplainedCustomers:
    """Explain the customers of a Parquet file or folder on a cluster, and write reasons as a folder of Parquet files.

    Values are those of ``explain_table``: where they are estimated, as many orders are tried as it would try for the
    whole table.

    Parameters
    ----------
    cluster : Cluster
        See ``connected``; its workers see the same files as this machine.
    model : Model
        A fitted model.
    stream : ParquetStream
        The customers, see ``open_stream``.
    output : str or Path
        The folder; a file for each partition, all of them or none.
    rows : numpy.ndarray of int, optional
        Positions of those who shall be explained, in the order of the table; all by default.
    wishes : ReasonWishes, optional
        What is explained, and how it is written.
    progress : callable, optional
        Told a share between 0 and 1 and how many customers of the table are done.

    Returns
    -------
    ExplainedCustomers
        What was done, and what moves the model.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    CrmAiError
        If the model has no such answer or scale or nobody to compare with, the folder cannot be written, or the cluster
        is lost.
    """
    from crm_ai.explanation import explainer_of

    if rows is not None and not len(rows):
        raise CrmAiError(_("There is nobody to explain."), where=stream.source)
    wishes = wishes or ReasonWishes()
    check_columns(model, stream.schema, source=stream.source)
    path = check_output(output)
    wanted = stream.rows if rows is None else len(rows)
    ready = explainer_of(model, label=wishes.label, scale=wishes.scale, customers=wanted)
    rows = None if rows is None else np.sort(rows)
    places = [_within(rows, partition.start, partition.rows) for partition in stream.partitions]
    sent = send(cluster, carried(model))

    def explained(stream: ParquetStream) -> ExplainedCustomers:
        counts, drivers = Counts(), Drivers()
        with part_folder(cluster, stream, path) as folder:
            calls = [
                (*call, str(folder / part_name(place)), wishes, wanted, places[place])
                for place, call in enumerate(calls_of(stream, sent))
            ]
            for done in do(cluster, _explain_partition, calls, rows_done(stream, progress)):
                counts.add(done.counts)
                counts.sums.check(stream)
                drivers.merge(done.drivers)
            width = len(model.columns) if wishes.long else 1
            chosen = [
                partition.rows if some is None else len(some)
                for partition, some in zip(stream.partitions, places, strict=True)
            ]
            check_whole(folder, [n * width for n in chosen])
        told = counts.told(model, stream.notes)
        return ExplainedCustomers(drivers, ready.label, ready.scale, ready.references, told.mismatches, told.notes)

    return until_settled(stream, explained)


def _within(rows: np.ndarray | None, start: int, length: int) -> np.ndarray | None:
    if rows is None:
        return None
    first, last = np.searchsorted(rows, [start, start + length])
    return rows[first:last] - start


def _explain_partition(
    stream: ParquetStream,
    packed: CarriedModel,
    path: str,
    wishes: ReasonWishes,
    customers: int,
    places: np.ndarray | None,
) -> _Done:
    model, done = opened(packed), _Done()
    ready = explainer(packed, wishes.label, wishes.scale, customers)
    start = stream.partitions[0].start

    def tables() -> Iterator[pa.Table]:
        for piece, _share in stream.pieces():
            part, before = stream.part(piece), done.counts.sums.rows
            frame, unreadable = features(model, part, stream.schema)
            done.counts.sums.add(part)
            done.counts.differences.add(differences(model, model.cleaned(frame), unreadable))
            table = ExplainedTable(ready, frame, _names(stream, part, start + before))
            chosen = _within(places, before, part.rows)
            table = table if chosen is None else table.only(chosen)
            for some in table.explained():
                done.drivers.add(some.reasons)
                yield _as_table(
                    one_a_reason(some.reasons, some.names)
                    if wishes.long
                    else one_a_customer(some.reasons, some.names, some.said, some.output)
                )

    if places is not None and not len(places):
        for _table in tables():
            pass
    else:
        ParquetSink(Path(path)).write((), tables())
    return done


def _names(stream: ParquetStream, part: Part, before: int) -> pd.DataFrame:
    """The row in the table, and what tells customers apart."""
    identifiers = [name for name in stream.schema.names_of(kind=Kind.IDENTIFIER) if name != "row"]
    rows = np.arange(before + 1, before + 1 + part.rows)
    return pd.DataFrame({"row": rows} | {name: part.arrays[name] for name in identifiers}, copy=False)


def _as_table(frame: pd.DataFrame) -> pa.Table:
    columns = [as_arrow(frame[name].array, whole=frame[name].dtype.kind in "iu") for name in frame.columns]
    return pa.table(columns, names=list(frame.columns))
