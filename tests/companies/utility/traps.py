"""The naive analysis for every trap in the utility's data, and the stories that lessons tell.

`naive` analyses return rows (truth's name, naive estimate, its standard error, true value): their intervals must miss the truth.
`stories` return (what a lesson says, whether it holds in this company).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from tests.companies.utility.analyses import (
    CLASSES,
    Row,
    arms,
    changes,
    index_of,
    row,
)

Story = tuple[str, bool]


def respondents_only(company) -> list[Row]:
    """Satisfied customers answer more often: the mean of those who answered is too high."""
    survey = company.survey[~company.survey["followed_up"]].merge(
        company.customers[["customer", "class"]], on="customer"
    )
    index = index_of(survey)
    return [
        row(company, f"satisfaction.residential.{wave}", score.mean(), score.std(ddof=1) / np.sqrt(len(score)))
        for wave, score in index[survey["class"] == "residential"].groupby(survey["wave"])
    ]


def self_selected_time_of_use(company) -> list[Row]:
    """Homes that opted in use less at peak than the others: they did so before."""
    bills = company.bills[company.bills["month"] >= "2025-01-01"]
    total = bills[["kwh_peak", "kwh_flat", "kwh_valley"]].sum(axis=1)
    bills = bills[(total > 0) & (bills["kwh_peak"] > 0)]
    share = np.log(bills["kwh_peak"] / total).groupby(bills["customer"]).mean().rename("share")
    homes = company.customers[company.customers["class"] == "residential"].merge(share, on="customer")
    return [row(company, "tou.shift.residential", *arms(homes, "share", "opted in", "none"))]


def coded_resolution(company) -> list[Row]:
    """What agents code is not what customers find."""
    coded = company.contacts["coded"].dropna() == "resolved"
    return [row(company, "fcr.true", coded.mean(), coded.std() / np.sqrt(len(coded)))]


def bonus_by_codes(company) -> list[Row]:
    """By its own measure the bonus worked."""
    served = company.contacts[company.contacts["coded"].notna()]
    coded = (served["coded"] == "resolved").astype(float)
    late = served["time"] >= "2024-01-01"
    error = np.sqrt(coded[late].var() / late.sum() + coded[~late].var() / (~late).sum())
    return [row(company, "fcr.bonus_effect", coded[late].mean() - coded[~late].mean(), error)]


def skill_test_for_skill(company) -> list[Row]:
    """A test measured with error understates what skill does: attenuation."""
    served = company.contacts[company.contacts["agent"].notna()].merge(company.agents, on="agent")
    merged = served.merge(company.truth.tables["contacts"], on="contact")
    score = (merged["skill_test"] - merged["skill_test"].mean()) / company.agents["skill_test"].std()
    fitted = sm.Logit(merged["resolved"].astype(float), sm.add_constant(score.astype(float))).fit(disp=0)
    return [row(company, "fcr.skill", fitted.params.iloc[1], fitted.bse.iloc[1])]


def complaints_for_problems(company) -> list[Row]:
    """Complaints per customer and year in Hill: few arrive, although there are as many problems as in the Old Town."""
    hill = company.customers[company.customers["region"] == "Hill"]
    count = company.complaints["customer"].isin(hill["customer"]).sum()
    begin = hill["since"].clip(lower=pd.Timestamp("2023-01-01"))
    years = ((hill["left"].fillna(pd.Timestamp("2025-12-31")) - begin).dt.days / 365.25).sum()
    return [row(company, "problem.rate.Hill", count / years, np.sqrt(count) / years)]


def gain_by_shifting(company) -> list[Row]:
    """The whole saving of homes that opted in, taken for the fruit of shifting."""
    opted = company.customers[
        (company.customers["tou_arm"] == "opted in") & (company.customers["class"] == "residential")
    ]
    saved = saving(company, opted, company.bills[company.bills["month"] >= "2025-01-01"])
    return [row(company, "tou.gain_shift", saved.mean(), saved.std(ddof=1) / np.sqrt(len(saved)))]


def saving(company, homes: pd.DataFrame, bills: pd.DataFrame) -> pd.Series:
    """CNY per year that each home's use costs less under time-of-use prices than under the one price of its tiers."""
    rules = company.tariffs.set_index("tariff")
    mine = bills[bills["customer"].isin(homes["customer"])]
    usual = rules.at["home tiered", "price_peak"]
    gain = sum(
        mine[f"kwh_{period}"] * (usual - rules.at["home time-of-use", f"price_{period}"])
        for period in ("peak", "flat", "valley")
    )
    return gain.groupby(mine["customer"]).mean() * 12


NAIVE = [
    respondents_only, self_selected_time_of_use, coded_resolution, bonus_by_codes, skill_test_for_skill,
    complaints_for_problems, gain_by_shifting,
]  # fmt: skip


# --- stories ----------------------------------------------------------------------------------------------------------


def kept(company, first: str, last: str, kinds: tuple[str, ...] = CLASSES) -> float:
    """Share of those supplied on the first day who did not switch until the last day."""
    customers = company.customers[company.customers["class"].isin(kinds)]
    there = customers[(customers["since"] < first) & ~(customers["left"] < first)]
    return 1 - ((there["exit_reason"] == "switched") & (there["left"] <= last)).mean()


