"""The command that plays a tournament: whatever a team hands in, the others play, and the report says why."""

from __future__ import annotations

import zipfile

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


def test_plans_are_read_as_a_platform_exports_them(tmp_path):
    """Moodle's folders and flat names, Canvas's names, a form that nobody renamed, a zip file of them all."""
    plan = GOOD.to_csv(index=False)
    names = {
        "Ada Young_12345_assignsubmission_file_/blue.csv": "blue",
        "Bo Li_12346_assignsubmission_file_red team.csv": "red team",
        "Cy Wu_12347_assignsubmission_file/plan.csv": "Cy Wu",
        "wangdi_LATE_123_456_green.csv": "green",
        "evening/team-2.csv": "team-2",
        "evening/gold/Plan (1).csv": "gold",
    }
    with zipfile.ZipFile(tmp_path / "plans.zip", "w") as archive:
        for name in names:
            archive.writestr(name, plan)
        archive.writestr("Di Xu_12348_assignsubmission_file_/plan.docx", "a text")
    with zipfile.ZipFile(tmp_path / "plans.zip") as archive:
        archive.extractall(tmp_path / "folder")
    for place in ("plans.zip", "folder"):
        plans, refused = tournament.read_plans(tmp_path / place, 300_000)
        assert sorted(plans) == sorted(names.values())
        ((file, reason),) = refused
        assert file.endswith("plan.docx")
        assert "must end in .csv or .xlsx" in reason


def test_one_table_holds_the_slips_of_a_whole_class(tmp_path):
    """A row a team, the same every year; a team may also give each year. Of a wrong row only that team is out."""
    (tmp_path / "slips.csv").write_text(
        "Team,acquire,upgrade,keep,win back,service\n"
        "1,60000,0,0,90000,120000\n2,400000,0,0,0,0\n3,1,1,,1,1\nred,0,0,0,0,10\nred,0,0,0,0,10\n,,,,,\n",
        encoding="utf-8",
    )
    plans, refused = tournament.read_plans(tmp_path / "slips.csv", 300_000)
    assert list(plans) == ["1"]
    pd.testing.assert_frame_equal(plans["1"][list(GOOD)], GOOD, check_dtype=False)
    said = dict(refused)
    assert set(said) == {"slips.csv, 2", "slips.csv, 3", "slips.csv, red"}
    assert "more than the budget" in said["slips.csv, 2"]
    assert "Write 0 for nothing" in said["slips.csv, 3"]
    years = pd.concat([GOOD.assign(team="blue"), GOOD.assign(team="green")])
    years.to_excel(tmp_path / "years.xlsx", index=False)
    assert list(tournament.read_plans(tmp_path / "years.xlsx", 300_000)[0]) == ["blue", "green"]


def test_teams_may_be_numbered(tmp_path):
    (tmp_path / "slips.csv").write_text(
        "team;acquire;upgrade;keep;win_back;service\n1;0;0;0;0;9\n12;0;0;0;0;9\n;;;;;\n", encoding="utf-8"
    )
    assert list(tournament.read_plans(tmp_path, 300_000)[0]) == ["1", "12"]


def test_a_row_without_a_team_is_named(tmp_path):
    (tmp_path / "slips.csv").write_text(
        "team,acquire,upgrade,keep,win_back,service\nblue,0,0,0,0,9\n,0,0,0,0,9\n", encoding="utf-8"
    )
    assert tournament.read_plans(tmp_path, 300_000) == ({}, [("slips.csv", "Row 3 has no team.")])


def test_a_plan_in_thousands_or_an_empty_form_is_named(root):
    form = pd.read_csv(root / "instructor" / "plan.csv")
    plans = {
        "thousands": make_plan(300, {"keep": 1}),
        "form": form,
        "yuan": GOOD,
        "careful": make_plan(3_000, {"keep": 1}),
    }
    said = dict(tournament.doubtful(plans, 300_000))
    assert set(said) == {"thousands", "form"}
    assert said["thousands"] == "It spends ¥1,500 in all. Are these thousands? The file is in yuan."
    assert "left empty" in said["form"]


def test_the_form_can_be_played_as_it_is(root):
    plans, refused = tournament.read_plans(root / "instructor" / "plan.csv", 300_000)
    assert (list(plans), refused) == (["plan"], [])


def test_a_whole_tournament_leaves_a_ranking_and_a_report(folder, tmp_path, monkeypatch, capsys):
    start, behaviour = small_bank()
    monkeypatch.setattr(tournament, "load_bank", lambda: None)
    monkeypatch.setattr(tournament, "game", lambda bank: (start, behaviour))
    (folder / "R&D.csv").write_text(make_plan(300_000, {"keep": 1}).to_csv(index=False), encoding="utf-8")
    (folder / "=1+1.csv").write_text(make_plan(300_000, {"acquire": 1}).to_csv(index=False), encoding="utf-8")
    (folder / "few.csv").write_text(make_plan(300, {"keep": 1}).to_csv(index=False), encoding="utf-8")
    words = [str(folder), "--seed", "5", "--seeds", "2", "--out", str(tmp_path / "out" / "result.html")]
    assert tournament.main(words) == 0
    printed = capsys.readouterr().out
    assert "5 teams play" in printed
    assert "few plays, but look at its plan" in printed
    ranking = pd.read_csv(tmp_path / "out" / "result.csv", encoding="utf-8-sig")
    assert set(ranking["team"]) == {"blue", "red", "few", "R&D", "'=1+1"}
    assert pd.api.types.is_numeric_dtype(ranking["gain"])
    place = ranking.set_index("team")["place"]
    assert place["blue"] == place["red"]
    page = (tmp_path / "out" / "result.html").read_text(encoding="utf-8")
    for heading in (
        "Why the winner won",
        "The winner's curse",
        "Plans to look at",
        "Plans that could not play",
        "To repeat it",
    ):
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
