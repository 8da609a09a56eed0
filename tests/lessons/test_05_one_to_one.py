"""Lesson 05: every number in its text is the one that its code computes."""

from __future__ import annotations

from importlib import resources

import pandas as pd
import pytest
from scipy.stats import chi2_contingency

import crmlib as crm
from crmlib.show.onetoone import matching_picture

LESSON = "05_one_to_one"
QUIZ = resources.files("crmlib.practice").joinpath("quizzes/05.toml").read_text(encoding="utf-8")


def signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")


def test_share_of_customer(lesson):
    table = lesson["shares"].set_index("year")
    before, after = table.loc[2024], table.loc[2025]
    assert lesson.says(f"({after['customers']:,.0f} after {before['customers']:,.0f}; who left during the year still counts) and more "
                       f"money (¥{after['assets_here'] / 1e6:,.0f} million after ¥{before['assets_here'] / 1e6:,.0f} million)")  # fmt: skip
    share, reach, own = (
        [f"{100 * year[name]:.1f}" for year in (before, after)]
        for name in ("share_of_market", "reach", "share_of_customer")
    )
    assert lesson.says(
        f"fell, from {share[0]} to {share[1]} %. The reach hardly moved, from {reach[0]} to {reach[1]} %"
    )
    assert lesson.says(f"The share of customer fell, from {own[0]} to {own[1]} %")
    assert lesson.says(f"¥{after['at_rivals'] / 1e6:,.0f} million lies at rivals")
    assert lesson.says(
        f"is ¥{lesson['one_point'] / 1e6:.0f} million. Through reach it would take {lesson['same_by_reach']:.0f} new"
    )
    assert lesson.says(f'"The average share is {100 * after["mean_share"]:.0f} %, as last year"')
    assert round(100 * before["mean_share"]) == round(100 * after["mean_share"])
    assert f"fell by {100 * (before['share_of_customer'] - after['share_of_customer']):.0f} points" in QUIZ


def test_ten_customers_make_the_fall(lesson):
    rest, theirs, wallets = lesson["rest"], lesson["theirs"] / 1e6, lesson["wallets"]
    own = [f"{100 * rest.loc[year, 'share_of_customer']:.1f}" for year in (2024, 2025)]
    assert own[0] == own[1]
    assert lesson.says(
        f"Ten customers of {lesson['shares'].iloc[-1]['customers']:,.0f} make this fall; without them the share of customer stands at "
        f"{own[0]} %"
    )
    reach = [f"{100 * rest.loc[year, 'reach']:.1f}" for year in (2024, 2025)]
    assert lesson.says(f"the reach falls, from {reach[0]} to {reach[1]} %")
    assert lesson.says(f"grew from ¥{theirs[2024]:,.0f} to ¥{theirs[2025]:,.0f} million (two of them are new)")
    of_ten = wallets[wallets["customer"].isin(lesson["ten"])].groupby("year")[["assets_here", "wallet"]].sum()
    more = of_ten.loc[2025] - of_ten.loc[2024]
    assert more["assets_here"] < 0.1 * more["wallet"]
    assert (~lesson["ten"].isin(wallets.loc[wallets["year"] == 2024, "customer"])).sum() == 2
    year_before = wallets[wallets["year"] == 2024].nlargest(10, "wallet")["customer"]
    other = crm.share_of_customer(
        wallets[~wallets["customer"].isin(year_before)], lesson["bank"].market, bank="Harbour Bank"
    )
    other = 100 * other.set_index("year")["share_of_customer"]
    assert lesson.says(f"from {other[2024]:.1f} to {other[2025]:.1f} %.)")


def test_larger_wallets_lie_here_in_smaller_parts(lesson):
    wallets = lesson["bank"].wallets.query("year == 2025")
    by_size = wallets.groupby(pd.qcut(wallets["wallet"], 5, labels=False))["share_of_wallet"].mean()
    assert by_size.is_monotonic_decreasing


