"""Lesson 14: every number in its text is the one that its code computes."""

from __future__ import annotations

import re
from importlib import resources

import pytest

import crmlib as crm
from crmlib.show import staffing_picture

LESSON = "14_building_crm"
QUIZ = resources.files("crmlib.practice").joinpath("quizzes/14.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def warehouse(lesson):
    """The lesson closes its own."""
    with crm.open_warehouse(lesson["bank"].tables) as opened:
        yield opened


def test_the_star_and_the_eight(lesson):
    assert lesson.says("Twelve tables; the systems had twenty-six")
    assert len(lesson["bank"].tables) == 26
    leads = lesson["bank"].leads["customer"]
    assert lesson.says(f"the leads: {leads.isna().sum():,} of {len(leads):,} are not yet customers")
    eight = lesson["eight"]
    assert len(eight) == 8
    assert lesson.says(
        f"Eight customers bring ¥{eight['revenue'].sum():,.0f}, and the best two, a quarter of them, {100 * lesson['best_two']:.1f} %"
    )
    years = lesson["bank"].years.query("year == 2025").set_index("customer")
    assert eight["revenue"].sum() == pytest.approx(years.loc[eight["customer"], "revenue"].sum())


def test_the_measures_in_sql(lesson):
    assert len(crm.measures()) == 14
    assert lesson.says("Fourteen measures are written in SQL")
    assert lesson["in_sql"] == pytest.approx(lesson["in_python"], abs=1e-12)
    assert lesson["difference"] < 0.005


def test_the_hair_between_two_equal_customers(lesson):
    """The anecdote is a student's bank; its two sums are still a hair apart in floats, and equal in SQL."""
    from crmlib.practice.variants import CUSTOMERS, student_seed

    bank = crm.simulate_bank(customers=CUSTOMERS, seed=student_seed("20250002"))
    span = {"start": "2023-01-01", "as_of": "2025-12-31"}
    sums = crm.customer_summary(bank.purchases.rename(columns={"amount": "revenue"}), **span).customers
    near = sums[(sums["revenue"] - 4618.71).abs() < 0.001]
    assert len(near) == 2
    assert lesson.says("Each had bought for ¥4,618.71")
    assert lesson.says(f"came out as {min(near['revenue'])!r}:".replace("np.float64(", "").replace(")", ""))
    with crm.open_warehouse(bank.tables) as opened:
        scores = opened.measure("rfm", **span, scores=5)
    assert set(scores.loc[scores["customer"].isin(near["customer"]), "m"]) == {5}


def test_what_was_true_when(lesson):
    then, today = (lesson[name].set_index("programme")["customers"] for name in ("then", "labels_of_today"))
    assert then.sum() == today.sum()
    assert lesson.says(f"{then['club']:,} members then. By their last label the same customers count {today['club']:,} members: "
                       f"{today['club'] - then['club']} more have joined than left")  # fmt: skip
    assert f"there were {then['club']:,} members; today's labels say {today['club']:,}." in QUIZ
    ever = lesson["bank"].bonds.query("bond == 'club'")["customer"].nunique()
    assert round(ever, -3) == 4000


def test_the_third_layer(lesson, warehouse):
    table = warehouse.sql(
        "SELECT region, SUM(revenue) / 1e6 AS revenue, SUM(profit) / 1e6 AS profit FROM fact_year JOIN dim_customer USING (customer) "
        "JOIN dim_place USING (place_key) WHERE year = 2025 AND is_current GROUP BY region ORDER BY revenue DESC"
    ).set_index("region")
    assert table.index[0] == "Hills"
    assert table["profit"].rank(ascending=False)["Hills"] == 5
    assert lesson.says(
        f"with ¥{table['revenue']['Hills']:.2f} million, and is fifth of six in profit, with ¥{table['profit']['Hills']:.2f} million"
    )


def test_consent(lesson):
    table = lesson["answers"].table.set_index("answer")["customers"]
    everybody = table.sum()
    assert lesson.says(
        f"Of {everybody:,} present customers ({lesson['came_back'].sum()} of them left and came back) {table['yes']:,} may be "
        f"called with an offer ({100 * table['yes'] / everybody:.2f} %)"
    )
    # lesson 11 counts the same customers
    bank = lesson["bank"]
    end = crm.year_end(bank.customers.assign(own=True), bank.months, 2025).customers
    assert set(lesson["here"]["customer"]) == set(end["customer"])
    assert "agency" not in " ".join(lesson["bank"].consents["purpose"].unique())
    assert lesson.says(
        f"Of {table['no: never given']:,} there is no entry. And {table['no: withdrawn']:,} said yes once and withdrew"
    )
    assert lesson.says(f"{table['yes']:,} customers may be called with an offer, not {everybody:,}")
    assert f"this holds for {table['no: never given']:,} of {everybody:,} customers" in QUIZ
    app = crm.consent_status(
        lesson["here"], lesson["bank"].consents, purpose="marketing", channel="app", as_of="2025-12-31"
    )
    assert lesson.says(f"2. {app.customers['allowed'].sum():,}, with")


def test_the_audit(lesson):
    agreed = {}
    for name, day in [("retention", "2024-07-01"), ("cross-sell", "2023-07-01")]:
        treated = lesson["treated"]
        people = treated.loc[treated["campaign"] == name, ["customer"]].astype("int64")
        may = crm.consent_status(people, lesson["bank"].consents, purpose="marketing", channel="phone", as_of=day)
        agreed[name] = (len(people), may.customers["allowed"].sum())
    assert agreed["retention"][0] == agreed["retention"][1]
    assert lesson.says(f"All {agreed['retention'][0]:,} of the retention calls had agreed")
    n, yes = agreed["cross-sell"]
    assert lesson.says(f"Of the {n:,} customers offered insurance {yes:,} had; the other {n - yes:,} had not")


def test_the_broken_hash(lesson):
    phones, found = lesson["phones"], lesson["found"]
    assert len(found) == 2
    assert lesson.says(f"turned two of {len(phones):,} phones back: both that lie among the numbers tried")
    assert set(found["phone"]) == set(phones[phones.str[2:].astype("int64") < 1_000_000])
    assert phones.str.match(r"12\d{9}$").all()  # so that trying all numbers finds all of them


def test_who_stands_out(lesson):
    risk = lesson["risk"]
    assert risk["below_k"].iloc[1] == 0
    row = risk.iloc[3]
    assert lesson.says(
        f"With year of birth and branch {100 * row['share_below_k']:.1f} % do, and {row['unique']} are alone"
    )
    assert risk["share_below_k"].iloc[4] == 1
    assert lesson["less"]["below_k"].iloc[-1] == 7
    assert lesson.says(f"Seven of {len(lesson['here']):,} are left")


def test_roles(lesson, warehouse):
    allowed = warehouse.measure("may_contact", purpose="marketing", channel="phone", as_of="2025-12-31")
    seen = allowed.loc[allowed["allowed"] == 1, "customer"]
    left = (~seen.isin(lesson["here"]["customer"])).sum()
    assert lesson.says(f"Marketing sees {len(seen):,} of {len(allowed):,}")
    assert lesson.says(f"{left:,} of them have left and never withdrew")
    exact, rounded, people = lesson["exact"], 100 * lesson["rounded"]["share_below_k"], len(lesson["amounts"])
    assert lesson.says(
        f"{100 * exact['unique'].iloc[0] / people:.0f} % of the {people:,} customers of 2025 are alone with their exact revenue"
    )
    assert lesson.says(
        f"To ¥1,000, revenue alone leaves {rounded.iloc[0]:.1f} % in groups below five, all three amounts {rounded.iloc[2]:.1f} %"
    )
    # by hand: how often each amount stands there
    thousands = lesson["amounts"]["revenue"].round(-3)
    assert (thousands.map(thousands.value_counts()) < 5).mean() == pytest.approx(rounded.iloc[0] / 100)


def test_erasure(lesson):
    due = lesson["due"].table.set_index("table")["due"]
    assert lesson.says(
        f"Messages to {due['messages']:,} customers are due, since they left a year ago or more, and the contacts of {due['contacts']:,}"
    )
    assert abs(lesson["missing"]) < 0.005
    with crm.open_warehouse(lesson["erased"].tables) as after:
        then = after.measure("gini", year=2023)["gini"].iloc[0]
        now = after.measure("gini", year=2025)["gini"].iloc[0]
    years = lesson["bank"].years
    assert now == pytest.approx(crm.gini(years[years["year"] == 2025]))
    assert lesson.says(f"In 2023 the Gini falls by {crm.gini(years[years['year'] == 2023]) - then:.3f}")


def test_prices(lesson):
    alike = lesson["alike"]
    deal = alike["extra"] > 0.5
    assert lesson.says(f"{deal.sum()} of {len(alike):,} customers have a private deal, {alike.loc[deal, 'extra'].mean():.2f} "
                       f"points above the list; "
                       f"the others are {alike.loc[~deal, 'extra'].mean():.2f} above it")  # fmt: skip
    median = alike.groupby(deal)["contribution"].median()
    assert lesson.says(f"median contribution is ¥{median[True]:,.0f}, against ¥{median[False]:,.0f}")
    cost = (alike["paid_rate"] - alike["list_rate"]) * alike["deposits_average"]
    added = (alike["contribution"] + cost).groupby(deal).median()
    assert lesson.says(f"¥{added[True]:,.0f} against ¥{added[False]:,.0f}. And their deposits are larger")
    share = 100 * alike.groupby("deposit", observed=True)["deal"].mean()
    assert alike["deposit"].notna().all()
    assert lesson.says(
        f"{share.iloc[0]:.0f} % of those up to ¥75,000, but only {share.iloc[-1]:.0f} % even of those from ¥150,000 to 200,000"
    )
    both = lesson["by_deposit"]
    assert ((both["before, deal"] / both["before, no deal"]).sub(1).abs() < 0.07).all()  # "about as much"


def test_raci(lesson):
    assert crm.check_raci(crm.raci_table()).empty
    assert len(crm.check_raci(lesson["plan_of_mr_hu"])) == 2


def test_staffing(lesson):
    staff = lesson["staff"].set_index("hour")
    ten = staff.loc[10]
    assert lesson.says(f"At 10 o'clock {ten['calls']:.1f} calls of 6 minutes are a load of {ten['load']:.2f}")
    assert lesson.says(
        f"only {100 * ten['level_by_load']:.0f} % are answered in time; two are needed, and each is busy a third"
    )
    assert ten["agents"] == 2
    assert ten["occupancy"] == pytest.approx(1 / 3, abs=0.02)
    assert lesson.says(f"Over the day {staff['agents'].sum()} agent-hours, not {staff['by_load'].sum()}. At ¥45 an hour a call costs "
                       f"¥{45 * staff['agents'].sum() / staff['calls'].sum():.2f}")  # fmt: skip
    assert crm.erlang_c(10, 6, 2, 20)["service_level"].iloc[0] == pytest.approx(0.68, abs=0.005)
    assert "with two only 68 % are in time" in QUIZ


def test_what_the_explorer_should_have_shown(lesson):
    def numbers(*position):
        return {one["name"]: one["value"] for one in staffing_picture(lesson["arrivals"], *position)["numbers"]}

    start, high, patient, large = (numbers(*one) for one in ((80, 20, 1), (95, 20, 1), (80, 120, 1), (80, 20, 50)))
    assert lesson.says(f"95 % take {high['Agent-hours a day']:.0f} agent-hours "
                       f"instead of {start['Agent-hours a day']:.0f}, and a call costs "
                       f"¥{high['Cost of a call']:.1f}")  # fmt: skip
    assert patient["Agent-hours a day"] == start["Agent-hours a day"]
    assert lesson.says(f"50 times as large a call costs ¥{large['Cost of a call']:.1f}, not ¥{start['Cost of a call']:.1f}, "
                       f"and people are busy "
                       f"{large['Busy']:.0f} % of the time, not {start['Busy']:.0f} %")  # fmt: skip


def test_around_the_clock(lesson):
    line, night = lesson["line"], lesson["night"]
    share = line[night]["calls"].sum() / line["calls"].sum()
    costs = [45 * line[part]["agents"].sum() / line[part]["calls"].sum() for part in (night, ~night)]
    assert round(costs[0] / costs[1]) == 3
    assert lesson.says(
        f"{100 * share:.0f} % of the calls come at night, and one of them costs ¥{costs[0]:.0f}, three times"
    )
    calls = lesson["calls_at_night"]
    assert lesson.says(
        f"there would be {calls:.0f} calls a night, and with one agent for ten hours a call would cost ¥{450 / calls:.0f}"
    )


def test_past_one_machine_quotes_the_benchmark(lesson, root):
    text = (root / "benchmarks" / "README.md").read_text(encoding="utf-8")
    rows = {m[1]: (float(m[2]), float(m[3].replace(",", ""))) for m in
            re.finditer(r"\| 10,000,000 \| 1,000,000 \| (\w+) \| [\d,]+ \| ([\d.]+) \| ([\d,]+) \|", text)}  # fmt: skip
    slowest = max((seconds for name, (seconds, _) in rows.items() if name != "fill"))
    assert lesson.says(f"filling the tables took {rows['fill'][0]:.0f} seconds, the slowest measure "
                       f"(one row per customer) {slowest:.0f} seconds, "
                       f"the Gini coefficient {rows['gini'][0]:.1f} seconds")  # fmt: skip
    assert slowest in (rows["customer_summary"][0], rows["rfm"][0])  # both have one row per customer
    assert max(peak for _, peak in rows.values()) < 1.4 * 1024
    assert lesson.says("memory stayed below 1.4 GiB")


def test_the_truth_of_a_warehouse(lesson, warehouse):
    assert lesson["cents"] == lesson["stored"]["cents"].iloc[0]
    assert lesson.says(f"{lesson['cents']:,} cents on both sides")
    assert (lesson["both"]["rate_sql"] - lesson["both"]["rate_crmlib"]).abs().max() < 1e-9
    kinds = warehouse.sql(
        "SELECT kind, SUM(revenue) / 1e6 AS revenue FROM fact_year JOIN dim_customer USING (customer) WHERE year = 2025 AND is_current "
        "GROUP BY kind ORDER BY kind"
    ).set_index("kind")["revenue"]
    assert lesson.says(
        f"personal ¥{kinds['personal']:.2f} million, small business ¥{kinds['small business']:.2f} million"
    )
