"""The plain right analysis for every truth that the bank records, and the naive one for every trap.

Each function takes a simulated bank and returns rows (truth's name, estimate, standard error, true value). They use what a
textbook would: differences between randomised arms, weights for who was asked, least squares, maximum likelihood.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize, special

MONTHS = pd.date_range("2023-01-01", periods=36, freq="MS")
Row = tuple[str, float, float, float]


def rows_of(bank, fitted, names: dict[str, str]) -> list[Row]:
    """Pair a fitted statsmodels result's coefficients with recorded truths."""
    return [(truth, fitted.params[term], fitted.bse[term], bank.truth[truth]) for term, truth in names.items()]


def difference(bank, name: str, treated: pd.Series, control: pd.Series) -> Row:
    """Difference of two means with its standard error (two randomised arms)."""
    error = np.sqrt(treated.var(ddof=1) / len(treated) + control.var(ddof=1) / len(control))
    return (name, treated.mean() - control.mean(), error, bank.truth[name])


def share(bank, name: str, hit: pd.Series) -> Row:
    """A share with the Agresti-Coull standard error, which does not vanish at 0 or 1."""
    n = len(hit)
    smoothed = (hit.sum() + 2) / (n + 4)
    return (name, hit.mean(), np.sqrt(smoothed * (1 - smoothed) / n), bank.truth[name])


def joiners(bank) -> pd.DataFrame:
    """Feelings in the year of joining: nobody has been selected by staying yet."""
    feelings = bank.truth.tables["feelings"].merge(bank.customers[["customer", "joined", "branch"]], on="customer")
    return feelings[feelings["joined"].dt.year == feelings["year"]]


# --- feelings: what leads to what -------------------------------------------------------------------------------------


def chain_of_feelings(bank) -> list[Row]:
    frame = joiners(bank).merge(bank.truth.tables["people"][["customer", "lasting_attachment"]], on="customer")
    members = bank.campaign_members
    panel = members.loc[(members["campaign"] == "panel") & (members["arm"] == "treated"), "customer"]
    frame = frame[~frame["customer"].isin(panel)]
    out = []
    for target, causes in {
        "trust": {"quality_rel": "reliability", "quality_ass": "assurance"},
        "satisfaction": {"quality": "quality", "trust": "trust", "special": "special"},
        "commitment": {
            "satisfaction": "satisfaction",
            "community": "community",
            "special": "special",
            "trust": "trust",
        },
        "attachment": {"commitment": "commitment", "satisfaction": "satisfaction"},
        "intention": {"commitment": "commitment", "satisfaction": "satisfaction", "economic": "economic"},
        "word_of_mouth": {"satisfaction": "satisfaction", "commitment": "commitment"},
        "economic": {"lasting_attachment": "attachment"},
    }.items():
        fitted = sm.OLS(frame[target], sm.add_constant(frame[list(causes)])).fit()
        out += rows_of(bank, fitted, {term: f"{target}.{name}" for term, name in causes.items()})
    return out


def discounts(bank) -> list[Row]:
    """First differences: discounts went to the attached, so only changes within a customer tell what they do."""
    causes = ["economic", "quality", "trust", "special"]
    wide = bank.truth.tables["feelings"].pivot(index="customer", columns="year", values=["satisfaction", *causes])
    change = pd.concat(
        [wide.xs(now, axis=1, level=1) - wide.xs(now - 1, axis=1, level=1) for now in (2024, 2025)]
    ).dropna()
    fitted = sm.OLS(change["satisfaction"], sm.add_constant(change[causes])).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(change.index)[0]}
    )
    return rows_of(bank, fitted, {"economic": "satisfaction.economic"})


def branch_quality(bank) -> list[Row]:
    """The slope of perceived quality on the branch's service is the root of the branches' share of its variance."""
    frame = joiners(bank).merge(bank.truth.tables["branches"], on="branch")
    fitted = sm.OLS(frame["quality_tan"], sm.add_constant(frame[["service"]])).fit()
    slope, error = fitted.params["service"], fitted.bse["service"]
    return [("quality.branch_share", slope**2, 2 * slope * error, bank.truth["quality.branch_share"])]


def offers_that_were_drawn_by_lot(bank) -> list[Row]:
    members = bank.campaign_members
    feelings = bank.truth.tables["feelings"].query("year == 2024").set_index("customer")
    out = []
    arms = members[members["campaign"] == "special-offer"].set_index("customer")["arm"]
    felt = feelings.join(arms, how="inner")
    out.append(
        difference(
            bank,
            "special.offer",
            felt.loc[felt["arm"] == "treated", "special"],
            felt.loc[felt["arm"] == "control", "special"],
        )
    )
    panel = members[members["campaign"] == "panel"].set_index("customer")[["arm", "responded"]]
    felt = feelings.join(panel, how="inner")
    treated, control = felt[felt["arm"] == "treated"], felt[felt["arm"] == "control"]
    name, gap, error, truth = difference(
        bank, "satisfaction.taking_part", treated["satisfaction"], control["satisfaction"]
    )
    take_up = treated["responded"].mean()  # nobody in the control arm could take part
    out.append((name, gap / take_up, error / take_up, truth))
    return out


