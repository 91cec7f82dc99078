"""What can be done with a version: decide, put to work, try, bring back, stop, withdraw, publish; and why."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import acts, deciding, errors, evidence, meanwhile, moments, signing_in, state
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import (
    Act,
    former_champion,
    mlflow_server,
    promote,
    publish,
    read_log,
    reigns,
    roll_back,
    step_down,
    withdraw,
)
from crm_ai.errors import CrmAiError
from crm_ai.modeling import Task
from crm_ai.words import _, sentences

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version

NAME_WIDTH = 40
DECIDE, CROWN, TRY, BACK, STOP, OUT, PUBLISH = "decide", "crown", "try", "back", "stop", "out", "publish"


def panel(desk: Desk, version: Version) -> None:
    """Draw what can be done, and the form of what is chosen.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version
        The version that is looked at.
    """
    words = _possible(desk, version)
    if not words:
        st.caption(_("This version is withdrawn for good. What is known of it stays."))
        meanwhile.say(desk)
        return
    usual = next(iter(words))
    chosen = st.pills(
        _("What shall be done?"),
        list(words),
        default=usual if usual in (DECIDE, CROWN) else None,
        format_func=words.__getitem__,
        # Of the state, too: what is usual next is another after each act.
        key=f"act_{version.digest[:12]}_{version.state}_{'_'.join(version.aliases)}",
        persist_state="session",
    )
    if "champion" in version.aliases:
        st.caption(_("To withdraw it, put another version to work or stop using it first."))
    if chosen == DECIDE:
        deciding.form(desk, version)
    elif chosen is not None:
        _form(desk, version, str(chosen))
    meanwhile.say(desk)
    if version.state == "approved" and not state.for_manager() and not _publishes():
        _say_how_to_publish()


def _publishes() -> bool:
    """Whether publishing is offered: to analysts, where a server was named."""
    return bool(os.environ.get(mlflow_server.TRACKING_URI, "").strip()) and not state.for_manager()


def _say_how_to_publish() -> None:
    with st.expander(_("Publish to MLflow"), icon=":material/publish:", type="compact", key="publish_how"):
        try:
            mlflow_server.address(os.environ)
        except CrmAiError as error:
            st.markdown(f"{plain(error.what)} {plain(error.next_step)}")


@errors.fragment
def _form(desk: Desk, version: Version, chosen: str) -> None:
    with st.container(border=True):
        _FORMS[chosen](desk, version)


def _possible(desk: Desk, version: Version) -> dict[str, str]:
    """What can be done with a version as it stands, what is usual next first."""
    approved, held = version.state == "approved", version.aliases
    former = former_champion(desk.registry, version.name)
    known = {
        DECIDE: (version.state != "withdrawn" and not held and not approved, _("Decide")),
        CROWN: (approved and "champion" not in held, _("Put to work")),
        TRY: (approved and not held, _("Put on trial")),
        BACK: ("champion" in held and former is not None, _("Bring the one before back")),
        STOP: (bool(held), _("Stop using it") if "champion" in held else _("End the trial")),
        PUBLISH: (approved and _publishes(), _("Publish to MLflow")),
        OUT: (version.state != "withdrawn" and "champion" not in held, _("Withdraw")),
    }
    words = {act: label for act, (possible, label) in known.items() if possible}
    if approved and not held:
        words[DECIDE] = _("Decide anew")
    return words


def _of(version: Version) -> dict[str, object]:
    return {"n": version.number, "name": plain(version.name, NAME_WIDTH)}


def _number(version: Version | None) -> int:
    return 0 if version is None else version.number


def _crown(desk: Desk, version: Version) -> None:
    before = desk.champion
    told = [_("All services that follow “{name}” score with version {n} from now on.").format(**_of(version))]
    if evidence.task(version) is Task.BINARY:
        told.append(_("Customers are selected from a score of {threshold} on.").format(
            threshold=f"{version.threshold:.2f}"
        ))  # fmt: skip
    if before is not None:
        told.append(_("It takes the place of version {n}, which can be brought back.").format(n=before.number))
    st.markdown(sentences(told))
    draft = acts.draft("crown_why", version)
    why = acts.why(draft)
    if acts.submit(
        _("Put version {n} to work").format(n=version.number),
        desk, Act.PROMOTE, key="crown_now", icon=":material/rocket_launch:", draft=draft,
        shown=(version, _number(before)),
    ):  # fmt: skip
        with meanwhile.attempt(desk) as (version, replaced):
            promote(desk.registry, version, by=signing_in.person(), why=why, instead_of=replaced)
            acts.done(_("Version {n} of “{name}” is at work now (champion).").format(**_of(version)), of=version)


def _try(desk: Desk, version: Version) -> None:
    champion = desk.champion
    rival = desk.challenger
    told = [_("Version {n} is tried beside the one at work, and decides nothing (challenger).").format(**_of(version))]
    if champion is not None:
        told.append(_("Services go on scoring with version {n}.").format(n=champion.number))
    if rival is not None:
        told.append(_("Version {n} is on trial no more.").format(n=rival.number))
    st.markdown(sentences(told))
    draft = acts.draft("try_why", version)
    why = acts.why(draft)
    if acts.submit(
        _("Put version {n} on trial").format(n=version.number),
        desk, Act.PROMOTE, key="try_now", icon=":material/science:", draft=draft,
        shown=(version, _number(rival)),
    ):  # fmt: skip
        with meanwhile.attempt(desk) as (version, replaced):
            who = signing_in.person()
            promote(desk.registry, version, by=who, why=why, alias="challenger", instead_of=replaced)
            acts.done(_("Version {n} of “{name}” is on trial now (challenger).").format(**_of(version)), of=version)


def _back(desk: Desk, version: Version) -> None:
    former = former_champion(desk.registry, version.name)
    if former is None:
        return
    last = [reign for reign in reigns(read_log(desk.registry, version.name)) if reign.number == former.number][-1]
    st.markdown(
        sentences(
            (
                _("Version {n} comes back, which was at work from {since} to {until}.").format(
                    n=former.number, since=moments.moment(last.since), until=moments.moment(last.until)
                ),
                _("All services that follow “{name}” score with version {n} from now on.").format(**_of(former)),
                _("Version {n} stays approved.").format(n=version.number),
            )
        )
    )
    draft = acts.draft("back_why", version)
    why = acts.why(draft)
    if acts.submit(
        _("Bring version {n} back").format(n=former.number),
        desk, Act.ROLL_BACK, key="back_now", icon=":material/undo:", draft=draft,
        shown=(version.number, former.number),
    ):  # fmt: skip
        with meanwhile.attempt(desk) as (champion, back):
            now = roll_back(
                desk.registry, version.name,
                by=signing_in.person(), why=why, expected_champion=champion, expected_former=back,
            )  # fmt: skip
            acts.done(
                _("Version {n} of “{name}” is back at work.").format(**_of(now)), of=version, version=str(now.number)
            )


def _stop(desk: Desk, version: Version) -> None:
    at_work = "champion" in version.aliases
    st.markdown(
        _(
            "No version of “{name}” is at work then: new services do not begin, and those that run go on with version "
            "{n} until they are ended; they say at /ready that there is no champion. Version {n} stays approved and "
            "can be put to work again."
        ).format(**_of(version))
        if at_work
        else _("Version {n} is on trial no more. It stays approved.").format(**_of(version))
    )
    draft = acts.draft("stop_why", version)
    why = acts.why(draft)
    label = _("Stop using version {n}") if at_work else _("End the trial of version {n}")
    if acts.submit(
        label.format(n=version.number), desk, Act.STEP_DOWN,
        key="stop_now", icon=":material/stop_circle:", draft=draft,
    ):  # fmt: skip
        with meanwhile.attempt(desk):
            alias = "champion" if at_work else "challenger"
            step_down(desk.registry, version, alias, by=signing_in.person(), why=why)
            words = _("Version {n} of “{name}” is at work no more.") if at_work else _(
                "The trial of version {n} of “{name}” is ended."
            )  # fmt: skip
            acts.done(words.format(**_of(version)), of=version)


def _out(desk: Desk, version: Version) -> None:
    st.markdown(
        _(
            "Version {n} is taken out for good: it can never go to work again. Its figures, its file and its entries "
            "in the log stay."
        ).format(**_of(version))
    )
    draft = acts.draft("out_why", version)
    why = acts.why(draft)
    if acts.submit(
        _("Withdraw version {n}").format(n=version.number),
        desk, Act.WITHDRAW, key="out_now", icon=":material/delete_forever:", draft=draft,
        shown=version.state,
    ):  # fmt: skip
        with meanwhile.attempt(desk) as state_shown:
            withdraw(desk.registry, version, by=signing_in.person(), why=why, expected_state=state_shown)
            acts.done(_("Version {n} of “{name}” is withdrawn.").format(**_of(version)), of=version)


def _publish(desk: Desk, version: Version) -> None:
    try:
        mlflow_server.find_python(os.environ)
        where = mlflow_server.place_of(mlflow_server.address(os.environ))
    except CrmAiError as error:  # where it is missing is nobody's business but the server's
        st.info(f"{plain(error.what)} {plain(error.next_step)}", icon=":material/deployed_code:")
        st.button(_("Publish version {n}").format(n=version.number), key="publish_now", disabled=True)
        return
    st.markdown(
        _(
            "A copy of version {n} goes to {where}: model file, figures and card, and the training customers that the "
            "file takes along, if any. What was published cannot be taken back from here."
        ).format(n=version.number, where=plain(where))
    )
    draft = acts.draft("publish_why", version)
    why = acts.why(draft)
    if acts.submit(
        _("Publish version {n}").format(n=version.number),
        desk, Act.PUBLISH, key="publish_now", icon=":material/publish:", draft=draft,
    ):  # fmt: skip
        with meanwhile.attempt(desk):
            with st.spinner(_("Handing it over; this can take a minute …")):
                there = publish(desk.registry, version, by=signing_in.person(), why=why)
            acts.done(
                _("Version {n} of “{name}” is published as {address}.").format(
                    **_of(version), address=plain(there.address)
                ),
                of=version,
            )


_FORMS = {CROWN: _crown, TRY: _try, BACK: _back, STOP: _stop, OUT: _out, PUBLISH: _publish}
