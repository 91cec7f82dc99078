"""Recognise personal data cell by cell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.personal_data.addresses import is_address
from crm_ai.personal_data.birth_dates import is_birth_date
from crm_ai.personal_data.codes import is_bank_card, is_email, is_ip_address, is_resident_id, is_ssn
from crm_ai.personal_data.column_names import Hint, hint_of
from crm_ai.personal_data.people import is_name
from crm_ai.personal_data.sensitive import Sensitive
from crm_ai.personal_data.telephones import is_telephone
from crm_ai.table.cells import Texts, cells_of_array, cells_of_series

Test = Callable[[str, Hint], bool]

TESTS: dict[Sensitive, Test] = {
    Sensitive.NAME: is_name,
    Sensitive.EMAIL: is_email,
    Sensitive.TELEPHONE: is_telephone,
    Sensitive.ADDRESS: is_address,
    Sensitive.RESIDENT_ID: is_resident_id,
    Sensitive.SSN: is_ssn,
    Sensitive.BANK_CARD: is_bank_card,
    Sensitive.IP_ADDRESS: is_ip_address,
    Sensitive.BIRTH_DATE: is_birth_date,
}
# What a cell must look like before the dearer test is made.
CANDIDATES = {
    Sensitive.NAME: r"^\D{2,60}$",
    Sensitive.EMAIL: r"^[^\s@]+@[^\s@]+\.[^\s@]{2,}$",
    Sensitive.TELEPHONE: r"^(\D{0,8}[ :：])?[+(]*\d[\d ()./–-]{5,22}.{0,12}$|^\D{2,6}[+(]*\d[\d ()./–-]{5,22}.{0,12}$",
    Sensitive.ADDRESS: r"^.{5,160}$",
    Sensitive.RESIDENT_ID: r"^\d{6}[ -]?\d{6,8}[ -]?\d{3}[\dXx]?$",
    Sensitive.SSN: r"^\d{3}[- ]?\d{2}[- ]?\d{4}$",
    Sensitive.BANK_CARD: r"^\d(?:[ -]?\d){12,18}$",
    Sensitive.IP_ADDRESS: r"^[0-9a-fA-F:.]{2,45}(/\d{1,2})?$",
    Sensitive.BIRTH_DATE: r"^.{0,15}\d.{5,26}$",
}


def recognise(texts: pa.Array | pd.Series, what: Sensitive, *, context: str = "") -> np.ndarray:
    """Mark the cells that hold a kind of personal data, and nothing else.

    Parameters
    ----------
    texts : pyarrow.Array or pandas.Series of length n
        Cells; missing ones hold nothing.
    what : Sensitive
        The kind to look for.
    context : str, optional
        Name of the column, which tells a telephone number from an order's.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where a cell holds it.

    Examples
    --------
    >>> recognise(pa.array(["王伟", "City Bike", None]), Sensitive.NAME).tolist()
    [True, False, False]
    >>> recognise(pa.array(["13800138000"]), Sensitive.TELEPHONE, context="order number").tolist()
    [False]
    """
    cells = cells_of_series(texts) if isinstance(texts, pd.Series) else cells_of_array(texts, plain=False)
    if not isinstance(cells, Texts):
        from crm_ai.table.coercion import shape
        from crm_ai.table.schema import Kind

        cells = cells_of_series(pd.Series(shape(cells, Kind.CATEGORY).array))
        assert isinstance(cells, Texts)
    return np.append(recognise_distinct(cells.distinct, what, hint_of(context, what)), False)[cells.codes]


def recognise_distinct(distinct: pa.Array, what: Sensitive, hint: Hint) -> np.ndarray:
    """Mark the texts that are a kind of personal data.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts, none missing.
    what : Sensitive
        The kind to look for.
    hint : Hint
        What the column's name says.

    Returns
    -------
    numpy.ndarray of bool, shape (k,)
        True where a text is it.
    """
    found = np.zeros(len(distinct), dtype=bool)
    if not len(distinct):
        return found
    plain = pc.utf8_trim_whitespace(pc.utf8_normalize(distinct, "NFKC"))
    places = np.flatnonzero(pc.match_substring_regex(plain, CANDIDATES[what]).to_numpy(zero_copy_only=False))
    test = TESTS[what]
    found[places] = [test(text, hint) for text in plain.take(pa.array(places)).to_pylist()]
    return found
