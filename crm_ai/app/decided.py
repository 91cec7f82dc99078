"""What was decided, by whom, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk


def panel(desk: Desk) -> None:
    """Draw the tab.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    """
