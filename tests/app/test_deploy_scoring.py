"""Score new customers: nothing is scored before it is told what does not fit, and numbers are those of the command."""

from __future__ import annotations

import io
import sqlite3
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from crm_ai.app import deployed, scored, scorers
from crm_ai.command_line.parser import run_command
from crm_ai.deployment import Wishes, file_sink, score_stream
from crm_ai.deployment.registry import (
    Answer,
    Item,
    Person,
    Role,
    approve,
    champion,
    open_registry,
    promote,
    register,
)
from crm_ai.modeling import propose_problem, train
from crm_ai.table import FrameStream, read_table
from tests.app.driving import ROOT, assert_sound, customers, go, upload, words

THRESHOLD = 0.3
KEPT = "scored_customers"
UNSEEN = dict.fromkeys(map(ord, "\\\u2060"))  # what makes names safe in Markdown


@pytest.fixture(scope="module")
def run():
    table = read_table(customers(), name="customers.csv")
    return train(table, propose_problem(table).problem, ["logistic_regression", "decision_tree"])


@pytest.fixture
def registry(run, monkeypatch):
    """Version 1 at work, 2 on trial, 3 approved, 4 waiting."""
    for name in ("CRM_AI_REGISTRY_URL", "CRM_AI_REGISTRY_ARTIFACTS", "CRM_AI_FOUR_EYES"):
        monkeypatch.delenv(name, raising=False)
    opened = open_registry()
    for number, (model, threshold) in enumerate(
        [("logistic_regression", THRESHOLD), ("decision_tree", 0.4), ("decision_tree", 0.6), ("decision_tree", 0.7)]
    ):
        version = register(run, model, opened, name="leavers", note="data of March", threshold=threshold)
        if number < 3:
            version = approve(opened, version, why="looked at it", checklist={item: Answer(True) for item in Item})
        if number < 2:
            promote(opened, version, why="go", **({"alias": "challenger"} if number else {}))
    return opened


@pytest.fixture
def page():
    def come(**address) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in address.items():
            at.query_params[name] = value
        at.run()
        at = go(at, "deploy")
        at.session_state["deploy_tab"] = "Score new customers"
        return at.run()

    return come


def new(rows=150, **changed):
    frame = pd.read_csv(io.BytesIO(customers(rows, seed=7))).drop(columns="Churn")
    return frame.assign(**changed)


def as_csv(frame):
    return frame.to_csv(index=False).encode()


def bring(at, frame, name="new.csv"):
    return upload(at, frame if isinstance(frame, bytes) else as_csv(frame), name)


def keys(at):
    return [button.key for button in at.button]


def as_text(at, name):
    value = at.query_params[name]
    return value if isinstance(value, str) else value[0]


def made(at):
    """What was scored, by the page."""
    return list(at.session_state[KEPT].values())[-1]


def test_what_does_not_fit_is_told_before_anybody_is_scored(registry, page):
    frame = new()
    frame.loc[:2, "plan"] = "lifelong"
    frame.loc[4, "customerID"] = frame.loc[3, "customerID"]
    at = bring(page(), frame[frame.columns[::-1]])
    assert_sound(at)
    assert "All 4 columns that the model needs are there." in at.warning[0].value.translate(UNSEEN)
    assert "3 customers have a plan that nobody had in training" in words(at)
    assert "1 customer has the same customerID" in words(at)
    report = at.table[0].value
    assert report.iloc[0].tolist()[:2] == ["plan", "! new labels"]
    assert "3 customers have a label that was not there in training (lifelong)" in report.iloc[0, 2].translate(UNSEEN)
    assert KEPT not in at.session_state or not at.session_state[KEPT]
    assert not at.metric
    at.button(key="score_now").click().run()
    assert_sound(at)
    assert at.metric[0].value == "150"


def test_the_champion_decides_at_its_approved_threshold(registry, page):
    at = bring(page(), new())
    assert at.selectbox(key="choose_scorer_deploy").value == "v1"
    assert "score of 0.30 or more is selected" in words(at).translate(UNSEEN)
    at.button(key="score_now").click().run()
    said = made(at)
    assert ((said.scores >= THRESHOLD) == (said.column("decision") == "Yes")).all()
    assert ((said.scores >= THRESHOLD) & (said.scores < 0.5)).any()
    assert [metric.label for metric in at.metric][:2] == ["Customers scored", "Selected: Yes"]
    first = at.dataframe[0].value
    assert first["priority"].tolist() == list(range(1, 151))
    assert list(first.columns[:7]) == [
        "customerID", "priority", "score", "decision", "reason 1", "reason 2", "reason 3",
    ]  # fmt: skip


