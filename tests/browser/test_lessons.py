"""Every lesson in a real browser: all cells run without a warning, and its explorers follow the keyboard."""

from __future__ import annotations

import statistics

import pytest

from tests.browser.lab import notebooks

pytestmark = pytest.mark.browser

# A test of one lesson has the lesson's name in its own: all tests of a lesson go to one worker, which opens it once.
welcome = pytest.mark.parametrize("lesson", ["00_welcome"], indirect=True)
pyramid = pytest.mark.parametrize("lesson", ["02_customer_pyramid"], indirect=True)


@pytest.fixture(scope="module")
def lesson(request, lesson_page):
    """A lesson, opened and run once for all its tests."""
    return lesson_page(request.param)


@welcome
def test_the_welcome_explorer_follows_the_slider(lesson, capsys):
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


@pyramid
def test_the_pyramid_explorer_follows_keys_and_lists(lesson, capsys):
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


@pyramid
def test_a_self_check_works_by_keyboard(lesson):
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


@pytest.mark.parametrize("lesson", [path.stem for path in notebooks() if path.stem < "9"], indirect=True)  # 9x: text
def test_a_lesson_runs_without_warning_and_its_explorers_follow_the_keyboard(lesson, capsys):
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
            print(f"\n{lesson.name}: key press to new picture, median {statistics.median(milliseconds):.0f} ms")
