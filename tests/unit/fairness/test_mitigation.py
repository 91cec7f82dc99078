import json
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fairlearn.preprocessing import CorrelationRemover
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.deployment import explain_table, load_model, model_card, score
from crm_ai.deployment.model_file import model_bytes
from crm_ai.errors import CrmAiError, ProblemError
from crm_ai.evaluation import Offer
from crm_ai.explanation import explain
from crm_ai.fairness import (
    METHODS,
    adopt,
    adopted_digest,
    adoption_as_json,
    adoption_from_json,
    adoption_of,
    audit_fairness,
    candidate_again,
    candidates,
    frontier,
    frontier_in_words,
    mitigate,
    proposed,
    who_changes,
)
from crm_ai.fairness.decorrelation import Decorrelated, fit_decorrelated
from crm_ai.fairness.group_thresholds import Past, choose_thresholds, moved, shifts_of
from crm_ai.fairness.ways import reweighing
from crm_ai.modeling import (
    MODEL_TYPES,
    Segment,
    best_by_cross_validation,
    compare,
    group_codes,
    groups_from_labels,
    groups_of,
    headline,
    propose_problem,
    run_record,
    train,
)
from crm_ai.modeling.newton_logistic import NewtonLogistic
from crm_ai.table import table_from_frame

LOGISTIC = "logistic_regression"


