"""Lesson 09: every number in its text is the one that its code computes."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pandas as pd
import pytest

import crmlib as crm
from crmlib.show.retention import calls_picture

LESSON = "09_retention"
QUIZ = resources.files("crmlib.practice").joinpath("quizzes/09.toml").read_text(encoding="utf-8")


def signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")


def test_the_eight_by_hand(lesson):
    eight = lesson["eight"]
    stem = {x: 100 * eight[f"{x}_after"].sum() / eight[f"{x}_before"].sum() for x in ("contracts", "revenue", "share")}
    assert eight["kept"].sum() == 6
    assert lesson.says(
        f"Six of eight customers stayed (75 %), with {eight['contracts_after'].sum()} of {eight['contracts_before'].sum()} "
        f"contracts ({stem['contracts']:.0f} %), {stem['revenue']:.0f} % of the revenue and {stem['share']:.0f} % of the share of"
    )
    assert eight["revenue_before"].sum() == pytest.approx(799.43)  # by hand


def test_five_rates(lesson):
    row = lesson["taken"].table.iloc[0]
    assert lesson.says(
        f"{row['customers']:,} customers were there on 1 January 2024; {row['kept']:,} of them a year later"
    )
    rates = 100 * lesson["rates"].set_index("measure")[["rate", "rate_of_kept", "without_growth"]]
    assert lesson.says(
        f"kept {rates.loc['customers', 'rate']:.1f} % of its customers, {rates.loc['contracts', 'rate']:.1f} % of the contracts and "
        f"{rates.loc['revenue', 'rate']:.1f} % of the revenue"
    )
    assert lesson.says(f"brought {rates.loc['revenue', 'rate_of_kept'] - 100:.1f} % more")
    assert lesson.says(f"brought before, and {rates.loc['revenue', 'without_growth']:.1f} % is left")
    wallet = rates.loc["share of wallet"]
    assert lesson.says(f"Of the share of wallet {wallet['rate']:.1f} % is left. Those who stayed kept theirs, "
                       f"{wallet['rate_of_kept']:.2f} %.")  # fmt: skip
    assert f"{rates.loc['customers', 'rate']:.0f} % of the customers stayed" in QUIZ
    assert f"up to the old amount {rates.loc['revenue', 'without_growth']:.0f} % was left" in QUIZ
    assert lesson.says(f"One base gave {rates['rate'].min():.0f} to {rates['rate'].max():.0f} %")


def test_who_is_in_the_base(lesson):
    def rates(who):
        return 100 * crm.retention_rates(lesson["bases"][who]["2025"]).set_index("measure")["rate"]

    new, best, every = (
        rates(who) for who in ("joined in the last two years", "best fifth by revenue", "all customers")
    )
    assert lesson.says(
        f"in the last two years {new['customers']:.0f} % stay, and {new['contracts']:.0f} % of their contracts"
    )
    assert new.idxmin() == "contracts"
    assert lesson.says(f"best fifth {best['customers']:.0f} % stay, against {every['customers']:.0f} % of all; but "
                       f"of their revenue {best['revenue']:.0f} % is left, of everybody's "
                       f"{every['revenue']:.0f} %")  # fmt: skip


def test_how_long_a_lucky_time_lasts(lesson):
    months = lesson["bank"].months

    def revenue(month):
        return months[months["month"] == f"{month}-01"].set_index("customer")["revenue"]

    def kept(customers):
        base = revenue("2024-12")
        base = base[base.index.isin(customers)]
        return 100 * revenue("2025-12").reindex(base.index).sum() / base.sum()

    june, earlier = revenue("2024-06"), revenue("2023-06")
    assert lesson.says(f"picked by the revenue of June 2024, the best fifth keeps {kept(june.index[june >= june.quantile(0.8)]):.0f} %, "
                       f"too; picked by June 2023, {kept(earlier.index[earlier >= earlier.quantile(0.8)]):.1f} %, against "
                       f"{kept(earlier.index):.1f} % of all customers of that June")  # fmt: skip


def test_cohorts_and_survival(lesson):
    rates = 100 * lesson["cohorts"].rates
    assert lesson.says(
        f"joined in 2023, {rates.loc[2023, 1]:.0f} % stayed their first year, and {rates.loc[2023, 2]:.0f} % of these"
    )
    assert lesson.says(f"still there, {rates.loc[2008, 17]:.0f} % stayed their seventeenth")
    right, raw = (100 * lesson[name].table.set_index("years").loc[5, "kept"] for name in ("right", "raw"))
    assert lesson.says(f"After five years {right:.0f} % are still there, not {raw:.0f} %")


def test_new_customers_leave_sooner(lesson):
    churn = 100 * lesson["tenure"]["yearly_churn"]
    assert lesson.says(
        f"{churn.iloc[0]:.1f} % of new customers leave within a year, {churn.iloc[-1]:.1f} % of those with 8 to 12"
    )
    fit = lesson["models"].set_index("model")["log_likelihood"]
    assert fit.idxmax() == "unlike customers"
    assert lesson.says(
        f"fits best, by {fit['unlike customers'] - fit['customers who change']:.0f} over this way of changing"
    )
    table = lesson["by_tenure"]
    assert lesson.says(f"in a year falls by {100 * (1 - churn.iloc[-1] / churn.iloc[0]):.0f} % over the years")
    first, last = table["ratio"].iloc[[0, -1]]
    assert lesson.says(f"leavers are {first:.2f} times the expected number in the first year and {last:.2f} times")
    assert lesson.says(f"a fall by {100 * (1 - last / first):.0f} %")


def test_reasons_and_win_back(lesson):
    first, second = 100 * lesson["reasons"].iloc[:2]
    assert lesson["reasons"].index[:2].tolist() == ["poor service", "better price"]
    assert round(first) == round(second)
    assert lesson.says(f"lead, with {first:.0f} % each")
    row = lesson["win_back"].iloc[0]
    assert lesson.says(f"{100 * row['treated_rate']:.0f} % returned: the textbook is right! And {100 * row['control_rate']:.0f} % "
                       "returned uncontacted")  # fmt: skip
    assert lesson.says(f"changed {100 * row['uplift']:.0f} points ({100 * row['low']:.0f} to {100 * row['high']:.0f})")
    naive = row["cost"] / (row["treated"] * row["treated_rate"])
    assert lesson.says(f"costs ¥{row['cost_per_changed']:.0f}, not ¥{naive:.0f}")


def test_the_churn_model_and_its_leak(lesson):
    table = lesson["model"].table.set_index("feature")
    assert lesson.says(f"goes with {100 * (1 - table.loc['years', 'odds_ratio']):.0f} % lower odds of leaving, a salary account with "
                       f"{100 * (1 - table.loc['salary', 'odds_ratio']):.0f} % lower ones")  # fmt: skip
    assert table.loc["complaints", "low"] < 0 < table.loc["complaints", "high"]
    looked = crm.suspicious_features(lesson["later"], ["years", "products", "products_2024"]).set_index("feature")[
        "auc"
    ]
    assert lesson.says(
        f"{looked['products_2024']:.2f} for the products of 2024, {looked['products']:.2f} for the products held in July"
    )
    listed = (lesson["members"]["campaign"] == "retention").sum()
    assert lesson.says(f"put {listed:,} customers on a list")
    assert lesson.says(
        f"({listed - len(lesson['calls'])} of the list had left by fate, not by choice: {len(lesson['calls']):,} are left.)"
    )
    facts = lesson["quality"].table.iloc[0]
    assert lesson.says(f"Predicted {100 * facts['predicted']:.1f} %, observed {100 * facts['observed']:.1f} %")
    assert lesson.says(f"Its AUC, {100 * facts['auc']:.0f} in 100")
    assert lesson.says(f"{facts['slope']:.2f} ({facts['slope_low']:.2f} to {facts['slope_high']:.2f})")
    groups = lesson["quality"].groups
    inside = groups["predicted"].between(groups["low"], groups["high"]).sum()
    assert lesson.says(f"{inside} of {len(groups)} groups hold their prediction")


def test_lift_and_threshold(lesson):
    first = lesson["lift"].iloc[0]
    assert lesson.says(f"The riskiest tenth holds {100 * first['caught']:.0f} % of the leavers")
    assert lesson.says(f"And −{-100 * first['money_caught']:.0f} % of the money")
    assert lesson.says(f"¥{-first['money_lost']:,.0f} together")
    row = lesson["usual"].table.iloc[0]
    assert lesson.says(f"Of {row['called']:.0f} calls {row['false_alarms']:.0f} are false alarms")
    assert lesson.says(f"¥{row['cost_of_false_alarms']:,.0f} is spent on them")


def test_what_the_call_changes(lesson):
    row = lesson["called"].iloc[0]
    assert lesson.says(
        f"{100 * row['treated_rate']:.1f} % of the called left, {100 * row['control_rate']:.1f} % of the others"
    )
    assert lesson.says(f"saves {-100 * row['uplift']:.1f} in 100 ({-100 * row['high']:.1f} to {-100 * row['low']:.1f})")
    assert lesson.says(f"One customer saved costs ¥{row['cost_per_changed']:,.0f} (about ¥{round(row['cost_low'], -2):,.0f} to "
                       f"¥{round(row['cost_high'], -3):,.0f})")  # fmt: skip
    tenth = 100 * lesson["by_tenth"].iloc[0][["uplift", "low", "high"]]
    assert lesson.says(f"In the riskiest tenth it is {-tenth['uplift']:.1f} in 100, with an interval from {signed(tenth['low'])} to "
                       f"{signed(tenth['high'])} points")  # fmt: skip
    other, silent = lesson["by_silence"].iloc[0], lesson["by_silence"].iloc[1]
    assert lesson.says(f"Of the {silent['treated'] + silent['control']:,.0f} silent ones, more leave when called: "
                       f"{signed(100 * silent['uplift'])} points, though the interval ({signed(100 * silent['low'])} to "
                       f"{signed(100 * silent['high'])})")  # fmt: skip
    assert lesson.says(f"the call saves {-100 * other['uplift']:.1f} in 100 ({-100 * other['high']:.1f} to {-100 * other['low']:.1f}), "
                       f"at ¥{other['cost_per_changed']:,.0f} each")  # fmt: skip
    gap, reach = 100 * (silent["uplift"] - other["uplift"]), 196 * np.hypot(silent["error"], other["error"])
    assert gap < reach
    assert lesson.says(f"By {gap:.1f} ± {reach:.1f} points: these data do not show it")
    assert lesson.says(
        f"¥{other['cost_per_changed'] / 3:,.0f} among the others, a third of ¥{other['cost_per_changed']:,.0f}"
    )
    kinds = crm.campaign_uplift(lesson["calls"].merge(lesson["customers"][["customer", "kind"]]), by="kind").set_index(
        "kind"
    )["uplift"]
    assert lesson.says(
        f"personal {signed(100 * kinds['personal'])} points, small business {signed(100 * kinds['small business'])}"
    )


def test_what_the_calls_explorer_should_have_shown(lesson):
    frame = lesson["facts"]

    def numbers(rule, cost=60):
        return {one["name"]: one["value"] for one in calls_picture(frame, rule, 673, cost)["numbers"]}

    risk, keeps, gain = (numbers(rule) for rule in ("risk", "keeps", "gain"))
    assert lesson.says(
        f"673 calls by risk lose ¥{-risk['Net of cost']:,.0f}; by value × uplift they bring ¥{gain['Net of cost']:,.0f}"
    )
    assert lesson.says(f"by risk the 673 calls lose ¥{-risk['Net of cost']:,.0f}")
    assert lesson.says(f"save {keeps['Saved, net']:.0f} customers, the most, at ¥{keeps['Cost per customer saved']:,.0f} each, and still "
                       f"lose ¥{-keeps['Net of cost']:,.0f}")  # fmt: skip
    best = {cost: numbers("gain", cost)["Best length for this rule"] for cost in (10, 60, 200)}
    worth = int(lesson["worth_it"].sum())
    assert lesson.says(f"The curve of value × uplift ends at {worth:,}")
    assert lesson.says(f"Ask for more than {worth:,} calls")
    assert lesson.says(f"Beyond {worth:,} this rule has nobody left")
    assert f"{worth} calls" in calls_picture(frame, "gain", len(frame), 60)["alt"]
    assert lesson.says(f"they earn ¥{gain['Net of cost']:,.0f}; the best length is {best[60]:,.0f} calls. At ¥10 a call it is "
                       f"{best[10]:,.0f}, at ¥200 it is {best[200]:,.0f}")  # fmt: skip


def test_keeping_against_winning(lesson):
    row = lesson["costs"].iloc[0]
    assert lesson.says(
        f"A customer won costs ¥{row['cost_per_won']:.0f}, a customer saved ¥{row['cost_per_saved']:,.0f}"
    )
    assert round(row["ratio"]) == 8
    assert lesson.says(f"eight times as much ({row['low']:.0f} to {row['high']:.0f} times), not a fifth")
    assert not row["claim_inside"]


def test_the_decision(lesson):
    ranked, calls = lesson["ranked"], lesson["calls"].set_index("customer")
    called = ranked[ranked["call"]]
    assert not calls.loc[called["customer"], "silent"].any()
    assert (called["value"] > 0).all()
    assert (called["uplift"] < 0).all()
    assert lesson.says(f"gain is above 0: {len(called):,} customers, nobody in order to drive him away. Expected: "
                       f"¥{called['gain'].sum():,.0f} over three years, after ¥{60 * len(called):,} for the calls")  # fmt: skip
    first = lesson["lists"].set_index("rule").loc["gain"]
    assert first["net"] == pytest.approx(called["gain"].iloc[:673].sum())
    assert lesson.says(f"the first {first['calls']:.0f} bring ¥{first['net']:,.0f} of it")


def test_where_it_breaks(lesson):
    row = 100 * lesson["checked"].set_index("rule").loc["gain", ["uplift", "low", "high"]].astype(float)
    assert lesson.says(f"By gain {signed(row['uplift'])} points ({signed(row['low'])} to {signed(row['high'])})")
    assert lesson.says(f"takes {crm.campaign_power(0.12, -0.03)['per_arm'].iloc[0]:,} customers in each arm")
    seen = lesson["whole_class"].iloc[0]
    assert lesson.says(f"find {signed(100 * seen['mean'])} points (truth {signed(100 * seen['truth'])}), and "
                       f"{100 * seen['covered']:.1f} % of their intervals")  # fmt: skip
    assert lesson.says(f"Yet {100 * seen['wrong_sign']:.0f} % would report that the call does harm")
    assert lesson.says(
        f'the {100 * seen["significant"]:.1f} % with a "significant" result overstate it {seen["exaggeration"]:.1f} times'
    )
    members = lesson["members"]
    panel, offer = (
        -100 * crm.campaign_uplift(members[members["campaign"] == name])["uplift"].iloc[0]
        for name in ("panel", "special-offer")
    )
    assert lesson.says(f"Fewer left in both, by {panel:.1f} and {offer:.1f} points")
    needed = crm.campaign_power(0.1245, -0.008)["per_arm"].iloc[0]
    assert lesson.says(f"Some {round(needed, -3):,} in each arm")
    table = lesson["lock"].table.set_index("feature")["odds_ratio"]
    assert lesson.says(f"harder goes with {100 * (1 - table['hard_to_switch']):.0f} % lower odds of leaving, one point (of ten) more "
                       f"satisfied with {100 * (1 - table['sat_overall']):.0f} %")  # fmt: skip


def test_the_truth(lesson):
    truth = lesson["bank"].truth
    assert lesson.says(
        f"keeps {-100 * truth['retention.uplift']:.1f} in 100 (we found {-100 * lesson['called']['uplift'].iloc[0]:.1f};"
    )
    low, high = lesson["called"][["low", "high"]].iloc[0]
    assert low < truth["retention.uplift"] < high
    assert lesson.says(f"it drives {100 * truth['retention.uplift.quiet']:.1f} in 100 away")
    groups = 100 * lesson["judged"].groupby("silent")[["quiet", "uplift_retention"]].mean()
    assert lesson.says(f"quiet in {groups.loc[True, 'quiet']:.0f} % of cases; calling them changes next to nothing, "
                       f"{signed(groups.loc[True, 'uplift_retention'])} points")  # fmt: skip
    lists = lesson["truth"].set_index("rule")
    risk, gain = (lists.loc[name] for name in ("risk", "gain"))
    assert lesson.says(
        f"truly save {risk['saved']:.0f} customers, net of {risk['driven_away']:.0f} who leave because they were called"
    )
    assert risk["money_kept"] < 0
    assert lesson.says(f"¥{-risk['net']:,.0f} is lost")
    assert lesson.says(f"they save {gain['saved']:.0f} customers and earn ¥{gain['net']:,.0f}")
    ranked, judged = lesson["ranked"], lesson["judged"]
    called = ranked.loc[ranked["call"], "customer"]

    def net(customers):
        rows = judged[judged["customer"].isin(customers)]
        return -(rows["uplift_retention"] * rows["value"]).sum() - 60 * len(rows)

    awake = judged[~judged["silent"]]
    by_value, awake_by_value = (frame.nlargest(len(called), "value")["customer"] for frame in (judged, awake))
    assert lesson.says(f"its {len(called):,} calls truly earn ¥{net(called):,.0f}")
    assert lesson.says(f"with {len(called):,} calls, earns ¥{net(by_value):,.0f}. Value without the silent earns "
                       f"¥{net(awake_by_value):,.0f}, no less than value × uplift")  # fmt: skip
    assert lesson.says(f"The model expected ¥{ranked.loc[ranked['call'], 'gain'].sum():,.0f}")
    expected, truly = (-100 * awake[name].mean() for name in ("uplift", "uplift_retention"))
    assert lesson.says(f"it expected {expected:.1f} to stay because of the call; truly {truly:.1f} do")
    share = lesson["judged"]["quiet"].mean()
    assert share == pytest.approx(0.2, abs=0.01)
    tenth = lesson["riskiest"]
    assert 60 / -tenth == pytest.approx(risk["cost_per_saved"])  # one number for the same 673 calls
    assert lesson.says(f"100 calls there save {-100 * tenth:.1f} customers, ¥{60 / -tenth:,.0f} each")


def test_customers_of_the_case(lesson):
    assert lesson.says(f"the riskiest tenth of the list, {round(len(lesson['calls']) / 10)} customers")
    churn = lesson["now"].table["churn"].iloc[0]
    assert round(1 / churn) in (8, 9)
    assert lesson["calls"]["value"].notna().all()


def test_what_the_explorer_of_rates_should_have_shown(lesson):
    rates = 100 * pd.DataFrame(lesson["in_2025"]).set_index(lesson["rates"]["measure"])
    assert set(rates.idxmax()) == {"revenue"}
    assert set(rates.idxmin()) == {"contracts"}
    customers = rates.loc["customers"]
    assert lesson.says(f"{customers.max() - customers.min():.0f} points apart")
    assert lesson.says(f"(customers: {customers.min():.0f} to {customers.max():.0f} %)")
