"""Lesson 08: its figures and its picture."""

from __future__ import annotations

import json
from pathlib import Path

import jupytext
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.loyalty import satisfaction_curve
from crmlib.show import (
    description,
    loyalty_picture,
    plot_defection_gain,
    plot_effects,
    plot_loyalty_map,
    plot_satisfaction_curve,
)

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
def surveys(lesson) -> dict[str, pd.DataFrame]:
    return {"Harbour Bank": lesson["bank_2025"], "Delta Power": lesson["power_2025"]}


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
    assert ax.get_title(loc="left") == "Ten points of satisfaction: +0.0 to +4.9 points of staying"
    assert plot_satisfaction_curve(curve.curve, curve.slopes, "A finding").get_title(loc="left") == "A finding"


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
