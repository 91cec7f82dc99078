"""A report of one model as a file: a page, a document to print, slides or a card."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from crm_ai.charts.reasons import factor, unit
from crm_ai.deployment import model_card
from crm_ai.errors import CrmAiError
from crm_ai.files import write_atomically
from crm_ai.reporting.chapters import chapters_of
from crm_ai.reporting.findings import Findings, findings_of_run
from crm_ai.reporting.run_report import run_report
from crm_ai.words import LANGUAGES, _, use_language

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.evaluation import Offer
    from crm_ai.explanation import Explanation
    from crm_ai.modeling import Run

FORMATS = ("html", "pdf", "pptx", "md")
ENDINGS = {".html": "html", ".htm": "html", ".pdf": "pdf", ".pptx": "pptx", ".md": "md", ".markdown": "md"}


def report(
    run: Run,
    model_type: str,
    *,
    format: str | None = None,  # noqa: A002
    path: str | Path | None = None,
    threshold: float | None = None,
    label: str | None = None,
    offer: Offer | None = None,
    budget: float | None = None,
    customers: int | None = None,
    language: str | None = None,
    day: date | None = None,
    reasons: Explanation | None = None,
    progress: Callable[[float, str], object] | None = None,
) -> bytes:
    """Write what is known of a model, for people who do not open apps.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    format : str, optional
        ``"html"``, ``"pdf"``, ``"pptx"`` or ``"md"``; by default what the ending of `path` says.
    path : str or Path, optional
        A file to write, whole or not at all.
    threshold : float, optional
        Score from which a customer is selected; by default the one that `offer` makes best, else 0.5.
    label : str, optional
        For several answers: the one that is set against all others; by default the first.
    offer : Offer, optional
        What a contact costs and brings; without it nothing is said of money.
    budget : float, optional
        What all contacts together may cost.
    customers : int, optional
        How many customers amounts of money are given for; by default those of the table.
    language : str, optional
        ``"en"`` or ``"zh"``; by default the one that is spoken now.
    day : datetime.date, optional
        When it is made; by default today.
    reasons : Explanation, optional
        Of the holdout, if it was made before.
    progress : callable, optional
        Told the share of the work that is done, and what is being done.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    CrmAiError
        If the format or the language is not known, the run has no such model, the file cannot be written, or a PDF has
        Chinese characters and this machine has no font for them.

    Examples
    --------
    >>> import crm_ai
    >>> table = crm_ai.read_table("sample_data/telephone_customers.csv")
    >>> run = crm_ai.train(table, crm_ai.propose_problem(table).problem, ["logistic_regression"])
    >>> report(run, "logistic_regression", format="md").decode().splitlines()[0]
    '# Model card: Logistic regression'
    """
    wanted = known_format(format, path)
    if language is not None and language not in LANGUAGES:
        raise CrmAiError(
            _("Reports are not written in “{language}”.").format(language=language),
            next_step=_("Choose one of: {names}.").format(names=_(", ").join(LANGUAGES)),
        )

    def made() -> bytes:
        if language is not None:
            use_language(language)
        findings = findings_of_run(
            run,
            model_type,
            threshold=threshold,
            label=label,
            offer=offer,
            budget=budget,
            customers=customers,
            reasons=reasons,
            progress=progress,
        )
        return written(findings, wanted, day=day or date.today())

    content = copy_context().run(made)
    if path is not None:
        write_atomically(path, lambda file: file.write(content))
    return content


def written(findings: Findings, format: str, *, day: date) -> bytes:  # noqa: A002
    """Write findings as a file, in the language that is spoken now.

    Parameters
    ----------
    findings : Findings
        As made by ``findings_of_run``.
    format : str
        One of ``FORMATS``.
    day : datetime.date
        When it is made.

    Returns
    -------
    bytes
        The file.
    """
    if format == "pdf":
        from crm_ai.reporting.pdf import to_pdf

        return to_pdf(run_report(findings, day=day), day=day)
    if format == "pptx":
        from crm_ai.reporting.slides import to_slides

        return to_slides(findings, day=day)
    if format == "md":
        return card_of(findings, day=day).encode()
    return run_report(findings, day=day).to_bytes()


def card_of(findings: Findings, *, day: date) -> str:
    """Write a model's card with all that a report tells.

    Parameters
    ----------
    findings : Findings
        As made by ``findings_of_run``.
    day : datetime.date
        When it is made.

    Returns
    -------
    str
        Markdown.
    """
    *_others, decision, limits = chapters_of(findings)
    return model_card(
        findings.run,
        findings.model_type,
        audits=findings.audits,
        threshold=findings.threshold,
        drivers=_drivers(findings.reasons) if findings.reasons is not None else None,
        unit=unit(findings.reasons.scale) if findings.reasons is not None else "",
        decision=[decision.finding, *decision.said],
        limits=[limits.finding, *limits.said],
        day=day,
    )


def known_format(format: str | None, path: str | Path | None = None) -> str:  # noqa: A002
    """Find out how a report is to be written, before anything dear is computed.

    Parameters
    ----------
    format : str, optional
        What was asked for.
    path : str or Path, optional
        Where it is to be written.

    Returns
    -------
    str
        One of ``FORMATS``.

    Raises
    ------
    CrmAiError
        If neither tells.

    Examples
    --------
    >>> known_format(None, "out/Report.PPTX"), known_format("pdf")
    ('pptx', 'pdf')
    """
    found = format if format is not None else ENDINGS.get(Path(path or "").suffix.lower(), "")
    if found not in FORMATS:
        raise CrmAiError(
            _("Reports are not written as “{format}”.").format(format=found or Path(path or "").suffix),
            where=str(path or ""),
            next_step=_("Choose one of: {names}.").format(names=_(", ").join(FORMATS)),
        )
    return found


def _drivers(reasons: Explanation) -> pd.DataFrame:
    table, times = reasons.importance(), factor(reasons.scale)
    return table.assign(**{name: table[name] * times for name in ("mean_absolute", "low", "high")})
