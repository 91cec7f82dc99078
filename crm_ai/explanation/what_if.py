"""What the model would say if something about a customer were different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import wilson
from crm_ai.explanation.explainer import drawn
from crm_ai.modeling import Model, Run, Task, answer_of, label_place
from crm_ai.table import Kind
from crm_ai.words import _

MOST_LABELS = 200
GRID = 30
OTHERS = 150
ALIKE = 300


@dataclass(frozen=True, slots=True)
class Values:
    """What a column may be set to.

    Parameters
    ----------
    column : str
        An original column.
    kind : Kind
        Its kind.
    labels : tuple of str
        Labels that training customers had, the most frequent first; empty for numbers and dates.
    low, high : float or pandas.Timestamp or None
        Range of the training customers' numbers or dates.
    step : float
        Of numbers: 1 for whole ones, else a power of ten that fits the range.
    """

    column: str
    kind: Kind
    labels: tuple[str, ...] = ()
    low: object = None
    high: object = None
    step: float = 1.0


def values_of(run: Run, column: str) -> Values:
    """What a column may be set to, as training customers have it.

    Parameters
    ----------
    run : Run
        A run.
    column : str
        One of the problem's features.

    Returns
    -------
    Values
        Labels or a range.

    Raises
    ------
    CrmAiError
        If the model does not look at the column.
    """
    if column not in run.problem.features:
        raise CrmAiError(
            _("No model looks at “{column}”.").format(column=column), next_step=_("Choose one of the features.")
        )
    kind, series = run.table.schema[column].kind, run.train_frame[column].dropna()
    if kind is Kind.DATE:
        return Values(column, kind, low=series.min(), high=series.max())
    if kind is Kind.NUMBER:
        numbers = series.to_numpy(dtype=np.float64)
        numbers = numbers[np.isfinite(numbers)]
        if not len(numbers):
            return Values(column, kind, low=0.0, high=0.0)
        whole = bool((numbers == np.round(numbers)).all())
        return Values(
            column, kind, low=float(numbers.min()), high=float(numbers.max()), step=1.0 if whole else _step(numbers)
        )
    counts = series.astype("str").value_counts()
    return Values(column, kind, tuple(str(label) for label in counts.index[:MOST_LABELS]))


def changed(run: Run, row: int, changes: Mapping[str, object]) -> pd.DataFrame:
    """A customer with other values.

    Parameters
    ----------
    run : Run
        A run.
    row : int
        Position of the customer in the table.
    changes : mapping of str to object
        New values by column; None stands for a missing cell.

    Returns
    -------
    pandas.DataFrame of length 1
        The problem's features, typed as in the table.
    """
    frame = run.table.frame[list(run.problem.features)].iloc[[row]].copy()
    for column, value in changes.items():
        frame[column] = _cell(frame[column], value)
    return frame


def cells(column: pd.Series, values: list[object]) -> pd.Series:
    """Type values as a column is.

    Parameters
    ----------
    column : pandas.Series
        A column of the table.
    values : list
        New values; None stands for a missing cell.

    Returns
    -------
    pandas.Series
        Of the column's type, counted from 0; a category gets the labels it lacks.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        known = column.cat.categories
        as_known = {str(label): label for label in known}
        told = [None if value is None else as_known.get(str(value), value) for value in values]
        extra = [value for value in dict.fromkeys(told) if value is not None and value not in as_known.values()]
        return pd.Series(pd.Categorical(told, categories=[*known, *extra]))
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return pd.to_datetime(pd.Series(values)).astype(column.dtype)
    if pd.api.types.is_bool_dtype(column.dtype):
        yes = {"True": True, "False": False}
        return pd.Series([yes.get(str(value)) for value in values]).astype(column.dtype)
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = pd.Series(np.asarray([np.nan if value is None else value for value in values], dtype=np.float64))
        return numbers if (numbers % 1 != 0).any() else numbers.astype(column.dtype)
    return pd.Series([None if value is None else str(value) for value in values], dtype=column.dtype)


def said_of(model: Model, frame: pd.DataFrame, label: str | None = None) -> np.ndarray:
    """What a model says of customers, for one answer.

    Parameters
    ----------
    model : Model
        A model.
    frame : pandas.DataFrame of length n
        Customers.
    label : str, optional
        The answer; by default the positive one, or the first of several.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Probabilities of the answer, or numbers.
    """
    said = model.predict(frame)
    return said if model.problem.task is Task.REGRESSION else answer_of(said, label_place(model.problem, label))


