"""The model that a service works with at the moment, and its exchange for another one between two requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crm_ai.deployment.api_errors import ApiError
from crm_ai.deployment.api_log import Log
from crm_ai.deployment.api_models import RequestReader, model_facts, request_reader
from crm_ai.deployment.model_source import ModelSource, Served
from crm_ai.deployment.records import Encoded, RecordScorer
from crm_ai.errors import CrmAiError
from crm_ai.modeling import Task


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A model with all that is needed to answer requests.

    Parameters
    ----------
    served : Served
        The model.
    scorer : RecordScorer
        Scores records.
    reader : RequestReader
        Reads requests.
    facts : dict
        What ``GET /v1/model`` tells.
    """

    served: Served
    scorer: RecordScorer
    reader: RequestReader
    facts: dict[str, Any]

    def answer(self, said: Any, *, reasons: int) -> dict[str, Any]:
        """Score the customers of a request.

        Parameters
        ----------
        said : object
            The request's JSON.
        reasons : int
            Reasons that are told of each customer.

        Returns
        -------
        dict
            Plain values: scores in the order of the records, and warnings of what did not fit.

        Raises
        ------
        ApiError
            If the request does not fit.
        """
        columns = self.reader.read(said)
        model = self.served.model
        try:
            encoded: Encoded = self.scorer.encode(columns)
            predicted = model.predict_encoded(encoded.matrix)
            scores = scores_as_json(self.served, predicted)
            if reasons:
                told = self.scorer.reasons(columns, encoded.matrix, reasons)
                scores = [entry | {"reasons": words} for entry, words in zip(scores, told, strict=True)]
        except CrmAiError as error:
            raise ApiError(422, str(error)) from error
        warnings = [
            {"field": found.column, "records": found.rows, "what": found.what}
            for found in encoded.differences.told(model)
        ]
        return {
            "model": {"name": self.served.name, "version": self.served.version},
            "scores": scores,
            "warnings": warnings,
        }


def ready(served: Served, *, most: int) -> Ready:
    """Make a model ready to answer requests, and try it out.

    Parameters
    ----------
    served : Served
        The model.
    most : int
        Records that one request may hold.

    Returns
    -------
    Ready
        It has scored a customer of whom nothing is known.
    """
    scorer = RecordScorer(served.model)
    made = Ready(
        served,
        scorer,
        request_reader(scorer, most=most),
        model_facts(served.name, served.version, served.model, served.threshold),
    )
    made.answer({"record": dict.fromkeys(served.model.schema.names)}, reasons=0)
    return made


class Serving:
    """Keeps the model that works now, and looks for another one.

    Parameters
    ----------
    source : ModelSource
        Where models come from.
    most : int
        Records that one request may hold.
    log : Log
        Where changes are told.

    Raises
    ------
    CrmAiError
        If there is no model to begin with.
    """

    def __init__(self, source: ModelSource, *, most: int, log: Log) -> None:
        self._source, self._most, self._log = source, most, log
        self.trouble = ""
        self.now = ready(source.current(), most=most)

    def poll(self) -> bool:
        """Look for another model; requests that are under way end with the one they began with.

        Returns
        -------
        bool
            Whether there is another one now. If the new one cannot be used, the old one stays and `trouble` says why.
        """
        before = self.now.served
        try:
            served = self._source.current()
            if served is not before:
                self.now = ready(served, most=self._most)
        except Exception as error:  # whatever a damaged model makes the loader stumble over, the old one goes on
            told = str(error) if isinstance(error, CrmAiError) else type(error).__name__
            if told != self.trouble:
                self._log("model_refused", reason=told, kept=before.version)
            self.trouble = told
            return False
        self.trouble = ""
        if self.now.served is before:
            return False
        self._log("model_changed", before=before.version, now=served.version)
        return True


def scores_as_json(served: Served, predicted: np.ndarray) -> list[dict[str, Any]]:
    """Write predictions as plain values.

    Parameters
    ----------
    served : Served
        The model.
    predicted : numpy.ndarray
        As ``Model.predict`` says it.

    Returns
    -------
    list of dict
        One entry a customer; null for what is no finite number.
    """
    model, problem = served.model, served.model.problem
    if problem.task is Task.BINARY:
        no, yes = problem.labels
        chosen = (predicted >= served.threshold).tolist()
        return [
            {"score": score, "decision": yes if is_yes else no}
            for score, is_yes in zip(_plain(predicted), chosen, strict=True)
        ]
    if problem.task is Task.MULTICLASS:
        best = predicted.argmax(axis=1).tolist()
        return [
            {"prediction": problem.labels[place], "probabilities": dict(zip(problem.labels, row, strict=True))}
            for place, row in zip(best, predicted.tolist(), strict=True)
        ]
    columns: dict[str, Sequence[float | None]] = {"prediction": _plain(predicted)}
    if model.ranges is not None:
        share = f"{100 * model.ranges.level:g}"
        low, high = model.ranges.around(predicted)
        columns |= {f"low_{share}": _plain(low), f"high_{share}": _plain(high)}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(values: np.ndarray) -> list[float | None]:
    plain = values.tolist()
    return plain if np.isfinite(values).all() else [v if np.isfinite(v) else None for v in plain]


def answer_schema(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Describe one score, as JSON schema does.

    Parameters
    ----------
    facts : mapping
        Of the model.

    Returns
    -------
    dict
        Plain values.
    """
    number = {"type": ["number", "null"]}
    reasons = {"type": "array", "items": {"type": "string"}}
    if facts["task"] == Task.BINARY.value:
        score = {"score": number, "decision": {"type": "string", "enum": facts["answers"]}}
        required = ["score", "decision"]
    elif facts["task"] == Task.MULTICLASS.value:
        score = {
            "prediction": {"type": "string", "enum": facts["answers"]},
            "probabilities": {"type": "object", "additionalProperties": number},
        }
        required = ["prediction", "probabilities"]
    else:
        score, required = {"prediction": number}, ["prediction"]
    return {"type": "object", "properties": score | {"reasons": reasons}, "required": required}
