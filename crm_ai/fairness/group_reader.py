"""Read a customer's group off the encoded columns, so that a model can know it wherever it scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator

if TYPE_CHECKING:
    from crm_ai.modeling import Run, Segment, TableEncoder

UNKNOWN = -1


class GroupReader(BaseEstimator):
    """Tells groups of encoded customers.

    Each column of the segment gives a part: of labels the position of the one that is set, of numbers the band. Which
    combination of parts is which group was seen among training customers.

    Parameters
    ----------
    starts, widths : list of int
        First encoded column of each column of the segment, and how many it has.
    codes : list of numpy.ndarray
        For labels: which level each encoded column stands for, and last the level where none is set. For numbers: edges
        in the encoder's unit.
    flags : list of int
        For numbers: the encoded column that tells a missing one, or -1; for labels -2.
    sizes : list of int
        How many parts each column has.

    Attributes
    ----------
    groups_ : numpy.ndarray of int, shape (combinations,)
        Group of each combination of parts; -1 for those that nobody had in training.
    """

    def __init__(
        self, starts: list[int], widths: list[int], codes: list[np.ndarray], flags: list[int], sizes: list[int]
    ) -> None:
        self.starts = starts
        self.widths = widths
        self.codes = codes
        self.flags = flags
        self.sizes = sizes

    def fit(self, X: np.ndarray, groups: np.ndarray) -> GroupReader:
        """Learn which combination is which group.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, encoded columns)
            Training customers.
        groups : numpy.ndarray of int, shape (n,)
            Their groups.

        Returns
        -------
        GroupReader
            This object.
        """
        counts = np.zeros((int(np.prod(self.sizes)), int(groups.max(initial=0)) + 1), dtype=np.int64)
        np.add.at(counts, (self._combinations(X), groups), 1)
        self.groups_ = np.where(counts.any(axis=1), counts.argmax(axis=1), UNKNOWN)
        return self

    def groups(self, X: np.ndarray) -> np.ndarray:
        """Tell groups.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, encoded columns)
            Customers.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            Positions of groups; -1 where the combination was not there in training.
        """
        return np.asarray(self.groups_[self._combinations(X)])

    def _combinations(self, X: np.ndarray) -> np.ndarray:
        found = np.zeros(len(X), dtype=np.intp)
        for start, width, codes, flag, size in zip(
            self.starts, self.widths, self.codes, self.flags, self.sizes, strict=True
        ):
            own = X[:, start : start + width]
            if flag == -2:
                part = np.where(own.any(axis=1), codes[own.argmax(axis=1)], codes[-1])
            else:
                part = np.searchsorted(codes.astype(X.dtype), own[:, 0], side="right")
                if flag >= 0:
                    part = np.where(X[:, flag] > 0, size - 1, part)
            found = found * size + part.astype(np.intp)
        return found


def group_reader(run: Run, segment: Segment, encoder: TableEncoder) -> GroupReader:
    """Make a reader for an encoder.

    Parameters
    ----------
    run : Run
        The run.
    segment : Segment
        Columns that make the groups; all of them encoded.
    encoder : TableEncoder
        Fitted.

    Returns
    -------
    GroupReader
        Not yet taught which combination is which group.
    """
    from crm_ai.modeling import band_edges

    starts, widths, codes, flags, sizes = [], [], [], [], []
    for column in segment.columns:
        place = encoder.columns_.index(column)
        start, width = int(encoder.first[place]), int((encoder.source_ == place).sum())
        starts.append(start)
        if column in encoder.levels_:
            own = encoder.own_codes(column).astype(np.int64)
            codes.append(np.append(own, encoder.reference_[column]))
            widths.append(width)
            flags.append(-2)
            sizes.append(len(encoder.levels_[column]))
            continue
        edges = band_edges(run.table, segment, column)
        inner = np.zeros(0) if edges is None else edges
        codes.append((inner - encoder.centers_[place]) / encoder.scales_[place])
        widths.append(1)
        flags.append(start + 1 if width > 1 else -1)
        sizes.append(len(inner) + 2)  # one more band than edges, and the missing
    return GroupReader(starts, widths, codes, flags, sizes)
