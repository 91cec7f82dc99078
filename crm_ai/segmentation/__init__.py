"""Customers in groups: what their purchases say of them, where they move, and what they will be worth."""

from crm_ai.segmentation.migration import Migration, migration, rfm_migration
from crm_ai.segmentation.purchase_summary import PurchaseSummary, summarise
from crm_ai.segmentation.rfm import Rfm, rfm, rfm_of
from crm_ai.segmentation.segment_table import Segment, SegmentTable, segment_table
from crm_ai.segmentation.transaction_columns import TransactionColumns, propose_columns
from crm_ai.segmentation.transactions import Transactions, read_transactions

__all__ = [
    "Migration",
    "PurchaseSummary",
    "Rfm",
    "Segment",
    "SegmentTable",
    "TransactionColumns",
    "Transactions",
    "migration",
    "propose_columns",
    "read_transactions",
    "rfm",
    "rfm_migration",
    "rfm_of",
    "segment_table",
    "summarise",
]
