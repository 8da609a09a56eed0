"""Segments, dialogue, offers, modules and shares: by hand, against scikit-learn, and what must hold for any data."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmlib.onetoone import (
    bundle_coverage,
    compare_segments,
    contact_permission,
    contact_pressure,
    customisation_approach,
    dialogue_log,
    modular_costs,
    need_segments,
    next_offers,
    offer_frame,
    offer_hits,
    segment_numbers,
    share_of_customer,
)

day = pd.to_datetime


def clouds(seed: int = 2, size: int = 60) -> pd.DataFrame:
    draws = np.random.default_rng(seed)
    centres = np.repeat([[1.0, 7.0, 4.0], [7.0, 1.0, 4.0], [4.0, 4.0, 9.0]], [size, 2 * size, size], axis=0)
    values = centres + draws.normal(0, 0.4, centres.shape)
    return pd.DataFrame(values, columns=["a", "b", "c"]).assign(
        customer=np.arange(len(values)), true=np.repeat([0, 1, 2], [size, 2 * size, size])
    )


def test_clear_clouds_are_found_largest_first():
    answers = clouds()
    found = need_segments(answers, ["a", "b", "c"], 3)
    assert found.table["customers"].tolist()[0] == 120
    assert found.table["share"].sum() == pytest.approx(1)
    merged = found.customers.merge(answers)
    assert compare_segments(merged, "segment", "true")["adjusted_rand"].iloc[0] == 1
    np.testing.assert_allclose(
        merged.groupby("segment")[["a", "b", "c"]].mean(), found.table[["a", "b", "c"]], rtol=1e-6
    )


def test_segments_do_not_depend_on_the_order_of_the_rows():
    draws = np.random.default_rng(6)
    answers = pd.DataFrame(draws.integers(1, 8, (800, 4)), columns=list("abcd")).assign(customer=np.arange(800))
    found = need_segments(answers, list("abcd"), 4)
    for seed in range(5):
        shuffled = answers.sample(frac=1, random_state=seed)
        again = need_segments(shuffled, list("abcd"), 4)
        assert again.customers["customer"].tolist() == shuffled["customer"].tolist()
        pd.testing.assert_frame_equal(again.table, found.table)
        pd.testing.assert_frame_equal(again.customers.sort_values("customer", ignore_index=True), found.customers)


def test_three_clouds_are_stable_at_three_and_fog_is_not():
    answers = clouds()
    numbers = segment_numbers(answers, ["a", "b", "c"], [2, 3, 5]).set_index("segments")
    assert numbers["silhouette"].idxmax() == 3
    assert numbers.loc[3, "stability"] == 1
    draws = np.random.default_rng(1)
    fog = pd.DataFrame(draws.normal(size=(300, 4)), columns=list("abcd"))
    assert segment_numbers(fog, list("abcd"), [4])["stability"].iloc[0] < 0.5


def test_silhouette_and_what_is_left_within_by_hand():
    """Squared distances: for a 4 of 104 are left within 0, 2 and 10, 12; for b, in another unit, 100 of 10,100."""
    answers = pd.DataFrame({"a": [0.0, 2, 10, 12], "b": [100.0, 110, 200, 210]})
    alone = segment_numbers(answers, ["a"], [2], resamples=1).iloc[0]
    assert alone["within"] == pytest.approx(4 / 104)
    # 0 is 2 from its own and 11 from the others, on average; 2 is 2 from its own and 9 from the others
    assert alone["silhouette"] == pytest.approx(((11 - 2) / 11 + (9 - 2) / 9) / 2)
    both = segment_numbers(answers, ["a", "b"], [2], resamples=1).iloc[0]
    assert both["within"] == pytest.approx((4 / 104 + 100 / 10_100) / 2)  # each need counts alike


def adjusted_rand(first, second) -> float:
    """Hubert and Arabie's formula, from the table of counts."""
    table = pd.crosstab(np.asarray(first), np.asarray(second)).to_numpy()
    both = sum(comb(int(x), 2) for x in table.ravel())
    rows, columns = (sum(comb(int(x), 2) for x in table.sum(axis=axis)) for axis in (1, 0))
    expected = rows * columns / comb(int(table.sum()), 2)
    return (both - expected) / ((rows + columns) / 2 - expected)


