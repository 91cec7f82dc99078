import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment import load_model, model_bytes, save_model, score
from crm_ai.errors import CrmAiError, ModelFileError, ScoringError
from crm_ai.modeling import Scale, Task, model_types_for, propose_problem, train
from crm_ai.table import read_table, table_from_frame


def make_frame(n=400):
    generator = np.random.default_rng(1)
    months = generator.normal(20, 8, n).round(1)
    plan = generator.choice(["monthly", "yearly", "两年"], n)
    return pd.DataFrame(
        {
            "id": [f"K{i:04d}" for i in range(n)],
            "months": months,
            "plan": plan,
            "senior": generator.choice([0, 1], n),
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 900, n), unit="D"),
            "Churn": np.where((months < 20) ^ (generator.random(n) < 0.2), "Yes", "No"),
            "offer": generator.choice(["a", "b", "c"], n),
        }
    )


@pytest.fixture(scope="module")
def table():
    return table_from_frame(make_frame())


@pytest.fixture(scope="module")
def runs(table):
    return {
        target: train(
            table, propose_problem(table, target=target, features=["months", "plan", "senior", "since"]).problem
        )
        for target in ("Churn", "offer", "months")
        if target != "months"
    } | {"months": train(table, propose_problem(table, target="months", features=["plan", "senior"]).problem)}


@pytest.mark.parametrize("target", ["Churn", "offer", "months"])
def test_every_model_comes_back_as_it_was(runs, table, target):
    for model in runs[target].models.values():
        again = load_model(model_bytes(model))
        assert again.problem == model.problem
        assert (again.predict(table.frame) == model.predict(table.frame)).all()


@pytest.mark.parametrize("scale", Scale)
def test_every_kind_of_model_opens_on_every_scale_and_with_every_choice_by_name(table, scale):
    """What estimators are made of differs by loss, penalty and the like: a model must not refuse its own parts."""
    frame = table.frame.assign(spent=np.exp(table.frame["months"].to_numpy() / 20))
    amounts = table_from_frame(frame[["plan", "senior", "months", "spent"]])
    problem = propose_problem(amounts, target="spent", features=["plan", "senior", "months"]).problem
    for entry in model_types_for(Task.REGRESSION):
        named = [
            {parameter.id: value}
            for parameter in entry.parameters
            for value in parameter.values
            if isinstance(value, str) and value != parameter.default
        ]
        for settings in ({}, *named):
            model = train(amounts, replace(problem, scale=scale, folds=2), {entry.id: settings}).model(entry.id)
            again = load_model(model_bytes(model))
            assert again.predict(frame) == pytest.approx(model.predict(frame), rel=1e-12)


def test_another_process_gives_the_same_scores_for_awkward_customers(runs, table, tmp_path):
    new = make_frame(60).drop(columns=["Churn", "offer"])
    new = new[["since", "plan", "id", "senior", "months"]]
    new.loc[0, "plan"] = "never seen"
    new.loc[1, ["plan", "months", "since"]] = None
    new.to_csv(tmp_path / "new.csv", index=False)
    for name, model in runs["Churn"].models.items():
        here = score(model, read_table(tmp_path / "new.csv")).frame["score"].to_numpy()
        save_model(model, tmp_path / "model.crm")
        subprocess.run(
            [sys.executable, "-m", "crm_ai", "score", "model.crm", "new.csv", "-o", "out.parquet"],
            cwd=tmp_path, check=True, env={"PYTHONPATH": ":".join(sys.path)},
        )  # fmt: skip
        there = pd.read_parquet(tmp_path / "out.parquet")
        assert (there["score"].to_numpy() == here).all(), name
        assert there["id"].astype(str).tolist() == new["id"].tolist()
        assert np.isfinite(here).all()


def test_what_does_not_fit_is_told(runs, table):
    frame = make_frame(50)
    frame["plan"] = ["never seen"] * 5 + ["monthly"] * 45
    scores = score(runs["Churn"].models["decision_tree"], table_from_frame(frame))
    (mismatch,) = [m for m in scores.mismatches if m.column == "plan"]
    assert mismatch.rows == 5
    assert "never seen" in mismatch.what


