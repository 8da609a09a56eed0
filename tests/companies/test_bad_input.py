"""Files that were cut, edited or renamed, and impossible arguments: each gets a sentence that says what to do."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from crmlib.companies import _store, load_bank, load_utility, simulate_bank, simulate_utility, write_company


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("companies") / "bank"
    write_company(simulate_bank(customers=300, seed=1), folder)
    return folder


@pytest.fixture
def files(written, tmp_path) -> Path:
    """A copy of a small bank's files, to be broken."""
    return Path(shutil.copytree(written, tmp_path / "bank"))


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    assert old in text
    changed = text.replace(old, new, count).encode("utf-8")
    path.write_bytes(gzip.compress(changed) if path.suffix == ".gz" else changed)


def test_untouched_files_load(files):
    assert len(load_bank(files).customers) == 300


def test_a_missing_folder():
    with pytest.raises(FileNotFoundError, match="nowhere is not there"):
        load_bank("nowhere")


def test_a_missing_or_renamed_file(files):
    (files / "branches.csv").rename(files / "branches (1).csv")
    with pytest.raises(
        FileNotFoundError, match=r"branches\.csv is missing or was renamed \(there is .*'branches \(1\)\.csv'"
    ):
        load_bank(files)


def test_a_missing_or_damaged_dictionary(files):
    (files / "datapackage.json").write_text('{"resources": [{}]}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"datapackage.json was damaged"):
        load_bank(files)
    (files / "datapackage.json").unlink()
    with pytest.raises(FileNotFoundError, match="data dictionary"):
        load_bank(files)


def test_a_file_cut_short(files):
    path = files / "months.csv.gz"
    whole = path.read_bytes()
    path.write_bytes(whole[:5_000])
    with pytest.raises(ValueError, match=r"months\.csv\.gz is damaged or was cut short"):
        load_bank(files)
    for place in range(40, len(whole) // 2, len(whole) // 60):  # bytes changed on the way
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with pytest.raises(ValueError, match=r"months\.csv\.gz"):
            load_bank(files, tables=["months"])


def test_a_table_with_rows_missing(files):
    path = files / "branches.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-3]), encoding="utf-8", newline="\n")
    with pytest.raises(ValueError, match=r"33 rows instead of 36.*allow_edited=True"):
        load_bank(files)


def test_an_edited_value(files):
    edit(files / "rates.csv", "2023-02-01", "2023-02-02")
    with pytest.raises(ValueError, match="other values than were shipped"):
        load_bank(files)
    with pytest.raises(ValueError, match=r"column 'month' must be the first day of a month, not so in 1 row \(row 3\)"):
        load_bank(files, allow_edited=True)


def test_a_renamed_column(files):
    edit(files / "branches.csv", "manager", "boss")
    with pytest.raises(ValueError, match=r"no column 'manager'. It has 'boss' instead: was a column renamed"):
        load_bank(files)


def test_text_where_a_number_belongs(files):
    edit(files / "pulse.csv", ",420,", ",many,") if ",420," in (files / "pulse.csv").read_text("utf-8") else edit(
        files / "pulse.csv", "2023-01-01,", "2023-01-01,many"
    )
    with pytest.raises(
        ValueError, match=r"column 'asked' should be a whole number but is 'many\d*' in 1 row \(row 2\)"
    ):
        load_bank(files)


@pytest.mark.parametrize("word", ["maybe", "TRUE", ""])
def test_neither_yes_nor_no(files, word):
    edit(files / "branches.csv", ",yes\n", f",{word}\n")
    shown = f"'{word}'" if word else "empty"
    with pytest.raises(ValueError, match=f"column 'roster_pilot' should be yes or no but is {shown} in 1 row"):
        load_bank(files, allow_edited=True)


def test_half_a_customer(files):
    edit(files / "agents.csv", "1,branch,1,", "1,branch,1.5,")
    with pytest.raises(ValueError, match=r"column 'branch' should be a whole number but is '1.5' in 1 row"):
        load_bank(files)


def test_tables_given_as_one_word():
    with pytest.raises(ValueError, match=r"must be a list of names, even for one table: tables=\['customers'\]"):
        load_bank(tables="customers")


def test_a_date_that_is_none(files):
    edit(files / "rates.csv", "2023-03-01", "31/03/2023")
    with pytest.raises(ValueError, match="column 'month' should be a date like 2024-01-31 but is '31/03/2023'"):
        load_bank(files)


def test_a_choice_that_is_none(files):
    edit(files / "branches.csv", "Old Town", "Downtown")
    with pytest.raises(ValueError, match=r"column 'region' is empty or not readable in 1 row .*allowed are 'Harbour'"):
        load_bank(files, allow_edited=True)


def test_a_negative_amount_and_a_repeated_key(files):
    text = (files / "branches.csv").read_text(encoding="utf-8")
    first = text.splitlines()[1]
    number, region, manager, target, pilot = first.split(",")
    edit(files / "branches.csv", first, ",".join([number, region, manager, f"-{target}", pilot]))
    with pytest.raises(ValueError, match="column 'deposit_target' is below 0 in 1 row"):
        load_bank(files, allow_edited=True)
    (files / "branches.csv").write_text(text + first + "\n", encoding="utf-8", newline="\n")
    with pytest.raises(ValueError, match="'branch' must be different in every row, but repeats in 1 row"):
        load_bank(files, allow_edited=True)


def test_a_reference_that_leads_nowhere(files):
    text = (files / "branches.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (files / "branches.csv").write_text("".join(text[:-1]), encoding="utf-8", newline="\n")
    with pytest.raises(ValueError, match="customers: column 'branch' names a branch that `branches` does not have"):
        load_bank(files, allow_edited=True)


def test_a_file_saved_in_another_encoding(files):
    frame = (files / "campaigns.csv").read_text(encoding="utf-8")
    (files / "campaigns.csv").write_bytes(frame.replace("win-back contact", "挽回").encode("gbk"))
    with pytest.raises(ValueError, match=r"campaigns\.csv is not a table with commas in utf-8"):
        load_bank(files)


def test_an_empty_file(files):
    (files / "branches.csv").write_bytes(b"")
    with pytest.raises(ValueError, match=r"branches\.csv is not a table"):
        load_bank(files)


def test_an_unknown_table():
    with pytest.raises(ValueError, match=r"no table 'clients'. It has 'customers'"):
        load_bank(tables=["clients"])
    with pytest.raises(ValueError, match="Delta Power has no table 'clients'"):
        load_utility(tables=["clients"])


@pytest.mark.parametrize("simulate", [simulate_bank, simulate_utility])
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"customers": 0}, "`customers` is 0, but the model needs at least"),
        ({"customers": -5}, "`customers` is -5"),
        ({"customers": 1000.5}, "`customers` must be a whole number, but it is 1000.5"),
        ({"customers": "many"}, "`customers` must be a whole number, but it is 'many'"),
        ({"customers": True}, "`customers` must be a whole number"),
        ({"seed": -1}, "`seed` is -1, but it must be zero or more"),
        ({"seed": None}, "`seed` must be a whole number"),
    ],
)
def test_impossible_arguments(simulate, arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        simulate(**arguments)


def test_reading_does_not_depend_on_row_numbers_alone(files):
    """A table whose hash differs but whose rows agree is still found out."""
    edit(files / "purchases.csv.gz", "fund", "gold")
    with pytest.raises(ValueError, match="other values than were shipped"):
        load_bank(files, tables=["customers", "purchases"])
    assert len(load_bank(files, tables=["customers", "purchases"], allow_edited=True).purchases) > 0


def test_names_of_files_follow_the_dictionary():
    for table, spec in _store.dictionary("bank")["tables"].items():
        assert _store.file_name(table, spec).startswith(table)
