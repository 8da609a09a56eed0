"""A class is graded: every student and every file gets its row, nothing of one costs another, and a stop loses nothing."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from crmlib.practice import scoring
from crmlib.practice.declare import questions_of
from crmlib.practice.grading import grade as grading
from crmlib.practice.grading import sandbox
from crmlib.practice.grading.__main__ import main
from crmlib.practice.grading.feedback import pack_for_moodle
from crmlib.practice.grading.grade import Stopped, fingerprint, grade, rows_of
from crmlib.practice.grading.roster import Student
from crmlib.practice.grading.runner import Limits, Run, Runner
from crmlib.practice.grading.store import Store, key_of
from crmlib.practice.grading.submissions import File, read_submissions
from crmlib.practice.variants import sheet
from tests.practice.grading.broken import ALL, BROKEN, NONE, SOME, code, key_for, packed, short_key_for
from tests.practice.grading.ready import Ready

QUICK = Limits(seconds=15, megabytes=700, printed_megabytes=5)
PRIVATE = """
from crmlib.practice.declare import Misconception, Question

QUESTIONS = (
    Question(name="p1", variable="my_private_answer", points=4, kind="number", expected=lambda bank: 424_242,
             misconceptions=[Misconception("half of it", 212_121, "Only half.")]),
)
"""


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


@pytest.fixture(scope="session")
def class_runner():
    """The runner that a computer like this one gets, started once."""
    with Runner(QUICK) as runner:
        yield runner


# --- Everything that goes wrong ---------------------------------------------------------------------------------------

AT_ONCE = 6  # students of a class; their data are worked out once and serve several classes


@pytest.fixture(scope="session")
def wrong_rows(tmp_path_factory, class_runner) -> dict[str, grading.Row]:
    """Grade every broken submission, in classes of six, each with one good notebook; return name of the way -> row."""
    found = {}
    ids = [f"b{place}x" for place in range(AT_ONCE)]
    keys = {student: short_key_for(student) for student in [*ids, "good"]}
    students = [Student(student) for student in [*ids, "good", "missing"]]
    for start in range(0, len(BROKEN), AT_ONCE):
        folder = tmp_path_factory.mktemp("wrong")
        some = dict(zip(ids, BROKEN[start : start + AT_ONCE], strict=False))
        for student, broken in some.items():
            (folder / "class" / student).mkdir(parents=True)
            (folder / "class" / student / broken.file).write_bytes(broken.make(keys[student]))
        (folder / "class" / "good.ipynb").write_bytes(packed(keys["good"]))
        files = read_submissions(folder / "class")
        class_runner.limits = replace(QUICK, seconds=QUICK.seconds / 4)
        try:
            rows = grade(files, "02", students, Store(folder / "runs"), class_runner)
        finally:
            class_runner.limits = QUICK
        assert [row.student.id for row in rows] == [student.id for student in students]
        for row in rows:
            name = some[row.student.id].name if row.student.id in some else row.student.id
            found[f"{name} {start}" if name in ("good", "missing") else name] = row
    return found


def full_points() -> float:
    return sum(question.points for question in questions_of("02") if question.kind != "text")


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_submission_has_its_row_and_reason(wrong_rows, broken):
    row = wrong_rows[broken.name]
    if broken.earns == ALL:
        assert row.points == full_points(), row.notes
    elif broken.earns == NONE:
        assert row.points == 0, row.notes
    elif broken.earns == SOME:
        assert 0 < row.points < full_points(), row.notes
    assert len(row.scores) == len(questions_of("02"))
    assert re.search(broken.note, " ".join(row.all_notes)), row.all_notes


def test_the_others_are_graded_as_if_alone(wrong_rows):
    good = [row for name, row in wrong_rows.items() if name.startswith("good")]
    missing = [row for name, row in wrong_rows.items() if name.startswith("missing")]
    assert len(good) == len(missing) == -(-len(BROKEN) // AT_ONCE)
    assert {(row.points, tuple(row.notes)) for row in good} == {(full_points(), ())}
    assert {(row.points, tuple(row.notes)) for row in missing} == {(0, ("Nothing was handed in.",))}


# --- The whole way, by the command ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def command_out(tmp_path_factory) -> Path:
    """Grade a small class by the command, as Moodle exports it: the real key, a neighbour's, hostile text, nobody's file."""
    folder = tmp_path_factory.mktemp("command")
    hostile = short_key_for("b2x")
    hostile["cells"].append(code("recommendation = '=HYPERLINK(\"http://x\") <script>alert(1)</script>'"))
    hostile["cells"].append(code("raise ValueError('=1+1 <img src=x onerror=alert(1)>')"))
    handed_in = {
        "Ada One_901_assignsubmission_file_/02_customer_pyramid.ipynb": packed(key_for("b0x")),
        "Bo Two_902_assignsubmission_file_/02_customer_pyramid.ipynb": packed(key_for("b0x")),
        "=Cy Three_903_assignsubmission_file_/<b>.ipynb": packed(hostile),
        "nobody knows.ipynb": b"",
    }
    for name, content in handed_in.items():
        (folder / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "class" / name).write_bytes(content)
    roster = "student id,name,email\nb0x,Ada One,a@u.edu\nb1x,Bo Two,b@u.edu\nb2x,=Cy Three,c@u.edu\nb3x,Di Four,\n"
    (folder / "roster.csv").write_text(roster, encoding="utf-8")
    words = ["class", "--exercise", "2", "--roster", "roster.csv", "--from", str(folder)]
    assert main(words) == 0
    return folder


def test_the_command_leaves_a_row_for_everybody(command_out):
    overview = read(command_out / "grades-02-overview.csv")
    assert [(row["student"], row["counts"]) for row in overview] == [
        ("b0x", "yes"), ("b1x", "yes"), ("b2x", "yes"), ("b3x", "yes"), ("", "no"),
    ]  # fmt: skip
    points = {row["student"]: float(row["points"]) for row in overview if row["points"]}
    assert points["b0x"] == points["b2x"] == full_points()
    assert points["b1x"] < full_points() / 2  # a neighbour's notebook, whole
    assert points["b3x"] == 0
    assert overview[3]["notes"] == "Nothing was handed in."
    assert "fits nobody" in overview[4]["notes"]
    assert len(read(command_out / "grades-02.csv")) == 4 * len(questions_of("02"))


def test_moodle_takes_the_pages_back(command_out):
    """Read as Moodle's importziplib.php reads it: the number between the first two underscores of a folder's name."""
    with zipfile.ZipFile(command_out / "grades-02-feedback-moodle.zip") as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    told = {}
    for name, page in pages.items():
        folder, file = name.split("/")
        _, number, kind, plugin, rest = folder.split("_", 4)
        assert (kind, plugin, rest) == ("assignsubmission", "file", "")
        told[number] = file
        assert page == (command_out / "grades-02-feedback" / file).read_text("utf-8")
    assert told == {"901": "b0x.html", "902": "b1x.html", "903": "b2x.html"}


def test_a_page_whose_folder_may_be_another_s_is_not_packed(tmp_path):
    students = [Student("b0x", "Ada One"), Student("b1x", "Bo Two"), Student("b2x", "Cy Three")]
    files = [
        File("Ada One_901_assignsubmission_file_/work.ipynb", b""),
        File("Some Body_902_assignsubmission_file_/b1x.ipynb", b""),
        File("b2x.ipynb", b""),
    ]
    rows = rows_of(files, "02", students)
    pages = [tmp_path / f"{row.student.id}.html" for row in rows]
    for page in pages:
        page.write_text("a page", encoding="utf-8")
    archive = pack_for_moodle(tmp_path / "m.zip", rows, pages)
    assert zipfile.ZipFile(archive).namelist() == ["Ada One_901_assignsubmission_file_/b0x.html"]
    assert pack_for_moodle(tmp_path / "none.zip", rows[2:], pages[2:]) is None
    assert not (tmp_path / "none.zip").exists()


def test_platforms_know_the_students(command_out):
    moodle, canvas = read(command_out / "grades-02-moodle.csv"), read(command_out / "grades-02-canvas.csv")
    assert [row["Identifier"] for row in moodle] == ["Participant 901", "Participant 902", "Participant 903", ""]
    assert [row["ID number"] for row in moodle] == ["b0x", "b1x", "b2x", "b3x"]
    assert float(moodle[0]["Grade"]) == full_points()
    assert canvas[0]["Student"] == "Points Possible"
    assert [row["SIS Login ID"] for row in canvas[1:]] == ["b0x", "b1x", "b2x", "b3x"]
    assert float(canvas[1]["Exercise 02"]) == full_points()


def test_no_table_holds_a_formula_and_no_page_a_script(command_out):
    for file in command_out.glob("grades*.csv"):
        for row in read(file):
            assert not [cell for cell in row.values() if cell and cell.lstrip()[:1] in "=+-@\t\r|"], file
    pages = [command_out / "grades-02-report.html", *(command_out / "grades-02-feedback").iterdir()]
    assert len(pages) == 5
    for file in pages:
        page = file.read_text("utf-8")
        assert "<script" not in page
        assert "<img src=x" not in page
        assert "src=http" not in page
    hostile = (command_out / "grades-02-feedback" / "b2x.html").read_text("utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hostile
    assert "&lt;img src=x onerror" in hostile


def test_no_page_of_a_student_names_another(command_out):
    # The two handed in the same file; that is for the instructor to know.
    assert "b1x" not in (command_out / "grades-02-feedback" / "b0x.html").read_text("utf-8")
    assert "'b1x'" in (command_out / "grades-02-overview.csv").read_text("utf-8")


def test_the_report_shows_where_the_class_stands(command_out):
    report = (command_out / "grades-02-report.html").read_text("utf-8")
    assert "4 students, 3 handed in, 3 notebooks could be run. 3 texts are still to be marked" in report
    alt = re.findall(r'<img alt="([^"]*)"', report)
    assert len(alt) >= 4
    assert "q1 2 correct, 1 not yet, 0 not attempted" in alt[0]
    assert any("in the bank of 20,000 customers" in words for words in alt)
    rights = [float(sheet("02", student)["q5"].right) for student in ("b0x", "b1x", "b2x")]
    assert f"have the mean {sum(rights) / 3:,.4g}" in " ".join(alt)


def test_marks_given_by_hand_come_back(command_out):
    file = command_out / "grades-02-by-hand.csv"
    texts = read(file)
    assert [row["student"] for row in texts] == ["b0x", "b1x", "b2x"]
    assert texts[2]["text"].startswith("'=HYPERLINK")
    assert texts[0]["rubric"].startswith("5: ")
    before = float(read(command_out / "grades-02-overview.csv")[0]["points"])
    texts[0]["points"] = "3,5"  # as a German spreadsheet writes it, which also puts semicolons
    earlier = re.sub("text t[0-9a-f]+", "text t0000000000", texts[1]["belongs_to"])
    texts[1] |= {"points": "4", "belongs_to": earlier}  # the mark of an earlier text
    with file.open("w", encoding="cp1252", errors="replace", newline="") as out:
        table = csv.DictWriter(out, list(texts[0]), delimiter=";")
        table.writeheader()
        table.writerows(texts)
    words = ["class", "--exercise", "2", "--roster", "roster.csv", "--from", str(command_out)]
    assert main(words) == 0
    overview = read(command_out / "grades-02-overview.csv")
    assert float(overview[0]["points"]) == before + 3.5
    assert [row["to_mark_by_hand"] for row in overview[:4]] == ["0", "1", "1", "0"]
    assert [row["points"] for row in read(file)] == ["3.5", "", ""]
    file.write_text(file.read_text("utf-8-sig").replace(",3.5,", ",99,"), encoding="utf-8")
    assert main(words) == 1


# --- Ids, copies, versions --------------------------------------------------------------------------------------------


def graded(files: list[File], students: list[str], folder: Path, runner: Runner, **options) -> dict[str, grading.Row]:
    rows = grade(files, "02", [Student(one) for one in students], Store(folder), runner, **options)
    return {row.student.id if row.student else row.path: row for row in rows if row.counts or not row.student}


def status(row: grading.Row, question: str) -> str:
    return next(score.status for score in row.scores if score.question == question)


def right_first_answer(student: str) -> int:
    return int(sheet("02", student)["q1"].right)


def test_copied_numbers_are_scored_for_who_handed_them_in(class_runner, small, tmp_path):
    own = right_first_answer("b1x")
    assert own != right_first_answer("b2x")
    files = [
        File("b1x.ipynb", small(f"present_customers = {own}", student="b1x")),
        File("b2x.ipynb", small(f"present_customers = {own}", student="b2x")),
    ]
    rows = graded(files, ["b1x", "b2x"], tmp_path, class_runner)
    assert (status(rows["b1x"], "q1"), status(rows["b2x"], "q1")) == ("correct", "not yet")


def test_a_copied_file_is_scored_for_who_handed_it_in_and_said(class_runner, small, tmp_path):
    content = small(f"present_customers = {right_first_answer('b1x')}", student="b1x")
    rows = graded([File("b1x.ipynb", content), File("b2x.ipynb", content)], ["b1x", "b2x"], tmp_path, class_runner)
    assert (status(rows["b1x"], "q1"), status(rows["b2x"], "q1")) == ("correct", "not yet")
    assert "b1x" not in "".join(rows["b2x"].notes)
    assert "The notebook's variable student is not 'b2x'" in rows["b2x"].notes[-1]
    same = "The same file, byte by byte, was handed in by"
    assert rows["b2x"].discreet == [f"{same} 'b1x'.", "The notebook says student = 'b1x'."]
    assert rows["b1x"].discreet == [f"{same} 'b2x'."]


def test_capitals_and_blanks_in_the_id_do_not_count(class_runner, small, tmp_path):
    content = small(f"present_customers = {right_first_answer('b1x')}", student=" B1X ", version=scoring.version("02"))
    row = graded([File("B1X.ipynb", content)], ["b1x"], tmp_path, class_runner)["b1x"]
    assert status(row, "q1") == "correct"
    assert row.notes == []


def test_another_version_is_said(class_runner, small, tmp_path):
    row = graded([File("b1x.ipynb", small("x = 1", version="0"))], ["b1x"], tmp_path, class_runner)["b1x"]
    assert f"(0; graded with {scoring.version('02')})" in row.notes[0]


def test_a_doubled_file_counts_once(small):
    rows = rows_of([File("b1x.ipynb", small()), File("b1x (1).ipynb", small("x = 1"))], "02", [Student("b1x")])
    assert [(row.path, row.counts) for row in rows] == [("b1x (1).ipynb", True), ("b1x.ipynb", False)]
    assert rows[0].notes == ["2 files were handed in; this one counts."]
    assert rows[1].notes == ["It does not count: b1x (1).ipynb does."]


# --- Private questions ------------------------------------------------------------------------------------------------


def test_private_questions_are_scored_and_never_seen(class_runner, small, tmp_path):
    private = tmp_path / "private.py"
    private.write_text(PRIVATE, encoding="utf-8")
    search = (
        "import gc, os, sys\n"
        f"seen = os.path.exists({str(private)!r})\n"
        "import pathlib\n"
        "words = [text for text in gc.get_objects() if isinstance(text, dict) and 'p1' in text]\n"
        "present_customers = [seen, 'crm_private_questions' in sys.modules, len(words)]"
    )
    files = [
        File("b1x.ipynb", small("my_private_answer = 424242")),
        File("b2x.ipynb", small("my_private_answer = 212121", student="b2x")),
        File("b3x.ipynb", small(search, student="b3x")),
    ]
    rows = graded(files, ["b1x", "b2x", "b3x"], tmp_path / "runs", class_runner, private=private)
    assert (rows["b1x"].points, rows["b2x"].points) == (4, 0)
    assert rows["b2x"].scores[-1].misconception == "half of it"
    if class_runner.sandboxed:
        assert rows["b3x"].answers["present_customers"] == [False, False, 0]
    assert not list(tmp_path.rglob("*.pyc"))


def test_a_private_file_where_notebooks_can_read_is_refused(in_rooms, tmp_path, monkeypatch):
    private = tmp_path / "private.py"
    private.write_text(PRIVATE, encoding="utf-8")
    monkeypatch.setattr(sandbox, "visible_paths", lambda: [tmp_path])
    with pytest.raises(ValueError, match="that notebooks can read"):
        grade([], "02", [Student("b1x")], Store(tmp_path), in_rooms, private=private)


FAULTY = """
from crmlib.practice import Question