def test_missing_column_is_refused_by_name(runs):
    with pytest.raises(ScoringError, match="plan"):
        score(runs["Churn"].models["decision_tree"], table_from_frame(make_frame(50).drop(columns="plan")))


def test_decision_follows_the_threshold(runs, table):
    model = runs["Churn"].models["logistic_regression"]
    scores = score(model, table, threshold=0.3).frame
    assert ((scores["score"] >= 0.3) == (scores["decision"] == "Yes")).all()


def test_a_score_never_overwrites_a_column_of_the_same_name(runs):
    frame = make_frame(50).rename(columns={"offer": "score"})
    beside = score(runs["Churn"].models["decision_tree"], table_from_frame(frame)).beside(table_from_frame(frame))
    assert beside["score"].astype(str).tolist() == frame["score"].tolist()
    assert "score (2)" in beside


class Foreign:
    """Stands for any type that does not belong into a model."""


def repacked(content, **replaced):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, replaced.get(name.split(".")[0], old.read(name)))
    return buffer.getvalue()


def test_file_with_foreign_types_is_refused(runs):
    import hashlib

    import skops.io

    content = model_bytes(runs["Churn"].models["decision_tree"])
    pipeline = runs["Churn"].models["decision_tree"].pipeline[1:]
    foreign = skops.io.dumps([pipeline, Foreign()])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        cleaning, references = archive.read("cleaning.json"), archive.read("references.npy")
        profile = archive.read("profile.json")
    manifest["sha256"] = hashlib.sha256(cleaning + foreign + references + profile).hexdigest()
    with pytest.raises(ModelFileError, match="Foreign"):
        load_model(repacked(content, pipeline=foreign, manifest=json.dumps(manifest)))


def test_changed_file_is_refused(runs):
    content = model_bytes(runs["Churn"].models["decision_tree"])
    with pytest.raises(ModelFileError, match="changed after"):
        load_model(repacked(content, pipeline=b"something else"))


@pytest.mark.parametrize("content", [b"", b"PK", b"junk" * 100, b"PK\x05\x06" + b"\x00" * 18])
def test_what_is_no_model_is_refused(content):
    with pytest.raises(ModelFileError, match="not a model file"):
        load_model(content)


