"""What a yuan does: the response of each lever, with diminishing returns, from the bank's experiments and records.

Each customer reached costs the same; money that is spread over a group reaches some customers twice before it reaches the last.
So the share reached is 1 − exp(−spend / (cost × customers)): steep at first, flat at the end (a curve of the kind
that Blattberg & Deighton 1996 use).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import (
    listed,
    need_columns,
    need_days,
    need_frame,
    need_numbers,
    need_once,
    need_yes_no,
    rows_text,
)
from crmlib.strategy.behaviour import ACTS, LEVERS, TIERS, YearEnd

LEADS = ("prospect", "suspect")
COLUMNS = ("lever", "group", "acts_on", "eligible", "cost", "effect", "error", "share", "estimate", "evidence")
WHAT = "The frame of responses"


def lever_responses(
    end: YearEnd,
    customers: pd.DataFrame,
    members: pd.DataFrame,
    leads: pd.DataFrame,
    consents: pd.DataFrame,
    problems: pd.DataFrame,
    months: pd.DataFrame,
    *,
    product_fee: float,
    solve_cost: float,
    own_choice: str = "own",
) -> pd.DataFrame:
    """Estimate what a yuan on each lever does, from the bank's experiments and records.

    acquire (mail), upgrade (insurance offer), keep (retention call) and win_back (contact) rest on arms drawn by lot: *causal*.
    service rests on comparing months with and without an unsolved problem inside the same branch (Mantel & Haenszel 1959): it is
    causal only if problems strike at random within a branch. `product_fee` and `solve_cost` are put in by hand.

    Parameters
    ----------
    end : from `year_end`: on whom the levers will act.
    customers : `customer`, `branch`, `joined`, `left` and `own_choice`.
    members : the bank's campaign rows: `campaign`, `customer`, `lead`, `arm`, `cost` (¥), `outcome`.
    leads : `lead`, `kind` (prospect, suspect), `customer` (empty: not yet one).
    consents : `customer`, `purpose`, `channel`, `given`, `withdrawn`; only a consent to marketing by phone that is valid on the
        last day of `end` (given by then and not withdrawn by then) makes a customer eligible for keep and upgrade. No entry
        means no, and so does an entry without the day on which it was given.
    problems : `customer`, `date`, `noticed`, `resolved` (the last two True or False in every row).
    months : `customer`, `month`.
    product_fee : ¥ a year that one more product brings.
    solve_cost : ¥ to solve one problem for the customer.

    Returns
    -------
    Frame, one row per lever and group: `lever`, `group` (a tier, a kind of lead, Lost), `acts_on`, `eligible` (a share of the
    group; for leads their number), `cost` (¥ per customer reached), `effect` and its standard `error` if one is reached, `share` of
    the lever's money that goes to the group (1 in all, here by heads), `estimate` (rows with the same one share their
    error), `evidence`. What the effect is: arrivals: customers at year end per lead reached; fees: ¥ a year; leaving and moving
    up: change of the log chance; returning: change of the chance.

    Raises
    ------
    ValueError, TypeError : a column is missing, a campaign has no rows, an amount is not above 0, an outcome is neither True nor
        False, problems or months belong to somebody who is not among the customers, nobody joined in the year of `end`.
    """
    for name, amount in (("product_fee", product_fee), ("solve_cost", solve_cost)):
        if not isinstance(amount, int | float) or not 0 < amount < np.inf:
            raise ValueError(f"`{name}` must be an amount in yuan above 0, but it is {amount!r}.")
    what = "The frame of campaign members"
    need_columns(need_frame(members, what), ["campaign", "customer", "lead", "arm", "cost", "outcome"], what)
    need_yes_no(members, "outcome", what)
    need_columns(need_frame(leads, "The frame of leads"), ["lead", "kind", "customer"], "The frame of leads")
    campaign = members["campaign"].astype("str")
    arrived = _still_here(end, customers)
    people = end.start[end.start["tier"] != "Lost"].groupby("tier")["customers"].sum()[list(TIERS)]
    agreed = _agreed(end, consents)
    rows = []
    mail = members[campaign.str.startswith("mail")].merge(leads[["lead", "kind"]], on="lead")
    for kind in LEADS:
        one = _arms(mail[mail["kind"] == kind], f"mail to {kind}s")
        count = int(((leads["kind"] == kind) & leads["customer"].isna()).sum())
        effect, error = arrived * one["difference"], arrived * one["error"]
        rows.append(
            (
                "acquire",
                kind,
                "arrivals",
                count,
                one["cost"],
                effect,
                error,
                count,
                f"mail to {kind}s",
                "causal: by lot",
            )
        )
    offer = _arms(members[campaign == "cross-sell"], "cross-sell")
    call = _arms(members[campaign == "retention"], "retention")
    for tier in TIERS:
        share, heads = agreed[tier], agreed[tier] * people[tier]
        rows.append(
            ("upgrade", tier, "fees", share, offer["cost"], product_fee * offer["difference"], product_fee * offer["error"],
             heads, "insurance offer", "causal: by lot; fee put in")
        )  # fmt: skip
        rows.append(
            ("keep", tier, "leaving", share, call["cost"], call["log_ratio"], call["log_error"], heads, "retention call",
             "causal: by lot")
        )  # fmt: skip
    back = _arms(members[campaign == "win-back"], "win-back")
    rows.append(
        ("win_back", "Lost", "returning", 1.0, back["cost"], back["difference"], back["error"], 1, "win-back contact",
         "causal: by lot")
    )  # fmt: skip
    solved = _unsolved(customers, problems, months, own_choice)
    for tier in TIERS:
        rows.append(
            ("service", tier, "leaving", 1.0, solve_cost * solved["per_year"], solved["effect"], solved["error"],
             people[tier], "problems solved", "causal if problems strike at random in a branch; cost put in")
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    heads, groups = (frame.groupby("lever")["share"].transform(how) for how in ("sum", "size"))
    frame["share"] = np.where(heads > 0, frame["share"] / heads.where(heads > 0, 1), 1 / groups)
    order = {lever: place for place, lever in enumerate(LEVERS)}
    return check_responses(
        frame.sort_values("lever", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    )


def aim(responses: pd.DataFrame, lever: str, shares: Mapping[str, float]) -> pd.DataFrame:
    """Point a lever at other groups: whom its money is spent on.

    Parameters
    ----------
    responses : from `lever_responses`.
    lever : which one.
    shares : group -> share of the lever's money (a dict, or a Series by group); groups left out get nothing. Together 1.

    Returns
    -------
    A copy of `responses` with the new shares.

    Raises
    ------
    ValueError : no such lever or group, a share below 0, or shares that do not add up to 1.

    >>> from crmlib.strategy import small_bank
    >>> told = aim(small_bank()[1].responses, "keep", {"Top": 0.5, "Big": 0.5})
    >>> told.loc[told["lever"] == "keep", "share"].tolist()
    [0.5, 0.5, 0.0, 0.0]
    """
    check_responses(responses)
    rows = responses["lever"] == lever
    if not rows.any():
        raise ValueError(f"There is no lever {lever!r}. The levers are {listed(LEVERS)}.")
    groups = responses.loc[rows, "group"].tolist()
    shares = dict(shares)
    unknown = [name for name in shares if name not in groups]
    if unknown:
        raise ValueError(f"The lever {lever!r} cannot be aimed at {listed(unknown)}. Its groups are {listed(groups)}.")
    found = responses.copy()
    found.loc[rows, "share"] = [float(shares.get(group, 0.0)) for group in groups]
    return check_responses(found)


def check_responses(responses: pd.DataFrame) -> pd.DataFrame:
    """Return `responses` if the simulator can use them, else say what is wrong.

    Raises
    ------
    ValueError, TypeError : a column or lever is missing, a number is empty or out of range, shares do not add up to 1.
    """
    need_columns(need_frame(responses, WHAT), COLUMNS[:-1], WHAT)
    missing = [lever for lever in LEVERS if lever not in set(responses["lever"])]
    if missing:
        raise ValueError(f"{WHAT} says nothing about {listed(missing)}. Every lever needs at least one row.")
    groups = {"arrivals": LEADS, "returning": ("Lost",)}
    odd = [
        f"{row.lever} / {row.group} / {row.acts_on}"
        for row in responses.itertuples()
        if row.lever not in LEVERS or row.acts_on not in ACTS or row.group not in groups.get(row.acts_on, TIERS)
    ]
    if odd:
        raise ValueError(
            f"{WHAT} has rows that the simulator does not know: {listed(odd)}. Levers: {listed(LEVERS)}; `acts_on`: {listed(ACTS)} "
            "(arrivals: prospect, suspect; returning: Lost; the others: a tier)."
        )
    numbers = {name: need_numbers(responses, name, WHAT) for name in ("eligible", "cost", "effect", "error", "share")}
    people = responses["acts_on"].to_numpy() == "arrivals"
    for name, fine, rule in (
        ("eligible", (numbers["eligible"] >= 0) & (people | (numbers["eligible"] <= 1)), "a share from 0 to 1 (for leads: their number)"),
        ("cost", numbers["cost"] > 0, "above 0"),
        ("effect", ~np.isnan(numbers["effect"]), "a number"),
        ("error", numbers["error"] >= 0, "0 or more"),
        ("share", numbers["share"] >= 0, "0 or more"),
    ):  # fmt: skip
        if not fine.all():
            raise ValueError(
                f"Column {name!r} of the frame of responses must be {rule}; it is not in {rows_text(~fine)}."
            )
    sums = responses.groupby("lever")["share"].sum()
    wrong = sums[(sums - 1).abs() > 1e-6]
    if len(wrong):
        raise ValueError(
            f"The shares of the lever {wrong.index[0]!r} add up to {wrong.iloc[0]:.3f}, not to 1: they say how its money is split "
            "over its groups. Divide each by their sum."
        )
    return responses


def _still_here(end: YearEnd, customers: pd.DataFrame) -> float:
    """Of those who joined in the year, the share who are there at its end."""
    joined = int((pd.to_datetime(customers["joined"]).dt.year == end.year).sum())
    if not joined:
        raise ValueError(f"No customer joined in {end.year}: what an arrival is worth at the year's end is not known.")
    return float((end.customers["kind"] == "joined").sum() / joined)


def _agreed(end: YearEnd, consents: pd.DataFrame) -> pd.Series:
    """Share of each tier with a consent to marketing by phone that is valid on the year's last day."""
    what = "The frame of consents"
    need_columns(need_frame(consents, what), ["customer", "purpose", "channel", "given", "withdrawn"], what)
    today = np.datetime64(f"{end.year}-12-31", "D").astype(np.int64)
    (given, undated), (withdrawn, still) = (need_days(consents, name, what) for name in ("given", "withdrawn"))
    asked = (consents["purpose"] == "marketing") & (consents["channel"] == "phone")
    valid = asked.to_numpy(dtype=bool) & ~undated & (given <= today) & (still | (withdrawn > today))
    said_yes = end.customers["customer"].isin(consents.loc[valid, "customer"])
    return said_yes.groupby(end.customers["tier"].astype("str")).mean().reindex(list(TIERS)).fillna(0.0)


