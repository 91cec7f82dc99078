"""From a file or a frame to a table of customers that can be trusted."""

from crm_ai.table.assembly import table_from_frame
from crm_ai.table.bands import Bands, bands_at, equal_bands
from crm_ai.table.coercion import coerce, coerce_counting, schema_digest
from crm_ai.table.finding import Finding, Repair, Severity, check_in_words
from crm_ai.table.inference import infer_schema
from crm_ai.table.opening import is_parquet, open_stream
from crm_ai.table.profile import distribution, missing, target_by
from crm_ai.table.quality import inspect, leaks
from crm_ai.table.reading import read_table
from crm_ai.table.schema import LABELLED, Column, Kind, Role, Schema
from crm_ai.table.sql import connections, list_tables, preview_sql, read_sql
from crm_ai.table.streams import FrameStream, Part, Stream, until_settled
from crm_ai.table.table import Reading, Table

__all__ = [
    "LABELLED",
    "Bands",
    "Column",
    "Finding",
    "FrameStream",
    "Kind",
    "Part",
    "Reading",
    "Repair",
    "Role",
    "Schema",
    "Severity",
    "Stream",
    "Table",
    "bands_at",
    "check_in_words",
    "coerce",
    "coerce_counting",
    "connections",
    "distribution",
    "equal_bands",
    "infer_schema",
    "inspect",
    "is_parquet",
    "leaks",
    "list_tables",
    "missing",
    "open_stream",
    "preview_sql",
    "read_sql",
    "read_table",
    "schema_digest",
    "table_from_frame",
    "target_by",
    "until_settled",
]