def opening(company) -> list[Story]:
    industry = (("industrial",), ("commercial",), ("residential",))
    before = [kept(company, "2023-01-01", "2023-12-31", kinds) for kinds in industry]
    after = [kept(company, "2025-01-01", "2025-12-31", kinds) for kinds in industry]
    return [
        ("nobody switches before the market opens", before == [1.0, 1.0, 1.0]),
        ("homes never may", after[2] == 1.0),
        ("with a choice 8 to 22 % of industry switch in a year", 0.78 < after[0] < 0.92),
        ("with a choice 8 to 22 % of commerce switch in a year", 0.78 < after[1] < 0.92),
    ]


def satisfaction_and_choice(company) -> list[Story]:
    """Lesson 08: satisfaction and leaving go together where there is a choice, and only there."""
    survey = company.survey.assign(year=company.survey["wave"])[["customer", "year", "weight"]].assign(
        index=index_of(company.survey)
    )
    rows = survey[survey["year"] >= 2024].merge(company.customers, on="customer")
    start = pd.to_datetime(rows["year"].astype(str) + "-07-01")
    leaves = rows["left"].notna() & (rows["left"] >= start) & (rows["left"] < start + pd.DateOffset(years=1))
    z = {}
    for name, mine in (("homes", rows["class"] == "residential"), ("business", rows["class"] != "residential")):
        fitted = sm.OLS(leaves[mine].astype(float), sm.add_constant(rows.loc[mine, ["index"]])).fit(cov_type="HC1")
        z[name] = fitted.tvalues["index"]
    typed = company.survey.merge(company.customers[["customer", "class"]], on="customer")
    home = typed[typed["class"] == "residential"]
    reasons = typed[typed["choice_available"]]["stay_reason"].value_counts(normalize=True)
    easy = reasons["habit"] + reasons["convenience"]
    return [
        ("the dissatisfied businesses leave more", z["business"] < -1.96),
        ("dissatisfied homes do not leave more", abs(z["homes"]) < 2.6),
        ("homes stay because they know no alternative", (home["stay_reason"] == "no alternative").all()),
        ("with a choice more stay by habit or convenience than by conviction", reasons["value"] < easy),
        ("homes intend to stay whatever they feel", home["int1"].mean() > 5.8),
    ]


def levels(company) -> list[Story]:
    truth = company.truth
    homes = company.bills[company.bills["tariff"].isin(["home tiered", "home time-of-use"])]
    use = homes[["kwh_peak", "kwh_flat", "kwh_valley"]].sum(axis=1)
    tiers = company.tariffs.set_index("tariff").loc["home tiered"]
    coded = (company.contacts["coded"].dropna() == "resolved").mean()
    mean = np.average(index_of(company.survey), weights=company.survey["weight"])
    return [
        ("satisfaction is about 73", 70 < mean < 76),
        ("tier 1 covers about 80 % of the months of homes", 0.76 < (use <= tiers["tier1_kwh"]).mean() < 0.84),
        ("tier 2 covers about 95 %", 0.93 < (use <= tiers["tier2_kwh"]).mean() < 0.97),
        ("about 5 % are in debt", 0.035 < truth["arrears.in_debt"] < 0.065),
        ("about 2 % owe for over 91 days without a plan", 0.01 < truth["arrears.over_91"] < 0.03),
        ("agents code 88 %, customers find 72 %", abs(coded - 0.88) < 0.025 and abs(truth["fcr.true"] - 0.72) < 0.02),
        ("opening effects: 12 to 18 % a year", all(0.12 < truth[f"switch.rate.{kind}"] < 0.18 for kind in CLASSES[1:])),
    ]


def time_of_use_stories(company) -> list[Story]:
    """Lesson 13: who gains most by opting in? Those who shift nothing."""
    frame = changes(company)
    homes = frame[frame["class"] == "residential"]
    effect, error = arms(homes, "share")
    small, small_error = arms(frame[frame["class"] == "commercial"], "share")
    big, _ = arms(frame[frame["class"] == "industrial"], "share")
    latent = company.truth.tables["customers"].merge(company.customers, on="customer")
    opted = latent[(latent["tou_arm"] == "opted in") & (latent["class"] == "residential")]
    total = opted["gain_structural"] + opted["gain_shift"]
    best = opted[total >= total.quantile(0.75)]
    usual = latent.loc[latent["class"] == "residential", "substitution"].mean()
    unshifted = company.truth["tou.gain_structural"]
    return [
        ("homes cut the peak by 3 to 6 %", -0.065 < effect < -0.025 and effect / error < -3),
        ("small business hardly moves", abs(small) < 0.01 and abs(small / small_error) < 3.2),
        ("flexible industry moves more", big < -0.02),
        ("most of the gain of opting in is structural", unshifted > 2 * company.truth["tou.gain_shift"]),
        ("the greatest winners shift less than the average home", best["substitution"].mean() < usual),
    ]


def silence(company) -> list[Story]:
    """Few complaints in Hill, yet the least satisfied region or nearly so."""
    survey = company.survey.merge(company.customers[["customer", "region"]], on="customer")
    index = (index_of(survey) * survey["weight"]).groupby(survey["region"], observed=True).sum()
    index /= survey["weight"].groupby(survey["region"], observed=True).sum()
    rate = (
        company.complaints.merge(company.customers, on="customer")["region"].value_counts()
        / company.customers["region"].value_counts()
    )
    return [
        ("Hill has the fewest complaints", rate.idxmin() == "Hill"),
        ("Hill is among the three least satisfied regions", index.rank()["Hill"] <= 3),
    ]


STORIES = [opening, satisfaction_and_choice, levels, time_of_use_stories, silence]
