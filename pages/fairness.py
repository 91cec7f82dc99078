"""Fairness: for whom is it worse?"""

import streamlit as st

from crm_ai.app import auditing, controls, frame, state
from crm_ai.words import _

answer = frame.question(_("For whom is it worse?"))
run = state.require_run(_("This page will compare what the model does to groups of customers, such as women and men."))

if not run.problem.segments:
    auditing.without_segments()
    st.stop()
model = controls.choose_model(run)
label = controls.choose_answer(run)
auditing.panel(run, model, label, answer)

frame.next_question(_("Next: how does it get to work?"), "save")
