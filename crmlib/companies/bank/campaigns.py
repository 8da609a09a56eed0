"""Campaigns with their randomised arms, leads, consent and messages, holdings, bonds and rivals' offers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import stream
from crmlib.companies.bank.parameters import MONTHS, PER_YEAR, PRODUCTS, value
from crmlib.companies.bank.people import FIRST_KNOWN, NEVER, OWN_CHOICE, REGIONS, People
from crmlib.companies.bank.service import days_of, months_of

MAIL_MONTHS = (3, 15, 27)
# campaign, name, first month, months until the outcome counts, who was listed, what the outcome is, CNY per treated person
OPENED = "opened an insurance within three months"
LEFT = "left within twelve months by own decision"
LEADS = "prospects known by then, and suspects; half of them mailed"
CAMPAIGNS = (
    ("mail-2023", "acquisition mail", 3, 2, LEADS, "became a customer within two months", 4.0),
    ("cross-sell", "cross-selling insurance", 6, 3, "customers without an insurance, eight in ten", OPENED, 6.0),
    ("special-offer", "special treatment offer", 12, 12, "customers, one in four", LEFT, 80.0),
    ("panel", "invitation to the customer panel", 12, 12, "customers, three in ten", LEFT, 25.0),
    ("mail-2024", "acquisition mail", 15, 2, LEADS, "became a customer within two months", 4.0),
    ("retention", "retention call", 18, 12, "customers who agreed to marketing by phone, three in four", LEFT, 60.0),
    ("win-back", "win-back contact", 24, 6, "customers lost in 2024 by own decision", "returned within six months", 45.0),
    ("fee-test", "alert service fee raised by 20 %", 27, 6, "customers, three in ten", "dropped the alert service within six months", 0.0),
    ("mail-2025", "acquisition mail", 27, 2, LEADS, "became a customer within two months", 4.0),
)  # fmt: skip


def make_campaigns() -> pd.DataFrame:
    frame = pd.DataFrame(
        CAMPAIGNS,
        columns=["campaign", "name", "month", "months_to_outcome", "eligible", "outcome_is", "cost_per_treated"],
    )
    frame["month"] = months_of(frame["month"].to_numpy())
    return frame


def take_mail_channel(people: People) -> dict:
    """Decide which joiners came through the acquisition mail, and from which list and arm."""
    rng = stream(people.seed, "mail")
    prospects, suspects = round(0.20 * people.n), round(0.15 * people.n)
    # When the bank first heard of those who are still prospects or suspects at the end: the mail goes to whom it knows.
    known = np.concatenate([rng.integers(-24, MONTHS, prospects), np.full(suspects, -99)])
    kinds = np.repeat([0, 1], [prospects, suspects])
    taken = np.full(people.n, -1)
    out = {"who": [], "kind": [], "arm": [], "wave": []}
    for wave, month in enumerate(MAIL_MONTHS):
        free = np.flatnonzero((people.joined >= month) & (people.joined < month + 2) & ~people.referred & (taken < 0))
        free = rng.permutation(free)
        for place, kind in enumerate(("prospect", "suspect")):
            listed = np.count_nonzero((kinds == place) & (known < month))
            for arm, chance in ((2, value(f"acquisition.{kind}")), (1, value("acquisition.control"))):
                hits = min(rng.binomial(listed // 2, chance), len(free))
                who, free = free[:hits], free[hits:]
                taken[who] = wave
                out["who"].append(who)
                out["kind"].append(np.full(hits, place))
                out["arm"].append(np.full(hits, arm))
                out["wave"].append(np.full(hits, wave))
    return {name: np.concatenate(parts) for name, parts in out.items()} | {"still_kind": kinds, "known": known}


def make_leads(people: People, mail: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return leads (one row per prospect or suspect, and per lead that became a customer) and their campaign rows."""
    rng = stream(people.seed, "leads")
    rest, new = len(mail["known"]), len(mail["who"])
    kind = np.concatenate([mail["still_kind"], mail["kind"]])
    known = np.concatenate([mail["known"], rng.integers(-24, 3, new)])
    came = np.concatenate([np.full(rest, NEVER), mail["wave"]])
    customer = np.concatenate([np.full(rest, -1), mail["who"]])
    arm_when_came = np.concatenate([np.zeros(rest, dtype=int), mail["arm"]])
    n = rest + new
    order = rng.permutation(n)
    kind, known, came, customer, arm_when_came = (one[order] for one in (kind, known, came, customer, arm_when_came))
    income = np.round(np.exp(rng.normal(11.6, 0.5, n)), -2)
    enquiry = rng.choice(4, n, p=[0.35, 0.30, 0.20, 0.15])
    leads = pd.DataFrame(
        {
            "lead": 700_001 + np.arange(n),
            "kind": pd.Categorical.from_codes(kind, ["prospect", "suspect"]),
            "region": pd.Categorical.from_codes(rng.integers(0, len(REGIONS), n), list(REGIONS)),
            # A suspect has had no contact with the bank: the list was bought.
            "first_contact": np.where(
                kind == 0, days_of(np.where(kind == 0, known, 0), rng.random(n)), np.datetime64("NaT")
            ).astype("datetime64[us]"),
            "enquired_by": pd.Categorical.from_codes(
                np.where(kind == 0, enquiry, -1), ["website", "branch", "event", "phone"]
            ),
            "household_income": income,
            "customer": pd.array(np.where(customer >= 0, people.first_id + customer, 0), dtype="Int64"),
        }
    )
    leads["customer"] = leads["customer"].where(customer >= 0)
    rows = []
    for wave, month in enumerate(MAIL_MONTHS):
        listed = (came >= wave) & ((kind == 1) | (known < month))
        arm = np.where(came == wave, arm_when_came, rng.integers(1, 3, n))
        place = np.flatnonzero(listed)
        hit = came[place] == wave
        when = np.full(len(place), np.datetime64("NaT", "D"))
        when[hit] = people.join_day[customer[place][hit]]
        rows.append(_members(f"mail-{2023 + wave}", arm[place], hit, lead=leads["lead"].to_numpy()[place], when=when))
    return leads, pd.concat(rows, ignore_index=True)


