"""Run a lesson in a real browser and save what a student sees, to look at it: `python -m tests.browser.look 00_welcome out`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.lab import NO_BROWSER, ROOT, JupyterLab, Lesson, find_browser, launch, new_page


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "lesson", help="name of a notebook in notebooks/, such as 00_welcome, or the path of a notebook"
    )
    parser.add_argument("folder", type=Path, help="where to put the PNG files")
    options = parser.parse_args()
    path = Path(options.lesson)
    notebook = path if path.suffix == ".ipynb" else ROOT / "notebooks" / f"{options.lesson}.ipynb"
    program = find_browser()
    if program is None:
        sys.exit(NO_BROWSER)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        JupyterLab(Path(home) / "lab", [notebook]) as lab,
        sync_playwright() as playwright,
        launch(playwright, program) as browser,
    ):
        lesson = Lesson(lab.load(new_page(browser)), lab, notebook.stem)
        print(f"{notebook.stem}: ran in {lesson.run_all():.1f} s")
        print(*(f"printed on the error channel: {text}" for text in lesson.errors()), sep="\n")
        print(*lesson.photograph(options.folder), sep="\n")
        if lesson.page.locator(".crm-view").count():
            print(lesson.window(options.folder / f"{notebook.stem}-window.png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
