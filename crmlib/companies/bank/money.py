"""Balances, revenue, cost, profit, wallets and the market of Harbour Bank."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import stream
from crmlib.companies.bank.parameters import MONTHS, PER_YEAR, PRODUCTS, value
from crmlib.companies.bank.people import People
from crmlib.companies.bank.service import months_of

HIGH_VALUE = 300_000  # CNY of assets anywhere: the market's own line for a high-value customer
ACCOUNT_FEE = 0.5  # CNY per month, from everybody
RIVALS = ("Harbour Bank", "Northern Bank", "Pearl Bank", "others")


def make_rates(seed: int) -> pd.DataFrame:
    """One row per month: the bank's list rate for deposits, the internal transfer price, lending rates (per year)."""
    rng = stream(seed, "rates")
    drift = np.cumsum(rng.normal(0.0, 0.0002, MONTHS))
    return pd.DataFrame(
        {
            "month": months_of(np.arange(MONTHS)),
            "deposit_rate": np.round(0.005 + 0.3 * drift, 5),
            "transfer_price": np.round(0.020 + drift, 5),
            "mortgage_rate": np.round(0.032 + drift, 5),
            "loan_rate": np.round(0.060 + drift, 5),
        }
    )


def simulate_money(people: People, rates: pd.DataFrame, counts: dict[str, np.ndarray], present: np.ndarray) -> dict:
    """Return customers x months arrays of balances, revenue, expected loss and cost to serve (zero when not a customer)."""
    rng = stream(people.seed, "money")
    n = people.n
    held = {name: people.opened[:, place] for place, name in enumerate(PRODUCTS)}
    until = {name: people.closed[:, place] for place, name in enumerate(PRODUCTS)}
    size = value("money.size_sd") * people.size + 0.55 * people.business
    deposit_size = 9.05 + size + 0.45 * rng.standard_normal(n) + 0.35 * (people.segment == 1)
    fee_size = 1.55 + 0.85 * size + 0.5 * rng.standard_normal(n)
    amount = {
        "mortgage": np.exp(11.5 + 0.45 * size + 0.4 * rng.standard_normal(n)),
        "loan": np.exp(9.4 + 0.75 * size + 0.5 * rng.standard_normal(n)),
        "wealth": np.exp(9.6 + 0.95 * size + 0.6 * rng.standard_normal(n)),
    }
    risk = {
        "mortgage": np.minimum(0.03, 0.0030 * np.exp(1.2 * rng.standard_normal(n))),
        "loan": np.minimum(0.25, 0.0390 * np.exp(1.1 * rng.standard_normal(n))),
    }
    gaming = people.branches.gaming[people.branch]
    # Private rate deals: the larger the deposit, the likelier; managers with a target to reach grant them more.
    deal = rng.random(n) < 1 / (1 + np.exp(-(1.6 * (deposit_size - 13.1) + 1.4 * gaming)))
    premium = np.where(deal, 0.0112 + 0.0030 * rng.random(n), 0.0008 * rng.random(n))
    yearly = rng.normal(0.0, 0.42, (n, 3))
    wander = 0.28 * rng.standard_normal(n)
    app_cost = value("cost.app")
    hours = np.minimum(
        8.0, np.exp(1.1 * rng.standard_normal(n))
    )  # some customers take ten times the hours of others of their size
    adviser_cost = value("cost.adviser") / PER_YEAR * np.exp(0.6 * people.size) * hours
    business_cost = value("cost.business") / PER_YEAR * people.business * np.exp(0.7 * people.size) * hours
    out = {
        name: np.zeros((n, MONTHS))
        for name in (
            "deposits_end",
            "deposits_average",
            "lending",
            "investments",
            "fees",
            "revenue",
            "expected_loss",
            "cost",
        )
    }
    for month in range(MONTHS):
        k, here = month // PER_YEAR, present[:, month]
        wander = 0.92 * wander + np.sqrt(1 - 0.92**2) * 0.28 * rng.standard_normal(n)
        years_in = np.maximum(0.0, month - people.joined) / PER_YEAR
        log_scale = (
            np.log1p(value("money.growth")) * month / PER_YEAR
            + value("money.quality_market") * people.branches.location[people.branch]
            + value("money.mood") * people.branches.mood[people.branch, k]
            + people.branches.shock[people.branch, k]
            + value("money.referred_lead") * people.referred * np.exp(-years_in / value("money.referred_fade"))
            - 0.5 * (people.returned <= month)
        )
        scale = np.exp(log_scale + yearly[:, k] + wander)
        # An account in its first weeks is still filling up, and one about to close is being emptied.
        filling = np.clip((month + 1 - people.joined) / 3, 0.15, 1.0)
        emptying = np.where(people.left == month, 0.35, np.where(people.left == month + 1, 0.75, 1.0))
        emptying = np.where(people.returned <= month, 1.0, emptying)
        deposits = np.round(np.exp(deposit_size) * scale * filling * emptying) * here
        end = deposits * np.exp(0.08 * rng.standard_normal(n) + value("gaming.lift") * gaming)
        open_now = {name: here & (held[name] <= month) & (until[name] > month) for name in held}
        mortgage = np.round(amount["mortgage"] * np.exp(log_scale)) * open_now["mortgage"]
        loan = np.round(amount["loan"] * np.exp(log_scale)) * open_now["loan"]
        invested = np.round(amount["wealth"] * scale) * open_now["wealth"]
        rate = rates.iloc[month]
        margin = (
            deposits * (rate["transfer_price"] - rate["deposit_rate"] - premium)
            + mortgage * (rate["mortgage_rate"] - rate["transfer_price"])
            + loan * (rate["loan_rate"] - rate["transfer_price"])
        ) / PER_YEAR
        product_fees = 2.0 * open_now["card"] + 6.0 * open_now["insurance"]
        fees = (ACCOUNT_FEE + np.exp(fee_size) * scale + product_fees * scale + invested * 0.006 / PER_YEAR) * here
        out["deposits_average"][:, month] = deposits
        out["deposits_end"][:, month] = np.round(end)
        out["lending"][:, month] = mortgage + loan
        out["investments"][:, month] = invested
        out["fees"][:, month] = np.round(fees, 2)
        out["revenue"][:, month] = np.round(margin + fees, 2)
        out["expected_loss"][:, month] = np.round((mortgage * risk["mortgage"] + loan * risk["loan"]) / PER_YEAR, 2)
        out["cost"][:, month] = np.round(
            (
                value("cost.teller") * counts["teller"][:, month]
                + value("cost.call") * counts["call"][:, month]
                + app_cost * counts["app"][:, month]
                + (adviser_cost * (people.adviser <= month) + business_cost) * here
            ),
            2,
        )
    return out | {"premium": premium}


