"""From a file to rows: text in any encoding with any separator, Excel workbooks, Parquet. Told by content, not by name."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmlib._frames import listed
from crmlib.companies.own._columns import HEADER_WITHIN, find_header, header_names, no_header
from crmlib.companies.own._table import SEPARATORS, Cells, Notes, Table, is_empty
from crmlib.companies.own.encoding import decode


def content(path: str | Path | io.IOBase) -> tuple[bytes | str, str]:
    """Return what the file holds, and its name for messages."""
    if isinstance(path, pd.DataFrame):
        raise TypeError("read_transactions reads files. A DataFrame can go to the analysis as it is.")
    if hasattr(path, "read"):
        data, source = path.read(), Path(str(getattr(path, "name", "the file"))).name
    elif isinstance(path, str | Path):
        file = Path(path).expanduser()
        source = file.name
        if file.is_dir():
            raise ValueError(f"{source!r} is a folder. Give the name of a file in it.")
        if not file.exists():
            beside = sorted(other.name for other in file.parent.glob("*") if other.is_file())
            there = f"In that folder are {listed(beside)}." if beside else "Its folder is empty or not there either."
            raise FileNotFoundError(
                f"There is no file {str(path)!r}. {there} Check the spelling, or give the whole path."
            )
        try:
            data = file.read_bytes()
        except PermissionError as error:
            raise ValueError(
                f"{source} cannot be opened. If it is open in Excel, close it there and try again."
            ) from error
    else:
        raise TypeError(f"path must be the name of a file or an open file, but it is a {type(path).__name__}.")
    if isinstance(data, bytes) and data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError) as error:
            raise ValueError(f"{source} is damaged or was cut short. Copy or download it again.") from error
    if not data.strip():
        raise ValueError(f"{source} is empty. Export it again.")
    kinds = {
        b"%PDF": "a PDF, which is for reading on paper. Export the table as CSV or .xlsx instead",
        b"\xd0\xcf\x11\xe0": "an old Excel file (.xls) or one with a password. Open it in Excel and save it as .xlsx without one",
    }
    for start, what in kinds.items():
        if isinstance(data, bytes) and data.startswith(start):
            raise ValueError(f"{source} is {what}.")
    return data, source


def plain_text(data: bytes | str, source: str, encoding: str | None, notes: Notes) -> str:
    """Return a file's text, or say that it is a web page or nothing."""
    if isinstance(data, str):
        text = data.removeprefix("\ufeff")
        notes.add("encoding", "none", "the file was opened as text")
    else:
        text, taken, because = decode(data, encoding, source)
        notes.add("encoding", taken, because)
    if not text.strip():
        raise ValueError(f"{source} is empty. Export it again.")
    head = text[:10_000].lstrip().lower()
    if head.startswith("<") and re.search(r"<(table|tr|\?xml|workbook)\b", head.replace("<?xml", "<?xml ")):
        raise ValueError(
            f"{source} is a web page (an HTML or XML table), whatever its name ends in. Open it in Excel, "
            "save it as .xlsx or as 'CSV UTF-8', and read that."
        )
    return text


def read_text(
    data: bytes | str, source: str, named: dict, separator: str | None, encoding: str | None, notes: Notes
) -> Table:
    text = plain_text(data, source, encoding, notes)
    separator, because = choose_separator(text, source, named, separator)
    notes.add("separator", SEPARATORS.get(separator, repr(separator)), because)
    head = next(text_blocks(text, separator, source))[:HEADER_WITHIN]
    header = find_header(head, named)
    if header is None:
        raise ValueError(no_header(head, source, named))
    names = header_names(head[header])
    columns, uneven = by_column(text_blocks(text, separator, source), len(names))
    return Table(header, names, columns, uneven, separator)


