"""The student's copies: made once, never written over, refreshed only on request."""

from __future__ import annotations

import datetime
import posixpath
import re
from pathlib import Path

import pytest

import course

NOON = datetime.datetime(2026, 3, 1, 12, 5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("notebooks/00_welcome", "notebooks/02_pyramid", "exercises/02_pyramid"):
        put(tmp_path / f"{name}.ipynb", f"original {name}")
    put(tmp_path / "notebooks/source/00_welcome.py", "a source is not a lesson")
    course.copy_lessons(tmp_path)
    return tmp_path


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def mine(folder: Path) -> dict[str, str]:
    work = folder / "my-work"
    files = sorted(path for path in work.rglob("*.ipynb"))
    return {path.relative_to(work).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_lessons_and_exercises_are_copied(folder):
    assert mine(folder) == {
        "00_welcome.ipynb": "original notebooks/00_welcome",
        "02_pyramid.ipynb": "original notebooks/02_pyramid",
        "exercises/02_pyramid.ipynb": "original exercises/02_pyramid",
    }


def test_the_students_work_is_never_written_over(folder):
    put(folder / "my-work/02_pyramid.ipynb", "my notes")
    put(folder / "notebooks/02_pyramid.ipynb", "a newer edition")
    new, changed = course.copy_lessons(folder)
    assert (new, changed) == ([], ["02_pyramid.ipynb"])
    assert mine(folder)["02_pyramid.ipynb"] == "my notes"


def test_copying_refuses_a_file_that_appeared_meanwhile(folder):
    with pytest.raises(FileExistsError):
        course.copy_new(folder / "notebooks/00_welcome.ipynb", folder / "my-work/02_pyramid.ipynb")


def test_a_new_lesson_is_added_and_named(folder, capsys):
    put(folder / "notebooks/03_value.ipynb", "new")
    course.tell_lessons(*course.copy_lessons(folder))
    assert mine(folder)["03_value.ipynb"] == "new"
    assert "03_value.ipynb" in capsys.readouterr().out


def test_a_changed_lesson_is_named_until_it_is_reset(folder, capsys):
    put(folder / "exercises/02_pyramid.ipynb", "a newer edition")
    for _ in range(2):
        course.tell_lessons(*course.copy_lessons(folder))
        assert "python course.py reset 02 --exercise" in capsys.readouterr().out
    course.reset(folder, "02", exercise=True)
    assert course.copy_lessons(folder) == ([], [])


def test_reset_keeps_the_students_copy_under_a_telling_name(folder, capsys):
    put(folder / "my-work/02_pyramid.ipynb", "my notes")
    course.reset(folder, "2", now=NOON)
    after = mine(folder)
    assert after["02_pyramid.ipynb"] == "original notebooks/02_pyramid"
    assert after["02_pyramid-my-copy-until-2026-03-01-1205.ipynb"] == "my notes"
    assert after["exercises/02_pyramid.ipynb"] == "original exercises/02_pyramid"
    assert "02_pyramid-my-copy-until-2026-03-01-1205.ipynb" in capsys.readouterr().out


def test_two_resets_in_one_minute_keep_both_copies(folder):
    for text in ("first", "second"):
        put(folder / "my-work/02_pyramid.ipynb", text)
        course.reset(folder, "02", now=NOON)
    assert {"first", "second"} <= set(mine(folder).values())


def test_reset_of_a_deleted_copy(folder):
    (folder / "my-work/02_pyramid.ipynb").unlink()
    course.reset(folder, "02", now=NOON)
    assert len(mine(folder)) == 3


def test_reset_of_an_unknown_lesson_names_those_that_exist(folder, capsys):
    assert course.main(["reset", "17"], folder) == 1
    assert "There is no lesson 17. There are: 00, 02." in capsys.readouterr().err


def test_a_record_that_was_cut_off_costs_no_work(folder):
    put(folder / "my-work/.originals.json", '{"00_wel')
    put(folder / "my-work/00_welcome.ipynb", "my notes")
    course.copy_lessons(folder)
    assert mine(folder)["00_welcome.ipynb"] == "my notes"


# --- What an instructor reads ---


@pytest.fixture
def reading(folder: Path) -> Path:
    put(folder / "instructor/guide.md", "see [02](../notebooks/02_pyramid.ipynb)")
    put(folder / "exercises/solutions/02_pyramid.ipynb", "a key to [02](../02_pyramid.ipynb)")
    course.copy_reading(folder)
    return folder


def text_of(folder: Path, name: str) -> str:
    return (folder / "my-work/instructor" / name).read_text(encoding="utf-8")


def test_guide_and_keys_are_copied_with_links_that_fit(reading):
    assert text_of(reading, "guide.md") == "see [02](../02_pyramid.ipynb)"
    assert text_of(reading, "keys/02_pyramid.ipynb") == "a key to [02](../../02_pyramid.ipynb)"


def test_a_copy_that_nobody_changed_follows_the_course(reading):
    put(reading / "instructor/guide.md", "a newer edition")
    assert course.copy_reading(reading) == []
    assert text_of(reading, "guide.md") == "a newer edition"


def test_a_copy_with_an_instructors_own_notes_is_kept_and_named_when_the_course_s_changes(reading):
    put(reading / "my-work/instructor/guide.md", "my own notes")
    assert course.copy_reading(reading) == []
    for edition in ("first", "second"):
        put(reading / "instructor/guide.md", edition)
        assert course.copy_reading(reading) == ["instructor/guide.md"]
    assert text_of(reading, "guide.md") == "my own notes"
    (reading / "my-work/instructor/guide.md").unlink()
    assert course.copy_reading(reading) == []
    assert text_of(reading, "guide.md") == "second"


def test_a_student_s_lessons_are_not_touched_by_what_an_instructor_reads(reading):
    put(reading / "my-work/02_pyramid.ipynb", "my notes")
    course.copy_reading(reading)
    assert mine(reading)["02_pyramid.ipynb"] == "my notes"
    assert course.copy_lessons(reading) == ([], [])


def test_every_link_of_what_an_instructor_reads_leads_to_a_copied_file_and_heading(root):
    texts = course.reading_of(root)
    there = {*texts, *course.originals_of(root)}
    links = [(name, link) for name, text in texts.items() for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    assert len(links) > 30
    lost = []
    for name, link in links:
        file, _, heading = link.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), file)) if file else name
        headings = {line.lstrip("# ").replace(" ", "-") for line in texts.get(target, "").splitlines()}
        if not link.startswith("https://") and (target not in there or (heading and heading not in headings)):
            lost.append((name, link))
    assert lost == []
