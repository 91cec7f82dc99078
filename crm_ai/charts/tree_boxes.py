"""Where the boxes of a drawn tree lie, and what can be written into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_ai.charts.lines import columns, cut, wrapped
from crm_ai.charts.theme import safe
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    from crm_ai.explanation.tree.reading import Node, TreeReading

DESIGN_WIDTH = 1160  # pixels that texts are chosen for; where there are fewer, those that do not fit stay away
ROW, BOX = 132, 106  # pixels from row to row, and of a box
LETTER, LINE, PADDING = 7.0, 17.0, 6  # pixels of a text
MOST_LETTERS, FEWEST_LETTERS = 18, 4
HOVER_WIDTH = 60
GLUE = "\ue000"  # for private use, so no text has it; a no-break space would be taken for a space


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node is drawn.

    Parameters
    ----------
    node : Node
        The node.
    parent : Node, optional
        Where it was asked before; None for the root.
    left, right : float
        Its sides, in [0, 1].
    """

    node: Node
    parent: Node | None
    left: float
    right: float

    @property
    def middle(self) -> float:
        """Halfway between its sides."""
        return (self.left + self.right) / 2

    @property
    def width(self) -> float:
        """Share of the drawing's width."""
        return self.right - self.left

    @property
    def reply(self) -> str:
        """What was replied to the question before, in words; empty for the root."""
        if self.parent is None:
            return ""
        return _("yes") if self.parent.yes == self.node.place else _("no")

    @property
    def condition(self) -> str:
        """What that reply means for its column; empty for the root."""
        if self.parent is None or self.parent.asked is None:
            return ""
        column = self.parent.asked.column
        return next(condition.words for condition in self.node.path if condition.column == column)


@dataclass(frozen=True, slots=True)
class Writing:
    """A text as it stands in a box.

    Parameters
    ----------
    text : str
        For Plotly, safe to show.
    upright : bool
        Whether it is read from below.
    """

    text: str
    upright: bool


def boxes_of(reading: TreeReading) -> list[Box]:
    """Put a tree's nodes side by side.

    Parameters
    ----------
    reading : TreeReading
        The tree.

    Returns
    -------
    list of Box
        Level by level, the root first. Children share their parent's width as they share its customers, "yes" at the
        left.
    """
    nodes = {node.place: node for node in reading.nodes}
    boxes = [Box(reading.root, None, 0.0, 1.0)]
    for box in boxes:  # grows on the way
        if box.node.yes is None or box.node.no is None:
            continue
        yes, no = nodes[box.node.yes], nodes[box.node.no]
        border = box.left + box.width * yes.customers / max(yes.customers + no.customers, 1)
        boxes += [Box(yes, box.node, box.left, border), Box(no, box.node, border, box.right)]
    return boxes


def amount(value: float, reading: TreeReading) -> str:
    """Write a node's value.

    Parameters
    ----------
    value : float
        A share or a mean.
    reading : TreeReading
        The tree.

    Returns
    -------
    str
        Per cent for shares.
    """
    return percent(value) if reading.is_share else number(value)


def writing(box: Box, reading: TreeReading) -> Writing:
    """The most that can be said in a box.

    Parameters
    ----------
    box : Box
        The box.
    reading : TreeReading
        The tree it is of.

    Returns
    -------
    Writing
        Value, customers and question where there is room at the design width, upright where the box is narrow; less
        where there is less.
    """
    bare = amount(box.node.value, reading)
    told = (_("{value} of {n}") if reading.is_share else _("{value}, n = {n}")).format(
        value=bare, n=count(box.node.customers)
    )
    wide = box.width * DESIGN_WIDTH
    for head, ask in ((told, _unbroken), (bare, _unbroken), (told, _cut), (bare, _cut), (told, None), (bare, None)):
        for upright, along, across in ((False, wide - PADDING, BOX), (True, BOX - PADDING, wide)):
            asked = _asked(box.node, ask, along)
            lines = [head, *asked]
            fits = max(map(_pixels, lines)) <= along and (len(lines) * LINE <= across or len(lines) == 1)
            if fits and (asked or ask is None or not box.node.question):
                return Writing("<br>".join([f"<b>{safe(head)}</b>", *map(safe, asked)]), upright)
    return Writing(f"<b>{safe(bare)}</b>", upright=True)


def hover(box: Box, reading: TreeReading) -> str:
    """All that is known of a node.

    Parameters
    ----------
    box : Box
        The box.
    reading : TreeReading
        The tree it is of.

    Returns
    -------
    str
        Lines for Plotly, safe to show.
    """
    node = box.node
    lines = [
        _("{outcome}: {value} ({low} – {high}), n = {n}").format(
            outcome=reading.outcome,
            value=amount(node.value, reading),
            low=amount(node.low, reading),
            high=amount(node.high, reading),
            n=count(node.customers),
        )
    ]
    if box.parent is not None:
        lines += [f"{box.parent.question} {box.reply}", _("in all: {rule}").format(rule=node.rule)]
    if node.answer:
        lines.append(_("most frequent answer: {answer}").format(answer=node.answer))
    if node.question:
        lines.append(_("asked next: {question}").format(question=node.question))
    return "<br>".join(safe(part) for line in lines for part in wrapped(line, HOVER_WIDTH))


def _asked(node: Node, ask: Callable[[Node, int], list[str]] | None, along: float) -> list[str]:
    letters = min(int(along / LETTER), MOST_LETTERS)
    return ask(node, letters) if ask and node.question and letters >= FEWEST_LETTERS else []


def _unbroken(node: Node, letters: int) -> list[str]:
    """Lines of the question; none if a word that is written with spaces would have to be broken.

    A limit stays with its sign.
    """
    glued = node.question.replace("≤ ", f"≤{GLUE}").replace("> ", f">{GLUE}")
    fits = all(columns(word) <= letters or columns(word) > len(word) for word in glued.split())
    return [line.replace(GLUE, " ") for line in wrapped(glued, letters)] if fits else []


def _cut(node: Node, letters: int) -> list[str]:
    """One line with the middle of the column's name left out, never a part of a limit or label."""
    name = "" if node.asked is None else node.asked.column
    room = letters - (columns(node.question) - columns(name))
    return [node.question_naming(cut(name, room))] if room >= FEWEST_LETTERS else []


def _pixels(text: str) -> float:
    return columns(text) * LETTER
