"""A decision tree read by people and databases: its questions in original columns, its leaves as rules, SQL."""

from crm_ai.explanation.tree.questions import has_rules
from crm_ai.explanation.tree.reading import Node, TreeReading
from crm_ai.explanation.tree.rules import read_tree, rules, rules_of_run
from crm_ai.explanation.tree.sql import tree_sql

__all__ = ["Node", "TreeReading", "has_rules", "read_tree", "rules", "rules_of_run", "tree_sql"]
