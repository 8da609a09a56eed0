"""The tournament: ranked by unseen futures, the same for all; nobody wins by breaking the rules or by being lucky once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.strategy import LEVERS, compare_plans, make_plan, small_bank
from crmlib.strategy.tournament import play_tournament

BUDGET = 9_000
START, BEHAVIOUR = small_bank()


def some_plans(number: int, seed: int = 7) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    return {
        f"team {place:02}": make_plan(BUDGET, dict(zip(LEVERS, shares, strict=True)))
        for place, shares in enumerate(0.95 * rng.dirichlet(np.ones(5), number))
    }


@pytest.fixture(scope="module")
def found():
    return play_tournament(START, some_plans(12), BEHAVIOUR, budget=BUDGET, seeds=[21, 22, 23])


def test_a_gain_is_the_mean_over_the_unseen_seeds_of_the_equity_above_doing_nothing(found):
    plans = some_plans(12)
    by_hand = []
    for seed in (21, 22, 23):
        pair = {"nothing": make_plan(BUDGET, {}), "team 03": plans["team 03"]}
        equity = compare_plans(START, pair, BEHAVIOUR, budget=BUDGET, paths=25, seed=seed, chance=False).set_index(
            "plan"
        )["equity"]
        by_hand.append(equity["team 03"] - equity["nothing"])
    row = found.ranking.set_index("team").loc["team 03"]
    assert row["gain"] == pytest.approx(np.mean(by_hand))
    assert (row["gain_low"], row["gain_high"]) == pytest.approx((min(by_hand), max(by_hand)))
    assert row["spent"] == pytest.approx(5 * 0.95 * BUDGET)


def test_the_ranking_falls_and_every_seed_has_a_first(found):
    ranking = found.ranking
    assert ranking["gain"].is_monotonic_decreasing
    assert ranking["place"].tolist() == list(range(1, 13))
    assert ranking["firsts"].sum() == 3
    assert sorted(ranking["practice_place"]) == list(range(1, 13))
    best = found.seeds.loc[found.seeds.groupby("seed")["gain"].idxmax(), "team"].value_counts()
    pd.testing.assert_series_equal(
        ranking.set_index("team")["firsts"].loc[best.index], best, check_names=False, check_dtype=False
    )


def test_the_order_of_the_teams_and_a_second_run_change_nothing(found):
    turned = dict(reversed(some_plans(12).items()))
    again = play_tournament(START, turned, BEHAVIOUR, budget=BUDGET, seeds=[21, 22, 23])
    pd.testing.assert_frame_equal(again.ranking, found.ranking)


def test_equal_plans_share_a_place_and_spending_nothing_gains_nothing():
    plans = some_plans(3)
    plans |= {"twin": plans["team 00"], "idle": make_plan(BUDGET, {})}
    ranking = play_tournament(START, plans, BEHAVIOUR, budget=BUDGET, seeds=[5, 6]).ranking.set_index("team")
    assert ranking.loc["twin", "place"] == ranking.loc["team 00", "place"]
    assert ranking.loc["idle", "gain"] == 0


def test_why_the_winner_won_gives_him_the_medians_spending_lever_by_lever(found):
    winner = some_plans(12)[found.ranking["team"].iloc[0]]
    why = found.why.set_index("lever")
    assert set(why.index) == set(LEVERS)
    np.testing.assert_allclose(why["winner"][list(LEVERS)], winner[list(LEVERS)].mean())
    lever = found.why["lever"].iloc[0]
    other = winner.assign(**{lever: why.loc[lever, "median"]})
    settings = {"budget": 1e9, "seed": 21, "paths": 400, "chance": False}
    pair = compare_plans(START, {"his": winner, "other": other}, BEHAVIOUR, **settings).set_index("plan")["equity"]
    assert why.loc[lever, "worth"] == pytest.approx(pair["his"] - pair["other"])


def test_the_best_of_many_in_practice_falls_back():
    """Over ten practice seeds, the leader in practice gains less in unseen futures, by more than the class as a whole does."""
    falls = []
    for practice in range(10):
        found = play_tournament(
            START, some_plans(30), BEHAVIOUR, budget=BUDGET, seeds=[91, 92], practice_seed=practice, paths=6
        )
        leader, everybody = found.curse["difference"]
        falls.append(leader - everybody)
    falls = np.array(falls)
    assert falls.mean() + 1.5 * falls.std(ddof=1) / np.sqrt(10) < 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"plans": {}}, "No team has a plan that can be played."),
        ({"plans": {"nothing": make_plan(0, {})}}, "A team is called 'nothing'"),
        ({"plans": {"rich": make_plan(2 * BUDGET, {"keep": 1})}}, "Team 'rich': The plan spends ¥18,000 in year 1, ¥9,000 more"),
        ({"plans": {"odd": make_plan(BUDGET, {}).assign(keep=-1.0)}}, "Team 'odd': The plan spends less than 0 on 'keep'"),
        ({"plans": {"gap": make_plan(BUDGET, {}).assign(keep=np.nan)}}, "Team 'gap': The plan says nothing on 'keep'"),
        ({"plans": {"short": make_plan(BUDGET, {}, years=3)}}, "Team 'short': the plan has 3 years, the tournament 5."),
        ({"seeds": []}, "`seeds` must be different whole numbers"),
        ({"seeds": [3, 3]}, "`seeds` must be different whole numbers"),
        ({"seeds": [1, 2]}, "The practice seed 1 is among the unseen seeds"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence(change, said):
    given = {"plans": some_plans(2), "seeds": [5]} | change
    plans = given.pop("plans")
    with pytest.raises(ValueError, match=said):
        play_tournament(START, plans, BEHAVIOUR, budget=BUDGET, **given)
