"""The service: what it answers, whom it lets in, and how models are exchanged under load."""

from __future__ import annotations

import json
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from crm_ai.command_line.parser import run_command
from crm_ai.deployment import explain_table, save_model, score
from crm_ai.deployment.api import make_api
from crm_ai.deployment.api_keys import KeyRing
from crm_ai.deployment.api_limits import Limits
from crm_ai.deployment.api_log import Log
from crm_ai.deployment.model_source import ChampionSource, FileSource, Served
from crm_ai.table import table_from_frame

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

JSON = {"content-type": "application/json"}


@pytest.fixture
def lines():
    return []


@pytest.fixture
def file(churn, tmp_path):
    save_model(churn, tmp_path / "leavers.crm")
    return tmp_path / "leavers.crm"


@pytest.fixture
def client(file, lines):
    with TestClient(make_api(FileSource(file), log=Log(lines.append))) as client:
        yield client


@pytest.fixture(scope="module")
def records(churn, customers_frame):
    frame = table_from_frame(customers_frame).frame[list(churn.schema.names)]
    return json.loads(frame.to_json(orient="records", date_format="iso"))


@pytest.fixture(scope="module")
def customers_frame():
    from tests.unit.deployment.conftest import customers

    return customers(200, 11)


def test_scores_are_those_of_a_table(client, churn, customers_frame, records):
    want = score(churn, table_from_frame(customers_frame)).frame
    answer = client.post("/v1/score", json={"records": records}).json()
    assert [entry["score"] for entry in answer["scores"]] == want["score"].tolist()
    assert [entry["decision"] for entry in answer["scores"]] == want["decision"].tolist()
    one = client.post("/v1/score", json={"record": records[3]}).json()
    assert one["scores"][0]["score"] == pytest.approx(want["score"][3], rel=1e-12)
    assert one["model"] == {"name": "leavers", "version": client.get("/ready").json()["version"]}


def test_reasons_are_those_of_a_table(client, churn, customers_frame, records):
    want = explain_table(churn, table_from_frame(customers_frame)).to_frame()
    answer = client.post("/v1/score?reasons=2", json={"records": records}).json()
    assert [entry["reasons"][0] for entry in answer["scores"]] == want["reason 1"].tolist()
    assert {len(entry["reasons"]) for entry in answer["scores"]} == {2}


@pytest.mark.parametrize("question", ["offer", "months"])
def test_other_questions(models, tmp_path, customers_frame, question):
    for (target, _name), model in models.items():
        if target != question:
            continue
        save_model(model, tmp_path / "model.crm")
        table = table_from_frame(customers_frame)
        want = score(model, table).frame
        names = list(model.schema.names)
        records = json.loads(table.frame[names].to_json(orient="records", date_format="iso"))
        with TestClient(make_api(FileSource(tmp_path / "model.crm"), log=Log(lambda line: None))) as client:
            scores = client.post("/v1/score", json={"records": records}).json()["scores"]
        assert [entry["prediction"] for entry in scores] == want["prediction"].tolist()
        if question == "offer":
            assert [entry["probabilities"]["b"] for entry in scores] == want["probability of b"].tolist()


def test_model_is_described(client, churn):
    facts = client.get("/v1/model").json()
    columns = {column["name"]: column for column in facts["columns"]}
    assert (facts["question"], facts["positive"], facts["threshold"]) == ("Churn = Yes", "Yes", 0.5)
    assert list(columns) == list(churn.schema.names)
    assert set(columns["plan"]["labels"]) == {"monthly", "yearly", "两年"}
    assert columns["months"]["range"][0] < 0 < columns["months"]["range"][1]
    assert columns["since"]["range"][0] <= "2024-01-01"


