"""What is in the repository: tidy code, no download addresses, no path of any computer, LF line ends."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BINARY = {".gz", ".png", ".ico", ".parquet", ".woff2", ".xlsx", ".pdf"}
# Written so that this file does not match itself.
FORBIDDEN = {
    "a download address": r"https?://[^\s\"')]+(?:\.whl|\.tar\.gz|\.tgz|/simple)\b",
    "the address of a package registry": r"\b(?:pypi|npmjs|anaconda|pythonhosted)\.(?:org|com)\b",
    "a path of one computer": r"(?<![\w.])/(?:root|work|tmp|home/\w+|Users/\w+)/\w",
    "a path of one Windows computer": r"[A-Z]:\\+Users\\+\w",
}
LOCKS_WITH_ADDRESSES = {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "package-lock.json", "Pipfile.lock"}


@cache
def repository_files() -> list[Path]:
    """Return all files under version control; for a downloaded copy without git, all but what course.py makes."""
    git = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8")
    if git.returncode == 0:
        files = [ROOT / name for name in git.stdout.split("\0") if name]
    else:
        # A folder that was downloaded, not cloned: leave out what commands make in it, as .gitignore does for git.
        made = {line.strip("/ ") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()} | {".git"}
        files = [file for file in ROOT.rglob("*") if not made & set(file.relative_to(ROOT).parts)]
    return [file for file in files if file.is_file()]


def findings(text: str) -> list[str]:
    return [
        f"{what}: {hit.group()}" for what, pattern in FORBIDDEN.items() for hit in list(re.finditer(pattern, text))[:3]
    ]


def test_no_file_holds_a_download_address_or_a_path_of_a_computer():
    found = {}
    for file in repository_files():
        if file.suffix not in BINARY:
            said = findings(file.read_text(encoding="utf-8", errors="replace"))
            if said:
                found[file.relative_to(ROOT).as_posix()] = said
    assert found == {}
    assert [file.name for file in repository_files() if file.name in LOCKS_WITH_ADDRESSES] == []


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/packages/" + "thing-1.0.whl",
        "--index-url https://example.org" + "/simple",
        "see py" + "pi.org",
        "open('/ro" + "ot/data.csv')",
        "open('/home" + "/li/data.csv')",
        "C:\\Us" + "ers\\li\\data.csv",
    ],
)
def test_the_search_for_addresses_and_paths_finds(text):
    assert len(findings(text)) >= 1


def test_text_files_have_unix_line_ends():
    crlf = [file.name for file in repository_files() if file.suffix not in BINARY and b"\r\n" in file.read_bytes()]
    assert crlf == []


@pytest.mark.parametrize("words", [["check", "--output-format=concise"], ["format", "--check"]], ids=" ".join)
def test_ruff_has_nothing_to_say(root, words):
    answer = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "--no-cache", "."],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
