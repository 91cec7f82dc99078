"""A model file holds a pipeline of other people only if it is made of what any model file may hold."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from fastapi.testclient import TestClient
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from crm_ai import adopt_pipeline, explain_table, load_model, save_model, score
from crm_ai.deployment.api import make_api
from crm_ai.deployment.model_file import TRUSTED_TYPES, model_bytes
from crm_ai.deployment.model_source import FileSource
from crm_ai.errors import ModelFileError
from crm_ai.modeling import Problem, Task, train
from crm_ai.table import table_from_frame

N = 200
DRAW = np.random.default_rng(1)
FRAME = pd.DataFrame(
    {
        "月份": np.where(DRAW.random(N) < 0.1, np.nan, DRAW.integers(0, 60, N)),
        "老人": DRAW.integers(0, 2, N),
        "合同": DRAW.choice(["月付", "年付"], N),
    }
)
FRAME["流失"] = np.where((FRAME["月份"] < 20) | (DRAW.random(N) < 0.2), "是", "否")
TABLE = table_from_frame(FRAME)
PROBLEM = Problem(target="流失", task=Task.BINARY, features=("月份", "老人", "合同"), labels=("否", "是"))
FEATURES = list(PROBLEM.features)


class Own(LogisticRegression):
    """A type of somebody's own."""


def adopted(estimator, number=None):
    columns = ColumnTransformer(
        [
            ("labels", OneHotEncoder(handle_unknown="ignore"), ["合同", "老人"]),
            ("number", number or SimpleImputer(), ["月份"]),
        ]
    )
    pipeline = make_pipeline(columns, estimator).fit(FRAME[FEATURES], FRAME["流失"])
    return adopt_pipeline(pipeline, TABLE, PROBLEM, like=FRAME)


def test_a_pipeline_of_trusted_types_comes_back_and_explains(tmp_path):
    model = adopted(LogisticRegression())
    digest = save_model(model, tmp_path / "own.crm")
    again = load_model(tmp_path / "own.crm", sha256=digest)
    assert (again.predict(TABLE.frame) == model.predict(TABLE.frame)).all()
    assert np.isnan(again.references[:, 0]).any()
    told, before = (explain_table(one, TABLE, rows=np.arange(5)).to_frame() for one in (again, model))
    pd.testing.assert_frame_equal(told, before)
    found = score(again, TABLE).frame["score"].to_numpy()
    assert found == pytest.approx(model.pipeline[-1].pipeline.predict_proba(FRAME[FEATURES])[:, 1], abs=1e-9)


@pytest.mark.parametrize("numbers", ["number", np.number, ["number", "bool"]], ids=str)
def test_columns_may_be_chosen_by_their_type(tmp_path, numbers):
    chosen = make_column_transformer(
        (SimpleImputer(), make_column_selector(dtype_include=numbers)),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector("合", dtype_exclude=numbers)),
    )
    pipeline = make_pipeline(chosen, LogisticRegression()).fit(FRAME[FEATURES], FRAME["流失"])
    model = adopt_pipeline(pipeline, TABLE, PROBLEM, like=FRAME)
    digest = save_model(model, tmp_path / "own.crm")
    again = load_model(tmp_path / "own.crm", sha256=digest)
    assert (again.predict(TABLE.frame) == model.predict(TABLE.frame)).all()


@pytest.mark.parametrize(
    ("model", "named"),
    [
        (lambda: adopted(Own()), "test_foreign_file.Own"),
        (lambda: adopted(LogisticRegression(), FunctionTransformer(np.nan_to_num)), "numpy.nan_to_num"),
        (lambda: adopted(LogisticRegression(), FunctionTransformer(lambda x: x.fillna(0))), "<lambda>"),
        (lambda: adopt_pipeline(lambda frame: frame["老人"] / 2, TABLE, PROBLEM, like=FRAME), "builtins.function"),
    ],
    ids=["own type", "function", "lambda", "no estimator"],
)
def test_other_types_are_refused_by_name(tmp_path, model, named):
    with pytest.raises(ModelFileError, match="cannot be saved as a model file") as told:
        save_model(model(), tmp_path / "own.crm")
    assert named in str(told.value)
    assert not (tmp_path / "own.crm").exists()


