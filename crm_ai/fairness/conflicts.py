"""Which notions of fairness cannot hold together for these customers, with their own numbers.

Where groups have the answer unequally often, a model that is not perfect must break some notion of fairness. This is
arithmetic, not a fault of the model: it says what has to be chosen between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from crm_ai.evaluation import RATES
from crm_ai.fairness.pairs import Pair, rate_pairs
from crm_ai.fairness.verdict import FEWEST
from crm_ai.words import _, label_in_words, percent, shorten


class Notion(StrEnum):
    """What may be meant by fair."""

    DEMOGRAPHIC_PARITY = "demographic parity"
    EQUALIZED_ODDS = "equalized odds"
    PREDICTIVE_PARITY = "predictive parity"
    CALIBRATION = "calibration within groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two notions that cannot both hold.

    Parameters
    ----------
    first, second : Notion
        The notions.
    high, low : str
        The groups that have the answer most and least often.
    gap : float
        If the first held exactly, the second would be broken by this much between the two groups: a difference of
        selection rates, of false positive rates or of mean probabilities, in [0, 1].
    words : str
        Why, in the reader's language, with the numbers of these customers.
    """

    first: Notion
    second: Notion
    high: str
    low: str
    gap: float
    words: str


def conflicts(cells: np.ndarray, groups: Sequence[str]) -> tuple[Conflict, ...]:
    """Find the notions of fairness that exclude each other.

    Parameters
    ----------
    cells : numpy.ndarray of int, shape (groups, 4)
        See ``Tally.cells``.
    groups : sequence of str
        Names of the groups; those with fewer than 30 customers have no part.

    Returns
    -------
    tuple of Conflict
        Empty where no two groups are known to have the answer unequally often: then all may hold together.

    References
    ----------
    Chouldechova (2017), Big Data 5, "Fair prediction with disparate impact"; Kleinberg, Mullainathan, Raghavan (2017),
    ITCS, "Inherent trade-offs in the fair determination of risk scores".

    Examples
    --------
    >>> cells = np.array([[500, 100, 150, 250], [700, 100, 80, 120]])
    >>> [(c.first.value, c.second.value) for c in conflicts(cells, ("seniors", "others"))][0]
    ('calibration within groups', 'demographic parity')
    """
    pair = base_rates_differ(cells, groups)
    if pair is None:
        return ()
    base = {name: float(RATES["base_rate"].value(cells[groups.index(name)])) for name in (pair.high, pair.low)}
    everybody = cells[cells.sum(axis=1) >= FEWEST].sum(axis=0)
    found, alarmed, right = (
        float(RATES[name].value(everybody)) for name in ("true_positive_rate", "false_positive_rate", "precision")
    )
    said = _Words(pair, base[pair.high], base[pair.low])
    made = [said.calibration_and_parity()]
    if np.isfinite(found) and np.isfinite(alarmed):
        made.append(said.odds_and_parity(found, alarmed))
    both_in_each = base[pair.low] > 0 and base[pair.high] < 1  # else a group has no hits, or no false alarms
    if np.isfinite(right) and found > 0 and 0 < right < 1 and both_in_each:
        made.append(said.odds_and_precision(found, right))
    return tuple(made)


def base_rates_differ(cells: np.ndarray, groups: Sequence[str]) -> Pair | None:
    """Find the groups that have the answer most unequally often.

    Parameters
    ----------
    cells : numpy.ndarray of int, shape (groups, 4)
        See ``Tally.cells``.
    groups : sequence of str
        Their names.

    Returns
    -------
    Pair or None
        Of those that differ beyond chance the pair that differs most; None if none do.
    """
    enough = np.flatnonzero(cells.sum(axis=1) >= FEWEST)
    pairs = rate_pairs(["base_rate"], cells[enough], [groups[place] for place in enough.tolist()])
    certain = [pair for pair in pairs if pair.beyond_chance]
    return max(certain, key=lambda pair: pair.difference) if certain else None


@dataclass(frozen=True, slots=True)
class _Words:
    pair: Pair
    high: float
    low: float

    def calibration_and_parity(self) -> Conflict:
        words = _(
            "Probabilities that hold in every group average {high_share} for “{high}” and {low_share} for “{low}”, as "
            "so many have the answer. The same threshold for all will then hardly select them equally often; for that, "
            "either thresholds or the meaning of a probability must differ."
        )
        return self._made(Notion.CALIBRATION, Notion.DEMOGRAPHIC_PARITY, self.high - self.low, words)

    def odds_and_parity(self, found: float, alarmed: float) -> Conflict:
        selected = [base * found + (1 - base) * alarmed for base in (self.high, self.low)]
        words = _(
            "{high_share} of “{high}” have the answer, {low_share} of “{low}”. If {found} of those with it and "
            "{alarmed} of those without it are selected in either group, {of_high} of “{high}” are selected and "
            "{of_low} of “{low}”: being right equally often and selecting equally often exclude each other."
        )
        return self._made(
            Notion.EQUALIZED_ODDS,
            Notion.DEMOGRAPHIC_PARITY,
            abs(selected[0] - selected[1]),
            words,
            found=percent(found),
            alarmed=percent(alarmed),
            of_high=percent(selected[0]),
            of_low=percent(selected[1]),
        )

    def odds_and_precision(self, found: float, right: float) -> Conflict:
        # Chouldechova's identity: false positive rate = base / (1 - base) · (1 - precision) / precision · hits
        alarms = [min(base / (1 - base) * (1 - right) / right * found, 1.0) for base in (self.high, self.low)]
        words = _(
            "{high_share} of “{high}” have the answer, {low_share} of “{low}”. If {right} of the selected are right "
            "and {found} of those with the answer are found in either group, {of_high} of “{high}” without it are "
            "selected by mistake and {of_low} of “{low}”: equal trust in a selection means unequal false alarms."
        )
        return self._made(
            Notion.PREDICTIVE_PARITY,
            Notion.EQUALIZED_ODDS,
            abs(alarms[0] - alarms[1]),
            words,
            right=percent(right),
            found=percent(found),
            of_high=percent(alarms[0]),
            of_low=percent(alarms[1]),
        )

    def _made(self, first: Notion, second: Notion, gap: float, words: str, **numbers: str) -> Conflict:
        said = words.format(
            high=shorten(label_in_words(self.pair.high)),
            low=shorten(label_in_words(self.pair.low)),
            high_share=percent(self.high),
            low_share=percent(self.low),
            **numbers,
        )
        return Conflict(first=first, second=second, high=self.pair.high, low=self.pair.low, gap=gap, words=said)