def likely_range(run: Run, model_type: str, said: float, label: str | None = None) -> Estimate:
    """How it went with customers of whom the model said as much before it had seen them.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    said : float
        A prediction.
    label : str, optional
        The answer in question.

    Returns
    -------
    Estimate
        Of a number, the range in which most such customers lie. Of an answer, the share that had it among the 300
        training customers whose prediction out of fold was nearest, with its 95 % interval. NaN where nothing is known.
    """
    if run.problem.task is Task.REGRESSION:
        ranges = run.model(model_type).ranges
        if ranges is None:
            return Estimate("range", said)
        low, high = (float(end[0]) for end in ranges.around([said]))
        return Estimate("range", said, low, high)
    place = label_place(run.problem, label)
    before = answer_of(np.asarray(run.out_of_fold[model_type]), place)
    known = np.flatnonzero(np.isfinite(before))
    nearest = known[np.argsort(np.abs(before[known] - said), kind="stable")[:ALIKE]]
    having, n = int((run.train_actual[nearest] == place).sum()), len(nearest)
    low, high = (float(end) for end in wilson(having, n))
    return Estimate("prevalence", having / n if n else float("nan"), low, high, n)


def profile(run: Run, model_type: str, frame: pd.DataFrame, column: str, *, label: str | None = None) -> pd.DataFrame:
    """How a prediction goes with one column, for a customer and on average.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    frame : pandas.DataFrame of length 1
        The customer, as made by ``changed``.
    column : str
        The column that is varied; all others stay as they are.
    label : str, optional
        The answer in question.

    Returns
    -------
    pandas.DataFrame
        Columns level, customer (individual conditional expectation), average (partial dependence over 150 training
        customers), low and high (where the middle four fifths of them lie).

    References
    ----------
    Friedman (2001), Annals of Statistics 29, "Greedy function approximation: a gradient boosting machine"; Goldstein,
    Kapelner, Bleich, Pitkin (2015), Journal of Computational and Graphical Statistics 24, "Peeking inside the black
    box".
    """
    model, features = run.model(model_type), list(run.problem.features)
    levels = _grid(run, values_of(run, column))
    rows = drawn(run.train_rows, OTHERS, run.problem.seed)
    everybody = pd.concat([frame[features], run.table.frame[features].iloc[rows]], ignore_index=True)
    asked = pd.concat([everybody] * len(levels), ignore_index=True)
    asked[column] = cells(everybody[column], [level for level in levels for _one in range(len(everybody))])
    said = said_of(model, asked, label).reshape(len(levels), -1)
    low, high = np.quantile(said[:, 1:], [0.1, 0.9], axis=1)
    return pd.DataFrame(
        {"level": levels, "customer": said[:, 0], "average": said[:, 1:].mean(axis=1), "low": low, "high": high}
    )


def never_together(run: Run, frame: pd.DataFrame, columns: list[str]) -> list[tuple[str, str]]:
    """Labels of a changed customer that no training customer has together.

    Parameters
    ----------
    run : Run
        A run.
    frame : pandas.DataFrame of length 1
        The customer, as made by ``changed``.
    columns : list of str
        Columns that were changed.

    Returns
    -------
    list of (changed column, other column)
        Empty if every pair of labels has been seen.
    """
    labels = [name for name in run.problem.features if run.table.schema[name].kind not in (Kind.NUMBER, Kind.DATE)]
    texts = {name: run.train_frame[name].astype("str") for name in labels}
    own = {name: str(frame[name].iloc[0]) for name in labels}
    holds = {name: (texts[name] == own[name]).to_numpy() for name in labels}
    found = []
    for one in columns:
        for other in labels:
            if one not in holds or other == one or (other in columns and labels.index(other) < labels.index(one)):
                continue
            if holds[other].any() and not (holds[one] & holds[other]).any():
                found.append((one, other))
    return found


def goes_along(run: Run, frame: pd.DataFrame, clashes: list[tuple[str, str]]) -> dict[str, str]:
    """What would have to change too, so that all labels have been seen together.

    Parameters
    ----------
    run : Run
        A run.
    frame : pandas.DataFrame of length 1
        The customer, as made by ``changed``.
    clashes : list of (changed column, other column)
        As made by ``never_together``.

    Returns
    -------
    dict of str to str
        For each other column its most frequent label among training customers who have the changed column's label.
    """
    found = {}
    for one, other in clashes:
        its = run.train_frame.loc[(run.train_frame[one].astype("str") == str(frame[one].iloc[0])).to_numpy(), other]
        counts = its.dropna().astype("str").value_counts()
        if len(counts):
            found[other] = str(counts.index[0])
    return found


def _step(numbers: np.ndarray) -> float:
    reach = float(np.ptp(numbers))
    return 10.0 ** (np.floor(np.log10(reach)) - 2) if reach > 0 else 1.0


def _grid(run: Run, values: Values) -> list[object]:
    """Levels to ask about: labels, or numbers and dates spread as the training customers' are."""
    if values.kind is Kind.DATE or values.kind is Kind.NUMBER:
        series = run.train_frame[values.column].dropna()
        distinct = series.drop_duplicates().sort_values()
        if len(distinct) <= GRID:
            return list(distinct)
        return list(series.quantile(np.linspace(0, 1, GRID), interpolation="nearest").drop_duplicates())
    return list(values.labels[:GRID])


def _cell(column: pd.Series, value: object) -> pd.Series:
    return cells(column, [value] * len(column)).set_axis(column.index)
