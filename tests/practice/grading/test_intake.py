"""What the class handed in: exports of learning platforms, rosters, and files that are none."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from crmlib.practice.grading import submissions
from crmlib.practice.grading.grade import rows_of
from crmlib.practice.grading.notebooks import Unreadable, read_notebook
from crmlib.practice.grading.owners import named_student, newest_first, owner_of
from crmlib.practice.grading.roster import Student, read_roster
from crmlib.practice.grading.submissions import File, read_submissions
from tests.practice.grading.broken import zipped

NOTEBOOK = b'{"cells": [{"cell_type": "code", "source": "1"}], "metadata": {}}'


def put(folder: Path, name: str, content: bytes = NOTEBOOK) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


# --- The folder or zip file -------------------------------------------------------------------------------------------


def test_a_folder_is_read_with_subfolders_and_zip_files(tmp_path):
    put(tmp_path, "b/02.ipynb")
    put(tmp_path, "a.ipynb", b"two")
    put(tmp_path, "c.zip", zipped(("x/02.ipynb", b"three"), ("notes.txt", b"")))
    put(tmp_path, "__MACOSX/a.ipynb")
    put(tmp_path, "b/.ipynb_checkpoints/02.ipynb")
    read = {file.path: (file.content, bool(file.problem)) for file in read_submissions(tmp_path)}
    assert read == {
        "a.ipynb": (b"two", False),
        "b/02.ipynb": (NOTEBOOK, False),
        "c.zip/notes.txt": (b"", True),
        "c.zip/x/02.ipynb": (b"three", False),
    }


def test_a_zip_file_of_the_whole_class_reads_as_its_folder_does(tmp_path):
    names = ("Ada Li_1_assignsubmission_file_/02.ipynb", "Bo Li_2_assignsubmission_file_/w.zip")
    contents = (NOTEBOOK, zipped(("02.ipynb", b"inside")))
    for name, content in zip(names, contents, strict=True):
        put(tmp_path / "folder", name, content)
    put(tmp_path, "export.zip", zipped(*zip(names, contents, strict=True)))
    assert read_submissions(tmp_path / "export.zip") == read_submissions(tmp_path / "folder")


@pytest.mark.parametrize(
    "name", ["../../grades.csv.ipynb", "/etc/x.ipynb", "C:\\x.ipynb", "a/../../x.ipynb", "..\\..\\x.ipynb"]
)
def test_a_name_that_leads_out_is_refused_and_nothing_is_written(tmp_path, name):
    put(tmp_path / "class", "s1.zip", zipped((name, NOTEBOOK), ("good.ipynb", NOTEBOOK)))
    bad, good = sorted(read_submissions(tmp_path / "class"), key=lambda file: not file.problem)
    assert "leads out of the folder" in bad.problem
    assert bad.content == b""
    assert ".." not in bad.path
    assert good.content == NOTEBOOK
    assert [path.name for path in tmp_path.rglob("*")] == ["class", "s1.zip"]


def test_a_zip_bomb_is_refused_without_being_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "LARGEST_FILE", 10_000)
    put(tmp_path, "bomb.zip", zipped(("02.ipynb", bytes(5_000_000))))
    lying = bytearray(zipped(("02.ipynb", bytes(5_000_000))))
    for place in (lying.find(b"PK\x01\x02") + 24,):
        lying[place : place + 4] = (100).to_bytes(4, "little")  # the directory says: 100 bytes
    put(tmp_path, "lying.zip", bytes(lying))
    many = zipped(*((f"{n}.ipynb", bytes(9_000)) for n in range(10)))
    monkeypatch.setattr(submissions, "LARGEST_ZIP", 20_000)
    put(tmp_path, "many.zip", many)
    files = read_submissions(tmp_path)
    assert sum(len(file.content) for file in files) <= 20_000
    by_zip = {path: [f.problem for f in files if f.path.startswith(path)] for path in ("bomb", "lying", "many")}
    assert "unpacks to far more" in by_zip["bomb"][0]
    assert by_zip["lying"][0]
    assert sum("unpacks to far more" in problem for problem in by_zip["many"]) == 8


def test_zip_files_in_zip_files_end(tmp_path):
    content = zipped(("02.ipynb", NOTEBOOK))
    for _ in range(4):
        content = zipped(("more.zip", content))
    put(tmp_path, "deep.zip", content)
    (only,) = read_submissions(tmp_path)
    assert "zip file in a zip file" in only.problem


def test_a_zip_file_with_a_password_or_damage_says_so(tmp_path):
    locked = bytearray(zipped(("02.ipynb", NOTEBOOK)))
    locked[6] |= 1
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    put(tmp_path, "locked.zip", bytes(locked))
    put(tmp_path, "cut.zip", zipped(("02.ipynb", NOTEBOOK))[:60])
    cut, password = read_submissions(tmp_path)
    assert "damaged" in cut.problem
    assert "password" in password.problem


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(NOTEBOOK)
    (tmp_path / "class").mkdir()
    try:
        (tmp_path / "class" / "s1.ipynb").symlink_to(secret)
        (tmp_path / "class" / "s2").symlink_to(tmp_path)
    except OSError:
        pytest.skip("this user may make no links")
    files = read_submissions(tmp_path / "class")
    assert [file.content for file in files] == [b"", b""]
    assert all("link" in file.problem for file in files)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "s1.ipynb")
    (only,) = read_submissions(tmp_path)
    assert "not an ordinary file" in only.problem


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder or zip file"):
        read_submissions(tmp_path / "none")
    put(tmp_path, "one.txt")
    with pytest.raises(ValueError, match="neither a folder nor a zip file"):
        read_submissions(tmp_path / "one.txt")


@pytest.mark.parametrize("content", [b"", b"no zip", zipped(("02.ipynb", NOTEBOOK))[:60]])
def test_a_damaged_zip_file_of_the_whole_class_is_said(tmp_path, content):
    put(tmp_path, "class.zip", content)
    with pytest.raises(ValueError, match=r"class.zip cannot be read. The zip file is damaged.*Download it again"):
        read_submissions(tmp_path / "class.zip")


def test_a_damaged_entry_costs_the_others_nothing(tmp_path):
    content = bytearray(zipped(("s1.ipynb", NOTEBOOK * 9), ("s2.ipynb", NOTEBOOK)))
    content[60] ^= 0xFF  # in the data of the first
    put(tmp_path, "class.zip", bytes(content))
    bad, good = read_submissions(tmp_path / "class.zip")
    assert "damaged" in bad.problem
    assert (good.content, good.problem) == (NOTEBOOK, "")


# --- Whose file it is -------------------------------------------------------------------------------------------------

CLASS = [
    Student("s1024", "Ada Young", platform="501"),
    Student("s1025", "Young, Bo"),
    Student("s10", "Éva de la Cruz"),
    Student("2024-07", "Li Wei"),
    Student("777", "Max Roth"),
]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ada Young_501_assignsubmission_file_/02_customer_pyramid.ipynb", "s1024"),
        ("Somebody Else_501_assignsubmission_file_/x.ipynb", "s1024"),  # the platform's number decides
        ("Bo Young_12_assignsubmission_file_/02_customer_pyramid.ipynb", "s1025"),
        ("Bo Young_12_assignsubmission_file_02_customer_pyramid.ipynb", "s1025"),
        ("youngbo_4711_99_02_customer_pyramid.ipynb", "s1025"),
        ("youngbo_LATE_4711_99_02_customer_pyramid-1.ipynb", "s1025"),
        ("delacruzeva_1_2_02.ipynb", "s10"),
        ("s10.ipynb", "s10"),
        ("S1024 (1).ipynb", "s1024"),
        ("s1024/02_customer_pyramid.ipynb", "s1024"),
        ("02_customer_pyramid_s1024.ipynb", "s1024"),
        ("week 2/s1025_final/work.ipynb", "s1025"),
        ("2024-07.ipynb", "2024-07"),
        ("Li Wei/02.ipynb", "2024-07"),
        ("s1025.zip/folder/02.ipynb", "s1025"),
        # Moodle's number is another student's id: the name decides
        ("Bo Young_777_assignsubmission_file_/02.ipynb", "s1025"),
    ],
)
def test_whose_file_it_is(path, student):
    assert owner_of(path, CLASS).student.id == student


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("02_customer_pyramid.ipynb", "fits nobody"),
        ("s102.ipynb", "fits nobody"),
        ("s10240.ipynb", "fits nobody"),
        ("s1024 and s1025.ipynb", "fits several students ('s1024' and 's1025')"),
    ],
)
def test_whose_file_it_is_not_told(path, says):
    owner = owner_of(path, CLASS)
    assert owner.student is None
    assert says in owner.problem


@pytest.mark.parametrize(
    "path",
    [
        "Ada Young_123_assignsubmission_file_/s1025 (9).ipynb",
        "Ada Young_123_assignsubmission_file/s1025 (9).ipynb",
        "youngada_12345_67890_s1025 (9).ipynb",
        "youngada_LATE_12345_67890_02_customer_pyramid_S1025.ipynb",
        "youngada_12345_67890_Young, Bo.ipynb",
        "youngada_12345_67890_Young, Bo_501_assignsubmission_file_.ipynb",
        "Ada Young_123_assignsubmission_file_/work.zip/s1025/02.ipynb",
        "Ada Young/s1025.ipynb",
        "s1024/s1025.ipynb",
    ],
)
def test_a_file_cannot_be_handed_in_for_a_classmate(path):
    students = [Student("s1024", "Ada Young"), Student("s1025", "Young, Bo")]
    owner = owner_of(path, students)
    assert owner.student is None
    assert "under the name of 's1024'" in owner.problem
    assert "names 's1025'. It counts for nobody" in owner.problem
    (nobodys,) = [row for row in rows_of([File(path, NOTEBOOK)], "02", students) if row.student is None]
    assert nobodys.notes == [owner.problem]


def test_the_platforms_number_beats_what_the_student_chose():
    owner = owner_of("Somebody_501_assignsubmission_file_/s1025.ipynb", CLASS)
    assert (owner.student, owner.under.id) == (None, "s1024")


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ada Young_1_assignsubmission_file_/s1024 with s1025.ipynb", "s1024"),
        ("Ada Young_1_assignsubmission_file_/part 7.ipynb", "s1024"),  # not about student 7
        ("Li Wei_1_assignsubmission_file_/w2.ipynb", "w2"),  # two of that name: the id decides between them
    ],
)
def test_whose_file_it_is_when_more_than_one_is_named(path, student):
    students = [*CLASS, Student("7", "Jo"), Student("w2", "Li Wei")]
    assert owner_of(path, students).student.id == student


def test_only_the_students_words_name_somebody():
    students = [Student("s1", "Ada"), Student("s2", "Bo")]
    chosen, forged = File("xx_11_1_s1.ipynb", NOTEBOOK), File("yy_12_2_s1 (9).ipynb", NOTEBOOK)
    (ada, _) = rows_of([chosen], "02", students)
    assert ada.path == chosen.path
    assert "only the words that the student chose" in ada.discreet[0]
    # two strangers claim one id: neither counts
    ada, _, *nobodys = rows_of([chosen, forged], "02", students)
    assert (ada.path, [row.path for row in nobodys]) == ("", [chosen.path, forged.path])
    assert "see its row" in ada.discreet[0]
    assert ada.notes == ["What was handed in could not be told to be yours."]
    # a stranger's never stands beside the student's own
    own = File("Ada_13_3_02.ipynb", NOTEBOOK)
    ada, _, nobody = rows_of([own, forged], "02", students)
    assert (ada.path, nobody.path, nobody.student) == (own.path, forged.path, None)


def test_the_exercises_own_number_is_nobodys_id():
    assert owner_of("02_customer_pyramid.ipynb", [Student("02"), Student("2")]).student is None


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("s7.ipynb", "s7"),
        ("s7/02_customer_pyramid.ipynb", "s7"),
        ("02_customer_pyramid_s7 (1).ipynb", "s7"),
        ("Ada Young_12_assignsubmission_file_/x.ipynb", "Ada Young"),
        ("youngada_4711_99_x.ipynb", "4711"),
    ],
)
def test_without_a_roster_the_name_is_the_id(path, student):
    assert named_student(path).id == student


@pytest.mark.parametrize("path", ["(1).ipynb", " (2).ipynb", "x/(1).ipynb"])
def test_without_a_roster_a_name_without_id_is_nobodys(path):
    good, nobody = rows_of([File("s7.ipynb", NOTEBOOK), File(path, NOTEBOOK)], "02", None)
    assert (good.student.id, nobody.student) == ("s7", None)
    assert "holds no id" in nobody.notes[0]


def test_which_of_several_files_counts():
    def first(*paths: str, broken: tuple = (), other: tuple = ()) -> str:
        files = [File(path, problem="x" if path in broken else "") for path in paths]
        return newest_first(files, {path: path not in other for path in paths})[0].path

    assert first("a.ipynb", "a (1).ipynb", "a (2).ipynb") == "a (2).ipynb"
    assert first("a (2).ipynb", "a (10).ipynb") == "a (10).ipynb"
    assert first("x-1.ipynb", "x.ipynb") == "x-1.ipynb"
    assert first("a.ipynb", "a (1).ipynb", broken=("a (1).ipynb",)) == "a.ipynb"
    assert first("a.ipynb", "a (1).ipynb", other=("a (1).ipynb",)) == "a.ipynb"
    assert first("draft.ipynb", "final.ipynb") == "final.ipynb"


# --- The roster -------------------------------------------------------------------------------------------------------


def roster(tmp_path: Path, text: str, encoding: str = "utf-8") -> list[Student]:
    file = tmp_path / "roster.csv"
    file.write_bytes(text.encode(encoding))
    return read_roster(file)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_roster_as_spreadsheets_save_it(tmp_path, mark, encoding):
    rows = [("Student ID", "Name", "E-mail"), ("s1", "Zoë Müller", "z@u.edu"), (" s2 ", "Bo", ""), ("", "", "")]
    students = roster(tmp_path, "\r\n".join(mark.join(row) for row in rows), encoding)
    assert [(one.id, one.name, one.email) for one in students] == [("s1", "Zoë Müller", "z@u.edu"), ("s2", "Bo", "")]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "utf-8"])
def test_a_chinese_roster_is_read(tmp_path, encoding):
    students = roster(tmp_path, "student id,name\r\n1,李明\r\n2,吕欣\r\n3,张璐璐\r\n", encoding)
    assert [one.name for one in students] == ["李明", "吕欣", "张璐璐"]


@pytest.mark.parametrize("content", [b"id,name\n1,\xa7\x40\xa9\xfa\xb5\xd8\n", b"id,name\n1,\x81\xff\n"])
def test_a_roster_whose_letters_cannot_be_told_is_refused(tmp_path, content):
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r"roster.csv: it cannot be told for certain.*save as CSV \(UTF-8\)"):
        read_roster(tmp_path / "roster.csv")


def test_a_canvas_gradebook_is_a_roster(tmp_path):
    students = roster(
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Section,HW (1)\n,,,,,Manual Posting\n"
        '    Points Possible,,,,,10\n"Young, Ada",4711,u9,ada1,A,\n"Student, Test",99,,t,A,\n',
    )
    assert [(one.id, one.name, one.platform) for one in students] == [("ada1", "Young, Ada", "4711")]


def test_moodles_tables_are_rosters(tmp_path):
    (one,) = roster(tmp_path, "First name,Last name,ID number,Email address\nAda,Young,s1,a@u.edu\n")
    assert (one.id, one.name, one.email) == ("s1", "Ada Young", "a@u.edu")
    (one,) = roster(tmp_path, "Identifier,Full name,ID number,Grade\nParticipant 501,Ada Young,s1,\n")
    assert (one.id, one.platform) == ("s1", "501")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no rows"),
        ("a,b\n1,2\n", "no column with the students' ids. Its columns are 'a' and 'b'"),
        ("id,name\n,Ada\n", "row 2 has no id"),
        ("id,name\ns1,Ada\nS1 ,Bo\n", "row 3 has the id 'S1', which is in row 2 already"),
        ("PK\x03\x04", "is not a CSV file"),
    ],
)
def test_a_roster_that_cannot_be_used(tmp_path, text, says):
    with pytest.raises(ValueError, match=says.replace("(", "\\(")):
        roster(tmp_path, text)


# --- The notebook -----------------------------------------------------------------------------------------------------


def test_sources_may_be_lists_or_texts_and_half_characters_do_no_harm():
    cells = [
        {"cell_type": "code", "source": ["a = 1\n", "b = 2"]},
        {"cell_type": "code", "source": "c = '\ud800'"},
        {"cell_type": "markdown", "source": "above_100 = 'b'"},
        {"cell_type": "code", "source": 5},
    ]
    read = read_notebook(json.dumps({"cells": cells, "metadata": {"crm": {"exercise": 2, "version": "v"}}}).encode())
    assert read.cells == ["a = 1\nb = 2", "c = '?'"]
    assert (read.exercise, read.version) == ("2", "v")
    assert read.answers_in_text({"q6": "above_100", "q1": "a"}) == ["q6"]
    assert "1 of its cells are damaged" in read.notes[0]


@pytest.mark.parametrize("stamp", ["x", None, 5, [], {"exercise": {"a": 1}}])
def test_an_odd_stamp_does_no_harm(stamp):
    content = {"cells": [{"cell_type": "code", "source": "1"}], "metadata": {"crm": stamp}}
    assert read_notebook(json.dumps(content).encode()).cells == ["1"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b" \n", "The file is empty"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xff\x00", "no valid JSON"),
        (b'{"cells": 5}', "has no cells"),
        (b'{"cells": []}', "no code cell"),
        (json.dumps({"cells": [{"cell_type": "code", "source": ""}] * 3000}).encode(), "3,000 cells"),
        (json.dumps({"cells": [{"cell_type": "code", "source": "x" * 3_000_000}]}).encode(), "2,000,000 characters"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "no valid JSON"),
    ],
)
def test_what_is_no_notebook_says_why(content, says):
    with pytest.raises(Unreadable, match=says):
        read_notebook(content)


def test_an_empty_class_is_no_fault(tmp_path):
    assert read_submissions(tmp_path) == []
