"""Save: how does the model get to work?"""

import streamlit as st

from crm_ai.app import controls, frame, state
from crm_ai.words import _

answer = frame.question(_("How does it get to work?"))
run = state.require_run(_("This page will let you download a model with its card, and score new customers."))
from crm_ai.app import adopting, saving  # noqa: E402

model = controls.choose_model(run)
frame.answer(answer, _("One file holds the model; it scores new customers here, or anywhere with one command."))

adopting.say_caution(run, model)
saving.downloads(run, model, state.threshold())
with st.expander(_("How to use the file elsewhere"), icon=":material/terminal:"):
    st.code(
        f"python -m crm_ai score {model}.crm new_customers.csv -o scored.csv\n"
        f"python -m crm_ai explain {model}.crm new_customers.csv -o report.html",
        language="bash",
    )
    st.markdown(_("The file cannot run code when it is opened; a file that was changed after it was saved is refused."))

st.subheader(_("Score new customers"), anchor=False)
file = controls.upload(
    _("A file with the same columns; the one that is predicted need not be there"),
    key="score",
    hint=_("Columns may come in another order. Unknown labels and unreadable cells are counted and said."),
)
if file is None:
    st.caption(_("Nothing of this file is kept."))
    st.stop()
saving.show_scores(file, run, model, state.threshold())
