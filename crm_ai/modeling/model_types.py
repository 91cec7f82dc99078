"""The kinds of models on offer. A new one is one more entry in ``MODEL_TYPES``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sklearn.base import BaseEstimator

from crm_ai.errors import ProblemError
from crm_ai.modeling import estimators
from crm_ai.modeling.estimators import Setting
from crm_ai.modeling.model_type import ModelType, Parameter
from crm_ai.modeling.problem import Task
from crm_ai.words import _, later, sentences

LINEAR_ENCODING: Mapping[str, Any] = {"standardize": True, "drop_reference": True, "dtype": "float64"}
TREE_ENCODING: Mapping[str, Any] = {"standardize": False, "drop_reference": False, "dtype": "float32"}
BASELINE = "baseline"
FOREIGN = "foreign"
SMALL_STEPS = (0.0001, 0.001, 0.01, 0.1, 1.0)


def _penalty(*, default: str) -> Parameter:
    return Parameter(
        id="penalty",
        title=later("Penalty"),
        explanation=later(
            "Keeps coefficients small: ridge shrinks all of them, lasso sets needless ones to zero, elastic "
            "net does both."
        ),
        values=("none", "ridge", "lasso", "elastic_net"),
        default=default,
    )


def _leaf(values: tuple[int, ...], default: int, explanation: str) -> Parameter:
    return Parameter(
        id="leaf", title=later("Customers in a leaf, at least"), explanation=explanation, values=values, default=default
    )


class _ModelTypes(dict[str, "ModelType"]):
    """Model types by identifier; a model made fairer has the type it was made of, under its own name."""

    def __missing__(self, name: str) -> ModelType:
        if name == FOREIGN:
            return _foreign()
        base, plus, way = name.partition("+")
        method, *more = way.split(".")
        title, sentence = _ways().get(method, ("", ""))
        if not plus or base not in self or not title:
            raise KeyError(name)
        entry, aims = self[base], _aims()
        # Whatever else tells it from others of its kind: what is held equal, and which of several it is.
        apart = _(", ").join(aims.get(part, part) for part in more)
        title = _("{model}, {way}").format(model=entry.name, way=title) + (f" ({apart})" if apart else "")
        return replace(entry, id=name, title=title, description=sentences([entry.sentence, sentence]))


def _foreign() -> ModelType:
    """A pipeline that was fitted elsewhere: known by name, and never on offer."""
    return ModelType(
        id=FOREIGN,
        title=later("Pipeline of your own"),
        description=later("Fitted elsewhere and taken as it is: known by what it says, not by how it gets there."),
        tasks=frozenset(),
        make=_not_again,
        encoding={},
        simplicity=7,
    )


def _not_again(_setting: Setting) -> BaseEstimator:
    raise ProblemError(
        _("A pipeline that was fitted elsewhere cannot be fitted again here."),
        next_step=_("Fit it where it was made, and bring it again."),
    )


def _ways() -> dict[str, tuple[str, str]]:
    """How a model may have been made fairer: short, and in a sentence."""
    return {
        "reweighing": (
            _("reweighed"),
            _("Fitted with weights that make the answer equally frequent in all groups."),
        ),
        "decorrelation": (
            _("decorrelated"),
            _("Fitted on columns from which what tells the group was taken out; it must know the group to score."),
        ),
        "exponentiated_gradient": (
            _("under a constraint"),
            _("A mixture of models that together treat groups alike (exponentiated gradient)."),
        ),
        "grid_search": (
            _("chosen under a constraint"),
            _("One of many models that weigh mistakes by group (grid search)."),
        ),
        "group_thresholds": (
            _("threshold by group"),
            _(
                "Each group has a threshold of its own, so the group must be known to score. Treating customers "
                "openly by such a trait is forbidden in many places: ask a lawyer first."
            ),
        ),
    }


def _aims() -> dict[str, str]:
    """What a constraint holds equal, in short."""
    return {
        "demographic_parity": _("selected alike"),
        "equalized_odds": _("mistaken alike"),
        "true_positive_rate_parity": _("found alike"),
        "false_positive_rate_parity": _("alarmed alike"),
    }


def model_type_of(name: str) -> ModelType:
    """Look up what a run's model was made of.

    Parameters
    ----------
    name : str
        Name of a model in a run, for instance ``"logistic_regression+reweighing"``.

    Returns
    -------
    ModelType
        Its entry.
    """
    return MODEL_TYPES[name]


MODEL_TYPES: Mapping[str, ModelType] = _ModelTypes(
    (entry.id, entry)
    for entry in (
        ModelType(
            id="linear_regression",
            title=later("Linear regression"),
            description=later(
                "Adds up a fixed amount for each trait of a customer: the simplest model to check by hand."
            ),
            tasks=frozenset({Task.REGRESSION, Task.BINARY}),
            make=estimators.linear,
            encoding=LINEAR_ENCODING,
            simplicity=1,
            is_basic=True,
            parameters=(
                _penalty(default="none"),
                Parameter(
                    id="strength",
                    title=later("Strength of the penalty"),
                    explanation=later(
                        "How strongly coefficients are kept small, measured by the spread of the target."
                    ),
                    values=SMALL_STEPS,
                    default=0.01,
                ),
            ),
            remarks={
                Task.BINARY: later(
                    "Used as a linear probability model: its sums can leave 0–100 % and are cut there, "
                    "so read its ranking rather than its probabilities."
                )
            },
        ),
        ModelType(
            id="logistic_regression",
            title=later("Logistic regression"),
            description=later("Weighs each trait of a customer and turns the sum into a probability; easy to explain."),
            tasks=frozenset({Task.BINARY, Task.MULTICLASS}),
            make=estimators.logistic,
            encoding=LINEAR_ENCODING,
            simplicity=2,
            is_basic=True,
            parameters=(
                _penalty(default="ridge"),
                Parameter(
                    id="strength",
                    title=later("Strength of the penalty"),
                    explanation=later(
                        "How strongly coefficients are kept small (1 / C); 1 hardly matters past a thousand customers."
                    ),
                    values=(0.01, 0.1, 1.0, 10.0, 100.0),
                    default=1.0,
                ),
            ),
        ),
        ModelType(
            id="decision_tree",
            title=later("Decision tree"),
            description=later("Asks a few yes/no questions in a row: finds combinations, reads like a flow chart."),
            tasks=frozenset(Task),
            make=estimators.tree,
            encoding=TREE_ENCODING,
            simplicity=3,
            is_basic=True,
            is_monotonic=True,
            parameters=(
                Parameter(
                    id="depth",
                    title=later("Questions in a row, at most"),
                    explanation=later("More questions find finer groups, and more of them by accident."),
                    values=(2, 3, 4, 5, 6, 8, 10),
                    default=6,
                ),
                _leaf((0, 5, 20, 50, 100, 200), 0, later("0 takes a twentieth of the customers, but at most 50.")),
                Parameter(
                    id="pruning",
                    title=later("Pruning"),
                    explanation=later(
                        "Cuts back branches that gain less than this (cost-complexity pruning, in units of impurity)."
                    ),
                    values=(0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01),
                    default=0.0,
                ),
            ),
        ),
        ModelType(
            id="random_forest",
            title=later("Random forest"),
            description=later(
                "Lets many deep trees vote, each of which saw other customers: strong without tuning, not "
                "checked by hand."
            ),
            tasks=frozenset(Task),
            make=estimators.forest,
            encoding=TREE_ENCODING,
            simplicity=4,
            parameters=(
                Parameter(
                    id="trees",
                    title=later("Trees"),
                    explanation=later("More trees vote more steadily and take longer."),
                    values=(100, 200, 400),
                    default=200,
                    is_searched=False,
                ),
                _leaf(
                    (1, 3, 5, 10, 20, 50), 5, later("Larger leaves give smoother probabilities and a smaller model.")
                ),
                Parameter(
                    id="columns",
                    title=later("Columns tried at each question"),
                    explanation=later("Fewer columns make trees more different from each other."),
                    values=("sqrt", 0.3, 0.6, 1.0),
                    default=0.3,
                ),
            ),
        ),
        ModelType(
            id="gradient_boosting",
            title=later("Gradient boosting"),
            description=later("Adds up many small trees, each correcting those before it: often the most accurate."),
            tasks=frozenset(Task),
            make=estimators.boosting,
            encoding=TREE_ENCODING,
            simplicity=5,
            is_monotonic=True,
            parameters=(
                Parameter(
                    id="rate",
                    title=later("Learning rate"),
                    explanation=later("Smaller steps need more trees and are often a little better."),
                    values=(0.02, 0.05, 0.1, 0.2),
                    default=0.1,
                ),
                Parameter(
                    id="leaves",
                    title=later("Leaves of a tree, at most"),
                    explanation=later("2 adds up single columns; more allow combinations."),
                    values=(2, 4, 8, 15, 31),
                    default=15,
                ),
                _leaf((5, 20, 50, 100), 20, later("Larger leaves are more careful.")),
            ),
        ),
        ModelType(
            id="neural_network",
            title=later("Neural network"),
            description=later(
                "Learns its own combinations of traits in layers: flexible, hungry for customers, hard to check."
            ),
            tasks=frozenset(Task),
            make=estimators.network,
            encoding=LINEAR_ENCODING,
            simplicity=6,
            parameters=(
                Parameter(
                    id="layers",
                    title=later("Layers"),
                    explanation=later("Widths of the layers from the columns to the answer."),
                    values=("16", "32", "64", "32-16", "64-32"),
                    default="32",
                ),
                Parameter(
                    id="decay",
                    title=later("Weight decay"),
                    explanation=later("Keeps the weights small (L2 penalty)."),
                    values=(0.0001, 0.001, 0.01, 0.1, 1.0),
                    default=0.1,
                ),
            ),
        ),
        ModelType(
            id=BASELINE,
            title=later("Baseline"),
            description=later("Says the same of every customer: what any model must beat."),
            tasks=frozenset(Task),
            make=estimators.guess,
            encoding=TREE_ENCODING,
            simplicity=0,
        ),
    )
)


def model_types_for(task: Task, *, basic: bool = False) -> tuple[ModelType, ...]:
    """Model types that can answer a kind of question; the baseline, which nobody chooses, is not among them.

    Parameters
    ----------
    task : Task
        The kind of question.
    basic : bool, default False
        Only those that are trained unless somebody chooses otherwise.

    Returns
    -------
    tuple of ModelType
        In the order in which they are offered.

    Examples
    --------
    >>> [entry.id for entry in model_types_for(Task.MULTICLASS, basic=True)]
    ['logistic_regression', 'decision_tree']
    """
    return tuple(
        entry
        for entry in MODEL_TYPES.values()
        if task in entry.tasks and entry.id != BASELINE and (entry.is_basic or not basic)
    )


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
        next_step=_("Choose among: {names}.").format(names=_(", ").join(entry.id for entry in able)),
    )
