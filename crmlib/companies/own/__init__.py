"""A firm's own purchase log: CSV, Excel and Parquet exports as they come, read without guessing.

What decides nothing is asked for, what cannot be used is set aside with its row number, and every row of the file but
the header line is in the result, once.
"""

from __future__ import annotations

import html
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crmlib.companies.own._columns import choose_columns
from crmlib.companies.own._dates import ORDERS
from crmlib.companies.own._files import content, read_excel, read_parquet, read_text
from crmlib.companies.own._money import MARKS
from crmlib.companies.own._rows import sort_rows
from crmlib.companies.own._table import Notes, rows_counted, rows_named


@dataclass(frozen=True, eq=False)
class OwnTransactions:
    """A purchase log that was read from a file, with what was understood and what was set aside.

    Attributes
    ----------
    transactions : one row per transaction (index `row`: its row in the file, as a spreadsheet shows it); columns
        `customer` (text), `date` (datetime64, the day), `revenue` (float, in the file's currency, refunds negative), then
        the file's other columns as they were.
    understood : one row per decision; columns `what`, `taken`, `because`.
    set_aside : one row per row of the file that is not a transaction; columns `row` (as a spreadsheet shows it),
        `reason`, `text` (what the row says).
    source : name of the file.
    """

    transactions: pd.DataFrame
    understood: pd.DataFrame
    set_aside: pd.DataFrame
    source: str

    @property
    def reasons(self) -> pd.DataFrame:
        """Why rows were set aside: one row per reason, columns `reason`, `rows` (count), `where` (first row numbers)."""
        groups = self.set_aside.groupby("reason", sort=False)["row"]
        counts = pd.DataFrame({"rows": groups.size(), "where": groups.agg(lambda rows: rows_named(rows, most=4))})
        return counts.sort_values("rows", ascending=False, kind="stable").reset_index()

    def _headline(self) -> str:
        log = self.transactions
        return (
            f"{self.source}: {rows_counted(len(log), 'transaction')} of {rows_counted(log['customer'].nunique(), 'customer')}, "
            f"{log['date'].min():%Y-%m-%d} to {log['date'].max():%Y-%m-%d}, revenue {log['revenue'].sum():,.2f}. "
            f"{rows_counted(len(self.set_aside))} set aside."
        )

    def __repr__(self) -> str:
        lines = [self._headline(), "Understood:"]
        width = self.understood["what"].str.len().max()
        for what, taken, because in self.understood.itertuples(index=False):
            lines.append(f"  {what:<{width}}  {taken}  ({because})" if because else f"  {what:<{width}}  {taken}")
        if len(self.set_aside):
            lines.append("Set aside:")
            lines += [
                f"  {rows:>6,}  {reason} ({where})" for reason, rows, where in self.reasons.itertuples(index=False)
            ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            parts = [f"<p>{html.escape(self._headline())}</p>", self.understood.to_html(index=False)]
            if len(self.set_aside):
                parts += ["<p>Set aside:</p>", self.reasons.to_html(index=False)]
        return "\n".join(parts)


def read_transactions(
    path: str | Path | io.IOBase,
    customer: str | None = None,
    date: str | None = None,
    revenue: str | None = None,
    *,
    date_order: str | None = None,
    decimal: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    keep_refunds: bool = True,
    keep_duplicates: bool = False,
) -> OwnTransactions:
    """Read a firm's purchase log as it was exported, say what was understood, and set aside what cannot be used.

    Nothing that the file leaves open is guessed: 03/04/2024 in a column where every date could be both, 1.234 in a column
    where no amount shows which mark is the decimal one, two columns that could both be the date. Reading then stops with
    a sentence that says which argument to give. Rows that are identical in every column (so without a line number or time
    that tells them apart) are taken for the same purchase exported twice: the first is kept, the others are set aside.
    Between the markers of a merge conflict stand two versions of the same rows: all are set aside.

    Parameters
    ----------
    path : file name, or an open file. CSV and the like (also .gz), Excel (.xlsx) or Parquet: told by content, not by name.
    customer, date, revenue : names of the three columns; None looks for usual English, German and Chinese names.
    date_order : "day", "month" or "year": what stands first in dates such as 03/04/2024 or 03/04/24.
    decimal : decimal mark of amounts, "." or ",".
    separator : what stands between two columns; None tries comma, semicolon, tab and vertical bar.
    encoding : character encoding, such as "utf-8", "gb18030", "cp1252"; None tells it from the file.
    sheet : name of the sheet of an Excel workbook; None takes the only one with the three columns.
    keep_refunds : keep rows below zero (counted in `understood`); False sets them aside.
    keep_duplicates : keep rows that are identical in every column to an earlier one; False sets them aside.

    Returns
    -------
    OwnTransactions with `transactions` (one row per purchase or refund; customer, date, revenue and the other columns),
    `understood` (what, taken, because) and `set_aside` (row, reason, text). Rows of `transactions` and `set_aside`
    together are all rows of the file but the header line. Times of day are cut off, and the day is taken as it is
    written, whatever the time zone.

    Raises
    ------
    FileNotFoundError if there is no such file; ModuleNotFoundError if Excel or Parquet needs a package that is not
    installed; TypeError if `path` is no file; ValueError for a file that cannot be read or leaves a question open. Each
    message names the column, the rows and what to do.

    >>> import io
    >>> export = io.StringIO("会员号;日期;金额\\n0017;31.12.2024;¥1.234,50\\n0018;2.1.2025;(20,00)\\n;3.1.2025;5,00")
    >>> own = read_transactions(export)
    >>> own.transactions
        customer       date  revenue
    row
    2       0017 2024-12-31   1234.5
    3       0018 2025-01-02    -20.0
    >>> own.set_aside
       row          reason           text
    0    4  '会员号' is blank  ;3.1.2025;5,00
    >>> own.understood.query("what == 'date order'")["because"].item()
    "row 2: '31.12.2024' can only be day, month, year"
    """
    _check_arguments(date_order, decimal, separator)
    data, source = content(path)
    named = {"customer": customer, "date": date, "revenue": revenue}
    notes = Notes()
    if isinstance(data, bytes) and data[:4] == b"PAR1":
        table = read_parquet(data, source, notes)
    elif isinstance(data, bytes) and data[:4] == b"PK\x03\x04":
        table = read_excel(data, source, named, sheet, notes)
    else:
        table = read_text(data, source, named, separator, encoding, notes)
    choose_columns(table, source, named, notes)
    transactions, set_aside = sort_rows(table, source, notes, date_order, decimal, keep_refunds, keep_duplicates)
    understood = pd.DataFrame(notes, columns=["what", "taken", "because"])
    return OwnTransactions(transactions, understood, set_aside, source)


def _check_arguments(date_order: str | None, decimal: str | None, separator: str | None) -> None:
    for name, value, known in (("date_order", date_order, ORDERS), ("decimal", decimal, MARKS)):
        if value is not None and value not in known:
            raise ValueError(f"{name} must be {' or '.join(map(repr, known))}, but it is {value!r}.")
    if separator is not None and (not isinstance(separator, str) or len(separator) != 1 or separator in '\r\n"'):
        raise ValueError(
            f"separator must be one character, such as ';' or ',' or '\\t' (tab), but it is {separator!r}."
        )