def club(bank) -> list[Row]:
    """First differences: the change in felt community of those who joined the club during the year before."""
    since = bank.bonds[bank.bonds["bond"] == "club"].groupby("customer")["since"].min()
    felt = bank.truth.tables["feelings"].pivot(index="customer", columns="year", values="community")
    changes = []
    for year in (2024, 2025):
        start, end = pd.Timestamp(year - 1, 1, 1), pd.Timestamp(year, 1, 1)
        member = since.reindex(felt.index)
        was, now = (member < start), (member < end)
        one = pd.DataFrame({"change": felt[year] - felt[year - 1], "joined_club": now.astype(float) - was}).dropna()
        changes.append(one)
    frame = pd.concat(changes)
    fitted = sm.OLS(frame["change"], sm.add_constant(frame["joined_club"])).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(frame.index)[0]}
    )
    return rows_of(bank, fitted, {"joined_club": "community.club"})


# --- leaving ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)  # several analyses of one bank ask for it, one after the other
def months_at_risk(bank) -> dict[str, np.ndarray]:
    """Customers x months: exposure before the first exit, and everything the hazard depends on."""
    customers = bank.customers
    n, ids = len(customers), customers["customer"].to_numpy()
    place = pd.Series(np.arange(n), index=ids)
    starts = MONTHS.to_numpy()
    joined, left = customers["joined"].to_numpy(), customers["left"].to_numpy()
    length = np.append(starts[1:], np.datetime64("2026-01-01")) - starts
    exposure = np.clip((starts + length - joined[:, None]) / length, 0.0, 1.0)
    exit_month = np.where(np.isnat(left), 999, (left.astype("datetime64[M]") - np.datetime64("2023-01")).astype(int))
    exposure[np.arange(36) > exit_month[:, None]] = 0.0

    def lasting(frame: pd.DataFrame, since: str, until: str | None = None) -> np.ndarray:
        rows = place[frame["customer"]].to_numpy()
        marked = np.zeros((n, 36))
        live = frame[since].to_numpy()[:, None] < starts
        if until is not None:
            end = frame[until].to_numpy()[:, None]
            live &= np.isnat(end) | (end >= starts)
        np.add.at(marked, rows, live)
        return marked

    def lately(frame: pd.DataFrame, date: str) -> np.ndarray:
        month = ((frame[date].dt.year - 2023) * 12 + frame[date].dt.month - 1).to_numpy()
        marked = np.zeros((n, 36), dtype=bool)
        for later in range(6):
            fits = month + later < 36
            marked[place[frame["customer"]].to_numpy()[fits], month[fits] + later] = True
        return marked.astype(float)

    feelings = bank.truth.tables["feelings"]
    people = bank.truth.tables["people"]
    columns: dict[str, np.ndarray] = {}
    for name in ("satisfaction", "attachment"):
        wide = feelings.pivot(index="customer", columns="year", values=name).reindex(ids).to_numpy()
        columns[name] = np.nan_to_num(np.repeat(wide, 12, axis=1))
    columns["switching_cost"] = np.repeat(people["switching_cost"].to_numpy()[:, None], 36, axis=1)
    products = bank.holdings.assign(closed=bank.holdings["closed"].mask(bank.holdings["closed_with_relationship"]))
    columns["products"] = lasting(products, "opened", "closed") - 2
    columns["rival_offer"] = lately(bank.rival_offers, "month")
    sore = bank.problems[bank.problems["noticed"] & ~bank.problems["resolved"]]
    columns["unresolved"] = lately(sore, "date")
    columns["referred"] = np.repeat((customers["channel"] == "referral").to_numpy(float)[:, None], 36, axis=1)
    for bond in ("adviser", "payroll"):
        columns[bond] = lasting(bank.bonds[bank.bonds["bond"] == bond], "since")
    called = bank.campaign_members.query("campaign == 'retention' and arm == 'treated'")["customer"]
    year_after = (np.arange(36) >= 18) & (np.arange(36) < 30)
    treated = np.isin(ids, called.to_numpy())[:, None] & year_after
    quiet = people["quiet"].to_numpy()[:, None]
    columns["call_quiet"], columns["call_not_quiet"] = (treated & quiet).astype(float), (treated & ~quiet).astype(float)
    own = (
        customers["exit_reason"]
        .isin(["better price", "poor service", "moved away", "no need", "rival's offer"])
        .to_numpy()
    )
    lasting_part = {
        "satisfaction": people["lasting_satisfaction"].to_numpy(),
        "attachment": people["lasting_attachment"].to_numpy(),
        "switching_cost": people["switching_cost"].to_numpy(),
        "referred": columns["referred"][:, 0],
    }
    years_before = np.maximum(0.0, (starts[0] - joined) / np.timedelta64(1, "D") / 365.25)
    return {
        "columns": columns, "exposure": exposure, "exit": np.minimum(exit_month, 35), "own": own & (exit_month < 36),
        "before": lasting_part, "years_before": years_before,
    }  # fmt: skip


