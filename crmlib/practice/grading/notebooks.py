"""Read a notebook that a stranger wrote: its code cells, what it says of itself, and what is odd about it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

MOST_CELLS, MOST_CODE = 2_000, 2_000_000


class Unreadable(ValueError):
    """The file is not a notebook that can be run; the text says why, in a sentence for the instructor."""


@dataclass(frozen=True)
class Notebook:
    """A notebook as it will be run.

    cells : source text of its code cells, in order.
    texts : source of all other cells.
    exercise, version : what the course stamped into it, or empty.
    notes : sentences about what was found odd in reading it.
    """

    cells: list[str]
    texts: list[str] = field(default_factory=list)
    exercise: str = ""
    version: str = ""
    notes: list[str] = field(default_factory=list)

    def answers_in_text(self, variables: dict[str, str]) -> list[str]:
        """Return the questions whose variable is set in a cell that is no code cell."""
        together = "\n".join(self.texts)
        return [
            question
            for question, name in variables.items()
            if re.search(rf"^\s*{re.escape(name)}\s*=[^=]", together, re.MULTILINE)
        ]


def read_notebook(content: bytes) -> Notebook:
    """Read the bytes of an .ipynb file: any nbformat from 3 on, with or without byte order mark.

    Raises
    ------
    Unreadable : it is empty, another kind of file, cut off, or has no cells.
    """
    if not content.strip():
        raise Unreadable("The file is empty.")
    for start, kind in {b"PK": "a zip or Office file", b"%PDF": "a PDF file", b"\x89PNG": "a picture"}.items():
        if content.startswith(start):
            raise Unreadable(f"It is {kind}, although its name ends in .ipynb.")
    try:
        said = json.loads(content.decode(json.detect_encoding(content)))
    except RecursionError:
        raise Unreadable("It is not a notebook: its data are nested without end.") from None
    except ValueError:
        if content.lstrip()[:1] == b"<":
            raise Unreadable("It is a web page (HTML), although its name ends in .ipynb.") from None
        raise Unreadable("It is not a notebook, or one that was cut off on its way: it is no valid JSON.") from None
    if not isinstance(said, dict):
        raise Unreadable("It is not a notebook: it has no cells.")
    notes = []
    cells = said.get("cells")
    if cells is None and isinstance(said.get("worksheets"), list):
        cells = [cell for sheet in said["worksheets"] if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
        notes.append("It is in the old notebook format 3.")
    if not isinstance(cells, list):
        raise Unreadable("It is not a notebook: it has no cells.")
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"It has {len(cells):,} cells; at most {MOST_CELLS:,} are run.")
    code, texts, odd = [], [], 0
    for cell in cells:
        source = _source(cell)
        if source is None:
            odd += 1
        elif cell.get("cell_type") == "code":
            code.append(source)
        else:
            texts.append(source)
    if odd:
        notes.append(f"{odd} of its cells are damaged and were left out.")
    if not code:
        raise Unreadable("It has no code cell.")
    if sum(map(len, code)) > MOST_CODE:
        raise Unreadable(f"Its code has more than {MOST_CODE:,} characters.")
    metadata = said.get("metadata")
    stamp = metadata.get("crm") if isinstance(metadata, dict) else None
    stamp = stamp if isinstance(stamp, dict) else {}
    exercise, version = (str(stamp.get(name) or "")[:40] for name in ("exercise", "version"))
    return Notebook(code, texts, exercise, version, notes)


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _source(cell: object) -> str | None:
    """Return the text of a cell, or None where it has none. Format 3 calls the text of a code cell `input`."""
    if not isinstance(cell, dict):
        return None
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    return source.encode("utf-8", "replace").decode()  # half a character, which no file could be written with
