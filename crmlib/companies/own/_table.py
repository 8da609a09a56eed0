"""What the steps of reading share: rows by column, decisions, wording, and tests of cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from crmlib._frames import listed

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
# Text of Python, also where pyarrow is installed: its regular expressions are others, and its empty columns stay text.
TEXT = pd.StringDtype("python", na_value=np.nan)
SPACES = " \t\r\n\xa0\u3000\u200b\ufeff"

# Minus signs and apostrophes as word processors write them, and signs that cannot be seen.
ODD_SIGNS = str.maketrans("\u2212\u2013\u2014\u2019\xb4", "---''", "\ufeff\u200b\u200e\u200f")
BLANKS = frozenset(
    ["", "-", "--", "na", "n/a", "#n/a", "nan", "nat", "<na>", "null", "(null)", r"\n", "none", "nil", "(blank)"]
)
HEADER = "header line"


class Notes(list):
    """Decisions: what, what was taken, and how it was known."""

    def add(self, what: str, taken: object, because: str = "") -> None:
        self.append((what, str(taken), because))


class Cells:
    """One column's cells: different ones are looked at once, however many rows hold them.

    `uniques` are the different cells in the order in which they come, `codes` each row's place among them (-1: no value).
    """

    def __init__(self, column: pd.Series, codes: np.ndarray | None = None, uniques: np.ndarray | None = None):
        self.column = column.reset_index(drop=True)
        if codes is None:
            codes, uniques = pd.factorize(self.column.astype(object))
        self.codes, self.uniques = codes, uniques

    @property
    def dtype(self) -> object:
        return self.column.dtype

    def at(self, places: np.ndarray) -> Cells:
        """Return some rows' cells."""
        codes, used = pd.factorize(self.codes[places], use_na_sentinel=False)
        uniques = self.uniques[used[used >= 0]]
        if len(uniques) < len(used):
            gap = int(np.flatnonzero(used < 0)[0])
            codes = np.where(codes == gap, -1, codes - (codes > gap))
        return Cells(self.column.iloc[places], codes, uniques)

    @cached_property
    def words(self) -> list[int]:
        """Places of the different cells that are text and do not begin with a digit: no other one is blank or a word."""
        first = self.uniques.astype("U1")
        return [k for k in np.flatnonzero((first < "0") | (first > "9")).tolist() if isinstance(self.uniques[k], str)]

    def passes(self, test: Callable[[str], object], missing: bool = False) -> np.ndarray:
        """True where a cell is a word that passes `test`; `missing` is the answer for a cell without a value."""
        flags = np.zeros(len(self.uniques) + 1, dtype=bool)
        flags[-1] = missing
        flags[self.words] = [bool(test(self.uniques[k])) for k in self.words]
        return flags[self.codes]

    def empty(self) -> np.ndarray:
        """True where a cell holds nothing but spaces."""
        return self.passes(is_empty, missing=True)

    def blank(self) -> np.ndarray:
        """True where a cell says nothing: empty, 'NULL', '-' and the like."""
        return self.passes(lambda cell: clean(cell).casefold() in BLANKS, missing=True)


@dataclass
class Table:
    """All rows of a file by column, before any is judged.

    `header` is the place of the header line (-1: it stands outside, as in Parquet), `uneven` holds the rows that have
    more or fewer cells than the header line, whole.
    """

    header: int
    names: list[str]
    columns: list[Cells]
    uneven: dict[int, list] = field(default_factory=dict)
    joint: str = " | "
    epoch: str = "1899-12-30"  # what Excel's day numbers count from
    roles: dict[str, int] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Spreadsheet row of the first cells."""
        return 1 if self.header >= 0 else 2

    def __len__(self) -> int:
        return len(self.columns[0].codes)

    @cached_property
    def longer(self) -> list[int]:
        """Places of rows with filled cells beyond the last column."""
        width = len(self.names)
        return [place for place, row in self.uneven.items() if any(not is_empty(cell) for cell in row[width:])]

    def texts(self, places: np.ndarray) -> list[str]:
        """Return what rows say, cells joined as in the file."""
        cells = zip(*(column.column.iloc[places].tolist() for column in self.columns), strict=True)
        rows = [self.uneven.get(place, row) for place, row in zip(places.tolist(), cells, strict=True)]
        return [self.joint.join("" if is_missing(cell) else str(cell) for cell in row).strip() for row in rows]


def is_missing(cell: object) -> bool:
    """True for the values that stand for no value."""
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and cell != cell)


def is_empty(cell: object) -> bool:
    """True for no value and for spaces."""
    return is_missing(cell) or (isinstance(cell, str) and not cell.strip(SPACES))


def clean(text: str) -> str:
    """Return text with full-width signs, odd spaces, minus signs and apostrophes as a keyboard has them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(ODD_SIGNS)
    text = text.strip()
    return unwrapped(text) if text[:1] == "=" else text


def unwrapped(text: str) -> str:
    """Take text out of ="...", which spreadsheets write to keep leading zeros."""
    return text[2:-1].strip() if len(text) > 2 and text.startswith('="') and text.endswith('"') else text


def column_letter(place: int) -> str:
    """Return a spreadsheet's letter of a column: 0 is A, 26 is AA."""
    return (column_letter(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)


def rows_named(rows: Iterable[int], most: int = 5) -> str:
    """Name rows by their numbers: 'rows 2, 3 and 5'."""
    rows = list(rows)
    return f"{'row' if len(rows) == 1 else 'rows'} {listed(rows, most)}"


def rows_counted(rows: int, what: str = "row") -> str:
    """Say how many: '1 row', '1,200 rows'."""
    return f"{rows:,} {what if rows == 1 else what + 's'}"
