"""The report of a model's reasons, for somebody who has two minutes and must decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.charts.reasons import factor, unit
from crm_ai.deployment import Mismatch
from crm_ai.evaluation import Estimate, describe
from crm_ai.explanation.narrative import IDLE, listed, model_in_words, outcome_in_words
from crm_ai.explanation.reliability import Light
from crm_ai.explanation.scales import scale_of
from crm_ai.modeling import MODEL_TYPES, Model
from crm_ai.reporting.html import Block, Bullets, Document, Grid, Paragraph, Remark, Section
from crm_ai.reporting.pictures import NAME, dependence, importance, waterfall
from crm_ai.words import _, count, language, ngettext, number, sentences, shorten

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from crm_ai.explanation import Explanation
    from crm_ai.explanation.reliability import Reliability

MOST_MISMATCHES = 8
STRONGEST, FEWEST = 3, 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One customer of a report.

    Parameters
    ----------
    title : str
        Why this one is looked at.
    name : str
        What the customer is called.
    words : str
        Why the model says what it says, see ``customer_in_words``.
    reasons : Explanation
        Of this customer alone.
    share : str, default ""
        The probability that is said, where reasons are measured in something else.
    trust : Reliability, optional
        How far the reasons may be trusted.
    """

    title: str
    name: str
    words: str
    reasons: Explanation
    share: str = ""
    trust: Reliability | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """All that a report of reasons is made of.

    Parameters
    ----------
    model : Model
        The model.
    source, digest : str
        Name and digest of the table.
    customers : int
        Those who are looked at; `reasons` may be of some of them, drawn by chance.
    who : str
        Who they are, in words.
    reasons : Explanation
        Of many customers.
    cases : sequence of Case
        Customers to tell of.
    compared_with : str, default ""
        Whom customers are compared with, if not everybody.
    quality : mapping of str to Estimate
        How good the model is on customers it has not seen; empty if that is not known here.
    pairs : pandas.DataFrame, optional
        As made by ``interactions``.
    mismatches : sequence of Mismatch
        What did not fit of the customers.
    run : str, default ""
        Digest of the run.
    """

    model: Model
    source: str
    digest: str
    customers: int
    who: str
    reasons: Explanation
    cases: Sequence[Case]
    compared_with: str = ""
    quality: Mapping[str, Estimate] = field(default_factory=dict)
    pairs: pd.DataFrame | None = None
    mismatches: Sequence[Mismatch] = ()
    run: str = ""


def explanation_report(material: Material, *, day: date) -> Document:
    """Tell why a model says what it says.

    Parameters
    ----------
    material : Material
        As made by ``material_of_run`` or ``material_of_table``.
    day : datetime.date
        When the report is made.

    Returns
    -------
    Document
        Ready to be written.
    """
    model, reasons = material.model, material.reasons
    made = [
        (_("Made on"), f"{day:%Y-%m-%d}"),
        (_("Model"), f"{MODEL_TYPES[model.model_type].name} ({model.model_type})"),
        (_("Data"), f"{material.source}, {_('digest')} {material.digest}"),
    ]
    if material.run:
        made.append((_("Run"), material.run))
    return Document(
        title=_("Why does the model say what it says?"),
        lead=sentences([_lead(reasons), _how_good(material)]),
        facts=[
            (_("It predicts"), outcome_in_words(material.model.problem, material.reasons.label or None)),
            (_("Model"), MODEL_TYPES[model.model_type].name),
            (_("Looked at"), f"{_('{n} customers').format(n=count(material.customers))} {material.who}"),
            (_("Compared with"), material.compared_with or _("the average customer")),
        ],
        sections=[
            Section(_("What it goes by"), _goes_by(material)),
            Section(_("How far to trust it"), _trust(material)),
            Section(_("Some customers"), [_told(case) for case in material.cases]),
            Section(_("Limits"), [Bullets(_limits(material))]),
        ],
        footer=made,
        language=language(),
    )


def _lead(reasons: Explanation) -> str:
    names = [shorten(name, NAME) for name in _strongest(reasons)]
    if not names:
        return _("No column moves this model: it says the same of everybody.")
    if len(names) == 1:
        return _("Predictions go with {column}.").format(column=names[0])
    return _("Predictions go mostly with {column}, then {others}.").format(column=names[0], others=listed(names[1:]))


def _how_good(material: Material) -> str:
    """The first figure, in a sentence."""
    for name, estimate in material.quality.items():
        return _("On customers that it has not learned from: {figure} {value} ({low}–{high}, n = {n}).").format(
            figure=describe(name)[0],
            value=number(estimate.value),
            low=number(estimate.low),
            high=number(estimate.high),
            n=count(estimate.n),
        )
    return ""


