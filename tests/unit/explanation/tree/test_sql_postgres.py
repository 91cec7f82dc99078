"""Standard SQL is asked of a real PostgreSQL."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("psycopg")

from crm_ai.explanation.sql_text import quoted_name
from crm_ai.explanation.tree.sql import tree_sql
from tests.unit.explanation.tree import test_sql as customers
from tests.unit.table import test_sql_postgres as postgres

models, server = customers.models, postgres.server


@pytest.mark.parametrize(("target", "label"), [("left", None), ("value", None), ("offer", "mail")])
def test_postgres_gives_the_models_scores(models, server, target, label):
    model = models[target]
    frame = customers.strange_customers(model)
    said = model.predict(frame)
    said = said if label is None else said[:, model.problem.labels.index(label)]
    name = f'{target} of "it\'s"; --'
    kinds = [
        "timestamp" if each == "since" else "float8" if pd.api.types.is_numeric_dtype(frame[each].dtype) else "text"
        for each in frame.columns
    ]
    named = ", ".join(f"{quoted_name(str(each))} {kind}" for each, kind in zip(frame.columns, kinds, strict=True))
    signs = ", ".join(["%s"] * (1 + len(kinds)))
    with server.connect() as base:
        base.execute(f"CREATE TABLE {quoted_name(name)} (place integer, {named})")
        with base.cursor() as cursor:
            rows = [(place, *row) for place, row in enumerate(customers.cells(frame))]
            cursor.executemany(f"INSERT INTO {quoted_name(name)} VALUES ({signs})", rows)
        answered = base.execute(tree_sql(model, name, label).encode()).fetchall()
    ours = np.array([float(row[-1]) for row in sorted(answered, key=lambda row: row[0])])
    assert np.abs(ours - said).max() < 1e-12
