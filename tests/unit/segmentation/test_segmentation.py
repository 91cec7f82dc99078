import json

import numpy as np
import pandas as pd
import pytest

from crm_ai import audit_fairness, propose_problem, train
from crm_ai.errors import CrmAiError, EmptySegmentError
from crm_ai.evaluation import wilson
from crm_ai.explanation import explain
from crm_ai.explanation.segments import importance_by
from crm_ai.modeling import table_groups
from crm_ai.segmentation import (
    Segmentation,
    customer_map,
    find_clusters,
    from_bands,
    from_labels,
    name_groups,
    segment_outcomes,
)
from crm_ai.table import Role, bands_at, table_from_frame
from tests.unit.segmentation.planted import planted


def made(n=1200):
    frame, kind = planted(n)
    generator = np.random.default_rng(5)
    frame["Churn"] = np.where(generator.random(n) < np.array([0.6, 0.1, 0.3])[kind], "Yes", "No")
    return table_from_frame(frame), Segmentation("Kind", kind, ("low", "middle", "high"), "Planted.")


@pytest.fixture(scope="module")
def run():
    table, _groups = made()
    problem = propose_problem(table, target="Churn", positive="Yes").problem
    return train(table, problem, ["logistic_regression"])


def test_groups_become_a_column_that_segments_can_be_made_of():
    table, groups = made()
    with_groups = groups.add_to(table)
    assert with_groups.schema["Kind"].role is Role.IGNORED
    assert with_groups.digest != table.digest
    codes, names = table_groups(with_groups, "Kind")
    assert [names[code] for code in codes] == groups.labels().tolist()
    assert names == ("low", "middle", "high")
    again = groups.add_to(with_groups)
    assert "Kind (2)" in again.schema
    assert again.schema.names[:-1] == with_groups.schema.names


def test_a_run_can_be_audited_and_explained_by_groups(run):
    _table, groups = made()
    groups = Segmentation("Kind", np.where(np.arange(1200) % 10 == 0, -1, groups.codes), groups.groups, "Planted.")
    seen = groups.add_to_run(run)
    audit = audit_fairness(seen, "logistic_regression", "Kind")
    assert set(audit.sizes) == {"low", "middle", "high", "(no group)"}
    assert sum(audit.sizes.values()) == len(run.actual)
    expected = pd.Series(run.predictions["logistic_regression"] >= 0.5).groupby(
        groups.labels().iloc[run.holdout_rows].astype(str).to_numpy()
    )
    assert audit.by_group["selection_rate"]["low"].value == pytest.approx(expected.mean()["low"])
    by = importance_by(seen, explain(seen, "logistic_regression"), "Kind")
    assert set(by["group"]) <= {"low", "middle", "high", "(no group)"}
    assert len(by)


def test_outcomes_by_group_are_those_of_the_holdout(run):
    table, groups = made()
    found = segment_outcomes(table, groups, value="spent", run=run, model_type="logistic_regression")
    by = found.set_index(["group", "metric"])
    rows = run.holdout_rows[groups.codes[run.holdout_rows] == 0]
    assert by.loc[("low", "outcome"), "value"] == pytest.approx((table.frame["Churn"].iloc[rows] == "Yes").mean())
    assert by.loc[("low", "outcome"), "n"] == len(rows)
    assert by.loc[("low", "outcome"), "of"] == "holdout"
    low, high = wilson((table.frame["Churn"].iloc[rows] == "Yes").sum(), len(rows))
    assert tuple(by.loc[("low", "outcome"), ["low", "high"]]) == pytest.approx((float(low), float(high)))
    said = run.predictions["logistic_regression"][groups.codes[run.holdout_rows] == 0]
    assert by.loc[("low", "prediction"), "value"] == pytest.approx(said.mean())
    spent = table.frame["spent"].groupby(groups.labels(), observed=True)
    for group in groups.groups:
        assert by.loc[(group, "value_sum"), "value"] == pytest.approx(spent.sum()[group])
        assert by.loc[(group, "value_mean"), "value"] == pytest.approx(spent.mean()[group])
        share = by.loc[(group, "value_share")]
        assert share["value"] == pytest.approx(spent.sum()[group] / table.frame["spent"].sum())
        assert share["low"] < share["value"] < share["high"]


def test_the_interval_of_a_share_of_the_sum_covers():
    generator, held = np.random.default_rng(0), 0
    truth = 0.3 * np.exp(0.125 + 1) / (0.3 * np.exp(0.125 + 1) + 0.7 * np.exp(0.125))
    for _draw in range(200):
        kind = (generator.random(400) < 0.3).astype(int)
        spent = np.exp(kind + generator.normal(0, 0.5, 400))
        table = table_from_frame(pd.DataFrame({"spent": spent}))
        found = segment_outcomes(table, Segmentation("k", kind, ("a", "b"), "Drawn."), value="spent")
        row = found[(found["group"] == "b") & (found["metric"] == "value_share")].iloc[0]
        held += row["low"] <= truth <= row["high"]
    assert 0.91 <= held / 200 <= 0.985