def _members(
    campaign: str, arm: np.ndarray, outcome: np.ndarray, customer: np.ndarray | None = None, lead: np.ndarray | None = None,
    when: np.ndarray | None = None, responded: np.ndarray | None = None,
) -> pd.DataFrame:  # fmt: skip
    n = len(arm)
    cost = {one[0]: one[-1] for one in CAMPAIGNS}[campaign]
    nobody = pd.array([pd.NA] * n, dtype="Int64")
    treated = arm == 2
    return pd.DataFrame(
        {
            "campaign": pd.Categorical([campaign] * n, [one[0] for one in CAMPAIGNS]),
            "customer": nobody if customer is None else pd.array(customer, dtype="Int64"),
            "lead": nobody if lead is None else pd.array(lead, dtype="Int64"),
            "arm": pd.Categorical.from_codes(treated.astype(int), ["control", "treated"]),
            "responded": (treated & outcome) if responded is None else responded,
            "cost": np.where(treated, cost, 0.0),
            "outcome": outcome,
            "outcome_date": (np.full(n, np.datetime64("NaT")) if when is None else when).astype("datetime64[us]"),
        }
    )


def make_customer_campaigns(people: People) -> tuple[pd.DataFrame, dict]:
    """Return the campaign rows of customers and the true average effects among those listed."""
    rng = stream(people.seed, "outcomes")
    rows, effects = [], {}
    own_exit = (people.reason >= 0) & (people.reason < OWN_CHOICE)
    for campaign, key in (("special-offer", "special_offer"), ("panel", "panel"), ("retention", "retention")):
        month = FIRST_KNOWN[key]
        listed = np.flatnonzero(people.on_list(key))
        outcome = own_exit[listed] & (people.left[listed] < month + PER_YEAR)
        if key == "panel":
            responded = people.took_part[listed]
        else:
            responded = (people.arms[key][listed] == 2) & (
                rng.random(len(listed)) < (0.70 if key == "retention" else 0.85)
            )
        if key == "retention":
            # The effect in the model is that of being on the call list; who answered the phone is recorded beside it.
            for name, some in (
                ("", slice(None)),
                (".quiet", people.quiet[listed]),
                (".not_quiet", ~people.quiet[listed]),
            ):
                effects[f"retention.uplift{name}"] = people.uplift["retention"][listed][some].mean()
        rows.append(
            _members(
                campaign, people.arms[key][listed], outcome, people.first_id + listed,
                when=np.where(outcome, people.left_day[listed], np.datetime64("NaT")), responded=responded,
            )
        )  # fmt: skip
    place, month = PRODUCTS.index("insurance"), FIRST_KNOWN["cross_sell"]
    listed = np.flatnonzero(people.on_list("cross_sell"))
    start = people.opened[listed, place]
    outcome = (start < month + 3) & (start < people.left[listed])
    effects["cross_sell.uplift"] = people.uplift["cross_sell"][listed].mean()
    day = days_of(np.where(outcome, np.floor(start), 0).astype(int), np.where(outcome, start % 1, 0.0))
    rows.append(
        _members(
            "cross-sell", people.arms["cross_sell"][listed], outcome, people.first_id + listed,
            when=np.where(outcome, day, np.datetime64("NaT")),
        )
    )  # fmt: skip
    listed = np.flatnonzero(people.on_list("win_back"))
    outcome = people.returned[listed] < NEVER
    effects["win_back.uplift"] = people.uplift["win_back"][listed].mean()
    rows.append(
        _members(
            "win-back", people.arms["win_back"][listed], outcome, people.first_id + listed,
            when=np.where(outcome, people.back_day[listed], np.datetime64("NaT")),
        )
    )  # fmt: skip
    month = FIRST_KNOWN["fee_test"]
    listed = np.flatnonzero(people.on_list("fee_test"))
    attachment = people.year["attachment"][listed, 2]
    change = value("fee_test.log_odds") + value("fee_test.attachment") * attachment
    log_odds = np.log(0.08 / 0.92) - 0.10 * attachment + change * (people.arms["fee_test"][listed] == 2)
    outcome = rng.random(len(listed)) < 1 / (1 + np.exp(-log_odds))
    day = days_of(month + rng.integers(0, 6, len(listed)), rng.random(len(listed)))
    day = np.minimum(
        day, np.where(np.isnat(people.left_day[listed]), np.datetime64("2025-12-31"), people.left_day[listed])
    )
    rows.append(
        _members(
            "fee-test", people.arms["fee_test"][listed], outcome, people.first_id + listed,
            when=np.where(outcome, day, np.datetime64("NaT")), responded=np.zeros(len(listed), dtype=bool),
        )
    )  # fmt: skip
    return pd.concat(rows, ignore_index=True), {name: float(one) for name, one in effects.items()}


