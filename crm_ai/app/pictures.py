"""Charts with the data they draw, by content: one call from a result to what a page shows."""

from __future__ import annotations
