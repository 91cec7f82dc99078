"""From a run to a decision in the CRM."""

from crm_ai.deployment.card import model_card
from crm_ai.deployment.column_names import propose_by_labels, propose_columns
from crm_ai.deployment.explaining import Explained, ExplainedTable, explain_table, explained_of_run, find_rows
from crm_ai.deployment.export import (
    check_format,
    csv_bytes,
    excel_bytes,
    neutralised,
    parquet_bytes,
    write_parts,
    write_table,
)
from crm_ai.deployment.fit import ColumnFit, Fit, Trouble
from crm_ai.deployment.fit_check import check_fit
from crm_ai.deployment.mismatches import Mismatch
from crm_ai.deployment.model_file import load_model, model_bytes, save_model
from crm_ai.deployment.reason_tables import one_a_customer, one_a_reason, reasons_in_words
from crm_ai.deployment.scored import Scored, Wishes
from crm_ai.deployment.scored_table import ScoredTable, score_table, spread_of_scores
from crm_ai.deployment.scoring import Scores, score
from crm_ai.deployment.sinks import Sink, file_sink
from crm_ai.deployment.streaming import score_stream

__all__ = [
    "ColumnFit",
    "Explained",
    "ExplainedTable",
    "Fit",
    "Mismatch",
    "Scored",
    "ScoredTable",
    "Scores",
    "Sink",
    "Trouble",
    "Wishes",
    "check_fit",
    "check_format",
    "csv_bytes",
    "excel_bytes",
    "explain_table",
    "explained_of_run",
    "file_sink",
    "find_rows",
    "load_model",
    "model_bytes",
    "model_card",
    "neutralised",
    "one_a_customer",
    "one_a_reason",
    "parquet_bytes",
    "propose_by_labels",
    "propose_columns",
    "reasons_in_words",
    "save_model",
    "score",
    "score_stream",
    "score_table",
    "spread_of_scores",
    "write_parts",
    "write_table",
]
