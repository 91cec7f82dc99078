"""Tables are made and brought up to date under a lock, and what is newer or foreign is left alone."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from crm_ai.deployment.registry import (
    RegistryStore,
    find_faults,
    list_versions,
    open_registry,
    read_log,
    register,
    verify_log,
)
from crm_ai.deployment.registry.audit_log import first_broken
from crm_ai.deployment.registry.database import NEWEST, migration_settings
from crm_ai.deployment.registry.tables import metadata
from crm_ai.errors import DatabaseError, RegistryError


def test_the_newest_step_is_the_one_that_is_asked_for():
    assert ScriptDirectory.from_config(migration_settings()).get_heads() == [NEWEST]


def test_the_steps_make_the_tables_that_the_code_knows(registry):
    with registry.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "registry_migrations"})
        assert compare_metadata(context, metadata) == []


def test_an_older_database_keeps_what_it_holds(tmp_path, registry, run):
    register(run, "decision_tree", registry, name="churn", note="try")
    with registry.writing() as connection:
        for table in (
            "registry_batches_aside", "registry_outcomes", "registry_batch_keys", "registry_batches",
        ):  # fmt: skip
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE registry_migrations SET version_num = '0001'"))
    opened = open_registry(tmp_path / "registry.db", tmp_path / "files")
    assert [version.label for version in list_versions(opened)] == ["churn v1"]
    assert verify_log(opened) == 1
    assert RegistryStore(opened, tmp_path).batches() == ()


def test_a_newer_database_is_left_alone(tmp_path, registry):
    with registry.writing() as connection:
        connection.execute(text("UPDATE registry_migrations SET version_num = '9999'"))
    before = (tmp_path / "registry.db").read_bytes()
    with pytest.raises(RegistryError, match="newer version of crm_ai"):
        open_registry(tmp_path / "registry.db", tmp_path / "files")
    assert (tmp_path / "registry.db").read_bytes() == before


def test_foreign_tables_are_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("CREATE TABLE registry_log (a integer)")
    with pytest.raises(RegistryError, match="not the registry's: registry_log"):
        open_registry(tmp_path / "shop.db", tmp_path / "files")


def test_no_database_at_all(tmp_path):
    (tmp_path / "broken.db").write_bytes(b"not a database, but long enough to look like a file" * 40)
    for path in (tmp_path / "broken.db", tmp_path / "missing" / "registry.db", tmp_path):
        with pytest.raises(DatabaseError):
            open_registry(path, tmp_path / "files")


def test_many_open_it_at_once(tmp_path):
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _turn: open_registry(tmp_path / "r.db", tmp_path / "files"), range(12)))
    assert all(list_versions(registry) == () for registry in opened)


def test_many_register_at_once(tmp_path, run):
    def work(_turn):
        registry = open_registry(tmp_path / "r.db", tmp_path / "files")
        return register(run, "decision_tree", registry, name="churn", note="try").number

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(8))) == list(range(1, 9))
    assert find_faults(open_registry(tmp_path / "r.db", tmp_path / "files")) == ()


REPLACING = (
    "INSERT OR REPLACE INTO registry_log SELECT number, at, \"by\", role, act, model, version, 'other', before, after, "
    "former, digest FROM registry_log"
)


@pytest.mark.parametrize("statement", ["UPDATE registry_log SET why = 'other'", "DELETE FROM registry_log", REPLACING])
def test_the_log_is_only_ever_added_to(tmp_path, registry, run, statement):
    register(run, "decision_tree", registry, name="churn", note="try")
    before = read_log(registry)
    with pytest.raises(DatabaseError, match="only ever added to"), registry.writing() as connection:
        connection.execute(text(statement))
    with sqlite3.connect(tmp_path / "registry.db") as plain, pytest.raises(sqlite3.IntegrityError):
        plain.execute(statement)
    assert read_log(registry) == before


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE registry_log SET why = 'other' WHERE number = 2", 2),
        ("UPDATE registry_log SET \"by\" = 'ann' WHERE number = 1", 1),
        ("UPDATE registry_log SET at = '2020-01-01T00:00:00Z' WHERE number = 3", 3),
        ("DELETE FROM registry_log WHERE number = 2", 2),
        ("DELETE FROM registry_log WHERE number = 1", 1),
        ("UPDATE registry_log SET number = 9 WHERE number = 3", 3),
    ],
)
def test_whoever_lifts_the_protection_is_found_out(tmp_path, registry, run, change, broken):
    for _turn in range(3):
        register(run, "decision_tree", registry, name="churn", note="try")
    assert verify_log(registry) == 3
    with sqlite3.connect(tmp_path / "registry.db") as plain:
        for act in ("update", "delete", "replace"):
            plain.execute(f"DROP TRIGGER registry_log_no_{act}")
        plain.execute(change)
    assert first_broken(read_log(registry)) == broken
    with pytest.raises(RegistryError, match=f"entry {broken} does not follow"):
        verify_log(registry)


def test_a_log_that_was_cut_off(tmp_path, registry, run):
    for _turn in range(3):
        register(run, "decision_tree", registry, name="churn", note="try")
    last = read_log(registry)[-1].digest
    assert verify_log(registry, last=last) == 3
    with sqlite3.connect(tmp_path / "registry.db") as plain:
        plain.execute("DROP TRIGGER registry_log_no_delete")
        plain.execute("DELETE FROM registry_log WHERE number = 3")
    assert verify_log(registry) == 2  # the chain itself is whole
    with pytest.raises(RegistryError, match="does not hold the entry that was noted down"):
        verify_log(registry, last=last)
    assert find_faults(registry)  # and there is a version nobody has registered


def test_the_log_cannot_fork(registry, run):
    register(run, "decision_tree", registry, name="churn", note="try")
    with registry.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(
            text(
                'INSERT INTO registry_log (number, at, "by", role, act, model, version, why, before, after, former, '
                "digest) SELECT 2, at, \"by\", role, act, model, version, why, before, after, former, 'x' "
                "FROM registry_log"
            )
        )


def test_an_alias_cannot_point_to_another_models_version(registry, run):
    register(run, "decision_tree", registry, name="one", note="try")
    register(run, "decision_tree", registry, name="two", note="try")
    with registry.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(
            text("INSERT INTO registry_aliases SELECT 2, 'champion', id FROM registry_versions WHERE model_id = 1")
        )


def test_nothing_is_left_of_a_registration_that_failed(registry, run, monkeypatch):
    def fail(*_given, **_named):
        raise RuntimeError("no power")

    monkeypatch.setattr("crm_ai.deployment.registry.registering.add_entry", fail)
    with pytest.raises(Exception, match="power"):
        register(run, "decision_tree", registry, name="churn", note="try")
    assert list_versions(registry) == ()
