"""Load that moves: by hand, by property, and against the simulation's own elasticities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.strategy import margin_chain
from crmlib.tariff import (
    bill,
    bill_margin,
    kwh_chain,
    load_segments,
    shift_load,
    tariff_change,
    unit_costs,
    winners_losers,
)
from tests.tariff.test_bills import TARIFFS

KWH = ["kwh_peak", "kwh_flat", "kwh_valley"]
COSTS = {"cost_peak": 0.7, "cost_flat": 0.5, "cost_valley": 0.3}
positive = st.floats(1, 1e4)


@given(st.tuples(positive, positive, positive), st.floats(0, 2))
def test_the_sum_stays_and_every_ratio_obeys_the_elasticity(kwh, elasticity):
    moved = shift_load(pd.DataFrame([kwh], columns=KWH), (0.54,) * 3, (0.78, 0.52, 0.22), elasticity)[KWH].to_numpy()[0]
    assert moved.sum() == pytest.approx(sum(kwh))
    for a, b, ratio in ((0, 2, 0.78 / 0.22), (0, 1, 0.78 / 0.52)):
        change = np.log(moved[a] / moved[b]) - np.log(kwh[a] / kwh[b])
        assert change == pytest.approx(-elasticity * np.log(ratio), abs=1e-9)


def test_there_and_back():
    use = pd.DataFrame({"kwh_peak": [40.0, 5], "kwh_flat": [30.0, 80], "kwh_valley": [30.0, 0]})
    there = shift_load(use, (0.5, 0.5, 0.5), (0.9, 0.5, 0.2), 0.3)
    pd.testing.assert_frame_equal(shift_load(there, (0.9, 0.5, 0.2), (0.5, 0.5, 0.5), 0.3), use)


def test_the_shift_of_every_customer_is_the_simulations(power):
    """The latent effect on ln of the peak share, from the latent load shape and elasticity."""
    latent = power.truth.tables["customers"].merge(power.customers, on="customer")
    homes = latent[latent["class"] == "residential"]
    flat = np.ones(len(homes))
    peak = np.exp(homes["peak_weight"])
    # What is gained unshifted, in fen: 54 - (78 p + 52 + 22 v) / (p + 1 + v); solved for the valley's weight v.
    gain = homes["gain_unshifted"]
    valley = ((54 - gain) * (peak + 1) - 78 * peak - 52) / (22 - (54 - gain))
    use = pd.DataFrame({"kwh_peak": peak, "kwh_flat": flat, "kwh_valley": valley, "sigma": homes["substitution"]})
    moved = shift_load(use, (0.54,) * 3, (0.78, 0.52, 0.22), "sigma")
    change = np.log(moved["kwh_peak"] / moved[KWH].sum(axis=1)) - np.log(use["kwh_peak"] / use[KWH].sum(axis=1))
    np.testing.assert_allclose(change, homes["tou_shift"], atol=2e-4)


def test_a_change_of_tariff_by_hand():
    """100 kWh at peak, 100 in the valley, from 0.54 to 0.78 / 0.22, and a tenth of the peak moved by a chosen elasticity."""
    use = pd.DataFrame(
        {"customer": [1], "tariff": "tiered", "kwh_peak": [100.0], "kwh_flat": [0.0], "kwh_valley": [100.0], **COSTS}
    )
    elasticity = np.log(110 / 90) / np.log(0.78 / 0.22)
    row = tariff_change(use, TARIFFS, "both", elasticity).iloc[0]
    assert row["before"] == 108.0
    assert row["structural"] == pytest.approx(108 - 100)
    assert row["shifting"] == pytest.approx(10 * (0.78 - 0.22), abs=0.01)
    assert row["gain"] == pytest.approx(row["structural"] + row["shifting"])
    assert row["peak_after"] == pytest.approx(90)
    # The company: bill down by 13.60, cost down by 10 x (0.7 - 0.3) = 4
    assert row["margin_change"] == pytest.approx(-13.6 + 4, abs=0.01)


@given(st.floats(0, 1))
def test_shifting_never_hurts_the_customer(elasticity):
    """Moving towards cheaper hours lowers the bill under prices by the hour."""
    use = pd.DataFrame({"customer": [1, 2], "tariff": "tiered", "kwh_peak": [300.0, 0], "kwh_flat": [50.0, 90],
                        "kwh_valley": [80.0, 9], **COSTS})  # fmt: skip
    change = tariff_change(use, TARIFFS, "both", elasticity)
    assert (change["shifting"] >= -0.011).all()
    assert (change["structural"] + change["shifting"]).tolist() == pytest.approx(change["gain"].tolist())


def test_months_of_a_customer_add_up():
    use = pd.DataFrame({"customer": [1, 2, 1], "tariff": "tiered", "kwh_peak": [300.0, 10, 5], "kwh_flat": 50.0,
                        "kwh_valley": 80.0, **COSTS})  # fmt: skip
    change = tariff_change(use, TARIFFS, "both").set_index("customer")
    assert change.at[1, "before"] == pytest.approx(bill(use, TARIFFS)["amount"].iloc[[0, 2]].sum())
    assert change.at[1, "peak_before"] == 305


def test_margin_and_chain_by_hand(power):
    month = power.price_chain[
        (power.price_chain["month"] == "2025-07-01") & (power.price_chain["class"] == "commercial")
    ]
    one = month.iloc[0]
    use = pd.DataFrame(
        {
            "month": month["month"].to_numpy(),
            "class": "commercial",
            "kwh_peak": 10,
            "kwh_flat": 20,
            "kwh_valley": 5,
            "amount": 28.0,
        }
    )
    paid = 10 * one["wholesale_peak"] + 20 * one["wholesale_flat"] + 5 * one["wholesale_valley"]
    cost = paid + 35 * (one["grid"] + one["levy"] + one["cost_to_serve"])
    assert bill_margin(use, power.price_chain)["margin"].iloc[0] == pytest.approx(28 - cost)
    chain = kwh_chain(use, power.price_chain).iloc[0]
    assert chain["generator's margin"] == pytest.approx(paid / 35 - one["fuel"])
    assert chain["supplier's margin"] == pytest.approx((28 - cost) / 35)
    links = ["fuel", "generator's margin", "grid", "levy", "cost to serve", "supplier's margin"]
    assert chain[links].sum() == pytest.approx(chain["price"]) == pytest.approx(0.8)


def test_the_chain_agrees_with_the_average_price_on_record(power):
    """`retail` of the company's own table is what customers paid on average."""
    bills = power.bills.merge(power.customers[["customer", "class"]], on="customer")
    mine = bills[bills["month"] == "2025-03-01"]
    chain = kwh_chain(mine, power.price_chain).set_index("class")["price"]
    retail = power.price_chain[power.price_chain["month"] == "2025-03-01"].set_index("class")["retail"]
    np.testing.assert_allclose(chain.to_numpy(), retail.reindex(chain.index).to_numpy(), atol=2e-4)
    assert len(unit_costs(power.price_chain)) == 108


