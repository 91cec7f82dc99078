"""Which models, set how, and how they are judged: the choices below the question on the Train page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import proposing, state
from crm_ai.app.plain import plain
from crm_ai.modeling import Scale, Split, SplitKind, Task, make_plan, model_types_for, question_in_words
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.modeling import ModelType, Parameter, Plan, Problem, Proposal
    from crm_ai.table import Table

NAME_WIDTH = 40
SEARCHED = 9
REPEATS = (1, 2, 3, 5)
MOST_ONE_WAY = 12


def choose(table: Table, proposal: Proposal, before: Plan | None) -> Plan | None:
    """Draw the choice of models, and folded below it how they are trained and judged.

    Parameters
    ----------
    table : Table
        The customers.
    proposal : Proposal
        The question, and how its customers want to be divided.
    before : Plan, optional
        What was trained last.

    Returns
    -------
    Plan or None
        What is to be trained; None as long as no model is chosen.
    """
    problem = proposal.problem
    same = before if before is not None and before.problem.target == problem.target else None
    chosen = _models(problem.task, before)
    with st.expander(_("How they are trained and judged"), icon=":material/tune:"):
        left, right = st.columns(2)
        with left:
            problem = _split(table, proposal, same)
            problem = replace(problem, repeats=_repeats(problem, same))
        with right:
            search = _search(before)
            problem = _balance(problem, same)
            problem = _scale(table, problem, same)
        problem = _one_way(table, problem, same)
    return make_plan(problem, chosen, search=search) if chosen else None


def _models(task: Task, before: Plan | None) -> dict[str, dict[str, Any]]:
    entries = model_types_for(task)
    known = before.settings if before is not None and before.problem.task is task else None
    row = st.grid(min(len(entries), 3), min_column_width=240)
    chosen: dict[str, dict[str, Any]] = {}
    for entry in entries:
        wanted = entry.id in known if known is not None else entry.is_basic
        settings = known.get(entry.id, {}) if known is not None else {}
        with row.container(border=True, height="stretch"):
            name = f"**{entry.name}**"
            is_chosen = st.checkbox(name, value=wanted, key=_key(f"model_{entry.id}"), persist_state="session")
            st.markdown(entry.sentence)
            if entry.remark(task):
                st.caption(entry.remark(task))
            set_now = _settings(entry, settings)
        if is_chosen:
            chosen[entry.id] = set_now
    return chosen


def _settings(entry: ModelType, known: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that are not the usual ones."""
    if state.for_manager():
        return dict(known)
    with st.popover(_("Settings"), icon=":material/settings:", type="tertiary", key=_key(f"settings_{entry.id}")):
        values = {parameter.id: _value(entry, parameter, known) for parameter in entry.parameters}
    return {p.id: values[p.id] for p in entry.parameters if values[p.id] != p.default}


def _value(entry: ModelType, parameter: Parameter, known: Mapping[str, Any]) -> Any:
    values = list(parameter.values)
    return st.selectbox(
        parameter.name,
        values,
        index=values.index(known.get(parameter.id, parameter.default)),
        key=_key(f"{entry.id}_{parameter.id}"),
        format_func=lambda value: (
            f"{_in_words(value)} · {_('usual')}" if value == parameter.default else _in_words(value)
        ),
        persist_state="session",
        help=parameter.help,
    )


def _in_words(value: Any) -> str:
    words = {
        "none": _("none"),
        "ridge": _("ridge (l2)"),
        "lasso": _("lasso (l1)"),
        "elastic_net": _("elastic net"),
        "sqrt": _("square root of all"),
    }
    return words.get(str(value), str(value))


def _split(table: Table, proposal: Proposal, before: Plan | None) -> Problem:
    problem, proposed, why = proposal.problem, proposal.problem.split, proposal.reasons["split"]
    possible = {
        SplitKind.RANDOM: ("",),
        SplitKind.GROUP: proposing.groups_possible(table, problem),
        SplitKind.TIME: proposing.times_possible(table, problem),
    }
    known = before.problem.split if before else proposed
    words = {
        SplitKind.RANDOM: _("by chance"),
        SplitKind.GROUP: _("groups together"),
        SplitKind.TIME: _("past and future"),
    }
    kinds = [kind for kind in SplitKind if possible[kind]]
    kind = SplitKind(
        st.segmented_control(
            _("Who is judged on?"),
            kinds,
            default=known.kind if known.kind in kinds else SplitKind.RANDOM,
            required=True,
            format_func=words.__getitem__,
            key=_key(f"split_{problem.target}"),
            persist_state="session",
            help=_(
                "A fifth of the customers is set aside to judge the models. By chance; whole groups, such as a "
                "household, on one side; or the latest customers, so that models learn from the past and are judged on "
                "the future."
            ),
        )
    )
    column = ""
    if kind is not SplitKind.RANDOM:
        options = list(possible[kind])
        usual = next((split.column for split in (known, proposed) if split.kind is kind), "")
        column = st.selectbox(
            _("Groups of which column?") if kind is SplitKind.GROUP else _("Which date?"),
            options,
            index=options.index(usual) if usual in options else 0,
            key=_key(f"split_{kind.value}_{problem.target}"),
            persist_state="session",
        )
    if kind is proposed.kind:
        st.caption(plain(why))
    elif proposed.kind is not SplitKind.RANDOM:
        st.caption(_("Proposed instead: {what}. {why}").format(what=words[proposed.kind], why=plain(why)))
    return replace(problem, split=Split(kind, str(column)))


