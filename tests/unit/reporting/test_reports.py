"""Reports of a run: every form says what the pages say, and says it of any table."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pytest
from pptx import Presentation
from pypdf import PdfReader

from crm_ai.app import results
from crm_ai.command_line.parser import run_command
from crm_ai.errors import CrmAiError
from crm_ai.evaluation import Offer, decide, gain_at
from crm_ai.evaluation.glossary import in_words, interval, value
from crm_ai.explanation import explain
from crm_ai.fairness import audit_fairness
from crm_ai.modeling import (
    BASELINE,
    HEADLINE,
    Task,
    headline,
    out_of_fold_tally,
    propose_problem,
    tally,
    train,
)
from crm_ai.reporting import FORMATS, findings_of_run, report
from crm_ai.reporting.fonts import Font, find_chinese
from crm_ai.reporting.sheet import Sheet
from crm_ai.table import read_table, table_from_frame
from crm_ai.words import count, number
from tests.unit.explanation.known_data import KNOWN_FEATURES, make_known
from tests.unit.reporting.test_html import EVIL, check

DAY = date(2026, 3, 1)
OFFER = Offer(value=300, cost=20, chance=0.3)
needs_chinese = pytest.mark.skipif(find_chinese() is None, reason="no font with Chinese characters on this machine")


def run_of(frame, target, models, *, features=KNOWN_FEATURES, segments=()):
    table = table_from_frame(frame, name="customers.csv")
    problem = propose_problem(table, target=target, features=list(features), segments=list(segments)).problem
    return train(table, problem, models)


@pytest.fixture(scope="module")
def leaving():
    frame = make_known(900)
    frame["sex"] = np.random.default_rng(0).choice(["f", "m"], 900)
    return run_of(frame, "left", ["logistic_regression", "decision_tree"], segments=["sex"])


def words_of(content, form):
    """All that a reader of a file sees, on one line."""
    if form == "html":
        said = " ".join(check(content.decode()).words)
    elif form == "pdf":
        said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif form == "md":
        said = content.decode()
    else:
        said = " ".join(_said(slide) for slide in Presentation(io.BytesIO(content)).slides)
    return " ".join(said.split())


def _said(slide):
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    cells = [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return " ".join([*texts, *cells, slide.notes_slide.notes_text_frame.text])


def charts_of(content):
    slides = Presentation(io.BytesIO(content)).slides
    return [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]


@pytest.mark.real_data
@pytest.mark.parametrize("form", FORMATS)
def test_figures_of_telco_are_those_of_the_pages(real_data, form):
    table = read_table(real_data("telco_churn.csv"))
    problem = propose_problem(table, target="Churn", segments=["gender", "SeniorCitizen"]).problem
    run = train(table, problem, ["logistic_regression"])
    words = words_of(report(run, "logistic_regression", format=form, day=DAY), form)
    page = results.headline(run, "logistic_regression")
    for name in HEADLINE[Task.BINARY]:
        assert value(page[name]) in words, name
        assert interval(page[name]) in words, name
        assert count(page[name].n) in words, name
    for segment in problem.segments:
        audit = results.audit(run, "logistic_regression", segment, 0.5)
        plain = " ".join(audit.verdict.split())
        assert plain in words
        if form != "md":
            assert in_words(audit.parity["demographic_parity_difference"]) in words
    importance = explain(run, "logistic_regression").importance()
    assert number(importance["mean_absolute"].iloc[0]) in words


def test_charts_of_slides_are_native_and_hold_the_results(leaving):
    charts = charts_of(report(leaving, "logistic_regression", format="pptx", day=DAY))
    assert len(charts) == 5
    _answers, quality, reasons, groups, decision = charts
    plotted = dict(zip(quality.plots[0].categories, quality.plots[0].series[0].values, strict=True))
    assert list(plotted.values()) == [headline(leaving, name)["roc_auc"].value for name in (*leaving.models, BASELINE)]
    importance = explain(leaving, "logistic_regression").importance()
    assert list(reasons.plots[0].categories) == importance["column"].tolist()
    assert list(reasons.plots[0].series[0].values) == pytest.approx(importance["mean_absolute"].tolist(), rel=1e-12)
    audit = audit_fairness(leaving, "logistic_regression", "sex")
    assert list(groups.plots[0].categories) == list(audit.sizes)
    assert list(groups.plots[0].series[0].values) == [
        audit.by_group["selection_rate"][group].value for group in audit.sizes
    ]
    assert sum(decision.plots[0].series[0].values) == len(leaving.holdout_rows)


def test_intervals_stand_in_the_sheet_behind_a_chart_and_are_drawn_from_there(leaving):
    chart = charts_of(report(leaving, "logistic_regression", format="pptx", day=DAY))[1]
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    for row, name in zip(sheet.iter_rows(min_row=2, values_only=True), (*leaving.models, BASELINE), strict=True):
        auc = headline(leaving, name)["roc_auc"]
        assert row[1:4] == (auc.value, auc.low, auc.high)
        assert row[4:6] == pytest.approx((auc.value - auc.low, auc.high - auc.value))
    drawn = chart._chartSpace.xpath(".//c:errBars//c:f")
    assert [place.text for place in drawn] == ["Sheet1!$F$2:$F$4", "Sheet1!$E$2:$E$4"]


def test_slides_have_titles_and_notes_and_stay_on_the_slide(leaving):
    deck = Presentation(io.BytesIO(report(leaving, "decision_tree", format="pptx", offer=OFFER, day=DAY)))
    assert 6 <= len(deck.slides) <= 8
    for slide in deck.slides:
        assert slide.shapes.title.text_frame.text
        assert len(slide.notes_slide.notes_text_frame.text) > 40
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height


def test_money_is_what_the_pages_say(leaving):
    findings = findings_of_run(leaving, "logistic_regression", offer=OFFER, customers=900)
    on_page = decide(
        out_of_fold_tally(leaving, "logistic_regression"), tally(leaving, "logistic_regression"), OFFER, customers=900
    )
    assert findings.decision == on_page
    assert findings.threshold == on_page.threshold
    assert findings.worth.value == pytest.approx(on_page.gain.value)
    assert findings.worth.low == pytest.approx(on_page.gain.low)
    for form in ("html", "pdf", "pptx", "md"):
        words = words_of(report(leaving, "logistic_regression", format=form, offer=OFFER, day=DAY), form)
        assert number(on_page.gain.value) in words, form


def test_gain_at_a_threshold_by_hand():
    from crm_ai.evaluation import tally_scores

    counted = tally_scores([1, 1, 0, 0, 1, 0, 0, 0, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    gain = gain_at(counted, 0.5, Offer(value=100, cost=10, chance=0.5, incentive=20), customers=1_000)
    # Two hits bring 0.5 (100 - 20) - 10 = 30 each, two others cost 10 + 20 = 30 each.
    assert gain.value == pytest.approx(0)
    assert gain.n == 4
    assert gain.low < 0 < gain.high


@needs_chinese
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("target", ["left", "spent", "offer"])
def test_every_question_in_both_languages(target, form):
    run = run_of(make_known(400), target, ["decision_tree"])
    for language in ("en", "zh"):
        content = report(run, "decision_tree", format=form, language=language, day=DAY)
        words = words_of(content, form)
        assert len(content) < 1_000_000
        assert " nan" not in words.lower()
        assert "None" not in words
        assert ("决策树" in words) == (language == "zh")


def test_hostile_names_are_read_as_they_are():
    frame = make_known(300)
    names = {name: f"{EVIL} {place}".replace("\ud800", "") for place, name in enumerate(KNOWN_FEATURES)}
    formula = "=cmd|'/c calc'!A0"
    names[KNOWN_FEATURES[0]] = formula
    frame = frame.rename(columns=names)
    frame["left"] = frame["left"].map({"Yes": "=1+1", "No": "<img src=x onerror=alert(1)>"}).fillna("=1+1")
    frame["group"] = np.where(np.arange(300) % 2, "@SUM(1)", "長" * 300)
    table = table_from_frame(frame, name="<script>alert(1)</script>.csv")
    problem = propose_problem(table, target="left", features=list(names.values()), segments=["group"]).problem
    run = train(table, problem, ["logistic_regression"])
    check(report(run, "logistic_regression", format="html", day=DAY).decode())
    assert "<script>" not in report(run, "logistic_regression", format="md", day=DAY).decode().replace("\\<", "")
    if find_chinese():
        assert PdfReader(io.BytesIO(report(run, "logistic_regression", format="pdf", day=DAY))).pages
    slides = report(run, "logistic_regression", format="pptx", day=DAY)
    charts = charts_of(slides)
    assert formula in list(charts[2].plots[0].categories)
    for chart in charts:
        with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as book:
            assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_wide_tables_and_many_groups_fit():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {f"quarterly average of service calls number {place}": rng.normal(size=600) for place in range(60)}
    )
    features = list(frame.columns)
    frame["town"] = rng.choice([f"town {place}" for place in range(40)], 600)
    frame["left"] = np.where(frame.iloc[:, 0] + rng.normal(size=600) > 0, "Yes", "No")
    run = run_of(frame, "left", ["logistic_regression"], features=features, segments=["town"])
    for form in FORMATS:
        assert len(report(run, "logistic_regression", format=form, day=DAY)) < 1_000_000


@pytest.mark.parametrize(
    "content",
    [b"a,b,y\n1,2,x\n2,3,z\n4,5,x\n", b"a,b,y\n" + b"1,2,x\n3,4,x\n" * 60, b"a,b,y\n" + b"1,2,\n" * 60],
    ids=["three rows", "one class", "no answers"],
)
def test_what_cannot_be_trained_ends_in_a_sentence(content, tmp_path, capsys):
    (tmp_path / "t.csv").write_bytes(content)
    out = tmp_path / "report.pptx"
    assert run_command(["report", str(tmp_path / "t.csv"), "--target", "y", "-o", str(out)]) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert not out.exists()


def test_the_command_line_trains_or_repeats_a_record(tmp_path, capsys):
    sample = "sample_data/telephone_customers.csv"
    first, second, record = tmp_path / "one.html", tmp_path / "two.html", tmp_path / "run.json"
    models = ["--models", "decision_tree", "--segments", "gender"]
    assert run_command(["train", sample, *models, "--record", str(record), "--report", str(first)]) == 0
    assert run_command(["report", sample, "--record", str(record), "-o", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert "written to" in capsys.readouterr().out
    assert run_command(["report", sample, "-o", str(tmp_path / "x.docx")]) == 1
    assert "html, pdf, pptx, md" in capsys.readouterr().err
    assert run_command(["report", sample, "-o", str(second), "--value", "3"]) == 1
    assert "--cost" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.html", "run.json", "two.html"]


def test_a_report_is_the_same_whenever_it_is_made(leaving):
    for form in ("html", "pdf", "md"):
        first, second = (report(leaving, "decision_tree", format=form, day=DAY) for _again in range(2))
        assert first == second, form


def test_a_file_is_written_whole_or_not_at_all(leaving, tmp_path):
    content = report(leaving, "decision_tree", path=tmp_path / "a.md", day=DAY)
    assert (tmp_path / "a.md").read_bytes() == content
    with pytest.raises(CrmAiError, match="cannot be written"):
        report(leaving, "decision_tree", path=tmp_path / "nowhere" / "a.md", day=DAY)
    with pytest.raises(CrmAiError, match="not written in"):
        report(leaving, "decision_tree", format="md", language="tlh")
    with pytest.raises(CrmAiError, match="was trained"):
        report(leaving, "random_forest", format="md")


def test_without_a_font_it_says_which_to_install(leaving, monkeypatch):
    monkeypatch.setattr("crm_ai.reporting.sheet.find_chinese", lambda: None)
    assert report(leaving, "decision_tree", format="pdf", day=DAY)
    with pytest.raises(CrmAiError, match="fonts-wqy-microhei"):
        report(leaving, "decision_tree", format="pdf", language="zh", day=DAY)


@needs_chinese
def test_runs_of_two_fonts_do_not_overlap():
    sheet = Sheet("客户", "zh", DAY)
    parts = ["客户", " leave ", "会离开 84 % ", "中"]
    assert sheet.width_of("".join(parts), 10) == pytest.approx(sum(sheet.width_of(part, 10) for part in parts))
    assert sheet.width_of("客户", 72 / 25.4) == pytest.approx(2)  # ems
    sheet.put("".join(parts), 20, 20, 10)
    starts = []
    page = PdfReader(io.BytesIO(sheet.to_bytes())).pages[0]
    page.extract_text(visitor_text=lambda text, _c, place, _f, _s: starts.append((text.strip("\n"), place[4])))
    found = {text: x for text, x in starts if text}
    assert found["会离开"] == pytest.approx(found["客户"] + sheet.width_of("客户 leave ", 10) / 25.4 * 72, abs=0.1)


def test_fonts_are_looked_for_where_they_are(tmp_path):
    there = Font(tmp_path / "b.ttc", 2)
    there.path.touch()
    assert find_chinese({}, [Font(tmp_path / "a.ttc"), there]) == there
    assert find_chinese({}, []) is None
    assert find_chinese({"CRM_AI_FONT": str(there.path)}, []) == Font(there.path)
    with pytest.raises(CrmAiError, match="CRM_AI_FONT"):
        find_chinese({"CRM_AI_FONT": str(tmp_path / "c.ttf")})


def test_findings_go_without_reasons_where_there_are_none(leaving, monkeypatch):
    def fail(*_arguments, **_options):
        raise CrmAiError("It cannot be explained.")

    monkeypatch.setattr("crm_ai.reporting.findings.explain", fail)
    for form in FORMATS:
        assert (
            "It cannot be explained." in words_of(report(leaving, "decision_tree", format=form, day=DAY), form)
            or form == "md"
        )
