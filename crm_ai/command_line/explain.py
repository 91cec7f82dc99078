"""``python -m crm_ai explain``: why a saved model says what it says, as a table or as a report."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.inspect import read
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, number

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from crm_ai.deployment import ExplainedTable
    from crm_ai.explanation import Explanation
    from crm_ai.table import Table

REPORT = (".html", ".htm")
DRIVERS_SHOWN = 6


class Sums:
    """What moves the model, added up while customers pass by: no more than one number a column is kept."""

    def __init__(self) -> None:
        self.customers = 0
        self.columns: tuple[str, ...] = ()
        self._size: np.ndarray | None = None

    def add(self, reasons: Explanation) -> None:
        """Count some more customers.

        Parameters
        ----------
        reasons : Explanation
            Of the customers.
        """
        import numpy as np

        size = np.abs(reasons.values).sum(axis=0)
        self.columns, self.customers = reasons.columns, self.customers + len(reasons.values)
        self._size = size if self._size is None else self._size + size

    def strongest(self) -> list[tuple[str, float]]:
        """Columns by how much they move the output on average.

        Returns
        -------
        list of (column, mean size)
            The strongest first.
        """
        if self._size is None:
            return []
        means = (self._size / max(self.customers, 1)).tolist()
        return sorted(zip(self.columns, means, strict=True), key=lambda pair: -pair[1])


def explain_command(options: argparse.Namespace) -> None:
    """Explain the customers of a file, and write their reasons.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If the output's format is not known, a file does not fit, or the model cannot be explained as asked.
    """
    from crm_ai.command_line.train import ProgressLine
    from crm_ai.deployment import check_format, explain_table, load_model
    from crm_ai.modeling import Progress

    output = check_format(options.output, more=REPORT)
    as_report = output.suffix.lower() in REPORT
    if as_report and options.long:
        raise CrmAiError(
            _("A report has no long form."), where=str(output), next_step=_("Leave out --long, or write a table.")
        )
    model = load_model(options.model)
    table = read(options)
    rows = _chosen(table, options, model.problem.seed)
    others = None
    if options.compared_with:
        from crm_ai.table import read_table

        others = read_table(options.compared_with)
    line, total = ProgressLine(), len(table) if rows is None else len(rows)
    explained = explain_table(
        model,
        table,
        rows=rows,
        label=options.answer,
        scale=options.scale,
        compared_with=others,
        progress=lambda done: line(Progress(done, total, _("{n} customers explained").format(n=count(done)))),
    )
    for mismatch in explained.mismatches:
        print(f"{mismatch.column}: {mismatch.what}", file=sys.stderr)
    whom = _("the customers of {file}").format(file=others.source) if others is not None else ""
    sums = _write_report(explained, table, whom, output) if as_report else _write_table(explained, output, options.long)
    if options.json:
        print(json.dumps(_as_json(explained, table, sums, output), ensure_ascii=False, indent=2, allow_nan=False))
        return
    words = ", ".join(f"{name} ({number(size, 2)})" for name, size in sums.strongest()[:DRIVERS_SHOWN])
    print(_("{n} customers explained in {scale}, written to {file}").format(
        n=count(sums.customers), scale=explained.ready.scale, file=output
    ))  # fmt: skip
    print(_("driven most by: {columns}").format(columns=words))


def _chosen(table: Table, options: argparse.Namespace, seed: int) -> np.ndarray | None:
    """Positions of the customers to explain; None for all."""
    import numpy as np

    if options.ids:
        from crm_ai.deployment import find_rows

        return find_rows(table, options.ids)
    if options.rows and options.rows < len(table):
        from crm_ai.explanation.explainer import drawn

        return drawn(np.arange(len(table)), options.rows, seed)
    return None


def _write_table(explained: ExplainedTable, output: Path, long: bool) -> Sums:
    from crm_ai.deployment import one_a_customer, one_a_reason, write_parts

    sums = Sums()

    def parts() -> Iterator[pd.DataFrame]:
        for some in explained.explained():
            sums.add(some.reasons)
            yield (
                one_a_reason(some.reasons, some.names)
                if long
                else one_a_customer(some.reasons, some.names, some.said, some.output)
            )

    write_parts(parts(), output)
    return sums


def _write_report(explained: ExplainedTable, table: Table, compared_with: str, output: Path) -> Sums:
    from datetime import date

    from crm_ai.files import write_atomically
    from crm_ai.reporting import explanation_report, material_of_table

    material = material_of_table(explained, table, compared_with=compared_with)
    content = explanation_report(material, day=date.today()).to_bytes()
    write_atomically(output, lambda file: file.write(content))
    sums = Sums()
    sums.add(material.reasons)
    return sums


def _as_json(explained: ExplainedTable, table: Table, sums: Sums, output: Path) -> dict[str, Any]:
    ready = explained.ready
    return {
        "file": table.source,
        "digest": table.digest,
        "model": ready.model.model_type,
        "target": ready.model.problem.target,
        "answer": ready.label or None,
        "scale": ready.scale,
        "customers": len(explained),
        "explained": sums.customers,
        "compared_with": ready.references or None,
        "drivers": [{"column": name, "mean_absolute": size} for name, size in sums.strongest()],
        "mismatches": [{"column": m.column, "rows": m.rows, "what": m.what} for m in explained.mismatches],
        "output": str(output),
    }
