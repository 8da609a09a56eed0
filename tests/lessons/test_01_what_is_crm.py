"""Lesson 01: every number in its text is the one that its code computes."""

from __future__ import annotations

import pandas as pd
import pytest
import statsmodels.formula.api as smf

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
    full = lesson["moved"].groupby("stage", observed=True)["change, ¥ million"].agg(["size", "sum"])
    part = gain - full["sum"]
    assert lesson.says(
        f"With full years, {full.loc['developing', 'size']:,} developing customers bring "
        f"¥{full.loc['developing', 'sum']:.1f} million more and {full.loc['declining', 'size']:,} declining ones "
        f"¥{-full.loc['declining', 'sum']:.1f} million less. The rest, ¥{part['developing']:.1f} million of growth and "
        f"¥{-part['declining']:.1f} million of decline"
    )
    months, money = (lesson[name][[2024, 2025]] for name in ("months", "both"))
    per_month = money / months
    part_year = ((months < 12) & months.notna()).any(axis=1)
    grew, grew_per_month = (frame[2025] / frame[2024] - 1 for frame in (money, per_month))
    developing = part_year & (grew > 0.2)
    declining = part_year & (grew < -0.2)
    no_longer = [
        100 * (grew_per_month[developing] <= 0.2).mean(),
        100 * (grew_per_month[declining] >= -0.2).mean(),
    ]
    assert lesson.says(
        f"{no_longer[0]:.0f} % of these developing customers no longer develop, and {no_longer[1]:.0f} % of these"
    )
    assert developing.sum() == table.loc["developing", "customers"] - full.loc["developing", "size"]


def test_won_back_and_retention(lesson):
    people, table = lesson["people"], lesson["stages"].table.set_index("stage")
    assert table.loc["won back", "customers"] == 0
    came_back = people[(people["left"].dt.year == 2024) & (people["returned"].dt.year == 2025)]
    assert lesson.says(f"{len(came_back)} who left in 2024 came back in 2025. They have a row in both years")
    assert lesson["both"].loc[came_back["customer"]].notna().all(axis=None)
    before = table["customers"].sum() - table.loc["acquired", "customers"]
    seen = 1 - table.loc["lost", "customers"] / before
    assert lesson.says(f"So {100 * seen:.0f} % of the customers of 2024 were seen again in 2025")
    base = lesson["base"]
    first = base.loc[2024]
    assert lesson.says(
        f"Of {first['there']:,.0f} there on 1 January 2024, {first['left']:,.0f} left in the year: "
        f"{first['retention in %']:.0f} % stayed. In 2025 it was {base.loc[2025, 'retention in %']:.0f} %"
    )
    assert round(first["retention in %"]) == 87


def test_the_cycle(lesson):
    result = lesson["result"]
    rate = result["rate in %"]
    assert lesson.says(f"Without a letter {rate['control']:.1f} % bought anyway; with it {rate['treated']:.1f} %")
    assert lesson.says(f"all {result.loc['treated', 'bought']} buyers with a letter")
    caused = lesson["extra"] * result.loc["treated", "customers"]
    assert result.loc["treated", "bought"] / caused == pytest.approx(2, abs=0.15)  # "would have doubled the glory"
    assert lesson.says(f"so ¥{lesson['cost']:.0f} come back after nearly five years")
    assert 4.5 < lesson["cost"] / 90 < 5


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


