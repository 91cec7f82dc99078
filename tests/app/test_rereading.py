"""How a file was understood is shown, and can be overruled."""

from __future__ import annotations

from tests.app.driving import assert_sound, upload, words

AMBIGUOUS = b"id,when,spend\n" + b"".join(b"%d,%d/%d/2024,%d\n" % (i, 1 + i % 9, 1 + i % 7, i) for i in range(60))


def reading_tab(at):
    at.session_state["data_tab"] = "Rows and reading"
    return at.run()


def box(at, label):
    (found,) = [control for control in at.selectbox if control.label == label]
    return found


def test_what_was_understood_is_shown(visit):
    at = reading_tab(upload(visit(), "姓名缩写;金额\nA;1.234,50\nB;88,00\nC;7,25\n".encode("gbk"), "june.csv"))
    assert_sound(at)
    assert "gb18030" in words(at).lower()
    assert box(at, "Separator").value == ";"
    assert box(at, "Decimal mark").value == ","


def test_the_order_of_day_and_month_can_be_overruled(visit):
    from crm_ai.app import results

    at = reading_tab(upload(visit(), AMBIGUOUS))
    assert results.table(at.query_params["data"]).frame["when"].dt.month.max() == 9
    box(at, "1/2/2024 is").select(True)
    at.button[[button.label for button in at.button].index("Read it so")].click().run()
    assert_sound(at)
    assert results.table(at.query_params["data"]).frame["when"].dt.month.max() == 7


def test_a_wrong_overrule_is_told_kindly(visit, churn_csv):
    at = reading_tab(upload(visit(), churn_csv))
    box(at, "Encoding").select("utf-16")
    at.button[[button.label for button in at.button].index("Read it so")].click().run()
    assert not at.exception
    assert at.error
