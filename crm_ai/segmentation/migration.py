"""Who moved where between two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.evaluation.intervals import wilson
from crm_ai.segmentation.rfm import Money, rfm
from crm_ai.segmentation.rfm_names import NAMES, title
from crm_ai.segmentation.transactions import Transactions
from crm_ai.words import _, count, ngettext, percent, sentences

NEWCOMERS, GONE = "(newcomers)", "(gone)"
MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Migration:
    """Customers counted by where they were and where they are.

    Parameters
    ----------
    segments : tuple of str
        Names of the segments, in order.
    counts : numpy.ndarray of int, shape (segments + 1, segments + 1)
        Rows: where from, the last being newcomers; columns: where to, the last being those who are gone.
    before, after : str
        What the two times are called.
    ordered : bool
        Whether the first segment is the best, so that customers move up or down.
    """

    segments: tuple[str, ...]
    counts: np.ndarray
    before: str
    after: str
    ordered: bool

    @property
    def stayed(self) -> int:
        """Customers who are where they were."""
        return int(np.trace(self.counts[:-1, :-1]))

    @property
    def newcomers(self) -> int:
        """Customers who were not there before."""
        return int(self.counts[-1].sum())

    @property
    def gone(self) -> int:
        """Customers who are not there any more."""
        return int(self.counts[:, -1].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row a pair of segments that somebody moved between, or stayed in.

        Returns
        -------
        pandas.DataFrame
            Columns from, to, customers, share (of those who were there before; of the newcomers for theirs), low, high
            and n.
        """
        sources, targets = (*self.segments, NEWCOMERS), (*self.segments, GONE)
        places = np.argwhere(self.counts > 0)
        k = self.counts[tuple(places.T)]
        n = self.counts.sum(axis=1)[places[:, 0]]
        low, high = wilson(k, n)
        return pd.DataFrame(
            {
                "from": [sources[i] for i in places[:, 0]],
                "to": [targets[j] for j in places[:, 1]],
                "customers": k,
                "share": k / n,
                "low": low,
                "high": high,
                "n": n,
            }
        )

    def flows(self) -> pd.DataFrame:
        """One row a segment: what it gained and lost.

        Returns
        -------
        pandas.DataFrame
            Columns segment, before, came, left, newcomers, gone, after and net (after − before). Those who came or left
            do so from or to another segment.
        """
        inner = self.counts[:-1, :-1]
        stayed, before, after = np.diag(inner), self.counts[:-1].sum(axis=1), self.counts[:, :-1].sum(axis=0)
        return pd.DataFrame(
            {
                "segment": list(self.segments),
                "before": before,
                "came": inner.sum(axis=0) - stayed,
                "left": inner.sum(axis=1) - stayed,
                "newcomers": self.counts[-1, :-1],
                "gone": self.counts[:-1, -1],
                "after": after,
                "net": after - before,
            }
        )

    @property
    def verdict(self) -> str:
        """The answer in words: who stayed, who moved up and down, and the largest movements."""
        return sentences([self._who_stayed(), *self._who_came_and_went(), *self._largest()])

    def _who_stayed(self) -> str:
        inner = self.counts[:-1, :-1]
        n = int(inner.sum())
        if not n:
            return _("Nobody was there both on {before} and on {after}.").format(before=self.before, after=self.after)
        up, down = int(np.tril(inner, -1).sum()), int(np.triu(inner, 1).sum())
        told = (
            _(
                "Of {n} customers who were there on {before} and on {after}, {share} ({low}–{high}) stayed where they "
                "were, {up} moved up and {down} down."
            )
            if self.ordered
            else _(
                "Of {n} customers who were there on {before} and on {after}, {share} ({low}–{high}) stayed where they "
                "were."
            )
        )
        shares = _share(self.stayed, n) | {"up": percent(up / n), "down": percent(down / n)}
        return told.format(n=count(n), before=self.before, after=self.after, **shares)

    def _who_came_and_went(self) -> list[str]:
        told = [
            (self.newcomers, _("{n} came new.")),
            (self.gone, ngettext("{n} is gone.", "{n} are gone.", self.gone)),
        ]
        return [sentence.format(n=count(n)) for n, sentence in told if n]

    def _largest(self) -> list[str]:
        moves = self.to_frame()
        moves = moves[(moves["from"] != moves["to"]) & (moves["from"] != NEWCOMERS) & (moves["to"] != GONE)]
        largest = moves.sort_values("customers", ascending=False, kind="stable").head(MOST_SENTENCES)
        told = _("{k} went from “{old}” to “{new}”, {share} ({low}–{high}) of those who were there.")
        rows = zip(*(largest[name].tolist() for name in ("from", "to", "customers", "n")), strict=True)
        return [told.format(k=count(k), old=title(old), new=title(new), **_share(k, n)) for old, new, k, n in rows]


