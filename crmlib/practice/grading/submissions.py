"""Take in what the class handed in: a folder or a zip file as a learning platform exports it, all of it into memory.

Nothing is unpacked onto the disk and no link is followed, so a name such as `../../grades.csv` inside a zip file has
nowhere to go. What is not read is kept with a sentence that says why.
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LARGEST_FILE = 25_000_000  # bytes; an exercise with its figures takes about 300,000
LARGEST_ZIP = 50_000_000  # bytes that one student's zip file may unpack to
MOST_ENTRIES = 10_000
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
IGNORED = ("__macosx", ".ipynb_checkpoints", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class File:
    """One file of the export: its path there (`/` between folders), its bytes, or why it was not read."""

    path: str
    content: bytes = b""
    problem: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is asked for: the endings of its files' names, and the sentence for any other file."""

    endings: tuple[str, ...]
    else_says: str


NOTEBOOKS = Wanted((".ipynb",), "is not a notebook: its name must end in .ipynb.")


def read_submissions(place: Path, wanted: Wanted = NOTEBOOKS) -> list[File]:
    """Read all notebooks of an export into memory, or all files of another kind.

    Parameters
    ----------
    place : a folder (with subfolders) or a zip file. Zip files inside are opened too, one level deep.
    wanted : which files are read.

    Returns
    -------
    One File per wanted file, per file of another kind, and per file or zip entry that was refused; sorted by path.

    Raises
    ------
    FileNotFoundError : there is no such folder or file.
    ValueError : it is neither a folder nor a zip file, or the zip file as a whole cannot be read.
    """
    if place.is_dir():
        return sorted(_from_folder(place, "", wanted), key=lambda file: natural(file.path))
    if not place.exists():
        raise FileNotFoundError(f"There is no folder or zip file {place}. Check its name.")
    if place.suffix.lower() == ".zip":
        # the export of a whole class: each notebook is limited, not their sum
        files = _from_zip(place, "", wanted, budget=None)
        if refused := [file.problem for file in files if not file.path]:
            raise ValueError(f"{place.name} cannot be read. {refused[0]} Download it again from the platform.")
        return sorted(files, key=lambda file: natural(file.path))
    raise ValueError(
        f"{place} is neither a folder nor a zip file. Give the folder that holds what the class handed in."
    )


def natural(text: str) -> list:
    """Return a key that sorts `file 10` after `file 9`.

    >>> sorted(["b10", "b9"], key=natural)
    ['b9', 'b10']
    """
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text.casefold())]


def _from_folder(folder: Path, above: str, wanted: Wanted) -> list[File]:
    files = []
    for path in sorted(folder.iterdir()):
        name = f"{above}{path.name}"
        if path.name.lower() in IGNORED or path.name.startswith("._"):
            continue
        try:
            if path.is_symlink() or (hasattr(path, "is_junction") and path.is_junction()):
                files.append(File(name, problem="It is a link to another place, which is not followed."))
            elif path.is_dir():
                files += _from_folder(path, f"{name}/", wanted)
            elif not path.is_file():
                files.append(File(name, problem="It is not an ordinary file."))
            elif path.suffix.lower() == ".zip":
                files += _from_zip(path, f"{name}/", wanted, budget=LARGEST_ZIP)
            elif path.suffix.lower() not in wanted.endings:
                files.append(File(name, problem=f"{path.name} {wanted.else_says}"))
            elif path.stat().st_size > LARGEST_FILE:
                files.append(File(name, problem=too_large(path.stat().st_size)))
            else:
                files.append(File(name, path.read_bytes()))
        except OSError as fault:
            files.append(File(name, problem=f"It cannot be read from the disk ({fault.strerror})."))
    return files


def _from_zip(
    archive: Path | io.BytesIO, above: str, wanted: Wanted, budget: int | None, nested: bool = False
) -> list[File]:
    """Read the wanted files in a zip file; `budget` limits the bytes of all together. A bad zip file is one refused File."""
    if isinstance(archive, Path) and budget is not None and archive.stat().st_size > LARGEST_ZIP:
        return [File(above.rstrip("/"), problem=too_large(archive.stat().st_size))]
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            if len(entries) > MOST_ENTRIES:
                return [File(above.rstrip("/"), problem=f"The zip file holds {len(entries):,} files: it is refused.")]
            return _entries(opened, entries, above, wanted, budget, nested)
    except DAMAGED:
        return [File(above.rstrip("/"), problem="The zip file is damaged and cannot be opened.")]


def _entries(
    opened: zipfile.ZipFile, entries: list, above: str, wanted: Wanted, budget: int | None, nested: bool
) -> list[File]:
    files, used = [], 0
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        parts = [part for part in path.parts if part not in ("/", "..")]
        name = f"{above}{'/'.join(parts) or 'nameless'}"
        if any(part.lower() in IGNORED or part.startswith("._") for part in parts):
            continue
        suffix = path.suffix.lower()
        problem, content = "", b""
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", entry.filename):
            problem = "Its name in the zip file leads out of the folder: it is refused."
        elif stat.S_ISLNK(entry.external_attr >> 16):
            problem = "It is a link to another place, which is not followed."
        elif entry.flag_bits & 1:
            problem = "The zip file has a password. Ask for one without."
        elif suffix not in (*wanted.endings, ".zip"):
            problem = f"{path.name} {wanted.else_says}"
        else:
            room = LARGEST_FILE if budget is None else min(LARGEST_FILE, budget - used)
            # What the zip file says of its size may be a lie: what is unpacked is counted, up to one byte too many.
            try:
                with opened.open(entry) as stream:
                    content = stream.read(max(room, 0) + 1)
            except DAMAGED:  # one student's entry must not cost the others theirs
                problem = "It is damaged in the zip file and cannot be unpacked."
            used += len(content)
            if len(content) > room:
                problem, content = "It unpacks to far more than a notebook: the zip file is refused.", b""
        if not problem and suffix == ".zip":
            if nested:
                problem, content = "It is a zip file in a zip file in a zip file: it is refused.", b""
            else:
                files += _from_zip(io.BytesIO(content), f"{name}/", wanted, budget=LARGEST_ZIP, nested=True)
                continue
        files.append(File(name, content, problem))
    return files


def too_large(size: int) -> str:
    return (
        f"It has {size / 1e6:,.0f} MB; at most {LARGEST_FILE / 1e6:.0f} are read. "
        "In JupyterLab: Edit > Clear Outputs of All Cells, save, and hand in again."
    )