def make_frame(n=2000, seed=0):
    """Women buy more often; a district that follows gender gives it away."""
    rng = np.random.default_rng(seed)
    female = rng.random(n) < 0.4
    income, age = rng.normal(30, 8, n), rng.integers(18, 80, n).astype(float)
    margin = 1.2 * female + 0.08 * (income - 30) + 0.01 * (age - 40) - 0.8
    age[:40] = np.nan
    return pd.DataFrame(
        {
            "gender": np.where(female, "f", "m"),
            "district": np.where(rng.random(n) < 0.8, np.where(female, "north", "south"), "west"),
            "age": age,
            "income": income,
            "joined": pd.Timestamp("2019-03-01") + pd.to_timedelta(rng.integers(0, 1500, n), unit="D"),
            "buys": np.where(rng.random(n) < 1 / (1 + np.exp(-margin)), "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def table():
    return table_from_frame(make_frame())


def trained(table, features, models=(LOGISTIC,), **changes):
    problem = propose_problem(table, target="buys", positive="yes", features=features, segments=["gender"]).problem
    return train(table, replace(problem, **changes), list(models))


@pytest.fixture(scope="module")
def run(table):
    return trained(table, ["gender", "district", "age", "income"], (LOGISTIC, "decision_tree"))


@pytest.fixture(scope="module")
def blind(table):
    """A run whose models do not hold gender."""
    return trained(table, ["district", "age", "income"])


@pytest.fixture(scope="module")
def found(run):
    return {candidate.method: candidate for candidate in candidates(run, LOGISTIC, "gender")}


def test_every_method_narrows_the_gap_and_is_judged_twice(run, found):
    assert set(found) == set(METHODS)
    table = frontier(run, LOGISTIC, list(found.values()), segment="gender", offer=Offer(value=100, cost=20))
    assert len(table) == 2 * (1 + len(METHODS))
    for _side, part in table.groupby("on"):
        gaps = part.set_index("method")["gap"]
        for method in METHODS:
            assert gaps[method] < gaps[""] / 2, method
        assert (part["gap_low"] <= part["gap"]).all()
        assert (part["gap"] <= part["gap_high"]).all()
        assert part["profit"].notna().all()
    held = table[table["on"] == "holdout"].set_index("method")
    assert held.loc["", "auc_change"] == 0
    assert held.loc["", "roc_auc"] == pytest.approx(headline(run, LOGISTIC)["roc_auc"].value)
    audit = audit_fairness(run, LOGISTIC, "gender")
    assert held.loc["", "gap"] == pytest.approx(audit.parity["demographic_parity_difference"].value)
    name = proposed(table, most_lost=0.2)
    chosen = table[(table["on"] == "out of fold") & (table["name"] == name)].iloc[0]
    assert chosen["gap"] < 0.05
    assert not chosen["needs_segment"]
    assert proposed(table, most_lost=0.0) == ""
    assert "The gap goes from" in frontier_in_words(table, name)


@pytest.mark.parametrize("method", METHODS)
def test_a_candidate_becomes_a_model_like_any_other(run, found, method):
    candidate = found[method]
    adopted = adopt(run, candidate)
    name = list(adopted.models)[-1]
    assert name == candidate.name
    assert adopted.digest != run.digest
    assert list(run.models) == [LOGISTIC, "decision_tree"]
    audit = audit_fairness(adopted, name, "gender")
    assert audit.difference["selection_rate"].value < 0.15
    assert explain(adopted, name, rows=adopted.holdout_rows[:8]).values.shape == (8, 4)
    assert headline(adopted, name)["roc_auc"].value > 0.6
    opened = load_model(model_bytes(adopted.model(name)))
    assert opened.predict(adopted.holdout_frame) == pytest.approx(adopted.predictions[name], abs=1e-12)
    others = table_from_frame(adopted.holdout_frame.reset_index(drop=True))
    explained = explain_table(opened, others, rows=np.arange(5), scale="probability").to_frame()  # without its run
    assert explained["output"].to_numpy() == pytest.approx(adopted.predictions[name][:5], abs=1e-6)
    scored = score(opened, others)
    assert scored.frame["score"].to_numpy() == pytest.approx(adopted.predictions[name], abs=1e-12)
    assert MODEL_TYPES[name].name.startswith("Logistic regression, ")
    assert name in model_card(adopted, name) or "Logistic regression, " in model_card(adopted, name)
    assert best_by_cross_validation(adopted) in adopted.models
    assert compare(adopted).rivals
    assert set(run_record(adopted)["results"]) == {"baseline", *run.models}
    again = adopt(adopted, candidate)
    assert list(again.models)[-1] == f"{name}.2"
    assert MODEL_TYPES[f"{name}.2"].name != MODEL_TYPES[name].name
    assert "2" in MODEL_TYPES[f"{name}.2"].name


def test_holdout_has_no_part(table, run):
    """Other outcomes of holdout customers change no candidate."""
    frame = table.frame.copy()
    turned = frame["buys"].astype(str).to_numpy().copy()
    turned[run.holdout_rows] = np.where(turned[run.holdout_rows] == "yes", "no", "yes")
    other = replace(run, table=table_from_frame(frame.assign(buys=turned)), actual=1 - run.actual)
    for method in ("reweighing", "decorrelation", "grid_search", "group_thresholds"):
        one, two = (mitigate(which, LOGISTIC, "gender", method) for which in (run, other))
        assert one.made.predictions == pytest.approx(two.made.predictions, abs=1e-12)


def test_out_of_fold_scores_are_of_customers_the_model_has_not_seen(run, found):
    """The outcome of a customer does not change what is said of that customer out of fold."""
    from crm_ai.modeling import first_folds

    _fit, judge = first_folds(run)[0]
    actual = run.train_actual.copy()
    order = np.random.default_rng(0).permutation(len(judge))
    actual[judge] = actual[judge][order]
    said = {LOGISTIC: run.out_of_fold[LOGISTIC]}
    other = replace(run, train_actual=actual, out_of_fold=said)
    for method in ("reweighing", "group_thresholds"):
        again = mitigate(other, LOGISTIC, "gender", method).made.out_of_fold
        same_folds = [(a == b).all() for (_f, a), (_g, b) in zip(first_folds(run), first_folds(other), strict=True)]
        if all(same_folds):
            assert again[judge] == pytest.approx(found[method].made.out_of_fold[judge], abs=1e-12)


def test_a_group_the_model_did_not_know_is_asked_for_at_scoring(blind):
    for method in ("group_thresholds", "decorrelation"):
        candidate = mitigate(blind, LOGISTIC, "gender", method)
        assert candidate.needs_segment
        assert candidate.caution
        assert candidate.made.model.problem.features == ("district", "age", "income", "gender")
        adopted = adopt(blind, candidate)
        assert adopted.problem.features[-1] == "gender"
        assert explain(adopted, candidate.name, rows=adopted.holdout_rows[:5]).columns[-1] == "gender"
        assert explain(adopted, LOGISTIC).values.shape[1] == 3
        lacking = table_from_frame(blind.holdout_frame.drop(columns=["gender"]).reset_index(drop=True))
        with pytest.raises(CrmAiError, match="gender"):
            score(candidate.made.model, lacking)
        again = mitigate(adopted, LOGISTIC, "gender", "reweighing").made.model
        assert again.problem.features == ("district", "age", "income")
    reweighed = mitigate(blind, LOGISTIC, "gender", "reweighing")
    assert not reweighed.needs_segment
    assert reweighed.made.model.problem.features == ("district", "age", "income")


@pytest.mark.parametrize("model", [LOGISTIC, "decision_tree"])
@pytest.mark.parametrize(
    "segment",
    [
        "gender",
        "age",
        "joined",
        Segment(("age",), {"age": (30, 50)}),
        Segment(("gender", "age"), {"age": (40,)}),
    ],
    ids=str,
)
def test_groups_are_read_off_encoded_columns_exactly(run, model, segment):
    candidate = mitigate(run, model, segment, "group_thresholds")
    codes, names = group_codes(run, segment)
    fitted = candidate.made.model
    matrix = fitted.encoder.transform(fitted.cleaned(run.holdout_frame))
    read = fitted.pipeline[-1].reader.groups(matrix)
    assert read.tolist() == codes.tolist()
    assert len(names) > 1


@pytest.mark.parametrize(
    ("constraint", "metric"),
    [
        ("demographic_parity", "selection_rate"),
        ("true_positive_rate_parity", "true_positive_rate"),
        ("false_positive_rate_parity", "false_positive_rate"),
    ],
)
def test_thresholds_by_group_make_rates_equal_and_select_as_many(constraint, metric):
    rng = np.random.default_rng(0)
    groups = rng.choice(3, 6000, p=[0.5, 0.3, 0.2])
    happened = (rng.random(6000) < np.array([0.2, 0.4, 0.6])[groups]).astype(int)
    scores = 1 / (1 + np.exp(-(rng.normal(size=6000) + 1.5 * happened + 0.5 * groups - 1.5)))
    own = choose_thresholds(Past(scores, happened, groups), constraint, 0.5, 3)
    chosen = scores >= own[groups]
    base = {"selection_rate": np.ones(6000, bool), "true_positive_rate": happened == 1}.get(metric, happened == 0)
    rates = [chosen[(groups == g) & base].mean() for g in range(3)]
    assert np.ptp(rates) < 0.005
    assert chosen.sum() == pytest.approx((scores >= 0.5).sum(), abs=6)
    after = moved(scores, groups, shifts_of(own, 0.5))
    assert ((after >= 0.5) == chosen).all()


def test_equal_odds_come_nearer_without_selecting_others_much_more_often():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 2, 6000)
    happened = (rng.random(6000) < np.array([0.3, 0.5])[groups]).astype(int)
    scores = 1 / (1 + np.exp(-(rng.normal(size=6000) + 1.5 * happened + 1.0 * groups - 1.5)))

    def gap(chosen):
        return max(abs(np.diff([chosen[(groups == g) & (happened == k)].mean() for g in (0, 1)])[0]) for k in (0, 1))

    own = choose_thresholds(Past(scores, happened, groups), "equalized_odds", 0.5, 2)
    before, after = scores >= 0.5, scores >= own[groups]
    assert gap(after) < gap(before) / 4
    assert after.mean() == pytest.approx(before.mean(), abs=0.02)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), st.integers(0, 1), st.integers(0, 2)), max_size=60),
    st.sampled_from(["demographic_parity", "equalized_odds", "true_positive_rate_parity"]),
    st.sampled_from([0.05, 0.5, 0.95]),
)
def test_no_past_makes_trouble(rows, constraint, threshold):
    scores, happened, groups = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.zeros(0),) * 3
    own = choose_thresholds(Past(scores, happened.astype(int), groups.astype(int)), constraint, threshold, 3)
    assert np.isfinite(own).all()
    said = moved(scores, groups.astype(int), shifts_of(own, threshold))
    assert ((said >= 0) & (said <= 1)).all()


