"""A candidate and the champion, judged on the same customers: those that neither was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_ai.deployment.model_file import load_model
from crm_ai.deployment.registry import acquaintance
from crm_ai.deployment.registry.evidence import rows_digest
from crm_ai.deployment.registry.finding import find_version
from crm_ai.deployment.registry.tables import CHAMPION
from crm_ai.deployment.registry.versions import Version, alias_number, estimate_from_json, model_name
from crm_ai.deployment.scoring import as_learned
from crm_ai.errors import CrmAiError
from crm_ai.evaluation import Estimate, describe
from crm_ai.modeling import HEADLINE, Model, Problem, Run, Task, score_difference
from crm_ai.table import Table
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.deployment.registry.registry import Registry

FEWEST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstChampion:
    """How a candidate does beside the champion.

    Parameters
    ----------
    champion : int, optional
        Number of the champion's version; None if there is none.
    difference : Estimate, optional
        Candidate minus champion, with its 95 % interval: of ROC AUC, balanced accuracy or R². None if they cannot be
        compared.
    p : float, optional
        How often two equal models would differ as much.
    left_out : int, default 0
        Customers of the holdout whom the champion was trained on, and who therefore have no say.
    why_not : str, default ""
        Why they cannot be compared, in words.
    """

    champion: int | None
    difference: Estimate | None = None
    p: float | None = None
    left_out: int = 0
    why_not: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same as JSON keeps it.

        Returns
        -------
        dict
            With champion, metric, difference, p, left_out and why_not.
        """
        known = self.difference
        return {
            "champion": self.champion,
            "metric": known.name if known else None,
            "difference": known.as_dict() if known else None,
            "p": self.p if self.p is not None and np.isfinite(self.p) else None,
            "left_out": self.left_out,
            "why_not": self.why_not,
        }

    def in_words(self) -> str:
        """The outcome in words.

        Returns
        -------
        str
            One or two sentences, true to the figures.
        """
        gap = self.difference
        if gap is None:
            return self.why_not
        figures = _("{term} {value:+.3f} ({low:+.3f} … {high:+.3f}), on {n} customers that neither has seen").format(
            term=describe(gap.name)[0], value=gap.value, low=gap.low, high=gap.high, n=count(gap.n)
        )
        if gap.low > 0:
            return _("Better than the champion, v{number}: {figures}.").format(number=self.champion, figures=figures)
        if gap.high < 0:
            return _("Worse than the champion, v{number}: {figures}.").format(number=self.champion, figures=figures)
        return _("Not shown to be better or worse than the champion, v{number}: {figures}.").format(
            number=self.champion, figures=figures
        )


def compare_with_champion(registry: Registry, run: Run, model_type: str, *, name: str) -> AgainstChampion:
    """Judge a candidate and the champion on the same customers.

    Parameters
    ----------
    registry : Registry
        The registry.
    run : Run
        The candidate's run.
    model_type : str
        The candidate.
    name : str
        Whose champion.

    Returns
    -------
    AgainstChampion
        The paired difference on those customers of the candidate's holdout that the champion was not trained on; or
        why there is none.
    """
    name = model_name(name)
    with registry.reading() as connection:
        number = alias_number(connection, name, CHAMPION)
    if number is None:
        return AgainstChampion(champion=None, why_not=_("There is no champion to compare with yet."))
    return compare_with(registry, run, model_type, find_version(registry, name, number))


def compare_with(registry: Registry, run: Run, model_type: str, champion: Version) -> AgainstChampion:
    """Judge a candidate and a given champion on the same customers.

    Parameters
    ----------
    registry : Registry
        The registry.
    run : Run
        The candidate's run.
    model_type : str
        The candidate.
    champion : Version
        With whom it is compared.

    Returns
    -------
    AgainstChampion
        As from ``compare_with_champion``.
    """
    try:
        return _compared(registry, run, model_type, champion)
    except CrmAiError as error:  # its file is gone, or its columns are not in the new table
        return _cannot(champion, error.what)


def against_champion(version: Version) -> AgainstChampion:
    """How a version did beside the champion of the day it was registered.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    AgainstChampion
        As it was written down.
    """
    said = version.facts["comparison"]
    known = said["difference"] is not None
    return AgainstChampion(
        champion=said["champion"],
        difference=estimate_from_json(said["metric"], said["difference"]) if known else None,
        p=said["p"],
        left_out=said["left_out"],
        why_not=said["why_not"],
    )


def same_model(one: Version, other: Version) -> bool:
    """Whether two versions are the same model, so that they can differ in their thresholds only.

    Parameters
    ----------
    one, other : Version
        Of any model.

    Returns
    -------
    bool
        True if their files are the same (they may differ in the customers that are taken along), or if both are of
        the same run and type and rank the same customers equally well to the last digit.
    """
    return one.artifact == other.artifact or _marks(one) == _marks(other)


def _marks(version: Version) -> tuple[object, ...]:
    """What is the same of the same model at any threshold; a run alone does not tell files apart that it has judged."""
    decisive = HEADLINE[Task(version.facts["problem"]["task"])][0]
    return version.facts["run"], version.model_type, version.facts["metrics"].get(decisive)


def same_question(one: Problem, other: Problem) -> bool:
    """Whether two models answer the same question, so that their figures may be compared.

    Parameters
    ----------
    one, other : Problem
        What they were trained for.

    Returns
    -------
    bool
        True whatever the columns they look at.
    """
    return all(getattr(one, part) == getattr(other, part) for part in ("target", "task", "labels", "above"))


def _compared(registry: Registry, run: Run, model_type: str, version: Version) -> AgainstChampion:
    champion = load_model(registry.artifacts.get(version.artifact), sha256=version.artifact)
    if not same_question(champion.problem, run.problem):
        return _cannot(version, _("The champion answers another question."))
    frame = as_learned(champion, _holdout(run))[0]
    seen = _seen(registry, run, version, champion, frame)
    if seen is None:
        return _cannot(version, _("It is not known which of these customers the champion was trained on."))
    fresh = ~seen
    if fresh.sum() < FEWEST:
        return _cannot(
            version, _("The champion was trained on all but {n} of these customers.").format(n=count(int(fresh.sum())))
        )
    said = champion.predict(frame)
    found = score_difference(run.problem, run.actual[fresh], run.predictions[model_type][fresh], said[fresh])
    if not found.estimate.known:
        return _cannot(version, _("Too few of the customers left have one of the answers."))
    return AgainstChampion(champion=version.number, difference=found.estimate, p=found.p, left_out=int(seen.sum()))


def _seen(registry: Registry, run: Run, version: Version, champion: Model, frame: Any) -> np.ndarray | None:
    """Which holdout customers the champion was trained on; None if that cannot be told."""
    data: Mapping[str, Any] = version.facts["data"]
    if data["digest"] == run.table.digest and data["holdout"] == rows_digest(run):
        return np.zeros(len(frame), dtype=bool)
    if "trained_on" not in version.facts["files"]:
        return None
    known = acquaintance.read(registry.artifacts.get(version.facts["files"]["trained_on"]))
    return np.isin(acquaintance.fingerprints(champion, frame), known)


def _holdout(run: Run) -> Table:
    frame = run.holdout_frame.reset_index(drop=True)
    return Table(frame, run.table.schema, run.table.source, run.table.digest)


def _cannot(version: Version, why: str) -> AgainstChampion:
    return AgainstChampion(
        champion=version.number, why_not=_("Not comparable with the champion, v{n}: {why}").format(
            n=version.number, why=why
        )
    )  # fmt: skip
