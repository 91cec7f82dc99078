import json
import re

import numpy as np
import pytest

from crm_ai import charts
from crm_ai.charts.lines import columns
from crm_ai.charts.tree_boxes import BOX, DESIGN_WIDTH, LETTER, LINE, boxes_of, writing
from crm_ai.explanation.tree.conditions import Choice, Span, narrowed
from crm_ai.explanation.tree.reading import Node, TreeReading
from crm_ai.modeling import Task

EVIL = "<img src=x onerror=alert(1)>%{x}$a$"
NAMES = ["tenure", "最近十二个月内联系客户服务中心的总次数", "x" * 300, EVIL, "😀", "007", ""]


def node(place, depth, path, asked, yes, no, customers, value, answer="Yes"):
    return Node(
        place=place, depth=depth, path=path, asked=asked, yes=yes, no=no, customers=customers,
        value=value, low=value - 0.01, high=value + 0.01, score=value, answer=answer,
    )  # fmt: skip


def small(name="tenure", task=Task.BINARY):
    """Two questions: 300 of 1,000 have at most 12, of whom 100 have the plan."""
    first, second = Span(name, high=12.0), Choice("plan", ("A", name), frozenset({name}))
    young, old = Span(name, high=12.0), Span(name, low=12.0, missing=False)
    return TreeReading(
        nodes=(
            node(0, 0, (), first, 1, 4, 1000, 0.25),
            node(1, 1, (young,), second, 3, 2, 300, 0.6),
            node(3, 2, (young, second), None, None, None, 100, 0.8),
            node(2, 2, (young, Choice("plan", ("A", name), frozenset("A"))), None, None, None, 200, 0.5),
            node(4, 1, (old,), None, None, None, 700, 0.1, "No"),
        ),
        task=task,
        outcome=f"{name} = Yes",
    )


