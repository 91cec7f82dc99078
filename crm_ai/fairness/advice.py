"""Which metric answers the question that is asked about fairness."""

from __future__ import annotations

from dataclasses import dataclass

from crm_ai.errors import CrmAiError
from crm_ai.words import _, later


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A question people ask about fairness, and where its answer stands.

    Parameters
    ----------
    id : str
        Identifier.
    title : str
        The question in English; ``question`` is its translation.
    metric : str
        By group, a metric of an ``Audit`` or of a ``GroupCalibration``.
    parity : str
        The figure that puts it into one number; empty if it is the metric's own difference.
    constraint : str
        What a mitigation would hold equal, see ``mitigation``; empty if none does.
    reasoning : str
        Why this metric, in English; ``why`` is its translation.
    """

    id: str
    title: str
    metric: str
    parity: str
    constraint: str
    reasoning: str

    @property
    def question(self) -> str:
        """The question in the reader's language."""
        return _(self.title)

    @property
    def why(self) -> str:
        """Why this metric, in the reader's language."""
        return _(self.reasoning)


CONCERNS: tuple[Concern, ...] = (
    Concern(
        id="offer",
        title=later("Who is offered the discount?"),
        metric="selection_rate",
        parity="demographic_parity_ratio",
        constraint="demographic_parity",
        reasoning=later(
            "Something good is handed out and nobody has earned it by an answer: compare how often groups are "
            "selected. The four-fifths rule is about this."
        ),
    ),
    Concern(
        id="refusal",
        title=later("Who is refused, although they would have paid?"),
        metric="false_positive_rate",
        parity="",
        constraint="false_positive_rate_parity",
        reasoning=later(
            "Selected customers lose something (credit, say). The wrong done is to select those without the "
            "answer: compare false alarms."
        ),
    ),
    Concern(
        id="help",
        title=later("Who is helped or kept, of those who need it?"),
        metric="true_positive_rate",
        parity="equal_opportunity_difference",
        constraint="true_positive_rate_parity",
        reasoning=later(
            "Selected customers gain something they need. The wrong done is to miss those with the answer: "
            "compare how many of them are found."
        ),
    ),
    Concern(
        id="mistakes",
        title=later("Who bears the mistakes, whichever way they go?"),
        metric="true_positive_rate",
        parity="equalized_odds_difference",
        constraint="equalized_odds",
        reasoning=later("Both mistakes hurt: compare hits and false alarms together."),
    ),
    Concern(
        id="suspicion",
        title=later("Is a selection as trustworthy in every group?"),
        metric="precision",
        parity="predictive_parity_difference",
        constraint="",
        reasoning=later(
            "Somebody acts upon each selection (an inspection, say) and must be able to trust it as much in one "
            "group as in another: compare how many of the selected are right."
        ),
    ),
    Concern(
        id="probability",
        title=later("Does a probability mean the same for everybody?"),
        metric="calibration_gap",
        parity="",
        constraint="",
        reasoning=later(
            "The number itself is used, for a price or a priority: compare predicted and observed within groups."
        ),
    ),
    Concern(
        id="amount",
        title=later("Whose amounts are told too low or too high?"),
        metric="mean_error",
        parity="",
        constraint="",
        reasoning=later("A number is predicted: compare by how much it leans, and how far it is typically off (MAE)."),
    ),
)


def recommend(concern: str) -> Concern:
    """Recommend a metric for a question about fairness.

    Parameters
    ----------
    concern : str
        Identifier of one of ``CONCERNS``.

    Returns
    -------
    Concern
        The metric and why.

    Raises
    ------
    CrmAiError
        If there is no such question.

    Examples
    --------
    >>> recommend("offer").metric
    'selection_rate'
    """
    for known in CONCERNS:
        if known.id == concern:
            return known
    raise CrmAiError(
        _("“{concern}” is none of the questions.").format(concern=concern),
        next_step=_("Choose one of: {names}.").format(names=", ".join(known.id for known in CONCERNS)),
    )
