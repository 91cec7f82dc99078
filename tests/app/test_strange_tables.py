"""Names and cells from strangers go through every page as text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.app.driving import assert_sound, go, upload, words

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[click](http://evil.example)",
    "$E=mc^2$ :smile: :material/home:",
    "😀 **bold** `code`",
    "12345",
    "名字\nwith a line break",
]
MARKS = ("<img", "](http", ":smile:", ":material/home", "**bold**", "$E=")


@pytest.fixture(scope="module")
def strange_csv() -> bytes:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(size=300).round(2) for name in HOSTILE[3:]})
    for name in HOSTILE[:3]:
        frame[name] = rng.choice([f"=1+1 {name}", "<b>x</b>", "plain"], 300)
    frame["gender <script>"] = rng.choice(["<b>f</b>", "[m](x)"], 300)
    frame["target :red[x]"] = np.where(frame[HOSTILE[4]] + rng.normal(size=300) > 0, "<i>yes</i>", "_no_")
    return frame.to_csv(index=False).encode()


def _wide() -> bytes:
    rows = [[f"col {i}" for i in range(300)], *([str(i * j % 7) for j in range(300)] for i in range(80))]
    return "\n".join(",".join(row) for row in rows).encode()


def test_every_page_shows_them_as_text(visit, strange_csv):
    at = upload(visit(), strange_csv, "<b>evil</b> [x](y).csv")
    pages = ["data", "train"]
    for page in pages:
        go(at, page)
        assert_sound(at)
    at.selectbox[0].select(next(o for o in at.selectbox[0].options if o.startswith("target"))).run()
    next(m for m in at.multiselect if "segments" in m.key).set_value(["gender <script>"]).run()
    at.button(key="train").click().run()
    for page in ("train", "metrics", "explain", "fairness", "deploy", "report", "home"):
        go(at, page)
        assert_sound(at)
        shown = "\n".join(e.value for kind in (at.markdown, at.caption, at.subheader, at.error) for e in kind)
        for mark in (*MARKS, "<script>", "<i>", ":red[x]"):
            assert mark not in shown, f"{mark} on {page}"
    assert "evil" in words(at)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"a,b,c\n", ""),
        (b"a,b\n1,2\n", ""),
        (b"\x00\x01\x02\xff" * 500, ""),
    ],
)
def test_what_is_no_table_is_told_kindly(visit, content, said):
    at = upload(visit(), content, "june.csv")
    assert not at.exception
    assert at.error or at.title[0].value == "Can I trust this table?"
    assert said in words(at).lower()
    assert "our side" not in words(at)


@pytest.mark.parametrize(
    "content",
    [
        b"x,y\n" + b"1,1\n" * 100,
        b"when,left\n" + b"".join(b"2024-01-%02d,%s\n" % (i % 28 + 1, b"yes" if i % 3 else b"no") for i in range(90)),
        b"c,t\n" + b"".join(b"label %d,%d\n" % (i % 500, i % 2) for i in range(1500)),
        _wide(),
        b"age,age,churn\n" + b"".join(b"%d,%d,%s\n" % (i % 60, i % 7, b"yes" if i % 4 else b"no") for i in range(200)),
    ],
    ids=["constant", "dates", "500 labels", "300 columns", "twice the same name"],
)  # fmt: skip
def test_odd_tables_go_through_data_and_train(visit, content):
    at = upload(visit(), content, "odd.csv")
    assert_sound(at)
    go(at, "train")
    assert not at.exception
    assert "our side" not in words(at)
