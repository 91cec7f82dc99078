"""Places for batches: whichever it is, what is kept comes back whole, once, and unchanged."""

import json
import os
import threading
from datetime import date
from itertools import count

import pytest
from sqlalchemy import text

from crm_ai.deployment.registry import RegistryStore, open_registry, register
from crm_ai.deployment.watching import FolderStore, by_week, join_outcomes, keyed_scores
from crm_ai.errors import CrmAiError, DatabaseError, RegistryError
from crm_ai.table import coerce, table_from_frame
from tests.postgresql import postgresql
from tests.unit.deployment.registry.conftest import customers as registered_customers
from tests.unit.deployment.registry.conftest import trained

from .conftest import customers
from .test_outcomes import SECRET

VERSION, OTHER = "流失 model 1", "流失 model 2"
numbers = count()


@pytest.fixture(scope="session")
def small_run():
    return trained(registered_customers(200), "decision_tree")


@pytest.fixture(scope="session")
def server():
    with postgresql() as server:
        yield server


@pytest.fixture
def registry_at(tmp_path, small_run):
    """Open a registry in which the versions are registered."""

    def make(url):
        opened = open_registry(url, tmp_path / "files", four_eyes=False)
        for _turn in range(2):
            register(small_run, "decision_tree", opened, name="流失 model", note="try")
        return opened

    return make


@pytest.fixture(params=["folder", "sqlite", "postgresql"])
def place(request, tmp_path, registry_at):
    """Opens the same store again and again."""
    if request.param == "folder":
        return lambda: FolderStore(tmp_path / "new" / "store")
    url = tmp_path / "registry.db"
    if request.param == "postgresql":
        server, name = request.getfixturevalue("server"), f"weeks{next(numbers)}"
        with server.connect() as owner:
            owner.execute(f"CREATE DATABASE {name}")
        url = server.url(user="owner", database=name)
    registry_at(url)
    return lambda: RegistryStore(open_registry(url, tmp_path / "files"), tmp_path / "secret")


@pytest.fixture
def keyed_of(model):
    def make(frame, secret=SECRET):
        return keyed_scores(frame["客户号"], model.predict(coerce(frame, model.schema)), model.profile, secret)

    return make


def test_what_is_kept_comes_back(place, batch_of, keyed_of):
    store = place()
    assert store.batches() == ()
    frame = customers(60, 300)
    later = batch_of(
        frame, name="二月 / ../../etc '; --", day=date(2026, 2, 9), version=VERSION, threshold=0.3, unreadable=4
    )
    early = batch_of(customers(61, 300), day=date(2026, 1, 5), version=VERSION)
    keyed = keyed_of(frame)
    store.add(later, keyed)
    store.add(early)
    store = place()
    assert store.batches() == store.batches(VERSION) == (early, later)
    assert later.selected > early.selected > 0
    assert store.batches(OTHER) == store.batches("another model") == store.batches("") == ()
    assert store.keyed(early) is None
    again = store.keyed(later)
    assert (again.codes == keyed.codes).all()
    assert (again.said == keyed.said).all()
    assert list(by_week(store.batches())) == ["2026-W02", "2026-W07"]


def test_batches_of_one_day_come_in_the_order_in_which_they_were_remembered(place, batch_of, keyed_of, judged):
    store, frame = place(), customers(62, 100)
    names = ["week2", "week1", "newcomers", "二"]
    batches = [batch_of(frame, name=name, version=VERSION) for name in names]
    for batch in batches:
        store.add(batch, keyed_of(frame))
    for batch in batches[::-1]:
        store.add_outcomes(judged(batch, frame))
    assert [batch.name for batch in place().batches(VERSION)] == names
    assert [batch.name for batch in by_week(place().batches())["2026-W10"]] == names
    assert [one.batch for one in place().outcomes()] == names


def test_a_batch_that_does_not_say_when_it_was_remembered_has_the_time_of_its_file(tmp_path, batch_of):
    store = FolderStore(tmp_path)
    for turn, name in enumerate(("b", "a")):
        store.add(batch_of(customers(62, 100), name=name))
        (file,) = [one for one in (tmp_path / "batches").glob("*.json") if f'"name": "{name}"' in one.read_text()]
        said = json.loads(file.read_text())
        del said["remembered"]
        file.write_text(json.dumps(said))
        os.utime(file, ns=(turn * 10**9, turn * 10**9))
    assert [batch.name for batch in store.batches()] == ["b", "a"]


