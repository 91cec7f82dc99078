"""The first hour with a file that is not clean, in Chromium. Screenshots are kept to be looked at."""

import json
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.browser.driving import assert_sound, picture, settle
from tests.browser.test_journeys import go_to, main_text, train

N = 1200
SECRETS = ("欧阳晓雯", "13800000017", "13900001111")
CASES = (
    "gbk.csv", "utf16.csv", "semicolon_decimal_comma.csv", "currency.csv", "yuan.csv", "dates_zh.csv", "title_rows.csv",
    "totals_row.csv", "duplicate_names.csv", "leading_zeros.csv", "html_names.csv", "gzip.csv.gz", "lines.jsonl",
    "title_and_two_sheets.xlsx", "empty.csv", "binary.csv", "fake.xlsx", "broken.json",
)  # fmt: skip


def days(random, first, within, n):
    return pd.Timestamp(first) + pd.to_timedelta(random.integers(0, within, n), "D")


def messy_export(path):
    random = np.random.default_rng(3)
    frame = pd.DataFrame({
        "客户编号": [f"K{i:05d}" for i in range(N)],
        "姓名": random.choice(["张伟", "王芳", "李娜", "欧阳晓雯", "刘洋"], N),
        "手机号": [f"138{i:08d}" for i in range(N)],
        "性别": random.choice(["男", "女", "男 ", "M", "female"], N, p=[0.4, 0.4, 0.1, 0.05, 0.05]),
        "年龄": random.integers(18, 85, N).astype(float),
        "收入": random.gamma(4, 2500, N).round(),
        "注册日期": days(random, "2020-01-01", 1500, N).strftime("%Y年%m月%d日"),
        "消费": [f"¥{value:,.2f}" for value in random.gamma(2, 400, N)],
        "备注": random.choice(["投诉过物流太慢，希望改进服务", "很满意", "电话 13900001111 联系", ""], N),
        "是否流失": random.choice(["是", "否"], N, p=[0.25, 0.75]),
    })  # fmt: skip
    frame.loc[3, "年龄"] = -4
    frame.loc[10:90, "年龄"] = np.nan
    path.write_bytes(pd.concat([frame, frame[:6]]).to_csv(index=False).encode("gb18030"))
    return path


def orders(path):
    random = np.random.default_rng(4)
    pd.DataFrame({
        "客户 编号": [f"K{i:05d}" for i in random.integers(0, N + 30, 5000)],
        "下单日期": days(random, "2024-01-01", 300, 5000).strftime("%Y/%m/%d"),
        "金额": random.gamma(2, 90, 5000).round(2),
        "渠道": random.choice(["门店", "网上"], 5000),
    }).to_excel(path, index=False)  # fmt: skip
    return path


def bring(page, path):
    page.locator("[data-testid='stFileUploaderDropzoneInput'], input[type=file]").first.set_input_files(str(path))


def tab(page, name):
    page.get_by_role("tab", name=name).click()
    page.wait_for_timeout(300)
    settle(page)


def test_an_analyst_prepares_a_messy_export(visit, tmp_path):
    page = visit()
    bring(page, messy_export(tmp_path / "客户.csv"))
    page.wait_for_selector("text=this file tells who people are")
    settle(page)
    picture(page, "prepare_personal")
    assert_sound(page)
    assert not any(secret in page.content() for secret in SECRETS)
    page.get_by_role("button", name="Protect and go on").click()
    page.wait_for_url("**/data?*")
    settle(page)
    text = main_text(page)
    assert "3 repairs are made." in text
    assert "6 were repeats" in text
    picture(page, "prepare_odd")

    page.get_by_text("Before and after").nth(1).click()
    page.wait_for_selector("text=cells change")
    page.wait_for_timeout(1200)
    picture(page, "prepare_before_and_after", whole=False)
    page.keyboard.press("Escape")
    for name in ("What is each column?", "How does a column look?", "Rows and reading", "Personal data", "Duplicates"):
        tab(page, name)
        assert_sound(page)
        assert not any(secret in page.content() for secret in SECRETS)
        picture(page, f"prepare_{name.split()[0].lower()}_{name.split()[-1].strip('?').lower()}")

    tab(page, "Second table")
    bring(page, orders(tmp_path / "订单.xlsx"))
    page.wait_for_selector("text=Only up to this day")
    settle(page)
    picture(page, "prepare_second_table")
    page.get_by_role("button", name="Add these columns").click()
    page.wait_for_selector("text=客户.csv + 订单.xlsx")
    settle(page)
    assert_sound(page)
    train(page, 3)
    assert "repairs are made first" in main_text(page) or "repair is made first" in main_text(page)
    assert_sound(page)
    picture(page, "prepare_trained")
    go_to(page, "Explain")
    assert_sound(page)
    picture(page, "prepare_explained")


def test_a_messy_export_on_a_telephone(visit, tmp_path):
    page = visit(width=390, height=844)
    bring(page, messy_export(tmp_path / "customers.csv"))
    page.wait_for_selector("text=this file tells who people are")
    settle(page)
    assert_sound(page)
    picture(page, "telephone_personal")
    page.get_by_role("button", name="Protect and go on").click()
    page.wait_for_url("**/data?*")
    settle(page)
    assert_sound(page)
    picture(page, "telephone_odd")
    for name in ("Rows and reading", "Personal data", "Duplicates"):
        tab(page, name)
        assert_sound(page)
        picture(page, f"telephone_{name.split()[0].lower()}")


@pytest.mark.real_data
def test_messy_files_as_customers_send_them(visit, real_data, tmp_path):
    subprocess.run([sys.executable, str(real_data("make_messy.py")), str(tmp_path)], check=True, capture_output=True)
    expected = json.loads((tmp_path / "expected.json").read_text(encoding="utf-8"))
    page = visit()
    for name in CASES:
        wanted = expected[name]
        go_to(page, "Home")
        page.wait_for_selector("text=Bring your table")
        bring(page, tmp_path / name)
        if wanted.get("error"):
            page.wait_for_selector("[data-testid='stAlert']")
            assert_sound(page)
            assert len(page.inner_text("[data-testid='stAlert']")) > 30
            continue
        page.wait_for_selector("text=/tells who people are|Can I trust this table/")
        settle(page)
        if "tells who people are" in main_text(page):
            page.get_by_role("button", name="Keep everything as it is").click()
            page.wait_for_url("**/data?*")
        page.wait_for_selector("text=Missing cells")
        settle(page)
        assert_sound(page)
        found = re.search(r"Customers\s+([\d,]+)\s.*?Columns\s+([\d,]+)", main_text(page), re.DOTALL)
        assert found is not None, main_text(page)[:400]
        assert (int(found[1]), int(found[2])) == (wanted["rows"], wanted["columns"]), name
