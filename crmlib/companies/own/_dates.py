"""What day a cell means, and which order of day, month and year a column has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies.own._table import TEXT, Cells, Notes, clean, rows_counted, rows_named

ORDERS = {"day": "day, month, year", "month": "month, day, year", "year": "year, month, day"}

YEARS = (1950, 2100)  # dates outside are place-holders (1900-01-01, 9999-12-31) or slips of the pen

FAR = f"is before {YEARS[0]} or after {YEARS[1] - 1} (a place-holder or a slip)"

_MONTHS = "january february march april may june july august september october november december"

MONTHS = {short: n for n, name in enumerate(_MONTHS.split(), start=1) for short in (name, name[:3])} | {"sept": 9}

# Before the hour: the day, and what parts it from the time. From the hour on: the time and the zone.
BEFORE = r"(?i)^(?P<day>.*\d\S*?)(?:T|,?\s+)(?:(?:上午|下午|am|pm)\s*)?$"
TIME = (
    r"(?i)^(?P<time>[0-2]?\d:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?)\s*(?:[ap]\.?m\.?)?\s*"
    r"(?P<zone>Z|UTC|GMT|[-+]\d\d(?::?\d\d)?)?$"
)

DAYS = {  # unambiguous ways to write a day; the ambiguous one is `NUMERIC`
    "year, month, day": r"^(?P<y>\d{4})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})$",
    "year, month, day without marks": r"^(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:\.0)?$",
    "年月日": r"^(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?$",
    "day, name of the month, year": r"^(?P<d>\d{1,2})(?:st|nd|rd|th)?[-\s./]*(?P<name>[A-Za-z]{3,9})[-\s./,]*(?P<y>\d{4}|\d{2})$",
    "name of the month, day, year": r"^(?P<name>[A-Za-z]{3,9})\.?\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})$",
}

NUMERIC = r"^(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{4}|\d{2})$"

WEEKDAY = r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s+|\s*(?:星期|周)[一二三四五六日天]\s*$"


def read_days(
    cells: Cells, title: str, rows: np.ndarray, where: str, date_order: str | None, epoch: str, notes: Notes
) -> tuple[np.ndarray, np.ndarray]:
    """Return days, and why some cells are none."""
    values = cells.column
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        notes.add("time zone", values.dt.tz, "the day is taken as it is in this zone")
        values = values.dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(values):
        notes.add("dates", "stored as dates", "the file says so")
        days = values.dt.normalize().to_numpy().astype("datetime64[us]")
        return days, np.where(out_of_range(days), f"{title!r} {FAR}", None)
    merged, texts = without_times([clean(str(cell)) for cell in cells.uniques], cells.codes, notes)
    codes = merged[cells.codes]

    days = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    style = np.full(len(texts), None, dtype=object)
    for name, pattern in DAYS.items():
        left = np.flatnonzero(pd.isna(style))
        parts = texts.iloc[left].str.extract(pattern)
        hit = parts["y"].notna().to_numpy()
        parts, hit = parts[hit], left[hit]
        month = parts["name"].str.lower().map(MONTHS) if "name" in parts else parts["m"]
        days[hit], style[hit] = calendar_days(parts["y"], month, parts["d"]), name
    serial = texts.str.fullmatch(r"[2-6]\d{4}(?:\.\d+)?").to_numpy(dtype=bool) & pd.isna(style)
    if serial.any():
        days[serial] = np.datetime64(epoch) + texts[serial].astype(float).astype(int).to_numpy().astype(
            "timedelta64[D]"
        )
        style[serial] = f"Excel's day number, counted from {epoch}"
    numeric = np.flatnonzero(texts.str.fullmatch(NUMERIC).to_numpy(dtype=bool))
    if len(numeric):
        order, how = choose_order(texts.iloc[numeric], numeric, codes, rows, where, date_order)
        refuse_swapped(texts, numeric, days, codes, rows, where)
        days[numeric] = numeric_days(texts.iloc[numeric], order)
        style[numeric] = ORDERS[order]
        notes.add("date order", ORDERS[order], how)
    kinds = pd.Series(style[codes]).value_counts()
    shown = [f"{texts[style == kind].iloc[0]} ({kind}): {rows_counted(count)}" for kind, count in kinds.items()]
    notes.add("dates", "; ".join(shown), "by how they are written")
    short = texts.str.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|.*[A-Za-z]\W*\d{2}").to_numpy(dtype=bool) & ~np.isnat(
        days
    )
    if short.any():
        notes.add("years of two digits", "69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068", "the usual rule")
    why = np.full(len(texts), None, dtype=object)
    why[pd.isna(style)] = f"{title!r} is not a date"
    why[pd.notna(style) & np.isnat(days)] = f"{title!r} is a day that the calendar does not have"
    if len(numeric):
        why[numeric[np.isnat(days[numeric])]] = f"{title!r} is no date in the order {ORDERS[order]}"
    why[out_of_range(days)] = f"{title!r} {FAR}"
    return days[codes], why[codes]


def out_of_range(days: np.ndarray) -> np.ndarray:
    """True for days that no purchase log has."""
    return (days < np.datetime64(f"{YEARS[0]}-01-01")) | (days >= np.datetime64(f"{YEARS[1]}-01-01"))


def calendar_days(year: pd.Series, month: pd.Series, day: pd.Series) -> np.ndarray:
    """Return days; NaT where the calendar has no such day. Years of two digits are 1969 to 2068."""
    parts = pd.DataFrame({"year": year, "month": month, "day": day}).astype(float)
    parts["year"] += (parts["year"] < 100) * 1900 + (parts["year"] < 69) * 100
    return pd.to_datetime(parts, errors="coerce").to_numpy().astype("datetime64[us]")


def without_times(texts: list[str], codes: np.ndarray, notes: Notes) -> tuple[np.ndarray, pd.Series]:
    """Take times of day, time zones and weekdays off; note how many rows had them. `codes` are the rows' texts.

    Returns for each text the place of its day, and the different days in the order in which they come.
    """
    # A million moments have few different days and at most 86,400 different times: only these are looked at one by one.
    hours = [max(text.find(":") - 2, 0) for text in texts]
    hours = [hour + (hour > 0 and not text[hour].isdigit()) for hour, text in zip(hours, texts, strict=True)]
    pairs = list(zip(texts, hours, strict=True))
    day_codes, days = pd.factorize(np.array([text[:hour] for text, hour in pairs], dtype=object))
    time_codes, times = pd.factorize(np.array([text[hour:] if hour else "" for text, hour in pairs], dtype=object))
    before = pd.Series(days, dtype=TEXT).str.extract(BEFORE)["day"]
    after = pd.Series(times, dtype=TEXT).str.extract(TIME)
    timed = before.notna().to_numpy()[day_codes] & after["time"].notna().to_numpy()[time_codes]
    merged, found = pd.factorize(
        np.where(timed, before.to_numpy(dtype=object)[day_codes], np.array(texts, dtype=object))
    )
    again, found = pd.factorize(pd.Series(found, dtype=TEXT).str.replace(WEEKDAY, "", regex=True).str.strip())

    rows = np.bincount(codes, minlength=len(texts))
    midnight = after["time"].str.fullmatch(r"[0:.,]+").fillna(False).to_numpy(dtype=bool)
    told = timed & ~midnight[time_codes]
    if told.any():
        notes.add("time of day", f"cut off in {rows_counted(rows[told].sum())}", "a day is what counts here")
    zoned = timed & after["zone"].notna().to_numpy()[time_codes]
    if zoned.any():
        names = ", ".join(after["zone"].iloc[time_codes[zoned]].unique()[:3])
        how = f"the day is taken as it is written in {rows_counted(rows[zoned].sum())}, not converted"
        notes.add("time zone", names, how)
    return again[merged], pd.Series(found, dtype=TEXT)


def numeric_days(texts: pd.Series, order: str) -> np.ndarray:
    """Return the days of dates such as 03/04/2024 read in one order; NaT where there is no such day."""
    parts = texts.str.extract(NUMERIC)
    days = calendar_days(*(parts[name] for name in {"day": "cba", "month": "cab", "year": "abc"}[order]))
    if order == "year":
        days[(parts["c"].str.len() == 4).to_numpy()] = np.datetime64("NaT")
    days[out_of_range(days)] = np.datetime64("NaT")
    return days


def choose_order(
    texts: pd.Series, numeric: np.ndarray, codes: np.ndarray, rows: np.ndarray, where: str, given: str | None
) -> tuple[str, str]:
    """Return which of day, month and year stands first in dates such as 03/04/2024, and how it is known.

    `texts` are the different dates, `numeric` their codes, `codes` each row's code, `rows` each row's number.
    """
    if given is not None:
        return given, "you said so"
    first = dict(zip(*(found.tolist() for found in np.unique(codes, return_index=True)), strict=True))
    days = {order: numeric_days(texts, order) for order in ORDERS}
    can = pd.DataFrame({order: ~np.isnat(found) for order, found in days.items()})
    ways = can.sum(axis=1).to_numpy()
    fits = [order for order in ORDERS if can.loc[ways > 0, order].all()]

    def example(which: np.ndarray) -> tuple[int, str]:
        place = int(np.flatnonzero(which)[0])
        return rows[first[numeric[place]]], texts.iloc[place]

    if fits and all((days[order] == days[fits[0]])[ways > 0].all() for order in fits):
        sure = (ways == 1) & can[fits[0]].to_numpy()
        if sure.any():
            row, text = example(sure)
            return fits[0], f"row {row}: {text!r} can only be {ORDERS[fits[0]]}"
        return fits[0], "only so every row is a date, or every order gives the same days"
    if fits:
        differ = np.logical_or.reduce([(days[order] != days[fits[0]]) & (ways > 0) for order in fits])
        row, text = example(differ)
        place = int(np.flatnonzero(differ)[0])
        meanings = [f"{pd.Timestamp(days[order][place]):%d %B %Y}".lstrip("0") for order in fits]
        raise ValueError(
            f"{where} leaves open what stands first in its dates: row {row} ({text!r}) can be {' or '.join(meanings)}, and no "
            f"row decides. Say {' or '.join(f'date_order={order!r}' for order in fits)}."
        )
    proofs = []
    for order in ORDERS:
        sure = can[order].to_numpy() & (ways == 1)
        if sure.any():
            proofs.append(
                f"{rows_named(rows[np.isin(codes, numeric[sure])])} can only be {ORDERS[order]} ({example(sure)[1]!r})"
            )
    proof = ", but ".join(proofs) or f"neither {', nor '.join(ORDERS.values())} fits all rows"
    raise ValueError(
        f"{where} mixes orders of dates: {proof}. A date like 03/04/2024 could then be either. Export the "
        "parts as files of their own. If the fewer rows are slips, correct them, or have them set aside by date_order='...'."
    )


def refuse_swapped(
    texts: pd.Series, numeric: np.ndarray, days: np.ndarray, codes: np.ndarray, rows: np.ndarray, where: str
) -> None:
    """Stop at the trace of a spreadsheet that took 03/04 for 4 March and left 25/04, which it could not take, as text."""
    as_text, as_date = np.isin(codes, numeric), ~np.isnat(days)[codes]
    if min(as_text.sum(), as_date.sum()) < 5:
        return
    parts = texts.iloc[numeric].str.extract(NUMERIC)[["a", "b"]].astype(int)
    found = days[codes[as_date]]
    late = (found.astype("datetime64[D]") - found.astype("datetime64[M]").astype("datetime64[D]")).astype(int) >= 12
    if (parts.max(axis=1) > 12).all() and not late.any():
        raise ValueError(
            f"{where} was probably changed by a spreadsheet: {rows_named(rows[as_text])} are still text, with days above 12 only "
            f"({texts.iloc[numeric[0]]!r}), and {rows_named(rows[as_date])} are dates, with days up to 12 only. There it will have "
            "swapped day and month. Export again, and import the column as text."
        )
