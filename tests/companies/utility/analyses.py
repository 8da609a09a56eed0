"""The plain right analysis for every truth that the utility records.

Each function takes a simulated utility and returns rows (truth's name, estimate, standard error, true value). They use what a
textbook would: differences between randomised arms, weights for who was asked, least squares, maximum likelihood.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

MONTHS = pd.date_range("2023-01-01", periods=37, freq="MS")
END = pd.Timestamp("2025-12-31")
ITEMS = ["sat_overall", "sat_expected", "sat_ideal"]
CLASSES = ("residential", "commercial", "industrial")
Row = tuple[str, float, float, float]


def row(company, name: str, estimate: float, error: float) -> Row:
    return (name, float(estimate), float(error), company.truth[name])


def share(company, name: str, hit: pd.Series | np.ndarray) -> Row:
    """A share with the Agresti-Coull standard error, which does not vanish at 0 or 1."""
    n, hits = len(hit), np.sum(hit)
    smoothed = (hits + 2) / (n + 4)
    return row(company, name, hits / n, np.sqrt(smoothed * (1 - smoothed) / n))


def rows_of(company, fitted, names: dict[str, str]) -> list[Row]:
    """Pair a fitted statsmodels result's coefficients with recorded truths."""
    return [row(company, truth, fitted.params[term], fitted.bse[term]) for term, truth in names.items()]


def month_number(dates: pd.Series) -> pd.Series:
    """Months since January 2023; missing dates lie far beyond the window."""
    return ((dates.dt.year - 2023) * 12 + dates.dt.month - 1).fillna(999).astype(int)


def index_of(survey: pd.DataFrame) -> pd.Series:
    """Satisfaction index, 0-100."""
    return (survey[ITEMS].mean(axis=1) - 1) / 9 * 100


def binary(y: np.ndarray, x: pd.DataFrame, link: str = "logit"):
    """Logit, or the complementary log-log whose coefficients are those of the log hazard."""
    links = {"logit": sm.families.links.Logit(), "cloglog": sm.families.links.CLogLog()}
    model = sm.GLM(
        np.asarray(y, dtype=float), sm.add_constant(x.astype(float)), family=sm.families.Binomial(links[link])
    )
    mean = np.mean(y)
    start = np.zeros(x.shape[1] + 1)
    start[0] = np.log(mean / (1 - mean)) if link == "logit" else np.log(-np.log(1 - mean))
    # Newton's steps are many times faster here than the default, and end at the same place.
    return model.fit(start_params=start, method="newton", max_start_irls=0, disp=0)


def weighted_mean(survey: pd.DataFrame, values: pd.Series, domain: pd.Series) -> tuple[float, float]:
    """Mean of a domain over all waves given, from those who answered and the followed-up sample of the silent.

    All who answered are known: only the draw of the followed-up ones brings an error (stratified sampling, linearised).
    """
    mean = np.average(values[domain], weights=survey.loc[domain, "weight"])
    size = survey.loc[domain, "weight"].sum()
    variance = 0.0
    for _, rows in survey[survey["followed_up"]].groupby(["wave", "weight"]):  # a weight to each class
        apart = (values[rows.index] - mean) * domain[rows.index]
        drawn, weight = len(rows), rows["weight"].iloc[0]
        variance += (weight * drawn) ** 2 * (1 - 1 / weight) * apart.var(ddof=1) / drawn
    return mean, np.sqrt(variance) / size


# --- the market -------------------------------------------------------------------------------------------------------


