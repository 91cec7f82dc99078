"""``python -m crm_ai mask``: find the people in a table, and write it without them."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from crm_ai.command_line.options import add_file, make_command
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count

KEY_VARIABLE = "CRM_AI_PSEUDONYM_KEY"
EXAMPLES = """\
examples:
  python -m crm_ai mask customers.csv
  python -m crm_ai mask customers.csv -o safe.csv --all mask
  python -m crm_ai mask customers.csv -o safe.csv --column email=pseudonymise --column name=drop --key-file secret.key
"""


def add_mask(commands: argparse._SubParsersAction) -> None:
    """Describe the command's options.

    Parameters
    ----------
    commands : argparse action
        Where commands are added.
    """
    from crm_ai.personal_data import Protection

    parser = make_command(commands, "mask", _("find personal data, and write the table without it"), EXAMPLES)
    add_file(parser)
    parser.add_argument("-o", "--output", metavar="OUT", help=_("file to write (default: only list what was found)"))
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=_choice,
        metavar="NAME=HOW",
        help=_("protect a column; HOW is one of {ways} (default: as proposed); repeat for others").format(
            ways=", ".join(Protection)
        ),
    )
    parser.add_argument(
        "--all", choices=tuple(Protection), help=_("protect all columns of personal data so (default: as proposed)")
    )
    parser.add_argument(
        "--key-file",
        metavar="PATH",
        help=_("file that holds the key of the pseudonyms (default: {variable})").format(variable=f"${KEY_VARIABLE}"),
    )
    parser.add_argument("--json", action="store_true", help=_("print everything as JSON"))
    parser.set_defaults(command=mask_command)


def _choice(text: str) -> tuple[str, str]:
    from crm_ai.personal_data import Protection

    name, mark, how = text.rpartition("=")
    if not mark or not name or how not in tuple(Protection):
        raise argparse.ArgumentTypeError(
            f"“{text}” is not of the form NAME=HOW with HOW one of {', '.join(Protection)}"
        )
    return name, how


def mask_command(options: argparse.Namespace) -> None:
    """List the personal data of a file, or write the file without it.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If a file cannot be read or written, or a key is missing.
    """
    from crm_ai.command_line.inspect import read
    from crm_ai.personal_data import Protection, find_personal_data, protect

    if options.output:
        _check_output(options)
    table = read(options)
    found = find_personal_data(table)
    choices = _choices(options, found)
    if options.output:
        from crm_ai.deployment import write_table

        key = _key(options) if Protection.PSEUDONYMISE in choices.values() else None
        safe = protect(table, choices, key=key)
        write_table(safe.frame, options.output)
    if options.json:
        print(json.dumps(_as_json(table, found, choices, options.output), ensure_ascii=False, indent=2))
        return
    _print_found(table, found)
    if options.output:
        print(_("{n} customers written to {file}:").format(n=count(len(table)), file=options.output))
        for name, how in choices.items():
            print(f"  {name}: {how.value}")


def _check_output(options: argparse.Namespace) -> None:
    from crm_ai.deployment import check_format

    output = check_format(options.output)
    if options.key_file and output.resolve() == Path(options.key_file).resolve():
        raise CrmAiError(
            _("The output would overwrite the key."), where=options.output, next_step=_("Choose another name for it.")
        )


def _choices(options: argparse.Namespace, found: Any) -> dict[str, Any]:
    """What to do with each column: as named, else as all, else as proposed."""
    from crm_ai.personal_data import Protection

    proposed: dict[str, Protection] = {}
    for detected in found:
        proposed.setdefault(detected.column, Protection(options.all) if options.all else detected.proposal)
    return proposed | {name: Protection(how) for name, how in options.column}


def _key(options: argparse.Namespace) -> bytes | None:
    if not options.key_file:
        return os.environ.get(KEY_VARIABLE, "").encode() or None
    try:
        return Path(options.key_file).read_bytes().strip()
    except OSError as error:
        raise CrmAiError(
            _("The key cannot be read."),
            where=options.key_file,
            next_step=_("Check its name and that you may read it."),
        ) from error


def _print_found(table: Any, found: Any) -> None:
    from crm_ai.personal_data import words_for

    if not found:
        print(_("No personal data was found in {file}.").format(file=table.source))
        return
    print(_("Personal data in {file}:").format(file=table.source))
    for detected in found:
        told = f"  {detected.column}: {words_for(detected.what)}. {detected.evidence}"
        print(told, _("Proposal: {how}.").format(how=detected.proposal.value))


def _as_json(table: Any, found: Any, choices: dict[str, Any], output: str | None) -> dict[str, Any]:
    from crm_ai.personal_data import quasi_identifiers

    return {
        "file": table.source,
        "rows": len(table),
        "found": [
            {
                "column": d.column,
                "what": d.what.value,
                "rows": d.rows,
                "share": d.share,
                "in_text": d.in_text,
                "evidence": d.evidence,
                "proposal": d.proposal.value,
            }
            for d in found
        ],
        "quasi_identifiers": list(quasi_identifiers(table)),
        "output": output,
        "protected": {name: how.value for name, how in choices.items()} if output else {},
    }
