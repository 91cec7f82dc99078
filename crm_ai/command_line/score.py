"""``python -m crm_ai score``: put a saved model to work."""

from __future__ import annotations

import argparse
import sys

from crm_ai.command_line.inspect import read
from crm_ai.words import _, count


def score_command(options: argparse.Namespace) -> None:
    """Score a file and write the scores beside the customers.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If the output's format is not known, or a file does not fit.
    """
    from crm_ai.deployment import check_format, load_model, score, write_table

    output = check_format(options.output)
    model = load_model(options.model)
    table = read(options)
    scores = score(model, table, threshold=options.threshold)
    for mismatch in scores.mismatches:
        print(f"{mismatch.column}: {mismatch.what}", file=sys.stderr)
    scored = scores.beside(table)
    write_table(scored, output)
    print(_("{n} customers scored, written to {file}").format(n=count(len(scored)), file=output))