def text_blocks(text: str, separator: str, source: str, size: int = 200) -> Iterator[list[list[str]]]:
    """Yield rows as a spreadsheet shows them (a line break inside quotation marks does not begin one), block by block.

    In blocks, because a million small lists at once cost the garbage collector more time than reading them.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = lines = 0
    while True:
        try:
            block = list(islice(reader, size))
        except csv.Error as error:
            raise ValueError(
                f"{source}: line {reader.line_num} cannot be read ({error}). A quotation mark may be missing there or before."
            ) from None
        if not block:
            return
        if reader.line_num - lines > len(block):
            refuse_swallowed(block, separator, source, rows)
        rows, lines = rows + len(block), reader.line_num
        yield block


def refuse_swallowed(block: list[list[str]], separator: str, source: str, before: int) -> None:
    """Stop at a quotation mark that is not closed in its row: the rows behind it stand in one of its cells."""
    width = max(2, int(np.median([len(cells) for cells in block])) - 1)
    for number, cells in enumerate(block, start=before + 1):
        for cell in cells:
            if ("\n" in cell or "\r" in cell) and any(line.count(separator) >= width for line in cell.splitlines()[1:]):
                raise ValueError(
                    f"{source}: in row {number} a quotation mark opens that is not closed in its row, so that the rows "
                    'behind it would be swallowed. Correct that row: a " inside a text is written twice ("").'
                )


def choose_separator(text: str, source: str, named: dict, separator: str | None) -> tuple[str, str]:
    if separator is not None:
        return separator, "you said so"
    said = re.match(r'"?sep=(.)"?\r?\n', text)
    if said:
        return said.group(1), "the first line says so"
    fits, counts = [], {}
    head = text[:200_000]
    for mark in SEPARATORS:
        rows = []
        with contextlib.suppress(csv.Error):  # a missing quotation mark is told when all rows are read
            rows.extend(islice(csv.reader(io.StringIO(head, newline=""), delimiter=mark), HEADER_WITHIN))
        counts[mark] = int(np.median([len(cells) for cells in rows])) if rows else 0
        if find_header(rows, named) is not None:
            fits.append(mark)
    if len(fits) == 1:
        return fits[0], "with it the header line shows the three columns"
    if fits:
        names = listed([SEPARATORS[mark] for mark in fits]).replace("'", "")
        raise ValueError(f"{source}: the columns can be parted by {names}. Say separator={fits[0]!r} or {fits[1]!r}.")
    return max(counts, key=counts.__getitem__), "it parts the rows into most columns"


def by_column(blocks: Iterable[list[list]], width: int) -> tuple[list[Cells], dict[int, list]]:
    """Turn rows into `width` columns; rows of another length are filled up or cut, and kept whole beside."""
    columns: list[list] = [[] for _ in range(width)]
    uneven, start = {}, 0
    for block in blocks:
        if set(map(len, block)) != {width}:
            for place, cells in enumerate(block):
                if len(cells) != width:
                    uneven[start + place] = cells
                    block[place] = (cells + [""] * (width - len(cells)))[:width]
        for column, cells in zip(columns, zip(*block, strict=True), strict=True):
            column.extend(cells)
        start += len(block)
    return [Cells(pd.Series(cells, dtype=object)) for cells in columns], uneven


def open_sheets(
    data: bytes, source: str, sheet: str | None = None, most: int | None = None
) -> tuple[dict[str, list[list]], str]:
    """Return the rows of each sheet of a workbook, or of one, by its name; and the day that its day numbers count from.

    most : rows of a sheet that are read; None reads all.
    """
    try:
        inside = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile:
        raise ValueError(f"{source} is damaged or was cut short. Copy or download it again.") from None
    if "xl/workbook.xml" not in inside:
        raise ValueError(
            f"{source} is a packed file, but no Excel workbook (.xlsx). It holds {listed(inside, most=3)}. Unpack it, or save "
            "the table as .xlsx or CSV, and read that."
        )
    try:
        import openpyxl
    except ImportError:
        raise ModuleNotFoundError(
            f"{source} is an Excel workbook; reading it needs the package openpyxl. Install it with `pip install openpyxl`, or "
            "save the sheet in Excel as 'CSV UTF-8' and read that."
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and filters that it cannot keep: no cell is touched
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = {page.title: page for page in book.worksheets}
            rows = {title: sheet_rows(page, most) for title, page in sheets.items() if sheet in (None, title)}
        except (
            zipfile.BadZipFile,
            KeyError,
            ValueError,
            SyntaxError,
        ) as error:  # SyntaxError: the XML inside breaks off
            raise ValueError(f"{source} is a damaged Excel workbook. Copy or download it again.") from error
    if not rows:
        raise ValueError(f"{source} has no sheet {sheet!r}. Its sheets are {listed(sheets, most=12)}.")
    return rows, f"{book.epoch:%Y-%m-%d}"


def read_excel(data: bytes, source: str, named: dict, sheet: str | None, notes: Notes) -> Table:
    rows, epoch = open_sheets(data, source, sheet)
    found = {title: find_header(cells[:HEADER_WITHIN], named) for title, cells in rows.items()}
    fits = [title for title, header in found.items() if header is not None]
    if len(fits) > 1:
        calls = " or ".join(f"sheet={title!r}" for title in fits)
        raise ValueError(f"{source} has {len(fits)} sheets with the three columns. Say {calls}.")
    if not fits:
        title = max(rows, key=lambda name: len(rows[name]))
        raise ValueError(no_header(rows[title][:HEADER_WITHIN], f"{source}, sheet {title!r}", named))
    (title,) = fits
    notes.add("sheet", title, "you said so" if sheet is not None else "the only one with the three columns")
    names = header_names(rows[title][found[title]])
    width = max(map(len, rows[title]))  # a note beside the table is a column of its own: in a sheet no cell can slip
    names += [""] * (width - len(names))
    columns, uneven = by_column([rows[title]], width)
    return Table(found[title], names, columns, uneven, epoch=epoch)


def sheet_rows(page: Any, most: int | None = None) -> list[list]:
    """Return the cells of a sheet row by row, without empty ones at the end of a row and empty rows at the end."""
    page.reset_dimensions()  # some programs write a wrong size of the sheet, and cells would be missed
    rows = [list(cells) for cells in page.iter_rows(max_row=most, values_only=True)]
    for cells in rows:
        while cells and is_empty(cells[-1]):
            cells.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def parquet_frame(data: bytes, source: str) -> pd.DataFrame:
    """Return what a Parquet file holds, a named index as columns."""
    try:
        frame = pd.read_parquet(io.BytesIO(data))
    except ImportError:
        raise ModuleNotFoundError(
            f"{source} is a Parquet file; reading it needs the package pyarrow. Install it with `pip install pyarrow`, or "
            "export the table as CSV."
        ) from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{source} is a damaged Parquet file. Copy or download it again.") from error
    return frame.reset_index() if any(name is not None for name in frame.index.names) else frame


def read_parquet(data: bytes, source: str, notes: Notes) -> Table:
    frame = parquet_frame(data, source)
    notes.add("file", "Parquet", "its first bytes say so; row 2 is the first data row")
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
    columns = [column.astype(object) if column.dtype == "category" else column for column in columns]
    return Table(-1, [str(name) for name in frame.columns], [Cells(column) for column in columns])
