"""Charts of a run's report: lengths are the very numbers that the pages show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from crm_ai.evaluation import Decision, Estimate, describe, rate_estimates
from crm_ai.evaluation.glossary import SHARES, interval, value
from crm_ai.fairness import Audit
from crm_ai.modeling import MODEL_TYPES, Run, Task, confusion_tally, tally
from crm_ai.reporting.findings import Findings
from crm_ai.reporting.tracks import LOWERS, RAISES, REFERENCE, Bar, Bars
from crm_ai.words import _, count, label_in_words, number, percent, shorten

NAME = 32
MOST = 8
FIFTHS = 5


def answers(run: Run) -> Bars:
    """How often each answer occurs, or how numbers are spread.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    Bars
        Customers with a known answer.
    """
    known = np.concatenate([run.train_actual, run.actual])
    if run.problem.task is Task.REGRESSION:
        sizes, edges = np.histogram(known, bins=MOST)
        names = [f"{number(low)} – {number(high)}" for low, high in pairwise(edges)]
        caption = _("Customers by {target}; n = {n}")
    else:
        counted = np.bincount(known.astype(np.int64), minlength=len(run.problem.labels))
        order = np.argsort(-counted, kind="stable")[:MOST]
        sizes, names = counted[order], told_apart([label_in_words(run.problem.labels[place]) for place in order])
        caption = _("Customers by answer to {target}; n = {n}")
    bars = [
        Bar(name, count(size), 0.0, float(size), range_in_words=percent(size / max(len(known), 1), 1))
        for name, size in zip(names, sizes.tolist(), strict=True)
    ]
    return Bars(caption.format(target=shorten(run.problem.target, NAME), n=count(len(known))), bars)


def rivals(findings: Findings) -> Bars:
    """The first figure of every model of the run.

    Parameters
    ----------
    findings : Findings
        What is known.

    Returns
    -------
    Bars
        With 95 % intervals; the model that is told of stands out.
    """
    bars = [
        estimate_bar(MODEL_TYPES[name].name, estimate, colour=LOWERS if name == findings.model_type else REFERENCE)
        for name, estimate in findings.rivals.items()
    ]
    first = next(iter(findings.rivals.values()))
    caption = _("{figure} of every model, with 95 % intervals; n = {n}")
    return Bars(caption.format(figure=describe(first.name)[0], n=count(first.n)), bars, share=first.name in SHARES)


def groups(audit: Audit) -> Bars:
    """The groups of a segment side by side.

    Parameters
    ----------
    audit : Audit
        The audit.

    Returns
    -------
    Bars
        Share selected or typical error, with 95 % intervals; the largest groups.
    """
    metric = "selection_rate" if "selection_rate" in audit.by_group else "mae"
    shown = sorted(audit.sizes, key=lambda group: -audit.sizes[group])[:MOST]
    shown = [group for group in audit.sizes if group in shown]
    bars = []
    for group, name in zip(shown, told_apart([label_in_words(group) for group in shown]), strict=True):
        estimate = audit.by_group[metric][group]
        few = group in audit.too_few
        note = _("n = {n}, too few to compare") if few else _("n = {n}")
        bars.append(
            estimate_bar(
                name,
                estimate,
                note=note.format(n=count(audit.sizes[group])),
                colour=REFERENCE if few else LOWERS,
            )
        )
    caption = _("{figure} by {segment}, with 95 % intervals")
    if len(shown) < len(audit.sizes):
        caption = _("{figure} by {segment}, with 95 % intervals; the largest groups")
    overall = audit.overall[metric]
    return Bars(
        caption.format(figure=describe(metric)[0], segment=shorten(audit.segment, NAME)),
        bars,
        base=overall.value,
        share=metric in SHARES,
    )


def decided(findings: Findings) -> Bars:
    """What the decision brings, or whom it is about.

    Parameters
    ----------
    findings : Findings
        What is known.

    Returns
    -------
    Bars
        Money, if costs are known; else customers by what is said of them.
    """
    if findings.decision is not None and findings.worth is not None:
        return _money(findings, findings.decision, findings.worth)
    if findings.problem.task is Task.REGRESSION:
        return _fifths(findings)
    if findings.problem.task is Task.MULTICLASS:
        return _given(findings)
    return _selected(findings)


def told_apart(names: Sequence[str]) -> list[str]:
    """Cut names, but no further than they can be told apart.

    Parameters
    ----------
    names : sequence of str
        As they are.

    Returns
    -------
    list of str
        As short as may be.

    Examples
    --------
    >>> told_apart(["a", "b"])
    ['a', 'b']
    """
    for width in (NAME, 2 * NAME, 4 * NAME):
        short = [shorten(name, width) for name in names]
        if len(set(short)) == len(set(names)):
            return short
    return list(names)


def estimate_bar(name: str, estimate: Estimate, *, note: str = "", colour: str = LOWERS) -> Bar:
    """Draw an estimate from 0 on.

    Parameters
    ----------
    name : str
        What it is of.
    estimate : Estimate
        The number.
    note : str, default ""
        Said behind its interval.
    colour : str, default blue
        Of the bar.

    Returns
    -------
    Bar
        With its 95 % interval.
    """
    around = interval(estimate) if np.isfinite(estimate.low) else ""
    return Bar(
        name,
        value(estimate),
        0.0,
        estimate.value,
        estimate.low,
        estimate.high,
        _("; ").join(part for part in (around, note) if part),
        colour,
    )


def _money(findings: Findings, decision: Decision, worth: Estimate) -> Bars:
    bars = [estimate_bar(_("as proposed: {n} contacts").format(n=count(decision.contacted)), decision.gain)]
    if abs(decision.threshold - findings.threshold) > 1e-9:
        bars.append(estimate_bar(_("from a score of {threshold}").format(threshold=number(findings.threshold)), worth))
    others = ((_("contact everybody"), decision.everybody), (_("as many by chance"), decision.at_random))
    bars += [Bar(name, number(gain), 0.0, gain, colour=REFERENCE) for name, gain in others]
    caption = _("Expected gain for {n} customers, in money (95 % interval)")
    return Bars(caption.format(n=count(findings.customers)), bars, 0.0)


def _selected(findings: Findings) -> Bars:
    cells = tally(findings.run, findings.model_type).cells(findings.threshold).sum(axis=0)
    left, alarms, missed, hits = (int(n) for n in cells)
    n = left + alarms + missed + hits
    names = (
        (_("selected, and have the answer"), hits, LOWERS),
        (_("selected by mistake"), alarms, RAISES),
        (_("not selected, but have the answer"), missed, RAISES),
        (_("rightly left alone"), left, LOWERS),
    )
    return Bars(
        _("Customers judged on, by decision and what was true; n = {n}").format(n=count(n)),
        [_part(name, size, n, colour) for name, size, colour in names],
    )


def _part(name: str, size: int, whole: int, colour: str) -> Bar:
    return Bar(name, count(size), 0.0, float(size), range_in_words=percent(size / max(whole, 1), 1), colour=colour)


def _given(findings: Findings) -> Bars:
    tallied = confusion_tally(findings.run, findings.model_type)
    estimates = rate_estimates("selection_rate", tallied.cells().sum(axis=0))
    order = sorted(range(len(estimates)), key=lambda place: -estimates[place].value)[:MOST]
    names = told_apart([tallied.labels[place] for place in order])
    bars = [estimate_bar(name, estimates[place]) for name, place in zip(names, order, strict=True)]
    caption = _("How often the model gives each answer, with 95 % intervals; n = {n}")
    return Bars(caption.format(n=count(estimates[0].n)), bars, share=True)


def _fifths(findings: Findings) -> Bars:
    said, actual = findings.run.predictions[findings.model_type], findings.run.actual
    parts = [part for part in np.array_split(np.argsort(said, kind="stable"), FIFTHS) if len(part)]
    names = _fifth_names(len(parts))
    bars = [
        Bar(
            name,
            number(float(actual[part].mean())),
            0.0,
            float(actual[part].mean()),
            range_in_words=_("predicted {said}; n = {n}").format(
                said=number(float(said[part].mean())), n=count(len(part))
            ),
        )
        for name, part in zip(names, parts, strict=True)
    ]
    caption = _("Mean of what was true, for customers sorted by what was predicted; n = {n}")
    return Bars(caption.format(n=count(len(actual))), bars)


def _fifth_names(parts: int) -> Iterable[str]:
    if parts < FIFTHS:
        return [f"{place + 1}" for place in range(parts)]
    return (
        _("lowest fifth"), _("second fifth"), _("middle fifth"), _("fourth fifth"), _("highest fifth"),
    )  # fmt: skip