def test_a_threshold_in_the_address_moves_no_approved_version(registry, page):
    at = bring(page(threshold="0.9"), new())
    at.button(key="score_now").click().run()
    assert ((made(at).scores >= THRESHOLD) == (made(at).column("decision") == "Yes")).all()


def test_only_approved_versions_are_offered(registry, page):
    at = page()
    assert at.selectbox(key="choose_scorer_deploy").options == [
        "Version 1, at work (champion)", "Version 2, on trial (challenger)", "Version 3, approved",
    ]  # fmt: skip
    bring(at, new())
    at.button(key="score_now").click().run()
    at.selectbox(key="choose_scorer_deploy").select("v2").run()
    assert_sound(at)
    assert not at.metric, "what the champion has said is not the challenger's"
    at.button(key="score_now").click().run()
    assert made(at).scores.tolist() != next(iter(at.session_state[KEPT].values())).scores.tolist()
    at.selectbox(key="choose_scorer_deploy").select("v1").run()
    assert at.metric, "what was scored before is still known"


def test_files_hold_what_score_stream_writes(registry, page, tmp_path):
    frame = new()
    frame.loc[0, "customerID"] = "=1+1"
    at = bring(page(), frame)
    at.button(key="score_now").click().run()
    assert {"download_scores", "download_scores_excel", "download_scores_parquet"} <= {
        button.key for button in at.download_button
    }
    _version, model, threshold = champion(registry, "leavers")
    stream = FrameStream(read_table(as_csv(frame), name="new.csv"))
    for ending, read in ((".csv", pd.read_csv), (".parquet", pd.read_parquet), (".xlsx", pd.read_excel)):
        path = tmp_path / f"want{ending}"
        score_stream(model, stream, file_sink(path), wishes=Wishes(threshold, 3, True))
        got, want = read(io.BytesIO(made(at).as_file(ending))), read(path)
        pd.testing.assert_frame_equal(got, want, check_exact=False, rtol=1e-12)
        assert got["customerID"].iloc[0] == ("=1+1" if ending == ".parquet" else "'=1+1")


