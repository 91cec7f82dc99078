"""Ways to put customers into groups, and what is answered in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_ai.app import controls, errors, frame
from crm_ai.app.plain import plain
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, ngettext, percent

if TYPE_CHECKING:
    from datetime import date

    from streamlit.delta_generator import DeltaGenerator

    from crm_ai.segmentation import Clustering, Segmentation, TransactionColumns
    from crm_ai.table import Table

NAME_WIDTH = 90


@dataclass(frozen=True, slots=True, eq=False)
class Bought:
    """A table of purchases as it is looked at.

    Parameters
    ----------
    table : Table
        Purchases, one a row.
    columns : TransactionColumns
        Whose, when, how much.
    day : datetime.date
        The last day that counts.
    money : {"total", "mean"}
        Whether money counts in all or by purchase.
    """

    table: Table
    columns: TransactionColumns
    day: date
    money: str


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Customers in groups, as one way to segment has made them.

    Parameters
    ----------
    table : Table
        The customers, one a row.
    segmentation : Segmentation
        Their groups.
    answer : str
        Who the customers are, in a sentence; safe to stand in markdown.
    of_run : bool, default True
        Whether the customers are those that models are trained on.
    by : str, default ""
        The column that the groups are of, if they are of a single one.
    clustering : Clustering, optional
        How the groups were found, if they were.
    bought : Bought, optional
        The purchases that customers were grouped by, if they were.
    """

    table: Table
    segmentation: Segmentation
    answer: str
    of_run: bool = True
    by: str = ""
    clustering: Clustering | None = None
    bought: Bought | None = None


def ways(table: Table) -> dict[str, str]:
    """Ways to segment that make sense for a table.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    dict of str to str
        In words, by name in the address.
    """
    from crm_ai.app import purchases

    offered = {"clusters": _("Groups found"), "column": _("By a column"), "hand": _("By hand")}
    if purchases.is_possible(table):
        return {"purchases": _("By purchases"), **offered}
    return offered


def largest_in_words(segmentation: Segmentation) -> str:
    """Say how many groups there are and which is the largest.

    Parameters
    ----------
    segmentation : Segmentation
        Groups of customers.

    Returns
    -------
    str
        One sentence, safe to stand in markdown.
    """
    sizes = segmentation.sizes
    name = max(sizes, key=lambda group: sizes[group])
    words = ngettext(
        "{k} group; it is “{name}”, with {n} customers ({share}).",
        "{k} groups; the largest is “{name}”, with {n} customers ({share}).",
        len(sizes),
    )
    return words.format(
        k=count(len(sizes)),
        name=plain(name, NAME_WIDTH),
        n=count(sizes[name]),
        share=percent(sizes[name] / max(len(segmentation), 1)),
    )


def choose(table: Table, answer: DeltaGenerator) -> Grouping | None:
    """Draw the ways to segment and the controls of one, and put the customers into its groups.

    Parameters
    ----------
    table : Table
        The customers.
    answer : DeltaGenerator
        Place of the page's answer.

    Returns
    -------
    Grouping or None
        None if there is nothing to look at yet; what to do is said then.
    """
    from crm_ai.app import column_groups, found_groups, hand_made, purchases

    panels = {
        "clusters": found_groups.panel,
        "column": column_groups.panel,
        "hand": hand_made.panel,
        "purchases": purchases.panel,
    }
    way = controls.choose_view(_("Way to segment"), "way", ways(table))
    try:
        grouping = panels[way](table)
    except CrmAiError as error:
        frame.answer(answer, plain(error.what))
        errors.show(error)
        return None
    frame.answer(answer, grouping.answer if grouping is not None else _nothing(way))
    return grouping


def _nothing(way: str) -> str:
    if way == "hand":
        return _("No segment is saved yet: write below whom you mean, and they are counted while you write.")
    return _("No group was found this way.")
