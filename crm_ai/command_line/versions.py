"""What is decided about registered models: approve, promote, rollback, stand-down, withdraw; and their log."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from crm_ai.command_line.options import make_command, names
from crm_ai.command_line.register import figures, person, version_as_json
from crm_ai.errors import RegistryError
from crm_ai.words import _, count, ngettext

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
LOG_EXAMPLES = """\
examples:
  python -m crm_ai log
  python -m crm_ai log churn --json
  python -m crm_ai log --verify
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
    for parser in (approve, promote, back, down, out):
        parser.add_argument("--why", required=True, metavar="WORDS", help="for the log")
        parser.add_argument("--by", metavar="WHO", help="who does this (default: local user)")
    _add_publish(commands)
    log = make_command(commands, "log", "print everything that was done, and by whom", LOG_EXAMPLES)
    log.add_argument("name", nargs="?", help="only what was done to this model")
    log.add_argument("--verify", action="store_true", help="make sure that no entry was changed or taken away")
    log.add_argument("--last", metavar="DIGEST", help="with --verify: an entry that was noted down elsewhere")
    log.set_defaults(command=log_command)
    check = make_command(commands, "check-registry", "check log, versions and files against each other", "")
    check.add_argument("--sweep", action="store_true", help="delete files of registrations that were interrupted")
    check.set_defaults(command=check_command)
    for parser in (listed, approve, promote, back, down, out, log, check):
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
        _print_json([version_as_json(version) for version in found])
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
        _print_json(asdict(done) | {"address": done.address})
        return
    print(_("{version} is published as {address}").format(version=version.label, address=done.address))
    print(_("to serve it: mlflow models serve -m {address} --env-manager local").format(
        address=json.dumps(done.address, ensure_ascii=False)
    ))  # fmt: skip


def log_command(options: argparse.Namespace) -> None:
    """Print the log.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.deployment.registry import open_registry, read_log, verify_log

    registry = open_registry()
    verified = verify_log(registry, last=options.last) if options.verify or options.last else None
    entries = read_log(registry, options.name)
    if options.json:
        _print_json([asdict(entry) for entry in entries])
        return
    for entry in entries:
        change = f"{entry.before or '–'} → {entry.after[:24]}"
        print(f"{entry.number:>5}  {entry.at}  {entry.by}  {entry.act}  {entry.model} v{entry.version}  {change}")
        print(f"       {entry.why}")
    if not entries:
        print(_("Nothing was done yet."))
    if verified is not None:
        print(ngettext("{n} entry, unchanged", "{n} entries, unchanged", verified).format(n=count(verified)))


def check_command(options: argparse.Namespace) -> None:
    """Check the registry.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    RegistryError
        If something does not hold.
    """
    from crm_ai.deployment.registry import collect_orphans, find_faults, open_registry

    registry = open_registry()
    swept = collect_orphans(registry) if options.sweep else ()
    faults = find_faults(registry)
    if options.json:
        _print_json({"faults": list(faults), "swept": list(swept)})
    elif swept:
        print(ngettext("{n} file swept up", "{n} files swept up", len(swept)).format(n=count(len(swept))))
    if faults:
        raise RegistryError(" ".join(faults), next_step=_("Compare with a backup before you rely on it."))
    if not options.json:
        print(_("Log, versions and files hold together."))


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
        _print_json(version_as_json(version))
    else:
        _print_version(version)


def _print_version(version: Version) -> None:
    held = f", {' and '.join(version.aliases)}" if version.aliases else ""
    print(f"{version.label}  {version.state}{held}  {version.model_type}  {version.digest[:12]}")
    print("  " + _("{who}, {when}: {note}").format(
        who=version.registered_by, when=version.registered_at, note=version.note
    ))  # fmt: skip
    print("  " + figures(version))


def _print_json(content: object) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))
