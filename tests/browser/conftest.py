"""The browser, JupyterLab and one opened lesson, for tests that need them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

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


@pytest.fixture
def lesson_page(browser: Browser, lab: JupyterLab) -> Iterator[Callable[[str], Lesson]]:
    """Return a function that opens a lesson by name: `lesson_page("00_welcome")`."""
    pages = []

    def open_lesson(name: str) -> Lesson:
        pages.append(new_page(browser))
        return Lesson(pages[-1], lab, name)

    yield open_lesson
    for page in pages:
        page.close()
