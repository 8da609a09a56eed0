"""Matching, segments and offers against what eight small simulated banks have on record, each beside its yardstick."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.companies import simulate_bank
from crmlib.onetoone import (
    candidate_pairs,
    compare_segments,
    contact_pressure,
    match_exactly,
    match_quality,
    match_records,
    merge_records,
    need_segments,
    next_offers,
    offer_frame,
    offer_hits,
    score_pairs,
    tidy_records,
)
from crmlib.pyramid import top_share

SEEDS = range(1, 9)
PRODUCTS = ["savings", "card", "wealth", "mortgage", "loan", "insurance"]


def one_bank(seed: int) -> dict[str, float]:
    bank = simulate_bank(2000, seed)
    truth, people = bank.truth.tables["matches"], bank.truth.tables["people"]
    records = tidy_records(
        {"branch": bank.export_branch, "app": bank.export_app}, {"branch": "%d/%m/%Y", "app": "%Y-%m-%d"}
    )
    matched = match_records(records, score_pairs(records, candidate_pairs(records)), 0.80)
    found, exact = match_quality(matched, truth).iloc[0], match_quality(match_exactly(records), truth).iloc[0]
    persons = merge_records(matched)
    measure = "revenue_2025"
    tops = {
        f"top {part}": top_share(persons, part, measure, customer="person") - top_share(records, part, measure, customer="record")
        for part in (0.01, 0.2)
    }  # fmt: skip
    latest = bank.survey.sort_values("wave").drop_duplicates("customer", keep="last")
    needs = [name for name in latest if name.startswith("need_")]
    segments = need_segments(latest, needs, 4).customers.merge(people[["customer", "segment"]], on="customer")
    year = bank.years.loc[bank.years["year"] == 2025, ["customer", "contribution"]]
    valued = segments.merge(year)
    valued["quarter"] = pd.qcut(valued["contribution"], 4, labels=False)
    past, now = (
        offer_frame(bank.customers, bank.holdings, day=day, products=PRODUCTS) for day in ("2024-01-01", "2025-01-01")
    )
    hits = offer_hits(next_offers(past, now, ["years", *[f"has_{name}" for name in PRODUCTS]]), now).set_index("rule")
    pressure = contact_pressure(bank.messages, bank.consents).set_index("frequency")
    return tops | {
        "precision": found["precision"], "recall": found["recall"], "exact precision": exact["precision"], "exact recall": exact["recall"],
        "segments": compare_segments(segments, "segment_x", "segment_y")["adjusted_rand"].iloc[0],
        "value": compare_segments(valued, "segment_x", "quarter")["adjusted_rand"].iloc[0],
        "model": hits.loc["by_model", "hit_rate"], "popular": hits.loc["by_popularity", "hit_rate"],
        "chance": hits.loc["chance", "hit_rate"], "ahead": hits.loc["by_model", "difference"],
        "ahead at most": hits.loc["by_model", "difference_high"],
        "more withdrew": pressure.loc["high", "more_withdrew"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def banks() -> pd.DataFrame:
    return pd.DataFrame([one_bank(seed) for seed in SEEDS], index=SEEDS)


def test_the_score_finds_what_the_simple_rule_misses(banks):
    assert (banks["exact recall"] < 0.65).all()
    assert (banks["recall"] > 0.97).all()
    assert (banks["precision"] > 0.98).all()


def test_merging_raises_the_share_of_the_top_fifth_but_not_always_that_of_the_top_hundredth(banks):
    assert (banks["top 0.2"] > 0).all()
    assert 0 < (banks["top 0.01"] > 0).sum() < len(banks)


def test_needs_are_recovered_and_value_does_not_tell_them(banks):
    assert (banks["segments"] > 0.6).all()
    assert (banks["value"].abs() < 0.05).all()


def test_the_model_beats_chance_but_not_popularity(banks):
    assert (banks["model"] > banks["chance"] + 0.1).all()
    assert (banks["model"] - banks["popular"]).mean() < 0.02


def test_messages_cost_consents(banks):
    assert (banks["more withdrew"] > 0).all()
    assert 0.04 < np.mean(banks["more withdrew"]) < 0.12


def test_the_lesson_quotes_these_banks(banks, request):
    """Its sentences on eight other banks."""
    text = " ".join(
        (request.config.rootpath / "notebooks/source/05_one_to_one.py")
        .read_text(encoding="utf-8")
        .replace("\n# ", " ")
        .split()
    )
    low, high = 100 * banks["exact recall"].min(), 100 * banks["exact recall"].max()
    worst, best = 100 * banks["recall"].min(), 100 * banks["recall"].max()
    assert (
        f"the simple rule found {low:.0f} to {high:.0f} % of the pairs, the score {worst:.0f} to {best:.0f} %" in text
    )
    assert (banks[["precision", "exact precision"]] == 1).all(axis=None)
    ahead, behind, clearly = (
        int(one.sum()) for one in (banks["ahead"] > 0, banks["ahead"] < 0, banks["ahead at most"] < 0)
    )
    word = {1: "one", 2: "two", 7: "seven"}
    assert (
        f"the model was ahead in {word[ahead]} and behind in {word[behind]}, in {word[clearly]} of them clearly" in text
    )
    assert (banks["top 0.01"] > 0).sum() == 4
    assert "the share of the top 1 % rose in four and fell in four" in text
    assert (banks["model"] > banks["popular"]).sum() == 1
    assert "the model was ahead in one" in text
