"""What can be done? Fairer models are made in the background, set beside what they cost, and one may be adopted."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import adopting, audit_pictures, audited, frame, glossary, notions, searching, state, worth
from crm_ai.app.plain import plain
from crm_ai.fairness import CONSTRAINTS, KNOWS_THE_GROUP, METHODS, adoption_of, frontier_in_words, proposed
from crm_ai.fairness.frontier import HOLDOUT, OUT_OF_FOLD
from crm_ai.modeling import Task, model_type_of
from crm_ai.words import NOTHING, _, count, percent

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.app.audited import Audited
    from crm_ai.app.searching import Search, Wanted
    from crm_ai.evaluation import Offer
    from crm_ai.fairness import Candidate


def panel(what: Audited) -> None:
    """Draw the tab.

    Parameters
    ----------
    what : Audited
        What is audited.
    """
    if what.run.problem.task is not Task.BINARY:
        _not_yes_or_no(what)
        return
    if what.model != what.trained:
        st.info(
            _("This model was made fairer already. Ways are compared for the one it was made of: {model}.").format(
                model=plain(model_type_of(what.trained).name)
            ),
            icon=":material/info:",
        )
    wanted = _wanted(what)
    search = searching.shelf().get(what.run, wanted)
    if search is None or not (search.is_running or search.is_whole):
        label = _("Compare ways to close the gap") if search is None else _("Try the other ways too")
        place = st.empty()
        if place.button(label, type="primary", icon=":material/balance:", key="compare_ways"):
            place.empty()
            search = searching.shelf().begin(what.run, wanted)
    if search is None:
        st.caption(
            _(
                "Up to five ways, each fitted on training customers only and judged on others. It takes some seconds a "
                "way, goes on if you look at another page, and changes nothing until you adopt one."
            )
        )
        return
    searching.watch(search)
    search.check()
    _found(what, wanted, search)


def _not_yes_or_no(what: Audited) -> None:
    st.markdown(
        _(
            "Models of a yes/no question can be made fairer here: this one predicts a number. Ask “more than …?” "
            "instead."
        )
        if what.of_numbers
        else _(
            "Models of a yes/no question can be made fairer here: this one has several answers. Ask about one of them "
            "instead, “one answer or not?”."
        )
    )
    if st.button(_("Ask a yes/no question"), icon=":material/model_training:", key="ask_yes_no"):
        st.switch_page("pages/train.py", query_params=state.address("train"))


def _wanted(what: Audited) -> Wanted:
    usual = notions.concern(what).constraint or CONSTRAINTS[0]
    words = {
        "demographic_parity": _("selected equally often (demographic parity)"),
        "equalized_odds": _("equal hits and false alarms (equalized odds)"),
        "true_positive_rate_parity": _("found equally often, of those with the answer (equal opportunity)"),
        "false_positive_rate_parity": _("equally few false alarms"),
    }
    constraint = st.selectbox(
        _("What shall be equal?"),
        CONSTRAINTS,
        index=CONSTRAINTS.index(usual),
        format_func=words.__getitem__,
        key=f"constraint_{usual}",  # another question asked on “Which fairness?” proposes another one
        persist_state="session",
        help=_("Proposed by the question on “Which fairness?”."),
    )
    # Columns that were only added to look at are not in the files that will be scored.
    known = state.table()
    lasting = known is not None and all(column in known.schema for column in what.segment.columns)
    return searching.Wanted(
        model_type=what.trained,
        segment=what.segment,
        constraint=str(constraint),
        threshold=what.threshold,
        methods=tuple(method for method in METHODS if lasting or method not in KNOWS_THE_GROUP),
    )


def _found(what: Audited, wanted: Wanted, search: Search) -> None:
    found = list(search.found)
    if found:
        offer = _offer()
        with st.spinner(_("Judging what was found …")):
            table = audited.frontier(what, found, wanted.constraint, offer)
        best = proposed(table)
        _say_best(best, found)
        frame.chart(*audit_pictures.frontier(what, found, wanted.constraint, offer, best), key="frontier")
        st.caption(
            _(
                "Each point is a model, judged on {n} customers that no model has seen; bars are 95 % intervals. Which "
                "one is proposed was chosen on other customers (out of fold)."
            ).format(n=count(len(what.run.holdout_rows)))
        )
        st.dataframe(_table(table), hide_index=True, alt=_("What each way leaves and costs"))
        _one(what, found, table, best)
    if not found:
        st.markdown(_("No way suits here."))
        for why in dict.fromkeys(search.refused.values()):
            st.markdown(f"- {plain(why)}")
    elif search.refused:
        with st.expander(_("Ways that do not suit here"), type="compact", key="refused"):
            for method, why in search.refused.items():
                st.markdown(f"- **{searching.way_in_words(method)}**: {plain(why)}")


def _offer() -> Offer | None:
    chosen = st.segmented_control(
        _("What shall it still achieve?"),
        ["roc_auc", "profit"],
        default="roc_auc",
        required=True,
        format_func={"roc_auc": glossary.term("roc_auc").label, "profit": _("Money")}.__getitem__,
        key="frontier_gain",
        persist_state="session",
    )
    return worth.amounts() if chosen == "profit" else None


def _say_best(best: str, found: list[Candidate]) -> None:
    methods = {candidate.name: candidate.method for candidate in found}
    if best:
        st.markdown(
            _("Proposed: **{way}**. It ranks nearly as well, and leaves hardly any gap or the smallest.").format(
                way=searching.way_in_words(methods[best])
            )
        )
    else:
        st.markdown(_("None is proposed: the model as trained leaves as little, or all others cost too much."))


def _one(what: Audited, found: list[Candidate], table: pd.DataFrame, best: str) -> None:
    """One candidate: what it changes, in whom, what to consider, and the button that takes it."""
    ways = {candidate.name: candidate for candidate in found}
    chosen = st.selectbox(
        _("Look at one of them"),
        list(ways),
        index=list(ways).index(best) if best in ways else 0,
        format_func=lambda name: searching.way_in_words(ways[name].method),
        key="candidate",
    )
    candidate = ways[str(chosen)]
    st.markdown(plain(frontier_in_words(table, candidate.name)))
    changes = audited.changes(what, candidate)
    frame.chart(*audit_pictures.changes(what.segment, changes), key="who_changes")
    if candidate.needs_segment:
        st.warning(plain(candidate.caution), icon=":material/gavel:")
    else:
        st.caption(plain(candidate.caution))
    taken = adoption_of(replace(candidate, segment=what.segment)) in adopting.of_run(what.run)
    if st.button(
        _("Adopt this model"),
        type="primary",
        icon=":material/task_alt:",
        key="adopt",
        disabled=taken,
        help=_("It was adopted before; choose it above.")
        if taken
        else _("It becomes a model like the others: looked at, explained, audited, saved. The others stay."),
    ):
        adopting.take(what.run, candidate)
        st.toast(_("Adopted. It is among the models now."))
        st.rerun()


def _table(frontier: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    held, folds = (frontier[frontier["on"] == side] for side in (HOLDOUT, OUT_OF_FOLD))
    rows = [
        {
            _("way"): searching.way_in_words(str(row["method"])),
            _("gap left, in points"): _points(row),
            _("out of fold"): f"{100 * gap:.1f}" if isfinite(gap) else NOTHING,
            _("ROC AUC"): _between(row, "roc_auc"),
            _("change of ROC AUC"): _between(row, "auc_change"),
            _("right (accuracy)"): percent(row["accuracy"], 1),
            _("selected"): percent(row["selection_rate"], 1),
            _("must know the group"): _("yes") if row["needs_segment"] else _("no"),
            _("no other is better in both"): _("yes") if row["efficient"] else _("no"),
        }
        for (_place, row), gap in zip(held.iterrows(), folds["gap"].tolist(), strict=True)
    ]
    return pd.DataFrame(rows)


def _points(row: pd.Series) -> str:
    if not isfinite(row["gap"]):
        return NOTHING
    gap, low, high = (f"{100 * row[name]:.1f}" for name in ("gap", "gap_low", "gap_high"))
    return f"{gap} ({low} – {high})"


def _between(row: pd.Series, name: str) -> str:
    if not isfinite(row[name]):
        return NOTHING
    value, low, high = (f"{round(row[end], 3) + 0:.3f}" for end in (name, f"{name}_low", f"{name}_high"))
    return f"{value} ({low} – {high})"
