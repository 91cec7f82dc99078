"""What was done with registered models, and whether the registry holds together: log, check-registry."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from crm_ai.command_line.options import make_command
from crm_ai.command_line.register import print_json
from crm_ai.errors import RegistryError
from crm_ai.words import _, count, ngettext

LOG_EXAMPLES = """\
examples:
  python -m crm_ai log
  python -m crm_ai log churn --json
  python -m crm_ai log --verify
"""


def add_log_commands(commands: argparse._SubParsersAction) -> None:
    """Describe the commands.

    Parameters
    ----------
    commands : argparse subparsers
        Where they are added.
    """
    log = make_command(commands, "log", "print everything that was done, and by whom", LOG_EXAMPLES)
    log.add_argument("name", nargs="?", help="only what was done to this model")
    log.add_argument("--verify", action="store_true", help="make sure that no entry was changed or taken away")
    log.add_argument("--last", metavar="DIGEST", help="with --verify: an entry that was noted down elsewhere")
    log.set_defaults(command=log_command)
    check = make_command(commands, "check-registry", "check log, versions and files against each other", "")
    check.add_argument("--sweep", action="store_true", help="delete files of registrations that were interrupted")
    check.set_defaults(command=check_command)
    for parser in (log, check):
        parser.add_argument("--json", action="store_true", help="print everything as JSON")


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
        print_json([asdict(entry) for entry in entries])
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
        print_json({"faults": list(faults), "swept": list(swept)})
    elif swept:
        print(ngettext("{n} file swept up", "{n} files swept up", len(swept)).format(n=count(len(swept))))
    if faults:
        raise RegistryError(" ".join(faults), next_step=_("Compare with a backup before you rely on it."))
    if not options.json:
        print(_("Log, versions and files hold together."))