def _arms(rows: pd.DataFrame, campaign: str) -> dict[str, float]:
    """Compare two arms drawn by lot: difference of the shares, log of their ratio, standard errors, cost per treated."""
    arm, outcome = rows["arm"].astype("str"), rows["outcome"].astype(float)
    n = arm.value_counts()
    if n.get("treated", 0) == 0 or n.get("control", 0) == 0:
        raise ValueError(
            f"The campaign {campaign!r} has no rows in one of its arms. Without a control group nothing is known."
        )
    hit = outcome.groupby(arm).sum()
    # half a case is added to each count, so that an arm without a case keeps an error
    treated, control = ((hit[name] + 0.5) / (n[name] + 1) for name in ("treated", "control"))
    spread = treated * (1 - treated) / n["treated"] + control * (1 - control) / n["control"]
    logs = (1 - treated) / (hit["treated"] + 0.5) + (1 - control) / (hit["control"] + 0.5)
    return {
        "difference": float(hit["treated"] / n["treated"] - hit["control"] / n["control"]),
        "error": float(np.sqrt(spread)),
        "log_ratio": float(np.log(treated / control)),
        "log_error": float(np.sqrt(logs)),
        "cost": float(rows.loc[arm == "treated", "cost"].mean()),
    }


def _unsolved(
    customers: pd.DataFrame, problems: pd.DataFrame, months: pd.DataFrame, own_choice: str, reach: int = 5
) -> dict[str, float]:
    """How much less leaving there would be if every noticed problem were solved, and how many there are a year.

    A month counts as exposed if an unsolved problem lies 1 to `reach` months back. The error comes from leaving out one
    branch after the other (jackknife).
    """
    trouble, money, who = "The frame of problems", "The frame of months", "The frame of customers"
    need_columns(need_frame(problems, trouble), ["customer", "date", "noticed", "resolved"], trouble)
    need_columns(need_frame(months, money), ["customer", "month"], money)
    need_columns(need_frame(customers, who), ["customer", "branch", "left", own_choice], who)
    need_once(customers, "customer", who)
    sore = need_yes_no(problems, "noticed", trouble) & ~need_yes_no(problems, "resolved", trouble)
    struck, row = (_places(frame, customers, what) for frame, what in ((problems, trouble), (months, money)))
    (when, _), (month, _) = _month_numbers(problems, "date", trouble), _month_numbers(months, "month", money)
    leaving, stays = _month_numbers(customers, "left", who, empty=True)
    first, last = month.min(), month.max()
    exposed = np.zeros((len(customers), last - first + 1 + reach), dtype=bool)
    inside = sore & (when >= first) & (when <= last)
    for lag in range(1, reach + 1):
        exposed[struck[inside], when[inside] - first + lag] = True
    by_choice = need_yes_no(customers, own_choice, who) & ~stays
    hit, sick = by_choice[row] & (leaving[row] == month), exposed[row, month - first]
    branch = pd.factorize(customers["branch"])[0][row]
    n = branch.max() + 1
    cases, people = (
        np.bincount(2 * branch + sick, weights=weights, minlength=2 * n).reshape(n, 2)
        for weights in (hit.astype(float), np.ones(len(hit)))
    )
    total = np.where(people.sum(axis=1) > 0, people.sum(axis=1), 1)
    parts = np.stack([cases[:, 1] * people[:, 0] / total, cases[:, 0] * people[:, 1] / total, cases[:, 1], cases[:, 0]])

    def effect(sums: np.ndarray) -> np.ndarray:
        ratio = sums[0] / sums[1]
        return np.log(1 - sums[2] / (sums[2] + sums[3]) * (1 - 1 / ratio))

    every = parts.sum(axis=1)
    if not (every > 0).all():
        raise ValueError(
            "No customer left after an unsolved problem (or none without one): the effect cannot be estimated."
        )
    without = effect(every[:, None] - parts)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    return {"effect": float(effect(every)), "error": float(error), "per_year": 12 * int(sore.sum()) / len(months)}


def _places(frame: pd.DataFrame, customers: pd.DataFrame, what: str) -> np.ndarray:
    """Return for each row the place of its customer; refuse whoever is not among the customers."""
    place = pd.Index(customers["customer"]).get_indexer(frame["customer"])
    if (place < 0).any():
        who = frame["customer"][place < 0].drop_duplicates().tolist()
        raise ValueError(
            f"{what} names ids that the frame of customers does not know: {listed(who, most=5)}, in {rows_text(place < 0)}. "
            "Remove these rows, or add the customers."
        )
    return place


def _month_numbers(frame: pd.DataFrame, column: str, what: str, empty: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return months since January 1970, and which rows have no date."""
    days, missing = need_days(frame, column, what)
    if missing.any() and not empty:
        raise ValueError(
            f"Column {column!r} of {what[0].lower()}{what[1:]} is empty in {rows_text(missing)}. Fill these cells in or remove the rows."
        )
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64), missing
