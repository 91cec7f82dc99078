"""Explain: why does it say so?"""

import streamlit as st

from crm_ai.app import (
    compared,
    controls,
    drivers,
    explained,
    explaining,
    exporting,
    frame,
    one_customer,
    rulebook,
    state,
    supposing,
    textbook,
)
from crm_ai.explanation import has_formula, has_rules
from crm_ai.words import _

answer = frame.question(_("Why does it say so?"))
run = state.require_run(_("This page will show what moves the model, and why it says what it says of a customer."))

model = controls.choose_model(run)
label = controls.choose_answer(run)
reference, scale = compared.choose(run, model)
with st.spinner(_("Looking for the reasons …")):
    reasons = explained.reasons(run, model, label, reference, scale)
frame.answer(answer, explaining.in_a_sentence(reasons))

names = [_("What moves the model?"), _("Why this customer?"), _("What if?")]
if has_formula(run, model):
    names.append(_("How is it reckoned?"))
if has_rules(run, model):
    names.append(_("What are its rules?"))
if state.value("customer"):
    # Not as the tabs' default: one that changes with the first customer looked at would throw the reader back.
    st.session_state.setdefault("explain_tab", names[1])
model_tab, customer_tab, what_if_tab, *book_tab = st.tabs(names, key="explain_tab", on_change="rerun")
if model_tab.open:
    with model_tab:
        drivers.panel(run, model, label, reasons)
        st.caption(explaining.how_to_read(reasons, compared.in_words(run, reference)))
if customer_tab.open:
    with customer_tab:
        one_customer.panel(run, model, label, reference, scale)
if what_if_tab.open:
    with what_if_tab:
        supposing.panel(run, model, label)

if book_tab and book_tab[0].open:
    with book_tab[0]:
        if has_formula(run, model):
            textbook.panel(run, model)
        else:
            rulebook.panel(run, model, label)

exporting.panel(run, model, label, reference, scale)
frame.next_question(_("Next: for whom is it worse?"), "fairness")