def _repeats(problem: Problem, before: Plan | None) -> int:
    if problem.split.kind is SplitKind.TIME:
        return 1
    return int(
        st.selectbox(
            _("Rounds of cross-validation"),
            REPEATS,
            index=REPEATS.index(before.problem.repeats) if before and before.problem.repeats in REPEATS else 0,
            key=_key("repeats"),
            persist_state="session",
            help=_("Each round divides the training customers into {n} other folds: surer, and slower.").format(
                n=problem.folds
            ),
        )
    )


def _search(before: Plan | None) -> int:
    wanted = st.toggle(
        _("Search for the best settings"),
        value=bool(before and before.search),
        key=_key("search"),
        persist_state="session",
        help=_(
            "Tries up to {n} settings of each model by successive halving. Each fold searches anew within its own "
            "customers, so the reported scores are not those searched on. Takes about ten times as long."
        ).format(n=SEARCHED),
    )
    return SEARCHED if wanted else 0


def _balance(problem: Problem, before: Plan | None) -> Problem:
    if problem.task is Task.REGRESSION:
        return problem
    wanted = st.toggle(
        _("Rare answers count like frequent ones"),
        value=bool(before and before.problem.balanced),
        key=_key("balanced"),
        persist_state="session",
        help=_(
            "Customers are weighted, none is copied or left out. It seldom ranks better, and scores are no longer "
            "probabilities unless they are recalibrated; moving the threshold usually does the same, honestly."
        ),
    )
    return _recalibrated(replace(problem, balanced=wanted), before)


def _recalibrated(problem: Problem, before: Plan | None) -> Problem:
    if problem.task is not Task.BINARY or state.for_manager():
        return problem
    words = {"": _("as they are"), "sigmoid": _("by a line (Platt)"), "isotonic": _("by any rising curve (isotonic)")}
    chosen = st.selectbox(
        _("Probabilities are taken"),
        list(words),
        index=list(words).index(before.problem.recalibration if before else ""),
        format_func=words.__getitem__,
        key=_key("recalibration"),
        persist_state="session",
        help=_(
            "Corrected by what came out for training customers whom the model had not seen (recalibration). It changes "
            "no order, only how far probabilities can be taken at their word. A rising curve wants a thousand "
            "customers; a line a hundred."
        ),
    )
    return replace(problem, recalibration=str(chosen or ""))


def _scale(table: Table, problem: Problem, before: Plan | None) -> Problem:
    if problem.task is not Task.REGRESSION or proposing.lowest(table, problem) < 0:
        return problem
    proposed, why = proposing.proposed_scale(table, problem)
    words = {
        Scale.PLAIN: _("sums"),
        Scale.LOG: _("factors (logarithm)"),
        Scale.TWEEDIE: _("factors (Tweedie)"),
    }
    scale = Scale(
        st.segmented_control(
            _("Amounts go by"),
            list(Scale),
            default=before.problem.scale if before else Scale.PLAIN,
            required=True,
            format_func=words.__getitem__,
            key=_key(f"scale_{problem.target}"),
            persist_state="session",
            help=_(
                "Sums: a trait adds an amount. Factors: a trait multiplies it, as suits skewed positive amounts; by "
                "the logarithm, or by a Tweedie model, which also takes many zeros."
            ),
        )
    )
    if proposed is not Scale.PLAIN and scale is Scale.PLAIN:
        st.caption(plain(why))
    return replace(problem, scale=scale)


def _one_way(table: Table, problem: Problem, before: Plan | None) -> Problem:
    if problem.task is Task.MULTICLASS or state.for_manager():
        return problem
    from crm_ai.table import Kind

    options = [name for name in problem.features if table.schema[name].kind is Kind.NUMBER]
    if not options:
        return problem
    known = dict(before.problem.monotonic) if before else {}
    what = plain(question_in_words(problem), NAME_WIDTH)
    ways = []
    for way, label in (
        (1, _("More never lowers “{what}”").format(what=what)),
        (-1, _("More never raises “{what}”").format(what=what)),
    ):
        chosen = st.multiselect(
            label,
            options,
            default=[name for name in options if known.get(name) == way],
            key=_key(f"one_way_{way}_{problem.target}"),
            persist_state="session",
            max_selections=MOST_ONE_WAY,
            help=_("Decision tree and gradient boosting keep to it (monotonic constraint); the others do not."),
            placeholder=_("Choose any"),
        )
        ways += [(name, way) for name in chosen]
    both = {name for name, way in ways if (name, -way) in ways}
    if both:
        st.caption(_("{n} columns are marked both ways and left free.").format(n=count(len(both))))
    return replace(problem, monotonic=tuple((name, way) for name, way in ways if name not in both))


def _key(name: str) -> str:
    return f"plan_{name}_{state.value('data')}_{state.value('run')}"
