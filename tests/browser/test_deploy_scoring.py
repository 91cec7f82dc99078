"""From a file that does not fit to scores that are those of the command line."""

import os
import re
import shlex
import subprocess
import sys

import pandas as pd

from tests.browser.conftest import ROOT
from tests.browser.driving import assert_sound, picture, settle
from tests.browser.test_export_journeys import download
from tests.browser.test_journeys import go_to, main_text, train, upload


def test_a_file_that_does_not_fit_is_mapped_scored_and_taken_away(visit, real_data, tmp_path):
    path = real_data("telco_churn.csv")
    frame = pd.read_csv(path, dtype=str).drop(columns="Churn").rename(columns={"Contract": "contract type"})
    frame.loc[:2, "PaymentMethod"] = "Bitcoin"
    frame.to_csv(tmp_path / "new_customers.csv", index=False)

    page = visit()
    upload(page, path)
    train(page, "3")
    go_to(page, "Deploy")
    # The run's own model: another test may have put one of this name to work on the same server.
    page.goto(f"{page.url}&tab=score&scorer=run")
    settle(page)
    page.locator("input[type=file]").set_input_files(tmp_path / "new_customers.csv")
    page.get_by_text("1 of the 19 columns that the model needs is missing").wait_for()
    settle(page)
    assert "Contract" in main_text(page)
    assert not page.get_by_role("button", name=re.compile("^Score ")).count(), "nothing may be scored yet"
    picture(page, "scoring_missing")
    page.get_by_role("button", name="Take these columns").click()
    page.get_by_text("3 customers have a PaymentMethod that nobody had in training").wait_for()
    settle(page)
    assert "Bitcoin" in main_text(page)
    page.get_by_role("button", name="Score 7,043 customers").click()
    page.get_by_text("Who comes first?").wait_for()
    settle(page)
    picture(page, "scoring_scored")
    assert_sound(page)
    got = pd.read_csv(download(page, "All as CSV", tmp_path))

    page.get_by_text("Take the model along").click()
    model = download(page, "Download the model", tmp_path)
    page.get_by_text("Do the same without this page").click()
    command = page.locator("code", has_text="crm_ai score").inner_text()
    words = shlex.split(command.replace("\n", " "))
    assert words[:5] == ["python", "-m", "crm_ai", "score", model.name]
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(got, pd.read_csv(tmp_path / "scored.csv"), check_exact=False, rtol=1e-12)
    assert sorted(got["priority"]) == list(range(1, 7_044))
    assert ((got["score"] >= 0.5) == (got["decision"] == "Yes")).all()

    page.get_by_role("tab", name="What was decided?").click()
    settle(page)
    page.get_by_role("tab", name="Score new customers").click()
    page.get_by_text("with 7,043 customers is still here").wait_for()
    settle(page)
    assert "Who comes first?" in main_text(page)
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert_sound(page)
    picture(page, "scoring_telephone")
