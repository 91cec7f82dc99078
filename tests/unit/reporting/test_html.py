"""The builder of documents."""

import re
from html.parser import HTMLParser

import pytest

from crm_ai.reporting import Bar, Bars, Bullets, Document, Facts, Grid, Paragraph, Remark, Section

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>\u202e\ud800\x00 </style><!-- ]]>"
EMPTY = {"meta", "rect", "path", "br", "link", "img", "input"}


class Checked(HTMLParser):
    """Reads a page, and notes what it is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def error(self, message):
        raise AssertionError(message)


def check(page):
    """A page that is whole, runs nothing, and asks nobody for anything."""
    read = Checked(page)
    assert read.open == []
    assert not read.tags & {"script", "img", "iframe", "object", "embed", "link", "form", "input", "a", "base"}
    assert not any(name.startswith("on") or name in ("src", "href", "style") for name, _value in read.attributes)
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "url(" not in page
    assert "@import" not in page
    return read


def everything(text):
    """Every block there is, full of one text."""
    inner = Section(text, [Grid([text, text], [[text, text]], text), Bars(text, [Bar(text, text, 0, 1, 0.5, 2, text)])])
    outer = Section(
        text, [Paragraph(text), Paragraph(text, quiet=True), Remark("poor", text, text), Bullets([text]), inner]
    )
    return Document(text, text, [(text, text)], [outer, Section(text, [Facts([(text, text)])])], [(text, text)], text)


def test_whatever_a_name_holds_is_only_read():
    page = everything(EVIL).to_html()
    read = check(page)
    assert page.encode().decode() == page
    assert "<script" not in page.lower()
    assert "\u202e" not in page
    assert sum("<script>alert(1)</script>" in words for words in read.words) > 10


@pytest.mark.parametrize("text", ["", "合同类型 = 按月", "a" * 5_000, "👩‍👧 naïve"])
def test_any_text_makes_a_whole_page(text):
    read = check(everything(text).to_html())
    assert any(text in words for words in read.words) or not text


def test_headings_go_down_one_by_one():
    page = everything("words").to_html()
    assert [page.count(f"<h{level}>") for level in (1, 2, 3, 4)] == [1, 2, 1, 0]


def test_a_bar_is_drawn_where_its_numbers_are():
    page = Bars("c", [Bar("up", "1", 0.0, 1.0), Bar("down", "-1", 1.0, 0.5)], base=0.0).to_html()
    first, second = page.split("<tr>")[1:]
    boxes = [
        tuple(map(float, re.search(r'x="([\d.]+)" y="3" width="([\d.]+)"', row).groups())) for row in (first, second)
    ]
    (start, long), (middle, short) = boxes
    assert long == pytest.approx(2 * short, rel=0.01)
    assert middle == pytest.approx(start + short, rel=0.02)


@pytest.mark.parametrize("bars", [[], [Bar("x", "0", 0.0, 0.0)], [Bar("x", "–", float("nan"), float("nan"))]])
def test_nothing_to_draw_is_no_error(bars):
    page = Bars("c", bars).to_html()
    assert "nan" not in page
    assert page.startswith("<table")


def test_the_language_is_told():
    assert '<html lang="zh">' in Document("t", "l", [], [], language="zh").to_html()
