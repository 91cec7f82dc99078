"""What became of outcomes when they were joined to scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crm_ai.words import _, count, ngettext, percent, sentences

MOST = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What became of outcomes when they were joined to a batch's scores. Each row counts in one place.

    Parameters
    ----------
    rows : int
        Rows of the table of outcomes.
    matched : int
        Customers of the batch whose outcome is known now.
    scored : int
        Customers of the batch that could be joined: with an identifier, each once.
    repeated_scores : int
        Customers scored more than once; their first score counts.
    unmatched, without_key, unknown, early, duplicated, contradictory : int
        Rows of others than the batch's customers; without an identifier; whose outcome is missing or none of the
        question's answers; dated before the batch was scored; that say again what another row says; and of customers
        of whom rows say different things, who are left out.
    """

    rows: int
    matched: int
    scored: int
    repeated_scores: int = 0
    unmatched: int = 0
    without_key: int = 0
    unknown: int = 0
    early: int = 0
    duplicated: int = 0
    contradictory: int = 0

    @property
    def share(self) -> float:
        """Share of the batch's customers whose outcome is known."""
        return self.matched / self.scored if self.scored else math.nan

    @property
    def in_words(self) -> str:
        """What matched, and what was left out and why, in the reader's language."""
        parts = [
            _("{matched} of {scored} customers of the batch have an outcome ({share}).").format(
                matched=count(self.matched), scored=count(self.scored), share=percent(self.share)
            )
        ]
        left = {
            _("of other customers"): self.unmatched,
            _("without an identifier"): self.without_key,
            _("without a known outcome"): self.unknown,
            _("dated before the scores"): self.early,
            _("that say the same again"): self.duplicated,
            _("that contradict each other"): self.contradictory,
        }
        told = [f"{count(n)} {why}" for why, n in left.items() if n]
        if told:
            parts.append(_("Rows left out: {rows}.").format(rows=_(", ").join(told)))
        if self.repeated_scores:
            parts.append(
                ngettext(
                    "{n} score of a customer scored before does not count.",
                    "{n} scores of customers scored before do not count.",
                    self.repeated_scores,
                ).format(n=count(self.repeated_scores))
            )
        if self.share < MOST:
            parts.append(
                _("Figures hold for all customers only if outcomes do not arrive sooner for some than for others.")
            )
        return sentences(parts)