def business_months(company) -> pd.DataFrame:
    """One row per business and month in which it could switch, with what the latent and the public tables say."""
    customers = company.customers.merge(company.truth.tables["customers"], on="customer")
    customers = customers[customers["class"] != "residential"].reset_index(drop=True)
    opened = customers["class"].map(
        dict(zip(company.market_opening["class"], month_number(company.market_opening["opened"]), strict=True))
    )
    left = month_number(customers["left"]).to_numpy()
    switched = (customers["exit_reason"] == "switched").to_numpy()
    place = {customer: i for i, customer in enumerate(customers["customer"])}
    months = np.arange(36)
    # A month counts from supply on its first day, and for those who close not in the month of closing.
    since = np.where(customers["since"] < MONTHS[0], -1, month_number(customers["since"]))
    last = np.where(switched, left, left - 1)
    at_risk = (months > since[:, None]) & (months >= opened.to_numpy(dtype=int)[:, None]) & (months <= last[:, None])

    offer = np.zeros((len(customers), 36), dtype=bool)
    offers = company.rival_offers
    offer[offers["customer"].map(place), month_number(offers["date"])] = True
    offered = offer.copy()
    for lag in (1, 2):
        offered[:, lag:] |= offer[:, :-lag]
    unresolved = np.zeros((len(customers), 36), dtype=bool)
    told = company.complaints
    told = told[(told["outcome"] == "not resolved") & told["customer"].isin(place)]
    month = month_number(told["opened"]).to_numpy()
    for lag in range(1, 7):
        inside = month + lag < 36
        unresolved[told["customer"].map(place).to_numpy()[inside], month[inside] + lag] = True

    who, when = np.nonzero(at_risk)
    year = np.maximum((when - 6) // 12, 0)
    feeling = customers[[f"satisfaction_{2023 + k}" for k in range(3)]].to_numpy()
    return pd.DataFrame(
        {
            "customer": customers["customer"].to_numpy()[who],
            "class": customers["class"].to_numpy()[who],
            "month": when,
            "switches": switched[who] & (left[who] == when),
            "satisfaction": feeling[who, year],
            "attachment": customers["attachment"].to_numpy()[who],
            "cost": customers["switching_cost"].to_numpy()[who],
            "size": customers["size"].to_numpy()[who],
            "offer": offered[who, when],
            "new_offer": offer[who, when],
            "unresolved": unresolved[who, when],
        }
    )


def switching(company) -> list[Row]:
    months = business_months(company)
    causes = ["satisfaction", "attachment", "cost", "size", "offer", "unresolved"]
    fitted = binary(months["switches"], months[causes], "cloglog")
    out = rows_of(company, fitted, {name: f"switch.{name}" for name in causes})
    base = company.truth["switch.base"]
    out.append(("switch.base", fitted.params["const"], fitted.bse["const"], np.log(base)))
    offers = binary(months["new_offer"], months[["size"]], "cloglog")
    out += rows_of(company, offers, {"size": "offer.size"})
    out.append(("offer.rate", offers.params["const"], offers.bse["const"], np.log(company.truth["offer.rate"])))
    for name in CLASSES[1:]:
        mine = months.loc[months["class"] == name, "switches"]
        out.append(row(company, f"switch.rate.{name}", 12 * mine.mean(), 12 * np.sqrt(mine.sum()) / len(mine)))
    return out + switching_after_the_survey(company, months)


def switching_after_the_survey(company, months: pd.DataFrame) -> list[Row]:
    """Switching in the 12 months that follow a survey, on its index, weighted for who answered."""
    survey = company.survey[["customer", "wave", "weight"]].assign(index=index_of(company.survey) / 10)
    months["wave"] = 2023 + (months["month"] - 6) // 12
    both = months[months["month"] >= 18].merge(survey, on=["customer", "wave"])
    fitted = sm.WLS(12.0 * both["switches"], sm.add_constant(both[["index"]]), weights=both["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": both["customer"]}
    )
    return rows_of(company, fitted, {"index": "switch.slope_index"})


def exits_without_choice(company) -> list[Row]:
    """Homes leave when they move: the survey of June says nothing about the 12 months that follow."""
    homes = company.customers[company.customers["class"] == "residential"]
    survey = company.survey[["customer", "wave", "weight"]].merge(company.truth.tables["customers"], on="customer")
    feeling = survey[[f"satisfaction_{year}" for year in (2023, 2024, 2025)]].to_numpy()
    survey["satisfaction"] = feeling[np.arange(len(survey)), survey["wave"] - 2023]
    rows = survey.merge(homes[["customer", "left"]], on="customer")
    start = pd.to_datetime(rows["wave"].astype(str) + "-07-01")
    rows, start = rows[rows["left"].isna() | (rows["left"] >= start)], start
    start = start[rows.index]
    leaves = rows["left"].notna() & (rows["left"] < start + pd.DateOffset(years=1))
    fitted = binary(leaves, rows[["satisfaction"]], "cloglog")
    return rows_of(company, fitted, {"satisfaction": "exit.satisfaction.no_choice"})


def moving_and_closing(company) -> list[Row]:
    """Exits per month of supply in each year; the trend from the difference of the years, classes weighted by precision."""
    customers = company.customers
    away = customers["exit_reason"].isin(["moved", "closed"])
    events, exposure = {}, {}
    for year in (2023, 2024, 2025):
        first, last = pd.Timestamp(f"{year}-01-01"), pd.Timestamp(f"{year}-12-31")
        begin = customers["since"].clip(lower=first)
        end = customers["left"].fillna(last).clip(upper=last)
        days = ((end - begin).dt.days + 1).clip(lower=0)
        exposure[year] = (days / (365.25 / 12)).groupby(customers["class"], observed=True).sum()
        hit = away & (customers["left"].dt.year == year)
        events[year] = hit.groupby(customers["class"], observed=True).sum()
    names = {
        "residential": "exit.moved",
        "commercial": "exit.closed.commercial",
        "industrial": "exit.closed.industrial",
    }
    out = []
    trend, weight = [], []
    for kind, name in names.items():
        truth = company.truth[name]
        expected = truth * exposure[2023][kind]
        # Few events: the error of a Poisson count under the truth, on the square-root scale where it is steady.
        out.append((name, np.sqrt(events[2023][kind] + 3 / 8), 0.5, np.sqrt(expected + 3 / 8)))
        rates = {year: events[year][kind] / exposure[year][kind] for year in (2023, 2025)}
        trend.append((rates[2025] - rates[2023]) / 2)
        both = {year: exposure[year][kind] for year in (2023, 2025)}
        pooled = (events[2023][kind] + events[2025][kind] + 1) / sum(both.values())
        weight.append(4 / (pooled * sum(1 / months for months in both.values())))
    estimate = np.average(trend, weights=weight)
    return [*out, row(company, "exit.trend", estimate, 1 / np.sqrt(sum(weight)))]


# --- satisfaction -----------------------------------------------------------------------------------------------------


def half_year_counts(dates: pd.Series, of: pd.DataFrame, customers: pd.Series, year: int) -> pd.Series:
    """Events from January to June of a year per customer."""
    inside = (dates >= f"{year}-01-01") & (dates < f"{year}-07-01")
    return customers.map(of.loc[inside, "customer"].value_counts()).fillna(0.0)


def feelings(company) -> pd.DataFrame:
    """Latent satisfaction of each customer and year with what happened from January to June; those still supplied in July."""
    contacts = company.contacts.merge(company.truth.tables["contacts"], on="contact")
    contacts = contacts[~contacts["resolved"]]
    problems = company.truth.tables["problems"]
    problems = problems[problems["noticed"] & ~problems["resolved"]]
    out = []
    for year in (2023, 2024, 2025):
        frame = company.customers.merge(company.truth.tables["customers"], on="customer")
        frame = frame[frame["left"].isna() | (frame["left"] >= f"{year}-07-01")]
        inside = company.outages[
            (company.outages["start"] >= f"{year}-01-01") & (company.outages["start"] < f"{year}-07-01")
        ]
        hours = inside.groupby("feeder")["minutes"].sum() / 60
        frame = frame.assign(
            year=year,
            satisfaction=frame[f"satisfaction_{year}"],
            outage=frame["feeder"].map(hours).fillna(0.0),
            unresolved_contact=half_year_counts(contacts["time"], contacts, frame["customer"], year),
            unresolved_problem=half_year_counts(problems["happened"], problems, frame["customer"], year),
        )
        out.append(frame)
    return pd.concat(out, ignore_index=True)


def satisfaction(company) -> list[Row]:
    frame = feelings(company)
    return [*causes_of_satisfaction(company, frame), *answering(company, frame), *outage_slope(company, frame)]


def causes_of_satisfaction(company, frame: pd.DataFrame) -> list[Row]:
    causes = ["person", "outage", "unresolved_contact", "unresolved_problem"]
    fitted = sm.OLS(frame["satisfaction"], sm.add_constant(frame[causes])).fit()
    out = rows_of(company, fitted, {name: f"satisfaction.{name}" for name in causes})
    spread = np.sqrt(fitted.mse_resid)
    out.append(row(company, "satisfaction.year", spread, spread / np.sqrt(2 * len(frame))))
    latent = company.truth.tables["customers"]
    bond = sm.OLS(latent["attachment"], sm.add_constant(latent[["person"]])).fit()
    out += rows_of(company, bond, {"person": "attachment.person"})

    # The index as a function of the latent, in the middle of the scale where its ends do not bend it.
    survey = company.survey.assign(index=index_of(company.survey))
    both = survey.merge(
        frame[["customer", "year", "satisfaction", "class"]],
        left_on=["customer", "wave"],
        right_on=["customer", "year"],
    )
    middle = both[both["satisfaction"].abs() < 0.8]
    design = sm.add_constant(
        pd.DataFrame(
            {
                "satisfaction": middle["satisfaction"],
                "commercial": (middle["class"] == "commercial").astype(float),
                "industrial": (middle["class"] == "industrial").astype(float),
            }
        )
    )
    scale = sm.OLS(middle["index"], design).fit()
    names = {
        "const": "satisfaction.index_mean", "satisfaction": "satisfaction.index_sd",
        "commercial": "satisfaction.business", "industrial": "satisfaction.industry",
    }  # fmt: skip
    return out + rows_of(company, scale, names)


def answering(company, frame: pd.DataFrame) -> list[Row]:
    frame = frame[["customer", "year", "satisfaction"]]
    asked = company.invitations.merge(frame, left_on=["customer", "wave"], right_on=["customer", "year"])
    answered = asked["outcome"] == "answered"
    fitted = binary(answered, asked[["satisfaction"]])
    base = company.truth["survey.answer"]
    return [
        *rows_of(company, fitted, {"satisfaction": "survey.answer_satisfaction"}),
        ("survey.answer", fitted.params["const"], fitted.bse["const"], np.log(base / (1 - base))),
    ]


def population_means(company) -> list[Row]:
    survey = company.survey[["customer", "wave", "followed_up", "weight"]].assign(index=index_of(company.survey))
    survey = survey.merge(company.customers[["customer", "class"]], on="customer")
    out = []
    for wave, rows in survey.groupby("wave"):
        for kind in CLASSES:
            found = weighted_mean(rows, rows["index"], rows["class"] == kind)
            out.append(row(company, f"satisfaction.{kind}.{wave}", *found))
    return out


def outage_slope(company, frame: pd.DataFrame) -> list[Row]:
    """Index on hours without supply within region and year, weighted for who answered."""
    survey = company.survey.assign(index=index_of(company.survey))
    frame = frame[["customer", "year", "outage", "region"]]
    both = survey.merge(frame, left_on=["customer", "wave"], right_on=["customer", "year"])
    cell = both["region"].astype(str) + both["wave"].astype(str)
    weights = both["weight"]

    def apart(name: str) -> pd.Series:
        mean = (both[name] * weights).groupby(cell).sum() / weights.groupby(cell).sum()
        return both[name] - cell.map(mean)

    fitted = sm.WLS(apart("index"), apart("outage"), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": both["customer"]}
    )
    return [row(company, "outage.index_slope", fitted.params.iloc[0], fitted.bse.iloc[0])]


def pulse_shocks(company) -> list[Row]:
    """A month with a special cause against the other months, classes weighted by who answered."""
    pulse = company.pulse
    levels = pulse.assign(
        level=pulse["mean_score"] - pulse.groupby("class", observed=True)["mean_score"].transform("median")
    )
    monthly = levels.groupby("month").apply(
        lambda rows: np.average(rows["level"], weights=rows["answered"]), include_groups=False
    )
    special = {"pulse.billing_system": "2024-04-01", "pulse.storm": "2025-08-01"}
    out = []
    for name, when in special.items():
        when = pd.Timestamp(when)
        # The months that share the June in which satisfaction was formed
        start = pd.Timestamp(when.year if when.month >= 6 else when.year - 1, 6, 1)
        usual = monthly[
            (monthly.index >= start) & (monthly.index < start + pd.DateOffset(years=1)) & (monthly.index != when)
        ]
        usual = usual.drop([pd.Timestamp(day) for day in special.values()], errors="ignore")
        spread = np.sqrt(pd.concat([_spread(monthly, special)]).mean())
        out.append(row(company, name, monthly[when] - usual.mean(), spread * np.sqrt(1 + 1 / len(usual)) * 1.05))
    return out


def _spread(monthly: pd.Series, special: dict[str, str]) -> pd.Series:
    """Variance between ordinary months, within the years of satisfaction."""
    ordinary = monthly.drop([pd.Timestamp(day) for day in special.values()])
    year = np.where(ordinary.index.month >= 6, ordinary.index.year, ordinary.index.year - 1)
    year = np.maximum(year, 2023)
    return pd.Series([((ordinary - ordinary.groupby(year).transform("mean")) ** 2).sum() / (len(ordinary) - 3)])


# --- service centre ---------------------------------------------------------------------------------------------------


def contact_rates(company) -> list[Row]:
    customers, contacts = company.customers, company.contacts.sort_values(["customer", "reason", "time"])
    again = contacts.groupby(["customer", "reason"], observed=True)["repeat_7d"].shift(fill_value=False)
    own = contacts[(contacts["reason"] != "outage") & ~again]
    begin = customers["since"].clip(lower=MONTHS[0])
    years = (customers["left"].fillna(END) - begin).dt.days.clip(lower=1) / 365.25
    count = customers["customer"].map(own["customer"].value_counts()).fillna(0.0)
    out = []
    for kind in CLASSES:
        mine = customers["class"] == kind
        rate = count[mine].sum() / years[mine].sum()
        error = np.sqrt(((count[mine] - rate * years[mine]) ** 2).sum()) / years[mine].sum()
        out.append(row(company, f"contact.rate.{kind}", rate, error))
    calls = contacts[(contacts["reason"] == "outage") & ~again]
    at_feeder = company.outages[["feeder", "start", "cause"]].merge(customers[["feeder", "since", "left"]], on="feeder")
    there = (at_feeder["since"] <= at_feeder["start"]) & ~(at_feeder["left"] < at_feeder["start"])
    hit = np.where(at_feeder["cause"] == "planned work", 0.4, 1.0)[there].sum()  # planned work is announced
    out.append(row(company, "contact.outage", len(calls) / hit, np.sqrt(len(calls)) / hit))
    return out


def first_contact_resolution(company) -> list[Row]:
    contacts = company.contacts.merge(company.truth.tables["contacts"], on="contact")
    contacts = contacts.merge(company.agents, on="agent", how="left").merge(
        company.truth.tables["agents"], on="agent", how="left"
    )
    served = contacts[contacts["agent"].notna()].copy()
    bonus = served["time"] >= "2024-01-01"
    design = pd.get_dummies(served["reason"], dtype=float).drop(columns="billing")
    design["skill"] = served["skill"]
    design["training"] = (served["trained"].notna() & (served["time"] >= served["trained"])).astype(float)
    fitted = binary(served["resolved"], design)
    out = rows_of(company, fitted, {"const": "fcr.base", "skill": "fcr.skill", "training": "fcr.training"})
    open_ones = contacts[~contacts["resolved"]]
    out.append(share(company, "fcr.repeat", open_ones["repeat_7d"]))
    unresolved = served[~served["resolved"]]
    coded = unresolved["coded"] == "resolved"
    late = unresolved["time"] >= "2024-01-01"
    out += [share(company, "fcr.coded_before", coded[~late]), share(company, "fcr.coded_bonus", coded[late])]
    design = (
        pd.get_dummies(served["reason"], dtype=float)
        .iloc[:, 1:]
        .join(pd.get_dummies(served["channel"], dtype=float).iloc[:, 1:3])
    )
    design["bonus"] = bonus.astype(float)
    minutes = sm.OLS(np.log(served["minutes"]), sm.add_constant(design)).fit()
    out += rows_of(company, minutes, {"bonus": "fcr.bonus_minutes"})
    audited = company.audits.merge(company.contacts, on="contact")
    out.append(share(company, "fcr.true", audited["resolved"]))
    early = served[served["time"] < "2025-01-01"]
    quiet = (~early["repeat_7d"]).astype(float)
    effect = sm.OLS(quiet, sm.add_constant((early["time"] >= "2024-01-01").astype(float).rename("bonus"))).fit(
        cov_type="cluster", cov_kwds={"groups": early["agent"].astype(int)}
    )
    out += rows_of(company, effect, {"bonus": "fcr.bonus_effect"})
    slope = sm.OLS(quiet, sm.add_constant((early["skill_test"] / 10).astype(float).rename("test"))).fit(cov_type="HC1")
    out += rows_of(company, slope, {"test": "fcr.skill_slope"})
    # Training by lot: change of each agent's share without repeat, trained against untrained.
    quiet_all = (
        (~served["repeat_7d"]).groupby([served["agent"].astype(int), served["time"] >= "2025-01-01"]).mean().unstack()
    )
    change = quiet_all[True] - quiet_all[False]
    trained = company.agents.set_index("agent")["trained"].notna().reindex(change.index)
    a, b = change[trained], change[~trained]
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)) * 1.03  # 38 degrees of freedom
    return [*out, row(company, "fcr.training_effect", a.mean() - b.mean(), error)]


