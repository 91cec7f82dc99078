"""A rule while it is being written: conditions joined by "and" in blocks, blocks joined by "or"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import state

if TYPE_CHECKING:
    from crm_ai.segmentation import Rule

DRAFT = "rule_draft"


@dataclass(slots=True)
class Line:
    """One condition as far as it is written.

    Parameters
    ----------
    key : int
        Tells its controls apart from those of other lines.
    column, operator : str
        As in ``Condition``; empty until they are chosen.
    against : tuple
        What the cell is compared with; None until it is written.
    """

    key: int
    column: str = ""
    operator: str = ""
    against: tuple[object, ...] | None = None


@dataclass(slots=True)
class Draft:
    """A rule as far as it is written.

    Parameters
    ----------
    data : str
        The table that it is about.
    blocks : list of list of Line
        Whoever fulfils all lines of some block is in the segment.
    name : str
        What the segment is to be called.
    editing : str
        Name of the saved segment that is being changed; empty for a new one.
    lines : int
        Lines made so far.
    key : int
        Tells the controls of this draft apart from those of others.
    """

    data: str
    blocks: list[list[Line]] = field(default_factory=list)
    name: str = ""
    editing: str = ""
    lines: int = 0
    key: int = 0

    def add(self, block: int | None = None) -> None:
        """Add an empty line.

        Parameters
        ----------
        block : int, optional
            To which block; by default to a new one.
        """
        self.lines += 1
        line = Line(self.lines)
        if block is None:
            self.blocks.append([line])
        else:
            self.blocks[block].append(line)

    def remove(self, line: Line) -> None:
        """Take a line away; a block without lines goes too.

        Parameters
        ----------
        line : Line
            One of this draft.
        """
        self.blocks = [kept for block in self.blocks if (kept := [one for one in block if one is not line])]
        if not self.blocks:
            self.add()


def current() -> Draft:
    """The draft of this visitor about the table that is looked at.

    Returns
    -------
    Draft
        An empty one at first.
    """
    known: Draft | None = st.session_state.get(DRAFT)
    if known is None or known.data != state.value("data"):
        known = Draft(state.value("data"))
        known.add()
        st.session_state[DRAFT] = known
    return known


def begin_anew() -> None:
    """Drop the draft; its keys go on counting, so that no control shows an old value."""
    lines = current().lines
    fresh = Draft(state.value("data"), lines=lines, key=lines)
    fresh.add()
    st.session_state[DRAFT] = fresh


def edit(name: str, rule: Rule) -> None:
    """Take up a saved segment to change it.

    Parameters
    ----------
    name : str
        Its name.
    rule : rule
        Its rule, as this builder writes rules.
    """
    lines = current().lines
    draft = Draft(state.value("data"), name=name, editing=name, lines=lines, key=lines)
    for conditions in _blocks(rule):
        draft.blocks.append([])
        for column, operator, values in conditions:
            draft.lines += 1
            draft.blocks[-1].append(Line(draft.lines, column, operator, values))
    if not draft.blocks:
        draft.add()
    st.session_state[DRAFT] = draft


def _blocks(rule: Rule) -> list[list[tuple[str, str, tuple[object, ...]]]]:
    """A rule as blocks of conditions; parts that are nested deeper are none of this builder's."""
    from crm_ai.segmentation import AllOf, AnyOf, Condition

    parts = rule.parts if isinstance(rule, AnyOf) else (rule,)
    found: list[list[tuple[str, str, tuple[object, ...]]]] = []
    for part in parts:
        inner = part.parts if isinstance(part, AllOf) else (part,)
        found.append([(one.column, one.operator, one.values) for one in inner if isinstance(one, Condition)])
    return [block for block in found if block]


def rule_of(draft: Draft) -> Rule | None:
    """The rule that a draft says.

    Parameters
    ----------
    draft : Draft
        A draft.

    Returns
    -------
    rule or None
        None while some line is not complete.
    """
    from crm_ai.segmentation import AllOf, AnyOf, Condition

    blocks: list[Rule] = []
    for block in draft.blocks:
        lines = [Condition(one.column, one.operator, one.against) for one in block if one.against is not None]  # type: ignore[arg-type]
        if len(lines) < len(block):
            return None
        blocks.append(lines[0] if len(lines) == 1 else AllOf(tuple(lines)))
    return blocks[0] if len(blocks) == 1 else AnyOf(tuple(blocks))
