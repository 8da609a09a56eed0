"""Lesson 04: every number in its text is the one that its code computes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import crmlib as crm
from crmlib.show import quadrants_picture

LESSON = "04_value_quadrants"


def changes(found):
    """What the slide promises, the overhead that stays, and the change of profit."""
    before, promise, stays, _, after = found.table["amount"]
    return promise, -stays, after - before


def test_the_case(lesson):
    first, second = (changes(lesson[name]) for name in ("first", "second"))
    one, two = (int(lesson["base"][name].sum()) for name in ("motion_1", "motion_2"))
    assert lesson.says(
        f"Part with the {one:,} risk customers: little business, much work. They lose ¥{first[0] / 1e6:.2f} million"
    )
    assert lesson.says(f"Part with {two:,} small customers who have no adviser. They lose ¥{second[0] / 1e6:.2f} million")  # fmt: skip
    years = lesson["bank"].years
    assert lesson.says("every customer is charged ¥2 a month")
    assert (years["overhead"] == 2 * years["months"]).all()


def test_only_what_was_known_in_january_2024(lesson):
    base = lesson["base"]
    assert set(base["year"]) == {2023}
    assert not (base["left"] < "2024-01-01").any()
    assert (base["joined"] < "2024-01-01").all()
    assert lesson["bonds"]["since"].max() < pd.Timestamp("2024-01-01")


def test_one_retention_rate_keeps_the_quadrants(lesson):
    multiple = crm.retention_clv(1, 0.88, 0.10, 10)
    assert lesson.says(f"the same number × {multiple:.3f}: the quadrants stay the same")
    worth = lesson["base"].assign(worth=multiple * lesson["base"]["contribution"])
    again = crm.value_quadrants(worth, "worth", "potential_estimate")
    assert (again.table["customers"] == lesson["quadrants"].table["customers"]).all()


def test_by_hand(lesson):
    eight = lesson["eight"].set_index("customer")
    assert len(eight) == 8
    assert sorted(eight["quadrant"]) == sorted(["strategic", "profitable", "ordinary", "risk"] * 2)
    assert lesson["same"].customers["quadrant"].tolist() == eight["quadrant"].tolist()
    medians = eight[["contribution", "potential"]].median()
    assert lesson.says(f"The medians are ¥{medians['contribution']:.2f} and ¥{medians['potential']:.2f}")
    one, other = eight.loc[100022], eight.loc[100032]
    assert lesson.says(f"(potential ¥{one['potential']:.0f} a year) and brings ¥{one['contribution']:.0f}: strategic")
    assert one["assets_here"] < one["wallet"] / 2
    assert lesson.says(f"Customer 100032 has potential, too, and costs ¥{-other['contribution']:.0f}: risk")


def test_the_map(lesson):
    table = lesson["quadrants"].table.set_index("quadrant")
    strategic, risk = table.loc["strategic"], table.loc["risk"]
    bank = table["current_total"].sum()
    assert lesson.says(
        f"The {strategic['customers']:,} strategic customers bring "
        f"¥{strategic['current_total'] / 1e6:.2f} million, more than all private customers together (¥{bank / 1e6:.2f} million)"
    )
    assert strategic["current_total"] > bank
    count = table["customers"]
    assert (count["strategic"], count["profitable"]) == (count["ordinary"], count["risk"])
    assert lesson.says(f"equally large ({count['strategic']:,} and {count['risk']:,}): two medians make it so")
    assert lesson.says(
        f"Risk customers cost ¥{-risk['current_total'] / 1e6:.2f} million, ¥{-risk['current_mean']:,.0f} each"
    )
    assert lesson.says(f"they would add ¥{risk['potential_mean']:.0f} each")


def test_the_cuts(lesson):
    moved = lesson["moved"]
    worst = moved.loc[moved["changed"].idxmax()]
    assert lesson.says(f"moves at most {worst['changed']} customers ({100 * worst['changed_share']:.1f} %)")
    counts = [int(found.table["customers"].iloc[3]) for found in lesson["cuts"].values()]
    assert lesson.says("the risk quadrant has {:,}, {:,} or {:,} customers".format(*counts[:3]))


def test_new_customers_look_poor(lesson):
    base, new = lesson["base"], 100 * lesson["new"]
    assert (base.loc[base["months"] < 12, "joined"] >= "2023-01-01").all()
    assert lesson.says(f"{new['risk']:.0f} % of the risk and {new['ordinary']:.0f} % of the ordinary customers joined")
    yearly = base.assign(yearly=12 * base["contribution"] / base["months"])
    again = crm.value_quadrants(yearly, "yearly", "potential_estimate")
    changed = (again.customers["quadrant"] != base["quadrant"]).sum()
    risk = again.table.set_index("quadrant").at["risk", "customers"]
    assert lesson.says(f"{changed} customers ({100 * changed / len(base):.1f} %) change quadrant and risk has {risk:,}")


def test_motion_1(lesson):
    promise, stays, change = changes(lesson["first"])
    assert lesson.says(
        f"The slide promises ¥{promise:,.0f}. The overhead of ¥{stays:,.0f} stays, so that profit changes by ¥{change:,.0f} at most"
    )
    loss = lesson["base"].query("motion_1")["expected_loss"].sum()
    assert lesson.says(f"¥{loss / 1e6:.2f} million of what they cost is expected credit loss")
    risk = lesson["base"].query("motion_1")["contribution"]
    assert lesson.says(f"of the {len(risk):,} only {(risk < 0).sum()} bring less than nothing")
    assert lesson.says(f"The other {(risk >= 0).sum()} bring ¥{risk[risk >= 0].sum():,.0f} a year")


def test_motion_2(lesson):
    promise, stays, change = changes(lesson["second"])
    assert change < 0 < promise
    assert lesson.says(f"Here profit falls by ¥{-change:,.0f}, though the slide promises a gain of ¥{promise:,.0f}")
    assert lesson.says(f"their share of overhead, ¥{stays:,.0f}, and it stays")
    left = lesson["second"].customers.query("not fired")
    more = (left["profit_after"] < 0).sum() - (left["profit_before"] < 0).sum()
    assert lesson["more"] == more
    assert lesson.says(f"{more} more of the {len(left):,} lose money: few ({100 * more / len(left):.1f} %)")
    assert lesson.says("it lifts their share by half")
    carried = (left["contribution"] - left["profit_after"]) / (left["contribution"] - left["profit_before"])
    assert carried.between(1.50, 1.52).all()


def test_relatives(lesson):
    lost = {}
    for name in ("motion_1", "motion_2"):
        found = crm.fire_customers(lesson["base"], name, household="household", follow=1.0)
        lost[name] = -found.table["amount"].iloc[3]
    gain = changes(lesson["first"])[2]
    assert lesson.says(f"¥{lost['motion_1']:,.0f} is less than ¥{gain:,.0f}")
    assert lost["motion_1"] < gain
    assert lesson.says(f"each hundredth of the relatives who follows costs another ¥{lost['motion_2'] / 100:,.0f}")


def test_what_the_explorer_should_have_shown(lesson):
    def shown(*state):
        return [one["text"] for one in quadrants_picture(lesson["points"], *state)["numbers"]]

    assert shown(50, 50, "risk")[2] == "¥3.02 million"
    assert shown(50, 50, "ordinary")[2] == "¥0.56 million"
    assert all(shown(50, 50, name)[2].startswith("−") for name in ("strategic", "profitable"))
    assert lesson.says("profit rises for ordinary (¥0.56 million) and risk")
    few = shown(85, 50, "risk")
    assert few[0] == "766 of 11,804"
    assert few[2] == "¥3.10 million"
    assert lesson.says("766 instead of 1,510 are fired, and the gain grows to ¥3.10 million")
    assert not shown(50, 50, "ordinary", 20)[2].startswith("−")
    assert shown(50, 50, "ordinary", 25)[2].startswith("−")
    assert lesson.says("With a quarter of the relatives following, firing the ordinary quadrant loses")
    other = shown(50, 50, "risk", 0, "layout")
    assert (other[0], other[2]) == ("4,392 of 11,804", "¥0.56 million")
    assert lesson.says('Under the other reading "risk" is 4,392 customers and ¥0.56 million')
    assert lesson.says("Each point is one customer in twelve")
    picture = quadrants_picture(lesson["points"], 50, 50)
    drawn = sum(len(mark["x"]) for mark in picture["panels"][0]["marks"])
    assert drawn == int(np.ceil(len(lesson["points"]) / 12)) <= 1_000


def test_why_they_cost_money(lesson):
    why, count = lesson["kinds"][lesson["money"]].sum() / 1e6, lesson["kinds"].size()
    with_one, without, plain = why.loc["risk", True], why.loc["risk", False], why.loc["ordinary", True]
    assert lesson.says(
        f"The {count['risk', True]} risk customers with an adviser bring {with_one['revenue']:.2f} of revenue; "
        f"their advisers cost {with_one['adviser_cost']:.2f}"
    )
    assert lesson.says(
        f"The {count['risk', False]} without one cost little to serve, but {without['expected_loss']:.2f} of credit loss is expected on "
        f"{without['revenue']:.2f} of revenue"
    )
    base = lesson["base"]
    below = (base.query("quadrant == 'ordinary' and adviser")["contribution"] < 0).sum()
    assert lesson.says(
        f"And the {count['ordinary', True]} ordinary customers with an adviser: they cost {-plain['contribution']:.2f}, and {below} "
        "of them bring less than nothing"
    )
    # firing ordinary gains by those with an adviser, and loses by those without, who are motion 2
    assert plain["contribution"] < 0 < base.query("motion_2")["contribution"].sum()
    value = lesson["bank"].truth.parameters["value"]
    assert [value[f"cost.{one}"] for one in ("teller", "call", "app")] == [15, 8, 0.2]
    assert lesson.says("A teller visit costs the bank ¥15, a call ¥8, an app session ¥0.20")
    each = base.query("motion_1 and adviser")["adviser_cost"].mean()
    assert lesson.says(f"¥{each:,.0f} for each risk customer who has one")
    # what is left of the cost to serve without the channels is the adviser's, and nobody else has any
    rest = base["cost_to_serve"] - lesson["channels"]
    assert rest[~base["adviser"]].abs().max() < 0.5


def test_the_decision(lesson):
    table = lesson["compared"].table.set_index("action")
    best, fire = table.loc["no adviser, fair price", "change"], table.loc["fire", "change"]
    risk = lesson["risk"]
    priced = risk[risk["price"] > 0]
    assert lesson.says(f"half of the {risk['adviser'].sum()}, drawn by lot, lose their adviser for a year")
    assert lesson.says(f"without an adviser and a price for the {len(priced)} who still cost money")
    assert lesson.says(
        f"¥{best / 1e6:.2f} million a year at most, ¥{(best - fire) / 1e6:.2f} million more than firing. It is an upper bound, "
        f"like the ¥{fire / 1e6:.2f} million of motion 1"
    )
    alone = table.loc["no adviser"]
    assert lesson.says(
        f"brings less (¥{alone['change'] / 1e6:.2f} million) than firing: {alone['left_negative']:.0f} customers still cost money"
    )
    assert alone["change"] < min(fire, alone["gain"])
    assert lesson.says(f"¥{alone['change'] / 2e6:.2f} million of the ¥{alone['change'] / 1e6:.2f} million")
    touched = (1 - 0.2) * (risk["contribution"] + risk["adviser_cost"]) - risk["contribution"]
    assert touched[risk["adviser"]].sum() == pytest.approx(alone["change"])  # nobody else changes, or leaves
    loans = priced["customer"].isin(lesson["running"]).sum()
    assert lesson.says(f"Of the {len(priced)}, {loans} have a loan and only {priced['adviser'].sum()} an adviser")
    same = lesson["same_cure"].set_index("action").loc["no adviser"]
    assert lesson.says(f"The {same['customers']:.0f} ordinary customers with an adviser go into the same draw")
    assert lesson.says(f"they are ¥{same['change'] / 1e6:.2f} million better")
    assert lesson.says(f"¥{priced['price'].mean():,.0f} a year on top of ¥{priced['revenue'].mean():,.0f} of revenue")
    gone = risk.assign(leave=np.where(risk["price"] > 0, 1.0, 0.2 * risk["adviser"]))
    all_gone = crm.compare_actions(gone, {"plan": ("both", "leave")}).table["change"].iloc[-1]
    assert all_gone == pytest.approx(best)  # "That is no loss of money"
    assert lesson.says(f"Profit would fall by ¥{-changes(lesson['second'])[2]:,.0f}, before any relative follows")


def test_what_happened_then(lesson):
    later = lesson["later"].groupby(lesson["labels"], observed=True).sum().loc["risk"] / 1e6
    assert lesson.says(f"cost ¥{-later[2024]:.2f} million again in 2024, and ¥{-later[2025]:.2f} million in 2025")
    assert round(later[2023], 2) == round(later[2024], 2)
    risk = lesson["stayed"].query("`in 2023` == 'risk'")["in 2025"].value_counts()
    share = 100 * risk / risk.sum()
    assert lesson.says(f"{share['strategic']:.0f} % had become strategic: {risk['strategic']} customers")
    assert lesson.says(f"{share['risk']:.0f} % were still in the risk quadrant")
    book = int(lesson["book"].loc["risk", "size"])
    known = lesson["known"].query("motion_1")
    assert known["returned"].notna().sum() == book - risk.sum()
    assert lesson.says(f"{book:,} risk customers, {book - risk.sum()} more than the {risk.sum():,} above")


def test_the_answer_book(lesson):
    book, kind = lesson["book"], 100 * lesson["kind"].agg(lambda values: (values > 0).mean())
    positive = book["positive in %"].round()
    assert positive["strategic"] == positive["profitable"] == 98
    assert lesson.says("are worth keeping, 98 % of them")
    assert lesson.says(
        f"(¥{book.loc['strategic', 'mean']:,.0f} against ¥{book.loc['profitable', 'mean']:,.0f} on average)"
    )
    assert lesson.says(f"Risk customers lose ¥{-book.loc['risk', 'mean']:,.0f} on average")
    assert lesson.says(
        f"{positive['risk']:.0f} % of the risk customers have a positive value, {kind[False]:.0f} % of those without an adviser "
        f"and {kind[True]:.0f} % of those with one"
    )
    assert book.loc["ordinary", "mean"] < 0
    assert lesson.says(f"and {positive['ordinary']:.0f} % of them do not: again a few with advisers")
    ordinary = lesson["known"].query("quadrant == 'ordinary'").groupby("adviser")["residual_value"].sum()
    assert ordinary[True] < 0 < ordinary[False]


def test_the_answers_at_the_end(lesson):
    base = lesson["base"]
    assert lesson.says(f"without overhead they bring ¥{base.query('motion_2')['contribution'].sum():,.0f}")
    worst = crm.fire_customers(base.assign(worst=base["motion_1"] & (base["contribution"] < 0)), "worst")
    assert lesson.says(f"2. ¥{changes(worst)[2]:,.0f}, more than the whole quadrant")
    advised = base.query("quadrant == 'strategic'").groupby("adviser")["contribution"].agg(["size", "sum"]).loc[True]
    assert lesson.says(f"3. {advised['size']:.0f}, who bring ¥{advised['sum']:,.0f}")
