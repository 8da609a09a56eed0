"""Figures and the explorer of relational benefits: what is drawn is what was computed."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyBboxPatch

from crmlib.show import PALETTE, benefits_picture, description, explore_benefits, plot_evidence, plot_paths

PATHS = pd.DataFrame(
    [
        ["confidence", "satisfaction", 0.38, 0.34, 0.41],
        ["confidence", "commitment", 0.02, -0.01, 0.06],
        ["economic", "commitment", -0.10, -0.15, -0.05],
    ],
    columns=["cause", "effect", "estimate", "low", "high"],
)
SAID = {"economic": "discounts", "special": "special treatment"}
COSTS = {"economic": 80, "special": 110, "community": 90, "confidence": 150}


@pytest.fixture
def evidence() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        (benefit, design, value := rng.normal(0.1, 0.1), value - 0.06, value + 0.06)
        for benefit in COSTS
        for design in ("alone", "together", "lagged", "change")
    ]
    rows.append(("special", "by lot", 0.18, 0.03, 0.34))
    return pd.DataFrame(rows, columns=["benefit", "design", "estimate", "low", "high"])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_every_variable_has_one_box_and_every_path_its_number():
    ax = plot_paths(PATHS, {("confidence", "satisfaction"): 0.35}, title="Confidence works through satisfaction")
    words = [text.get_text() for text in ax.texts]
    assert len([one for one in ax.patches if isinstance(one, FancyBboxPatch)]) == 4
    for name in ("confidence", "satisfaction", "commitment", "discounts"):
        assert words.count(name) == 1
    assert {"0.38 (0.35)", "0.02", "−0.10"} <= set(words)
    assert ax.get_title(loc="left") == "Confidence works through satisfaction"
    assert "confidence → satisfaction 0.38 (0.35)" in description(ax)


def test_arrows_run_from_cause_to_effect_and_show_sign_and_doubt():
    ax = plot_paths(PATHS, title="t")
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    for arrow, row in zip(arrows, PATHS.itertuples(), strict=True):
        start, end = np.array(arrow.xyann), np.array(arrow.xy)
        assert end[0] > start[0]
        clear = row.low > 0 or row.high < 0
        colour = PALETTE[4] if not clear else PALETTE[0] if row.estimate > 0 else PALETTE[1]
        assert arrow.arrow_patch.get_edgecolor() == to_rgba(colour)
        assert (arrow.arrow_patch.get_linestyle() == "-") == clear
    widths = [arrow.arrow_patch.get_linewidth() for arrow in arrows]
    assert widths[0] > widths[2] > widths[1]


def test_labels_keep_apart():
    every = [("confidence", "satisfaction"), ("special", "satisfaction"), ("economic", "satisfaction")]
    every += [(name, "commitment") for name in ("satisfaction", "confidence", "special", "community", "economic")]
    every += [(name, "intention") for name in ("satisfaction", "commitment", "economic")]
    paths = pd.DataFrame(every, columns=["cause", "effect"]).assign(estimate=0.25, low=0.2, high=0.3)
    ax = plot_paths(paths, dict.fromkeys(every, 0.2), title="t")
    ax.figure.canvas.draw()
    labels = [text.get_window_extent() for text in ax.texts if "(" in text.get_text()]
    assert len(labels) == len(every)
    assert not any(one.overlaps(other) for place, one in enumerate(labels) for other in labels[:place])


def test_a_variable_without_a_place_is_named():
    with pytest.raises(ValueError, match=r"no place for 'fame'\. Give one: places="):
        plot_paths(PATHS.replace("economic", "fame"), title="t")
    own = {"confidence": (0, 0), "satisfaction": (1, 0), "commitment": (1, 1), "fame": (0, 1)}
    assert plot_paths(PATHS.replace("economic", "fame"), title="t", places=own).texts


def test_designs_are_drawn_where_they_are_and_the_truth_behind_them(evidence):
    ax = plot_evidence(evidence, {"special": 0.12, "economic": 0.0}, title="A finding")
    shown = [container.get_label() for container in ax.containers]
    assert shown == ["alone", "together", "lagged", "change", "by lot"]
    for container in ax.containers:
        rows = evidence[evidence["design"] == container.get_label()]
        np.testing.assert_allclose(container.lines[0].get_xdata().astype(float), rows["estimate"])
        ends = np.array([part[:, 0] for part in container.lines[2][0].get_segments()])
        np.testing.assert_allclose(ends, rows[["low", "high"]])
    place = {label.get_text(): at for label, at in zip(ax.get_yticklabels(), ax.get_yticks(), strict=True)}
    assert place["discounts"] == max(place.values())
    bars = [line for line in ax.get_lines() if "truth" in line.get_label()]
    assert [line.get_xdata()[0] for line in bars] == [0.12, 0.0]
    assert [np.mean(line.get_ydata()) for line in bars] == [place["special treatment"], place["discounts"]]
    assert "by lot +0.18" in description(ax)


@pytest.mark.parametrize("plot", [plot_paths, plot_evidence])
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1], title="t")
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame(), title="t")
    with pytest.raises(ValueError, match="has no columns"):
        plot(pd.DataFrame({"a": [1]}), title="t")


@pytest.mark.parametrize("design", ["alone", "together", "lagged", "change"])
@pytest.mark.parametrize("costs", [COSTS, dict.fromkeys(COSTS, 10), dict.fromkeys(COSTS, 300)])
def test_the_picture_of_any_setting_can_be_drawn_and_divides_by_the_cost(evidence, design, costs):
    picture = benefits_picture(design, **costs, evidence=evidence)
    json.dumps(picture)
    effect = evidence[evidence["design"] == design].set_index("benefit")["estimate"].rename(index=SAID)
    costs = {SAID.get(name, name): cost for name, cost in costs.items()}
    for one in picture["numbers"]:
        assert one["value"] == pytest.approx(100 * effect[one["name"]] / costs[one["name"]])
    best = max(costs, key=lambda name: effect[name] / costs[name])
    effects, buys = picture["panels"]
    assert buys["y"]["categories"][buys["marks"][0]["strong"][0]] == best
    assert effects["marks"][0]["values"] == pytest.approx(effect[effects["y"]["categories"]].tolist())
    assert f"Most: {best}." in picture["alt"]


def test_a_design_that_is_not_there_is_refused(evidence):
    with pytest.raises(ValueError, match="no design 'guess'"):
        benefits_picture("guess", **COSTS, evidence=evidence)


def test_the_explorer_says_what_changed(evidence):
    both = explore_benefits(evidence)
    assert set(both.controls) == {"design", *COSTS}
    both.controls["economic"].value = 40
    value = evidence.set_index(["design", "benefit"]).loc[("alone", "economic"), "estimate"]
    said = both.view.picture["changed"].replace("−", "-")
    assert f"discounts: {100 * value / 80:.2f} SD per ¥100 → {100 * value / 40:.2f}" in said
    assert "special treatment:" not in said
    both.controls["design"].value = "change"
    assert "Believe: alone → change." in both.view.picture["changed"]