def problems(company) -> list[Row]:
    rows = company.truth.tables["problems"].merge(company.customers[["customer", "region"]], on="customer")
    customers = company.customers
    begin = customers["since"].clip(lower=MONTHS[0])
    years = (customers["left"].fillna(END) - begin).dt.days.clip(lower=1) / 365.25
    years = years.groupby(customers["region"], observed=True).sum()
    out = [
        share(company, "problem.noticed", rows["noticed"]),
        share(company, "problem.resolved", rows.loc[rows["voiced"], "resolved"]),
    ]
    for region, mine in rows.groupby("region", observed=True):
        out.append(
            row(company, f"problem.rate.{region}", len(mine) / years[region], np.sqrt(len(mine)) / years[region])
        )
        out.append(share(company, f"problem.voiced.{region}", mine.loc[mine["noticed"], "voiced"]))
    survey = company.survey
    told = weighted_mean(survey, survey["told_company"].astype(float), survey["had_problem"])
    return [*out, row(company, "problem.told", *told)]


def importance(company) -> list[Row]:
    rated = company.importance.merge(company.customers[["customer", "class"]], on="customer")
    cells = rated.groupby(["class", "attribute"], observed=True)["rating"].agg(["mean", "std", "size"])
    return [
        row(company, f"importance.{kind}.{attribute}", cell["mean"], cell["std"] / np.sqrt(cell["size"]))
        for (kind, attribute), cell in cells.iterrows()
    ]