def test_the_index_is_hubert_and_arabies():
    draws = np.random.default_rng(4)
    frame = pd.DataFrame({"x": draws.integers(0, 3, 50), "y": draws.integers(0, 4, 50)})
    found = compare_segments(frame, "x", "y").iloc[0]
    assert found["adjusted_rand"] == pytest.approx(adjusted_rand(frame["x"], frame["y"]))


def test_the_best_pairing_is_not_the_largest_cell_first():
    """Of 11 customers, 1-a and 2-c pair 4 + 1, each segment's largest cell 4 + 3, but twice a. 1-b and 2-a pair 3 + 3: the best."""
    frame = pd.DataFrame({"x": [1] * 7 + [2] * 4, "y": list("aaaabbb" + "aaac")})
    found = compare_segments(frame, "x", "y").iloc[0]
    assert found["matched"] == pytest.approx(6 / 11)
    assert found[["customers", "first_segments", "second_segments"]].tolist() == [11, 2, 3]
    assert compare_segments(frame, "y", "x")["matched"].iloc[0] == pytest.approx(6 / 11)


CONSENTS = pd.DataFrame(
    {"customer": [1, 2, 2, 3, 4, 5], "purpose": ["marketing"] * 5 + ["service"], "channel": ["app", "app", "app", "phone", "app", "app"],
     "given": day(["2024-01-01", "2023-01-01", "2025-06-01", "2024-01-01", None, "2024-01-01"]),
     "withdrawn": day([None, "2024-05-05", None, None, None, None])}
)  # fmt: skip


@pytest.mark.parametrize(
    ("when", "may"),
    [
        ("2025-12-31", [1, 2]),
        ("2025-05-31", [1]),
        ("2024-05-04", [1, 2]),
        ("2024-05-05", [1]),
        ("2023-01-01", [2]),
        ("2022-12-31", []),
    ],
)
def test_consent_holds_from_its_day_until_the_day_of_withdrawal(when, may):
    people = pd.DataFrame({"customer": [5, 4, 3, 2, 1, 99]})
    found = contact_permission(people, CONSENTS, purpose="marketing", channel="app", day=when)
    assert sorted(found.loc[found["may_contact"], "customer"]) == may
    why = found.set_index("customer")["why"]
    assert (why[[3, 4, 5, 99]] == "no consent on file").all()  # another channel, no date, another purpose, unknown: no


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), max_size=12))
def test_nobody_is_contacted_without_a_valid_row(rows):
    consents = pd.DataFrame(
        {"customer": [who for who, _, _ in rows] + [100], "purpose": "marketing", "channel": "app",
         "given": day(["2024-01-01" if known else None for _, known, _ in rows] + ["2024-01-01"]),
         "withdrawn": day(["2024-06-01" if gone else None for _, _, gone in rows] + [None])}
    )  # fmt: skip
    people = pd.DataFrame({"customer": range(8)})
    found = contact_permission(people, consents, purpose="marketing", channel="app", day="2025-01-01")
    valid = {who for who, known, gone in rows if known and not gone}
    assert set(found.loc[found["may_contact"], "customer"]) == valid


def test_pressure_by_hand():
    messages = pd.DataFrame(
        {"customer": [1, 1, 2, 3, 4, 5],
         "quarter": day(["2024-01-01", "2024-04-01", "2024-01-01", "2024-01-01", "2024-01-01", "2025-09-01"]),
         "frequency": ["low", "low", "low", "high", "high", "high"], "sent": [1, 2, 3, 8, 6, 50], "answered": [0, 1, 0, 2, 2, 50]}
    )  # fmt: skip
    consents = pd.DataFrame(
        {"customer": [1, 2, 3, 4, 5], "purpose": "marketing", "channel": "phone", "given": day("2023-01-01"),
         "withdrawn": day(["2025-03-01", None, "2024-12-31", None, "2025-09-02"])}
    )  # fmt: skip
    messages["frequency"] = pd.Categorical(messages["frequency"], ["low", "high"])
    table = contact_pressure(messages, consents).set_index("frequency")
    assert table["customers"].tolist() == [2, 2]  # customer 5 cannot be followed for a year
    assert table["sent"].tolist() == [3, 7]
    assert table["withdrew"].tolist() == [0, 0.5]  # 1 withdrew after his year
    assert table.loc["high", "answers_per_consent"] == pytest.approx((2 - 0.5) / 0.5)