def make_months(people: People, money: dict, present: np.ndarray) -> pd.DataFrame:
    """One row per customer and month of the relationship; `money`'s arrays are taken out of it one by one."""
    rows = np.flatnonzero(present.ravel())
    frame = {}
    for name in (
        "deposits_end",
        "deposits_average",
        "lending",
        "investments",
        "fees",
        "revenue",
        "expected_loss",
        "cost",
    ):
        frame[name] = money.pop(name).ravel()[rows]
    frame["cost_to_serve"] = frame.pop("cost")
    frame["customer"] = people.first_id + rows // MONTHS
    frame["month"] = months_of(np.arange(MONTHS))[rows % MONTHS]
    return pd.DataFrame(frame, copy=False)


def make_years(people: People, money: dict, counts: dict, present: np.ndarray, rates: pd.DataFrame) -> pd.DataFrame:
    """One row per customer and calendar year of the relationship: the year's profit and loss of a customer."""
    parts = []
    list_rate = rates["deposit_rate"].to_numpy()
    for k in range(3):
        window = slice(PER_YEAR * k, PER_YEAR * (k + 1))
        months = present[:, window].sum(axis=1)
        rows = np.flatnonzero(months)
        last = PER_YEAR * (k + 1) - 1
        total = {name: money[name][rows, window].sum(axis=1) for name in ("revenue", "fees", "expected_loss", "cost")}
        overhead = value("cost.overhead") * months[rows] / PER_YEAR
        held = (people.opened[rows] <= last) & (people.closed[rows] > last)
        parts.append(
            pd.DataFrame(
                {
                    "customer": people.first_id + rows,
                    "year": 2023 + k,
                    "months": months[rows],
                    "revenue": total["revenue"],
                    "interest_margin": total["revenue"] - total["fees"],
                    "fees": total["fees"],
                    "expected_loss": total["expected_loss"],
                    "cost_to_serve": total["cost"],
                    "overhead": overhead,
                    "contribution": total["revenue"] - total["expected_loss"] - total["cost"],
                    "profit": total["revenue"] - total["expected_loss"] - total["cost"] - overhead,
                    "deposits_average": money["deposits_average"][rows, window].sum(axis=1) / months[rows],
                    "list_rate": list_rate[window].mean(),
                    "paid_rate": list_rate[window].mean() + money["premium"][rows],
                    "teller_visits": counts["teller"][rows, window].sum(axis=1),
                    "calls": counts["call"][rows, window].sum(axis=1),
                    "app_sessions": counts["app"][rows, window].sum(axis=1),
                    "products": np.where(present[rows, last], held.sum(axis=1), 0),
                },
                copy=False,
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values(["customer", "year"], ignore_index=True)


def make_wallets(people: People, money: dict, present: np.ndarray) -> pd.DataFrame:
    """One row per customer and year-end: the customer's assets at all banks, and this bank's share and rank."""
    rng = stream(people.seed, "wallets")
    banks = 1 + np.minimum(4, rng.poisson(np.exp(0.72 + 0.10 * people.size)))
    lean = 0.8 * (people.payroll < MONTHS) + 0.45 * rng.standard_normal(people.n)
    place = rng.standard_normal(people.n)
    parts = []
    for k in range(3):
        last = PER_YEAR * (k + 1) - 1
        rows = np.flatnonzero(present[:, last])
        score = lean[rows] + 0.08 * people.year["satisfaction"][rows, k] + 0.9 * place[rows]
        above = 1 / (1 + np.exp(-(score + 0.25 * rng.standard_normal(len(rows)))))
        rank = 1 + np.minimum(banks[rows] - 1, ((1 - above) * banks[rows]).astype(int))
        rule = (1 - rank / (banks[rows] + 1)) * 2 / banks[rows]
        share = np.where(
            banks[rows] == 1,
            1.0,
            1 / (1 + np.exp(-(np.log(rule / (1.02 - rule)) + 0.35 * rng.standard_normal(len(rows))))),
        )
        own = money["deposits_average"][rows, last] + money["investments"][rows, last]
        parts.append(
            pd.DataFrame(
                {
                    "customer": people.first_id + rows,
                    "year": 2023 + k,
                    "assets_here": own,
                    "wallet": np.round(own / share),
                    "banks": banks[rows],
                    "rank": rank,
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True).sort_values(["customer", "year"], ignore_index=True)
    frame["share_of_wallet"] = np.where(frame["wallet"] > 0, frame["assets_here"] / frame["wallet"].clip(lower=1), 0.0)
    return frame


def make_market(people: People, wallets: pd.DataFrame) -> pd.DataFrame:
    """One row per year and bank: customers, high-value customers and assets in the city's market.

    Harbour Bank's own rows count its customers; a high-value customer counts at every bank that he uses.
    """
    rng = stream(people.seed, "market")
    parts = []
    for k, year in enumerate((2023, 2024, 2025)):
        own = wallets[wallets["year"] == year]
        high = int((own["wallet"] >= HIGH_VALUE).sum())
        swing = (1.00, 0.93, 1.02)[k]  # the market's weak second year
        ratio = np.array([2.1, 1.4, 3.6]) * np.exp(rng.normal(0.0, 0.02, 3))
        ratio_high = np.array([1.5, 2.4, 2.2]) * np.exp(rng.normal(0.0, 0.03, 3)) * swing
        here = own["assets_here"].sum()
        assets = np.concatenate([[here], np.round(np.array([1.8, 2.3, 2.9]) * swing * here)])
        # In a small bank one giant's money elsewhere can be more than the rivals would have: they hold it all the same.
        assets[-1] += max(0.0, np.ceil(1.1 * own["wallet"].sum() - assets.sum()))
        parts.append(
            pd.DataFrame(
                {
                    "year": year,
                    "bank": RIVALS,
                    "customers": np.concatenate([[len(own)], np.round(ratio * len(own))]).astype(int),
                    "high_value_customers": np.concatenate([[high], np.round(ratio_high * high)]).astype(int),
                    "assets": assets,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