def _share(k: int, n: int) -> dict[str, str]:
    low, high = wilson(k, n)
    return {"share": percent(k / n), "low": percent(float(low)), "high": percent(float(high))}


def migration(
    before: pd.Series,
    after: pd.Series,
    *,
    names: tuple[str, str] | None = None,
    order: Sequence[str] | None = None,
) -> Migration:
    """Count who moved from which segment to which.

    Parameters
    ----------
    before, after : pandas.Series of str
        Segment of each customer at two times; the index holds the customers.
    names : tuple of str, optional
        What the two times are called in words.
    order : sequence of str, optional
        Segments, the best first, so that moves go up or down; by default they have no order.

    Returns
    -------
    Migration
        Customers of the earlier time only are gone, those of the later only are newcomers.

    Raises
    ------
    ProblemError
        If a customer is there twice, or a segment is not in `order`.

    Examples
    --------
    >>> moved = migration(pd.Series({"a1": "x", "b2": "y"}), pd.Series({"a1": "y", "b2": "y", "c3": "x"}))
    >>> moved.to_frame()[["from", "to", "customers"]].values.tolist()
    [['x', 'y', 1], ['y', 'y', 1], ['(newcomers)', 'x', 1]]
    """
    before, after = before.dropna(), after.dropna()
    if before.index.has_duplicates or after.index.has_duplicates:
        raise ProblemError(
            _("A customer is there twice at one time, in two segments perhaps."),
            next_step=_("Give one segment for each customer."),
        )
    found = {str(name) for labels in (before, after) for name in labels.unique()}
    segments = tuple(order) if order is not None else tuple(sorted(found))
    if found - set(segments):
        raise ProblemError(
            _("These segments are not in the given order: {names}.").format(
                names=", ".join(sorted(found - set(segments)))
            ),
            next_step=_("Name all of them."),
        )
    everybody = before.index.union(after.index, sort=False)
    k = len(segments)
    place = pd.Index(segments)
    sides = [labels.astype("str").reindex(everybody).to_numpy(dtype=object) for labels in (before, after)]
    codes = [place.get_indexer(pd.Index(side)) for side in sides]
    rows, columns = (np.where(code < 0, k, code) for code in codes)
    counts = np.bincount(rows * (k + 1) + columns, minlength=(k + 1) ** 2).reshape(k + 1, k + 1)
    told = names or (_("the earlier day"), _("the later day"))
    return Migration(segments, counts, told[0], told[1], order is not None)


def rfm_migration(transactions: Transactions, earlier: date, later: date, *, money: Money = "total") -> Migration:
    """Count who moved between segments of recency, frequency and money.

    Scores are relative: a customer who does what they did before may move because others changed.

    Parameters
    ----------
    transactions : Transactions
        From ``read_transactions``.
    earlier, later : datetime.date
        The two days, each the last that counts.
    money : {"total", "mean"}, default "total"
        As in ``rfm``.

    Returns
    -------
    Migration
        Nobody is gone: who does not come any more moves to segments such as “lost”.

    Raises
    ------
    ProblemError
        If the days are in the wrong order, or nobody had bought anything by the earlier one.
    """
    if earlier >= later:
        raise ProblemError(
            _("{earlier} is not before {later}.").format(earlier=earlier.isoformat(), later=later.isoformat()),
            next_step=_("Give the earlier day first."),
        )
    first, second = (rfm(transactions, as_of=day, money=money).by_customer() for day in (earlier, later))
    return migration(first, second, names=(earlier.isoformat(), later.isoformat()), order=NAMES)
