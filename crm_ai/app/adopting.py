"""Take a fairer model among a run's models, and say which ones were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import runs, state, store, visitors
from crm_ai.app.plain import plain
from crm_ai.fairness import KNOWS_THE_GROUP, adopt, adoption_of
from crm_ai.words import _, number

if TYPE_CHECKING:
    from crm_ai.fairness import Adoption, Candidate
    from crm_ai.modeling import Run

NAME_WIDTH = 60
STAYS = ("segment", "label")  # what is looked at is the same, though the run is another


def take(run: Run, candidate: Candidate) -> None:
    """Adopt a candidate, and go on with it.

    Parameters
    ----------
    run : Run
        The run it was made from.
    candidate : Candidate
        The fairer model.
    """
    data, before = state.value("data"), {name: state.value(name) for name in STAYS}
    # As it was trained or restored: segments that were only looked at are no part of it.
    adopted = adopt(runs.shelf().get(run.digest) or run, candidate)
    runs.shelf().put(adopted)
    store.put_plan(data, adopted.digest, run.plan, (*of_run(run), adoption_of(candidate)))
    state.put("run", adopted.digest)
    state.put("model", list(adopted.models)[-1])
    for name, known in before.items():
        if known:
            state.put(name, known)
    state.tell()
    visitors.remember_run(visitors.visitor(), data, adopted)


def of_run(run: Run) -> tuple[Adoption, ...]:
    """Which fairer models were adopted.

    Parameters
    ----------
    run : Run
        The run that is looked at.

    Returns
    -------
    tuple of Adoption
        In the order in which they stand among its models.
    """
    return store.open_adoptions(state.value("data"), run.digest)


def say_adopted(run: Run, model: str) -> None:
    """Say what was adopted, and what to consider of the model that is looked at.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        The model that is looked at.
    """
    from crm_ai.modeling import model_type_of

    names = [name for name in run.models if name not in run.plan.model_types]
    for name, adoption in zip(names, of_run(run), strict=False):
        st.markdown(
            _(":material/task_alt: Adopted: **{model}**, for {segment}, at threshold {threshold}.").format(
                model=plain(model_type_of(name).name),
                segment=plain(adoption.segment.name, NAME_WIDTH),
                threshold=number(adoption.threshold, 2),
            )
        )
    say_caution(run, model)


def say_caution(run: Run, model: str) -> None:
    """Say what the law may say about a model that must know the group.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models; nothing is said of others.
    """
    if model in run.models:
        say_caution_of(model)


def say_caution_of(model_type: str) -> None:
    """Say what the law may say about a type of model that must know the group.

    Parameters
    ----------
    model_type : str
        Identifier of its type; nothing is said of others.
    """
    from crm_ai.modeling import model_type_of

    method = model_type.partition("+")[2].partition(".")[0]
    if method in KNOWS_THE_GROUP:
        st.warning(plain(model_type_of(model_type).sentence), icon=":material/gavel:")
