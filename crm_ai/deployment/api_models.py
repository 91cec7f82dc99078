"""What requests and answers look like, made of a model's own columns: checked by Pydantic, told by OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, TypeAdapter, ValidationError, WithJsonSchema
from typing_extensions import TypedDict

from crm_ai.deployment.api_errors import ApiError, Problem, unfit
from crm_ai.deployment.mismatches import range_in_words
from crm_ai.deployment.record_cells import Column as Cells
from crm_ai.deployment.records import RecordScorer
from crm_ai.modeling import Model, Task, question_in_words
from crm_ai.table import LABELLED, Column, Kind
from crm_ai.words import _, count

MOST_LABELS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class RequestReader:
    """Reads the customers of a request.

    Parameters
    ----------
    one, several : TypeAdapter
        Of one record, and of a list of them.
    scorer : RecordScorer
        Reads the cells.
    most : int
        Records that one request may hold.
    """

    one: TypeAdapter[Any]
    several: TypeAdapter[Any]
    scorer: RecordScorer
    most: int

    def read(self, said: Any) -> dict[str, Cells]:
        """Read customers.

        Parameters
        ----------
        said : object
            A request's JSON: ``{"record": {…}}`` or ``{"records": [{…}, …]}``.

        Returns
        -------
        dict of str to array or list
            Cells by column, as the scorer takes them.

        Raises
        ------
        ApiError
            Status 400, 413 or 422; names record, field and problem.
        """
        if not isinstance(said, dict) or ("record" in said) == ("records" in said):
            raise ApiError(400, _('Send an object with either “record” or “records”, such as {"record": {…}}.'))
        single = "record" in said
        records = [said["record"]] if single else said["records"]
        if not isinstance(records, list):
            raise ApiError(422, _("“records” must be a list."), problems=[Problem("records", _("is no list"))])
        if not records:
            raise ApiError(422, _("“records” is empty."), problems=[Problem("records", _("is empty"))])
        if len(records) > self.most:
            raise ApiError(413, _("At most {n} records can be sent at once.").format(n=count(self.most)))
        try:
            return self.scorer.columns_of(records)
        except (KeyError, TypeError, ValueError):
            self._explain(records, single)
            raise

    def _explain(self, records: list[Any], single: bool) -> None:
        """Say what is wrong with which record and field."""
        try:
            self.several.validate_python(records)
        except ValidationError as error:
            raise unfit([_problem(entry, single) for entry in error.errors(include_url=False)]) from None


def request_reader(scorer: RecordScorer, *, most: int) -> RequestReader:
    """Make ready to read the requests of one model.

    Parameters
    ----------
    scorer : RecordScorer
        Of the model.
    most : int
        Records that one request may hold.

    Returns
    -------
    RequestReader
        For its columns.
    """
    fields = {
        column.name: Annotated[
            Any, PlainValidator(scorer.readers[column.name]), WithJsonSchema(cell_schema(scorer.model, column))
        ]
        for column in scorer.model.schema
    }
    customer: Any = TypedDict("Customer", fields)  # type: ignore[misc]
    return RequestReader(TypeAdapter(customer), TypeAdapter(list[customer]), scorer, most)


def cell_schema(model: Model, column: Column) -> dict[str, Any]:
    """Describe what one field may hold, as JSON schema does.

    Parameters
    ----------
    model : Model
        The model.
    column : Column
        One of its features.

    Returns
    -------
    dict
        Plain values.
    """
    if column.kind is Kind.NUMBER:
        known = column.name in model.encoder.ranges
        seen = _(" In training: {low} to {high}.").format(**_bounds(model, column)) if known else ""
        return {"type": ["number", "null"], "minimum": -1e30, "maximum": 1e30, "description": _("Number.") + seen}
    if column.kind is Kind.DATE:
        example = "2024-03-01"
        return {"type": ["string", "null"], "format": "date", "description": _("Date, such as 2024-03-01.")} | (
            {"example": example}
        )
    labels = model.encoder.seen_.get(column.name, [])[:MOST_LABELS_SHOWN]
    description = _("Label; one that was not there in training is told in the answer.")
    return {"type": ["string", "number", "boolean", "null"], "maxLength": 10_000, "description": description} | (
        {"examples": labels} if labels else {}
    )


def model_facts(name: str, version: str, model: Model, threshold: float) -> dict[str, Any]:
    """Describe a model.

    Parameters
    ----------
    name, version : str
        What it is called.
    model : Model
        The model.
    threshold : float
        Of a yes/no question.

    Returns
    -------
    dict
        Plain values: the question, its answers and the columns with kinds and labels or ranges.
    """
    problem = model.problem
    facts: dict[str, Any] = {
        "name": name,
        "version": version,
        "model_type": model.model_type,
        "question": question_in_words(problem),
        "task": problem.task.value,
        "answers": list(problem.labels),
    }
    if problem.task is Task.BINARY:
        facts |= {"positive": problem.positive, "threshold": threshold}
    facts["columns"] = [_column_facts(model, column) for column in model.schema]
    return facts


def _column_facts(model: Model, column: Column) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": column.name, "kind": column.kind.value}
    if column.kind in LABELLED and column.name in model.encoder.seen_:
        labels = model.encoder.seen_[column.name]
        facts |= {"labels": labels[:MOST_LABELS_SHOWN], "labels_in_all": len(labels)}
    elif column.name in model.encoder.ranges:
        low, high = model.encoder.ranges[column.name]
        is_date = column.kind is Kind.DATE
        facts["range"] = list(range_in_words(model, column.name)) if is_date else [low, high]
    return facts


def _bounds(model: Model, column: Column) -> dict[str, str]:
    low, high = range_in_words(model, column.name)
    return {"low": low, "high": high}


def _problem(entry: Any, single: bool) -> Problem:
    place: Sequence[Any] = entry["loc"]
    record = None if single or not place else int(place[0])
    if len(place) < 2:
        return Problem("record" if single else "records", _("is no object of fields"), record)
    if entry["type"] == "missing":
        return Problem(str(place[1]), _("is missing; give null if nothing is known"), record)
    cause: Callable[..., Any] | Any = entry.get("ctx", {}).get("error")
    return Problem(str(place[1]), str(cause) if cause is not None else _("cannot be read"), record)
