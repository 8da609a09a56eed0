"""The utility's tables: bookkeeping to the fen, no impossible customer, no leak of the truth, the files as the model makes them."""

from __future__ import annotations

import dataclasses
import gzip
import inspect

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.companies import load_utility, write_company
from crmlib.companies._store import datasets_folder, dictionary, orphans, problems
from crmlib.companies.utility import simulate_utility
from crmlib.companies.utility.parameters import PARAMETERS, SEGMENTS, TARIFFS
from tests.companies.utility.analyses import CLASSES, arms, index_of
from tests.companies.utility.traps import saving

START, END = pd.Timestamp("2023-01-01"), pd.Timestamp("2025-12-31")
PERIODS = ["kwh_peak", "kwh_flat", "kwh_valley"]
HOURLY = 144


@pytest.fixture(scope="module")
def company():
    """The shipped company, simulated."""
    return simulate_utility()


@pytest.fixture(scope="module")
def bills(company) -> pd.DataFrame:
    return company.bills.merge(company.customers.drop(columns="tariff"), on="customer")


def content(path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


# --- files and dictionary ---------------------------------------------------------------------------------------------


def test_the_files_are_what_the_model_makes(company, tmp_path):
    """All but the hourly load, whose compression takes long; the test of all data, both companies', includes it."""
    tables = {name: table for name, table in company.tables.items() if name != "load_hourly"}
    made = write_company(dataclasses.replace(company, tables=tables), tmp_path)
    shipped = datasets_folder() / "utility"
    assert len(made) > 25
    for path in made:
        name = path.relative_to(tmp_path)
        assert (shipped / name).is_file(), name
        if content(path) != content(shipped / name) and ".csv" in path.name:
            # Another version of numpy may round a last digit otherwise.
            pd.testing.assert_frame_equal(pd.read_csv(path), pd.read_csv(shipped / name), rtol=1e-6, atol=0.011)


def test_files_read_back_to_the_same_company(company):
    read = load_utility()
    assert list(read.tables) == list(company.tables)
    for name, table in company.tables.items():
        pd.testing.assert_frame_equal(read.tables[name], table, check_exact=False, atol=1e-9, obj=name)
    pd.testing.assert_frame_equal(read.truth.estimands, company.truth.estimands, atol=1e-6)


def test_files_are_small():
    files = [path for path in (datasets_folder() / "utility").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 12e6


def test_every_table_obeys_the_dictionary(company):
    about = dictionary("utility")
    assert set(company.tables) == set(about["tables"])
    said = [
        problem for name, table in company.tables.items() for problem in problems(table, about["tables"][name], name)
    ]
    assert said + orphans(company.tables, about["tables"]) == []
    assert company.describe("bills").index.tolist() == company.bills.columns.tolist()


def test_the_defaults_are_the_shipped_company(company):
    shipped = dictionary("utility")["company"]
    defaults = inspect.signature(simulate_utility).parameters
    assert (defaults["customers"].default, defaults["seed"].default) == (shipped["customers"], shipped["seed"])
    assert len(company.customers) == shipped["customers"]


def test_parameters_and_estimands_are_recorded_with_a_meaning(company):
    recorded = company.truth.parameters
    assert recorded["value"].to_dict() == pytest.approx({name: value for name, (value, _) in PARAMETERS.items()})
    assert company.truth.estimands["value"].notna().all()
    assert (recorded["about"].str.len() > 10).all()
    assert (company.truth.estimands["about"].str.len() > 5).all()


def test_tables_do_not_depend_on_the_hourly_load():
    with_load, without = (simulate_utility(customers=400, seed=3, hourly=hourly) for hourly in (True, False))
    assert set(with_load.tables) - set(without.tables) == {"load_hourly"}
    for name, table in without.tables.items():
        pd.testing.assert_frame_equal(with_load.tables[name], table, obj=name)


def test_another_seed_is_another_company_and_the_same_seed_the_same():
    one, same, other = (simulate_utility(customers=400, seed=seed, hourly=False) for seed in (3, 3, 4))
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(same.tables[name], table, obj=name)
    assert not one.bills.equals(other.bills)


# --- bookkeeping ------------------------------------------------------------------------------------------------------


def test_every_bill_recomputes_to_the_fen(bills, company):
    """In whole fen, from the rules in the tables alone."""
    rules = company.tariffs.set_index("tariff")
    mine = bills.join(rules.drop(columns="class"), on="tariff")
    fen = {
        name: (mine[name] * 100).round().astype("int64") for name in rules if name.startswith(("price", "surcharge"))
    }
    use = mine[PERIODS].sum(axis=1)
    amount = sum(mine[f"kwh_{period}"] * fen[f"price_{period}"] for period in ("peak", "flat", "valley"))
    first, second = (mine[name].astype("float64").fillna(np.inf) for name in ("tier1_kwh", "tier2_kwh"))
    between = (np.minimum(use, second) - np.minimum(use, first)).fillna(0).astype("int64")
    above = (use - np.minimum(use, second)).astype("int64")
    amount += between * fen["surcharge_tier2"] + above * fen["surcharge_tier3"]
    begin = mine["since"].where(mine["since"] > mine["month"], mine["month"])
    month_end = mine["month"] + pd.offsets.MonthEnd(1)
    end = mine["left"].where(mine["left"] < month_end, month_end)
    days, of = (end - begin).dt.days + 1, month_end.dt.day
    power = fen["price_kw_month"] * mine["contract_kw"]
    whole = days == of
    pd.testing.assert_series_equal(
        (mine["amount"] * 100).round().astype("int64")[whole], (amount + power)[whole], check_names=False
    )
    part = (mine["amount"] * 100).round() - amount
    assert (part[~whole] - (power * days / of)[~whole]).between(-1 - 1e-6, 1e-6).all()
    assert (amount[whole] > 0).all()


def test_the_tariffs_are_those_of_the_parameters(company):
    table = company.tariffs.set_index("tariff")
    for name, rules in TARIFFS.items():
        assert (table.loc[name, ["price_peak", "price_flat", "price_valley"]] * 100).tolist() == pytest.approx(
            list(rules[1:4])
        )
    for name in ("home time-of-use", "business time-of-use", "industry time-of-use"):
        assert 3 <= table.at[name, "price_peak"] / table.at[name, "price_valley"] <= 4
    assert (table.loc["home tiered", ["surcharge_tier2", "surcharge_tier3"]] == [0.05, 0.30]).all()
    assert company.tariff_hours["period"].value_counts().to_dict() == {"peak": 8, "flat": 8, "valley": 8}


def test_opening_and_trial_begin_when_the_parameters_say(company):
    opened = company.market_opening.set_index("class")["opened"]
    assert pd.isna(opened["residential"])
    for kind in CLASSES[1:]:
        month = START + pd.DateOffset(months=int(company.truth[f"market.opened.{kind}"]) - 1)
        assert opened[kind] == month
        first = company.switches.merge(company.customers, on="customer")
        assert first.loc[first["class"] == kind, "date"].min() >= month
    trial = company.customers.loc[company.customers["tou_arm"] == "trial time-of-use", "tou_from"]
    assert (trial == START + pd.DateOffset(months=int(company.truth["tou.month"]) - 1)).all()
    assert set(company.tariff_hours["hour"]) == set(range(24))


def test_debt_recomputes_from_the_bills(company):
    bills = company.bills[company.bills["paid"].isna()]
    customers = company.customers
    there = customers[customers["left"].isna()]
    late = (pd.Timestamp("2026-01-01") - bills["due"]).dt.days
    in_debt = there["customer"].isin(bills.loc[late > 30, "customer"])
    assert in_debt.mean() == pytest.approx(company.truth["arrears.in_debt"], abs=1e-6)
    running = company.arrears.loc[company.arrears["outcome"] == "plan running", "customer"]
    long = there["customer"].isin(bills.loc[late > 91, "customer"]) & ~there["customer"].isin(running)
    assert long.mean() == pytest.approx(company.truth["arrears.over_91"], abs=0.0012)


def test_gains_under_time_of_use_recompute_from_bills(company):
    """Saving against the old tariff, tier surcharges being the same in both: structural and by shifting together."""
    latent = company.truth.tables["customers"].merge(company.customers, on="customer")
    homes = latent[(latent["tou_arm"] == "opted in") & (latent["class"] == "residential")]
    under = company.bills[company.bills["tariff"] == "home time-of-use"]
    both = saving(company, homes, under)
    told = homes.set_index("customer")[["gain_structural", "gain_shift"]].sum(axis=1)
    # Whole kWh are rounded apart in the load as it was and as it became; few months are scaled up to a year.
    off = both.sort_index() - told.sort_index()
    assert off.abs().max() < 8
    assert abs(off.mean()) < 0.5
    assert homes["gain_structural"].mean() == pytest.approx(company.truth["tou.gain_structural"], abs=0.01)
    assert homes["gain_shift"].mean() == pytest.approx(company.truth["tou.gain_shift"], abs=0.01)


def test_cases_of_arrears_hold_the_bills_that_they_say(company):
    cases = company.arrears
    closed = cases["outcome"].isin(["paid", "written off"])
    assert (cases["closed"].notna() == closed).all()
    assert (cases.loc[closed, "closed"] > cases.loc[closed, "opened"]).all()
    assert (cases["plan_from"].isna() | (cases["plan_from"] > cases["opened"])).all()
    paid = cases[(cases["outcome"] == "paid")].merge(company.bills, on="customer")
    inside = paid[
        (paid["paid"] > paid["due"] + pd.Timedelta(days=27)) & (paid["due"] + pd.Timedelta(days=10) >= paid["opened"])
    ]
    inside = inside[inside["paid"] <= inside["closed"]]
    total = inside.groupby("case")["amount"].sum()
    debt = cases.set_index("case").loc[total.index, "debt"]
    assert len(total) == (cases["outcome"] == "paid").sum()
    np.testing.assert_allclose(total, debt, atol=0.005)


def test_repeats_follow_from_the_contacts(company):
    rows = company.contacts.sort_values(["customer", "reason", "time"])
    same = (rows["customer"].shift(-1) == rows["customer"]) & (rows["reason"].shift(-1) == rows["reason"])
    again = same & ((rows["time"].shift(-1) - rows["time"]) < pd.Timedelta(days=7))
    known = rows["time"] < "2025-12-25"
    left = rows["customer"].isin(company.customers.loc[company.customers["left"].notna(), "customer"])
    assert (again == rows["repeat_7d"])[known & ~left].all()


def test_retail_price_is_the_mean_of_the_bills(company, bills):
    sums = (
        bills.assign(kwh=bills[PERIODS].sum(axis=1)).groupby(["month", "class"], observed=True)[["amount", "kwh"]].sum()
    )
    chain = company.price_chain.set_index(["month", "class"])["retail"]
    np.testing.assert_allclose(sums["amount"] / sums["kwh"], chain.loc[sums.index], atol=6e-5)


# --- no impossible customer -------------------------------------------------------------------------------------------


def test_nothing_happens_before_supply_or_after_leaving(company):
    supply = company.customers.set_index("customer")[["since", "left"]]
    checks = {
        "contacts": "time", "complaints": "opened", "rival_offers": "date", "switches": "date",
    }  # fmt: skip
    for table, column in checks.items():
        rows = company.tables[table].join(supply, on="customer")
        assert (rows[column].dt.normalize() >= rows["since"]).all(), table
        assert ~(rows[column].dt.normalize() > rows["left"]).any(), table
    invited = company.invitations.join(supply, on="customer")
    wave = pd.to_datetime(invited["wave"].astype(str) + "-06-11")
    assert (invited["since"] < wave).all()
    assert ~(invited["left"] <= wave).any()
    hourly = company.load_hourly.join(supply, on="customer")
    assert (hourly["time"] >= hourly["since"]).all()
    assert ~(hourly["time"] > hourly["left"] + pd.Timedelta(days=1)).any()


def test_bills_cover_exactly_the_months_of_supply(bills):
    month_end = bills["month"] + pd.offsets.MonthEnd(1)
    assert (bills["since"] <= month_end).all()
    assert ~(bills["left"] < bills["month"]).any()
    count = bills.groupby("customer").agg(n=("month", "size"), since=("since", "first"), left=("left", "first"))
    first = count["since"].where(count["since"] > START, START).dt.to_period("M")
    last = count["left"].fillna(END).dt.to_period("M")
    months = (last.dt.year - first.dt.year) * 12 + last.dt.month - first.dt.month + 1
    assert (count["n"] == months).all()


def test_payments_are_possible(company):
    bills = company.bills
    issued = bills["month"] + pd.offsets.MonthBegin(1)
    assert ~(bills["paid"] <= issued).any()
    assert ~(bills["paid"] > END).any()
    paid = bills["paid"].notna()
    assert (bills.loc[paid, "paid_amount"] == bills.loc[paid, "amount"]).all()
    assert (bills.loc[~paid, "paid_amount"] < bills.loc[~paid, "amount"].clip(lower=0.01)).all()
    part = (~paid & (bills["paid_amount"] > 0)).sum()
    assert part > 5
    assert (bills["due"] == issued + pd.Timedelta(days=19)).all()


def test_records_of_a_customer_agree(company):
    customers = company.customers
    switched = customers["exit_reason"] == "switched"
    assert set(company.switches["customer"]) == set(customers.loc[switched, "customer"])
    assert (customers["left"].notna() == customers["exit_reason"].notna()).all()
    assert (customers["since"] < customers["left"].fillna(END + pd.Timedelta(days=1))).all()
    business = customers["class"] != "residential"
    assert customers["age_band"].isna().equals(business)
    assert not (switched & ~business).any()
    assert not (customers["hardship"] & business).any()
    assert not (customers["online_since"] < customers["since"]).any()
    assert not (customers["online_since"] > customers["left"]).any()
    assert not (customers["payment_channel"].eq("app") & customers["online_since"].isna()).any()
    treated = customers["tou_arm"].isin(["trial time-of-use", "opted in"])
    assert customers["tou_from"].notna().equals(treated)
    assert customers["tariff"].astype(str).str.endswith("time-of-use").equals(treated)
    last = company.bills.sort_values("month").groupby("customer")["tariff"].last()
    assert (
        customers.set_index("customer")["tariff"].astype(str) == last.astype(str).reindex(customers["customer"])
    ).all()


def test_survey_and_invitations_agree(company):
    merged = company.survey.merge(company.invitations, on=["customer", "wave"])
    assert len(merged) == len(company.survey) == (company.invitations["outcome"] != "no answer").sum()
    assert (merged["followed_up"] == (merged["outcome"] == "called back")).all()
    assert (company.survey["told_company"] <= company.survey["had_problem"]).all()
    assert (company.survey["problem_solved"] <= company.survey["told_company"]).all()
    assert company.survey["rival_score"].notna().equals(company.survey["choice_available"])
    kinds = company.survey.merge(company.customers, on="customer").query("choice_available")["class"].unique()
    assert "residential" not in kinds
    weights = company.survey.groupby("wave")["weight"].sum()
    np.testing.assert_allclose(weights, company.invitations.groupby("wave").size(), atol=0.5)
    silent = company.invitations[company.invitations["outcome"] != "answered"]
    silent = silent.merge(company.customers[["customer", "class"]], on="customer")
    called = silent["outcome"] == "called back"
    drawn = called.groupby([silent["wave"], silent["class"]], observed=True).agg(["mean", "size"])
    assert ((drawn["mean"] - company.truth["survey.call_back"]).abs() * drawn["size"] <= 0.51).all()


def test_hourly_load_agrees_with_the_bills(company):
    """The week's shares by period are those of the month, but for the week's own chance."""
    hourly = company.load_hourly
    assert hourly["customer"].nunique() <= HOURLY
    assert hourly.groupby("customer").size().mod(168).eq(0).all()
    periods = company.tariff_hours.set_index("hour")["period"]
    month, period = hourly["time"].dt.to_period("M").dt.to_timestamp(), hourly["time"].dt.hour.map(periods)
    week = hourly.groupby(["customer", month, period], observed=True)["kwh"].sum().unstack()
    bills = company.bills.set_index(["customer", "month"])[PERIODS].reindex(week.index)
    ratio = np.log(week["peak"] / week["valley"]) - np.log(bills["kwh_peak"] / bills["kwh_valley"])
    assert abs(ratio.mean()) < 0.01
    assert ratio.std() < 0.12
    arms_ = company.customers.set_index("customer").loc[hourly["customer"].unique(), "tou_arm"].value_counts()
    assert arms_["trial time-of-use"] == arms_["trial control"] > 50


def test_hourly_load_shows_the_time_of_use_effect(company):
    hourly = company.load_hourly
    peak = hourly["time"].dt.hour.map(company.tariff_hours.set_index("hour")["period"]) == "peak"
    after = hourly["time"] >= "2024-07-01"
    sums = hourly["kwh"].groupby([hourly["customer"], after, peak]).sum().unstack()
    share = np.log(sums[True] / sums.sum(axis=1)).unstack()
    frame = (
        (share[True] - share[False]).dropna().rename("change").to_frame().join(company.customers.set_index("customer"))
    )
    effect, error = arms(frame[frame["class"] != "commercial"], "change")
    latent = company.truth.tables["customers"].set_index("customer")["tou_shift"]
    truth = latent[frame.index[frame["class"] != "commercial"]].mean()
    assert effect / error < -2
    assert abs(effect - truth) < 2.6 * error


# --- levels -----------------------------------------------------------------------------------------------------------


def test_satisfaction_is_below_the_banks_and_retention_higher(company):
    mean = np.average(index_of(company.survey), weights=company.survey["weight"])
    assert 71 < mean < 75.5
    customers = company.customers
    before = (customers["left"] < "2024-01-01").sum() / (customers["since"] < "2024-01-01").sum()
    assert before < 0.07
    assert company.pulse["answered"].groupby(company.pulse["class"], observed=True).mean()["residential"] >= 150


def test_assurance_and_empathy_are_nearly_one_factor(company):
    survey = company.survey.assign(e_emp5=8 - company.survey["e_emp5"], p_emp5=8 - company.survey["p_emp5"])
    means = pd.DataFrame(
        {
            name: survey[[c for c in survey if c.startswith(f"p_{name}")]].mean(axis=1)
            for name in ("tan", "rel", "res", "ass", "emp")
        }
    )
    between = means.corr()
    assert (
        between.at["ass", "emp"]
        > between.where(np.triu(np.ones((5, 5)), 1).astype(bool)).drop(columns="emp").max().max()
    )
    items = [c for c in survey if c.startswith("p_emp")]
    assert survey[items].corr()["p_emp5"].min() > 0.2
    assert company.survey[items].corr()["p_emp5"].drop("p_emp5").max() < 0


def test_the_poor_pay_late_and_the_old_stay_offline(company):
    homes = company.customers[company.customers["class"] == "residential"]
    online = homes["online_since"].notna().groupby(homes["age_band"], observed=True).mean()
    assert online["under 35"] - online["65 and over"] > 0.3
    in_case = homes["customer"].isin(company.arrears["customer"])
    assert in_case[homes["hardship"]].mean() > 1.5 * in_case[~homes["hardship"]].mean()


def test_forecast_has_something_to_find(company):
    """Last week's value is a fair forecast; weather beats it."""
    demand = company.system_demand.set_index("time")["demand"]
    naive = (demand - demand.shift(168)).abs().mean() / demand.mean()
    assert 0.02 < naive < 0.12
    hours = demand.groupby(demand.index.hour).mean()
    assert hours.idxmax() in range(17, 22)
    assert hours.idxmin() in range(2, 6)


def test_the_chain_leaves_margin_with_business_not_with_homes(company):
    chain = company.price_chain
    energy = 0.42 * chain["wholesale_peak"] + 0.34 * chain["wholesale_flat"] + 0.24 * chain["wholesale_valley"]
    cost = energy + chain[["grid", "levy", "cost_to_serve"]].sum(axis=1)
    margin = (chain["retail"] - cost).groupby(chain["class"], observed=True).mean()
    assert margin["residential"] < 0 < margin["industrial"] < margin["commercial"]


# --- no leak ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [11, 12])
def test_neither_order_nor_gaps_tell_the_truth(seed):
    company = simulate_utility(customers=3000, seed=seed, hourly=False)
    customers = company.customers.merge(company.truth.tables["customers"], on="customer")
    latents = ["person", "attachment", "switching_cost", "strain", "satisfaction_2024"]
    place = np.arange(len(customers))
    assert customers["customer"].is_monotonic_increasing
    limit = stats.norm.ppf(1 - 0.0005) / np.sqrt(len(customers))
    for name in latents:
        assert abs(np.corrcoef(place, customers[name])[0, 1]) < limit, name
    # What is missing for everyone alike says nothing: age bands (businesses) and online service (by age and means).
    homes = customers[customers["class"] == "residential"]
    offline = homes["online_since"].isna()
    for name in ("person", "attachment", "switching_cost"):
        assert abs(np.corrcoef(offline, homes[name])[0, 1]) < 3.3 / np.sqrt(len(homes)), name
    moved = homes["exit_reason"].notna()
    assert abs(np.corrcoef(moved, homes["person"])[0, 1]) < 3.3 / np.sqrt(len(homes))
    bills = company.bills
    assert bills["month"].is_monotonic_increasing
    assert bills.groupby("month")["customer"].is_monotonic_increasing.all()


def test_no_step_in_the_dates(company):
    """As many new customers a year right before the window as in it."""
    since = company.customers["since"].dt.year.value_counts()
    before = since.reindex([2020, 2021, 2022]).mean()
    within = since.reindex([2023, 2024, 2025]).mean()
    assert 0.75 < within / before < 1.25


def test_every_segment_is_there(company):
    assert set(company.customers["segment"].unique()) == set(SEGMENTS)