def test_the_hotel(lesson):
    slips = lesson["slips"]
    by_phone = slips.groupby("phone")["name"]
    assert slips.loc[slips["name"] == "lin hao", "phone"].nunique() == 2
    assert by_phone.size()["12077778888"] == 2
    assert by_phone.nunique()["12077778888"] == 2
    pair = pd.DataFrame({"record": [0, 1], "name": ["chen yu", "chen yv"]})
    score = crm.score_pairs(pair, pd.DataFrame({"left": [0], "right": [1]}), {"name": 1})["score"].iloc[0]
    assert lesson.says(f"$1 - 1/7 = {score:.2f}$")


def test_the_match_and_its_yardstick(lesson):
    n, scored, quality = len(lesson["records"]), lesson["scored"], lesson["quality"]
    assert lesson.says(f"{n:,} records have {n * (n - 1) / 2 / 1e6:.1f} million pairs")
    assert lesson.says(f"At 0.80, {(scored['score'] >= 0.8).sum():,} of {len(scored):,} candidate pairs")
    exact, score = quality.loc["same name and phone"], quality.loc["score"]
    assert exact["false"] == score["false"] == 0
    assert lesson.says(f"joins nobody falsely and finds {100 * exact['recall']:.0f} % of the pairs")
    above = (scored["score"] >= 0.8).sum()
    assert score["right"] - above == 2
    assert lesson.says(f"finds {score['right']:,.0f} of {score['pairs']:,.0f} (the {above:,} and two that chains add: if A fits B and B "
                       f"fits C, A and C are joined as well), with no false one: {score['persons']:,.0f} persons, where "
                       f"{score['customers']:,.0f} customers are")  # fmt: skip
    assert lesson.says(f"({n - len(lesson['persons'])} records are doubles)")
    assert f"recall {exact['recall']:.2f}" in QUIZ


def test_the_explorer_shows_what_the_text_promises(lesson):
    table = lesson["table"]
    assert lesson.says(
        f"at 0.60 there are {table.loc[0.6, 'false']} false pairs, at 1.00 there are {table.loc[1.0, 'missed']} missed ones"
    )
    for cost in (500, 20):
        picture = matching_picture(lesson["tables"], "all four fields", 0.8, cost, 20)
        assert {one["name"]: one["text"] for one in picture["numbers"]}["Cheapest threshold"] == "0.80"
    assert lesson.says(
        f"By the name alone even the best line has {lesson['tables']['name alone']['false'].min()} false pairs"
    )
    assert lesson.says(f"2. {table.loc[0.85, 'persons']:,} persons; {table.loc[0.85, 'missed']} pairs are missed")


def test_the_pyramid_after_merging(lesson):
    share = 100 * lesson["before_after"]
    assert share.loc[0.01, "persons"] < share.loc[0.01, "records"]
    assert lesson.says(f"{share.loc[0.01, 'records']:.1f} % before, {share.loc[0.01, 'persons']:.1f} % after")
    after, before = share["persons"], share["records"]
    assert lesson.says(
        f"the top 5 % bring {after[0.05]:.1f} % instead of {before[0.05]:.1f} %, and the top 20 % bring {after[0.2]:.1f} instead of "
        f"{before[0.2]:.1f} %"
    )
    records, persons = len(lesson["records"]), len(lesson["persons"])
    same = 100 * crm.top_share(lesson["persons"], lesson["as_many"], "revenue_2025", customer="person")
    assert lesson.says(
        f"1 % of {records:,} records is {0.01 * records:.0f} heads. The 39 best persons bring more, {same:.1f} %"
    )
    assert lesson.says(
        f"1 % of {persons:,} persons is only {0.01 * persons:.0f} heads, and these bring {share.loc[0.01, 'persons']:.1f} %"
    )
    assert lesson.says(f"the best 29 stand in {lesson['best']['records'].mean():.1f} records each, all persons in "
                       f"{lesson['persons']['records'].mean():.1f}")  # fmt: skip


