"""The shared view in a real JupyterLab: every kind of mark is drawn, keys move it, and the reset puts it back."""

from __future__ import annotations

import statistics
from pathlib import Path

import nbformat
import pytest

from tests.browser.lab import JupyterLab, Lesson, new_page

pytestmark = pytest.mark.browser

CELL = """
import sys
sys.path.insert(0, {root!r})
from crmlib.show import explorer, slider
from tests.browser.every_mark import {picture}
explorer({{"share": slider("Share of customers", 5, 40, 20, unit="%")}}, {picture})
"""


@pytest.fixture(scope="module")
def scratch(browser, tmp_path_factory, root):
    """Open a notebook of one cell per picture, run."""
    home = tmp_path_factory.mktemp("scratch")
    cells = [
        nbformat.v4.new_code_cell(CELL.format(root=str(root), picture=name)) for name in ("every_mark", "one_scatter")
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path = Path(home) / "scratch.ipynb"
    nbformat.write(notebook, path)
    with JupyterLab(home / "lab", [path]) as lab, new_page(browser) as page:
        lesson = Lesson(lab.load(page), lab, "scratch")
        lesson.run_all()
        yield lesson


def test_every_kind_of_mark_is_drawn(scratch):
    assert scratch.errors() == []
    view = scratch.view(0)
    panels = view.locator(".crm-panel svg[role=img]")
    assert panels.count() == 5
    # five panels stand two in a row, wide enough to read
    assert min(panels.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().width)")) > 350
    texts = view.inner_text()
    for part in (
        "Profit by tier",
        "Why they stay",
        "Customers kept",
        "industry's market opens",
        "¥800,000",
        "Not known",
        "Medium",
    ):
        assert part in texts, part
    assert "the top group is 20 %" in view.get_attribute("aria-label")
    assert view.locator("table tbody tr").count() == 5


def test_two_views_of_a_page_do_not_share_their_clip_paths(scratch):
    """A clip path named twice would cut the second view's marks to the first view's frame."""
    names = scratch.page.evaluate("() => [...document.querySelectorAll('.crm-view clipPath')].map((path) => path.id)")
    assert len(names) == len(set(names)) == 7


def test_no_text_lies_on_another_or_outside_its_panel(scratch):
    """Texts of one panel that overlap by more than a few pixels could not be read."""
    clashes = scratch.view(0).evaluate(
        """(view) => [...view.querySelectorAll('.crm-panel svg[role=img]')].flatMap((svg) => {
          const frame = svg.getBoundingClientRect();
          const texts = [...svg.querySelectorAll('text')].map((node) => [node.textContent, node.getBoundingClientRect()]);
          const out = texts.filter(([, box]) => box.left < frame.left - 3 || box.right > frame.right + 3).map(([t]) => `outside: ${t}`);
          texts.forEach(([a, one], i) => texts.slice(i + 1).forEach(([b, two]) => {
            const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
            const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
            if (wide > 3 && high > 4) out.push(`${a} on ${b}`);
          }));
          return out;
        })"""
    )
    assert clashes == []


def test_keys_move_picture_number_and_sentence_and_the_reset_puts_them_back(scratch, capsys):
    handle = scratch.page.locator(".noUi-handle").nth(1)
    before = scratch.drawing(1)
    milliseconds = [scratch.press(handle, "ArrowRight", which=1) for _ in range(15)]
    assert scratch.number("Share", which=1) == "35 %"
    assert scratch.drawing(1) != before
    assert "Share of customers (%): 34 → 35. Share: 34 % → 35 %." in scratch.view(1).inner_text()
    with capsys.disabled():
        print(f"\n1,000 points, key press to new picture: median {statistics.median(milliseconds):.0f} ms of 15")
    scratch.page.get_by_role("button", name="Reset").nth(1).click()
    scratch.page.wait_for_function(
        "() => document.querySelectorAll(\"[data-number='Share'] dd\")[0].innerText === '20 %'"
    )
    assert scratch.drawing(1) == before