def test_amounts_that_are_none_or_negative_have_no_share_of_the_sum():
    table = table_from_frame(pd.DataFrame({"a": [1.5, -2.5, 9.5, np.nan], "b": ["x", "y", "x", "y"]}))
    groups = Segmentation("k", np.array([0, 0, 1, 1]), ("1", "2"), "By hand.")
    found = segment_outcomes(table, groups, value="a").set_index(["group", "metric"])
    assert np.isnan(found.loc[("1", "value_share"), "value"])
    assert found.loc[("2", "value_mean"), "n"] == 1
    with pytest.raises(CrmAiError, match="holds no amounts"):
        segment_outcomes(table, groups, value="b")
    with pytest.raises(CrmAiError, match="Make the groups again"):
        segment_outcomes(table, Segmentation("k", np.array([0]), ("1",), "By hand."))


def test_clusters_go_all_the_way_to_a_written_segmentation():
    table, _groups = made(600)
    found = find_clusters(table)
    assert "Churn" not in found.columns
    named = name_groups(table, found.segmentation(name="Cluster"))
    said = json.loads(json.dumps(named.as_json()))
    assert said["recipe"]["columns"] == list(found.columns)
    assert [group["name"] for group in said["groups"]] == list(named.groups)
    shares = named.to_frame()
    assert shares["customers"].sum() == 600
    assert ((shares["low"] < shares["share"]) & (shares["share"] < shares["high"])).all()


def test_the_map_holds_few_points_and_says_what_its_axes_hold():
    table, groups = made(3000)
    found = find_clusters(table, ["months", "spent", "noise"], k=3, most=3)
    laid = customer_map(table, found, groups)
    assert len(laid.points) == 2000
    assert set(laid.points["group"]) == {"low", "middle", "high"}
    assert laid.groups["customers"].sum() == 3000
    assert 0.5 < laid.kept <= 1
    assert "spent" in laid.axes[0] or "months" in laid.axes[0]
    points = found.model.encoder_.transform(table.frame).astype(float)
    from sklearn.decomposition import PCA

    theirs = PCA(2).fit(points)
    assert laid.kept == pytest.approx(theirs.explained_variance_ratio_.sum(), abs=1e-6)
    own = laid.points[["x", "y"]].to_numpy()
    assert np.abs(own) == pytest.approx(np.abs(theirs.transform(points)[laid.points["row"]]), abs=1e-3)
    again = customer_map(table, found, groups)
    pd.testing.assert_frame_equal(again.points, laid.points)


def test_neighbours_are_laid_out_too():
    table, groups = made(200)
    found = find_clusters(table, ["months", "spent"], k=2, most=2)
    laid = customer_map(table, found, groups, method="neighbours")
    assert len(laid.points) == 200
    assert np.isfinite(laid.points[["x", "y"]]).all(axis=None)
    with pytest.raises(CrmAiError, match="no way to lay customers out"):
        customer_map(table, found, groups, method="magic")


def test_a_map_of_one_column_is_a_line():
    table = table_from_frame(pd.DataFrame({"a": np.arange(60) / 7, "b": np.arange(60) % 2}))
    laid = customer_map(table, find_clusters(table, ["a"], k=2, most=2))
    assert (laid.points["y"] == 0).all()
    assert laid.axes == ("more a", "nothing")


def test_labels_keep_their_order_and_nobody_is_lost():
    column = pd.Series(["b", None, "a", "b"])
    groups = from_labels("G", column, made="Given.")
    assert groups.groups == ("b", "a")
    assert groups.labels().tolist() == ["b", "(no group)", "a", "b"]
    ordered = pd.Series(pd.Categorical(["b", "a", "b"], categories=["a", "b", "c"]))
    assert from_labels("G", ordered, made="Given.").groups == ("a", "b")
    assert groups.renamed({"b": "(no group)"}).labels().tolist() == ["(no group)", "(no group) 2", "a", "(no group)"]


def test_bands_are_a_segmentation_that_can_be_made_again():
    joined = pd.to_datetime(["2024-05-01", "2025-05-01", "2026-05-01", "2025-07-01"])
    table = table_from_frame(pd.DataFrame({"joined": joined, "age": [17.5, 40.0, 18.0, 99.5]}))
    for column, edges in (("joined", ["2025-01-01", "2026-01-01"]), ("age", [18, 65.5])):
        found = from_bands(table, column, bands_at(edges))
        said = json.loads(json.dumps(found.as_json()))["recipe"]
        again = from_bands(table, column, bands_at(said["edges"], names=said["names"]))
        assert (again.codes == found.codes).all()
        assert again.groups == found.groups
    assert found.codes.tolist() == [0, 1, 1, 2]
    with pytest.raises(CrmAiError, match="bands of a number"):
        from_bands(table, "joined", bands_at([1]))


def test_groups_that_cannot_be_end_in_a_sentence():
    groups = Segmentation("G", np.array([0, 1]), ("a", "b"), "By hand.")
    with pytest.raises(EmptySegmentError, match="no group “c”"):
        groups.mask("c")
    with pytest.raises(CrmAiError, match="name of its own"):
        groups.renamed({"a": "b"})
    with pytest.raises(CrmAiError, match="no name"):
        Segmentation("G", np.array([0, 2]), ("a", "b"), "By hand.")
    with pytest.raises(CrmAiError, match="2 customers, the table has 3"):
        groups.add_to(table_from_frame(pd.DataFrame({"x": [1.5, 2.5, 3.5]})))
    with pytest.raises(EmptySegmentError, match="in any group"):
        from_labels("G", [None, None], made="Given.")
