"""Figures of the pyramid: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.pyramid import customer_pyramid, gini, lorenz_curve, tier_migration, whale_curve
from crmlib.show import (
    description,
    explore_pyramid,
    plot_lorenz,
    plot_migration,
    plot_pyramid,
    plot_whale,
    pyramid_picture,
)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def years() -> tuple[pd.DataFrame, pd.DataFrame]:
    draws = np.random.default_rng(3)
    first = pd.DataFrame({"customer": range(400), "revenue": draws.lognormal(6, 1.5, 400).round(2)})
    second = first.iloc[40:].assign(revenue=lambda frame: frame["revenue"] * draws.lognormal(0.1, 0.5, 360))
    return first, pd.concat([second, pd.DataFrame({"customer": range(400, 430), "revenue": 300.0})], ignore_index=True)


def test_the_pyramid_draws_a_tier_for_each_row_with_its_share(years):
    table = customer_pyramid(years[0]).table
    ax = plot_pyramid(table)
    widths = [bar.get_width() for bar in ax.patches]
    np.testing.assert_allclose(widths, table["value_share"])
    shape = ax.figure.axes[0]
    assert len(shape.patches) == len(table)
    for text, row in zip(shape.texts, table.itertuples(), strict=True):
        for part in (str(row.tier), f"{row.customers:,}", f"({100 * row.customer_share:.1f} %)"):
            assert part in text.get_text()
    assert ax.get_xlim()[1] >= table["value_share"].max()
    assert f"Top {100 * table['value_share'].iloc[0]:.0f} %" in description(ax)
    assert ax.get_xlabel() == "share of revenue (%)"


def test_tiers_are_as_wide_as_their_place_in_the_triangle(years):
    shape = plot_pyramid(customer_pyramid(years[0]).table).figure.axes[0]
    widths = [np.ptp(patch.get_xy()[:, 0]) for patch in shape.patches]
    np.testing.assert_allclose(widths, [0.5, 1.0, 1.5, 2.0])


def test_lorenz_is_below_equality_and_names_the_top_fifth(years):
    curve = lorenz_curve(years[0])
    ax = plot_lorenz(curve, gini(years[0]))
    drawn = ax.get_lines()[1]
    np.testing.assert_allclose(drawn.get_ydata(), curve["value_share"])
    assert (drawn.get_ydata() <= drawn.get_xdata() + 1e-12).all()
    largest = years[0]["revenue"].sort_values(ascending=False)
    share = largest.iloc[:80].sum() / largest.sum()
    assert f"the top 20 % of customers bring {100 * share:.0f} %" in description(ax)
    assert f"Gini {gini(years[0]):.2f}" in ax.get_title(loc="left")


def test_the_whale_has_its_peak_where_gains_end():
    values = pd.DataFrame({"customer": range(5), "profit": [60.0, 50.0, 10.0, -5.0, -15.0]})
    ax = plot_whale(whale_curve(values).curve)
    peak = ax.get_lines()[-1]
    assert (peak.get_xdata()[0], peak.get_ydata()[0]) == pytest.approx((0.6, 1.2))
    assert "40 % of customers lose money: profit falls from 120 % to 100 %" in ax.get_title(loc="left")
    assert ax.get_ylim()[1] > 1.2
    assert ax.get_ylabel() == "cumulative profit, of the total (%)"


def test_moves_add_up_to_the_change_of_the_total(years):
    table = tier_migration(*years).table
    ax = plot_migration(table)
    drawn = sum(bar.get_width() for bar in ax.patches)
    unit = 1e3 if "thousand" in ax.get_xlabel() else 1e6 if "million" in ax.get_xlabel() else 1.0
    assert drawn * unit == pytest.approx(years[1]["revenue"].sum() - years[0]["revenue"].sum())
    low, high = ax.get_xlim()
    assert low < min(bar.get_width() for bar in ax.patches)
    assert high > max(bar.get_width() for bar in ax.patches)


@pytest.mark.parametrize("plot", [plot_pyramid, plot_whale, plot_migration, lambda frame: plot_lorenz(frame, 0.5)])
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1, 2])
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame())
    with pytest.raises(ValueError, match="has no columns"):
        plot(pd.DataFrame({"a": [1]}))


SHOP = pd.DataFrame(
    {
        "customer": range(1, 101),
        "revenue": [500.0, 300.0, 100.0, *[1.0] * 97],
        "profit": [-200.0, 150.0, 100.0, *[1.0] * 97],
        "products": [3, 2, 2, *[1] * 97],
    }
)
VALUES = {
    "Shop": {"2024 and 2025": SHOP.assign(revenue=2 * SHOP["revenue"]), "2025": SHOP},
    "Kiosk": {"2024 and 2025": SHOP[["customer", "revenue"]], "2025": SHOP[["customer", "revenue"]].head(3)},
}


def shown(picture: dict) -> dict[str, str]:
    return {one["name"]: one["text"] for one in picture["numbers"]}


def test_the_explorer_shows_the_pyramid_by_hand():
    """1 customer of 100 brings 500 of 997, the next four 402; the best 20 bring 917."""
    picture = pyramid_picture(VALUES, "Shop", "2025", "revenue")
    json.dumps(picture)
    customers, value = picture["panels"][0]["marks"]
    assert customers["values"] == pytest.approx([0.01, 0.02, 0.0, 0.97])  # the tie of 97 goes wholly to the lowest tier
    assert value["values"] == pytest.approx([500 / 997, 400 / 997, 0, 97 / 997])
    assert shown(picture) == {
        "Customers ranked": "100",
        "Total revenue": "¥997",
        "The Top tier brings": "50.2 %",
        "The top 20 % bring": f"{100 * 917 / 997:.1f} %",
    }
    curve = picture["panels"][1]["marks"][0]
    assert (curve["x"][0], curve["y"][0]) == (0, 0)
    assert (curve["x"][-1], curve["y"][-1]) == pytest.approx((1, 1))
    assert picture["table"]["rows"][0][:4] == ["Top", "1.0 %", "1.0 %", "1"]


def test_the_explorer_follows_window_measure_and_cuts():
    assert shown(pyramid_picture(VALUES, "Shop", "2024 and 2025", "revenue"))["Total revenue"] == "¥1,994"
    by_profit = pyramid_picture(VALUES, "Shop", "2025", "profit")
    assert shown(by_profit)["Total profit"] == "¥147"
    assert max(by_profit["panels"][1]["marks"][0]["y"]) == pytest.approx(347 / 147)  # the curve peaks above the total
    assert by_profit["table"]["rows"][-1][-1] == "−200"
    wider = pyramid_picture(VALUES, "Shop", "2025", "revenue", top=2)
    assert wider["panels"][0]["marks"][1]["values"][0] == pytest.approx(800 / 997)
    tied = pyramid_picture(VALUES, "Shop", "2025", "products")
    assert shown(tied)["Total products"] == "104"  # a tally, not money


def test_the_explorer_says_what_a_company_does_not_record_and_whom_it_left_out():
    instead = pyramid_picture(VALUES, "Kiosk", "2025", "profit")
    assert instead["panels"][0]["title"] == "Kiosk does not record profit: ranked by revenue."
    assert instead["panels"][1] == pyramid_picture(VALUES, "Kiosk", "2025", "revenue")["panels"][1]
    gap = {"Shop": {"2025": SHOP.assign(revenue=SHOP["revenue"].where(SHOP["customer"] != 100))}}
    assert "set aside: 1 × no revenue" in pyramid_picture(gap, "Shop", "2025", "revenue")["table"]["caption"]


def test_a_total_below_zero_has_no_shares():
    loss = {"Shop": {"2025": SHOP.assign(profit=SHOP["profit"] - 50)}}
    picture = pyramid_picture(loss, "Shop", "2025", "profit")
    assert shown(picture)["The top 20 % bring"] == "–"
    assert picture["panels"][0]["marks"][1]["values"] == [None] * 4
    assert picture["panels"][1]["marks"][0]["y"][-1] == pytest.approx(147 - 5000)


def test_every_place_of_every_slider_gives_a_picture():
    explorer = explore_pyramid(VALUES)
    sliders = [explorer.controls[name] for name in ("top", "big", "medium")]
    for places in product(*([slider.min, slider.max] for slider in sliders)):
        for slider, place in zip(sliders, places, strict=True):
            slider.value = place
        planned = [float(row[1].split()[0]) for row in explorer.view.picture["table"]["rows"]]
        assert planned[:3] == list(places)
        assert sum(planned) == pytest.approx(100)
    explorer.controls["company"].value = "Kiosk"
    explorer.controls["measure"].value = "products"
    assert "does not record products" in explorer.view.picture["alt"]
    explorer.reset.click()
    assert shown(explorer.view.picture)["Total revenue"] == "¥997"


@pytest.mark.parametrize("values", [{}, {"Shop": VALUES["Shop"], "Kiosk": {"2025": SHOP}}])
def test_the_explorer_needs_companies_with_the_same_windows(values):
    with pytest.raises(ValueError, match="at least one company, and the same windows for each"):
        explore_pyramid(values)
