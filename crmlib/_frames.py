"""What every room shares: column checks and the wording of messages.

A message names the column, the rows and the remedy, in words a marketing student understands.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


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
        tables = list(getattr(frame, "tables", ()))
        among = f" Name one of its tables: {listed(tables, most=40)}." if tables else ""
        raise TypeError(f"{what} must be a pandas DataFrame (a table), but it is a {type(frame).__name__}.{among}")
    if frame.empty:
        raise ValueError(f"{what} has no rows. Check the filter or the file that it came from.")
    return frame


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """Return "Did you mean 'revenue'? " if a name looks like a typing error of a known one, else nothing.

    >>> did_you_mean("revenu", ["customer", "revenue"])
    "Did you mean 'revenue'? "
    """
    by_lower = {one.lower(): one for one in known if isinstance(one, str)}
    close = difflib.get_close_matches(str(name).lower(), by_lower, n=1, cutoff=0.75)
    return f"Did you mean {by_lower[close[0]]!r}? " if close else ""


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
            f"{what} has no {word} {listed(missing)}. {did_you_mean(missing[0], frame.columns)}"
            f"Its columns are {listed(frame.columns, most=12)}. Rename the column, or name yours in the call."
        )
    twice = [name for name in columns if isinstance(frame[name], pd.DataFrame)]
    if twice:
        raise ValueError(f"{what} has more than one column {listed(twice)}. Keep one of them, or rename the others.")


def the_column(column: str, what: str) -> str:
    """Begin a sentence about a column.

    >>> the_column("revenue", "The purchase log")
    "Column 'revenue' of the purchase log"
    """
    return f"Column {column!r} of {what[0].lower()}{what[1:]}"


@dataclass(frozen=True, repr=False)
class Result:
    """What a function found out about customers, in three frames.

    table : what a manager reads, few rows.
    customers : one row per customer.
    excluded : what was set aside and why (`reason`, `rows`, `first_rows`); no rows if nothing was.
        Rows count from 0, the first row of the frame that was given.
    """

    table: pd.DataFrame
    customers: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        aside = int(self.excluded["rows"].sum())
        said = f"{aside:,} row{'s' * (aside != 1)} set aside: see .excluded" if aside else "nothing set aside"
        return f"{self.table.to_string(index=False)}\n({len(self.customers):,} rows in .customers; {said})"


def set_aside(rows: int, reasons: Iterable[tuple[str, np.ndarray]]) -> tuple[np.ndarray, pd.DataFrame]:
    """Say which rows stay, and count the others by the first reason that holds for them.

    >>> keep, excluded = set_aside(3, [("no date", np.array([False, True, True]))])
    >>> keep.tolist()
    [True, False, False]
    >>> excluded
        reason  rows first_rows
    0  no date     2    1 and 2
    """
    keep, lines = np.ones(rows, dtype=bool), []
    for reason, bad in reasons:
        bad = bad & keep
        if bad.any():
            keep &= ~bad
            places = np.flatnonzero(bad)
            lines.append((reason, len(places), listed(places[:5].tolist()) + (" …" if len(places) > 5 else "")))
    excluded = pd.DataFrame(lines, columns=["reason", "rows", "first_rows"])
    return keep, excluded.astype({"reason": "str", "rows": "int64", "first_rows": "str"})


def need_numbers(frame: pd.DataFrame, column: str, what: str) -> np.ndarray:
    """Return a column as float64 numbers, missing ones as NaN; refuse text, dates, yes/no and infinity.

    >>> need_numbers(pd.DataFrame({"revenue": ["12.50", "3"]}), "revenue", "The purchase log")
    Traceback (most recent call last):
    ...
    ValueError: Column 'revenue' of the purchase log must hold numbers, but row 0 has the text '12.50'. Convert it...
    """
    values, the = frame[column], the_column(column, what)
    kind = pd.api.types.infer_dtype(values, skipna=True) if values.dtype == object else ""
    plain = pd.api.types.is_numeric_dtype(values) and values.dtype.kind not in "bc"
    if not plain and kind not in {"decimal", "integer", "floating", "mixed-integer-float", "empty"}:
        odd = np.array([not isinstance(x, int | float) or isinstance(x, bool) for x in values.array]) & values.notna()
        row = int(np.flatnonzero(odd)[0]) if odd.any() else 0
        value = values.iloc[row]
        told = f"the text {value!r}" if isinstance(value, str) else f"{value} ({values.dtype})"
        raise ValueError(
            f"{the} must hold numbers, but row {row} has {told}. "
            f"Convert it first, for example with pd.to_numeric(frame[{column!r}])."
        )
    if isinstance(values.dtype, np.dtype) and values.dtype != object:
        numbers = values.to_numpy(np.float64)
    else:
        numbers = values.to_numpy(np.float64, na_value=np.nan)
    infinite = np.isinf(numbers)
    if infinite.any():
        raise ValueError(
            f"{the} is infinite in {rows_text(infinite)}, often the trace of a division by zero. "
            "Correct or remove these rows first."
        )
    return numbers


def need_days(frame: pd.DataFrame, column: str, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column of dates as whole days since 1970-01-01 (int64), and which rows have no date.

    The time of day is dropped; a time with a zone counts for the day on the clock of that zone.

    >>> need_days(pd.DataFrame({"date": pd.to_datetime(["1970-01-02 23:59", None])}), "date", "The purchase log")
    (array([1, 0]), array([False,  True]))
    """
    values, the = frame[column], the_column(column, what)
    if values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) in {"date", "datetime"}:
        try:
            values = pd.to_datetime(values)
        except (ValueError, TypeError):
            raise ValueError(
                f"{the} mixes time zones. Bring all of it to one first: "
                f"pd.to_datetime(frame[{column!r}], utc=True).dt.tz_convert('Asia/Shanghai')."
            ) from None
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
    if values.dtype.kind != "M" and values.isna().all():  # such as a column without one entry in a file
        return np.zeros(len(values), dtype=np.int64), np.ones(len(values), dtype=bool)
    if isinstance(values.dtype, pd.PeriodDtype):
        raise ValueError(
            f"{the} must hold dates, but begins with {values.iloc[0]} ({values.dtype}). Turn the periods into days "
            f"first: frame[{column!r}].dt.to_timestamp()."
        )
    if values.dtype.kind != "M":
        value = values.dropna().iloc[0]
        told, pattern = f"{value} ({type(value).__name__})", "%Y%m%d"
        if isinstance(value, str):
            told, pattern = f"the text {value!r}", "%Y-%m-%d"
        raise ValueError(
            f"{the} must hold dates, but begins with {told}. Convert it first and say in which order day, month and "
            f"year stand, for example pd.to_datetime(frame[{column!r}], format={pattern!r})."
        )
    stamps = values.to_numpy()
    missing = np.isnat(stamps)
    days = stamps.view(np.int64) // _PER_DAY[np.datetime_data(stamps.dtype)[0]]
    if missing.any():
        days[missing] = 0
    return days, missing


