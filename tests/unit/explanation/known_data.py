"""Data of a known mechanism, which explanations must find again."""

import numpy as np
import pandas as pd


def make_known(n=3000, seed=0):
    """Spending and leaving rise with plan and calls, most of all together; twin repeats months; noise does nothing."""
    generator = np.random.default_rng(seed)
    months = generator.integers(1, 72, n).astype(float)
    calls = generator.poisson(3, n).astype(float)
    plan = generator.choice(["monthly", "yearly"], n)
    region = generator.choice(["north", "south", "东"], n)
    odds = -0.06 * (months - 36) + 0.9 * (calls - 3) * (plan == "monthly") - 0.5
    return pd.DataFrame(
        {
            "months": months,
            "plan": plan,
            "calls": calls,
            "region": region,
            "noise": generator.normal(size=n).round(3),
            "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 900, n), unit="D"),
            "left": np.where(generator.random(n) < 1 / (1 + np.exp(-odds)), "Yes", "No"),
            "spent": (100 + 8 * odds + generator.normal(0, 2, n)).round(2),
            "offer": np.where(odds > 0.6, "call", np.where(odds > -0.9, "mail", "none")),
        }
    )


KNOWN_FEATURES = ("months", "plan", "calls", "region", "noise")
KNOWN_MODELS = ("logistic_regression", "decision_tree", "random_forest", "gradient_boosting", "neural_network")