def test_segments(lesson):
    numbers = lesson["numbers"].set_index("segments")
    assert lesson.says(
        f"With 4 segments the halves agree at {numbers.loc[4, 'stability']:.2f}, with 5 only at {numbers.loc[5, 'stability']:.2f}"
    )
    assert lesson.says(f"({numbers.loc[4, 'silhouette']:.2f} at 4)")
    assert abs(numbers.loc[4, "silhouette"] - numbers.loc[2, "silhouette"]) < 0.01
    needs = lesson["segments"].table[lesson["needs"]]
    assert needs.idxmax(axis=1).tolist() == ["need_speed", "need_yield", "need_credit", "need_advice"]
    fog = crm.segment_numbers(lesson["fog"], lesson["needs"], [4])["stability"].iloc[0]
    assert lesson.says(f"Stability {fog:.2f} instead of {numbers.loc[4, 'stability']:.2f}")
    value = crm.compare_segments(lesson["valued"], "segment", "quarter")["adjusted_rand"].iloc[0]
    assert lesson.says(f"Adjusted Rand {value:.2f}: knowing")
    brought = lesson["valued"].groupby("segment")["contribution"].mean()
    assert lesson.says(
        f"who want advice brought ¥{brought[4]:,.0f} on average, those who want it quick ¥{brought[1]:,.0f}"
    )
    cross = pd.crosstab(lesson["valued"]["segment"], lesson["valued"]["quarter"])
    assert chi2_contingency(cross).pvalue < 0.01


def test_consent_and_pressure(lesson):
    allowed = lesson["allowed"]["may_contact"]
    assert lesson.says(f"Of {len(allowed):,} customers {allowed.sum():,} may be sent an offer through the "
                       f"app: {100 * allowed.mean():.0f} %. The "
                       f"other {(~allowed).sum():,} may not")  # fmt: skip
    low, _, high = (row for _, row in lesson["pressure"].iterrows())
    assert lesson.says(f"From {low['sent']:.1f} to {high['sent']:.1f} messages a year, answers rise from {low['answered']:.2f} to "
                       f"{high['answered']:.2f} per customer. And {100 * high['withdrew']:.1f} % instead of "
                       f"{100 * low['withdrew']:.1f} %")  # fmt: skip
    assert lesson.says(
        f"{100 * high['more_withdrew']:.1f} points more ({100 * high['more_low']:.1f} to {100 * high['more_high']:.1f})"
    )
    assert lesson.says(f"Each lost consent bought {high['answers_per_consent']:.0f} answers")
    messages = high["sent"] - low["sent"]
    per_thousand = 1000 * high["more_withdrew"] / messages
    assert lesson.says(f"{100 * high['more_withdrew']:.1f} points for {messages:.1f} messages more. So 1,000 messages cost about "
                       f"{per_thousand:.0f} consents")  # fmt: skip
    assert lesson.says(f"It costs about {0.8 * per_thousand:.0f} consents")
    gone = lesson["shares"].iloc[-1]["customers"] - len(allowed)
    assert lesson.says(f"are these and {gone:.0f} who left during 2025")
    phone = crm.contact_permission(
        lesson["here"], lesson["bank"].consents, purpose="marketing", channel="phone", day="2025-12-31"
    )
    assert lesson.says(f'channel="phone": {phone["may_contact"].sum():,}')


def test_nobody_was_sent_messages_without_consent(lesson):
    bank = lesson["bank"]
    for quarter, rows in bank.messages.groupby("quarter"):
        day = quarter.strftime("%Y-%m-%d")
        asked = crm.contact_permission(rows[["customer"]], bank.consents, purpose="marketing", channel="phone", day=day)
        assert (asked["why"] != "no consent on file").all()


def test_the_next_offer(lesson):
    hits = 100 * lesson["hits"].set_index("rule")[["hit_rate", "difference", "difference_low", "difference_high"]]
    model, popular, chance = (hits.loc[name] for name in ("by_model", "by_popularity", "chance"))
    assert lesson.says(f"{lesson['hits']['openers'].iloc[0]:,} customers opened a product. The model named it "
                       f"for {model['hit_rate']:.1f} %, twice as "
                       f"many as chance ({chance['hit_rate']:.1f} %)")  # fmt: skip
    assert lesson.says(f"knows nothing of the customer: {popular['hit_rate']:.1f} %. The difference is {model['difference']:.1f} points "
                       f"({signed(model['difference_low'])} to {signed(model['difference_high'])})")  # fmt: skip
    assert f"for {model['hit_rate']:.0f} % of the customers" in QUIZ
    assert f"In the lesson {popular['hit_rate']:.0f} %" in QUIZ