def test_new_labels_and_numbers_out_of_range_are_told(client, records):
    strange = records[0] | {"plan": "weekly", "months": 5000}
    told = client.post("/v1/score", json={"records": [records[1], strange]}).json()["warnings"]
    assert {(entry["field"], entry["records"]) for entry in told} == {("plan", 1), ("months", 1)}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "empty"),
        (b"{", 400, "line 1, column 2"),
        (b"\xff\xfe", 400, "UTF-8"),
        (b"[]", 400, "record"),
        (b'{"record": {"months": NaN}}', 400, "NaN is no JSON"),
        (b'{"record": {"months": -Infinity}}', 400, "Infinity"),
        (b'{"record": {"months": 1, "months": 2}}', 400, "“months” stands twice"),
        (b'{"record": ' + b"[" * 50_000, 400, "too deeply"),
        (b'{"record": {"months": ' + b"9" * 10_000 + b"}}", 400, "too many digits"),
        (b'{"record": 3}', 422, "no object"),
        (b'{"records": {}}', 422, "must be a list"),
        (b'{"records": []}', 422, "empty"),
        (b'{"records": [3]}', 422, "ecord 0"),
        (b'{"record": {}}', 422, "“months” is missing"),
        (b'{"record": {}, "records": []}', 400, "either"),
    ],
)
def test_bodies_that_do_not_fit(client, body, status, words):
    answer = client.post("/v1/score", content=body, headers=JSON)
    assert answer.status_code == status
    assert words in answer.json()["error"]["what"]


def test_problems_name_record_and_field_and_never_repeat_the_cell(client, records):
    bad = [records[0], records[1] | {"months": "SECRET"}, records[2] | {"since": "1/2/2024", "plan": ["SECRET"]}]
    answer = client.post("/v1/score", json={"records": bad})
    found = answer.json()["error"]["problems"]
    assert answer.status_code == 422
    assert sorted((entry["record"], entry["field"]) for entry in found) == [(1, "months"), (2, "plan"), (2, "since")]
    assert "SECRET" not in answer.text


@pytest.mark.parametrize("cell", [1e30, -1e30, 1e308, 10**300, 5e-324])
def test_numbers_at_the_ends_never_break_it(client, records, cell):
    answer = client.post("/v1/score", content=json.dumps({"record": records[0] | {"months": cell}}), headers=JSON)
    assert answer.status_code in (200, 422)