def frailty_fit(risk: dict) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Maximum likelihood of a monthly hazard with gamma frailty and left truncation, by scoring with the outer product.

    A customer known to have survived a cumulative hazard A, then B: S = ((1 + v(A + B)) / (1 + vA)) ** (-1/v).
    """
    names = ["base", *risk["columns"], "frailty_variance"]
    matrices = [np.ones_like(risk["exposure"]), *risk["columns"].values()]
    before = np.column_stack(
        [np.ones(len(risk["own"]))] + [risk["before"].get(n, np.zeros(len(risk["own"]))) for n in risk["columns"]]
    )
    rows, own, last = np.arange(len(risk["own"])), risk["own"], risk["exit"]
    b = np.append(np.zeros(len(matrices)), np.log(0.5))
    b[0] = np.log(0.2)

    def parts(b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        v = np.exp(b[-1])
        rate = risk["exposure"] / 12 * np.exp(sum(one * beta for one, beta in zip(matrices, b[:-1], strict=True)))
        exit_rate = rate[rows, last]
        slopes = np.column_stack([(rate * one).sum(axis=1) for one in matrices])
        exit_slopes = np.column_stack([exit_rate * one[rows, last] for one in matrices])
        a = risk["years_before"] * np.exp(before @ b[:-1])
        full, a_slopes = a + rate.sum(axis=1), before * a[:, None]

        def survival(x: np.ndarray, dx: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            s = (1 + v * x) ** (-1 / v)
            by_v = s * (np.log1p(v * x) / v - x / (1 + v * x))  # derivative by log v
            return s, np.column_stack([-(s / (1 + v * x))[:, None] * dx, by_v])

        s_a, d_a = survival(a, a_slopes)
        s_end, d_end = survival(full, a_slopes + slopes)
        s_prev, d_prev = survival(full - exit_rate, a_slopes + slopes - exit_slopes)
        top = np.where(own, s_prev - s_end, s_end)
        d_top = np.where(own[:, None], d_prev - d_end, d_end)
        return np.log(top) - np.log(s_a), d_top / top[:, None] - d_a / s_a[:, None]

    value, scores = parts(b)
    for _ in range(60):
        step = np.linalg.solve(scores.T @ scores, scores.sum(axis=0))
        for _ in range(12):
            new_value, new_scores = parts(b + step)
            if np.isfinite(new_value).all() and new_value.sum() >= value.sum() - 1e-9:
                break
            step /= 2
        b, value, scores = b + step, new_value, new_scores
        if np.abs(step).max() < 1e-4:
            break
    return names, b, np.sqrt(np.diag(np.linalg.inv(scores.T @ scores)))


def leaving(bank) -> list[Row]:
    names, b, error = frailty_fit(months_at_risk(bank))
    truth_of = {"call_quiet": "retention.sleeping_dog", "call_not_quiet": "retention.persuadable"}
    out = []
    for name, estimate, se in zip(names, b, error, strict=True):
        truth = truth_of.get(name, f"churn.{name}")
        # base and variance are positive: compared on the log scale, where their errors are symmetric
        true = np.log(bank.truth[truth]) if name in ("base", "frailty_variance") else bank.truth[truth]
        out.append((truth, estimate, se, true))
    return out


def involuntary(bank) -> list[Row]:
    risk = months_at_risk(bank)
    years = (risk["exposure"] > 0).sum() / 12
    count = bank.customers["exit_reason"].isin(["death", "moved abroad", "closed by bank"]).sum()
    return [("churn.involuntary", count / years, np.sqrt(count) / years, bank.truth["churn.involuntary"])]


# --- problems and contacts ----------------------------------------------------------------------------------------------


def problems(bank) -> list[Row]:
    kinds = bank.truth.tables["branches"].set_index("branch")["kind"]
    ordinary = bank.problems[bank.problems["branch"].map(kinds) == "ordinary"]
    months = bank.months["customer"].map(bank.customers.set_index("customer")["branch"]).map(kinds).eq("ordinary").sum()
    per_month = len(ordinary) / months
    rate = -12 * np.log1p(-per_month)
    out = [("problem.rate", rate, rate / np.sqrt(len(ordinary)), bank.truth["problem.rate"])]
    out.append(share(bank, "problem.noticed", ordinary["noticed"]))
    noticed = ordinary[ordinary["noticed"]]
    at_once = noticed["resolved"] & ~noticed["voiced"]
    out.append(share(bank, "problem.solved_at_once", at_once))
    open_ = noticed[~at_once].assign(year=lambda frame: frame["date"].dt.year)
    felt = open_.merge(bank.truth.tables["feelings"][["customer", "year", "attachment"]], on=["customer", "year"])
    fitted = sm.Logit(felt["voiced"].astype(float), sm.add_constant(felt[["attachment"]])).fit(disp=0)
    out += rows_of(bank, fitted, {"attachment": "problem.voice_attachment"})
    truth = bank.truth["problem.voice"]
    out.append(("problem.voice", fitted.params["const"], fitted.bse["const"], np.log(truth / (1 - truth))))
    out.append(share(bank, "problem.resolved", noticed.loc[noticed["voiced"], "resolved"]))
    return out


def survey_weights(survey: pd.DataFrame, bank) -> pd.Series:
    """Who answered the invitation counts once; who answered in the follow-up counts for all who were silent."""
    silent = bank.invitations[~bank.invitations["answered"]]
    factor = silent.groupby("wave").size() / silent.groupby("wave")["followed_up"].sum()
    return survey["wave"].map(factor).where(survey["followed_up"], 1.0)


def marks(bank, answered: pd.DataFrame) -> pd.DataFrame:
    """Add what problems of the last 12 months (to October) a customer has in mind."""
    told = bank.problems[bank.problems["noticed"]]
    month = (told["date"].dt.year - 2023) * 12 + told["date"].dt.month - 1
    out = answered.copy()
    for name, rows in (("unresolved", ~told["resolved"]), ("resolved", told["resolved"] & told["voiced"])):
        keys = []
        for wave, until in ((2023, 9), (2024, 21), (2025, 33)):
            who = told.loc[rows & (month > until - 12) & (month <= until), "customer"].unique()
            keys.append(pd.DataFrame({"customer": who, "wave": wave, name: 1.0}))
        out = out.merge(pd.concat(keys), on=["customer", "wave"], how="left").fillna({name: 0.0})
    return out


def who_answers(bank) -> list[Row]:
    """Log-odds of answering on reported satisfaction, and the marks of problems in it.

    The mark is compared in what customers report: sat_overall regressed on latent satisfaction and the two marks.
    """
    feelings = bank.truth.tables["feelings"].rename(columns={"year": "wave"})[["customer", "wave", "satisfaction"]]
    asked = marks(bank, bank.invitations.merge(feelings, on=["customer", "wave"]))
    asked["reported"] = (
        asked["satisfaction"]
        + bank.truth["problem.mark_unresolved"] * asked["unresolved"]
        + bank.truth["problem.mark_resolved"] * asked["resolved"]
    )
    fitted = sm.Logit(asked["answered"].astype(float), sm.add_constant(asked[["reported"]])).fit(disp=0)
    out = rows_of(bank, fitted, {"reported": "survey.response_satisfaction"})
    truth = bank.truth["survey.response"]
    out.append(("survey.response", fitted.params["const"], fitted.bse["const"], np.log(truth / (1 - truth))))
    out.append(share(bank, "survey.follow_up", bank.invitations.loc[~bank.invitations["answered"], "followed_up"]))
    # Given satisfaction and marks, answering says nothing more about the score: no weights are needed here.
    answered = marks(bank, bank.survey[["customer", "wave", "sat_overall"]].merge(feelings, on=["customer", "wave"]))
    # the ends of the 1-10 scale blunt a shift; middling customers keep clear of them
    middle = answered[answered["satisfaction"].between(-2.0, 0.4)]
    fitted = sm.OLS(middle["sat_overall"], sm.add_constant(middle[["satisfaction", "unresolved", "resolved"]])).fit()
    scale = fitted.params["satisfaction"]
    for name in ("unresolved", "resolved"):
        truth = f"problem.mark_{name}"
        out.append((truth, fitted.params[name] / scale, fitted.bse[name] / scale, bank.truth[truth]))
    return out


def first_contact(bank) -> list[Row]:
    ended = bank.customers.set_index("customer")[["left", "returned", "left_again"]]
    contacts = bank.contacts[bank.contacts["reason"] != "follow-up"]
    end = ended["left"].where(ended["returned"].isna(), ended["left_again"]).fillna(pd.Timestamp("2026-01-01"))
    room = (contacts["customer"].map(end) - contacts["time"]) > pd.Timedelta(days=7)
    first_exit = contacts["customer"].map(ended["left"])
    room &= first_exit.isna() | (contacts["time"] > first_exit) | (first_exit - contacts["time"] > pd.Timedelta(days=7))
    contacts = contacts[room].merge(bank.truth.tables["agents"], on="agent")
    fitted = sm.Logit((~contacts["repeat_within_7_days"]).astype(float), sm.add_constant(contacts[["skill"]])).fit(
        disp=0
    )
    truth = bank.truth["contact.fcr_base"]
    return [
        *rows_of(bank, fitted, {"skill": "contact.fcr_skill"}),
        ("contact.fcr_base", fitted.params["const"], fitted.bse["const"], np.log(truth / (1 - truth))),
        share(bank, "contact.coded_if_not", contacts.loc[contacts["repeat_within_7_days"], "coded_resolved"]),
    ]


def visits_and_calls(bank) -> list[Row]:
    """Ratio of contacts to what a customer's known pull predicts at a rate of one a year."""
    people = bank.truth.tables["people"].set_index("customer")
    customers = bank.customers.set_index("customer")
    months = bank.months.groupby("customer").size()
    pull = np.exp(0.6 * people["engagement"] - 0.18) * np.where(people["quiet"], 0.12, 1.0)
    plain = bank.contacts[~bank.contacts["reason"].isin(["follow-up", "complaint"])]
    out = []
    age = 2025 - customers["birth_year"]
    known = age.notna()  # a business has no age, and its visits depend on its owner's
    young = ((70 - age.fillna(40).astype(float)) / 30).clip(0.1, 1.5)
    for channel, factor in (
        ("teller", 1.1 * (2 - young) * np.exp(0.70 * people["size"] - 0.245)),
        ("call", np.exp(0.60 * people["size"] - 0.18)),
    ):
        count = plain[plain["channel"] == channel].groupby("customer").size().reindex(people.index, fill_value=0)
        expected = (pull * factor * months.reindex(people.index, fill_value=0) / 12)[known]
        count = count[known]
        rate = count.sum() / expected.sum()
        error = np.sqrt(((count - rate * expected) ** 2).sum()) / expected.sum()
        out.append((f"contact.{channel}", rate, error, bank.truth[f"contact.{channel}"]))
    return out


