"""Rebuild what is generated from sources: the executed notebooks, the exercises and the data of the two companies.

    python -m tools.build             the data, every lesson and every exercise that is out of date
    python -m tools.build 00 02       only these lessons and their exercises
    python -m tools.build data        only the data
    python -m tools.build reference   only the glossary, the index of concepts and functions, and the bibliography
    python -m tools.build --force 00  even if nothing changed

An exercise becomes two notebooks: the student's, which is not executed, and the key, which is.
A notebook is out of date when its source, crmlib, the data or the pinned versions changed since it was built here.
The result depends on these alone: no times, paths, widget states or random names are stored.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from pathlib import Path

import jupytext
import nbclient
import nbformat

from tools import exercise, reference

ROOT = Path(__file__).resolve().parents[1]
CACHE = ".build-cache.json"
WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGET_TAG = "nbval-ignore-output"
SECONDS_PER_CELL = 120


class BuildError(Exception):
    """A source that cannot become a notebook as it is; the text names the cell and what to change."""


def sources(root: Path = ROOT) -> dict[Path, Path]:
    """Return {source: notebook} for all lessons."""
    found = sorted((root / "notebooks" / "source").glob("*.py"))
    return {source: source.parents[1] / f"{source.stem}.ipynb" for source in found}


def exercises(root: Path = ROOT) -> dict[Path, Path]:
    """Return {master: student's notebook} for all exercises; the key has the same name in the folder `solutions`."""
    found = sorted((root / "exercises" / "source").glob("*.py"))
    return {source: source.parents[1] / f"{source.stem}.ipynb" for source in found}


def key_of(notebook: Path) -> Path:
    """Return the place of the key that belongs to a student's notebook."""
    return notebook.parent / "solutions" / notebook.name


def read_source(source: Path) -> nbformat.NotebookNode:
    """Return the notebook, not yet executed, that a py:percent source describes."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata.pop("jupytext", None)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    name_cells(notebook)
    return notebook


def name_cells(notebook: nbformat.NotebookNode) -> None:
    """Give each cell an id that comes from its content, so that a change in one cell leaves the others' lines alone."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:10]
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"


def execute(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Run all cells in `folder` and keep the outputs in `notebook`."""
    for _ in range(2):
        try:
            return _execute_once(notebook, folder)
        except RuntimeError as error:  # another program took a port of the kernel between its choice and its use
            if "Kernel died" not in str(error):
                raise
    return _execute_once(notebook, folder)


def _execute_once(notebook: nbformat.NotebookNode, folder: Path) -> None:
    client = nbclient.NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()


def tidy(notebook: nbformat.NotebookNode, root: Path = ROOT) -> None:
    """Take out what changes from run to run, and refuse what would go stale or differ on another computer."""
    notebook.metadata["language_info"] = {"name": "python"}  # execution adds the version
    notebook.metadata.pop("widgets", None)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        tags = cell.metadata.get("tags", [])
        if any(WIDGET in output.get("data", {}) for output in cell.outputs) and WIDGET_TAG not in tags:
            raise BuildError(f"cell {number} shows a widget: give it the tag {WIDGET_TAG}")
        # A stored view without its state shows only an error message to readers without a kernel.
        cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
        for output in cell.outputs:
            if output.get("name") == "stderr":
                raise BuildError(f"cell {number} prints a warning: {output.text[:300]}")
        # as a reader sees it: a Windows path with single backslashes, a name in Chinese in its own signs
        stored = json.dumps(cell.outputs, ensure_ascii=False).replace("\\\\", "\\")
        for what, pattern in (
            ("a path of this computer", "|".join(re.escape(str(path)) for path in (root, Path.home(), sys.prefix))),
            ("a memory address", r"\bat 0x[0-9a-f]{6,}"),
        ):
            hit = re.search(pattern, stored)
            if hit:
                raise BuildError(f"cell {number} shows {what}: {stored[max(0, hit.start() - 60) : hit.end() + 30]}")


def text_of(notebook: nbformat.NotebookNode) -> str:
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def build_notebook(source: Path, notebook: Path, root: Path = ROOT) -> None:
    """Build one notebook from its source."""
    content = read_source(source)
    execute(content, notebook.parent)
    tidy(content, root)
    notebook.write_text(text_of(content), encoding="utf-8", newline="\n")


def build_exercise(source: Path, notebook: Path, root: Path = ROOT) -> None:
    """Build a student's notebook and the executed key from a master."""
    student, key = exercise_notebooks(source)
    place = key_of(notebook)
    place.parent.mkdir(exist_ok=True)
    execute(key, place.parent)
    tidy(key, root)
    for content, file in ((student, notebook), (key, place)):
        file.write_text(text_of(content), encoding="utf-8", newline="\n")


def exercise_notebooks(source: Path) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """Return the student's notebook and the key of a master, neither executed."""
    try:
        student, key = exercise.two_notebooks(read_source(source))
    except exercise.ExerciseError as error:
        raise BuildError(str(error)) from None
    for notebook in (student, key):
        name_cells(notebook)
    return student, key


def build_data(root: Path = ROOT) -> None:
    """Write the data of both companies anew."""
    from crmlib import companies

    companies.build_datasets(root / "datasets")


def build_datasheets(root: Path = ROOT) -> None:
    """Write the datasheets' numbers and pictures anew."""
    from tools import datasheet, datasheet_utility

    datasheet.write(root / "datasets" / "bank")
    datasheet_utility.draw(root / "datasets" / "utility")


def reference_pages(root: Path = ROOT) -> dict[Path, str]:
    """Return {notebook: its text} of the pages that are gathered from the lessons."""
    pages = {}
    for name in reference.PAGES:
        page = reference.notebook(name, root)
        name_cells(page)
        pages[root / "notebooks" / f"{name}.ipynb"] = text_of(page)
    return pages


def build_reference(root: Path = ROOT) -> None:
    """Write the reference pages anew."""
    for file, text in reference_pages(root).items():
        file.write_text(text, encoding="utf-8", newline="\n")


def fingerprint(source: Path, root: Path = ROOT) -> str:
    """Return a fingerprint of all that a notebook's outputs depend on."""
    shared = [
        file
        for folder in ("crmlib", "datasets", "tools")
        for file in sorted((root / folder).rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    ]
    total = hashlib.sha256()
    for file in [source, root / "requirements.lock", *shared]:
        total.update(file.relative_to(root).as_posix().encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def timed(title: str, step, *arguments) -> None:
    print(f"{title} ...", end=" ", flush=True)
    start = time.perf_counter()
    step(*arguments)
    print(f"{time.perf_counter() - start:.1f} s", flush=True)


def build(chosen: list[str], force: bool = False, root: Path = ROOT) -> None:
    """Build what `chosen` names ("data", "reference", "00", "02", ...), or all that is out of date."""
    if not chosen or "data" in chosen:
        timed("datasets", build_data, root)
        timed("datasheets", build_datasheets, root)
    numbers = [word for word in chosen if word not in ("data", "reference")]
    steps = {
        **{source: (build_notebook, notebook, [notebook]) for source, notebook in sources(root).items()},
        **{source: (build_exercise, file, [file, key_of(file)]) for source, file in exercises(root).items()},
    }
    wanted = {source: step for source, step in steps.items() if source.name.split("_")[0] in numbers or not chosen}
    missing = set(numbers) - {source.name.split("_")[0] for source in wanted}
    if missing:
        raise BuildError(f"there is no source for {', '.join(sorted(missing))}")
    cache_file = root / CACHE
    cache = json.loads(cache_file.read_text(encoding="utf-8")) if cache_file.exists() else {}
    for source, (step, notebook, made) in wanted.items():
        name = notebook.relative_to(root).as_posix()
        current = fingerprint(source, root)
        if all(file.exists() for file in made) and cache.get(name) == [current, *map(content_hash, made)] and not force:
            print(f"{name} is up to date")
            continue
        try:
            timed(name, step, source, notebook, root)
        except (BuildError, nbclient.exceptions.CellExecutionError, nbclient.exceptions.CellTimeoutError) as error:
            raise BuildError(f"{source.relative_to(root).as_posix()}: {error}") from None
        cache[name] = [current, *map(content_hash, made)]
        cache_file.write_text(json.dumps(cache, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
    if not chosen or "reference" in chosen:
        timed("reference pages", build_reference, root)


def content_hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__.splitlines()[0])
    parser.add_argument(
        "chosen",
        nargs="*",
        metavar="what",
        help="data, reference, or the numbers of lessons and exercises; default: all",
    )
    parser.add_argument("--force", action="store_true", help="build even what is up to date")
    options = parser.parse_args()
    try:
        build(options.chosen, options.force)
    except BuildError as error:
        raise SystemExit(f"\nNot built. {error}") from None


if __name__ == "__main__":
    main()