def test_pressure_has_newcombes_interval():
    from statsmodels.stats.proportion import confint_proportions_2indep

    n = 200
    messages = pd.DataFrame(
        {
            "customer": range(2 * n),
            "quarter": day("2024-01-01"),
            "frequency": ["a"] * n + ["b"] * n,
            "sent": 1,
            "answered": 0,
        }
    )
    gone = np.r_[np.arange(n) < 10, np.arange(n) < 31]
    consents = pd.DataFrame(
        {"customer": range(2 * n), "purpose": "marketing", "channel": "phone", "given": day("2023-01-01")}
    )
    consents["withdrawn"] = pd.Series(day("2024-02-02"), index=consents.index).where(gone)
    row = contact_pressure(messages, consents).iloc[1]
    low, high = confint_proportions_2indep(31, n, 10, n, method="newcomb", compare="diff", correction=False)
    assert (row["more_low"], row["more_high"]) == (pytest.approx(low), pytest.approx(high))


def test_the_shares_of_pressure_have_wilsons_interval():
    """Of 200 in each arm 10 and 31 withdrew; scipy's interval, and the formula by hand for the first arm."""
    n = 200
    messages = pd.DataFrame(
        {"customer": range(2 * n), "quarter": day("2024-01-01"), "frequency": ["a"] * n + ["b"] * n, "sent": 1, "answered": 0}
    )  # fmt: skip
    consents = pd.DataFrame({"customer": range(2 * n), "purpose": "marketing", "channel": "phone"})
    gone = np.r_[np.arange(n) < 10, np.arange(n) < 31]
    consents["withdrawn"] = pd.Series(day("2024-02-02"), index=consents.index).where(gone)
    table = contact_pressure(messages, consents, level=0.9)
    for row, lost in zip(table.itertuples(), (10, 31), strict=True):
        oracle = stats.binomtest(lost, n).proportion_ci(0.9, method="wilson")
        assert (row.low, row.high) == pytest.approx((oracle.low, oracle.high))
    z = 1.644854  # 5 % lie above it
    middle, half = (10 + z**2 / 2) / (n + z**2), z * np.sqrt(10 * 190 / n + z**2 / 4) / (n + z**2)
    assert table.loc[0, ["low", "high"]].tolist() == pytest.approx([middle - half, middle + half], rel=1e-5)
    assert table.loc[0, ["more_withdrew", "more_low", "more_high"]].tolist() == [0, 0, 0]
    # Newcombe (1998), method 10: each limit lies as far from the difference as the two Wilson limits facing it, squared and added
    (first, second), (low, high) = table["withdrew"], zip(*table[["low", "high"]].to_numpy(), strict=True)
    expected = [0.105 - np.hypot(second - low[1], high[0] - first), 0.105 + np.hypot(high[1] - second, first - low[0])]
    assert table.loc[1, ["more_low", "more_high"]].tolist() == pytest.approx(expected)


def test_the_log_by_hand():
    """Two customers, rows in no order: by customer, then by time; without a withdrawal no event."""
    messages = pd.DataFrame(
        {"customer": [8, 7], "quarter": day(["2025-04-01", "2025-01-01"]), "sent": [2, 3], "answered": [0, 1]}
    )
    contacts = pd.DataFrame(
        {"customer": [7, 7, 8], "time": day(["2025-02-03 15:30", "2025-02-03 09:10", "2024-12-31 23:59"]),
         "channel": ["call", "branch", "call"], "reason": ["loan", "card", "fee"]}
    )  # fmt: skip
    consents = pd.DataFrame(
        {"customer": [7, 8], "purpose": ["marketing", "service"], "channel": ["app", "phone"],
         "given": day(["2024-05-06", "2025-04-01"]), "withdrawn": day(["2025-02-03", None])}
    )  # fmt: skip
    expected = [
        (7, "2024-05-06", "customer", "agrees to marketing by app"),
        (7, "2025-01-01", "bank", "3 messages, 1 answered"),
        (7, "2025-02-03", "customer", "branch: card"),
        (7, "2025-02-03", "customer", "call: loan"),
        (7, "2025-02-03", "customer", "withdraws marketing by app"),
        (8, "2024-12-31", "customer", "call: fee"),
        (8, "2025-04-01", "bank", "2 messages, 0 answered"),
        (8, "2025-04-01", "customer", "agrees to service by phone"),
    ]
    log = dialogue_log(messages, contacts, consents)
    assert log.columns.tolist() == ["customer", "day", "began", "event"]
    assert list(log.assign(day=log["day"].dt.strftime("%Y-%m-%d")).itertuples(index=False, name=None)) == expected


