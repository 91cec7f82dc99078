"""``python -m crm_ai register``, and ``train --register``: candidates for the registry."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.inspect import read
from crm_ai.command_line.options import add_file, make_command, share
from crm_ai.errors import RegistryError
from crm_ai.words import _, count, number

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.deployment.registry import Person, Version
    from crm_ai.modeling import Run
    from crm_ai.table import Finding

SHOWN = ("roc_auc", "average_precision", "balanced_accuracy", "macro_f1", "r2", "mae")
EXAMPLES = """\
examples:
  python -m crm_ai train customers.csv --target Churn --register churn --why "data of March"
  python -m crm_ai register churn.crm customers_of_april.csv --name churn --why "from the agency"
  python -m crm_ai register churn.crm customers_of_april.csv --name churn --why "…" --record run.json --threshold 0.3
"""


def add_register(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(
        commands, "register", "register a saved model, judged on customers it was never trained on", EXAMPLES
    )
    parser.add_argument("model", metavar="MODEL", help="file written by train --save or downloaded from the app")
    add_file(parser)
    parser.add_argument("--name", required=True, help="what the model is for, such as churn")
    parser.add_argument("--why", required=True, metavar="WORDS", help="for the log")
    parser.add_argument("--by", metavar="WHO", help="who does this (default: local user)")
    parser.add_argument("--threshold", type=share, default=0.5, help="score from which a customer is selected")
    parser.add_argument(
        "--record", metavar="JSON", help="written by train --record: makes sure that FILE is not what it was trained on"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(command=register_command)


def register_command(options: argparse.Namespace) -> None:
    """Judge a model file on other customers, and register it.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If the model cannot be judged on the file, or may not be registered.
    """
    from crm_ai.deployment import load_model
    from crm_ai.deployment.registry import check_record, judge_elsewhere, open_registry, register
    from crm_ai.modeling import read_record
    from crm_ai.table import inspect

    model, table = load_model(options.model), read(options)
    if options.record:
        check_record(read_record(options.record), table)
    run = judge_elsewhere(model, table)
    version = register(
        run,
        model.model_type,
        open_registry(),
        name=options.name,
        by=person(options.by),
        note=options.why,
        threshold=options.threshold,
        findings=inspect(table, target=model.problem.target),
    )
    if options.json:
        print_json(version_as_json(version))
    else:
        print_registered(version)


def check_registering(options: argparse.Namespace) -> None:
    """Refuse a name or a missing reason before anything is trained.

    Parameters
    ----------
    options : argparse.Namespace
        With register, why and by.

    Raises
    ------
    RegistryError
        If registering would be refused in the end.
    """
    if not options.register:
        return
    if not options.why.strip():
        raise RegistryError(_("There is no reason given."), next_step=_("Say why you register it: --why WORDS."))
    from crm_ai.deployment.registry import model_name, open_registry

    model_name(options.register)
    person(options.by)
    open_registry()


def register_trained(
    run: Run, model_type: str, options: argparse.Namespace, *, findings: Sequence[Finding], drivers: pd.DataFrame
) -> Version:
    """Register a model that was just trained.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        Which of its models.
    options : argparse.Namespace
        With register, why, by, threshold and no_references.
    findings : sequence of Finding
        What is wrong with the data.
    drivers : pandas.DataFrame
        What drives the model most.

    Returns
    -------
    Version
        As it is registered.
    """
    from crm_ai.deployment.registry import open_registry, register

    return register(
        run,
        model_type,
        open_registry(),
        name=options.register,
        by=person(options.by),
        note=options.why,
        threshold=options.threshold,
        findings=findings,
        drivers=drivers,
        references=not options.no_references,
    )


def person(said: str | None) -> Person:
    """Who types: nobody signs in on a command line, so a name is written down as it is said.

    Parameters
    ----------
    said : str, optional
        From ``--by``.

    Returns
    -------
    Person
        The local user, or somebody of this name; both may do everything that the machine's files let them do.
    """
    from crm_ai.deployment.registry import LOCAL_USER, Person, Role

    return LOCAL_USER if said is None else Person(said, Role.APPROVER)


def version_as_json(version: Version) -> dict[str, Any]:
    """Put all that is known of a version into plain dictionaries.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    dict
        Ready for ``json.dumps``.
    """
    return {
        "name": version.name,
        "version": version.number,
        "state": version.state,
        "aliases": list(version.aliases),
        "digest": version.digest,
        "registered_by": version.registered_by,
        "registered_at": version.registered_at,
        "note": version.note,
        "facts": dict(version.facts),
    }


def print_registered(version: Version) -> None:
    """Say what was registered, and what comes next.

    Parameters
    ----------
    version : Version
        The version.
    """
    from crm_ai.deployment.registry import against_champion

    print(_("registered as {version}: {question}").format(version=version.label, question=version.facts["question"]))
    print("  " + figures(version))
    for segment, audit in version.facts["fairness"].items():
        print(f"  {segment}: {audit['verdict']}")
    print("  " + against_champion(version).in_words())
    print(_("next: look at it, then python -m crm_ai approve {name} {number} --why … --tick …").format(
        name=json.dumps(version.name, ensure_ascii=False), number=version.number
    ))  # fmt: skip


def figures(version: Version) -> str:
    """A version's chief figures in one line.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    str
        With intervals and the number of customers.
    """
    from crm_ai.evaluation import describe

    found = [version.metrics[name] for name in SHOWN if name in version.metrics][:2]
    words = [f"{describe(e.name)[0]} {number(e.value)} ({number(e.low)} – {number(e.high)})" for e in found]
    judged = version.facts["data"]["judged_on"]
    return ", ".join(words) + _("; judged on {n} customers").format(n=count(judged))


def print_json(content: object) -> None:
    """Print what a program reads.

    Parameters
    ----------
    content : object
        Plain numbers and texts.
    """
    print(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))
