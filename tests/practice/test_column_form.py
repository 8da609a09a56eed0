"""The form that says which column is what: what it shows, what it refuses, and that it reads as `read_transactions` does."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import crmlib as crm
from crmlib.companies.own.look import check_choice, code_of, first_rows, read_chosen

TEXT = "Whom;When;Goods;Betrag\nAnna;2025-03-01;tea;12,50\nBen;2025-03-04;cake;8,00\n"
CHOICE = {"customer": "Whom", "date": "When", "amount": "Betrag", "product": "Goods"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.csv").write_text(TEXT, encoding="utf-8")
    return tmp_path


def press(form) -> str:
    form.button.click()
    return form.told.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_first_rows_stand_in_their_columns(tmp_path, encoding, separator):
    rows = [["会员号", "日期", "商品", "金额"], ["0017", "2025-03-01", "绿茶", "12.50"]]
    file = tmp_path / "shop.csv"
    file.write_bytes("\r\n".join(separator.join(row) for row in rows).encode(encoding))
    look = first_rows(file)
    assert look.rows.columns.tolist() == rows[0]
    assert look.rows.iloc[0].tolist() == rows[1]
    assert look.guess == {"customer": "会员号", "date": "日期", "amount": "金额", "product": "商品"}


def test_a_header_line_below_a_title_is_found():
    look = first_rows(io.StringIO("Report of March;;\n;;\nWhom;When;How much\nAnna;2025-03-01;12,50\n"))
    assert look.rows.columns.tolist() == ["Whom", "When", "How much"]
    assert len(look.rows) == 1


def test_two_names_that_fit_are_not_guessed():
    guess = first_rows(io.StringIO("customer,order date,ship date,amount\n1,2025-01-01,2025-01-02,3\n")).guess
    assert (guess["date"], guess["customer"], guess["amount"]) == (None, "customer", "amount")


def test_a_workbook_shows_its_longest_sheet_and_any_other(tmp_path):
    file = tmp_path / "shop.xlsx"
    march = pd.DataFrame(
        {"Whom": ["Anna", "Ben"], "When": pd.to_datetime(["2025-03-01", "2025-03-04"]), "Paid": [12.5, 8]}
    )
    with pd.ExcelWriter(file) as book:
        pd.DataFrame({"Remarks": ["none"], "By": ["Li"], "On": ["Monday"]}).to_excel(
            book, sheet_name="Notes", index=False
        )
        march.to_excel(book, sheet_name="March", index=False)
    look = first_rows(file)
    assert (look.sheets, look.sheet) == (("Notes", "March"), "March")
    assert look.rows.iloc[0].tolist() == ["Anna", "2025-03-01", "12.5"]
    form = crm.map_columns(file)
    form.sheet.value = "Notes"
    assert [value for _, value in form.fields["date"].options] == ["", "Remarks", "By", "On"]
    form.sheet.value = "March"
    for role, name in {"customer": "Whom", "date": "When", "amount": "Paid"}.items():
        form.fields[role].value = name
    pd.testing.assert_frame_equal(
        form.transactions, crm.read_transactions(file, "Whom", "When", "Paid", sheet="March").transactions
    )


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    file = tmp_path / "shop.parquet"
    pd.DataFrame(
        {"customer": [1, 2], "date": pd.to_datetime(["2025-03-01", "2025-03-04"]), "amount": [12.5, 8.0]}
    ).to_parquet(file)
    assert crm.map_columns(file).transactions["revenue"].tolist() == [12.5, 8.0]


def test_choosing_reads_as_read_transactions_does(folder):
    own = read_chosen("shop.csv", CHOICE)
    plain = crm.read_transactions("shop.csv", "Whom", "When", "Betrag")
    pd.testing.assert_frame_equal(own.transactions, plain.transactions.rename(columns={"Goods": "product"}))
    assert own.understood.iloc[-1].tolist() == ["product", "column 'Goods'", "you said so"]


def test_another_column_called_product_is_kept_beside():
    file = io.StringIO("customer,date,amount,product,article\n1,2025-03-01,5,A1,tea\n2,2025-03-02,6,B2,cake\n")
    choice = {"customer": "customer", "date": "date", "amount": "amount", "product": "article"}
    log = read_chosen(file, choice).transactions
    assert log["product"].tolist() == ["tea", "cake"]
    assert log["product (in the file)"].tolist() == ["A1", "B2"]


def test_the_code_reads_the_same(folder):
    names = {"crm": crm}
    exec(code_of("shop.csv", CHOICE, decimal=","), names)
    pd.testing.assert_frame_equal(names["log"], read_chosen("shop.csv", CHOICE).transactions)


@pytest.mark.parametrize("kind", [str, Path, "open"])
def test_the_forms_code_finds_a_file_in_another_folder(folder, kind):
    (folder / "data").mkdir()
    (folder / "shop.csv").rename(folder / "data" / "shop.csv")
    if kind == "open":
        with open("data/shop.csv", "rb") as file:  # noqa: PTH123 - so the file's name is as it was typed
            form = crm.map_columns(file)
    else:
        form = crm.map_columns(kind("data/shop.csv"))
    for role, name in CHOICE.items():
        form.fields[role].value = name
    names = {"crm": crm}
    exec(form.code, names)
    pd.testing.assert_frame_equal(names["log"], form.transactions)
    assert "<b>shop.csv</b>" in form._first.value


@pytest.mark.parametrize("name", ['My "best" file.csv', "it's.csv", "店铺.csv", "back\\slash.csv"])
def test_the_code_quotes_any_name(name):
    names = []

    class Stub:
        @staticmethod
        def read_transactions(path, **_):
            names.append(path)
            return crm.read_transactions(io.StringIO(TEXT), "Whom", "When", "Betrag")

    exec(code_of(name, CHOICE), {"crm": Stub})
    assert names == [name]


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({}, "Choose the column of the customer and of the date and of the amount."),
        (CHOICE | {"date": None}, "Choose the column of the date."),
        (CHOICE | {"product": "Whom"}, "Column 'Whom' is chosen twice: as customer and as product."),
        (CHOICE | {"price": "Betrag"}, "There is no role 'price'."),
    ],
)
def test_a_choice_that_cannot_be_gets_a_sentence(choice, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_choice(choice)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("1;2025-03-01;5\n2;2025-03-04;6\n", "none of the first rows names three columns"),
        ("Whom;When;Whom;Paid\nAnna;2025-03-01;Ben;5\n", "more than one column 'Whom'"),
    ],
)
def test_a_file_that_is_no_table_gets_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        crm.map_columns(io.StringIO(text))


def test_a_workbook_that_is_none_gets_a_sentence(tmp_path):
    file = tmp_path / "shop.xlsx"
    file.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(ValueError, match=r"shop.xlsx is damaged or was cut short"):
        first_rows(file)


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return file.getvalue()


def torn_workbook() -> bytes:
    """A workbook whose first sheet breaks off in the middle."""
    file = io.BytesIO()
    pd.DataFrame({"customer": range(99), "date": "2025-03-01", "amount": 5}).to_excel(file, index=False)
    with zipfile.ZipFile(file) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    return packed(
        {name: part[: len(part) // 2] if name.endswith("sheet1.xml") else part for name, part in parts.items()}
    )


@pytest.mark.parametrize(
    ("content", "missing", "sentence"),
    [
        (b"PAR1....PAR1", "pyarrow", "pip install pyarrow"),
        (packed({"xl/workbook.xml": b"<workbook/>"}), "openpyxl", "pip install openpyxl"),
        (packed({"sales.csv": b"a,b"}), None, r"no Excel workbook \(\.xlsx\)\. It holds 'sales\.csv'"),
        (torn_workbook(), None, "damaged Excel workbook"),
        (b"<html><table><tr><td>customer</td></tr></table>", None, "is a web page"),
        (TEXT.replace("Anna", '"Anna').encode() * 2, None, "a quotation mark opens that is not closed"),
    ],
)
def test_the_form_says_of_a_file_what_the_reader_says(content, missing, sentence, monkeypatch):
    def absent(*_):
        raise ImportError("Unable to find a usable engine")

    if missing == "openpyxl":
        monkeypatch.setitem(sys.modules, "openpyxl", None)
    elif missing == "pyarrow":
        monkeypatch.setattr(pd, "read_parquet", absent)
    said = []
    for read in (first_rows, lambda file: crm.read_transactions(file, "Whom", "When", "Betrag")):
        with pytest.raises((ValueError, ModuleNotFoundError), match=sentence) as problem:
            read(io.BytesIO(content))
        said.append((problem.type, str(problem.value)))
    assert said[0] == said[1]


def test_a_named_index_in_parquet_is_a_column_to_choose(tmp_path):
    pytest.importorskip("pyarrow")
    file = tmp_path / "shop.parquet"
    log = pd.DataFrame({"customer": [1, 2], "date": pd.to_datetime(["2025-03-01", "2025-03-04"]), "amount": [5.0, 6.0]})
    log.set_index("customer").to_parquet(file)
    assert first_rows(file).rows["customer"].tolist() == ["1", "2"]


def test_the_form_asks_then_reads_then_forgets(folder):
    form = crm.map_columns("shop.csv")
    assert {role: form.fields[role].value for role in CHOICE} == {
        "customer": "",
        "date": "",
        "amount": "Betrag",
        "product": "",
    }
    assert "Choose the column of the customer and of the date." in press(form)
    with pytest.raises(ValueError, match="Choose the column"):
        _ = form.transactions
    form.fields["customer"].value, form.fields["date"].value = "Whom", "When"
    assert form.told.value == ""
    told = press(form)
    assert "2 transactions of 2 customers" in told
    assert "crm.read_transactions(" in told
    assert "product" not in form.transactions
    form.fields["product"].value = "Goods"
    assert form.transactions["product"].tolist() == ["tea", "cake"]


def test_a_question_of_the_reader_is_answered_in_the_form(folder):
    (folder / "shop.csv").write_text("customer;date;amount\n1;03/04/2025;5\n2;05/06/2025;6\n", encoding="utf-8")
    form = crm.map_columns("shop.csv")
    assert "leaves open what stands first in its dates" in press(form)
    form.fields["date_order"].value = "month"
    press(form)
    assert form.transactions["date"].tolist() == [pd.Timestamp("2025-03-04"), pd.Timestamp("2025-05-06")]


def test_a_file_that_was_mended_is_read_again(folder):
    (folder / "shop.csv").write_text("customer;date;amount\n1;2025-03-04;x\n2;2025-05-06;6\n", encoding="utf-8")
    form = crm.map_columns("shop.csv")
    press(form)
    (folder / "shop.csv").write_text("customer;date;amount\n1;2025-03-04;5\n2;2025-05-06;6\n", encoding="utf-8")
    assert "2 transactions" in press(form)
    assert form.transactions["revenue"].sum() == 11


def test_rows_there_twice_can_be_kept():
    form = crm.map_columns(io.StringIO("customer,date,amount\n" + 2 * "1,2025-03-04,5\n"))
    assert len(form.transactions) == 1
    form.fields["keep_duplicates"].value = True
    assert len(form.transactions) == 2
    assert "keep_duplicates=True" in form.code


def test_what_stands_in_a_file_is_text(folder):
    (folder / "shop.csv").write_text(
        "customer;date;amount\n<b>1</b>;2025-03-04;5\n<script>;2025-03-05;6\n", encoding="utf-8"
    )
    form = crm.map_columns("shop.csv")
    press(form)
    shown = form._first.value + form.told.value
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert "<b>1</b>" not in shown
