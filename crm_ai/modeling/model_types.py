"""The kinds of models on offer. A new one is one more entry in ``MODEL_TYPES``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sklearn.base import BaseEstimator

from crm_ai.errors import ProblemError
from crm_ai.modeling.problem import Task
from crm_ai.words import _

# A multinomial Newton step solves a system of (encoded columns × answers) unknowns; past this many, lbfgs is the faster
# road.
NEWTON_UNKNOWNS = 2_000

LINEAR_ENCODING: Mapping[str, Any] = {"standardize": True, "drop_reference": True, "dtype": "float64"}
TREE_ENCODING: Mapping[str, Any] = {"standardize": False, "drop_reference": False, "dtype": "float32"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an estimator's factory may adapt to.

    Parameters
    ----------
    task : Task
        The kind of question.
    customers : int
        Training customers.
    width : int
        Encoded columns.
    answers : int
        Labels of the target; 0 for regression.
    seed : int
        For estimators that draw random numbers.
    """

    task: Task
    customers: int
    width: int
    answers: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelType:
    """One kind of model.

    Parameters
    ----------
    id : str
        Identifier, as used on the command line.
    title : str
        Name in English; ``name`` is its translation.
    description : str
        One sentence for a manager, in English; ``sentence`` is its translation.
    tasks : frozenset of Task
        Questions it can answer.
    make : callable
        Makes the unfitted estimator for a ``Setting``.
    encoding : mapping
        Options of its ``TableEncoder``.
    remarks : mapping of Task to str, default {}
        What a reader must know when it is used for a task, in English.
    """

    id: str
    title: str
    description: str
    tasks: frozenset[Task]
    make: Callable[[Setting], BaseEstimator]
    encoding: Mapping[str, Any]
    remarks: Mapping[Task, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name in the reader's language."""
        return _(self.title)

    @property
    def sentence(self) -> str:
        """What it does, in one sentence in the reader's language."""
        return _(self.description)

    def remark(self, task: Task) -> str:
        """What a reader must know when the model answers this kind of question.

        Parameters
        ----------
        task : Task
            The kind of question.

        Returns
        -------
        str
            A sentence, or nothing.
        """
        return _(self.remarks[task]) if task in self.remarks else ""


def _linear(setting: Setting) -> BaseEstimator:
    from sklearn.linear_model import LinearRegression

    return LinearRegression()


def _logistic(setting: Setting) -> BaseEstimator:
    from sklearn.linear_model import LogisticRegression

    unknowns = setting.width * (setting.answers if setting.task is Task.MULTICLASS else 1)
    solver = "newton-cholesky" if unknowns <= NEWTON_UNKNOWNS else "lbfgs"
    return LogisticRegression(solver=solver, max_iter=1_000)


def _tree(setting: Setting) -> BaseEstimator:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    leaf = max(1, min(50, setting.customers // 100))
    kind = DecisionTreeRegressor if setting.task is Task.REGRESSION else DecisionTreeClassifier
    return kind(max_depth=6, min_samples_leaf=leaf, random_state=setting.seed)


MODEL_TYPES: Mapping[str, ModelType] = {
    entry.id: entry
    for entry in (
        ModelType(
            id="linear_regression",
            title="Linear regression",
            description="Adds up a fixed amount for each trait of a customer: the simplest model to check by hand.",
            tasks=frozenset({Task.REGRESSION, Task.BINARY}),
            make=_linear,
            encoding=LINEAR_ENCODING,
            remarks={
                Task.BINARY: "Used as a linear probability model: its sums can leave 0–100 % and are cut there, "
                "so read its ranking rather than its probabilities."
            },
        ),
        ModelType(
            id="logistic_regression",
            title="Logistic regression",
            description="Weighs each trait of a customer and turns the sum into a probability; easy to explain.",
            tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
            make=_logistic,
            encoding=LINEAR_ENCODING,
        ),
        ModelType(
            id="decision_tree",
            title="Decision tree",
            description="Asks up to six yes/no questions in a row: finds combinations, reads like a flow chart.",
            tasks=frozenset(Task),
            make=_tree,
            encoding=TREE_ENCODING,
        ),
    )
}


def model_types_for(task: Task) -> tuple[ModelType, ...]:
    """Model types that can answer a kind of question.

    Parameters
    ----------
    task : Task
        The kind of question.

    Returns
    -------
    tuple of ModelType
        In the order in which they are offered.

    Examples
    --------
    >>> [entry.id for entry in model_types_for(Task.MULTICLASS)]
    ['logistic_regression', 'decision_tree']
    """
    return tuple(entry for entry in MODEL_TYPES.values() if task in entry.tasks)


def find_model_type(name: str, task: Task) -> ModelType:
    """Look up a model type for a kind of question.

    Parameters
    ----------
    name : str
        Its identifier.
    task : Task
        The kind of question.

    Returns
    -------
    ModelType
        The entry.

    Raises
    ------
    ProblemError
        If there is no such model type, or it cannot answer this kind of question.
    """
    able = model_types_for(task)
    for entry in able:
        if entry.id == name:
            return entry
    raise ProblemError(
        _("“{name}” is not a model for a {task} question.").format(name=name, task=task.value),
        next_step=_("Choose among: {names}.").format(names=", ".join(entry.id for entry in able)),
    )
