"""One batch of scored customers, as it is remembered: a day, a model and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm_ai.deployment.watching.drift import Drift, drift, drift_from_json
from crm_ai.deployment.watching.observing import Observation
from crm_ai.errors import CrmAiError
from crm_ai.modeling.cells import FEWEST, without_small
from crm_ai.modeling.profile import Profile
from crm_ai.words import _

FORMAT = "crm_ai batch"
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Customers who were scored together. Counts only, none of 1 to 4.

    Parameters
    ----------
    name : str
        What it is called; each model has a name once.
    day : date
        When they were scored.
    model : str
        Which model scored them: its digest or version.
    customers : int
        How many.
    threshold : float
        Score from which they were selected.
    drifts : tuple of Drift
        How far they had moved away from the training customers, by the exact counts.
    inputs : mapping of str to tuple of int
        By feature: customers by cell of the model's profile.
    scores : tuple of int
        Customers by cell of what the model said.
    unreadable : int, default 0
        Cells that could not be read and count as missing.
    selected : int, optional
        How many reached the threshold; 1 to 4 count as none, and all but 1 to 4 as all. None where it is not known.
    source : str, default ""
        Digest of the whole table, by which the same one is recognised; empty where it is not known.
    turn : int, default 0
        Grows with the time of remembering, as its store tells it: orders batches of one day.
    """

    name: str
    day: date
    model: str
    customers: int
    threshold: float
    drifts: tuple[Drift, ...]
    inputs: Mapping[str, tuple[int, ...]]
    scores: tuple[int, ...]
    unreadable: int = 0
    selected: int | None = None
    source: str = field(default="", compare=False)
    turn: int = field(default=0, compare=False)

    @property
    def order(self) -> tuple[date, int, str]:
        """Sorts batches: by day, and those of one day by when they were remembered."""
        return self.day, self.turn, self.name

    @property
    def week(self) -> str:
        """Its week by ISO 8601, such as ``2026-W07``."""
        return week_of(self.day)

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts.

        Returns
        -------
        dict
            For ``batch_from_json``.
        """
        return {
            "format": FORMAT,
            "name": self.name,
            "day": self.day.isoformat(),
            "model": self.model,
            "customers": self.customers,
            "threshold": self.threshold,
            "drifts": [one.as_json() for one in self.drifts],
            "inputs": {name: list(counts) for name, counts in self.inputs.items()},
            "scores": list(self.scores),
            "unreadable": self.unreadable,
            "selected": self.selected,
            "source": self.source,
        }


def week_of(day: date) -> str:
    """Week of a day by ISO 8601.

    Parameters
    ----------
    day : date
        The day.

    Returns
    -------
    str
        Year and week.

    Examples
    --------
    >>> week_of(date(2026, 11, 26))
    '2026-W48'
    """
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


def make_batch(
    profile: Profile,
    seen: Observation,
    *,
    name: str,
    day: date,
    model: str,
    threshold: float = 0.5,
    unreadable: int = 0,
) -> Batch:
    """Make of counts what is remembered.

    Parameters
    ----------
    profile : Profile
        What training customers looked like.
    seen : Observation
        All customers of the batch.
    name : str
        What it is called.
    day : date
        When it was scored.
    model : str
        The model's digest or version.
    threshold : float, default 0.5
        Score from which customers were selected.
    unreadable : int, default 0
        Cells that could not be read.

    Returns
    -------
    Batch
        Compared by the exact counts, of which small ones are then forgotten.

    Raises
    ------
    CrmAiError
        If there are no customers, or no name that can be shown.
    """
    if not seen.customers:
        raise CrmAiError(_("There are no customers in the batch."), next_step=_("Choose a file with customers in it."))
    if not 0 < len(name.strip()) <= LONGEST_NAME or not name.strip().isprintable():
        raise CrmAiError(_("A batch needs a name of at most {most} characters, on one line.").format(most=LONGEST_NAME))
    ordered = {cells.name: cells.numeric for cells in profile.inputs}
    inputs = {
        column: tuple(without_small(counts, ordered=ordered[column]).tolist()) for column, counts in seen.inputs.items()
    }
    return Batch(
        name=name.strip(),
        day=day,
        model=model,
        customers=seen.customers,
        threshold=threshold,
        drifts=drift(profile, seen),
        inputs=inputs,
        scores=tuple(without_small(seen.scores, ordered=profile.scores.numeric).tolist()),
        unreadable=unreadable,
        selected=_selected(seen, threshold),
    )


def batch_from_json(said: Mapping[str, Any]) -> Batch:
    """Read what ``Batch.as_json`` wrote.

    Parameters
    ----------
    said : mapping
        The plain numbers.

    Returns
    -------
    Batch
        The same.

    Raises
    ------
    CrmAiError
        If it is anything else.
    """
    try:
        if said["format"] != FORMAT:
            raise ValueError(said["format"])
        return Batch(
            name=str(said["name"]),
            day=date.fromisoformat(said["day"]),
            model=str(said["model"]),
            customers=int(said["customers"]),
            threshold=float(said["threshold"]),
            drifts=tuple(drift_from_json(one) for one in said["drifts"]),
            inputs={str(name): tuple(int(n) for n in counts) for name, counts in said["inputs"].items()},
            scores=tuple(int(n) for n in said["scores"]),
            unreadable=int(said["unreadable"]),
            selected=None if said.get("selected") is None else int(said["selected"]),
            source=str(said.get("source", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CrmAiError(_("A batch cannot be read; the file is damaged.")) from error


def _selected(seen: Observation, threshold: float) -> int | None:
    """Customers who were selected, so few of one kind that nobody can be recognised counting as none."""
    if seen.selected is None or seen.threshold != threshold:
        return None
    if seen.selected < FEWEST:
        return 0
    return seen.customers if seen.customers - seen.selected < FEWEST else seen.selected