def test_outcomes_come_back_and_the_last_ones_count(place, batch_of, keyed_of, model):
    store, frame = place(), customers(66, 300)
    batch = batch_of(frame, version=VERSION, name="三月")
    store.add(batch, keyed_of(frame))
    assert store.outcomes() == ()
    for rows in (100, 300):
        table = table_from_frame(frame[["客户号", "Churn"]].head(rows))
        performance = join_outcomes(
            batch,
            store.keyed(batch),
            table,
            key="客户号",
            profile=model.profile,
            secret=SECRET,
            known=date(2026, 5, 1),
        )
        store.add_outcomes(performance)
    assert [one.joined.matched for one in place().outcomes(VERSION)] == [300]
    assert place().outcomes() == (performance,)
    assert store.outcomes(OTHER) == ()


@pytest.fixture
def judged(keyed_of, model):
    """What outcomes say of a batch's customers."""

    def make(batch, frame):
        table = table_from_frame(frame[["客户号", "Churn"]])
        return join_outcomes(
            batch, keyed_of(frame), table, key="客户号", profile=model.profile, secret=SECRET, known=date(2026, 5, 1)
        )

    return make


def test_a_batch_and_its_outcomes_are_kept_at_once(place, batch_of, keyed_of, judged):
    frame = customers(66, 300)
    batch = batch_of(frame, version=VERSION)
    first, later = judged(batch, frame.head(100)), judged(batch, frame)
    place().add(batch, keyed_of(frame), first)
    assert place().outcomes(VERSION) == (first,)
    with pytest.raises(CrmAiError, match="already"):
        place().add(batch, keyed_of(frame), later)
    assert place().outcomes() == (first,)
    place().add_outcomes(later)
    assert place().outcomes(VERSION) == (later,)
    assert place().batches() == (batch,)


def test_outcomes_of_several_batches_are_kept_at_once(place, batch_of, keyed_of, judged):
    frames = [customers(66, 300), customers(67, 300)]
    batches = [batch_of(frame, version=VERSION, name=f"b{at}") for at, frame in enumerate(frames)]
    found = tuple(judged(batch, frame) for batch, frame in zip(batches, frames, strict=True))
    for batch in batches:
        place().add(batch)
    place().add_all_outcomes(())
    assert place().outcomes() == ()
    place().add_all_outcomes(found[::-1])
    assert place().outcomes() == found
    assert place().outcomes(OTHER) == ()


def test_outcomes_of_a_batch_that_is_not_there_leave_nothing_of_the_others(tmp_path, registry_at, batch_of, judged):
    store, frame = RegistryStore(registry_at(tmp_path / "registry.db"), tmp_path), customers(66, 300)
    batch = batch_of(frame, version=VERSION)
    store.add(batch)
    stranger = judged(batch_of(frame, version=VERSION, name="stranger"), frame)
    with pytest.raises(RegistryError, match="no batch"):
        store.add_all_outcomes((judged(batch, frame), stranger))
    assert store.outcomes() == ()


def test_batches_are_never_changed(place, batch_of):
    place().add(batch_of(customers(62, 300), version=VERSION))
    with pytest.raises(CrmAiError, match="already"):
        place().add(batch_of(customers(63, 300), version=VERSION))
    place().add(batch_of(customers(63, 300), version=OTHER))
    assert len(place().batches(VERSION)) == len(place().batches(OTHER)) == 1


def test_of_many_who_add_the_same_name_at_once_one_wins(place, batch_of, keyed_of):
    frame, refused = customers(62, 300), []
    batch, keyed = batch_of(frame, version=VERSION), keyed_of(frame)
    barrier = threading.Barrier(8)

    def add():
        store = place()
        barrier.wait()
        try:
            store.add(batch, keyed)
        except CrmAiError as error:
            refused.append(error)

    threads = [threading.Thread(target=add) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    assert place().batches() == (batch,)
    assert len(place().keyed(batch).codes) == 300


def test_a_folder_keeps_files_for_its_owner_only(tmp_path, batch_of, keyed_of):
    frame = customers(60, 300)
    FolderStore(tmp_path).add(batch_of(frame), keyed_of(frame))
    assert {path.parent.name for path in tmp_path.rglob("*.*") if path.is_file()} == {"batches"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.rglob("*") if path.is_file())
    assert len(list((tmp_path / "batches").iterdir())) == 2


def test_a_document_holds_counts_only(tmp_path, batch_of):
    frame = customers(64, 300)
    FolderStore(tmp_path).add(batch_of(frame))
    (path,) = (tmp_path / "batches").iterdir()
    said = json.loads(path.read_text())
    assert "客64" not in path.read_text()
    assert not any(0 < n < 5 for counts in [*said["inputs"].values(), said["scores"]] for n in counts)


@pytest.mark.parametrize(("threshold", "selected"), [(0.999, 0), (0.001, 300)])
def test_few_who_are_selected_are_not_counted(batch_of, threshold, selected):
    """Nobody can be recognised as one of three who were selected, nor as one of three who were not."""
    assert batch_of(customers(64, 300), threshold=threshold).selected == selected


def test_batches_of_an_earlier_version_can_be_read(batch_of):
    from crm_ai.deployment.watching.batch import batch_from_json

    batch = batch_of(customers(64, 300))
    said = batch.as_json()
    assert batch_from_json(said) == batch
    del said["selected"]
    assert batch_from_json(said).selected is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "crm_ai batch", "day": "soon"}', b"\xff\xfe"])
