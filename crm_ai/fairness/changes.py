"""What a fairer model changes in people: who is newly selected, and who no longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.words import _, count

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.fairness.candidate import Candidate
    from crm_ai.modeling import Run


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """Holdout customers whose decision another model changes.

    Parameters
    ----------
    newly, no_longer : numpy.ndarray of int
        Positions in the table.
    by_group : pandas.DataFrame
        Columns group, n, before, after (selected), newly, no_longer, newly_right (of the newly selected: have the
        answer), no_longer_right (of those no longer selected: have not).
    """

    newly: np.ndarray
    no_longer: np.ndarray
    by_group: pd.DataFrame

    @property
    def verdict(self) -> str:
        """The outcome in words, in the reader's language."""
        return _("Of {n} customers, {newly} are newly selected and {gone} no longer.").format(
            n=count(int(self.by_group["n"].sum())), newly=count(len(self.newly)), gone=count(len(self.no_longer))
        )


def who_changes(run: Run, candidate: Candidate, *, threshold: float | None = None) -> Changes:
    """Compare decisions before and after.

    Parameters
    ----------
    run : Run
        The run.
    candidate : Candidate
        The fairer model.
    threshold : float, optional
        Score from which customers are selected; by default the one it was made for.

    Returns
    -------
    Changes
        In holdout customers.
    """
    import pandas as pd

    from crm_ai.modeling import group_codes

    limit = candidate.threshold if threshold is None else threshold
    before = run.predictions[candidate.model_type] >= limit
    after = candidate.made.predictions >= limit
    codes, names = group_codes(run, candidate.segment)
    newly, gone, having = ~before & after, before & ~after, run.actual == 1

    def by_group(which: np.ndarray) -> np.ndarray:
        return np.bincount(codes[which], minlength=len(names))

    return Changes(
        newly=run.holdout_rows[newly],
        no_longer=run.holdout_rows[gone],
        by_group=pd.DataFrame(
            {
                "group": list(names),
                "n": by_group(np.ones(len(codes), dtype=bool)),
                "before": by_group(before),
                "after": by_group(after),
                "newly": by_group(newly),
                "no_longer": by_group(gone),
                "newly_right": by_group(newly & having),
                "no_longer_right": by_group(gone & ~having),
            }
        ),
    )
