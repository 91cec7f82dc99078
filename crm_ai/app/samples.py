"""The samples on offer, each with its story."""

from __future__ import annotations

from dataclasses import dataclass

from crm_ai.app.store import SAMPLE_MARK, SAMPLES
from crm_ai.words import _, later


@dataclass(frozen=True, slots=True)
class Sample:
    """A table that comes with the app.

    Parameters
    ----------
    name : str
        Its file's name in ``sample_data``, without ending.
    icon : str
        Material icon.
    title : str
        The question it asks, in English; translated where it is shown.
    story : str
        What it is about, in English.
    """

    name: str
    icon: str
    title: str
    story: str

    @property
    def reference(self) -> str:
        """How the app refers to the table."""
        return SAMPLE_MARK + self.name


_KNOWN = (
    Sample(
        "telephone_customers",
        ":material/phone_in_talk:",
        later("Which customers will leave?"),
        later("A telephone company wants to call those who are about to leave. A yes/no question."),
    ),
    Sample(
        "customer_value",
        ":material/payments:",
        later("What will a customer be worth?"),
        later("A shop plans next year's attention by what each customer will spend. A number is predicted."),
    ),
    Sample(
        "offer_choice",
        ":material/local_offer:",
        later("Which offer suits whom?"),
        later("Four offers were shown to customers; which one will the next customer take? Several answers."),
    ),
)
FIRST = _KNOWN[0]


def samples() -> tuple[Sample, ...]:
    """Samples that are there.

    Returns
    -------
    tuple of Sample
        In the order in which they are offered.
    """
    return tuple(sample for sample in _KNOWN if (SAMPLES / f"{sample.name}.csv").is_file())


def words_of(sample: Sample) -> tuple[str, str]:
    """Title and story in the reader's language.

    Parameters
    ----------
    sample : Sample
        A sample.

    Returns
    -------
    tuple of str
        Title and story.
    """
    return _(sample.title), _(sample.story)
