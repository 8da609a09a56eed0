"""The command that plays a tournament: whatever a team hands in, the others play, and the report says why."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from crmlib.practice import tournament
from crmlib.strategy import make_plan, small_bank

GOOD = make_plan(300_000, {"acquire": 0.2, "win_back": 0.3, "service": 0.4})
HEADER = "year,acquire,upgrade,keep,win_back,service\n"


@pytest.fixture
def folder(tmp_path):
    """Two teams that play, and what else a class hands in."""
    plans = tmp_path / "plans"
    plans.mkdir()
    GOOD.to_csv(plans / "blue.csv", index=False)
    # as Excel in many countries saves it: semicolons, a byte order mark, capitals and blanks in the header
    (plans / "red.csv").write_text(
        GOOD.rename(columns={"win_back": "Win back"}).to_csv(sep=";", index=False), encoding="utf-8-sig"
    )
    (plans / "~$red.xlsx").write_bytes(b"a lock of Excel")
    (plans / "negative.csv").write_text(
        HEADER + "".join(f"{year},0,0,-9,0,0\n" for year in range(1, 6)), encoding="utf-8"
    )
    make_plan(600_000, {"keep": 1}).to_csv(plans / "overspent.csv", index=False)
    make_plan(300_000, {"keep": 1}, years=2).to_csv(plans / "short.csv", index=False)
    (plans / "essay.csv").write_bytes("我们的计划".encode("gbk"))
    (plans / "huge.csv").write_text(HEADER + "1,0,0,0,0,0\n" * 20_000, encoding="utf-8")
    (plans / "picture.xlsx").write_bytes(b"PNG")
    (plans / "words.csv").write_text(
        HEADER + "".join(f"{year},much,0,0,0,0\n" for year in range(1, 6)), encoding="utf-8"
    )
    return plans


def test_who_plays_and_who_does_not(folder):
    plans, refused = tournament.read_plans(folder, 300_000)
    assert list(plans) == ["blue", "red"]
    pd.testing.assert_frame_equal(plans["red"], plans["blue"])
    said = dict(refused)
    assert set(said) == {
        "essay.csv",
        "huge.csv",
        "negative.csv",
        "overspent.csv",
        "picture.xlsx",
        "short.csv",
        "words.csv",
    }
    assert "less than 0 on 'keep'" in said["negative.csv"]
    assert "¥300,000 more than the budget" in said["overspent.csv"]
    assert said["short.csv"] == "The plan has 2 years; it must have 5."
    assert said["huge.csv"] == "The file is far too large for a plan."
    assert "Save it as CSV (UTF-8) or .xlsx." in said["essay.csv"]
    assert "must hold numbers" in said["words.csv"]


def test_a_whole_tournament_leaves_a_ranking_and_a_report(folder, tmp_path, monkeypatch, capsys):
    start, behaviour = small_bank()
    monkeypatch.setattr(tournament, "load_bank", lambda: None)
    monkeypatch.setattr(tournament, "game", lambda bank: (start, behaviour))
    (folder / "R&D.csv").write_text(make_plan(300_000, {"keep": 1}).to_csv(index=False), encoding="utf-8")
    (folder / "=1+1.csv").write_text(make_plan(300_000, {"acquire": 1}).to_csv(index=False), encoding="utf-8")
    words = [str(folder), "--seed", "5", "--seeds", "2", "--out", str(tmp_path / "out" / "result.html")]
    assert tournament.main(words) == 0
    printed = capsys.readouterr().out
    assert "4 teams play" in printed
    ranking = pd.read_csv(tmp_path / "out" / "result.csv", encoding="utf-8-sig")
    assert set(ranking["team"]) == {"blue", "red", "R&D", "'=1+1"}
    assert pd.api.types.is_numeric_dtype(ranking["gain"])
    place = ranking.set_index("team")["place"]
    assert place["blue"] == place["red"]
    page = (tmp_path / "out" / "result.html").read_text(encoding="utf-8")
    for heading in ("Why the winner won", "The winner's curse", "Plans that could not play", "To repeat it"):
        assert heading in page
    assert "R&amp;D" in page
    assert "R&D" not in page
    assert "overspent.csv" in page


def test_a_ranking_that_is_open_in_excel_gets_a_sentence(folder, tmp_path, monkeypatch, capsys):
    start, behaviour = small_bank()
    monkeypatch.setattr(tournament, "load_bank", lambda: None)
    monkeypatch.setattr(tournament, "game", lambda bank: (start, behaviour))

    def refuse(*_):
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr("os.replace", refuse)
    assert tournament.main([str(folder), "--seed", "5", "--seeds", "2", "--from", str(tmp_path)]) == 1
    assert "tournament.csv is open in another program. Close it there" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["plans"]


@pytest.mark.parametrize("name", ["$$ Cash $$", r"$\frac$", "a $ and b $", "five $", r"\$ and $ and $"])
def test_a_teams_name_is_drawn_as_it_is_typed(name):
    ranking = pd.DataFrame({"team": [name, "blue"], "practice_gain": [2e6, 1e6], "gain": [1.5e6, 1e6]})
    ax = tournament.plot_curse(ranking)
    ax.get_figure().draw_without_rendering()
    drawn = ax.get_legend().get_texts()[-1]
    assert (drawn.get_text(), drawn.get_parse_math()) == (f"winner: {name}", False)
    assert name in ax.get_figure().description
    plt.close(ax.get_figure())


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "Stopped. Type the same command again to play from the start."),
        (PermissionError(13, "Permission denied", "out.html"), 1, "out.html cannot be read or written (Permission denied)"),
        (NotADirectoryError(20, "Not a directory", "out"), 1, "out cannot be read or written (Not a directory)"),
    ],
)  # fmt: skip
def test_what_stops_the_command_gets_a_sentence(fault, code, said, monkeypatch, capsys):
    def stop(*_):
        raise fault

    monkeypatch.setattr(tournament, "read_plans", stop)
    assert tournament.main([".", "--seed", "1"]) == code
    assert said in capsys.readouterr().err


def test_the_game_is_the_bank_of_lesson_11(bank_of_2000):
    start, behaviour = tournament.game(bank_of_2000)
    there = bank_of_2000.months.loc[bank_of_2000.months["month"] == "2025-12-01", "customer"]
    assert start.loc[start["tier"] != "Lost", "customers"].sum() <= len(there)
    aimed = behaviour.responses.query("lever in ['keep', 'service'] and group == 'Small'")
    assert aimed["share"].tolist() == [0.0, 0.0]


@pytest.fixture(scope="module")
def bank_of_2000():
    from crmlib.companies import simulate_bank

    return simulate_bank(2_000, 9)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--seed", "1"], "There is no folder"),
        ([".", "--seed", "1", "--budget", "0"], "--budget must be above 0"),
        ([".", "--seed", "1", "--out", "x.pdf"], "must end in .html"),
    ],
)
def test_a_wrong_command_gets_a_sentence(words, said, tmp_path, capsys):
    assert tournament.main([*words, "--from", str(tmp_path)]) == 1
    assert said in capsys.readouterr().err


def test_an_empty_folder_gets_a_sentence(tmp_path, capsys):
    assert tournament.main([str(tmp_path), "--seed", "1"]) == 1
    assert "holds no plan" in capsys.readouterr().err
