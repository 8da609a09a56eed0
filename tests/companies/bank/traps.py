"""The naive analysis for every trap in the bank's data.

`naive` analyses return rows (truth's name, naive estimate, its standard error, true value): their intervals must miss the truth.
`stories` return (what a lesson says, whether it holds in this bank).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from tests.companies.bank.analyses import Row, joiners, marks, months_at_risk

Story = tuple[str, bool]


def respondents_only(bank) -> list[Row]:
    """Satisfied customers answer more often: the mean of those who answered is too high."""
    out = []
    for wave, rows in bank.survey[~bank.survey["followed_up"]].groupby("wave"):
        score = rows["sat_overall"]
        truth = f"survey.mean_satisfaction.{wave}"
        out.append((truth, score.mean(), score.std() / np.sqrt(len(score)), bank.truth[truth]))
    return out


def products_keep_customers(bank) -> list[Row]:
    """Products come with attachment and switching cost: alone in a hazard model, they take the credit."""
    risk = months_at_risk(bank)
    fitted = hazard_on(risk, {"products": risk["columns"]["products"]})
    return [("churn.products", fitted.params["products"], fitted.bse["products"], bank.truth["churn.products"])]


def ever_had_payroll(bank) -> list[Row]:
    """Immortal time: who ever ran salaries through the bank had to stay long enough to begin."""
    risk = months_at_risk(bank)
    has = risk["columns"]["payroll"]
    ever = has.max(axis=1, keepdims=True).repeat(36, axis=1)
    at_first = (risk["exposure"] > 0).argmax(axis=1)[:, None]
    before = np.take_along_axis(has, np.minimum(at_first + 1, 35), axis=1)
    fitted = hazard_on(risk, {"later": ever * (before == 0), "before": ever * (before > 0)})
    return [("churn.payroll", fitted.params["later"], fitted.bse["later"], bank.truth["churn.payroll"])]


def hazard_on(risk: dict, columns: dict[str, np.ndarray]):
    """Complementary log-log of leaving in a month on a few discrete columns, from counts of each combination."""
    rows = risk["exposure"] > 0
    exits = np.zeros(rows.shape)
    exits[np.arange(len(risk["own"])), risk["exit"]] = risk["own"]
    cells = pd.DataFrame({name: column[rows] for name, column in columns.items()} | {"left": exits[rows]})
    counts = cells.groupby(list(columns))["left"].agg(["sum", "size"]).reset_index()
    y = np.column_stack([counts["sum"], counts["size"] - counts["sum"]])
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    return sm.GLM(y, sm.add_constant(counts[list(columns)]), family=family).fit()


def discounts_build_loyalty(bank) -> list[Row]:
    """Discounts went to the attached: between customers, economic benefit seems to satisfy."""
    frame = joiners(bank)
    causes = ["economic", "quality", "trust", "special"]
    fitted = sm.OLS(frame["satisfaction"], sm.add_constant(frame[causes])).fit()
    return [
        (
            "satisfaction.economic",
            fitted.params["economic"],
            fitted.bse["economic"],
            bank.truth["satisfaction.economic"],
        )
    ]


def takers_against_others(bank) -> list[Row]:
    """Who takes part in a panel was attached before: takers against non-takers is not the effect of taking part."""
    members = bank.campaign_members.query("campaign == 'panel'").set_index("customer")
    felt = bank.truth.tables["feelings"].query("year == 2024").set_index("customer")["satisfaction"]
    took = felt.reindex(members.index[members["responded"]]).dropna()
    other = felt.reindex(members.index[~members["responded"]]).dropna()
    error = np.sqrt(took.var() / len(took) + other.var() / len(other))
    return [("satisfaction.taking_part", took.mean() - other.mean(), error, bank.truth["satisfaction.taking_part"])]


def agents_own_code(bank) -> list[Row]:
    """Agents code too many contacts as settled."""
    contacts = bank.contacts[bank.contacts["reason"] != "follow-up"]
    coded = contacts["coded_resolved"]
    return [("contact.fcr_base", coded.mean(), coded.std() / np.sqrt(len(coded)), bank.truth["contact.fcr_base"])]


def happy_branches_earn_more(bank) -> list[Row]:
    """Good locations lift staff's mood and revenue: between branches the slope is many times the effect of mood."""
    years = bank.branch_years
    result = years.dropna(subset="typical_revenue").groupby("branch")["typical_revenue"].mean()
    mood = (years.groupby("branch")["staff_satisfaction"].mean() - 70) / 7
    # customers' size differs between branches by chance: hold it equal, as a careful analyst with the bank's files would
    size = bank.customers.merge(bank.truth.tables["people"], on="customer").groupby("branch")["size"].mean()
    fitted = sm.OLS(np.log(result), sm.add_constant(pd.DataFrame({"mood": mood, "size": size}))).fit()
    return [("money.mood", fitted.params["mood"], fitted.bse["mood"], bank.truth["money.mood"])]


