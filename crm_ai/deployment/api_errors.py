"""What a service answers when it cannot do what was asked: a status, a sentence, and which field of which record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_ai.words import _, ngettext

MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field.

    Parameters
    ----------
    field : str
        The field.
    problem : str
        What is wrong, in words; never its content.
    record : int, optional
        Position of the record in the request, the first being 0.
    """

    field: str
    problem: str
    record: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The problem as plain values.

        Returns
        -------
        dict
            Field, problem and, of a record, its position.
        """
        place = {} if self.record is None else {"record": self.record}
        return {**place, "field": self.field, "problem": self.problem}


class ApiError(Exception):
    """A request that cannot be answered as it is.

    Parameters
    ----------
    status : int
        Status of HTTP, 400 to 499.
    what : str
        What is wrong, in a sentence.
    problems : sequence of Problem, default ()
        Which fields are concerned.
    headers : mapping of str to str, optional
        Headers of the answer.
    """

    def __init__(
        self, status: int, what: str, *, problems: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.what, self.problems, self.headers = status, what, tuple(problems), dict(headers or {})
        super().__init__(what)

    def as_json(self, request_id: str) -> dict[str, Any]:
        """The answer's body.

        Parameters
        ----------
        request_id : str
            Tells the request from others.

        Returns
        -------
        dict
            Plain values.
        """
        said: dict[str, Any] = {"status": self.status, "what": self.what, "request_id": request_id}
        if self.problems:
            said["problems"] = [problem.as_json() for problem in self.problems[:MOST_PROBLEMS]]
        if len(self.problems) > MOST_PROBLEMS:
            said["more_problems"] = len(self.problems) - MOST_PROBLEMS
        return {"error": said}


def unfit(problems: Sequence[Problem]) -> ApiError:
    """Say that fields do not fit.

    Parameters
    ----------
    problems : sequence of Problem
        At least one.

    Returns
    -------
    ApiError
        Status 422.
    """
    first = problems[0]
    place = _("record {n}, ").format(n=first.record) if first.record is not None else ""
    more = len(problems) - 1
    sentence = _("{place}field “{field}” {problem}.").format(place=place, field=first.field, problem=first.problem)
    if more:
        sentence += ngettext(" There is {n} more problem.", " There are {n} more problems.", more).format(n=more)
    return ApiError(422, sentence[:1].upper() + sentence[1:], problems=problems)
