"""Read a decision tree: its questions in original columns and units, and its leaves as rules."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.evaluation import wilson
from crm_ai.evaluation.intervals import mean_interval
from crm_ai.explanation.tree.conditions import Condition, narrowed
from crm_ai.explanation.tree.questions import answer_place, asked_of, opposite, tree_of
from crm_ai.explanation.tree.reading import Node, TreeReading
from crm_ai.modeling import Model, Problem, Run, Task, question_in_words
from crm_ai.modeling.log_target import LogTarget
from crm_ai.modeling.recalibration import Recalibrated


def read_tree(model: Model, label: str | None = None) -> TreeReading:
    """Read a decision tree in the customers' own columns.

    Parameters
    ----------
    model : Model
        A fitted decision tree.
    label : str, optional
        The answer whose share is told; by default the positive one, or the first of several.

    Returns
    -------
    TreeReading
        Its nodes in reading order. "Yes" leads to the label that is asked about, to values up to the limit, and to
        customers without a value where that is the question; else they go where the training median goes. A label that
        training did not know counts as a rare one or, where there were none, as the most frequent; so does a missing
        one where training had none missing.

    Raises
    ------
    ProblemError
        If the model is no decision tree, or `label` is none of the question's answers.

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"months": range(200), "Churn": ["Yes"] * 80 + ["No"] * 120})
    >>> table = table_from_frame(frame)
    >>> run = train(table, propose_problem(table, target="Churn", features=["months"]).problem, ["decision_tree"])
    >>> reading = read_tree(run.model("decision_tree"))
    >>> reading.root.question, [(leaf.rule, leaf.customers, leaf.value) for leaf in reading.leaves]
    ('months ≤ 79.5?', [('months ≤ 79.5', 64, 1.0), ('months > 79.5', 96, 0.0)])
    """
    tree, place = tree_of(model), answer_place(model.problem, label)
    nodes: list[Node] = []
    waiting: list[tuple[int, int, tuple[Condition, ...]]] = [(0, 0, ())]
    while waiting:
        number, depth, path = waiting.pop()
        node = _node(model, tree, number, depth, path, place)
        nodes.append(node)
        if node.asked is not None and node.yes is not None and node.no is not None:
            waiting.append((node.no, depth + 1, narrowed(path, opposite(node.asked))))
            waiting.append((node.yes, depth + 1, narrowed(path, node.asked)))
    return TreeReading(nodes=tuple(nodes), task=model.problem.task, outcome=_outcome(model.problem, place))


def rules(model: Model, label: str | None = None) -> pd.DataFrame:
    """A decision tree's leaves as rules.

    Parameters
    ----------
    model : Model
        A fitted decision tree.
    label : str, optional
        The answer whose share is told; by default the positive one, or the first of several.

    Returns
    -------
    pandas.DataFrame
        One row a leaf, the highest value first; every customer fulfils exactly one. Columns rule (in words), customers
        (of training), share (of all), value (share with the answer, or mean), low, high (its 95 % interval), score
        (what the model says of them), answer (the most frequent one) and node. The tree chose its rules on these same
        customers, so values far from the average are flattered; ``rules_of_run`` tells what held for others.

    Raises
    ------
    ProblemError
        If the model is no decision tree, or `label` is none of the question's answers.

    References
    ----------
    Wilson (1927), JASA 22, "Probable inference, the law of succession, and statistical inference" (interval).

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"months": range(200), "Churn": ["Yes"] * 80 + ["No"] * 120})
    >>> table = table_from_frame(frame)
    >>> run = train(table, propose_problem(table, target="Churn", features=["months"]).problem, ["decision_tree"])
    >>> rules(run.model("decision_tree"))[["rule", "customers", "share", "value"]].values.tolist()
    [['months ≤ 79.5', 64, 0.4, 1.0], ['months > 79.5', 96, 0.6, 0.0]]
    """
    reading = read_tree(model, label)
    frame = reading.to_frame()[[node.is_leaf for node in reading.nodes]]
    frame.insert(4, "share", frame["customers"] / reading.root.customers)
    kept = frame[["rule", "customers", "share", "value", "low", "high", "score", "answer", "node"]]
    return kept.sort_values(["value", "customers"], ascending=False, kind="stable", ignore_index=True)


def rules_of_run(run: Run, model_type: str, label: str | None = None) -> pd.DataFrame:
    """A decision tree's rules beside what was true of customers that it never saw.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        Its decision tree.
    label : str, optional
        The answer whose share is told; by default the positive one, or the first of several.

    Returns
    -------
    pandas.DataFrame
        As ``rules``, then columns holdout_customers, holdout_value, holdout_low and holdout_high: of the holdout
        customers who fulfil each rule; NaN where nobody does.

    Raises
    ------
    ProblemError
        If the model is no decision tree or was not trained, or `label` is none of the question's answers.

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"months": range(200), "Churn": ["Yes"] * 80 + ["No"] * 120})
    >>> table = table_from_frame(frame)
    >>> run = train(table, propose_problem(table, target="Churn", features=["months"]).problem, ["decision_tree"])
    >>> rules_of_run(run, "decision_tree")[["customers", "holdout_customers", "holdout_value"]].values.tolist()
    [[64.0, 16.0, 1.0], [96.0, 24.0, 0.0]]
    """
    model = run.model(model_type)
    told = rules(model, label)
    matrix = model.encoder.transform(model.cleaned(run.holdout_frame))
    leaf = np.asarray(model.estimator.apply(matrix), dtype=np.intp)
    place = answer_place(model.problem, label)
    actual = np.asarray(run.actual if place is None else run.actual == place, dtype=np.float64)
    held = pd.DataFrame([_held(actual[leaf == node], place) for node in told["node"]], index=told.index)
    return told.join(held)


def fulfils(path: tuple[Condition, ...], model: Model, frame: pd.DataFrame) -> np.ndarray:
    """Which customers come to a node, found by its conditions alone.

    Parameters
    ----------
    path : tuple of Span or Choice
        ``Node.path``.
    model : Model
        The model that was read.
    frame : pandas.DataFrame of shape (n, …)
        Customers; holds the features.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where all conditions hold.

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"months": range(200), "Churn": ["Yes"] * 80 + ["No"] * 120})
    >>> table = table_from_frame(frame)
    >>> run = train(table, propose_problem(table, target="Churn", features=["months"]).problem, ["decision_tree"])
    >>> model = run.model("decision_tree")
    >>> int(fulfils(read_tree(model).leaves[0].path, model, frame).sum())
    80
    """
    codes = model.encoder.codes_of(model.cleaned(frame))
    inside = np.ones(len(frame), dtype=bool)
    for condition in path:
        inside &= condition.fits(codes[:, model.encoder.columns_.index(condition.column)])
    return inside


def _node(model: Model, tree: Any, place: int, depth: int, path: tuple[Condition, ...], answer: int | None) -> Node:
    asked, yes, no = None, None, None
    if tree.children_left[place] >= 0:
        left, right = int(tree.children_left[place]), int(tree.children_right[place])
        asked, yes_is_left = asked_of(model.encoder, int(tree.feature[place]), float(tree.threshold[place]))
        yes, no = (left, right) if yes_is_left else (right, left)
    customers, told = int(tree.n_node_samples[place]), model.estimator.told_[place]
    usual = "" if answer is None else model.problem.labels[int(np.argmax(told))]
    value, low, high = _told(model, place, customers) if answer is None else _share(float(told[answer]), customers)
    return Node(
        place=place, depth=depth, path=path, asked=asked, yes=yes, no=no, customers=customers,
        value=value, low=low, high=high, score=_score(model, tree, place, answer), answer=usual,
    )  # fmt: skip


def _share(value: float, customers: int) -> tuple[float, float, float]:
    low, high = wilson(round(value * customers), customers)
    return value, float(low), float(high)


def _told(model: Model, place: int, customers: int) -> tuple[float, float, float]:
    """Mean of a node's customers with its interval; where the tree learned logarithms, of what they stand for."""
    mean, deviation = float(model.estimator.told_[place, 0]), float(model.estimator.deviation_[place])
    error = deviation / math.sqrt(customers) if customers > 1 else math.nan
    low, high = mean_interval(mean, error, customers)
    value, low, high = _amounts(model, np.array([mean, low, high])).tolist()
    return value, low, high


def _score(model: Model, tree: Any, place: int, answer: int | None) -> float:
    said = tree.value[place][0]
    if answer is None:
        return float(_amounts(model, said)[0])
    outermost = model.pipeline[-1]
    if not isinstance(outermost, Recalibrated):
        return float(said[answer])
    positive = float(outermost.recalibrator.probabilities(said[1:])[0])
    return positive if answer else 1 - positive


def _amounts(model: Model, said: np.ndarray) -> np.ndarray:
    outermost = model.pipeline[-1]
    return outermost.amounts(said) if isinstance(outermost, LogTarget) else said


def _held(actual: np.ndarray, place: int | None) -> dict[str, float]:
    n = len(actual)
    value = float(actual.mean()) if n else math.nan
    if place is None:
        error = float(actual.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
        low, high = mean_interval(value, error, n)
    else:
        low, high = (float(end) for end in wilson(actual.sum(), n))
    return {"holdout_customers": n, "holdout_value": value, "holdout_low": low, "holdout_high": high}


def _outcome(problem: Problem, place: int | None) -> str:
    if place is None or (problem.task is Task.BINARY and place == 1):
        return question_in_words(problem)
    joint = " " if problem.above is not None else " = "
    return f"{problem.target}{joint}{problem.labels[place]}"
