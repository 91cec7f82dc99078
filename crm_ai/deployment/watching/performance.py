"""How good a model turned out to be for one batch, as it is kept and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm_ai.deployment.watching.joined import Joined
from crm_ai.errors import CrmAiError
from crm_ai.evaluation import Estimate
from crm_ai.modeling.profile import estimate_from_json
from crm_ai.words import _

FORMAT = "crm_ai outcomes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How good a model turned out to be for one batch.

    Parameters
    ----------
    batch, model : str
        Name of the batch, and the model that scored it.
    day : date
        When it was scored.
    known : date
        When outcomes were joined.
    joined : Joined
        What was matched and what was not.
    figures : mapping of str to Estimate
        As ``profile.judged`` gives them; empty if fewer than 30 outcomes are known.
    differences : mapping of str to Estimate
        Now minus what was approved, with two-sample intervals.
    segments : mapping of str to mapping
        By segment: verdict, judgement and by group and metric an estimate, as plain numbers.
    """

    batch: str
    model: str
    day: date
    known: date
    joined: Joined
    figures: Mapping[str, Estimate]
    differences: Mapping[str, Estimate]
    segments: Mapping[str, Mapping[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts.

        Returns
        -------
        dict
            For ``performance_from_json``.
        """
        return {
            "format": FORMAT,
            "batch": self.batch,
            "model": self.model,
            "day": self.day.isoformat(),
            "known": self.known.isoformat(),
            "joined": {name: getattr(self.joined, name) for name in Joined.__dataclass_fields__},
            "figures": {name: estimate.as_dict() for name, estimate in self.figures.items()},
            "differences": {name: estimate.as_dict() for name, estimate in self.differences.items()},
            "segments": self.segments,
        }


def performance_from_json(said: Mapping[str, Any]) -> Performance:
    """Read what ``Performance.as_json`` wrote.

    Parameters
    ----------
    said : mapping
        The plain numbers.

    Returns
    -------
    Performance
        The same.

    Raises
    ------
    CrmAiError
        If it is anything else.
    """
    try:
        if said["format"] != FORMAT:
            raise ValueError(said["format"])
        return Performance(
            batch=str(said["batch"]),
            model=str(said["model"]),
            day=date.fromisoformat(said["day"]),
            known=date.fromisoformat(said["known"]),
            joined=Joined(**{str(name): int(n) for name, n in said["joined"].items()}),
            figures={str(name): estimate_from_json(str(name), one) for name, one in said["figures"].items()},
            differences={str(name): estimate_from_json(str(name), one) for name, one in said["differences"].items()},
            segments=dict(said["segments"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CrmAiError(_("Outcomes of a batch cannot be read; the file is damaged.")) from error


def segment_in_words(segment: str, said: Mapping[str, Any]) -> str:
    """Say what outcomes tell of a segment, in the reader's language, whatever was spoken when they were joined.

    Parameters
    ----------
    segment : str
        Its name.
    said : mapping
        What ``Performance.segments`` holds of it.

    Returns
    -------
    str
        A sentence; of a gap with the groups farthest apart.

    Examples
    --------
    >>> segment_in_words("gender", {"judgement": "no evidence of a gap"})
    'No evidence of a gap by gender.'
    """
    from crm_ai.evaluation.glossary import term
    from crm_ai.fairness.verdict import Judgement

    if said["judgement"] == Judgement.TOO_FEW:
        return _("Too few customers to say whether there is a gap by {segment}.").format(segment=segment)
    if said["judgement"] == Judgement.NO_EVIDENCE:
        return _("No evidence of a gap by {segment}.").format(segment=segment)
    gaps = []
    for metric in said["gaps"]:
        known = {
            group: found[metric]["value"]
            for group, found in said["groups"].items()
            if found.get(metric, {}).get("value") is not None
        }
        if known:
            top, bottom = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
            figure = term(metric)
            gaps.append(
                _("{figure} {high} for “{top}”, {low} for “{bottom}”").format(
                    figure=figure.label,
                    high=figure.show(known[top]),
                    top=top,
                    low=figure.show(known[bottom]),
                    bottom=bottom,
                )
            )
    return _("Gap found by {segment}: {gaps}.").format(segment=segment, gaps=_("; ").join(gaps))
