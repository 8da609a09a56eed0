"""What course.py says to words that it does not understand and to folders that it may not write."""

from __future__ import annotations

import pytest

import course


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reset"], "This was not understood: the following arguments are required: number"),
        (["lab", "--port", "abc"], "This was not understood: argument --port: invalid int value: 'abc'"),
        (["lab", "--port", "70000"], "The port 70000 cannot be used. Give a number from 1024 to 65000"),
        (["lab", "--port", "-1"], "The port -1 cannot be used"),
        (["learn"], "There is no command 'learn'. The commands are: lab, test, build"),
    ],
)
def test_words_that_are_not_understood(words, sentence, tmp_path, capsys):
    assert course.main(words, root=tmp_path) == 1
    assert sentence in capsys.readouterr().err


def test_a_folder_that_may_not_be_written(tmp_path, monkeypatch, capsys):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(tmp_path / "course.log"))

    monkeypatch.setattr(course, "prepare", refuse)
    assert course.main(["lab"], root=tmp_path) == 1
    assert "This may not be written" in capsys.readouterr().err
