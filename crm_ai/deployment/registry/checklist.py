"""What somebody must have looked at before a model goes to work."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crm_ai.deployment.registry.audit_log import LONGEST_WHY, readable
from crm_ai.errors import RegistryError
from crm_ai.words import _, count


class Item(StrEnum):
    """What is looked at."""

    METRICS = "metrics"
    REASONS = "reasons"
    FAIRNESS = "fairness"
    DATA_QUALITY = "data quality"
    LEAKAGE = "leakage"

    @property
    def in_words(self) -> str:
        """Its name in the reader's language."""
        return {
            Item.METRICS: _("metrics"),
            Item.REASONS: _("reasons"),
            Item.FAIRNESS: _("fairness"),
            Item.DATA_QUALITY: _("data quality"),
            Item.LEAKAGE: _("leakage"),
        }[self]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Parameters
    ----------
    ticked : bool
        Whether it is good enough.
    word : str, default ""
        What there is to say of it; needed where it is not good enough.
    """

    ticked: bool
    word: str = ""


def question(item: Item) -> str:
    """What is to be answered, in words.

    Parameters
    ----------
    item : Item
        The item.

    Returns
    -------
    str
        A question.

    Examples
    --------
    >>> question(Item.METRICS)
    'Are the figures, with their intervals, good enough for what the model is to do?'
    """
    return {
        Item.METRICS: _("Are the figures, with their intervals, good enough for what the model is to do?"),
        Item.REASONS: _("Do the reasons make sense to somebody who knows the customers?"),
        Item.FAIRNESS: _("Is it acceptable for every group, or is there a good reason for the gaps?"),
        Item.DATA_QUALITY: _("Can the data be trusted, and are its repairs right?"),
        Item.LEAKAGE: _("Is every column known at the time when customers will be scored?"),
    }[item]


def checked(checklist: Mapping[Item, Answer]) -> dict[Item, Answer]:
    """Insist that everything is answered.

    Parameters
    ----------
    checklist : mapping of Item to Answer
        Answers.

    Returns
    -------
    dict of Item to Answer
        All of them, in order.

    Raises
    ------
    RegistryError
        If one is missing, or is refused without a word.
    """
    missing = [item.in_words for item in Item if item not in checklist]
    if missing:
        raise RegistryError(
            _("The checklist is not complete; still open: {items}.").format(items=_(", ").join(missing)),
            next_step=_("Tick each item, or refuse it with a word."),
        )
    answers = {item: _tidy(checklist[item]) for item in Item}
    silent = [
        _("{item} (“{question}”)").format(item=item.in_words, question=question(item))
        for item, answer in answers.items()
        if not answer.ticked and not answer.word
    ]
    if silent:
        raise RegistryError(
            _("Refused without a word: {items}.").format(items=_(", ").join(silent)),
            next_step=_("Say what is not good enough."),
        )
    return answers


def in_short(answers: Mapping[Item, Answer]) -> str:
    """Write answers behind the reason that the log keeps.

    Parameters
    ----------
    answers : mapping of Item to Answer
        All of them, in order.

    Returns
    -------
    str
        The same in every language, for it is sealed; words as JSON writes them, so that none can pass for an answer.
    """
    said = [f"{item.value}: {'✓' if a.ticked else '✗'}{_quoted(a.word)}" for item, a in answers.items()]
    return f"[{'; '.join(said)}]"


def reason_and_answers(said: str) -> tuple[str, dict[Item, Answer]]:
    """Take apart what the log keeps of a decision.

    Parameters
    ----------
    said : str
        A reason with answers behind it, see ``in_short``; earlier entries hold words without quotation marks.

    Returns
    -------
    tuple of (str, dict of Item to Answer)
        The reason alone; without answers if there are none, or if an earlier entry can be read in several ways.

    Examples
    --------
    >>> answers = {item: Answer(item is not Item.LEAKAGE, "too late" if item is Item.LEAKAGE else "") for item in Item}
    >>> why, found = reason_and_answers(f"not yet {in_short(answers)}")
    >>> why, found == answers
    ('not yet', True)
    """
    found = _IN_SHORT.fullmatch(said)
    if found is not None:
        why, *parts = found.groups()
        return why, _answers(parts, [json.loads(word) if word else "" for word in parts[1::2]])
    found = _ONCE.fullmatch(said)
    if found is None or len(_MARK.findall(said)) != len(Item):
        return said, {}
    why, *parts = found.groups()
    return why, _answers(parts, [word.strip() for word in parts[1::2]])


def _answers(parts: Sequence[str], words: Sequence[str]) -> dict[Item, Answer]:
    return {item: Answer(mark == "✓", word) for item, mark, word in zip(Item, parts[::2], words, strict=True)}


def _quoted(word: str) -> str:
    return f" {json.dumps(word, ensure_ascii=False)}" if word else ""


def _tidy(answer: Answer) -> Answer:
    word = " ".join(readable(answer.word).split())
    if len(word) > LONGEST_WHY:
        raise RegistryError(
            _("An answer is too long."), next_step=_("Say it in at most {n} characters.").format(n=count(LONGEST_WHY))
        )
    return Answer(answer.ticked, word)


def _written(word: str) -> re.Pattern[str]:
    said = "; ".join(rf"{item.value}: ([✓✗]){word}" for item in Item)
    return re.compile(rf"(.*) \[{said}\]", re.DOTALL)


_IN_SHORT = _written(r'(?: ("(?:[^"\\]|\\.)*"))?')
_ONCE = _written("(.*?)")  # words were written as they are: taken apart only where there is but one way to do it
_MARK = re.compile(f"(?:{'|'.join(item.value for item in Item)}): [✓✗]")
