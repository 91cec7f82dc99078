"""Customers in groups: found, made by hand, named, compared with everybody else."""

from crm_ai.segmentation.choosing import Cut
from crm_ai.segmentation.clusters import Clustering, find_clusters
from crm_ai.segmentation.customer_map import CustomerMap, customer_map
from crm_ai.segmentation.differences import Difference
from crm_ai.segmentation.filter_words import rule_in_words
from crm_ai.segmentation.filters import customers_who, segment_by_rules, strange_labels
from crm_ai.segmentation.models import CenterClusters, DensityClusters, clusters_from_json
from crm_ai.segmentation.naming import name_groups, traits_of
from crm_ai.segmentation.outcomes import segment_outcomes
from crm_ai.segmentation.profiles import Profile, profile, profiles
from crm_ai.segmentation.rule_files import rule_as_json, rule_from_json
from crm_ai.segmentation.rules import AllOf, AnyOf, Condition, NotOf, Rule, check_rule
from crm_ai.segmentation.segmentation import Segmentation, from_bands, from_labels
from crm_ai.segmentation.space import BalancedEncoder
from crm_ai.segmentation.structure import Structure

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
    "NotOf",
    "Profile",
    "Rule",
    "Segmentation",
    "Structure",
    "check_rule",
    "clusters_from_json",
    "customer_map",
    "customers_who",
    "find_clusters",
    "from_bands",
    "from_labels",
    "name_groups",
    "profile",
    "profiles",
    "rule_as_json",
    "rule_from_json",
    "rule_in_words",
    "segment_by_rules",
    "segment_outcomes",
    "strange_labels",
    "traits_of",
]
