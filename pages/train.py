"""Train: what shall we predict, and with what?"""

import streamlit as st

from crm_ai.app import asking, comparing, frame, planning, questions, state
from crm_ai.words import _, ngettext

answer = frame.question(_("What shall we predict, and with what?"))
table = state.require_table(
    _("This page will ask what shall be predicted, propose question and columns, and train models side by side.")
)

before = questions.asked_before()
with st.container(border=True):
    proposal = asking.ask(table, before.problem if before else None)
if proposal is None:
    frame.answer(answer, _("No column looks like the one to predict: choose it."))
    st.stop()
frame.answer(answer, asking.in_a_sentence(table, proposal.problem))
asking.say_unlabelled(table, proposal.problem)

plan = planning.choose(table, proposal, before)
models = len(plan.choices) if plan else 0
train = st.button(
    ngettext("Train {n} model", "Train {n} models", models).format(n=models),
    type="primary" if not state.value("run") else "secondary",
    icon=":material/model_training:",
    disabled=not models,
    key="train",
)
if train and plan:
    state.begin_training(plan)
if state.at_work():
    state.finish_training()
    st.rerun()

run = state.run()
if run is None:
    st.stop()
st.subheader(_("What came out"), anchor=False)
if plan != run.plan:
    st.warning(_("You have changed the question. These are the results of the one before; train to see the new ones."))
comparing.models_side_by_side(run)
frame.next_question(_("Next: how good is it?"), "metrics")
