"""``python -m crm_ai score``: put a saved model to work."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from crm_ai.command_line.inspect import read
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count

FORMATS = (".csv", ".parquet", ".xlsx")


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
    from crm_ai.deployment import load_model, score
    from crm_ai.files import write_atomically

    output = Path(options.output)
    if output.suffix.lower() not in FORMATS:
        raise CrmAiError(
            _("Cannot tell the format of the output."),
            where=str(output),
            next_step=_("End its name with one of: {formats}.").format(formats=", ".join(FORMATS)),
        )
    model = load_model(options.model)
    table = read(options)
    scores = score(model, table, threshold=options.threshold)
    for mismatch in scores.mismatches:
        print(f"{mismatch.column}: {mismatch.what}", file=sys.stderr)
    scored = scores.beside(table)
    write_atomically(output, lambda file: _write(scored, file, output.suffix.lower()))
    print(_("{n} customers scored, written to {file}").format(n=count(len(scored)), file=output))


def _write(frame: pd.DataFrame, file: BinaryIO, suffix: str) -> None:
    from crm_ai.deployment import csv_bytes, neutralised

    if suffix == ".csv":
        file.write(csv_bytes(frame))
    elif suffix == ".parquet":
        frame.to_parquet(file, index=False)
    else:
        neutralised(frame).to_excel(file, index=False)
