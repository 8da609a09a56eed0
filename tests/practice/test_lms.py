"""Self-checks for a learning platform: every question and explanation is in the file, read back by an independent reader."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

import pytest

from crmlib.practice import lms
from crmlib.practice.selfcheck import lesson_questions

QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
LESSONS = lms.quiz_numbers()


def plain(words: str) -> str:
    return " ".join(words.split())


def read_gift(text: str) -> list[dict]:
    """Read GIFT as its documentation says: ::title::question{=right#why ~wrong#why}, a backslash before its own letters."""
    found = []
    for ask, lines in re.findall(
        r"^::(?:[^:\\]|\\.)*::(.*?)(?<!\\)\{\n(.*?)\n\}", text, flags=re.DOTALL | re.MULTILINE
    ):
        answers, right = {}, None
        for line in lines.splitlines():
            answer, why = re.split(r"(?<!\\)#", line[1:])
            answers[unmark(answer)] = unmark(why)
            right = unmark(answer) if line[0] == "=" else right
        found.append({"ask": unmark(ask), "answers": answers, "right": right})
    return found


def unmark(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def as_one_line(questions: list[dict]) -> list[dict]:
    return [
        {
            "ask": plain(one["ask"]),
            "answers": {plain(answer): plain(why) for answer, why in one["answers"].items()},
            "right": plain(one["right"]),
        }
        for one in questions
    ]


@pytest.mark.parametrize("lesson", LESSONS)
def test_moodles_file_holds_what_the_lesson_asks(lesson):
    assert read_gift(lms.gift(lesson)) == as_one_line(lesson_questions(lesson))


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_qti_file_holds_what_the_lesson_asks(lesson):
    found = []
    for item in ElementTree.fromstring(lms.qti(lesson)).iter(f"{QTI}item"):
        labels = {one.get("ident"): plain("".join(one.itertext())) for one in item.iter(f"{QTI}response_label")}
        told = {one.get("ident"): plain("".join(one.itertext())) for one in item.iter(f"{QTI}itemfeedback")}
        scored = [one for one in item.iter(f"{QTI}respcondition") if one.find(f"{QTI}setvar") is not None]
        assert len(scored) == 1
        found.append(
            {
                "ask": plain("".join(item.find(f"{QTI}presentation/{QTI}material").itertext())),
                "answers": {text: told[f"{name}_fb"] for name, text in labels.items()},
                "right": labels[scored[0].find(f"{QTI}conditionvar/{QTI}varequal").text],
            }
        )
    assert found == as_one_line(lesson_questions(lesson))


def test_the_files_are_written_and_the_same_each_time(tmp_path, capsys):
    assert lms.main(["out", "--from", str(tmp_path)]) == 0
    assert f"{2 * len(LESSONS)} files are in" in capsys.readouterr().out
    first = (tmp_path / "out" / "quiz-02.qti.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "out" / "quiz-02.qti.zip") as package:
        manifest = ElementTree.fromstring(package.read("imsmanifest.xml"))
        listed = [one.get("href") for one in manifest.iter() if one.tag.endswith("file")]
        assert sorted([*listed, "imsmanifest.xml"]) == sorted(package.namelist())
    lms.write_quizzes(tmp_path / "out", ["02"])
    assert (tmp_path / "out" / "quiz-02.qti.zip").read_bytes() == first


def test_a_folder_that_is_a_file_gets_a_sentence(tmp_path, capsys):
    (tmp_path / "quizzes").write_text("mine", encoding="utf-8")
    assert lms.main(["--from", str(tmp_path)]) == 1
    assert "quizzes cannot be written (" in capsys.readouterr().err
    assert (tmp_path / "quizzes").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "Stopped. Type the same command again"),
        (PermissionError(13, "Permission denied", "quiz-02.qti.zip"), 1, "quiz-02.qti.zip cannot be written (Permission denied)"),
    ],
)  # fmt: skip
def test_what_stops_the_command_gets_a_sentence(fault, code, said, monkeypatch, tmp_path, capsys):
    def stop(*_, **__):
        raise fault

    monkeypatch.setattr(lms, "write_quizzes", stop)
    assert lms.main(["--from", str(tmp_path)]) == code
    assert said in capsys.readouterr().err


def test_a_lesson_without_a_self_check_is_named(tmp_path):
    with pytest.raises(ValueError, match="There is no self-check for lesson '99'"):
        lms.write_quizzes(tmp_path, ["99"])
