"""The bank's tables: complete, possible, consistent with each other, and silent about the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.companies import _store, load_bank, simulate_bank
from tools import datasheet


@pytest.fixture(scope="module")
def bank():
    return load_bank()


@pytest.fixture(scope="module")
def small():
    return simulate_bank(customers=3_000, seed=5)


def ends(bank) -> pd.DataFrame:
    """First and last day of each customer's relationship, and the break of those who came back."""
    frame = bank.customers.set_index("customer")
    last = frame["left"].where(frame["returned"].isna(), frame["left_again"]).fillna(pd.Timestamp("2025-12-31"))
    return frame.assign(last=last)[["joined", "left", "returned", "last"]]


def test_sizes_and_levels_are_the_designs(bank):
    assert len(bank.customers) == 20_000
    assert len(bank.branches) >= 30
    assert 3_900 <= (bank.leads["kind"] == "prospect").sum() <= 4_200
    assert 2_950 <= (bank.leads["kind"] == "suspect").sum() <= 3_100
    assert bank.months["month"].nunique() == 36
    response = bank.invitations["answered"].mean()
    assert 0.22 < response < 0.30
    assert (bank.pulse["answered"] >= 150).all()
    assert len(bank.pulse) >= 24
    retention = bank.campaign_members.query("campaign == 'retention'")["arm"].value_counts()
    assert (retention > 1_633).all()


@pytest.mark.parametrize("seed", [3, 4])
def test_simulated_tables_obey_the_dictionary(seed):
    bank = simulate_bank(customers=1_500, seed=seed)
    about = _store.dictionary("bank")
    said = [text for name, frame in bank.tables.items() for text in _store.problems(frame, about["tables"][name], name)]
    said += [
        text for name, frame in bank.truth.tables.items() for text in _store.problems(frame, about["truth"][name], name)
    ]
    assert said + _store.orphans(bank.tables, about["tables"]) == []
    assert list(bank.tables) == list(about["tables"])


def test_the_same_numbers_give_the_same_bank(small):
    again = simulate_bank(customers=3_000, seed=5)
    for name, frame in small.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    other = simulate_bank(customers=3_000, seed=6)
    assert not small.customers["joined"].equals(other.customers["joined"])


def test_nothing_happens_outside_the_relationship(bank):
    when = ends(bank)
    for table, column in (("contacts", "time"), ("problems", "date"), ("purchases", "date")):
        frame = bank.tables[table][["customer", column]].join(when, on="customer")
        day = frame[column].dt.normalize()
        assert (day >= frame["joined"]).all(), table
        assert (day <= frame["last"]).all(), table
        gone = frame["left"].notna() & (day > frame["left"])
        assert (day[gone] >= frame.loc[gone, "returned"]).all(), table
    months = bank.months[["customer", "month"]].join(when, on="customer")
    assert (months["month"] + pd.offsets.MonthEnd() >= months["joined"]).all()
    assert (months["month"] <= months["last"]).all()
    holdings = bank.holdings.join(when, on="customer")
    assert (holdings["opened"] >= holdings["joined"]).all()
    assert (holdings["closed"].dropna() >= holdings.loc[holdings["closed"].notna(), "opened"]).all()


def test_dates_of_a_customer_are_in_order(bank):
    c = bank.customers
    for early, late in (("joined", "left"), ("left", "returned"), ("returned", "left_again")):
        both = c[[early, late]].dropna()
        assert (both[early] <= both[late]).all(), (early, late)
    assert c.loc[c["left"].notna(), "exit_reason"].notna().all()
    assert c.loc[c["left"].isna(), "exit_reason"].isna().all()
    referred = c.dropna(subset="referrer").merge(c, left_on="referrer", right_on="customer", suffixes=("", "_of"))
    assert (referred["joined_of"] <= referred["joined"]).all()
    assert (referred["left_of"].isna() | (referred["left_of"] >= referred["joined"])).all()


def test_months_and_years_agree_to_the_cent(bank):
    months = bank.months.assign(year=bank.months["month"].dt.year)
    sums = months.groupby(["customer", "year"])[["revenue", "fees", "expected_loss", "cost_to_serve"]].sum()
    years = bank.years.set_index(["customer", "year"])
    assert sums.index.equals(years.index)
    for column in sums:
        np.testing.assert_allclose(sums[column], years[column], atol=0.006)
    np.testing.assert_allclose(
        years["contribution"], years["revenue"] - years["expected_loss"] - years["cost_to_serve"], atol=0.02
    )
    np.testing.assert_allclose(years["profit"], years["contribution"] - years["overhead"], atol=0.02)
    np.testing.assert_allclose(years["interest_margin"], years["revenue"] - years["fees"], atol=0.02)


