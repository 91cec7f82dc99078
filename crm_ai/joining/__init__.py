"""From two tables to one: whose rows they are, what is known of each customer by a day, and who is there twice."""

from crm_ai.joining.doubles import Duplicates, find_duplicates
from crm_ai.joining.duplicate_merging import RULES, default_rules, merge_duplicates
from crm_ai.joining.features import Feature, possible_features
from crm_ai.joining.join import Joined, customers_of, join, propose_cutoff
from crm_ai.joining.keys import Key, propose_keys
from crm_ai.joining.matching import Match, match

__all__ = [
    "RULES",
    "Duplicates",
    "Feature",
    "Joined",
    "Key",
    "Match",
    "customers_of",
    "default_rules",
    "find_duplicates",
    "join",
    "match",
    "merge_duplicates",
    "possible_features",
    "propose_cutoff",
    "propose_keys",
]
