"""A model on its way to workers: the bytes of its file, opened once a worker process, never a pickled pipeline."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from crm_ai.deployment.model_file import load_model, model_bytes
from crm_ai.modeling import Model

if TYPE_CHECKING:
    from crm_ai.explanation import Explainer

MOST_KEPT = 2


@dataclass(frozen=True, slots=True)
class CarriedModel:
    """A model as its file.

    Parameters
    ----------
    digest : str
        SHA-256 of the content; equal digests mean equal models.
    content : bytes
        What ``save_model`` writes.
    """

    digest: str
    content: bytes = field(compare=False, repr=False)


def carried(model: Model) -> CarriedModel:
    """Pack a model.

    Parameters
    ----------
    model : Model
        A fitted model.

    Returns
    -------
    CarriedModel
        Its file.
    """
    content = model_bytes(model)
    return CarriedModel(hashlib.sha256(content).hexdigest(), content)


@lru_cache(maxsize=MOST_KEPT)
def opened(packed: CarriedModel) -> Model:
    """Unpack a model without running anything that is in it; the next time in this process it is there already.

    Parameters
    ----------
    packed : CarriedModel
        The model.

    Returns
    -------
    Model
        The model.

    Raises
    ------
    ModelFileError
        As ``load_model``.
    """
    return load_model(packed.content, sha256=packed.digest)


@lru_cache(maxsize=MOST_KEPT)
def explainer(packed: CarriedModel, label: str | None, scale: str | None, customers: int) -> Explainer:
    """Make ready to explain a model; the next time in this process it is ready already.

    Parameters
    ----------
    packed : CarriedModel
        The model.
    label, scale, customers
        As for ``explainer_of``.

    Returns
    -------
    Explainer
        Of the model.
    """
    from crm_ai.explanation import explainer_of

    return explainer_of(opened(packed), label=label, scale=scale, customers=customers)