def test_file_of_a_newer_version_says_so(runs):
    content = model_bytes(runs["Churn"].models["decision_tree"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    with pytest.raises(ModelFileError, match="newer version"):
        load_model(repacked(content, manifest=json.dumps(manifest | {"version": 99})))


def test_failed_writing_leaves_the_old_file(runs, tmp_path):
    from crm_ai.files import write_atomically

    path = tmp_path / "model.crm"
    path.write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(CrmAiError, match="cannot be written"):
        write_atomically(tmp_path / "nowhere" / "model.crm", fail)


def with_references(content, references, **changed):
    """The same file with other references, under a digest that fits: what somebody who means harm could write."""
    import hashlib

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        learned = archive.read("cleaning.json") + archive.read("pipeline.skops")
        profile = archive.read("profile.json")
    manifest["sha256"] = hashlib.sha256(learned + references + profile).hexdigest()
    return repacked(content, references=references, manifest=json.dumps(manifest | changed))


def saved(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def promised(shape):
    """The head of an array of this shape, with no numbers after it."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return buffer.getvalue()


def test_references_come_back_as_they_were(runs):
    for model in runs["Churn"].models.values():
        again = load_model(model_bytes(model)).references
        assert (again is None) == (model.references is None)
        assert model.references is None or np.array_equal(again, model.references)


WIDTH = 7


@pytest.mark.parametrize(
    "references",
    [
        b"junk",
        saved(np.array([{"a": 1}], dtype=object)),
        saved(np.zeros((0, WIDTH), dtype=np.float32)),
        saved(np.zeros((3, WIDTH + 1), dtype=np.float32)),
        saved(np.zeros(WIDTH, dtype=np.float32)),
        saved(np.zeros((3, WIDTH))),
        saved(np.full((3, WIDTH), np.nan, dtype=np.float32)),
        saved(np.full((3, WIDTH), np.inf, dtype=np.float32)),
        saved(np.zeros((10_001, WIDTH), dtype=np.float32)),
        saved(np.zeros((3, WIDTH), dtype=np.float32))[:-4],
        saved(np.zeros((3, WIDTH), dtype=np.float32)) + b"more",
        promised((10_000, WIDTH)),
        promised((10**15, 10**6)),
    ],
)
def test_hostile_references_are_refused(runs, references):
    model = runs["Churn"].models["decision_tree"]
    assert model.references.shape[1] == WIDTH
    with pytest.raises(ModelFileError, match="cannot be read"):
        load_model(with_references(model_bytes(model), references))


def test_references_that_were_exchanged_are_refused(runs):
    content = model_bytes(runs["Churn"].models["decision_tree"])
    with pytest.raises(ModelFileError, match="changed after"):
        load_model(repacked(content, references=saved(np.zeros((3, WIDTH), dtype=np.float32))))


def with_profile(content, profile):
    """The same file with another profile, under a digest that fits."""
    import hashlib

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        before = [archive.read(name) for name in ("cleaning.json", "pipeline.skops", "references.npy")]
    manifest["sha256"] = hashlib.sha256(b"".join(before) + profile).hexdigest()
    return repacked(content, profile=profile, manifest=json.dumps(manifest))


def test_what_training_customers_looked_like_travels_along(runs):
    for target in ("Churn", "offer", "months"):
        for model in runs[target].models.values():
            again = load_model(model_bytes(model)).profile
            assert again == model.profile
            assert again.customers == len(runs[target].train_rows)
            assert sum(again.scores.counts) == len(runs[target].holdout_rows)


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": 3},
        {"inputs": [{"name": "months"}]},
        {"customers": "many"},
        {"scores": {"name": "s", "kind": "number", "edges": [2, 1], "labels": [], "rare": [], "crowded": 0,
                    "counts": [0, 1, 2, 3]}},
        {"scores": {"name": "s", "kind": "number", "edges": [1e400], "labels": [], "rare": [], "crowded": 0,
                    "counts": [0, 1, 2]}},
        {"figures": {"roc_auc": {"value": 1}}},
    ],
)  # fmt: skip
def test_hostile_profiles_are_refused(runs, change):
    model = runs["Churn"].models["decision_tree"]
    bad = json.dumps(model.profile.as_json() | change).encode()
    with pytest.raises(CrmAiError, match=r"cannot be read|damaged"):
        load_model(with_profile(model_bytes(model), bad))
    for junk in (b"[]", b"{", b"3", b"null", b"[" * 100_000, b"\xff"):
        with pytest.raises(CrmAiError):
            load_model(with_profile(model_bytes(model), junk))


def old_file(model):
    """What version 2 wrote: the same without references and without a profile."""
    from dataclasses import replace

    content = model_bytes(replace(model, references=None, profile=None))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    return repacked(content, manifest=json.dumps(manifest | {"version": 2}))


def test_older_files_still_score_and_say_how_they_can_be_explained(runs, table):
    from crm_ai.explanation import explainer_of

    for name, model in runs["Churn"].models.items():
        old = load_model(old_file(model))
        assert (old.predict(table.frame) == model.predict(table.frame)).all()
        if name != "decision_tree":
            same = explainer_of(model).explain(table.frame)
            assert np.array_equal(explainer_of(old).explain(table.frame).values, same.values)
            continue
        with pytest.raises(CrmAiError, match="taken along no customers") as caught:
            explainer_of(old)
        assert "Save it again" in caught.value.next_step
        assert len(explainer_of(old, table.frame).explain(table.frame).values) == len(table)


def test_no_identifier_and_no_target_is_in_the_file(runs):
    for model in runs["Churn"].models.values():
        with zipfile.ZipFile(io.BytesIO(model_bytes(model))) as archive:
            everything = b"".join(archive.read(name) for name in archive.namelist())
        assert b"K0001" not in everything
