"""The workspace: what goes in comes out, and only for whoever has the link."""

from __future__ import annotations

import os
import stat

import pytest

from crm_ai.app import store, visitors
from crm_ai.app.workspace import workspace
from crm_ai.errors import CrmAiError
from crm_ai.modeling import Problem, Task, make_plan
from crm_ai.table import Kind, Role, read_table

CSV = "id,gender,joined,months,gross spend,note\n" + "".join(
    f"C{i:04d},{'Female' if i % 3 else 'Male'},2024-01-{i % 28 + 1:02d},"
    f"{i % 40 if i % 7 else ''},{i / 7:.2f},客户 <b>{i}</b>\n"
    for i in range(200)
)


@pytest.fixture(autouse=True)
def _own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_AI_WORKSPACE", str(tmp_path / "w"))


@pytest.fixture
def table():
    return read_table(CSV.encode(), name="june.csv")


def test_a_table_comes_back_as_it_went_in(table):
    again = store.open_table(store.put_table(table))
    assert again.frame.equals(table.frame)
    assert (again.frame.dtypes == table.frame.dtypes).all()
    assert (again.schema, again.source, again.digest, again.reading) == (
        table.schema,
        table.source,
        table.digest,
        table.reading,
    )


def test_tokens_cannot_be_guessed_and_the_folder_is_private(table):
    first, second = store.put_table(table), store.put_table(table)
    assert first != second
    assert len(first) == 22
    assert stat.S_IMODE(workspace().stat().st_mode) == 0o700
    for file in (workspace() / "tables" / first).iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_corrected_schema_has_a_reference_of_its_own(table):
    reference = store.put_table(table)
    corrected = store.put_preparation(
        reference, table.schema.corrected("months", kind=Kind.CATEGORY, role=Role.SEGMENT), ()
    )
    again = store.open_table(corrected)
    assert again.schema["months"].kind is Kind.CATEGORY
    assert again.digest != table.digest
    assert store.open_table(reference).schema == table.schema
    back = store.put_preparation(corrected, table.schema, ())
    assert store.open_table(back).frame["months"].equals(table.frame["months"])


def test_a_plan_comes_back_as_it_went_in(table):
    reference = store.put_table(table)
    problem = Problem(
        target="gross spend",
        task=Task.BINARY,
        features=("months",),
        segments=("gender",),
        labels=("≤ 9", "> 9"),
        above=9.0,
    )
    plan = make_plan(problem, {"decision_tree": {"depth": 3}, "logistic_regression": {}}, search=9)
    store.put_plan(reference, "f" * 24, plan)
    assert store.open_plan(reference, "f" * 24) == plan


def test_what_is_not_there_is_said_kindly(table):
    reference = store.put_table(table)
    store.delete_table(reference)
    for missing in (reference, "x" * 22, "sample:nothing"):
        with pytest.raises(CrmAiError, match="not here any more"):
            store.open_table(missing)
    with pytest.raises(CrmAiError):
        store.open_plan(reference, "0" * 24)


def _work(reference, **more):
    return visitors.Recent(reference, "june.csv", 200, visitors.now(), **more)


def test_recent_work_is_the_visitors_own(table):
    reference = store.put_table(table)
    visitors.remember("a" * 22, _work(reference, mine=True))
    visitors.remember("a" * 22, _work(reference + "~0123456789ab", run="f" * 24))
    (entry,) = visitors.recent("a" * 22)
    assert entry.mine
    assert entry.run == "f" * 24
    assert visitors.recent("b" * 22) == ()
    assert not any("aaaa" in path.name for path in workspace().rglob("*"))


def test_only_the_owner_deletes(table):
    reference = store.put_table(table)
    visitors.remember("a" * 22, _work(reference, mine=True))
    visitors.remember("b" * 22, _work(reference))
    visitors.forget("b" * 22, visitors.recent("b" * 22)[0])
    assert store.open_table(reference).source == "june.csv"
    visitors.forget("a" * 22, visitors.recent("a" * 22)[0])
    with pytest.raises(CrmAiError):
        store.open_table(reference)


def test_the_list_stays_short(table):
    for i in range(visitors.MOST_KEPT + 3):
        visitors.remember("a" * 22, _work(f"{i:022d}"))
    kept = visitors.recent("a" * 22)
    assert len(kept) == visitors.MOST_KEPT
    assert kept[0].data == f"{visitors.MOST_KEPT + 2:022d}"


def test_tables_go_after_the_days_that_were_set(monkeypatch):
    table = read_table(CSV.encode())
    old, new = store.put_table(table), store.put_table(table)
    file = workspace() / "tables" / old / "table.json"
    os.utime(file, (1_600_000_000, 1_600_000_000))
    store.delete_expired()
    assert store.exists(old)
    monkeypatch.setenv("CRM_AI_KEEP_DAYS", "30")
    store.delete_expired()
    assert not store.exists(old)
    assert store.exists(new)
