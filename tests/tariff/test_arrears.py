"""Arrears: ages by hand, no peeping into the future, and a score that beats a rule on companies of other seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.tariff import arrears_ageing, compare_scores, debt_frame, debt_score

dates = pd.to_datetime
BILLS = pd.DataFrame(
    {
        "customer": [1, 1, 2, 3, 4, 2],
        "month": dates(["2025-01-01", "2025-02-01", "2025-01-01", "2025-03-01", "2024-11-01", "2025-02-01"]),
        "amount": [100.0, 110, 50, 70, 200, 40],
        "due": dates(["2025-02-20", "2025-03-20", "2025-02-20", "2025-04-20", "2024-12-20", "2025-03-20"]),
        "paid": dates([None, None, "2025-02-18", "2025-06-01", None, "2025-03-18"]),
        "paid_amount": [0.0, 0, 50, 70, 150, 40],
    }
)


def test_ages_by_hand():
    """On 30 April: customer 1 owes 69 and 41 days, customer 3 10 days (paid in June only), customer 4 131 days, in part."""
    found = arrears_ageing(BILLS, "2025-04-30").set_index("age")
    assert found["owed"].to_dict() == {
        "not yet due": 0,
        "1-30 days": 70,
        "31-60 days": 110,
        "61-90 days": 100,
        "over 90 days": 50,
    }
    assert found["customers"].tolist() == [0, 1, 1, 1, 1]
    assert found["share"].sum() == pytest.approx(1)


def test_the_edges_of_an_age_belong_to_the_younger():
    one = BILLS.iloc[:1]
    for day, age in (("2025-02-20", "not yet due"), ("2025-02-21", "1-30 days"), ("2025-03-22", "1-30 days"),
                     ("2025-03-23", "31-60 days"), ("2025-05-21", "61-90 days"), ("2025-05-22", "over 90 days")):  # fmt: skip
        assert arrears_ageing(one, day).query("owed > 0")["age"].tolist() == [age]


def test_ages_of_the_company_agree_with_its_books(power):
    """Old debts against the share that the simulation recorded, and the sum against the bills themselves."""
    found = arrears_ageing(power.bills, "2025-12-31")
    unpaid = power.bills[power.bills["paid"].isna()]
    assert found["owed"].sum() == pytest.approx((unpaid["amount"] - unpaid["paid_amount"]).sum())
    supplied = power.customers[power.customers["left"].isna()]["customer"]
    late = arrears_ageing(power.bills[power.bills["customer"].isin(supplied)], "2025-12-31", ends=(30, 900))
    in_debt = late.set_index("age").at["31-900 days", "customers"] / len(supplied)
    assert in_debt == pytest.approx(power.truth["arrears.in_debt"], abs=0.002)


def test_facts_and_debts_by_hand():
    found = debt_frame(BILLS, "2025-03-01", months=1, days_late=30).set_index("customer")
    # Customer 4 is in debt already, 3 has no bill due yet. Of 1 the bill of January (due on 20 February) falls into debt on 23 March.
    assert found.index.tolist() == [1, 2]
    assert found["debt"].tolist() == [True, False]
    assert found["at_stake"].tolist() == [100.0, 0.0]
    assert found.loc[1, ["bills", "late_bills", "overdue", "bill"]].tolist() == [1, 0, True, 100.0]


def test_nothing_after_the_day_is_known(power):
    """Facts stay the same when the records end on the day, with what was then unpaid still unpaid."""
    features = ["customer", "bills", "late_bills", "overdue", "bill"]
    bills = power.bills
    day = pd.Timestamp("2024-07-01")
    blind = bills[bills["month"] <= day].copy()
    late = (blind["paid"] > day).to_numpy()
    blind.loc[late, ["paid", "paid_amount"]] = [pd.NaT, 0.0]
    full, cut = (debt_frame(one, "2024-07-01", months=1)[features] for one in (bills, blind))
    pd.testing.assert_frame_equal(full, cut)


def test_auc_and_its_error_against_other_code():
    draws = np.random.default_rng(4)
    n = 300
    debt = draws.random(n) < 0.3
    frame = pd.DataFrame({"debt": debt, "a": np.round(draws.normal(debt, 1.2), 1), "b": draws.normal(2 * debt, 1.2)})
    found = compare_scores(frame, ["a", "b"]).set_index("score")
    for name in "ab":
        u = stats.mannwhitneyu(frame.loc[debt, name], frame.loc[~debt, name]).statistic
        assert found.at[name, "auc"] == pytest.approx(u / (debt.sum() * (~debt).sum()))
    picks = draws.integers(0, n, (1500, n))
    single = []
    for pick in picks:
        single.append(compare_auc(frame.iloc[pick]))
    single = np.array(single)
    assert found["ahead"].tolist() == pytest.approx([0, found.at["b", "auc"] - found.at["a", "auc"]])
    for low, high, at, drawn in (
        ("low", "high", found["auc"], single),
        ("ahead_low", "ahead_high", found["ahead"], single - single[:, [0]]),
    ):
        np.testing.assert_allclose(found[high] - found[low], 2 * 1.96 * drawn.std(axis=0), rtol=0.1)
        np.testing.assert_allclose((found[high] + found[low]) / 2, at, atol=1e-12)
    wide, narrow = (compare_scores(frame, ["a", "b"], level=level).iloc[1] for level in (0.95, 0.8))
    for low, high in (("low", "high"), ("ahead_low", "ahead_high")):
        assert (narrow[high] - narrow[low]) / (wide[high] - wide[low]) == pytest.approx(1.28155 / 1.95996, rel=1e-5)


def compare_auc(sample: pd.DataFrame) -> list[float]:
    hit = sample["debt"].to_numpy()
    ranks = [stats.rankdata(sample[name]) for name in "ab"]
    n, m = hit.sum(), (~hit).sum()
    return [(rank[hit].sum() - n * (n + 1) / 2) / (n * m) for rank in ranks]


def test_equal_scores_share_the_places_on_the_list():
    frame = pd.DataFrame(
        {"same": [1.0] * 10, "best": range(10), "debt": [False] * 8 + [True] * 2, "money": [0.0] * 8 + [30.0, 70.0]}
    )
    found = compare_scores(frame, ["same", "best"], value="money", top=0.1).set_index("score")
    assert found["caught"].tolist() == pytest.approx([0.1, 0.5])
    assert found["money_caught"].tolist() == pytest.approx([0.1, 0.7])


def test_the_score_beats_the_rules_on_customers_it_has_not_seen(small_utilities):
    """Learned on the second half of 2024, judged on the second half of 2025; the rules are autopay and late before."""
    ahead = []
    for company in small_utilities.values():
        people = company.customers[["customer", "payment_channel"]]
        then, now = (frame_of(company, people, day) for day in ("2024-06-01", "2025-06-01"))
        score = debt_score(then, ["late_bills", "overdue", "no_autopay"])
        now = now.assign(score=score.risk(now))
        found = compare_scores(now, ["late_bills", "score"]).set_index("score")
        ahead.append(found.at["score", "ahead"])
    assert np.mean(ahead) > 0.02
    assert min(ahead) > -0.02


def frame_of(company, people, day):
    return (
        debt_frame(company.bills, day)
        .merge(people, on="customer")
        .assign(no_autopay=lambda rows: rows["payment_channel"].astype(str) != "autopay")
    )


def test_odds_by_hand_and_the_risk_of_a_row():
    frame = pd.DataFrame({"late": [0] * 10 + [1] * 10, "debt": [False] * 8 + [True] * 2 + [False] * 4 + [True] * 6})
    score = debt_score(frame, ["late"])
    assert score.table["odds_ratio"].iloc[0] == pytest.approx((6 / 4) / (2 / 8))
    assert score.risk(pd.DataFrame({"late": [0, 1]})).tolist() == pytest.approx([0.2, 0.6])
    assert "late" in repr(score)
    # the interval of Woolf (1955) for a table of two by two: ln 6 ± z √(1/6 + 1/4 + 1/2 + 1/8)
    error = np.sqrt(1 / 6 + 1 / 4 + 1 / 2 + 1 / 8)
    for level, z in ((0.95, 1.95996), (0.8, 1.28155)):
        row = debt_score(frame, ["late"], level=level).table.iloc[0]
        assert row["coefficient"] == pytest.approx(np.log(6))
        assert row[["low", "high"]].tolist() == pytest.approx([np.log(6) - z * error, np.log(6) + z * error], abs=1e-4)
