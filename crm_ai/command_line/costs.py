"""What commands that write reports share: what a contact costs and brings, and where the report goes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_ai.evaluation import Offer
    from crm_ai.modeling import Run


def add_costs(parser: argparse.ArgumentParser) -> None:
    """Describe the options that say what a contact costs and brings.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        A command that writes reports.
    """
    parser.add_argument("--value", type=float, metavar="MONEY", help=_("what a customer who is won over is worth"))
    parser.add_argument("--cost", type=float, metavar="MONEY", help=_("what a contact costs"))
    parser.add_argument(
        "--chance", type=float, default=1.0, metavar="SHARE", help=_("how many contacts work (default: all, 1.0)")
    )
    parser.add_argument(
        "--incentive", type=float, default=0.0, metavar="MONEY", help=_("what is given to whoever accepts (default: 0)")
    )
    parser.add_argument("--budget", type=float, metavar="MONEY", help=_("what all contacts together may cost"))
    parser.add_argument(
        "--answer",
        metavar="LABEL",
        help=_("of several answers: the one set against all others (default: first)"),
    )


def offer_of(options: argparse.Namespace) -> Offer | None:
    """Read what a contact costs and brings.

    Parameters
    ----------
    options : argparse.Namespace
        With value, cost, chance and incentive.

    Returns
    -------
    Offer or None
        None unless value or cost was given.

    Raises
    ------
    CrmAiError
        If only one of them was given, or an amount makes no sense.
    """
    if options.value is None and options.cost is None:
        return None
    if options.value is None or options.cost is None:
        raise CrmAiError(
            _("What a contact is worth takes both its value and its cost."), next_step=_("Give --value and --cost.")
        )
    from crm_ai.evaluation import Offer

    return Offer(value=options.value, cost=options.cost, chance=options.chance, incentive=options.incentive)


def check_report(path: str) -> None:
    """Make sure, before anything dear is computed, that a report can be written there.

    Parameters
    ----------
    path : str
        The file.

    Raises
    ------
    CrmAiError
        If its ending is not known.
    """
    from crm_ai.reporting.reports import known_format

    known_format(None, path)


def write_report(
    run: Run,
    model_type: str,
    options: argparse.Namespace,
    offer: Offer | None,
    *,
    path: str | None = None,
    threshold: float | None,
    progress: Callable[[float, str], object] | None = None,
) -> None:
    """Write the report that was asked for.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    options : argparse.Namespace
        With answer and budget, and report unless a `path` is given.
    offer : Offer or None
        What a contact costs and brings.
    path : str, optional
        The file.
    threshold : float or None
        Score from which a customer is selected; None for the one that the offer makes best, or 0.5.
    progress : callable, optional
        Told the share of the work that is done, and what is being done.
    """
    from crm_ai.reporting import report

    report(
        run,
        model_type,
        path=path or options.report,
        threshold=threshold,
        label=options.answer,
        offer=offer,
        budget=options.budget,
        progress=progress,
    )
