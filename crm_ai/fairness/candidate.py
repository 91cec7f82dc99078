"""A fairer model that may be adopted, and what it was made by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Groups, Refitted, Segment

REWEIGHING = "reweighing"
DECORRELATION = "decorrelation"
EXPONENTIATED_GRADIENT = "exponentiated_gradient"
GRID_SEARCH = "grid_search"
GROUP_THRESHOLDS = "group_thresholds"
METHODS = (REWEIGHING, DECORRELATION, EXPONENTIATED_GRADIENT, GRID_SEARCH, GROUP_THRESHOLDS)
CONSTRAINTS = ("demographic_parity", "equalized_odds", "true_positive_rate_parity", "false_positive_rate_parity")
UNCONSTRAINED = frozenset({REWEIGHING, DECORRELATION})
KNOWS_THE_GROUP = frozenset({DECORRELATION, GROUP_THRESHOLDS})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A fairer model that may be adopted.

    Parameters
    ----------
    name : str
        What it is called in a run, for instance ``"logistic_regression+reweighing"``.
    model_type : str
        The run's model it was made of.
    method, constraint : str
        One of ``METHODS``; one of ``CONSTRAINTS``, empty for methods that know none.
    segment : str, Segment or Groups
        What makes the groups.
    threshold : float
        Score from which customers are selected, which it was made for.
    made : Refitted
        The model, and what it says of customers it has not seen.
    """

    name: str
    model_type: str
    method: str
    constraint: str
    segment: str | Segment | Groups
    threshold: float
    made: Refitted

    @property
    def needs_segment(self) -> bool:
        """Whether the group must be known wherever it scores."""
        return self.method in KNOWS_THE_GROUP

    @property
    def caution(self) -> str:
        """What to consider before it is adopted, in the reader's language; empty if nothing special."""
        from crm_ai.modeling import segment_name

        name = segment_name(self.segment)
        if self.method == GROUP_THRESHOLDS:
            return _(
                "Every customer is treated openly by {segment}: two customers with the same score may get different "
                "decisions. In many countries that is forbidden for traits such as sex, age or origin, also where the "
                "aim is fairness. Ask a lawyer before you adopt it."
            ).format(segment=name)
        if self.method == DECORRELATION:
            return _(
                "{segment} must be known wherever this model scores, for it takes out what tells it. Make sure that "
                "you may keep and use it."
            ).format(segment=name)
        return _("{segment} was used in training only; the model does not ask for it because of this method.").format(
            segment=name
        )
