"""Home: what can I do here, and where was I?"""

from __future__ import annotations

import subprocess
import sys

from tests.app.driving import ROOT, assert_sound, go, upload, words


def test_says_what_it_does_and_offers_an_upload(visit):
    at = visit()
    assert_sound(at)
    assert at.title[0].value == "What can I do here?"
    assert len(at.file_uploader) == 1


def test_first_paint_imports_nothing_heavy():
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; AppTest.from_file('app.py').run(timeout=60); "
        "print([m for m in ('sklearn', 'shap', 'lime', 'scipy', 'skops') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip().splitlines()[-1] == "[]"


def test_an_upload_leads_to_its_page_and_is_found_again(visit, churn_csv):
    at = upload(visit(), churn_csv, "june.csv")
    assert_sound(at)
    assert at.title[0].value == "Can I trust this table?"
    assert at.query_params["data"]
    go(at, "home")
    assert "june\\.csv" in words(at)
    assert "600 customers" in words(at)


def test_another_visitor_sees_nothing_of_it(visit, churn_csv):
    upload(visit(), churn_csv, "secret.csv")
    stranger = visit()
    assert "secret" not in words(stranger)
    assert not stranger.session_state["view"]


def test_deleting_takes_the_table_away(visit, churn_csv, workspace):
    at = go(upload(visit(), churn_csv), "home")
    assert list((workspace / "tables").iterdir())
    next(b for b in at.button if b.key.startswith("delete_")).click().run()
    assert_sound(at)
    assert not list((workspace / "tables").iterdir())
    assert not at.session_state["view"]


def test_names_are_shown_as_they_are_written(visit, churn_csv):
    at = go(upload(visit(), churn_csv, "<b>:smile:</b>[x](http://evil.example) $a$.csv"), "home")
    shown = words(at)
    assert "<b>" not in shown
    assert ":smile:" not in shown
    assert "](http" not in shown


def test_a_file_that_is_no_table_is_told_kindly(visit):
    at = upload(visit(), b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "picture.csv")
    assert not at.exception
    assert "picture" in at.error[0].value
    assert at.title[0].value == "What can I do here?"