# --- time-of-use prices -----------------------------------------------------------------------------------------------


def changes(company) -> pd.DataFrame:
    """Per customer: log peak share and log peak over valley, mean after June 2024 minus mean before."""
    bills = company.bills[(company.bills[["kwh_peak", "kwh_flat", "kwh_valley"]] > 0).all(axis=1)]
    bills = bills[bills["month"] != bills["month"].min()]
    total = bills["kwh_peak"] + bills["kwh_flat"] + bills["kwh_valley"]
    values = pd.DataFrame(
        {
            "customer": bills["customer"],
            "after": bills["month"] >= "2024-07-01",
            "season": bills["month"].dt.month,
            "share": np.log(bills["kwh_peak"] / total),
            "ratio": np.log(bills["kwh_peak"] / bills["kwh_valley"]),
        }
    )
    means = values.groupby(["customer", "after"])[["share", "ratio"]].mean().unstack()
    out = pd.DataFrame({name: means[name][True] - means[name][False] for name in ("share", "ratio")}).dropna()
    return out.join(company.customers.set_index("customer")[["class", "segment", "tou_arm", "tou_from"]])


def arms(
    frame: pd.DataFrame, column: str, treated: str = "trial time-of-use", control: str = "trial control"
) -> tuple[float, float]:
    a, b = (frame.loc[frame["tou_arm"] == arm, column] for arm in (treated, control))
    return a.mean() - b.mean(), np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))


