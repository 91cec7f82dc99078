"""What each metric is called on a page, and how its numbers are written: as everywhere else."""

from crm_ai.evaluation.glossary import GAPS, SHARES, Term, in_words, interval, points, term, value

__all__ = ["GAPS", "SHARES", "Term", "in_words", "interval", "points", "term", "value"]
