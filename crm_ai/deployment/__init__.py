"""From a run to a decision in the CRM."""

from crm_ai.deployment.card import model_card
from crm_ai.deployment.export import check_format, csv_bytes, excel_bytes, neutralised, parquet_bytes, write_table
from crm_ai.deployment.model_file import load_model, model_bytes, save_model
from crm_ai.deployment.scoring import Mismatch, Scores, score

__all__ = [
    "Mismatch",
    "Scores",
    "check_format",
    "csv_bytes",
    "excel_bytes",
    "load_model",
    "model_bytes",
    "model_card",
    "neutralised",
    "parquet_bytes",
    "save_model",
    "score",
    "write_table",
]
