"""Which rows are transactions: every other row gets a reason."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from crmlib._frames import listed
from crmlib.companies.own._columns import other_columns, plain_name
from crmlib.companies.own._dates import read_days
from crmlib.companies.own._money import read_amounts
from crmlib.companies.own._table import HEADER, SPACES, Cells, Notes, Table, clean, rows_counted, rows_named, unwrapped

CONFLICT = "merge-conflict marker"

TOTAL = (
    r"(?:grand\s*total|sub\s*-?\s*total|totals?|sum|gesamt|gesamtsumme|summe|合\s*计|总\s*计|小\s*计|共\s*计|本页合计)"
)


def sort_rows(
    table: Table,
    source: str,
    notes: Notes,
    date_order: str | None,
    decimal: str | None,
    keep_refunds: bool,
    keep_duplicates: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give every row of the file a reason to be set aside, or none: then it is a transaction.

    Returns the transactions, and the rows that are set aside.
    """
    rows = np.arange(len(table)) + table.first
    reasons = np.full(len(rows), None, dtype=object)
    mark_debris(table, source, reasons)
    mark_unusable(table, source, rows, reasons)
    judged = np.flatnonzero(pd.isna(reasons))
    if not len(judged):
        raise ValueError(f"{source} has no row that can be used. {tally(reasons, rows)}")

    why = np.full(len(judged), None, dtype=object)
    title = {role: table.names[place] for role, place in table.roles.items()}
    cells = {role: table.columns[place].at(judged) for role, place in table.roles.items()}
    where = {role: f"{source}: column {name!r}" for role, name in title.items()}
    at = rows[judged]
    customers, unclear = read_customers(cells["customer"], title["customer"], notes)
    days, undated = read_days(cells["date"], title["date"], at, where["date"], date_order, table.epoch, notes)
    amounts, odd = read_amounts(cells["revenue"], title["revenue"], at, where["revenue"], decimal, notes)
    for role, found in (("customer", unclear), ("date", undated), ("revenue", odd)):
        refuse_mostly(found, at, cells[role], where[role], role)
        why = np.where(pd.isna(why), found, why)
    below = pd.isna(why) & (amounts < 0)
    if below.any():
        notes.add(
            "refunds", f"{rows_counted(below.sum())} below zero", "kept" if keep_refunds else "set aside, as you said"
        )
        if not keep_refunds:
            why[below] = "refund (below zero)"
    good = np.flatnonzero(pd.isna(why))
    again = duplicated(table, judged[good])
    if again.any():
        kept = (
            "kept, as you said"
            if keep_duplicates
            else "set aside: no line number or time tells them apart; keep_duplicates=True keeps them"
        )
        notes.add("duplicates", f"{rows_counted(again.sum())} like an earlier one in every column", kept)
        if not keep_duplicates:
            why[good[again]] = "duplicate (every column as in an earlier row)"
            good = good[~again]
    reasons[judged] = why
    if not len(good):
        raise ValueError(f"{source} has no row that can be used. {tally(reasons, rows)}")

    index = pd.Index(at[good], name="row")
    data = {"customer": customers[good], "date": days[good], "revenue": amounts[good]}
    frame = pd.DataFrame(data, index=index).astype({"customer": "str"})
    others = other_columns(table, judged[good], notes)
    if others:
        rest = pd.DataFrame({name: column.array for name, column in others.items()}, index=index)
        frame = pd.concat([frame, rest], axis=1)
    aside = np.flatnonzero(pd.notna(reasons) & (reasons != HEADER))
    texts = {"reason": pd.Series(reasons[aside], dtype="str"), "text": pd.Series(table.texts(aside), dtype="str")}
    return frame, pd.DataFrame({"row": rows[aside], **texts})


def mark_debris(table: Table, source: str, reasons: np.ndarray) -> None:
    """Write into `reasons` which rows are no data: the header, lines above it, blank lines, markers, tags, rules."""
    reasons[: max(table.header, 0)] = "above the header line"
    suspects = np.flatnonzero(table.columns[0].passes(lambda cell: cell.strip()[:1] in tuple("<>=|-+*_#~")))
    opened = None
    for place, text in zip(suspects, table.texts(suspects), strict=True):
        found = debris(text)
        if found is None:
            continue
        reasons[place] = found
        if text.lstrip().startswith("<<<<<<<"):
            opened = place
        elif text.lstrip().startswith(">>>>>>>") and opened is not None:
            inside = np.arange(opened, place)
            reasons[inside[reasons[inside] != CONFLICT]] = (
                "inside an unresolved merge conflict (two versions of these rows)"
            )
            opened = None
    if opened is not None:
        raise ValueError(
            f"{source}: row {opened + table.first} opens a merge conflict (<<<<<<<) that no row closes (>>>>>>>). "
            "Take a clean copy of the file, or resolve the conflict in an editor."
        )
    repeated = np.ones(len(reasons), dtype=bool)
    for place in table.roles.values():
        repeated &= table.columns[place].passes(lambda cell, name=table.names[place]: cell.strip() == name)
    reasons[repeated & pd.isna(reasons)] = "header line repeated"
    empty = np.ones(len(reasons), dtype=bool)
    empty[table.longer] = False
    for column in table.columns:
        empty &= column.empty()
    reasons[empty] = "blank line"
    if table.header >= 0:
        reasons[table.header] = HEADER


def debris(text: str) -> str | None:
    """Say what kind of debris a row is, if it is."""
    text = text.strip()
    if re.match(r"(<{7}|>{7}|={7}|\|{7})(\s|$)", text):
        return CONFLICT
    if re.match(r"</?[a-zA-Z!][^<>]*>", text):
        return "web page code (HTML)"
    if re.fullmatch(r"[-=+|_*#~\s,;]+", text) and re.search(r"[-=_*#~]{3}", text):
        return "ruler line"
    return None