def read_win_back_without_control(bank) -> list[Row]:
    """The share of contacted customers who return is not what the contact did."""
    rows = bank.campaign_members.query("campaign == 'win-back' and arm == 'treated'")["outcome"]
    return [("win_back.uplift", rows.mean(), rows.std() / np.sqrt(len(rows)), bank.truth["win_back.uplift"])]


def one_lead_for_all_years(bank) -> list[Row]:
    """The margin lead of referred customers fades: their average lead understates the lead at joining."""
    people = bank.truth.tables["people"]
    frame = bank.years.query("year == 2025 and months == 12").merge(people, on="customer")
    referred = frame["customer"].map(bank.customers.set_index("customer")["channel"]).eq("referral").astype(float)
    fitted = sm.OLS(
        np.log(frame["revenue"]), sm.add_constant(pd.DataFrame({"referred": referred, "size": frame["size"]}))
    ).fit()
    return [
        ("money.referred_lead", fitted.params["referred"], fitted.bse["referred"], bank.truth["money.referred_lead"])
    ]


def satisfaction_measured_with_error(bank) -> list[Row]:
    """A standardised survey slope is not the structural weight: error in the answers pulls it towards zero."""
    felt = bank.truth.tables["feelings"].rename(columns={"year": "wave"})
    survey = bank.survey[["customer", "wave", "tru3"]].merge(
        felt[["customer", "wave", "commitment"]], on=["customer", "wave"]
    )
    x = survey["tru3"].sub(survey["tru3"].mean()) / survey["tru3"].std()
    fitted = sm.OLS(survey["commitment"], sm.add_constant(x)).fit()
    latent = bank.truth.tables["feelings"]
    slope = np.cov(latent["commitment"], latent["trust"])[0, 1] / latent["trust"].std()
    return [("attenuated slope", fitted.params["tru3"], fitted.bse["tru3"], float(slope))]


def survivors_as_cohorts(bank) -> list[Row]:
    """Left truncation: customers of early years are in the file because they stayed; their share still here says too much.

    The truth: of 1 000 who join, the share still here after five years, from the recorded hazard and frailty of new customers.
    """
    customers = bank.customers
    fresh = customers["joined"] >= "2023-01-01"
    people = bank.truth.tables["people"][fresh.to_numpy()]
    truth = float(np.exp(-5 * people["yearly_hazard"]).mean())
    old = customers[customers["joined"].between("2018-01-01", "2020-12-31")]
    five = old["joined"] + pd.DateOffset(years=5)
    stayed = (old["left"].isna() | (old["left"] > five)).astype(float)
    return [("share still here after five years", stayed.mean(), stayed.std() / np.sqrt(len(stayed)), truth)]


NAIVE = (
    respondents_only, products_keep_customers, ever_had_payroll, discounts_build_loyalty, takers_against_others, agents_own_code,
    happy_branches_earn_more, read_win_back_without_control, one_lead_for_all_years,
    satisfaction_measured_with_error, survivors_as_cohorts,
)  # fmt: skip


# --- what lessons say -----------------------------------------------------------------------------------------------------


def new_customers_leave_sooner(bank) -> list[Story]:
    """By frailty alone: the raw yearly rate falls with tenure, that of a fixed person does not."""
    risk = months_at_risk(bank)
    joined = bank.customers["joined"].to_numpy()
    starts = pd.date_range("2023-01-01", periods=36, freq="MS").to_numpy()
    tenure = (starts - joined[:, None]) / np.timedelta64(1, "D") / 365.25
    exits = np.zeros((len(joined), 36))
    exits[np.arange(len(joined)), risk["exit"]] = risk["own"]

    def rate(low: float, high: float) -> float:
        cell = (tenure >= low) & (tenure < high)
        return 1 - np.exp(-12 * exits[cell].sum() / risk["exposure"][cell].sum())

    return [
        ("new customers leave at 15-25 % a year", 0.15 < rate(-1, 1) < 0.25),
        ("after five years at 6-12 %", 0.06 < rate(5, 8) < 0.12),
    ]


