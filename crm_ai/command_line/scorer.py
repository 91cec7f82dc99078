"""What ``python -m crm_ai score`` scores with: a model's file, or a version of the registry as it was approved."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_ai.errors import CrmAiError, RegistryError
from crm_ai.words import _, number

if TYPE_CHECKING:
    from crm_ai.modeling import Model

CHAMPION = "champion"


@dataclass(frozen=True, slots=True)
class Scorer:
    """What is scored with.

    Parameters
    ----------
    model : Model
        The model.
    threshold : float
        Of a yes/no question, the score from which the decision is the positive answer.
    said : str, default ""
        Which version it is, in words.
    """

    model: Model
    threshold: float
    said: str = ""


def add_scorer(parser: argparse.ArgumentParser) -> None:
    """Describe the options that say what is scored with.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command; FILE must come after these.
    """
    parser.add_argument(
        "model", metavar="MODEL", nargs="?", help=_("file written by train --save or downloaded from the app")
    )
    parser.add_argument(
        "--champion", metavar="NAME", help=_("instead of MODEL: the champion of this name in the registry")
    )
    parser.add_argument(
        "--version", metavar="N", help=_("with --champion: another approved version, by number or as challenger")
    )
    parser.set_defaults(arrange=arrange)


def arrange(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Take the one name that stands beside ``--champion`` for the file.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed; changed in place.
    parser : argparse.ArgumentParser
        Ends with wrong usage if options contradict each other.
    """
    if options.champion is None:
        if options.version is not None:
            parser.error(_("--version needs --champion NAME"))
        if options.model is None:
            parser.error(_("name a MODEL, or a --champion of the registry"))
        return
    if options.file is not None:
        parser.error(_("--champion NAME takes the place of MODEL: name only the FILE"))
    options.file, options.model = options.model, None


def chosen(options: argparse.Namespace) -> Scorer:
    """Open what is scored with.

    Parameters
    ----------
    options : argparse.Namespace
        As arranged.

    Returns
    -------
    Scorer
        Ready.

    Raises
    ------
    CrmAiError
        If it cannot be opened, was not approved, or another threshold is asked for than was approved.
    """
    if options.champion is None:
        from crm_ai.deployment import load_model
        from crm_ai.modeling import USUAL_THRESHOLD

        return Scorer(load_model(options.model), USUAL_THRESHOLD if options.threshold is None else options.threshold)
    if options.threshold is not None:
        raise CrmAiError(
            _("The threshold of a registered model was approved with it, and is not chosen here."),
            where="--threshold",
            next_step=_("Leave it out, or register a version with another threshold and have it approved."),
        )
    return _registered(options.champion, options.version or CHAMPION)


def _registered(name: str, which: str) -> Scorer:
    from crm_ai.deployment.registry import APPROVED, champion, find_version, open_registry, open_version
    from crm_ai.modeling import Task

    registry = open_registry()
    if which == CHAMPION:
        version, model, threshold = champion(registry, name)
    else:
        version = find_version(registry, name, which)
        if version.state != APPROVED:
            raise RegistryError(
                _("{version} is not approved, so it may not go to work.").format(version=version.label),
                next_step=_("Have it approved first, or score with the model's file to try it out."),
            )
        model, threshold = open_version(registry, version), version.threshold
    said = _("{version}, at the approved threshold {threshold}")
    if model.problem.task is not Task.BINARY:
        said = _("{version}, as it was approved")
    return Scorer(model, threshold, said.format(version=version.label, threshold=number(threshold, 3)))
