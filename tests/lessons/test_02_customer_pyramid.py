"""Lesson 02: every number in its text is the one that its code computes."""

from __future__ import annotations

import pytest

import crmlib as crm

LESSON = "02_customer_pyramid"


@pytest.fixture
def tiers(lesson):
    return lesson["pyramid"].table.set_index("tier")


def test_who_is_a_customer(lesson):
    count = lesson["status"].table.set_index("status")["count"]
    market = lesson["bank"].market.query("year == 2025").set_index("bank")["customers"]
    there, city = market["Harbour Bank"], market.sum()
    assert lesson.says(f"{count['active']:,} people and firms were active at some time in 2025.")
    assert lesson.says(f"({count['active'] - there:,} of them left during the year: when it ended, {there:,} of the")
    assert lesson.says(f"city's {city:,} bank customers were here, {100 * there / city:.0f} %.)")
    assert lesson.says(f"Another {count['inactive']:,} were customers before the window")
    assert lesson.says(f"{lesson['status'].excluded['rows'].sum()} leads have become customers")


def test_the_eight_by_hand(lesson):
    ranked = lesson["ranked"]
    first, second = 100 * ranked["together"].iloc[:2]
    assert lesson.says(f"The best customer brings {first:.0f} % of the revenue, the best two {second:.0f} %")
    table = lesson["small_pyramid"]
    assert table["customers"].tolist() == [1, 0, 1, 6]
    assert lesson.says("one customer is Top, none is Big, one is Medium, six are Small")
    assert lesson.says(f"loses the bank ¥{-ranked['profit'].iloc[0]:,.0f}")
    worst = lesson["year_2025"].set_index("customer").loc[ranked["customer"].iloc[0]]
    assert lesson.says(
        f"Its ¥{worst['revenue']:,.0f} of revenue do not pay for service (¥{worst['cost_to_serve']:,.0f}) and expected "
        f"credit losses (¥{worst['expected_loss']:,.0f}); its share of overhead is ¥{worst['overhead']:.0f}"
    )
    # by hand: 2,701.74 of 6,874.96
    assert ranked["share"].iloc[0] == pytest.approx(2701.74 / 6874.96)


def test_the_whole_bank(lesson, tiers):
    top, small = tiers.loc["Top"], tiers.loc["Small"]
    assert lesson.says(f"{top['customers']:.0f} customers, one in a hundred, bring {100 * top['value_share']:.0f} % of")
    assert lesson.says(f"takes ¥{top['threshold']:,.0f} a year")
    assert lesson.says(f"The {small['customers']:,.0f} Small ones together bring {100 * small['value_share']:.0f} %")
    measures, best = lesson["measures"], lesson["top_by_profit"]
    both = {m: len(best & set(measures.nlargest(166, m)["customer"])) for m in ("revenue", "deposits_end", "products")}
    assert lesson.says(
        f"Revenue agrees with profit on {both['revenue']} of 166 names, deposits on {both['deposits_end']}, "
        f"the number of products on {both['products']} ("
    )


def test_concentration_and_the_two_claims(lesson):
    year, whale = lesson["year_2025"], lesson["whale"]
    facts = whale.table.iloc[0]
    assert lesson.says(f"The top 20 % of customers bring {100 * crm.top_share(year, 0.2):.0f} % of the revenue")
    deciles = whale.deciles.set_index("decile")
    assert lesson.says(f"The best tenth alone brings {100 * deciles.loc[1, 'profit_share']:.0f} %")
    assert lesson.says(f"worst tenth loses ¥{-deciles.loc[10, 'profit'] / 1e6:.2f} million")
    assert lesson.says(f"the whole bank earns (¥{facts['profit'] / 1e6:.2f} million)")
    assert -deciles.loc[10, "profit"] > facts["profit"]
    assert lesson.says(f"{100 * facts['top_20_share']:.0f} % of profit")
    key = lesson["key"].table.iloc[0]
    assert lesson.says(
        f"{key['customers']:,} customers, {100 * key['customer_share']:.0f} %, hold {100 * key['value_share']:.0f} % of"
    )


def test_what_the_explorer_should_have_shown(lesson):
    bank, power = lesson["values"]["Harbour Bank"], lesson["values"]["Delta Power"]

    def table(frame, measure):
        return crm.customer_pyramid(frame, measure).table.set_index("tier")

    small = table(bank["2025"], "profit").loc["Small", "value_share"]
    assert lesson.says(f"loses a little more than the whole bank earns (−{-100 * small:.0f} %)")
    products = table(bank["2025"], "products").loc["Top"]
    assert lesson.says("Top shrinks to half of what was planned")
    assert products["customer_share"] == pytest.approx(0.005, abs=0.001)
    short, long = (100 * crm.top_share(bank[window], 0.2) for window in ("2025", "2023 to 2025"))
    assert lesson.says(f"a little heavier ({short:.0f} to {long:.0f} %)")
    upper = table(power["2025"], "revenue").loc[["Top", "Big"]]
    assert lesson.says(f"{upper['customers'].sum()} customers bring {100 * upper['value_share'].sum():.0f} % of Delta")


