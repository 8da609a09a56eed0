"""Which column of a firm's own export is what: its first rows to look at, and the purchase log that a choice of columns gives.

What the form of `map_columns` shows and does, without the form. The steps are the reader's own, so that the first rows stand in the
columns in which the whole file will be read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from crmlib._frames import listed
from crmlib.companies.own import OwnTransactions, read_transactions
from crmlib.companies.own._columns import HEADER_WITHIN, candidates, find_header, header_names, plain_name
from crmlib.companies.own._files import choose_separator, content, open_sheets, parquet_frame, plain_text, text_blocks
from crmlib.companies.own._table import Notes, is_missing

NEEDED = ("customer", "date", "amount")
ROLES = (*NEEDED, "product")
LOOKED_AT = 2 * HEADER_WITHIN  # rows of a file or sheet, of which the header line is one
_CALLED = {"customer": "customer", "date": "date", "amount": "revenue"}  # the form's words, and read_transactions's
_PRODUCTS = """product productid productname productgroup item itemname article category kind type sku produkt artikel warengruppe
    产品 产品名称 商品 商品名称 商品编号 品类 类别 货号 产品类别 商品类别"""


@dataclass(frozen=True, eq=False)
class FirstRows:
    """The beginning of an export, before any column is chosen.

    source : name of the file. sheets : of a workbook; none for another file. sheet : the one shown.
    rows : the first rows under the header line, as text. guess : {role: column with a usual name of it, or None}.
    """

    source: str
    sheets: tuple[str, ...]
    sheet: str | None
    rows: pd.DataFrame
    guess: dict[str, str | None]


def reopener(path: str | Path | io.IOBase) -> Callable[[], str | Path | io.IOBase]:
    """Return a function that gives the file from its beginning, again and again; an open file can be read only once.

    >>> again = reopener(io.StringIO("customer;date;amount"))
    >>> again().read() == again().read()
    True
    """
    if isinstance(path, str | Path):
        return lambda: path  # read anew each time: it may have been mended meanwhile
    data, source = content(path)

    def again() -> io.IOBase:
        file = io.StringIO(data) if isinstance(data, str) else io.BytesIO(data)
        file.name = source
        return file

    return again


def first_rows(path: str | Path | io.IOBase, sheet: str | None = None, most: int = 5) -> FirstRows:
    """Look at the first rows of an export, whatever its columns are called.

    Parameters
    ----------
    path : file name or open file, as for `read_transactions`.
    sheet : of a workbook; None takes the one with most rows.
    most : rows shown under the header line.

    Returns
    -------
    FirstRows. The header line is the first row that has usual names, or else the first with most cells that are words.

    Raises
    ------
    FileNotFoundError, ValueError : no such file; it is no table; no row looks like a header line; no such sheet.
    ModuleNotFoundError : Excel or Parquet needs a package that is not installed.

    >>> look = first_rows(io.StringIO("Whom;When;Goods;Betrag\\nAnna;2025-03-01;tea;12,50\\nBen;2025-03-04;cake;8,00"))
    >>> look.rows
       Whom        When Goods Betrag
    0  Anna  2025-03-01   tea  12,50
    1   Ben  2025-03-04  cake   8,00
    >>> look.guess
    {'customer': None, 'date': None, 'amount': 'Betrag', 'product': None}
    """
    data, source = content(path)
    if isinstance(data, bytes) and data[:4] == b"PAR1":
        frame = parquet_frame(data, source)
        pages = {None: [list(frame.columns), *frame.head(most).itertuples(index=False, name=None)]}
    elif isinstance(data, bytes) and data[:4] == b"PK\x03\x04":
        pages, _ = open_sheets(data, source, most=LOOKED_AT)
    else:
        pages = {None: _lines(data, source)}
    if sheet is not None and sheet not in pages:
        raise ValueError(f"{source} has no sheet {sheet!r}. Its sheets are {listed(pages, most=12)}.")
    shown = sheet if sheet is not None else max(pages, key=lambda name: len(pages[name]))
    names, rows = _under_header(pages[shown], source)
    cells = [[_text(cell) for cell in [*row, *[None] * len(names)][: len(names)]] for row in rows[:most]]
    guess = _guess(names)
    sheets = tuple(str(name) for name in pages if name is not None)
    return FirstRows(source, sheets, shown, pd.DataFrame(cells, columns=names, dtype=object), guess)


def _lines(data: bytes | str, source: str) -> list[Sequence]:
    text = plain_text(data, source, None, Notes())
    separator, _ = choose_separator(text, source, dict.fromkeys(_CALLED.values()), None)
    return next(text_blocks(text, separator, source, LOOKED_AT))


def _under_header(rows: Sequence[Sequence], source: str) -> tuple[list[str], Sequence[Sequence]]:
    """Return the names of the header line, and what stands under it."""
    head = rows[:HEADER_WITHIN]
    place = find_header(head, dict.fromkeys(_CALLED.values()))
    if place is None:
        words = [sum(_is_word(name) for name in header_names(row)) for row in head]
        place = words.index(max(words)) if words and max(words) >= len(NEEDED) else None
    if place is None:
        raise ValueError(
            f"{source}: none of the first rows names three columns. Write a header line as its first row: "
            "customer, date, amount."
        )
    names = header_names(head[place])
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise ValueError(f"{source} has more than one column {listed(sorted(twice))}. Give them different names.")
    return names, [row for row in rows[place + 1 :] if any(_text(cell) for cell in row)]


def _is_word(name: str) -> bool:
    return bool(name) and not name[0].isdigit() and any(letter.isalpha() for letter in name)


def _text(cell: object) -> str:
    if is_missing(cell):
        return ""
    return f"{cell:%Y-%m-%d}" if isinstance(cell, pd.Timestamp) or hasattr(cell, "strftime") else str(cell).strip()


def _guess(names: Sequence[str]) -> dict[str, str | None]:
    places = candidates(names, dict.fromkeys(_CALLED.values()))
    fits = {role: [names[place] for place in places[called]] for role, called in _CALLED.items()}
    fits["product"] = [name for name in names if plain_name(name) in _PRODUCTS.split()]
    return {role: found[0] if len(found) == 1 else None for role, found in fits.items()}


def check_choice(columns: Mapping[str, str | None]) -> dict[str, str]:
    """Return the columns that were chosen, or say what is still to choose.

    Parameters
    ----------
    columns : role -> name of a column, or None. The roles are customer, date, amount and, if there is one, product.

    Raises
    ------
    ValueError : an unknown role; customer, date or amount is not chosen; one column was chosen twice.

    >>> check_choice({"customer": "会员号", "date": "日期", "amount": None})
    Traceback (most recent call last):
    ...
    ValueError: Choose the column of the amount.
    """
    unknown = [role for role in columns if role not in ROLES]
    if unknown:
        raise ValueError(f"There is no role {listed(unknown)}. The roles are {listed(ROLES)}.")
    chosen = {role: columns[role] for role in ROLES if columns.get(role) is not None}
    open_ = [role for role in NEEDED if role not in chosen]
    if open_:
        raise ValueError(f"Choose the column of the {' and of the '.join(open_)}.")
    for name in chosen.values():
        roles = [role for role, other in chosen.items() if other == name]
        if len(roles) > 1:
            raise ValueError(f"Column {name!r} is chosen twice: as {' and as '.join(roles)}. Choose another one.")
    return chosen


def read_chosen(path: str | Path | io.IOBase, columns: Mapping[str, str | None], **settings: object) -> OwnTransactions:
    """Read a purchase log with the columns that somebody chose.

    Parameters
    ----------
    path : as for `read_transactions`.
    columns : role -> name of a column, see `check_choice`.
    settings : of `read_transactions`: date_order, decimal, keep_duplicates, sheet.

    Returns
    -------
    OwnTransactions. The chosen product is the column `product` of its `transactions`.

    Raises
    ------
    As `check_choice` and `read_transactions`.

    >>> export = io.StringIO("Whom;When;Goods;Betrag\\nAnna;2025-03-01;tea;12,50\\nBen;2025-03-04;cake;8,00")
    >>> read_chosen(export, {"customer": "Whom", "date": "When", "amount": "Betrag", "product": "Goods"}).transactions
        customer       date  revenue product
    row
    2       Anna 2025-03-01     12.5     tea
    3        Ben 2025-03-04      8.0    cake
    """
    chosen = check_choice(columns)
    called = {_CALLED[role]: chosen[role] for role in NEEDED}
    own = read_transactions(path, **called, **settings)
    if "product" not in chosen:
        return own
    log, name = own.transactions, chosen["product"]
    place = [column for column in log.columns[3:] if column == name or str(column).startswith(f"{name} (")]
    if not place:
        raise ValueError(f"{own.source} has no column {name!r} for the product. Choose another one, or none.")
    names = {place[0]: "product"} | (
        {"product": "product (in the file)"} if "product" in log and name != "product" else {}
    )
    said = pd.DataFrame([("product", f"column {name!r}", "you said so")], columns=own.understood.columns)
    understood = pd.concat([own.understood, said], ignore_index=True)
    return replace(own, transactions=log.rename(columns=names), understood=understood)


def code_of(source: str, columns: Mapping[str, str | None], **settings: object) -> str:
    """Write the line of Python that reads the file in the same way without the form.

    >>> print(code_of("shop.csv", {"customer": "Whom", "date": "When", "amount": "Betrag"}, decimal=","))
    log = crm.read_transactions(
        "shop.csv",
        customer="Whom",
        date="When",
        revenue="Betrag",
        decimal=",",
    ).transactions
    """
    chosen = check_choice(columns)
    named = {_CALLED[role]: chosen[role] for role in NEEDED} | settings
    lines = [f"    {_quoted(source)},", *(f"    {name}={_quoted(value)}," for name, value in named.items())]
    after = f'\nlog = log.rename(columns={{{_quoted(chosen["product"])}: "product"}})' if "product" in chosen else ""
    return "\n".join(["log = crm.read_transactions(", *lines, ").transactions"]) + after


def _quoted(value: object) -> str:
    """Return a value as Python reads it, text between double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
