"""Fairness: for whom is it worse?"""

import streamlit as st

from crm_ai.app import controls, frame, state
from crm_ai.words import _

answer = frame.question(_("For whom is it worse?"))
run = state.require_run(_("This page will compare what each model does to groups of customers, with intervals."))
from crm_ai.app import auditing, reasoning  # noqa: E402  # they need what training has loaded anyway

if not run.problem.segments:
    frame.answer(answer, _("No segments were chosen, so there is nothing to compare yet."))
    frame.next_question(_("Choose segments and train again"), "train")
    st.stop()
model = controls.choose_model(run)
with st.container(horizontal=True):
    segment = controls.choose(_("Groups by"), "segment", run.problem.segments)
    label = reasoning.label_of(run)

auditing.panel(run, model, segment, label)

frame.next_question(_("Next: put it to work"), "save")
