"""Figures of key accounts and their explorer: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.accounts import (
    account_kinds,
    account_scores,
    judge_lists,
    month_end_lift,
    programme_break_even,
    rate_deals,
    weight_sensitivity,
)
from crmlib.show import (
    accounts_picture,
    description,
    explore_accounts,
    plot_account_kinds,
    plot_account_lists,
    plot_deals,
    plot_month_end,
    plot_programme,
    plot_weight_moves,
)
from tests.accounts.test_accounts import books


def crowd(size: int, seed: int = 8) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    large = draw.normal(size=size)
    here = np.exp(11 + 1.5 * large)
    return pd.DataFrame(
        {
            "customer": np.arange(size) + 300,
            "deposits_average": np.exp(9 + 1.5 * large + draw.normal(size=size)),
            "revenue": np.exp(7 + large),
            "contribution": np.exp(6 + large) - np.exp(5 + draw.normal(size=size)),
            "elsewhere": here,
            "products": draw.integers(1, 6, size),
            "next_year": np.exp(6 + large) - np.exp(5 + draw.normal(size=size)),
            "assets_here": here,
            "wallet": here * (1 + draw.exponential(size=size)),
        }
    )


PEOPLE = crowd(300)
YEARS = pd.concat([PEOPLE.assign(year=2023), crowd(280, 9).assign(year=2024)])
WEIGHTS = {"contribution": 0.4, "deposits_average": 0.2, "elsewhere": 0.2, "products": 0.2}
NAMES = {"deposits_average": "deposits", "elsewhere": "money elsewhere"}
LIFT = month_end_lift(books({1: [0.2, 0.21] * 6, 2: [0.19, 0.2] * 6, 3: [0.0, 0.01] * 6}))
RATES = pd.DataFrame(
    {"customer": [1, 2], "deposits_average": [1e6, 4e5], "paid_rate": [0.018, 0.005], "list_rate": 0.005, "months": 12}
)
DEALS = rate_deals(RATES, transfer_price=0.02).table
JUDGED = judge_lists(PEOPLE, ["deposits_average", "contribution"], "next_year", top=20)
MOVED = weight_sensitivity(PEOPLE, WEIGHTS, top=20).table
MEMBERS = pd.DataFrame({"customer": range(4), "stake": [90_000.0, 50_000, 20_000, -10_000], "cost": 1_000.0})
PLAN = programme_break_even(MEMBERS, base="stake", cost="cost", uplift=0.03).customers


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def title(ax):
    return ax.get_title(loc="left")


def widths(ax):
    return [bar.get_width() for bar in ax.patches]


def texts(ax):
    return [one.get_text() for one in ax.texts]


def test_month_end_has_a_point_per_manager_and_names_both_groups():
    ax = plot_month_end(LIFT)
    heights = np.concatenate([line.get_ydata() for line in ax.lines if line.get_marker() in "os"])
    assert sorted(heights) == pytest.approx(sorted(LIFT["lift"]))
    assert title(ax) == "2 of 3 managers: 20 % more deposits on the last day"
    assert texts(ax) == ["other managers", "flagged managers"]
    assert "2 of 3 are flagged" in description(ax)
    low, high = ax.get_ylim()
    assert low < LIFT["low"].min()
    assert high > LIFT["high"].max()


def test_month_end_without_a_habit_says_so():
    ax = plot_month_end(month_end_lift(books({1: [0.0, 0.01] * 6, 2: [0.01, 0.0] * 6})))
    assert title(ax) == "No manager has more at month end than on other days"


def test_deals_are_a_bridge_from_the_list_to_what_is_left():
    ax = plot_deals(DEALS)
    assert widths(ax) == pytest.approx([15, -13, 2])
    assert [bar.get_x() for bar in ax.patches] == pytest.approx([0, 15, 0])
    assert title(ax) == "Of ¥15.00 thousand that these deposits could earn, ¥2.00 thousand is left"
    assert texts(ax) == ["15.00", "−13.00", "2.00"]


def test_lists_name_the_winner_but_not_hindsight():
    ax = plot_account_lists(JUDGED, {"contribution": "last year's contribution"} | NAMES, top=20)
    scale = 1e3 if "thousand" in ax.get_xlabel() else 1.0
    assert widths(ax) == pytest.approx((JUDGED["total"] / scale).tolist())
    best = JUDGED["list"].iloc[:2][JUDGED["total"].iloc[:2].argmax() :].iloc[0]
    assert best == "contribution"
    assert title(ax).startswith("The 20 accounts by last year's contribution brought most: ¥")
    assert texts(ax)[-1].endswith("(100 %)")
    assert [one.get_text() for one in ax.get_yticklabels()] == [
        "deposits",
        "last year's contribution",
        "best in hindsight",
    ]


def test_moves_have_a_bar_each_and_those_not_made_are_left_out():
    ax = plot_weight_moves(MOVED, NAMES, top=20)
    assert widths(ax) == MOVED["kept"].tolist()
    assert title(ax) == f"Move one weight by a tenth: {MOVED['kept'].min()} to {MOVED['kept'].max()} of 20 stay"
    assert [one.get_text() for one in ax.get_yticklabels()][2] == "deposits 0.2 → 0.1"
    edge = weight_sensitivity(PEOPLE, {"contribution": 0.95, "products": 0.05}, top=20).table
    assert len(plot_weight_moves(edge, top=20).patches) == 2
    with pytest.raises(ValueError, match="has no move that was made"):
        plot_weight_moves(edge.assign(kept=pd.NA))


def test_kinds_stand_on_their_side_of_the_lines():
    found = account_kinds(PEOPLE)
    ax = plot_account_kinds(PEOPLE.assign(kind=found.customers["kind"]))
    for dots, kind in zip(ax.collections, ["existing", "potential", "other"], strict=True):
        places = np.asarray(dots.get_offsets())
        rows = PEOPLE[(found.customers["kind"] == kind) & (PEOPLE["assets_here"] >= 1_000)]
        assert len(places) == len(rows)
        assert ((places[:, 0] >= 300_000) == (kind == "existing")).all()
        assert ((places[:, 1] >= 300_000) == (kind != "other")).all()
    count = found.table.set_index("kind")["customers"]
    assert title(ax).startswith(f"{count['potential']} potential key accounts have ¥")


def test_the_programme_rises_to_the_last_who_pays_and_falls_after():
    """Gains of 1,700, 500, −400 and −1,300: best with two, 2,200; with all 500."""
    ax = plot_programme(PLAN)
    assert ax.lines[0].get_ydata() == pytest.approx([0, 1_700, 2_200, 1_800, 500])
    assert title(ax) == "Admit 2: ¥2,200. Admit all 4: ¥500"
    assert "¥2,200 at 2 members" in description(ax)


@pytest.mark.parametrize(
    "plot", [plot_month_end, plot_deals, plot_account_lists, plot_weight_moves, plot_account_kinds, plot_programme]
)
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1, 2])
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame())
    with pytest.raises(ValueError, match="has no column"):
        plot(pd.DataFrame({"a": [1]}))


def test_deals_of_another_table_are_refused():
    with pytest.raises(ValueError, match="must have one row 'deal'"):
        plot_deals(DEALS.iloc[1:])


# --- the explorer -----------------------------------------------------------------------------------------------------------


def shown(picture):
    return {one["name"]: one["text"] for one in picture["numbers"]}


def bars(picture, panel):
    part = picture["panels"][panel]
    return dict(zip(part["y"]["categories"], part["marks"][0]["values"], strict=True))


def picture(year=2023, scale="rank", points=(8, 4, 4, 4)):
    return accounts_picture(YEARS, list(WEIGHTS), NAMES, year, scale, *points, top=20)


@pytest.mark.parametrize(("year", "scale"), [*product((2023, 2024), ("rank", "range"))])
def test_the_picture_says_what_the_room_computes(year, scale):
    found = picture(year, scale)
    base = YEARS[YEARS["year"] == year].reset_index(drop=True)
    scored = account_scores(base, WEIGHTS, top=20, scale=scale).customers
    own = base.loc[scored["listed"], "next_year"].sum()
    unit = 1e3 if "thousand" in shown(found)["Your 20 brought"] else 1.0
    totals = bars(found, 0)
    assert totals["your score"] == pytest.approx(own)
    assert totals["deposits"] == pytest.approx(base.nlargest(20, "deposits_average")["next_year"].sum())
    assert totals["best in hindsight"] == pytest.approx(base["next_year"].nlargest(20).sum())
    numbers = {one["name"]: one["value"] for one in found["numbers"]}
    assert numbers["Your 20 brought"] == pytest.approx(own / unit)
    assert numbers["More than deposits"] == pytest.approx((own - totals["deposits"]) / unit)
    both = base.nlargest(20, "contribution")["customer"].isin(scored.loc[scored["listed"], "customer"]).sum()
    assert shown(found)["Shared with contribution"] == f"{both} of 20"
    assert bars(found, 1)["contribution"] == both
    assert [row[1] for row in found["table"]["rows"]] == ["40 %", "20 %", "20 %", "20 %"]
    assert found["panels"][0]["title"] == f"Contribution of the 20 accounts in {year + 1}"


def test_one_criterion_alone_is_its_own_list():
    found = picture(points=(7, 0, 0, 0))
    totals = bars(found, 0)
    assert totals["your score"] == pytest.approx(totals["contribution"])
    assert shown(found)["Shared with contribution"] == "20 of 20"


def test_without_points_there_is_no_score_and_the_picture_says_so():
    found = picture(points=(0, 0, 0, 0))
    assert set(shown(found).values()) == {"–"}
    assert bars(found, 0)["your score"] is None
    assert bars(found, 0)["deposits"] is not None
    assert found["table"]["caption"] == "There is no score: give at least one criterion some points."
    assert [row[1] for row in found["table"]["rows"]] == ["–"] * 4


def test_ties_at_the_end_of_the_list_are_said():
    assert "accounts tie at the end of your list" in picture(points=(0, 0, 0, 5))["table"]["caption"]
    assert "accounts tie" not in picture(points=(7, 0, 0, 0))["table"]["caption"]


def test_odd_weights_keep_a_decimal():
    assert [row[1] for row in picture(points=(20, 4, 4, 4))["table"]["rows"]] == [
        "62.5 %",
        "12.5 %",
        "12.5 %",
        "12.5 %",
    ]


def test_every_corner_of_the_controls_can_be_drawn():
    for year, scale, *points in product((2023, 2024), ("rank", "range"), *[(0, 10)] * 4):
        json.dumps(accounts_picture(YEARS, list(WEIGHTS), NAMES, year, scale, *points, top=20), allow_nan=False)


def test_points_must_fit_the_criteria():
    with pytest.raises(ValueError, match="There are 4 criteria, but 2 numbers of points"):
        picture(points=(1, 2))


def test_the_explorer_starts_with_the_weights_moves_and_resets():
    widget = explore_accounts(YEARS, WEIGHTS, NAMES, top=20)
    assert [widget.controls[name].value for name in WEIGHTS] == [4, 2, 2, 2]
    first = shown(widget.view.picture)
    widget.controls["year"].value = 2024
    widget.controls["contribution"].value = 10
    assert widget.view.picture["changed"].startswith("Contribution (points): 4 → 10.")
    assert shown(widget.view.picture) == shown(picture(2024, points=(10, 2, 2, 2)))
    widget.reset.click()
    assert shown(widget.view.picture) == first


def test_the_explorer_refuses_weights_that_do_not_add_up():
    with pytest.raises(ValueError, match=r"The weights add up to 1\.2"):
        explore_accounts(YEARS, WEIGHTS | {"contribution": 0.6}, NAMES)
