"""A class that goes wrong in every way: submissions made from the exercise's own notebooks, for tests and benchmark.

`good` is the key of the exercise. Each maker takes it and returns the bytes that a student hands in, under which name, and
which of the answers still count.
"""

from __future__ import annotations

import copy
import io
import json
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crmlib.practice.declare import questions_of, version
from crmlib.practice.variants import sheet

ROOT = Path(__file__).resolve().parents[3]
ALL, SOME, NONE, ANY = "all", "some", "none", "any"


@dataclass(frozen=True)
class Broken:
    """One way to go wrong.

    name : of the way. file : what it is handed in as. make : key -> bytes. earns : ALL, SOME or NONE of the points (ANY: it depends).
    note : words that the row's note must hold, or nothing.
    """

    name: str
    make: Callable[[dict], bytes]
    earns: str
    note: str = ""
    file: str = "02_customer_pyramid.ipynb"


def notebook(name: str) -> dict:
    """Return a notebook of the project."""
    return json.loads((ROOT / name).read_text("utf-8"))


def key_for(student: str, exercise: str = "exercises/solutions/02_customer_pyramid.ipynb") -> dict:
    """Return the key as this student would hand it in."""
    return named(notebook(exercise), student)


def answers_of(student: str) -> dict[str, object]:
    """Return {variable: right answer} on a student's data."""
    about = sheet("02", student)
    texts = {"text": "The advisers should go to the customers with the most profit."}
    found = {}
    for question in questions_of("02"):
        right = texts.get(question.kind, about[question.name].right)
        found[question.variable] = sorted(right) if isinstance(right, frozenset) else right
    return found


def short_key_for(student: str) -> dict:
    """Return a notebook that holds the right answers and computes nothing: it runs in a tenth of the key's time."""
    cells = [
        code(f'student = "{student}"'),
        *(code(f"{name} = {value!r}") for name, value in answers_of(student).items()),
    ]
    stamp = {"exercise": "02", "version": version("02")}
    return {"cells": cells, "metadata": {"crm": stamp}, "nbformat": 4, "nbformat_minor": 5}


def named(content: dict, student: str) -> dict:
    content = copy.deepcopy(content)
    for cell in content["cells"]:
        if cell["cell_type"] == "code" and "".join(cell["source"]).startswith("student ="):
            cell["source"] = f'student = "{student}"'
    return content


def code(source: str) -> dict:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}


def packed(content: dict) -> bytes:
    return json.dumps(content).encode()


def with_cell(source: str, place: int | None = None) -> Callable[[dict], bytes]:
    """Return a maker that puts one cell of code in: at the end, or before cell `place`."""

    def make(key: dict) -> bytes:
        content = copy.deepcopy(key)
        content["cells"].insert(len(content["cells"]) if place is None else place, code(source))
        return packed(content)

    return make


def changed(change: Callable[[dict], object]) -> Callable[[dict], bytes]:
    def make(key: dict) -> bytes:
        content = copy.deepcopy(key)
        return packed(change(content) or content)

    return make


def reverse(content: dict) -> None:
    content["cells"].reverse()


def without_answers(content: dict) -> None:
    content["cells"] = [cell for cell in content["cells"] if "top20_" not in "".join(cell["source"])]


def twice(content: dict) -> None:
    content["cells"] = [cell for cell in content["cells"] for _ in range(2)]


def retyped(content: dict) -> None:
    for cell in content["cells"]:
        if "above_100 =" in "".join(cell["source"]):
            cell["cell_type"] = "markdown"


def old_format(content: dict) -> dict:
    cells = [
        {"cell_type": "code", "input": cell["source"], "outputs": [], "language": "python"}
        if cell["cell_type"] == "code"
        else cell
        for cell in content["cells"]
    ]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": content["metadata"], "worksheets": [{"cells": cells}]}


def stamped(**stamp: str) -> Callable[[dict], bytes]:
    def change(content: dict) -> None:
        content["metadata"]["crm"] = stamp

    return changed(change)


def zipped(*entries: tuple[str, bytes], link: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if link:
                entry.create_system = 3
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, content)
    return file.getvalue()


