"""explain"""

import streamlit as st

from crm_ai.app import frame, state

answer = frame.question("explain")
run = state.require_run("This page will show explain.")