def test_reweighing_makes_groups_and_answers_independent():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 3, 5000)
    target = (rng.random(5000) < 0.2 + 0.2 * groups).astype(int)
    weights = reweighing(groups, target)
    shares = [np.average(target[groups == g], weights=weights[groups == g]) for g in range(3)]
    assert shares == pytest.approx([target.mean()] * 3)
    for g in range(3):
        assert weights[groups == g].sum() == pytest.approx((groups == g).sum())


def test_decorrelation_equals_fairlearns_and_stays_linear():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(800, 5))
    X[:, 0] = X[:, 3] > 0
    X[:, 1] += 2 * X[:, 0]
    y = (X[:, 1] + rng.normal(size=800) > 1).astype(int)
    sensitive = np.array([True, False, False, False, False])
    fitted = fit_decorrelated(NewtonLogistic(), X, y, sensitive, None)
    remover = CorrelationRemover(sensitive_feature_ids=[0]).fit(X)
    plain = NewtonLogistic().fit(remover.transform(X), y)
    assert fitted.predict_proba(X)[:, 1] == pytest.approx(plain.predict_proba(remover.transform(X))[:, 1], abs=1e-6)
    assert fitted.coef_.shape == (1, 5)
    whole = Decorrelated(None, sensitive, remover.sensitive_mean_, np.atleast_2d(remover.beta_))
    assert np.corrcoef(whole.without(X)[:, 1], X[:, 0])[0, 1] == pytest.approx(0, abs=1e-9)


