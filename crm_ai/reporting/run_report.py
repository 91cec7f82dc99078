"""The report of one model of a run as a document, for HTML and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.modeling import MODEL_TYPES, question_in_words
from crm_ai.reporting.chapters import Chapter, chapters_of
from crm_ai.reporting.findings import Findings
from crm_ai.reporting.html import Block, Bullets, Document, Paragraph, Section
from crm_ai.words import _, count, language, shorten

if TYPE_CHECKING:
    from datetime import date

NAME = 60


def run_report(findings: Findings, *, day: date) -> Document:
    """Tell what is known of a model, for somebody who has two minutes and must decide.

    Parameters
    ----------
    findings : Findings
        As made by ``findings_of_run``.
    day : datetime.date
        When the report is made.

    Returns
    -------
    Document
        Ready to be written.
    """
    return Document(
        title=title_of(findings),
        lead=findings.answer,
        facts=facts_of(findings),
        sections=[_section(chapter) for chapter in chapters_of(findings)],
        footer=origin_of(findings, day=day),
        language=language(),
    )


def title_of(findings: Findings) -> str:
    """Name a report by its question.

    Parameters
    ----------
    findings : Findings
        What is known.

    Returns
    -------
    str
        For instance ``Can Churn = Yes be predicted?``.
    """
    return _("Can {question} be predicted?").format(question=shorten(question_in_words(findings.problem), NAME))


def facts_of(findings: Findings) -> list[tuple[str, str]]:
    """What a report is about.

    Parameters
    ----------
    findings : Findings
        What is known.

    Returns
    -------
    list of (name, text)
        In few words.
    """
    run = findings.run
    return [
        (_("Model"), MODEL_TYPES[findings.model_type].name),
        (_("Data"), shorten(run.table.source, NAME)),
        (
            _("Compared with") if run.is_fitted_elsewhere else _("Trained on"),
            _("{n} customers").format(n=count(len(run.train_rows))),
        ),
        (_("Judged on"), _("{n} others").format(n=count(len(run.holdout_rows)))),
    ]


def origin_of(findings: Findings, *, day: date) -> list[tuple[str, str]]:
    """Where a report comes from, so that anybody can make it again.

    Parameters
    ----------
    findings : Findings
        What is known.
    day : datetime.date
        When the report is made.

    Returns
    -------
    list of (name, text)
        Date, digests, seed and versions.
    """
    run = findings.run
    return [
        (_("Made on"), f"{day:%Y-%m-%d}"),
        (_("Model"), f"{MODEL_TYPES[findings.model_type].name} ({findings.model_type})"),
        (_("Data"), f"{run.table.source}, {_('digest')} {run.table.digest}"),
        (_("Run"), run.digest),
        (_("Seed"), str(run.problem.seed)),
        (_("Versions"), _(", ").join(f"{name} {version}" for name, version in run.versions.items())),
    ]


def _section(chapter: Chapter) -> Section:
    blocks: list[Block] = [Paragraph(chapter.finding, strong=True)] if chapter.finding else []
    if len(chapter.said) == 1:
        blocks.append(Paragraph(chapter.said[0]))
    elif chapter.said:
        blocks.append(Bullets(chapter.said))
    if chapter.table is not None:
        blocks.append(chapter.table)
    blocks += chapter.charts
    if chapter.method:
        blocks.append(Paragraph(chapter.method, quiet=True))
    return Section(chapter.question, blocks)
