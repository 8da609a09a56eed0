"""Possible futures: draws of what is not known, and the years of a plan followed through each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, listed, need_columns, need_frame, need_numbers, rows_text
from crmlib.strategy.behaviour import AGES, GROUPS, LEVERS, TIERS, Behaviour
from crmlib.strategy.levers import LEADS, check_responses
from crmlib.strategy.plans import check_plan

START = "The starting customers"
# Customers that a tier's shares weigh in each of its three ages: cells with few customers lean on their tier.
PRIOR = 5.0


@dataclass(frozen=True)
class Worlds:
    """One draw of everything that is not known, for each path."""

    moves: np.ndarray  # paths × 12 cells × (left, 4 tiers)
    joining: np.ndarray  # paths
    mixes: np.ndarray  # paths × (joined, returned) × 4 tiers
    own: np.ndarray  # paths
    unasked: np.ndarray  # paths
    means: np.ndarray  # paths × 6 groups
    effects: np.ndarray  # paths × rows of the responses
    sd: np.ndarray  # 6 groups


def check_run(paths: int, seed: int, discount: float) -> None:
    if not is_whole(paths) or paths < 1:
        raise ValueError(f"`paths` must be a whole number, 1 or more, but it is {paths!r}.")
    if not is_whole(seed) or seed < 0:
        raise ValueError(f"`seed` must be a whole number, 0 or more, but it is {seed!r}.")
    if isinstance(discount, bool) or not isinstance(discount, int | float) or not 0 <= discount < np.inf:
        raise ValueError(f"`discount` must be a yearly rate such as 0.10, but it is {discount!r}.")


def known(behaviour: object) -> Behaviour:
    if not isinstance(behaviour, Behaviour):
        raise TypeError(f"The behaviour must come from fit_behaviour(...), but it is a {type(behaviour).__name__}.")
    return behaviour


def checked(
    start: pd.DataFrame, plan: pd.DataFrame, behaviour: Behaviour, budget: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return spending (years × levers) and starting customers (12 cells, then the lost)."""
    check_plan(plan, budget)
    known(behaviour)
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


def draw(behaviour: Behaviour, paths: int, seed: int) -> Worlds:
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
        return Worlds(
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
    return Worlds(
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


def follow(
    cells: np.ndarray,
    spend: np.ndarray,
    behaviour: Behaviour,
    worlds: Worlds,
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
    value, fee_value = worth(worlds, discount, people)
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


def worth(worlds: Worlds, discount: float, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
