"""What is known of a kind of model: its words, its parameters, and how one is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sklearn.base import BaseEstimator

from crm_ai.errors import ProblemError
from crm_ai.modeling.estimators import Setting
from crm_ai.modeling.problem import Task
from crm_ai.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something about a model type that a user may set, and that a search may try.

    Parameters
    ----------
    id : str
        Identifier, as used on the command line.
    title : str
        Name in English; ``name`` is its translation.
    explanation : str
        What it does, in one English sentence; ``help`` is its translation.
    values : tuple
        What may be chosen; a search tries these.
    default : object
        What is taken unless somebody chooses otherwise.
    is_searched : bool, default True
        Whether a search tries other values.
    """

    id: str
    title: str
    explanation: str
    values: tuple[Any, ...]
    default: Any
    is_searched: bool = True

    @property
    def name(self) -> str:
        """Name in the reader's language."""
        return _(self.title)

    @property
    def help(self) -> str:
        """What it does, in the reader's language."""
        return _(self.explanation)


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
    simplicity : int
        Place in the order from what can be checked by hand (1) to what cannot.
    parameters : tuple of Parameter, default ()
        What may be set.
    is_basic : bool, default False
        Whether it is always on offer and trained unless somebody chooses otherwise.
    is_monotonic : bool, default False
        Whether it can keep to "more never lowers".
    remarks : mapping of Task to str, default {}
        What a reader must know when it is used for a task, in English.
    """

    id: str
    title: str
    description: str
    tasks: frozenset[Task]
    make: Callable[[Setting], BaseEstimator]
    encoding: Mapping[str, Any]
    simplicity: int
    parameters: tuple[Parameter, ...] = ()
    is_basic: bool = False
    is_monotonic: bool = False
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

    def values(self, chosen: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Value of each parameter.

        Parameters
        ----------
        chosen : mapping of str to object, optional
            Values that somebody has set.

        Returns
        -------
        dict of str to object
            Those, and the defaults of the others.

        Raises
        ------
        ProblemError
            If a parameter or a value is not on offer.
        """
        known = {parameter.id: parameter for parameter in self.parameters}
        for name, value in (chosen or {}).items():
            if name not in known:
                raise ProblemError(
                    _("{model} has no setting “{name}”.").format(model=self.name, name=name),
                    next_step=_("Choose among: {names}.").format(names=_(", ").join(known) or _("none")),
                )
            if value not in known[name].values:
                raise ProblemError(
                    _("{model} cannot have {name} = {value}.").format(model=self.name, name=name, value=value),
                    next_step=_("Choose among: {names}.").format(names=_(", ").join(map(str, known[name].values))),
                )
        return {name: parameter.default for name, parameter in known.items()} | dict(chosen or {})
