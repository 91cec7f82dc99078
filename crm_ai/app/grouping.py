"""Which groups are compared: those of any column, of bands cut on the page, of up to three columns together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import streamlit as st

from crm_ai.app import controls, state
from crm_ai.app.plain import plain
from crm_ai.errors import ProblemError
from crm_ai.modeling import Segment
from crm_ai.table import Kind
from crm_ai.words import _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from crm_ai.modeling import Problem
    from crm_ai.table import Table

MOST_BESIDE = 2
NAME_WIDTH = 32
WITHOUT_GROUPS = (Kind.TEXT, Kind.IDENTIFIER)
_BETWEEN = re.compile(r"[,;，；、\s]+")


def in_address(segment: Segment) -> str:
    """Write a segment as an address tells it.

    Parameters
    ----------
    segment : Segment
        What makes the groups.

    Returns
    -------
    str
        Columns joined by ``+``, each with its edges after ``=``.

    Examples
    --------
    >>> in_address(Segment(("age", "a+b"), {"age": (25, 40.5)}))
    'age=25,40.5+a%2Bb'
    >>> from_address("age=25,40.5+a%2Bb", {"age", "a+b"}) == Segment(("age", "a+b"), {"age": (25, 40.5)})
    True
    """
    parts = []
    for column in segment.columns:
        edges = ",".join(f"{edge:.15g}" for edge in segment.edges.get(column, ()))
        name = re.sub(r"[%+=,]", lambda sign: quote(sign[0]), column)
        parts.append(f"{name}={edges}" if edges else name)
    return "+".join(parts)


def from_address(text: str, columns: Collection[str]) -> Segment | None:
    """Read a segment from an address.

    Parameters
    ----------
    text : str
        From ``in_address``, or a column's name.
    columns : collection of str
        Columns that can make groups.

    Returns
    -------
    Segment or None
        None if it means nothing here.
    """
    if text in columns:
        return Segment((text,))
    names, edges = [], {}
    for part in text.split("+"):
        name, _sign, cuts = part.partition("=")
        names.append(unquote(name))
        if cuts:
            edges[names[-1]] = read_edges(cuts) or ()
    if not all(name in columns for name in names):
        return None
    try:
        return Segment(tuple(names), edges)
    except ProblemError:
        return None


def read_edges(text: str) -> tuple[float, ...] | None:
    """Read edges as people write them.

    Parameters
    ----------
    text : str
        Numbers with commas, semicolons or blanks between them.

    Returns
    -------
    tuple of float or None
        Ascending, each once; None if something else is among them.

    Examples
    --------
    >>> read_edges("60, 25、40"), read_edges("young"), read_edges("")
    ((25.0, 40.0, 60.0), None, ())
    """
    try:
        found = {float(word) for word in _BETWEEN.split(text.strip()) if word}
    except ValueError:
        return None
    finite = all(abs(edge) < float("inf") for edge in found)  # also false for what is no number
    return tuple(sorted(found)) if finite else None


def offered(table: Table, problem: Problem) -> list[str]:
    """Columns that can make groups.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    list of str
        Those that shall be treated fairly first, then the others; none that only names or describes customers.
    """
    able = [column.name for column in table.schema if column.kind not in WITHOUT_GROUPS]
    return [name for name in dict.fromkeys((*problem.segments, *able)) if name != problem.target]


def chosen(table: Table, columns: Sequence[str]) -> Segment:
    """The segment that is looked at, as the address tells it.

    Parameters
    ----------
    table : Table
        The customers.
    columns : sequence of str
        Columns that can make groups, at least one.

    Returns
    -------
    Segment
        The first column until the reader chooses.
    """
    known = from_address(state.value("segment"), set(columns)) if state.value("segment") else None
    if known is None or any(table.schema[column].kind is not Kind.NUMBER for column in known.edges):
        return Segment((columns[0],))
    return known


def choose(table: Table, columns: Sequence[str]) -> Segment:
    """Let the reader choose what makes the groups; the address tells it.

    Parameters
    ----------
    table : Table
        The customers.
    columns : sequence of str
        Columns that can make groups, at least one.

    Returns
    -------
    Segment
        What was chosen.
    """
    segment = chosen(table, columns)
    if state.value("segment") != in_address(segment):
        state.show("segment", in_address(segment))
    keys = _Keys(str(st.session_state[state.PAGE]))
    controls.show_in(keys.first, segment.columns[0])
    controls.show_in(keys.beside, list(segment.columns[1:]))
    left, right = st.columns(2)
    with left:
        st.selectbox(
            _("Groups by"),
            columns,
            key=keys.first,
            help=_("Any column of the table. Type to search."),
            on_change=_remember,
            args=(table, columns, keys),
        )
    with right:
        st.multiselect(
            _("Together with (up to two)"),
            [name for name in columns if name != segment.columns[0]],
            key=keys.beside,
            max_selections=MOST_BESIDE,
            placeholder=_("Choose any"),
            help=_("Each combination becomes a group of its own, such as young women."),
            on_change=_remember,
            args=(table, columns, keys),
        )
    _edges(table, columns, segment, keys)
    return segment


class _Keys:
    """Names of the controls on a page."""

    def __init__(self, page: str) -> None:
        self.first, self.beside = f"groups_first_{page}", f"groups_beside_{page}"
        self._page = page

    def edges(self, column: str) -> str:
        return f"groups_edges_{column}_{self._page}"


def _edges(table: Table, columns: Sequence[str], segment: Segment, keys: _Keys) -> None:
    """A field for the edges of each column of numbers."""
    numbers = [column for column in segment.columns if table.schema[column].kind is Kind.NUMBER]
    if not numbers:
        return
    row = st.columns(max(len(numbers), 2))
    for place, column in zip(row, numbers, strict=False):
        key, known = keys.edges(column), segment.edges.get(column, ())
        if (read_edges(str(st.session_state.get(key, ""))) or ()) != known or key not in st.session_state:
            st.session_state[key] = ", ".join(f"{edge:.15g}" for edge in known)
        place.text_input(
            _("Bands of {column} begin at").format(column=plain(column, NAME_WIDTH)),
            key=key,
            placeholder=_("such as 25, 40, 60; empty: bands of about equal size"),
            help=_("Numbers with commas between them. A customer at an edge belongs to the band above it."),
            on_change=_remember,
            args=(table, columns, keys),
        )
        if read_edges(str(st.session_state[key])) is None:
            place.caption(_(":material/warning: These are not numbers with commas between them, so they are not used."))


def _remember(table: Table, columns: Sequence[str], keys: _Keys) -> None:
    first = str(st.session_state[keys.first])
    beside = [name for name in st.session_state[keys.beside] if name != first][:MOST_BESIDE]
    names, edges = (first, *beside), dict[str, tuple[float, ...]]()
    before = chosen(table, columns).edges
    for column in names:
        if table.schema[column].kind is Kind.NUMBER:
            said = st.session_state.get(keys.edges(column))
            cuts = before.get(column, ()) if said is None else read_edges(str(said)) or ()
            edges |= {column: cuts} if cuts else {}
    state.show("segment", in_address(Segment(names, edges)))
