"""Make the sample data sets, byte for byte the same each time.

``python sample_data/make.py`` writes the files beside this script; with ``--check`` it tells whether they are what it
would write. How each table came about is written down in ``MECHANISMS``, and the targets are computed from it, so that
tests can ask whether models, SHAP and fairness find the truth.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SEED = 20_261
CITIES = ("上海", "北京", "广州", "成都", "杭州", "深圳")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How a sample's target truly came about.

    Parameters
    ----------
    target : str
        The column that is predicted.
    intercept : float
        Log-odds, or money, before any driver.
    drivers : mapping of str to float or mapping
        Columns that decide the target, the most important (mean absolute contribution) first. Of a number its signed
        weight a standard deviation, of a column of labels the addition by label; in log-odds, or money. In
        ``offer_choice`` the weight on the wish for the driver's own offer.
    idle : tuple of str
        Columns that have no part in it and are drawn on their own.
    curves : mapping of str to str
        NumPy function that a number passes through before it is standardised.
    wishes : mapping of str to str
        Of several answers, the driver of each.
    leak : str
        A column recorded after the outcome.
    proxy : str
        A column that gives away the sensitive one.
    sensitive : str
        The sensitive column; it has no part in the target but through the proxy.
    selection_gap : float
        True gap: share of men less share of women whose true probability is 0.5 or more, among a million customers.
    outcome_gap : float
        Share of men less share of women with the outcome, among a million customers.
    """

    target: str
    intercept: float
    drivers: Mapping[str, float | Mapping[str, float]]
    idle: tuple[str, ...]
    curves: Mapping[str, str] = field(default_factory=dict)
    wishes: Mapping[str, str] = field(default_factory=dict)
    leak: str = ""
    proxy: str = ""
    sensitive: str = ""
    selection_gap: float = float("nan")
    outcome_gap: float = float("nan")


MECHANISMS: Mapping[str, Mechanism] = MappingProxyType(
    {
        "telephone_customers": Mechanism(
            target="churned",
            intercept=-2.15,
            drivers={
                "contract": {"monthly": 1.5, "one year": 0.2, "two years": -0.7},
                "months_with_us": -0.95,
                "complaints": 0.75,
                "monthly_fee": 0.5,
                "autopay": {"no": 0.5, "yes": 0.0},
            },
            idle=("城市", "paper_bill", "birthday_month"),
            curves={"months_with_us": "sqrt"},
            leak="retention_call_minutes",
            proxy="plan_family",
            sensitive="gender",
            selection_gap=0.158,
            outcome_gap=0.112,
        ),
        "customer_value": Mechanism(
            target="yearly_value",
            intercept=640.0,
            drivers={
                "orders_last_year": 420.0,
                "average_basket": 260.0,
                "loyalty_tier": {"none": 0.0, "silver": 110.0, "gold": 260.0, "platinum": 420.0},
                "returns_share": -90.0,
            },
            idle=("newsletter", "shirt_size", "地区"),
            curves={"orders_last_year": "sqrt", "average_basket": "log"},
        ),
        "offer_choice": Mechanism(
            target="accepted_offer",
            intercept=0.0,
            drivers={"data_gb": 1.6, "household_size": 1.4, "device_age_months": 1.2, "price_sensitivity": 1.0},
            idle=("城市", "contact_hour"),
            curves={"data_gb": "log"},
            wishes={
                "more data": "data_gb",
                "family plan": "household_size",
                "new device": "device_age_months",
                "discount": "price_sensitivity",
            },
        ),
    }
)


def contributions(mechanism: Mechanism, columns: Mapping[str, np.ndarray] | pd.DataFrame) -> dict[str, np.ndarray]:
    """What each driver adds for each customer.

    Parameters
    ----------
    mechanism : Mechanism
        How the target came about.
    columns : mapping of str to array, or pandas.DataFrame
        The drivers, without missing cells.

    Returns
    -------
    dict of str to numpy.ndarray
        Additions by driver, in log-odds or money; together with the intercept they sum to the mechanism's expectation.
    """
    return {
        name: _addition(np.asarray(columns[name]), weight, mechanism.curves.get(name))
        for name, weight in mechanism.drivers.items()
    }


