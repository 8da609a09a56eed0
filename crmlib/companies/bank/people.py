"""Who Harbour Bank's customers are, what they feel, and when they leave.

The order of cause: branch and person → perceived quality → trust, special treatment → satisfaction → commitment →
attachment → the monthly hazard of leaving. Everything is an array with one entry per customer; month 0 is the first month of the
window, negative months lie before it, and NEVER stands for an event that does not happen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.bank.parameters import DIMENSIONS, MONTHS, PER_YEAR, PRODUCTS, SEGMENTS, value

BRANCHES = 36
REGIONS = ("Harbour", "Old Town", "Riverside", "North", "Hills", "Airport")
HISTORY = 180  # months before the window in which customers joined
NEVER = 999
OWN_CHOICE = 5  # reasons of leaving below this number are the customer's own
FIRST_KNOWN = {"special_offer": 12, "panel": 12, "retention": 18, "cross_sell": 6, "win_back": 24, "fee_test": 27}
EFFECT_MONTHS = 6  # how long a rival's offer or an unresolved problem weighs on a customer


@dataclass
class Branches:
    """One entry per branch; `kind` says how the branch comes to its number of complaints."""

    region: np.ndarray
    size: np.ndarray  # share of customers
    location: np.ndarray  # quality of the location, SD units
    service: np.ndarray  # perceived service quality, SD units
    kind: np.ndarray  # ordinary, solves, hides (not noticed), silences (not voiced)
    gaming: np.ndarray  # the manager pulls deposits in at month end
    roster: np.ndarray  # branch took part in the rostering pilot (from the second year)
    mood: np.ndarray  # branch x (year before the window, 3 years): staff satisfaction, SD units
    shock: np.ndarray  # branch x 3 years: log revenue shock


@dataclass
class People:
    """One entry per customer unless said otherwise; `year` arrays are customers x 3."""

    n: int
    seed: int
    first_id: int  # customer ids run from here; the order of customers says nothing
    branches: Branches
    branch: np.ndarray
    business: np.ndarray
    age: np.ndarray
    joined: np.ndarray  # month, with fraction
    frailty: np.ndarray
    size: np.ndarray  # standard normal; log revenue scales with it
    segment: np.ndarray
    engagement: np.ndarray
    quiet: np.ndarray
    referred: np.ndarray
    switching_cost: np.ndarray
    lasting: dict[str, np.ndarray]  # person-level satisfaction, attachment
    year: dict[str, np.ndarray] = field(default_factory=dict)
    opened: np.ndarray | None = None  # customers x products: month
    closed: np.ndarray | None = None
    club: np.ndarray | None = None  # month from which
    adviser: np.ndarray | None = None
    payroll: np.ndarray | None = None
    arms: dict[str, np.ndarray] = field(default_factory=dict)  # 0 not in the campaign, 1 control, 2 treated
    took_part: np.ndarray | None = None
    consent: np.ndarray | None = None  # agreed to marketing at joining
    withdrawn: np.ndarray | None = None  # month of withdrawal
    messages: np.ndarray | None = None  # customers x quarters: marketing messages sent
    message_arm: np.ndarray | None = None
    offers: np.ndarray | None = None  # customers x months: a rival's offer arrived
    problems: dict[str, np.ndarray] = field(default_factory=dict)  # one entry per problem
    left: np.ndarray | None = None  # month of the first exit
    reason: np.ndarray | None = None
    returned: np.ndarray | None = None
    left_again: np.ndarray | None = None
    uplift: dict[str, np.ndarray] = field(default_factory=dict)  # true effect per member of a campaign
    untreated_hazard: np.ndarray | None = None
    join_day: np.ndarray | None = None  # calendar days; NaT where it never happened
    left_day: np.ndarray | None = None
    back_day: np.ndarray | None = None
    left_again_day: np.ndarray | None = None

    @property
    def end_day(self) -> np.ndarray:
        """The day on which the relationship ended for good (NaT: still a customer)."""
        return np.where(np.isnat(self.back_day), self.left_day, self.left_again_day)

    def on_list(self, campaign: str) -> np.ndarray:
        """Say who was on a campaign's list: drawn for it, and a customer when it began (or lost, for win-back)."""
        drawn = self.arms[campaign] > 0
        if campaign == "win_back":
            return drawn
        month = FIRST_KNOWN[campaign]
        return drawn & (self.joined < month) & (self.left >= month)

    def active(self, month: int) -> np.ndarray:
        """Say who is a customer at any time in `month` (0 = first month of the window)."""
        first = (self.joined < month + 1) & (self.left >= month)
        return first | ((self.returned <= month) & (self.left_again >= month))