def as_dates(days: np.ndarray) -> np.ndarray:
    """Turn whole days since 1970-01-01 into pandas' dates."""
    return days.astype("datetime64[D]").astype("datetime64[us]")


def need_day(value: object, name: str) -> int:
    """Return a day given as '2025-12-31', a date or a Timestamp in days since 1970-01-01.

    >>> need_day("1970-01-03", "as_of")
    2
    >>> need_day("31/12/2025", "as_of")
    Traceback (most recent call last):
    ...
    ValueError: `as_of` must be a day like '2025-12-31' (year-month-day), but it is '31/12/2025'.
    """
    refusal = f"`{name}` must be a day like '2025-12-31' (year-month-day), but it is {value!r}."
    iso = isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
    if not iso and (not isinstance(value, datetime.date | np.datetime64) or pd.isna(value)):
        raise ValueError(refusal)
    try:
        return (pd.Timestamp(value).tz_localize(None).normalize() - pd.Timestamp(0)).days
    except ValueError:
        raise ValueError(refusal) from None


def number_ids(frame: pd.DataFrame, column: str, what: str) -> tuple[np.ndarray, pd.Index]:
    """Number the ids of a column: a code for each row (−1: empty), and the ids in order, so that ids[code] is the id.

    An id that no row uses may be among the ids (whole numbers and categories need no search that way).

    >>> codes, ids = number_ids(pd.DataFrame({"customer": ["Wu", " ", "Li", "Wu"]}), "customer", "The purchase log")
    >>> codes.tolist(), ids.tolist()
    ([1, -1, 0, 1], ['Li', 'Wu'])
    """
    values = frame[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(np.int64), pd.CategoricalIndex(values.cat.categories, dtype=values.dtype)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu":
        numbers = values.to_numpy()
        low, high = int(numbers.min()), int(numbers.max())
        if high - low <= 4 * len(numbers) + 1_000 and high < 2**62:
            return numbers.astype(np.int64, copy=False) - low, pd.RangeIndex(low, high + 1)
    codes, ids = pd.factorize(values)
    ids = pd.Index(ids)
    if pd.api.types.infer_dtype(ids) == "string":
        text = ids.to_numpy(object).astype(np.dtypes.StringDType())  # sorts and strips quicker than Python's own text
        order = np.argsort(text)
        order = order[np.strings.str_len(np.strings.strip(text))[order] > 0]
    else:
        try:
            order = ids.argsort()
        except TypeError:
            raise ValueError(
                f"{the_column(column, what)} mixes numbers and text, so that 7 and '7' would be two ids. "
                f"Make all of it text first: frame[{column!r}].astype('str')."
            ) from None
    place = np.full(len(ids) + 1, -1)  # the last one answers for code −1
    place[order] = np.arange(len(order))
    return place[codes], ids[order]


def empty_ids(frame: pd.DataFrame, column: str) -> np.ndarray:
    """Say which rows have no id: empty, or text of blanks.

    >>> empty_ids(pd.DataFrame({"customer": ["Wu", " ", None]}), "customer")
    array([False,  True,  True])
    """
    ids = frame[column]
    empty = ids.isna().to_numpy()
    if isinstance(ids.dtype, pd.StringDtype) or ids.dtype == object:
        empty = empty | np.array(
            [isinstance(name, str) and not name.strip() for name in ids.to_numpy(object)], dtype=bool
        )
    return empty


def need_once(frame: pd.DataFrame, column: str, what: str, measure: str | None = None) -> None:
    """Refuse a frame in which an id has two rows; with a measure, say how to add them up."""
    repeated = frame[column].duplicated().to_numpy() & ~empty_ids(frame, column)
    if repeated.any():
        add = f"Add up the rows first: frame.groupby({column!r}, as_index=False)[{measure!r}].sum()."
        raise ValueError(
            f"{what} must have one row per {column}, but column {column!r} repeats in {rows_text(repeated)}. "
            + (add if measure else "Remove the repeated rows first.")
        )


def customer_values(frame: pd.DataFrame, measure: str, customer: str, what: str) -> np.ndarray:
    """Return a measure as numbers (empty: NaN) from a frame that must have one row per customer."""
    if customer == measure:
        raise ValueError(f"Column {customer!r} cannot be both the customer and the measure. Name another column.")
    need_columns(need_frame(frame, what), [customer, measure], what)
    numbers = need_numbers(frame, measure, what)
    need_once(frame, customer, what, measure)
    return numbers


def need_amounts(frame: pd.DataFrame, column: str, what: str) -> np.ndarray:
    """Return a column of numbers that must be neither empty nor negative."""
    numbers = need_numbers(frame, column, what)
    wrong = ~(numbers >= 0)
    if wrong.any():
        raise ValueError(f"{the_column(column, what)} is empty or below 0 in {rows_text(wrong)}. Correct these rows.")
    return numbers


def need_yes_no(frame: pd.DataFrame, column: str, what: str) -> np.ndarray:
    """Return a column that must say True or False in every row."""
    if not pd.api.types.is_bool_dtype(frame[column]) or frame[column].isna().any():
        raise ValueError(
            f"{the_column(column, what)} must say True or False in every row. Make it so, for example with "
            f"frame[{column!r}] == 'yes'."
        )
    return frame[column].to_numpy(dtype=bool)


def as_written(value: object) -> str:
    """Write an id or a phone as text. One empty cell makes a column of whole numbers one of fractions: 7.0 is 7.

    >>> as_written(7.0), as_written("007"), as_written(7.5)
    ('7', '007', '7.5')
    """
    return str(int(value)) if isinstance(value, float | np.floating) and value.is_integer() else str(value)


def is_whole(number: object) -> bool:
    """Say whether something is a whole number (True and False are not)."""
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def need_level(level: object) -> float:
    """Return a confidence level between 0 and 1."""
    if not isinstance(level, int | float) or not 0 < level < 1:
        raise ValueError(f"`level` must lie between 0 and 1, such as 0.95 for 95 %, but it is {level!r}.")
    return float(level)


def need_scale(scale: object, name: str = "scale") -> tuple[float, float]:
    """Return a scale as (lowest, highest), or say how to write one.

    >>> need_scale((7, 1))
    Traceback (most recent call last):
    ...
    ValueError: `scale` must be the lowest and the highest answer, such as (1, 7), but it is (7, 1).
    """
    try:
        low, high = scale
        fine = bool(low < high) and bool(np.isfinite([low, high]).all())
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise ValueError(f"`{name}` must be the lowest and the highest answer, such as (1, 7), but it is {scale!r}.")
    return low, high


def ordered_category(codes: object, names: Iterable[str]) -> pd.Categorical:
    """Turn codes 0, 1 … (−1: empty) into an ordered category, the first name first."""
    return pd.Categorical.from_codes(np.asarray(codes), categories=list(names), ordered=True)


def reasons_text(excluded: pd.DataFrame) -> str:
    """Say in one line why rows were set aside."""
    return ", ".join(f"{row.rows:,} × {row.reason}" for row in excluded.itertuples())
