"""Score a few customers at once, given one by one: no frame is made unless repairs ask for one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_ai.deployment.mismatches import Differences, differences
from crm_ai.deployment.reason_tables import reasons_in_words
from crm_ai.deployment.record_cells import NOTHING, Column, cell_readers, read_column
from crm_ai.errors import ScoringError
from crm_ai.modeling import Model
from crm_ai.modeling.encoding import MICROSECONDS_A_DAY, MISSING, OTHER
from crm_ai.table import Kind
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.explanation import Explainer

NOBODY: frozenset[str] = frozenset()
EVERYTHING = (-math.inf, math.inf)
EXPLAINED_IN_ALL = 1_000  # decides how precisely reasons are estimated where they cannot be exact


@dataclass(frozen=True, slots=True)
class Encoded:
    """Some customers as a model's estimator takes them.

    Parameters
    ----------
    matrix : numpy.ndarray of shape (n, encoded columns)
        The customers.
    differences : Differences
        What did not fit.
    """

    matrix: np.ndarray
    differences: Differences


@dataclass(slots=True)
class RecordScorer:
    """Scores records of one model.

    Parameters
    ----------
    model : Model
        The model.
    """

    model: Model
    readers: Mapping[str, Any] = field(init=False)
    _tables: dict[str, tuple[dict[str | None, int], int]] = field(init=False, repr=False)
    _seen: dict[str, frozenset[str]] = field(init=False, repr=False)
    _ranges: dict[str, tuple[float, float]] = field(init=False, repr=False)
    _explainer: Explainer | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.readers = cell_readers(self.model)
        encoder = self.model.encoder
        self._tables, self._ranges = {}, encoder.ranges
        for name, levels in encoder.levels_.items():
            codes: dict[str | None, int] = {level: code for code, level in enumerate(levels)}
            usual = encoder.reference_[name]
            codes[None] = codes.get(MISSING, usual)
            self._tables[name] = codes, codes.get(OTHER, usual)
        self._seen = {name: frozenset(labels) for name, labels in encoder.seen_.items()}

    @property
    def needs_frame(self) -> bool:
        """Whether the model repairs columns, which is done to frames."""
        return bool(self.model.pipeline.named_steps["cleaning"].steps_)

    def columns_of(self, records: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
        """Read customers.

        Parameters
        ----------
        records : sequence of mapping
            Cells by column, as JSON holds them.

        Returns
        -------
        dict of str to array or list of length n
            By feature, see ``read_column``.

        Raises
        ------
        KeyError
            If a cell is not there.
        TypeError
            If a record is no mapping.
        ValueError
            If a cell cannot be read.
        """
        return {
            column.name: read_column(
                [record[column.name] for record in records],
                self.readers[column.name],
                column.kind,
                self._seen.get(column.name, NOBODY),
            )
            for column in self.model.schema
        }

    def encode(self, columns: Mapping[str, Column]) -> Encoded:
        """Encode customers.

        Parameters
        ----------
        columns : mapping of str to array or list of length n
            As ``columns_of`` gives them.

        Returns
        -------
        Encoded
            The customers.

        Raises
        ------
        ScoringError
            If a number is too large for the model.
        """
        encoder = self.model.encoder
        if self.needs_frame:
            cleaned = self.model.cleaned(self.frame(columns))
            codes, found = encoder.codes_of(cleaned), differences(self.model, cleaned, {})
        else:
            codes, found = self._codes(columns)
        with np.errstate(over="ignore", invalid="ignore"):
            matrix = encoder.encode_codes(codes)
        if not (np.isfinite(matrix) | (np.isnan(matrix) & encoder.has_gaps)).all():
            raise ScoringError(_("A number is larger than the model can reckon with."))
        return Encoded(matrix, found)

    def frame(self, columns: Mapping[str, Column]) -> pd.DataFrame:
        """Customers in the form in which the model knows customers.

        Parameters
        ----------
        columns : mapping of str to array or list of length n
            As ``columns_of`` gives them.

        Returns
        -------
        pandas.DataFrame of length n
            The features.
        """
        made: dict[str, Any] = {}
        for column in self.model.schema:
            cells = columns[column.name]
            if isinstance(cells, np.ndarray):
                made[column.name] = _moments(cells) if column.kind is Kind.DATE else cells
                continue
            known = sorted({cell for cell in cells if cell is not None})
            places = {label: place for place, label in enumerate(known)}
            codes = [-1 if cell is None else places[cell] for cell in cells]
            made[column.name] = pd.Categorical.from_codes(codes, categories=pd.Index(known, dtype="str"))
        return pd.DataFrame(made, copy=False)

    def reasons(self, columns: Mapping[str, Column], matrix: np.ndarray, most: int) -> list[list[str]]:
        """Say each customer's strongest reasons.

        Parameters
        ----------
        columns : mapping of str to array or list of length n
            As for ``encode``.
        matrix : numpy.ndarray of shape (n, encoded columns)
            The same customers, encoded.
        most : int
            Reasons a customer.

        Returns
        -------
        list of list of str
            The strongest first.

        Raises
        ------
        CrmAiError
            If the model cannot be explained, or there are too many customers to be explained at once.
        """
        from crm_ai.explanation import explainer_of

        if self._explainer is None:
            self._explainer = explainer_of(self.model, customers=EXPLAINED_IN_ALL)
        if len(matrix) > self._explainer.most_customers:
            raise ScoringError(
                _("At most {n} customers can be explained at once with this model.").format(
                    n=count(self._explainer.most_customers)
                ),
                next_step=_("Send fewer of them, or ask for no reasons."),
            )
        explanation = self._explainer.explain_encoded(matrix, self.frame(columns), np.arange(len(matrix)))
        told = zip(*(words.tolist() for words in reasons_in_words(explanation)[:most]), strict=True)
        return [[words for words in some if words] for some in told]

    def _codes(self, columns: Mapping[str, Column]) -> tuple[np.ndarray, Differences]:
        encoder, found = self.model.encoder, Differences()
        codes = np.empty((len(next(iter(columns.values()))), len(encoder.columns_)), order="F")
        for position, name in enumerate(encoder.columns_):
            cells = columns[name]
            if isinstance(cells, np.ndarray):
                codes[:, position] = cells
                low, high = self._ranges.get(name, EVERYTHING)
                outside = int(np.count_nonzero((cells < low) | (cells > high)))
                if outside:
                    found.outside[name] = outside
                continue
            table, unseen = self._tables[name]
            codes[:, position] = [table.get(cell, unseen) for cell in cells]
            if set(cells) - self._seen[name] - NOTHING:
                labels = Counter(cell for cell in cells if cell is not None and cell not in self._seen[name])
                found.strange[name] = dict(labels)
        return codes, found


def _moments(days: np.ndarray) -> np.ndarray:
    known = np.where(np.isnan(days), 0.0, days) * MICROSECONDS_A_DAY
    moments = np.round(known).astype(np.int64).astype("datetime64[us]")
    moments[np.isnan(days)] = np.datetime64("NaT")
    return moments