QUESTIONS = (
    Question(name="p1", variable="branches", points=4, kind="number",
             expected=lambda bank: bank.tables["no such table"]),
    Question(name="p2", variable="constant", points=2, kind="number", expected=5),
)
"""


def test_a_faulty_private_question_costs_nobody_the_other_points(small, tmp_path, monkeypatch, capsys):
    right = right_first_answer("b1x")
    run = Run(student="b1x", answers={"present_customers": right, "constant": 5, "branches": 3})
    monkeypatch.setattr("crmlib.practice.grading.__main__.Runner", lambda *_: Ready(lambda cells: run))
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "b1x.ipynb").write_bytes(small())
    (tmp_path / "mine.py").write_text(FAULTY, encoding="utf-8")
    (tmp_path / "roster.csv").write_text("id,name\nb1x,Ada\nb2x,Bo\n", encoding="utf-8")
    words = ["class", "--exercise", "2", "--roster", "roster.csv", "--private", "mine.py", "--from", str(tmp_path)]
    assert main(words) == 1
    said = capsys.readouterr().out
    assert "The private question p1 of mine.py could not be scored, so it counts for nobody" in said
    assert "Line 6 raises" in said
    points = {
        (row["student"], row["question"]): (row["points"], row["status"]) for row in read(tmp_path / "grades-02.csv")
    }
    assert points["b1x", "q1"] == ("1", "correct")
    assert points["b1x", "p2"] == ("2", "correct")
    assert points["b1x", "p1"] == points["b2x", "p1"] == ("", "not scored")
    most = sum(question.points for question in questions_of("02")) + 2
    assert [row["Grade"] for row in read(tmp_path / "grades-02-moodle.csv")] == ["3", "0"]
    assert {float(row["Maximum grade"]) for row in read(tmp_path / "grades-02-moodle.csv")} == {most}
    assert [float(row["Exercise 02"]) for row in read(tmp_path / "grades-02-canvas.csv")] == [most, 3, 0]
    (tmp_path / "mine.py").write_text(FAULTY.replace('bank.tables["no such table"]', "3"), encoding="utf-8")
    assert main(words) == 0
    assert read(tmp_path / "grades-02-moodle.csv")[0]["Grade"] == "7"


def test_an_answer_that_breaks_the_scoring_costs_the_others_nothing(small, tmp_path, monkeypatch):
    judge = grading.judge
    monkeypatch.setattr(
        grading, "judge", lambda question, *rest: 1 / (question.name != "q1") and judge(question, *rest)
    )
    files = [File("b1x.ipynb", small()), File("b2x.ipynb", small("2"))]
    rows = graded(
        files,
        ["b1x", "b2x", "b3x"],
        tmp_path,
        Ready(lambda cells: Run(student="b1x", answers={"present_customers": 1})),
    )
    assert [(row.incomplete, status(row, "q1")) for row in rows.values()] == [
        (True, "not scored"), (True, "not scored"), (False, "not attempted"),
    ]  # fmt: skip
    assert "The answer to q1 could not be scored (ZeroDivisionError" in rows["b1x"].discreet[0]


def test_the_private_file_is_run_once(small, tmp_path):
    private, ran = tmp_path / "mine.py", tmp_path / "ran.txt"
    count = f"from pathlib import Path\nwith Path({str(ran)!r}).open('a') as file:\n    file.write('x')\n"
    private.write_text(count + PRIVATE, encoding="utf-8")
    files = [File(f"b{n}x.ipynb", small(str(n))) for n in range(3)]
    graded(files, ["b0x", "b1x", "b2x"], tmp_path / "runs", Ready(lambda cells: Run(student="b1x")), private=private)
    assert ran.read_text("utf-8") == "x"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("x = 1\nthis is no python", "Line 2 raises SyntaxError"),
        ("import no_such_module", "Line 1 raises ModuleNotFoundError: No module named 'no_such_module'"),
        ("\n\nprint(unknown)", "Line 3 raises NameError: name 'unknown' is not defined"),
        ("from crmlib.practice import Question\nQuestion(title=5)", "Line 2 raises TypeError"),
        ("raise SystemExit", "Line 1 raises SystemExit"),
        ("QUESTIONS = 5", "must have a tuple `QUESTIONS`"),
        ("from crmlib.practice import Question\n"
         "QUESTIONS = (Question(name='p1', variable='x', points=1, kind='number', expected=5))",
         "must have a tuple `QUESTIONS`"),
    ],
)  # fmt: skip
def test_a_private_file_that_python_refuses_is_said_with_its_line(code, says, tmp_path, capsys):
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    assert main([".", "--exercise", "02", "--private", "mine.py", "--from", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "mine.py" in said
    assert says in said
    assert not list(tmp_path.rglob("*.pyc"))


# --- Going on, and again ----------------------------------------------------------------------------------------------


def test_what_has_run_is_not_run_again_unless_asked(class_runner, small, tmp_path, monkeypatch):
    runs = []
    real = type(class_runner).run
    monkeypatch.setattr(type(class_runner), "run", lambda self, *words: runs.append(1) or real(self, *words))
    files = [File("b1x.ipynb", small("present_customers = 1"))]
    first = graded(files, ["b1x"], tmp_path, class_runner)["b1x"]
    again = graded(files, ["b1x"], tmp_path, class_runner)["b1x"]
    assert (len(runs), again.scores, again.notes) == (1, first.scores, first.notes)
    graded([File("b1x.ipynb", small("present_customers = 2"))], ["b1x"], tmp_path, class_runner)
    assert len(runs) == 2
    graded(files, ["b1x"], tmp_path, class_runner, regrade=True)
    assert len(runs) == 3


def test_an_interrupted_grading_goes_on_where_it_was(class_runner, small, tmp_path, monkeypatch):
    files = [File(f"b{n}x.ipynb", small(f"present_customers = {n}", student=f"b{n}x")) for n in range(6)]
    students = [f"b{n}x" for n in range(6)]

    def stop_after_two(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        graded(files, students, tmp_path, class_runner, tell=stop_after_two, workers=1)
    kept = len(list(tmp_path.glob("*.json")))
    assert 2 <= kept < 6
    assert not list(tmp_path.glob("*.running"))
    runs = []
    real = type(class_runner).run
    monkeypatch.setattr(type(class_runner), "run", lambda self, *words: runs.append(1) or real(self, *words))
    rows = graded(files, students, tmp_path, class_runner)
    assert len(runs) == 6 - kept
    assert [rows[f"b{n}x"].answers["present_customers"] for n in range(6)] == list(range(6))


@pytest.mark.parametrize(
    "content", ["", "rubbish", "{}", '{"answers": 5}', '{"answers": {"a": [[[[]]]]}, "points": 22}']
)
def test_a_kept_run_that_is_damaged_is_run_again(tmp_path, content):
    store = Store(tmp_path)
    store.save("k", Run(answers={"a": 1}))
    assert store.load("k").answers == {"a": 1}
    (tmp_path / "k.json").write_text(content, encoding="utf-8")
    assert store.load("k") in (None, Run())


def test_no_notebook_stops_the_grading_by_what_it_says_of_its_errors(small, tmp_path):
    # int() refuses more than 4,300 digits, so such a run is not even kept.
    store = Store(tmp_path)
    store.save("k", Run(failed={"1" * 5000: "x"}))
    assert store.load("k") is None
    odd = Run(student="b1x", failed={"1" * 5000: "x"}, answers={"present_customers": right_first_answer("b1x")})
    row = graded([File("b1x.ipynb", small())], ["b1x"], tmp_path, Ready(lambda cells: odd))["b1x"]
    assert "How it ran cannot be said (ValueError" in row.discreet[0]
    assert status(row, "q1") == "correct"


def test_the_key_of_a_run_changes_with_all_that_it_depends_on():
    base = (b"notebook", ["a"], "v1", Limits())
    others = [(b"x", ["a"], "v1", Limits()), (b"notebook", ["b"], "v1", Limits()), (b"notebook", ["a"], "v2", Limits()),
              (b"notebook", ["a"], "v1", Limits(seconds=1))]  # fmt: skip
    assert len({key_of(*base), *(key_of(*other) for other in others)}) == 5
    assert key_of(*base) == key_of(*base)


def test_points_put_into_a_kept_run_count_nothing(class_runner, small, tmp_path):
    files = [File("b1x.ipynb", small("present_customers = 1"))]
    graded(files, ["b1x"], tmp_path, class_runner)
    (kept,) = tmp_path.glob("*.json")
    forged = json.loads(kept.read_text("utf-8"))
    forged["answers"]["points"] = 22
    kept.write_text(json.dumps(forged), encoding="utf-8")
    assert graded(files, ["b1x"], tmp_path, class_runner)["b1x"].points == 0


# --- Where the system builds no rooms ---------------------------------------------------------------------------------

DRIVER = """
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from crmlib.practice.grading.grade import grade
from crmlib.practice.grading.roster import Student
from crmlib.practice.grading.runner import Limits, Runner
from crmlib.practice.grading.store import Store
from crmlib.practice.grading.submissions import read_submissions

