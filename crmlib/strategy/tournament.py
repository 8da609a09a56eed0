"""A class tournament: plans judged in futures that nobody has seen, why the winner won, and what a lucky win is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, listed
from crmlib.strategy.behaviour import LEVERS, Behaviour
from crmlib.strategy.plans import check_plan, make_plan
from crmlib.strategy.simulator import compare_plans

NOTHING = "nothing"


@dataclass(frozen=True, repr=False)
class Tournament:
    """What a tournament found.

    ranking : one row per team, best first: `place` (equal gains share one), `team`, `gain` (¥ of customer equity above doing nothing,
        mean of the unseen seeds), `gain_low`, `gain_high` (lowest and highest of these seeds), `firsts` (seeds in which the team was
        first), `spent` (¥ in all years), `practice_gain`, `practice_place` (on the seed that everybody knows).
    seeds : one row per team and unseen seed: `team`, `seed`, `gain`.
    why : one row per lever: `lever`, `winner`, `median` (¥ a year, of the winner and of the class), `worth` (¥ of equity that the
        winner would lose by spending on this lever what the class's median team spends).
    curse : one row each for the winner of the practice seed and the class: `who`, `practice_gain`, `gain`, `difference`.
    """

    ranking: pd.DataFrame
    seeds: pd.DataFrame
    why: pd.DataFrame
    curse: pd.DataFrame

    def __repr__(self) -> str:
        million = self.ranking.head(10).copy()
        money = ["gain", "gain_low", "gain_high", "spent", "practice_gain"]
        million[money] = (million[money] / 1e6).round(2)
        return (
            million.to_string(index=False)
            + f"\n({len(self.ranking):,} teams, ¥ million; .seeds .why .curse hold the rest)"
        )


def play_tournament(
    start: pd.DataFrame,
    plans: Mapping[str, pd.DataFrame],
    behaviour: Behaviour,
    *,
    budget: float,
    years: int = 5,
    seeds: Sequence[int] = tuple(range(1_001, 1_021)),
    practice_seed: int = 1,
    paths: int = 25,
    discount: float = 0.10,
) -> Tournament:
    """Rank plans by what they gain over doing nothing, in the same unseen futures for all.

    Each seed draws `paths` futures: what is not known about the bank, its rates and the levers' effects, the same for every team. (What
    happens to single customers by chance is left out: it would fall differently for each plan.) On the practice seed, on which teams
    have tuned their plans, chance is in it, as in a firm's own past: whoever leads there was partly lucky, and falls back in other
    futures, the *winner's curse*.

    Parameters
    ----------
    start, behaviour, budget, discount : as for `simulate_plan`.
    plans : team -> plan (see `check_plan`), all of them for `years` years.
    seeds : of the unseen futures; keep them secret until the day.
    practice_seed : the seed that everybody could practise on.
    paths : futures per seed.

    Returns
    -------
    Tournament.

    Raises
    ------
    ValueError, TypeError : no plan; a team called "nothing"; a plan that cannot be carried out (the message names the team); seeds that
        are repeated, not whole, or hold the practice seed.

    Source: the winner's curse of choosing the best of many noisy results: Smith & Winkler (2006), The optimizer's curse.

    >>> from crmlib.strategy import small_bank
    >>> start, behaviour = small_bank()
    >>> teams = {"all on calls": make_plan(9_000, {"keep": 1}), "win back": make_plan(9_000, {"win_back": 0.5})}
    >>> play_tournament(start, teams, behaviour, budget=9_000, seeds=[11, 12], paths=40).ranking["team"].tolist()
    ['win back', 'all on calls']
    """
    seeds = list(seeds)
    if not seeds or not all(is_whole(seed) and seed >= 0 for seed in seeds) or len(set(seeds)) < len(seeds):
        raise ValueError(f"`seeds` must be different whole numbers, 0 or more, but they are {listed(seeds)}.")
    if practice_seed in seeds:
        raise ValueError(
            f"The practice seed {practice_seed} is among the unseen seeds: everybody knows it. Leave it out."
        )
    if not plans:
        raise ValueError("No team has a plan that can be played.")
    if NOTHING in plans:
        raise ValueError(f"A team is called {NOTHING!r}, the plan that all others are compared with. Rename it.")
    for team, plan in plans.items():
        try:
            check_plan(plan, budget)
        except (ValueError, TypeError) as problem:
            raise type(problem)(f"Team {team!r}: {problem}") from None
        if len(plan) != years:
            raise ValueError(
                f"Team {team!r}: the plan has {len(plan)} years, the tournament {years}. All play equally long."
            )
    settings = {"budget": budget, "paths": paths, "discount": discount, "chance": False}
    entered = {NOTHING: make_plan(budget, {}, years), **plans}

    def gains(seed: int, **other: bool) -> pd.Series:
        found = compare_plans(start, entered, behaviour, seed=seed, **(settings | other))
        return found.set_index("plan")["gain"][list(plans)]

    practice = gains(practice_seed, chance=True)
    unseen = pd.DataFrame({seed: gains(seed) for seed in seeds})
    mean = unseen.mean(axis=1)
    ranking = pd.DataFrame(
        {
            "place": _places(mean),
            "team": mean.index,
            "gain": mean.to_numpy(),
            "gain_low": unseen.min(axis=1).to_numpy(),
            "gain_high": unseen.max(axis=1).to_numpy(),
            "firsts": unseen.round().rank(ascending=False, method="min").eq(1).sum(axis=1).to_numpy(),
            "spent": [plan[list(LEVERS)].to_numpy().sum() for plan in plans.values()],
            "practice_gain": practice.to_numpy(),
            "practice_place": _places(practice),
        }
    ).sort_values(["place", "team"], ignore_index=True)
    long = unseen.rename_axis("team").reset_index().melt(id_vars="team", var_name="seed", value_name="gain")
    return Tournament(ranking, long, _why(start, plans, behaviour, ranking, seeds[0], settings), _curse(ranking))


def _places(gain: pd.Series) -> np.ndarray:
    """1 for the largest; what is equal to the yuan shares a place."""
    return gain.round().rank(ascending=False, method="min").to_numpy(np.int64)


def _why(start, plans, behaviour, ranking, seed, settings) -> pd.DataFrame:
    """Give the winner, lever by lever, what the median team spends."""
    winner = plans[ranking["team"].iloc[0]]
    spend = np.stack([plan[list(LEVERS)].to_numpy(float).mean(axis=0) for plan in plans.values()])
    usual = np.median(spend, axis=0)
    variants = {"the winner": winner, **{lever: winner.assign(**{lever: usual[k]}) for k, lever in enumerate(LEVERS)}}
    # the median on one lever may not fit beside what the winner spends on the others: the budget does not bind here
    free = settings | {"budget": float(winner[list(LEVERS)].to_numpy().sum() + usual.sum()) + 1}
    found = compare_plans(start, variants, behaviour, seed=seed, **(free | {"paths": 400})).set_index("plan")
    return pd.DataFrame(
        {
            "lever": list(LEVERS),
            "winner": winner[list(LEVERS)].mean().to_numpy(),
            "median": usual,
            "worth": -found["gain"][list(LEVERS)].to_numpy(),
        }
    ).sort_values("worth", ascending=False, ignore_index=True)


def _curse(ranking: pd.DataFrame) -> pd.DataFrame:
    first = ranking.loc[ranking["practice_gain"].idxmax()]
    rows = [
        (f"first on the practice seed: {first['team']}", first["practice_gain"], first["gain"]),
        ("mean of all teams", ranking["practice_gain"].mean(), ranking["gain"].mean()),
    ]
    frame = pd.DataFrame(rows, columns=["who", "practice_gain", "gain"])
    return frame.assign(difference=frame["gain"] - frame["practice_gain"])
