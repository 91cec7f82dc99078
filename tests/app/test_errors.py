"""Whatever goes wrong is said kindly, and the log learns no customer's data."""

from __future__ import annotations

import logging

from streamlit.testing.v1 import AppTest


def _page_that_stumbles():
    from crm_ai.app import errors

    with errors.shown_kindly():
        raise ValueError("could not read the cell 'Ann Miller, 7 High Street'")


def _part_that_stumbles():
    import streamlit as st

    from crm_ai.app import errors

    @errors.fragment
    def part():
        if st.button("go"):
            raise KeyError("Ann Miller")
        st.write("all is well")

    part()
    st.write("the rest of the page")


def _error_of_ours():
    from crm_ai.app import errors
    from crm_ai.errors import ProblemError

    with errors.shown_kindly():
        raise ProblemError("There is <b>no</b> target.", where="june.csv", next_step="Choose one.")


def test_the_unexpected_gets_a_number_and_no_traceback(caplog):
    with caplog.at_level(logging.ERROR, logger="crm_ai.app"):
        at = AppTest.from_function(_page_that_stumbles).run()
    assert not at.exception
    said = at.error[0].value
    reference = said.split("number ")[1].rstrip(".")
    assert "Ann" not in said
    assert "ValueError" not in said
    assert reference in caplog.text
    assert "ValueError" in caplog.text
    assert "_page_that_stumbles" in caplog.text
    assert "Ann" not in caplog.text


def test_a_part_that_reruns_alone_is_covered():
    at = AppTest.from_function(_part_that_stumbles).run()
    at.button[0].click().run()
    assert not at.exception
    assert "our side" in at.error[0].value
    assert "the rest of the page" in [m.value for m in at.markdown]


def test_errors_of_ours_say_what_where_and_what_next():
    at = AppTest.from_function(_error_of_ours).run()
    said = at.error[0].value
    assert "june" in said
    assert "\\<b\\>no" in said
    assert "Choose one" in said


def test_a_part_of_a_page_ends_where_nobody_is_let_in_any_more(monkeypatch):
    """As when a role is taken away, or the sign-in ends, while the page is open."""

    def page():
        import streamlit as st

        from crm_ai.app import errors

        def part():
            st.write("for approvers")

        if "drawn" in st.session_state:
            st.write("the entrance")
        else:
            st.session_state["drawn"] = True
            errors.fragment(part)()

    monkeypatch.setattr("crm_ai.app.signing_in.is_let_in", lambda: False)
    at = AppTest.from_function(page, default_timeout=60).run()
    assert [one.value for one in at.markdown] == ["the entrance"]
    assert not at.exception
