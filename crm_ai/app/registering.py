"""Register the run's model as a candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import acts, adopting, controls, errors, explained, links, model_files, results, signing_in, state
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import Act, Item, list_versions, question, register, same_question
from crm_ai.modeling import Task, problem_from_json, question_in_words
from crm_ai.words import _, one_line, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version
    from crm_ai.modeling import Problem, Run

NAME_WIDTH, LONGEST_NAME = 40, 100
NEW, TURN = "", "register_turn"


def panel(desk: Desk) -> None:
    """Draw what registers a model, folded where there are versions to look at.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    """
    if desk.run is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_("To register a new version, open a table and train models first."), width="stretch")
            st.page_link("pages/home.py", label=_("Open a table"), icon=":material/table:")
        return
    # Folded and empty again after each registration.
    with st.expander(
        _("Register a model as a candidate"),
        icon=":material/add_circle:",
        expanded=not desk.names,
        key=f"register_{_turn()}",
    ):
        _form(desk, desk.run, list_versions(desk.registry))


def _turn() -> int:
    """How often somebody has registered a model here in this session; others do not matter."""
    return int(st.session_state.get(TURN, 0))


def _draft(name: str, run: Run) -> str:
    """Name a field whose content is kept until a model of the run is registered."""
    return f"register_{name}_{_turn()}_{run.digest[:12]}"


def _form(desk: Desk, run: Run, known: Sequence[Version]) -> None:
    model = controls.choose_model(run)
    adopting.say_caution(run, model)
    name = _name(desk, run, known)
    threshold = _threshold(run)
    offered = _("Take {n} training customers along, so that scores can be explained later")
    along = model_files.takes_along(run.model(model), offered, key=_draft("references", run))
    _say_what_will_be_asked(four_eyes=desk.registry.four_eyes)
    _reason(desk, run, model, name, threshold, along)


@errors.fragment
def _reason(desk: Desk, run: Run, model: str, name: str, threshold: float, along: bool) -> None:
    why = acts.why(_draft("why", run), _("Why is it to be used?"))
    if acts.submit(_("Register as a candidate"), desk, Act.REGISTER, key="register_now", icon=":material/add_circle:"):
        with errors.shown_kindly():
            _register(desk, run, model, name, why, threshold, along=along)


def _name(desk: Desk, run: Run, versions: Sequence[Version]) -> str:
    """What the model is registered as: one of the known names, or a new one."""
    newest = {version.name: version for version in reversed(versions)}
    asked = {name: problem_from_json(version.facts["problem"]) for name, version in newest.items()}
    alike = [name for name, problem in asked.items() if same_question(problem, run.problem)]
    usual = desk.name if desk.name in alike or not alike else alike[0]
    if newest:
        offered = [*newest, NEW]
        known = st.selectbox(
            _("As a new version of"),
            offered,
            index=offered.index(usual if alike else NEW),
            format_func=lambda name: shorten(one_line(name), NAME_WIDTH) if name else _("a new model …"),
            key=_draft("as", run),
            persist_state="session",
        )
        if known:
            if known not in alike:
                _say_other_question(newest[known], run.problem)
            return known
    proposed = "".join(letter for letter in one_line(run.problem.target) if letter.isprintable())[:LONGEST_NAME]
    return st.text_input(
        _("Name of the model"),
        value=proposed,
        max_chars=LONGEST_NAME,
        key=_draft("name", run),
        persist_state="session",
        help=_("What it is for, such as the question. Versions of one name succeed one another."),
    ) or ""  # fmt: skip


def _say_other_question(version: Version, problem: Problem) -> None:
    st.warning(
        _("Versions of this model have predicted “{before}” so far; this one predicts “{now}”.").format(
            before=plain(version.facts["question"], NAME_WIDTH), now=plain(question_in_words(problem), NAME_WIDTH)
        ),
        icon=":material/report:",
    )


def _threshold(run: Run) -> float:
    if run.problem.task is not Task.BINARY:
        return 0.5
    threshold = state.threshold()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            _(
                "Customers with a score of **{threshold}** or more are selected (threshold). It is approved together "
                "with the model."
            ).format(threshold=f"{threshold:.2f}"),
            width="stretch",
        )
        st.page_link(
            "pages/metrics.py",
            label=_("Choose another threshold"),
            icon=":material/tune:",
            query_params=links.parameters("metrics", state.view()),
        )
    return threshold


def _say_what_will_be_asked(*, four_eyes: bool) -> None:
    with st.expander(
        _("What somebody will have to answer before it goes to work"), type="compact", key="register_asked"
    ):
        st.markdown("\n".join(f"{place}. {question(item)}" for place, item in enumerate(Item, start=1)))
        if four_eyes:
            st.markdown(_("Somebody else than you must approve it: two people must look at it."))


def _register(desk: Desk, run: Run, model: str, name: str, why: str, threshold: float, *, along: bool) -> None:
    place = st.empty()
    bar = place.progress(0.05, text=_("Working out what drives it …"))
    drivers = explained.reasons(run, model).importance()
    bar.progress(0.5, text=_("Looking at the data …"))
    findings = results.findings(results.unrepaired(state.value("data")))
    bar.progress(0.7, text=_("Judging it for every group, and beside the champion …"))
    try:
        version = register(
            run,
            model,
            desk.registry,
            name=name,
            by=signing_in.person(),
            note=why,
            threshold=threshold,
            findings=findings,
            drivers=drivers,
            references=along,
            segments=[adoption.segment for adoption in adopting.of_run(run)],
        )
    finally:
        place.empty()
    st.session_state[TURN] = _turn() + 1
    acts.done(
        _("Version {n} of “{name}” is registered, and waits to be decided.").format(
            n=version.number, name=plain(version.name, NAME_WIDTH)
        ),
        registered=version.name,
        version=str(version.number),
    )
