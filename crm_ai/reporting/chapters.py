"""What a report of a run says, chapter by chapter: one finding, its words, its table and its chart each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_ai.charts.reasons import unit
from crm_ai.cleaning import describe_repair
from crm_ai.evaluation import Estimate, decision_in_words, describe
from crm_ai.evaluation.glossary import in_words, interval, value
from crm_ai.explanation.narrative import model_in_words, outcome_in_words
from crm_ai.fairness import Audit, Judgement, segments_in_words
from crm_ai.modeling import FOREIGN, MODEL_TYPES, SplitKind, Task, how_good_in_words
from crm_ai.reporting.explanations import exactness_in_words
from crm_ai.reporting.findings import Findings
from crm_ai.reporting.html import Grid
from crm_ai.reporting.pictures import importance
from crm_ai.reporting.run_pictures import answers, decided, groups, rivals
from crm_ai.reporting.tracks import Bars
from crm_ai.words import NOTHING, _, count, ngettext, number, percent, sentences, shorten

NAME, SHORT = 40, 28
MOST_REPAIRS, MOST_PROBLEMS, MOST_FEATURES = 12, 4, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One part of a report.

    Parameters
    ----------
    question : str
        Its heading.
    finding : str
        The answer, in a sentence or two.
    said : sequence of str
        More of it, each in a sentence or two.
    table : Grid, optional
        Its numbers.
    charts : sequence of Bars, default ()
        Its pictures, the telling one first.
    method : str, default ""
        How it was found out, and on how many customers.
    """

    question: str
    finding: str
    said: Sequence[str] = ()
    table: Grid | None = None
    charts: Sequence[Bars] = ()
    method: str = ""


def chapters_of(findings: Findings) -> list[Chapter]:
    """Tell what is known, chapter by chapter.

    Parameters
    ----------
    findings : Findings
        As made by ``findings_of_run``.

    Returns
    -------
    list of Chapter
        Data, quality, reasons, fairness, decision, limits.
    """
    return [
        _data(findings),
        _quality(findings),
        _reasons(findings),
        _fairness(findings),
        _decision(findings),
        _limits(findings),
    ]


def _data(findings: Findings) -> Chapter:
    run, problem = findings.run, findings.problem
    repairs = [
        f"{_(', ').join(shorten(name, NAME) for name in repair.columns) or _('rows')}: {describe_repair(repair)}"
        for repair in [*run.table.repairs, *(r for r in problem.repairs if r not in run.table.repairs)]
    ]
    said = [_("Repaired: {what}").format(what=words) for words in repairs[:MOST_REPAIRS]]
    if len(repairs) > MOST_REPAIRS:
        said.append(_("and {n} more").format(n=count(len(repairs) - MOST_REPAIRS)))
    said += [
        _("Left as it is: {what}").format(what=f"{shorten(found.column, NAME)}: {found.evidence}".removeprefix(": "))
        for found in findings.problems[:MOST_PROBLEMS]
    ]
    if len(findings.problems) > MOST_PROBLEMS:
        said.append(
            _("and {n} more that the Data page tells of").format(n=count(len(findings.problems) - MOST_PROBLEMS))
        )
    names = [shorten(name, NAME) for name in problem.features[:MOST_FEATURES]]
    more = len(problem.features) - len(names)
    names += [_("{n} more").format(n=count(more))] if more else []
    said.append(_("Predicted from: {columns}.").format(columns=_(", ").join(names)))
    if problem.task is Task.REGRESSION:
        told = _("{n} customers whose {target} is known.")
    else:
        told = _("{n} customers whose answer to {target} is known.")
    known = len(run.train_rows) + len(run.holdout_rows)
    finding = [
        told.format(n=count(known), target=shorten(problem.target, NAME)),
        ngettext("{n} repair was made.", "{n} repairs were made.", len(repairs)).format(n=count(len(repairs)))
        if repairs
        else _("Nothing was repaired."),
    ]
    return Chapter(
        question=_("What was it learned from?"),
        finding=sentences(finding),
        said=said,
        table=Grid(
            (_("Customers"), _("n")),
            [
                (_("in {source}").format(source=shorten(run.table.source, NAME)), count(len(run.table))),
                (_("compared with") if run.is_fitted_elsewhere else _("trained on"), count(len(run.train_rows))),
                (
                    _("judged on") if FOREIGN in run.models else _("judged on, set aside before training"),
                    count(len(run.holdout_rows)),
                ),
                (_("without a known answer, left out"), count(run.unlabelled)),
            ],
        ),
        charts=[answers(run)],
        method=_("Every repair is learned from training customers only and is repeated as it is when scoring."),
    )


