"""What would have to change: for one customer, and for a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import errors, explained, state
from crm_ai.app.plain import plain
from crm_ai.explanation.changes import Changeable
from crm_ai.modeling import Task
from crm_ai.table import Kind
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    from crm_ai.explanation.counterfactual_ways import Counterfactual
    from crm_ai.modeling import Run

NAME_WIDTH = 40
SHOWN = 12
PROPOSED = 5


@errors.fragment
def panel(run: Run, model: str, label: str | None, row: int) -> None:
    """Let the reader say what may change, and find the nearest changes that turn the decision.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str, optional
        The answer in question, of several.
    row : int
        Position of the customer in the table.
    """
    from crm_ai.explanation.counterfactual_ways import none_in_words
    from crm_ai.explanation.counterfactuals import counterfactuals, usual_threshold

    st.subheader(_("What would have to change?"), anchor=False)
    ready = explained.search(run, model, label)
    usual = state.threshold() if run.problem.task is Task.BINARY else usual_threshold(ready)
    left, right = st.columns([2, 1])
    with left:
        changeable = _changeable(run, model, label)
    with right:
        threshold = _threshold(run, usual)
    if not changeable:
        st.caption(_("Choose at least one column that can be changed."))
        return
    with st.spinner(_("Trying changes …")):
        found = counterfactuals(ready, row, changeable, threshold=threshold)
    share = run.problem.task is not Task.REGRESSION
    write = percent if share else number
    goal = _("below {threshold}") if found.wants_less else _("to {threshold} or more")
    goal = goal.format(threshold=write(threshold))
    if not found.found:
        st.info(plain(none_in_words(found)), icon=":material/info:")
    elif not found.found[0].is_plausible:
        st.warning(
            _("No plausible change brings the prediction {goal}; the nearest one is unlike any real customer.").format(
                goal=goal
            ),
            icon=":material/warning:",
        )
    else:
        st.markdown(
            _("From {before}, the prediction would come {goal} by any one of these:").format(
                before=write(found.before), goal=goal
            )
        )
    for place, way in enumerate(found.found):
        # What comes close to the threshold is written so that the two differ.
        said = write(way.prediction)
        _way(way, percent(way.prediction, 1) if share and said == percent(threshold) else said, place)
    with st.expander(_("The same for a segment"), icon=":material/groups:", key="segment_changes"):
        _segment(run, model, label, changeable, threshold)
    st.caption(
        _(
            "Changes are tried on the model, with values real customers have; those unlike any customer are left out. "
            "They say what would turn the model's decision, not what would keep the customer."
        )
    )


def _can_change(run: Run, name: str) -> bool:
    """Whether a column is proposed: what happened on a day cannot be changed, and traits must not be used."""
    return name not in run.problem.segments and run.table.schema[name].kind is not Kind.DATE


def _changeable(run: Run, model: str, label: str | None) -> list[Changeable]:
    ranked = explained.reasons(run, model, label).importance()["column"].tolist()
    proposed = [name for name in ranked if _can_change(run, name)][:PROPOSED]
    chosen = st.multiselect(
        _("Columns that can be changed"),
        ranked,
        default=proposed,
        key=f"changeable_{run.digest}_{model}",
        help=_("Leave out what nobody can change, such as age, and what must not be used, such as gender."),
        placeholder=_("Choose any"),
    )
    ordered = [name for name in chosen if run.table.schema[name].kind in (Kind.NUMBER, Kind.DATE)]
    words = {"any": _("up or down"), "up": _("only up"), "down": _("only down")}
    directions = {}
    if ordered:
        with st.expander(_("Directions"), type="compact", key="directions"):
            for name in ordered:
                directions[name] = st.segmented_control(
                    plain(name, NAME_WIDTH),
                    list(words),
                    format_func=words.__getitem__,
                    default="any",
                    required=True,
                    key=f"direction_{run.digest}_{name}",
                )
    return [Changeable(name, str(directions.get(name, "any"))) for name in chosen]


def _threshold(run: Run, usual: float) -> float:
    if run.problem.task is Task.REGRESSION:
        return float(st.number_input(_("The prediction shall cross"), value=usual, key=f"cross_{run.digest}"))
    said = st.slider(
        _("The prediction shall cross"), 1, 99, round(100 * usual), format="%d %%", key=f"cross_{run.digest}_{usual}"
    )
    return said / 100


def _way(way: Counterfactual, prediction: str, place: int) -> None:
    with st.container(border=True, key=f"way_{place}"):
        lines = [
            _("**{column}**: {before} → {after}").format(
                column=plain(column, NAME_WIDTH),
                before=plain(before, NAME_WIDTH),
                after=plain(after, NAME_WIDTH),
            )
            for column, before, after in way.told
        ]
        told = _("the model would say {prediction}").format(prediction=prediction)
        if not way.is_plausible:
            told += _("; no such customers are known")
        st.markdown("  \n".join(lines) + f"  \n{told}")


def _segment(run: Run, model: str, label: str | None, changeable: list[Changeable], threshold: float) -> None:
    from crm_ai.explanation.cheapest import cheapest_changes
    from crm_ai.modeling import group_codes

    segments = [name for name in run.problem.features if run.table.schema[name].kind in (Kind.CATEGORY, Kind.BOOLEAN)]
    segments = list(dict.fromkeys([*run.problem.segments, *segments]))
    if not segments:
        st.caption(_("The table has no column with labels to make segments of."))
        return
    left, middle, right = st.columns(3)
    with left:
        segment = str(st.selectbox(_("Segment by"), segments, key=f"turn_segment_{run.digest}"))
    codes, names = group_codes(run, segment)
    with middle:
        group = str(st.selectbox(_("Customers with"), names, key=f"turn_group_{segment}"))
    with right:
        share = st.slider(_("Turn the decision about"), 5, 95, 20, 5, format="%d %%", key="turn_share") / 100
    less = st.segmented_control(
        _("The prediction shall come"),
        [True, False],
        format_func=lambda less: _("below the threshold") if less else _("up to the threshold"),
        default=True,
        required=True,
        key="turn_less",
    )
    rows = run.holdout_rows[codes == names.index(group)]
    with st.spinner(_("Trying changes …")):
        table = cheapest_changes(
            explained.search(run, model, label),
            rows,
            changeable,
            threshold=threshold,
            share=share,
            wants_less=bool(less),
        )
    if table.empty:
        st.caption(_("No customer of this segment is on the wrong side of the threshold."))
        return
    st.dataframe(
        {
            _("Change"): table["change"].head(SHOWN),
            _("decisions turned"): [percent(value) for value in table["turned"].head(SHOWN)],
            _("95 % interval"): [
                f"{percent(low)} – {percent(high)}"
                for low, high in zip(table["low"].head(SHOWN), table["high"].head(SHOWN), strict=True)
            ],
            _("customers who change"): [count(n) for n in table["touched"].head(SHOWN)],
            _("mean distance"): [number(far, 2) for far in table["distance"].head(SHOWN)],
            _("enough"): [_("yes") if enough else _("no") for enough in table["enough"].head(SHOWN)],
        },
        hide_index=True,
        alt=_("Changes of a segment, the cheapest that is enough first"),
    )
    st.caption(
        _(
            "Of {n} customers of this segment on the wrong side. The cheapest change that is enough stands first."
        ).format(n=count(int(table["n"].iloc[0])))
    )