def ask(name, level, limit):
    """A question and its opposite."""
    if level % 2:
        return Span(name, high=limit), Span(name, low=limit, missing=False)
    levels = ("A", "B", name)
    chosen = frozenset([levels[level // 2 % 3]])
    plan = f"plan {level}"
    return Choice(plan, levels, chosen), Choice(plan, levels, frozenset(levels) - chosen)


def full(name="tenure", depth=6, seed=0):
    """Every question asked: 64 leaves of unequal size."""
    generator, nodes = np.random.default_rng(seed), []

    def grow(level, path, customers, value):
        place = len(nodes)
        asked, other = ask(name, level, float(generator.integers(1, 99)))
        nodes.append(None)
        if level == depth:
            nodes[place] = node(place, level, path, None, None, None, customers, value)
            return place
        part = max(1, round(customers * generator.uniform(0.3, 0.7)))
        yes = grow(level + 1, narrowed(path, asked), part, value * 0.8)
        no = grow(level + 1, narrowed(path, other), customers - part, min(value * 1.2, 1.0))
        nodes[place] = node(place, level, path, asked, yes, no, customers, value)
        return place

    grow(0, (), 9000, 0.3)
    return TreeReading(nodes=tuple(nodes), task=Task.BINARY, outcome="churned = yes")


def fields(figure):
    return figure.data[0]


def written(figure):
    return [text for trace in figure.data[1:3] for text in trace.text]


@pytest.mark.parametrize("reading", [small(), full(), full(depth=3)])
def test_children_share_their_parents_width_as_they_share_its_customers(reading):
    boxes = {box.node.place: box for box in boxes_of(reading)}
    assert len(boxes) == len(reading.nodes)
    assert (boxes[0].left, boxes[0].right) == (0.0, 1.0)
    for box in boxes.values():
        assert box.width == pytest.approx(box.node.customers / reading.root.customers)
        if not box.node.is_leaf:
            yes, no = boxes[box.node.yes], boxes[box.node.no]
            assert (yes.left, yes.right, no.right) == (box.left, no.left, box.right)
            assert (yes.reply, no.reply) == ("yes", "no")


def test_each_node_is_drawn_once_in_its_row_and_colour():
    reading = full()
    drawn, boxes = fields(charts.trees.tree(reading)), boxes_of(reading)
    assert len(drawn.x) == len(reading.nodes) == 127
    assert drawn.x == pytest.approx([box.middle for box in boxes])
    assert list(drawn.base) == [-box.node.depth for box in boxes]
    assert list(drawn.marker.color) == [box.node.value for box in boxes]
    assert max(np.asarray(drawn.width) - [box.width for box in boxes]) < 0


def test_replies_stand_above_the_boxes_they_lead_to():
    figure = charts.trees.tree(small())
    replies = figure.data[3]
    assert dict(zip(replies.x, replies.text, strict=True)) == pytest.approx(
        {0.15: "yes", 0.65: "no", 0.05: "yes", 0.2: "no"}
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", [small, full])
def test_words_fit_into_their_boxes(name, make):
    reading = make(name)
    for box in boxes_of(reading):
        said = writing(box, reading)
        lines = [re.sub("</?b>", "", line) for line in said.text.split("<br>")]
        plain = [line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for line in lines]
        wide = box.width * DESIGN_WIDTH
        along, across = (BOX, wide) if said.upright else (wide, BOX)
        if len(lines) > 1:
            assert len(lines) * LINE <= across
            assert max(columns(line) for line in plain if "$" not in line and "&#" not in line) * LETTER <= along
        assert plain[0].startswith(f"{round(100 * box.node.value)} %") or box.node.value < 0.01


def test_words_are_turned_or_shortened_but_not_broken():
    reading = full("InternetServiceProvider")
    texts = [writing(box, reading) for box in boxes_of(reading)]
    asked = [said.text.split("<br>", 1)[1] for said in texts if "<br>" in said.text]
    assert all("InternetServiceProvider" in text or "…" in text for text in asked if "plan" not in text)
    assert {said.upright for said in texts} == {True, False}


@pytest.mark.parametrize("name", NAMES)
def test_limits_are_never_shortened(name):
    reading = full(name)
    for box in boxes_of(reading):
        _head, *asked = writing(box, reading).text.split("<br>")
        if asked and isinstance(box.node.asked, Span):
            assert " ".join(asked).endswith(f"≤ {box.node.asked.high:g}?")


def test_the_hover_text_tells_everything():
    hovers = dict(zip(fields(charts.trees.tree(small())).x, fields(charts.trees.tree(small())).hovertext, strict=True))
    assert hovers[0.5] == (
        "tenure = Yes: 25 % (24 % – 26 %), n = 1,000<br>most frequent answer: Yes<br>asked next: tenure ≤ 12?"
    )
    assert hovers[0.65] == (
        "tenure = Yes: 10 % (9 % – 11 %), n = 700<br>tenure ≤ 12? no<br>in all: tenure &gt; 12<br>"
        "most frequent answer: No"
    )


def test_the_title_says_the_finding():
    assert charts.describe(charts.trees.tree(small())) == (
        "“tenure = Yes”: 80 % where tenure ≤ 12 and plan is tenure; 25 % over all"
    )
    assert charts.describe(charts.trees.tree(small(), 1)) == "“tenure = Yes”: 60 % where tenure ≤ 12; 25 % over all"
    assert charts.describe(charts.trees.tree(small(), 0)) == charts.describe(charts.trees.tree(small(), 1))


def test_a_mean_is_no_share():
    figure = charts.trees.tree(small(task=Task.REGRESSION))
    assert "%" not in charts.describe(figure) + "".join(written(figure)) + "".join(fields(figure).hovertext)
    assert "0.250, n = 1,000" in written(figure)[0]
    assert figure.layout.coloraxis.colorbar.title.text == "mean of tenure = Yes"


def test_fewer_questions_make_a_smaller_drawing():
    whole, part = charts.trees.tree(full()), charts.trees.tree(full(), 2)
    assert len(fields(part).x) == 7
    assert part.layout.height < whole.layout.height
    assert part.layout.yaxis.range[0] > whole.layout.yaxis.range[0]


def test_the_list_of_branches_brings_each_close():
    figure = charts.trees.tree(full())
    (menu,) = figure.layout.updatemenus
    assert len(menu.buttons) == 15
    assert menu.buttons[0].label == "whole tree"
    ranges = [button.args[0]["xaxis.range"] for button in menu.buttons]
    assert list(ranges[0]) == [0, 1]
    boxes = {(box.left, box.right): box for box in boxes_of(full())}
    for button, ends in zip(menu.buttons[1:], ranges[1:], strict=True):
        assert button.label == "– " * boxes[tuple(ends)].node.depth + boxes[tuple(ends)].condition.replace(">", "&gt;")


def test_one_leaf_is_one_box():
    only = TreeReading(nodes=(node(0, 0, (), None, None, None, 80, 0.5),), task=Task.BINARY, outcome="y = Yes")
    figure = charts.trees.tree(only)
    assert charts.describe(figure) == "The tree asks nothing: “y = Yes” 50 % for all customers"
    assert len(fields(figure).x) == 1
    assert not figure.layout.updatemenus
    assert figure.layout.coloraxis.cmin < figure.layout.coloraxis.cmax


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", [small, full])
def test_names_are_shown_literally(name, make):
    figure = charts.trees.tree(make(name))
    assert charts.describe(figure)
    known = json.dumps(charts.describe(figure))
    layout = json.dumps(figure.to_dict()["layout"], default=str).replace(known, "")
    traces = json.dumps([[trace.text, trace.hovertext] for trace in figure.data], default=str)
    for text in (layout, traces, figure.layout.title.text):
        assert "<img" not in text
        assert "%{x}" not in text
    for line in figure.layout.title.text.replace("&lt;", "<").split("<br>"):
        assert columns(line) <= 60


def test_it_reads_on_dark_pages_and_a_telephones_page_still_scrolls():
    figure = charts.trees.tree(full())
    dark = charts.inked(figure, dark=True)
    assert dark.layout.font.color != charts.inked(figure, dark=False).layout.font.color
    assert dark.data[1].insidetextfont.color == figure.data[1].insidetextfont.color == "#1B232B"
    assert figure.layout.template.layout.dragmode is False
    assert figure.layout.dragmode is None
    assert figure.layout.uniformtext.mode == "hide"
    assert len(figure.to_json()) < 200_000