def _quality(findings: Findings) -> Chapter:
    rows = [_row(estimate) for estimate in findings.shown]
    said = [describe(estimate.name)[1] for estimate in findings.shown]
    method = _("Judged on {n} customers that no model has seen; intervals hold in 95 of 100 such samples.").format(
        n=count(len(findings.run.holdout_rows))
    )
    if findings.problem.task is Task.BINARY:
        method += " " + _("Shares of customers selected hold from a score of {threshold} on.").format(
            threshold=f"{findings.threshold:.2f}"
        )
    return Chapter(
        question=_("How good is it, and how sure are we?"),
        finding=how_good_in_words(findings.run, findings.quality),
        said=[f"{row[0]}: {meaning}" for row, meaning in zip(rows, said, strict=True) if meaning],
        table=Grid((_("figure"), _("value"), _("95 % interval"), _("customers")), rows),
        charts=[rivals(findings)],
        method=method,
    )


def _row(estimate: Estimate) -> tuple[str, str, str, str]:
    if not estimate.known:
        return describe(estimate.name)[0], NOTHING, _("too few customers to judge"), count(estimate.n)
    return describe(estimate.name)[0], value(estimate), interval(estimate), count(estimate.n)


def _reasons(findings: Findings) -> Chapter:
    question, reasons = _("Why does it say so?"), findings.reasons
    if reasons is None:
        return Chapter(question=question, finding=_("This model cannot be explained."), said=[findings.unexplained])
    words = model_in_words(reasons, outcome=outcome_in_words(findings.problem, reasons.label or None))
    strongest = reasons.importance().head(3)
    names = [
        shorten(str(name), NAME)
        for name, size in zip(strongest["column"], strongest["mean_absolute"], strict=True)
        if size > 0
    ]
    return Chapter(
        question=question,
        finding=_("Predictions go mostly with {columns}.").format(columns=_(", ").join(names))
        if names
        else _("No column moves this model: it says the same of everybody."),
        said=[words],
        charts=[importance(reasons)] if names else [],
        method=sentences(
            [
                exactness_in_words(reasons),
                _("Mean size of the contributions in {unit}, over {n} customers judged on.").format(
                    unit=unit(reasons.scale), n=count(len(reasons.rows))
                ),
            ]
        ),
    )


def _fairness(findings: Findings) -> Chapter:
    question = _("For whom is it worse?")
    if not findings.audits:
        return Chapter(
            question=question,
            finding=_("Not audited: no segments were chosen."),
            said=[_("Nobody has looked yet whether groups, such as those of gender or age, are treated alike.")],
        )
    audits = sorted(findings.audits, key=lambda audit: list(Judgement).index(audit.judgement))
    numeric = findings.problem.task is Task.REGRESSION
    said = [audit.verdict for audit in audits]
    if findings.problem.task is Task.MULTICLASS:
        said.append(_("“{answer}” is set against all other answers here.").format(answer=shorten(findings.label, NAME)))
    method = _(
        "Groups of the customers judged on. A gap is told of where it is beyond chance, corrected for all "
        "comparisons of a segment, and matters; groups with fewer than 30 customers are shown, never compared."
    )
    if not numeric:
        method += " " + _("Selected from a score of {threshold} on.").format(threshold=f"{findings.threshold:.2f}")
    return Chapter(
        question=question,
        finding=segments_in_words(findings.audits),
        said=said,
        table=_gaps(audits, numeric=numeric),
        charts=[groups(audit) for audit in audits],
        method=method,
    )


def _gaps(audits: Sequence[Audit], *, numeric: bool) -> Grid:
    if numeric:
        header = (_("segment"), _("gap in typical error"), _("ratio of typical errors"), _("smallest group"))
        rows = [
            (shorten(a.segment, NAME), in_words(a.difference["mae"]), _ratio(a.ratio["mae"]), _smallest(a))
            for a in audits
        ]
        return Grid(header, rows)
    header_of_shares = (
        _("segment"), _("gap in selection"), _("ratio of selection (four-fifths rule)"),
        _("gap in mistakes (equalized odds)"), _("smallest group"),
    )  # fmt: skip
    return Grid(
        header_of_shares,
        [
            (
                shorten(a.segment, NAME),
                in_words(a.parity["demographic_parity_difference"]),
                _ratio(a.ratio["selection_rate"]),
                in_words(a.parity["equalized_odds_difference"]),
                _smallest(a),
            )
            for a in audits
        ],
    )


def _ratio(ratio: Estimate) -> str:
    if not ratio.known:
        return NOTHING
    return f"{number(ratio.value, 2)} ({number(ratio.low, 2)}–{number(ratio.high, 2)})"


def _smallest(audit: Audit) -> str:
    group = min(audit.sizes, key=lambda name: audit.sizes[name])
    return f"{shorten(group, 24)}, {_('n = {n}').format(n=count(audit.sizes[group]))}"


