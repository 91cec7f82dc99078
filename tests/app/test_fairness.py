"""Fairness: for whom is it worse?"""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

from crm_ai.app import audit_export, results, runs, searching, store
from crm_ai.app.audited import Audited, audits
from crm_ai.app.plain import WORD_JOINER
from crm_ai.deployment.registry import list_versions, open_registry
from crm_ai.fairness import Adoption
from crm_ai.modeling import Segment
from tests.app.driving import assert_sound, go, unequal_customers, upload, words

TABS = ("Is there a gap?", "Which fairness?", "From the data or the model?", "What can be done?")


@pytest.fixture
def audited(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    next(m for m in at.multiselect if "segments" in m.key).set_value(["gender", "plan", "months"]).run()
    at.button(key="train").click().run()
    return go(at, "fairness")


@pytest.fixture
def unequal(visit):
    at = go(upload(visit(), unequal_customers()), "train")
    next(m for m in at.multiselect if "segments" in m.key).set_value(["gender"]).run()
    at.button(key="train").click().run()
    go(at, "fairness")
    return at


def open_tab(at, name):
    at.session_state["fairness_tab"] = name
    return at.run()


def said(at):
    """Everything on the page, as people read it."""
    boxes = (e.value for kind in (at.success, at.warning, at.info) for e in kind)
    return "\n".join((words(at), *boxes)).replace("\\", "").replace(WORD_JOINER, "")


def run_of(at):
    return runs.shelf().get(at.query_params["run"])


def test_says_for_whom_it_is_worse(audited):
    assert_sound(audited)
    assert "gap" in words(audited)
    assert len(audited.metric) == 4
    assert len(audited.get("plotly_chart")) == 2


def test_threshold_and_segment_move_everything(audited):
    before = [metric.value for metric in audited.metric]
    audited.slider[0].set_value(0.15).run()
    assert_sound(audited)
    assert [metric.value for metric in audited.metric] != before
    audited.selectbox[0].select("plan").run()
    assert_sound(audited)
    assert audited.query_params["segment"] == "plan"
    assert audited.query_params["threshold"] == "0.15"


def test_every_metric_is_drawn(audited):
    control = next(c for c in audited.segmented_control if c.key == "fairness_metric")
    for metric in control.options:
        next(c for c in audited.segmented_control if c.key == "fairness_metric").set_value(metric).run()
        assert_sound(audited)


def test_numbers_in_bands_can_be_segments(audited):
    audited.selectbox[0].select("months").run()
    assert_sound(audited)


def test_edges_and_combinations_are_written_on_the_page_and_in_the_address(audited, visit):
    audited.selectbox[0].select("months").run()
    audited.text_input[0].set_value("36, 12").run()
    assert_sound(audited)
    assert audited.query_params["segment"] == "months=12,36"
    assert "months (12, 36)" in said(audited)
    beside = next(m for m in audited.multiselect if "groups_beside" in m.key)
    beside.set_value(["gender", "plan"]).run()
    assert_sound(audited)
    assert audited.query_params["segment"] == "months=12,36+gender+plan"
    audited.text_input[0].set_value("young").run()
    assert_sound(audited)
    assert audited.query_params["segment"] == "months+gender+plan"
    assert "not numbers" in words(audited)
    audited.text_input[0].set_value("24").run()
    other = visit("fairness", **dict(audited.query_params.items()))
    assert_sound(other)
    assert other.text_input[0].value == "24"
    assert [m.value for m in other.metric] == [m.value for m in audited.metric]
    other.selectbox[0].select("gender").run()
    assert other.query_params["segment"] == "gender+plan"


def test_a_segment_that_means_nothing_here_is_let_go(audited, visit):
    address = dict(audited.query_params.items())
    for hostile in ("nothing", "gender=1,2", "gender+gender", "months=9,1e999", "a+b+c+d", "%00", "Churn"):
        other = visit("fairness", **address | {"segment": hostile})
        assert_sound(other)
        assert other.query_params["segment"] in ("gender", "months")


def test_without_segments_any_column_can_be_looked_at(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    next(m for m in at.multiselect if "segments" in m.key).set_value([]).run()
    at.button(key="train").click().run()
    go(at, "fairness")
    assert_sound(at)
    assert len(at.metric) == 4
    at.selectbox[0].select("plan").run()
    assert at.query_params["segment"] == "plan"
    at.button(key="choose_segments").click().run()
    assert at.title[0].value == "What shall we predict, and with what?"


@pytest.mark.parametrize("target", ["spend", "plan"])
def test_other_kinds_of_questions(visit, churn_csv, target):
    at = go(upload(visit(), churn_csv), "train")
    at.selectbox[0].select(target).run()
    at.button(key="train").click().run()
    go(at, "fairness")
    assert_sound(at)
    assert words(at).count("gap") >= 1
    for tab in TABS[1:]:
        open_tab(at, tab)
        assert_sound(at)
    assert "yes/no question can be made fairer" in words(at)
    at.button(key="ask_yes_no").click().run()
    assert at.title[0].value == "What shall we predict, and with what?"


def test_the_question_asked_leads_to_the_metric(unequal):
    open_tab(unequal, "Which fairness?")
    assert_sound(unequal)
    assert "have the answer unequally often" in said(unequal)
    assert "Treated worst by this measure: **男**" in said(unequal)
    choose = next(s for s in unequal.selectbox if "concern" in s.key)
    for concern in ("refusal", "help", "mistakes", "suspicion", "probability"):
        next(s for s in unequal.selectbox if s.key == choose.key).set_value(concern).run()
        assert_sound(unequal)
        assert unequal.query_params["concern"] == concern
    assert "amount" not in choose.options
    open_tab(unequal, "What can be done?")
    assert next(s for s in unequal.selectbox if "constraint" in s.key).value == "demographic_parity"


def test_where_it_comes_from(unequal):
    open_tab(unequal, "From the data or the model?")
    assert_sound(unequal)
    told = said(unequal)
    assert "The data differ by gender before any model" in told
    assert "If only “gender” were another" in told
    charts = [json.loads(chart.proto.spec) for chart in unequal.get("plotly_chart")]
    assert any("“district” tells gender best" in chart["layout"]["meta"]["finding"] for chart in charts)
    assert any("of the reasons" in str(chart["data"]) for chart in charts)


def test_before_any_training_the_data_are_audited(visit):
    at = go(upload(visit(), unequal_customers()), "fairness")
    assert_sound(at)
    assert "The data differ by gender before any model" in said(at)
    next(s for s in at.selectbox if "groups_first" in s.key).select("age").run()
    at.text_input[0].set_value("40").run()
    assert_sound(at)
    assert at.query_params["segment"] == "age=40"
    at.toggle(key="proxies_before").set_value(True).run()
    assert_sound(at)
    next(s for s in at.selectbox if s.key.startswith("before_")).select("income").run()
    assert_sound(at)
    at.button(key="invite_now").click().run()
    assert_sound(at)
    assert len(at.metric) == 4


def adopt_one(at, way=None):
    open_tab(at, "What can be done?")
    if any(button.key == "compare_ways" for button in at.button):  # what was found before is still there
        at.button(key="compare_ways").click().run()
    assert_sound(at)
    if way is not None:
        choose = at.selectbox(key="candidate")
        choose.set_value(way).run()
        assert_sound(at)
    return at.button(key="adopt").click().run()


def test_a_fairer_model_is_adopted_and_is_one_like_the_others(unequal, visit):
    at, before = unequal, unequal.query_params["run"]
    base = at.query_params["model"]
    at.selectbox[0].select("gender").run()
    adopt_one(at, f"{base}+reweighing")
    assert_sound(at)
    run, name = run_of(at), at.query_params["model"]
    assert at.query_params["run"] != before
    assert name == f"{base}+reweighing"
    assert at.query_params["segment"] == "gender"
    assert "Adopted:" in said(at)
    was, now = (results.audit(run, model, "gender", 0.5).difference["selection_rate"].value for model in (base, name))
    assert now < was / 2
    for page in ("metrics", "explain", "fairness", "deploy", "train"):
        go(at, page)
        if page == "deploy":
            at.session_state["deploy_tab"] = "Score new customers"
            at.run()
        assert_sound(at)
        if page != "train":
            control = next(c for c in at.segmented_control if "choose_model" in c.key)
            assert control.value == name
            assert name in control.options or any("reweighed" in str(o) for o in control.options)
    open_tab(go(at, "fairness"), "What can be done?")
    at.selectbox(key="candidate").set_value(name).run()
    assert at.button(key="adopt").disabled, "it was adopted already"


def test_a_model_is_registered_with_the_audit_of_those_it_was_made_fairer_for(unequal, monkeypatch):
    made_for = Segment(("gender", "age"), {"age": (40.0,)})
    adoption = Adoption(model_type="decision_tree", method="reweighing", constraint="", segment=made_for, threshold=0.5)
    monkeypatch.setattr("crm_ai.app.adopting.of_run", lambda run: (adoption,))
    at = go(unequal, "deploy")
    next(one for one in at.text_area if one.key.startswith("register_why_")).set_value("fairer").run()
    at.button(key="register_now").click().run()
    assert_sound(at)
    (version,) = list_versions(open_registry())
    assert list(version.facts["fairness"]) == ["gender", made_for.name]


def test_an_adopted_model_survives_a_copied_link(unequal, visit):
    at = unequal
    base = at.query_params["model"]
    adopt_one(at, f"{base}+exponentiated_gradient.demographic_parity")
    address, name = dict(at.query_params.items()), at.query_params["model"]
    predictions = run_of(at).predictions[name].copy()
    runs.shelf.clear()
    searching.shelf.clear()
    other = visit("fairness", **address)
    assert_sound(other)
    assert dict(other.query_params.items()) == address
    assert "Adopted:" in said(other)
    assert (run_of(other).predictions[name] == predictions).all()
    assert [a.method for a in store.open_adoptions(address["data"], address["run"])] == ["exponentiated_gradient"]
    manager = visit("metrics", **{k: address[k] for k in ("data", "run", "model")})
    assert_sound(manager)


def test_several_are_adopted_one_after_the_other(unequal):
    at = unequal
    base = at.query_params["model"]
    adopt_one(at, f"{base}+reweighing")
    adopt_one(at, f"{base}+group_thresholds.demographic_parity")
    assert_sound(at)
    run = run_of(at)
    assert [name for name in run.models if "+" in name] == [
        f"{base}+reweighing",
        f"{base}+group_thresholds.demographic_parity",
    ]
    assert said(at).count("Adopted:") == 2
    assert any("forbidden" in w.value for w in at.warning)
    go(at, "deploy")
    at.session_state["deploy_tab"] = "Score new customers"
    at.run()
    assert any("forbidden" in w.value for w in at.warning)


def test_a_threshold_for_each_group_comes_with_a_caution(unequal):
    at = unequal
    base = at.query_params["model"]
    open_tab(at, "What can be done?")
    at.button(key="compare_ways").click().run()
    at.selectbox(key="candidate").set_value(f"{base}+group_thresholds.demographic_parity").run()
    assert any("Ask a lawyer" in w.value for w in at.warning)
    at.selectbox(key="candidate").set_value(f"{base}+reweighing").run()
    assert not any("lawyer" in w.value for w in at.warning)
    next(c for c in at.segmented_control if c.key == "frontier_gain").set_value("profit").run()
    assert_sound(at)
    assert len(at.number_input) >= 4


def test_a_manager_reads_the_verdict_first(unequal, visit):
    adopt_one(unequal)
    at = visit("fairness", **dict(unequal.query_params.items()) | {"reader": "manager"})
    assert_sound(at)
    assert at.markdown[0].value.startswith("**") or any(m.value.startswith("**") for m in at.markdown[:4])
    assert "by gender" in said(at)
    assert "Adopted:" in said(at)
    assert any(e.label == "Details" for e in at.expander)


def test_figures_and_selected_customers_are_taken_away(unequal):
    run, model = run_of(unequal), unequal.query_params["model"]
    what = Audited(run, model, None, Segment(("age", "gender"), {"age": (40,)}), 0.5)
    found = audits(what)
    figures = audit_export.figures(found)
    assert list(figures["segment"].unique()) == ["age (40) × gender", "gender"]
    assert set(figures["judgement"]) <= {"gap", "no evidence of a gap", "too few to say"}
    chosen = audit_export.selected(what)
    assert len(chosen) == (run.predictions[model] >= 0.5).sum()
    assert chosen["score"].min() >= 0.5
    assert chosen["score"].is_monotonic_decreasing
    assert set(chosen["decision"]) == {"Yes"}
    assert set(chosen["group"]) <= set(found[0].sizes)
    counted = chosen["group"].value_counts().to_dict()
    rates = found[0].by_group["selection_rate"]
    assert {g: round(rates[g].value * n) for g, n in found[0].sizes.items() if rates[g].value} == counted
    keys = {b.key for b in unequal.get("download_button")} if unequal.get("download_button") else set()
    assert not keys or {"audit_csv", "audit_parquet", "selected_csv", "selected_parquet"} <= keys
    from crm_ai.deployment import csv_bytes

    assert len(pd.read_csv(io.BytesIO(csv_bytes(chosen)))) == len(chosen)


def _trained(visit, frame):
    at = go(upload(visit(), frame.to_csv(index=False).encode()), "train")
    at.button(key="train").click().run()
    return go(at, "fairness")


def test_odd_tables_end_in_a_sentence(visit):
    base = pd.read_csv(io.BytesIO(unequal_customers(240)))
    many = base.assign(town=[f"town {i % 120}" for i in range(240)])
    one = base.assign(gender="女")
    for frame, column in ((many, "town"), (one, "gender")):
        at = _trained(visit, frame)
        control = next(s for s in at.selectbox if "groups_first" in s.key)
        if column in control.options:
            control.select(column).run()
        for tab in TABS:
            open_tab(at, tab)
            assert_sound(at)
    at.slider[0].set_value(0.0).run()
    assert_sound(at)
    at.slider[0].set_value(1.0).run()
    for tab in TABS:
        open_tab(at, tab)
        assert_sound(at)


def test_three_rows_end_in_a_sentence(visit):
    at = go(upload(visit(), b"a,b,Churn\n1,x,yes\n2,y,no\n3,x,yes\n"), "fairness")
    assert_sound(at)