def mark_unusable(table: Table, source: str, rows: np.ndarray, reasons: np.ndarray) -> None:
    """Write into `reasons` which rows are totals, have cells too many, or lack one of the three."""
    live = np.flatnonzero(pd.isna(reasons))
    blank = {role: table.columns[place].blank() for role, place in table.roles.items()}
    reasons[live[totals(table, live, blank)]] = "totals line"
    longer = np.array([place for place in table.longer if reasons[place] is None], dtype=int)
    if len(longer) > len(live) / 2:
        raise ValueError(
            f"{source}: {rows_counted(len(longer))} have more cells than the header line ({rows_named(rows[longer])}; row "
            f"{rows[longer[0]]} is {table.texts(longer[:1])[0]!r}). Either the header line lacks a name, or amounts have decimal "
            "commas in a file whose columns are parted by commas: export again with semicolons or as .xlsx."
        )
    reasons[longer] = "more cells than the header line"
    refuse_currencies(table, np.flatnonzero(pd.isna(reasons)), source)
    left = pd.isna(reasons)
    for role, place in table.roles.items():
        title = table.names[place]
        if left.any() and blank[role][left].all():
            raise ValueError(
                f"{source}: column {title!r} is blank in all {rows_counted(left.sum())}. Name another one: {role}='...'. "
                "(Formulas in Excel show their values only after Excel itself saved the workbook.)"
            )
        reasons[pd.isna(reasons) & blank[role]] = f"{title!r} is blank"


def totals(table: Table, live: np.ndarray, blank: dict[str, np.ndarray]) -> np.ndarray:
    """True for lines of totals: 'Total' in a row without customer or date, or as the customer of the last row."""

    def says_total(cell: str) -> object:
        return re.match(rf"{TOTAL}(?![a-z])", clean(cell).casefold())

    dates, customers = (table.columns[table.roles[role]] for role in ("date", "customer"))
    partial = (blank["date"] | blank["customer"] | dates.passes(says_total))[live]
    found = np.zeros(len(live), dtype=bool)
    for column in table.columns:
        found[partial] |= column.at(live[partial]).passes(says_total)
    last = customers.at(live[-1:])
    found[-1:] |= last.passes(lambda cell: re.fullmatch(rf"{TOTAL}\s*:?", clean(cell).casefold()))
    return found


def refuse_currencies(table: Table, live: np.ndarray, source: str) -> None:
    """Stop if a currency column shows that amounts cannot be added up."""
    for name, column in zip(table.names, table.columns, strict=True):
        if plain_name(name) in {"currency", "currencycode", "ccy", "währung", "币种", "货币", "币别"}:
            found = column.column.iloc[live[~column.blank()[live]]].astype(str).str.strip().unique()
            if len(found) > 1:
                raise ValueError(
                    f"{source}: column {name!r} names {len(found)} currencies ({listed(found)}), and amounts in different "
                    "currencies cannot be added. Convert them, or save each currency as a file of its own."
                )


def tally(reasons: np.ndarray, rows: np.ndarray) -> str:
    data = pd.notna(reasons) & (reasons != HEADER)
    groups = pd.Series(rows[data]).groupby(reasons[data], sort=False)
    return (
        " ".join(f"{rows_counted(len(group))}: {why} ({rows_named(group)})." for why, group in groups)
        or "It ends with the header line."
    )


def refuse_mostly(why: np.ndarray, rows: np.ndarray, cells: Cells, where: str, role: str) -> None:
    """Stop if most cells of a column cannot be used: it is not the column that was meant."""
    bad = np.flatnonzero(pd.notna(why))
    if len(bad) <= len(why) / 2:
        return
    advice = {
        "customer": "Export the customer numbers as text, or name the right column: customer='...'.",
        "date": "Write dates like 2024-03-05, or name the right column: date='...'.",
        "revenue": "Name the column that holds money: revenue='...'.",
    }
    raise ValueError(
        f"{where} cannot be read as {'money' if role == 'revenue' else f'a {role}'} in {len(bad):,} of {rows_counted(len(why))}: "
        f"{why[bad[0]]} ({rows_named(rows[bad])}; row {rows[bad[0]]} says {str(cells.column.iloc[bad[0]])!r}). {advice[role]}"
    )


def duplicated(table: Table, places: np.ndarray) -> np.ndarray:
    """True for rows that are the same as an earlier one in every column."""
    codes = {place: column.codes[places] for place, column in enumerate(table.columns)}
    return pd.DataFrame(codes).duplicated().to_numpy()


def read_customers(cells: Cells, title: str, notes: Notes) -> tuple[np.ndarray, np.ndarray]:
    """Return customer numbers as text, and why some cannot be used."""
    raw = [str(cell).strip(SPACES) for cell in cells.uniques]
    bare = [text if text.isalnum() else re.sub(r"^'(?=\d)", "", unwrapped(text)) for text in raw]
    if bare != raw:
        how = "a spreadsheet writes them so to keep leading zeros"
        notes.add("customer numbers", 'taken out of ="..." and \'...', how)
    whole = [text if text.isalnum() else re.sub(r"^(\d+)\.0+$", r"\1", text) for text in bare]
    if whole != bare:
        notes.add("customer numbers", "1001.0 is taken as 1001", "a program wrote whole numbers with decimals")
    damaged = ["+" in text and re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+\d+", text) is not None for text in whole]
    why = np.full(len(cells.codes), None, dtype=object)
    why[np.array(damaged, dtype=bool)[cells.codes]] = f"{title!r} has lost digits (a spreadsheet wrote it like 6.2E+18)"
    return np.array(whole, dtype=object)[cells.codes], why
