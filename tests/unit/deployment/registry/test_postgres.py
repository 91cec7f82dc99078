"""The same on a real PostgreSQL: the whole way, the log's protection, many at once, and deaths."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import text

from crm_ai.deployment.registry import (
    approve,
    champion,
    find_faults,
    list_versions,
    open_registry,
    promote,
    read_log,
    register,
    roll_back,
    upkeep,
    verify_log,
    withdraw,
)
from crm_ai.deployment.registry.versions import versions_of
from crm_ai.errors import DatabaseError, RegistryError
from tests.postgresql import ESCAPED, PASSWORD, postgresql
from tests.unit.deployment.registry.conftest import TICKED
from tests.unit.deployment.registry.test_killed import WEEKS, check, check_weeks, killed

numbers = count()


@pytest.fixture(scope="module")
def server():
    with postgresql() as server:
        yield server


@pytest.fixture
def url(server):
    name = f"registry{next(numbers)}"
    with server.connect() as owner:
        owner.execute(f"CREATE DATABASE {name}")
    return server.url(user="owner", database=name)


def test_the_whole_way(url, tmp_path, run):
    registry = open_registry(url, tmp_path)
    for _turn in range(3):
        version = register(run, "decision_tree", registry, name="流失 '; --", note="试试 💡")
        promote(registry, approve(registry, version, why="ok", checklist=TICKED), why="go")
    withdraw(registry, list_versions(registry)[1], why="no")
    assert roll_back(registry, "流失 '; --", why="no").number == 1
    assert champion(open_registry(url, tmp_path), "流失 '; --").version.number == 1
    assert find_faults(registry) == ()
    assert verify_log(registry) == 11


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_log SET why = 'other'",
        "DELETE FROM registry_log",
        "TRUNCATE registry_log",
    ],
)
def test_the_log_is_only_ever_added_to(url, tmp_path, run, statement):
    registry = open_registry(url, tmp_path)
    register(run, "decision_tree", registry, name="churn", note="try")
    before = read_log(registry)
    with pytest.raises(DatabaseError), registry.writing() as connection:
        connection.execute(text(statement))
    assert read_log(registry) == before


def test_many_at_once(url, tmp_path, run):
    """Several open the registry for the first time, and register, at the same moment."""

    def work(_turn):
        return register(run, "decision_tree", open_registry(url, tmp_path), name="churn", note="try").number

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(8))) == list(range(1, 9))
    registry = open_registry(url, tmp_path)
    assert find_faults(registry) == ()
    assert len(read_log(registry)) == 8


def test_a_registration_in_mid_check_is_no_fault(url, tmp_path, run, monkeypatch):
    registry = open_registry(url, tmp_path)
    register(run, "decision_tree", registry, name="churn", note="n")

    def after_a_registration(connection):
        register(run, "decision_tree", registry, name="churn", note="n")
        return versions_of(connection)

    monkeypatch.setattr(upkeep, "versions_of", after_a_registration)
    assert find_faults(registry) == ()


def test_a_wrong_password_is_told_and_not_shown(server, tmp_path):
    with pytest.raises(DatabaseError, match="does not accept this user or password") as caught:
        open_registry(server.url(user="owner", password="vertippt-7", database="shop"), tmp_path)
    assert "vertippt-7" not in str(caught.value)
    assert PASSWORD not in repr(open_registry(server.url(user="owner"), tmp_path))
    assert ESCAPED not in repr(open_registry(server.url(user="owner"), tmp_path))


def test_killed_on_postgresql(url, tmp_path):
    check(killed(url, tmp_path / "files", 30))


def test_weeks_killed_on_postgresql(url, tmp_path):
    check_weeks(killed(url, tmp_path / "files", 15, WEEKS))


def test_mysql_is_refused(tmp_path):
    with pytest.raises(RegistryError, match="SQLite or PostgreSQL"):
        open_registry("mysql://ann:secret@localhost/shop", tmp_path)
