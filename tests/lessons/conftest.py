"""A lesson as a test sees it: what its code computes, and what its text says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from tools import build


def stands(piece: str, text: str) -> bool:
    """Whether a text holds a piece; a number at its beginning or end is a whole one: 7 is not in 37, 0.7, −7 or 7.5."""
    before = r"(?<![\d.,−])" if piece[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if piece[-1:].isdigit() else ""
    return re.search(before + re.escape(piece) + after, text) is not None


class Lesson:
    """The variables that a lesson's code leaves, and its text."""

    def __init__(self, name: str) -> None:
        cells = build.read_source(build.ROOT / "notebooks" / "source" / f"{name}.py").cells
        self.names: dict[str, Any] = {}
        for number, cell in enumerate(cells, start=1):
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{name}, cell {number}", "exec"), self.names)
        text = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
        self.text = re.sub(r"\s+", " ", text.replace("*", "").replace("`", ""))

    def __getitem__(self, name: str) -> Any:
        return self.names[name]

    def says(self, sentence: str) -> bool:
        """Whether the text holds a piece of a sentence; line breaks, stars and backticks do not count."""
        assert stands(sentence, self.text), f"The lesson does not say: {sentence}"
        return True


@pytest.fixture(scope="module")
def lesson(request: pytest.FixtureRequest) -> Iterator[Lesson]:
    """Run the lesson that the module names in its `LESSON`, once."""
    with pd.option_context("display.float_format", None), plt.rc_context({"backend": "agg"}):
        yield Lesson(request.module.LESSON)
        plt.close("all")