def _decision(findings: Findings) -> Chapter:
    question = _("What is asked for?")
    model = MODEL_TYPES[findings.model_type].name
    if findings.problem.task is Task.REGRESSION:
        error = findings.quality["mae"]
        return Chapter(
            question=question,
            finding=_("May its predictions of {target} be used? They are typically off by {error}.").format(
                target=shorten(findings.problem.target, NAME), error=in_words(error)
            ),
            said=[_("Asked for: a yes or no to using the model “{model}” as it is.").format(model=model)],
            charts=[decided(findings)],
            method=_("A number is predicted, so there is no threshold to decide on."),
        )
    if findings.decision is not None and findings.worth is not None:
        return _worth(findings, question, model)
    if findings.problem.task is Task.MULTICLASS:
        return Chapter(
            question=question,
            finding=_(
                "May each customer get the answer that the model holds likeliest? It is right for {share}."
            ).format(share=in_words(findings.quality["accuracy"])),
            said=[_("Asked for: a yes or no to using the model “{model}” as it is.").format(model=model), _no_costs()],
            charts=[decided(findings)],
        )
    quality = findings.quality
    return Chapter(
        question=question,
        finding=_("May customers be selected from a score of {threshold} on? That is {share} of them.").format(
            threshold=f"{findings.threshold:.2f}", share=in_words(quality["selection_rate"])
        ),
        said=[
            _(
                "Of those selected, {precision} have the answer “{answer}”; {recall} of all who have it are found."
            ).format(
                precision=in_words(quality["precision"]),
                recall=in_words(quality["recall"]),
                answer=shorten(findings.label, NAME),
            ),
            _("Asked for: a yes or no to using the model “{model}” at this threshold.").format(model=model),
            _no_costs(),
        ],
        charts=[decided(findings)],
        method=_("Counted on customers that no model has seen."),
    )


def _no_costs() -> str:
    return _("What it is worth cannot be said: nobody has told what a contact costs and brings.")


def _worth(findings: Findings, question: str, model: str) -> Chapter:
    decision, offer = findings.decision, findings.offer
    said = []
    if decision is not None and decision.contacted and 0 <= decision.threshold <= 1:
        said.append(
            _("These are the customers with a score of {threshold} or more for “{answer}”.").format(
                threshold=number(decision.threshold), answer=shorten(findings.label, NAME)
            )
        )
    if offer is not None:
        terms = _("Assumed: a customer won over is worth {value}, a contact costs {cost}, {chance} of contacts work")
        told = terms.format(value=number(offer.value), cost=number(offer.cost), chance=percent(offer.chance))
        if offer.incentive:
            told += _(", whoever accepts is given {incentive}").format(incentive=number(offer.incentive))
        said.append(told + _("."))
    said.append(_("Asked for: a yes or no to contacting them by the model “{model}”.").format(model=model))
    return Chapter(
        question=question,
        finding=decision_in_words(decision) if decision is not None else "",
        said=said,
        charts=[decided(findings)],
        method=_(
            "Whom to contact is chosen on training customers by what was said of them out of fold, and judged on "
            "customers that no model has seen; amounts are scaled to {n} customers of the same kind."
        ).format(n=count(findings.customers)),
    )


def _limits(findings: Findings) -> Chapter:
    run, problem = findings.run, findings.problem
    rest = _("All figures rest on {n} customers; of others like them they would mostly lie in their intervals.")
    said = [
        rest.format(n=count(len(run.holdout_rows))),
        _("Reasons tell what the model has learned, not why the world is so, nor what a change would bring about."),
    ]
    if problem.split.kind is not SplitKind.TIME:
        said.append(_("Not checked: whether it holds for later customers; nobody was set aside by time."))
    unasked = [audit.segment for audit in findings.audits if audit.judgement is Judgement.TOO_FEW]
    if unasked:
        said.append(
            _("Too few customers to say whether there is a gap by {segments}.").format(
                segments=_(", ").join(shorten(name, NAME) for name in unasked)
            )
        )
    if findings.audits:
        said.append(
            _("Groups were compared by {segments} only; by other columns there may be gaps.").format(
                segments=_(", ").join(shorten(audit.segment, NAME) for audit in findings.audits)
            )
        )
    else:
        said.append(_("Not checked: whether groups of customers are treated alike."))
    if problem.balanced and not problem.recalibration:
        said.append(_("Scores are no probabilities: rare answers were given more weight in training."))
    left = len(findings.problems)
    if left:
        words = ngettext(
            "{n} flaw of the data was left as it is.", "{n} flaws of the data were left as they are.", left
        )
        said.append(words.format(n=count(left)))
    if findings.reasons is not None and len(findings.reasons.rows) < len(run.holdout_rows):
        said.append(
            _("What the model goes by was reckoned for {n} of the {all} customers, drawn by chance.").format(
                n=count(len(findings.reasons.rows)), all=count(len(run.holdout_rows))
            )
        )
    return Chapter(
        question=_("What are the limits?"),
        finding=_("It holds for customers like those judged on, and tells of no causes."),
        said=said,
    )
