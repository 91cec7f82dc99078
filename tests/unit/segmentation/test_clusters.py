import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from crm_ai.errors import CrmAiError
from crm_ai.segmentation import CenterClusters, DensityClusters, clusters_from_json, find_clusters
from crm_ai.segmentation.choosing import judge_cuts
from crm_ai.segmentation.partitions import distances, k_means, silhouette
from crm_ai.segmentation.space import BalancedEncoder
from crm_ai.segmentation.structure import look_for_structure
from crm_ai.table import table_from_frame
from tests.unit.segmentation.planted import FORMS, cloud, planted

KINDS = {"months": "number", "spent": "number", "contract": "category", "complains": "category"}


@pytest.fixture(scope="module")
def three():
    frame, kind = planted()
    return table_from_frame(frame), kind


@pytest.fixture(scope="module")
def found(three):
    return find_clusters(three[0])


def test_planted_clusters_are_found_and_their_number_with_them(three, found):
    assert found.is_natural
    assert found.chosen.k == 3
    assert adjusted_rand_score(three[1], found.codes) >= 0.95
    assert found.chosen.stability > 0.95
    assert "3 natural clusters" in found.verdict
    assert found.logarithms == ("spent",)


@pytest.mark.parametrize("k", [2, 4, 6])
def test_planted_clusters_are_found_whatever_their_number(k):
    generator = np.random.default_rng(k)
    centres = generator.permutation(np.eye(6) * 9)[:k]
    kind = generator.choice(k, 900, p=np.arange(k, 2 * k) / np.arange(k, 2 * k).sum())
    frame = pd.DataFrame(centres[kind] + generator.normal(size=(900, 6)), columns=list("abcdef"))
    found = find_clusters(table_from_frame(frame))
    assert found.is_natural
    assert adjusted_rand_score(kind, found.codes) >= 0.95


def test_no_clusters_are_seen_where_there_are_none():
    alarms, looked = 0, 0
    for form in FORMS:
        for seed in range(4):
            frame = cloud(form, seed)
            kinds = {
                name: "number" if pd.api.types.is_numeric_dtype(frame[name]) else "category" for name in frame.columns
            }
            encoder = BalancedEncoder(kinds).fit(frame)
            alarms += look_for_structure(encoder, encoder.codes_of(frame), range(2, 7), seed=seed, draws=19).is_natural
            looked += 1
    assert alarms <= 0.05 * looked


@pytest.mark.parametrize("form", ["correlated", "mixed"])
def test_a_cloud_is_called_one(form):
    found = find_clusters(table_from_frame(cloud(form, 11)))
    assert not found.is_natural
    assert "No natural clusters" in found.verdict


def test_crescents_are_found_by_density_and_not_by_means():
    generator = np.random.default_rng(0)
    kind = np.repeat([0, 1], 400)
    angle = generator.uniform(0, np.pi, 800)
    x = np.where(kind == 0, np.cos(angle), 1 - np.cos(angle)) + generator.normal(0, 0.05, 800)
    y = np.where(kind == 0, np.sin(angle), 0.5 - np.sin(angle)) + generator.normal(0, 0.05, 800)
    table = table_from_frame(pd.DataFrame({"across": x, "up": y}))
    dense = find_clusters(table, method="density")
    inside = dense.codes >= 0
    assert dense.is_natural
    assert inside.mean() > 0.9
    assert adjusted_rand_score(kind[inside], dense.codes[inside]) >= 0.95
    assert adjusted_rand_score(kind, find_clusters(table, k=2).codes) < 0.7


def test_a_cloud_has_no_dense_groups():
    natural = [
        find_clusters(table_from_frame(cloud(form, 5)), method="density").is_natural
        for form in ("bells", "skewed", "mixed")
    ]
    assert not any(natural)


def test_a_large_table_is_clustered_on_a_sample_and_assigned_whole():
    frame, kind = planted(30_000, seed=3)
    numbers = {"months": "number", "spent": "number"}
    for model in (CenterClusters(KINDS, n_clusters=3), DensityClusters(numbers)):
        codes = model.fit(frame).labels_
        inside = codes >= 0
        assert len(codes) == 30_000
        assert inside.mean() > 0.85
        assert adjusted_rand_score(kind[inside], codes[inside]) >= 0.95


def test_the_same_seed_gives_the_same_groups(three, found):
    again = find_clusters(three[0])
    assert (again.codes == found.codes).all()
    pd.testing.assert_frame_equal(again.to_frame(), found.to_frame())


def test_evidence_comes_with_its_spread(found):
    frame = found.to_frame()
    assert list(frame["k"]) == list(range(2, 9))
    assert (frame["stability_low"] <= frame["stability"]).all()
    assert (frame["stability"] <= frame["stability_high"]).all()
    assert (frame["silhouette_low"] < frame["silhouette_high"]).all()
    assert frame.loc[frame["chosen"], "silhouette"].item() > frame.loc[frame["chosen"], "highest"].item()
    assert (frame["expected"] < frame["highest"]).all()