def test_what_an_offer_changes(lesson):
    every, by_need = lesson["everybody"].iloc[0], lesson["by_need"].set_index("segment")

    def span(row):
        return f"{100 * row['uplift']:.1f}", f"({100 * row['low']:.1f} to {100 * row['high']:.1f})"

    points, interval = span(every)
    assert lesson.says(
        f"{points} more sales in 100 offers {interval}, ¥{every['cost_per_changed']:.0f} for each insurance"
    )
    points, interval = span(by_need.loc[4])
    assert lesson.says(
        f"{points} {interval}, ¥{by_need.loc[4, 'cost_per_changed']:.0f} each; in segment 3 {' '.join(span(by_need.loc[3]))}"
    )
    assert lesson.says(f"in the others no more than {100 * by_need.loc[[1, 2], 'uplift'].max():.1f}, and")
    assert (by_need.loc[[1, 2], "low"] < 0).all()


def test_modules(lesson):
    coverage, cost = lesson["coverage"], lesson["cost"].iloc[0]
    need = int((coverage["covered"] < 0.8).sum()) + 1
    assert lesson.says(f"{coverage['bundle'].iloc[0]}, serves {100 * coverage['share'].iloc[0]:.0f} % of the "
                       f"customers. It takes {need} packages to "
                       "serve 80 %, and all 64 for everybody")  # fmt: skip
    assert len(coverage) == cost["combinations"] == 64
    assert lesson.says(f"cost ¥{cost['cost_modules']:,.0f} and yield 64 combinations, "
                       f"¥{cost['cost_per_combination']:,.0f} each; 64 packages would "
                       f"cost ¥{cost['cost_all_variants']:,.0f}. From {cost['break_even_variants']:.0f} packages on")  # fmt: skip


def test_the_decision_and_the_truth(lesson):
    plan, every = lesson["plan"], lesson["everybody"].iloc[0]
    assert sum(plan.values()) == 1000
    assert plan[1] <= lesson["free"][1]
    assert lesson.says(f"the {plan[4]} of the advice segment and {plan[3]} of the credit segment with consent, the last "
                       f"{plan[1]} from segment 1. All 1,000 would give {lesson['sold']:.0f} "
                       f"insurances expected instead of {1000 * every['uplift']:.0f}")  # fmt: skip
    assert lesson.says(f"none: about {0.8 * lesson['sold']:.0f} insurances for ¥4,800")
    assert lesson.says(f"Is ¥{6000 / lesson['sold']:.0f} for an insurance cheap?")
    assert lesson.says(f"of {len(lesson['lacks']):,} customers without an insurance only")
    against = crm.compare_segments(lesson["against"], "segment", "truth").iloc[0]
    assert lesson.says(
        f"{100 * against['matched']:.0f} % stand in the right segment (adjusted Rand {against['adjusted_rand']:.2f})"
    )
    advice, others = lesson["advice"], lesson["others"]
    assert lesson.says(f"The true lift is {100 * advice:.1f} for advice seekers and {100 * others:.1f} for all others")
    mixed = lesson["asked"].groupby("segment")["truth"].apply(lambda truth: (truth == "advice").mean())
    true = sum(number * (others + (advice - others) * mixed[segment]) for segment, number in plan.items())
    assert lesson.says(f"Of the {plan[4]} in our advice segment {100 * mixed[4]:.0f} % truly want advice")
    bank, where = lesson["bank"], lesson["morning"]
    anybody = crm.offer_frame(bank.customers, bank.holdings, **where).query("~has_insurance").merge(lesson["allowed"])
    anybody = anybody[anybody["may_contact"]].merge(lesson["wants"])
    anybody = 1000 * (others + (advice - others) * (anybody["truth"] == "advice").mean())
    assert lesson.says(
        f"{lesson['sold']:.0f} hoped, {true:.0f} true (¥{6000 / true:,.0f} each), {anybody:.0f} for anybody"
    )
    assert round(lesson["sold"]) - round(true) == 9
    assert true > anybody
    assert lesson["by_need"]["uplift"].max() == pytest.approx(lesson["by_need"].set_index("segment").loc[4, "uplift"])
