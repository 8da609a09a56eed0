"""Every lesson in a real browser: all cells run without a warning, and its explorers follow the keyboard."""

from __future__ import annotations

import statistics

import pytest

from tests.browser.lab import notebooks

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", [path.stem for path in notebooks() if path.stem < "9"])  # 9x: pages of text
def test_a_lesson_runs_without_warning_and_its_explorers_follow_the_keyboard(lesson_page, name, capsys):
    lesson = lesson_page(name)
    lesson.run_all()
    assert lesson.errors() == []
    for which in range(lesson.page.locator(".crm-view").count()):
        explorer = lesson.view(which).locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]")
        before, handle = lesson.drawing(which), explorer.locator(".noUi-handle").first
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        keys = ("ArrowLeft", "ArrowRight", "ArrowLeft") if at_end else ("ArrowRight", "ArrowLeft", "ArrowRight")
        milliseconds = [lesson.press(handle, key, which) for key in keys]
        assert lesson.drawing(which) != before
        assert "→" in lesson.view(which).locator(".crm-changed").inner_text()
        with capsys.disabled():
            print(f"\n{name}: key press to new picture, median {statistics.median(milliseconds):.0f} ms")


def test_the_welcome_explorer_follows_the_slider(lesson_page, capsys):
    lesson = lesson_page("00_welcome")
    lesson.run_all()
    assert lesson.number("industrial") == "100.0 %"
    before, slider = lesson.drawing(), lesson.slider("Month")
    milliseconds = [lesson.press(slider, "ArrowRight") for _ in range(12)]
    assert lesson.drawing() != before
    assert lesson.number("industrial") != "100.0 %"
    assert lesson.number("residential") == "100.0 %"
    assert "Month: Nov 2024 → Dec 2024." in lesson.view().inner_text()
    with capsys.disabled():
        print(f"\nkey press to new picture: median {statistics.median(milliseconds):.0f} ms of {len(milliseconds)}")
    lesson.page.get_by_role("button", name="Reset").click()
    lesson.page.wait_for_function(
        "() => document.querySelector(\"[data-number='industrial'] dd\").innerText === '100.0 %'"
    )


@pytest.fixture(scope="module")
def pyramid_lesson(lesson_page):
    """Lesson 02, opened and run once for the tests that follow."""
    lesson = lesson_page("02_customer_pyramid")
    lesson.run_all()
    return lesson


def test_the_pyramid_explorer_follows_keys_and_lists(pyramid_lesson, capsys):
    lesson = pyramid_lesson
    assert lesson.number("The Top tier brings") == "23.9 %"
    before, slider = lesson.drawing(), lesson.page.locator(".noUi-handle").first
    milliseconds = [lesson.press(slider, key) for key in ["ArrowRight"] * 4 + ["ArrowLeft", "ArrowRight"] * 5]
    assert lesson.drawing() != before
    assert lesson.number("The Top tier brings") == "40.8 %"
    with capsys.disabled():
        print(f"\nkey press to new pyramid: median {statistics.median(milliseconds):.0f} ms of {len(milliseconds)}")
    lesson.page.get_by_label("Rank by").select_option("profit")
    lesson.page.wait_for_function(
        "() => document.querySelector(\"[data-number='Total profit'] dd\")?.innerText === '¥7.78 million'"
    )
    lesson.page.get_by_label("Company").select_option("Delta Power")
    lesson.page.get_by_text("Delta Power does not record profit: ranked by revenue.").first.wait_for()


def test_a_self_check_works_by_keyboard(pyramid_lesson):
    lesson = pyramid_lesson
    check = lesson.page.locator(".crm-quiz")

    def choose(place: int) -> None:
        """Choose one of the three answers of the first question, and go on to its button."""
        check.locator("input").nth(place).focus()
        lesson.page.keyboard.press("Space")
        for _ in range(3 - place):
            lesson.page.keyboard.press("Tab")
        lesson.page.keyboard.press("Space")

    choose(0)
    check.get_by_text("✘ Not yet: choose again").wait_for()
    choose(1)
    check.get_by_text("✔ Correct").wait_for()
