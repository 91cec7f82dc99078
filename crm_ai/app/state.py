"""What this visitor is looking at. It survives moving between pages, and the address always tells it."""

from __future__ import annotations

import runpy
from contextvars import ContextVar
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import invitations, links, results, runs, store, visitors
from crm_ai.app.workspace import PROJECT
from crm_ai.errors import CrmAiError
from crm_ai.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_ai.modeling import Plan, Run
    from crm_ai.table import Table

WRITTEN = "written"
PAGE = "page"
TRAIN_NOW = "train_now"
AT_WORK = "at_work"
_framed: ContextVar[bool] = ContextVar("framed", default=False)

# What loses its meaning when something it rests on changes.
_RESTS_ON = {
    "data": (
        *("run", "model", "label", "segment", "customer", "column", "compared", "scale"),
        *("way", "method", "k", "columns", "edges", "rule", "group", "value"),
        *("bought", "day", "since", "money", "horizon"),
    ),
    "run": ("model", "label", "customer", "segment", "compared", "scale"),
    "column": ("edges",),
    "way": ("group",),
    "rule": ("group",),
    "columns": ("group",),
    "registered": ("version",),
}


def begin(page: str) -> None:
    """Take over what the address says, unless the app itself wrote it there.

    Parameters
    ----------
    page : str
        The page's part of the address.
    """
    _framed.set(True)
    st.session_state[PAGE] = page
    said = {name: value for name, value in st.query_params.items() if links.valid(name, value)}
    if said != st.session_state.get(WRITTEN):
        for name in sorted(said, key=lambda name: name not in _RESTS_ON):
            put(name, said[name])
    tell()


def take_language() -> None:
    """Take over the language that the address says, before anything is said.

    The rest of the address must wait for the page, because what it says may go wrong, and that must be said.
    """
    said = st.query_params.get("language", "")
    if links.valid("language", said) and said != st.session_state.get(WRITTEN, {}).get("language"):
        put("language", said)


def tell() -> None:
    """Make the address say what is shown."""
    wanted = links.parameters(st.session_state.get(PAGE, ""), view())
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    st.session_state[WRITTEN] = wanted


def view() -> dict[str, str]:
    """All that is known of what is shown.

    Returns
    -------
    dict of str to str
        By name, as in the address.
    """
    known: dict[str, str] = st.session_state.setdefault(links.VIEW, {})
    return known


def value(name: str) -> str:
    """One thing that is shown.

    Parameters
    ----------
    name : str
        For instance ``"model"``.

    Returns
    -------
    str
        Empty if it is not known.
    """
    return view().get(name, "")


def put(name: str, content: str) -> None:
    """Change what is shown.

    Parameters
    ----------
    name : str
        For instance ``"model"``.
    content : str
        What it shall be; what rests on the old one is dropped.
    """
    if value(name) == content:
        return
    for other in _RESTS_ON.get(name, ()):
        view().pop(other, None)
    view()[name] = content


def show(name: str, content: str) -> None:
    """Change what is shown, and the address with it.

    Parameters
    ----------
    name : str
        For instance ``"threshold"``.
    content : str
        What it shall be.
    """
    put(name, content)
    tell()


def forget() -> None:
    """Look at nothing any more, in the same language."""
    spoken = value("language")
    view().clear()
    put("language", spoken)
    tell()


def address(page: str) -> dict[str, str]:
    """What another page's address shall say.

    Parameters
    ----------
    page : str
        That page's part of the address.

    Returns
    -------
    dict of str to str
        For ``st.switch_page`` and ``st.page_link``.
    """
    return links.parameters(page, view())


def table() -> Table | None:
    """The table that is looked at.

    Returns
    -------
    Table or None
        None if there is none yet.
    """
    return results.table(value("data")) if value("data") else None


def require_table(promise: str) -> Table:
    """The table that is looked at; without one the page kindly says what it will show, and ends.

    Parameters
    ----------
    promise : str
        What the page will show, in one sentence.

    Returns
    -------
    Table
        The table.
    """
    known = table()
    if known is None:
        invitations.to_upload(promise)
        st.stop()
    return known


