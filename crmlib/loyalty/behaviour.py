"""What loyal customers do: the behaviour of the year after a survey, joined to the answers, and the effects to estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_days, need_frame, need_numbers, need_once

_YEARS = ("products", "revenue", "cost_to_serve", "contribution", "paid_rate", "list_rate", "months")


def behaviour_after(
    answers: pd.DataFrame, years: pd.DataFrame, customers: pd.DataFrame, *, customer: str = "customer"
) -> pd.DataFrame:
    """Join each answer with what the customer did: in the year of the survey, and in the year after it.

    Products, revenue and costs accrue to who stays, so what loyalty is to explain is measured later than loyalty. Figures of
    the next year are those of customers who were there for all of it; of others they are empty, not 0.

    Parameters
    ----------
    answers : one row per answer, columns `customer`, `wave` (year) and `asked` (date).
    years : one row per customer and calendar year: `customer`, `year`, `months` (of relationship), `products`, `revenue`,
        `cost_to_serve`, `contribution` (money), `paid_rate`, `list_rate` (for deposits, shares of a year).
    customers : one row per customer: `customer`, `joined` (date), `referrer` (customer who referred this one, or empty).

    Returns
    -------
    The answers in their order, with `tenure` (years since joining), `products`, `log_revenue` (of the survey's year),
    `products_added` (next year less this), `private_rate` (paid less list rate next year, in percentage points),
    `log_cost`, `contribution` (next year) and `brought` (new customers referred in the 12 months from the question on).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows in `customers` or in a year.

    >>> answers = pd.DataFrame({"customer": [1], "wave": [2024], "asked": pd.to_datetime(["2024-10-01"])})
    >>> years = pd.DataFrame({"customer": 1, "year": [2024, 2025], "months": 12, "products": [2, 3], "revenue": 100.0,
    ...                       "cost_to_serve": 20.0, "contribution": 80.0, "paid_rate": 0.006, "list_rate": 0.005})
    >>> customers = pd.DataFrame({"customer": [1, 2], "joined": pd.to_datetime(["2020-10-01", "2025-03-01"]),
    ...                           "referrer": [None, 1]})
    >>> found = behaviour_after(answers, years, customers)
    >>> found[["products", "products_added", "private_rate", "brought"]].round(2).values.tolist()
    [[2.0, 1.0, 0.1, 1.0]]
    """
    what, money, people = "The frame of answers", "The frame of years", "The frame of customers"
    need_columns(need_frame(answers, what), [customer, "wave", "asked"], what)
    need_columns(need_frame(years, money), [customer, "year", *_YEARS], money)
    need_columns(need_frame(customers, people), [customer, "joined", "referrer"], people)
    need_once(customers, customer, people)
    if years.duplicated([customer, "year"]).any():
        raise ValueError(f"{money} must have one row per customer and year, but some repeat. Add them up first.")
    asked, no_date = need_days(answers, "asked", what)
    joined, no_start = need_days(customers, "joined", people)
    if no_date.any() or no_start.any():
        raise ValueError(
            "Every answer needs a date in 'asked', and every customer one in 'joined'. Remove rows without."
        )
    for name in _YEARS:
        need_numbers(years, name, money)
    keys = [answers[customer].to_numpy(), answers["wave"].to_numpy()]
    table = years.set_index([customer, "year"])[list(_YEARS)].astype("float64")
    now = table.reindex(pd.MultiIndex.from_arrays(keys))
    later = table.where(table["months"] == 12).reindex(pd.MultiIndex.from_arrays([keys[0], keys[1] + 1]))
    start = pd.Series(joined, index=customers[customer]).reindex(answers[customer]).to_numpy()
    # referrals: sort the joining days of each referrer, and count those within a year of the question
    pairs = pd.DataFrame({"by": customers["referrer"].to_numpy(), "day": joined}).dropna()
    asked_of = pd.DataFrame({"row": np.arange(len(answers)), "by": keys[0], "asked": asked})
    pairs["by"] = pairs["by"].astype(asked_of["by"].dtype)
    both = asked_of.merge(pairs, on="by")
    within = both[(both["day"] >= both["asked"]) & (both["day"] < both["asked"] + 365)]
    revenue, cost = now["revenue"].to_numpy(), later["cost_to_serve"].to_numpy()
    return answers.assign(
        tenure=(asked - start) / 365.25,
        products=now["products"].to_numpy(),
        log_revenue=np.log(np.maximum(revenue, 1.0)),
        products_added=later["products"].to_numpy() - now["products"].to_numpy(),
        private_rate=100 * (later["paid_rate"] - later["list_rate"]).to_numpy(),
        log_cost=np.log(np.maximum(cost, 1.0)),
        contribution=later["contribution"].to_numpy(),
        brought=np.bincount(within["row"], minlength=len(answers)),
    )


def loyal_effects() -> pd.DataFrame:
    """Return what loyal customers are said to do, as effects for `effect_sizes`, each with what confounds it.

    Returns
    -------
    Frame, one row per behaviour: `effect`, `cause` (`attachment`), `outcome`, `adjust_for`, `confounded_by`.

    Source: the list is the textbook's (stay, buy more, insensitive to price, advise others, cost less), each split into what
    customers say and what they do where the data have both.

    >>> loyal_effects()[["effect", "outcome"]].head(3)
                       effect         outcome
    0          stay a year on          stayed
    1      hold more products        products
    2  add products next year  products_added
    """
    usual = "satisfaction, switching_cost, products, log_revenue, tenure"
    rows = [
        (
            "stay a year on",
            "stayed",
            usual,
            "the attached are also more satisfied, and leaving costs them more",
        ),
        (
            "hold more products",
            "products",
            "satisfaction, switching_cost, log_revenue, tenure",
            "products pile up while one stays: this gap is not dated",
        ),
        ("add products next year", "products_added", usual, "only who stayed can add"),
        ("say: +5 % is fine", "price_ok", usual, "an answer about money costs nothing"),
        ("get a private rate", "private_rate", usual, "rates are negotiated with the large, not with the loyal"),
        ("say: would recommend", "recommend", usual, "the same mood answers both questions"),
        ("bring a customer", "brought", usual, "who knows more people brings more"),
        ("cost more to serve", "log_cost", usual, "large customers are served more"),
        ("contribute more", "contribution", usual, "size decides profit; loyalty comes with tenure, not with size"),
    ]
    frame = pd.DataFrame(rows, columns=["effect", "outcome", "adjust_for", "confounded_by"], dtype="str")
    frame.insert(1, "cause", "attachment")
    return frame
