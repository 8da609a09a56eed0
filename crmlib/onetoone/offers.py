"""Customise: which product to offer next, from what was known that morning, against the plain rule "what most people take"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import (
    is_whole,
    listed,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_level,
    need_numbers,
    need_once,
    rows_text,
)

CUSTOMERS, HOLDINGS = "The frame of customers", "The frame of holdings"


def offer_frame(
    customers: pd.DataFrame,
    holdings: pd.DataFrame,
    *,
    day: str,
    months: int = 12,
    products: Sequence[str] | None = None,
    customer: str = "customer",
) -> pd.DataFrame:
    """Say what each customer held on the morning of a day, and what he opened in the months after it.

    Parameters
    ----------
    customers : one row per customer: `customer`, `joined`, `left` (dates; empty: still here).
    holdings : one row per product held: `customer`, `product`, `opened`, `closed` (dates; empty: still open).
    day : the morning of the offer, such as "2025-01-01".
    months : how long openings are counted from that day on.
    products : which; None: all in `holdings`.

    Returns
    -------
    Frame, one row per customer of that morning: `customer`, `years` (since joining), for each product `has_...` (held that morning) and
    `opens_...` (True: opened in the months after, and not held before).

    Raises
    ------
    ValueError : a column is missing, a customer is there twice, nobody was a customer, an unknown product.

    >>> day = pd.to_datetime
    >>> people = pd.DataFrame({"customer": [1, 2], "joined": day(["2020-01-01"] * 2), "left": day([None, "2024-06-01"])})
    >>> held = pd.DataFrame({"customer": [1, 1], "product": ["current", "card"], "opened": day(["2020-01-01", "2025-03-01"]),
    ...                      "closed": day([None, None])})
    >>> offer_frame(people, held, day="2025-01-01")
       customer  years  has_card  has_current  opens_card  opens_current
    0         1    5.0     False         True        True          False
    """
    need_columns(need_frame(customers, CUSTOMERS), [customer, "joined", "left"], CUSTOMERS)
    need_columns(need_frame(holdings, HOLDINGS), [customer, "product", "opened", "closed"], HOLDINGS)
    need_once(customers, customer, CUSTOMERS)
    if not is_whole(months) or months < 1:
        raise ValueError(f"`months` must be a whole number of 1 or more, but it is {months!r}.")
    known = sorted(holdings["product"].dropna().astype("str").unique())
    products = known if products is None else list(products)
    strange = [name for name in products if name not in known]
    if strange or not products:
        raise ValueError(
            f"{HOLDINGS} has no product {listed(strange or ['(none given)'])}. There are: {listed(known, most=20)}."
        )
    morning = need_day(day, "day")
    end = ((pd.Timestamp(0) + pd.Timedelta(days=morning)) + pd.DateOffset(months=int(months)) - pd.Timestamp(0)).days
    joined, no_start = need_days(customers, "joined", CUSTOMERS)
    left, here = need_days(customers, "left", CUSTOMERS)
    there = ~no_start & (joined < morning) & (here | (left >= morning))
    if not there.any():
        raise ValueError(f"Nobody was a customer on the morning of {day}. Is the day inside the records?")
    who = pd.Index(customers.loc[there, customer])
    row, column = who.get_indexer(holdings[customer]), pd.Index(products).get_indexer(holdings["product"].astype("str"))
    opened, unknown = need_days(holdings, "opened", HOLDINGS)
    closed, still = need_days(holdings, "closed", HOLDINGS)
    fits = (row >= 0) & (column >= 0) & ~unknown
    has, opens = np.zeros((2, len(who), len(products)), dtype=bool)
    before = fits & (opened < morning) & (still | (closed >= morning))
    after = fits & (opened >= morning) & (opened < end)
    has[row[before], column[before]] = True
    opens[row[after], column[after]] = True
    years = (morning - joined[there]) / 365.25
    return pd.DataFrame(
        {"customer": who, "years": years.round(2)}
        | {f"has_{name}": has[:, place] for place, name in enumerate(products)}
        | {f"opens_{name}": (opens & ~has)[:, place] for place, name in enumerate(products)}
    )


def _products(frame: pd.DataFrame, what: str) -> list[str]:
    need_columns(need_frame(frame, what), ["customer"], what)
    found = [name.removeprefix("has_") for name in frame if str(name).startswith("has_")]
    if not found:
        raise ValueError(f"{what} has no column that begins with 'has_'. It comes from `offer_frame`.")
    need_columns(frame, [f"opens_{name}" for name in found], what)
    return found


def next_offers(past: pd.DataFrame, now: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """Choose the product to offer each customer next: by a model, and by the plain rule "what most people take".

    Model: for each product one logistic regression, learned from the customers of `past` who did not hold it, gives the chance of
    opening it; the offer is the product not yet held with the highest chance. Plain rule: the product not yet held that the largest
    part of those without it opened in the past, the same order for everybody. Nothing is learned from `now`.

    Parameters
    ----------
    past : from `offer_frame`, of an earlier morning whose months are over.
    now : from `offer_frame`, of the morning of the offer. Its `opens_` columns are not looked at.
    features : columns of both frames, numbers or True and False, such as "years" and "has_card".

    Returns
    -------
    Frame, one row per customer of `now` who lacks a product: `customer`, `by_model`, `by_popularity` (products), `chance` (of the model's
    choice), and `chance_...` for each product (empty if held). Predictive: a chance of opening, not of opening *because of* an offer.

    Raises
    ------
    ValueError : a column is missing or empty, a customer has two rows in `now`, no feature, the two frames have other products, or
        nobody opened a product.

    >>> past = pd.DataFrame({"customer": range(200), "has_a": False, "has_b": False, "young": [True, False] * 100,
    ...                      "opens_a": [True, False] * 50 + [False] * 100, "opens_b": [False, True] * 40 + [False] * 120})
    >>> next_offers(past, past.head(2), ["young"])[["customer", "by_model", "by_popularity"]]
       customer by_model by_popularity
    0         0        a             a
    1         1        b             a
    """
    from sklearn.linear_model import LogisticRegression

    products = _products(past, "The frame of the past")
    known_now = _products(now, "The frame of now")
    need_once(now, "customer", "The frame of now")
    if known_now != products:
        raise ValueError(
            "The two frames do not have the same products in the same order. Give `offer_frame` the same products=[...]."
        )
    features = list(features)
    if not features:
        raise ValueError("`features` is empty. Name the columns that the model may use, such as ['years', 'has_card'].")
    known = [
        _features(frame, features, what) for frame, what in ((past, "The frame of the past"), (now, "The frame of now"))
    ]
    middle, spread = known[0].mean(axis=0), known[0].std(axis=0)
    known = [(one - middle) / np.where(spread > 0, spread, 1.0) for one in known]
    chance, rate = np.full((len(now), len(products)), np.nan), np.zeros(len(products))
    for place, name in enumerate(products):
        free, opens = ~past[f"has_{name}"].to_numpy(bool), past[f"opens_{name}"].to_numpy(bool)
        if not 0 < opens[free].sum() < free.sum():
            who = "everybody" if opens[free].any() else "nobody"
            raise ValueError(
                f"In the past {who} without {name!r} opened it, so that there is nothing to learn. "
                f"Leave it out: products=[...] in `offer_frame`."
            )
        rate[place] = opens[free].mean()
        model = LogisticRegression(max_iter=1_000).fit(known[0][free], opens[free])
        chance[:, place] = model.predict_proba(known[1])[:, 1]
    has = now[[f"has_{name}" for name in products]].to_numpy(bool)
    chance[has] = np.nan
    lacks = ~has.all(axis=1)
    names = np.array(products, dtype=object)
    best = np.where(has, -1.0, np.nan_to_num(chance)).argmax(axis=1)
    popular = np.where(has, -1.0, rate).argmax(axis=1)
    found = pd.DataFrame(
        {"customer": now["customer"].to_numpy(), "by_model": names[best], "by_popularity": names[popular]}
        | {"chance": chance[np.arange(len(now)), best]}
        | {f"chance_{name}": chance[:, place] for place, name in enumerate(products)}
    ).astype({"by_model": "str", "by_popularity": "str"})
    return found[lacks].reset_index(drop=True)


def _features(frame: pd.DataFrame, features: list[str], what: str) -> np.ndarray:
    need_columns(frame, features, what)
    plain = frame[features].astype(dict.fromkeys(frame[features].select_dtypes(bool), float))
    values = np.column_stack([need_numbers(plain, name, what) for name in features])
    empty = np.isnan(values).any(axis=0)
    if empty.any():
        raise ValueError(
            f"Column {features[int(empty.argmax())]!r} of {what[0].lower()}{what[1:]} is empty somewhere. Fill it in first."
        )
    return values


def offer_hits(
    offers: pd.DataFrame,
    now: pd.DataFrame,
    rules: Sequence[str] = ("by_model", "by_popularity"),
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count how often each rule named a product that the customer then opened, and compare the rules.

    hit rate = customers whose named product was among those they opened / customers who opened anything (that they lacked).
    The difference to the last rule is paired, customer by customer: its error is √(b + c − (b − c)² / n) / n, with b and c the
    customers whom only one of the two rules hit.

    Parameters
    ----------
    offers : one row per customer: `customer` and a column per rule with the product named.
    now : from `offer_frame`: what was opened afterwards.
    rules : columns of `offers`, the plain rule last.
    level : of the intervals (Wilson's; of the difference the normal one).

    Returns
    -------
    Frame, one row per rule and a last one for `chance` (any product not held, drawn by lot): `rule`, `openers`, `hits`, `hit_rate`,
    `low`, `high`, `difference`, `difference_low`, `difference_high` (to the last rule).

    Raises
    ------
    ValueError : a column is missing, a customer has two rows, an offer goes to nobody in `now`, a rule names an unknown product, or
        nobody opened anything.

    >>> now = pd.DataFrame({"customer": [1, 2, 3], "has_a": False, "has_b": False, "opens_a": [True, True, False],
    ...                     "opens_b": [False, True, False]})
    >>> offers = pd.DataFrame({"customer": [1, 2, 3], "by_model": ["a", "b", "b"], "by_popularity": ["b", "b", "b"]})
    >>> offer_hits(offers, now)[["rule", "openers", "hits", "hit_rate", "difference"]]
                rule  openers  hits  hit_rate  difference
    0       by_model        2   2.0      1.00        0.50
    1  by_popularity        2   1.0      0.50        0.00
    2         chance        2   1.5      0.75        0.25
    """
    from scipy import stats
    from statsmodels.stats.proportion import proportion_confint

    what, rules, level = "The frame of offers", list(rules), need_level(level)
    if not rules:
        raise ValueError("`rules` is empty. Name at least one column of the offers.")
    products = _products(now, "The frame of now")
    need_columns(need_frame(offers, what), ["customer", *rules], what)
    for frame, name in ((offers, what), (now, "The frame of now")):
        need_once(frame, "customer", name)
    strange = ~offers["customer"].isin(now["customer"]).to_numpy()
    if strange.any():
        raise ValueError(
            f"{what} names customers who are not in the frame of now, in {rows_text(strange)}. Are both of the same day?"
        )
    both = offers[["customer", *rules]].merge(now, on="customer", validate="one_to_one")
    opens = both[[f"opens_{name}" for name in products]].to_numpy(bool)
    free = ~both[[f"has_{name}" for name in products]].to_numpy(bool)
    some = opens.any(axis=1)
    n = int(some.sum())
    if not n:
        raise ValueError("Nobody on the list of offers opened anything afterwards: no rule can be judged.")
    hit = {}
    for rule in rules:
        place = pd.Index(products).get_indexer(both[rule].astype("str"))
        if (place < 0).any():
            raise ValueError(
                f"Column {rule!r} of the offers names {both.loc[place < 0, rule].iloc[0]!r}, which is no product here."
            )
        hit[rule] = opens[np.arange(len(both)), place][some].astype(float)
    hit["chance"] = (opens.sum(axis=1) / free.sum(axis=1).clip(min=1))[some]
    z = stats.norm.ppf((1 + level) / 2)
    rows = []
    for name, one in hit.items():
        low, high = proportion_confint(one.sum(), n, alpha=1 - level, method="wilson")
        apart = one - hit[rules[-1]]
        error = np.sqrt(max((apart**2).sum() - apart.sum() ** 2 / n, 0.0)) / n
        rows.append(
            (
                name,
                n,
                one.sum(),
                one.mean(),
                low,
                high,
                apart.mean(),
                apart.mean() - z * error,
                apart.mean() + z * error,
            )
        )
    return pd.DataFrame(
        rows,
        columns=[
            "rule",
            "openers",
            "hits",
            "hit_rate",
            "low",
            "high",
            "difference",
            "difference_low",
            "difference_high",
        ],
    )