def money_stories(bank) -> list[Story]:
    last = bank.years.query("year == 2025 and months == 12")
    revenue, profit = last["revenue"].sort_values(ascending=False), last["profit"].sort_values(ascending=False)
    few = len(last) // 300  # 40 in the shipped bank
    top = set(last.nlargest(few, "deposits_average")["customer"]) & set(last.nlargest(few, "profit")["customer"])
    first = bank.years.query("year == 2023 and months == 12").set_index("customer")["revenue"]
    second = bank.years.query("year == 2024 and months == 12").set_index("customer")["revenue"]
    both = pd.concat([first, second], axis=1, keys=["first", "second"]).dropna()
    best = both.nlargest(len(both) // 100, "first")
    change = np.log(both["second"] / both["first"])
    wallets = bank.wallets.query("banks > 1")
    answers = bank.survey[["customer", "wave", "sat_overall"]]
    satisfaction = answers.merge(wallets, left_on=["customer", "wave"], right_on=["customer", "year"])
    return [
        (
            "the top 1 % bring 17-35 % of revenue",
            0.17 < revenue.iloc[: len(revenue) // 100].sum() / revenue.sum() < 0.35,
        ),
        ("the top 20 % hold 110-350 % of profit", 1.1 < profit.iloc[: len(profit) // 5].sum() / profit.sum() < 3.5),
        ("20-35 % of customers lose money", 0.20 < (profit < 0).mean() < 0.35),
        ("of the top 0.3 % by deposits, under 65 % are in the top 0.3 % by profit", len(top) < 0.65 * few),
        ("a typical one of last year's top 1 % falls back", change[best.index].mean() < change.mean() - 0.05),
        ("mean share of wallet is 0.40-0.50", 0.40 < bank.wallets["share_of_wallet"].mean() < 0.50),
        (
            "share of wallet hangs on rank, hardly on satisfaction",
            abs(satisfaction["sat_overall"].corr(satisfaction["share_of_wallet"])) < 0.12
            and wallets["rank"].corr(wallets["share_of_wallet"]) < -0.5,
        ),
    ]


def complaint_stories(bank) -> list[Story]:
    kinds = bank.truth.tables["branches"].set_index("branch")["kind"]
    count = bank.problems.groupby("branch")["voiced"].sum().reindex(kinds.index, fill_value=0)
    branch = bank.customers["branch"].map(kinds)
    risk = months_at_risk(bank)
    rate = {kind: risk["own"][branch == kind].sum() / risk["exposure"][branch == kind].sum() for kind in kinds.unique()}
    answered = marks(bank, bank.survey[["customer", "wave", "att1", "att2", "att3"]])
    loyal = answered[["att1", "att2", "att3"]].mean(axis=1).groupby(answered["resolved"]).mean()
    silent = bank.problems[bank.problems["noticed"] & ~bank.problems["voiced"] & ~bank.problems["resolved"]]
    return [
        ("six branches have no complaint, two of each kind", (count[kinds != "ordinary"] == 0).all()),
        ("where nobody may complain, more leave than where problems are solved", rate["silences"] > rate["solves"]),
        ("and more than in ordinary branches", rate["silences"] > rate["ordinary"]),
        ("answered complainers look more attached: the attached complain", loyal[1.0] > loyal[0.0]),
        (
            "a third or more of noticed problems stay unspoken and unsolved",
            len(silent) > 0.33 * bank.problems["noticed"].sum(),
        ),
    ]


def survey_stories(bank) -> list[Story]:
    survey = bank.survey
    expected = survey.filter(regex=r"^e_").drop(columns="e_emp5").mean(axis=1)
    perceived = survey.filter(regex=r"^p_").drop(columns="p_emp5").mean(axis=1)
    ideal = survey.filter(regex=r"^ideal_").mean(axis=1)
    branch = survey["customer"].map(bank.customers.set_index("customer")["branch"])
    frame = pd.DataFrame(
        {"branch": branch, "gap": perceived - expected, "ratio": perceived / expected, "far": ideal - perceived}
    )
    ranks = frame.groupby("branch").mean().assign(far=lambda one: -one["far"]).rank()
    customers = bank.customers.set_index("customer")
    left = survey["customer"].map(customers["left"])
    soon = (left.dt.year - survey["wave"]) * 12 + left.dt.month - 10
    return [
        ("mean perception is below mean expectation", frame["gap"].mean() < -0.05),
        ("yet the mean ratio is above 1", frame["ratio"].mean() > 1),
        ("gap and distance to the ideal rank branches differently", (ranks["gap"] - ranks["far"]).abs().max() >= 6),
        ("satisfied customers defect", ((survey["sat_overall"] >= 8) & soon.between(1, 12)).sum() >= 10),
        ("all six reasons to stay are given", survey["stay_reason"].nunique() == 6),
        (
            "satisfaction is 76-85 on 0-100 among those who answer",
            76 < (survey["sat_overall"].mean() - 1) * 100 / 9 < 85,
        ),
        ("assurance and empathy are nearly one factor", _same_factor(survey)),
        ("all seven loyalty types are there", _loyalty_types(survey).min() >= 5),
    ]


def _loyalty_types(survey: pd.DataFrame) -> pd.Series:
    """Count customers by attachment, intention, reason and choice, in the rough way of the textbook's seven types."""
    attached = survey[["att1", "att2", "att3"]].mean(axis=1) >= 4.5
    repeats = survey[["int1", "int2", "int3"]].mean(axis=1) >= 4.5
    reason, choice = survey["stay_reason"], survey["choice_available"]
    return pd.Series(
        {
            "monopoly": (~choice).sum(),
            "inertia": (choice & ~attached & repeats & (reason == "habit")).sum(),
            "latent": (choice & attached & ~repeats).sum(),
            "convenience": (choice & ~attached & repeats & (reason == "convenience")).sum(),
            "price": (choice & ~attached & ~repeats & (reason == "price")).sum(),
            "incentive": (choice & ~attached & repeats & (reason == "incentive")).sum(),
            "premium": (choice & attached & repeats).sum(),
        }
    )


def _same_factor(survey: pd.DataFrame) -> bool:
    def scale(stem: str, items: list[int]) -> pd.Series:
        return survey[[f"p_{stem}{item}" for item in items]].mean(axis=1)

    close = scale("ass", [1, 2, 3]).corr(scale("emp", [1, 2, 3]))
    apart = scale("tan", [1, 2, 3]).corr(scale("rel", [1, 2, 3]))
    return close > apart + 0.08


def campaign_stories(bank) -> list[Story]:
    truth = bank.truth
    calls = bank.campaign_members.query("campaign == 'retention'")
    arms = calls.groupby("arm", observed=True)["outcome"].mean()
    saved = -truth["retention.uplift"]
    return [
        ("a retention call keeps 2-4 in 100 on average", 0.02 < saved < 0.04),
        ("and drives quiet customers away", truth["retention.uplift.quiet"] > 0.02),
        ("a customer saved costs more than a customer won by mail", 60 / saved > 4 / 0.015),
        ("untreated, 8-17 in 100 leave in the year", 0.08 < arms["control"] < 0.17),
    ]


def export_stories(bank) -> list[Story]:
    records = pd.concat([bank.export_branch, bank.export_app]).merge(bank.truth.tables["matches"], on="record")
    merged = records.groupby("customer")["revenue_2025"].sum().sort_values(ascending=False)
    raw = records["revenue_2025"].sort_values(ascending=False)

    def top_share(values: pd.Series, part: float = 0.05) -> float:
        return values.iloc[: max(1, round(part * len(values)))].sum() / values.sum()

    return [
        ("merging duplicates raises the share of the top 5 %", top_share(merged) > top_share(raw)),
        ("a quarter or more of the records are duplicates", len(records) > 1.25 * len(merged)),
    ]


STORIES = (
    new_customers_leave_sooner, money_stories, complaint_stories, survey_stories, campaign_stories, export_stories,
)  # fmt: skip