def time_of_use(company) -> list[Row]:
    frame = changes(company)
    prices = company.tariffs.set_index("tariff")
    span = {
        kind: np.log(prices.at[name, "price_peak"] / prices.at[name, "price_valley"])
        for kind, name in zip(
            CLASSES, ("home time-of-use", "business time-of-use", "industry time-of-use"), strict=True
        )
    }
    out = []
    for kind in CLASSES:
        mine = frame[frame["class"] == kind]
        out.append(row(company, f"tou.shift.{kind}", *arms(mine, "share")))
        estimate, error = arms(mine, "ratio")
        out.append(row(company, f"tou.elasticity.{kind}", -estimate / span[kind], error / span[kind]))
        for segment, rows in mine.groupby("segment", observed=True):
            estimate, error = arms(rows, "ratio")
            n = (rows["tou_arm"].astype(str).str.startswith("trial")).sum()
            wider = 1 + 2.4 / max(n - 2, 3)  # a t quantile over the normal one
            out.append(row(company, f"tou.substitution.{segment}", -estimate / span[kind], error / span[kind] * wider))
    homes = frame[frame["class"] == "residential"]
    # Those who opted in against those who kept their tariff; months under the old price before they began count as before
    out.append(row(company, "tou.shift.opted_in", *opted_in(company, homes)))
    latent = company.truth.tables["customers"].merge(company.customers, on="customer")
    shaped = latent.assign(log=np.log(latent["substitution"]))
    apart = shaped[["log", "peak_weight"]] - shaped.groupby("segment", observed=True)[["log", "peak_weight"]].transform(
        "mean"
    )
    n, spread = len(apart), apart["log"].std()
    out.append(row(company, "tou.substitution_spread", spread, spread / np.sqrt(2 * n)))
    together = np.arctanh(apart.corr().iloc[0, 1])
    out.append(
        ("tou.substitution_peak", together, 1 / np.sqrt(n - 12), np.arctanh(company.truth["tou.substitution_peak"]))
    )
    able = latent[(latent["since"] < "2024-01-01") & (latent["tariff"] != "home flat")]
    able = able[able["left"].isna() | (able["left"] >= "2024-07-01")]
    trial = able["tou_arm"].astype(str).str.startswith("trial")
    out.append(share(company, "tou.trial_share", trial))
    free = able[~trial & (able["left"].isna() | (able["left"] >= "2025-02-01"))]
    fitted = binary(free["tou_arm"] == "opted in", free[["gain_unshifted"]])
    return out + rows_of(company, fitted, {"const": "tou.optin.base", "gain_unshifted": "tou.optin.gain"})


