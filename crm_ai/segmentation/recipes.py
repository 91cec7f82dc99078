"""Segmentations that were written down, made again from a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_ai.errors import CrmAiError, ReadError
from crm_ai.segmentation.filters import segment_by_rules
from crm_ai.segmentation.models import clusters_from_json
from crm_ai.segmentation.rule_files import rule_from_json
from crm_ai.segmentation.rules import Rule
from crm_ai.segmentation.segmentation import Segmentation, from_bands
from crm_ai.table import Table, bands_at
from crm_ai.words import _


def segmentation_from_json(table: Table, said: Mapping[str, Any]) -> Segmentation:
    """Put the customers of a table into groups that were written down.

    Parameters
    ----------
    table : Table
        The same customers as when it was written down, or others with the same columns.
    said : mapping
        What ``Segmentation.as_json`` wrote, of clusters, bands or rules.

    Returns
    -------
    Segmentation
        Under the same name, with groups of the same names; of the same customers, the same groups, but for some between
        dense crowds, whom the crowds' cores alone may place otherwise.

    Raises
    ------
    CrmAiError
        If it is damaged, or the table lacks a column that it needs.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.segmentation.rules import Condition
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"months": [2.5, 30.0, 50.0]}))
    >>> made = segment_by_rules(table, {"new": Condition("months", "<", (6,))}, name="New", otherwise="others")
    >>> segmentation_from_json(table, made.as_json()).sizes
    {'new': 1, 'others': 2}
    """
    try:
        name, recipe = str(said["name"]), said["recipe"]
        if recipe["by"] == "rules":
            return segment_by_rules(table, rules_from_json(recipe), name=name, otherwise=str(recipe["otherwise"]))
        if recipe["by"] == "bands":
            bands = bands_at(recipe["edges"], names=recipe["names"])
            return from_bands(table, str(recipe["column"]), bands, name=name)
        if recipe["by"] == "clusters":
            model, groups = clusters_from_json(recipe["model"]), tuple(str(one["name"]) for one in said["groups"])
            _check_kinds(table, model.kinds)
            codes = model.predict(table.frame)
            return Segmentation(name, codes, groups, str(said["made"]), dict(recipe))
    except CrmAiError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged() from error
    raise _damaged()


def rules_from_json(said: Mapping[str, Any]) -> dict[str, Rule]:
    """Read rules with the names of their groups.

    Parameters
    ----------
    said : mapping
        A list of name and rule under ``"rules"``, as in the recipe of ``segment_by_rules``; or rules by name of the
        group; or a single rule.

    Returns
    -------
    dict of str to rule
        In order.

    Raises
    ------
    ReadError
        If these are no rules.

    Examples
    --------
    >>> rules_from_json({"new": {"column": "months", "operator": "<", "values": [6]}})
    {'new': Condition(column='months', operator='<', values=(6,))}
    """
    try:
        if isinstance(said.get("rules"), list):
            return {str(one["name"]): rule_from_json(one["rule"]) for one in said["rules"]}
        if said and all(isinstance(rule, Mapping) for rule in said.values()) and "not" not in said:
            return {str(name): rule_from_json(rule) for name, rule in said.items()}
        return {_("Segment"): rule_from_json(said)}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged() from error


def _check_kinds(table: Table, kinds: Mapping[str, str]) -> None:
    for column, kind in kinds.items():
        if str(table.schema[column].kind) != kind:
            raise ReadError(
                _("This column is another kind now than when the groups were found."),
                where=column,
                next_step=_("Correct its kind on the Data page, or find the groups again."),
            )


def _damaged() -> ReadError:
    return ReadError(
        _("These are no segments, or they are damaged."),
        next_step=_('Write rules like {"new": {"column": "months", "operator": "<", "values": [6]}}.'),
    )
