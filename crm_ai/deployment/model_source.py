"""Where a service gets its model from, and how it notices that there is another one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crm_ai.deployment.model_file import load_model
from crm_ai.errors import ModelFileError
from crm_ai.modeling import Model
from crm_ai.words import _

DIGITS = 12  # of a file's digest, as its version


@dataclass(frozen=True, slots=True)
class Served:
    """A model that is put to work.

    Parameters
    ----------
    name : str
        What it is called.
    version : str
        Tells it from others of the same name.
    model : Model
        The model.
    threshold : float
        For a yes/no question: the score from which the decision is the positive answer.
    """

    name: str
    version: str
    model: Model
    threshold: float = 0.5


class ModelSource(Protocol):
    """Somewhere a model comes from."""

    def current(self) -> Served:
        """The model that shall work now; asked for every few seconds, so it must be quick if nothing has changed.

        Returns
        -------
        Served
            The same object as before if nothing has changed.

        Raises
        ------
        CrmAiError
            If there is none that can be used.
        """


class FileSource:
    """A model file; another one may take its place at any time.

    Parameters
    ----------
    path : str or Path
        Written by ``save_model``.
    name : str, optional
        What the model is called; by default the file's name without its ending.
    threshold : float, default 0.5
        For a yes/no question: the score from which the decision is the positive answer.
    """

    def __init__(self, path: str | Path, *, name: str = "", threshold: float = 0.5) -> None:
        self.path, self.name, self.threshold = Path(path), name or Path(path).stem, threshold
        self._seen: tuple[int, int, int] | None = None
        self._served: Served | None = None

    def current(self) -> Served:
        """The model in the file.

        Returns
        -------
        Served
            The same object as before if the file's content is the same; the version is the beginning of its SHA-256.

        Raises
        ------
        ModelFileError
            If it cannot be opened, or is no model.
        """
        try:
            there = self.path.stat()
            seen = (there.st_mtime_ns, there.st_size, there.st_ino)
            if self._served is not None and seen == self._seen:
                return self._served
            content = self.path.read_bytes()
        except OSError as error:
            raise ModelFileError(
                _("The file cannot be opened: {reason}.").format(reason=error.strerror or error), where=self.path.name
            ) from error
        version = hashlib.sha256(content).hexdigest()[:DIGITS]
        if self._served is None or self._served.version != version:
            self._served = Served(self.name, version, load_model(content), self.threshold)
        self._seen = seen
        return self._served


class ChampionSource:
    """The version of a registered model that is the champion.

    Parameters
    ----------
    name : str
        What the model is called.
    champion : callable
        Returns version, model and threshold of the champion; raises a ``CrmAiError`` if there is none.
    version : callable, optional
        Returns the champion's version alone, quicker than `champion`.
    """

    def __init__(
        self,
        name: str,
        champion: Callable[[], tuple[str, Model, float]],
        version: Callable[[], str] | None = None,
    ) -> None:
        self.name, self._champion, self._version = name, champion, version
        self._served: Served | None = None

    def current(self) -> Served:
        """The champion.

        Returns
        -------
        Served
            The same object as before if it still is the champion, at the same threshold.

        Raises
        ------
        CrmAiError
            If there is none.
        """
        if self._served is not None and self._version is not None and self._version() == self._served.version:
            return self._served
        version, model, threshold = self._champion()
        known = self._served
        if known is None or (known.version, known.threshold) != (version, threshold):
            self._served = Served(self.name, version, model, threshold)
        assert self._served is not None
        return self._served