def test_the_three_strategies(lesson):
    matrix, money = lesson["moved"].matrix, lesson["moved"].table.set_index("move")["change"] / 1e6
    top = matrix.loc["Top"]
    fell = top[["Big", "Medium", "Small"]].sum()
    assert lesson.says(f"Of {top.sum()} Top customers {top['Top']} stayed Top, {fell} fell, {top['Lost']} left.")
    assert lesson.says(f"Adding customers brought ¥{money['new']:.1f} million and moving up ¥{money['up']:.1f} million")
    assert lesson.says(f"falling and leaving cost ¥{-money[['down', 'lost']].sum():.1f} million")
    assert lesson.says(f"added ¥{money['stayed']:.1f} million. One growth figure, ¥{money.sum():.1f} million")
    assert (lesson["by_rank"] == "up").sum() == 0
    assert lesson.says(f"By fixed amounts {(lesson['by_money'] == 'up').sum()} do")
    assert lesson.says(f"We moved {lesson['moved'].table.set_index('move').loc['up', 'customers']} customers up a tier")


def test_regression_to_the_mean(lesson):
    growth = lesson["best"].set_index("picked_by")["growth in %"]
    assert lesson.says(f"Picked in 2024 they lost {-growth['before']:.1f} %")
    assert lesson.says(f"while everyone grew by {growth['everyone']:.0f} %")
    assert lesson.says(f'Picked in 2025 they "grew" by {growth["after"]:.0f} %')
    assert lesson.says(f"favours neither: plus {growth['average']:.0f} %")


def test_the_market(lesson):
    shares = lesson["shares"].set_index("year")
    before, now = 100 * shares.loc[[2024, 2025], "high_value_share"]
    assert lesson.says(f"{before:.2f} % in 2024 and {now:.2f} % in 2025")
    last = shares.loc[2025]
    assert lesson.says(f"{last['change']:.0f} more high-value customers and still lost ground")
    assert lesson.says(
        f"brought {last['change_by_market']:.0f}, and the falling share took {-last['change_by_share']:.0f}"
    )
    swing = crm.high_value_under_swing(lesson["assets"], 300_000, swings=[-0.2, 0.0]).iloc[:, 1:]
    (fallen, change), (now, _) = swing.to_numpy()
    assert lesson.says(f"{now - fallen:.0f} of {now:,.0f} are below the line: {-100 * change:.0f} %")


def test_the_decision_and_the_truth(lesson):
    people = lesson["bank"].customers.set_index("customer")
    gone = people["left"].notna() & ~(people["returned"].notna() & people["left_again"].isna())
    assert not gone[lesson["candidates"]["customer"]].any()
    assert len(lesson["candidates"]) == (~gone).sum()
    lists = {rule: lesson["future"].nlargest(166, rule) for rule in lesson["rules"]}
    million = {rule: chosen["contribution_2"].sum() / 1e6 for rule, chosen in lists.items()}
    best = lists["contribution_2"]
    assert lesson.says(
        f"¥{million['contribution_2']:.1f} million a year, against ¥{million['deposits_end']:.1f} million on the"
    )
    losing = (lists["deposits_end"]["contribution_2"] < 0).sum()
    assert lesson.says(f"{losing} names cost more than they bring")
    assert lesson.says(f"contribution of one year alone covers ¥{million['contribution_1']:.1f} million")
    joined = people.loc[best["customer"], "joined"].dt.year
    assert lesson.says(f"{(joined == 2025).sum()} of the 166 came in 2025")
    adviser = lesson["bank"].truth["cost.adviser"]
    assert lesson.says(f"about ¥{adviser:,.0f} a customer and year, ¥{166 * adviser / 1e6:.1f} million for 166")
    caught = {rule: 100 * chosen["residual_value"].sum() / lesson["possible"] for rule, chosen in lists.items()}
    assert lesson.says(
        "Deposits catch {deposits_end:.0f} % of what can be caught, one year's contribution {contribution_1:.0f} %, two years' "
        "{contribution_2:.0f} %, three years' {contribution_3:.0f} %.".format(**caught)
    )
    assert lesson.says(f"is worth {round(caught['contribution_1']) - round(caught['deposits_end'])} points")
    assert lesson["future"]["residual_value"].notna().all()


def test_the_window_decides(lesson):
    log = lesson["log"]
    shares = [
        100 * crm.top_share(crm.customer_summary(log, start=first, as_of="2025-12-31").customers, 0.2)
        for first in ("2025-12-01", "2023-01-01")
    ]
    assert lesson.says("From {:.0f} % to {:.0f} % with the window".format(*shares))


def test_the_answers_at_the_end(lesson):
    top = crm.customer_pyramid(lesson["year_2025"], cuts=(0.02, 0.08, 0.20, 0.70)).table["value_share"].iloc[0]
    assert lesson.says(f"2. {100 * top:.0f} %:")
    merged = lesson["pyramid"].customers.merge(lesson["bank"].customers)
    by_branch = merged.query("tier == 'Top'")["branch"].value_counts()
    assert lesson.says(f"branch {by_branch.index[0]}, with {by_branch.iloc[0]}")
    assert by_branch.iloc[0] > by_branch.iloc[1]
