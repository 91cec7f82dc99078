"""crm_ai in the browser: the picture frame. Pages are in pages/, what they show is computed in crm_ai/."""

from __future__ import annotations

import streamlit as st

from crm_ai.app import entrance, errors, frame, signing_in, speaking, state
from crm_ai.words import _


def pages() -> dict[str, list[st.Page]]:
    """Pages by section, in the order in which the work is done."""
    return {
        _("Start"): [
            st.Page("pages/home.py", title=_("Home"), icon=":material/home:", default=True),
        ],
        _("Understand"): [
            st.Page("pages/data.py", title=_("Data"), icon=":material/table:"),
            st.Page("pages/segments.py", title=_("Segments"), icon=":material/groups:"),
        ],
        _("Predict"): [
            st.Page("pages/train.py", title=_("Train"), icon=":material/model_training:"),
            st.Page("pages/metrics.py", title=_("Metrics"), icon=":material/monitoring:"),
            st.Page("pages/explain.py", title=_("Explain"), icon=":material/lightbulb:"),
            st.Page("pages/fairness.py", title=_("Fairness"), icon=":material/balance:"),
        ],
        _("Act"): [
            st.Page("pages/deploy.py", title=_("Deploy"), icon=":material/rocket_launch:"),
            st.Page("pages/report.py", title=_("Report"), icon=":material/summarize:"),
        ],
    }


state.take_language()
speaking.begin()
st.set_page_config(page_title="crm_ai", page_icon=frame.ICON, layout="wide")
with errors.shown_kindly():
    let_in = signing_in.is_let_in()
    page = st.navigation(pages(), position="sidebar" if let_in else "hidden")
    if let_in:
        entrance.go_on()
        frame.begin(page.url_path)
        page.run()
    else:
        entrance.show(page.url_path)
