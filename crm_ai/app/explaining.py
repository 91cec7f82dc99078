"""What moves a model, in a sentence, and how to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.app.plain import plain
from crm_ai.charts.reasons import unit
from crm_ai.words import _, count, ngettext, number, sentences

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation

NAME_WIDTH = 40
STRONGEST = 3


def in_a_sentence(reasons: Explanation) -> str:
    """What moves the model most.

    Parameters
    ----------
    reasons : Explanation
        Of the holdout.

    Returns
    -------
    str
        One sentence, safe to stand in markdown.
    """
    table = reasons.importance()
    first = table.iloc[0]
    if not first["mean_absolute"] > 0:
        return _("No column moves this model: it says the same of everybody.")
    factor = 100 if reasons.scale == "probability" else 1
    size = [number(float(first[key]) * factor) for key in ("mean_absolute", "low", "high")]
    words = _("{column} moves the prediction most, by {size} {unit} on average ({low}–{high})").format(
        column=plain(first["column"], NAME_WIDTH), size=size[0], low=size[1], high=size[2], unit=unit(reasons.scale)
    )
    others = [plain(name, NAME_WIDTH) for name in table["column"][1:STRONGEST]]
    if len(others) > 1:
        others = [_("{some} and {last}").format(some=_(", ").join(others[:-1]), last=others[-1])]
    return words + (_("; then {columns}.").format(columns=others[0]) if others else _("."))


def how_to_read(reasons: Explanation, compared_with: str) -> str:
    """What the values are, against whom, for how many customers, and how sure they are.

    Parameters
    ----------
    reasons : Explanation
        Of the holdout.
    compared_with : str
        Whom customers are compared with; empty for everybody.

    Returns
    -------
    str
        A paragraph, safe to stand in markdown.
    """
    words = _(
        "SHAP values say how far a column moves a customer's prediction away from that of {whom}. They add up to the "
        "prediction and are measured in {unit}. They tell what the model does, not what causes it in the world."
    ).format(whom=plain(compared_with, 80) or _("the average customer"), unit=unit(reasons.scale))
    return sentences([words, _how_exact(reasons)])


def _how_exact(reasons: Explanation) -> str:
    """Against whom customers are compared, for how many it was reckoned, and how sure the values are."""
    said = [_("Shown are {n} customers that no model has seen.").format(n=count(len(reasons.rows)))]
    if reasons.error is not None:
        factor = 100 if reasons.scale == "probability" else 1
        said.append(
            _(
                "On this scale the model cannot be taken apart: values are estimated by adding columns in orders drawn "
                "by chance, with a standard error of {error} on average."
            ).format(error=number(factor * float(reasons.error.mean())))
        )
    elif reasons.references:
        said.append(
            ngettext(
                "Values are exact, against {n} customer.",
                "Values are exact, against {n} training customers.",
                reasons.references,
            ).format(n=count(reasons.references))
        )
    else:
        said.append(_("Values are exact, against all training customers."))
    return sentences(said)
