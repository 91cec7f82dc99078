"""Make of a table one without the people in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from crm_ai.errors import ProblemError
from crm_ai.personal_data.detection import echoes_of, is_made_of_sentences, look_at
from crm_ai.personal_data.generalisation import generalised
from crm_ai.personal_data.masks import masked, masked_within
from crm_ai.personal_data.pieces import worth_a_look
from crm_ai.personal_data.pseudonyms import check_key, pseudonyms
from crm_ai.personal_data.samples import sample_of
from crm_ai.personal_data.sensitive import Protection, Sensitive
from crm_ai.table import LABELLED, Column, Kind, Role, Table
from crm_ai.table.cells import text_of
from crm_ai.words import _, count, sentences

# Shorter cells, such as 1 or No, stand in many sentences without being quoted there.
SHORTEST_QUOTE = 2


def protect(table: Table, choices: Mapping[str, Protection], *, key: bytes | None = None) -> Table:
    """Mask, pseudonymise, generalise or drop columns.

    Parameters
    ----------
    table : Table
        The customers.
    choices : mapping of str to Protection
        What to do, by column; columns that are not named stay as they are. Masks of sentences in which personal
        data was found change only what was found there; all other masks change every cell.
    key : bytes, optional
        Key of the pseudonyms. It is neither stored nor told; tables made with the same key can be joined.

    Returns
    -------
    Table
        A new table. Of the columns that were masked, pseudonymised or dropped nothing is left in it, neither in its
        cells nor in what its schema and its notes say.

    Raises
    ------
    ProblemError
        If a column does not exist, or none would be left.
    CrmAiError
        If there is no key for pseudonyms, or a column cannot be made coarser.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"name": ["王伟", "李娜娜"], "age": [34, 41]}))
    >>> protect(table, {"name": Protection.MASK, "age": Protection.GENERALISE}).frame.values.tolist()
    [['王*', '30–39'], ['李**', '40–49']]
    """
    wanted = {table.schema[name].name: how for name, how in choices.items() if how is not Protection.KEEP}
    if Protection.PSEUDONYMISE in wanted.values():
        key = check_key(key)
    kept = [name for name in table.schema.names if wanted.get(name) is not Protection.DROP]
    if not kept:
        raise ProblemError(_("All columns would be dropped."), next_step=_("Keep at least one."))
    cells = {name: table.frame[name] for name in kept}
    columns: list[Column] = []
    notes: list[str] = []
    for name in (name for name in kept if name in wanted):
        cells[name], column, note = _protected(table.frame[name], table.schema[name], wanted[name], key)
        columns.append(column)
        notes.append(note)
    notes += [_("“{column}” was dropped.").format(column=name) for name in wanted if name not in kept]
    notes += _still_told(table, wanted)
    safe = table.with_frame(pd.DataFrame(cells, copy=False), columns=columns)
    told, removed = _without_quotes(table.reading.notes, (table.frame[name] for name in wanted))
    if removed:
        notes.append(_("{n} notes that quote protected cells were removed.").format(n=count(removed)))
    return replace(safe, reading=replace(safe.reading, notes=(*told, *notes)))


def _still_told(table: Table, wanted: Mapping[str, Protection]) -> list[str]:
    """Warn of columns that are kept and repeat the names that another column does not show any more."""
    names = [name for name in wanted if _holds_names(table, name)]
    told = _("“{column}” still contains names that were protected elsewhere: protect it, too.")
    return [told.format(column=echo.column) for echo in echoes_of(table, names, spared=wanted)]


def _holds_names(table: Table, name: str) -> bool:
    sample = sample_of(table.frame[name], table.schema[name])
    found = [] if sample is None else look_at(table.schema[name], sample)
    return any(detected.what is Sensitive.NAME and not detected.in_text for detected in found)


def _protected(series: pd.Series, column: Column, how: Protection, key: bytes | None) -> tuple[pd.Series, Column, str]:
    """The protected cells, what the column is now, and what was done."""
    sample = sample_of(series, column)
    found = [] if sample is None else look_at(column, sample)
    what = next((detected.what for detected in found if not detected.in_text), None)
    if how is Protection.GENERALISE:
        told = _("“{column}” was made coarser.").format(column=column.name)
        role = Role.FEATURE if column.kind in (Kind.TEXT, Kind.IDENTIFIER) else column.role
        return generalised(series, column, what), Column(column.name, Kind.CATEGORY, role, _("Made coarser.")), told
    if how is Protection.PSEUDONYMISE:
        assert key is not None
        told = _("“{column}” was replaced by codes.").format(column=column.name)
        cells = _each(series, lambda texts: pseudonyms(texts, check_key(key)))
        return cells, _renewed(column, Kind.IDENTIFIER, _("Replaced by codes.")), told
    if found and what is None and sample is not None and is_made_of_sentences(column, sample):
        told = _(
            "In “{column}”, e-mail addresses, numbers and introduced names were masked. Other names and postal "
            "addresses within sentences are not found: drop the column if there may be some."
        ).format(column=column.name)
        return _each(series, _mask_pieces), replace(column, evidence=_("Masked in part.")), told
    told = _("“{column}” was masked.").format(column=column.name)
    kinds = tuple(detected.what for detected in found)
    cells = _each(series, lambda texts: [masked(text, kinds) for text in texts])
    return cells, _renewed(column, Kind.TEXT, _("Masked.")), told


def _renewed(column: Column, kind: Kind, evidence: str) -> Column:
    """Labels stay labels, so that they can be counted; nothing that stood for a person predicts any more."""
    role = column.role if column.role is Role.TARGET else Role.IGNORED
    told = evidence if role is Role.TARGET else sentences([evidence, _("Set aside: it stands for persons.")])
    return Column(column.name, column.kind if column.kind in LABELLED else kind, role, told)


def _mask_pieces(texts: list[str]) -> list[str]:
    changed = list(texts)
    for place in worth_a_look(pa.array(texts, pa.large_string())).tolist():
        changed[place] = masked_within(texts[place])
    return changed


def _each(series: pd.Series, change: Callable[[list[str]], list[str]]) -> pd.Series:
    """Change each different cell once, as a text; what is missing stays missing.

    The texts are new ones: nothing of the old column's memory is shared.
    """
    codes, distinct = pd.factorize(series)
    changed = np.asarray([*change(_texts(distinct)), None], dtype=object)
    return pd.Series(changed[codes], dtype="str")


def _texts(distinct: Iterable[object]) -> list[str]:
    return [text_of(value) for value in distinct]


def _without_quotes(notes: tuple[str, ...], protected: Iterable[pd.Series]) -> tuple[tuple[str, ...], int]:
    """The notes that quote no protected cell, and how many did."""
    quoting: set[str] = set()
    for series in protected:
        distinct = series.cat.categories if isinstance(series.dtype, pd.CategoricalDtype) else series.dropna().unique()
        for note in set(notes) - quoting:
            if any(_quotes(note, text) for text in _texts(distinct)):
                quoting.add(note)
    return tuple(note for note in notes if note not in quoting), len(quoting)


def _quotes(note: str, text: str) -> bool:
    text = text.strip()
    if len(text) < SHORTEST_QUOTE or text not in note:
        return False
    if not text.isascii() or len(text) > 12:
        return True
    return bool(re.search(rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])", note))