def test_a_damaged_document_says_so(tmp_path, content):
    (tmp_path / "batches").mkdir()
    (tmp_path / "batches" / "x.json").write_bytes(content)
    with pytest.raises(CrmAiError, match="damaged"):
        FolderStore(tmp_path).batches()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "crm_ai batch", "day": "soon"}'])
def test_a_damaged_row_says_so(tmp_path, registry_at, batch_of, content):
    registry = registry_at(tmp_path / "registry.db")
    RegistryStore(registry, tmp_path).add(batch_of(customers(62, 300), version=VERSION))
    with registry.writing() as connection:
        connection.execute(text("UPDATE registry_batches SET document = :content"), {"content": content})
    with pytest.raises(CrmAiError, match="damaged"):
        RegistryStore(registry, tmp_path).batches()


def test_a_folder_that_cannot_be_written_to_says_so(tmp_path, batch_of):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CrmAiError, match="cannot be written"):
        FolderStore(tmp_path / "file").add(batch_of(customers(62, 300)))


@pytest.mark.parametrize(
    "version", ["m1", "流失 model 3", "流失 model", "model 1", "x' OR '1'='1 1", "流失 model ١", ""]
)
def test_a_batch_belongs_to_a_registered_version(tmp_path, registry_at, batch_of, version):
    store = RegistryStore(registry_at(tmp_path / "registry.db"), tmp_path)
    with pytest.raises(RegistryError, match="in the registry"):
        store.add(batch_of(customers(62, 300), version=version))
    assert store.batches() == ()


def test_nothing_is_left_of_a_batch_whose_codes_could_not_be_written(tmp_path, registry_at, batch_of, keyed_of):
    registry, frame = registry_at(tmp_path / "registry.db"), customers(62, 300)
    with registry.writing() as connection:
        connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON registry_batch_keys BEGIN SELECT RAISE(ABORT, 'full'); END")
        )
    store = RegistryStore(registry, tmp_path)
    with pytest.raises(DatabaseError):
        store.add(batch_of(frame, version=VERSION), keyed_of(frame))
    assert store.batches() == ()
    assert store.joinable(VERSION) == frozenset()


def test_codes_made_with_another_secret_are_told_from_strangers(tmp_path, registry_at, batch_of, keyed_of):
    registry, frame = registry_at(tmp_path / "registry.db"), customers(62, 300)
    here, there = RegistryStore(registry, tmp_path / "here"), RegistryStore(registry, tmp_path / "there")
    batch = batch_of(frame, version=VERSION)
    here.add(batch, keyed_of(frame, here.secret()))
    assert here.joinable(VERSION) == there.joinable(VERSION) == {"b"}
    assert here.keyed(batch) is not None
    with pytest.raises(CrmAiError, match="another secret"):
        there.keyed(batch)


def test_the_secret_is_not_in_the_database(tmp_path, registry_at, batch_of, keyed_of):
    store, frame = RegistryStore(registry_at(tmp_path / "registry.db"), tmp_path / "apart"), customers(62, 300)
    store.add(batch_of(frame, version=VERSION), keyed_of(frame, store.secret()))
    content = (tmp_path / "registry.db").read_bytes()
    assert store.secret() not in content
    assert store.secret().hex().encode() not in content
    assert "客62".encode() not in content
    assert (tmp_path / "apart" / "secret.key").stat().st_mode & 0o077 == 0


def test_batches_need_customers_and_a_name(batch_of):
    with pytest.raises(CrmAiError, match="no customers"):
        batch_of(customers(65, 100).head(0))
    for name in ("", "  ", "x" * 201, "two\nlines", "nul\x00", "half \ud800"):
        with pytest.raises(CrmAiError, match="needs a name"):
            batch_of(customers(65, 100), name=name)
