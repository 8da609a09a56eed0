"""Lesson 08: its figures, its picture, and what its prose says of the shipped data."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jupytext
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.companies import load_utility
from crmlib.loyalty import LOYALTY_TYPES, defection_gain, loyalty_types, satisfaction_curve
from crmlib.show import (
    description,
    loyalty_picture,
    plot_defection_gain,
    plot_effects,
    plot_loyalty_map,
    plot_satisfaction_curve,
)
from tests.loyalty.test_truth import utility_rows

SOURCE = "notebooks/source/08_loyalty.py"


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def lesson(root: Path) -> dict:
    """Run the lesson's own cells, all but the explorer, and keep what they leave behind."""
    names: dict = {}
    with pd.option_context("display.max_colwidth", 50):  # the lesson sets it for itself, not for other tests
        for cell in jupytext.read(root / SOURCE).cells:
            if cell.cell_type == "code" and "nbval-ignore-output" not in cell.metadata.get("tags", []):
                exec(compile(cell.source, SOURCE, "exec"), names)
    plt.close("all")
    return names


@pytest.fixture(scope="module")
def prose(root: Path) -> str:
    cells = [cell.source for cell in jupytext.read(root / SOURCE).cells if cell.cell_type == "markdown"]
    return re.sub(r"\s+", " ", " ".join(cells))


@pytest.fixture(scope="module")
def surveys(lesson) -> dict[str, pd.DataFrame]:
    return {"Harbour Bank": lesson["bank_2025"], "Delta Power": lesson["power_2025"]}


def said(prose: str, *sentences: str) -> None:
    for sentence in sentences:
        assert sentence in prose


def test_the_eight_show_every_type_and_crm_agrees_with_the_hand(lesson):
    typed = lesson["typed"]
    assert set(typed["type"]) == {*LOYALTY_TYPES, "no loyalty"}
    by_hand = lesson["eight"]["by_hand"].replace({"habit": "inertia"})
    clear = by_hand != "low and low"
    assert (by_hand[clear] == typed.loc[clear, "type"].astype("str")).all()
    assert set(typed.loc[~clear, "type"]) == {"price", "no loyalty"}


def test_what_the_lesson_says_of_types(lesson, prose):
    shares = 100 * lesson["shares"]
    said(prose, f"And {shares.loc['monopoly', 'Delta Power']:.0f} of 100 are grey")
    said(prose, f"Its largest group, {shares.loc['latent', 'Harbour Bank']:.0f} %, is *latent*")
    assert shares["Harbour Bank"].idxmax() == "latent"
    assert (shares["Harbour Bank"][["premium", "latent", "price", "no loyalty"]] > 10).all()  # every corner is full
    why = 100 * lesson["why"]
    assert [round(why[name]) for name in ("premium", "monopoly")] == [5, 65]
    assert 29 < 100 - why["premium"] - why["monopoly"] < 31
    said(prose, "**Five of 100.** Sixty-five have no choice; the other thirty or so stay")
    moved = lesson["pairs"].query("moved")["customers"].sum()
    said(prose, f"{moved:,} of {len(lesson['bank_2025']):,}: half.")
    assert 0.49 < moved / len(lesson["bank_2025"]) < 0.52
    for cut, count in ((4.5, 628), (5.5, 311)):
        table = loyalty_types(lesson["bank_2025"], attachment_cut=cut).table.set_index("type")
        assert table.loc["premium", "customers"] == count
    said(prose, "At an attachment cut of 4.5 the bank has 628 premium customers, at 5.5 only 311.")


