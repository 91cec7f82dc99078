"""What a command that groups customers has to say, to people and to machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Told:
    """What a way of grouping has to say.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a customer, to be written.
    lines : tuple of str
        What is printed.
    facts : mapping
        The same for machines.
    """

    frame: pd.DataFrame
    lines: tuple[str, ...]
    facts: Mapping[str, Any]
