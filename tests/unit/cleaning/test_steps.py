"""Each repair does what it says, learned from the customers it was fitted on and from no others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.pipeline import make_pipeline

from crm_ai.cleaning import STEPS, Cleaning, describe_repair, make_step
from crm_ai.cleaning.bounds import BlankImpossible, CapOutliers
from crm_ai.cleaning.filling import FillMedian, FillMostFrequent
from crm_ai.cleaning.labels import UnifyLabels
from crm_ai.cleaning.modelled_filling import FillChained, FillNeighbours
from crm_ai.errors import ProblemError
from crm_ai.table import Repair


def numbers(n=200, seed=0, gaps=0.2):
    random = np.random.default_rng(seed)
    base = random.normal(size=n)
    frame = pd.DataFrame({
        "age": 40 + 10 * base + random.normal(size=n),
        "income": 3000 + 500 * base + 100 * random.normal(size=n),
        "visits": random.gamma(5, size=n),
    })  # fmt: skip
    for name in frame:
        frame.loc[random.random(n) < gaps, name] = np.nan
    return frame


@pytest.mark.parametrize("strategy", ["median", "most_frequent"])
def test_filling_equals_scikit_learns(strategy):
    frame, later = numbers().round(), numbers(seed=1).round()
    step = {"median": FillMedian, "most_frequent": FillMostFrequent}[strategy](list(frame)).fit(frame)
    theirs = SimpleImputer(strategy=strategy).fit(frame)
    np.testing.assert_allclose(step.transform(later).to_numpy(), theirs.transform(later))


def test_neighbours_equal_scikit_learns():
    frame, later = numbers(), numbers(seed=1)
    step = FillNeighbours(list(frame), neighbours=4).fit(frame)
    centre, scale = frame.mean(), frame.std(ddof=0)
    theirs = KNNImputer(n_neighbors=4).fit((frame - centre) / scale)
    expected = theirs.transform((later - centre) / scale) * scale.to_numpy() + centre.to_numpy()
    np.testing.assert_allclose(step.transform(later).to_numpy(), expected)


def test_chained_regressions_equal_scikit_learns():
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    frame, later = numbers(), numbers(seed=1)
    step = FillChained(list(frame)).fit(frame)
    theirs = IterativeImputer(max_iter=5, random_state=0, min_value=frame.min(), max_value=frame.max()).fit(frame)
    np.testing.assert_allclose(step.transform(later).to_numpy(), theirs.transform(later), rtol=1e-9)
    np.testing.assert_allclose(step.transform(frame).to_numpy(), theirs.transform(frame), rtol=1e-9)


def test_filling_from_others_beats_the_median():
    whole = numbers(2000, gaps=0)
    holes = whole.copy()
    gone = np.random.default_rng(3).random(2000) < 0.3
    holes.loc[gone, "income"] = np.nan

    def error(step):
        return np.abs(step.fit_transform(holes)["income"] - whole["income"])[gone].mean()

    usual = error(FillMedian(["income"]))
    assert error(FillNeighbours(["income"])) < 0.6 * usual
    assert error(FillChained(["income"])) < 0.6 * usual


def test_an_indicator_tells_where_cells_were_missing():
    frame = pd.DataFrame({"calls": [1.0, None, 3.0], "full": [1.0, 2.0, 3.0]})
    done = FillMedian(["calls", "full"], indicator=True).fit_transform(frame)
    assert done["calls was missing"].tolist() == ["no", "yes", "no"]
    assert "full was missing" not in done


def test_an_indicator_never_overwrites_a_column():
    frame = pd.DataFrame({"calls": [1.0, None], "calls was missing": ["a", "b"]})
    assert FillMedian(["calls"], indicator=True).fit_transform(frame)["calls was missing"].tolist() == ["a", "b"]


def test_dates_and_labels_are_filled_too():
    frame = pd.DataFrame({"when": pd.to_datetime(["2024-01-01", None, "2024-01-03"]), "城市": ["北京", None, "北京"]})
    frame["城市"] = frame["城市"].astype("category")
    assert FillMedian(["when"]).fit_transform(frame)["when"].dt.day.tolist() == [1, 2, 3]
    assert FillMostFrequent(["城市"]).fit_transform(frame)["城市"].tolist() == ["北京"] * 3
    later = pd.DataFrame({"城市": pd.Categorical([None, "上海"])})
    assert FillMostFrequent(["城市"]).fit(frame).transform(later)["城市"].tolist() == ["北京", "上海"]


@pytest.mark.parametrize("name", [name for name, entry in STEPS.items() if entry.make])
def test_nothing_known_is_nothing_done(name):
    frame = pd.DataFrame({"a": [np.nan, np.nan], "b": [1.0, 2.0]})
    settings_ = {"unify_labels": {"labels": {}}}.get(name, {})
    columns = ("a",) if name not in ("retype", "drop_columns") else ()
    done = make_step(Repair(name, columns, settings_)).fit_transform(frame)
    pd.testing.assert_frame_equal(done[["b"]], frame[["b"]])
    assert done["a"].isna().all()


@pytest.mark.parametrize("name", [name for name, entry in STEPS.items() if entry.make])
def test_columns_that_are_not_there_are_passed_over(name):
    settings_ = {"unify_labels": {"labels": {"x": "y"}}}.get(name, {})
    step = make_step(Repair(name, ("gone",), settings_)).fit(pd.DataFrame({"gone": [1.0, 2.0, None]}))
    later = pd.DataFrame({"b": [1.0]})
    pd.testing.assert_frame_equal(step.transform(later), later)


def test_steps_are_scikit_learns():
    step = FillNeighbours(["age"], neighbours=3)
    assert clone(step).get_params() == step.get_params()
    pipeline = make_pipeline(FillMedian(["age"]), CapOutliers(["age"]))
    assert not pipeline.fit_transform(numbers())["age"].isna().any()
    cleaning = Cleaning([Repair("fill_median", ("age",))])
    assert clone(cleaning).fit(numbers()).transform(numbers())["age"].notna().all()


def test_capping_follows_tukey():
    frame = pd.DataFrame({"spend": [*range(1, 101), 9000, -500]})
    first, third = np.quantile(frame["spend"], [0.25, 0.75])
    bounds = CapOutliers(["spend"]).fit(frame).bounds_["spend"]
    assert bounds == [first - 3 * (third - first), third + 3 * (third - first)]
    assert CapOutliers(["spend"], share=0.05).fit_transform(frame)["spend"].max() == np.quantile(frame["spend"], 0.95)


def test_impossible_dates_and_stand_ins_become_missing():
    frame = pd.DataFrame({"born": pd.to_datetime(["1980-05-05", "2030-01-01"]), "days": [999.0, 3.0]})
    done = BlankImpossible(["born"], high="2026-01-01").fit_transform(frame)
    assert done["born"].isna().tolist() == [False, True]
    assert BlankImpossible(["days"], values=[999]).fit_transform(frame)["days"].isna().tolist() == [True, False]


def test_a_spelling_that_nobody_has_seen_is_unified_too():
    labels = {"male ": "Male"}
    frame = pd.DataFrame({"gender": pd.Categorical(["MALE", "Ｍａｌｅ", "other", None])})
    assert UnifyLabels(["gender"], labels).fit_transform(frame)["gender"].tolist()[:3] == ["Male", "Male", "other"]


@given(st.lists(st.one_of(st.none(), st.text(max_size=6)), min_size=1, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_unifying_touches_nothing_that_was_not_agreed(cells, random):
    known = sorted({cell for cell in cells if cell})
    labels = {label: "agreed" for label in known if random.random() < 0.3}
    column = pd.Series(cells, dtype="object")
    done = UnifyLabels(["x"], labels).fit_transform(pd.DataFrame({"x": column}))["x"]
    from crm_ai.table.variants import normal_form

    forms = {normal_form(label) for label in labels} | ({"agreed"} if labels else set())
    for before, after in zip(cells, done.tolist(), strict=True):
        if before is None:
            assert pd.isna(after)
        else:
            assert after == ("agreed" if normal_form(before) in forms else before)


def test_repairs_say_what_they_do():
    for name in STEPS:
        said = describe_repair(Repair(name, ("x",), {"labels": {"a ": "a"}, "low": 0, "kind": "number"}))
        assert said
        assert "{" not in said


def test_unknown_repairs_and_settings_are_refused():
    with pytest.raises(ProblemError, match="no repair of columns called “polish”"):
        make_step(Repair("polish", ("x",)))
    with pytest.raises(ProblemError, match="does not know one of its settings"):
        make_step(Repair("fill_median", ("x",), {"colour": "red"}))
    with pytest.raises(ProblemError, match="no numbers"):
        FillNeighbours(["x"]).fit(pd.DataFrame({"x": ["a", None]}))
