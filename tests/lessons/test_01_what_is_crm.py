"""Lesson 01: every number in its text is the one that its code computes."""

from __future__ import annotations

import pytest

import crmlib as crm

LESSON = "01_what_is_crm"


def test_the_stages(lesson):
    table = lesson["stages"].table.set_index("stage")
    gain = (table["after"] - table["before"]) / 1e6
    assert lesson.says(
        f"the {table.loc['developing', 'customers']:,} developing customers bring ¥{gain['developing']:.1f} million more"
    )
    assert lesson.says(
        f"the {table.loc['declining', 'customers']:,} declining ones ¥{-gain['declining']:.1f} million less"
    )
    assert lesson.says(
        f"{table.loc['acquired', 'customers']:,} were acquired and {table.loc['lost', 'customers']:,} lost"
    )
    assert table.loc["won back", "customers"] == 0
    assert lesson.says("Won back is empty")


def test_the_cycle(lesson):
    result = lesson["result"]
    rate = result["rate in %"]
    assert lesson.says(f"Without a letter {rate['control']:.1f} % bought anyway; with it {rate['treated']:.1f} %")
    assert lesson.says(f"all {result.loc['treated', 'bought']} buyers with a letter")
    caused = lesson["extra"] * result.loc["treated", "customers"]
    assert result.loc["treated", "bought"] / caused == pytest.approx(2, abs=0.15)  # "would have doubled the glory"


def test_who_holds_the_value(lesson):
    share = 100 * lesson["holders"].div(lesson["holders"].sum(axis=1), axis=0)
    factory = share.loc["industrial"]
    assert lesson.says(
        f"Of a factory's yuan {factory['generators']:.0f} % goes to generators, {factory['grid']:.0f} % to the grid, "
        f"{factory['levy']:.0f} % to the state (levy), and {factory['margin']:.0f} % is"
    )
    assert lesson.says(f"Homes pay {-share.loc['residential', 'margin']:.0f} % less than")
    assert lesson.says(
        f"{100 * (1 - lesson['own_share']):.0f} % of what Harbour Bank's customers own is at other banks"
    )


def test_between_and_within(lesson):
    chain = lesson["chain"]
    assert lesson.says(f"Between branches, {chain.loc['between', 'slope']:.0f} % more")
    within = chain.loc["within"]
    assert lesson.says(
        f"{within['slope']:.1f} %, and the interval from −{-within['low']:.1f} to {within['high']:.1f} % contains zero"
    )
    same = 500 * lesson["same_year"].loc["within", "slope"]
    assert lesson.says(f"the link within a branch is {same:.1f} %, four times as strong")
    assert same / within["slope"] == pytest.approx(4, abs=0.5)
    effect = lesson["arms"].loc[True, "mean"] - lesson["arms"].loc[False, "mean"]
    assert lesson.says(f"Rosters work on mood: {effect:.1f} points")


def test_the_base(lesson):
    stages = lesson["stages"].table.set_index("stage")
    start = stages["customers"].sum() - stages.loc["acquired", "customers"]
    kept = 1 - stages.loc["lost", "customers"] / start
    assert lesson.says(f"{start:,} customers in 2024, of whom it kept {100 * kept:.0f} %")
    assert lesson["base"]["customers"].iloc[0] == start
    alone = crm.customer_base(start, 0.91, 0, 10)["customers"].iloc[-1] / start
    assert lesson.says(f"without new customers {100 * alone:.0f} % are left after ten years")
    better = crm.customer_base(start, 0.93, 2300, 10)["customers"].iloc[-1]
    match = crm.customer_base(start, 0.91, 2700, 10)["customers"].iloc[-1]
    assert lesson.says("Two points of retention are worth about 400 new customers a year")
    assert match == pytest.approx(better, rel=0.01)
    assert lesson.says(f"at {100 * (1 - 2300 / start):.0f} % the base would stand still")


def test_the_decision(lesson):
    worth, million = lesson["worth"], lesson["million"]
    assert lesson.says(f"Revenue is ¥{million:.1f} million a year")
    assert lesson.says(f"the programme earns ¥{worth.loc['between', 'slope']:.1f} million and pays")
    within = worth.loc["within"]
    assert lesson.says(
        f"it earns ¥{within['slope']:.1f} million, and even the upper end, ¥{within['high']:.1f} million"
    )
    assert within["high"] < 2 < worth.loc["between", "slope"]


def test_the_checklist_and_the_truth(lesson):
    risks = crm.programme_risks(lesson["answers"])
    assert (len(risks), (risks["answer"] == "not known").sum()) == (8, 4)
    assert lesson.says("Eight of ten are open, four of them simply not known")
    assert len(crm.programme_checklist()) == 10
    assert lesson.says(f"The truth, {lesson['truth']:.1f} %, lies inside the within interval")
    within = lesson["chain"].loc["within"]
    assert within["low"] <= lesson["truth"] <= within["high"]
    assert lesson.says("the between reading is eight times too large")
    assert lesson["between"] / lesson["truth"] == pytest.approx(8, abs=0.5)


def test_the_answers_at_the_end(lesson):
    assert crm.customer_base(10_000, 0.9, 600, 300)["customers"].iloc[-1] == pytest.approx(6000)
    mature = {
        limit: crm.lifecycle_stage(lesson["year"][2024], lesson["year"][2025], tolerance=limit).table
        for limit in (0.1, 0.2)
    }
    count = {limit: table.set_index("stage").loc["mature", "customers"] for limit, table in mature.items()}
    assert lesson.says(f"{count[0.1]:,} instead of {count[0.2]:,}")
    skill = (
        crm.service_profit_chain(lesson["panel"], "staff_skill", "log_revenue").set_index("comparison").loc["within"]
    )
    assert skill["low"] < 0 < skill["high"]
