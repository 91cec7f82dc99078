"""A model as a file, and its card: the buttons that send them, and who of the training customers goes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import results, speaking
from crm_ai.words import _, count

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_ai.deployment.registry import Registry, Version
    from crm_ai.modeling import Model, Run


def of_version(registry: Registry, version: Version, stem: str, *, key: str) -> None:
    """Draw the buttons that send a version, and say so if its file is gone.

    Parameters
    ----------
    registry : Registry
        Where it is registered.
    version : Version
        The version.
    stem : str
        What the files' names begin with.
    key : str
        Name of the button, one of its kind on the page.
    """
    there = registry.artifacts.has(version.artifact)
    _buttons(lambda: registry.artifacts.get(version.artifact), lambda: version.card, stem, key=key, there=there)
    if not there:
        st.warning(
            _(
                "The file of this version is not there any more: bring it back from a backup, or register the model "
                "again."
            ),
            icon=":material/report:",
        )


def of_run(run: Run, model: str, threshold: float, *, key: str) -> None:
    """Draw the buttons that send a model of a run.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    threshold : float
        Score from which a customer is selected, for the card.
    key : str
        Name of the button, one of its kind on the page.
    """
    label = _("Let the file explain itself: take {n} training customers along")
    alone = not takes_along(run.model(model), label, key="references")
    _buttons(lambda: results.model_file(run, model, alone), lambda: results.card(run, model, threshold), model, key=key)


def takes_along(model: Model, label: str, *, key: str) -> bool:
    """Let the reader decide whether training customers go into the file.

    Parameters
    ----------
    model : Model
        The model.
    label : str
        What is offered, with a place for their number ``{n}``.
    key : str
        Name of the field.

    Returns
    -------
    bool
        False, without a question, of a model that needs nobody to compare with.
    """
    if model.references is None:
        return False
    return st.checkbox(
        label.format(n=count(len(model.references))),
        value=True,
        key=key,
        persist_state="session",
        help=_(
            "As the numbers the model looks at: no identifiers, and no columns that it does not use. Without them the "
            "model scores as well, but whoever wants reasons must bring customers to compare with."
        ),
    )


def _buttons(model: Callable[[], bytes], card: Callable[[], str], stem: str, *, key: str, there: bool = True) -> None:
    with st.container(horizontal=True):
        st.download_button(
            _("Download the model"),
            speaking.in_this_language(model),
            file_name=f"{stem}.crm",
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            key=key,
            disabled=not there,
        )
        st.download_button(
            _("Download its card"),
            speaking.in_this_language(lambda: card().encode("utf-8", "replace")),
            file_name=f"{stem}_card.md",
            mime="text/markdown",
            icon=":material/description:",
            on_click="ignore",
            key=f"{key}_card",
            help=_("One page: what the model is, how good it is, for whom it is worse, how it was made."),
        )
