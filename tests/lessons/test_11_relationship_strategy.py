"""Lesson 11: every number in its text is the one that its code computes."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest
from scipy import stats

import crmlib as crm
from crmlib.show.strategy import strategy_picture

LESSON = "11_relationship_strategy"
QUIZ = resources.files("crmlib.practice").joinpath("quizzes/11.toml").read_text(encoding="utf-8")


def minus(value: float, decimals: int = 2) -> str:
    return f"{value:,.{decimals}f}".replace("-", "−")


def test_delivered_value(lesson):
    eight = lesson["eight"]
    first = eight[(eight["rater"] == 1) & (eight["bank"] == "Harbour Bank")].iloc[0]
    assert lesson.says(
        f"Rater 1 gets {first['gets']} points from Harbour Bank and pays {first['pays']}: {minus(first['delivered'], 0)}"
    )
    mean = eight.groupby("bank", observed=True)["delivered"].mean()
    assert lesson.says(
        f"is {mean['Harbour Bank']:.2f} for Harbour Bank, {mean['Northern Bank']:.2f} for Northern Bank and "
        f"{mean['Pearl Bank']:.2f} for Pearl"
    )
    table = lesson["delivered"].set_index("bank")
    own, pearl, northern = (table.loc[name] for name in ("Harbour Bank", "Pearl Bank", "Northern Bank"))
    assert lesson.says(
        f"delivers {own['delivered']:.2f} points, {pearl['ahead']:.2f} more than Pearl Bank (interval {pearl['low']:.2f} to "
        f"{pearl['high']:.2f}) and {northern['ahead']:.2f} more than Northern"
    )
    values = lesson["study"].pivot(index="rater", columns="bank", values="gets")
    more = values["Pearl Bank"] - values["Harbour Bank"]
    band = stats.ttest_1samp(more, 0).confidence_interval()
    assert band.low < 0 < band.high
    assert lesson.says(
        f"gives as much: {pearl['total_value']:.2f} points against {own['total_value']:.2f}, a difference within chance (interval "
        f"{minus(band.low)} to {band.high:.2f})"
    )
    mixes = lesson["mixes"]
    assert lesson.says(
        f"holds {mixes['size']['Harbour Bank']} customers of Harbour Bank, but {mixes['size']['Pearl Bank']} of Pearl"
    )
    assert lesson.says(f"With equal numbers the lead is {mixes['mean'].mean():.2f}, not {pearl['ahead']:.2f}")
    lead = (mixes["size"] * mixes["mean"]).sum() / mixes["size"].sum()
    assert lead == pytest.approx(pearl["ahead"])
    by_own = lesson["study"].groupby(["bank", "main_bank"], observed=True)["delivered"].mean().unstack()
    assert (by_own[True] > by_own[False]).all()  # people rate their own bank higher
    cheaper = (pearl - own)[["money_cost", "time_cost", "energy_cost", "psychic_cost"]].astype(float)
    assert cheaper.idxmax() == "money_cost"
    assert (cheaper > 0).all()
    for name in ("image", "product"):
        assert own[name] < table[name].max()
    assert lesson["study"]["rater"].nunique() == 1_500
    chosen = lesson["chosen"]
    assert lesson.says(
        f"{100 * lesson['best'][chosen].mean():.0f} % would choose the bank of which they report the highest delivered value, "
        f"and {100 * lesson['study'].loc[chosen, 'main_bank'].mean():.0f} % the main bank"
    )
    # by hand, one row per rater
    wide = lesson["wide"]
    one = wide.eq(wide.max(axis=1), axis=0).sum(axis=1) == 1
    assert lesson.says(f"for two banks ({100 * (~one).mean():.1f} %)")
    names = {
        what: lesson["study"][lesson["study"][what]].set_index("rater")["bank"].astype(str)
        for what in ("main_bank", "chosen")
    }
    best = wide.idxmax(axis=1).astype(str)
    apart = one & (best != names["main_bank"])
    habit, points = ((names["chosen"] == one_of)[apart].mean() for one_of in (names["main_bank"], best))
    assert lesson.says(
        f"Where the two differ ({apart.sum()} raters), {100 * habit:.0f} % choose their main bank and {100 * points:.0f} % the one"
    )


def test_tiers_and_worth(lesson):
    cells, start = lesson["cells"], lesson["end"].start
    top = cells.loc[cells["tier"] == "Top", "customers"].sum()
    assert lesson.says(f"{cells['customers'].sum():,} customers were there at the end of 2025, {top} of them Top")
    assert lesson.says(f"holds the {start['customers'].iloc[-1]:,} customers lost in 2025")
    worth = lesson["worth"].query("age == 'later'").set_index("tier")
    assert lesson.says(f"A Top customer brings ¥{worth.loc['Top', 'contribution']:,.0f} of contribution a year")
    assert lesson.says(f"is worth ¥{worth.loc['Top', 'worth']:,.0f}")
    assert lesson.says(
        f"A Small one costs ¥{-worth.loc['Small', 'contribution']:.0f} a year and is still worth "
        f"¥{worth.loc['Small', 'worth']:,.0f}"
    )


def test_the_marginal_rule(lesson):
    steps = lesson["steps"]
    assert steps["go"].tolist() == [True, True, True, False]
    last = steps.iloc[-1]
    small = last["called"] - steps["called"].iloc[-2]
    assert lesson.says(
        f"The last step, {small:,.0f} Small customers, costs ¥{last['next_cost']:,.0f} and gains ¥{last['next_gain']:,.0f}"
    )
    assert lesson.says(f"the calls still bring ¥{last['gain_per_yuan']:.2f} per yuan")


def test_bonds(lesson):
    ties = lesson["ties"].set_index("term")
    assert lesson.says(f"the rate of leaving is {ties.loc['payroll', 'hazard_ratio']:.2f} times")
    later = lesson["later"]
    half = lesson["bonds"].assign(hazard_ratio=(1 + lesson["bonds"]["hazard_ratio"]) / 2)
    for tier in ("Top", "Big", "Medium"):
        rates = {"leave": later.loc[tier, "leave"], "margin": later.loc[tier, "worth"]}
        told = crm.relationship_levels(lesson["bonds"], **rates).set_index("bond")
        assert lesson.says(f"The discount loses ¥{-told.loc['discount', 'worth']:.0f} in any tier")
        assert told.loc["adviser", "worth"] < 0
        assert told["worth"].idxmax() == "payroll"
        assert crm.relationship_levels(half, **rates).set_index("bond").loc["payroll", "worth"] > 0
    top = later.loc["Top"]
    needed = 1_200 / (np.exp(lesson["bonds"]["hazard_ratio"][2] * np.log(1 - top["leave"])) - (1 - top["leave"]))
    assert lesson.says(
        f"only {100 * top['leave']:.0f} % leave in a year, so that an adviser can save few: a saved one must bring ¥{needed:,.0f}, "
        f"and brings ¥{top['worth']:,.0f}"
    )
    assert needed > top["worth"]


def test_the_chain(lesson):
    kept = 100 * lesson["kept"]
    assert lesson.says(f"the generator keeps {kept['generator'].min():.0f} to {kept['generator'].max():.0f} %")
    assert lesson.says(
        f"keeps {kept.loc['commercial', 'retailer']:.0f} % from commercial customers, "
        f"{kept.loc['industrial', 'retailer']:.0f} % from industry and "
        f"{minus(kept.loc['residential', 'retailer'], 0)} % from homes"
    )
    home = lesson["chain"].query("`class` == 'residential' and member == 'retailer'")["paid"].iloc[0]
    assert lesson.says(f"loses ¥{-home:.2f}")


def test_levers_and_moves(lesson):
    told = lesson["responses"].drop_duplicates("estimate").set_index("estimate")
    mail, call = told.loc["mail to prospects"], told.loc["retention call"]
    assert lesson.says(f"A mail to a prospect costs ¥{mail['cost']:.0f} and wins {mail['effect']:.3f} customers")
    assert lesson.says(
        f"An insurance offer costs ¥{told.loc['insurance offer', 'cost']:.0f} and brings "
        f"¥{told.loc['insurance offer', 'effect']:.2f} a year"
    )
    assert lesson.says(f"the log chance of leaving by {minus(call['effect'], 3)}: times {np.exp(call['effect']):.2f}")
    assert lesson.says(f"adds {told.loc['win-back contact', 'effect']:.3f} to the chance of return")
    solved = told.loc["problems solved"]
    assert lesson.says(
        f"changes leaving by {minus(solved['effect'], 3)}, for ¥{solved['cost']:.0f} per customer and year"
    )
    counts = lesson["responses"].query("lever == 'acquire'")["eligible"]
    assert lesson.says(f"{counts.iloc[0]:,.0f} prospects and {counts.iloc[1]:,.0f} suspects")
    share = 100 * lesson["moves"].div(lesson["moves"].sum(axis=1), axis=0)
    assert lesson.says(
        f"{share.loc['Top', 'left']:.0f} % left and {share.loc['Top', 'Top']:.0f} % were Top a year later"
    )
    assert lesson.says(
        f"Of the Small, {share.loc['Small', 'left']:.0f} % left and {share.loc['Small', 'Medium']:.0f} % moved up to Medium"
    )


def test_the_back_test(lesson):
    assert lesson["checked"]["inside"].all()
    assert lesson.says(f"All {len(lesson['checked'])} values lie inside")


def test_four_plans(lesson):
    by_plan = lesson["million"]
    keep, fifth, rule = (by_plan.loc[name] for name in ("all on keeping", "a fifth each", "marginal rule"))
    assert lesson.says(
        f"All on keeping: {minus(keep['gain'])} against spending nothing "
        f"({minus(keep['gain_low'])} to {keep['gain_high']:.2f})"
    )
    two = {name: lesson["plans"][name] for name in ("nothing", "all on keeping")}
    compared = crm.compare_plans(
        lesson["end"].start,
        two,
        lesson["behaviour"],
        **lesson["settings"],
    ).set_index("plan")
    assert lesson.says(f"it wins in only {100 * compared.loc['all on keeping', 'wins']:.0f} of 100 draws")
    assert lesson.says(f"gains {fifth['gain']:.2f}. The marginal rule gains {rule['gain']:.2f}")
    unaimed = crm.marginal_plan(lesson["end"].start, lesson["behaviour"], budget=300_000)
    assert lesson.says(
        f"It leaves ¥{300_000 - unaimed[lesson['levers']].iloc[0].sum():,.0f} a year unspent, and gives nothing to upgrade"
    )
    assert unaimed["upgrade"].sum() == 0
    more = {name: table.set_index("lever")["gain"] for name, table in lesson["more"].items()}
    after = more["all on keeping"]
    assert lesson.says(f"one more yuan on calls brings ¥{after['keep']:.2f}. The same yuan brings ¥{after['acquire']:.2f} as a mail and "
                       f"¥{after['win_back']:.2f} as a win-back contact")  # fmt: skip
    used = more["marginal rule"].drop("upgrade")
    assert lesson.says(f"bring ¥{used.min():.2f} to {used.max():.2f} at the margin")
    assert lesson.says(
        f"Upgrade brings ¥{more['marginal rule']['upgrade']:.2f} (¥{more['nothing']['upgrade']:.2f} as the first yuan"
    )
    assert f"{more['all on keeping']['upgrade']:.2f}" == f"{more['marginal rule']['upgrade']:.2f}"
    assert lesson.says(f"about ¥{5 * round(75 / more['nothing']['upgrade'] / 5):.0f}")


def test_whom(lesson):
    table = lesson["compared"].set_index("plan") / 1e6
    keep, fifth, rule = (table.loc[name] for name in ("all on keeping", "a fifth each", "marginal rule"))
    assert lesson.says(
        f"gains ¥{keep['gain']:.2f} million ({minus(keep['gain_low'])} to {keep['gain_high']:.2f}), a fifth each {fifth['gain']:.2f}, "
        f"the marginal rule {rule['gain']:.2f} ({rule['gain_low']:.2f} to {rule['gain_high']:.2f})"
    )
    assert lesson.says(
        f"aiming alone adds ¥{rule['gain'] - lesson['million'].loc['marginal rule', 'gain']:.2f} million"
    )
    assert lesson.says(f"(¥{rule['equity_low']:.0f} to {rule['equity_high']:.0f} million")
    assert (
        "The band of customer equity runs from ¥79 to 104 million, that of the gain of a plan from ¥1.06 to 2.69 million"
        in QUIZ
    )
    run = crm.simulate_plan(lesson["end"].start, lesson["plans"]["nothing"], lesson["focused"], budget=300_000)
    worth = run.equity.set_index("measure")["mean"]
    assert worth["customers_left_worth"] > 0.5 * worth["customer_equity"]
    brought = lesson["bank"].years.query("year == 2025")["contribution"].sum()
    assert lesson.says(f"¥{brought / 1e6:.0f} million of contribution a year")
    top = {name: pyramid.query("tier == 'Top'")["mean"] for name, pyramid in lesson["runs"].items()}
    assert lesson.says(f"from {top['nothing'].iloc[0]:.0f} to {top['nothing'].iloc[-1]:.0f} by itself")
    assert lesson.says(f"The plan adds {round(top['marginal rule'].iloc[-1]) - round(top['nothing'].iloc[-1])}")
    small = [lesson["runs"][name].query("tier == 'Small'")["mean"] for name in ("nothing", "marginal rule")]
    assert lesson.says(
        f"{small[0].iloc[0]:,.0f} now, {small[0].iloc[-1]:,.0f} by itself, {small[1].iloc[-1]:,.0f} with the plan"
    )
    spent = lesson["plans"]["marginal rule"].iloc[0]
    assert lesson.says(
        f"each year ¥{spent['acquire']:,.0f} of mail, ¥{spent['keep']:,.0f} of calls to the upper three tiers, "
        f"¥{spent['win_back']:,.0f} to contact those who left, ¥{spent['service']:,.0f} to solve problems"
    )
    assert lesson.says(
        f"Expected gain: ¥{rule['gain']:.2f} million over spending nothing, after what it costs (¥1.5 million in five years, "
        f"¥{0.3 * sum(1.1**-year for year in range(1, 6)):.2f} million of today's money)"
    )


def test_the_explorer(lesson):
    def shown(**thousand):
        given = dict.fromkeys(lesson["levers"], 0) | thousand
        picture = strategy_picture(lesson["end"].start, lesson["focused"], lesson["budget"], **given)
        return {one["name"]: one["value"] for one in picture["numbers"]}, picture

    numbers, picture = shown(keep=300)
    bars = picture["panels"][1]["marks"][0]["values"]
    assert lesson.says(f"¥1 more on acquire brings ¥{bars[0]:.2f}, on keep ¥{bars[2]:.2f}")
    assert bars.index(max(bars)) == 0
    fifty, hundred = shown(keep=250, acquire=50)[0]["Gain"], shown(keep=200, acquire=100)[0]["Gain"]
    assert lesson.says(f"from ¥{numbers['Gain']:.2f} million to {fifty:.2f} million")
    assert hundred < fifty
    rule = lesson["plans"]["marginal rule"].iloc[0]
    best, picture = shown(**{lever: rule[lever] / 1_000 for lever in lesson["levers"]})
    assert best["Gain"] > 1.8
    level = [value for place, value in enumerate(picture["panels"][1]["marks"][0]["values"]) if place != 1]
    assert max(level) / min(level) < 1.3
    assert shown(keep=300, acquire=10)[0]["Left over a year"] == -10_000


def test_the_decision(lesson):
    last = lesson["last"].set_index("lever")["gain"].drop("upgrade")
    assert lesson.says(f"on each of the four, ¥{last.min():.2f} to {last.max():.2f}")
    assert lesson.says(f"the rule would stop at ¥{lesson['free'][lesson['levers']].iloc[0].sum():,.0f} a year")
    larger = lesson["larger"]
    assert lesson.says(
        f"adds ¥{larger['gain']:.2f} million ({minus(larger['gain_low'])} to {larger['gain_high']:.2f}), and three of the four bands"
    )
    bands = lesson["last"].set_index("lever").drop("upgrade")
    assert ((bands["low"] < 1) & (bands["high"] > 1)).sum() == 3
    dear = lesson["aimed"].copy()
    dear.loc[dear["lever"] == "service", "cost"] *= 2
    start = lesson["end"].start
    told = lesson["behaviour"].with_responses(dear)
    first = crm.next_yuan(start, lesson["plans"]["nothing"], told).set_index("lever")["gain"]
    assert lesson.says(f"about ¥{first['service']:.2f}")
    assert 0 < crm.marginal_plan(start, told, budget=300_000)["service"].iloc[0] < 60_000
    over = lesson["plans"]["nothing"].assign(keep=[450_000.0, 0, 0, 0, 0])
    with pytest.raises(ValueError, match="The plan spends") as caught:
        crm.simulate_plan(start, over, told, budget=300_000)
    assert lesson.says(str(caught.value).split(" Take")[0])


def test_win_back_with_consent_only(lesson):
    people, consents = lesson["customers"], lesson["bank"].consents
    lost = people[(people["left"].dt.year == 2025) & people["own"] & people["returned"].isna()]
    assert len(lost) == lesson["end"].start["customers"].iloc[-1]
    valid = consents.query("purpose == 'marketing' and channel == 'phone' and withdrawn.isna()")["customer"]
    share = lost["customer"].isin(valid).mean()
    assert lesson.says(f"Of those lost in 2025 {100 * share:.0f} % have a valid consent")
    told = lesson["aimed"].copy()
    told.loc[told["lever"] == "win_back", "eligible"] = share
    start, behaviour = lesson["end"].start, lesson["behaviour"].with_responses(told)
    plan = crm.marginal_plan(start, behaviour, budget=300_000)
    both = {"nothing": lesson["plans"]["nothing"], "rule": plan}
    gain = crm.compare_plans(start, both, behaviour, **lesson["settings"]).set_index("plan").loc["rule", "gain"]
    assert lesson.says(f"gives ¥{plan['win_back'].iloc[0]:,.0f} to win-back, and the gain is ¥{gain / 1e6:.2f} million")


def test_the_truth(lesson):
    told = lesson["side"].loc["retention call"]
    true = lesson["true"]["retention call"]
    assert lesson.says(
        f"{minus(true, 3)}, not {minus(told['effect'], 3)} ({(told['effect'] - true) / told['error']:.1f} standard errors"
    )
    gains = lesson["judged"].set_index("plan")["gain"] / 1e6
    assert lesson.says(
        f"gains ¥{lesson['gained']:.2f} million; we had said {minus(lesson['million'].loc['all on keeping', 'gain'])}"
    )
    assert lesson.says(
        f"all aimed: {gains['all on keeping']:.2f} on keeping, {gains['a fifth each']:.2f} a fifth each, {gains['marginal rule']:.2f} "
        f"by the marginal rule. Had Ms Gao known the truth, {gains['marginal rule, truth known']:.2f}"
    )
    failed = lesson["failed"].set_index("plan")["gain"] / 1e6
    assert lesson.says(
        f"{minus(failed['all on keeping'])}. The marginal rule still gains {failed['marginal rule']:.2f}, and a fifth each "
        f"{failed['a fifth each']:.2f}"
    )
    assert lesson["first_yuan"] == "acquire"
