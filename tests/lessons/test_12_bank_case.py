"""Lesson 12: what its text says of the bank is what its code computes, and the handout prints the same exhibits."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import crmlib as crm
from crmlib.show import accounts_picture
from tools import build

LESSON = "12_bank_case"
HANDOUT = build.ROOT / "instructor" / "case_12_forty_places.md"


def million(value: float, digits: int = 2) -> str:
    return f"¥{value / 1e6:,.{digits}f} million"


def test_the_case(lesson):
    price, rate = lesson["price"], lesson["last"]["list_rate"].iloc[0]
    assert lesson.says(f"We pay {100 * price:.2f} % a year for that money inside the house")
    assert lesson.says(
        f"The list rate for customers is {100 * rate:.2f} %. So a yuan of deposits should bring {100 * (price - rate):.2f} fen"
    )
    assert lesson.says("Each of the 36 branch managers")
    assert len(lesson["bank"].branches) == lesson["bank"].branches["manager"].nunique() == 36
    weights = ", ".join(f"{words} {lesson['committee'][name]}" for name, words in {
        "contribution": "contribution", "deposits_average": "deposits", "elsewhere": "money at other banks", "products": "products held",
    }.items())  # fmt: skip
    assert lesson.says(weights)
    assert sum(lesson["committee"].values()) == pytest.approx(1)


def printed(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | np.integer) else f"{value:,.2f}".replace("-", "−")


def test_the_handout_prints_the_same_text_and_exhibits(lesson):
    text = HANDOUT.read_text(encoding="utf-8")
    rows = [re.sub(r"¥", "", line).strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    have = {tuple(row) for row in rows}
    for year, row in lesson["exhibit_1"].iterrows():
        assert (str(year), *map(printed, row)) in have
    for who, row in lesson["exhibit_2"].iterrows():
        assert (str(who), *map(printed, row)) in have
    for (line, kind), row in lesson["exhibit_3"].iterrows():
        assert (
            f"{line:,}",
            kind,
            f"{int(row['customers']):,}",
            *map(printed, row[["assets_here", "elsewhere"]]),
        ) in have
    for adviser, row in lesson["exhibit_4"].iterrows():
        assert ("yes" if adviser else "no", f"{int(row['customers']):,}", *map(printed, row.iloc[1:])) in have
    told = re.sub(r"\s+", " ", text.replace("*", ""))
    case = lesson.text[lesson.text.index("Monday, 12 January 2026.") : lesson.text.index("By Friday:")]
    # what people say in the handout is what they say in the lesson, word for word
    spoken = re.findall(r'"([^"]+)"', told)
    assert len(spoken) >= 6
    assert [one for one in spoken if one not in case] == []


def test_the_month_end(lesson):
    lift, december = lesson["lift"], lesson["december"]
    flagged, others = lift[lift["flagged"]], lift[~lift["flagged"]]
    assert lesson.says(
        f"For {len(flagged)} of the {len(lift)} managers the last day has {100 * flagged['lift'].mean():.0f} % more"
    )
    assert lesson.says(f"by manager {100 * flagged['lift'].min():.1f} to {100 * flagged['lift'].max():.1f} %")
    assert lesson.says(
        f"for the other {len(others)} the lift is −{-100 * others['lift'].min():.1f} to {100 * others['lift'].max():.1f} %"
    )
    met = december.groupby("flagged")[["by month end", "by all days"]].sum()
    assert lesson.says(
        f"All {met.loc[True, 'by month end']} with the habit reach the target, and {met.loc[False, 'by month end']} of the 20"
    )
    assert met.loc[True, "by month end"] == len(flagged)
    assert lesson.says(
        f"Counted by all days it would be {met.loc[True, 'by all days']} and {met.loc[False, 'by all days']}."
    )
    whole = lesson["exhibit_1"].loc[2025]
    assert lesson.says(f"Harbour Bank is at {100 * (whole['month ends'] / whole['all days'] - 1):.1f} % for 2025")


def test_the_deals(lesson):
    eight, table = lesson["eight"], lesson["deals"].table.set_index("rate")
    assert lesson.says(
        f"they would bring {million(eight['at_list'].sum())} of margin; the deals take {million(eight['deal'].sum())}"
    )
    assert (eight["paid_rate"] - eight["list_rate"] > 0.002).all()
    again = crm.rate_deals(eight.assign(months=12), transfer_price=lesson["price"]).customers
    assert again["margin_paid"].tolist() == pytest.approx(eight["paid"].tolist())
    deal, who = table.loc["deal"], lesson["deals"].customers
    above = 100 * who.loc[who["deal"], "above_list"]
    assert lesson.says(
        f"{deal['accounts']:,.0f} accounts, one in fifteen, have one: {above.min():.1f} to {above.max():.1f} points above"
    )
    assert round(table.loc["all", "accounts"] / deal["accounts"]) == 15
    assert lesson.says(f"They hold {100 * deal['deposits_share']:.0f} % of the deposits")
    assert lesson.says(
        f"a margin of {million(deal['margin_at_list'])} a year. The deals take {million(deal['deal_cost'])} of it, "
        f"and {million(deal['margin_paid'])}"
    )
    assert lesson.says(f"whole profit was {million(1e6 * lesson['exhibit_1'].loc[2025, 'profit'])}")
    assert deal["deal_cost"] / 1e6 > lesson["exhibit_1"].loc[2025, "profit"]
    assert lesson.says(f"so up to {100 * deal['deal_cost'] / deal['margin_at_list']:.0f} % of it")
    assert lesson.says(f"(Smaller differences, ¥{table.loc['list rate', 'deal_cost']:,.0f} in all")
    assert who.loc[~who["deal"], "above_list"].max() <= 0.002
    assert who.loc[who["deal"], "above_list"].min() > 0.002
    whole = lesson["last"].set_index("customer").loc[who.loc[who["deal"], "customer"], "contribution"].sum()
    limit = 100 * deal["deal_cost"] / (whole + deal["deal_cost"])
    assert lesson.says(f"these accounts is {million(whole)}; counted with it, the limit is {limit:.0f} %")
    half = 0.5 * deal["margin_at_list"] - deal["margin_paid"]
    with_all = 0.5 * (whole + deal["deal_cost"]) - whole
    assert lesson.says(
        f"If half of the money leaves, the margin still rises by {million(half)} a year, with fees and loans {million(with_all)}"
    )
    margins = np.sort(who.loc[who["deal"], "margin_at_list"])[::-1]
    part = 100 * margins.cumsum() / margins.sum()
    assert lesson.says(f"they hold {part[99]:.0f} % of this margin, forty of them {part[39]:.0f} %")
    assert lesson.says("Half of the money is a hundred accounts")
    assert lesson.says(f"¥{deal['deal_cost'] / deal['accounts']:,.0f} a year per deal")
    rates = 100 * lesson["who"].pivot_table(index="deposits", columns="flagged", values="deal", observed=True)
    assert (rates[True] > rates[False]).all()
    assert lesson.says(f"{rates[True].iloc[2]:.0f} against {rates[False].iloc[2]:.0f} % between ¥200,000 and ¥500,000")
    # the deposits that the margin is counted on are those of Exhibit 1
    assert table.loc["all", "deposits"] / 1e6 == pytest.approx(lesson["exhibit_1"].loc[2025, "all days"], rel=1e-3)


def test_the_prediction(lesson):
    two, shared = lesson["two"], lesson["shared"]
    assert lesson.says(f"{shared} of 40: under half, though far more than the 0.1 accounts that chance would give")
    assert lesson["overlap"]["by_chance"].iloc[0] == pytest.approx(0.1, abs=0.005)
    by_deposits, by_profit = two.loc["deposits_average"], two.loc["profit"]
    assert lesson.says(
        f"¥{by_deposits['profit']:.2f} million of profit, the forty by profit ¥{by_profit['profit']:.2f} million"
    )
    assert by_profit["deposits_average"] < by_deposits["deposits_average"]
    assert lesson.says(f"{by_deposits['have a deal']:.0f} have a deal and {by_deposits['lose money']:.0f} lose money")
    assert lesson.says(f"have ¥{by_deposits['deposits_average']:.0f} million; they must be our best")
    assert lesson.says(f"({by_deposits['have a deal']:.0f} of 40 have a deal)")


def test_the_score_by_hand(lesson):
    some = lesson["some"].sort_values("score", ascending=False)
    assert some["score"].tolist() == pytest.approx(
        crm.account_scores(
            some[["customer", "contribution", "elsewhere"]], {"contribution": 0.6, "elsewhere": 0.4}, top=3
        )
        .customers["score"]
        .tolist()
    )
    second, third = some.iloc[1], some.iloc[2]
    assert lesson.says(
        f"¥{second['contribution']:,.0f} against ¥{third['contribution']:,.0f} of contribution is two places"
    )
    assert round(7 * (second["part c"] - third["part c"])) == 2
    assert lesson.says(
        f"¥{second['elsewhere'] / 1e6:.0f} against ¥{third['elsewhere'] / 1e6:.0f} million elsewhere is three"
    )
    assert round(7 * (third["part e"] - second["part e"])) == 3
    assert lesson.says(f"Both end at {second['score']:.2f}")
    assert round(second["score"], 2) == round(third["score"], 2)


def test_the_committee_s_score(lesson):
    scored, before = lesson["scored"], lesson["before"]
    assert lesson.says(
        f"the mean part of the forty is {np.floor(100 * scored.table['part_listed'].min()) / 100:.2f} or more"
    )
    top = before["contribution"].max()
    part = ((before["contribution"] < 30_000).mean(), top)
    assert lesson.says(f"¥{part[1]:,.0f} of contribution is the part 1.00, ¥30,000 is {part[0]:.3f}")
    kept = lesson["moved"].table["kept"]
    assert lesson.says(
        f"Between {kept.min()} and {kept.max()} stay; only {lesson['always']} of 40 are on all nine lists"
    )
    assert len(kept) + 1 == 9
    both = lesson["scales"]["both"].iloc[0]
    assert lesson.says(f"the same weights give a list that shares {both} of 40")
    assert both < kept.min()


def test_judged_by_2025(lesson):
    judged = lesson["judged"].set_index("list")
    total = judged["total"]
    assert lesson.says(
        f"The committee's forty brought {million(total['committee'])} in 2025, the forty by deposits {million(total['deposits_average'])}"
    )
    assert lesson.says(
        f"brought {million(total['contribution'])}, {100 * judged.loc['contribution', 'share_of_best']:.0f} % of what hindsight"
    )
    assert total.drop("best in hindsight").idxmin() == "revenue"
    assert lesson.says(f"Revenue is worst, {million(total['revenue'])}")
    low, high = judged["low"] / 1e6, judged["high"] / 1e6
    assert lesson.says(
        f"is −{-low['committee']:.2f} to {high['committee']:.2f} for the committee and {low['contribution']:.2f} to "
        f"{high['contribution']:.2f} for"
    )


def test_what_the_explorer_should_have_shown(lesson):
    def shown(year, *points, scale="rank"):
        numbers = accounts_picture(lesson["both"], list(lesson["committee"]), lesson["names"], year, scale, *points)[
            "numbers"
        ]
        return numbers[0]["text"]

    assert lesson.says(
        f"contribution alone brings {shown(2023, 20, 0, 0, 0)} in 2024, deposits alone {shown(2023, 0, 20, 0, 0)}, the committee "
        f"{shown(2023, 8, 4, 4, 4)}"
    )
    tuned = shown(2024, 16, 0, 4, 0).removesuffix(" million")
    assert lesson.says(
        f"it is {shown(2023, 16, 0, 4, 0)}, a little more; and in 2025 {tuned} against {shown(2024, 20, 0, 0, 0)}"
    )
    single = [float(shown(2023, *(20 * (place == one) for place in range(4)))[1:5]) for one in range(4)]
    assert max(single) == single[0]  # contribution is the best single criterion


def test_eight_other_banks(lesson):
    others = lesson["others"]
    assert others.shape[1] == 8

    def wins(one, other):
        return int((others.loc[one] > others.loc[other]).sum())

    assert lesson.says(f"The committee beats deposits in {wins('committee', 'deposits_average')} of 8 banks")
    assert lesson.says(
        f"contribution beats deposits in {wins('contribution', 'deposits_average')} and the committee in all 8"
    )
    assert wins("contribution", "committee") == 8
    gap = (others.loc["tuned"] - others.loc["contribution"]).sort_values()
    assert lesson.says(f"beat plain contribution in {(gap > 0).sum()}, once by ¥{gap[gap > 0].min():.1f} thousand")
    assert lesson.says("which beat the committee's score in all nine banks")


def test_potential(lesson):
    kinds, before = lesson["kinds"].table.set_index("kind"), lesson["before"]
    existing, potential = kinds.loc["existing"], kinds.loc["potential"]
    assert lesson.says(
        f"{existing['customers']:,.0f} existing key accounts, {100 * existing['customer_share']:.0f} % of the customers, with "
        f"{100 * existing['assets_share']:.0f} % of the assets; {potential['customers']:,.0f} potential ones with "
        f"¥{potential['elsewhere'] / 1e6:,.0f} million"
    )
    assert lesson.says(
        f"Here {100 * existing['customer_share']:.0f} % hold {100 * existing['assets_share']:.0f} % of the assets"
    )
    assert lesson.says(
        f"¥{existing['elsewhere'] / 1e6:,.0f} million. The bank holds {100 * existing['share_of_wallet']:.0f} % of their wallets"
    )
    lower = crm.account_kinds(before, line=200_000).table.set_index("kind")["customers"]
    assert lesson.says(f"With the line at ¥200,000 it is {lower['existing']:,} and {lower['potential']:,}")
    crossed = lesson["near"].groupby("kind_of_account", observed=True)["crossed"].agg(["mean", "size"])
    assert lesson.says(
        f"Of those with a large wallet {100 * crossed.loc['potential', 'mean']:.0f} % crossed, of those without "
        f"{100 * crossed.loc['other', 'mean']:.0f} %"
    )
    gap = 100 * (crossed.loc["potential", "mean"] - crossed.loc["other", "mean"])
    half = 196 * (crossed["mean"] * (1 - crossed["mean"]) / crossed["size"]).sum() ** 0.5
    assert lesson.says(
        f"a difference of −{-gap:.0f} points (± {half:.0f}, with {crossed.loc['other', 'size']:.0f} in the second row)"
    )
    assert -gap < half
    now = before[before["kind_of_account"] == "existing"]
    assert lesson.says(
        f"{100 * (1 - now['crossed'].mean()):.0f} % of the existing key accounts fell below the line within a year"
    )
    left = (now["left"] <= "2025-12-31") & ~now["crossed"]
    assert lesson.says(f"{100 * left.mean():.0f} of these points by leaving")


def test_ties(lesson):
    table = pd.DataFrame(lesson["levels"], columns=["tie", "n", "with", "without", "difference", "half"]).set_index(
        "tie"
    )
    points, half = -table["difference"], table["half"]
    assert lesson.says(
        f"goes with {points['rate deal']:.1f} points less leaving, well within chance (± {half['rate deal']:.1f})"
    )
    assert points["club"] < half["club"]
    assert lesson.says(
        f"An adviser goes with {points['adviser']:.1f} points (± {half['adviser']:.1f}), payroll with "
        f"{points['payroll']:.1f} points (± {half['payroll']:.1f})"
    )


def test_the_programme(lesson):
    everybody, paying = lesson["plan"].table.iloc[0], lesson["plan"].table.iloc[1]
    assert lesson.says(
        f"For all {everybody['members']} the programme loses ¥{-everybody['gain']:,.0f} a year (95 % interval "
        f"−¥{-everybody['low']:,.0f} to "
        f"−¥{-everybody['high']:,.0f}): it needs {100 * everybody['break_even']:.1f} points, and {100 * lesson['fewer']:.1f} are"
    )
    limit = 1_200 / (4 * lesson["fewer"])
    assert lesson.says(
        f"{paying['members']} members, those who bring more than ¥{limit:,.0f} a year, gain ¥{paying['gain']:,.0f}"
    )
    assert (lesson["members"]["contribution"] > limit).sum() == paying["members"]
    served = lesson["exhibit_4"]["cost_to_serve"]
    assert lesson.says(f"¥{served[True]:,.0f} with an adviser, ¥{served[False]:,.0f} without")
    real = lesson["real"].table.iloc[0]
    cost = real["cost"] / real["members"]
    assert lesson.says(
        f"At ¥{cost:,.0f} a member the bill is {million(real['cost'])}, and the break-even is {100 * real['break_even']:.1f} points"
    )
    assert lesson.says(f"adviser: ¥{cost:,.0f} a year")
    assert lesson.says(f"Only {100 * lesson['leaving']:.1f} % leave at all")
    members, gold = lesson["members"], lesson["gold"]
    nobody_leaves = lesson["leaving"] * members["stake"] - cost
    assert lesson.says(f"a programme for all would still lose {million(-nobody_leaves.sum())}")
    assert lesson.says(
        f"At {100 * lesson['fewer']:.1f} points not one member pays for himself; if nobody left, {(nobody_leaves > 0).sum()} would"
    )
    assert lesson["real"].table["members"].iloc[1] == 0
    equal = real["break_even"] * lesson["matched"] / cost
    assert lesson.says(f"an adviser costs ¥{lesson['matched']:,.0f} instead of ¥{cost:,.0f}. The verdict is the same")
    assert lesson.says(f"(at ¥{lesson['matched']:,.0f} {100 * equal:.1f})")
    assert equal > lesson["leaving"]
    assets = gold.groupby("adviser")["assets_here"].mean()
    assert assets[True] / assets[False] == pytest.approx(2, abs=0.1)
    assert lesson["exhibit_4"].eval("revenue - expected_loss - cost_to_serve - contribution").abs().max() < 0.01
    assert lesson.says(f"the {lesson['gold']['adviser'].sum()} who have an adviser a look")
    assert lesson.says("× 0.88 / (1.10 − 0.88) = 4")
    assert pytest.approx(4) == 0.88 / (1.10 - 0.88)
    mean = lesson["exhibit_4"]["contribution"]
    assert lesson.says(f"they bring ¥{mean[True]:,.0f} each, less than the ¥{mean[False]:,.0f} of those without one")


def test_the_door_judged_by_the_year_after(lesson):
    before, fewer = lesson["before"], lesson["fewer"]
    since = lesson["bank"].bonds.query("bond == 'adviser' and since < '2025-01-01'")["customer"]
    rich = before[(before["kind"] == "personal") & (before["assets_here"] >= 300_000) & ~before["customer"].isin(since)]
    picked = rich[4 * fewer * rich["contribution"] > 1_200]
    mean, gain = picked[["contribution", "next_year"]].mean(), {}
    for year in ("contribution", "next_year"):
        gain[year] = 4 * fewer * picked[year].sum() - 1_200 * len(picked)
    stayed = picked[~(picked["left"] < "2026-01-01")]
    again = 100 * (4 * fewer * stayed["next_year"] > 1_200).mean()
    assert lesson.says(
        f"The {len(picked)} of 2024 brought ¥{mean['contribution']:,.0f} each, a year later ¥{mean['next_year']:,.0f}, and of those who "
        f"stayed {again:.0f} % are above the line again. The gain falls from ¥{gain['contribution']:,.0f} to ¥{gain['next_year']:,.0f}"
    )


def test_how_many_places_a_trial_needs(lesson):
    before = lesson["before"]
    potential = before[before["kind_of_account"] == "potential"].nlargest(50, "wallet")
    assert (before.nlargest(50, "wallet")["kind_of_account"] == "existing").all()
    assert (lesson["known"].nlargest(50, "wallet")["assets_here"] >= 300_000).all()
    wallets = lesson["bank"].wallets.query("year == 2025").set_index("customer")["assets_here"]
    change = wallets.reindex(potential["customer"]).fillna(0).to_numpy() - potential["assets_here"].to_numpy()
    ten, half = (1.96 * np.sqrt(change.var(ddof=1) * (1 / n + 1 / (50 - n))) for n in (10, 25))
    assert lesson.says(f"next to nothing: ± ¥{ten:,.0f}, where they have ¥{potential['assets_here'].mean():,.0f} here")
    assert lesson.says(f"Even 25 against 25 gives ± ¥{half:,.0f}")


def test_money_from_elsewhere(lesson):
    members, spread = lesson["members"], lesson["spread"]
    whole = members["elsewhere"].sum() * spread
    assert lesson.says(f"at a margin of {100 * spread:.2f} %")
    assert lesson.says(
        f"{100 * members['budget'].sum() / whole:.1f} % of it would have to come at the budget's cost, "
        f"{100 * members['as now'].sum() / whole:.1f} % at the real"
    )
    after = spread - lesson["premium"]
    assert lesson.says(f"the margin is {100 * after:.2f} %, and more than all of it would have to come")
    assert members["as now"].sum() > members["elsewhere"].sum() * after


def test_the_answer_book(lesson):
    truth = lesson["truth"]
    assert (truth["gaming"] == truth["flagged"]).all()
    assert lesson.says(f"All {truth['gaming'].sum()}, and nobody else")
    book = lesson["book"].set_index("list")
    assert lesson.says(
        f"will bring {million(book.loc['contribution', 'total'])}, "
        f"{100 * book.loc['contribution', 'share_of_best']:.0f} % of the best possible; the "
        f"committee's {million(book.loc['committee', 'total'])}, the forty by deposits {million(book.loc['deposits_average', 'total'])}"
    )
    hazard = lesson["hazard"]
    assert lesson.says(
        f"by {lesson['ratio']:.2f} (what he does to satisfaction comes on top); we had {hazard['hazard_ratio']:.2f}"
    )
    assert lesson.says(f"{hazard['ratio_low']:.2f} to {hazard['ratio_high']:.2f}, leaves {lesson['ratio']:.2f} out")
    assert hazard["ratio_high"] < lesson["ratio"]
    assert lesson.says(f"That is {100 * lesson['true']:.1f} points instead of {100 * lesson['fewer']:.1f}")
    table = lesson["by_book"].table
    assert lesson.says(
        f"loses ¥{-table['gain'].iloc[0]:,.0f}, and {table['members'].iloc[1]} members are worth admitting, not 147"
    )


def test_the_answers_at_the_end(lesson):
    known = lesson["known"]
    rich = known[
        (known["kind"] == "personal") & (known["assets_here"] >= 200_000) & ~known["customer"].isin(lesson["advisers"])
    ]
    points = 100 * 1_200 * len(rich) / (4 * rich["contribution"].sum())
    assert lesson.says(f"from 4.1 to {points:.1f} points: {len(rich)} members instead of {len(lesson['members'])}")
    sums = lesson["who"].groupby(["flagged", "deal"])["deposits_average"].sum().unstack()
    share = 100 * sums[True] / sums.sum(axis=1)
    assert lesson.says(f"{share[True]:.0f} %, against {share[False]:.0f} % for the other managers")
