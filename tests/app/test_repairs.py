"""Repairs on the Data page: made unless switched off, shown before and after, replayed in training."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from crm_ai.app import results, store
from tests.app.driving import assert_sound, customers, go, upload, words


@pytest.fixture
def messy_csv():
    frame = pd.read_csv(io.BytesIO(customers()))
    frame.loc[:4, "gender"] = ["male ", "MALE", "M", "F", "女"]
    frame["age"] = np.random.default_rng(1).integers(18, 80, len(frame)).astype(float)
    frame.loc[7, "age"] = 210
    frame.loc[10:60, "age"] = np.nan
    return frame.to_csv(index=False).encode()


@pytest.fixture
def shown(visit, messy_csv):
    return upload(visit(), messy_csv)


def switches(at):
    return [toggle for toggle in at.toggle if str(toggle.key).startswith("switch_")]


def table(at):
    return results.table(at.query_params["data"])


def test_what_is_certain_is_repaired_and_told(shown):
    assert_sound(shown)
    assert "2 repairs are made." in words(shown)
    assert [card.delta for card in shown.metric if card.label == "Findings"] == ["2 mended; of the others 0 serious"]
    on = [toggle.label for toggle in switches(shown) if toggle.value]
    assert len(on) == 2
    assert set(table(shown).frame["gender"].cat.categories) == {"Male", "Female"}
    assert table(shown).frame["age"].max() <= 120


def test_a_repair_can_be_switched_off_and_on_again(shown):
    (spelling,) = [toggle for toggle in switches(shown) if "one spelling" in toggle.label]
    spelling.set_value(False).run()
    assert_sound(shown)
    assert "male " in table(shown).frame["gender"].cat.categories
    (spelling,) = [toggle for toggle in switches(shown) if "one spelling" in toggle.label]
    assert not spelling.value
    spelling.set_value(True).run()
    assert "male " not in table(shown).frame["gender"].cat.categories


def test_a_proposed_repair_is_made_on_request_and_in_training_only(shown):
    (filling,) = [toggle for toggle in switches(shown) if "median" in toggle.label]
    assert not filling.value
    filling.set_value(True).run()
    assert_sound(shown)
    steps = [repair.step for repair in store.repairs_of(shown.query_params["data"])]
    assert steps == ["unify_labels", "blank_impossible", "fill_median"]
    assert table(shown).frame["age"].isna().any()
    go(shown, "train")
    assert_sound(shown)
    assert "3 repairs are made first" in [expander.label for expander in shown.expander]
    shown.button(key="train").click().run()
    assert_sound(shown)
    go(shown, "explain")
    assert_sound(shown)
    assert "age was missing" not in words(shown)


def test_another_way_of_filling(shown):
    (filling,) = [toggle for toggle in switches(shown) if "median" in toggle.label]
    key = str(filling.key).removeprefix("switch_")
    filling.set_value(True).run()
    shown.radio(key=f"way_{key}").set_value("fill_neighbours").run()
    assert_sound(shown)
    (filling,) = [toggle for toggle in switches(shown) if "similar customers" in toggle.label]
    assert filling.value
    assert store.repairs_of(shown.query_params["data"])[-1].step == "fill_neighbours"


def test_repairs_of_ones_own(shown):
    shown.selectbox(key="own_step").select("cap_outliers").run()
    shown.multiselect(key="own_columns_cap_outliers").set_value(["spend"]).run()
    shown.button(key="own_make").click().run()
    assert_sound(shown)
    (own,) = [repair for repair in store.repairs_of(shown.query_params["data"]) if repair.step == "cap_outliers"]
    assert own.columns == ("spend",)
    (back,) = [button for button in shown.button if str(button.key).startswith("back_")]
    back.click().run()
    assert "cap_outliers" not in [repair.step for repair in store.repairs_of(shown.query_params["data"])]


def test_the_link_holds_the_repairs(shown, visit):
    other = visit("data", data=shown.query_params["data"])
    assert_sound(other)
    assert "2 repairs are made." in words(other)


def test_downloads_hold_what_was_repaired(shown):
    reference = shown.query_params["data"]
    raw, made = results.unrepaired(reference), store.repairs_of(reference)
    assert set(results.cleaned(raw, made).frame["gender"].unique()) == {"Male", "Female"}
    assert "unify_labels" in __import__("crm_ai.cleaning", fromlist=["x"]).recipe_text(results.recipe(raw, made))
    assert {"download_csv", "download_parquet", "download_xlsx", "download_recipe"} <= {
        element.key for element in shown.get("download_button")
    }


def test_two_findings_that_one_repair_mends_do_not_quarrel(visit):
    frame = pd.read_csv(io.BytesIO(customers()))
    frame["spend in cents"] = frame["spend"] * 100
    frame["spend in euros"] = frame["spend"] * 0.9
    frame["days since call"] = np.where(np.arange(len(frame)) % 30 == 0, 999, np.arange(len(frame)) % 40)
    frame.loc[frame.index % 31 == 1, "days since call"] = -1
    at = upload(visit(), frame.to_csv(index=False).encode())
    assert_sound(at)
    alike = [toggle for toggle in switches(at) if toggle.label == "Repair: leave out"]
    assert len(alike) == 3
    alike[-1].set_value(True).run()
    assert_sound(at)
    dropped = [r.columns[0] for r in store.repairs_of(at.query_params["data"]) if r.step == "drop_columns"]
    assert len(dropped) == 1
    on = [toggle for toggle in switches(at) if toggle.label == "Repair: leave out" and toggle.value]
    assert len(on) == 2
    on[0].set_value(False).run()
    assert_sound(at)
    assert "drop_columns" not in [r.step for r in store.repairs_of(at.query_params["data"])]
    assert not [toggle for toggle in switches(at) if toggle.label == "Repair: leave out" and toggle.value]


def test_choosing_a_way_makes_the_repair(shown):
    (filling,) = [toggle for toggle in switches(shown) if "median" in toggle.label]
    key = str(filling.key).removeprefix("switch_")
    shown.radio(key=f"way_{key}").set_value("fill_chained").run()
    assert_sound(shown)
    assert store.repairs_of(shown.query_params["data"])[-1].step == "fill_chained"
    shown.toggle(key=f"switch_{key}").set_value(False).run()
    assert "fill_chained" not in [repair.step for repair in store.repairs_of(shown.query_params["data"])]