# --- money --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def settled_months(bank) -> pd.DataFrame:
    """Months of settled customers (not in their first or last months), with traits, in the order of the file."""
    customers = bank.customers.assign(
        size=bank.truth.tables["people"]["size"], segment=bank.truth.tables["people"]["segment"]
    )
    months = bank.months[["customer", "month", "deposits_average"]]
    rows = (months["customer"] - customers["customer"].iloc[0]).to_numpy()  # ids run on without a gap
    joined, left = customers["joined"].to_numpy()[rows], customers["left"].to_numpy()[rows]
    day = np.timedelta64(1, "D")
    tenure = (months["month"].to_numpy() - joined) / day / 365.25
    ending = ~np.isnat(left) & ~((left - months["month"].to_numpy()) / day > 95)
    keep = (
        (tenure >= 4 / 12)
        & ~ending
        & customers["returned"].isna().to_numpy()[rows]
        & (months["deposits_average"] > 0).to_numpy()
    )
    rows, months = rows[keep], months[keep]
    return pd.DataFrame(
        {
            "customer": months["customer"].to_numpy(),
            "month": months["month"].to_numpy(),
            "log_deposits": np.log(months["deposits_average"].to_numpy()),
            "tenure": tenure[keep],
            "time": (months["month"] - pd.Timestamp("2023-01-01")).dt.days.to_numpy() / 365.25,
            "branch": customers["branch"].to_numpy()[rows],
            "size": customers["size"].to_numpy()[rows],
            "yield": customers["segment"].eq("yield").to_numpy(float)[rows],
            "business": customers["kind"].eq("small business").to_numpy(float)[rows],
            "referred": customers["channel"].eq("referral").to_numpy(float)[rows],
        }
    )


