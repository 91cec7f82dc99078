"""How tests drive the app, and the customers they bring."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def go(at: AppTest, page: str) -> AppTest:
    """Go to another page."""
    return at.switch_page(f"pages/{page}.py").run()


def words(at: AppTest) -> str:
    """All that is written on the page."""
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.error, at.warning, at.info, at.metric, at.button)
    return "\n".join(str(getattr(e, "value", "")) + " " + str(getattr(e, "label", "")) for kind in kinds for e in kind)


def assert_sound(at: AppTest) -> None:
    """No page shows an exception, nor what only programmers can read."""
    assert not at.exception
    shown = words(at)
    for internal in ("Traceback", " nan", "None\n", "NaN", "1e-0"):
        assert internal not in shown


def upload(at: AppTest, content: bytes, name: str = "customers.csv") -> AppTest:
    """Bring a table on the Home page; the app then goes to the Data page."""
    at.file_uploader[0].upload(name, content, "text/csv")
    return at.run()


def unequal_customers(rows: int = 900, seed: int = 1) -> bytes:
    """Customers whose answer goes with gender and age, and a district that gives gender away."""
    rng = np.random.default_rng(seed)
    female, age = rng.random(rows) < 0.45, rng.integers(18, 80, rows)
    income = np.round(rng.normal(30, 8, rows), 1)
    buys = rng.random(rows) < 1 / (1 + np.exp(-(2.0 * female + 0.05 * (income - 30) - 0.02 * (age - 45) - 0.9)))
    frame = pd.DataFrame(
        {
            "gender": np.where(female, "女", "男"),
            "district": np.where(rng.random(rows) < 0.85, np.where(female, "north", "south"), "west"),
            "age": age,
            "income": income,
            "Churn": np.where(buys, "Yes", "No"),
        }
    )
    return frame.to_csv(index=False).encode()


def customers(rows: int = 600, seed: int = 0) -> bytes:
    """A small table of customers with a yes/no, a number and a four-way target."""
    rng = np.random.default_rng(seed)
    months = rng.integers(1, 72, rows)
    plan = rng.choice(["monthly", "yearly", "two years"], rows, p=[0.5, 0.3, 0.2])
    gender = rng.choice(["Female", "Male"], rows)
    spend = np.round(rng.gamma(3, 25, rows) + months, 2)
    leaves = rng.random(rows) < 1 / (1 + np.exp(0.05 * months - 1.2 * (plan == "monthly")))
    frame = pd.DataFrame(
        {
            "customerID": [f"C-{i:05d}" for i in range(rows)],
            "gender": gender,
            "months": months,
            "plan": plan,
            "spend": spend,
            "Churn": np.where(leaves, "Yes", "No"),
        }
    )
    return frame.to_csv(index=False).encode()
