"""The command behind `python course.py grade`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from crmlib.practice import scoring
from crmlib.practice.declare import number_of
from crmlib.practice.grading.byhand import enter_marks, read_marks, save_copy, write_texts
from crmlib.practice.grading.feedback import pack_for_moodle, write_feedback
from crmlib.practice.grading.grade import Row, Stopped, grade
from crmlib.practice.grading.report import class_report
from crmlib.practice.grading.results import open_texts, write_canvas, write_moodle, write_overview, write_points
from crmlib.practice.grading.roster import read_roster
from crmlib.practice.grading.runner import Limits, Runner
from crmlib.practice.grading.store import Store
from crmlib.practice.grading.submissions import read_submissions

USAGE = "python course.py grade SUBMISSIONS --exercise 02 --roster roster.csv"


def main(words: list[str]) -> int:
    """Grade a class as the words of the command say; return the exit code."""
    parser = argparse.ArgumentParser(prog="python course.py grade", usage=USAGE, allow_abbrev=False)
    parser.add_argument("submissions", metavar="SUBMISSIONS", help="folder or zip file with what was handed in")
    parser.add_argument("--exercise", required=True, help="its number, such as 02")
    parser.add_argument("--roster", help="CSV file of the class: student id, name, email")
    parser.add_argument("--out", help="the table of points (grades-02.csv); other files are put beside it")
    parser.add_argument("--private", help="Python file with your own questions")
    parser.add_argument("--title", help="the assignment's name in Canvas, such as 'Customer pyramid (4711)'")
    parser.add_argument("--regrade", action="store_true", help="run again what has been run before")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="how many run at a time")
    parser.add_argument("--seconds", type=float, default=Limits.seconds, help="time for one notebook")
    parser.add_argument("--memory", type=int, default=Limits.megabytes, help="MB of memory for one notebook")
    parser.add_argument("--from", dest="start", default=".", help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    try:
        return grade_class(given)
    except (ValueError, FileNotFoundError, PermissionError, Stopped) as fault:
        print(f"\n{fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Type the same command again to go on where it was.", file=sys.stderr)
        return 130


def grade_class(given: argparse.Namespace) -> int:
    """Grade, and write everything that a grading leaves."""
    import matplotlib as mpl

    mpl.use("agg")
    start = Path(given.start)
    if given.seconds <= 0 or given.memory < 200 or given.workers < 1:
        raise ValueError("--seconds must be above 0, --memory 200 or more, --workers 1 or more.")
    exercise = number_of(given.exercise)
    out = start / (given.out or f"grades-{exercise}.csv")
    if out.suffix.lower() != ".csv":
        raise ValueError(f"--out names the table of points: its name must end in .csv, not {out.name!r}.")
    private = (start / given.private).resolve() if given.private else None
    students = read_roster(start / given.roster) if given.roster else None
    asked = scoring.questions(exercise, private)
    texts = out.with_name(f"{out.stem}-by-hand.csv")
    read_marks(texts, asked, exercise)  # a fault in them is said before anything is run
    files = read_submissions(start / given.submissions)
    print(f"{len(files)} files are read. Grading exercise {exercise} ...", flush=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with Runner(Limits(given.seconds, given.memory)) as runner:
        rows = grade(
            files,
            exercise,
            students,
            Store(out.with_name(f"{out.stem}-runs")),
            runner,
            asked=asked,
            private=private,
            workers=given.workers,
            regrade=given.regrade,
            tell=show_progress,
            say=lambda sentence: print(sentence, flush=True),
        )
    entered = enter_marks(rows, read_marks(texts, asked, exercise), asked)
    if entered.says:
        copy = save_copy(texts)
        entered.says.append(f"A copy of {texts.name} as it was: {copy.name}.")
    pages = out.with_name(f"{out.stem}-feedback")
    report = out.with_name(f"{out.stem}-report.html")
    overview = out.with_name(f"{out.stem}-overview.csv")
    write_points(out, rows)
    write_overview(overview, rows)
    moodle = write_moodle(out.with_name(f"{out.stem}-moodle.csv"), rows)
    canvas = write_canvas(out.with_name(f"{out.stem}-canvas.csv"), rows, given.title or f"Exercise {exercise}")
    write_texts(texts, rows, asked, exercise, entered.kept)
    packed = pack_for_moodle(
        out.with_name(f"{out.stem}-feedback-moodle.zip"), rows, write_feedback(pages, rows, exercise, asked)
    )
    report.write_text(class_report(rows, exercise, scoring.version(exercise), asked), encoding="utf-8", newline="\n")
    written = [(out, "points per question"), (overview, "one row per student and file, with what was odd"),
               (report, "the class: open it in a browser"), (pages, "a page per student"), (texts, "texts to mark by hand"),
               (moodle, "for Moodle"), (canvas, "for Canvas")]  # fmt: skip
    _tell(rows, entered.says, [*written, (packed, "the pages, for Moodle")] if packed else written)
    return int(any(score.status == scoring.NOT_SCORED for row in rows for score in row.scores))


def _tell(rows: list[Row], says: list[str], files: list[tuple[Path, str]]) -> None:
    graded = [row for row in rows if row.counts]
    odd = sum(bool(row.all_notes) for row in rows)
    waiting = sum(open_texts(row) for row in graded)
    print(f"\n{len(graded)} students, {sum(bool(row.path) for row in graded)} handed in. {odd} rows have a note.")
    for file, what in files:
        print(f"  {file.name:<28} {what}")
    if waiting:
        print(
            f"{waiting} texts wait for a mark: fill the column points of {files[4][0].name}, save it, and type the same"
        )
        print("command again. Until then they count 0.")
    for sentence in says:
        print(sentence)


def show_progress(done: int, total: int) -> None:
    """Show how far the grading is: a bar on a screen, a line for each tenth elsewhere."""
    if sys.stderr.isatty():
        bar = "#" * (30 * done // max(total, 1))
        print(f"\r[{bar:<30}] {done} of {total}", end="" if done < total else "\n", file=sys.stderr, flush=True)
    elif done == total or (10 * done) // total > (10 * (done - 1)) // total:
        print(f"{done} of {total}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
