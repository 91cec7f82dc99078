"""The model card: one page that tells what a model is, how good it is, and for whom it is worse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from crm_ai.cleaning import describe_repair
from crm_ai.evaluation import Estimate, describe
from crm_ai.evaluation.glossary import in_words, interval, value
from crm_ai.modeling import FOREIGN, MODEL_TYPES, Run, headline, question_in_words
from crm_ai.words import _, count, number

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from crm_ai.fairness import Audit

MOST_DRIVERS, MOST_GROUPS = 12, 20
HEADLINE_METRICS = (
    "roc_auc", "average_precision", "brier_score", "precision", "recall", "selection_rate",
    "accuracy", "balanced_accuracy", "macro_f1", "macro_roc_auc", "r2", "rmse", "mae", "mean_error",
)  # fmt: skip


def model_card(
    run: Run,
    model_type: str,
    *,
    audits: Sequence[Audit] = (),
    threshold: float = 0.5,
    drivers: pd.DataFrame | None = None,
    unit: str = "",
    decision: Sequence[str] = (),
    limits: Sequence[str] = (),
    day: date | None = None,
) -> str:
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
    drivers : pandas.DataFrame, optional
        What the model goes by, as ``Explanation.importance`` makes it; not told of if not given.
    unit : str, default ""
        What sizes of `drivers` are measured in, in words.
    decision, limits : sequence of str, default ()
        What is asked for, and what the figures do not tell; not told of if not given.
    day : datetime.date, optional
        When the card is made.

    Returns
    -------
    str
        Markdown; headings without anything below them are left out.
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
                _("From the columns"): _(", ").join(problem.features),
                _("Data"): f"{run.table.source}, {_('digest')} {run.table.digest}",
                **_customers(run),
                _("Repaired"): _("; ").join(
                    f"{', '.join(r.columns) or _('rows')}: {describe_repair(r)}" for r in problem.repairs
                )
                or _("nothing"),
                _("Left out"): _("{n} customers without a known answer").format(n=count(run.unlabelled)),
            }
        ),
        f"## {_('How good it is')}",
        _metrics_table(headline(run, model_type, threshold=threshold)),
        *_told(_("What it goes by"), _drivers_table(drivers, unit) if drivers is not None else ""),
        f"## {_('For whom it is worse')}",
        "\n".join(f"- {_plain(audit.segment)}: {_plain(audit.verdict)}" for audit in audits)
        or _("Not audited: no segments were chosen."),
        *(_groups_table(audit) for audit in audits),
        *_told(_("What is asked for"), _list(decision)),
        *_told(_("Limits"), _list(limits)),
        f"## {_('How it was made')}",
        _bullets(
            ({_("Made on"): f"{day:%Y-%m-%d}"} if day else {})
            | {
                _("Run"): run.digest,
                _("Seed"): str(problem.seed),
                _("Versions"): _(", ").join(f"{name} {version}" for name, version in run.versions.items()),
            }
        ),
    ]
    return "\n\n".join(sections) + "\n"


def _customers(run: Run) -> dict[str, str]:
    judged = count(len(run.holdout_rows))
    if not len(run.train_rows):  # the model came as a file
        return {
            _("Trained on"): _("not known: the model came as a file"),
            _("Judged on"): _("{n} customers of this table; whoever registered it says it never saw them").format(
                n=judged
            ),
        }
    if FOREIGN in run.models:
        seen = _("{n} customers").format(n=count(len(run.train_rows)))
        return {
            _("Trained on"): _("not known: customers who are not in this table") if run.is_fitted_elsewhere else seen,
            **({_("Compared with"): seen} if run.is_fitted_elsewhere else {}),
            _("Judged on"): _("{n} other customers; whoever brought the pipeline says it never saw them").format(
                n=judged
            ),
        }
    return {
        _("Trained on"): _("{n} customers").format(n=count(len(run.train_rows))),
        _("Judged on"): _("{n} other customers, set aside before training").format(n=judged),
    }


def _told(heading: str, content: str) -> tuple[str, ...]:
    return (f"## {heading}", content) if content else ()


def _list(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {_plain(sentence)}" for sentence in sentences)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _metrics_table(estimates: dict[str, Estimate]) -> str:
    rows = [
        (describe(metric)[0], value(estimates[metric]), interval(estimates[metric]), count(estimates[metric].n))
        for metric in HEADLINE_METRICS
        if metric in estimates
    ]
    return _table((_("figure"), _("value"), _("95 % interval"), _("customers")), rows)


def _drivers_table(drivers: pd.DataFrame, unit: str) -> str:
    shown = drivers.head(MOST_DRIVERS)
    rows = [
        (_plain(name), number(size), f"{number(low)} – {number(high)}")
        for name, size, low, high in zip(
            *(shown[column].tolist() for column in ("column", "mean_absolute", "low", "high")), strict=True
        )
    ]
    moves = _("moves predictions by, on average ({unit})").format(unit=unit) if unit else _("moves predictions by")
    return _table((_("column"), moves, _("95 % interval")), rows)


def _groups_table(audit: Audit) -> str:
    metrics = [name for name in ("selection_rate", "true_positive_rate", "mae", "mean_error") if name in audit.by_group]
    rows = [
        (_plain(group), count(size), *(in_words(audit.by_group[name][group]) for name in metrics))
        for group, size in audit.sizes.items()
    ]
    return _table((_plain(audit.segment), _("customers"), *(describe(name)[0] for name in metrics)), rows[:MOST_GROUPS])


def _bullets(facts: dict[str, str]) -> str:
    return "\n".join(f"- **{name}**: {_plain(fact)}" for name, fact in facts.items())


def _plain(text: str) -> str:
    """Take the meaning out of characters that Markdown or HTML would act on; names come from uploaded files."""
    for character in "\\`*_[]<>#|":
        text = text.replace(character, "\\" + character)
    return " ".join(text.split())
