"""What every room shares: column checks and the wording of messages.

A message names the column, the rows and the remedy, in words a marketing student understands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd


def listed(names: Iterable[object], most: int = 6) -> str:
    """Join names into readable text, cut after `most` of them.

    >>> listed(["revenue", "date"])
    "'revenue' and 'date'"
    >>> listed([1, 2, 3, 4, 5], most=3)
    '1, 2, 3 and 2 more'
    """
    texts = [repr(name) if isinstance(name, str) else str(name) for name in names]
    if len(texts) > most:
        return ", ".join(texts[:most]) + f" and {len(texts) - most:,} more"
    if len(texts) < 2:
        return "".join(texts)
    return ", ".join(texts[:-1]) + " and " + texts[-1]


def rows_text(bad: Sequence[bool] | np.ndarray | pd.Series, most: int = 5, first: int = 0) -> str:
    """Say how many rows a condition holds for, and which come first.

    Parameters
    ----------
    bad : boolean sequence, one value per row.
    most : how many row numbers to name.
    first : number of the first row (0 for a frame, 2 for a spreadsheet with a header line).

    >>> rows_text([False, True, True])
    '2 rows (rows 1 and 2)'
    >>> rows_text([True, False], first=2)
    '1 row (row 2)'
    """
    places = np.flatnonzero(np.asarray(bad, dtype=bool)) + first
    word = "row" if len(places) == 1 else "rows"
    return f"{len(places):,} {word} ({word} {listed(places.tolist(), most)})"


def need_frame(frame: object, what: str) -> pd.DataFrame:
    """Return `frame` if it is a pandas DataFrame with rows, else say what is wrong."""
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"{what} must be a pandas DataFrame (a table), but it is a {type(frame).__name__}.")
    if frame.empty:
        raise ValueError(f"{what} has no rows. Check the filter or the file that it came from.")
    return frame


def need_columns(frame: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Check that `frame` has `columns`; the message names what is missing and what is there.

    >>> need_columns(pd.DataFrame({"client": [1]}), ["customer"], "The purchase log")
    Traceback (most recent call last):
    ...
    ValueError: The purchase log has no column 'customer'. Its columns are 'client'. Rename the column, or name yours...
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        word = "column" if len(missing) == 1 else "columns"
        raise ValueError(
            f"{what} has no {word} {listed(missing)}. Its columns are {listed(frame.columns, most=12)}. "
            "Rename the column, or name yours in the call."
        )