def test_other_models_are_made_fairer_too(run):
    before = audit_fairness(run, "decision_tree", "gender").difference["selection_rate"].value
    for method in METHODS:
        adopted = adopt(run, mitigate(run, "decision_tree", "gender", method))
        name = list(adopted.models)[-1]
        opened = load_model(model_bytes(adopted.model(name)))
        explained = explain_table(opened, adopted.table, rows=adopted.holdout_rows[:3]).to_frame()
        assert explained["output"].to_numpy() == pytest.approx(adopted.predictions[name][:3], abs=1e-6)
        if method in ("exponentiated_gradient", "group_thresholds"):
            assert audit_fairness(adopted, name, "gender").difference["selection_rate"].value < before / 2


def test_the_linear_probability_model_is_made_fairer_where_it_can_be(table):
    run = trained(table, ["gender", "district", "income"], ("linear_regression",))
    names = [candidate.method for candidate in candidates(run, "linear_regression", "gender")]
    assert names == ["reweighing", "decorrelation", "group_thresholds"]


@pytest.mark.parametrize("changes", [{"balanced": True}, {"recalibration": "sigmoid"}, {"repeats": 2}])
def test_other_ways_to_train_are_kept(table, changes):
    run = trained(table, ["gender", "district", "income"], **changes)
    for candidate in candidates(
        run, LOGISTIC, "gender", methods=("reweighing", "decorrelation", "grid_search", "group_thresholds")
    ):
        made = candidate.made
        assert np.isfinite(made.predictions).all()
        assert np.isfinite(made.out_of_fold).all()


@pytest.mark.parametrize("method", ["exponentiated_gradient", "grid_search", "group_thresholds"])
@pytest.mark.parametrize("threshold", [0.3, 0.6])
def test_where_groups_are_alike_decisions_stay(run, method, threshold):
    frame = run.table.frame.assign(coin=np.random.default_rng(1).choice(["heads", "tails"], len(run.table)))
    other = replace(run, table=table_from_frame(frame))
    candidate = mitigate(other, LOGISTIC, "coin", method, threshold=threshold)
    before = run.predictions[LOGISTIC] >= threshold
    assert ((candidate.made.predictions >= threshold) == before).mean() > 0.93


def test_a_gap_that_too_few_are_held_out_for_is_not_told_as_a_number(run):
    rare = groups_from_labels("rare", np.where(np.arange(len(run.table)) % 40 == 0, "few", "many"))
    candidate = mitigate(run, LOGISTIC, rare, "reweighing")
    table = frontier(run, LOGISTIC, [candidate], segment=rare)
    held = table[table["on"] == "holdout"]
    assert held["gap"].isna().all()
    words = frontier_in_words(table, candidate.name)
    assert words.startswith("What becomes of the gap cannot be said")
    assert "–" not in words


