"""How well two tables fit, before anything is joined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.joining.keys import Key, texts_of_keys
from crm_ai.table import Table
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class Match:
    """How well two tables fit.

    Parameters
    ----------
    customers_with, customers_without : int
        Customers who have rows in the other table, and who have none.
    rows_without_customer : int
        Rows of the other table that belong to nobody.
    most_rows : int
        Rows of the customer who has the most.
    repeated_customers : int
        Customers whose key another customer has too; the rows go to the first of them.
    one_to_many : bool
        Whether some customer has several rows.
    owners : numpy.ndarray of int, shape (rows of the other table,)
        Position of the customer whom each row belongs to; -1 for nobody.
    """

    customers_with: int
    customers_without: int
    rows_without_customer: int
    most_rows: int
    repeated_customers: int
    one_to_many: bool
    owners: np.ndarray


def match(customers: Table, other: Table, key: Key) -> Match:
    """Count who is found, before anything is joined.

    Parameters
    ----------
    customers : Table
        One row a customer.
    other : Table
        The other table.
    key : Key
        Columns that hold the same values.

    Returns
    -------
    Match
        The counts.

    Raises
    ------
    ProblemError
        If a column of the key is not there.
    """
    for table, name in ((customers, key.left), (other, key.right)):
        if name not in table.schema:
            raise ProblemError(
                _("There is no column “{name}”.").format(name=name),
                where=table.source,
                next_step=_("Choose a column that tells whose rows they are."),
            )
    left = pd.Series(texts_of_keys(customers.frame[key.left], key.way))
    repeated = left.duplicated() & left.notna()
    places = pd.Series(np.arange(len(left)), index=left)[(left.notna() & ~repeated).to_numpy()]
    codes, distinct = pd.factorize(texts_of_keys(other.frame[key.right], key.way))
    of_distinct = np.append(places.index.get_indexer(pd.Index(distinct)), -1)
    positions = np.append(places.to_numpy(), -1)
    owners = positions[of_distinct[codes]]
    rows = np.bincount(owners[owners >= 0], minlength=len(customers))
    return Match(
        customers_with=int((rows > 0).sum()),
        customers_without=int((rows == 0).sum()),
        rows_without_customer=int((owners < 0).sum()),
        most_rows=int(rows.max(initial=0)),
        repeated_customers=int(repeated.sum()),
        one_to_many=bool((rows > 1).any()),
        owners=owners,
    )
