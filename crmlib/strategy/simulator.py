"""The strategy simulator: a yearly budget on five levers moves the pyramid some years out, with what is uncertain about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame, need_level, need_numbers
from crmlib.strategy._futures import check_run, checked, draw, follow, known, worth
from crmlib.strategy.behaviour import AGES, LEVERS, TIERS, Behaviour
from crmlib.strategy.plans import check_plan, make_plan


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

    >>> from crmlib.strategy import small_bank
    >>> start, behaviour = small_bank()
    >>> run = simulate_plan(start, make_plan(20_000, {"keep": 1}), behaviour, budget=20_000, paths=50)
    >>> one = run.paths.iloc[0]
    >>> bool(one["customers_start"] + one["joined"] + one["returned"] - one["left"] == one["customers_end"])
    True
    """
    spend, cells = checked(start, plan, behaviour, budget)
    check_run(paths, seed, discount)
    tail = (1 - need_level(level)) / 2
    worlds = draw(behaviour, paths, seed)
    found = follow(cells, spend, behaviour, worlds, discount, np.random.default_rng([seed, 2]) if chance else None)
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

    >>> from crmlib.strategy import small_bank
    >>> start, behaviour = small_bank()
    >>> plans = {"nothing": make_plan(9_000, {}), "three levers": make_plan(9_000, {"acquire": 0.2, "keep": 0.4, "win_back": 0.4})}
    >>> compare_plans(start, plans, behaviour, budget=9_000, paths=200, chance=False)["plan"].tolist()
    ['three levers', 'nothing']
    """
    if not plans:
        raise ValueError("There is no plan to compare. Give at least one: {'name': plan}.")
    check_run(paths, seed, discount)
    tail = (1 - need_level(level)) / 2
    worlds = draw(known(behaviour), paths, seed)
    rows, first = [], None
    for name, plan in plans.items():
        try:
            spend, cells = checked(start, plan, behaviour, budget)
        except (ValueError, TypeError) as problem:
            raise type(problem)(f"Plan {name!r}: {problem}") from None
        rng = np.random.default_rng([seed, 2]) if chance else None
        found = follow(cells, spend, behaviour, worlds, discount, rng)
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

    >>> from crmlib.strategy import small_bank
    >>> start, behaviour = small_bank()
    >>> next_yuan(start, make_plan(0, {}), behaviour, step=100)["lever"].tolist()
    ['acquire', 'upgrade', 'keep', 'win_back', 'service']
    """
    _check_step(step)
    check_run(paths, seed, discount)
    tail = (1 - need_level(level)) / 2
    spend, cells = checked(start, plan, behaviour, float("1e300"))
    worlds = draw(behaviour, paths, seed)
    base = follow(cells, spend, behaviour, worlds, discount, None)["equity"]
    paid = (step / (1 + discount) ** np.arange(1, len(spend) + 1)).sum()
    rows = []
    for place, lever in enumerate(LEVERS):
        more = spend.copy()
        more[:, place] += step
        gain = (follow(cells, more, behaviour, worlds, discount, None)["equity"] - base + paid) / paid
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

    The same amounts are spent every year, in whole steps: of a budget that the levers deserve, less than one step can remain
    unspent (¥5,000 of ¥25,000 in steps of ¥10,000). Gains are expected ones at the best estimates, so a plan built this way looks a little
    better than it is.

    Parameters
    ----------
    budget : ¥ a year. What would bring less than it costs is left unspent.
    years : of the plan.
    step : ¥ a year, added to one lever at a time; not above the budget (a budget of 0 gives a plan of nothing).
    start, behaviour, discount : as for `simulate_plan`.

    Returns
    -------
    A plan.

    Raises
    ------
    ValueError, TypeError : as `simulate_plan`; the step is not above 0, or above the budget.

    >>> from crmlib.strategy import small_bank
    >>> start, behaviour = small_bank()
    >>> plan = marginal_plan(start, behaviour, budget=3_000, step=500)
    >>> bool(plan.iloc[0, 1:].sum() <= 3_000)
    True
    """
    _check_step(step)
    check_run(1, 0, discount)
    empty = make_plan(budget, {}, years)
    if step > budget > 0:
        raise ValueError(
            f"The step of ¥{step:,.0f} is above the budget of ¥{budget:,.0f}, so that nothing could be spent. Choose a smaller "
            f"`step`, such as {budget / 20:g}."
        )
    spend, cells = checked(start, empty, behaviour, budget)
    worlds = draw(behaviour, 0, 0)
    now = follow(cells, spend, behaviour, worlds, discount, None)["equity"][0]
    while spend[0].sum() + step <= budget + 1e-9:
        tries = []
        for place in range(len(LEVERS)):
            more = spend.copy()
            more[:, place] += step
            tries.append(follow(cells, more, behaviour, worlds, discount, None)["equity"][0])
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
    actual : one row of numbers: any of the columns of `run.paths`, such as `Top`, `Small`, `left`, `joined`, `contribution`.
    year : of the plan.

    Returns
    -------
    Frame, one row per measure: `measure`, `low`, `mean`, `high` (of the paths, 5th to 95th percentile), `actual`, `inside`.

    Raises
    ------
    ValueError, TypeError : an unknown measure, no such year, more than one row, a value that is empty or no number.

    >>> from crmlib.strategy import small_bank
    >>> start, behaviour = small_bank()
    >>> run = simulate_plan(start, make_plan(0, {}), behaviour, budget=0, paths=50)
    >>> check_bands(run, pd.DataFrame({"left": [100_000]}))["inside"].tolist()
    [False]
    """
    paths = run.paths[run.paths["year"] == year]
    if paths.empty:
        raise ValueError(f"The run has no year {year!r}. Its years are {listed(run.paths['year'].unique().tolist())}.")
    what = "The actual values"
    need_columns(run.paths, need_frame(actual, what).columns, "The table of paths")
    if len(actual) != 1:
        raise ValueError(f"The actual values must be one row, but there are {len(actual):,}.")
    need_columns(actual, actual.columns, what)
    values = {name: float(need_numbers(actual, name, what)[0]) for name in actual.columns}
    unknown = [name for name, value in values.items() if np.isnan(value)]
    if unknown:
        raise ValueError(f"The actual values say nothing on {listed(unknown)}. Fill it in, or leave the column out.")
    rows = []
    for name, value in values.items():
        low, high = np.quantile(paths[name], [0.05, 0.95])
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

    >>> from crmlib.strategy import small_bank
    >>> customer_worth(small_bank()[1]).iloc[[2, 11]].round(2)
         tier    age  leave  contribution    worth
    2     Top  later   0.08       20000.0  64345.8
    11  Small  later   0.10           0.0   1092.0
    """
    check_run(1, 0, discount)
    worlds = draw(known(behaviour), 0, 0)
    value, _ = worth(worlds, discount, np.ones((1, 12)))
    return pd.DataFrame(
        {
            "tier": [tier for tier in TIERS for _ in AGES],
            "age": [*AGES] * 4,
            "leave": worlds.moves[0, :, 0],
            "contribution": np.repeat(worlds.means[0, :4], 3),
            "worth": value[0],
        }
    )


def _check_step(step: float) -> None:
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0 < step < np.inf:
        raise ValueError(f"`step` must be an amount in yuan above 0, but it is {step!r}.")


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