def expectation(mechanism: Mechanism, columns: Mapping[str, np.ndarray] | pd.DataFrame) -> np.ndarray:
    """True log-odds (or money) of each customer.

    Parameters
    ----------
    mechanism : Mechanism
        How the target came about.
    columns : mapping of str to array, or pandas.DataFrame
        The drivers, without missing cells.

    Returns
    -------
    numpy.ndarray
        The intercept and all additions.
    """
    total = np.asarray(mechanism.intercept)
    for addition in contributions(mechanism, columns).values():
        total = total + addition
    return total


def telephone_customers(n: int = 4_000, *, seed: int = SEED) -> pd.DataFrame:
    """Customers of a telephone company; ``churned`` says who left within the next quarter.

    Parameters
    ----------
    n : int, default 4000
        Customers; more of them tell what is true beyond the sample.
    seed : int
        Decides the draw.

    Returns
    -------
    pandas.DataFrame
        One customer a row.
    """
    generator = np.random.default_rng(seed)
    gender = generator.choice(["female", "male"], n, p=[0.52, 0.48])
    age = np.clip(generator.gamma(9, 5.2, n), 18, 92).round()
    # Families of plans were marketed to women and men differently: the proxy.
    leaning = np.where(gender == "female", 0.8, -0.8) + generator.normal(0, 0.7, n)
    plan_family = np.select([leaning > 0.6, leaning > -0.5], ["Lotus", "Classic"], "Turbo")
    contract = generator.choice(["monthly", "one year", "two years"], n, p=[0.54, 0.26, 0.20])
    months = np.clip(generator.gamma(1.4, 20, n) * np.where(contract == "monthly", 0.8, 1.3), 1, 120).round()
    gigabytes = np.clip(generator.lognormal(2.3, 0.7, n), 0.1, 400).round(1)
    fee = (18 + 6.5 * np.log1p(gigabytes) + 9 * (plan_family == "Turbo") + generator.normal(0, 4, n)).round(2)
    complaints = generator.poisson(0.35 + 0.5 * (plan_family == "Turbo"))
    autopay = generator.choice(["yes", "no"], n, p=[0.6, 0.4])
    drivers = {
        "contract": contract, "months_with_us": months, "complaints": complaints, "monthly_fee": fee, "autopay": autopay
    }  # fmt: skip
    left = generator.random(n) < probability(expectation(MECHANISMS["telephone_customers"], drivers))
    frame = pd.DataFrame(
        {
            "customer_id": [f"T{number:06d}" for number in generator.permutation(np.arange(100_000, 100_000 + n))],
            "gender": gender,
            "age": age.astype(int),
            "城市": generator.choice(CITIES, n, p=[0.28, 0.24, 0.18, 0.14, 0.1, 0.06]),
            "plan_family": plan_family,
            "contract": contract,
            "months_with_us": months.astype(int),
            "data_gb": gigabytes,
            "monthly_fee": fee,
            "total_paid": (fee * months * generator.normal(1, 0.04, n)).round(2),
            "complaints": complaints,
            "autopay": autopay,
            "paper_bill": generator.choice(["yes", "no"], n, p=[0.3, 0.7]),
            "birthday_month": generator.integers(1, 13, n),
            "device": generator.choice(
                ["iPhone", "Samsung", "华为", "小米", "OPPO", "landline only"],
                n,
                p=[0.3, 0.24, 0.22, 0.15, 0.087, 0.003],
            ),
            "satisfaction": np.clip(np.round(7.2 - 1.1 * complaints + generator.normal(0, 1.3, n)), 0, 10),
            "retention_call_minutes": np.where(left, generator.gamma(4, 3, n) + 1, 0).round(1),
            "churned": np.where(left, "yes", "no"),
        }
    )
    # People who complain rarely fill in the survey: what is missing tells something.
    silent = generator.random(n) < 0.06 + 0.22 * (complaints > 1)
    frame["satisfaction"] = frame["satisfaction"].mask(silent)
    frame["total_paid"] = frame["total_paid"].mask(generator.random(n) < 0.01)
    frame["device"] = frame["device"].mask(generator.random(n) < 0.04)
    return frame