def size_referral_location(bank) -> list[Row]:
    frame = settled_months(bank).drop_duplicates("customer").copy()
    fade = bank.truth["money.referred_fade"]
    frame["lead"] = frame["referred"] * np.exp(-frame["tenure"] / fade)
    location = bank.truth.tables["branches"].set_index("branch")["location"]
    frame["location"] = frame["branch"].map(location)
    controls = ["yield", "business", "time"]
    dummies = pd.get_dummies(frame["branch"], prefix="branch", dtype=float)
    fitted = sm.OLS(frame["log_deposits"], pd.concat([frame[["size", "lead", *controls]], dummies], axis=1)).fit()
    out = rows_of(bank, fitted, {"size": "money.size_sd", "lead": "money.referred_lead"})
    # Between branches: the location also lifts mood, which lifts revenue a little; hold last year's mood equal.
    mood = bank.branch_years.set_index(["branch", "year"])["staff_satisfaction"]
    before = pd.MultiIndex.from_arrays([frame["branch"], frame["month"].dt.year - 1])
    frame["mood"] = mood.reindex(before).to_numpy()
    between = pd.DataFrame({"location": location, "mood": frame.groupby("branch")["mood"].mean()})
    effect = fitted.params[dummies.columns].to_numpy()
    between_fit = sm.OLS(effect, sm.add_constant(between)).fit()
    out += rows_of(bank, between_fit, {"location": "money.quality_market"})
    # two to four years after joining little of the lead is left: how much says how fast it fades
    later = settled_months(bank)
    later = later[later["tenure"].between(1.5, 4.0)].drop_duplicates("customer")
    later = later.assign(location=later["branch"].map(location))
    fitted = sm.OLS(later["log_deposits"], sm.add_constant(later[["size", "referred", "location", *controls]])).fit(
        cov_type="HC1"
    )
    left = (bank.truth["money.referred_lead"] * np.exp(-later.loc[later["referred"] > 0, "tenure"] / fade)).mean()
    return [*out, ("money.referred_fade", fitted.params["referred"], fitted.bse["referred"], left)]


def growth_and_mood(bank) -> list[Row]:
    """Growth within customers who stayed throughout; mood through the rostering pilot, drawn by lot."""
    customers = bank.customers
    there = customers[
        (customers["joined"] < "2022-06-01") & customers["left"].isna() & (customers["channel"] != "referral")
    ]
    wide = bank.months[bank.months["customer"].isin(there["customer"])].pivot(
        index="customer", columns="month", values="deposits_average"
    )
    logs = np.log(wide.where(wide > 0))
    branch = there.set_index("customer")["branch"].reindex(logs.index)
    pilot = bank.branches.set_index("branch")["roster_pilot"]
    yearly = pd.DataFrame({year: logs.loc[:, logs.columns.year == year].mean(axis=1) for year in (2023, 2024, 2025)})
    by_branch = yearly.dropna().groupby(branch).mean()
    by_branch["pilot"] = pilot.reindex(by_branch.index)
    plain = by_branch.loc[~by_branch["pilot"]]
    change = (plain[2025] - plain[2023]) / 2
    rate, error = change.mean(), change.std(ddof=1) / np.sqrt(len(change))
    out = [("money.growth", np.expm1(rate), np.exp(rate) * error, bank.truth["money.growth"])]
    last = by_branch[2025] - (by_branch[2023] + by_branch[2024]) / 2
    treated, control = last[by_branch["pilot"]], last[~by_branch["pilot"]]
    lift = bank.truth["staff.roster"]
    error = np.sqrt(treated.var(ddof=1) / len(treated) + control.var(ddof=1) / len(control))
    out.append(("money.mood", (treated.mean() - control.mean()) / lift, error / lift, bank.truth["money.mood"]))
    return out


