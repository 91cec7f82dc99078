"""The same elsewhere: the commands that score as the page does, the service, and the model as a file."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import model_files, state
from crm_ai.modeling import USUAL_THRESHOLD, Task
from crm_ai.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm_ai.app.deployed import Desk
    from crm_ai.app.scorers import Scorer
    from crm_ai.deployment.registry import Version
    from crm_ai.modeling import Model


def panel(desk: Desk, scorer: Scorer, names: Mapping[str, str]) -> None:
    """Draw what leads elsewhere, folded.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    scorer : Scorer
        What is scored with.
    names : mapping of str to str
        By column of the reader's file what the model calls it.
    """
    if not state.for_manager():
        _commands(scorer, names)
    with st.expander(_("Take the model along"), icon=":material/download:", key="take_along"):
        if scorer.version is not None:
            model_files.of_version(desk.registry, scorer.version, scorer.stem, key="download_model")
        elif scorer.run is not None:
            model_files.of_run(scorer.run, scorer.model.model_type, state.threshold(), key="download_model")
        st.caption(
            _("The file cannot run code when it is opened; a file that was changed after it was saved is refused.")
        )


def _commands(scorer: Scorer, names: Mapping[str, str]) -> None:
    with st.expander(_("Do the same without this page"), icon=":material/terminal:", key="elsewhere"):
        st.markdown(_("With a command, which scores files of any length part by part and can be run by a schedule:"))
        st.code(command(scorer, names), language="bash")
        st.markdown(_("As a service that other programs ask, one customer or thousands at a time:"))
        st.code(service(scorer), language="bash")
        st.caption(_("Page, command and service give the same numbers and the same words."))


def command(scorer: Scorer, names: Mapping[str, str]) -> str:
    """Write the command that scores a file as the page does.

    Parameters
    ----------
    scorer : Scorer
        What is scored with.
    names : mapping of str to str
        By column of the file what the model calls it.

    Returns
    -------
    str
        To be typed into a shell.
    """
    words = ["python", "-m", "crm_ai", "score", *_which(scorer.version, scorer.stem)]
    words += ["new_customers.csv", "-o", "scored.csv"]
    task = scorer.model.problem.task
    if scorer.version is None and task is Task.BINARY and scorer.threshold != USUAL_THRESHOLD:
        words += ["--threshold", f"{scorer.threshold:g}"]
    words += ["--reasons", "3", *(["--priority"] if task is not Task.MULTICLASS else [])]
    for own, name in names.items():
        words += ["--rename", f"{own}={name}"]
    return shlex.join(words)


def service(scorer: Scorer) -> str:
    """Write the commands that start the service and ask it.

    Parameters
    ----------
    scorer : Scorer
        What is scored with.

    Returns
    -------
    str
        To be typed into a shell.
    """
    version = scorer.version
    is_champion = version is not None and "champion" in version.aliases
    which = ["--champion", version.name] if version is not None and is_champion else [f"{scorer.stem}.crm"]
    more = []
    if not is_champion and scorer.model.problem.task is Task.BINARY and scorer.threshold != USUAL_THRESHOLD:
        more = ["--threshold", f"{scorer.threshold:g}"]
    record = json.dumps({"record": _example(version, scorer.model)}, ensure_ascii=False)
    return "\n".join(
        (
            shlex.join(["python", "-m", "crm_ai", "serve", *which, *more]),
            f"curl -H 'Content-Type: application/json' -d {shlex.quote(record)} 'localhost:8000/v1/score?reasons=3'",
        )
    )


def _which(version: Version | None, stem: str) -> list[str]:
    if version is None:
        return [f"{stem}.crm"]
    return ["--champion", version.name, *([] if "champion" in version.aliases else ["--version", str(version.number)])]


def _example(version: Version | None, model: Model) -> dict[str, object]:
    """A made-up customer; of a run's model, whose customers are no example, only the names."""
    known = version.facts.get("example") if version is not None else None
    return dict(known) if known else dict.fromkeys(model.problem.features)
