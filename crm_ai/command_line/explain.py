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
    from crm_ai.deployment.cluster import ExplainedCustomers
    from crm_ai.deployment.drivers import Drivers
    from crm_ai.modeling import Model
    from crm_ai.table import Table

REPORT = (".html", ".htm")
DRIVERS_SHOWN = 6


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
    from crm_ai.command_line.on_cluster import cluster_for, explain_there
    from crm_ai.command_line.timing import ProgressLine
    from crm_ai.deployment import check_format, explain_table, load_model
    from crm_ai.deployment.cluster import ExplainedCustomers
    from crm_ai.modeling import Progress

    address = cluster_for(options, without="--ids" if options.ids else "--compared-with" * bool(options.compared_with))
    if address:
        model = load_model(options.model)
        _tell(explain_there(options, address, model), Path(options.file).name, None, model, options)
        return
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
    whom = _("the customers of {file}").format(file=others.source) if others is not None else ""
    drivers = (
        _write_report(explained, table, whom, output) if as_report else _write_table(explained, output, options.long)
    )
    ready = explained.ready
    done = ExplainedCustomers(drivers, ready.label, ready.scale, ready.references, explained.mismatches, ())
    _tell(done, table.source, table.digest, model, options)


def _tell(done: ExplainedCustomers, source: str, digest: str | None, model: Model, options: argparse.Namespace) -> None:
    for mismatch in done.mismatches:
        print(f"{mismatch.column}: {mismatch.what}", file=sys.stderr)
    for note in done.notes:
        print(note, file=sys.stderr)
    if options.json:
        told = {"file": source, "digest": digest, **_as_json(done, model), "output": str(Path(options.output))}
        print(json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False))
        return
    from crm_ai.charts.reasons import unit

    words = _(", ").join(f"{name} ({number(size, 2)})" for name, size in done.drivers.strongest()[:DRIVERS_SHOWN])
    print(_("{n} customers explained in {scale}, written to {file}").format(
        n=count(done.drivers.customers), scale=unit(done.scale), file=Path(options.output)
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


def _write_table(explained: ExplainedTable, output: Path, long: bool) -> Drivers:
    from crm_ai.deployment import one_a_customer, one_a_reason, write_parts
    from crm_ai.deployment.drivers import Drivers

    drivers = Drivers()

    def parts() -> Iterator[pd.DataFrame]:
        for some in explained.explained():
            drivers.add(some.reasons)
            yield (
                one_a_reason(some.reasons, some.names)
                if long
                else one_a_customer(some.reasons, some.names, some.said, some.output)
            )

    write_parts(parts(), output)
    return drivers


def _write_report(explained: ExplainedTable, table: Table, compared_with: str, output: Path) -> Drivers:
    from datetime import date

    from crm_ai.deployment.drivers import Drivers
    from crm_ai.files import write_atomically
    from crm_ai.reporting import explanation_report, material_of_table

    material = material_of_table(explained, table, compared_with=compared_with)
    content = explanation_report(material, day=date.today()).to_bytes()
    write_atomically(output, lambda file: file.write(content))
    drivers = Drivers()
    drivers.add(material.reasons)
    return drivers


def _as_json(done: ExplainedCustomers, model: Model) -> dict[str, Any]:
    return {
        "model": model.model_type,
        "target": model.problem.target,
        "answer": done.label or None,
        "scale": done.scale,
        "customers": done.drivers.customers,
        "explained": done.drivers.customers,
        "compared_with": done.references or None,
        "drivers": [{"column": name, "mean_absolute": size} for name, size in done.drivers.strongest()],
        "mismatches": [{"column": m.column, "rows": m.rows, "what": m.what} for m in done.mismatches],
    }
