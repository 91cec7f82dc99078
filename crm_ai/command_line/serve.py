"""``python -m crm_ai serve``: put a saved model to work as a service."""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
from typing import TYPE_CHECKING

from crm_ai.command_line.options import make_command, positive, share
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from fastapi import FastAPI

    from crm_ai.deployment.model_source import ChampionSource
    from crm_ai.modeling import Model

SETTINGS = "CRM_AI_SERVE"  # how settings reach the processes of several workers
EXAMPLES = """\
examples:
  python -m crm_ai keys add shop --keys keys.json
  python -m crm_ai serve churn.crm --keys keys.json
  python -m crm_ai serve --champion churn --keys keys.json
  python -m crm_ai serve churn.crm --host 0.0.0.0 --port 8080 --workers 2 --keys keys.json --threshold 0.3
  curl -H "X-API-Key: crm_…" -H "Content-Type: application/json" -d '{"record": {…}}' localhost:8000/v1/score
"""


def add_serve(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(commands, "serve", "answer requests for scores by HTTP, with a saved model", EXAMPLES)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "model", metavar="MODEL", nargs="?", help=_("file written by train --save; may be replaced at any time")
    )
    what.add_argument(
        "--champion",
        metavar="NAME",
        help=_("instead of a file: the champion of this name in the registry, and its successors as they are promoted"),
    )
    parser.add_argument("--name", help=_("what the model is called (default: the file's name)"))
    parser.add_argument(
        "--threshold",
        type=share,
        default=0.5,
        help=_("score from which the decision is yes (of a champion: as it was approved)"),
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen at (default: 8000)")
    parser.add_argument("--workers", type=positive, default=1, help="processes (default: 1)")
    parser.add_argument("--keys", metavar="FILE", help="who may ask, see the command keys (default: this machine)")
    parser.add_argument("--rate", type=_rate, default=100.0, help="requests a second for each key and worker")
    parser.add_argument("--burst", type=positive, default=200, help="requests at once for each key and worker")
    parser.add_argument("--most-records", type=positive, default=10_000, help="records of a request (default: 10,000)")
    parser.add_argument("--largest-body", type=positive, default=16, metavar="MIB", help="MiB of a request")
    parser.add_argument("--poll", type=_rate, default=5.0, metavar="SECONDS", help="how often to look for a new model")
    parser.set_defaults(command=serve_command)


def serve_command(options: argparse.Namespace) -> None:
    """Answer requests until somebody ends it.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If the model cannot be used, or others could ask without a key.
    """
    import uvicorn

    from crm_ai.deployment import load_model

    if not options.keys and not _is_here(options.host):
        raise CrmAiError(
            _("Without keys anybody in the network could ask."),
            where=options.host,
            next_step=_("Make a key with: python -m crm_ai keys add NAME --keys FILE, and give --keys FILE."),
        )
    if options.champion:
        _champion(options.champion).current()
    else:
        load_model(options.model)
    os.environ[SETTINGS] = json.dumps({name: value for name, value in vars(options).items() if name != "command"})
    uvicorn.run(
        "crm_ai.command_line.serve:api_of_environment",
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=30,
    )


def api_of_environment() -> FastAPI:
    """The application as the command line has asked for it; made anew in each worker.

    Returns
    -------
    fastapi.FastAPI
        The application.
    """
    from crm_ai.deployment.api import make_api
    from crm_ai.deployment.api_keys import KeyRing
    from crm_ai.deployment.api_limits import Limits
    from crm_ai.deployment.model_source import FileSource, ModelSource

    said = json.loads(os.environ[SETTINGS])
    source: ModelSource = (
        _champion(said["champion"], said["name"] or "")
        if said["champion"]
        else FileSource(said["model"], name=said["name"] or "", threshold=said["threshold"])
    )
    keys = KeyRing(said["keys"]) if said["keys"] else None
    limits = Limits(said["largest_body"] << 20, said["most_records"], said["rate"], said["burst"])
    return make_api(source, keys=keys, limits=limits, poll_seconds=said["poll"])


def _champion(name: str, called: str = "") -> ChampionSource:
    """The champion of the registry, asked for its number only until another one is promoted."""
    from crm_ai.deployment.model_source import ChampionSource
    from crm_ai.deployment.registry import champion, current_version, open_registry

    registry = open_registry()

    def at_work() -> tuple[str, Model, float]:
        version, model, threshold = champion(registry, name)
        return str(version.number), model, threshold

    return ChampionSource(called or name, at_work, lambda: str(current_version(registry, name)))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _rate(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value
