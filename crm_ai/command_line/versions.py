"""What is decided about registered models: approve, promote, rollback, stand-down, withdraw, set-aside."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from crm_ai.command_line.options import make_command, names
from crm_ai.command_line.register import figures, person, print_json, version_as_json
from crm_ai.errors import RegistryError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.deployment.registry import Answer, Item, Registry, Version

ITEMS = ("metrics", "reasons", "fairness", "data quality", "leakage")
VERSIONS_EXAMPLES = """\
examples:
  python -m crm_ai versions
  python -m crm_ai versions churn --json
"""
APPROVE_EXAMPLES = """\
All five items must be answered: metrics, reasons, fairness, "data quality", leakage.
If one is refused, the version is refused; it can be decided anew.

examples:
  python -m crm_ai approve churn 3 --why "all well" --tick "metrics,reasons,fairness,data quality,leakage"
  python -m crm_ai approve churn 3 --why "not yet" --tick "metrics,reasons,data quality,leakage" \\
      --refuse "fairness=seniors are selected twice as often"
"""
PROMOTE_EXAMPLES = """\
examples:
  python -m crm_ai promote churn 3 --why "better by 2 points"
  python -m crm_ai promote churn 4 --as challenger --why "to be tried"
"""
STAND_DOWN_EXAMPLES = """\
Nothing is at work afterwards (or on trial); what was at work last can be brought back with rollback.
Services that run go on with the version they have until they are ended; /ready says that there is no champion.

examples:
  python -m crm_ai stand-down churn --why "complaints"
  python -m crm_ai stand-down churn --challenger --why "tried long enough"
"""
PUBLISH_EXAMPLES = """\
examples:
  MLFLOW_TRACKING_URI=https://mlflow.example.com python -m crm_ai publish churn champion --why "for the call centre"
"""
SET_ASIDE_EXAMPLES = """\
A wrong file was remembered, or the same customers twice: that batch counts no more, neither for alerts nor
for outcomes. It is kept, and with --undo it counts again.

examples:
  python -m crm_ai set-aside churn champion "march 2026" --why "the file of another shop"
  python -m crm_ai set-aside churn champion "march 2026" --undo --why "it was the right one"
"""


def add_registry_commands(commands: argparse._SubParsersAction) -> None:
    """Describe the commands.

    Parameters
    ----------
    commands : argparse subparsers
        Where they are added.
    """
    listed = make_command(commands, "versions", "list registered models and what they are", VERSIONS_EXAMPLES)
    listed.add_argument("name", nargs="?", help="only versions of this model")
    listed.set_defaults(command=versions_command)
    approve = make_command(commands, "approve", "decide whether a version may go to work", APPROVE_EXAMPLES)
    _add_version(approve)
    approve.add_argument("--tick", type=names, default=(), metavar="A,B,…", help="items that are good enough")
    approve.add_argument("--refuse", action="append", default=[], metavar="ITEM=WORDS", help="an item that is not")
    approve.set_defaults(command=approve_command)
    promote = make_command(commands, "promote", "make an approved version champion or challenger", PROMOTE_EXAMPLES)
    _add_version(promote)
    promote.add_argument("--as", dest="alias", choices=("champion", "challenger"), default="champion", help="what")
    promote.set_defaults(command=promote_command)
    back = make_command(commands, "rollback", "bring the champion before this one back", "")
    back.add_argument("name", help="name of the model")
    back.set_defaults(command=rollback_command)
    down = make_command(commands, "stand-down", "stop using the champion, or the challenger", STAND_DOWN_EXAMPLES)
    down.add_argument("name", help="name of the model")
    down.add_argument(
        "--challenger", dest="alias", action="store_const", const="challenger", default="champion", help="end the trial"
    )
    down.set_defaults(command=stand_down_command)
    out = make_command(commands, "withdraw", "take a version out for good", "")
    _add_version(out)
    out.set_defaults(command=withdraw_command)
    aside = make_command(commands, "set-aside", "let a batch of scored customers count no more", SET_ASIDE_EXAMPLES)
    _add_version(aside)
    aside.add_argument("batch", help="name of the batch")
    aside.add_argument("--undo", action="store_true", help="let it count again")
    aside.set_defaults(command=set_aside_command)
    for parser in (approve, promote, back, down, out, aside):
        parser.add_argument("--why", required=True, metavar="WORDS", help="for the log")
        parser.add_argument("--by", metavar="WHO", help="who does this (default: local user)")
    _add_publish(commands)
    for parser in (listed, approve, promote, back, down, out, aside):
        parser.add_argument("--json", action="store_true", help="print everything as JSON")


def _add_publish(commands: argparse._SubParsersAction) -> None:
    parser = make_command(
        commands, "publish", "publish an approved version to the organisation's MLflow server", PUBLISH_EXAMPLES
    )
    _add_version(parser)
    parser.add_argument("--why", required=True, metavar="WORDS", help="for the log")
    parser.add_argument("--by", metavar="WHO", help="who does this (default: local user)")
    parser.add_argument("--to", metavar="URI", help="address of the server (default: MLFLOW_TRACKING_URI)")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(command=publish_command)


def _add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="name of the model")
    parser.add_argument("version", help="number, champion, challenger, newest, or first digits of its digest")


def _asked_for(options: argparse.Namespace) -> tuple[Registry, Version]:
    from crm_ai.deployment.registry import find_version, open_registry

    registry = open_registry()
    return registry, find_version(registry, options.name, options.version)


def versions_command(options: argparse.Namespace) -> None:
    """List versions.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import list_versions, open_registry

    found = list_versions(open_registry(), options.name)
    if options.json:
        print_json([version_as_json(version) for version in found])
        return
    if not found:
        print(_("Nothing is registered yet. Begin with: python -m crm_ai train FILE --register NAME --why WORDS"))
    for version in found:
        _print_version(version)


