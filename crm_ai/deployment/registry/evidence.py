"""All that is known of a model when it is registered, as JSON keeps it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_ai.cleaning import unmended
from crm_ai.deployment.card import model_card
from crm_ai.deployment.registry.example import input_example, signature
from crm_ai.modeling import Run, headline, question_in_words, segment_name
from crm_ai.modeling.training import package_versions

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.evaluation import Estimate
    from crm_ai.fairness import Audit
    from crm_ai.modeling import Segment
    from crm_ai.table import Finding

FORMAT = 1
MOST_EXPLAINED = 1_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the decision about a model rests on.

    Parameters
    ----------
    facts : mapping
        As ``Version.facts``, without the model file.
    card : str
        The model card.
    """

    facts: Mapping[str, Any]
    card: str


def gather(
    run: Run,
    model_type: str,
    *,
    threshold: float = 0.5,
    findings: Sequence[Finding] = (),
    drivers: pd.DataFrame | None = None,
    segments: Sequence[str | Segment] = (),
) -> Evidence:
    """Gather what is known of a model.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    threshold : float, default 0.5
        Score from which a customer is selected.
    findings : sequence of Finding, optional
        What was found wrong with the data; what the run's repairs have mended is not told.
    drivers : pandas.DataFrame, optional
        What drives the model most, from ``Explanation.importance``; computed if it is not given.
    segments : sequence of str or Segment, default ()
        Whom to compare besides the segments of the question.

    Returns
    -------
    Evidence
        No customer's data.
    """
    from crm_ai.fairness import audit_fairness

    model, problem = run.model(model_type), run.problem
    compared = {segment_name(one): one for one in (*problem.segments, *segments)}
    audits = [audit_fairness(run, model_type, one, threshold=threshold) for one in compared.values()]
    strongest = _drivers(run, model_type) if drivers is None else drivers
    facts = {
        "format": FORMAT,
        "model_type": model_type,
        "question": question_in_words(problem),
        "problem": asdict(problem),
        "settings": dict(run.settings.get(model_type, {})),
        "threshold": threshold,
        "metrics": _figures(headline(run, model_type, threshold=threshold)),
        "cross_validation": _folds(run, model_type),
        "fairness": {audit.segment: _audit(audit) for audit in audits},
        "drivers": [[str(row.column), _plain(row.mean_absolute)] for row in strongest.itertuples()],
        "findings": [[f.severity.value, f.check, f.column, f.rows] for f in unmended(findings, problem.repairs)],
        "data": {
            "source": run.table.source,
            "digest": run.table.digest,
            "customers": len(run.table),
            "trained_on": len(run.train_rows),
            "judged_on": len(run.holdout_rows),
            "holdout": rows_digest(run),
        },
        "run": run.digest,
        "signature": signature(model),
        "ranges": model.ranges is not None,
        "example": input_example(model, run.train_frame if len(run.train_rows) else run.holdout_frame),
        "packages": dict(run.versions) | installed(),
    }
    return Evidence(
        _defined(json.loads(json.dumps(facts, default=_plain))),
        model_card(run, model_type, audits=audits, threshold=threshold),
    )


def rows_digest(run: Run) -> str:
    """Digest of who was judged on, within one table.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str
        Equal for equal customers of equal tables.
    """
    rows = np.sort(run.holdout_rows).astype("<i8").tobytes()
    return hashlib.sha256(run.table.digest.encode() + rows).hexdigest()[:24]


def canonical(facts: Mapping[str, Any]) -> str:
    """Write facts so that reading and writing them again gives the same text; the order of groups stays.

    Parameters
    ----------
    facts : mapping
        What JSON can keep.

    Returns
    -------
    str
        JSON.
    """
    return json.dumps(facts, ensure_ascii=True, allow_nan=False)


def seal(facts: Mapping[str, Any], card: str, artifact: str) -> str:
    """Digest of all that is registered.

    Parameters
    ----------
    facts : mapping
        The facts.
    card : str
        The model card.
    artifact : str
        SHA-256 of the model file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    card_digest = hashlib.sha256(card.encode("utf-8", "surrogatepass")).hexdigest()
    return hashlib.sha256(f"{canonical(facts)}\n{card_digest}\n{artifact}".encode()).hexdigest()


def installed() -> dict[str, str]:
    """Versions of the packages that are here now.

    Returns
    -------
    dict of str to str
        Those that decide a model's numbers, and those that write it.
    """
    from importlib.metadata import version

    return package_versions() | {name: version(name) for name in ("scipy", "skops")}


def _drivers(run: Run, model_type: str) -> pd.DataFrame:
    """What drives a model most; of one that came as a file compared with customers it has taken along, if any."""
    from crm_ai.explanation import explain, explainer_of
    from crm_ai.explanation.shapley import explain_rows

    if len(run.train_rows):
        return explain(run, model_type).importance()
    model = run.model(model_type)
    others = run.holdout_frame[list(run.problem.features)] if model.references is None else None
    ready = explainer_of(model, others, customers=MOST_EXPLAINED)
    rows = run.holdout_rows[: min(MOST_EXPLAINED, ready.most_customers)]
    return explain_rows(run, ready, rows).importance()


def _figures(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: estimate.as_dict() for name, estimate in estimates.items()}


def _folds(run: Run, model_type: str) -> dict[str, list[float | None]]:
    scores = run.cross_validation
    mine = scores[scores["model"] == model_type]
    return {
        str(metric): [_plain(value) for value in group["value"]] for metric, group in mine.groupby("metric", sort=False)
    }


def _audit(audit: Audit) -> dict[str, Any]:
    return {
        "judgement": audit.judgement.value,
        "verdict": audit.verdict,
        "gaps": list(audit.gaps),
        "sizes": dict(audit.sizes),
        "too_few": list(audit.too_few),
        "overall": _figures(audit.overall),
        "difference": _figures(audit.difference),
        "ratio": _figures(audit.ratio),
        "parity": _figures(audit.parity),
        "by_group": {metric: _figures(groups) for metric, groups in audit.by_group.items()},
    }


def _defined(said: Any) -> Any:
    """Say None for what is undefined, at any depth."""
    if isinstance(said, dict):
        return {key: _defined(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_defined(value) for value in said]
    return None if isinstance(said, float) and not math.isfinite(said) else said


def _plain(value: Any) -> Any:
    """Turn what comes from arrays into what JSON knows; what is undefined into None."""
    item = getattr(value, "item", None)
    known = item() if callable(item) else value
    if isinstance(known, float) and not math.isfinite(known):
        return None
    if isinstance(known, str | int | float | bool) or known is None:
        return known
    return str(known)
