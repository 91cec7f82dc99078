import json
import threading
from datetime import date

import pytest

from crm_ai.deployment.watching import FolderStore, by_week, keyed_scores
from crm_ai.errors import CrmAiError
from crm_ai.table import coerce

from .conftest import customers
from .test_outcomes import SECRET


def test_what_is_kept_comes_back(tmp_path, batch_of, model):
    store = FolderStore(tmp_path / "new" / "store")
    assert store.batches() == ()
    frame = customers(60, 300)
    later = batch_of(frame, name="二月 / ../../etc", day=date(2026, 2, 9), threshold=0.3, unreadable=4)
    early = batch_of(customers(61, 300), day=date(2026, 1, 5))
    keyed = keyed_scores(frame["客户号"], model.predict(coerce(frame, model.schema)), model.profile, SECRET)
    store.add(later, keyed)
    store.add(early)
    assert store.batches() == (early, later)
    assert store.batches("another model") == ()
    assert store.keyed(early) is None
    again = store.keyed(later)
    assert (again.codes == keyed.codes).all()
    assert list(by_week(store.batches())) == ["2026-W02", "2026-W07"]
    assert {path.parent.name for path in tmp_path.rglob("*.*") if path.is_file()} == {"batches"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.rglob("*") if path.is_file())


def test_batches_are_never_changed(tmp_path, batch_of):
    store = FolderStore(tmp_path)
    store.add(batch_of(customers(62, 300)))
    with pytest.raises(CrmAiError, match="already"):
        store.add(batch_of(customers(63, 300)))
    assert len(store.batches()) == 1


def test_of_many_who_add_the_same_name_at_once_one_wins(tmp_path, batch_of):
    batch, refused = batch_of(customers(62, 300)), []
    barrier = threading.Barrier(8)

    def add():
        barrier.wait()
        try:
            FolderStore(tmp_path).add(batch)
        except CrmAiError as error:
            refused.append(error)

    threads = [threading.Thread(target=add) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    assert FolderStore(tmp_path).batches() == (batch,)
    assert len(list((tmp_path / "batches").iterdir())) == 1


def test_a_document_holds_counts_only(tmp_path, batch_of):
    frame = customers(64, 300)
    FolderStore(tmp_path).add(batch_of(frame))
    (path,) = (tmp_path / "batches").iterdir()
    said = json.loads(path.read_text())
    assert "客64" not in path.read_text()
    assert not any(0 < n < 5 for counts in [*said["inputs"].values(), said["scores"]] for n in counts)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "crm_ai batch", "day": "soon"}', b"\xff\xfe"])
def test_a_damaged_document_says_so(tmp_path, content):
    (tmp_path / "batches").mkdir()
    (tmp_path / "batches" / "x.json").write_bytes(content)
    with pytest.raises(CrmAiError, match="damaged"):
        FolderStore(tmp_path).batches()


def test_a_folder_that_cannot_be_written_to_says_so(tmp_path, batch_of):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CrmAiError, match="cannot be written"):
        FolderStore(tmp_path / "file").add(batch_of(customers(62, 300)))


def test_batches_need_customers_and_a_name(batch_of):
    with pytest.raises(CrmAiError, match="no customers"):
        batch_of(customers(65, 100).head(0))
    for name in ("", "  ", "x" * 201):
        with pytest.raises(CrmAiError, match="needs a name"):
            batch_of(customers(65, 100), name=name)
