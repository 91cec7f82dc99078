"""What a pipeline of other people says, checked before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.modeling.labels import label_codes
from crm_ai.words import _

ROUNDING = 1e-6
LONGEST = 200
ANSWERS_SHOWN = 12


def places_of(classes: Sequence[str], labels: Sequence[str], *, is_rest: bool = False) -> list[int]:
    """Which of the question's answers each of a pipeline's classes is.

    Parameters
    ----------
    classes : sequence of str
        The pipeline's classes, as texts.
    labels : sequence of str
        The question's answers; of two the negative one first.
    is_rest : bool, default False
        Whether the first of two answers stands for all but the second.

    Returns
    -------
    list of int
        Positions in `labels`.

    Raises
    ------
    CrmAiError
        If a class is none of the answers.

    Examples
    --------
    >>> places_of(["Yes", "No"], ["No", "Yes"]), places_of(["0", "1"], ["No", "Yes"]), places_of(["False"], ["0", "1"])
    ([1, 0], [0, 1], [0])
    """
    known = {label: place for place, label in enumerate(labels)}
    if all(name in known for name in classes):
        return [known[name] for name in classes]
    coded = {"0": 0, "1": 1, "False": 0, "True": 1}
    if len(labels) == 2 and all(name in coded for name in classes):
        return [coded[name] for name in classes]
    if is_rest and labels[1] in classes:
        return [int(name == labels[1]) for name in classes]
    raise CrmAiError(
        _("The pipeline's answers ({classes}) are not those of the question ({labels}).").format(
            classes=_(", ").join(classes[:ANSWERS_SHOWN]), labels=_(", ").join(labels[:ANSWERS_SHOWN])
        ),
        next_step=_("Ask the question that the pipeline was fitted to answer."),
    )


def class_texts(classes: Any) -> list[str]:
    """A pipeline's classes as texts, in their order.

    Parameters
    ----------
    classes : array
        From ``classes_``.

    Returns
    -------
    list of str
        Whole numbers without decimals.
    """
    texts, codes = label_codes(pd.Series(np.asarray(classes).ravel()))
    return [texts[code] for code in codes]


def said_of_each(ask: Callable[[pd.DataFrame], Any], frame: pd.DataFrame) -> np.ndarray:
    """Ask for predictions, and make sure there is one for each customer.

    Parameters
    ----------
    ask : callable
        Other people's code; takes the frame.
    frame : pandas.DataFrame of length n
        Customers as the pipeline takes them.

    Returns
    -------
    numpy.ndarray of length n
        What it says, of any type.

    Raises
    ------
    CrmAiError
        If it raises, or says something else.
    """
    size = len(frame)
    try:
        said = np.asarray(ask(frame))
    except CrmAiError:
        raise
    except Exception as error:  # whatever other people's code makes of these customers
        reason = next(iter(str(error).splitlines()), "")[:LONGEST]
        raise CrmAiError(
            _("The pipeline could not predict ({reason}).").format(reason=f"{type(error).__name__}: {reason}"),
            next_step=_(
                "Check that the question's features are the columns that the pipeline was fitted on, and that it takes "
                "missing cells and new labels."
            ),
        ) from error
    if said.ndim == 0 or len(said) != size:
        raise CrmAiError(
            _("Asked about {n} customers, the pipeline says something else than one prediction for each.").format(
                n=size
            ),
            next_step=_("Give a pipeline that neither drops nor adds customers."),
        )
    return said


def finite_numbers(said: np.ndarray) -> np.ndarray:
    """Take what a pipeline says as numbers.

    Parameters
    ----------
    said : numpy.ndarray
        Of any type.

    Returns
    -------
    numpy.ndarray of float64
        Finite, of the same shape.

    Raises
    ------
    CrmAiError
        If it says texts, or something missing or infinite.
    """
    try:
        numbers = said.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise CrmAiError(
            _("The pipeline says texts where numbers are asked for."),
            next_step=_("Ask the question that the pipeline was fitted to answer."),
        ) from error
    if not np.isfinite(numbers).all():
        raise not_finite()
    return numbers


def not_finite() -> CrmAiError:
    """Say that predictions are missing or infinite.

    Returns
    -------
    CrmAiError
        To be raised.
    """
    return CrmAiError(
        _("Some of the pipeline's predictions are missing or infinite."),
        next_step=_("Let the pipeline fill missing cells, or keep such customers from it."),
    )


def unlike(wanted: str, said: np.ndarray) -> CrmAiError:
    """Say that predictions have another shape than the question asks for.

    Parameters
    ----------
    wanted : str
        What was to be said of each customer, in words.
    said : numpy.ndarray
        What is said.

    Returns
    -------
    CrmAiError
        To be raised.
    """
    return CrmAiError(
        _("The pipeline was to say {wanted} of each customer; it says an array of shape {shape}.").format(
            wanted=wanted, shape="(" + ", ".join(["n", *map(str, said.shape[1:])]) + ")"
        ),
        next_step=_("Ask the question that the pipeline was fitted to answer."),
    )
