"""How an adopted model is kept: as the recipe that makes it again from its run, with the same numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.fairness.candidate import Candidate
    from crm_ai.modeling import Groups, Run, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What makes a fairer model of one of a run's models.

    Parameters
    ----------
    model_type : str
        The model it is made of.
    method, constraint : str
        See ``Candidate``.
    segment : Segment
        What makes the groups.
    threshold : float
        Score from which customers are selected.

    Examples
    --------
    >>> from crm_ai.modeling import Segment
    >>> adoption = Adoption(
    ...     model_type="decision_tree", method="reweighing", constraint="", segment=Segment(("age",), {"age": (30,)}),
    ...     threshold=0.5,
    ... )
    >>> adoption_from_json(adoption_as_json(adoption)) == adoption
    True
    """

    model_type: str
    method: str
    constraint: str
    segment: Segment
    threshold: float


def adoption_of(candidate: Candidate) -> Adoption:
    """Write down what a candidate was made by.

    Parameters
    ----------
    candidate : Candidate
        The fairer model.

    Returns
    -------
    Adoption
        The recipe.

    Raises
    ------
    ProblemError
        If its groups were made elsewhere, so that columns do not tell them.
    """
    from crm_ai.modeling import Groups, Segment

    segment = candidate.segment
    if isinstance(segment, Groups):
        raise ProblemError(
            _("“{name}” is not made of columns, so a model adopted for it could not be made again.").format(
                name=segment.name
            ),
            next_step=_("Add the groups to the table as a column, or choose columns."),
        )
    return Adoption(
        model_type=candidate.model_type,
        method=candidate.method,
        constraint=candidate.constraint,
        segment=Segment((segment,)) if isinstance(segment, str) else segment,
        threshold=candidate.threshold,
    )


def candidate_again(run: Run, adoption: Adoption) -> Candidate:
    """Make a candidate again.

    Parameters
    ----------
    run : Run
        The run that it was made from.
    adoption : Adoption
        The recipe.

    Returns
    -------
    Candidate
        The same as before, for ``adopt``.
    """
    from crm_ai.fairness.mitigation import mitigate

    return mitigate(
        run,
        adoption.model_type,
        adoption.segment,
        adoption.method,
        constraint=adoption.constraint or "demographic_parity",
        threshold=adoption.threshold,
    )


def adopted_digest(run: Run, candidate: Candidate | Adoption) -> str:
    """Tell the digest of a run that adopts a candidate.

    Parameters
    ----------
    run : Run
        The run.
    candidate : Candidate or Adoption
        The fairer model, or its recipe.

    Returns
    -------
    str
        Of the run's digest and the recipe, as a run's own digest is of its table and plan.
    """
    recipe = (candidate.model_type, candidate.method, candidate.constraint, float(candidate.threshold))
    digest = hashlib.blake2b(repr((run.digest, recipe)).encode(), digest_size=12)
    digest.update(_content(candidate.segment))
    return digest.hexdigest()


def _content(segment: str | Segment | Groups) -> bytes:
    from crm_ai.modeling import Groups, Segment

    if isinstance(segment, Groups):
        return repr((segment.name, segment.names)).encode() + np.ascontiguousarray(segment.codes).tobytes()
    wanted = Segment((segment,)) if isinstance(segment, str) else segment
    edges = {column: tuple(map(float, cuts)) for column, cuts in wanted.edges.items()}
    return repr((wanted.columns, sorted(edges.items()))).encode()


def adoption_as_json(adoption: Adoption) -> dict[str, Any]:
    """Write a recipe as JSON keeps it.

    Parameters
    ----------
    adoption : Adoption
        The recipe.

    Returns
    -------
    dict
        Plain numbers, texts, lists and dictionaries.
    """
    segment = adoption.segment
    return {
        "model_type": adoption.model_type,
        "method": adoption.method,
        "constraint": adoption.constraint,
        "columns": list(segment.columns),
        "edges": {column: list(cuts) for column, cuts in segment.edges.items()},
        "threshold": adoption.threshold,
    }


def adoption_from_json(said: Mapping[str, Any]) -> Adoption:
    """Read a recipe that was written by ``adoption_as_json``.

    Parameters
    ----------
    said : mapping
        By name of the parameter.

    Returns
    -------
    Adoption
        The same recipe.
    """
    from crm_ai.modeling import Segment

    edges = {str(column): tuple(float(cut) for cut in cuts) for column, cuts in said["edges"].items()}
    return Adoption(
        model_type=str(said["model_type"]),
        method=str(said["method"]),
        constraint=str(said["constraint"]),
        segment=Segment(tuple(said["columns"]), edges),
        threshold=float(said["threshold"]),
    )
