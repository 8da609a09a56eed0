"""Which Python course.py runs under, and what it says of one that will not do."""

from __future__ import annotations

import ast
import subprocess
import sys
from types import SimpleNamespace

import pytest
from packaging.specifiers import SpecifierSet

import course
from tools.lock import project


def test_an_old_python_can_read_course_py(root):
    # The oldest grammar that today's parser still knows. A newer word would end in a SyntaxError instead of a sentence.
    ast.parse((root / "course.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_course_py_needs_the_standard_library_only(root):
    tree = ast.parse((root / "course.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


def test_course_py_and_pyproject_agree_on_the_pythons():
    asked = SpecifierSet(project()["project"]["requires-python"])
    assert course.dotted(course.OLDEST) in asked
    assert course.dotted((3, course.OLDEST[1] - 1)) not in asked
    listed = [text.split(":: ")[-1] for text in project()["project"]["classifiers"] if "Python ::" in text]
    assert listed[-1] == course.dotted(course.NEWEST)


@pytest.mark.parametrize(
    ("version", "maxsize", "good"),
    [
        ((3, 10, 9), 2**63 - 1, False),
        ((3, 11, 0), 2**63 - 1, True),
        ((3, 14, 2), 2**63 - 1, True),
        ((3, 15, 0), 2**63 - 1, False),
        ((3, 12, 1), 2**31 - 1, False),
    ],
)
def test_suitable(version, maxsize, good):
    assert course.is_suitable(version, maxsize) is good


@pytest.mark.parametrize(
    ("version", "windows", "words"),
    [
        ((3, 8), True, ["Python 3.11 or newer is needed", "python.org/downloads", "py -3.14 course.py lab"]),
        ((3, 15), False, ["too new", "3.11 to 3.14", "python3.14 course.py lab"]),
        ((3, 12), True, ["32-bit", "64-bit"]),
    ],
)
def test_advice_on_pythons(version, windows, words):
    text = course.python_advice(version, windows)
    assert [word for word in words if word not in text] == []


def test_an_old_python_says_so_and_stops(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1, "final", 0))
    monkeypatch.setattr(course, "find_python", lambda: None)
    assert course.main(["lab"], tmp_path) == 1
    assert "Python 3.11 or newer is needed; this is Python 3.9." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(sys, "version_info", (3, 15, 0, "final", 0))
    monkeypatch.setattr(course, "find_python", lambda: ["py", "-3.14"])
    monkeypatch.setattr(subprocess, "call", lambda command: calls.append(command) or 7)
    assert course.main(["reset", "02"], tmp_path) == 7
    assert calls[0][:2] == ["py", "-3.14"]
    assert calls[0][-2:] == ["reset", "02"]


@pytest.mark.parametrize(("windows", "expected"), [(True, ["py", "-3.12"]), (False, ["python3.12"])])
def test_find_python_takes_the_newest_that_answers_well(monkeypatch, windows, expected):
    """3.14 is an alias that only opens a shop, 3.13 is a 32-bit one, 3.12 is good."""

    def answer(command, **_):
        minor = command[1 if windows else 0][-2:]
        out = {
            "14": (9009, b"Python was not found"),
            "13": (0, b"3 13 2147483647"),
            "12": (0, b"3 12 9223372036854775807"),
        }
        code, text = out[minor]
        return SimpleNamespace(returncode=code, stdout=text)

    monkeypatch.setattr(course, "WINDOWS", windows)
    monkeypatch.setattr(course.shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", answer)
    assert course.find_python() == expected
