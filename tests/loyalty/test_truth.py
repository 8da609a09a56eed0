"""Estimates against what forty small simulated companies have on record, and the naive readings shown wrong by it.

Forty banks of 2 500 customers and forty utilities of 2 000, seeds fixed. An honest 95 % interval covers the truth in 33 to 40 of 40 (fewer
has a chance of 1 in 1 300), and its z-scores have mean 0 and SD 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.companies import simulate_bank, simulate_utility
from crmlib.loyalty import difference_in_differences, effect_sizes, follow_up, loyalty_types, satisfaction_curve

SEEDS = range(300, 340)
BANK, UTILITY = 2_500, 2_000  # customers; with fewer the intervals of weighted slopes are too short


def bank_rows(bank) -> tuple[list, list]:
    survey = bank.survey
    silent = bank.invitations[~bank.invitations["answered"]]
    factor = silent.groupby("wave").size() / silent.groupby("wave")["followed_up"].sum()
    answers = pd.DataFrame(
        {
            "customer": survey["customer"],
            "satisfaction": survey["sat_overall"],
            "intention": survey[["int1", "int2", "int3"]].mean(axis=1),
            "attachment": survey[["att1", "att2", "att3"]].mean(axis=1),
            "discounts": survey[["eco1", "eco2"]].mean(axis=1),
            "asked": pd.to_datetime(survey["wave"].astype(str) + "-10-01"),
            "weight": survey["wave"].map(factor).where(survey["followed_up"], 1.0),
        }
    )
    exits = bank.customers[["customer", "left"]].assign(own_choice=True)  # the truth on record counts every exit
    stays = follow_up(answers, exits).customers
    plan = {"edges": (1, 10), "per": 1, "weight": "weight"}
    right = []
    for frame, outcome, name, sign in (
        (answers, "intention", "survey.slope_intention_on_satisfaction", 1),
        (stays, "stayed", "survey.slope_leaving_on_satisfaction", -1),
    ):
        line = satisfaction_curve(frame, outcome, **plan).slopes.iloc[0]
        right.append((name, sign * line["slope"], line["error"], bank.truth[name]))
    effect = pd.DataFrame([["discounts bind", "discounts", "attachment", "", "the attached were given discounts"]],
                          columns=["effect", "cause", "outcome", "adjust_for", "confounded_by"])  # fmt: skip
    line = effect_sizes(answers, effect).iloc[0]
    error = (line["naive_high"] - line["naive_low"]) / (2 * stats.norm.ppf(0.975))
    return right, [("discounts bind", line["naive"], error, bank.truth["satisfaction.economic"])]


def customer_years(utility) -> pd.DataFrame:
    """One row per customer and stretch (before or after the class's market opened): yearly rate of switching, months at risk."""
    customers = utility.customers.assign(**{"class": utility.customers["class"].astype("str")})
    opened = utility.market_opening.set_index("class")["opened"]

    def month(dates: pd.Series, empty: int) -> pd.Series:
        return ((dates.dt.year - 2023) * 12 + dates.dt.month - 1).fillna(empty).astype(int)

    first = month(customers["since"], 0).where(customers["since"] >= "2023-01-01", -1) + 1
    last = month(customers["left"], 36)  # the month of leaving counts for those who switched, not for those who moved
    switched = customers["exit_reason"] == "switched"
    end = last + switched.astype(int)
    out = []
    for kind in ("commercial", "industrial"):
        at = (opened[kind].year - 2023) * 12 + opened[kind].month - 1
        for period, (low, high) in enumerate(((0, at), (at, 36))):
            mine = customers["class"].isin([kind, "residential"])
            months = (np.minimum(end, high) - np.maximum(first, low)).where(mine, 0)
            inside = switched & (last >= low) & (last < high)
            frame = customers.assign(kind=kind, period=period, months=months, rate=12.0 * inside / months.clip(lower=1))
            out.append(frame[months > 0])
    return pd.concat(out, ignore_index=True)


def utility_rows(utility) -> tuple[list, list]:
    years = customer_years(utility)
    right = []
    for kind, mine in years.groupby("kind"):
        found = difference_in_differences(
            mine, "rate", {kind: 1, "residential": None}, time="period", weight="months"
        ).iloc[0]
        name = f"switch.rate.{kind}"
        right.append((name, found["effect"], found["error"], utility.truth[name]))
    survey = utility.survey
    answers = pd.DataFrame(
        {
            "customer": survey["customer"],
            "wave": survey["wave"],
            "satisfaction": (survey[["sat_overall", "sat_expected", "sat_ideal"]].mean(axis=1) - 1) / 9 * 100,
            "intends": survey[["int1", "int2", "int3"]].mean(axis=1) >= 5,
            "weight": survey["weight"],
        }
    ).merge(utility.customers[["customer", "class", "left", "exit_reason"]], on="customer")
    opened = answers["class"].map(utility.market_opening.set_index("class")["opened"]).astype("datetime64[us]")
    asked = pd.to_datetime(answers["wave"].astype(str) + "-07-01")
    stop = np.minimum(asked + pd.DateOffset(years=1), pd.Timestamp("2026-01-01"))
    gone = answers["left"].notna() & (answers["left"] < stop)
    end = answers["left"].where(gone, stop)

    def rate(begin: pd.Series) -> tuple[pd.Series, pd.Series]:
        months = (end.dt.year - begin.dt.year) * 12 + end.dt.month - begin.dt.month
        switched = gone & (answers["exit_reason"] == "switched") & (answers["left"] >= begin)
        months = months + switched  # who switches was at risk in that month, too
        return 12.0 * switched / months.clip(lower=1), months

    late = asked.where(asked > opened, opened)
    answers["rate"], answers["months"] = rate(late)
    free = answers[(answers["wave"] >= 2024) & opened.notna() & (answers["months"] > 0)]
    name, truth = "switch.slope_index", utility.truth["switch.slope_index"]
    free = free.assign(both=free["weight"] * free["months"])
    line = satisfaction_curve(free, "rate", weight="both").slopes.iloc[0]
    right.append((name, line["slope"], line["error"], truth))

    answers["rate"], answers["months"] = rate(asked)
    everybody = answers[answers["months"] > 0]
    line = satisfaction_curve(everybody, "rate", weight="weight").slopes.iloc[0]
    captive = answers[(answers["class"] == "industrial") & (answers["wave"] == 2023)]
    wavering = 1 - captive["intends"].mean()
    smoothed = ((~captive["intends"]).sum() + 2) / (len(captive) + 4)
    naive = [
        ("satisfaction, choice or not", line["slope"], line["error"], truth),
        ("intention before the opening", wavering, np.sqrt(smoothed * (1 - smoothed) / len(captive)),
         utility.truth["switch.rate.industrial"]),
    ]  # fmt: skip
    return right, naive


@pytest.fixture(scope="module")
def forty() -> dict[str, pd.DataFrame]:
    right, naive, types = [], [], []
    for seed in SEEDS:
        bank = simulate_bank(customers=BANK, seed=seed)
        utility = simulate_utility(customers=UTILITY, seed=seed, hourly=False)
        for rows in (bank_rows(bank), utility_rows(utility)):
            right += [(seed, *row) for row in rows[0]]
            naive += [(seed, *row) for row in rows[1]]
        wave = utility.survey[utility.survey["wave"] == 2025]
        table = loyalty_types(wave, weight="weight").table.set_index("type")["share"]
        types.append((seed, table["monopoly"], table["premium"]))
    columns = ["seed", "truth", "estimate", "error", "value"]
    out = {"right": pd.DataFrame(right, columns=columns), "naive": pd.DataFrame(naive, columns=columns)}
    for frame in out.values():
        frame["z"] = (frame["estimate"] - frame["value"]) / frame["error"]
        frame["covers"] = frame["z"].abs() < stats.norm.ppf(0.975)
    return out | {"types": pd.DataFrame(types, columns=["seed", "monopoly", "premium"])}


def test_intervals_cover_in_a_plausible_share_of_forty_companies(forty):
    covered = forty["right"].groupby("truth")["covers"].agg(["sum", "size"])
    assert len(covered) == 5
    assert (covered["size"] == len(SEEDS)).all()
    assert (covered["sum"] >= 33).all(), covered.to_string()


def test_estimates_are_centred_and_their_errors_honest(forty):
    z = forty["right"].groupby("truth")["z"].agg(["mean", "std"])
    assert (z["mean"].abs() < 3 / np.sqrt(len(SEEDS))).all(), z.to_string()
    low, high = np.sqrt(stats.chi2.ppf([0.0005, 0.9995], len(SEEDS) - 1) / (len(SEEDS) - 1))
    assert z["std"].between(low, high).all(), z.to_string()


def test_naive_readings_miss_the_truth_and_in_the_direction_the_lesson_warns_of(forty):
    missed = (~forty["naive"]["covers"]).groupby(forty["naive"]["truth"]).sum()
    assert len(missed) == 3
    assert (missed >= 20).all(), missed.to_string()
    bias = forty["naive"].groupby("truth")["z"].mean()
    assert bias["discounts bind"] > 3  # the attached get discounts, which do nothing
    assert bias["satisfaction, choice or not"] > 2  # the slope is pulled towards zero by those who cannot leave
    assert bias["intention before the opening"] < -3  # the captive intend to stay


def test_most_of_every_utilitys_customers_are_monopoly_and_few_are_premium(forty):
    assert (forty["types"]["monopoly"] > 0.5).all()
    assert (forty["types"]["premium"] < 0.12).all()
