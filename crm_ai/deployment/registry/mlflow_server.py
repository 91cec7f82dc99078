"""The organisation's MLflow server: its address, a Python that can speak to it, and handing a folder over.

MLflow asks for older versions of packages that crm_ai uses, so it may live in a virtual environment of its own (see
``crm_ai.deployment.mlflow_log``).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crm_ai.deployment import mlflow_log
from crm_ai.errors import RegistryError
from crm_ai.files import PROJECT
from crm_ai.words import _, count, shorten

TRACKING_URI = "MLFLOW_TRACKING_URI"
PYTHON = "CRM_AI_MLFLOW_PYTHON"
SECONDS = 600
# All that the program that speaks to the server gets to know of this one's environment.
NEEDED = frozenset(
    (
        "PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "OMP_NUM_THREADS",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    )
)  # fmt: skip
# For the server that was configured beside them, and for no other: its credentials, and those of its files' store.
HOMES = ("HOME", "USERPROFILE")
FOR_THE_CONFIGURED = ("MLFLOW_", "AWS_", "AZURE_", "GOOGLE_", *HOMES)


class NoAnswerError(RegistryError):
    """The server was asked, and nobody knows what it has done."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where a version is on an MLflow server.

    Parameters
    ----------
    name : str
        Name of the registered model there.
    version : int
        Its version there.
    run : str
        Identifier of the run there.
    """

    name: str
    version: int
    run: str

    @property
    def address(self) -> str:
        """As ``mlflow models serve -m`` takes it."""
        return f"models:/{self.name}/{self.version}"


def address(environ: Mapping[str, str], given: str | None = None) -> str:
    """Which server is meant.

    Parameters
    ----------
    environ : mapping of str to str
        Environment variables.
    given : str, optional
        Its address; by default ``MLFLOW_TRACKING_URI``.

    Returns
    -------
    str
        One that can be read.

    Raises
    ------
    RegistryError
        If there is none, or it cannot be read.
    """
    uri = (given or environ.get(TRACKING_URI, "")).strip()
    if not uri:
        raise RegistryError(
            _("It is not said which MLflow server is meant."), next_step=_("Set MLFLOW_TRACKING_URI to its address.")
        )
    try:
        urlsplit(uri).port  # noqa: B018  read for what it raises
    except ValueError:
        raise RegistryError(
            _("This is not the address of a server."), next_step=_("It begins with https:// or http://.")
        ) from None
    return uri


def place_of(uri: str) -> str:
    """Where a server is, without user, password and whatever else may be secret.

    Parameters
    ----------
    uri : str
        Its address.

    Returns
    -------
    str
        Scheme, host, port and path.

    Examples
    --------
    >>> place_of("https://ann:secret@mlflow.example.com:8080/team?token=x")
    'https://mlflow.example.com:8080/team'
    """
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def find_python(environ: Mapping[str, str], python: str | Path | None = None) -> str:
    """Find a Python that has MLflow.

    Parameters
    ----------
    environ : mapping of str to str
        Environment variables.
    python : str or Path, optional
        The one that is meant.

    Returns
    -------
    str
        Its path.

    Raises
    ------
    RegistryError
        If there is none.
    """
    own = PROJECT / ".venv-mlflow" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    meant = python or environ.get(PYTHON)
    if meant is None and importlib.util.find_spec("mlflow") is not None:
        return sys.executable
    program = Path(meant or own)
    if not program.is_file():
        raise RegistryError(
            _("MLflow is not installed."),
            where=str(program),
            next_step=_(
                "Install it into an environment of its own: python3 -m venv .venv-mlflow && "
                ".venv-mlflow/bin/pip install -r requirements-mlflow.txt"
            ),
        )
    return str(program)


def hand_over(program: str, folder: Path, uri: str, environ: Mapping[str, str]) -> Published:
    """Let a Python that has MLflow hand a folder over.

    Parameters
    ----------
    program : str
        From ``find_python``.
    folder : Path
        As ``mlflow_folder.prepare`` has prepared it.
    uri : str
        Address of the server.
    environ : mapping of str to str
        Environment variables; the program gets only those that it needs.

    Returns
    -------
    Published
        Where it is now.

    Raises
    ------
    NoAnswerError
        If it takes longer than ten minutes.
    RegistryError
        If the server does not take it.
    """
    words = [program, "-I", mlflow_log.__file__, str(folder)]
    known = environment(environ, uri, folder)
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, env=known, cwd=folder, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NoAnswerError(
            _(
                "The MLflow server did not answer within {n} minutes: whether it has taken the model is not known."
            ).format(n=count(SECONDS // 60)),
            where=place_of(uri),
            next_step=_("Look there before you publish it again."),
        ) from error
    except OSError as error:
        raise _refused(uri, type(error).__name__) from error
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"name"')]
    if done.returncode or not lines:
        told = [line for line in done.stderr.splitlines() if line.strip()]
        raise _refused(uri, told[-1] if told else "–")
    return Published(**json.loads(lines[-1]))


def environment(environ: Mapping[str, str], uri: str, folder: Path) -> dict[str, str]:
    """What a program that speaks to a server gets to know: credentials only for the server they are for.

    Parameters
    ----------
    environ : mapping of str to str
        Environment variables of this program.
    uri : str
        Address of the server.
    folder : Path
        Stands in for the home folder, which may hold credentials, where another server is asked.

    Returns
    -------
    dict of str to str
        Environment variables of that program.
    """
    configured = uri.rstrip("/") == environ.get(TRACKING_URI, "").strip().rstrip("/")
    known = {name: value for name, value in environ.items() if name.upper() in NEEDED}
    if configured:
        known |= {name: value for name, value in environ.items() if name.startswith(FOR_THE_CONFIGURED)}
    else:
        known |= dict.fromkeys(HOMES, str(folder))
    return known | {TRACKING_URI: uri, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "TQDM_DISABLE": "1"}


def _refused(uri: str, said: str) -> RegistryError:
    secret = urlsplit(uri).netloc.rpartition("@")[0]
    for part in {secret, *secret.split(":")} - {""}:
        said = said.replace(part, "…")
    return RegistryError(
        _("The MLflow server did not take the model. It says: {words}").format(words=shorten(said, 300)),
        where=place_of(uri),
        next_step=_("Look whether the address is right and the server runs, and whether a part has arrived there."),
    )