def test_what_the_lesson_says_of_indices_and_choice(lesson, prose):
    bank = lesson["agree"]["Harbour Bank"].set_index(["first", "second"])
    said(prose, f"go together a little ({bank.loc[('affective', 'conative'), 'correlation']:.2f})")
    for pair in (("affective", "behavioural"), ("behavioural", "conative")):
        assert bank.loc[pair, "low"] < 0 < bank.loc[pair, "high"]
        assert 0.45 < bank.loc[pair, "disagree"] < 0.55
    power = lesson["agree"]["Delta Power"].set_index(["first", "second"])
    said(prose, f"hangs on attachment at {power.loc[('affective', 'conative'), 'correlation']:.2f}")
    mean, part = lesson["mean"], 100 * lesson["r"] ** 2
    said(prose, f"everybody intends to stay ({mean[False]:.1f} of 7), and attachment explains {part[False]:.0f} %")
    said(prose, f"the mean falls to {mean[True]:.1f}, and attachment explains {part[True]:.0f} %")


def test_what_the_lesson_says_of_the_opening_and_the_curve(lesson, prose):
    level, slope = lesson["level"].iloc[-1], lesson["slope"].iloc[-1]
    said(
        prose,
        f"The opening cost {-level['effect']:.1f} points of intention ({-level['high']:.1f} to {-level['low']:.1f})",
    )
    ten = [10 * slope[name] for name in ("effect", "low", "high")]
    said(prose, f"worth {ten[0]:.2f} points of intention more ({ten[1]:.2f} to {ten[2]:.2f})")
    assert lesson["level"]["control_change"].abs().max() < 0.05  # those still closed did not change
    lines = 100 * lesson["curve"].slopes.set_index("group")[["slope", "low", "high"]]
    choice, bank = lines.loc["power, choice"], lines.loc["bank, rivals"]
    said(prose, f"{choice['slope']:.1f} points of staying at Delta Power ({choice['low']:.1f} to {choice['high']:.1f})")
    said(prose, f"{bank['slope']:.1f} at the bank ({bank['low']:.1f} to {bank['high']:.1f})")
    assert (lines.loc["power, no choice"] == 0).all()
    bands = lesson["curve"].curve.set_index(["group", "band"])["outcome"]
    said(prose, f"90 and above, {100 * (1 - bands['bank, rivals', '90-100']):.0f} % are gone within a year")
    error = lesson["curve"].slopes.set_index("group").loc["power, choice", "error"]
    truth = lesson["utility"].truth["switch.slope_index"]
    said(
        prose,
        f"Our slope of −{choice['slope'] / 100:.3f} has an error of {error:.3f}: the truth of −{-truth:.3f} lies two",
    )
    assert 1.5 < (choice["slope"] / 100 + truth) / -error < 2.5


def test_counted_by_months_the_slope_is_what_the_lesson_says(prose):
    by_month = {row[0]: row for row in utility_rows(load_utility())[0]}
    _, slope, error, truth = by_month["switch.slope_index"]
    said(prose, f"the answers give −{-slope:.3f} with an error of {error:.3f}: one error away")
    assert abs(slope - truth) < error


def test_what_the_lesson_says_of_money(lesson, prose):
    each = lesson["yearly"]["per_customer"]
    said(
        prose,
        f"at a loss of ¥{-each['residential']:.0f} a year. A shop brings ¥{each['commercial']:,.0f}",
    )
    said(prose, f"a plant ¥{each['industrial']:,.0f}.")
    said(prose, f"up to ¥{lesson['worth'] / 1e6:.2f} million a year for ten points")
    five = lesson["gains"].query("years == 5")["gain_percent"]
    said(prose, f"Over five years the gain is {five.min():.0f} to {five.max():.0f} %")
    own = defection_gain(lesson["own"])
    said(prose, f"worth ¥{own.loc['all', 'gain']:.0f} for each average customer over five years")
    said(prose, f"{own.loc['all', 'gain_percent']:.0f} %. But who is saved")
    margin = lesson["own"]["margin"]
    said(
        prose,
        f"(¥{margin['those who left']:.0f} against ¥{margin['all']:.0f}), which makes it ¥{own.loc['those who left', 'gain']:.0f}",
    )
    assert 0.15 < 1 - margin["those who left"] / margin["all"] < 0.25  # a fifth less