def month_end(bank) -> list[Row]:
    months = bank.months[bank.months["deposits_average"] > 1000]
    pulled = (
        months["customer"]
        .map(bank.customers.set_index("customer")["branch"])
        .map(bank.truth.tables["branches"].set_index("branch")["gaming"])
    )
    log = np.log(months["deposits_end"] / months["deposits_average"])
    return [difference(bank, "gaming.lift", log[pulled], log[~pulled])]


def attention_costs(bank) -> list[Row]:
    """What is left of cost after visits, calls and app sessions is the adviser's, or account management's."""
    cost = bank.years.merge(bank.customers[["customer", "kind", "joined", "left"]], on="customer").merge(
        bank.truth.tables["people"][["customer", "size"]], on="customer"
    )
    cost = cost[(cost["months"] == 12) & (cost["year"] == 2025)]
    rest = cost["cost_to_serve"] - 15 * cost["teller_visits"] - 8 * cost["calls"] - 0.2 * cost["app_sessions"]
    adviser = bank.bonds[(bank.bonds["bond"] == "adviser") & (bank.bonds["since"] < "2025-01-01")]["customer"]
    any_adviser = bank.bonds[bank.bonds["bond"] == "adviser"]["customer"]
    has = cost["customer"].isin(adviser)
    business = cost["kind"] == "small business"
    out = []
    for name, rows, slope in (
        ("cost.adviser", has & ~business, 0.6),
        ("cost.business", ~cost["customer"].isin(any_adviser) & business, 0.7),
    ):
        log = np.log(rest[rows]) - slope * cost.loc[rows, "size"]
        out.append((name, log.mean(), log.std(ddof=1) / np.sqrt(len(log)), np.log(bank.truth[name])))
    return out


def staff(bank) -> list[Row]:
    truth = bank.truth.tables["branches"]
    shock = truth.melt("branch", [f"shock_{year}" for year in (2023, 2024, 2025)], "year", "shock")
    shock["year"] = shock["year"].str[-4:].astype(int)
    frame = bank.branch_years.merge(shock, on=["branch", "year"], how="left").fillna({"shock": 0.0})
    frame = frame.merge(truth[["branch", "location"]], on="branch").merge(
        bank.branches[["branch", "roster_pilot"]], on="branch"
    )
    frame["roster"] = (frame["roster_pilot"] & (frame["year"] >= 2024)).astype(float)
    frame["result"] = frame["shock"] / 0.05
    mood = (frame["staff_satisfaction"] - 70) / 7
    fitted = sm.OLS(mood, sm.add_constant(frame[["location", "result", "roster"]])).fit()
    return rows_of(bank, fitted, {"location": "staff.location", "result": "staff.profit", "roster": "staff.roster"})


# --- surveys ------------------------------------------------------------------------------------------------------------


def survey_means(bank) -> list[Row]:
    """Two-phase sampling (Hansen & Hurwitz 1946): answers plus a follow-up of a random share of the silent."""
    out = []
    for wave, rows in bank.survey.groupby("wave"):
        asked = bank.invitations[bank.invitations["wave"] == wave]
        silent_share = 1 - asked["answered"].mean()
        first, second = rows[~rows["followed_up"]], rows[rows["followed_up"]]
        for name, score in (
            ("mean_satisfaction", rows["sat_overall"].astype(float)),
            ("nps", 100.0 * (rows["recommend"].ge(9).astype(float) - rows["recommend"].le(6))),
        ):
            one, two = score[first.index], score[second.index]
            mean = (1 - silent_share) * one.mean() + silent_share * two.mean()
            spread = (1 - silent_share) * one.var() + silent_share * two.var()
            population = len(asked) / 0.6
            variance = spread / len(asked) * (1 - len(asked) / population)
            variance += silent_share**2 * two.var() / len(two) * (1 - len(two) / (silent_share * len(asked)))
            variance += silent_share * (1 - silent_share) * (one.mean() - two.mean()) ** 2 / len(asked)
            truth = f"survey.{name}.{wave}"
            out.append((truth, mean, np.sqrt(variance), bank.truth[truth]))
    return out


def survey_slopes(bank) -> list[Row]:
    survey = bank.survey[["customer", "wave", "sat_overall"]].assign(
        weight=survey_weights(bank.survey, bank), intention=bank.survey[["int1", "int2", "int3"]].mean(axis=1)
    )
    customers = bank.customers.set_index("customer")
    left = survey["customer"].map(customers["left"])
    month = (left.dt.year - survey["wave"]) * 12 + left.dt.month - 10
    survey["left_in_12"] = month.between(1, 12).astype(float)
    out = []
    for target, rows, truth in (
        ("intention", survey["wave"] > 0, "survey.slope_intention_on_satisfaction"),
        ("left_in_12", survey["wave"] < 2025, "survey.slope_leaving_on_satisfaction"),
    ):
        frame = survey[rows]
        fitted = sm.WLS(frame[target], sm.add_constant(frame[["sat_overall"]]), weights=frame["weight"]).fit(
            cov_type="cluster", cov_kwds={"groups": pd.factorize(frame["customer"])[0]}
        )
        out += rows_of(bank, fitted, {"sat_overall": truth})
    return out


