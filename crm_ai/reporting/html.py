"""A document as one HTML file that needs nothing else: no network, no script, and nothing that names could smuggle in.

A document is made of sections, a section of blocks; each block writes itself and escapes whatever it was given.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from crm_ai.reporting.style import STYLE
from crm_ai.words import one_line

# No script, no picture, no font, no form and no address is ever followed, whatever stands in the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class Block(Protocol):
    """Anything that can stand in a section."""

    def to_html(self) -> str:
        """Write the block.

        Returns
        -------
        str
            HTML, with everything escaped that came from outside.
        """
        ...


def escaped(text: object) -> str:
    r"""Make any text safe to stand in HTML, so that it is read exactly as it was written.

    Parameters
    ----------
    text : object
        A column's name, a cell, a sentence.

    Returns
    -------
    str
        On one line, without characters that steer the display.

    Examples
    --------
    >>> escaped("<b>Tom</b> & \u202eJerry")
    '&lt;b&gt;Tom&lt;/b&gt; &amp; Jerry'
    """
    return html.escape(one_line(text), quote=True)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running words.

    Parameters
    ----------
    text : str
        Plain text.
    quiet : bool, default False
        Whether it only explains what stands beside it.
    strong : bool, default False
        Whether it is what a reader in haste should see.
    """

    text: str
    quiet: bool = False
    strong: bool = False

    def to_html(self) -> str:
        """See ``Block``."""
        kind = ' class="quiet"' if self.quiet else ' class="strong"' if self.strong else ""
        return f"<p{kind}>{escaped(self.text)}</p>"


@dataclass(frozen=True, slots=True)
class Remark:
    """Words with a mark in front that says how they are meant; the mark has a form, a colour and a name.

    Parameters
    ----------
    kind : str
        ``good``, ``caution`` or ``poor``.
    name : str
        What the mark is called, for instance ``Reliable``.
    text : str
        Plain text; may be empty.
    """

    kind: str
    name: str
    text: str = ""

    def to_html(self) -> str:
        """See ``Block``."""
        mark = {"good": "●", "caution": "▲", "poor": "■"}[self.kind]
        said = f" {escaped(self.text)}" if self.text else ""
        return (
            f'<p class="remark {self.kind}"><span class="mark" aria-hidden="true">{mark}</span> '
            f"<strong>{escaped(self.name)}</strong>{said}</p>"
        )


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list.

    Parameters
    ----------
    items : sequence of str
        Plain texts.
    """

    items: Sequence[str]

    def to_html(self) -> str:
        """See ``Block``."""
        return "<ul>" + "".join(f"<li>{escaped(item)}</li>" for item in self.items) + "</ul>"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what they stand for.

    Parameters
    ----------
    facts : sequence of (name, text)
        Plain texts.
    """

    facts: Sequence[tuple[str, str]]

    def to_html(self) -> str:
        """See ``Block``."""
        pairs = "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(text)}</dd></div>" for name, text in self.facts)
        return f'<dl class="facts">{pairs}</dl>'


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : sequence of sequence of str
        Their cells, ready to read; the first of each names the row.
    caption : str, default ""
        What it shows.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""

    def to_html(self) -> str:
        """See ``Block``."""
        caption = f"<caption>{escaped(self.caption)}</caption>" if self.caption else ""
        head = "".join(f'<th scope="col">{escaped(name)}</th>' for name in self.header)
        body = "".join(
            "<tr>"
            + "".join(
                f'<th scope="row">{escaped(cell)}</th>'
                if place == 0
                else f'<td data-name="{escaped(self.header[place])}">{escaped(cell)}</td>'
                for place, cell in enumerate(cells)
            )
            + "</tr>"
            for cells in self.rows
        )
        return f'<table class="grid">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document with a heading.

    Parameters
    ----------
    title : str
        The heading.
    blocks : sequence of Block
        What stands below it; sections may hold sections.
    """

    title: str
    blocks: Sequence[Block]

    def to_html(self, level: int = 2) -> str:
        """Write the section.

        Parameters
        ----------
        level : int, default 2
            How deep its heading lies.

        Returns
        -------
        str
            See ``Block``.
        """
        inner = "".join(
            block.to_html(level + 1) if isinstance(block, Section) else block.to_html() for block in self.blocks
        )
        name = f"h{min(level, 6)}"
        return f"<section><{name}>{escaped(self.title)}</{name}>{inner}</section>"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Parameters
    ----------
    title : str
        Its question.
    lead : str
        The answer in a sentence or two.
    facts : sequence of (name, text)
        What it is about, below the answer.
    sections : sequence of Section
        The rest.
    footer : sequence of (name, text)
        Where it comes from.
    language : str, default "en"
        Code of the language it is written in.
    """

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    footer: Sequence[tuple[str, str]] = ()
    language: str = "en"

    def to_html(self) -> str:
        """Write the document.

        Returns
        -------
        str
            One HTML page that opens without a network.
        """
        body = "".join(section.to_html() for section in self.sections)
        return (
            f'<!DOCTYPE html>\n<html lang="{escaped(self.language)}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{escaped(self.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f'<header><h1>{escaped(self.title)}</h1><p class="lead">{escaped(self.lead)}</p>'
            f"{Facts(self.facts).to_html()}</header>\n<main>{body}</main>\n"
            f"<footer>{Facts(self.footer).to_html()}</footer>\n</body>\n</html>\n"
        )

    def to_bytes(self) -> bytes:
        """Write the document for a file.

        Returns
        -------
        bytes
            UTF-8.
        """
        return self.to_html().encode()