def test_the_allow_list_trusts_nothing_that_runs_what_it_is_given():
    """Our own steps around a pipeline do not make its types trusted."""
    content = skops.io.dumps(adopted(Own()).pipeline[1:])
    assert set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES) == {
        f"{Own.__module__}.{Own.__qualname__}"
    }


def test_it_is_opened_only_if_somebody_vouches_for_it(tmp_path, monkeypatch):
    digest = save_model(adopted(LogisticRegression()), tmp_path / "own.crm")
    with pytest.raises(ModelFileError, match="pipeline of other people") as told:
        load_model(tmp_path / "own.crm")
    assert digest in told.value.next_step
    with pytest.raises(ModelFileError, match="another file"):
        load_model(tmp_path / "own.crm", sha256="0" * 64)
    monkeypatch.setenv("CRM_AI_TRUSTED_MODELS", f"{'0' * 64}, {digest.upper()}")
    assert load_model(tmp_path / "own.crm").model_type == "foreign"


def test_a_type_of_other_people_in_the_place_of_ours_is_refused():
    """Compiled code of support vectors would go by whatever numbers the file says."""
    from sklearn.svm import SVC

    model = train(TABLE, PROBLEM, ["decision_tree"]).models["decision_tree"]
    model.pipeline.steps[-1] = ("estimator", SVC().fit(np.eye(8, 3), [0, 1] * 4))
    with pytest.raises(ModelFileError, match=r"do not belong into a model: sklearn\.svm\._classes\.SVC"):
        load_model(model_bytes(model))


def test_what_is_small_outside_and_large_inside_is_refused(monkeypatch):
    model = train(TABLE, PROBLEM, ["decision_tree"]).models["decision_tree"]
    model.pipeline[-1].note = np.zeros(2_000_000)
    content = model_bytes(model)
    monkeypatch.setattr("crm_ai.deployment.model_file.LARGEST_FILE", 1_000_000)
    assert len(content) < 100_000
    with pytest.raises(ModelFileError, match="too large"):
        load_model(content)


def test_a_record_without_a_number_is_scored_by_the_service(tmp_path, monkeypatch):
    """The pipeline fills it, not the encoder before it."""
    model = adopted(LogisticRegression())
    monkeypatch.setenv("CRM_AI_TRUSTED_MODELS", save_model(model, tmp_path / "own.crm"))
    with TestClient(make_api(FileSource(tmp_path / "own.crm"))) as client:
        record = {"月份": None, "老人": "1", "合同": "月付"}
        told = client.post("/v1/score", json={"record": record, "reasons": 1}).json()
    cells = pd.DataFrame({"月份": [np.nan], "老人": [1], "合同": ["月付"]})
    (scored,) = told["scores"]
    assert scored["score"] == pytest.approx(model.pipeline[-1].pipeline.predict_proba(cells)[0, 1])


def test_cells_are_no_names_of_files():
    reading = make_pipeline(
        ColumnTransformer([("text", CountVectorizer(input="filename"), "合同")]), LogisticRegression()
    )
    model = adopted(LogisticRegression())
    model.pipeline[-1].pipeline = reading
    with pytest.raises(ModelFileError, match="cannot be saved"):
        model_bytes(model)
    text = ColumnTransformer([("text", CountVectorizer(), "合同")]).fit(FRAME)
    text.transformers_[0][1].input = "filename"  # of the fitted part, which parameters do not tell
    model.pipeline[-1].pipeline = make_pipeline(text, LogisticRegression())
    with pytest.raises(ModelFileError, match="cannot be saved"):
        model_bytes(model)


def test_labels_from_a_strange_file_of_references_end_nowhere():
    model = adopted(LogisticRegression())
    strange = np.array([[1.0, 99.0, -3.0], [np.nan, np.nan, 1e30]])
    frame = model.pipeline[-1].frame_of(strange)
    assert frame["合同"].isna().all()
    assert frame["老人"].isna().all()
    assert len(model_bytes(model)) < 100_000
