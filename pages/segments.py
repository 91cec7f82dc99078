"""Segments: who are my customers?"""

import streamlit as st

from crm_ai.app import frame, one_segment, purchases, segment_comparison, segment_uses, segmenting, state
from crm_ai.words import _

answer = frame.question(_("Who are my customers?"))
table = state.require_table(
    _("This page will put your customers into groups: found, by a column, by hand or by what they bought.")
)
grouping = segmenting.choose(table, answer)
if grouping is None:
    st.stop()

if grouping.bought is not None:
    purchases.pictures(grouping.bought)
else:
    segment_comparison.panel(grouping, answer)
one_segment.panel(grouping)
segment_uses.panel(grouping)

frame.next_question(_("Next: what shall be predicted?"), "train")