def test_what_the_lesson_says_of_loyal_customers_and_levers(lesson, prose):
    found = lesson["effects"].set_index("effect")
    said(prose, f"a higher price is fine (+{found.loc['say: +5 % is fine', 'adjusted']:.2f})")
    said(prose, f"would recommend (+{found.loc['say: would recommend', 'adjusted']:.2f})")
    said(prose, f"They hold more products (+{found.loc['hold more products', 'adjusted']:.2f})")
    for name in (
        "add products next year",
        "bring a customer",
        "cost more to serve",
        "contribute more",
        "stay a year on",
    ):
        assert found.loc[name, "adjusted_low"] < 0 < found.loc[name, "adjusted_high"]
    assert found.loc["stay a year on", "naive_low"] > 0
    said(prose, f"Staying is +{found.loc['stay a year on', 'naive']:.2f} naively")
    assert abs(lesson["told"]["tenure"].corr(lesson["told"]["contribution"])) < 0.01
    tested = lesson["tested"].set_index("effect")
    said(prose, f"(+{tested.loc['discounts', 'adjusted']:.2f} when adjusted for satisfaction")
    said(prose, f"image falls to +{tested.loc['image', 'adjusted']:.2f}")
    lot = tested.loc["special_by_lot"]
    low, high = lot["adjusted_low"], lot["adjusted_high"]
    said(prose, f"+{lot['adjusted']:.2f}, from −{-low:.2f} to +{high:.2f}, with {lot['answers']:.0f} answers")
    assert tested["adjusted"].drop("special_by_lot").idxmax() == "discounts"
    assert lesson["bank"].truth["satisfaction.economic"] == 0


def test_the_check_question_moves_a_few_dozen(lesson):
    rules = lesson["rules"].copy()
    rules.loc[rules["reason"] == "no alternative", "type"] = "inertia"
    before = lesson["found"]["Harbour Bank"].customers["type"].astype("str")
    after = loyalty_types(lesson["bank_2025"], rules=rules).customers["type"].astype("str")
    assert 10 < (before != after).sum() < 60


# --- figures ----------------------------------------------------------------------------------------------------------


def test_the_map_draws_each_company_and_writes_its_shares(lesson):
    axes = plot_loyalty_map(lesson["found"])
    for ax, (name, result) in zip(axes, lesson["found"].items(), strict=True):
        share = 100 * result.table.set_index("type")["share"]
        assert ax.get_title(loc="left") == f"{name}: {share['monopoly']:.0f} % monopoly"
        words = " ".join(text.get_text() for text in ax.texts)
        for one in ("premium", "latent", "price", "inertia", "convenience", "incentive", "no loyalty"):
            assert f"{one} {share[one]:.0f} %" in words
        drawn = sum(len(points.get_offsets()) for points in ax.collections)
        assert drawn == min(1_000, len(result.customers))
        premium = ax.collections[0].get_offsets()
        assert (premium[:, 0] >= 50).all()
        assert (premium[:, 1] >= 5).all()
    assert "Delta Power" in description(axes[0])


def test_the_curve_shows_every_group_within_its_limits(lesson):
    curve = lesson["curve"]
    ax = plot_satisfaction_curve(curve.curve, curve.slopes)
    lines = {line.get_label(): line for line in ax.get_lines()}
    assert set(lines) == set(curve.slopes["group"])
    for name, rows in curve.curve.groupby("group"):
        np.testing.assert_allclose(lines[name].get_ydata(), rows["outcome"])
    low, high = ax.get_ylim()
    assert low <= curve.curve["low"].min()
    assert high > 1
    assert "(%)" in ax.get_ylabel()
    assert "power, choice +4.9" in description(ax)


def test_effects_are_drawn_where_they_are(lesson):
    effects = lesson["effects"]
    ax = plot_effects(effects, "A finding")
    for container, side in zip(ax.containers, ("naive", "adjusted"), strict=True):
        np.testing.assert_allclose(container.lines[0].get_xdata().astype(float), effects[side])
        ends = np.array([part[:, 0] for part in container.lines[2][0].get_segments()])
        np.testing.assert_allclose(ends, effects[[f"{side}_low", f"{side}_high"]])
    assert [label.get_text() for label in ax.get_yticklabels()] == effects["effect"].tolist()
    assert "stay a year on +0.05" in description(ax)


