"""What is to be trained: a question, models with their settings, and how hard to search for better ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from crm_ai.errors import ProblemError
from crm_ai.modeling.model_types import find_model_type, model_types_for
from crm_ai.modeling.problem import Problem, problem_from_json
from crm_ai.words import _

ModelTypes = Iterable[str] | Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One model to be trained.

    Parameters
    ----------
    model_type : str
        Identifier of its entry in ``MODEL_TYPES``.
    settings : mapping of str to object, default {}
        Its parameters where they are not the defaults. A search leaves these as they are.
    """

    model_type: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides a run on a given table.

    Parameters
    ----------
    problem : Problem
        The question.
    choices : tuple of Choice
        Which models, each type once.
    search : int, default 0
        Settings tried for each model, on folds within the customers it is fitted on; 0 takes them as they are.
    """

    problem: Problem
    choices: tuple[Choice, ...]
    search: int = 0

    @property
    def model_types(self) -> tuple[str, ...]:
        """Which models, in order."""
        return tuple(choice.model_type for choice in self.choices)

    @property
    def settings(self) -> dict[str, Mapping[str, Any]]:
        """Settings by model type, in order."""
        return {choice.model_type: choice.settings for choice in self.choices}


def make_plan(problem: Problem, model_types: ModelTypes | None = None, *, search: int = 0) -> Plan:
    """Check and complete what is to be trained.

    Parameters
    ----------
    problem : Problem
        The question.
    model_types : iterable of str, or mapping of str to mapping, optional
        Which models, perhaps with settings; by default the basic ones that can answer this kind of question.
    search : int, default 0
        Settings tried for each model.

    Returns
    -------
    Plan
        The plan.

    Raises
    ------
    ProblemError
        If no model is chosen, one cannot answer this kind of question, or a setting is not on offer.

    Examples
    --------
    >>> from crm_ai.modeling import Task
    >>> problem = Problem(target="Churn", task=Task.BINARY, features=("calls",), labels=("No", "Yes"))
    >>> make_plan(problem, {"decision_tree": {"depth": 3}}).choices
    (Choice(model_type='decision_tree', settings={'depth': 3}),)
    """
    if model_types is None:
        model_types = [entry.id for entry in model_types_for(problem.task, basic=True)]
    wanted = dict(model_types) if isinstance(model_types, Mapping) else {name: {} for name in model_types}
    if not wanted:
        raise ProblemError(_("No model was chosen."), next_step=_("Choose at least one."))
    for name, settings in wanted.items():
        find_model_type(name, problem.task).values(settings)
    return Plan(problem, tuple(Choice(name, dict(settings)) for name, settings in wanted.items()), search)


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """Write a plan as JSON keeps it.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    dict
        Plain numbers, texts, lists and dictionaries.
    """
    return asdict(plan)


def plan_from_json(said: Mapping[str, Any]) -> Plan:
    """Read a plan that was written by ``plan_as_json``.

    Parameters
    ----------
    said : mapping
        By name of the parameter; lists stand for tuples.

    Returns
    -------
    Plan
        The same plan.
    """
    choices = {str(choice["model_type"]): dict(choice["settings"]) for choice in said["choices"]}
    return make_plan(problem_from_json(said["problem"]), choices, search=int(said["search"]))