PEOPLE = pd.DataFrame({"customer": [1, 2, 3, 4], "joined": day(["2020-01-01", "2024-12-31", "2025-01-01", "2020-01-01"]),
                       "left": day([None, None, None, "2024-12-31"])})  # fmt: skip
HELD = pd.DataFrame(
    {"customer": [1, 1, 1, 2, 3, 4], "product": ["card", "loan", "card", "loan", "card", "card"],
     "opened": day(["2020-01-01", "2025-12-31", "2025-02-01", "2026-01-01", "2025-03-01", "2020-01-01"]),
     "closed": day([None, None, None, None, None, None])}
)  # fmt: skip


def test_what_was_held_that_morning_and_opened_after():
    frame = offer_frame(PEOPLE, HELD, day="2025-01-01").set_index("customer")
    assert frame.index.tolist() == [1, 2]  # 3 joins that day, 4 left the day before
    assert frame.loc[1, ["has_card", "has_loan", "opens_card", "opens_loan"]].tolist() == [True, False, False, True]
    assert not frame.loc[2, ["has_card", "has_loan", "opens_card", "opens_loan"]].any()  # 1 January 2026 lies outside


def test_a_closed_product_is_no_longer_held():
    held = HELD.assign(closed=day(["2024-12-31", None, None, None, None, None]))
    assert not offer_frame(PEOPLE, held, day="2025-01-01").set_index("customer").loc[1, "has_card"]
    held = HELD.assign(closed=day(["2025-01-01", None, None, None, None, None]))
    assert offer_frame(PEOPLE, held, day="2025-01-01").set_index("customer").loc[1, "has_card"]


def shop(seed: int, n: int = 1200) -> pd.DataFrame:
    """Customers of two tastes who open what they like; the taste is visible, or not."""
    draws = np.random.default_rng(seed)
    taste = draws.random(n) < 0.6
    has = draws.random((n, 3)) < 0.2
    liked = np.column_stack([np.where(taste, 0.5, 0.05), np.where(taste, 0.05, 0.5), np.full(n, 0.1)])
    opens = (draws.random((n, 3)) < liked) & ~has
    frame = pd.DataFrame({"customer": np.arange(n), "taste": taste, "noise": draws.normal(size=n)})
    for place, name in enumerate("abc"):
        frame[f"has_{name}"], frame[f"opens_{name}"] = has[:, place], opens[:, place]
    return frame


def test_a_model_that_sees_the_taste_beats_popularity_and_one_that_does_not_does_not():
    past, now = shop(1), shop(2)
    seeing = offer_hits(next_offers(past, now, ["taste"]), now).set_index("rule")
    assert seeing.loc["by_model", "difference_low"] > 0.1
    blind = offer_hits(next_offers(past, now, ["noise"]), now).set_index("rule").loc["by_model"]
    assert blind["difference_low"] < 0 < blind["difference_high"] + 1e-9 or blind["difference"] == 0
    assert seeing.loc["chance", "hit_rate"] < seeing.loc["by_popularity", "hit_rate"]