def customer_value() -> pd.DataFrame:
    """Customers of a shop; ``yearly_value`` is what each brought in the year after."""
    generator = np.random.default_rng(SEED + 1)
    n = 3_000
    orders = generator.negative_binomial(2, 0.22, n)
    basket = generator.lognormal(3.9, 0.45, n)
    tier = generator.choice(["none", "silver", "gold", "platinum"], n, p=[0.55, 0.27, 0.14, 0.04])
    returns = np.clip(generator.beta(1.3, 9, n), 0, 0.9)
    # Square root and logarithm of counts and baskets as they were, before rounding.
    drivers = {
        "orders_last_year": orders, "average_basket": basket, "loyalty_tier": tier, "returns_share": returns
    }  # fmt: skip
    value = expectation(MECHANISMS["customer_value"], drivers) + generator.normal(0, 120, n)
    frame = pd.DataFrame(
        {
            "customer_number": [f"{number:08d}" for number in generator.choice(10**8, n, replace=False)],
            "gender": generator.choice(["f", "m", "unknown"], n, p=[0.55, 0.4, 0.05]),
            "age": np.clip(generator.normal(44, 14, n), 18, 90).round(),
            "地区": generator.choice(["华东", "华北", "华南", "西南", "东北"], n, p=[0.35, 0.25, 0.2, 0.15, 0.05]),
            "customer_since": (
                pd.Timestamp("2026-06-30") - pd.to_timedelta(generator.integers(30, 3_600, n), unit="D")
            ).strftime("%Y-%m-%d"),
            "orders_last_year": orders,
            "average_basket": basket.round(2),
            "loyalty_tier": tier,
            "returns_share": returns.round(3),
            "newsletter": generator.choice(["yes", "no"], n),
            "shirt_size": generator.choice(["S", "M", "L", "XL"], n),
            "favourite_category": generator.choice(
                ["outdoor", "kitchen", "books", "garden", "toys", "vinyl records"],
                n,
                p=[0.3, 0.25, 0.2, 0.14, 0.1, 0.01],
            ),
            "yearly_value": np.maximum(value, 5).round(2),
        }
    )
    frame["age"] = frame["age"].mask(generator.random(n) < 0.08)
    frame["average_basket"] = frame["average_basket"].mask(generator.random(n) < 0.02)
    frame["yearly_value"] = frame["yearly_value"].mask(generator.random(n) < 0.01)
    return frame


def offer_choice() -> pd.DataFrame:
    """Customers who were shown four offers; ``accepted_offer`` is the one they took."""
    generator = np.random.default_rng(SEED + 2)
    n = 3_000
    gigabytes = generator.lognormal(2.3, 0.8, n)
    household = 1 + generator.poisson(1.3, n)
    device_age = np.clip(generator.gamma(2.2, 11, n), 0, 96)
    price = np.clip(generator.normal(5, 2, n), 0, 10)
    mechanism = MECHANISMS["offer_choice"]
    drivers = {
        "data_gb": gigabytes, "household_size": household, "device_age_months": device_age, "price_sensitivity": price
    }  # fmt: skip
    wish_for = contributions(mechanism, drivers)
    # The family plan and the discount please a little more in general.
    general = {"family plan": 0.2, "discount": 0.1}
    wish = np.stack([wish_for[by] + general.get(offer, 0) for offer, by in mechanism.wishes.items()], axis=1)
    taken = (wish + generator.gumbel(0, 0.8, wish.shape)).argmax(axis=1)
    offers = np.array(list(mechanism.wishes))
    return pd.DataFrame(
        {
            "customer_id": [f"A-{number}" for number in generator.choice(np.arange(10_000, 99_999), n, replace=False)],
            "gender": generator.choice(["female", "male"], n),
            "age_group": generator.choice(["18–29", "30–44", "45–59", "60+"], n, p=[0.24, 0.3, 0.28, 0.18]),
            "城市": generator.choice(CITIES, n),
            "data_gb": gigabytes.round(1),
            "household_size": household,
            "device_age_months": pd.Series(device_age.round()).mask(generator.random(n) < 0.05),
            "price_sensitivity": price.round(1),
            "contact_hour": generator.integers(9, 20, n),
            "channel": generator.choice(["shop", "app", "call centre", "微信"], n, p=[0.3, 0.4, 0.1, 0.2]),
            "accepted_offer": offers[taken],
        }
    )