BROKEN = [
    Broken("raises in the first cell", with_cell("1 / 0", 0), ALL, "ZeroDivisionError"),
    Broken("is no Python", with_cell("this is no python", 0), ALL, "SyntaxError"),
    Broken("never ends", with_cell("while True: pass"), ALL, "stopped after"),
    Broken("sleeps", with_cell("import time; time.sleep(1e6)"), ALL, "stopped after"),
    Broken("never ends at the start", with_cell("while True: pass", 0), NONE, "stopped after"),
    Broken(
        "eats memory",
        with_cell("hoard = []\nwhile True: hoard.append(bytearray(50_000_000))"),
        ALL,
        "memory|MemoryError",
    ),
    Broken(
        "deletes files",
        with_cell(
            "import os, pathlib, shutil, crmlib\n"
            "for folder in (pathlib.Path.home(), pathlib.Path(crmlib.__file__).parent):\n"
            "    shutil.rmtree(folder, ignore_errors=True)"
        ),
        ALL,
    ),
    Broken("prints 100 MB", with_cell("for _ in range(100): print('x' * 1_000_000)"), ALL, "printed more than"),
    Broken("cells moved", changed(reverse), ANY),
    Broken("cells deleted", changed(without_answers), SOME),
    Broken("cells doubled", changed(twice), ALL),
    Broken("a cell retyped", changed(retyped), SOME, "stands in a text cell"),
    Broken("an Office file", lambda key: b"PK\x03\x04rest", NONE, "Office file"),
    Broken("a web page", lambda key: b"<!DOCTYPE html><html></html>", NONE, "web page"),
    Broken("a text file", lambda key: b"my answers", NONE, "not a notebook", "answers.docx"),
    Broken("empty", lambda key: b"", NONE, "empty"),
    Broken("cut off", lambda key: packed(key)[:5000], NONE, "cut off"),
    Broken("no cells", lambda key: b"{}", NONE, "no cells"),
    Broken("a list", lambda key: b"[1, 2]", NONE, "no cells"),
    Broken("nested without end", lambda key: b'{"cells":' + b"[" * 200_000, NONE, "nested|no valid JSON"),
    Broken("damaged cells", changed(lambda c: c["cells"].extend([None, 3, {"cell_type": "code"}])), ALL, "damaged"),
    Broken("huge", lambda key: packed(key) + b" " * 26_000_000, NONE, "at most 25"),
    Broken("byte order mark", lambda key: b"\xef\xbb\xbf" + packed(key), ALL),
    Broken("UTF-16", lambda key: json.dumps(key).encode("utf-16"), ALL),
    Broken("old format 3", changed(old_format), ALL, "format 3"),
    Broken("wrong id", lambda key: packed(named(key, "somebody")), ANY, "student = 'somebody'"),
    Broken("still a guest", lambda key: packed(named(key, "guest")), ANY, "student = 'guest'"),
    Broken("ends itself", with_cell("import os; os._exit(0)"), ALL, "ended its own process"),
    Broken("leaves politely", with_cell("import sys; sys.exit()"), ALL, "SystemExit"),
    Broken("recursion", with_cell("def f(): return f()\nf()"), ALL, "RecursionError"),
    Broken("forks", with_cell("import os\nwhile True: os.fork()"), ALL, "processes|memory|ended its own"),
    Broken("another exercise", stamped(exercise="07", version="x"), ALL, "exercise 07"),
    Broken("another version", stamped(exercise="02", version="x"), ALL, "another version"),
    Broken("no stamp", stamped(), ALL, "lost the course's stamp"),
    Broken("zip-slip", lambda key: zipped(("../../02.ipynb", packed(key))), NONE, "leads out", "work.zip"),
    Broken("zip bomb", lambda key: zipped(("02.ipynb", bytes(60_000_000))), NONE, "unpacks to far more", "work.zip"),
    Broken("damaged zip", lambda key: zipped(("02.ipynb", packed(key)))[:900], NONE, "damaged", "work.zip"),
    Broken("a link in a zip", lambda key: zipped(("a.ipynb", b"/etc/passwd"), link=True), NONE, "link", "work.zip"),
    Broken("in a zip", lambda key: zipped(("02/02 work.ipynb", packed(key))), ALL, "", "work.zip"),
]