def test_the_lottery(lesson):
    lot, panel = lesson["lot"], lesson["panel"]
    assert lesson.says(f"Rosters lift mood by {lot.loc['mood, points', 'effect']:.1f} points")
    assert lot.loc["mood, points", "low"] > 0
    for row, words in (("revenue, %", "the interval runs"), ("revenue of 2025, %", "2025 alone")):
        effect, low, high = lot.loc[row, ["effect", "low", "high"]]
        assert lesson.says(f"+{effect:.1f} %")
        assert lesson.says(words)
        assert lesson.says(f"from −{-low:.1f} to {high:.1f} %")
    arms = lesson["bank"].branches.groupby("roster_pilot").size()
    assert lesson.says(f"half of the branches, {arms[True]} of {arms.sum()}, drawn by lot")
    fitted = smf.ols(
        "grew ~ C(drawn)",
        pd.DataFrame({"grew": lesson["change"]["revenue, %"], "drawn": lesson["drawn"].astype(int)}),
    ).fit(cov_type="HC2")  # what two means with unequal variances have
    assert fitted.params.iloc[1] == pytest.approx(lot.loc["revenue, %", "effect"])
    assert fitted.bse.iloc[1] == pytest.approx(lot.loc["revenue, %", "error"])
    assert panel.loc[panel["year"] == 2022, "typical_revenue"].isna().all()


def test_the_base(lesson):
    base, people = lesson["base"], lesson["people"]
    start, retention = base.loc[2025, "there"], base.loc[2025, "retention in %"] / 100
    assert lesson.says(f"{start:,.0f} customers on 1 January 2025, of whom it kept {100 * retention:.0f} %")
    new = ((people["joined"] >= "2025-01-01") & people["left"].isna()).sum()
    there = people["left"].isna() | (people["returned"].notna() & people["left_again"].isna())
    back = (there & people["returned"].notna()).sum()
    assert lesson.says(f"{new:,} who joined and were there at its end (2,000 on the slider; {back} who came back")
    assert there.sum() == start - base.loc[2025, "left"] + new + back  # nobody is missing
    assert lesson["future"]["customers"].iloc[0] == start
    assert lesson["future"]["new"].iloc[1] == new
    alone = crm.customer_base(start, 0.88, 0, 10)["customers"].iloc[-1] / start
    assert lesson.says(f"without new customers {100 * alone:.0f} % are left after ten years, even at 88 % retention")
    better = crm.customer_base(start, 0.90, 2000, 10)["customers"].iloc[-1]
    low, high = (crm.customer_base(start, 0.88, 2000 + more, 10)["customers"].iloc[-1] for more in (300, 350))
    assert lesson.says("Two points of retention are worth 300 to 350 new customers a year")
    assert low < better < high
    assert lesson.says(f"at {100 * (1 - 2000 / start):.0f} % the base would stand still")


def test_the_decision(lesson):
    worth, million = lesson["worth"], lesson["million"]
    assert lesson.says(
        f"Revenue is ¥{million:.1f} million a year, so the programme must bring {100 * 2 / million:.1f} %"
    )
    assert lesson.says(f"Between says {worth.loc['between', 'slope']:.1f} and would pay")
    within, lottery = worth.loc["within"], worth.loc["lottery"]
    assert lesson.says(f"Within says {within['slope']:.1f}, at most {within['high']:.1f}, and would not")
    assert within["high"] < 2 < worth.loc["between", "low"]
    assert lesson.says(f"{lottery['slope']:.1f}, and anything from −{-lottery['low']:.1f} to {lottery['high']:.1f}")
    assert lottery["low"] < 0 < 2 < lottery["high"]  # neither ruled out
    assert lesson.says(f"What waiting may cost: ¥{lottery['high'] - 2:.1f} million")
    assert lesson.says(f"What signing may cost: ¥{2 - within['slope']:.1f} million a year")


def test_the_checklist_and_the_truth(lesson):
    risks = crm.programme_risks(lesson["answers"])
    assert (len(risks), (risks["answer"] == "not known").sum()) == (8, 4)
    assert lesson.says("Eight of ten are open, four of them simply not known")
    assert len(crm.programme_checklist()) == 10
    assert lesson.says(f"The truth, {lesson['truth']:.1f} %, lies inside the intervals of within and of the lottery")
    lottery = lesson["lot"].loc["revenue, %"]
    assert lottery["low"] <= lesson["truth"] <= lottery["high"]
    assert lesson.says(f"Five points are worth ¥{lesson['truth'] * lesson['million'] / 100:.1f} million a year")
    assert lesson["bank"].truth["staff.profit"] > 0  # the arrow back
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
