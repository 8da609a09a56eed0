"""What amount a cell means, and which mark of a column is the decimal one."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd

from crmlib.companies.own._table import TEXT, Cells, Notes, clean, rows_counted, rows_named

MARKS = {".": "point", ",": "comma"}

UNITS = r"(?i)万|千元|百万|\bk\b|'000|thousand|million|\bmn\b|\bmio\b"

CURRENCIES = {
    "¥": "¥", "￥": "¥", "cny": "CNY", "rmb": "CNY", "人民币": "CNY", "元": "CNY", "jpy": "JPY", "円": "JPY", "us$": "USD",
    "usd": "USD", "hk$": "HKD", "hkd": "HKD", "a$": "AUD", "aud": "AUD", "$": "$", "sgd": "SGD", "twd": "TWD", "€": "EUR",
    "eur": "EUR", "£": "GBP", "gbp": "GBP", "chf": "CHF", "₹": "INR", "inr": "INR", "krw": "KRW", "₩": "KRW", "₽": "RUB",
}  # fmt: skip

SHARED_SIGNS = {"¥": {"CNY", "JPY"}, "$": {"USD", "HKD", "AUD", "SGD", "TWD"}}

_SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))

MONEY = (
    rf"(?i)^(?P<open>\()?\s*(?P<minus1>[-+])?\s*(?P<before>{_SIGN})?\s*(?P<minus2>[-+])?\s*"
    rf"(?P<body>\d[\d.,' ]*|[.,]\d+)(?P<power>e[-+]?\d+)?\s*(?P<minus3>[-+])?\s*(?P<after>{_SIGN})?\s*(?P<close>\))?$"
)


# What the marks in an amount tell. 'either' is 1.234: thousands or decimals, both would be written so.
SHAPES = {
    "none": r"\d+|\d{1,3}(?:[ ']\d{3})+",
    "either": r"[1-9]\d{0,2}[.,]\d{3}",
    ".": r"(?:\d+|\d{1,3}(?:[ ']\d{3})+|\d{1,3}(?:,\d{3})+)?\.\d*|\d{1,3}(?:,\d{3}){2,}",
    ",": r"(?:\d+|\d{1,3}(?:[ ']\d{3})+|\d{1,3}(?:\.\d{3})+)?,\d*|\d{1,3}(?:\.\d{3}){2,}",
}


def read_amounts(
    cells: Cells, title: str, rows: np.ndarray, where: str, decimal: str | None, notes: Notes
) -> tuple[np.ndarray, np.ndarray]:
    """Return amounts, and why some cells are none."""
    if re.search(UNITS, title):
        notes.add("unit", title, "the name says so; amounts are kept as they are written, not multiplied")
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        notes.add("amounts", "stored as numbers", "the file says so")
        amounts = cells.column.to_numpy(dtype=float, na_value=np.nan)
        return amounts, np.where(np.isfinite(amounts), None, f"{title!r} is not a finite number")
    codes, uniques = cells.codes, cells.uniques
    amounts = np.full(len(uniques), np.nan)
    shape = np.full(len(uniques), "odd", dtype=object)
    why = np.full(len(uniques), f"{title!r} is not a number", dtype=object)
    for place, cell in enumerate(uniques):
        if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
            amounts[place], shape[place] = float(cell), "number"
    texts = pd.Series({place: clean(cell) for place, cell in enumerate(uniques) if isinstance(cell, str)}, dtype=TEXT)
    plain = texts.str.fullmatch(r"-?\d+(?:\.\d\d?)?").to_numpy(dtype=bool)
    rest = texts[~plain]
    why[rest.index[rest.str.contains("%")]] = f"{title!r} is a percentage, not money"
    why[rest.index[rest.str.startswith("#")]] = f"{title!r} is an error of the spreadsheet"
    parts = rest.str.extract(MONEY)
    parts = parts[parts["body"].notna()]
    lost = parts["power"].notna()
    why[parts.index[lost]] = f"{title!r} has lost digits (a spreadsheet wrote it like 1.2E+05)"
    signs = parts[["minus1", "minus2", "minus3", "open"]].notna().sum(axis=1)
    parts = parts[~lost & (signs <= 1) & (parts["open"].isna() == parts["close"].isna())]
    negative = parts["open"].notna() | parts[["minus1", "minus2", "minus3"]].eq("-").any(axis=1)
    bodies = pd.concat([texts[plain].str.lstrip("-"), parts["body"].str.strip()])
    below = pd.concat([texts[plain].str.startswith("-"), negative]).to_numpy(dtype=bool)
    shape[texts.index[plain]] = np.where(texts[plain].str.contains(".", regex=False), ".", "none")
    for name, pattern in SHAPES.items():
        left = parts["body"].str.strip()[shape[parts.index] == "odd"]
        shape[left.index[left.str.fullmatch(pattern)]] = name
    note_currency(parts, codes, rows, where, notes)
    mark = choose_mark(uniques, shape, codes, rows, where, decimal, notes)
    known = np.isin(shape[bodies.index], ["none", "either", mark])
    bodies, below = bodies[known], below[known]
    point = bodies.str.translate({ord(sign): None for sign in " '" + (",." if mark == "," else ",").replace(mark, "")})
    numbers = point.str.replace(",", ".", regex=False).astype(float).to_numpy()
    amounts[bodies.index] = np.where(below, -numbers, numbers)
    other = "." if mark == "," else ","
    why[shape == other] = f"{title!r} is no amount with a decimal {MARKS[mark]}"
    why[np.isinf(amounts)] = f"{title!r} is not a finite number"
    why[np.isfinite(amounts)] = None
    return amounts[codes], why[codes]


def choose_mark(
    uniques: np.ndarray,
    shape: np.ndarray,
    codes: np.ndarray,
    rows: np.ndarray,
    where: str,
    given: str | None,
    notes: Notes,
) -> str:
    """Return the decimal mark, and note how it is known."""

    def at(kind: str) -> tuple[np.ndarray, str]:
        hits = np.flatnonzero(shape[codes] == kind)
        return rows[hits], str(uniques[codes[hits[0]]]).strip() if len(hits) else ""

    (points, point), (commas, comma), (either, open_) = at("."), at(","), at("either")
    if given is not None:
        mark, how = given, "you said so"
    elif len(points) and len(commas):
        raise ValueError(
            f"{where} mixes two ways to write amounts: {rows_named(points)} with a decimal point ({point!r}), but {rows_named(commas)} "
            f"with a decimal comma ({comma!r}). Export the parts as files of their own. If the fewer rows are slips, correct them, "
            "or have them set aside by decimal='.' or decimal=','."
        )
    elif len(points) or len(commas):
        mark, (found, text) = (".", (points, point)) if len(points) else (",", (commas, comma))
        thin = [text for text in map(str, uniques[shape == "either"]) if mark in text]
        if thin and not any(re.search(rf"\{mark}\d{{3,}}\D*$", str(text)) for text in uniques[shape == mark]):
            hits = rows[
                np.isin(codes, np.flatnonzero([shape[k] == "either" and mark in str(u) for k, u in enumerate(uniques)]))
            ]
            raise ValueError(
                f"{where}: row {found[0]} ({text!r}) shows that decimals stand behind a {MARKS[mark]}, but then {thin[0]!r} "
                f"({rows_named(hits)}) has three decimals and is hardly more than {thin[0].split(mark)[0]}. If that is right, say "
                f"decimal={mark!r}; if not, two systems were mixed: export them as files of their own."
            )
        how = f"row {found[0]}: {text!r} can only be read so"
    elif len(either):
        sign = "." if "." in open_ else ","
        raise ValueError(
            f"{where} has amounts like {open_!r} ({rows_named(either)}), and no row shows whether its {MARKS[sign]} parts thousands or "
            f"decimals. Say decimal={sign!r} if decimals stand behind it, or decimal={',' if sign == '.' else '.'!r} if it "
            "parts thousands."
        )
    elif (shape == "none").any():
        mark, how = ".", "no amount has decimals"
    else:
        notes.add("amounts", "stored as numbers", "the file says so")
        return "."
    notes.add("decimal mark", MARKS[mark], how)
    return mark


def note_currency(parts: pd.DataFrame, codes: np.ndarray, rows: np.ndarray, where: str, notes: Notes) -> None:
    """Note the currency that amounts are written in; stop if there are two."""
    written = pd.concat([parts["before"].dropna(), parts["after"].dropna()]).str.lower().map(CURRENCIES)
    found = written.unique().tolist()
    for sign, owners in SHARED_SIGNS.items():
        if sign in found and len(owners.intersection(found)) == 1:
            found.remove(sign)
    if len(found) > 1:
        where_each = [f"{name} in {rows_named(rows[np.isin(codes, written.index[written == name])])}" for name in found]
        raise ValueError(
            f"{where} mixes currencies: {', '.join(where_each)}. Amounts in different currencies cannot be added: convert "
            "them, or save each currency as a file of its own."
        )
    if found:
        count = np.isin(codes, written.index).sum()
        notes.add(
            "currency",
            found[0],
            f"written in {rows_counted(count)}" + (", taken for all" if count < len(codes) else ""),
        )
