"""Home: what can I do here, and where was I?"""

import streamlit as st

from crm_ai.app import connecting, controls, errors, frame, protecting, samples, signing_in, state, visitors, work
from crm_ai.app.plain import plain
from crm_ai.words import _, count

answer = frame.question(_("What can I do here?"))
frame.answer(
    answer,
    _("Bring a table of customers; get predictions with honest numbers, their reasons, and whether they are fair."),
)

waiting = work.pending()
if waiting is not None:
    if protecting.ask(waiting):
        st.switch_page("pages/data.py", query_params=state.address("data"))
    st.stop()

st.subheader(_("Bring your table"), anchor=False)
uploaded = controls.upload(
    _("A file with one customer a row"), key="table",
    hint=_("CSV, Excel, Parquet or JSON, up to 500 MB. It stays on this machine; only who has its link can open it."),
)  # fmt: skip
if uploaded is not None:
    with errors.shown_kindly():  # here, so that the samples stay in reach below the message
        if work.take_upload(uploaded):
            st.switch_page("pages/data.py", query_params=state.address("data"))
        st.rerun()
with errors.shown_kindly():
    connecting.show()

st.subheader(_("Or try a story"), anchor=False)
stories = st.grid(3, min_column_width=240)
for sample in samples.samples():
    title, story = samples.words_of(sample)
    with stories.container(border=True, height="stretch"):
        st.markdown(f"{sample.icon} **{title}**")
        st.markdown(story)
        st.space("stretch")
        if st.button(_("Open this sample"), key=f"sample_{sample.name}", width="stretch"):
            work.open_table(sample.reference)
            st.switch_page("pages/data.py", query_params=state.address("data"))

recent = visitors.recent(visitors.visitor())
if recent:
    st.subheader(_("Where was I?"), anchor=False)
for done in recent:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"recent_{done.key}"):
        st.markdown(
            f"**{plain(done.name, 40)}** · {_('{n} customers').format(n=count(done.customers))}"
            f"{_(' · predicts {question}').format(question=plain(done.question, 40)) if done.question else ''}"
            f" · {visitors.ago(done.when)}",
            width="stretch",
        )
        if st.button(_("Go on"), icon=":material/arrow_forward:", key=f"open_{done.key}"):
            page = work.reopen(done)
            st.switch_page(f"pages/{page}.py", query_params=state.address(page))
        with st.popover(_("Delete") if done.mine else _("Remove"), icon=":material/delete:", type="tertiary"):
            st.markdown(
                _("Delete the table and all that was made of it?") if done.mine else _("Take it off this list?")
            )
            if st.button(_("Yes, delete") if done.mine else _("Yes, remove"), key=f"delete_{done.key}"):
                work.drop(done)
                st.rerun()

st.caption(
    _(
        "Uploads are kept on this machine under a random link. Whoever has the link can see the table, so give "
        "it only to "
        "people who may. This list is kept for your browser alone."
    )
    if not signing_in.has_signed_in()
    else _(
        "Uploads are kept on this machine under a random link. Whoever signs in and has the link can see the table, so "
        "give it only to people who may. This list is kept for you alone."
    )
)
