"""How a model is doing at work, in the few words that stand first on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.deployment.watching.advice import unknown_in_words
from crm_ai.deployment.watching.alert import Concern
from crm_ai.deployment.watching.alerts import without_outcomes
from crm_ai.deployment.watching.drift import Level
from crm_ai.words import _, count, ngettext, number, sentences

if TYPE_CHECKING:
    from crm_ai.deployment.watching.performance import Performance
    from crm_ai.deployment.watching.watch import Watch

MOST_NAMED = 3
HEADLINES = ("roc_auc", "balanced_accuracy", "r2", "rmse")


def in_short(watched: Watch) -> str:
    """How many batches, what has changed, how good scores turned out to be, and what to do.

    Parameters
    ----------
    watched : Watch
        A model at work.

    Returns
    -------
    str
        At most six sentences in the reader's language.
    """
    if not watched.batches:
        return _("Nothing has been scored yet.")
    return sentences([_how_long(watched), _customers(watched), _outcomes(watched), watched.advice.headline])


def headline_figure(performance: Performance) -> str:
    """The figure that says most about how good a model was.

    Parameters
    ----------
    performance : Performance
        Of a batch.

    Returns
    -------
    str
        Its name; empty if outcomes were too few.
    """
    return next((name for name in HEADLINES if name in performance.figures), "")


def _how_long(watched: Watch) -> str:
    days = [batch.day for batch in watched.batches]
    weeks = (max(days) - min(days)).days // 7 + 1
    batches = ngettext("{n} batch", "{n} batches", len(days)).format(n=count(len(days)))
    return ngettext("{batches} in {n} week.", "{batches} in {n} weeks.", weeks).format(batches=batches, n=count(weeks))


def _customers(watched: Watch) -> str:
    if all(batch.drifts[0].level is Level.TOO_FEW for batch in watched.recent):
        return _("The latest has too few customers ({n}) to tell whether they have changed.").format(
            n=count(sum(batch.customers for batch in watched.recent))
        )
    names = [alert.subject for alert in watched.alerts if alert.concern is Concern.INPUT]
    if names:
        told = _(", ").join(f"“{name}”" for name in names[:MOST_NAMED])
        more = len(names) - MOST_NAMED
        if more > 0:
            told = ngettext("{names} and {n} more column", "{names} and {n} more columns", more).format(
                names=told, n=count(more)
            )
        return _("Customers have changed in {columns}.").format(columns=told)
    if any(alert.concern is Concern.SCORES for alert in watched.alerts):
        return _("Scores have moved, though no single column stands out.")
    return _("Customers are like those of the training.")


def _outcomes(watched: Watch) -> str:
    from crm_ai.evaluation import describe

    judged = [one for one in watched.performances if one.figures]
    if not judged:
        return _("No outcomes are known yet.") if not watched.performances else _("Too few outcomes to judge it.")
    worse = [alert.batch for alert in watched.alerts if alert.concern is Concern.PERFORMANCE]
    latest = next((one for one in reversed(judged) if one.batch in worse[:1]), judged[-1])
    name = headline_figure(latest)
    now = latest.figures[name]
    if worse:
        return _("By its outcomes it has become worse: {figure} {now}.").format(
            figure=describe(name)[0], now=number(now.value)
        )
    if name not in latest.differences:
        words = _("By {n} outcomes of the batch of {day}: {figure} {now}.")
    else:
        words = _("By {n} outcomes of the batch of {day} there is no sign that it has become worse ({figure} {now}).")
    told = words.format(
        n=count(latest.joined.matched), day=latest.day.isoformat(), figure=describe(name)[0], now=number(now.value)
    )
    unknown = without_outcomes(watched.alerts, watched.performances)
    return sentences([told, unknown_in_words(unknown)]) if unknown else told
