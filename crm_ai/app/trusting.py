"""May these reasons be trusted? One light, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app.plain import plain
from crm_ai.words import _, number, percent, sentences

if TYPE_CHECKING:
    from crm_ai.explanation.reliability import Check, Reliability


def panel(trust: Reliability) -> None:
    """Draw the light with the reasons behind it.

    Parameters
    ----------
    trust : Reliability
        Of one customer.
    """
    from crm_ai.explanation.reliability import Light

    why = plain(sentences(trust.reasons))
    if trust.light is Light.GOOD:
        words = _("**Reliable.** These reasons passed all {n} checks.")
        st.success(words.format(n=len(trust.checks)), icon=_icon("good"))
    elif trust.light is Light.CAUTION:
        st.warning(_("**With caution.** {why}").format(why=why), icon=_icon("caution"))
    else:
        st.error(_("**Not to be relied on.** {why}").format(why=why), icon=_icon("poor"))
    with st.expander(_("What was checked"), type="compact", key="checks"):
        st.dataframe(
            {
                _("Check"): [_name(check.name) for check in trust.checks],
                _("Result"): [_light(check.light.value) for check in trust.checks],
                _("Measured"): [_measured(check) for check in trust.checks],
                _("What it says"): [check.words for check in trust.checks],
            },
            hide_index=True,
            row_height=70,
            column_config={_("What it says"): st.column_config.TextColumn(width=420)},
            alt=_("What was checked"),
        )
        st.caption(
            _(
                "Stability: the same customer explained by LIME with five seeds. Faithfulness: the main reasons are "
                "replaced by those of other customers, and the prediction should move as they promise. Inside the "
                "data: distance to the customers the model has learned from; above 1 is unusual, above 2 unknown."
            )
        )


def _icon(light: str) -> str:
    return {
        "good": ":material/check_circle:",
        "caution": ":material/warning:",
        "poor": ":material/block:",
    }[light]


def _light(light: str) -> str:
    return {"good": _("good"), "caution": _("caution"), "poor": _("poor")}[light]


def _name(check: str) -> str:
    return {
        "additivity": _("Adds up"),
        "stability": _("Stability"),
        "agreement": _("SHAP and LIME agree"),
        "faithfulness": _("Faithfulness"),
        "inside": _("Inside the data"),
        "twins": _("No twin columns"),
    }[check]


def _measured(check: Check) -> str:
    return number(check.value, 2) if check.name in ("inside", "twins") else percent(check.value)
