"""What if a customer were different? Controls that respect each column, and the prediction beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import cards, controls, errors, explained, frame, one_customer, pictures, turning
from crm_ai.app.plain import plain
from crm_ai.explanation import customer_name
from crm_ai.explanation.explanation import value_in_words
from crm_ai.modeling import Task, question_in_words
from crm_ai.table import Kind
from crm_ai.words import _, count, ngettext, number, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from crm_ai.explanation.what_if import Values
    from crm_ai.modeling import Run

AT_ONCE = 6
NAME_WIDTH = 40
MOST_SCENARIOS = 4
SCENARIOS = "scenarios"


def panel(run: Run, model: str, label: str | None) -> None:
    """Let the reader change a customer, and show what the model would say.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str, optional
        The answer in question, of several.
    """
    row = one_customer.pick(run, model)
    st.subheader(_("Customer {name}").format(name=plain(customer_name(run, row), NAME_WIDTH)), anchor=False)
    _changing(run, model, label, row)
    turning.panel(run, model, label, row)


@errors.fragment
def _changing(run: Run, model: str, label: str | None, row: int) -> None:
    from crm_ai.explanation.what_if import changed, goes_along, never_together, said_of

    ranked = explained.reasons(run, model, label).importance()["column"].tolist()
    answer = st.container()  # above the controls on a telephone too
    narrow, wide = st.columns([2, 3])
    with narrow:
        changes = _controls(run, row, ranked)
    customer, other = changed(run, row, {}), changed(run, row, changes)
    now, then = (float(said_of(run.model(model), one, label)[0]) for one in (customer, other))
    reasons = explained.reasons_if(run, model, other, label)
    with answer:
        _cards(run, model, label, now, then)
        clashes = never_together(run, other, list(changes))
        if clashes:
            _warn(run, row, other, clashes, goes_along(run, other, clashes))
    with wide:
        frame.chart(*pictures.waterfall(reasons, 0), key="what_if_waterfall")
        column = controls.choose(_("Along one column"), "column", ranked, hint=_("Type to search"))
        frame.chart(*pictures.profile(run, model, other, column, label), key="profile")
    _keep(run, model, label, row, changes)
    st.caption(
        _(
            "What the model would say of such a customer; not what would happen if somebody changed this one. Values "
            "stay within what training customers had."
        )
    )


def _controls(run: Run, row: int, ranked: list[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    customer = run.table.frame.iloc[row]
    st.button(
        _("As the customer is"),
        icon=":material/undo:",
        key="undo",
        on_click=_undo,
        args=(run, row, ranked),
    )
    for column in ranked[:AT_ONCE]:
        _control(explained.values(run, column), customer[column], _key(run, row, column), changes)
    if ranked[AT_ONCE:]:
        words = ngettext("{n} more column", "{n} more columns", len(ranked) - AT_ONCE)
        with st.expander(words.format(n=count(len(ranked) - AT_ONCE)), key="more_columns"):
            for column in ranked[AT_ONCE:]:
                _control(explained.values(run, column), customer[column], _key(run, row, column), changes)
    return changes


def _control(values: Values, own: Any, key: str, changes: dict[str, Any]) -> None:
    """Draw one column's control; note its value if it is not the customer's own."""
    import pandas as pd

    missing = bool(pd.isna(own))
    name = plain(values.column, NAME_WIDTH)
    if values.kind is Kind.NUMBER:
        chosen: Any = _number(name, values, None if missing else float(own), key)
    elif values.kind is Kind.DATE:
        day = None if missing else own.date()
        chosen = st.date_input(
            name,
            day,
            min_value=min(values.low, own).date() if not missing else values.low.date(),  # type: ignore[attr-defined]
            max_value=max(values.high, own).date() if not missing else values.high.date(),  # type: ignore[attr-defined]
            key=key,
        )
        chosen = None if chosen == day else chosen
        if chosen is not None:
            changes[values.column] = pd.Timestamp(chosen)
        return
    else:
        labels = list(dict.fromkeys([*([] if missing else [str(own)]), *values.labels]))
        chosen = st.selectbox(
            name, labels, index=None if missing else 0, key=key, placeholder=_("(missing)") if missing else None
        )
        if chosen is not None and (missing or chosen != str(own)):
            changes[values.column] = chosen
        return
    if chosen is not None and (missing or abs(chosen - float(own)) > 1e-12 * max(1.0, abs(float(own)))):
        changes[values.column] = chosen


def _number(name: str, values: Values, own: float | None, key: str) -> float | None:
    low, high = float(values.low), float(values.high)  # type: ignore[arg-type]
    if own is None:
        return st.number_input(name, low, high, None, step=values.step, key=key, placeholder=_("(missing)"))
    low, high = min(low, own), max(high, own)
    if not high > low:
        st.caption(_("{column}: the same for everybody").format(column=name))
        return own
    if values.step == 1 and float(own).is_integer():
        return float(st.slider(name, int(low), int(high), int(own), key=key))
    decimals = max(0, len(f"{values.step:.10f}".rstrip("0").split(".")[1]))
    return float(st.slider(name, low, high, own, step=values.step, format=f"%.{max(decimals, 1)}f", key=key))


def _key(run: Run, row: int, column: str) -> str:
    turn = st.session_state.get("what_if_turn", 0)
    return f"if_{run.digest[:8]}_{row}_{turn}_{column}"


def _undo(run: Run, row: int, ranked: list[str]) -> None:
    for column in ranked:
        st.session_state.pop(_key(run, row, column), None)
    st.session_state["what_if_turn"] = st.session_state.get("what_if_turn", 0) + 1


def _cards(run: Run, model: str, label: str | None, now: float, then: float) -> None:
    from crm_ai.explanation.what_if import likely_range

    share = run.problem.task is not Task.REGRESSION
    write = percent if share else number
    likely = likely_range(run, model, then, label)
    gap = then - now
    points = _("{gap} points").format(gap=_signed(100 * gap)) if share else _signed(gap)
    if share:
        note = _("of {n} such customers {value} ({low}–{high})").format(
            n=count(likely.n), value=percent(likely.value), low=percent(likely.low), high=percent(likely.high)
        )
    else:
        note = _("most such customers: {low}–{high}").format(low=number(likely.low), high=number(likely.high))
    cards.show(
        [
            cards.Card(_("The model says now"), write(now)),
            cards.Card(
                _("It would say"),
                write(then),
                note,
                _(
                    "Below it, what happened to training customers of whom the model said about as much before it had "
                    "seen them."
                ),
            ),
            cards.Card(_("Change"), points if abs(gap) > 1e-12 else _("none")),
        ]
    )


def _signed(amount: float) -> str:
    from crm_ai.words import signed

    return signed(amount)


def _warn(run: Run, row: int, other: pd.DataFrame, clashes: list[tuple[str, str]], along: Mapping[str, str]) -> None:
    pairs = _("; ").join(
        _("{one} = {this} with {other} = {that}").format(
            one=plain(one, NAME_WIDTH),
            this=plain(value_in_words(other[one].iloc[0]), NAME_WIDTH),
            other=plain(two, NAME_WIDTH),
            that=plain(value_in_words(other[two].iloc[0]), NAME_WIDTH),
        )
        for one, two in clashes[:3]
    )
    st.warning(
        _("No training customer has {pairs}: the model is guessing.").format(pairs=pairs), icon=":material/warning:"
    )
    if along:
        st.button(
            _("Change along: {columns}").format(
                columns=_(", ").join(
                    f"{plain(name, 24)} = {plain(value, 24)}" for name, value in list(along.items())[:6]
                )
            ),
            icon=":material/link:",
            key="along",
            on_click=_set,
            args=(run, row, dict(along)),
        )


def _set(run: Run, row: int, values: Mapping[str, str]) -> None:
    for column, value in values.items():
        st.session_state[_key(run, row, column)] = value


def _keep(run: Run, model: str, label: str | None, row: int, changes: dict[str, Any]) -> None:
    """Several scenarios side by side."""
    kept: list[tuple[str, dict[str, Any]]] = st.session_state.setdefault(f"{SCENARIOS}_{run.digest}_{row}", [])
    with st.container(horizontal=True):
        st.button(
            _("Keep this scenario"),
            icon=":material/bookmark_add:",
            key="keep_scenario",
            disabled=not changes or len(kept) >= MOST_SCENARIOS or changes in [one for _name, one in kept],
            on_click=kept.append,
            args=((_("Scenario {n}").format(n=len(kept) + 1), dict(changes)),),
        )
        if kept:
            st.button(_("Forget scenarios"), icon=":material/delete:", key="forget_scenarios", on_click=kept.clear)
    if kept:
        st.dataframe(_side_by_side(run, model, label, row, kept), alt=_("Scenarios side by side"))


def _side_by_side(
    run: Run, model: str, label: str | None, row: int, kept: list[tuple[str, dict[str, Any]]]
) -> pd.DataFrame:
    import pandas as pd

    from crm_ai.explanation.what_if import changed, said_of

    write = number if run.problem.task is Task.REGRESSION else percent
    columns = list(dict.fromkeys(column for _name, changes in kept for column in changes))
    table = {}
    for name, changes in [(_("As the customer is"), {}), *kept]:
        other = changed(run, row, changes)
        table[name] = [
            write(float(said_of(run.model(model), other, label)[0])),
            *(value_in_words(other[column].iloc[0]) for column in columns),
        ]
    return pd.DataFrame(table, index=[question_in_words(run.problem), *columns])
