"""From two tables to one: whose rows they are, what is known of each customer by a day, and who is there twice."""

from crm_ai.joining.features import Feature, possible_features
from crm_ai.joining.join import Joined, customers_of, join, propose_cutoff
from crm_ai.joining.keys import Key, propose_keys
from crm_ai.joining.matching import Match, match

__all__ = [
    "Feature",
    "Joined",
    "Key",
    "Match",
    "customers_of",
    "join",
    "match",
    "possible_features",
    "propose_cutoff",
    "propose_keys",
]
