"""Lesson 00: its measure, its picture, and what its prose says of the shipped data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from crmlib.companies import load_bank, load_utility
from crmlib.show import description, kept_share, plot_kept, welcome_picture

OPENED = {"industry opens": pd.Timestamp("2024-01-01"), "commerce opens": pd.Timestamp("2024-10-01")}


@pytest.fixture(scope="module")
def companies():
    return load_bank(tables=["customers", "branches", "pulse"]), load_utility(
        tables=["customers", "pulse", "market_opening"]
    )


@pytest.fixture(scope="module")
def kept(companies) -> pd.DataFrame:
    bank, utility = companies
    not_chosen = ["death", "moved abroad", "closed by bank"]
    first = bank.customers.assign(group="bank", own_choice=~bank.customers["exit_reason"].isin(not_chosen))
    second = utility.customers.rename(columns={"class": "group", "since": "joined"})
    second = second.assign(group=second["group"].astype("str"), own_choice=second["exit_reason"] == "switched")
    columns = ["group", "joined", "left", "own_choice"]
    return kept_share(pd.concat([first[columns], second[columns]], ignore_index=True))


@pytest.fixture(scope="module")
def satisfaction(companies) -> pd.DataFrame:
    bank, utility = companies
    frame = utility.pulse.pivot(index="month", columns="class", values="mean_score")
    return frame.assign(bank=bank.pulse.set_index("month")["mean_score"]).rolling(12, min_periods=1).mean()


def test_kept_share_by_hand():
    """Five customers of January 2023; one leaves in March, one dies in April, one leaves in December 2025."""
    people = pd.DataFrame(
        {
            "group": ["a"] * 6,
            "joined": ["2010-01-01", "2022-12-31", "2015-06-01", "2019-01-01", "2020-01-01", "2023-01-01"],
            "left": [None, "2023-03-31", "2023-04-01", None, "2025-12-31", "2023-02-01"],
            "own_choice": [False, True, False, False, True, True],
        }
    )
    share = kept_share(people)["a"]
    assert share.iloc[[0, 1, 2, 3, 34, 35]].tolist() == pytest.approx([1, 1, 0.8, 0.8, 0.8, 0.6])
    assert share.size == 36


@pytest.mark.parametrize(
    ("people", "error", "sentence"),
    [
        ([], TypeError, "The table of customers must be a pandas DataFrame"),
        (pd.DataFrame(columns=["group", "joined", "left", "own_choice"]), ValueError, "has no rows"),
        (
            pd.DataFrame({"group": ["a"], "joined": ["2020-01-01"]}),
            ValueError,
            "has no columns 'left' and 'own_choice'",
        ),
        (
            pd.DataFrame({"group": ["a"], "joined": ["2024-01-01"], "left": [None], "own_choice": [False]}),
            ValueError,
            "Nobody in the group 'a' joined before 2023",
        ),
    ],
)
def test_bad_input_gets_a_sentence(people, error, sentence):
    with pytest.raises(error, match=sentence):
        kept_share(people)


def test_what_the_lesson_says_is_so(companies, kept, satisfaction):
    _, utility = companies
    opening = utility.market_opening.set_index("class")["opened"]
    assert opening["industrial"] == OPENED["industry opens"]
    assert opening["commercial"] == OPENED["commerce opens"]
    assert pd.isna(opening["residential"])
    at_2023, at_2024_09 = kept.loc["2023-12-01"], kept.loc["2024-09-01"]
    assert (at_2023[["residential", "commercial", "industrial"]] == 1).all()
    assert at_2023["bank"] < 0.9
    assert at_2024_09["commercial"] == 1
    assert kept["residential"].eq(1).all()
    assert kept.loc["2024-03-01", "industrial"] < 1
    assert kept.loc["2025-01-01", "commercial"] < 1
    # "about as fast as the bank's customers": within five points a year, over the last year of each
    yearly = 1 - kept.iloc[35] / kept.iloc[23]
    assert (yearly[["commercial", "industrial"]] - yearly["bank"]).abs().max() < 0.05
    # "the bars hardly move", and the bank satisfies more throughout
    assert satisfaction.iloc[11:].std().max() < 2
    assert (satisfaction["bank"].iloc[11:] > satisfaction.drop(columns="bank").iloc[11:].max(axis=1)).all()
    assert abs((1 - kept.iloc[35]["industrial"] ** 0.5) - utility.truth["switch.rate.industrial"]) < 0.04


@pytest.mark.parametrize("month", [1, 12, 13, 36])
def test_the_picture_of_every_month_can_be_drawn(kept, satisfaction, month):
    picture = welcome_picture(month, kept, satisfaction, OPENED)
    json.dumps(picture)
    numbers = {one["name"]: one["value"] for one in picture["numbers"]}
    assert numbers == pytest.approx({group: 100 * kept[group].iloc[month - 1] for group in kept})
    bars = picture["panels"][0]["marks"][0]["values"]
    assert bars == pytest.approx(satisfaction.iloc[month - 1][list(kept.columns)].tolist())
    assert kept.index[month - 1].strftime("%b %Y") in picture["alt"]


def test_the_figure_shows_all_four_lines_with_words(kept):
    ax = plot_kept(kept, OPENED)
    lines = {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}
    assert set(lines) == set(kept.columns)
    for group, line in lines.items():
        np.testing.assert_allclose(line.get_ydata(), kept[group])
    low, high = ax.get_ylim()
    assert low < kept.to_numpy().min()
    assert high > 1
    assert ax.get_title(loc="left")
    assert "(%)" in ax.get_ylabel()
    assert "residential 100 %" in description(ax)
