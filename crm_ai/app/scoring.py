"""Take a model away, and put it to work on new customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import adopting, cards, controls, results, speaking, state
from crm_ai.app.plain import plain
from crm_ai.deployment import Scores, csv_bytes, score
from crm_ai.modeling import Task
from crm_ai.words import _, count, language, number, percent

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from crm_ai.app.deployed import Desk
    from crm_ai.modeling import Model, Run
    from crm_ai.table import Table

ROWS_SHOWN = 200
MISMATCHES_SHOWN = 12
NAME_WIDTH = 40


def panel(desk: Desk) -> None:
    """Draw the tab.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    """
    run = desk.run
    if run is None:
        return
    model = controls.choose_model(run)
    adopting.say_caution(run, model)
    downloads(run, model, state.threshold())
    with st.expander(_("How to use the file elsewhere"), icon=":material/terminal:"):
        st.code(
            f"python -m crm_ai score {model}.crm new_customers.csv -o scored.csv\n"
            f"python -m crm_ai explain {model}.crm new_customers.csv -o report.html",
            language="bash",
        )
        st.markdown(
            _("The file cannot run code when it is opened; a file that was changed after it was saved is refused.")
        )
    st.subheader(_("Score new customers"), anchor=False)
    file = controls.upload(
        _("A file with the same columns; the one that is predicted need not be there"),
        key="score",
        hint=_("Columns may come in another order. Unknown labels and unreadable cells are counted and said."),
    )
    if file is None:
        st.caption(_("Nothing of this file is kept."))
    else:
        show_scores(file, run, model, state.threshold())


def downloads(run: Run, model: str, threshold: float) -> None:
    """Draw the buttons that download the model and its card.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    threshold : float
        Score from which a customer is selected.
    """
    alone = not _takes_along(run.model(model))
    with st.container(horizontal=True):
        st.download_button(
            _("Download the model"),
            speaking.in_this_language(lambda: results.model_file(run, model, alone)),
            file_name=f"{model}.crm",
            mime="application/octet-stream",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
            key="download_model",
        )
        st.download_button(
            _("Download its card"),
            speaking.in_this_language(lambda: results.card(run, model, threshold).encode()),
            file_name=f"{model}_card.md",
            mime="text/markdown",
            icon=":material/description:",
            on_click="ignore",
            key="download_card",
            help=_("One page: what the model is, how good it is, for whom it is worse, how it was made."),
        )


def _takes_along(model: Model) -> bool:
    """Let the reader decide whether training customers go into the file."""
    if model.references is None:
        return False
    return st.checkbox(
        _("Let the file explain itself: take {n} training customers along").format(n=count(len(model.references))),
        value=True,
        key="references",
        help=_(
            "As the numbers the model looks at: no identifiers, and no columns that it does not use. Without them the "
            "file scores as well, but whoever wants reasons must bring customers to compare with."
        ),
    )


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _scored(
    _file: UploadedFile, file_id: str, _model: Model, run: str, threshold: float, spoken: str
) -> tuple[Table, Scores]:
    from crm_ai.table import read_table

    table = read_table(_file, name=_file.name)
    return table, score(_model, table, threshold=threshold)


def show_scores(file: UploadedFile, run: Run, model: str, threshold: float) -> None:
    """Score new customers and draw what came out.

    Parameters
    ----------
    file : UploadedFile
        The new customers.
    run : Run
        The run.
    model : str
        One of its models.
    threshold : float
        Score from which a customer is selected.
    """
    with st.spinner(_("Scoring the customers …")):
        table, scores = _scored(file, file.file_id, run.model(model), f"{run.digest} {model}", threshold, language())
    cards.show(_cards(run, scores.frame, threshold))
    _say_mismatches(scores)
    together = scores.beside(table)
    st.dataframe(_scores_first(together, table), hide_index=True, alt=_("The first customers with their scores"))
    if len(together) > ROWS_SHOWN:
        st.caption(_("The first {n} customers; the download has all.").format(n=count(ROWS_SHOWN)))
    st.download_button(
        _("Download the scored customers"),
        speaking.in_this_language(lambda: csv_bytes(together)),
        file_name="scored_customers.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="download_scores",
    )


def _scores_first(together: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The first rows, with what tells customers apart and their scores to the left, where they are seen."""
    from crm_ai.table import Kind

    names = list(together.columns)
    scores, own = names[len(table.schema) :], names[: len(table.schema)]
    apart = [name for name in table.schema.names_of(kind=Kind.IDENTIFIER) if name in own]
    return together[[*apart, *scores, *(name for name in own if name not in apart)]].head(ROWS_SHOWN)


def _cards(run: Run, scored: pd.DataFrame, threshold: float) -> list[cards.Card]:
    everybody = cards.Card(_("Customers scored"), count(len(scored)))
    if run.problem.task is Task.REGRESSION:
        return [
            everybody,
            cards.Card(_("Mean prediction"), number(float(scored["prediction"].mean()))),
            cards.Card(_("Highest prediction"), number(float(scored["prediction"].max()))),
        ]
    decisions = scored["decision" if run.problem.task is Task.BINARY else "prediction"]
    shares = decisions.value_counts(normalize=True)
    if run.problem.task is Task.BINARY:
        chosen = float(shares.get(run.problem.positive, 0.0))
        note = _("score of {threshold} or more").format(threshold=f"{threshold:.2f}")
        answer = plain(run.problem.positive, NAME_WIDTH)
        return [everybody, cards.Card(_("Selected: {answer}").format(answer=answer), percent(chosen, 1), note)]
    return [
        everybody,
        *(cards.Card(plain(label, NAME_WIDTH), percent(share, 1)) for label, share in shares.head(3).items()),
    ]


def _say_mismatches(scores: Scores) -> None:
    if not scores.mismatches:
        st.success(_("Everything fits what the model has learned from."), icon=":material/check:")
        return
    with st.expander(_("What did not fit"), icon=":material/warning:", expanded=True):
        for mismatch in scores.mismatches[:MISMATCHES_SHOWN]:
            st.markdown(f"**{plain(mismatch.column, NAME_WIDTH)}** · {plain(mismatch.what)}")
        if len(scores.mismatches) > MISMATCHES_SHOWN:
            st.caption(_("and {n} more").format(n=count(len(scores.mismatches) - MISMATCHES_SHOWN)))
