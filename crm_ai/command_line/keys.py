"""``python -m crm_ai keys``: who may ask a service."""

from __future__ import annotations

import argparse
import sys

from crm_ai.command_line.options import make_command, names
from crm_ai.words import _

EXAMPLES = """\
examples:
  python -m crm_ai keys add shop --keys keys.json
  python -m crm_ai keys add call-centre --rights score,reasons --keys keys.json
  python -m crm_ai keys list --keys keys.json
  python -m crm_ai keys revoke shop --keys keys.json
"""


def add_keys(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(commands, "keys", "make, list and revoke the keys of a service", EXAMPLES)
    acts = parser.add_subparsers(required=True, metavar="act")
    add = acts.add_parser("add", help="make a key; it is shown once")
    add.add_argument("name", metavar="NAME", help="whose it is, such as the program that will use it")
    add.add_argument("--rights", type=names, default=("score", "reasons"), help="score, reasons (default: both)")
    add.set_defaults(command=_add)
    listed = acts.add_parser("list", help="list names, rights and ages; keys themselves are not kept")
    listed.set_defaults(command=_list)
    revoke = acts.add_parser("revoke", help="take a key away; running services notice it at once")
    revoke.add_argument("name", metavar="NAME", help="whose it is")
    revoke.set_defaults(command=_revoke)
    for act in (add, listed, revoke):
        act.add_argument("--keys", metavar="FILE", default="keys.json", help="where they are kept (default: keys.json)")


def _add(options: argparse.Namespace) -> None:
    from crm_ai.deployment.api_keys import KeyRing

    whole = KeyRing(options.keys).add(options.name, options.rights)
    print(whole)
    print(_("This is the only time that the key is shown; it is kept as a digest."), file=sys.stderr)


def _list(options: argparse.Namespace) -> None:
    from crm_ai.deployment.api_keys import KeyRing

    for key in KeyRing(options.keys).all():
        print(f"{key.name}\tcrm_{key.prefix}_…\t{','.join(key.rights)}\t{key.created}")


def _revoke(options: argparse.Namespace) -> None:
    from crm_ai.deployment.api_keys import KeyRing

    KeyRing(options.keys).revoke(options.name)
    print(_("The key “{name}” is revoked.").format(name=options.name))
