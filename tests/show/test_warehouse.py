"""Figures and the explorer of building CRM: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.show import (
    description,
    explore_staffing,
    plot_roles,
    plot_staffing,
    plot_standing_out,
    plot_star,
    staffing_picture,
)
from crmlib.warehouse import staff_by_hour, standing_out, visible


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


DAY = pd.DataFrame({"hour": range(8, 22), "per_day": np.linspace(1, 9, 14), "minutes": 6.3})
TABLES = pd.DataFrame(
    {
        "table": ["dim_date", "dim_place", "fact_month", "fact_year", "fact_lead"],
        "grain": ["a day", "a branch", "a customer and month", "a customer and year", "a lead"],
        "rows": [365, 36, 9000, 800, 7],
    }
)


def test_the_star_has_every_table_once_with_its_rows():
    ax = plot_star(TABLES)
    texts = [text.get_text() for text in ax.texts]
    assert sorted(text.split("\n")[0] for text in texts) == sorted(TABLES["table"])
    for row in TABLES.itertuples():
        assert f"{row.table}\n{row.grain}\n{row.rows:,}" in texts
        assert f"{row.table}, {row.grain}, {row.rows:,}" in description(ax)
    assert len(ax.get_lines()) == 6  # each fact is tied to each dimension
    assert ax.get_title(loc="left") == "A star: 3 facts around 2 dimensions"


def test_roles_are_marked_where_the_grants_are():
    seen = visible()
    ax = plot_roles(seen)
    plain, hidden = ax.get_lines()[:2]
    assert len(plain.get_xdata()) == (seen == "plain").to_numpy().sum()
    for column, row in zip(hidden.get_xdata(), hidden.get_ydata(), strict=True):
        assert seen.iloc[int(row), int(column)] == "pseudonym"
    assert [tick.get_text().replace("\n", " ") for tick in ax.get_xticklabels()] == list(seen.columns)
    assert "No role sees everything" in ax.get_title(loc="left")
    assert "analyst 8 (with pseudonyms)" in description(ax)


def test_standing_out_draws_the_shares():
    draws = np.random.default_rng(2)
    people = pd.DataFrame({"kind": draws.integers(0, 3, 300), "born": draws.integers(1950, 2000, 300)})
    table = standing_out(people, ["kind", "born"])
    ax = plot_standing_out(table)
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], table["share_below_k"])
    assert f"{100 * table['share_below_k'].iloc[-1]:.0f} % stand out" in ax.get_title(loc="left")
    assert ax.get_xlabel() == "people in groups smaller than 5 (%)"
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["kind", "+ born"]


def test_staffing_draws_agents_and_levels():
    staff = staff_by_hour(DAY)
    left = plot_staffing(staff)
    right = left.figure.axes[1]
    assert [bar.get_height() for bar in left.patches] == staff["agents"].tolist()
    np.testing.assert_allclose(right.get_lines()[0].get_ydata(), staff["service_level"])
    np.testing.assert_allclose(right.get_lines()[1].get_ydata(), staff["level_by_load"])
    assert left.get_title(loc="left") == f"{staff['agents'].sum()} agent-hours a day"
    assert f"in {(staff['level_by_load'] < 0.8).sum()} hours" in right.get_title(loc="left")


@pytest.mark.parametrize("plot", [plot_star, plot_standing_out, plot_staffing])
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1, 2])
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame())
    with pytest.raises(ValueError, match="has no columns"):
        plot(pd.DataFrame({"a": [1]}))


def test_other_refusals():
    with pytest.raises(ValueError, match=r"needs at least one table dim_... and one fact_..., but has 2 and 0"):
        plot_star(TABLES.head(2))
    with pytest.raises(ValueError, match="but it says 'blurred'"):
        plot_roles(visible().replace("plain", "blurred"))


def shown(picture: dict) -> dict[str, float]:
    return {one["name"]: one["value"] for one in picture["numbers"]}


def test_the_picture_is_the_table_for_every_slider_position():
    for target, seconds, times in product((50, 80, 95), (0, 20, 120), (1, 10, 50)):
        picture = staffing_picture(DAY, target, seconds, times)
        staff = staff_by_hour(DAY, target=target / 100, seconds=seconds, times=times, wage=45)
        numbers = shown(picture)
        assert picture["panels"][0]["marks"][0]["values"] == staff["agents"].tolist()
        assert numbers["Agent-hours a day"] == staff["agents"].sum()
        assert numbers["Cost of a call"] == pytest.approx(45 * staff["agents"].sum() / staff["calls"].sum())
        assert numbers["Busy"] == pytest.approx(100 * staff["load"].sum() / staff["agents"].sum())
        assert json.loads(json.dumps(picture)) == picture


def test_the_explorer_moves_and_resets():
    explorer = explore_staffing(DAY)
    start = explorer.view.picture["numbers"]
    explorer.controls["times"].value = 50
    assert explorer.view.picture["changed"].startswith("Size of the bank: × 1 → × 50. Calls a day")
    explorer.controls["target"].value = 95
    explorer.reset.click()
    assert explorer.view.picture["numbers"] == start