def test_the_command_on_the_page_writes_the_same(registry, page, tmp_path, monkeypatch):
    frame = new().rename(columns={"plan": "Vertrag's plan"})
    at = bring(page(), frame)
    at.button(key="incoming_take").click().run()
    at.button(key="score_now").click().run()
    command = next(code.value for code in at.code if " score " in code.value)
    import shlex

    said = shlex.split(command)
    assert said[:4] == ["python", "-m", "crm_ai", "score"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new_customers.csv").write_bytes(as_csv(frame))
    assert run_command(said[3:]) == 0
    want = pd.read_csv(tmp_path / "scored.csv")
    got = pd.read_csv(io.BytesIO(made(at).as_file(".csv")))
    pd.testing.assert_frame_equal(got, want, check_exact=False, rtol=1e-12)


def test_a_missing_column_is_mapped(registry, page):
    at = bring(page(), new().rename(columns={"plan": "contract plan", "months": "seit"}))
    assert_sound(at)
    assert "Cannot be scored: 2 of the 4 columns" in at.error[0].value.translate(UNSEEN)
    assert "score_now" not in keys(at)
    proposed = {box.label.translate(UNSEEN): box for box in at.selectbox if "is called" in box.label}
    assert proposed["“plan” is called …"].value == "contract plan"
    assert proposed["“months” is called …"].value is None
    at.button(key="incoming_take").click().run()
    assert "Cannot be scored: 1 of the 4 columns" in at.error[0].value.translate(UNSEEN)
    next(box for box in at.selectbox if "months" in box.label).select("seit")
    at.button(key="incoming_take").click().run()
    assert_sound(at)
    assert not at.error
    assert "contract plan" in words(at)
    at.button(key="score_now").click().run()
    assert {"plan", "months"} <= set(made(at).names)
    at.button(key="incoming_undo").click().run()
    assert "Cannot be scored" in at.error[0].value


def test_what_was_said_of_columns_holds_for_the_corrected_file(registry, page):
    renamed = new().rename(columns={"plan": "contract plan"})
    at = bring(page(), renamed)
    at.button(key="incoming_take").click().run()
    corrected = renamed.assign(spend=renamed["spend"] + 1)
    at = bring(at, corrected)
    assert_sound(at)
    assert not at.error
    assert "contract plan" in words(at)
    at.button(key="score_now").click().run()
    assert len(made(at)) == len(corrected)


def test_a_column_whose_name_says_nothing_is_proposed_by_its_labels(registry, page):
    at = bring(page(), new().rename(columns={"plan": "合同"}))
    assert next(box for box in at.selectbox if "is called" in box.label).value == "合同"
    at.button(key="incoming_take").click().run()
    at.button(key="score_now").click().run()
    assert_sound(at)
    assert "--rename 合同=plan" in " ".join(code.value for code in at.code).replace("'", "")


def test_whoever_looks_elsewhere_finds_the_customers_again(registry, page):
    at = bring(page(), new().rename(columns={"plan": "contract plan"}))
    at.button(key="incoming_take").click().run()
    at.button(key="score_now").click().run()
    at.session_state["deploy_tab"] = "How is it doing?"
    at.run()
    assert not at.metric
    at.session_state["deploy_tab"] = "Score new customers"
    at.session_state["uploads"] = 1  # a browser's field is empty when it comes back
    at.run()
    assert_sound(at)
    assert "with 150 customers is still here" in words(at)
    assert at.metric[0].value == "150"
    at.button(key="incoming_forget").click().run()
    assert not at.metric
    assert "still here" not in words(at)


def test_hostile_names(registry, page):
    hostile = '<img src=x onerror=alert(1)> **b** $a$ :smile: "quoted" [x](y)'
    frame = new().rename(columns={"plan": hostile}).assign(**{"=cmd": 1})
    frame.loc[0, hostile] = "`<b>` lifelong | $x$"
    at = bring(page(), frame)
    assert_sound(at)
    next(box for box in at.selectbox if "is called" in box.label).select(hostile)
    at.button(key="incoming_take").click().run()
    at.button(key="score_now").click().run()
    assert_sound(at)
    for element in (*at.markdown, *at.caption, *at.warning):
        assert "<img" not in element.value or "unsafe" not in str(element.proto.allow_html)
    assert "\\$x\\$" in at.table[0].value.iloc[0, 2]
    assert pd.read_csv(io.BytesIO(made(at).as_file(".csv"))).columns[5] == "'=cmd"


def test_one_column_cannot_stand_for_two(registry, page):
    at = bring(page(), new().rename(columns={"plan": "a", "months": "b"}))
    for box in at.selectbox:
        if "is called" in box.label:
            box.select("a")
    at.button(key="incoming_take").click().run()
    assert not at.exception
    assert "cannot stand for two" in " ".join(error.value for error in at.error)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n" + b"1,2\n" * 50, "right file"),
        (b"", "empty"),
        (b"\x00\x01\x02\x03" * 99, ""),
    ],
)
def test_other_files_are_told_kindly(registry, page, content, said):
    at = bring(page(), content, "other.csv")
    assert not at.exception
    assert at.error
    assert said in words(at).lower()
    assert "score_now" not in keys(at)


def test_only_a_header(registry, page):
    at = bring(page(), new().head(0))
    assert not at.exception
    assert "score_now" not in keys(at)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_few_customers(registry, page, rows):
    at = bring(page(), new().head(rows))
    at.button(key="score_now").click().run()
    assert_sound(at)
    assert at.metric[0].value == str(rows)


