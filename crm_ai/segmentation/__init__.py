"""Customers in groups: found, made by hand, named and compared; what purchases say, and what customers are worth."""

from crm_ai.segmentation.bg_nbd import PurchaseModel, fit_purchases
from crm_ai.segmentation.choosing import Cut
from crm_ai.segmentation.clusters import Clustering, find_clusters
from crm_ai.segmentation.customer_map import CustomerMap, customer_map
from crm_ai.segmentation.differences import Difference
from crm_ai.segmentation.filter_words import rule_in_words
from crm_ai.segmentation.filters import customers_who, segment_by_rules, strange_labels
from crm_ai.segmentation.gamma_gamma import SpendModel, fit_spend
from crm_ai.segmentation.holdout_check import HoldoutCheck, check_on_holdout
from crm_ai.segmentation.independence import Independence, check_independence
from crm_ai.segmentation.lifetime_value import LifetimeValues, lifetime_values
from crm_ai.segmentation.migration import Migration, migration, rfm_migration
from crm_ai.segmentation.models import CenterClusters, DensityClusters, clusters_from_json
from crm_ai.segmentation.naming import name_groups, traits_of
from crm_ai.segmentation.outcomes import segment_outcomes
from crm_ai.segmentation.profiles import Profile, profile, profiles
from crm_ai.segmentation.purchase_summary import PurchaseSummary, summarise
from crm_ai.segmentation.recipes import rules_from_json, segmentation_from_json
from crm_ai.segmentation.rfm import Rfm, rfm, rfm_of
from crm_ai.segmentation.rule_files import rule_as_json, rule_from_json
from crm_ai.segmentation.rules import AllOf, AnyOf, Condition, NotOf, Rule, check_rule
from crm_ai.segmentation.segment_table import Segment, SegmentTable, segment_table
from crm_ai.segmentation.segmentation import Segmentation, from_bands, from_labels
from crm_ai.segmentation.space import BalancedEncoder
from crm_ai.segmentation.structure import Structure
from crm_ai.segmentation.transaction_columns import TransactionColumns, propose_columns
from crm_ai.segmentation.transactions import Transactions, read_transactions

__all__ = [
    "AllOf",
    "AnyOf",
    "BalancedEncoder",
    "CenterClusters",
    "Clustering",
    "Condition",
    "CustomerMap",
    "Cut",
    "DensityClusters",
    "Difference",
    "HoldoutCheck",
    "Independence",
    "LifetimeValues",
    "Migration",
    "NotOf",
    "Profile",
    "PurchaseModel",
    "PurchaseSummary",
    "Rfm",
    "Rule",
    "Segment",
    "SegmentTable",
    "Segmentation",
    "SpendModel",
    "Structure",
    "TransactionColumns",
    "Transactions",
    "check_independence",
    "check_on_holdout",
    "check_rule",
    "clusters_from_json",
    "customer_map",
    "customers_who",
    "find_clusters",
    "fit_purchases",
    "fit_spend",
    "from_bands",
    "from_labels",
    "lifetime_values",
    "migration",
    "name_groups",
    "profile",
    "profiles",
    "propose_columns",
    "read_transactions",
    "rfm",
    "rfm_migration",
    "rfm_of",
    "rule_as_json",
    "rule_from_json",
    "rule_in_words",
    "rules_from_json",
    "segment_by_rules",
    "segment_outcomes",
    "segment_table",
    "segmentation_from_json",
    "strange_labels",
    "summarise",
    "traits_of",
]
