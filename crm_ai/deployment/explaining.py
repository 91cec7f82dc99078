"""Say of new customers why a model says what it says: tables that can be carried elsewhere, made part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crm_ai.deployment.reason_tables import one_a_customer, one_a_reason
from crm_ai.deployment.scoring import Mismatch, as_learned
from crm_ai.errors import CrmAiError
from crm_ai.modeling import Model, Run, Task, answer_of, label_place
from crm_ai.table import Kind, Table, table_from_frame
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.explanation import Explainer, Explanation

MOST_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """Some customers as a model sees them, with what was said of them and why.

    Parameters
    ----------
    reasons : Explanation
        Contributions of original columns.
    names : pandas.DataFrame of length n
        Column row (the customer's row in its table, from 1), then the identifiers.
    said : numpy.ndarray of shape (n,)
        The prediction: a number, or the probability of the answer that is explained.
    output : numpy.ndarray of shape (n,)
        The same on the scale of the reasons: what base value and contributions add up to.
    """

    reasons: Explanation
    names: pd.DataFrame
    said: np.ndarray
    output: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedTable:
    """Why a model says what it says of the customers of a table; reckoned when it is asked for, part by part.

    Parameters
    ----------
    ready : Explainer
        Of the model.
    frame : pandas.DataFrame of length n
        The customers in the form in which the model knows customers; holds the features.
    names : pandas.DataFrame of length n
        Column row (the customer's row in its table, from 1), then the identifiers; one that is called row itself is
        left out.
    mismatches : tuple of Mismatch
        What did not fit, the most customers first; of all customers of the table.
    progress : callable, optional
        Told how many customers are done.
    """

    ready: Explainer
    frame: pd.DataFrame
    names: pd.DataFrame
    mismatches: tuple[Mismatch, ...] = ()
    progress: Callable[[int], object] | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def only(self, places: np.ndarray) -> ExplainedTable:
        """Take some of the customers.

        Parameters
        ----------
        places : numpy.ndarray of int
            Their positions among these customers.

        Returns
        -------
        ExplainedTable
            Of the same model.
        """
        names = self.names.iloc[places].reset_index(drop=True)
        return replace(self, frame=self.frame.iloc[places], names=names)

    def at_once(self) -> Explained:
        """Explain all customers at once.

        Returns
        -------
        Explained
            For as few customers as fit into memory with all their numbers.
        """
        return _explained(self.ready, self.frame, self.names)

    def explained(self) -> Iterator[Explained]:
        """Explain the customers, some thousands at a time.

        Yields
        ------
        Explained
            In the order of the table.
        """
        size = max(1, min(MOST_AT_ONCE, self.ready.most_customers))
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            yield _explained(self.ready, self.frame.iloc[part], self.names.iloc[part].reset_index(drop=True))
            if self.progress is not None:
                self.progress(min(start + size, len(self)))

    def parts(self) -> Iterator[pd.DataFrame]:
        """One row a customer, see ``one_a_customer``; some thousands at a time.

        Yields
        ------
        pandas.DataFrame
            In the order of the table.
        """
        return (one_a_customer(some.reasons, some.names, some.said, some.output) for some in self.explained())

    def long_parts(self) -> Iterator[pd.DataFrame]:
        """One row a customer and column, see ``one_a_reason``; some thousand customers at a time.

        Yields
        ------
        pandas.DataFrame
            In the order of the table.
        """
        return (one_a_reason(some.reasons, some.names) for some in self.explained())

    def to_frame(self) -> pd.DataFrame:
        """All customers, one a row, see ``one_a_customer``.

        Returns
        -------
        pandas.DataFrame of length n
            In the order of the table.
        """
        return pd.concat(list(self.parts()), ignore_index=True)

    def to_long_frame(self) -> pd.DataFrame:
        """All customers, one row a customer and column, see ``one_a_reason``.

        Returns
        -------
        pandas.DataFrame
            In the order of the table.
        """
        return pd.concat(list(self.long_parts()), ignore_index=True)


def explain_table(
    model: Model,
    customers: Table | pd.DataFrame,
    *,
    rows: np.ndarray | None = None,
    label: str | None = None,
    scale: str | None = None,
    compared_with: Table | None = None,
    progress: Callable[[int], object] | None = None,
) -> ExplainedTable:
    """Say of new customers why a model says what it says; the model's run is not needed.

    Parameters
    ----------
    model : Model
        A fitted model, for instance one from a file.
    customers : Table or pandas.DataFrame
        The customers; columns in any order, the target need not be there.
    rows : numpy.ndarray of int, optional
        Positions of those who shall be explained; all by default.
    label : str, optional
        The answer to explain; by default the positive one, or the first of several.
    scale : str, optional
        One of ``scales_of`` the model; by default the one it adds up on, where values are exact.
    compared_with : Table, optional
        Whom they are compared with; by default training customers.
    progress : callable, optional
        Told how many customers are done.

    Returns
    -------
    ExplainedTable
        Nothing is reckoned yet: ask for ``parts()`` or ``to_frame()``.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    CrmAiError
        If there is nobody to explain or to compare with, or the model has no such answer or scale.

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> frame = pd.DataFrame({"months": range(200), "Churn": ["Yes"] * 80 + ["No"] * 120})
    >>> table = table_from_frame(frame)
    >>> problem = propose_problem(table, target="Churn", features=["months"]).problem
    >>> model = train(table, problem, ["decision_tree"]).models["decision_tree"]
    >>> explained = explain_table(model, frame.head(2)).to_frame()
    >>> list(explained.columns)[:5], explained["reason 1"].str.startswith("months = 0 (+").iloc[0].item()
    (['row', 'answer', 'prediction', 'scale', 'output'], True)
    """
    from crm_ai.explanation import explainer_of

    table = customers if isinstance(customers, Table) else table_from_frame(customers)
    if rows is not None and not len(rows):
        raise CrmAiError(_("There is nobody to explain."), where=table.source)
    frame, mismatches = as_learned(model, table)
    background = None if compared_with is None else as_learned(model, compared_with)[0]
    frame = frame if rows is None else frame.iloc[rows]
    ready = explainer_of(model, background, label=label, scale=scale, customers=len(frame))
    return ExplainedTable(ready, frame, _names(table, rows), mismatches, progress)


def explained_of_run(run: Run, ready: Explainer, rows: np.ndarray) -> ExplainedTable:
    """Say why a run's model says what it says of customers of the run's own table.

    Parameters
    ----------
    run : Run
        The run.
    ready : Explainer
        As made by ``shap_explainer``.
    rows : numpy.ndarray of int
        Positions in the table.

    Returns
    -------
    ExplainedTable
        As ``explain_table``.
    """
    frame = run.table.frame[list(run.problem.features)].iloc[rows]
    return ExplainedTable(ready, frame, _names(run.table, rows))


def find_rows(table: Table, wanted: tuple[str, ...]) -> np.ndarray:
    """Find customers by what they are called.

    Parameters
    ----------
    table : Table
        The customers.
    wanted : tuple of str
        Identifiers, or rows written as ``#12``, the first being 1.

    Returns
    -------
    numpy.ndarray of int
        Their positions, in the order of the table.

    Raises
    ------
    CrmAiError
        If one of them is nobody's.
    """
    found = np.zeros(len(table), dtype=bool)
    lost = []
    identifiers = [table.frame[name].astype("str") for name in table.schema.names_of(kind=Kind.IDENTIFIER)]
    for name in wanted:
        hits = np.zeros(len(table), dtype=bool)
        number = name.removeprefix("#")
        if name.startswith("#") and number.isdecimal() and 1 <= int(number) <= len(table):
            hits[int(number) - 1] = True
        for column in identifiers:
            hits |= (column == name).fillna(False).to_numpy(dtype=bool)
        lost += [] if hits.any() else [name]
        found |= hits
    if lost:
        raise CrmAiError(
            _("No customer is called: {names}.").format(names=", ".join(lost[:12])),
            where=table.source,
            next_step=_("Give an identifier as it stands in the file, or a row such as #12."),
        )
    return np.flatnonzero(found)


def _explained(ready: Explainer, frame: pd.DataFrame, names: pd.DataFrame) -> Explained:
    from crm_ai.explanation.scales import output_on

    model = ready.model
    place = None if model.problem.task is Task.REGRESSION else label_place(model.problem, ready.label)
    matrix = model.encoder.transform(model.cleaned(frame))
    reasons = ready.explain_encoded(matrix, frame, names["row"].to_numpy() - 1)
    predicted = model.predict_encoded(matrix)
    said = predicted if place is None else answer_of(predicted, place)
    return Explained(reasons, names, said, output_on(model, place, ready.scale, matrix))


def _names(table: Table, rows: np.ndarray | None) -> pd.DataFrame:
    """The row in the file, and what tells customers apart."""
    rows = np.arange(len(table)) if rows is None else np.asarray(rows, dtype=np.intp)
    identifiers = [name for name in table.schema.names_of(kind=Kind.IDENTIFIER) if name != "row"]
    names = table.frame[identifiers].iloc[rows].reset_index(drop=True)
    names.insert(0, "row", rows + 1)
    return names