def opted_in(company, homes: pd.DataFrame) -> tuple[float, float]:
    """Before and after each home's own start, against homes without time-of-use prices in the same months."""
    bills = company.bills[(company.bills[["kwh_peak", "kwh_flat", "kwh_valley"]] > 0).all(axis=1)]
    bills = bills[bills["customer"].isin(homes.index)]
    total = bills["kwh_peak"] + bills["kwh_flat"] + bills["kwh_valley"]
    arm = bills["customer"].map(homes["tou_arm"]).astype(str)
    share_log = np.log(bills["kwh_peak"] / total)
    plain = arm.isin(["none", "trial control"])
    share_log = share_log - bills["month"].map(share_log[plain].groupby(bills.loc[plain, "month"]).mean())
    mine = arm == "opted in"
    after = bills.loc[mine, "month"] >= bills.loc[mine, "customer"].map(homes["tou_from"])
    means = share_log[mine].groupby([bills.loc[mine, "customer"], after]).mean().unstack().dropna()
    change = means[True] - means[False]
    return change.mean(), change.std(ddof=1) / np.sqrt(len(change))


# --- load, payment, demand --------------------------------------------------------------------------------------------


def degree_months(company) -> pd.DataFrame:
    weather = company.weather
    month = weather["date"].dt.to_period("M").dt.to_timestamp()
    degrees = pd.DataFrame(
        {"cooling": (weather["mean"] - 24).clip(lower=0), "heating": (10 - weather["mean"]).clip(lower=0)}
    )
    return degrees.groupby(month).mean()


