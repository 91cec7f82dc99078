"""Whom reasons compare with, and what they are measured in: two choices that hold for the whole page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import controls
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.explanation import Reference
    from crm_ai.modeling import Run

EVERYBODY_KEY, CUSTOMER_KEY = "everybody", "one customer"
MOST_GROUPS = 12
MOST_COLUMNS = 12


def choose(run: Run, model: str) -> tuple[Reference | None, str | None]:
    """Let the reader choose whom customers are compared with, and on which scale.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.

    Returns
    -------
    reference : Reference or None
        The reference population; None for everybody.
    scale : str or None
        None for the one the model adds up on.
    """
    from crm_ai.explanation.scales import scales_of

    scales = scales_of(run.model(model))
    left, right = st.columns(2)
    with left:
        reference = _reference(run)
    with right:
        if len(scales) == 1:
            return reference, None
        chosen = controls.choose(
            _("Measured in"),
            "scale",
            scales,
            words=_scale_in_words,
            hint=_(
                "This model adds up log-odds or logarithms: there its reasons are exact, and equal steps mean equal "
                "evidence. In probabilities or amounts the same step counts more in the middle than near 0 % or 100 %; "
                "these reasons are estimated, with their error. The two are never mixed in one picture."
            ),
        )
    return reference, None if chosen == scales[0] else chosen


def _reference(run: Run) -> Reference | None:
    groups = _groups(run)
    chosen = controls.choose(
        _("Compared with"),
        "compared",
        [EVERYBODY_KEY, *groups, CUSTOMER_KEY],
        words=lambda key: {EVERYBODY_KEY: _("everybody"), CUSTOMER_KEY: _("one customer …")}.get(key, key),
        hint=_(
            "Reasons say how a customer differs from somebody: from all training customers, from those of a segment."
        ),
    )
    if chosen != CUSTOMER_KEY:
        return groups.get(str(chosen))
    wanted = st.text_input(
        _("Which customer?"), key="compared_customer", placeholder=_("Part of the identifier, or a row such as #12")
    )
    return _customer(run, wanted)


def _customer(run: Run, wanted: str) -> Reference | None:
    from crm_ai.explanation import Reference, search_customers

    found = search_customers(run, wanted)["row"].tolist() if wanted else []
    if wanted and not found:
        st.caption(_("Nobody fits; compared with everybody. Only customers set aside for judging can be found."))
    return Reference(row=int(found[0])) if found else None


def _groups(run: Run) -> dict[str, Reference]:
    from crm_ai.explanation import Reference
    from crm_ai.modeling import table_groups
    from crm_ai.table import Kind

    kinds = (Kind.CATEGORY, Kind.BOOLEAN)
    columns = [name for name in run.problem.features if run.table.schema[name].kind in kinds]
    columns = list(dict.fromkeys([*run.problem.segments, *columns]))[:MOST_COLUMNS]
    found: dict[str, Reference] = {}
    for column in columns:
        _codes, names = table_groups(run.table, column)
        if len(names) <= MOST_GROUPS:
            found |= {f"{column} = {name}": Reference(column, name) for name in names}
    return found


def _scale_in_words(scale: str) -> str:
    return {
        "log-odds": _("log-odds (exact)"),
        "probability": _("points of probability (estimated)"),
        "log": _("logarithm of the amount (exact)"),
        "value": _("units of the target (estimated)"),
    }[scale]


def in_words(run: Run, reference: Reference | None) -> str:
    """Say whom customers are compared with.

    Parameters
    ----------
    run : Run
        The run.
    reference : Reference or None
        The reference population; None for everybody.

    Returns
    -------
    str
        Empty for everybody.
    """
    from crm_ai.explanation import customer_name, reference_in_words

    if reference is None:
        return ""
    name = "" if reference.row is None else customer_name(run, reference.row)
    return reference_in_words(reference, name)
