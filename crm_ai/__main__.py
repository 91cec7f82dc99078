"""The command line: ``python -m crm_ai train|score|audit|inspect …``."""

from __future__ import annotations

import sys

from crm_ai.command_line.parser import run_command


def main() -> None:
    """Run the command that the user typed, and exit with its status."""
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
