"""Score the customers of a partitioned table on a cluster: what one machine does part by part, many do at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crm_ai.deployment.cluster.carried import CarriedModel, carried, opened
from crm_ai.deployment.cluster.connection import Cluster
from crm_ai.deployment.cluster.mapping import do, send
from crm_ai.deployment.cluster.parts import calls_of, check_output, check_seen, check_whole, part_folder, part_name
from crm_ai.deployment.cluster.progress import rows_done
from crm_ai.deployment.scored import Counts, Scored, Wishes, check_wishes
from crm_ai.deployment.scoring import check_columns
from crm_ai.deployment.sinks import ParquetSink
from crm_ai.deployment.streaming import Progress, ranked, score_alone, score_parts
from crm_ai.modeling import Model
from crm_ai.table import until_settled
from crm_ai.table.parquet_stream import ParquetStream


def score_on_cluster(
    cluster: Cluster,
    model: Model,
    stream: ParquetStream,
    output: str | Path,
    *,
    wishes: Wishes | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Score the customers of a Parquet file or folder on a cluster, and write them as a folder of Parquet files.

    Scores, counts and words are those of ``score_stream``. Every customer is in the folder once, whichever workers die
    meanwhile.

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
    wishes : Wishes, optional
        What shall stand beside them. For a priority the customers are read twice, and this machine holds eight bytes of
        each.
    progress : callable, optional
        Told a share between 0 and 1 and how many customers are done.

    Returns
    -------
    Scored
        How many there were, and what did not fit.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    CrmAiError
        If the folder cannot be written, or the cluster is lost.
    """
    wishes = wishes or Wishes()
    check_columns(model, stream.schema, source=stream.source)
    check_wishes(model, wishes)
    path = check_output(output)
    sent = send(cluster, carried(model))

    def scored(stream: ParquetStream) -> Scored:
        ranks = _ranks(cluster, sent, stream) if wishes.priority else [None] * len(stream.partitions)
        with part_folder(cluster, stream, path) as folder:
            calls = [
                (*call, str(folder / part_name(place)), ranks[place], wishes)
                for place, call in enumerate(calls_of(stream, sent))
            ]
            counts = Counts()
            for part in do(cluster, _score_partition, calls, rows_done(stream, progress)):
                counts.add(part)
                counts.sums.check(stream)
            check_whole(folder, [partition.rows for partition in stream.partitions])
        return counts.told(model, stream.notes)

    return until_settled(stream, scored)


def _ranks(cluster: Cluster, sent: object, stream: ParquetStream) -> list[np.ndarray]:
    check_seen(cluster, [partition.path for partition in stream.partitions[:1]])
    said = do(cluster, _scores_of_partition, calls_of(stream, sent))
    ends = np.cumsum([len(scores) for scores in said])[:-1]
    return np.split(ranked(np.concatenate(said)), ends)


def _scores_of_partition(stream: ParquetStream, packed: CarriedModel) -> np.ndarray:
    return score_alone(opened(packed), stream, threads=1)


def _score_partition(
    stream: ParquetStream, packed: CarriedModel, path: str, ranks: np.ndarray | None, wishes: Wishes
) -> Counts:
    return score_parts(opened(packed), stream, ParquetSink(Path(path)), wishes, ranks=ranks)
