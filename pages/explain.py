"""Explain: why does the model say so?"""

import streamlit as st

from crm_ai.app import controls, frame, results, state
from crm_ai.words import _

answer = frame.question(_("Why does it say so?"))
run = state.require_run(_("This page will show what drives each model, and why it says what it says of one customer."))
from crm_ai.app import reasoning  # noqa: E402  # it needs what training has loaded anyway

model = controls.choose_model(run)
label = reasoning.label_of(run)
reasons = results.reasons(run, model, label)
frame.answer(answer, reasoning.in_a_sentence(reasons))
st.caption(reasoning.scale_in_words(reasons))

everybody, customer = st.tabs([_("What drives the model?"), _("Why this customer?")], key="why", on_change="rerun")
if everybody.open:
    with everybody:
        reasoning.drivers(reasons)
if customer.open:
    with customer:
        reasoning.one_customer(run, model, label)

frame.next_question(_("Next: for whom is it worse?"), "fairness")
