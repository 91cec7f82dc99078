"""Outcomes that arrive weeks after the scores: joined by code, counted, and judged against what was approved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_ai.deployment.watching.batch import Batch
from crm_ai.deployment.watching.joined import Joined
from crm_ai.deployment.watching.keys import KeyedScores, coded
from crm_ai.deployment.watching.outcome_columns import translated
from crm_ai.deployment.watching.performance import Performance
from crm_ai.errors import ProblemError
from crm_ai.evaluation import Estimate, tally_confusion, tally_errors, tally_scores
from crm_ai.modeling.problem import Task
from crm_ai.modeling.profile import THRESHOLD, Profile, judged
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.fairness import Audit
    from crm_ai.table import Table

FEWEST = 30
AT_THRESHOLD = ("selection_rate", "precision", "recall")


def join_outcomes(
    batch: Batch,
    keyed: KeyedScores,
    table: Table,
    *,
    key: str,
    profile: Profile,
    secret: bytes,
    known: date,
    outcome: str | None = None,
    when: str | None = None,
) -> Performance:
    """Join outcomes to the scores of a batch, and judge the model by them.

    Parameters
    ----------
    batch : Batch
        The batch.
    keyed : KeyedScores
        Its customers' codes and scores.
    table : Table
        Customers whose outcome is known by now, in any order; others may be among them.
    key : str
        Column of the identifiers.
    profile : Profile
        Of the model.
    secret : bytes
        That the codes were made with.
    known : date
        Today: when the outcomes were joined.
    outcome : str, optional
        Column of the outcomes (default: named like the model's target).
    when : str, optional
        Column of the day of each outcome; those before the batch's day are left out, for they were no prediction.

    Returns
    -------
    Performance
        What was matched, how good the model was, and for whom.

    Raises
    ------
    ProblemError
        If a column is not there, or no outcome can be joined.
    """
    outcomes = read_outcomes(table, key=key, profile=profile, secret=secret, outcome=outcome, when=when)
    return judge_batch(batch, keyed, outcomes, profile=profile, known=known)


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What became of customers, by code; read once for however many batches.

    Parameters
    ----------
    codes : numpy.ndarray of uint64, shape (n,)
        Of their identifiers.
    named : numpy.ndarray of bool, shape (n,)
        Whether there is an identifier.
    truth : numpy.ndarray of float64, shape (n,)
        Outcomes as numbers or positions of answers; NaN where unknown.
    days : pandas.Series, optional
        Day of each outcome.
    source, key : str
        Where they come from, and the column of the identifiers.
    """

    codes: np.ndarray
    named: np.ndarray
    truth: np.ndarray
    days: pd.Series | None
    source: str
    key: str


def read_outcomes(
    table: Table,
    *,
    key: str,
    profile: Profile,
    secret: bytes,
    outcome: str | None = None,
    when: str | None = None,
    means: Mapping[str, str] | None = None,
) -> Outcomes:
    """Read outcomes, to be joined to one batch or many.

    Parameters
    ----------
    table, key, profile, secret, outcome, when : optional
        As in ``join_outcomes``.
    means : mapping of str to str, optional
        By label that is none of the question's answers the answer that it stands for.

    Returns
    -------
    Outcomes
        By code.

    Raises
    ------
    ProblemError
        If a column is not there.
    """
    assert profile.problem is not None
    truth = _outcomes(table, profile, outcome or profile.problem.target, means or {})
    codes, named = coded(_column(table, key), secret)
    days = pd.to_datetime(_column(table, when), errors="coerce") if when else None
    return Outcomes(codes, named, truth, days, table.source, key)


def judge_batch(batch: Batch, keyed: KeyedScores, outcomes: Outcomes, *, profile: Profile, known: date) -> Performance:
    """Join outcomes to the scores of a batch, and judge the model by them.

    Parameters
    ----------
    batch, keyed, profile, known : optional
        As in ``join_outcomes``.
    outcomes : Outcomes
        From ``read_outcomes``.

    Returns
    -------
    Performance
        What was matched, how good the model was, and for whom.

    Raises
    ------
    ProblemError
        If no outcome can be joined.
    """
    problem, named, truth = profile.problem, outcomes.named, outcomes.truth
    assert problem is not None
    early = np.zeros(len(truth), dtype=bool)
    if outcomes.days is not None:
        early = (outcomes.days < pd.Timestamp(batch.day)).to_numpy()
    usable = named & ~np.isnan(truth) & ~early
    theirs, first = np.unique(keyed.codes, return_index=True)
    found, counted = _matched(outcomes.codes[usable], truth[usable], theirs)
    joined = Joined(
        rows=len(truth),
        matched=len(found),
        scored=len(theirs),
        repeated_scores=len(keyed.codes) - len(theirs),
        without_key=int((~named).sum()),
        unknown=int((named & np.isnan(truth)).sum()),
        early=int((named & ~np.isnan(truth) & early).sum()),
        **counted,
    )
    if not len(found):
        raise ProblemError(
            _("No outcome belongs to a customer of the batch “{batch}”.").format(batch=batch.name),
            where=outcomes.source,
            next_step=_why_nobody(outcomes, theirs, early),
        )
    places = first[[place for place, _outcome in found]]
    actual, said = np.asarray([value for _place, value in found]), keyed.said[places]
    enough = len(found) >= FEWEST
    figures = judged(problem, actual, said, batch.threshold) if enough else {}
    return Performance(
        batch=batch.name,
        model=batch.model,
        day=batch.day,
        known=known,
        joined=joined,
        figures=figures,
        differences=_differences(profile, figures, batch.threshold),
        segments=_audits(profile, keyed, places, actual, said, batch.threshold) if enough else {},
    )


def _why_nobody(outcomes: Outcomes, theirs: np.ndarray, early: np.ndarray) -> str:
    there = outcomes.named & np.isin(outcomes.codes, theirs)
    if not there.any():
        return _("Check that “{key}” holds the same identifiers as when the batch was scored.").format(key=outcomes.key)
    if np.isnan(outcomes.truth[there]).all():
        return _("The customers are found, but the column of the outcomes holds none of the question's answers.")
    if early[there].any():
        return _("The customers are found, but their outcomes are dated before the day of the batch.")
    return _("The customers are found, but rows say different things of each.")


def difference_of_samples(name: str, now: Estimate, then: Estimate) -> Estimate:
    """Difference of two estimates on different customers, with an interval from theirs ("square and add").

    Parameters
    ----------
    name : str
        What it is called.
    now, then : Estimate
        Of two samples that share nobody.

    Returns
    -------
    Estimate
        Now minus then.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, "Interval estimation for the difference between independent
    proportions"; Zou and Donner (2008), Statistics in Medicine 27, "Construction of confidence limits about effect
    measures".

    Examples
    --------
    >>> now, then = Estimate("rate", 0.6, 0.5, 0.7, 100), Estimate("rate", 0.5, 0.4, 0.6, 100)
    >>> found = difference_of_samples("rate", now, then)
    >>> round(found.value, 2), round(found.low, 3), round(found.high, 3)
    (0.1, -0.041, 0.241)
    """
    value = now.value - then.value
    low = value - math.hypot(now.value - now.low, then.high - then.value)
    high = value + math.hypot(now.high - now.value, then.value - then.low)
    return Estimate(name, value, low, high, now.n)


def _outcomes(table: Table, profile: Profile, outcome: str, means: Mapping[str, str]) -> np.ndarray:
    """Outcomes as numbers or positions of answers; NaN where unknown."""
    from dataclasses import replace

    from crm_ai.modeling.answers import answers

    column = _column(table, outcome)
    assert profile.problem is not None
    truth = answers(table, replace(profile.problem, target=outcome))
    return translated(truth, column, profile.problem, means)


def _column(table: Table, name: str) -> pd.Series:
    if name not in table.schema:
        raise ProblemError(
            _("There is no column “{name}”.").format(name=name),
            where=table.source,
            next_step=_("Choose one of: {names}.").format(names=_(", ").join(table.schema.names[:12])),
        )
    return table.frame[name]


def _matched(
    codes: np.ndarray, truth: np.ndarray, theirs: np.ndarray
) -> tuple[list[tuple[int, float]], dict[str, int]]:
    """Customers with one outcome, as position and outcome, and what became of the other rows."""
    places = np.searchsorted(theirs, codes)
    there = places < len(theirs)
    there[there] = theirs[places[there]] == codes[there]
    pairs = pd.DataFrame({"place": places[there], "outcome": truth[there]})
    distinct = pairs.drop_duplicates()
    torn = distinct["place"].duplicated(keep=False)
    agreed = distinct[~torn].sort_values("place")
    contradictory = int(pairs["place"].isin(distinct.loc[torn, "place"]).sum())
    counted = {
        "unmatched": int((~there).sum()),
        "duplicated": len(pairs) - contradictory - len(agreed),
        "contradictory": contradictory,
    }
    return list(zip(agreed["place"].tolist(), agreed["outcome"].tolist(), strict=True)), counted


def _differences(profile: Profile, figures: Mapping[str, Estimate], threshold: float) -> dict[str, Estimate]:
    return {
        name: difference_of_samples(name, now, profile.figures[name])
        for name, now in figures.items()
        if name in profile.figures
        and now.known
        and profile.figures[name].known
        and (threshold == THRESHOLD or name not in AT_THRESHOLD)
    }


def _audits(
    profile: Profile, keyed: KeyedScores, places: np.ndarray, actual: np.ndarray, said: np.ndarray, threshold: float
) -> dict[str, dict[str, Any]]:
    from crm_ai.fairness.audit import audit_answers, audit_errors, audit_tally, judged_together

    assert profile.problem is not None
    problem, audits = profile.problem, []
    for name, (groups, names) in keyed.segments.items():
        of = groups[places], names
        if problem.task is Task.REGRESSION:
            audits.append((name, audit_errors(tally_errors(actual, said, *of), segment=name)))
        elif problem.task is Task.BINARY:
            tally = tally_scores(actual.astype(np.int64), said, *of)
            audits.append((name, audit_tally(tally, threshold, segment=name)))
        else:
            counts = tally_confusion(actual.astype(np.intp), said.astype(np.intp), problem.labels, *of)
            audits += [(f"{name} · {answer}", one) for answer, one in audit_answers(counts, segment=name).items()]
    together = judged_together([audit for _name, audit in audits])
    return {name: _told(audit) for (name, _alone), audit in zip(audits, together, strict=True)}


def _told(audit: Audit) -> dict[str, Any]:
    """An audit as plain numbers; groups too small to be judged are not told apart."""
    return {
        "verdict": audit.verdict,
        "judgement": audit.judgement.value,
        "gaps": list(audit.gaps),
        "groups": {
            group: {metric: by_group[group].as_dict() for metric, by_group in audit.by_group.items()}
            for group in audit.compared
        },
    }