def weather_and_use(company) -> list[Row]:
    """Log monthly use of homes on the month's degrees, within customer; homes without electric heating."""
    homes = company.customers
    homes = homes[(homes["class"] == "residential") & (homes["segment"] != "electric heating")]
    homes = homes[(homes["since"] < "2023-01-01") & homes["left"].isna()]
    bills = company.bills[company.bills["customer"].isin(homes["customer"])]
    use = np.log((bills["kwh_peak"] + bills["kwh_flat"] + bills["kwh_valley"]) / bills["month"].dt.days_in_month)
    table = use.groupby([bills["customer"], bills["month"]]).first().unstack()
    degrees = degree_months(company)
    design = np.column_stack([np.ones(36), degrees["cooling"], degrees["heating"], np.arange(36) // 12])
    slopes = np.linalg.lstsq(design, table.to_numpy().T, rcond=None)[0]
    return [
        row(company, f"load.{name}", slopes[place].mean(), slopes[place].std(ddof=1) / np.sqrt(slopes.shape[1]))
        for place, name in ((1, "cooling"), (2, "heating"))
    ]


def first_month(cases: pd.DataFrame) -> pd.Series:
    """Month of the bill that began a case: it was due on the 20th of the next month and ten days late."""
    return month_number(cases["opened"] - pd.Timedelta(days=15)) - 1


def arrears(company) -> list[Row]:
    latent = company.truth.tables["customers"][["customer", "strain"]]
    cases = company.arrears.merge(latent, on="customer").merge(company.customers[["customer", "left"]], on="customer")
    cases = cases.assign(first=first_month(cases), call=(cases["first_step"] == "call").astype(float))
    closed, plan = month_number(cases["closed"]) - 1, month_number(cases["plan_from"]) - 1
    gone = month_number(cases["left"])

    # Starting: cases per month in which one could start, from January 2024 on (older debts are all known by then).
    customers = company.customers.merge(latent, on="customer")
    since = np.where(customers["since"] < MONTHS[0], -1, month_number(customers["since"]))
    last = np.minimum(month_number(customers["left"]).to_numpy(), 35)
    first = np.maximum(since, 12)
    months = pd.Series(np.maximum(last - first + 1, 0), index=customers["customer"])
    end = np.minimum(closed - (plan > 900), np.minimum(gone, 35))
    busy = np.maximum(end - np.maximum(cases["first"] + 1, 12) + 1, 0)
    months = months.sub(busy.groupby(cases["customer"]).sum(), fill_value=0).clip(lower=0)
    counted = cases[(cases["first"] >= 12) & (cases["first"] <= 34)]
    # December's bill is not yet overdue at the window's end
    months -= ((last == 35) & (customers["left"].isna())).astype(int).to_numpy()
    counts = counted["customer"].value_counts().reindex(customers["customer"]).fillna(0.0)
    able = months.to_numpy() > 0
    design = pd.DataFrame(
        {
            "const": 1.0,
            "strain": customers["strain"],
            "autopay": (customers["payment_channel"] == "autopay").astype(float),
        }
    )[able]
    fitted = sm.GLM(
        counts.to_numpy()[able], design, family=sm.families.Poisson(), offset=np.log(months.to_numpy()[able])
    ).fit(cov_type="HC1")
    out = rows_of(company, fitted, {"strain": "arrears.strain", "autopay": "arrears.autopay"})
    out.append(("arrears.start", fitted.params["const"], fitted.bse["const"], np.log(company.truth["arrears.start"])))

    # Paying at the first chance, a month after the first bill fell due.
    known = cases[(cases["first"] <= 33) & (gone > cases["first"] + 1)]
    at_once = (closed[known.index] == known["first"] + 1) & (known["outcome"] == "paid")
    paid = binary(at_once, known[["strain", "call"]])
    base = company.truth["arrears.pay"]
    out += rows_of(company, paid, {"strain": "arrears.pay_strain", "call": "arrears.call"})
    out.append(("arrears.pay", paid.params["const"], paid.bse["const"], np.log(base / (1 - base))))

    # A plan at three months, of the debts that were not paid by then.
    known = cases[(cases["first"] <= 31) & (gone > cases["first"] + 3)]
    still = (closed[known.index] > known["first"] + 3) | (
        (plan[known.index] == known["first"] + 3) & (plan[known.index] < 900)
    )
    out.append(share(company, "arrears.plan", (plan[known.index] == known["first"] + 3)[still]))

    quick = cases[(cases["first"] <= 31) & (gone > cases["first"] + 2)]
    in_time = (quick["closed"] - quick["opened"]).dt.days <= 70
    in_time &= quick["plan_from"].isna() & (quick["outcome"] == "paid")
    a, b = in_time[quick["call"] == 1].astype(float), in_time[quick["call"] == 0].astype(float)
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return [*out, row(company, "arrears.call_effect", a.mean() - b.mean(), error)]


def demand(company) -> list[Row]:
    daily = company.system_demand["demand"].to_numpy().reshape(-1, 24).mean(axis=1)
    weather = company.weather
    design = pd.DataFrame(
        {
            "cooling": (weather["mean"] - 24).clip(lower=0),
            "heating": (10 - weather["mean"]).clip(lower=0),
            "trend": np.arange(len(weather)) / 365.25,
            "weekend": ((weather["date"].dt.day_of_week >= 5) & ~weather["holiday"]).astype(float),
            "holiday": weather["holiday"].astype(float),
        }
    )
    fitted = sm.GLSAR(daily, sm.add_constant(design), rho=1).iterative_fit(4)
    return rows_of(company, fitted, {name: f"demand.{name}" for name in ("cooling", "heating", "trend", "weekend")})


ANALYSES = [
    switching, exits_without_choice, moving_and_closing, satisfaction,
    population_means, pulse_shocks, contact_rates, first_contact_resolution, problems, importance,
    time_of_use, weather_and_use, arrears, demand,
]  # fmt: skip
