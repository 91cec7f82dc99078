"""Report: what do I tell the others?"""

import streamlit as st

from crm_ai.app import controls, frame, state
from crm_ai.app.plain import plain
from crm_ai.words import _

answer = frame.question(_("What do I tell the others?"))
run = state.require_run(
    _("This page will write what is known of a model as slides, as a document to print and as a page to read.")
)
from crm_ai.app import results, telling  # noqa: E402

model = controls.choose_model(run)
label, threshold, money = telling.terms(run)
findings = telling.gathered(run, model, label, threshold, money)
frame.answer(answer, plain(findings.answer))

st.subheader(_("What the report says"), anchor=False)
telling.preview(findings)
st.subheader(_("Take it along"), anchor=False)
telling.downloads(findings, lambda: results.findings_of_run(run, model, label, threshold, money))