def test_offers_never_name_a_product_held_and_learn_nothing_from_now():
    past, now = shop(1), shop(2)
    offers = next_offers(past, now, ["taste", "noise"])
    for rule in ("by_model", "by_popularity"):
        held = now.set_index("customer").loc[offers["customer"]]
        assert not any(held.loc[who, f"has_{name}"] for who, name in zip(offers["customer"], offers[rule], strict=True))
    spoiled = now.assign(**{f"opens_{name}": draw for name, draw in zip("abc", [True, False, True], strict=True)})
    pd.testing.assert_frame_equal(next_offers(past, spoiled, ["taste", "noise"]), offers)


def test_hits_and_their_paired_interval_by_hand():
    draws = np.random.default_rng(5)
    n = 300
    now = pd.DataFrame({"customer": range(n), "has_a": False, "has_b": False, "opens_a": draws.random(n) < 0.5})
    now["opens_b"] = ~now["opens_a"]
    offers = pd.DataFrame({"customer": range(n), "x": draws.choice(["a", "b"], n), "y": "a"})
    table = offer_hits(offers, now, ["x", "y"]).set_index("rule")
    hit_x = np.where(offers["x"] == "a", now["opens_a"], now["opens_b"])
    hit_y = now["opens_a"].to_numpy()
    b, c = (hit_x & ~hit_y).sum(), (hit_y & ~hit_x).sum()
    assert table.loc["x", "difference"] == pytest.approx((b - c) / n)
    half = 1.959964 * np.sqrt(b + c - (b - c) ** 2 / n) / n
    assert table.loc["x", "difference_high"] - table.loc["x", "difference"] == pytest.approx(half, rel=1e-5)
    assert table.loc["chance", "hit_rate"] == 0.5


def test_chance_draws_among_the_products_not_held():
    """1 and 2 hold a: of b and c they open one (1/2) and both (1). 3 and 4 hold nothing: 1/3 and 2/3. 5 and 6 open nothing."""
    now = pd.DataFrame({"customer": range(1, 7)})
    for name, has, opens in (("a", [1, 1, 0, 0, 1, 0], [0, 0, 1, 1, 0, 0]), ("b", [0] * 6, [1, 1, 0, 1, 0, 0]),
                             ("c", [0] * 6, [0, 1, 0, 0, 0, 0])):  # fmt: skip
        now[f"has_{name}"], now[f"opens_{name}"] = np.array(has, dtype=bool), np.array(opens, dtype=bool)
    offers = pd.DataFrame({"customer": range(1, 7), "x": list("bcbabb"), "y": list("bbbcbb")})
    table = offer_hits(offers, now, ["x", "y"], level=0.9).set_index("rule")
    assert table["openers"].tolist() == [4, 4, 4]
    assert table["hits"].tolist() == pytest.approx([3, 2, 1 / 2 + 1 + 1 / 3 + 2 / 3])
    assert table["hit_rate"].tolist() == pytest.approx([0.75, 0.5, 0.625])
    for rule, hits in (("x", 3), ("y", 2)):
        oracle = stats.binomtest(hits, 4).proportion_ci(0.9, method="wilson")
        assert table.loc[rule, ["low", "high"]].tolist() == pytest.approx([oracle.low, oracle.high])
    z = 1.644854  # 5 % lie above it
    middle, half = (2.5 + z**2 / 2) / (4 + z**2), z * np.sqrt(2.5 * 1.5 / 4 + z**2 / 4) / (4 + z**2)
    assert table.loc["chance", ["low", "high"]].tolist() == pytest.approx([middle - half, middle + half], rel=1e-5)
    # x alone hits one: √(1 − 1/4) / 4; chance against y: gaps of −1/2, 0, 1/3, 2/3, squared 29/36 together, added 1/2
    for rule, gap, error in (("x", 1 / 4, np.sqrt(3 / 4) / 4), ("chance", 1 / 8, np.sqrt(29 / 36 - 1 / 16) / 4)):
        found = table.loc[rule, ["difference", "difference_low", "difference_high"]].tolist()
        assert found == pytest.approx([gap, gap - z * error, gap + z * error], rel=1e-5)