MEMBERS = ["fuel", "generator", "grid", "levies", "cost to serve", "retailer"]
LINKS = ["fuel", "generator's margin", "grid", "levy", "cost to serve", "supplier's margin"]


def chain_of_prices(prices, mix):
    mixes = pd.DataFrame({"class": prices["class"].astype(str).unique()}).assign(**mix)
    return margin_chain(prices, mixes).pivot(index="class", columns="member", values="paid")[MEMBERS].to_numpy()


def test_the_chain_of_bills_is_the_chain_of_prices_where_all_months_are_alike(power):
    prices, mix = power.price_chain, {"peak": 0.4, "flat": 0.35, "valley": 0.25}
    use = pd.DataFrame({"month": prices["month"], "class": prices["class"].astype(str)})
    use = use.assign(**{f"kwh_{band}": 200 * share for band, share in mix.items()}, amount=200 * prices["retail"])
    found = kwh_chain(use, prices).set_index("class")
    np.testing.assert_allclose(found[LINKS].to_numpy(), chain_of_prices(prices, mix), atol=1e-12)


def test_a_month_with_more_use_counts_for_more_in_the_chain_of_bills_only(power):
    prices = power.price_chain[power.price_chain["class"] == "residential"].iloc[:2]
    mix = {"peak": 0.4, "flat": 0.35, "valley": 0.25}
    use = pd.DataFrame({"month": prices["month"], "class": "residential"})
    kwh = np.array([100.0, 300.0])
    use = use.assign(**{f"kwh_{band}": kwh * share for band, share in mix.items()}, amount=kwh * prices["retail"])
    fuel = prices["fuel"].to_numpy()
    assert fuel[0] != fuel[1]
    assert kwh_chain(use, prices)["fuel"].item() == pytest.approx((fuel[0] + 3 * fuel[1]) / 4)
    assert chain_of_prices(prices, mix)[0, 0] == pytest.approx(fuel.mean())


def test_winners_and_losers_by_hand():
    change = pd.DataFrame(
        {"group": ["a", "a", "b"], "gain": [10.0, -30, 1], "structural": [8.0, -31, 1], "shifting": [2.0, 1, 0]}
    )
    found = winners_losers(change, "group", worth=5).set_index("group")
    assert found.loc["a", ["customers", "gain", "win", "lose"]].tolist() == [2, -10, 0.5, 0.5]
    assert found.loc["b", ["win", "lose"]].tolist() == [0, 0]


def test_the_worst_of_a_group_is_one_in_twenty():
    """Of 21 customers one lost more and 19 less; of 11 it lies half way between the two who lost most."""
    gain = [-200.0, -50, *range(19), -90, -30, *[5] * 9]
    change = pd.DataFrame({"group": ["many"] * 21 + ["few"] * 11, "gain": gain, "structural": gain, "shifting": 0.0})
    found = winners_losers(change.sample(frac=1, random_state=1), "group").set_index("group")
    assert found["worst"].to_dict() == {"many": -50, "few": -60}


def test_segments_by_hand():
    use = pd.DataFrame(
        {"customer": [1, 1, 2], "month": pd.to_datetime(["2025-02-01", "2025-04-01", "2025-04-01"]), "kind": ["x", "x", "y"],
         "kwh_peak": [50, 100, 0], "kwh_flat": [50, 100, 0], "kwh_valley": [0, 0, 300], "contract_kw": [1, 1, 2],
         "amount": 0.0, "margin": [10.0, 20, -10]}
    )  # fmt: skip
    found = load_segments(use, "kind").set_index("kind")
    assert found.loc["x", ["customers", "kwh_each", "kwh_share", "peak_share"]].tolist() == [1, 150, 0.5, 0.5]
    assert found.at["x", "load_factor"] == pytest.approx(300 / (28 * 24 + 30 * 24))
    assert found["margin_share"].tolist() == [1.5, -0.5]