def make_branches(seed: int) -> Branches:
    rng = stream(seed, "branches")
    kind = np.full(BRANCHES, "ordinary", dtype=object)
    for name, places in zip(("solves", "hides", "silences"), rng.permutation(BRANCHES)[:6].reshape(3, 2), strict=True):
        kind[places] = name
    location = rng.standard_normal(BRANCHES)
    service = rng.standard_normal(BRANCHES)
    for name, level in (("solves", 0.8), ("hides", 0.0), ("silences", -0.8)):
        service[kind == name] = level  # three kinds of zero complaints, told apart in every company
    ordinary = kind == "ordinary"
    service[ordinary] -= service[ordinary].mean()  # the level of the whole bank is not left to 36 draws
    roster = np.zeros(BRANCHES, dtype=bool)
    roster[rng.permutation(BRANCHES)[: BRANCHES // 2]] = True
    shock = rng.normal(0.0, 0.05, (BRANCHES, 3))
    noise = rng.normal(0.0, 0.5, (BRANCHES, 4))
    mood = value("staff.location") * location[:, None] + noise
    mood[:, 1:] += value("staff.profit") * shock / 0.05
    mood[:, 2:] += value("staff.roster") * roster[:, None]
    return Branches(
        region=np.arange(BRANCHES) % len(REGIONS),
        size=rng.permutation(np.linspace(0.6, 1.4, BRANCHES)) / BRANCHES,
        location=location,
        service=service,
        kind=kind,
        gaming=rng.permutation(BRANCHES) < round(value("gaming.share") * BRANCHES),
        roster=roster,
        mood=mood,
        shock=shock,
    )


def simulate_people(customers: int, seed: int) -> People:
    """Simulate the customers of the bank: traits, feelings, holdings, problems, campaigns' arms, and leaving."""
    branches = make_branches(seed)
    people = _who_is_still_there(customers, seed, branches)
    _choose_products(people, seed)
    _tie_bonds(people, seed)
    _draw_arms(people, seed)
    _feel(people, seed)
    _ask_consent(people, seed)
    _meet_rivals_and_problems(people, seed)
    _stay_or_leave(people, seed)
    return people


def _who_is_still_there(customers: int, seed: int, branches: Branches) -> People:
    """Draw joiners over 15 years and keep those who were still customers when the window opened."""
    rng = stream(seed, "people")
    draw = int(customers * 2.3) + 500
    while True:
        joined = rng.uniform(-HISTORY, MONTHS, draw)
        branch = rng.choice(BRANCHES, draw, p=branches.size)
        shares = _noise_shares(rng, draw, branches.service[branch])
        frailty = rng.gamma(1 / value("churn.frailty_variance"), value("churn.frailty_variance"), draw)
        switching_cost = rng.standard_normal(draw)
        referred = rng.random(draw) < 0.18
        size = rng.standard_normal(draw)
        lasting = _lasting_feelings(shares, size)
        log_hazard = (
            np.log(value("churn.base") / PER_YEAR)
            + value("churn.satisfaction") * lasting["satisfaction"]
            + value("churn.attachment") * lasting["attachment"]
            + value("churn.switching_cost") * switching_cost
            + value("churn.referred") * referred
        )
        exposure = np.maximum(0.0, -joined)
        gone = frailty * np.exp(log_hazard) * exposure + value("churn.involuntary") / PER_YEAR * exposure
        keep = np.flatnonzero(rng.random(draw) < np.exp(-gone))
        if len(keep) >= customers:
            break
        draw = int(draw * 1.2)
    keep = keep[:customers]
    engagement = rng.standard_normal(customers)
    return People(
        n=customers,
        seed=seed,
        first_id=10 ** max(5, len(str(customers))) + 1,
        branches=branches,
        branch=branch[keep],
        business=rng.random(customers) < 0.12,
        age=_ages(rng, joined[keep]),
        joined=joined[keep],
        frailty=frailty[keep],
        size=size[keep],
        segment=rng.choice(4, customers, p=[0.38, 0.26, 0.22, 0.14]),
        engagement=engagement,
        quiet=engagement < np.quantile(engagement, value("retention.quiet_share")),
        referred=referred[keep],
        switching_cost=switching_cost[keep],
        lasting={name: one[keep] for name, one in lasting.items()},
        year={"shares": {name: one[keep] for name, one in shares.items()}},
    )


def _ages(rng: np.random.Generator, joined: np.ndarray) -> np.ndarray:
    """Draw ages in 2025: nobody joined before he was 18."""
    at_joining = 18 + np.minimum(rng.gamma(2.3, 9.0, len(joined)), 62)
    return np.floor(at_joining + (MONTHS - joined) / PER_YEAR).astype(int)


def _noise_shares(rng: np.random.Generator, n: int, service: np.ndarray) -> dict[str, np.ndarray]:
    """Draw the lasting, person-level parts of every feeling."""
    general = np.sqrt(value("quality.branch_share")) * service + 0.58 * rng.standard_normal(n)
    quality = {name: general + 0.52 * own for name, own in _five_draws(rng, n).items()}
    noise = {
        name: sd * rng.standard_normal(n)
        for name, sd in (
            ("trust", 0.56), ("special", 0.70), ("community", 0.70), ("satisfaction", 0.59), ("commitment", 0.67),
            ("attachment", 0.67), ("economic", 0.70), ("intention", 0.62), ("word_of_mouth", 0.62), ("expectation", 0.70),
        )
    }  # fmt: skip
    return quality | {f"{name}_noise": one for name, one in noise.items()}


def _five_draws(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """Draw a standard normal per dimension of service quality; assurance and empathy are nearly one factor."""
    draws = {name: rng.standard_normal(n) for name in DIMENSIONS}
    draws["emp"] = 0.95 * draws["ass"] + np.sqrt(1 - 0.95**2) * draws["emp"]
    return draws


def _overall(quality: dict[str, np.ndarray]) -> np.ndarray:
    return sum(value(f"quality.weight_{name}") * quality[name] for name in DIMENSIONS)


def _feelings(quality: dict, noise: dict, size: np.ndarray, moved: dict) -> dict[str, np.ndarray]:
    """Follow the arrows from perceived quality to attachment; `moved` holds what clubs, advisers and campaigns add."""
    out = {"quality": _overall(quality)}
    out["trust"] = (
        value("trust.reliability") * quality["rel"] + value("trust.assurance") * quality["ass"] + noise["trust"]
    )
    out["special"] = 0.35 * size + moved.get("special", 0.0) + noise["special"]
    out["community"] = moved.get("community", 0.0) - 0.10 + noise["community"]
    out["satisfaction"] = (
        value("satisfaction.quality") * out["quality"]
        + value("satisfaction.trust") * out["trust"]
        + value("satisfaction.special") * out["special"]
        + moved.get("satisfaction", 0.0)
        + noise["satisfaction"]
    )
    out["commitment"] = (
        value("commitment.satisfaction") * out["satisfaction"]
        + value("commitment.community") * out["community"]
        + value("commitment.trust") * out["trust"]
        + value("commitment.special") * out["special"]
        + noise["commitment"]
    )
    out["attachment"] = (
        value("attachment.commitment") * out["commitment"]
        + value("attachment.satisfaction") * out["satisfaction"]
        + noise["attachment"]
    )
    return out


def _lasting_feelings(shares: dict[str, np.ndarray], size: np.ndarray) -> dict[str, np.ndarray]:
    noise = {name.removesuffix("_noise"): one for name, one in shares.items() if name.endswith("_noise")}
    felt = _feelings(shares, noise, size, {})
    return {name: felt[name] for name in ("satisfaction", "attachment")}


def _choose_products(people: People, seed: int) -> None:
    """Draw when each product is opened and closed, as if the customer stayed for ever."""
    rng = stream(seed, "products")
    n = people.n
    # rows: products after the main account; columns: need segments (convenience, yield, credit, advice)
    leaning = {
        "card": (0.55, 0.30, 0.60, 0.40), "wealth": (0.06, 0.30, 0.05, 0.38), "mortgage": (0.06, 0.05, 0.24, 0.10),
        "loan": (0.06, 0.04, 0.26, 0.08), "insurance": (0.10, 0.10, 0.12, 0.30), "savings": (0.30, 0.55, 0.22, 0.40),
    }  # fmt: skip
    lean = 0.35 * people.lasting["attachment"] + 0.30 * people.switching_cost + 0.15 * people.lasting["satisfaction"]
    opened = np.full((n, len(PRODUCTS)), float(NEVER))
    closed = np.full((n, len(PRODUCTS)), float(NEVER))
    main = np.where(rng.random(n) < 0.78, PRODUCTS.index("current"), PRODUCTS.index("savings"))
    for product, shares in leaning.items():
        place = PRODUCTS.index(product)
        share = np.asarray(shares)[people.segment]
        odds = share / (1 - share) * np.exp(lean + (0.5 * people.size if product in ("wealth", "mortgage") else 0.0))
        at_joining = rng.random(n) < odds / (1 + odds)
        later = np.maximum(people.joined, 0.0) + rng.exponential(PER_YEAR / (0.07 * odds))
        start = np.where(at_joining, _some_time_before(rng, people.joined), later)
        opened[:, place] = np.where(start < MONTHS, start, NEVER)
        # one known at the window's opening was kept till then; closings before the window are not in the files
        closed[:, place] = np.maximum(start, 0.0) + rng.exponential(PER_YEAR / 0.05, n)
    rows = np.arange(n)
    opened[rows, main] = people.joined
    closed[rows, main] = NEVER
    closed[(opened == NEVER) | (closed >= MONTHS)] = NEVER
    people.opened, people.closed = opened, closed


def _some_time_before(rng: np.random.Generator, joined: np.ndarray) -> np.ndarray:
    """Date what a customer already had: half at joining, half at some time between joining and the window."""
    return np.where(rng.random(len(joined)) < 0.5, joined, joined + rng.random(len(joined)) * np.maximum(-joined, 0.0))


def _tie_bonds(people: People, seed: int) -> None:
    """Draw from which month a customer is in the club, has an adviser, or runs salaries through the bank."""
    rng = stream(seed, "bonds")
    n = people.n
    for name, share, rate, lean in (
        ("club", 0.13, 0.030, 0.4 * people.lasting["attachment"]),
        ("adviser", 0.06, 0.014, 0.9 * people.size),
        ("payroll", 0.30, 0.070, 0.3 * people.switching_cost),
    ):
        from_start = rng.random(n) < np.minimum(0.95, share * np.exp(lean))
        later = np.maximum(people.joined, 0.0) + rng.exponential(PER_YEAR / (rate * np.exp(lean)))
        start = np.where(from_start, _some_time_before(rng, people.joined), later)
        setattr(people, name, np.where(start < MONTHS, start, NEVER))


def _draw_arms(people: People, seed: int) -> None:
    """Randomise the campaigns; who had left or joined later is taken off the list when the campaign starts."""
    rng = stream(seed, "arms")
    for name, share in (
        ("special_offer", 0.25), ("panel", 0.30), ("retention", 0.75), ("cross_sell", 0.80), ("win_back", 1.0),
        ("fee_test", 0.30),
    ):  # fmt: skip
        arm = np.where(rng.random(people.n) < 0.5, 2, 1)
        people.arms[name] = np.where(rng.random(people.n) < share, arm, 0).astype(np.int8)
    wish = 1 / (1 + np.exp(-(-0.5 + 1.2 * people.lasting["attachment"])))
    people.took_part = (people.arms["panel"] == 2) & (rng.random(people.n) < wish)
    # Cross-selling insurance in months 6-8: the campaign, not the customer's own clock, decides in the list.
    place, month = PRODUCTS.index("insurance"), FIRST_KNOWN["cross_sell"]
    listed = (people.arms["cross_sell"] > 0) & (people.joined < month) & (people.opened[:, place] >= month)
    people.arms["cross_sell"][~listed] = 0
    lift = np.where(
        people.segment == SEGMENTS.index("advice"), value("cross_sell.lift_advice"), value("cross_sell.lift")
    )
    people.uplift["cross_sell"] = np.where(listed, lift, np.nan)
    chance = value("cross_sell.base") + lift * (people.arms["cross_sell"] == 2)
    hit = listed & (rng.random(people.n) < chance)
    soon = listed & (people.opened[:, place] < month + 3)
    people.opened[:, place] = np.where(soon & ~hit, month + 3 + rng.uniform(0, 6, people.n), people.opened[:, place])
    people.opened[:, place] = np.where(hit, month + 3 * rng.random(people.n), people.opened[:, place])
    people.closed[:, place] = np.where(
        listed & (people.closed[:, place] < people.opened[:, place]), NEVER, people.closed[:, place]
    )


def _feel(people: People, seed: int) -> None:
    """Draw the three years' feelings: the lasting part of a person plus that year's."""
    rng = stream(seed, "feelings")
    n = people.n
    shares = people.year.pop("shares")
    kept = {}
    year_sd = {
        "trust": 0.45, "special": 0.55, "community": 0.60, "satisfaction": 0.53, "commitment": 0.50, "attachment": 0.45,
        "economic": 0.50, "intention": 0.55, "word_of_mouth": 0.55, "expectation": 0.50,
    }  # fmt: skip
    for k in range(3):
        month = PER_YEAR * k
        quality = {name: shares[name] + 0.55 * now for name, now in _five_draws(rng, n).items()}
        noise = {name: shares[f"{name}_noise"] + sd * rng.standard_normal(n) for name, sd in year_sd.items()}
        economic = value("economic.attachment") * people.lasting["attachment"] + noise["economic"]
        offered = (people.arms["special_offer"] == 2) & (month >= FIRST_KNOWN["special_offer"])
        moved = {
            "special": 0.30 * (people.adviser <= month) + value("special.offer") * offered,
            "community": value("community.club") * (people.club <= month),
            "satisfaction": value("satisfaction.taking_part") * (people.took_part & (month >= FIRST_KNOWN["panel"]))
            + value("satisfaction.economic") * economic,
        }
        felt = _feelings(quality, noise, people.size, moved) | {"economic": economic}
        felt["intention"] = (
            value("intention.commitment") * felt["commitment"]
            + value("intention.satisfaction") * felt["satisfaction"]
            + value("intention.economic") * economic
            + noise["intention"]
        )
        felt["word_of_mouth"] = (
            value("word_of_mouth.satisfaction") * felt["satisfaction"]
            + value("word_of_mouth.commitment") * felt["commitment"]
            + noise["word_of_mouth"]
        )
        felt["expectation"] = noise["expectation"]
        felt |= {f"quality_{name}": one for name, one in quality.items()}
        for name, one in felt.items():
            kept.setdefault(name, np.empty((n, 3)))[:, k] = one
    people.year = kept


def _ask_consent(people: People, seed: int) -> None:
    """Draw consent at joining, marketing messages by quarter (their frequency is randomised), and withdrawals."""
    rng = stream(seed, "consent")
    n, quarters = people.n, MONTHS // 3
    people.consent = rng.random(n) < 0.72
    people.message_arm = rng.integers(0, 3, n).astype(np.int8)
    mean = np.array([1.5, 3.5, 7.0])[people.message_arm]
    people.messages = rng.poisson(mean[:, None], (n, quarters)).astype(np.int16)
    beyond = np.maximum(0, people.messages - 2)
    hazard = 0.006 * np.exp(value("messages.withdrawal") * beyond)
    from_quarter = np.maximum(0, np.ceil(people.joined / 3)).astype(int)
    hazard[np.arange(quarters) < from_quarter[:, None]] = 0.0
    hit = rng.random((n, quarters)) < 1 - np.exp(-hazard)
    first = np.where(hit.any(axis=1), hit.argmax(axis=1), NEVER)
    people.withdrawn = np.where(first < NEVER, 3 * first + rng.uniform(0.05, 2.95, n), NEVER)


def _meet_rivals_and_problems(people: People, seed: int) -> None:
    """Draw rivals' offers and service problems, month by month, as if everyone were a customer throughout."""
    rng = stream(seed, "events")
    n = people.n
    chance = np.where(people.business, 0.018, 0.012)
    people.offers = rng.random((n, MONTHS), dtype=np.float32) < chance[:, None]
    kind = people.branches.kind[people.branch]
    by_kind = {
        "rate": {"ordinary": value("problem.rate"), "solves": 0.25, "hides": 0.40, "silences": 1.10},
        "noticed": {"ordinary": value("problem.noticed"), "solves": 0.75, "hides": 0.06, "silences": 0.80},
        "at_once": {"ordinary": value("problem.solved_at_once"), "solves": 1.0, "hides": 1.0, "silences": 0.10},
    }
    rate = np.vectorize(by_kind["rate"].get, otypes=[float])(people.branches.kind)[people.branch]
    chance = 1 - np.exp(-rate / PER_YEAR)
    places, months = [], []
    for month in range(MONTHS):
        hit = np.flatnonzero(rng.random(n) < chance)
        places.append(hit)
        months.append(np.full(len(hit), month, dtype=np.int16))
    who, month = np.concatenate(places), np.concatenate(months)
    m = len(who)
    where = kind[who]
    noticed_share = np.select([where == name for name in by_kind["noticed"]], list(by_kind["noticed"].values()))
    at_once_share = np.select([where == name for name in by_kind["at_once"]], list(by_kind["at_once"].values()))
    noticed = rng.random(m) < noticed_share
    at_once = noticed & (rng.random(m) < at_once_share)
    base = np.log(value("problem.voice") / (1 - value("problem.voice")))
    attachment = people.year["attachment"][who, month // PER_YEAR]
    voice = 1 / (1 + np.exp(-(base + value("problem.voice_attachment") * attachment)))
    voiced = noticed & ~at_once & (where != "silences") & (rng.random(m) < voice)
    resolved = at_once | (voiced & (rng.random(m) < value("problem.resolved")))
    people.problems = {
        "who": who,
        "month": month,
        "noticed": noticed,
        "at_once": at_once,
        "voiced": voiced,
        "resolved": resolved,
        "kind": rng.choice(4, m, p=[0.34, 0.28, 0.22, 0.16]),
        "days": np.where(at_once, 0, np.ceil(rng.gamma(1.6, 5.0, m))).astype(int),
        "day": rng.random(m),
    }


def weighs_on(events: np.ndarray, month: int, reach: int = EFFECT_MONTHS) -> np.ndarray:
    """Say for whom an event (customers x months) happened in `month` or the `reach` - 1 months before."""
    return events[:, max(0, month - reach + 1) : month + 1].any(axis=1)


def unresolved_by_month(people: People) -> np.ndarray:
    """Mark customers x months in which a problem was noticed and not solved."""
    marked = np.zeros((people.n, MONTHS), dtype=bool)
    sore = people.problems["noticed"] & ~people.problems["resolved"]
    marked[people.problems["who"][sore], people.problems["month"][sore]] = True
    return marked


def _stay_or_leave(people: People, seed: int) -> None:
    """Walk through the window month by month: hazard, exit, and the return of some who were lost."""
    rng = stream(seed, "leaving")
    n = people.n
    fixed = (
        np.log(value("churn.base") / PER_YEAR)
        + value("churn.switching_cost") * people.switching_cost
        + value("churn.referred") * people.referred
    )
    sore = unresolved_by_month(people)
    quiet_effect = np.where(people.quiet, value("retention.sleeping_dog"), value("retention.persuadable"))
    called_from = FIRST_KNOWN["retention"]
    called = (people.arms["retention"] == 2) & people.consent & (people.withdrawn > called_from)
    people.arms["retention"][~(people.consent & (people.withdrawn > called_from))] = 0
    people.left = np.full(n, NEVER)
    people.returned = np.full(n, NEVER)
    people.left_again = np.full(n, NEVER)
    people.reason = np.full(n, -1, dtype=np.int8)
    people.untreated_hazard = np.zeros(n)
    involuntary = 1 - np.exp(-value("churn.involuntary") / PER_YEAR)
    for month in range(MONTHS):
        k = month // PER_YEAR
        if month == FIRST_KNOWN["win_back"]:
            _win_back(people, rng)
        held = ((people.opened <= month) & (people.closed > month)).sum(axis=1)
        offer = weighs_on(people.offers, month)
        unresolved = weighs_on(sore, month)
        log_hazard = (
            fixed
            + value("churn.satisfaction") * people.year["satisfaction"][:, k]
            + value("churn.attachment") * people.year["attachment"][:, k]
            + value("churn.products") * (held - 2)
            + value("churn.rival_offer") * offer
            + value("churn.unresolved") * unresolved
            + value("churn.adviser") * (people.adviser <= month)
            + value("churn.payroll") * (people.payroll <= month)
        )
        hazard = people.frailty * np.exp(log_hazard)
        if called_from <= month < called_from + PER_YEAR:
            people.untreated_hazard += hazard
            hazard = np.where(called, hazard * np.exp(quiet_effect), hazard)
        # Half a month of exposure in the month of joining.
        hazard = hazard * np.clip(month + 1 - people.joined, 0.0, 1.0)
        back = (people.returned <= month) & (people.left_again == NEVER)
        here = ((people.joined < month + 1) & (people.left == NEVER)) | back
        voluntary = here & (rng.random(n) < 1 - np.exp(-hazard))
        other = here & ~voluntary & (rng.random(n) < involuntary)
        goes = voluntary | other
        people.left_again[goes & back] = month
        first = goes & ~back
        people.left[first] = month
        rows = np.flatnonzero(first)
        people.reason[rows] = _reasons(rng, other[rows], offer[rows], unresolved[rows])
    gone = people.untreated_hazard
    effect = np.exp(-gone) - np.exp(-gone * np.exp(quiet_effect))
    people.uplift["retention"] = np.where(people.arms["retention"] > 0, effect, np.nan)


def _reasons(
    rng: np.random.Generator, involuntary: np.ndarray, offer: np.ndarray, unresolved: np.ndarray
) -> np.ndarray:
    """Draw the stated reason: what happened lately makes a reason likely, and some say something else."""
    draw = rng.random(len(involuntary))
    plain = np.select([draw < 0.35, draw < 0.60, draw < 0.80], [0, 1, 2], default=3)  # price, service, moved, no need
    reason = np.where(offer & (draw < 0.75), 4, np.where(unresolved & (draw < 0.70), 1, plain))
    return np.where(involuntary, np.select([draw < 0.5, draw < 0.8], [5, 6], default=7), reason)


def _win_back(people: People, rng: np.random.Generator) -> None:
    """Contact a random half of the customers lost in the second year and see who returns."""
    start = FIRST_KNOWN["win_back"]
    lost = (people.left >= PER_YEAR) & (people.left < start) & (people.reason >= 0) & (people.reason < OWN_CHOICE)
    arm = people.arms["win_back"]
    arm[~lost] = 0
    lean = 0.3 * people.year["attachment"][:, 1]

    def chance(share: float) -> np.ndarray:
        return 1 / (1 + np.exp(-(np.log(share / (1 - share)) + lean)))

    control, treated = chance(value("win_back.control")), chance(value("win_back.treated"))
    people.uplift["win_back"] = np.where(lost, treated - control, np.nan)
    comes = lost & (rng.random(people.n) < np.where(arm == 2, treated, control))
    people.returned[comes] = start + rng.integers(1, 6, people.n)[comes]