def _spells(people: People, start: np.ndarray, end: np.ndarray) -> pd.DataFrame:
    """Cut what lasts from month `start` to `end` to the relationship: its first spell, and the second of those who returned."""
    parts = []
    for first, last, first_day, last_day in (
        (people.joined, people.left, people.join_day, people.left_day),
        (people.returned, people.left_again, people.back_day, people.left_again_day),
    ):
        begins = np.maximum(start, first)
        rows = np.flatnonzero(
            (begins < MONTHS) & (first < NEVER) & ((begins < last) | (begins == first)) & (end > begins)
        )
        whole = begins[rows] == first[rows]
        since = np.where(whole, first_day[rows], days_of(np.floor(begins[rows]).astype(int), begins[rows] % 1))
        early = end[rows] < np.minimum(last[rows], MONTHS)
        until = days_of(np.where(early, np.floor(end[rows]), 0).astype(int), np.where(early, end[rows] % 1, 0.0))
        parts.append(
            pd.DataFrame(
                {
                    "customer": people.first_id + rows,
                    "since": since.astype("datetime64[us]"),
                    "until": np.where(early, np.maximum(until, since), last_day[rows]).astype("datetime64[us]"),
                    "with_relationship": ~early & (last[rows] < NEVER),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def make_holdings(people: People) -> pd.DataFrame:
    """One row per product held: opened, and closed (by the customer, or with the relationship)."""
    parts = []
    for place in range(len(PRODUCTS)):
        part = _spells(people, people.opened[:, place], people.closed[:, place])
        part.insert(1, "product", pd.Categorical.from_codes(np.full(len(part), place), list(PRODUCTS)))
        parts.append(part)
    names = {"since": "opened", "until": "closed", "with_relationship": "closed_with_relationship"}
    frame = pd.concat(parts, ignore_index=True).rename(columns=names)
    return frame.sort_values(["customer", "product", "opened"], ignore_index=True)


def make_bonds(people: People) -> pd.DataFrame:
    """One row per bond: club membership, personal adviser, salaries or payables through the bank."""
    parts = []
    names = ("club", "adviser", "payroll")
    never = np.full(people.n, float(NEVER))
    for place, name in enumerate(names):
        part = _spells(people, getattr(people, name), never)
        part.insert(1, "bond", pd.Categorical.from_codes(np.full(len(part), place), list(names)))
        parts.append(part)
    return pd.concat(parts, ignore_index=True).sort_values(["customer", "bond", "since"], ignore_index=True)


def make_rival_offers(people: People, present: np.ndarray) -> pd.DataFrame:
    """One row per month in which a rival made a customer an offer (from the market monitor)."""
    who, month = np.nonzero(people.offers & present)
    return pd.DataFrame({"customer": people.first_id + who, "month": months_of(month)})


def make_consents(people: People) -> pd.DataFrame:
    """One row per consent given: purpose, channel, when it was given and when it was withdrawn."""
    rng = stream(people.seed, "purposes")
    end = np.where(np.isnat(people.end_day), np.datetime64("2026-01-01"), people.end_day)
    day = days_of(np.where(people.withdrawn < NEVER, np.floor(people.withdrawn), 0).astype(int), people.withdrawn % 1)
    withdrawn = np.where((people.withdrawn < NEVER) & (day < end) & (day > people.join_day), day, np.datetime64("NaT"))
    never = np.full(people.n, np.datetime64("NaT"))
    parts = []
    purposes = (
        ("service", "app", np.ones(people.n, dtype=bool), never),
        ("marketing", "phone", people.consent, withdrawn),
        ("marketing", "app", people.consent & (rng.random(people.n) < 0.85), withdrawn),
        ("analytics", "app", rng.random(people.n) < 0.58, never),
    )
    for purpose, channel, given, until in purposes:
        rows = np.flatnonzero(given)
        parts.append(
            pd.DataFrame(
                {
                    "customer": people.first_id + rows,
                    "purpose": pd.Categorical([purpose] * len(rows), ["service", "marketing", "analytics"]),
                    "channel": pd.Categorical([channel] * len(rows), ["app", "phone"]),
                    "given": people.join_day[rows].astype("datetime64[us]"),
                    "withdrawn": until[rows].astype("datetime64[us]"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values(["customer", "purpose", "channel"], ignore_index=True)


def make_messages(people: People, present: np.ndarray) -> pd.DataFrame:
    """One row per customer and quarter with marketing consent at its start: messages sent and answered."""
    rng = stream(people.seed, "answers")
    parts = []
    for quarter in range(MONTHS // 3):
        month = 3 * quarter
        rows = np.flatnonzero(
            people.consent
            & (people.withdrawn > month)
            & (people.joined <= month)
            & present[:, month : month + 3].all(axis=1)
        )
        sent = people.messages[rows, quarter]
        parts.append(
            pd.DataFrame(
                {
                    "customer": people.first_id + rows,
                    "quarter": months_of(np.full(len(rows), month)),
                    "frequency": pd.Categorical.from_codes(people.message_arm[rows], ["low", "medium", "high"]),
                    "sent": sent,
                    "answered": rng.binomial(sent, np.clip(0.09 * np.exp(0.3 * people.engagement[rows]), 0.0, 0.6)),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values(["customer", "quarter"], ignore_index=True)