def transactions(customers: pd.DataFrame) -> pd.DataFrame:
    """Payments of the telephone customers over two years, most customers several, some none.

    Parameters
    ----------
    customers : pandas.DataFrame
        As made by ``telephone_customers``.

    Returns
    -------
    pandas.DataFrame
        One payment a row, in order of time.
    """
    generator = np.random.default_rng(SEED + 3)
    active = customers.sample(frac=0.85, random_state=SEED)
    number = generator.negative_binomial(1.2, 0.22, len(active))
    owner = np.repeat(active["customer_id"].to_numpy(), number)
    frame = pd.DataFrame(
        {
            "customer_id": owner,
            "paid_on": pd.Timestamp("2024-07-01") + pd.to_timedelta(generator.integers(0, 730, len(owner)), unit="D"),
            "amount": generator.lognormal(2.6, 0.9, len(owner)).round(2),
            "product": generator.choice(
                ["top-up", "roaming", "device instalment", "流量包", "accessory"],
                len(owner),
                p=[0.45, 0.15, 0.15, 0.2, 0.05],
            ),
        }
    )
    refunded = generator.random(len(frame)) < 0.02
    frame["amount"] = frame["amount"].where(~refunded, -frame["amount"])
    frame = frame.sort_values(["paid_on", "customer_id"], kind="stable", ignore_index=True)
    frame["paid_on"] = frame["paid_on"].dt.strftime("%Y-%m-%d")
    return frame


def probability(log_odds: np.ndarray) -> np.ndarray:
    """Probability for log-odds.

    Parameters
    ----------
    log_odds : numpy.ndarray
        Logarithms of odds.

    Returns
    -------
    numpy.ndarray
        Numbers in [0, 1].
    """
    return 1 / (1 + np.exp(-log_odds))


def files() -> dict[str, bytes]:
    """Content of all files by name."""
    customers = telephone_customers()
    frames = {
        "telephone_customers": customers,
        "customer_value": customer_value(),
        "offer_choice": offer_choice(),
        "transactions": transactions(customers),
    }
    return {f"{name}.csv": f.to_csv(index=False, lineterminator="\n").encode() for name, f in frames.items()}


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()


def _addition(cells: np.ndarray, weight: float | Mapping[str, float], curve: str | None) -> np.ndarray:
    if isinstance(weight, Mapping):
        labels = list(weight)
        return np.select([cells == label for label in labels], [weight[label] for label in labels])
    return weight * _standard(getattr(np, curve)(cells) if curve else cells)


def main(words: list[str]) -> int:
    """Write the files, or check them.

    Parameters
    ----------
    words : list of str
        ``--check``, or nothing.

    Returns
    -------
    int
        1 if a file is not what it should be, else 0.
    """
    made = files()
    if "--check" not in words:
        for name, content in made.items():
            (HERE / name).write_bytes(content)
            print(f"{name}: {len(content):,} bytes")
        return 0
    wrong = [n for n, c in made.items() if not (HERE / n).exists() or (HERE / n).read_bytes() != c]
    print(f"not what make.py writes: {', '.join(wrong)}" if wrong else "sample data are what make.py writes")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
