"""The browser, JupyterLab and one opened lesson, for tests that need them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.lab import NO_BROWSER, SCREEN, JupyterLab, Lesson, find_browser, launch, notebooks


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
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One window for all lessons: it loads JupyterLab's own files once."""
    with browser.new_context(viewport=SCREEN) as context:
        yield context


@pytest.fixture(scope="module")
def lesson_page(window: BrowserContext, lab: JupyterLab) -> Iterator[Callable[[str], Lesson]]:
    """Return a function that opens a lesson by name: `lesson_page("00_welcome")`. The one opened before is closed."""
    pages = []

    def close() -> None:
        for page in pages:
            page.close()
        pages.clear()
        lab.end_kernels()

    def open_lesson(name: str) -> Lesson:
        close()
        pages.append(window.new_page())
        return Lesson(pages[-1], lab, name)

    yield open_lesson
    close()