def _goes_by(material: Material) -> list[Block]:
    reasons = material.reasons
    blocks: list[Block] = [
        Paragraph(
            model_in_words(
                reasons, outcome=outcome_in_words(material.model.problem, reasons.label or None), pairs=material.pairs
            )
        ),
        importance(reasons),
    ]
    if len(reasons.rows) < FEWEST:
        return blocks
    return blocks + [dependence(reasons, name) for name in _strongest(reasons)]


def _strongest(reasons: Explanation) -> list[str]:
    """The columns that move predictions most, as far as they move them to speak of."""
    table = reasons.importance().head(STRONGEST)
    least = max(IDLE * float(np.abs(reasons.values).mean(axis=0).sum()), np.finfo(float).tiny)
    return [str(name) for name in table["column"][table["mean_absolute"] >= least]]


def _trust(material: Material) -> list[Block]:
    blocks: list[Block] = []
    if material.quality:
        rows = [
            (describe(name)[0], number(e.value), f"{number(e.low)} – {number(e.high)}", count(e.n))
            for name, e in material.quality.items()
        ]
        header = (_("figure"), _("value"), _("95 % interval"), _("customers"))
        blocks.append(Grid(header, rows, _("How good it is, on customers it has not learned from")))
    else:
        blocks.append(
            Remark(
                "caution",
                _("Made from a model file."),
                _("How good the model is on customers it has not seen cannot be told here; its card tells it."),
            )
        )
    if material.mismatches:
        blocks.append(Paragraph(_("Some of these customers are not like those the model has learned from:")))
        blocks.append(Bullets([f"{one.column}: {one.what}" for one in material.mismatches[:MOST_MISMATCHES]]))
    blocks.append(Paragraph(exactness_in_words(material.reasons)))
    return blocks


def exactness_in_words(reasons: Explanation) -> str:
    """Say how sure reasons are of what the model does.

    Parameters
    ----------
    reasons : Explanation
        Of many customers.

    Returns
    -------
    str
        One sentence or two.
    """
    if reasons.error is not None:
        size = float(reasons.error.mean()) * factor(reasons.scale)
        return _(
            "The reasons are estimated, by adding columns in orders drawn by chance; their standard error is {error} "
            "{unit} on average. They add up to the prediction."
        ).format(error=number(size), unit=unit(reasons.scale))
    if reasons.references:
        return ngettext(
            "The reasons are exact (SHAP values), compared with {n} customer, and add up to the prediction.",
            "The reasons are exact (SHAP values), compared with {n} customers, and add up to the prediction.",
            reasons.references,
        ).format(n=count(reasons.references))
    return _("The reasons are exact (SHAP values), compared with all training customers, and add up to the prediction.")


def _told(case: Case) -> Section:
    blocks: list[Block] = [Paragraph(case.words)]
    if case.trust is not None:
        blocks.append(_light(case.trust))
    if case.trust is None or case.trust.light is not Light.POOR:
        blocks.append(waterfall(case.reasons, share=case.share))
    return Section(_("{why}: {name}").format(why=case.title, name=shorten(case.name, NAME)), blocks)


def _light(trust: Reliability) -> Remark:
    words = {
        Light.GOOD: _("True to the model: these reasons passed every check."),
        Light.CAUTION: _("These reasons are to be read with caution."),
        Light.POOR: _("These reasons are not to be relied on; no picture is shown."),
    }
    return Remark(trust.light.value, words[trust.light])


def _limits(material: Material) -> list[str]:
    model, reasons = material.model, material.reasons
    said = [
        _("Reasons tell what the model has learned, not why the world is so, nor what a change would bring about."),
        _("Columns that say nearly the same share their credit; how they share it is arbitrary. Read them together."),
    ]
    if len(reasons.rows) < material.customers:
        said.append(
            _("What the model goes by was reckoned for {n} of the {all} customers, drawn by chance.").format(
                n=count(len(reasons.rows)), all=count(material.customers)
            )
        )
    if model.problem.recalibration and reasons.scale != "probability":
        said.append(_("Reasons are those of the model before its probabilities are corrected; the order is the same."))
    if reasons.scale == "log-odds":
        # Of several answers each has a score of its own; what probability it comes to, the others decide too.
        is_score = scale_of(model) == "log-odds" and len(model.problem.labels) > 2
        said.append(
            _(
                "They are measured in the answer’s own score, where evidence adds up. Its probability is its share "
                "among all answers, so it depends on their scores too and need not rise with this one."
            )
            if is_score
            else _(
                "They are measured in log-odds, where evidence adds up: +0.7 doubles the odds. The same step changes "
                "a probability most near 50 %."
            )
        )
    said.append(_("This page names customers: pass it on only to those who may know of them."))
    return said
