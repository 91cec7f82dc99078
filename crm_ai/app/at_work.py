"""How a model is doing at work: its weeks, what has changed, and whether to retrain."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import acts, controls, errors, state, watched
from crm_ai.app.plain import plain
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk

NAME_WIDTH = 40


def panel(desk: Desk) -> None:
    """Draw the tab.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    """
    acts.say_done()
    version = watched.choose_version(desk)
    if version is None:
        st.markdown(_promise())
        st.markdown(
            _("Register a model and put it to work first: the tab “{tab}”.").format(tab=_("May it go to work?"))
        )
        return
    with st.spinner(_("Reading the weeks …")):
        known = watched.look(desk.registry, version)
    if known.model.profile is None:
        st.info(
            _(
                "This version was saved before models remembered what their training customers looked like, so later "
                "customers cannot be compared with them. Train it again and register it; then its weeks can be watched."
            ),
            icon=":material/history:",
        )
        return
    from crm_ai.app import alarms, aside

    if not known.found.batches:
        _nothing_yet(desk.name)
    else:
        alarms.show(known)
    aside.say(known)
    if not state.for_manager():
        _details(desk, known)
        aside.panel(desk, known)


def _details(desk: Desk, known: watched.Watched) -> None:
    from crm_ai.app import arriving, glancing, weeks

    views = {
        "weeks": _("The weeks"),
        "column": _("One column"),
        "outcomes": _("Outcomes"),
        "compare": _("Compare a file"),
    }
    st.divider()
    if known.found.batches:
        view = controls.choose_view(_("What shall be shown?"), "weeks", views)
    else:
        st.subheader(views["compare"], anchor=False)
        view = "compare"
    draw = {
        "weeks": lambda: weeks.panel(known),
        "column": lambda: weeks.one_column(known),
        "outcomes": lambda: arriving.panel(desk, known),
        "compare": lambda: glancing.panel(known),
    }[view]
    try:
        draw()
    except CrmAiError as error:  # in place: the answer above holds all the same
        errors.show(error)


def _promise() -> str:
    return _(
        "Week by week: have customers changed since the training, are scores still spread as they were, how good did "
        "they turn out to be, for whom were they worse, and is it time to retrain?"
    )


def _nothing_yet(name: str) -> None:
    st.markdown(f"**{_('No customers that it scored are remembered yet.')}** {_promise()}")
    st.markdown(
        _(
            "Score new customers on the tab “{tab}” and choose “{button}” there, or let a command do it. Kept are "
            "counts, never customers."
        ).format(tab=_("Score new customers"), button=_("Remember this batch"))
    )
    with st.expander(_("By a command, every week by itself"), icon=":material/schedule:", key="by_command"):
        st.code(commands(name), language="bash", wrap_lines=True)
        explained = _(
            "The first line remembers a file; with --keep-keys outcomes can join it later. The second is for cron: "
            "Mondays at six, and a mail if there is an alert (exit code 3) or something went wrong."
        )
        st.markdown(plain(explained))


def commands(name: str) -> str:
    """The command that remembers a file of customers, and a line for cron that does so every week.

    Parameters
    ----------
    name : str
        Of the model, whatever its letters mean to a shell.

    Returns
    -------
    str
        Two commands with a blank line between them.
    """
    command = f"python -m crm_ai drift --champion {shlex.quote(name)} new_customers.csv"
    weekly = f"{command} --batch $(date +%F) --fail-on act >drift.txt || mail -s drift you@example.com <drift.txt"
    percent_in_cron = weekly.replace("%", r"\%")  # else a new line
    return f"{command} --keep-keys --key customerID\n\n0 6 * * 1  {percent_in_cron}"