def pulse(bank) -> list[Row]:
    frame = bank.pulse.assign(variance=lambda one: one["sd_score"] ** 2 / one["answered"])
    odd = frame["month"].isin([MONTHS[19], MONTHS[20], MONTHS[30]])
    usual = frame[~odd]
    mean, error = usual["mean_score"].mean(), np.sqrt(usual["variance"].sum()) / len(usual)
    # The base drifts upward as the dissatisfied leave: a bad month is compared with its own year.
    years = usual.groupby(usual["month"].dt.year)
    year = frame.loc[odd, "month"].dt.year
    drop = (frame.loc[odd, "mean_score"] - year.map(years["mean_score"].mean())).mean()
    year_variance = years["variance"].sum() / years.size() ** 2
    drop_error = np.sqrt(frame.loc[odd, "variance"].sum() + 4 * year_variance[2024] + year_variance[2025]) / 3
    return [
        ("pulse.in_control_mean", mean, error, bank.truth["pulse.in_control_mean"]),
        ("pulse.special_cause", drop, drop_error, bank.truth["pulse.special_cause"]),
    ]


def next_bank(bank) -> list[Row]:
    """Conditional logit of the next bank on ratings (McFadden 1974), by Newton's method."""
    study = bank.market_study.sort_values(["rater", "bank"])
    names = ["brand", "value", "relationship", "main_bank"]
    x = study[names].to_numpy(float).reshape(-1, 3, 4)
    chosen = study["chosen"].to_numpy(float).reshape(-1, 3)
    b = np.zeros(4)
    for _ in range(25):
        p = special.softmax(x @ b, axis=1)
        centred = x - (p[:, :, None] * x).sum(axis=1, keepdims=True)
        gradient = (chosen[:, :, None] * centred).sum(axis=(0, 1))
        information = np.einsum("ij,ijk,ijl->kl", p, centred, centred)
        step = np.linalg.solve(information, gradient)
        b += step
        if np.abs(step).max() < 1e-8:
            break
    error = np.sqrt(np.diag(np.linalg.inv(information)))
    truths = ["choice.brand", "choice.value", "choice.relationship", "choice.inertia"]
    return [(name, b[i], error[i], bank.truth[name]) for i, name in enumerate(truths)]


# --- campaigns ----------------------------------------------------------------------------------------------------------


def campaign_arms(bank) -> list[Row]:
    members = bank.campaign_members.assign(outcome=bank.campaign_members["outcome"].astype(float))
    people = bank.truth.tables["people"].set_index("customer")
    out = []

    def arms(rows: pd.DataFrame, name: str) -> Row:
        return difference(
            bank, name, rows.loc[rows["arm"] == "treated", "outcome"], rows.loc[rows["arm"] == "control", "outcome"]
        )

    calls = members[members["campaign"] == "retention"]
    quiet = calls["customer"].map(people["quiet"]).astype(bool)
    out += [
        arms(calls, "retention.uplift"),
        arms(calls[quiet], "retention.uplift.quiet"),
        arms(calls[~quiet], "retention.uplift.not_quiet"),
    ]
    sells = members[members["campaign"] == "cross-sell"]
    out.append(arms(sells, "cross_sell.uplift"))
    advice = sells["customer"].map(people["segment"]).eq("advice")
    out += [arms(sells[advice], "cross_sell.lift_advice"), arms(sells[~advice], "cross_sell.lift")]
    out.append(share(bank, "cross_sell.base", sells.loc[sells["arm"] == "control", "outcome"]))
    lost = members[members["campaign"] == "win-back"]
    out.append(arms(lost, "win_back.uplift"))
    felt = bank.truth.tables["feelings"].pivot(index="customer", columns="year", values="attachment")
    lost = lost.assign(attachment=lost["customer"].map(felt[2024])).dropna(subset="attachment")
    lost["control"], lost["treated"] = (
        (lost["arm"] == "control").astype(float),
        (lost["arm"] == "treated").astype(float),
    )
    fitted = sm.Logit(lost["outcome"], lost[["control", "treated", "attachment"]]).fit(disp=0)
    for arm in ("control", "treated"):
        truth = bank.truth[f"win_back.{arm}"]
        out.append((f"win_back.{arm}", fitted.params[arm], fitted.bse[arm], np.log(truth / (1 - truth))))
    return out


def mail(bank) -> list[Row]:
    members = bank.campaign_members[bank.campaign_members["lead"].notna()]
    kind = members["lead"].map(bank.leads.set_index("lead")["kind"])
    treated = members["arm"] == "treated"
    return [
        share(bank, "acquisition.prospect", members.loc[treated & (kind == "prospect"), "outcome"]),
        share(bank, "acquisition.suspect", members.loc[treated & (kind == "suspect"), "outcome"]),
        share(bank, "acquisition.control", members.loc[~treated, "outcome"]),
    ]