def approve_command(options: argparse.Namespace) -> None:
    """Decide about a version.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import approve

    checklist = read_checklist(options.tick, options.refuse)
    registry, version = _asked_for(options)
    _tell(approve(registry, version, by=person(options.by), why=options.why, checklist=checklist), as_json=options.json)


def promote_command(options: argparse.Namespace) -> None:
    """Make a version champion or challenger.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import promote

    registry, version = _asked_for(options)
    done = promote(registry, version, by=person(options.by), why=options.why, alias=options.alias)
    _tell(done, as_json=options.json)


def rollback_command(options: argparse.Namespace) -> None:
    """Bring the former champion back.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import open_registry, roll_back

    done = roll_back(open_registry(), options.name, by=person(options.by), why=options.why)
    _tell(done, as_json=options.json)


def stand_down_command(options: argparse.Namespace) -> None:
    """Stop using the champion, or end the challenger's trial.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import find_version, open_registry, step_down

    registry = open_registry()
    version = find_version(registry, options.name, options.alias)
    done = step_down(registry, version, options.alias, by=person(options.by), why=options.why)
    _tell(done, as_json=options.json)


def withdraw_command(options: argparse.Namespace) -> None:
    """Take a version out.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import withdraw

    registry, version = _asked_for(options)
    _tell(withdraw(registry, version, by=person(options.by), why=options.why), as_json=options.json)


def set_aside_command(options: argparse.Namespace) -> None:
    """Let a batch count no more, or again.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import count_again, list_set_aside, set_aside

    registry, version = _asked_for(options)
    act = count_again if options.undo else set_aside
    act(registry, version, options.batch, by=person(options.by), why=options.why)
    left = list_set_aside(registry, version)
    if options.json:
        print_json([asdict(one) for one in left])
        return
    for one in left:
        print(f"{version.label}: “{one.batch}” ({one.day}), {one.by}, {one.at}: {one.why}")
    if not left:
        print(_("{version}: all batches count.").format(version=version.label))


def publish_command(options: argparse.Namespace) -> None:
    """Publish a version.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import publish

    registry, version = _asked_for(options)
    done = publish(registry, version, options.to, by=person(options.by), why=options.why)
    if options.json:
        print_json(asdict(done) | {"address": done.address})
        return
    print(_("{version} is published as {address}").format(version=version.label, address=done.address))
    print(_("to serve it: mlflow models serve -m {address} --env-manager local").format(
        address=json.dumps(done.address, ensure_ascii=False)
    ))  # fmt: skip


def read_checklist(ticked: tuple[str, ...], refused: list[str]) -> dict[Item, Answer]:
    """Read the answers to the checklist.

    Parameters
    ----------
    ticked : tuple of str
        Items that are good enough.
    refused : list of str
        The others, each as ``item=words``.

    Returns
    -------
    dict of Item to Answer
        What was answered.

    Raises
    ------
    RegistryError
        If an item is not on the checklist, or is answered twice.

    Examples
    --------
    >>> sorted(item.value for item in read_checklist(("metrics",), ["leakage=a column comes too late"]))
    ['leakage', 'metrics']
    """
    from crm_ai.deployment.registry import Answer, Item

    said = [(name, Answer(True)) for name in ticked]
    said += [(name, Answer(False, word)) for name, _equals, word in (entry.partition("=") for entry in refused)]
    found: dict[Item, Answer] = {}
    for name, answer in said:
        plain = name.strip().lower().replace("_", " ").replace("-", " ")
        if plain not in ITEMS or Item(plain) in found:
            raise RegistryError(
                _("“{item}” is not on the checklist.").format(item=name)
                if plain not in ITEMS
                else _("“{item}” is answered twice.").format(item=name),
                next_step=_("Answer each of: {items}.").format(items=", ".join(ITEMS)),
            )
        found[Item(plain)] = answer
    return found


def _tell(version: Version, *, as_json: bool) -> None:
    if as_json:
        print_json(version_as_json(version))
    else:
        _print_version(version)


def _print_version(version: Version) -> None:
    held = f", {' and '.join(version.aliases)}" if version.aliases else ""
    print(f"{version.label}  {version.state}{held}  {version.model_type}  {version.digest[:12]}")
    print("  " + _("{who}, {when}: {note}").format(
        who=version.registered_by, when=version.registered_at, note=version.note
    ))  # fmt: skip
    print("  " + figures(version))
