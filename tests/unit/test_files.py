"""Folders are written whole or not at all, whoever else is still writing into them."""

import shutil

import pytest

from crm_ai.errors import CrmAiError
from crm_ai.files import folder_at_once


def test_a_folder_has_its_name_once_it_is_whole(tmp_path):
    with folder_at_once(tmp_path / "out") as folder:
        (folder / "a").write_text("1")
        (folder / ".half").write_text("of a process that was killed")
        assert not (tmp_path / "out").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_is_there_is_not_replaced(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("1")
    with pytest.raises(CrmAiError, match="not replaced"), folder_at_once(tmp_path / "out"):
        pass


def test_nothing_is_left_though_somebody_writes_into_it_to_the_last(tmp_path, monkeypatch):
    """As workers of a cluster do, who have not heard yet that another one has failed."""
    really, tries = shutil.rmtree, []

    def interfered_with(folder, **how):
        tries.append(folder)
        if len(tries) > 2:
            really(folder, **how)

    monkeypatch.setattr(shutil, "rmtree", interfered_with)

    def fail():
        with folder_at_once(tmp_path / "out") as folder:
            (folder / "a").write_text("1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not list(tmp_path.iterdir())