def run() -> Run | None:
    """The run that is looked at; one that is known by its recipe only is trained again, with progress.

    Returns
    -------
    Run or None
        None if there is none yet.
    """
    known = table()
    if known is None or not value("run"):
        return None
    try:
        return runs.restored_run(known, value("data"), value("run"))
    except CrmAiError:
        put("run", "")
        raise


def require_run(promise: str, *, meanwhile: Callable[[Table], None] | None = None) -> Run:
    """The run that is looked at; without one the page kindly says what it will show, and ends.

    Parameters
    ----------
    promise : str
        What the page will show, in one sentence.
    meanwhile : callable, optional
        Draws what can be said of the table before anything was trained.

    Returns
    -------
    Run
        The run.
    """
    if not value("data"):
        invitations.to_upload(promise, train=True)
        st.stop()
    if value("data") and not value("run") and st.session_state.pop(TRAIN_NOW, False):
        keep_run(runs.proposed_run(require_table(promise), value("data")))
        st.rerun()  # the line of context was drawn before there was a question
    known = run()
    if known is None:
        if meanwhile is not None:
            meanwhile(require_table(promise))
        invitations.to_train(promise)
        st.stop()
    return known


def keep_run(run: Run) -> None:
    """Go on with a run that was just trained, and keep its recipe.

    Parameters
    ----------
    run : Run
        The run.
    """
    from crm_ai.modeling import best_by_cross_validation

    store.put_plan(value("data"), run.digest, run.plan)
    put("run", run.digest)
    put("model", best_by_cross_validation(run))
    tell()
    visitors.remember_run(visitors.visitor(), value("data"), run)


def begin_training(plan: Plan) -> None:
    """Remember what is being trained, so that whoever comes back to the Train page finds it.

    Parameters
    ----------
    plan : Plan
        What is trained.
    """
    from crm_ai.modeling import run_digest

    customers = table()
    if customers is not None:
        runs.shelf().forget_ended(run_digest(customers, plan))
        st.session_state[AT_WORK] = (value("data"), plan)


def at_work() -> Plan | None:
    """What is being trained on this table.

    Returns
    -------
    Plan or None
        None if nothing is.
    """
    data, plan = st.session_state.get(AT_WORK, ("", None))
    return plan if data == value("data") else None


def finish_training() -> None:
    """Wait for what is being trained, showing how far it has come, and go on with the run."""
    plan, customers = at_work(), table()
    if plan is None or customers is None:
        return
    # Forgotten also where it has failed: an error is shown once, not again at every click.
    run = runs.trained_run(customers, plan, value("data"), ended=lambda: st.session_state.pop(AT_WORK))
    keep_run(run)
    missing = len(plan.choices) - len(run.models)
    if missing:
        st.toast(
            ngettext(
                "Training was ended: {n} model was not finished.",
                "Training was ended: {n} models were not finished.",
                missing,
            ).format(n=missing)
        )


def model(run: Run) -> str:
    """The model that is looked at.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str
        Its model type; by default the best in cross-validation.
    """
    from crm_ai.modeling import best_by_cross_validation

    if value("model") not in run.models:
        put("model", best_by_cross_validation(run))
    return value("model")


def threshold() -> float:
    """Score from which customers are selected.

    Returns
    -------
    float
        0.5 until the reader moves it.
    """
    return float(value("threshold") or 0.5)


def for_manager() -> bool:
    """Whether the reader is a manager, who has two minutes.

    Returns
    -------
    bool
        False for the analyst, who wants every detail one click away.
    """
    return value("reader") == "manager"


def ensure_frame() -> None:
    """Run the page inside its frame.

    Streamlit takes a folder named pages for its older convention until ``st.navigation`` was called once. If the first
    visit of a server is to a page's own address, that page is therefore run by itself.
    """
    if not _framed.get():
        runpy.run_path(str(PROJECT / "app.py"), run_name="__main__")
        st.stop()