@pytest.mark.parametrize(
    ("product", "presentation", "kind", "source"),
    [
        (True, True, "collaborative", "合作型"),
        (False, False, "adaptive", "体验型"),
        (False, True, "cosmetic", "选择型"),
        (True, False, "transparent", "跟踪型"),
    ],
)
def test_the_four_kinds(product, presentation, kind, source):
    offers = pd.DataFrame({"offer": ["x"], "product_changes": [product], "presentation_changes": [presentation]})
    row = customisation_approach(offers).iloc[0]
    assert row["approach"] == kind
    assert row["source_says"].startswith(source)


def test_modules_by_hand():
    """2 · (3 + 1) · (1 + 1) = 16 combinations; 200 + 150 + 30 and three joints of 40 make 500; 16 variants of 120 make 1,920."""
    modules = pd.DataFrame(
        {
            "part": ["account", "card", "app"],
            "options": [2, 3, 1],
            "cost": [100.0, 50, 30],
            "optional": [False, True, True],
        }
    )
    row = modular_costs(modules, cost_variant=120, cost_joint=40).iloc[0]
    assert row[["parts", "options", "combinations", "cost_modules"]].tolist() == [3, 6, 16, 500]
    assert row["cost_all_variants"] == 1_920
    assert row["cost_per_combination"] == 31.25
    assert row["break_even_variants"] == 5  # four variants cost 480, five 600


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=1, max_size=5))
def test_combinations_are_counted_out(parts):
    from itertools import product

    modules = pd.DataFrame(
        {
            "part": range(len(parts)),
            "options": [one for one, _ in parts],
            "cost": 10.0,
            "optional": [free for _, free in parts],
        }
    )
    row = modular_costs(modules, cost_variant=7, cost_joint=3).iloc[0]
    every = set(product(*[range(options + free) for options, free in parts]))
    assert row["combinations"] == len(every)
    joints = comb(len(parts), 2)
    assert row["cost_modules"] == 10 * sum(one for one, _ in parts) + 3 * joints
    assert 7 * row["break_even_variants"] > row["cost_modules"] >= 7 * (row["break_even_variants"] - 1)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_packages_cover_everybody_once(rows):
    frame = pd.DataFrame(rows, columns=["has_a", "has_b", "has_c"])
    table = bundle_coverage(frame, list("abc"))
    assert table["customers"].sum() == len(rows)
    assert table["customers"].is_monotonic_decreasing
    assert table["covered"].iloc[-1] == pytest.approx(1)
    assert len(table) == len(set(rows))


def test_the_split_of_the_share_of_market_holds_every_year():
    draws = np.random.default_rng(9)
    wallets = pd.DataFrame(
        {"customer": list(range(50)) * 2, "year": [1] * 50 + [2] * 50, "wallet": draws.uniform(1, 100, 100)}
    )
    wallets["assets_here"] = wallets["wallet"] * draws.random(100)
    market = pd.DataFrame({"year": [1, 1, 2, 2], "bank": ["us", "x"] * 2, "assets": [3000.0, 3000, 4000, 4500]})
    table = share_of_customer(wallets, market, "us")
    np.testing.assert_allclose(table["share_of_market"], table["reach"] * table["share_of_customer"])
    by_hand = wallets[wallets["year"] == 2]
    assert table.loc[1, "share_of_market"] == pytest.approx(by_hand["assets_here"].sum() / 8500)
    assert table.loc[1, "mean_share"] == pytest.approx((by_hand["assets_here"] / by_hand["wallet"]).mean())


def test_the_market_says_how_much_of_the_bank_the_wallets_are():
    """400 in the market, 40 in the wallets: a tenth of the bank. The market may be rounded, by less than a thousandth."""
    wallets = pd.DataFrame({"customer": [1, 2], "year": 2025, "assets_here": [30.0, 10.0], "wallet": [40.0, 60.0]})
    market = pd.DataFrame({"year": 2025, "bank": ["us", "x"], "assets": [400.0, 600.0]})
    assert share_of_customer(wallets, market, "us")["of_the_bank"].tolist() == [0.1]
    rounded = market.assign(assets=[39.98, 600.0])
    assert share_of_customer(wallets, rounded, "us")["of_the_bank"].iloc[0] == pytest.approx(40 / 39.98)
    with pytest.raises(ValueError, match=r"40 against 39. Are both in the same unit"):
        share_of_customer(wallets, market.assign(assets=[39.0, 600.0]), "us")
