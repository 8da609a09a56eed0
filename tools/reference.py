"""The course's reference pages, gathered from the lessons: glossary, concepts and functions, bibliography.

A term is defined in the lesson that teaches it, a work is cited where it is used, and each page here only gathers them. What no lesson
can say stands in two tables beside the lessons: `concepts.toml` (where a concept is taught, what computes it, how that was checked)
and `bibliography.toml` (which works were looked up, and how much of them was read).
"""

from __future__ import annotations

import importlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
TERMS = "| term | 中文 | meaning |"
READ = {
    "whole": "read",
    "part": "read in part",
    "abstract": "abstract read",
    "reported": "as reported by others",
    "memory": "from memory",
}


@dataclass(frozen=True)
class Term:
    """A term of the glossary: in English, in Chinese, what it means, and the lessons that define it (00, 01 ...)."""

    english: str
    chinese: str
    meaning: str
    lessons: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """A cited work: its key (first author and year), the reference, the lessons that cite it, and what was read of it."""

    key: str
    text: str
    lessons: tuple[str, ...]
    read: str


def lessons(root: Path = ROOT) -> dict[str, Path]:
    """Return {number: source} of all lessons."""
    return {file.name[:2]: file for file in sorted((root / "notebooks" / "source").glob("[0-9][0-9]_*.py"))}


def prose(source: Path) -> str:
    """Return the text of a lesson, without its code."""
    text, inside = [], False
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("# %%"):
            inside = "[markdown]" in line
        elif inside and line.startswith("#"):
            text.append(line[2:])
        elif inside and not line:
            text.append("")
    return "\n".join(text)


def code(source: Path) -> str:
    """Return the code of a lesson, without its text."""
    return "\n".join(
        line for line in source.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    )


def sections(source: Path) -> dict[str, str]:
    """Return {heading: the code of its section, subsections included}; of two equal headings the first counts."""
    found, inside = [], False  # [heading, level, code]
    for line in source.read_text(encoding="utf-8").splitlines():
        heading = re.match(r"# (#{1,4}) (.+)$", line) if inside else None
        if line.startswith("# %%"):
            inside = "[markdown]" in line
        elif heading:
            found.append([re.sub(r"[*`]", "", heading[2]).strip(), len(heading[1]), ""])
        elif not inside and found and line and not line.startswith("#"):
            found[-1][2] += line + "\n"
    result: dict[str, str] = {}
    for place, (name, level, text) in enumerate(found):
        for _, deeper, more in found[place + 1 :]:
            if deeper <= level:
                break
            text += more
        result.setdefault(name, text)
    return result


def glossary(root: Path = ROOT) -> list[Term]:
    """Gather the terms of all lessons in the order of the alphabet; of a term defined twice, the first meaning counts."""
    found: dict[str, Term] = {}
    for number, source in lessons(root).items():
        _, _, after = prose(source).partition(TERMS)
        for line in after.splitlines()[2:]:
            if not line.startswith("|"):
                break
            english, chinese, meaning = (cell.strip() for cell in line.strip("|").split("|"))
            first = found.get(english.lower(), Term(english, chinese, meaning, ()))
            found[english.lower()] = Term(first.english, first.chinese, first.meaning, (*first.lessons, number))
    return [found[name] for name in sorted(found)]


def references(source: Path) -> list[str]:
    """Return the works that a lesson cites, as it writes them."""
    match = re.search(r"\*\*References?\.\*\*(.*?)(?=\n\n|\n\*\*|\Z)", prose(source), flags=re.DOTALL)
    if not match:
        return []
    text = re.sub(r"\*\([^()]*(?:\([^()]*\)[^()]*)*\)\*", "", " ".join(match[1].split()))  # the remark on what was read
    return [entry.strip() for entry in text.split(" · ") if entry.strip()]


def key_of(reference: str) -> str:
    """Return the first author and the year of a reference.

    >>> key_of("Fader, P. S., Hardie, B. G. S., & Lee, K. L. (2005). Counting your customers.")
    'Fader 2005'
    """
    year = re.search(r"\((\d{4})[,)]", reference)
    author = re.match(r"[^,(]+", reference)
    return f"{author[0].strip() if author else reference} {year[1] if year else ''}".strip()


