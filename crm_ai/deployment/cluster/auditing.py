"""Audit a model on customers of a partitioned table: counted on the workers of a cluster, added up here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.deployment.cluster.carried import CarriedModel, carried, opened
from crm_ai.deployment.cluster.columns import compact, joined, only
from crm_ai.deployment.cluster.connection import Cluster
from crm_ai.deployment.cluster.mapping import collect, do, send, start
from crm_ai.deployment.cluster.parts import calls_of, check_seen
from crm_ai.deployment.cluster.progress import rows_done
from crm_ai.deployment.streaming import Progress, features
from crm_ai.evaluation import ErrorTally, Tally, error_edges, score_edges, tally_errors, tally_scores
from crm_ai.fairness import Examination
from crm_ai.fairness.examination import check_known, check_outcomes, examination_of_errors, examination_of_tallies
from crm_ai.modeling import Model, Segment, Task, answer_of, groups_of, label_place
from crm_ai.modeling.answers import answers
from crm_ai.table import until_settled
from crm_ai.table.parquet_stream import ParquetStream
from crm_ai.table.streams import Sums


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Customers of a partition with what came out and what the model said.

    Parameters
    ----------
    sums : Sums
        What happened to the rows.
    known : numpy.ndarray of bool, shape (n,)
        Whose outcome is known.
    truth, said : numpy.ndarray of float64, shape (known,)
        1 for the answer in question and 0 for others, and its probability; of a number, the number and the prediction.
    columns : dict of str to array of length n
        What groups are made of.
    """

    sums: Sums = field(default_factory=Sums)
    known: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    truth: np.ndarray = field(default_factory=lambda: np.zeros(0))
    said: np.ndarray = field(default_factory=lambda: np.zeros(0))
    columns: dict[str, Any] = field(default_factory=dict)


def examine_on_cluster(
    cluster: Cluster,
    model: Model,
    stream: ParquetStream,
    segments: Sequence[Segment],
    *,
    threshold: float = 0.5,
    label: str | None = None,
    progress: Progress | None = None,
) -> Examination:
    """Audit a model on customers of a Parquet file or folder whose outcome is known, on a cluster.

    The model is asked once, on the workers, which keep what it said. This machine looks at scores and segments (some
    bytes of each customer) to find bins and groups that suit all of them; the workers count by these, and tallies add.
    The audit is that of ``examine``.

    Parameters
    ----------
    cluster : Cluster
        See ``connected``; its workers see the same files as this machine.
    model : Model
        A fitted model.
    stream : ParquetStream
        Customers that it was not trained on, with outcomes.
    segments : sequence of Segment
        What makes the groups; columns need not be features.
    threshold, label
        As for ``examine``.
    progress : callable, optional
        Told a share between 0 and 1 and how many customers were scored.

    Returns
    -------
    Examination
        Audits with verdicts.

    Raises
    ------
    ProblemError
        If a column that is needed or the outcome is not there, or no outcome is known.
    CrmAiError
        If the cluster is lost.
    """
    check_outcomes(model, stream.schema.names, source=stream.source)
    for name in (name for segment in segments for name in segment.columns):
        stream.schema[name]
    if model.problem.task is not Task.REGRESSION:
        label_place(model.problem, label)
    check_seen(cluster, [stream.partitions[0].path, stream.partitions[-1].path])
    sent = send(cluster, carried(model))

    def examined(stream: ParquetStream) -> Examination:
        tallies, unknown = _tallies(cluster, sent, model, stream, segments, label, progress)
        if model.problem.task is Task.REGRESSION:
            return examination_of_errors(tallies, unknown=unknown)
        return examination_of_tallies(tallies, threshold=threshold, unknown=unknown)

    return until_settled(stream, examined)


def _tallies(
    cluster: Cluster,
    sent: Any,
    model: Model,
    stream: ParquetStream,
    segments: Sequence[Segment],
    label: str | None,
    progress: Progress | None,
) -> tuple[list[tuple[str, Any]], int]:
    """Tally of each segment, and how many customers' outcome is not known."""
    names = tuple(dict.fromkeys(name for segment in segments for name in segment.columns))
    futures = start(cluster, _judge_partition, calls_of(stream, sent, label, names))
    parts: list[Judged] = collect(cluster, futures, rows_done(stream, progress))
    sums = Sums()
    for part in parts:
        sums.add(part.sums)
        sums.check(stream)
    rows = np.flatnonzero(np.concatenate([part.known for part in parts]))
    check_known(model, len(rows), source=stream.source)
    is_number = model.problem.task is Task.REGRESSION
    said = np.concatenate([part.said for part in parts])
    edges = error_edges(said - np.concatenate([part.truth for part in parts])) if is_number else score_edges(said)
    table = only(joined([part.columns for part in parts]), stream.schema, names, stream.source)
    ends = np.cumsum([len(part.said) for part in parts])[:-1]
    grouped = [groups_of(table, segment) for segment in segments]
    found = [groups.of(rows) for groups in grouped]
    codes = [np.split(own.astype(np.min_scalar_type(len(known))), ends) for own, known in found]
    calls = [
        (future, [own[place] for own in codes], [known for _own, known in found], edges, is_number)
        for place, future in enumerate(futures)
    ]
    counted = do(cluster, _tally_partition, calls)
    added = [reduce(add, several) for several in zip(*counted, strict=True)]
    return list(zip((groups.name for groups in grouped), added, strict=True)), sums.rows - len(rows)


def _judge_partition(stream: ParquetStream, packed: CarriedModel, label: str | None, names: tuple[str, ...]) -> Judged:
    model, problem, sums = opened(packed), opened(packed).problem, Sums()
    found = []
    for piece, _share in stream.pieces():
        part = stream.part(piece)
        sums.add(part)
        known = answers(only(part.arrays, stream.schema, (problem.target,), stream.source), problem)
        rows = np.flatnonzero(~np.isnan(known))
        said = _said(model, features(model, part, stream.schema)[0].iloc[rows])
        if problem.task is Task.REGRESSION:
            truth = known[rows]
        else:
            place = label_place(problem, label)
            truth, said = (known[rows] == place).astype(np.float64), answer_of(said, place)
        found.append((~np.isnan(known), truth, said, compact(part.arrays, names)))
    known, truth, said = (np.concatenate([each[place] for each in found]) for place in range(3))
    return Judged(sums, known, truth, said, joined([columns for _known, _truth, _said, columns in found]))


def _said(model: Model, frame: pd.DataFrame) -> np.ndarray:
    if len(frame):
        return model.predict_encoded(model.encoder.transform(model.cleaned(frame)))
    return np.zeros((0, len(model.problem.labels)) if model.problem.task is Task.MULTICLASS else 0)


def _tally_partition(
    judged: Judged, codes: list[np.ndarray], names: list[tuple[str, ...]], edges: np.ndarray, is_number: bool
) -> list[Tally | ErrorTally]:
    tally = tally_errors if is_number else tally_scores
    return [tally(judged.truth, judged.said, own, known, edges=edges) for own, known in zip(codes, names, strict=True)]