folder = Path(sys.argv[1])
runner = Runner(Limits(seconds=20), sandboxed=False)
rows = grade(read_submissions(folder / "class"), "02", [Student("b1x"), Student("b2x")], Store(folder / "runs"), runner)
print([(row.student.id, row.points, " ".join(row.notes)) for row in rows])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process there has no right to end its parent by a signal")
def test_a_notebook_that_ends_the_grader_is_left_alone_at_last(small, tmp_path):
    (tmp_path / "class").mkdir()
    right = right_first_answer("b2x")
    (tmp_path / "class" / "b1x.ipynb").write_bytes(small("import os\nos.kill(os.getppid(), 9)"))
    (tmp_path / "class" / "b2x.ipynb").write_bytes(small(f"present_customers = {right}", student="b2x"))
    command = [sys.executable, "-P", "-c", DRIVER, str(tmp_path)]
    codes, answer = [], None
    for _ in range(5):
        answer = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
        codes.append(answer.returncode)
        if answer.returncode == 0:
            break
    assert codes[0] != 0
    assert codes[-1] == 0, answer.stderr
    assert "('b1x', 0.0, '" in answer.stdout
    assert "It was not run: 2 times the grader itself was ended" in answer.stdout
    assert "('b2x', 1.0, '" in answer.stdout


