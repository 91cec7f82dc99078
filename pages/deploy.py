"""Deploy: may it go to work, and how is it doing there?"""

import streamlit as st

from crm_ai.app import deployed, frame, signing_in
from crm_ai.words import _

answer = frame.question(_("May it go to work, and how is it doing there?"))
desk = deployed.require_desk(
    _("This page will let you approve a model, put it to work on new customers and watch it there."),
    signing_in.person(),
)
from crm_ai.app import at_work, candidates, decided, scoring  # noqa: E402

desk = deployed.choose(desk)
frame.answer(answer, deployed.in_a_sentence(desk))
signing_in.say_who(desk.person)

names = [_("May it go to work?"), _("Score new customers"), _("How is it doing?"), _("What was decided?")]
approve_tab, score_tab, watch_tab, log_tab = st.tabs(names, key="deploy_tab", on_change="rerun")
if approve_tab.open:
    with approve_tab:
        candidates.panel(desk)
if score_tab.open:
    with score_tab:
        scoring.panel(desk)
if watch_tab.open:
    with watch_tab:
        at_work.panel(desk)
if log_tab.open:
    with log_tab:
        decided.panel(desk)
frame.next_question(_("Next: what do I tell the others?"), "report")
