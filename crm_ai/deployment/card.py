"""The model card: one page that tells what a model is, how good it is, and for whom it is worse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_ai.cleaning import describe_repair
from crm_ai.evaluation import Estimate, describe
from crm_ai.modeling import MODEL_TYPES, Run, headline, question_in_words
from crm_ai.words import _, count, number

if TYPE_CHECKING:
    from crm_ai.fairness import Audit

HEADLINE_METRICS = (
    "roc_auc", "average_precision", "brier_score", "precision", "recall",
    "accuracy", "balanced_accuracy", "macro_f1", "r2", "rmse", "mae",
)  # fmt: skip


def model_card(run: Run, model_type: str, *, audits: Sequence[Audit] = (), threshold: float = 0.5) -> str:
    """Write a model's card.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    audits : sequence of Audit, default ()
        Fairness audits of this model.
    threshold : float, default 0.5
        Score from which a customer is selected.

    Returns
    -------
    str
        Markdown.
    """
    entry = MODEL_TYPES[model_type]
    problem = run.problem
    sections = [
        f"# {_('Model card')}: {entry.name}",
        entry.sentence + (f" {entry.remark(problem.task)}" if entry.remark(problem.task) else ""),
        f"## {_('The question')}",
        _bullets(
            {
                _("Predicts"): question_in_words(problem),
                _("From"): _(", ").join(problem.features),
                _("Data"): f"{run.table.source}, {_('digest')} {run.table.digest}",
                _("Trained on"): _("{n} customers").format(n=count(len(run.train_rows))),
                _("Judged on"): _("{n} other customers, set aside before training").format(
                    n=count(len(run.holdout_rows))
                ),
                _("Repaired"): _("; ").join(
                    f"{', '.join(r.columns) or _('rows')}: {describe_repair(r)}" for r in problem.repairs
                )
                or _("nothing"),
                _("Left out"): _("{n} customers without a known answer").format(n=count(run.unlabelled)),
            }
        ),
        f"## {_('How good it is')}",
        _metrics_table(headline(run, model_type, threshold=threshold)),
        f"## {_('For whom it is worse')}",
        "\n".join(f"- {_plain(audit.segment)}: {_plain(audit.verdict)}" for audit in audits)
        or _("Not audited: no segments were chosen."),
        f"## {_('How it was made')}",
        _bullets(
            {
                _("Run"): run.digest,
                _("Seed"): str(problem.seed),
                _("Versions"): _(", ").join(f"{name} {version}" for name, version in run.versions.items()),
            }
        ),
    ]
    return "\n\n".join(sections) + "\n"


def _metrics_table(estimates: dict[str, Estimate]) -> str:
    lines = [f"| {_('figure')} | {_('value')} | {_('95 % interval')} | {_('customers')} |", "|---|---|---|---|"]
    for metric in HEADLINE_METRICS:
        if metric in estimates:
            e = estimates[metric]
            lines.append(
                f"| {describe(metric)[0]} | {number(e.value)} | {number(e.low)} – {number(e.high)} | {count(e.n)} |"
            )
    return "\n".join(lines)


def _bullets(facts: dict[str, str]) -> str:
    return "\n".join(f"- **{name}**: {_plain(fact)}" for name, fact in facts.items())


def _plain(text: str) -> str:
    """Take the meaning out of characters that Markdown or HTML would act on; names come from uploaded files."""
    for character in "\\`*_[]<>#|":
        text = text.replace(character, "\\" + character)
    return " ".join(text.split())
