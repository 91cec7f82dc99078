"""What is told to people who do not open apps: a preview, and files in the language and form they read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import controls, results, state, worth
from crm_ai.app.plain import plain
from crm_ai.modeling import Task
from crm_ai.words import LANGUAGES, _, language, use_language

if TYPE_CHECKING:
    from crm_ai.evaluation import Offer
    from crm_ai.modeling import Run
    from crm_ai.reporting import Findings

MIME = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "html": "text/html",
    "md": "text/markdown",
}
ICONS = {
    "pptx": ":material/slideshow:",
    "pdf": ":material/picture_as_pdf:",
    "html": ":material/html:",
    "md": ":material/description:",
}


def terms(run: Run) -> tuple[str | None, float, tuple[Offer, float | None, int] | None]:
    """Ask what a report shall be about, besides the model.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    label : str or None
        For several answers: the one that is set against all others.
    threshold : float
        Score from which a customer is selected.
    money : tuple of (Offer, budget, customers) or None
        What a contact costs and brings, if that shall be told.
    """
    if run.problem.task is Task.REGRESSION:
        return None, state.threshold(), None
    label = controls.choose_answer(run)
    threshold = controls.threshold(
        _("Threshold: customers with at least this score are selected"),
        hint=_("The same threshold as on the Metrics page. It moves everything below."),
    )
    told = st.toggle(
        _("Tell what it is worth"),
        key="report_money",
        persist_state="session",
        help=_("What a contact costs and brings, as on the Metrics page. Without it nothing is said of money."),
    )
    return label, threshold, worth.offer_for(run) if told else None


def gathered(
    run: Run, model: str, label: str | None, threshold: float, money: tuple[Offer, float | None, int] | None
) -> Findings:
    """Gather what is told, and show how far it has come.

    Parameters
    ----------
    run, model, label, threshold, money : optional
        As in ``results.findings_of_run``.

    Returns
    -------
    Findings
        What is known.
    """
    place = st.empty()
    bar = place.progress(0.0, text=_("Gathering what is known …"))
    try:
        return results.findings_of_run(
            run, model, label, threshold, money, lambda done, words: bar.progress(done, text=plain(words))
        )
    finally:
        place.empty()


def preview(findings: Findings) -> None:
    """Draw what a report says, in short.

    Parameters
    ----------
    findings : Findings
        What is known.
    """
    from crm_ai.reporting.chapters import chapters_of

    with st.container(border=True, key="report_preview"):
        for chapter in chapters_of(findings):
            st.markdown(f"**{plain(chapter.question)}** {plain(chapter.finding)}")


def downloads(findings: Findings, make: Callable[[], Findings]) -> None:
    """Draw the choice of language and the buttons that download a report.

    Parameters
    ----------
    findings : Findings
        What is known, in the language that is spoken now.
    make : callable
        Gathers the same in another language.
    """
    codes = list(LANGUAGES)
    spoken = st.segmented_control(
        _("Language of the report"),
        codes,
        default=language(),
        format_func=LANGUAGES.__getitem__,
        required=True,
        key="report_language",
    )
    chosen = str(spoken or language())
    names = {
        "pptx": _("Slides (PowerPoint)"),
        "pdf": _("To print (PDF)"),
        "html": _("Page to read (HTML)"),
        "md": _("Model card (Markdown)"),
    }
    missing = not _printable(findings, chosen)
    with st.container(horizontal=True):
        for format_, name in names.items():
            st.download_button(
                name,
                _made(findings, make, format_, chosen),
                file_name=f"{findings.model_type}_report.{format_}",
                mime=MIME[format_],
                icon=ICONS[format_],
                type="primary" if format_ == "pptx" else "secondary",
                disabled=format_ == "pdf" and missing,
                on_click="ignore",
                key=f"report_{format_}",
            )
    if missing:
        from crm_ai.reporting.fonts import no_chinese

        st.caption(plain(str(no_chinese())))
    st.caption(
        _(
            "Files are made when you ask for them, which can take some seconds. Charts in slides can be edited; none "
            "of the files names a customer or needs a network."
        )
    )


def _printable(findings: Findings, chosen: str) -> bool:
    from datetime import date

    from crm_ai.reporting import run_report
    from crm_ai.reporting.fonts import printable

    return printable("…" if chosen != "zh" else "中") and printable(run_report(findings, day=date.today()).to_html())


def _made(findings: Findings, make: Callable[[], Findings], format_: str, chosen: str) -> Callable[[], bytes]:
    from datetime import date

    from crm_ai.reporting import written

    same = chosen == language()

    def made() -> bytes:
        use_language(chosen)
        return written(findings if same else make(), format_, day=date.today())

    return made