def test_gains_are_drawn_with_the_claim_behind_them(lesson):
    ax = plot_defection_gain(lesson["gains"])
    labels = [line.get_label() for line in ax.get_lines()]
    assert labels == ["5 years", "10 years", "endless"]
    for line, (_, rows) in zip(ax.get_lines(), lesson["gains"].groupby("years"), strict=True):
        np.testing.assert_allclose(line.get_ydata(), rows["gain_percent"])
    assert ax.get_ylim()[1] > 85
    assert "5 years: 15 to 17 %" in description(ax)


@pytest.mark.parametrize(
    "plot",
    [plot_defection_gain, lambda frame: plot_effects(frame, "t"), lambda frame: plot_satisfaction_curve(frame, frame)],
)
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1, 2])
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame())
    with pytest.raises(ValueError, match="has no columns"):
        plot(pd.DataFrame({"a": [1]}))


def test_a_map_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no company to draw"):
        plot_loyalty_map({})
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot_loyalty_map({"A": "loyal"})


# --- the explorer -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("company", ["Harbour Bank", "Delta Power"])
@pytest.mark.parametrize("rules", ["literature", "textbook"])
@pytest.mark.parametrize(("attachment_cut", "repurchase_cut"), [(5, 50), (1, 0), (7, 100), (4.5, 35)])
def test_the_picture_of_any_setting_can_be_drawn_and_counts_everybody(
    surveys, company, rules, attachment_cut, repurchase_cut
):
    picture = loyalty_picture(company, rules, attachment_cut, repurchase_cut, surveys)
    json.dumps(picture)
    plane, counts = picture["panels"]
    drawn = sum(len(mark["x"]) for mark in plane["marks"])
    assert drawn == min(1_000, len(surveys[company]))
    numbers = {one["name"]: one["value"] for one in picture["numbers"]}
    assert sum(numbers.values()) == len(surveys[company])
    assert counts["marks"][0]["values"] == list(numbers.values())
    assert counts["y"]["categories"] == list(numbers)
    assert {cut["axis"]: cut["at"] for cut in plane["cuts"]} == {"x": repurchase_cut, "y": attachment_cut}
    premium = plane["marks"][0]
    if repurchase_cut < 100 and attachment_cut < 7:  # an answer at the very end of a scale is drawn a little lower
        assert all(x >= repurchase_cut for x in premium["x"])
        assert all(y >= attachment_cut for y in premium["y"])


def test_the_monopoly_depends_on_no_cut(surveys):
    counts = {
        next(one["value"] for one in loyalty_picture("Delta Power", "literature", a, r, surveys)["numbers"] if one["name"] == "monopoly")
        for a in (1, 4, 7)
        for r in (0, 50, 100)
    }  # fmt: skip
    assert len(counts) == 1


def test_the_explorer_says_what_changed(surveys):
    from crmlib.show import explore_loyalty

    both = explore_loyalty(surveys)
    both.controls["rules"].value = "textbook"
    assert both.view.picture["changed"].startswith("Rules: literature → textbook. latent: 841 → 501")
    both.reset.click()
    both.controls["attachment_cut"].value = 5.5
    assert "premium: 527 → 311" in both.view.picture["changed"]


def test_a_curve_of_two_groups_names_the_steeper_one():
    rng = np.random.default_rng(1)
    score = rng.integers(0, 101, 300)
    stayed = (rng.random(300) < np.where(np.arange(300) < 150, score / 100, 0.8)).astype(int)
    frame = pd.DataFrame({"customer": range(300), "satisfaction": score, "stayed": stayed})
    found = satisfaction_curve(frame.assign(market=["open"] * 150 + ["closed"] * 150), group="market")
    assert "Steepest: open." in description(plot_satisfaction_curve(found.curve, found.slopes))