def test_new_customers_are_put_where_a_reread_model_puts_them(three, found):
    fresh, kind = planted(200, seed=9)
    fresh.loc[:9, "months"] = np.nan
    fresh.loc[5:14, "contract"] = "never seen"
    for model in (found.model, DensityClusters(KINDS).fit(three[0].frame)):
        reread = clusters_from_json(json.loads(json.dumps(model.as_json())))
        codes = model.predict(fresh)
        assert (reread.predict(fresh) == codes).all()
        assert adjusted_rand_score(kind[codes >= 0], codes[codes >= 0]) > 0.7
    with pytest.raises(CrmAiError, match="missing: spent"):
        found.model.predict(fresh.drop(columns="spent"))
    with pytest.raises(CrmAiError, match="damaged"):
        clusters_from_json({"by": "k-means"})


def test_models_are_as_scikit_learn_has_them(three):
    model = clone(CenterClusters(KINDS, n_clusters=3, seed=4))
    assert model.get_params() == {"kinds": KINDS, "n_clusters": 3, "seed": 4}
    frame = three[0].frame
    away = model.fit(frame).transform(frame)
    assert away.shape == (600, 3)
    assert (away.argmin(axis=1) == model.labels_).all()
    assert list(np.bincount(model.labels_)) == sorted(np.bincount(model.labels_), reverse=True)


def test_silhouette_and_means_are_those_of_scikit_learn():
    generator = np.random.default_rng(0)
    points = generator.normal(size=(300, 4)) + 3 * generator.integers(0, 3, (300, 1))
    codes, centres = k_means(points, 4, seed=0, starts=10)
    theirs = KMeans(4, n_init=10, random_state=0).fit(points)
    assert ((points - centres[codes]) ** 2).sum() <= 1.01 * theirs.inertia_
    assert silhouette(distances(points), codes) == pytest.approx(silhouette_score(points, codes), abs=1e-5)
    codes[7] = 9
    assert silhouette(distances(points), codes) == pytest.approx(silhouette_score(points, codes), abs=1e-5)


def test_stability_of_a_perfect_cut_is_one_and_of_an_arbitrary_one_is_not():
    generator = np.random.default_rng(0)
    points = np.repeat([[0.0, 0.0], [9.0, 0.0]], 100, axis=0) + generator.normal(size=(200, 2))
    two, five = judge_cuts(points, (2, 5), seed=0)
    assert (two.stability, two.stability_low) == (1.0, 1.0)
    assert five.stability < 0.8


def test_ten_labels_weigh_no_more_than_a_number_and_rare_ones_are_not_blown_up():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "number": generator.normal(5, 300, 4000),
            "ten": generator.choice(list("abcdefghij"), 4000),
            "half": generator.choice(["Yes", "No"], 4000),
            "rare": np.where(generator.random(4000) < 0.01, "Yes", "No"),
        }
    )
    encoder = BalancedEncoder({"number": "number", "ten": "category", "half": "boolean", "rare": "boolean"}).fit(frame)
    spread = np.bincount(encoder.encoder_.source_, weights=encoder.transform(frame).var(axis=0))
    assert spread[0] == pytest.approx(1, abs=0.01)
    assert spread[1] == pytest.approx(0.9, abs=0.01)
    assert spread[2] == pytest.approx(0.5, abs=0.01)
    assert spread[3] < 0.05


def test_no_odd_customer_is_a_cluster():
    frame, kind = planted()
    frame.loc[0, ["months", "spent"]] = 1e12
    found = find_clusters(table_from_frame(frame))
    assert found.chosen.k == 3
    assert adjusted_rand_score(kind, found.codes) >= 0.95


def test_missing_cells_chinese_names_and_constant_columns(three):
    frame = three[0].frame.rename(columns={"months": "在网月数", "contract": "合同", "complains": "是否投诉"})
    generator = np.random.default_rng(1)
    frame = frame.assign(same="x", empty=np.nan)
    frame.loc[generator.random(600) < 0.2, "在网月数"] = np.nan
    frame["合同"] = frame["合同"].astype(object).where(generator.random(600) > 0.2, None)
    columns = ["在网月数", "spent", "合同", "是否投诉", "colour", "noise", "same", "empty"]
    found = find_clusters(table_from_frame(frame), columns, k=3)
    assert found.left_out == ("same", "empty")
    assert adjusted_rand_score(three[1], found.codes) > 0.8  # a fifth of what tells them apart is gone, twice


@pytest.mark.parametrize(
    ("frame", "settings", "message"),
    [
        ({"a": [1.5, 2.5, 3.5]}, {}, "3 customers are too few"),
        ({"a": [1.0] * 30, "b": ["x"] * 30}, {"columns": ["a", "b"]}, "no column in which customers differ"),
        ({"a": [1.0, 2.0] * 20}, {"columns": ["a"]}, "cannot be cut"),
        ({"a": np.arange(40) / 7}, {"columns": ["a"], "k": 1}, "cannot be cut"),
        ({"a": np.arange(40) / 7}, {"columns": ["a"], "k": 30}, "cannot be cut"),
        ({"a": np.arange(40) / 7}, {"columns": ["b"]}, "no column “b”"),
        ({"a": np.arange(40) / 7}, {"method": "guess"}, "no way to find groups"),
        (
            {"a": [f"some long text number {i} of its own" for i in range(40)]},
            {"columns": ["a"]},
            "texts and identifiers",
        ),
    ],
)
def test_what_cannot_be_clustered_ends_in_a_sentence(frame, settings, message):
    with pytest.raises(CrmAiError, match=message):
        find_clusters(table_from_frame(pd.DataFrame(frame)), **settings)
