"""What is wrong with a table, said in one sentence and as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import results
from crm_ai.app.cards import Card
from crm_ai.app.plain import plain
from crm_ai.table import Finding, Kind, Severity
from crm_ai.words import _, count, ngettext, percent, sentences

if TYPE_CHECKING:
    from crm_ai.table import Table

NAME_WIDTH = 40


def in_a_sentence(findings: Sequence[Finding]) -> str:
    """Whether the table can be trusted.

    Parameters
    ----------
    findings : sequence of Finding
        All of them.

    Returns
    -------
    str
        One sentence.
    """
    return sentences([_worth(findings), _leaks([finding.column for finding in findings if finding.check == "leak"])])


def _leaks(columns: Sequence[str]) -> str:
    if not columns:
        return ""
    if len(columns) == 1:
        return _("“{column}” gives the answer away.").format(column=plain(columns[0], NAME_WIDTH))
    return _("{n} columns give the answer away.").format(n=count(len(columns)))


def _worth(findings: Sequence[Finding]) -> str:
    must = sum(finding.severity is Severity.MUST for finding in findings)
    should = sum(finding.severity is Severity.SHOULD for finding in findings)
    if must:
        return ngettext(
            "Good to use once {n} serious thing is looked at.",
            "Good to use once {n} serious things are looked at.",
            must,
        ).format(n=must)
    if should:
        return ngettext(
            "Good to use; {n} thing is worth a look.", "Good to use; {n} things are worth a look.", should
        ).format(n=should)
    return _("Good to use as it is.")


def _rows_of(table: Table, rows: int) -> str:
    gone = rows - len(table)
    return _("of {n} rows; {k} were repeats").format(n=count(rows), k=count(gone)) if gone else _("rows of the file")


def cards_of(table: Table, findings: Sequence[Finding], left: Sequence[Finding], rows: int) -> list[Card]:
    """The table in four numbers.

    Parameters
    ----------
    table : Table
        The customers, repaired.
    findings : sequence of Finding
        All of them.
    left : sequence of Finding
        Those that no repair has mended.
    rows : int
        Rows before any repair.

    Returns
    -------
    list of Card
        Customers, columns, missing cells, findings.
    """
    missing = results.missing_cells(table)
    share = missing / max(table.frame.size, 1)
    of_all = _("under 0.1 %") if 0 < share < 0.001 else percent(share, 1) if missing else _("0 %")
    numbers = len(table.schema.names_of(kind=Kind.NUMBER))
    return [
        Card(_("Customers"), count(len(table)), _rows_of(table, rows)),
        Card(
            _("Columns"),
            count(len(table.schema)),
            ngettext("{n} of them a number", "{n} of them numbers", numbers).format(n=numbers),
        ),
        Card(_("Missing cells"), count(missing), _("{share} of all cells").format(share=of_all)),
        Card(_("Findings"), count(len(findings)), _gravity(findings, left)),
    ]


def _gravity(findings: Sequence[Finding], left: Sequence[Finding]) -> str:
    """How many are serious, of those that are left: the first line of the page counts these."""
    must = sum(finding.severity is Severity.MUST for finding in left)
    serious = ngettext("{n} serious", "{n} serious", must).format(n=must)
    if len(left) == len(findings):
        return serious
    return _("{mended} mended; of the others {serious}").format(
        mended=count(len(findings) - len(left)), serious=serious
    )


def show_one(finding: Finding) -> None:
    """Draw a finding: how grave, where, what was seen, what can be done.

    Parameters
    ----------
    finding : Finding
        Any finding.
    """
    color, word, icon = {
        Severity.MUST: ("red", _("must be looked at"), ":material/error:"),
        Severity.SHOULD: ("orange", _("should be looked at"), ":material/warning:"),
        Severity.KNOW: ("gray", _("good to know"), ":material/info:"),
    }[finding.severity]
    column = f"**{plain(finding.column, NAME_WIDTH)}** · " if finding.column else ""
    st.markdown(f":{color}[{icon} {word}] · {column}{plain(finding.evidence)}  \n{plain(finding.proposal)}")
