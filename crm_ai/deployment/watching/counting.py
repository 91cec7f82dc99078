"""Score customers part by part and count them; of those who get codes, hold what the codes are joined by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.deployment.watching.batch import Batch, make_batch
from crm_ai.deployment.watching.keys import KeyedScores, coded, scores_by_code
from crm_ai.deployment.watching.observing import Observation, observe
from crm_ai.errors import ModelFileError
from crm_ai.modeling import Groups, Model, Segment, groups_of
from crm_ai.modeling.profile import Profile
from crm_ai.table import Part, Schema, Stream, Table, until_settled
from crm_ai.table.lines import long_cells
from crm_ai.table.streams import Sums
from crm_ai.words import _


def profile_of(model: Model) -> Profile:
    """What a model remembers of its training customers.

    Parameters
    ----------
    model : Model
        A fitted model.

    Returns
    -------
    Profile
        Counts.

    Raises
    ------
    ModelFileError
        If its file was written before models remembered.
    """
    if model.profile is None:
        raise ModelFileError(
            _("The model does not remember what its training customers looked like, so nothing can be compared."),
            next_step=_("Train and save it again with this version."),
        )
    return model.profile


@dataclass(frozen=True, slots=True)
class Keyed:
    """Which customers can be told apart later.

    Parameters
    ----------
    key : str
        Column of their identifiers.
    secret : bytes
        That codes are made with.
    segments : tuple of str or Segment, default ()
        What makes the groups that are compared.
    """

    key: str
    secret: bytes = field(repr=False)
    segments: tuple[str | Segment, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the groups are made of."""
        each = ((one,) if isinstance(one, str) else one.columns for one in self.segments)
        return tuple(dict.fromkeys(name for names in each for name in names))


@dataclass(slots=True, eq=False)
class Counts:
    """Customers of a file, as far as it has been gone through.

    Parameters
    ----------
    stream : Stream
        The file.
    keyed : Keyed, optional
        How they can be told apart later.
    seen : Observation, optional
        Their counts; none before the first part.
    unreadable : int
        Cells that could not be read.
    codes, known, predicted : list of numpy.ndarray
        By part, if codes are kept.
    columns : dict of str to list of array
        By part, columns that groups are made of.
    """

    stream: Stream
    keyed: Keyed | None
    seen: Observation | None = None
    unreadable: int = 0
    codes: list[np.ndarray] = field(default_factory=list)
    known: list[np.ndarray] = field(default_factory=list)
    predicted: list[np.ndarray] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, part: Part, seen: Observation, predicted: np.ndarray, unreadable: int) -> None:
        """Take up some more customers.

        Parameters
        ----------
        part : Part
            Their rows.
        seen : Observation
            Their counts.
        predicted : numpy.ndarray of shape (n,) or (n, k)
            What the model said of them.
        unreadable : int
            Cells that could not be read.
        """
        self.seen = seen if self.seen is None else self.seen + seen
        self.unreadable += unreadable
        if self.keyed is None:
            return
        codes, known = coded(pd.Series(part.arrays[self.keyed.key], copy=False), self.keyed.secret)
        self.codes.append(codes)
        self.known.append(known)
        self.predicted.append(predicted)
        for name in self.keyed.columns:
            self.columns.setdefault(name, []).append(part.arrays[name])

    def batch(self, profile: Profile, *, name: str, day: date, model: str, threshold: float) -> Batch:
        """Make of the counts what is remembered.

        Parameters
        ----------
        profile, name, day, model, threshold
            As for ``make_batch``.

        Returns
        -------
        Batch
            The counts.

        Raises
        ------
        CrmAiError
            If there are no customers, or no name that can be shown.
        """
        seen = Observation(0, {}, np.zeros(0, dtype=np.int64)) if self.seen is None else self.seen
        about = {"name": name, "day": day, "model": model, "threshold": threshold}
        return make_batch(profile, seen, **about, unreadable=self.unreadable)  # type: ignore[arg-type]

    def keyed_scores(self, profile: Profile) -> KeyedScores | None:
        """What was said of whom.

        Parameters
        ----------
        profile : Profile
            Of the model.

        Returns
        -------
        KeyedScores or None
            None if no codes are kept.
        """
        if self.keyed is None:
            return None
        codes, known, predicted = (np.concatenate(parts) for parts in (self.codes, self.known, self.predicted))
        return scores_by_code(codes, known, predicted, profile, self._groups(self.keyed))

    def _groups(self, keyed: Keyed) -> tuple[Groups, ...]:
        """Of all customers at once: which groups share one, and where bands lie, no part can tell."""
        schema = Schema(tuple(self.stream.schema[name] for name in keyed.columns))
        frame = pd.DataFrame({name: _together(parts) for name, parts in self.columns.items()}, copy=False)
        table = Table(frame, schema, self.stream.source, "")
        return tuple(groups_of(table, segment) for segment in keyed.segments)


def count_customers(model: Model, stream: Stream, *, threshold: float, keyed: Keyed | None = None) -> Counts:
    """Score customers part by part, and count them.

    Parameters
    ----------
    model : Model
        A fitted model.
    stream : Stream
        The customers.
    threshold : float
        Score from which they are selected.
    keyed : Keyed, optional
        How they can be told apart later; by default they cannot.

    Returns
    -------
    Counts
        Of all of them.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    ProblemError
        If one that groups are made of is.
    """
    from crm_ai.deployment.scoring import check_columns
    from crm_ai.deployment.streaming import features

    profile = profile_of(model)
    check_columns(model, stream.schema, source=stream.source)
    for name in keyed.columns if keyed is not None else ():
        stream.schema[name]  # says so if it is not there

    def counted(stream: Stream) -> Counts:
        counts, sums = Counts(stream, keyed), Sums()
        for piece, _share in stream.pieces():
            part = stream.part(piece)
            sums.add(part)
            sums.check(stream)
            frame, unreadable = features(model, part, stream.schema)
            predicted = model.predict(frame)
            seen = observe(profile, frame, predicted, threshold=threshold)
            counts.add(part, seen, predicted, sum(unreadable.values()))
        return counts

    with long_cells():
        return until_settled(stream, counted)


def _together(parts: Sequence[Any]) -> pd.Series:
    return pd.concat([pd.Series(part, copy=False) for part in parts], ignore_index=True)
