"""What the model would say if something about a customer were different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
LOOKED_AT = 1_000  # before all are


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
    kind, series = run.table.schema[column].kind, _training(run, column)
    if kind is Kind.DATE:
        return Values(column, kind, low=series.min(), high=series.max())
    if kind is Kind.NUMBER:
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
        if not np.isfinite(numbers).all():
            numbers = numbers[np.isfinite(numbers)]
        if not len(numbers):
            return Values(column, kind, low=0.0, high=0.0)
        low, high = float(numbers.min()), float(numbers.max())
        return Values(column, kind, low=low, high=high, step=1.0 if _are_whole(numbers) else _step(high - low))
    return Values(column, kind, tuple(_label_counts(series))[:MOST_LABELS])


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
    nearest = _smallest(np.abs(before - said), ALIKE)
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
    levels = _with_own(_grid(run, values_of(run, column)), frame[column].iloc[0])
    rows = drawn(run.train_rows, OTHERS, run.problem.seed)
    everybody = pd.concat([frame[features], run.table.frame[features].iloc[rows]], ignore_index=True)
    asked = everybody.iloc[np.tile(np.arange(len(everybody)), len(levels))].reset_index(drop=True)
    asked[column] = cells(everybody[column], levels).repeat(len(everybody)).to_numpy()
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
    own = {name: str(frame[name].iloc[0]) for name in labels}
    found = []
    for one in columns:
        others = [name for name in labels if name != one and not (name in columns and _is_before(labels, name, one))]
        if one not in own or not others:
            continue
        having = _having(run, one, own[one], run.train_rows)
        for other in others:
            together = len(_having(run, other, own[other], having)) > 0
            if not together and len(_having(run, other, own[other], run.train_rows)):
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
        having = _having(run, one, str(frame[one].iloc[0]), run.train_rows)
        counts = _label_counts(run.table.frame[other].iloc[having])
        if counts:
            found[other] = next(iter(counts))
    return found


def _training(run: Run, column: str) -> pd.Series:
    """One column of the training customers; all columns of a million of them take longer than a slider may."""
    return run.table.frame[column].iloc[run.train_rows]


def _label_counts(column: pd.Series) -> dict[str, int]:
    """Customers by label, as text, the most frequent first; missing cells are not counted."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return {str(label): int(n) for label, n in column.dropna().astype("str").value_counts().items()}
    codes = column.cat.codes.to_numpy()
    counts: dict[str, int] = {}
    for label, n in zip(column.cat.categories, np.bincount(codes[codes >= 0]), strict=False):
        counts[str(label)] = counts.get(str(label), 0) + int(n)
    return {label: n for label, n in sorted(counts.items(), key=lambda one: -one[1]) if n}


def _having(run: Run, column: str, label: str, rows: np.ndarray) -> np.ndarray:
    """Those of some customers who have a label."""
    series = run.table.frame[column]
    if not isinstance(series.dtype, pd.CategoricalDtype):
        return rows[(series.iloc[rows].astype("str") == label).to_numpy(dtype=bool)]
    wanted = [code for code, known in enumerate(series.cat.categories) if str(known) == label]
    codes = series.cat.codes.to_numpy()[rows]
    return rows[codes == wanted[0] if len(wanted) == 1 else np.isin(codes, wanted)]


def _is_before(labels: list[str], name: str, other: str) -> bool:
    return other not in labels or labels.index(name) < labels.index(other)


def _smallest(amounts: np.ndarray, some: int) -> np.ndarray:
    """Places of the smallest amounts; of equal ones the first; NaN is none."""
    amounts = np.where(np.isfinite(amounts), amounts, np.inf)
    limit = np.partition(amounts, some - 1)[some - 1] if len(amounts) > some else np.inf
    below = np.flatnonzero(amounts < limit)
    at = np.flatnonzero(amounts == limit) if np.isfinite(limit) else below[:0]
    return np.concatenate([below, at[: some - len(below)]])


def _are_whole(numbers: np.ndarray) -> bool:
    # Amounts show it soon.
    return all(bool((part == np.round(part)).all()) for part in (numbers[:LOOKED_AT], numbers))


def _step(reach: float) -> float:
    return 10.0 ** (np.floor(np.log10(reach)) - 2) if reach > 0 else 1.0


def _grid(run: Run, values: Values) -> list[object]:
    """Levels to ask about: labels, or numbers and dates spread as the training customers' are."""
    if values.kind is Kind.DATE or values.kind is Kind.NUMBER:
        ordered = np.sort(_training(run, values.column).dropna().to_numpy())
        distinct = ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
        if len(distinct) > GRID:
            distinct = ordered[np.rint(np.linspace(0, len(ordered) - 1, GRID)).astype(np.intp)]
        return list(pd.Series(distinct).drop_duplicates())
    return list(values.labels[:GRID])


def _with_own(levels: list[Any], own: Any) -> list[Any]:
    """Levels, and in its place the number or the date that the customer has: a line passes where it is marked."""
    if not levels or isinstance(levels[0], (str, bool)) or pd.isna(own) or own in levels:
        return levels
    return sorted([*levels, own])


def _cell(column: pd.Series, value: object) -> pd.Series:
    return cells(column, [value] * len(column)).set_axis(column.index)
