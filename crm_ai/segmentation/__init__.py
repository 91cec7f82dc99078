"""Customers in groups: what their purchases say of them, where they move, and what they will be worth."""

from crm_ai.segmentation.bg_nbd import PurchaseModel, fit_purchases
from crm_ai.segmentation.gamma_gamma import SpendModel, fit_spend
from crm_ai.segmentation.holdout_check import HoldoutCheck, check_on_holdout
from crm_ai.segmentation.independence import Independence, check_independence
from crm_ai.segmentation.lifetime_value import LifetimeValues, lifetime_values
from crm_ai.segmentation.migration import Migration, migration, rfm_migration
from crm_ai.segmentation.purchase_summary import PurchaseSummary, summarise
from crm_ai.segmentation.rfm import Rfm, rfm, rfm_of
from crm_ai.segmentation.segment_table import Segment, SegmentTable, segment_table
from crm_ai.segmentation.transaction_columns import TransactionColumns, propose_columns
from crm_ai.segmentation.transactions import Transactions, read_transactions

__all__ = [
    "HoldoutCheck",
    "Independence",
    "LifetimeValues",
    "Migration",
    "PurchaseModel",
    "PurchaseSummary",
    "Rfm",
    "Segment",
    "SegmentTable",
    "SpendModel",
    "TransactionColumns",
    "Transactions",
    "check_independence",
    "check_on_holdout",
    "fit_purchases",
    "fit_spend",
    "lifetime_values",
    "migration",
    "propose_columns",
    "read_transactions",
    "rfm",
    "rfm_migration",
    "rfm_of",
    "segment_table",
    "summarise",
]
