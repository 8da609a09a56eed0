"""The strategy simulator: a yearly budget on five levers moves the pyramid some years out, with what is uncertain about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, listed, need_columns, need_frame, need_level, need_numbers, rows_text
from crmlib.strategy.behaviour import AGES, GROUPS, LEVERS, TIERS, Behaviour, start_frame
from crmlib.strategy.levers import LEADS, check_responses

PLAN, START = "The plan", "The starting customers"
PRIOR = (
    5.0  # customers that a tier's shares weigh in each of its three ages: cells with few customers lean on their tier
)


@dataclass(frozen=True, repr=False)
class PlanRun:
    """What a plan leads to.

    pyramid : one row per year (0: the start) and tier: `year`, `tier`, `mean`, `low`, `high` (customers).
    years : one row per year, means: `customers_start`, `joined`, `returned`, `left`, `customers_end`, `contribution`, `fees`,
        `spent`, `unspent`, `net` (¥).
    equity : one row per measure: `net_of_years` (discounted), `customers_left_worth` (value at the horizon of who is then there,
        discounted) and `customer_equity` (their sum): `mean`, `low`, `high` (¥).
    paths : one row per path and year: what happened in each of the possible futures.
    """

    pyramid: pd.DataFrame
    years: pd.DataFrame
    equity: pd.DataFrame
    paths: pd.DataFrame

    def __repr__(self) -> str:
        million = self.equity.copy()
        million[["mean", "low", "high"]] /= 1e6
        return million.round(2).to_string(index=False) + "\n(¥ million; .pyramid .years .paths hold the rest)"


@dataclass(frozen=True)
class _Worlds:
    """One draw of everything that is not known, for each path."""

    moves: np.ndarray  # paths × 12 cells × (left, 4 tiers)
    joining: np.ndarray  # paths
    mixes: np.ndarray  # paths × (joined, returned) × 4 tiers
    own: np.ndarray  # paths
    unasked: np.ndarray  # paths
    means: np.ndarray  # paths × 6 groups
    effects: np.ndarray  # paths × rows of the responses
    sd: np.ndarray  # 6 groups


def make_plan(budget: float, shares: Mapping[str, float], years: int = 5) -> pd.DataFrame:
    """Write a plan that spends the same every year.

    Parameters
    ----------
    budget : ¥ a year.
    shares : lever -> share of the budget; levers left out get nothing. Together at most 1.
    years : how many.

    Returns
    -------
    Frame, one row per year: `year` (1, 2 ...), and ¥ on `acquire`, `upgrade`, `keep`, `win_back`, `service`.

    Raises
    ------
    ValueError : an unknown lever, a share below 0, shares above 1 together.

    >>> make_plan(1000, {"keep": 0.5, "service": 0.3}, years=2)
       year  acquire  upgrade   keep  win_back  service
    0     1      0.0      0.0  500.0       0.0    300.0
    1     2      0.0      0.0  500.0       0.0    300.0
    """
    unknown = [name for name in shares if name not in LEVERS]
    if unknown:
        raise ValueError(f"There is no lever {listed(unknown)}. The levers are {listed(LEVERS)}.")
    values = np.array([float(shares.get(lever, 0.0)) for lever in LEVERS])
    if not (values >= 0).all() or not values.sum() <= 1 + 1e-9:
        raise ValueError(
            f"The shares of a plan are 0 or more and at most 1 together; these are {dict(shares)}, {values.sum():.3g} together."
        )
    if not is_whole(years) or years < 1:
        raise ValueError(f"`years` must be a whole number, 1 or more, but it is {years!r}.")
    plan = pd.DataFrame(np.tile(budget * values, (years, 1)), columns=list(LEVERS))
    plan.insert(0, "year", np.arange(1, years + 1))
    return check_plan(plan, budget)


def check_plan(plan: pd.DataFrame, budget: float) -> pd.DataFrame:
    """Return a plan if it can be carried out, else say what is wrong with it. Nothing is clipped.

    Parameters
    ----------
    plan : one row per year: `year` (1, 2 ...) and ¥ on each of the five levers.
    budget : ¥ a year that may be spent.

    Raises
    ------
    ValueError, TypeError : a lever is missing or unknown, an amount is empty or below 0, a year spends more than the budget.

    >>> check_plan(make_plan(1000, {"keep": 1.0}, years=1), 900)
    Traceback (most recent call last):
    ...
    ValueError: The plan spends ¥1,000 in year 1, ¥100 more than the budget of ¥900. Take something away.
    """
    if isinstance(budget, bool) or not isinstance(budget, int | float | np.number) or not 0 <= budget < np.inf:
        raise ValueError(f"`budget` must be an amount in yuan, 0 or more, but it is {budget!r}.")
    need_columns(need_frame(plan, PLAN), ["year", *LEVERS], PLAN)
    extra = [name for name in plan.columns if name not in ("year", *LEVERS)]
    if extra:
        raise ValueError(
            f"The plan has the column {listed(extra)}, which is no lever. The levers are {listed(LEVERS)}."
        )
    if need_numbers(plan, "year", PLAN).tolist() != list(range(1, len(plan) + 1)):
        raise ValueError(
            f"Column 'year' of the plan must be 1, 2, 3 ... in order, but it is {listed(plan['year'].tolist())}."
        )
    spend = np.column_stack([need_numbers(plan, lever, PLAN) for lever in LEVERS])
    for place, lever in enumerate(LEVERS):
        if np.isnan(spend[:, place]).any():
            raise ValueError(
                f"The plan says nothing on {lever!r} in {rows_text(np.isnan(spend[:, place]))}. Write 0 for nothing."
            )
        if (spend[:, place] < 0).any():
            raise ValueError(
                f"The plan spends less than 0 on {lever!r} in {rows_text(spend[:, place] < 0)}. Give 0 or more."
            )
    over = spend.sum(axis=1) - budget
    if (over > 0.005).any():
        year = int(np.argmax(over > 0.005))
        raise ValueError(
            f"The plan spends ¥{spend[year].sum():,.0f} in year {year + 1}, ¥{over[year]:,.0f} more than the budget of "
            f"¥{budget:,.0f}. Take something away."
        )
    return plan


def simulate_plan(
    start: pd.DataFrame,
    plan: pd.DataFrame,
    behaviour: Behaviour,
    *,
    budget: float,
    paths: int = 500,
    seed: int = 1,
    discount: float = 0.10,
    level: float = 0.90,
    chance: bool = True,
) -> PlanRun:
    """Follow the pyramid through the years of a plan, in many possible futures.

    Each path draws first what is not known (rates from Dirichlet, gamma and beta distributions around the counts, effects from
    normal ones around the estimates), then what happens by chance (customers are whole; contributions have their spread).
    Spending on a lever reaches the share 1 − exp(−spend / (cost × eligible customers)) of the eligible customers of each group
    that it is aimed at; the others keep their chances, and the changes by several levers multiply. What is saved or won counts
    from the year's end. *Predictive*; as far as `behaviour.responses` say, the effect of a plan is causal.

    Parameters
    ----------
    start : 13 rows from `year_end(...).start`.
    plan : one row per year: `year`, and ¥ on `acquire`, `upgrade`, `keep`, `win_back`, `service`.
    behaviour : how customers move and what the levers do.
    budget : ¥ a year; what a plan does not spend is `unspent`.
    paths : possible futures.
    seed : the same seed gives the same futures, whatever the plan: rates and effects are drawn before the plan is looked at.
    discount : a year's, 0.10 = 10 %; money counts at the end of its year.
    level : of the bands, 0.90: from the 5th to the 95th percentile of the paths.
    chance : False leaves out what happens by chance and follows expected numbers (customers are then not whole).

    Returns
    -------
    PlanRun. Customer equity is the discounted net money of the years plus what the customers of the last year end will bring,
    without further spending: the value v of a tier and age solves v = (m + P v) / (1 + discount), with the mean contribution m and
    the moves P (Pfeifer & Carraway 2000).

    Raises
    ------
    ValueError, TypeError : see `check_plan`, `check_responses`; a starting cell is missing, below 0 or not whole.

    >>> start, behaviour = small_bank()
    >>> run = simulate_plan(start, make_plan(20_000, {"keep": 1}), behaviour, budget=20_000, paths=50)
    >>> one = run.paths.iloc[0]
    >>> bool(one["customers_start"] + one["joined"] + one["returned"] - one["left"] == one["customers_end"])
    True
    """
    spend, cells = _checked(start, plan, behaviour, budget)
    _check_run(paths, seed, discount)
    tail = (1 - need_level(level)) / 2
    worlds = _draw(behaviour, paths, seed)
    found = _run(cells, spend, behaviour, worlds, discount, np.random.default_rng([seed, 2]) if chance else None)
    return _tables(found, spend, budget, tail)


def compare_plans(
    start: pd.DataFrame,
    plans: Mapping[str, pd.DataFrame],
    behaviour: Behaviour,
    *,
    budget: float,
    paths: int = 500,
    seed: int = 1,
    discount: float = 0.10,
    level: float = 0.90,
    chance: bool = True,
) -> pd.DataFrame:
    """Run plans in the same futures and rank them by customer equity.

    Parameters
    ----------
    plans : name -> plan. The first one is what the others are compared with.
    start, behaviour, budget, paths, seed, discount, level, chance : as for `simulate_plan`.

    Returns
    -------
    Frame, the best plan first: `plan`, `spent` (¥ in all years), `customers` (at the end), `top_and_big` (of them), `equity`,
    `equity_low`, `equity_high` (¥), `gain`, `gain_low`, `gain_high` (against the first plan in the same futures), `wins` (share of the
    futures in which it beats the first plan).

    Raises
    ------
    ValueError, TypeError : as `simulate_plan`; the message names the plan.

    >>> start, behaviour = small_bank()
    >>> plans = {"nothing": make_plan(9_000, {}), "three levers": make_plan(9_000, {"acquire": 0.2, "keep": 0.4, "win_back": 0.4})}
    >>> compare_plans(start, plans, behaviour, budget=9_000, paths=200, chance=False)["plan"].tolist()
    ['three levers', 'nothing']
    """
    if not plans:
        raise ValueError("There is no plan to compare. Give at least one: {'name': plan}.")
    _check_run(paths, seed, discount)
    tail = (1 - need_level(level)) / 2
    worlds = _draw(_known(behaviour), paths, seed)
    rows, first = [], None
    for name, plan in plans.items():
        try:
            spend, cells = _checked(start, plan, behaviour, budget)
        except (ValueError, TypeError) as problem:
            raise type(problem)(f"Plan {name!r}: {problem}") from None
        rng = np.random.default_rng([seed, 2]) if chance else None
        found = _run(cells, spend, behaviour, worlds, discount, rng)
        equity, end = found["equity"], found["tiers"][:, -1]
        first = equity if first is None else first
        gain = equity - first
        low, high = np.quantile(equity, [tail, 1 - tail])
        gain_low, gain_high = np.quantile(gain, [tail, 1 - tail])
        rows.append(
            (name, spend.sum(), end.sum(axis=1).mean(), end[:, :2].sum(axis=1).mean(), equity.mean(), low, high, gain.mean(),
             gain_low, gain_high, (gain > 0).mean())
        )  # fmt: skip
    columns = [
        "plan",
        "spent",
        "customers",
        "top_and_big",
        "equity",
        "equity_low",
        "equity_high",
        "gain",
        "gain_low",
        "gain_high",
        "wins",
    ]
    return pd.DataFrame(rows, columns=columns).sort_values("equity", ascending=False, kind="stable", ignore_index=True)


def next_yuan(
    start: pd.DataFrame,
    plan: pd.DataFrame,
    behaviour: Behaviour,
    *,
    step: float = 10_000,
    paths: int = 400,
    seed: int = 1,
    discount: float = 0.10,
    level: float = 0.90,
) -> pd.DataFrame:
    """What the next yuan on each lever would bring, every year, on top of a plan: the marginal rule.

    Parameters
    ----------
    step : ¥ a year that are added to one lever at a time.
    start, plan, behaviour, paths, seed, discount, level : as for `simulate_plan` (no chance: expected numbers).

    Returns
    -------
    Frame, one row per lever: `lever`, `gain` (¥ of customer equity, before the step's own cost, for ¥1 spent more, both discounted),
    `low`, `high`, `spend_more` (True where the gain exceeds its cost: above 1).

    Raises
    ------
    ValueError, TypeError : as `simulate_plan`; the step is not above 0.

    >>> start, behaviour = small_bank()
    >>> next_yuan(start, make_plan(0, {}), behaviour, step=100)["lever"].tolist()
    ['acquire', 'upgrade', 'keep', 'win_back', 'service']
    """
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0 < step < np.inf:
        raise ValueError(f"`step` must be an amount in yuan above 0, but it is {step!r}.")
    _check_run(paths, seed, discount)
    tail = (1 - need_level(level)) / 2
    spend, cells = _checked(start, plan, behaviour, float("1e300"))
    worlds = _draw(behaviour, paths, seed)
    base = _run(cells, spend, behaviour, worlds, discount, None)["equity"]
    paid = (step / (1 + discount) ** np.arange(1, len(spend) + 1)).sum()
    rows = []
    for place, lever in enumerate(LEVERS):
        more = spend.copy()
        more[:, place] += step
        gain = (_run(cells, more, behaviour, worlds, discount, None)["equity"] - base + paid) / paid
        rows.append((lever, gain.mean(), *np.quantile(gain, [tail, 1 - tail]), bool(gain.mean() > 1)))
    return pd.DataFrame(rows, columns=["lever", "gain", "low", "high", "spend_more"])


def marginal_plan(
    start: pd.DataFrame,
    behaviour: Behaviour,
    *,
    budget: float,
    years: int = 5,
    step: float = 10_000,
    discount: float = 0.10,
) -> pd.DataFrame:
    """Build a plan by the marginal rule: step by step to the lever that gains most, until none gains more than it costs.

    The same amounts are spent every year. Gains are expected ones at the best estimates, so a plan built this way looks a little
    better than it is.

    Parameters
    ----------
    budget : ¥ a year. What would bring less than it costs is left unspent.
    years : of the plan.
    step : ¥ a year, added to one lever at a time.
    start, behaviour, discount : as for `simulate_plan`.

    Returns
    -------
    A plan.

    Raises
    ------
    ValueError, TypeError : as `simulate_plan`.

    >>> start, behaviour = small_bank()
    >>> plan = marginal_plan(start, behaviour, budget=3_000, step=500)
    >>> bool(plan.iloc[0, 1:].sum() <= 3_000)
    True
    """
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0 < step < np.inf:
        raise ValueError(f"`step` must be an amount in yuan above 0, but it is {step!r}.")
    _check_run(1, 0, discount)
    empty = make_plan(budget, {}, years)
    spend, cells = _checked(start, empty, behaviour, budget)
    worlds = _draw(behaviour, 0, 0)
    now = _run(cells, spend, behaviour, worlds, discount, None)["equity"][0]
    while spend[0].sum() + step <= budget + 1e-9:
        tries = []
        for place in range(len(LEVERS)):
            more = spend.copy()
            more[:, place] += step
            tries.append(_run(cells, more, behaviour, worlds, discount, None)["equity"][0])
        best = int(np.argmax(tries))
        if tries[best] <= now:
            break
        spend[:, best] += step
        now = tries[best]
    empty[list(LEVERS)] = spend
    return check_plan(empty, budget)


def check_bands(run: PlanRun, actual: pd.DataFrame, year: int = 1) -> pd.DataFrame:
    """Hold a forecast against what happened: is the actual value inside the band?

    Parameters
    ----------
    run : from `simulate_plan`.
    actual : one row: any of the columns of `run.paths`, such as `Top`, `Small`, `left`, `joined`, `contribution`.
    year : of the plan.

    Returns
    -------
    Frame, one row per measure: `measure`, `low`, `mean`, `high` (of the paths, 5th to 95th percentile), `actual`, `inside`.

    Raises
    ------
    ValueError, TypeError : an unknown measure, no such year, more than one row.

    >>> start, behaviour = small_bank()
    >>> run = simulate_plan(start, make_plan(0, {}), behaviour, budget=0, paths=50)
    >>> check_bands(run, pd.DataFrame({"left": [100_000]}))["inside"].tolist()
    [False]
    """
    paths = run.paths[run.paths["year"] == year]
    if paths.empty:
        raise ValueError(f"The run has no year {year!r}. Its years are {listed(run.paths['year'].unique().tolist())}.")
    need_columns(run.paths, need_frame(actual, "The actual values").columns, "The table of paths")
    if len(actual) != 1:
        raise ValueError(f"The actual values must be one row, but there are {len(actual):,}.")
    rows = []
    for name in actual.columns:
        low, high = np.quantile(paths[name], [0.05, 0.95])
        value = float(actual[name].iloc[0])
        rows.append((name, low, paths[name].mean(), high, value, bool(low <= value <= high)))
    return pd.DataFrame(rows, columns=["measure", "low", "mean", "high", "actual", "inside"])


def customer_worth(behaviour: Behaviour, *, discount: float = 0.10) -> pd.DataFrame:
    """What one customer will still bring, by tier and age, if nothing is spent.

    The worth v of each tier and age solves v = (m + P v) / (1 + discount): this year's mean contribution m, and next year's worth
    wherever the customer then stands (Pfeifer & Carraway 2000). *Predictive.*

    Parameters
    ----------
    behaviour : from `fit_behaviour`; the best estimates are taken.
    discount : a year's.

    Returns
    -------
    Frame, one row per tier and age: `tier`, `age`, `leave` (share who leave in a year), `contribution` (¥ in the next year), `worth` (¥).

    Raises
    ------
    ValueError, TypeError : as `simulate_plan`.

    >>> customer_worth(small_bank()[1]).iloc[[2, 11]].round(2)
         tier    age  leave  contribution    worth
    2     Top  later   0.08       20000.0  64345.8
    11  Small  later   0.10           0.0   1092.0
    """
    _check_run(1, 0, discount)
    worlds = _draw(_known(behaviour), 0, 0)
    value, _ = _worth(worlds, discount, np.ones((1, 12)))
    return pd.DataFrame(
        {
            "tier": [tier for tier in TIERS for _ in AGES],
            "age": [*AGES] * 4,
            "leave": worlds.moves[0, :, 0],
            "contribution": np.repeat(worlds.means[0, :4], 3),
            "worth": value[0],
        }
    )


def small_bank() -> tuple[pd.DataFrame, Behaviour]:
    """Return an invented bank of 1,430 customers (start, behaviour), small enough to check by hand.

    >>> start, behaviour = small_bank()
    >>> int(start["customers"].sum())
    1520
    """
    start = start_frame([[1, 1, 13], [5, 5, 55], [40, 30, 180], [200, 150, 750]], lost=90)
    tiers = [tier for tier in TIERS for _ in AGES]
    leave = np.array([[2, 1, 8], [2, 1, 7], [20, 14, 9], [20, 15, 10]]).ravel()  # of 100
    stay = {"Top": (80, 15, 4, 1), "Big": (5, 75, 18, 2), "Medium": (0, 6, 76, 18), "Small": (0, 0, 5, 95)}
    moves = pd.DataFrame(
        [[gone, *(np.array(stay[tier]) * (100 - gone) / 100)] for gone, tier in zip(leave, tiers, strict=True)],
        columns=["left", *TIERS],
    )
    moves.insert(0, "tier", tiers)
    moves.insert(1, "age", [*AGES] * 4)
    arrivals = pd.DataFrame(
        [("joined", 2, 2, 10, 60, 328), ("returned", 1, 0, 1, 4, 15)], columns=["kind", "years", *TIERS]
    )
    chances = pd.DataFrame({"chance": ["leaves by own choice", "returns unasked"], "hits": [180, 18], "of": [200, 90]})
    money = pd.DataFrame(
        {"group": list(GROUPS), "customers": [15, 65, 250, 1100, 200, 20], "mean": [20_000.0, 5_000, 1_000, 0, 100, 200],
         "sd": [9_000.0, 3_000, 1_000, 300, 500, 500]}
    )  # fmt: skip
    rows = [
        ("acquire", "prospect", "arrivals", 300, 4.0, 0.012, 0.003, 0.6, "mail to prospects"),
        ("acquire", "suspect", "arrivals", 200, 4.0, 0.004, 0.002, 0.4, "mail to suspects"),
        ("win_back", "Lost", "returning", 1.0, 45.0, 0.07, 0.02, 1.0, "win-back contact"),
    ]
    for lever, acts, eligible, cost, effect, error in (
        ("upgrade", "fees", 0.7, 6.0, 1.0, 0.3),
        ("keep", "leaving", 0.7, 60.0, -0.18, 0.07),
        ("service", "leaving", 1.0, 20.0, -0.06, 0.01),
    ):
        rows += [
            (lever, tier, acts, eligible, cost, effect, error, share, lever)
            for tier, share in zip(TIERS, (0.01, 0.05, 0.17, 0.77), strict=True)
        ]
    names = ["lever", "group", "acts_on", "eligible", "cost", "effect", "error", "share", "estimate"]
    return start, Behaviour(moves, arrivals, chances, money, pd.DataFrame(rows, columns=names))


# --- the parts --------------------------------------------------------------------------------------------------------


def _check_run(paths: int, seed: int, discount: float) -> None:
    if not is_whole(paths) or paths < 1:
        raise ValueError(f"`paths` must be a whole number, 1 or more, but it is {paths!r}.")
    if not is_whole(seed) or seed < 0:
        raise ValueError(f"`seed` must be a whole number, 0 or more, but it is {seed!r}.")
    if isinstance(discount, bool) or not isinstance(discount, int | float) or not 0 <= discount < np.inf:
        raise ValueError(f"`discount` must be a yearly rate such as 0.10, but it is {discount!r}.")


def _known(behaviour: object) -> Behaviour:
    if not isinstance(behaviour, Behaviour):
        raise TypeError(f"The behaviour must come from fit_behaviour(...), but it is a {type(behaviour).__name__}.")
    return behaviour


def _checked(
    start: pd.DataFrame, plan: pd.DataFrame, behaviour: Behaviour, budget: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return spending (years × levers) and starting customers (12 cells, then the lost)."""
    check_plan(plan, budget)
    _known(behaviour)
    need_columns(need_frame(start, START), ["tier", "age", "customers"], START)
    wanted = [*((tier, age) for tier in TIERS for age in AGES), ("Lost", "–")]
    if list(zip(start["tier"].astype("str"), start["age"].astype("str"), strict=True)) != wanted:
        raise ValueError(
            f"{START} must have 13 rows: each tier ({listed(TIERS)}) with each age ({listed(AGES)}), then 'Lost'. "
            "Take them from year_end(...).start or start_frame(...)."
        )
    cells = need_numbers(start, "customers", START)
    odd = ~((cells >= 0) & (cells == np.floor(cells)))
    if odd.any():
        raise ValueError(
            f"Column 'customers' of the starting customers must be whole numbers, 0 or more; it is not in {rows_text(odd)}."
        )
    return plan[list(LEVERS)].to_numpy(np.float64, copy=True), cells.astype(np.int64)


def _draw(behaviour: Behaviour, paths: int, seed: int) -> _Worlds:
    """Draw what is not known, once per path. 0 paths: one path at the best estimates."""
    what = "Behaviour: "
    moves = _counts(behaviour.moves, ["left", *TIERS], what + "moves", 12).reshape(4, 3, 5)
    arrivals = _counts(behaviour.arrivals, list(TIERS), what + "arrivals", 2)
    years = _counts(behaviour.arrivals, ["years"], what + "arrivals", 2)[:, 0]
    chances = _counts(behaviour.chances, ["hits", "of"], what + "chances", 2)
    money = {name: need_numbers(behaviour.money, name, what + "money") for name in ("customers", "mean", "sd")}
    if behaviour.money["group"].tolist() != list(GROUPS) or np.isnan(np.stack(list(money.values()))).any():
        raise ValueError(f"Behaviour: money must have one full row for each of {listed(GROUPS)}, in this order.")
    responses = check_responses(behaviour.responses)
    tier = moves.sum(axis=1) + 0.5  # half a customer on each move: what nobody did yet is unlikely, not impossible
    alpha = (moves + PRIOR * (tier / tier.sum(axis=1, keepdims=True))[:, None, :]).reshape(12, 5)
    mixes = arrivals + 0.5
    effect, error = responses["effect"].to_numpy(float), responses["error"].to_numpy(float)
    estimates, names = pd.factorize(responses["estimate"])
    known = years > 0
    rate = (arrivals[0].sum() + 0.5) / max(years[0], 1)
    odds = chances + np.array([0.5, 1.0])
    if paths == 0:
        return _Worlds(
            (alpha / alpha.sum(axis=1, keepdims=True))[None],
            np.array([rate]),
            (mixes / mixes.sum(axis=1, keepdims=True))[None],
            np.array([odds[0, 0] / odds[0, 1]]),
            np.array([odds[1, 0] / odds[1, 1] if known[1] else 0.0]),
            money["mean"][None],
            effect[None],
            money["sd"],
        )
    rng = np.random.default_rng([seed, 1])
    drawn = rng.standard_gamma(np.broadcast_to(alpha, (paths, 12, 5)))
    mixed = rng.standard_gamma(np.broadcast_to(mixes, (paths, 2, 4)))
    joining = rng.standard_gamma(arrivals[0].sum() + 0.5, paths) / max(years[0], 1)
    beta = rng.beta(odds[:, 0], odds[:, 1] - odds[:, 0], (paths, 2))
    means = money["mean"] + money["sd"] / np.sqrt(np.maximum(money["customers"], 1)) * rng.standard_normal((paths, 6))
    shift = rng.standard_normal((paths, len(names)))
    return _Worlds(
        drawn / drawn.sum(axis=2, keepdims=True),
        joining,
        mixed / mixed.sum(axis=2, keepdims=True),
        beta[:, 0],
        beta[:, 1] if known[1] else np.zeros(paths),
        means,
        effect + error * shift[:, estimates],
        money["sd"],
    )


def _counts(frame: pd.DataFrame, columns: list[str], what: str, rows: int) -> np.ndarray:
    need_columns(need_frame(frame, what), columns, what)
    numbers = np.column_stack([need_numbers(frame, name, what) for name in columns])
    if len(numbers) != rows or not (numbers >= 0).all():
        raise ValueError(f"{what} must have {rows} rows of counts, 0 or more, in {listed(columns)}.")
    return numbers


def _run(
    cells: np.ndarray,
    spend: np.ndarray,
    behaviour: Behaviour,
    worlds: _Worlds,
    discount: float,
    rng: np.random.Generator | None,
) -> dict[str, np.ndarray]:
    """Follow all paths through the years; `rng` None: expected numbers."""
    paths, years = len(worlds.joining), len(spend)
    told = behaviour.responses
    lever = np.array([LEVERS.index(name) for name in told["lever"]])
    acts, group = told["acts_on"].to_numpy(), told["group"].to_numpy()
    eligible, cost, share = (told[name].to_numpy(float) for name in ("eligible", "cost", "share"))
    place = {name: k for k, name in enumerate((*TIERS, "Lost", *LEADS))}
    pool_of = np.array([place[name] for name in group])
    rows_on = {name: np.flatnonzero(acts == name) for name in ("arrivals", "fees", "leaving", "moving up", "returning")}
    on_tier = np.zeros((len(told), 4))
    on_tier[np.arange(len(told))[pool_of < 4], pool_of[pool_of < 4]] = 1.0

    kind = np.int64 if rng is not None else np.float64
    people = np.broadcast_to(cells[:12].astype(kind), (paths, 12)).copy()
    pool = np.full(paths, cells[12], dtype=kind)
    fees = np.zeros((paths, 4))  # ¥ a year of products sold, by tier
    out = {name: np.zeros((paths, years)) for name in ("joined", "returned", "left", "own", "contribution", "fees")}
    tiers = np.zeros((paths, years + 1, 4))
    tiers[:, 0] = people.reshape(paths, 4, 3).sum(axis=2)
    lost = np.zeros((paths, years + 1))
    lost[:, 0] = pool
    for year in range(years):
        heads = people.reshape(paths, 4, 3).sum(axis=2)
        base = np.concatenate([heads, pool[:, None], np.ones((paths, 2))], axis=1)[:, pool_of] * eligible
        full = cost * base
        with np.errstate(divide="ignore", invalid="ignore"):
            reached = np.where(full > 0, -np.expm1(-spend[year, lever] * share / full), 0.0)
        in_group = reached * np.where(pool_of < 5, eligible, 1.0)  # share of the whole group that is reached
        effect = reached * worlds.effects
        log_change = np.log1p(in_group * np.expm1(worlds.effects))  # those not reached keep their chance
        leaving, up = (log_change[:, rows_on[name]] @ on_tier[rows_on[name]] for name in ("leaving", "moving up"))
        chances = _shifted(worlds.moves, leaving, up)
        asked = (in_group * worlds.effects)[:, rows_on["returning"]].sum(axis=1)
        back = np.clip(worlds.unasked + asked, 0.0, 1.0)
        won = np.maximum(worlds.joining + (effect * base)[:, rows_on["arrivals"]].sum(axis=1), 0.0)
        sold = (effect * base)[:, rows_on["fees"]] @ on_tier[rows_on["fees"]]
        if rng is None:
            went = people[:, :, None] * chances
            joined = won[:, None] * worlds.mixes[:, 0]
            returned = (pool * back)[:, None] * worlds.mixes[:, 1]
            own = went[:, :, 0].sum(axis=1) * worlds.own
        else:
            went = rng.multinomial(people, chances)
            joined = rng.multinomial(rng.poisson(won), worlds.mixes[:, 0])
            returned = rng.multinomial(rng.binomial(pool, back), worlds.mixes[:, 1])
            own = rng.binomial(went[:, :, 0].sum(axis=1), worlds.own)
        counts = np.concatenate([heads, joined.sum(axis=1)[:, None], returned.sum(axis=1)[:, None]], axis=1)
        brought = counts * worlds.means
        if rng is not None:
            # whole yuan, so that the groups' sums and the total agree to the last one
            brought = np.rint(brought + np.sqrt(counts) * worlds.sd * rng.standard_normal((paths, 6)))
        out["contribution"][:, year] = brought.sum(axis=1)
        out["fees"][:, year] = fees.sum(axis=1)
        stayed = went[:, :, 1:].reshape(paths, 4, 3, 4)
        kept = np.where(heads > 0, stayed.sum(axis=(2, 3)) / np.where(heads > 0, heads, 1), 0.0)
        fees = (fees + sold) * kept
        aged = np.zeros((paths, 4, 3), dtype=kind)
        arrived = stayed.sum(axis=1)  # paths × age before × tier after
        aged[:, :, 0] = joined + returned
        aged[:, :, 1] = arrived[:, 0]
        aged[:, :, 2] = arrived[:, 1] + arrived[:, 2]
        people = aged.reshape(paths, 12)
        pool = own
        out["joined"][:, year], out["returned"][:, year] = joined.sum(axis=1), returned.sum(axis=1)
        out["left"][:, year], out["own"][:, year] = went[:, :, 0].sum(axis=1), own
        tiers[:, year + 1], lost[:, year + 1] = aged.sum(axis=2), pool
    value, fee_value = _worth(worlds, discount, people)
    factor = (1 + discount) ** -np.arange(1, years + 1.0)
    net = out["contribution"] + out["fees"] - spend.sum(axis=1)
    residual = ((people * value).sum(axis=1) + (fees * fee_value).sum(axis=1)) * factor[-1]
    return out | {
        "tiers": tiers,
        "lost": lost,
        "net": net,
        "net_of_years": net @ factor,
        "residual": residual,
        "equity": net @ factor + residual,
    }


def _shifted(moves: np.ndarray, leaving: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Apply the levers to the chances of each cell: leaving × exp(change), then moving up × exp(change), taken from staying put."""
    if not leaving.any() and not up.any():
        return moves
    paths = len(moves)
    gone = np.minimum(moves[:, :, 0] * np.exp(np.repeat(leaving, 3, axis=1)), 1.0)
    rest = (1 - gone) / np.maximum(1 - moves[:, :, 0], 1e-12)
    found = np.concatenate([gone[:, :, None], moves[:, :, 1:] * rest[:, :, None]], axis=2)
    if up.any():
        by_tier = found.reshape(paths, 4, 3, 5)
        for tier in range(1, 4):  # Top has nothing above it
            above, same = by_tier[:, tier, :, 1 : tier + 1], by_tier[:, tier, :, tier + 1]
            now = above.sum(axis=2)
            wanted = np.minimum(now * np.exp(up[:, tier, None]), now + same)
            by_tier[:, tier, :, tier + 1] = same - (wanted - now)
            by_tier[:, tier, :, 1 : tier + 1] = above * (wanted / np.maximum(now, 1e-300))[:, :, None]
        found = by_tier.reshape(paths, 12, 5)
    return found / found.sum(axis=2, keepdims=True)


def _worth(worlds: _Worlds, discount: float, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what a customer of each cell, and a yuan of fees in each tier, will still bring (paths × 12, paths × 4)."""
    paths = len(worlds.joining)
    step = np.zeros((paths, 12, 12))
    older = (1, 2, 2)
    for tier in range(4):
        for age in range(3):
            for to in range(4):
                step[:, 3 * tier + age, 3 * to + older[age]] = worlds.moves[:, 3 * tier + age, 1 + to]
    d = 1 / (1 + discount)
    means = np.repeat(worlds.means[:, :4], 3, axis=1)
    value = np.linalg.solve(np.eye(12) - d * step, d * means[:, :, None])[:, :, 0]
    heads = people.reshape(paths, 4, 3)
    weights = np.where(heads.sum(axis=2, keepdims=True) > 0, heads, 1)
    left = (weights * worlds.moves[:, :, 0].reshape(paths, 4, 3)).sum(axis=2) / weights.sum(axis=2)
    return value, d / (1 - d * (1 - left))


def _tables(found: dict[str, np.ndarray], spend: np.ndarray, budget: float, tail: float) -> PlanRun:
    paths, years = found["joined"].shape
    tiers = found["tiers"]
    low, high = np.quantile(tiers, [tail, 1 - tail], axis=0)
    pyramid = pd.DataFrame(
        {
            "year": np.repeat(np.arange(years + 1), 4),
            "tier": pd.Categorical([*TIERS] * (years + 1), categories=list(TIERS), ordered=True),
            "mean": tiers.mean(axis=0).ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )
    total = tiers.sum(axis=2)
    spent = np.broadcast_to(spend.sum(axis=1), (paths, years))
    frame = pd.DataFrame(
        {
            "path": np.repeat(np.arange(paths), years),
            "year": np.tile(np.arange(1, years + 1), paths),
            "customers_start": total[:, :-1].ravel(),
            "joined": found["joined"].ravel(),
            "returned": found["returned"].ravel(),
            "left": found["left"].ravel(),
            "customers_end": total[:, 1:].ravel(),
            **{tier: tiers[:, 1:, place].ravel() for place, tier in enumerate(TIERS)},
            "Lost": found["lost"][:, 1:].ravel(),
            "contribution": found["contribution"].ravel(),
            "fees": found["fees"].ravel(),
            "spent": spent.ravel(),
            "unspent": (budget - spent).ravel(),
            "net": found["net"].ravel(),
        }
    )
    means = frame.drop(columns=["path", *TIERS, "Lost"]).groupby("year", as_index=False).mean()
    rows = []
    for name, key in (
        ("net_of_years", "net_of_years"),
        ("customers_left_worth", "residual"),
        ("customer_equity", "equity"),
    ):
        values = found[key]
        rows.append((name, values.mean(), *np.quantile(values, [tail, 1 - tail])))
    return PlanRun(pyramid, means, pd.DataFrame(rows, columns=["measure", "mean", "low", "high"]), frame)
