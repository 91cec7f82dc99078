"""Personal data: asked about before anything is kept; what is masked is nowhere afterwards."""

from __future__ import annotations

import io
import logging

import pandas as pd
import pytest

from crm_ai.app.workspace import workspace
from tests.app.driving import assert_sound, customers, upload, words

NAMES = ("Wilhelmina Abernathy", "Bartholomew Quill", "张伟明", "欧阳晓雯")


@pytest.fixture
def personal_csv():
    frame = pd.read_csv(io.BytesIO(customers()))
    n = len(frame)
    frame["full name"] = [f"{NAMES[i % 4]}" for i in range(n)]
    frame["e-mail"] = [f"person.number{i}@example.org" for i in range(n)]
    frame["手机号"] = [f"138{i:08d}" for i in range(n)]
    return frame.to_csv(index=False).encode()


def everything_kept() -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(workspace().rglob("*")) if path.is_file())


def choose(at, protection):
    for box in [box for box in at.selectbox if str(box.key).startswith("protection_")]:
        box.select(protection)
    return at.run()


def test_nothing_is_kept_before_somebody_has_decided(visit, personal_csv):
    at = upload(visit(), personal_csv)
    assert_sound(at)
    assert "nothing has been saved yet" in words(at)
    assert b"person.number17@example.org" not in everything_kept()
    assert "Wilhelmina" not in words(at)


@pytest.mark.parametrize("protection", ["mask", "pseudonymise", "drop"])
def test_what_is_protected_is_nowhere_afterwards(visit, personal_csv, protection, caplog):
    from crm_ai.personal_data import Protection

    caplog.set_level(logging.DEBUG)
    at = upload(visit(), personal_csv)
    choose(at, Protection(protection))
    at.button(key="protect").click().run()
    assert_sound(at)
    assert at.title[0].value == "Can I trust this table?"
    shown = []
    for tab in [tab.label for tab in at.tabs]:
        at.session_state["data_tab"] = tab
        at.run()
        assert_sound(at)
        shown += [words(at), *(frame.value.to_csv() for frame in at.dataframe)]
    kept, told = everything_kept(), "\n".join(shown) + caplog.text
    import pyarrow.parquet as pq

    cells = "\n".join(pq.read_table(path).to_pandas().to_csv() for path in workspace().rglob("*.parquet"))
    for secret in (*NAMES, "person.number17@example.org", "person.number599", "13800000017", "13800000599"):
        assert secret.encode() not in kept
        assert secret not in cells
        assert secret not in told
    assert not list(workspace().rglob("original"))


def test_the_choice_to_keep_is_the_users(visit, personal_csv):
    at = upload(visit(), personal_csv)
    at.button(key="keep_personal").click().run()
    assert_sound(at)
    assert at.title[0].value == "Can I trust this table?"
    assert b"person.number17@example.org" in everything_kept()


def test_the_file_can_be_thrown_away(visit, personal_csv):
    at = upload(visit(), personal_csv)
    at.button(key="discard").click().run()
    assert_sound(at)
    assert at.file_uploader
    assert b"person.number17@example.org" not in everything_kept()


def test_a_table_without_people_is_not_asked_about(visit, churn_csv):
    at = upload(visit(), churn_csv)
    assert at.title[0].value == "Can I trust this table?"


def test_who_could_be_recognised(visit, churn_csv):
    at = upload(visit(), churn_csv)
    at.session_state["data_tab"] = "Personal data"
    at.run()
    (known,) = [box for box in at.multiselect if str(box.key).startswith("quasi_")]
    known.set_value(["gender", "months"]).run()
    assert_sound(at)
    assert "share these columns with" in words(at) or "shares these columns with" in words(at)


def test_masking_later_replaces_the_table(visit, personal_csv):
    from crm_ai.personal_data import Protection

    at = upload(visit(), personal_csv)
    at.button(key="keep_personal").click().run()
    at.session_state["data_tab"] = "Personal data"
    at.run()
    choose(at, Protection.MASK)
    at.button(key="protect_later").click().run()
    assert_sound(at)
    assert b"person.number17@example.org" not in everything_kept()
