"""Explain: why does it say so?"""

import streamlit as st

from crm_ai.app import controls, explained, explaining, frame, rulebook, state, textbook
from crm_ai.explanation import has_formula, has_rules
from crm_ai.words import _

answer = frame.question(_("Why does it say so?"))
run = state.require_run(_("This page will show what moves the model, and why it says what it says of a customer."))

model = controls.choose_model(run)
label = controls.choose_answer(run)
with st.spinner(_("Looking for the reasons …")):
    reasons = explained.reasons(run, model, label)
frame.answer(answer, explaining.in_a_sentence(reasons))

names = [_("What moves the model?"), _("Why this customer?")]
if has_formula(run, model):
    names.append(_("How is it reckoned?"))
if has_rules(run, model):
    names.append(_("What are its rules?"))
if state.value("customer"):
    # Not as the tabs' default: one that changes with the first customer looked at would throw the reader back.
    st.session_state.setdefault("explain_tab", names[1])
model_tab, customer_tab, *book_tab = st.tabs(names, key="explain_tab", on_change="rerun")
if model_tab.open:
    with model_tab:
        explaining.general(reasons)
if customer_tab.open:
    with customer_tab:
        explaining.one_customer(run, model, label, reasons)

if book_tab and book_tab[0].open:
    with book_tab[0]:
        if has_formula(run, model):
            textbook.panel(run, model)
        else:
            rulebook.panel(run, model, label)

frame.next_question(_("Next: for whom is it worse?"), "fairness")