def test_costs_are_the_recorded_prices(bank):
    """Without adviser or account management, cost is visits, calls and app sessions at their prices: least squares finds them."""
    adviser = bank.bonds.query("bond == 'adviser'")["customer"]
    business = bank.customers.query("kind == 'small business'")["customer"]
    plain = bank.years[~bank.years["customer"].isin([*adviser, *business])]
    x = plain[["teller_visits", "calls", "app_sessions"]].to_numpy(float)
    prices, *_ = np.linalg.lstsq(x, plain["cost_to_serve"].to_numpy(), rcond=None)
    recorded = [bank.truth["cost.teller"], bank.truth["cost.call"], bank.truth["cost.app"]]
    np.testing.assert_allclose(prices, recorded, atol=0.005)
    np.testing.assert_allclose(
        bank.years["overhead"] * 12 / bank.years["months"], bank.truth["cost.overhead"], rtol=1e-9
    )


def test_visits_and_calls_are_the_contacts(bank):
    contacts = bank.contacts.assign(year=bank.contacts["time"].dt.year)
    count = contacts.groupby(["customer", "year", "channel"], observed=True).size().unstack(fill_value=0)
    years = bank.years.set_index(["customer", "year"])
    count = count.reindex(years.index, fill_value=0)
    assert (count["teller"] == years["teller_visits"]).all()
    assert (count["call"] == years["calls"]).all()


def test_quality_weights_and_shares_are_exact(bank):
    feelings = bank.truth.tables["feelings"]
    dimensions = ["tan", "rel", "res", "ass", "emp"]
    x = feelings[[f"quality_{name}" for name in dimensions]].to_numpy()
    weights, *_ = np.linalg.lstsq(x, feelings["quality"].to_numpy(), rcond=None)
    np.testing.assert_allclose(weights, [bank.truth[f"quality.weight_{name}"] for name in dimensions], atol=1e-3)
    assert bank.truth.tables["branches"]["gaming"].sum() == round(bank.truth["gaming.share"] * len(bank.branches))
    assert bank.truth.tables["people"]["quiet"].mean() == pytest.approx(bank.truth["retention.quiet_share"], abs=1e-3)


def test_households_share_a_branch_and_firms_do_not_die(bank):
    customers = bank.customers
    branches = customers.groupby("household")["branch"].agg(["min", "max"])
    assert (branches["min"] == branches["max"]).all()
    assert customers["household"].duplicated().mean() > 0.2
    firms = customers[customers["kind"] == "small business"]
    assert not firms["exit_reason"].isin(["death", "moved abroad"]).any()
    assert firms["birth_year"].isna().all()


def test_true_effects_are_recorded_for_those_listed_and_no_others(bank):
    people = bank.truth.tables["people"].set_index("customer")
    for campaign in ("retention", "cross-sell", "win-back"):
        listed = bank.campaign_members.loc[bank.campaign_members["campaign"] == campaign, "customer"]
        known = people[f"uplift_{campaign.replace('-', '_')}"].dropna()
        assert set(known.index) == set(listed), campaign
    customers = bank.customers.set_index("customer")
    still = customers["left"].isna() | (customers["returned"].notna() & customers["left_again"].isna())
    assert set(customers.index[still]) == set(people["residual_value"].dropna().index)


@pytest.mark.parametrize(("customers", "seed"), [(300, 1), (2_000, 225634423191217)])
def test_what_customers_have_is_a_part_of_the_market(customers, seed):
    """Also in a small bank in which one customer has more elsewhere than the rivals would hold: 4.7 standard deviations above the mean."""
    bank = simulate_bank(customers=customers, seed=seed)
    wallets = bank.wallets.groupby("year")["wallet"].sum()
    assert (bank.market.groupby("year")["assets"].sum() > wallets).all()


def test_wallets_and_market_count_the_same_customers(bank):
    market = bank.market[bank.market["bank"] == "Harbour Bank"].set_index("year")
    for year, rows in bank.wallets.groupby("year"):
        own = market.loc[year]
        assert own["customers"] == len(rows)
        assert own["high_value_customers"] == (rows["wallet"] >= 300_000).sum()
    assert (bank.wallets["wallet"] >= bank.wallets["assets_here"]).all()
    assert (bank.wallets["rank"] <= bank.wallets["banks"]).all()


def test_leads_who_came_are_customers_who_came_by_mail(bank):
    came = bank.leads.dropna(subset="customer").merge(bank.customers, on="customer")
    assert len(came) == bank.leads["customer"].notna().sum()
    treated = bank.campaign_members.query("lead == lead and outcome and arm == 'treated'")["lead"]
    channel = came.set_index("lead").loc[treated, "channel"]
    assert (channel == "mail").all()
    assert (bank.customers["channel"] == "mail").sum() == len(treated)