def test_who_is_newly_selected_and_who_no_longer(run, found):
    candidate = found["group_thresholds"]
    changes = who_changes(run, candidate)
    frame = changes.by_group.set_index("group")
    assert (frame["before"] + frame["newly"] - frame["no_longer"]).tolist() == frame["after"].tolist()
    assert frame.loc["m", "newly"] > 0 == frame.loc["f", "newly"]
    assert frame["newly"].sum() == len(changes.newly)
    place = np.isin(run.holdout_rows, changes.newly)
    assert (run.predictions[LOGISTIC][place] < 0.5).all()
    assert (candidate.made.predictions[place] >= 0.5).all()
    assert "newly selected" in changes.verdict


def test_clusters_serve_where_new_customers_need_no_group(run, table):
    clusters = groups_from_labels("cluster", np.where(table.frame["income"] > 30, "a", "b"))
    names = [candidate.method for candidate in candidates(run, LOGISTIC, clusters)]
    assert names == ["reweighing", "exponentiated_gradient", "grid_search"]


def test_tiny_groups_and_hostile_names_end_in_sentences():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "性别 <b>{x}</b> %s": np.where(rng.random(200) < 0.9, "女", "男"),
            "年龄": rng.integers(18, 80, 200).astype(float),
            "tiny": ["x"] * 198 + ["y", "z"],
            "holes": [None] * 160 + ["p", "q"] * 20,
            "流失": np.where(rng.random(200) < 0.4, "是", "否"),
        }
    )
    table = table_from_frame(frame)
    problem = propose_problem(table, target="流失", positive="是", features=list(frame.columns[:4])).problem
    run = train(table, problem, [LOGISTIC])
    for segment in (*frame.columns[:4], Segment(("年龄", "holes"), {"年龄": (30,)})):
        for method in METHODS:
            with suppress(CrmAiError):
                made = mitigate(run, LOGISTIC, segment, method, constraint="equalized_odds").made
                assert np.isfinite(made.predictions).all()


def test_what_cannot_be_made_fairer_is_told(run, table):
    for wrong in (
        lambda: mitigate(run, LOGISTIC, "gender", "magic"),
        lambda: mitigate(run, LOGISTIC, "gender", "reweighing", constraint="love"),
        lambda: mitigate(run, "baseline", "gender", "reweighing"),
        lambda: mitigate(run, LOGISTIC, groups_from_labels("one", ["a"] * len(table)), "reweighing"),
        lambda: mitigate(trained(table, ["gender"]), LOGISTIC, "gender", "decorrelation"),
    ):
        with pytest.raises(CrmAiError):
            wrong()
    numeric = train(
        table, propose_problem(table, target="income", features=["age", "gender"]).problem, ["linear_regression"]
    )
    with pytest.raises(CrmAiError, match="yes/no"):
        mitigate(numeric, "linear_regression", "gender", "reweighing")


def test_an_adopted_model_is_made_again_from_its_recipe(run, found):
    candidate = found["group_thresholds"]
    recipe = adoption_from_json(json.loads(json.dumps(adoption_as_json(adoption_of(candidate)))))
    again, adopted = adopt(run, candidate_again(run, recipe)), adopt(run, candidate)
    assert again.digest == adopted.digest == adopted_digest(run, recipe)
    assert (again.predictions[candidate.name] == adopted.predictions[candidate.name]).all()
    assert adopt(run, found["reweighing"]).digest != adopted.digest
    assert adopted_digest(run, replace(recipe, threshold=0.4)) != adopted.digest
    assert adopted_digest(run, replace(recipe, segment=Segment(("age",), {"age": (30,)}))) != adopted.digest
    assert adopted_digest(adopted, recipe) != adopted.digest


def test_groups_made_elsewhere_leave_no_recipe(run, found):
    elsewhere = replace(found["reweighing"], segment=groups_of(run.table, "gender"))
    assert adopt(run, elsewhere).digest != adopt(run, found["reweighing"]).digest
    with pytest.raises(ProblemError, match="gender"):
        adoption_of(elsewhere)
