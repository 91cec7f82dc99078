"""Score a few customers at once, given one by one: no frame is made unless repairs ask for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_ai.deployment.mismatches import Differences, differences
from crm_ai.deployment.reason_tables import reasons_in_words
from crm_ai.deployment.record_cells import cell_readers
from crm_ai.errors import ScoringError
from crm_ai.modeling import Model
from crm_ai.modeling.encoding import MICROSECONDS_A_DAY, MISSING, OTHER
from crm_ai.table import Kind
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.explanation import Explainer

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
    _tables: dict[str, tuple[dict[str | None, int], int, frozenset[str]]] = field(init=False, repr=False)
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
            self._tables[name] = codes, codes.get(OTHER, usual), frozenset(encoder.seen_[name])

    @property
    def needs_frame(self) -> bool:
        """Whether the model repairs columns, which is done to frames."""
        return bool(self.model.pipeline.named_steps["cleaning"].steps_)

    def encode(self, records: Sequence[Mapping[str, Any]]) -> Encoded:
        """Encode customers.

        Parameters
        ----------
        records : sequence of mapping
            Cells by column, as the readers give them.

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
            cleaned = self.model.cleaned(self.frame(records))
            codes, found = encoder.codes_of(cleaned), differences(self.model, cleaned, {})
        else:
            codes, found = self._codes(records)
        with np.errstate(over="ignore", invalid="ignore"):
            matrix = encoder.encode_codes(codes)
        if not (np.isfinite(matrix) | (np.isnan(matrix) & encoder.has_gaps)).all():
            raise ScoringError(_("A number is larger than the model can reckon with."))
        return Encoded(matrix, found)

    def frame(self, records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Customers in the form in which the model knows customers.

        Parameters
        ----------
        records : sequence of mapping
            As for ``encode``.

        Returns
        -------
        pandas.DataFrame of length n
            The features.
        """
        columns: dict[str, Any] = {}
        for column in self.model.schema:
            cells = [record[column.name] for record in records]
            if column.kind is Kind.NUMBER:
                columns[column.name] = np.asarray(cells, dtype=np.float64)
            elif column.kind is Kind.DATE:
                columns[column.name] = _moments(np.asarray(cells, dtype=np.float64))
            else:
                known = sorted({cell for cell in cells if cell is not None})
                places = {label: place for place, label in enumerate(known)}
                codes = [-1 if cell is None else places[cell] for cell in cells]
                columns[column.name] = pd.Categorical.from_codes(codes, categories=pd.Index(known, dtype="str"))
        return pd.DataFrame(columns, index=pd.RangeIndex(len(records)), copy=False)

    def reasons(self, records: Sequence[Mapping[str, Any]], matrix: np.ndarray, most: int) -> list[list[str]]:
        """Say each customer's strongest reasons.

        Parameters
        ----------
        records : sequence of mapping
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
        if len(records) > self._explainer.most_customers:
            raise ScoringError(
                _("At most {n} customers can be explained at once with this model.").format(
                    n=count(self._explainer.most_customers)
                ),
                next_step=_("Send fewer of them, or ask for no reasons."),
            )
        explanation = self._explainer.explain_encoded(matrix, self.frame(records), np.arange(len(records)))
        told = zip(*(words.tolist() for words in reasons_in_words(explanation)[:most]), strict=True)
        return [[words for words in some if words] for some in told]

    def _codes(self, records: Sequence[Mapping[str, Any]]) -> tuple[np.ndarray, Differences]:
        encoder, found = self.model.encoder, Differences()
        codes = np.empty((len(records), len(encoder.columns_)), order="F")
        ranges = self._ranges
        for position, name in enumerate(encoder.columns_):
            cells = [record[name] for record in records]
            if name not in self._tables:
                codes[:, position] = cells
                if name in ranges:
                    low, high = ranges[name]
                    outside = sum(cell < low or cell > high for cell in cells)
                    if outside:
                        found.outside[name] = outside
                continue
            table, unseen, seen = self._tables[name]
            codes[:, position] = [table.get(cell, unseen) for cell in cells]
            new = [cell for cell in cells if cell is not None and cell not in seen]
            for label in new:
                labels = found.strange.setdefault(name, {})
                labels[label] = labels.get(label, 0) + 1
        return codes, found


def _moments(days: np.ndarray) -> np.ndarray:
    known = np.where(np.isnan(days), 0.0, days) * MICROSECONDS_A_DAY
    moments = np.round(known).astype(np.int64).astype("datetime64[us]")
    moments[np.isnan(days)] = np.datetime64("NaT")
    return moments