def test_a_change_to_the_courses_own_files_is_noticed(small, tmp_path, monkeypatch):
    seen = iter(["before", "after"])
    monkeypatch.setattr(grading, "fingerprint", lambda *_: next(seen))
    monkeypatch.setattr(Runner, "run", lambda *_: Run(answers={}))
    store = Store(tmp_path)
    with pytest.raises(Stopped, match=r"b1x.ipynb.*fresh copy"):
        grade([File("b1x.ipynb", small())], "02", [Student("b1x")], store, Runner(QUICK, sandboxed=False))
    assert list(tmp_path.glob("*.running"))


def test_the_fingerprint_covers_code_and_private_questions(tmp_path):
    private = tmp_path / "private.py"
    private.write_text("a", encoding="utf-8")
    first = fingerprint(private)
    private.write_text("b", encoding="utf-8")
    assert len({first, fingerprint(private), fingerprint()}) == 3


def test_the_fingerprint_covers_the_data(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "datasets_folder", lambda: tmp_path)
    (tmp_path / "customers.csv").write_text("a", encoding="utf-8")
    first = fingerprint()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("a", encoding="utf-8")
    assert fingerprint() == first
    (tmp_path / "customers.csv").write_text("b", encoding="utf-8")
    assert fingerprint() != first


# --- The command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["none", "--exercise", "02"], "There is no folder or zip file"),
        ([".", "--exercise", "77"], "There is no exercise"),
        ([".", "--exercise", "02", "--roster", "none.csv"], "There is no file"),
        ([".", "--exercise", "02", "--out", "grades.xlsx"], "its name must end in .csv"),
        ([".", "--exercise", "02", "--private", "none.py"], "There is no file"),
        ([".", "--exercise", "02", "--seconds", "0"], "--seconds must be above 0"),
    ],
)
def test_what_cannot_be_done_is_said(words, says, tmp_path, capsys):
    assert main([*words, "--from", str(tmp_path)]) == 1
    assert says in capsys.readouterr().err


def test_course_py_hands_the_words_on(monkeypatch, tmp_path):
    import course

    ran = []
    monkeypatch.setattr(course, "prepare", lambda *_, **__: None)
    monkeypatch.setattr(course, "run_on_screen", lambda root, command: ran.append([str(word) for word in command]) or 0)
    monkeypatch.chdir(tmp_path)
    assert course.main(["grade", "class", "--exercise", "02", "--roster", "r.csv"], root=tmp_path) == 0
    (command,) = ran
    assert command[1:] == [
        "-P", "-m", "crmlib.practice.grading", "--from", str(tmp_path), "class", "--exercise", "02", "--roster", "r.csv",
    ]  # fmt: skip
