"""Regressions to read, and their columns written out by hand in the table's own units."""

import numpy as np
import pandas as pd

from crm_ai.modeling import answers, propose_problem, train
from crm_ai.table import table_from_frame

FEATURES = ("months", "calls", "plan", "city", "since", "<script>")
DAY = np.timedelta64(1, "D")


def make_frame(n=1500, seed=0):
    """Numbers, dates and labels, Chinese and hostile ones, missing here and there; a yes/no and a number follow."""
    generator = np.random.default_rng(seed)
    months, calls = generator.normal(200, 8, n), generator.poisson(2, n).astype(float)
    plan = generator.choice(["monthly", "yearly", "两年", 'o\'brien "x"'], n, p=[0.5, 0.3, 0.15, 0.05])
    days = generator.integers(0, 900, n)
    margin = -0.08 * (months - 200) + 0.4 * (calls - 2) + 1.0 * (plan == "monthly") + 0.001 * (days - 450) - 0.8
    rare = generator.choice(
        ["北京", "上海", "广州", "rare 1", "rare 2", "rare 3"], n, p=[0.4, 0.3, 0.288] + [0.004] * 3
    )
    since = pd.Series(pd.Timestamp("2022-01-01") + pd.to_timedelta(days, unit="D"))
    return pd.DataFrame(
        {
            "months": pd.Series(months).where(generator.random(n) > 0.05),
            "calls": calls,
            "plan": plan,
            "city": pd.Series(rare).where(generator.random(n) > 0.1),
            "since": since.where(generator.random(n) > 0.08),
            "<script>": generator.gamma(2, 2, n),
            "left": np.where(generator.random(n) < 1 / (1 + np.exp(-margin)), "Yes", "No"),
            "value": 100 + 20 * margin + generator.normal(0, 3, n) * np.exp(0.1 * calls),
            "offer": np.where(margin > 1, "call", np.where(margin > -0.5, "mail", "none")),
        }
    )


def fitted(frame, target, models, features=FEATURES):
    table = table_from_frame(frame)
    return train(table, propose_problem(table, target=target, features=list(features)).problem, models)


def outcome(run):
    return answers(run.table, run.problem)[run.train_rows]


def written_out(run):
    """The training customers' columns with an intercept, by their terms' names; made without the encoder."""
    frame, columns = run.train_frame, {"(intercept)": np.ones(len(run.train_rows))}
    for name in run.problem.features:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            column = (column - pd.Timestamp(0)) / DAY
        if pd.api.types.is_numeric_dtype(column.dtype):
            columns[name] = column.fillna(column.median()).to_numpy(float)
            if column.isna().any():
                columns[f"{name} is missing"] = column.isna().to_numpy(float)
            continue
        labels = column.astype("object").map(str, na_action="ignore")
        counts = labels.value_counts()
        frequent = sorted(counts[counts >= 10].index)
        labels = labels.where(labels.isin(frequent) | labels.isna(), "(other)").where(labels.notna(), "(missing)")
        levels = [*frequent, *(level for level in ("(other)", "(missing)") if (labels == level).any())]
        usual = labels[labels.isin(frequent)].value_counts()
        reference = min(usual[usual == usual.max()].index)
        columns |= {f"{name} = {level}": (labels == level).to_numpy(float) for level in levels if level != reference}
    return pd.DataFrame(columns)
