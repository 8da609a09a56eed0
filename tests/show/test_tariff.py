"""Figures and the explorer of the utility's case: what they draw is what the tables say, and the explorer's sums hold everywhere."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.companies import load_utility
from crmlib.show import (
    description,
    explore_tariff,
    plot_bills,
    plot_codes,
    plot_day,
    plot_estimates,
    plot_forecast,
    plot_opening,
    plot_price_chain,
    plot_winners,
    tariff_picture,
)
from crmlib.tariff import exit_panel, kwh_chain, winners_losers

HOURS = pd.DataFrame({"hour": range(24), "period": ["valley"] * 7 + ["flat"] * 3 + ["peak"] * 12 + ["valley"] * 2})
HOMES = pd.DataFrame(
    {"customer": range(4), "kwh_peak": [900.0, 300, 500, 100], "kwh_flat": [600.0, 600, 500, 50], "kwh_valley": [300.0, 900, 500, 50],
     "cost_peak": 0.73, "cost_flat": 0.59, "cost_valley": 0.39, "segment": ["evening home", "night", "day home", "day home"]}
)  # fmt: skip


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def title(ax) -> str:
    return ax.get_title(loc="left")


def test_the_day_has_its_lines_and_its_shades():
    day = pd.DataFrame({"homes": np.r_[np.ones(23), 3.0], "shops": np.r_[2.0, np.ones(23)]})
    ax = plot_day(day, HOURS)
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), day["homes"])
    assert len(ax.patches) == 21  # peak and valley hours; flat hours stay white
    assert title(ax) == "Busiest hour: homes 23, shops 0"
    assert "homes: from 1.00 to 3.00" in description(ax)


def test_bills_are_drawn_as_given_with_their_edges():
    bills = pd.DataFrame({"flat": [0.0, 56, 112], "tiered": [0.0, 54, 120]}, index=[0, 100, 200])
    ax = plot_bills(bills, edges=[150])
    assert [list(line.get_ydata()) for line in ax.get_lines()[:2]] == [[0, 56, 112], [0, 54, 120]]
    assert ax.get_lines()[2].get_xdata()[0] == 150
    assert "tiered ¥120" in description(ax)


def test_estimates_with_their_intervals_and_the_truth():
    table = pd.DataFrame(
        {"who": ["lot", "volunteers"], "difference": [-4.0, -20.0], "low": [-5.0, -24.0], "high": [-3.0, -16.0]}
    )
    ax = plot_estimates(table, title="The lot is right", x="change (%)", truth=-4.2)
    lines = ax.get_lines()
    assert [list(line.get_xdata()) for line in lines[:4:2]] == [[-5, -3], [-24, -16]]
    assert -4.2 in [line.get_xdata()[0] for line in lines]
    assert description(ax).endswith("lot: −4.0 (−5.0 to −3.0); volunteers: −20.0 (−24.0 to −16.0); truth −4.2.")


def test_winners_have_two_bars_and_a_sum():
    change = pd.DataFrame(
        {"segment": ["a", "a", "b"], "gain": [10.0, -40, 5], "structural": [8.0, -43, 4], "shifting": [2.0, 3, 1]}
    )
    table = winners_losers(change, "segment")
    ax = plot_winners(table, "segment")
    assert [bar.get_width() for bar in ax.patches] == [*table["structural"], *table["shifting"]]
    np.testing.assert_allclose(ax.get_lines()[0].get_xdata(), table["structural"] + table["shifting"])
    assert title(ax) == "A: 50 % lose"


def test_codes_and_audits():
    rates = pd.DataFrame(
        {
            "period": ["before", "after"],
            "coded": [0.8, 0.93],
            "audited": [0.75, 0.7],
            "low": [0.7, 0.65],
            "high": [0.8, 0.75],
        }
    )
    ax = plot_codes(rates, "period")
    assert list(ax.get_lines()[0].get_ydata()) == [0.8, 0.93]
    said = ax.containers[0].lines[0]
    assert list(said.get_ydata()) == [0.75, 0.7]
    assert (said.get_xdata() > ax.get_lines()[0].get_xdata()).all()  # an interval's end does not lie on the coded share
    assert title(ax) == "The code rose by 13 points, the customers’ word did not"
    assert "before: 80, 75; after: 93, 70. The axis begins at 50 %." in description(ax)


def test_forecasts_name_the_worst_and_the_best():
    hours = pd.date_range("2025-01-01", periods=48, freq="h")
    table = pd.DataFrame({"demand": 100.0, "last week": 130.0, "model": 95.0}, index=hours)
    ax = plot_forecast(table)
    assert title(ax) == "Last week errs by 30 MW here, model by 5"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["01 Jan", "02 Jan"]
    with pytest.raises(ValueError, match="at least one forecast"):
        plot_forecast(table[["demand"]])


def test_the_chain_stacks_to_the_price_and_a_loss_stands_left():
    power = load_utility()
    bills = power.bills[power.bills["month"] == "2025-05-01"].merge(
        power.customers[["customer", "class"]], on="customer"
    )
    table = kwh_chain(bills, power.price_chain)
    ax = plot_price_chain(table)
    ends = {}
    for bar in ax.patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        ends.setdefault(row, []).append((bar.get_x(), bar.get_width()))
    for row, bars in ends.items():
        price = 100 * table["price"].iloc[len(table) - 1 - row]
        assert sum(width for _, width in bars) == pytest.approx(price)
    assert min(width for bars in ends.values() for _, width in bars) < 0
    # the price is written and marked, since a bar with a loss is longer than it
    prices = [100 * price for price in table["price"]]
    assert [one.get_text() for one in ax.texts] == [f"price {price:.1f}" for price in prices]
    marks = next(one for one in ax.collections if len(one.get_segments()) == len(table))
    assert [segment[0][0] for segment in marks.get_segments()] == pytest.approx(prices)
    right = [max(x + width for x, width in bars) for _, bars in sorted(ends.items(), reverse=True)]
    assert [one.xy[0] for one in ax.texts] == pytest.approx(right)
    least = table["supplier's margin"].min()
    assert title(ax).endswith(f"down to −{-100 * least:.1f}")


def test_the_opening_draws_yearly_rates():
    power = load_utility()
    panel = exit_panel(power.customers, "2023-01-01", "2026-01-01")
    ax = plot_opening(panel, {"industrial": "2024-01-01", "commercial": "2024-10-01"})
    mine = panel[panel["class"] == "industrial"]
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), 4 * mine.groupby("period")["left"].mean())
    ticks = [label.get_text() for label in ax.get_xticklabels()]
    assert ticks[:6] == ["Jan\n2023", "Apr", "Jul", "Oct", "Jan\n2024", "Apr"]
    assert len(ticks) == mine["period"].nunique() == 12
    before = 400 * mine.loc[mine["period"] < "2024-01-01", "left"].mean()
    assert title(ax).startswith(f"Industrial: {before:.1f} % a year left before")


# --- the explorer -----------------------------------------------------------------------------------------------------

GRID = list(product([1, 2, 4, 6], [0, 0.1, 0.3], ["all", "winners"]))


def values(picture: dict) -> dict[str, float]:
    return {one["name"]: one["value"] for one in picture["numbers"]}


@pytest.mark.parametrize(("ratio", "moved", "who"), GRID)
def test_every_position_can_be_drawn_and_adds_up(ratio, moved, who):
    picture = tariff_picture(HOMES, ratio, moved, who)
    json.dumps(picture, allow_nan=False)
    assert "−0" not in " ".join(one["text"] for one in picture["numbers"] if one["text"] in ("−¥0", "−0.0 %"))
    gained, lost, margin = picture["panels"][1]["marks"][0]["values"]
    bills = gained + lost
    assert lost <= 0 <= gained
    top = picture["panels"][1]["y"]["limits"][1]
    assert max(gained, -lost, abs(margin)) <= top
    # the longest bar fills two fifths of its half or more, so that it can be seen, unless there is none
    assert max(gained, -lost, abs(margin)) >= 0.4 * top or ratio == 1
    kwh = HOMES[["kwh_peak", "kwh_flat", "kwh_valley"]].to_numpy()
    shown = values(picture)
    # What leaves the customers' bills leaves the company, but for what moved power saves in purchase.
    moved_kwh = -shown["These homes’ use at peak"] / 100 * kwh[:, 0].sum()
    assert bills + margin == pytest.approx(moved_kwh * (0.73 - 0.39), abs=1e-6)
    assert shown["Mean gain per home"] * len(HOMES) == pytest.approx(bills, abs=1e-6)
    if who == "winners":
        assert shown["Homes that lose"] == 0
        assert bills >= 0


def test_unmoved_the_bills_of_all_stay_as_they_are():
    for ratio in (1, 2, 6):
        assert values(tariff_picture(HOMES, ratio, 0, "all"))["Company’s margin"] == 0
        peak, flat, valley = (
            float(part) for part in tariff_picture(HOMES, ratio, 0, "all")["numbers"][0]["text"][1:].split(" / ")
        )
        assert peak / valley == pytest.approx(ratio, rel=0.05)
        assert valley <= flat <= peak


def test_a_ratio_of_one_is_the_old_price():
    shown = tariff_picture(HOMES, 1, 0.2, "all")
    assert shown["numbers"][0]["text"] == "¥0.54 / 0.54 / 0.54"
    assert values(shown)["Mean gain per home"] == 0
    assert values(shown)["Company’s margin"] > 0  # it buys cheaper and passes nothing on


def test_segments_stand_in_the_order_of_their_table():
    names = ["night", "day home", "nobody", "evening home"]
    homes = HOMES.assign(segment=pd.Categorical(HOMES["segment"], categories=names))
    shown = tariff_picture(homes, 4, 0, "all")["panels"][0]
    assert shown["x"]["categories"] == ["night", "day home", "evening home"]
    plain = tariff_picture(HOMES, 4, 0, "all")["panels"][0]
    assert plain["x"]["categories"] == ["day home", "evening home", "night"]
    at = [shown["x"]["categories"].index(name) for name in plain["x"]["categories"]]
    assert [shown["marks"][0]["values"][place] for place in at] == plain["marks"][0]["values"]


def test_the_widget_starts_where_the_lesson_says():
    widget = explore_tariff(HOMES)
    assert {name: control.value for name, control in widget.controls.items()} == {
        "ratio": 4.0,
        "moved": 0,
        "who": "all",
    }


@pytest.mark.parametrize(
    ("frame", "at", "sentence"),
    [
        (HOMES, (0.5, 0, "all"), "ratio must be 1 or more"),
        (HOMES, (2, 10, "all"), "share moved 0 to 1"),
        (HOMES, (2, 0, "some"), "one of 'all' and 'winners'"),
        (HOMES.drop(columns="segment"), (2, 0, "all"), "no column 'segment'"),
        (HOMES.assign(kwh_peak=0.0, kwh_flat=0.0, kwh_valley=0.0), (2, 0, "all"), "Homes without any use"),
    ],
)
def test_what_cannot_be_explored_is_refused(frame, at, sentence):
    with pytest.raises(ValueError, match=sentence):
        tariff_picture(frame, *at)