def bibliography(root: Path = ROOT) -> list[Work]:
    """Gather the works that the lessons cite, with what was read of each; of two wordings the longer counts."""
    looked_up = tomllib.loads((root / "notebooks" / "source" / "bibliography.toml").read_text(encoding="utf-8"))
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for number, source in lessons(root).items():
        for reference in references(source):
            key = key_of(reference)
            text, where = found.get(key, ("", ()))
            found[key] = (max(text, reference, key=len), where if number in where else (*where, number))
    unknown = sorted(set(looked_up) - set(found))
    if unknown:
        raise ValueError(f"bibliography.toml names works that no lesson cites: {', '.join(unknown)}.")
    return [Work(key, *found[key], looked_up.get(key, "memory")) for key in sorted(found, key=str.lower)]


def concepts(root: Path = ROOT) -> dict[str, dict]:
    """Return the table of concepts: {ID: concept, zh, lesson, section, functions, tests, checked, also}.

    `section` is a heading of the lesson, `tests` the folder of the tests, `checked` how they check, `also` further lessons.
    """
    table = tomllib.loads((root / "notebooks" / "source" / "concepts.toml").read_text(encoding="utf-8"))
    return {row.pop("id", name): row for name, row in table.items()}  # a key of TOML has no dot


def functions(root: Path = ROOT) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Return {public function: (room, what it does, lessons that use it)}, in the order of rooms and names."""
    import crmlib

    used = {number: set(re.findall(r"\b(?:crm|show)\.(\w+)", code(source))) for number, source in lessons(root).items()}
    found = {}
    for room, names in crmlib._ROOMS.items():
        for name in names:
            summary = (getattr(importlib.import_module(f"crmlib.{room}"), name).__doc__ or "").split("\n")[0]
            found[name] = (room, summary, tuple(number for number, words in used.items() if name in words))
    return found


def _links(numbers: tuple[str, ...], root: Path) -> str:
    return ", ".join(f"[{number}]({lessons(root)[number].stem}.ipynb)" for number in numbers)


def glossary_page(root: Path = ROOT) -> list[str]:
    """Write the glossary as the cells of a notebook."""
    rows = [
        f"| {term.english} | {term.chinese} | {term.meaning} | {_links(term.lessons, root)} |"
        for term in glossary(root)
    ]
    head = f"# Glossary\n\n{len(rows)} terms, from the lessons that explain them."
    return [head, "\n".join(["| term | 中文 | meaning | lesson |", "|---|---|---|---|", *rows])]


def concepts_page(root: Path = ROOT) -> list[str]:
    """Write the index of concepts and functions as the cells of a notebook."""
    cells = ["# Concepts and functions\n\nWhere each concept is taught, what computes it, and how that was checked."]
    rows = [
        f"| {name} | {row['concept']} | {row['zh']} | {_links((row['lesson'], *row.get('also', [])), root)}: {row['section']} | "
        f"{' '.join(f'`{function}`' for function in row['functions'])} | {row['checked']} (`tests/{row['tests']}`) |"
        for name, row in concepts(root).items()
    ]
    head = ["| | concept | 中文 | lesson: section | functions | checked |", "|---|---|---|---|---|---|"]
    cells.append("\n".join(["## Concepts", "", *head, *rows]))
    by_room: dict[str, list[str]] = {}
    for name, (room, summary, where) in functions(root).items():
        by_room.setdefault(room, []).append(f"| `crm.{name}` | {summary} | {_links(where, root)} |")
    cells.append(
        "## Functions, by room\n\nIn a notebook, `help(crm.customer_pyramid)` shows the whole description and an example."
    )
    for room, lines in by_room.items():
        cells.append("\n".join([f"### {room}", "", "| function | what it does | lessons |", "|---|---|---|", *lines]))
    return cells


def bibliography_page(root: Path = ROOT) -> list[str]:
    """Write the bibliography as the cells of a notebook."""
    works = bibliography(root)
    checked = sum(work.read != "memory" for work in works)
    head = (
        f"# Bibliography\n\n{len(works)} works that the lessons cite. {checked} were looked up while this course was written, as far "
        "as the last column says; the others are cited from memory: check before you quote."
    )
    rows = [f"| {work.text} | {_links(work.lessons, root)} | {READ[work.read]} |" for work in works]
    return [head, "\n".join(["| work | lessons | |", "|---|---|---|", *rows])]


PAGES = {"91_glossary": glossary_page, "92_concepts": concepts_page, "93_bibliography": bibliography_page}


def notebook(name: str, root: Path = ROOT) -> nbformat.NotebookNode:
    """Return a reference page as a notebook of text."""
    page = nbformat.v4.new_notebook()
    page.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    page.metadata["language_info"] = {"name": "python"}
    page.cells = [nbformat.v4.new_markdown_cell(text) for text in PAGES[name](root)]
    return page