def test_a_model_of_the_run_to_try_out(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    at.button(key="train").click().run()
    at = go(at, "deploy")
    at.session_state["deploy_tab"] = "Score new customers"
    bring(at.run(), customers(150, seed=7))  # the column that is predicted is there
    assert_sound(at)
    assert "Not approved: to try out." in words(at)
    assert "which the model predicts, is there" in words(at).translate(UNSEEN)
    at.button(key="score_now").click().run()
    assert_sound(at)
    assert at.metric[0].value == "150"
    assert made(at).column("decision").tolist() == [
        "Yes" if score >= 0.5 else "No" for score in made(at).scores.tolist()
    ]


@pytest.mark.parametrize(("target", "numbered"), [("spend", True), ("plan", False)])
def test_other_questions(registry, page, target, numbered):
    table = read_table(customers(), name="customers.csv")
    problem = propose_problem(table, target=target).problem
    other = train(table, problem, ["linear_regression" if numbered else "logistic_regression"])
    version = register(other, next(iter(other.models)), registry, name="other", note="more")
    approve(registry, version, why="ok", checklist={item: Answer(True) for item in Item})
    at = bring(page(registered="other"), customers(150, seed=7))
    at.button(key="score_now").click().run()
    assert_sound(at)
    assert bool(made(at).said_priority) == numbered
    assert "--priority" not in "".join(code.value for code in at.code) or numbered


def test_nothing_to_score_with(run, page):
    register(run, "decision_tree", open_registry(), name="leavers", note="waits")
    at = page()
    assert_sound(at)
    assert "nothing to score with" in at.info[0].value
    assert not at.file_uploader


def writing():
    """The form for somebody who could write when the page was made."""
    import pandas as pd

    from crm_ai.app import scored_to_database
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment import score_table
    from crm_ai.deployment.registry import LOCAL_USER
    from crm_ai.modeling import propose_problem, train
    from crm_ai.table import table_from_frame

    frame = pd.DataFrame({"id": range(40), "months": range(40), "Churn": ["Yes", "No"] * 20})
    table = table_from_frame(frame)
    run = train(table, propose_problem(table, target="Churn", features=["months"]).problem, ["logistic_regression"])
    desk = Desk(registry=None, person=LOCAL_USER, run=None, names=())
    scored_to_database.form(desk, score_table(run.model("logistic_regression"), table), "mine")


class TestDatabase:
    """Into a table, and from one."""

    @pytest.fixture
    def database(self, tmp_path, monkeypatch):
        path = tmp_path / "crm.db"
        monkeypatch.setenv("CRM_AI_DATABASE_CRM", f"sqlite:///{path}")
        with sqlite3.connect(path) as connection:
            new().to_sql("customers", connection, index=False)
        return path

    def rows(self, path, name):
        with sqlite3.connect(path) as connection:
            quoted = name.replace('"', '""')
            return connection.execute(f'SELECT count(*), max(priority) FROM "{quoted}"').fetchone()

    def write(self, at, name, if_there=None, *, sure=False):
        at.text_input(key="scored_table").set_value(name)
        if if_there:
            at.radio(key="scored_if_there").set_value(if_there).run()
        if sure:
            next(box for box in at.checkbox if "scored_sure" in box.key).check().run()
        return at.button(key="scored_write").click().run()

    def test_refused_appended_replaced(self, registry, page, database):
        at = bring(page(), new())
        at.button(key="score_now").click().run()
        name = 'scores"; DROP TABLE customers; --'
        self.write(at, name)
        assert_sound(at)
        assert "150 customers were written" in " ".join(one.value for one in at.success)
        assert self.rows(database, name) == (150, 150)
        self.write(at, name)
        assert "there already" in at.error[0].value
        assert at.text_input(key="scored_table").value == name, "what was written in the form stays"
        assert self.rows(database, name) == (150, 150)
        self.write(at, name, "append")
        assert self.rows(database, name) == (300, 150)
        at.radio(key="scored_if_there").set_value("replace").run()
        assert at.button(key="scored_write").disabled
        assert self.rows(database, name) == (300, 150)
        self.write(at, name, "replace", sure=True)
        assert not at.error
        assert at.button(key="scored_write").disabled, "each time it is replaced somebody must say so"
        assert self.rows(database, name) == (150, 150)
        assert self.rows_of_customers(database) == 150

    def rows_of_customers(self, path):
        with sqlite3.connect(path) as connection:
            return connection.execute("SELECT count(*) FROM customers").fetchone()[0]

    @pytest.mark.parametrize("name", ["", "a\tb", "名" * 30])
    def test_names_that_no_table_can_have(self, registry, page, database, name):
        at = bring(page(), new())
        at.button(key="score_now").click().run()
        self.write(at, name)
        assert not at.exception
        assert "cannot be the name" in at.error[0].value

    def test_a_table_of_other_columns_is_not_appended_to(self, registry, page, database):
        at = bring(page(), new())
        at.button(key="score_now").click().run()
        self.write(at, "customers", "append")
        assert not at.exception
        assert at.error
        assert self.rows_of_customers(database) == 150

    def test_customers_from_a_table(self, registry, page, database):
        at = page()
        at.segmented_control(key="incoming_way").set_value("database").run()
        at.selectbox(key="incoming_source_table").select("customers").run()
        assert "score_now" not in keys(at)
        at.button(key="incoming_read").click().run()
        assert_sound(at)
        at.button(key="score_now").click().run()
        assert at.metric[0].value == "150"

    def test_customers_from_a_table_outlive_a_look_at_another_page(self, registry, page, database):
        at = page()
        at.segmented_control(key="incoming_way").set_value("database").run()
        at.segmented_control(key="incoming_source_way").set_value("query").run()
        at.text_area(key="incoming_source_query").set_value("SELECT * FROM customers LIMIT 120").run()
        at.button(key="incoming_read").click().run()
        go(go(at, "data"), "deploy")
        at.session_state["deploy_tab"] = "Score new customers"
        assert_sound(at.run())
        at.button(key="score_now").click().run()
        assert at.metric[0].value == "120"

    def test_the_registry_is_nobodys_to_write(self, registry, page, database):
        at = bring(page(), new())
        at.button(key="score_now").click().run()
        self.write(at, "Registry_log", "replace", sure=True)
        assert not at.exception
        assert "registry of models" in at.error[0].value

    def test_whoever_is_a_viewer_by_now_does_not_write(self, database, monkeypatch):
        monkeypatch.setattr("crm_ai.app.signing_in.person", lambda: Person("Vera", Role.VIEWER))
        at = AppTest.from_function(writing, default_timeout=60).run()
        at.button(key="scored_write").click().run()
        assert "A viewer may not write" in at.error[0].value
        with sqlite3.connect(database) as connection:
            assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'mine_scored'").fetchall()

    def test_a_viewer_looks_but_does_not_write(self, registry, page, database, monkeypatch):
        monkeypatch.setattr("crm_ai.app.signing_in.person", lambda: Person("Vera", Role.VIEWER))
        at = bring(page(), new())
        at.button(key="score_now").click().run()
        assert_sound(at)
        assert at.metric
        assert at.button(key="scored_write").disabled
        assert "download_scores" in {button.key for button in at.download_button}


def test_without_a_database_there_is_no_form(registry, page):
    at = bring(page(), new())
    at.button(key="score_now").click().run()
    assert "scored_write" not in keys(at)
    assert deployed.registry().engine.url == registry.engine.url


def test_without_a_champion_the_run_at_hand_is_proposed(run, visit, churn_csv):
    opened = open_registry()
    version = register(run, "decision_tree", opened, name="leavers", note="data of March", threshold=0.4)
    approve(opened, version, why="ok", checklist={item: Answer(True) for item in Item})
    at = go(upload(visit(), churn_csv), "train")
    at.button(key="train").click().run()
    at = go(at, "deploy")
    at.session_state["deploy_tab"] = "Score new customers"
    at.run()
    assert_sound(at)
    assert at.selectbox(key="choose_scorer_deploy").value == "run"
    promote(opened, version, why="go")
    fresh = visit("deploy", data=as_text(at, "data"), run=as_text(at, "run"))
    fresh.session_state["deploy_tab"] = "Score new customers"
    fresh.run()
    assert fresh.selectbox(key="choose_scorer_deploy").value == "v1"


def test_a_version_whose_file_is_gone_is_told_kindly(registry, page, workspace):
    for path in (workspace / "registry" / "artifacts").rglob("*"):
        if path.is_file():
            path.unlink()
    at = page()
    assert not at.exception
    assert at.error
    assert at.selectbox(key="choose_scorer_deploy").options, "another one can be chosen"


@pytest.mark.parametrize(
    ("name", "want"),
    [("churn", "churn_v3"), ("../../etc/x y", "etc_x_y_v3"), ("流失 客户", "流失_客户_v3"), ("🙂", "v3")],
)
def test_files_are_named_after_model_and_version(name, want):
    version = SimpleNamespace(name=name, number=3)
    assert scorers.stem_of(version, SimpleNamespace(model_type="decision_tree")) == want
    assert scorers.stem_of(None, SimpleNamespace(model_type="decision_tree+group.sex.2")) == "decision_tree_group_sex_2"


@pytest.mark.parametrize(
    ("largest", "decimals"), [(0.9, 3), (0.01, 3), (1.0, 3), (29.5, 2), (2917.4, 0), (1e9, 0), (0.0, 3)]
)
def test_so_many_decimals_as_are_read(largest, decimals):
    assert scored._decimals(pd.Series([0.0, -largest])) == decimals


def test_the_service_says_the_same(registry, page):
    import json

    from fastapi.testclient import TestClient

    from crm_ai.command_line.serve import _champion
    from crm_ai.deployment.api import make_api

    frame = new(60)
    at = bring(page(), frame)
    at.button(key="score_now").click().run()
    with TestClient(make_api(_champion("leavers")), client=("127.0.0.1", 50000)) as client:
        records = json.loads(frame.to_json(orient="records"))
        answer = client.post("/v1/score?reasons=3", json={"records": records}).json()
    assert answer["model"]["version"] == "1"
    assert [one["score"] for one in answer["scores"]] == pytest.approx(made(at).scores.tolist(), abs=1e-12)
    assert [one["decision"] for one in answer["scores"]] == made(at).column("decision").tolist()
    reasons = zip(*(made(at).column(name).tolist() for name in made(at).said_reasons), strict=True)
    assert [one["reasons"] for one in answer["scores"]] == [list(filter(None, three)) for three in reasons]
    curl = next(code.value for code in at.code if "curl" in code.value)
    assert "serve --champion leavers" in curl
    record = json.loads(curl.split(" -d ")[1].split("'")[1])["record"]
    assert set(record) == {"gender", "months", "plan", "spend"}
