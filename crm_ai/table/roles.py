"""Guess what each column is for."""

from __future__ import annotations

from collections.abc import Mapping

from crm_ai.table.kinds import Guess
from crm_ai.table.names import names_a_segment, names_an_age, target_rank
from crm_ai.table.schema import LABELLED, Kind, Role
from crm_ai.words import _

MOST_GROUPS = 12
MOST_ANSWERS = 200


def guess_roles(guesses: Mapping[str, Guess], rows: int) -> dict[str, tuple[Role, str]]:
    """Guess what each column is for.

    Parameters
    ----------
    guesses : mapping of str to Guess
        What the cells of each column are.
    rows : int
        Rows of the table.

    Returns
    -------
    dict of str to (Role, str)
        Role and, where it is not a feature, the reason in words; at most one column is the target.
    """
    roles = {name: _role(name, guess, rows) for name, guess in guesses.items()}
    open_ones = {name: guess for name, guess in guesses.items() if roles[name][0] is not Role.IGNORED}
    target = _target(open_ones)
    if target is not None:
        roles[target] = (Role.TARGET, _("Its name says that it is the outcome."))
    return roles


def _role(name: str, guess: Guess, rows: int) -> tuple[Role, str]:
    if not guess.known:
        return Role.IGNORED, _("Set aside: empty.")
    if guess.distinct == 1 and guess.known == rows > 1:
        return Role.IGNORED, _("Set aside: the same in all rows.")
    if guess.kind is Kind.IDENTIFIER:
        return Role.IGNORED, _("Set aside: it would let a model learn customers by heart.")
    if guess.kind is Kind.TEXT:
        return Role.IGNORED, _("Set aside: free text is not used to predict yet.")
    if names_a_segment(name) and _makes_groups(name, guess):
        return Role.SEGMENT, _("Proposed as a segment: models should be fair between its groups.")
    return Role.FEATURE, ""


def _makes_groups(name: str, guess: Guess) -> bool:
    if guess.kind is Kind.NUMBER and names_an_age(name):
        return guess.distinct > 1
    return guess.kind in LABELLED | {Kind.NUMBER} and 2 <= guess.distinct <= MOST_GROUPS


def _target(guesses: Mapping[str, Guess]) -> str | None:
    ranked = [
        (rank, place, name)
        for place, (name, guess) in enumerate(guesses.items())
        if (rank := target_rank(name)) is not None and _can_be_predicted(guess)
    ]
    return min(ranked)[2] if ranked else None


def _can_be_predicted(guess: Guess) -> bool:
    if guess.kind in LABELLED:
        return 2 <= guess.distinct <= MOST_ANSWERS
    return guess.kind is Kind.NUMBER and guess.distinct > 1
