"""Harbour Bank: a retail and small-business bank in a competitive city, simulated from a documented model.

`people` holds the order of cause (feelings, holdings, events, leaving); the other modules turn it into the tables that a bank
would have. Each module draws from random streams of its own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import Company, Truth, check_size_and_seed, dictionary, stream, typed
from crmlib.companies.bank import campaigns, money, service, survey
from crmlib.companies.bank.export import make_export
from crmlib.companies.bank.parameters import MONTHS, PARAMETERS, PER_YEAR, SEGMENTS, value
from crmlib.companies.bank.people import BRANCHES, NEVER, OWN_CHOICE, REGIONS, People, simulate_people
from crmlib.companies.bank.purchases import make_purchases

CHANNELS = ("branch", "app", "partner", "referral", "mail")
EXIT_REASONS = (
    "better price", "poor service", "moved away", "no need", "rival's offer", "death", "moved abroad", "closed by bank",
)  # fmt: skip
DISCOUNT = 0.10  # yearly, for the truth's residual value


def simulate_bank(customers: int = 20_000, seed: int = 2025) -> Company:
    """Simulate Harbour Bank: any size, any seed, the same bank for the same two numbers.

    Parameters
    ----------
    customers : how many people ever were customers between January 2023 and December 2025 (300 or more).
    seed : zero or a positive whole number; another seed is another bank with the same story.

    Returns
    -------
    Company with the tables of the data dictionary (`describe()` lists them) and its `truth`.

    Raises
    ------
    ValueError if `customers` or `seed` is not a whole number in its range.

    Notes
    -----
    Leaving follows a monthly hazard with gamma frailty (Vaupel, Manton & Stallard 1979); purchases follow BG/NBD (Fader, Hardie
    & Lee 2005). `datasets/bank/datasheet.md` describes the model, what is published and what was chosen.

    >>> bank = simulate_bank(customers=400, seed=1)
    >>> len(bank.customers)
    400
    >>> bank.truth["churn.satisfaction"]
    -0.45
    """
    check_size_and_seed(customers, seed, least=300)
    people = simulate_people(int(customers), int(seed))
    people.left_day, people.back_day, people.left_again_day = service.leaving_days(people)
    people.join_day = service.joining_days(people)
    present = np.stack([people.active(month) for month in range(MONTHS)], axis=1)
    about = dictionary("bank")
    estimands: dict[str, float] = {}
    tables: dict[str, pd.DataFrame] = {}

    def keep(name: str, frame: pd.DataFrame) -> pd.DataFrame:
        tables[name] = typed(frame, about["tables"][name])
        return tables[name]

    service.date_problems(people)
    mail = campaigns.take_mail_channel(people)
    keep("customers", _customers(people, mail))
    counts = service.contact_counts(people, present)
    contacts = keep("contacts", service.make_contacts(people, counts, present))
    for channel in ("teller", "call"):
        counts[channel] = service.monthly_counts(people, contacts, channel)
    agents, agents_truth = _agents(people)
    keep("agents", agents)
    keep("problems", service.make_problems(people, present))

    rates = keep("rates", money.make_rates(people.seed))
    flows = money.simulate_money(people, rates, counts, present)
    years = keep("years", money.make_years(people, flows, counts, present, rates))
    wallets = keep("wallets", money.make_wallets(people, flows, present))
    keep("market", money.make_market(people, wallets))
    people_truth = _people_truth(people, flows, present)
    del counts
    keep(
        "months", money.make_months(people, flows, present)
    )  # takes the flows apart: the largest arrays are freed here

    keep("holdings", campaigns.make_holdings(people))
    keep("bonds", campaigns.make_bonds(people))
    keep("rival_offers", campaigns.make_rival_offers(people, present))
    keep("consents", campaigns.make_consents(people))
    keep("messages", campaigns.make_messages(people, present))
    keep("campaigns", campaigns.make_campaigns())
    leads, lead_rows = campaigns.make_leads(people, mail)
    customer_rows, effects = campaigns.make_customer_campaigns(people)
    keep("leads", leads)
    keep("campaign_members", pd.concat([lead_rows, customer_rows], ignore_index=True))
    estimands |= effects

    invitations, answers, oracle = survey.make_survey(people, present, wallets)
    keep("invitations", invitations)
    keep("survey", answers)
    estimands |= oracle
    pulse, oracle = survey.make_pulse(people, present)
    keep("pulse", pulse)
    estimands |= oracle
    keep("market_study", survey.make_market_study(people))
    purchases, buyers = make_purchases(people)
    keep("purchases", purchases)
    branches, branch_years = _branches(people, years)
    keep("branches", branches)
    keep("branch_years", branch_years)
    private = tables["customers"].query("kind == 'personal'")["customer"]
    last = years[(years["year"] == 2025) & years["customer"].isin(private)].set_index("customer")["revenue"]
    export_branch, export_app, matches = make_export(people, last)
    keep("export_branch", export_branch)
    keep("export_app", export_app)

    truth_tables = {
        "people": people_truth,
        "feelings": _feelings_truth(people),
        "branches": _branches_truth(people),
        "agents": agents_truth,
        "buyers": buyers,
        "matches": matches,
    }
    return Company(
        name="bank",
        title=about["company"]["title"],
        tables={name: tables[name] for name in about["tables"]},
        truth=Truth(
            _listed(
                "parameters",
                {name: one[0] for name, one in PARAMETERS.items()},
                {n: one[1] for n, one in PARAMETERS.items()},
            ),
            _listed("estimands", estimands, about["estimands"]),
            {name: typed(truth_tables[name], about["truth"][name]) for name in truth_tables},
        ),
    )


def _listed(kind: str, values: dict[str, float], meaning: dict[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"name": list(values), "value": list(values.values()), "about": [meaning[name] for name in values]}
    )
    return typed(frame, dictionary("bank")["truth"][kind]).set_index("name")


def _customers(people: People, mail: dict) -> pd.DataFrame:
    rng = stream(people.seed, "customers")
    n = people.n
    channel = rng.choice(3, n, p=[0.52, 0.30, 0.18])
    channel[people.referred] = CHANNELS.index("referral")
    came = mail["who"][mail["arm"] == 2]
    channel[came] = CHANNELS.index("mail")
    # The referrer is a customer who was there at the time; one who left before the window is in no file.
    order = np.argsort(people.join_day, kind="stable")
    place = np.empty(n, dtype=int)
    place[order] = np.arange(n)
    pick = order[(rng.random(n) * np.maximum(place, 1)).astype(int)]
    end = np.where(np.isnat(people.left_day), np.datetime64("2026-01-01"), people.left_day)
    fits = (
        people.referred
        & (people.join_day[pick] < people.join_day)
        & (end[pick] > people.join_day)
        & (rng.random(n) < 0.8)
    )
    # A firm does not die or move abroad: it is closed.
    reason = np.where(people.business & (people.reason >= OWN_CHOICE), len(EXIT_REASONS) - 1, people.reason)
    # Who lives together uses the same branch.
    size = np.bincount(people.branch, minlength=BRANCHES)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    households = first[people.branch] + (rng.random(n) * np.ceil(size[people.branch] / 1.35)).astype(int)
    return pd.DataFrame(
        {
            "customer": people.first_id + np.arange(n),
            "kind": pd.Categorical.from_codes(people.business.astype(int), ["personal", "small business"]),
            "household": 1 + households,
            "region": pd.Categorical.from_codes(people.branches.region[people.branch], list(REGIONS)),
            "branch": 1 + people.branch,
            "birth_year": pd.array(np.where(people.business, 0, 2025 - people.age), dtype="Int64"),
            "channel": pd.Categorical.from_codes(channel, list(CHANNELS)),
            "referrer": pd.array(np.where(fits, people.first_id + pick, 0), dtype="Int64"),
            "joined": people.join_day.astype("datetime64[us]"),
            "left": people.left_day.astype("datetime64[us]"),
            "exit_reason": pd.Categorical.from_codes(np.where(people.left < NEVER, reason, -1), list(EXIT_REASONS)),
            "returned": people.back_day.astype("datetime64[us]"),
            "left_again": people.left_again_day.astype("datetime64[us]"),
        }
    ).assign(
        birth_year=lambda frame: frame["birth_year"].where(~people.business),
        referrer=lambda frame: frame["referrer"].where(fits),
    )


def _agents(people: People) -> tuple[pd.DataFrame, pd.DataFrame]:
    agents = service.make_agents(people)
    number = 1 + np.arange(len(agents["skill"]))
    frame = pd.DataFrame(
        {
            "agent": number,
            "place": pd.Categorical.from_codes((agents["branch"] < 0).astype(int), ["branch", "call centre"]),
            "branch": pd.array(np.where(agents["branch"] < 0, 0, agents["branch"] + 1), dtype="Int64"),
            "since": agents["trained"],
            "test_score": np.clip(
                np.rint(70 + 9 * agents["skill"] + 5 * stream(people.seed, "tests").standard_normal(len(number))),
                0,
                100,
            ),
        }
    ).assign(branch=lambda frame: frame["branch"].where(agents["branch"] >= 0))
    return frame, pd.DataFrame({"agent": number, "skill": agents["skill"]})


def _branches(people: People, years: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = stream(people.seed, "branch years")
    b, count = people.branches, len(people.branches.region)
    branch_of = pd.Series(people.branch + 1, index=people.first_id + np.arange(people.n))
    by = years.assign(branch=years["customer"].map(branch_of))
    # a geometric mean knows no customer whose deposits cost more than they brought: there is none in most banks
    full = by[by["months"] == PER_YEAR].assign(
        log_revenue=lambda frame: np.log(frame["revenue"].where(frame["revenue"] > 0))
    )
    sums = full.groupby(["branch", "year"])
    result = pd.DataFrame(
        {
            "customers": sums.size(),
            "revenue_per_customer": sums["revenue"].mean(),
            "typical_revenue": np.exp(sums["log_revenue"].mean()),
            "profit_per_customer": sums["profit"].mean(),
        }
    )
    target = by[by["year"] == 2025].groupby("branch")["deposits_average"].sum() * 1.04
    branches = pd.DataFrame(
        {
            "branch": 1 + np.arange(count),
            "region": pd.Categorical.from_codes(b.region, list(REGIONS)),
            "manager": 101 + rng.permutation(count),
            "deposit_target": target.reindex(1 + np.arange(count)).to_numpy(),
            "roster_pilot": b.roster,
        }
    )
    parts = []
    for place, year in enumerate((2022, 2023, 2024, 2025)):
        mood = b.mood[:, place]
        parts.append(
            pd.DataFrame(
                {
                    "branch": 1 + np.arange(count),
                    "year": year,
                    "staff": np.maximum(4, np.rint(6 + 10 * rng.random(count))),
                    "staff_satisfaction": np.clip(70 + 7 * mood, 0, 100),
                    "staff_turnover": np.clip(0.14 - 0.035 * mood + rng.normal(0, 0.02, count), 0.0, 0.6),
                    "staff_skill": np.clip(66 + 3 * b.service + rng.normal(0, 3, count), 0, 100),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True).merge(
        result.reset_index(), on=["branch", "year"], how="left", validate="one_to_one"
    )
    frame["customers"] = frame["customers"].astype("Int64")
    return branches, frame.sort_values(["branch", "year"], ignore_index=True)


def _people_truth(people: People, flows: dict, present: np.ndarray) -> pd.DataFrame:
    """Latent traits, true campaign effects, and the expected value still to come (ten years, 10 % a year)."""
    months = np.maximum(present.sum(axis=1), 1)
    margin = (flows["revenue"] - flows["expected_loss"] - flows["cost"]).sum(axis=1) / months * PER_YEAR
    held = ((people.opened < MONTHS) & (people.closed >= MONTHS)).sum(axis=1)
    innate = people.frailty * np.exp(
        np.log(value("churn.base"))
        + value("churn.satisfaction") * people.lasting["satisfaction"]
        + value("churn.attachment") * people.lasting["attachment"]
        + value("churn.switching_cost") * people.switching_cost
        + value("churn.referred") * people.referred
    )
    hazard = innate * np.exp(
        value("churn.products") * (held - 2)
        + value("churn.adviser") * (people.adviser < MONTHS)
        + value("churn.payroll") * (people.payroll < MONTHS)
    ) + value("churn.involuntary")
    years = np.arange(1, 11) - 0.5
    stays = np.exp(-np.outer(hazard, years)) / (1 + DISCOUNT) ** years
    still = present[:, -1] & (people.left != MONTHS - 1) & (people.left_again != MONTHS - 1)
    residual = np.where(still, margin * stays.sum(axis=1), np.nan)
    listed = {name: np.where(people.on_list(name), one, np.nan) for name, one in people.uplift.items()}
    return pd.DataFrame(
        {
            "customer": people.first_id + np.arange(people.n),
            "frailty": people.frailty,
            "size": people.size,
            "switching_cost": people.switching_cost,
            "lasting_satisfaction": people.lasting["satisfaction"],
            "lasting_attachment": people.lasting["attachment"],
            "segment": pd.Categorical.from_codes(people.segment, list(SEGMENTS)),
            "engagement": people.engagement,
            "quiet": people.quiet,
            "innate_hazard": innate,
            "yearly_hazard": hazard,
            "residual_value": residual,
            "uplift_retention": listed["retention"],
            "uplift_cross_sell": listed["cross_sell"],
            "uplift_win_back": listed["win_back"],
        }
    )


def _feelings_truth(people: People) -> pd.DataFrame:
    """Latent feelings by customer and year, for customers of that year."""
    parts = []
    for k in range(3):
        rows = np.flatnonzero((people.joined < PER_YEAR * (k + 1)) & (people.left >= PER_YEAR * k))
        parts.append(
            pd.DataFrame(
                {"customer": people.first_id + rows, "year": np.full(len(rows), 2023 + k)}
                | {name: one[rows, k] for name, one in people.year.items()}
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values(["customer", "year"], ignore_index=True)


def _branches_truth(people: People) -> pd.DataFrame:
    b = people.branches
    frame = pd.DataFrame(
        {
            "branch": 1 + np.arange(len(b.region)),
            "location": b.location,
            "service": b.service,
            "kind": b.kind,
            "gaming": b.gaming,
        }
    )
    for place, year in enumerate((2023, 2024, 2025)):
        frame[f"shock_{year}"] = b.shock[:, place]
    return frame
