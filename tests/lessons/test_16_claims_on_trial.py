"""Lesson 16: every number in its text is the one that its code computes, and no claim of the twelve is missing."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import crmlib as crm
from tools import build

LESSON = "16_claims_on_trial"


def test_twelve_claims_each_with_its_sides_its_test_and_a_verdict(lesson):
    parts = re.split(r" ## (?=\d+ · )", lesson.text)[1:]
    assert [int(part.split(" · ")[0]) for part in parts] == list(range(1, 13))
    for part in parts:
        for word in ("Who says so.", "For:", "Against:", "Test:", "Verdict:"):
            assert word in part, part[:60]


def verdicts() -> list[list[str]]:
    """Return the rows of the table of verdicts: claim, field for, field against, companies, verdict, careless test."""
    source = (build.ROOT / "notebooks" / "source" / f"{LESSON}.py").read_text(encoding="utf-8")
    table = source.split("## The verdicts")[1].split("How many as they stand?")[0]
    return [
        [cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^# (\|.*\|)$", table, re.M)[2:]
    ]


def test_the_table_of_verdicts_says_what_the_claims_say(lesson):
    """Twelve rows; what stands for or against in the field is named in the claim, on the same side; no name of the claim is left out."""
    parts = re.split(r" ## (?=\d+ · )", lesson.text)[1:]
    rows = verdicts()
    assert [int(row[0].split()[0]) for row in rows] == list(range(1, 13))
    assert {len(row) for row in rows} == {6}
    years = re.compile(r"\b(?:19|20)\d\d\b")
    for row, part in zip(rows, parts, strict=True):
        pro, con = part[part.index("Who says so.") : part.index("Test:")].split("Against:")
        con += pro if row[0].startswith("12") else ""  # one meta-analysis, for the one outcome and against the others
        pro += con if row[0].startswith("12") else ""
        for cell, side in ((row[1], pro), (row[2], con)):
            assert years.search(cell) or cell == "argument", row
            for name, year in re.findall(r"([A-Z]\w+) (\d{4})", cell):
                assert re.search(rf"{name}\b[^()]*(\([^()]*)?{year}", side), (row[0], name, year)
            assert set(years.findall(cell)) == set(years.findall(side)) or row[0].startswith("12"), row[0]


def test_the_table_quotes_the_companies(lesson):
    """The third column holds numbers of the claims above it."""
    shown = {int(row[0].split()[0]): row[3] for row in verdicts()}
    table = pd.DataFrame(lesson["shop"], index=["buyers", "own", "same"]).T
    assert shown[3] == f"{100 * table['own'].min():.0f} to {100 * table['same'].max():.0f} %"
    assert shown[4] == f"{100 * lesson['whale'].iloc[0]['top_20_share']:.0f} %"
    slope = lesson["lines"].set_index("group").at["12 of 12", "slope"]
    assert shown[5] == f"{slope:.1f} points per ten"
    back = 100 * lesson["back"].iloc[0][["treated_rate", "control_rate"]].astype(float)
    assert shown[7] == f"{back['treated_rate']:.0f} %, uncalled {back['control_rate']:.0f} %"
    gain = lesson["gain"]["gain_percent"]
    assert shown[8] == f"{gain.min():.0f} to {gain.max():.0f} %"
    churn = 100 * lesson["tenure"]["yearly_churn"]
    assert shown[10] == f"{churn.iloc[0]:.0f} to {churn.iloc[-1]:.0f} %"
    assert shown[11] == f"{lesson['overlap']['both'].item()} of 40"


def test_which_claims_have_no_study(lesson):
    """A publication is named with its year; claim 12 names its meta-analysis once for both sides."""
    parts = re.split(r" ## (?=\d+ · )", lesson.text)[1:]
    named = re.compile(r"\b(19|20)\d\d\b|meta-analysis")
    no_pro = [
        number
        for number, part in enumerate(parts, start=1)
        if not named.search(part[part.index("Who says so.") : part.index("Against:")])
    ]
    none = [
        number
        for number in no_pro
        if not named.search(parts[number - 1][parts[number - 1].index("Against:") : parts[number - 1].index("Test:")])
    ]
    assert none == [1]
    others = [str(number) for number in no_pro if number not in none]
    assert lesson.says(
        f"claim 1 has none at all, and claims {', '.join(others[:-1])} and {others[-1]} have none for them"
    )
    no_con = [
        str(number)
        for number, part in enumerate(parts, start=1)
        if number not in none and not named.search(part[part.index("Against:") : part.index("Test:")])
    ]
    assert lesson.says(f"claims {', '.join(no_con[:-1])} and {no_con[-1]} none against them")
    shown = {int(row[0].split()[0]): row[1] for row in verdicts()}
    assert shown[7].startswith("argument")  # the study is about who returns
    assert "the claim itself" in shown[8]


def test_keeping_winning_and_the_next_yuan(lesson):
    row = lesson["ratio"].iloc[0]
    assert lesson.says(f"a won one ({row['low']:.0f} to {row['high']:.0f})")
    assert round(row["ratio"]) == 8
    gains = []
    for share in (0.0, 0.2):
        plan = crm.make_plan(300_000, {"acquire": share, "keep": share})
        told = crm.next_yuan(lesson["start"], plan, lesson["behaviour"], paths=100).set_index("lever")["gain"]
        gains.append((told["acquire"], told["keep"]))
    (mail, calls), (more_mail, more_calls) = gains
    assert lesson.says(f"brings ¥{mail:.2f} and the first on calls (to the upper three tiers) ¥{calls:.2f}: win first")
    assert lesson.says(f"one more brings ¥{more_mail:.2f} and ¥{more_calls:.2f}: keep next")
    assert mail > calls
    assert more_mail < more_calls


def test_concentration(lesson):
    share = 100 * crm.top_share(lesson["year_2025"], 0.2)
    assert lesson.says(
        f"The best fifth of the {lesson['year_2025']['customer'].nunique():,} customers of 2025 bring {share:.0f} % of that year's "
        "revenue: by this one look the slogan holds"
    )
    table = pd.DataFrame(lesson["shop"], index=["buyers", "own", "same"]).T
    table[["own", "same"]] *= 100
    for name, day in lesson["windows"].items():
        summary = crm.customer_summary(lesson["log"], start=day, as_of="2025-12-31").customers
        assert table.at[name, "buyers"] == len(summary)
        assert table.at[name, "own"] == pytest.approx(100 * crm.top_share(summary, 0.2))
    month, year, years = (table.loc[name] for name in ("month", "year", "three years"))
    assert lesson.says(
        f"bring {month['own']:.0f} % in the month ({month['buyers']:.0f} buyers), {year['own']:.0f} % in 2025 and "
        f"{years['own']:.0f} % in three years ({years['buyers']:,.0f}). Of the same {years['buyers']:,.0f} customers it is "
        f"{month['same']:.0f} % in the month, since fewer than a fifth bought at all, {year['same']:.0f} % in 2025 and "
        f"{years['same']:.0f} % in three years: the direction reverses"
    )
    assert month["buyers"] < 0.2 * years["buyers"]
    assert table["own"].is_monotonic_increasing
    assert table["same"].is_monotonic_decreasing
    whale = 100 * lesson["whale"].iloc[0]
    assert lesson.says(
        f"best fifth brings {whale['top_20_share']:.0f} % of the profit, the best {whale['peak_customer_share']:.0f} % bring "
        f"{whale['peak_profit_share']:.0f} %, and {whale['loss_customer_share']:.0f} % of customers lose money"
    )


def test_satisfaction_and_attachment(lesson):
    lines = lesson["lines"].set_index("group")
    industry, commerce = lines.loc["12 of 12"], lines.loc["9 of 12 months"]
    assert lesson.says(
        f"go with {industry['slope']:.1f} points more staying ({industry['low']:.1f} to {industry['high']:.1f}, from "
        f"{industry['answers']:.0f} answers). Commerce could from October on: {commerce['slope']:.1f} ({commerce['low']:.1f} to "
        f"{commerce['high']:.1f})"
    )
    assert lines.loc["never", "outcome"] == 100
    exits, kinds = lesson["exits"], lesson["utility"].customers.set_index("customer")["class"]
    first = exits[exits["own_choice"]].groupby(exits["customer"].map(kinds))["left"].min()
    assert first.index.tolist() == ["commercial", "industrial"]
    assert first["commercial"] >= pd.Timestamp("2024-10-01")
    assert pd.Timestamp("2024-01-01") <= first["industrial"] < pd.Timestamp("2024-06-01")
    adjusted = lesson["effects"].set_index("effect")["adjusted"]
    assert lesson.says(
        f"They also hold more products ({adjusted['hold more products']:+.2f}, about as much as they recommend, "
        f"{adjusted['say: would recommend']:+.2f}); but that gap is not dated"
    )
    causes = crm.loyal_effects().set_index("effect")["adjust_for"].str.split(", ")
    assert causes["say: would recommend"] == ["satisfaction", "switching_cost", "products", "log_revenue", "tenure"]
    assert causes["hold more products"] == ["satisfaction", "switching_cost", "log_revenue", "tenure"]
    assert lesson.says(
        "alike in satisfaction, switching costs, products, revenue and tenure (products left out where they are the outcome)"
    )
    assert lesson.says(f"a higher price is fine ({adjusted['say: +5 % is fine']:+.2f})")
    assert lesson.says(
        f"cost next year ({adjusted['cost more to serve']:+.2f}) and what they bring ({adjusted['contribute more']:.2f})"
    )
    assert lesson.says(f"they get a private rate no less often ({adjusted['get a private rate']:+.2f})")


def test_win_back_and_the_five_points(lesson):
    row = 100 * lesson["back"].iloc[0][["treated_rate", "control_rate", "uplift", "low", "high"]].astype(float)
    assert lesson.says(
        f"{row['treated_rate']:.0f} % came back, and {row['control_rate']:.0f} % of those whom nobody called"
    )
    assert lesson.says(f"brought {row['uplift']:.0f} points ({row['low']:.0f} to {row['high']:.0f})")
    a, b, c, d = lesson["gain"]["gain_percent"]
    assert b < a
    yuan = lesson["gain"]["npv_after"] - lesson["gain"]["npv_before"]
    assert lesson.says(
        "Over five years the base where few leave gains less in percent than the other, against the argument above: more yuan "
        f"(¥{yuan[1]:.0f} and ¥{yuan[0]:.0f}), but on a larger sum."
    )
    assert lesson["gain"]["lifetime_after"].iloc[-1] == 200  # from 95 %: nobody leaves before the years end
    assert lesson.says("from 95 % on, five points more are 100 %: nobody ever leaves again")
    assert lesson.says(
        f"{a:.0f} % over five years from 60 %, {b:.0f} % from 88 %; without an end to the years {c:.0f} %, and {d:.0f} %"
    )


def test_complaints_tenure_deposits_and_recovery(lesson):
    ranks = lesson["no_complaints"]["churn_rank"].tolist()
    assert len(ranks) == 6
    assert ranks[-2:] == [35, 36]
    assert len(lesson["record"]) == 36
    assert lesson.says(f"The other four lose fewer than most (ranks {ranks[0]}, {ranks[1]}, {ranks[2]} and {ranks[3]})")
    middle = lesson["record"]["churn"].median()
    assert (lesson["no_complaints"]["churn"] < middle).tolist() == [True] * 4 + [False] * 2
    shares = lesson["no_complaints"].sort_values("churn")[["noticed_share", "solved_share"]].to_numpy()
    seen, unseen, silent = shares[[0, 2]], shares[[1, 3]], shares[[4, 5]]
    assert lesson.says(
        f"In two, problems are noticed ({seen[0, 0]:.2f}, {seen[1, 0]:.2f}) and all solved. In two hardly any was noticed "
        f"({unseen[0, 0]:.2f}, {unseen[1, 0]:.2f}). In two they were noticed ({silent[0, 0]:.2f}, {silent[1, 0]:.2f}), hardly solved "
        f"({silent[0, 1]:.2f}), and nobody spoke"
    )
    assert (seen[:, 1] == 1).all()
    tenure = lesson["tenure"]
    first, last = tenure.iloc[0], tenure.iloc[-1]
    assert lesson.says(f"from {100 * first['yearly_churn']:.0f} to {100 * last['yearly_churn']:.0f} % a year")
    assert lesson.says(f"(ratio) go from {first['ratio']:.2f} to {last['ratio']:.2f}: hardly a change")
    year = lesson["year_2025"].set_index("customer")
    both = len(year.nlargest(40, "deposits_average").index.intersection(year.nlargest(40, "profit").index))
    assert lesson.says(f"{both} of the 40 largest depositors are among the 40 most profitable")
    assert lesson.says(f"would share {1600 / len(year):.2f} names (by_chance: 40 × 40 / {len(year):,} customers)")
    assert lesson.says(f"miss {40 - both} of the 40")
    naive, fair = (lesson[name].set_index("group") for name in ("naive", "fair"))
    assert lesson.says(
        f"are more attached ({naive.loc['answered', 'raw']:.2f} points), and so are the unanswered ({naive.loc['not answered', 'raw']:.2f})"
    )
    row = fair.loc["answered"]
    assert lesson.says(
        f"as satisfied as others ({row['adjusted']:.2f}, from −{-row['adjusted_low']:.2f} to {row['adjusted_high']:.2f}), the "
        f"unanswered {-fair.loc['not answered', 'adjusted']:.2f} points less"
    )
    assert row["adjusted_low"] < 0 < row["adjusted_high"]
    assert row["adjusted"] == pytest.approx(0, abs=0.05)


def test_recovery_with_the_attachment_of_the_survey_before(lesson):
    before = lesson["before"].set_index("group")
    answered, silent = before.loc["answered"], before.loc["not answered"]
    fair = lesson["fair"].set_index("group").loc["not answered"]
    assert lesson.says(
        f"Only {answered['rows']:.0f} answered and {silent['rows']:.0f} unanswered complainers are left. "
        f"The answered are at +{answered['adjusted']:.2f} (−{-answered['adjusted_low']:.2f} to {answered['adjusted_high']:.2f}), "
        f"the unanswered at +{silent['adjusted']:.2f} (−{-silent['adjusted_low']:.2f} to {silent['adjusted_high']:.2f}): too few to tell; "
        f"whether anything of the {-fair['adjusted']:.2f} remains {silent['rows']:.0f} people cannot say"
    )
    assert (
        silent["adjusted_low"] < fair["adjusted"] / 2 < 0 < silent["adjusted_high"]
    )  # half of it may remain, or nothing
    assert silent["adjusted"] > 0
    twice = lesson["twice"]
    told = lesson["bank"].survey.set_index(["customer", "wave"])[["att1", "att2", "att3"]].mean(axis=1)
    earlier = told.reindex(pd.MultiIndex.from_frame(twice[["customer", "wave"]].assign(wave=twice["wave"] - 1)))
    assert twice["attachment_old"].to_numpy() == pytest.approx(earlier.to_numpy())