def test_what_is_not_there(client):
    assert client.get("/v2/everything").status_code == 404
    assert client.get("/v1/score").status_code == 405
    assert client.get("/../../etc/passwd").status_code == 404
    assert client.post("/v1/score", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    assert client.post("/v1/score", content=b"{}", headers=JSON | {"content-encoding": "gzip"}).status_code == 415
    assert client.post("/v1/score?reasons=4", content=b"{}", headers=JSON).status_code == 422
    assert client.post("/v1/score?reason=1", content=b"{}", headers=JSON).status_code == 422


def test_page_asks_no_other_server(client):
    page = client.get("/docs")
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_log_and_request_ids_hold_nothing_of_customers(client, lines, records):
    answer = client.post("/v1/score", json={"record": records[0]}, headers={"x-request-id": "order-17"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "order-17"
    client.get("/customers/Ann%20Smith?email=ann@example.com", headers={"x-request-id": "ann@example.com"})
    written = [json.loads(line) for line in lines]
    assert [entry["event"] for entry in written] == ["started", "request", "request"]
    assert written[1] | {"time": 0, "ms": 0, "model": 0} == {
        "time": 0, "event": "request", "request_id": "order-17", "method": "POST", "path": "/v1/score",
        "status": 200, "ms": 0, "records": 1, "reasons": 0, "model": 0,
    }  # fmt: skip
    assert "nn" not in lines[2].replace("running", "")


def test_a_mistake_of_ours_tells_neither_client_nor_log_what_was_sent(client, lines, records, monkeypatch):
    def broken(said, *, reasons):
        raise RuntimeError(f"cannot do {said}")

    service = client.app.state.service

    class Broken:
        served = service.serving.now.served
        answer = staticmethod(broken)

    monkeypatch.setattr(service.serving, "now", Broken())
    answer = client.post("/v1/score", json={"record": records[0] | {"plan": "SECRET"}})
    assert answer.status_code == 500
    assert "SECRET" not in answer.text + "".join(lines)
    assert json.loads(lines[-2])["place"].startswith("test_api.py:")


class TestKeys:
    """Who is let in."""

    @pytest.fixture
    def ring(self, tmp_path):
        return KeyRing(tmp_path / "keys.json")

    @pytest.fixture
    def guarded(self, file, ring, lines):
        limits = Limits(rate=0.001, burst=5)
        with TestClient(make_api(FileSource(file), keys=ring, limits=limits, log=Log(lines.append))) as client:
            yield client

    def test_only_digests_are_kept(self, ring):
        whole = ring.add("shop")
        kept = ring.path.read_text()
        assert whole not in kept
        assert whole.split("_", 2)[2] not in kept
        assert ring.path.stat().st_mode & 0o777 == 0o600
        assert ring.find(whole).name == "shop"
        assert ring.find(whole + "x") is None
        assert ring.find(whole[:-1]) is None
        assert ring.find("") is None

    def test_rights_and_revoking(self, guarded, ring, records, lines):
        both, little = ring.add("both"), ring.add("little", ["score"])
        body = {"record": records[0]}
        assert guarded.post("/v1/score", json=body).status_code == 401
        assert guarded.post("/v1/score", json=body, headers={"x-api-key": both + "x"}).status_code == 401
        assert guarded.post("/v1/score?reasons=1", json=body, headers={"x-api-key": both}).status_code == 200
        assert guarded.post("/v1/score", json=body, headers={"authorization": f"Bearer {little}"}).status_code == 200
        assert guarded.post("/v1/score?reasons=1", json=body, headers={"x-api-key": little}).status_code == 403
        assert guarded.get("/openapi.json").status_code == 401
        assert guarded.get("/health").status_code == guarded.get("/ready").status_code == 200
        ring.revoke("both")
        assert guarded.get("/v1/model", headers={"x-api-key": both}).status_code == 401
        assert not any(both in line or little in line for line in lines)

    def test_too_often(self, guarded, ring):
        key, other = ring.add("eager"), ring.add("other")
        answers = [guarded.get("/v1/model", headers={"x-api-key": key}) for _turn in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 100
        assert guarded.get("/v1/model", headers={"x-api-key": other}).status_code == 200

    def test_command(self, tmp_path, capsys):
        path = str(tmp_path / "keys.json")
        assert run_command(["keys", "add", "shop", "--rights", "score", "--keys", path]) == 0
        whole = capsys.readouterr().out.strip()
        assert KeyRing(path).find(whole).rights == ("score",)
        assert run_command(["keys", "add", "shop", "--keys", path]) == 1
        assert run_command(["keys", "add", "x", "--rights", "fly", "--keys", path]) == 1
        capsys.readouterr()
        assert run_command(["keys", "list", "--keys", path]) == 0
        listed = capsys.readouterr().out
        assert listed.startswith("shop\tcrm_")
        assert whole not in listed
        assert run_command(["keys", "revoke", "shop", "--keys", path]) == 0
        assert KeyRing(path).find(whole) is None

    def test_no_keys_no_network(self, file, capsys):
        assert run_command(["serve", str(file), "--host", "0.0.0.0"]) == 1
        assert "Without keys" in capsys.readouterr().err


def test_large_bodies_are_not_read(file, records):
    limits = Limits(body=10_000, records=20)
    with TestClient(make_api(FileSource(file), limits=limits, log=Log(lambda line: None))) as client:
        assert client.post("/v1/score", content=b" " * 10_001, headers=JSON).status_code == 413

        def without_length():
            for _turn in range(100):
                yield b" " * 1_000

        assert client.post("/v1/score", content=without_length(), headers=JSON).status_code == 413
        answer = client.post("/v1/score", json={"records": [{}] * 21})
        assert (answer.status_code, answer.json()["error"]["what"]) == (413, "At most 20 records can be sent at once.")


def test_contract(models, tmp_path):
    """Whatever fits the description, and whatever does not, is answered as described."""
    import schemathesis

    save_model(models["Churn", "decision_tree"], tmp_path / "model.crm")
    limits = Limits(rate=1e6, burst=10**6)
    app = make_api(FileSource(tmp_path / "model.crm"), limits=limits, log=Log(lambda line: None))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    seen = set()
    for operation in schema.get_all_operations():

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.ok().as_strategy())
        def check(case):
            answer = case.call()
            seen.add(answer.status_code)
            assert answer.status_code < 500
            case.validate_response(answer)

        check()
    assert 200 in seen


class TestExchange:
    """Another model takes the place of the first."""

    def test_another_file_and_a_damaged_one(self, file, models, lines):
        with TestClient(make_api(FileSource(file), log=Log(lines.append), poll_seconds=0.02)) as client:
            first = client.get("/ready").json()
            file.write_bytes(b"PK damaged")
            wait_for(lambda: "trouble" in client.get("/ready").json())
            assert client.get("/ready").json()["version"] == first["version"]
            assert "No newer model can be used" in client.get("/ready").json()["trouble"]
            save_model(models["Churn", "decision_tree"], file)
            wait_for(lambda: client.get("/ready").json()["version"] != first["version"])
            assert "trouble" not in client.get("/ready").json()
            assert client.get("/v1/model").json()["model_type"] == "decision_tree"
        events = [json.loads(line)["event"] for line in lines]
        assert events.count("model_refused") == 1
        assert events.count("model_changed") == 1

    def test_under_load_no_request_is_lost(self, models, customers_frame, records):
        names = ("logistic_regression", "decision_tree")
        table = table_from_frame(customers_frame)
        want = {name: models["Churn", name].predict(table.frame).tolist() for name in names}
        now = [Served("leavers", names[0], models["Churn", names[0]])]

        class Source:
            def current(self):
                return now[0]

        limits = Limits(rate=1e6, burst=10**6)
        app = make_api(Source(), limits=limits, log=Log(lambda line: None), poll_seconds=0.01)
        ends = time.monotonic() + 3
        with TestClient(app) as client:

            def ask(number):
                answers = []
                while time.monotonic() < ends:
                    place = (number * 7 + len(answers)) % 190
                    answer = client.post("/v1/score", json={"records": records[place : place + 1 + number % 3]})
                    assert answer.status_code == 200
                    said = answer.json()
                    scores = [entry["score"] for entry in said["scores"]]
                    assert scores == pytest.approx(want[said["model"]["version"]][place : place + 1 + number % 3])
                    answers.append(said["model"]["version"])
                return answers

            def swap():
                turn = 0
                while time.monotonic() < ends:
                    turn += 1
                    now[0] = Served("leavers", names[turn % 2], models["Churn", names[turn % 2]])
                    time.sleep(0.1)

            swapping = threading.Thread(target=swap)
            swapping.start()
            with ThreadPoolExecutor(20) as pool:
                answers = [version for some in pool.map(ask, range(20)) for version in some]
            swapping.join()
        assert set(answers) == set(names)

    def test_champion(self, models):
        known = {"version": "3", "asked": 0}

        def champion():
            known["asked"] += 1
            return known["version"], models["Churn", "decision_tree"], 0.3

        source = ChampionSource("leavers", champion, version=lambda: known["version"])
        first = source.current()
        assert source.current() is first
        assert (known["asked"], first.threshold) == (1, 0.3)
        known["version"] = "4"
        assert source.current().version == "4"


def wait_for(is_so):
    ends = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_command_line_rest_and_table_agree(file, client, records, customers_frame, tmp_path, churn):
    customers_frame.to_csv(tmp_path / "new.csv", index=False)
    assert run_command(["score", str(file), str(tmp_path / "new.csv"), "-o", str(tmp_path / "out.csv")]) == 0
    printed = pd.read_csv(tmp_path / "out.csv")["score"].to_numpy()
    rest = client.post("/v1/score", json={"records": records}).json()["scores"]
    np.testing.assert_allclose([entry["score"] for entry in rest], printed, rtol=1e-12)
    np.testing.assert_allclose(printed, score(churn, table_from_frame(customers_frame)).frame["score"], rtol=1e-12)
