"""The browser, JupyterLab and one opened lesson, for tests that need them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.lab import NO_BROWSER, JupyterLab, Lesson, find_browser, launch, new_page, notebooks


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = launch(playwright, program)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    with JupyterLab(tmp_path_factory.mktemp("lab") / "home", notebooks()) as server:
        yield server


@pytest.fixture(scope="session")
def page(browser: Browser, lab: JupyterLab) -> Iterator[Page]:
    """JupyterLab, loaded once for all lessons."""
    with new_page(browser) as page:
        yield lab.load(page)


@pytest.fixture(scope="session")
def lesson_page(page: Page, lab: JupyterLab) -> Callable[[str], Lesson]:
    """Return a function that opens a lesson by name and runs it: `lesson_page("00_welcome")`. The one opened before is closed."""
    opened: list[Lesson] = []

    def open_lesson(name: str) -> Lesson:
        for lesson in opened:
            lesson.close()
        opened[:] = [Lesson(page, lab, name)]
        opened[0].run_all()
        return opened[0]

    return open_lesson
