"""Figures of the pyramid: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.pyramid import customer_pyramid, gini, lorenz_curve, tier_migration, whale_curve
from crmlib.show import description, plot_lorenz, plot_migration, plot_pyramid, plot_whale


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
    assert "40 % of customers take back" in ax.get_title(loc="left")
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