def fee_test(bank) -> list[Row]:
    test = bank.campaign_members[bank.campaign_members["campaign"] == "fee-test"]
    felt = bank.truth.tables["feelings"].query("year == 2025").set_index("customer")["attachment"]
    frame = pd.DataFrame(
        {"treated": (test["arm"] == "treated").astype(float), "attachment": test["customer"].map(felt)}
    )
    frame["both"] = frame["treated"] * frame["attachment"]
    fitted = sm.Logit(test["outcome"].astype(float), sm.add_constant(frame)).fit(disp=0)
    return rows_of(bank, fitted, {"treated": "fee_test.log_odds", "both": "fee_test.attachment"})


def withdrawals(bank) -> list[Row]:
    """Complementary log-log of withdrawing in a quarter on messages beyond two; the frequency was drawn by lot."""
    consent = bank.consents.query("purpose == 'marketing' and channel == 'phone'").set_index("customer")["withdrawn"]
    frame = bank.messages.assign(withdrawn=bank.messages["customer"].map(consent))
    end = frame["quarter"] + pd.DateOffset(months=3)
    hit = ((frame["withdrawn"] >= frame["quarter"]) & (frame["withdrawn"] < end)).astype(float)
    beyond = (frame["sent"] - 2).clip(lower=0).astype(float).rename("beyond")
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    fitted = sm.GLM(hit, sm.add_constant(beyond), family=family).fit()
    return rows_of(bank, fitted, {"beyond": "messages.withdrawal"})


# --- purchases ----------------------------------------------------------------------------------------------------------


def purchase_log(bank) -> pd.DataFrame:
    """One row per buyer: repeat purchases, weeks of the last, weeks watched (to the end of 2025 or of the relationship)."""
    bought = bank.purchases.groupby("customer").agg(first=("date", "min"), last=("date", "max"), n=("date", "size"))
    left = bank.customers.set_index("customer")["left"].reindex(bought.index)
    end = left.fillna(pd.Timestamp("2025-12-31"))
    week = pd.Timedelta(weeks=1)
    return pd.DataFrame(
        {"x": bought["n"] - 1, "t_x": (bought["last"] - bought["first"]) / week, "T": (end - bought["first"]) / week}
    )


def _maximise(log_likelihood, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Maximise over logs of positive parameters; errors from a numerical Hessian."""
    fit = optimize.minimize(lambda b: -log_likelihood(np.exp(b)), start, method="BFGS", options={"gtol": 1e-3})
    b, h = fit.x, 1e-3
    k = len(b)
    hessian = np.empty((k, k))
    eye = np.eye(k) * h

    def f(b: np.ndarray) -> float:
        return -log_likelihood(np.exp(b))

    for i in range(k):
        for j in range(i, k):
            value = f(b + eye[i] + eye[j]) - f(b + eye[i] - eye[j]) - f(b - eye[i] + eye[j]) + f(b - eye[i] - eye[j])
            hessian[i, j] = hessian[j, i] = value / (4 * h * h)
    return b, np.sqrt(np.diag(np.linalg.inv(hessian)))


def buying(bank) -> list[Row]:
    """BG/NBD likelihood (Fader, Hardie & Lee 2005, equation 6), on the log scale of its four parameters."""
    log = purchase_log(bank)
    x, t_x, t_end = (log[name].to_numpy(float) for name in ("x", "t_x", "T"))

    def log_likelihood(p: np.ndarray) -> float:
        r, alpha, a, b = p
        start = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        alive = special.betaln(a, b + x) - special.betaln(a, b) - (r + x) * np.log(alpha + t_end)
        gone = special.betaln(a + 1, b + np.maximum(x, 1) - 1) - special.betaln(a, b) - (r + x) * np.log(alpha + t_x)
        return float(np.sum(start + np.logaddexp(alive, np.where(x > 0, gone, -np.inf))))

    names = ["purchases.r", "purchases.alpha", "purchases.a", "purchases.b"]
    b, error = _maximise(log_likelihood, np.log([1.0, 10.0, 1.0, 3.0]))
    return [(name, b[i], error[i], np.log(bank.truth[name])) for i, name in enumerate(names)]


def spending(bank) -> list[Row]:
    """Gamma-Gamma likelihood of buyers' mean spend (Fader & Hardie 2013), on the log scale of its three parameters."""
    spent = bank.purchases.groupby("customer")["amount"].agg(["size", "mean"])
    n, m = spent["size"].to_numpy(float), spent["mean"].to_numpy(float)

    def log_likelihood(params: np.ndarray) -> float:
        p, q, v = params
        return float(
            np.sum(
                special.gammaln(p * n + q) - special.gammaln(p * n) - special.gammaln(q) + q * np.log(v)
                + (p * n - 1) * np.log(m) + p * n * np.log(n) - (p * n + q) * np.log(v + m * n)
            )
        )  # fmt: skip

    names = ["spend.p", "spend.q", "spend.v"]
    b, error = _maximise(log_likelihood, np.log([3.0, 3.0, 500.0]))
    return [(name, b[i], error[i], np.log(bank.truth[name])) for i, name in enumerate(names)]


ANALYSES = (
    chain_of_feelings, discounts, branch_quality, offers_that_were_drawn_by_lot, club, leaving, involuntary, problems, who_answers,
    first_contact, visits_and_calls, size_referral_location, growth_and_mood, month_end, attention_costs, staff, survey_means,
    survey_slopes, pulse, next_bank, campaign_arms, mail, fee_test, withdrawals, buying, spending,
)  # fmt: skip