def test_names_phones_and_addresses_are_only_in_the_export_and_marked(bank):
    personal = {"name", "phone", "address", "birth_date"}
    for name, frame in bank.tables.items():
        if name.startswith("export"):
            assert frame["invented"].all()
            digits = frame["phone"].dropna().str.replace(" ", "")
            assert digits.str.fullmatch(r"12\d{9}").all()
        elif name != "campaigns":  # its `name` is a campaign's
            assert not personal & set(frame.columns), name


def test_ids_order_and_gaps_say_nothing_of_the_truth(bank):
    """No leak: correlations with row order stay within four standard errors, and missing cells do not sort customers."""
    people = bank.truth.tables["people"]
    order = np.arange(len(people))
    for column in ("frailty", "size", "switching_cost", "lasting_satisfaction", "engagement"):
        assert abs(np.corrcoef(order, people[column])[0, 1]) < 4 / np.sqrt(len(people)), column
    unknown = bank.survey["rival_score"].isna()
    latent = bank.survey[["customer"]].merge(people, on="customer")
    gap = latent.loc[unknown.to_numpy(), "frailty"].mean() - latent.loc[~unknown.to_numpy(), "frailty"].mean()
    assert abs(gap) < 4 * latent["frailty"].std() / np.sqrt(unknown.sum())


def test_no_cliffs_in_money(bank):
    """Between neighbouring months of a settled customer, revenue does not jump by orders of magnitude."""
    customers = bank.customers
    settled = customers[(customers["joined"] < "2022-06-01") & customers["left"].isna()]["customer"]
    wide = bank.months[bank.months["customer"].isin(settled)].pivot_table(
        index="customer", columns="month", values="revenue"
    )
    step = np.log(wide).diff(axis=1).iloc[:, 1:].abs()
    assert np.nanquantile(step, 0.999) < 2.0
    assert (bank.months["revenue"] > 0).all()


def test_every_customer_has_a_main_product_while_present(small):
    first = small.holdings.groupby("customer")["opened"].min()
    joined = small.customers.set_index("customer")["joined"]
    assert first.reindex(joined.index).eq(joined).all()


def test_a_company_explains_itself(bank):
    listing = bank.describe()
    assert listing.loc["customers", "rows"] == 20_000
    fields = bank.describe("survey")
    assert fields.loc["sat_overall", "meaning"].startswith("all in all")
    assert "Harbour Bank" in repr(bank)
    assert "customers" in dir(bank)
    with pytest.raises(AttributeError, match="no table 'clients'"):
        _ = bank.clients
    with pytest.raises(ValueError, match="no table 'clients'"):
        bank.describe("clients")
    with pytest.raises(KeyError, match=r"churn\.frailty_variance"):
        bank.truth["churn.nonsense"]


def test_the_recorded_hazards_are_those_that_customers_lived_by(bank):
    """Leavers in the window, by fifth of the recorded yearly hazard, against what it expects over the days watched.

    The recorded hazard leaves out rivals' offers and problems, so a little more leave than it says.
    """
    people = bank.customers.merge(bank.truth.tables["people"][["customer", "yearly_hazard"]], on="customer")
    start, end = pd.Timestamp("2023-01-01"), pd.Timestamp("2026-01-01")
    years = (people["left"].fillna(end) - people["joined"].clip(lower=start)) / pd.Timedelta(days=365.25)
    fifth = pd.qcut(people["yearly_hazard"], 5, labels=False)
    observed = people["left"].notna().groupby(fifth).sum()
    expected = (people["yearly_hazard"] * years).groupby(fifth).sum()
    assert ((observed / expected).between(0.95, 1.30)).all(), observed / expected


def test_the_innate_hazard_says_who_leaves_by_choice(bank):
    """The hazard that a customer brings along, against own exits; offers and problems add to it, bonds and products take away."""
    people = bank.customers.merge(bank.truth.tables["people"][["customer", "innate_hazard", "frailty"]], on="customer")
    chosen = people["left"].notna() & ~people["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    years = people["left"].fillna(pd.Timestamp("2026-01-01")) - people["joined"].clip(lower=pd.Timestamp("2023-01-01"))
    fifth = pd.qcut(people["innate_hazard"], 5, labels=False)
    expected = (people["innate_hazard"] * (years / pd.Timedelta(days=365.25))).groupby(fifth).sum()
    ratio = chosen.groupby(fifth).sum() / expected
    assert ratio.between(0.85, 1.15).all(), ratio


def test_the_datasheets_numbers_are_the_datas(bank, root):
    page = (root / "datasets" / "bank" / "datasheet.md").read_text(encoding="utf-8")
    assert page == datasheet.text(bank, _store.dictionary("bank")["company"]["seed"]), (
        "Run: python course.py build data"
    )
