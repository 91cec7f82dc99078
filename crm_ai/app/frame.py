"""What stands around every page: one quiet line of context above it, one button to the next question below it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import browser, errors, headings, links, signing_in, speaking, state, store, visitors
from crm_ai.app.plain import plain
from crm_ai.words import LANGUAGES, _, count, language

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from pandas import DataFrame
    from streamlit.delta_generator import DeltaGenerator

ICON = str(Path(__file__).parent / "icon.svg")
NAME_WIDTH = 36
LOOK_EVERY = 2.0  # seconds

# Text never under 14 px, a quiet context line, and nothing that scrolls sideways on a telephone.
_STYLE = """
<style>
[data-testid="stSidebarNav"] header, [data-testid="stNavSectionHeader"] { font-size: .875rem; }
[data-testid="stMainBlockContainer"] { padding-top: 3.25rem; max-width: 82rem; }
.st-key-context { border-bottom: 1px solid rgba(128, 144, 160, .3); padding-bottom: .35rem; row-gap: 0; }
.st-key-context p { font-size: .875rem; }
[data-testid="stMetricDelta"] p { font-size: .875rem; white-space: normal !important; }
[data-testid="stMetricValue"] p { white-space: normal !important; }
[data-testid="stMetricLabel"] p { white-space: normal; }
[data-testid="stMultiSelect"] [data-tag] { background: transparent; color: inherit; border: 1px solid currentColor; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 4.25rem 1rem 3rem; }
  h1 { font-size: 1.6rem !important; }
}
</style>
"""


def begin(page: str) -> None:
    """Take over the address and draw the line of context.

    Parameters
    ----------
    page : str
        The page's part of the address.
    """
    st.html(_STYLE)
    state.begin(page)
    gone = state.value("data") and not store.exists(state.value("data"))
    if gone:
        state.forget()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="context"):
        if state.value("data"):
            _table_link()
            _question_link()
        _reader_choice()
        _language_choice()
        browser.copy_link()
        signing_in.control()
    if page != "train" and state.at_work():
        _training_line()
    visitors.greet()
    if gone:
        errors.show(store.gone())


def begin_outside(page: str) -> None:
    """Take over the address and draw what whoever has not signed in yet may see: the choice of a language.

    Parameters
    ----------
    page : str
        The page's part of the address.
    """
    st.html(_STYLE)
    state.begin(page)
    with st.container(horizontal=True, vertical_alignment="center", key="context"):
        _language_choice()
    visitors.greet()


def _table_link() -> None:
    name, customers = store.about(state.value("data"))
    label = f"{plain(name, NAME_WIDTH)} · {_('{n} customers').format(n=count(customers))}"
    st.page_link(
        "pages/data.py",
        label=label,
        icon=":material/table:",
        help=_("The table that is looked at"),
        query_params=links.parameters("data", state.view()),
    )


def _question_link() -> None:
    if not state.value("run"):
        return
    from crm_ai.app import questions

    question, model = questions.of_view()
    st.page_link(
        "pages/train.py",
        label=_("predicts {question}").format(question=plain(question, NAME_WIDTH)),
        icon=":material/target:",
        help=_("The question that is asked"),
        query_params=links.parameters("train", state.view()),
    )
    if model:
        st.page_link(
            "pages/metrics.py",
            label=_("model: {model}").format(model=plain(model, NAME_WIDTH)),
            icon=":material/model_training:",
            help=_("The model that is looked at; choose another one on the Metrics page"),
            query_params=links.parameters("metrics", state.view()),
        )


@st.fragment(run_every=LOOK_EVERY)
def _training_line() -> None:
    """How far a training has come that was begun on the Train page."""
    from crm_ai.app import runs
    from crm_ai.modeling import run_digest

    speaking.begin()
    plan, table = state.at_work(), state.table()
    if plan is None or table is None:
        return
    training = runs.shelf().at_work(run_digest(table, plan))
    with st.container(horizontal=True, vertical_alignment="center", key="training_line"):
        if training is None:
            st.page_link(
                "pages/train.py",
                label=_("Training has ended: look at the models"),
                icon=":material/done:",
                query_params=links.parameters("train", state.view()),
            )
        else:
            share = training.progress.share if training.progress else 0.0
            st.progress(share, text=_("Training: {how_far}").format(how_far=training.in_words()))


def _reader_choice() -> None:
    names = {"analyst": _("analyst"), "manager": _("manager")}
    current = state.value("reader") or "analyst"
    with st.popover(
        _("reader: {reader}").format(reader=names[current]),
        type="tertiary",
        icon=":material/visibility:",
        key="reader_choice",
    ):
        st.radio(
            _("Who is reading?"),
            list(names),
            index=list(names).index(current),
            format_func=names.__getitem__,
            captions=[_("every detail one click away"), _("the answer and the picture")],
            key="reader",
            on_change=lambda: state.show("reader", st.session_state["reader"]),
        )


def _language_choice() -> None:
    with st.popover(
        LANGUAGES[language()],
        type="tertiary",
        icon=":material/language:",
        key="language_choice",
    ):
        st.radio(
            "Language / 语言",  # for those, too, who cannot read the language that is shown
            list(LANGUAGES),
            index=list(LANGUAGES).index(language()),
            format_func=LANGUAGES.__getitem__,
            key="language",
            on_change=lambda: state.show("language", st.session_state["language"]),
        )


def question(title: str) -> DeltaGenerator:
    """Draw the head of a page: its question, and a place for the answer.

    Parameters
    ----------
    title : str
        The question.

    Returns
    -------
    DeltaGenerator
        The place, for ``answer``.
    """
    state.ensure_frame()
    st.title(title, anchor=False)
    return st.empty()


def answer(place: DeltaGenerator, sentence: str) -> None:
    """Answer a page's question in words.

    Parameters
    ----------
    place : DeltaGenerator
        From ``question``.
    sentence : str
        The answer; names in it are made safe by the caller, with ``plain``.
    """
    place.markdown(f"**{sentence}**")


def chart(figure: go.Figure, data: DataFrame, *, key: str) -> None:
    """Draw a chart, with its finding for screen readers and its data folded below.

    Parameters
    ----------
    figure : plotly Figure
        Its title states the finding.
    data : DataFrame
        What is drawn.
    key : str
        Name of the chart, one of its kind on the page.
    """
    from crm_ai import charts

    title = charts.describe(figure)
    figure = charts.inked(figure, dark=st.context.theme.type == "dark")
    st.plotly_chart(figure, theme=None, key=key, alt=title, config={"displaylogo": False, "displayModeBar": False})
    with st.expander(_("Data of this chart"), type="compact", key=f"{key}_data"):
        st.dataframe(
            data,
            hide_index=True,
            alt=_("Data of the chart: {title}").format(title=title),
            column_config={**headings.in_words(data.columns)},
        )


def rows(frame: DataFrame, *, alt: str) -> None:
    """Draw rows of a table as people read them: days without an hour, missing cells empty.

    Parameters
    ----------
    frame : DataFrame
        The rows; few enough to be sent to the browser.
    alt : str
        What they are, for screen readers.
    """
    days = {
        str(name): st.column_config.DateColumn()
        for name in frame.columns
        if frame[name].dtype.kind == "M" and (frame[name].dropna().dt.normalize() == frame[name].dropna()).all()
    }
    st.dataframe(frame, hide_index=True, alt=alt, placeholder="", column_config=days)


def next_question(label: str, page: str) -> None:
    """Draw the button to the next question.

    Parameters
    ----------
    label : str
        The next question.
    page : str
        The page that answers it, by its file's name.
    """
    st.space("small")
    if st.button(label, type="primary", icon=":material/arrow_forward:", icon_position="right", key="next"):
        st.switch_page(f"pages/{page}.py", query_params=links.parameters(page, state.view()))
