"""Customers who buy exactly as the models say."""

import numpy as np


def purchase_histories(n, r, alpha, a, b, *, days=400.0, seed=0, ahead=0.0):
    """Frequency, recency, age, and purchases in a time ahead, of a BG/NBD process; nobody leaves if a is 0."""
    random = np.random.default_rng(seed)
    rates, leave = random.gamma(r, 1 / alpha, n), random.beta(a, b, n) if a else np.zeros(n)
    age = random.uniform(0.5, 1.0, n) * days
    x, last, later = np.zeros(n), np.zeros(n), np.zeros(n)
    clock, here = np.zeros(n), np.ones(n, dtype=bool)
    while here.any():
        clock[here] += random.exponential(1 / rates[here])
        here &= clock <= age + ahead
        before = here & (clock <= age)
        x[before] += 1
        last[before] = clock[before]
        later[here & ~before] += 1
        here &= random.random(n) >= leave
    return x, last, age, later


def mean_values(x, p, q, v, *, seed=0):
    """Mean value of repeat purchases of customers of a gamma-gamma process; 0 without a repeat."""
    random = np.random.default_rng(seed)
    rate = random.gamma(q, 1 / v, len(x))
    again = x > 0
    values = np.zeros(len(x))
    values[again] = random.gamma(p * x[again], 1 / (rate[again] * x[again]))
    return values
