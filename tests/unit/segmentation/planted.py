"""Tables in which it is known whether there are clusters, and which."""

import numpy as np
import pandas as pd


def planted(n=600, seed=0):
    """Three kinds of customers that differ in months, spending and contract; colour and noise say nothing."""
    generator = np.random.default_rng(seed)
    kind = generator.integers(0, 3, n)
    contract = np.array([["monthly", "monthly", "yearly"], ["two years", "two years", "yearly"], ["yearly"] * 3])
    return pd.DataFrame(
        {
            "months": np.array([6.0, 60.0, 30.0])[kind] + generator.normal(0, 3, n),
            "spent": np.exp(np.array([3.0, 5.0, 7.0])[kind] + generator.normal(0, 0.5, n)),
            "contract": contract[kind, generator.integers(0, 3, n)],
            "complains": np.where(generator.random(n) < np.array([0.9, 0.05, 0.05])[kind], "Yes", "No"),
            "colour": generator.choice(["红", "绿", "蓝"], n),
            "noise": generator.normal(size=n),
        }
    ), kind


def cloud(form, seed, n=500):
    """Customers without clusters."""
    generator = np.random.default_rng(seed)
    bell = generator.normal(size=(n, 5))
    if form == "bells":
        cells = bell
    elif form == "correlated":
        cells = bell @ generator.normal(size=(5, 5))
    elif form == "skewed":
        cells = np.exp(bell @ generator.normal(size=(5, 5)) / 2.5)
    elif form == "even":
        cells = generator.uniform(size=(n, 3))
    elif form == "counts":
        cells = generator.poisson([0.5, 1, 3, 6], size=(n, 4)).astype(float)
    elif form == "amounts":  # most have none
        cells = np.exp(generator.normal(size=(n, 4))) * (generator.random((n, 4)) < [0.3, 0.5, 0.7, 0.9])
    else:
        trait = generator.normal(size=n)
        frame = pd.DataFrame(bell[:, :3], columns=["a", "b", "c"]).assign(a=lambda it: it["a"] + trait)
        return frame.assign(
            plan=pd.cut(trait + generator.normal(size=n), 4, labels=list("wxyz")).astype(str),
            card=np.where(trait + generator.normal(size=n) > 0.5, "Yes", "No"),
            shop=generator.choice(list("abcdefghij"), n),
        )
    return pd.DataFrame(cells, columns=[f"c{place}" for place in range(cells.shape[1])])


FORMS = ("bells", "correlated", "skewed", "even", "counts", "amounts", "mixed")
