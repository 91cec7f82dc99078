"""The checks of a table, by what they look at; each is a function: subject → findings."""

from crm_ai.table.checks import columns, labels, missing, numbers, rows, target, time
from crm_ai.table.checks.subject import Subject

__all__ = ["Subject", "columns", "labels", "missing", "numbers", "rows", "target", "time"]
