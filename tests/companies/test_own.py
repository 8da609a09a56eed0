"""Purchase logs as firms export them: what is read, what is set aside with which row number, what is asked.

Expected values are written by hand beside each dirty file.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import importlib.util
import io
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.companies.own import read_transactions
from crmlib.pyramid import customer_summary

HEAD = "customer,date,revenue\n"
GOOD = "1001,2024-03-05,120.50\n"


def read(content: str | bytes, **arguments):
    """Read content as a file of that many bytes."""
    return read_transactions(io.BytesIO(content.encode() if isinstance(content, str) else content), **arguments)


def triples(own) -> list[tuple]:
    """Return (row, customer, day, revenue) of each transaction."""
    log = own.transactions
    days = log["date"].dt.strftime("%Y-%m-%d")
    return list(zip(log.index, log["customer"], days, log["revenue"], strict=True))


def aside(own) -> dict[int, str]:
    return dict(zip(own.set_aside["row"].tolist(), own.set_aside["reason"], strict=True))


def taken(own, what: str) -> str:
    return own.understood.set_index("what").at[what, "taken"]


def because(own, what: str) -> str:
    return own.understood.set_index("what").at[what, "because"]


# name: (file, arguments, transactions as (row, customer, day, revenue), reasons by row)
READ = {
    "plain": (HEAD + GOOD, {}, [(2, "1001", "2024-03-05", 120.5)], {}),
    "UTF-8 with a mark": ("\ufeff" + HEAD + GOOD, {}, [(2, "1001", "2024-03-05", 120.5)], {}),
    "UTF-16 with a mark, tabs": (
        (HEAD + GOOD).replace(",", "\t").encode("utf-16"),
        {},
        [(2, "1001", "2024-03-05", 120.5)],
        {},
    ),
    "UTF-16 without a mark": ((HEAD + GOOD).encode("utf-16-le"), {}, [(2, "1001", "2024-03-05", 120.5)], {}),
    "GBK with Chinese columns": (
        '会员号,姓名,日期,金额(元)\n0017,张伟,2024年3月5日,"￥1,234.56"\n'.encode("gbk"),
        {},
        [(2, "0017", "2024-03-05", 1234.56)],
        {},
    ),
    "German, Latin-1, semicolons": (
        "Kunde;Datum;Umsatz;Ort\nMüller;31.12.2024;1.234,50 €;Köln\nGröße;1.2.2025;12,5;Görlitz\n".encode("cp1252"),
        {},
        [(2, "Müller", "2024-12-31", 1234.5), (3, "Größe", "2025-02-01", 12.5)],
        {},
    ),
    "vertical bars and old Mac line ends": (
        "customer|date|revenue\r7|2024-03-05|1\r8|2024-03-06|2\r",
        {},
        [(2, "7", "2024-03-05", 1.0), (3, "8", "2024-03-06", 2.0)],
        {},
    ),
    "a line that says which separator": (
        "sep=;\ncustomer;date;revenue\n7;2024-03-05;1\n",
        {},
        [(3, "7", "2024-03-05", 1.0)],
        {1: "above the header line"},
    ),
    "header three lines down, with a title": (
        "Sales report\nprinted 2024-04-01\n\n" + HEAD + GOOD,
        {},
        [(5, "1001", "2024-03-05", 120.5)],
        {1: "above the header line", 2: "above the header line", 3: "blank line"},
    ),
    "signs of negative amounts": (
        "customer;date;revenue\n"
        "1;2024-03-05;(120.00)\n2;2024-03-05;120.00-\n3;2024-03-05;-¥120.00\n4;2024-03-05;¥ -120.00\n5;2024-03-05;−120.00\n"
        "6;2024-03-05;(120.00\n7;2024-03-05;-(120.00)\n",
        {},
        [(row, str(row - 1), "2024-03-05", -120.0) for row in range(2, 7)],
        {7: "'revenue' is not a number", 8: "'revenue' is not a number"},
    ),
    "ways to write an amount": (
        "customer;date;revenue\n"
        "1;2024-03-05;CNY 120\n2;2024-03-05;1,234.56 RMB\n3;2024-03-05;1 234.56\n4;2024-03-05;1\u2009234\u202f567.8\n"
        "5;2024-03-05;1'234.50\n6;2024-03-05;￥１２．５\n7;2024-03-05;.5\n8;2024-03-05;1,234,567\n9;2024-03-05;1,234\n",
        {},
        [
            (2, "1", "2024-03-05", 120.0),
            (3, "2", "2024-03-05", 1234.56),
            (4, "3", "2024-03-05", 1234.56),
            (5, "4", "2024-03-05", 1234567.8),
            (6, "5", "2024-03-05", 1234.5),
            (7, "6", "2024-03-05", 12.5),
            (8, "7", "2024-03-05", 0.5),
            (9, "8", "2024-03-05", 1234567.0),
            (10, "9", "2024-03-05", 1234.0),
        ],
        {},
    ),
    "what is no amount": (
        "customer;date;revenue\n1;2024-03-05;1.5\n2;2024-03-05;12%\n3;2024-03-05;#REF!\n4;2024-03-05;1.2E+05\n"
        "5;2024-03-05;12,34,5\n6;2024-03-06;1\n7;2024-03-06;2\n8;2024-03-06;3\n9;2024-03-06;NULL\n",
        {},
        [
            (2, "1", "2024-03-05", 1.5),
            (7, "6", "2024-03-06", 1.0),
            (8, "7", "2024-03-06", 2.0),
            (9, "8", "2024-03-06", 3.0),
        ],
        {
            3: "'revenue' is a percentage, not money",
            4: "'revenue' is an error of the spreadsheet",
            5: "'revenue' has lost digits (a spreadsheet wrote it like 1.2E+05)",
            6: "'revenue' is not a number",
            10: "'revenue' is blank",
        },
    ),
    "thousands, once said": (
        "customer;date;revenue\n1;2024-03-05;1.234\n2;2024-03-05;12,50\n",
        {"decimal": ","},
        [(2, "1", "2024-03-05", 1234.0), (3, "2", "2024-03-05", 12.5)],
        {},
    ),
    "an amount against the mark that was said": (
        "customer;date;revenue\n1;2024-03-05;12.50\n2;2024-03-05;12,50\n3;2024-03-05;7\n",
        {"decimal": "."},
        [(2, "1", "2024-03-05", 12.5), (4, "3", "2024-03-05", 7.0)],
        {3: "'revenue' is no amount with a decimal point"},
    ),
    "ways to write a day": (
        "customer;date;revenue\n1;2024-3-5;1\n2;2024/03/05;1\n3;20240305;1\n4;2024年03月05日 星期二;1\n5;5 Mar 2024;1\n"
        "6;March 5, 2024;1\n7;Tue, 05-MAR-24;1\n8;45356;1\n9;2024.03.05;1\n10;45356.75;1\n",
        {},
        [(row, str(row - 1), "2024-03-05", 1.0) for row in range(2, 12)],
        {},
    ),
    "times and time zones: the day as written": (
        "customer;date;revenue\n1;2024-03-05 23:59;1\n2;2024-03-05T00:30:00+08:00;1\n3;2024-03-05T23:30:00Z;1\n"
        "4;5/3/2024 9:05:07 PM;1\n5;2024年3月5日 下午 3:20;1\n6;25/3/2024;1\n7;2024-03-05 00:00:00.000;1\n",
        {},
        [(row, str(row - 1), "2024-03-25" if row == 7 else "2024-03-05", 1.0) for row in range(2, 9)],
        {},
    ),
    "what is no day": (
        "customer;date;revenue\n1;2024-02-30;1\n2;2024-03;1\n3;soon;1\n4;1900-01-01;1\n5;9999-12-31;1\n6;;1\n"
        "7;2024-03-05;1\n8;2024-03-05;1\n9;2024-03-05;1\n10;2024-03-05;1\n11;2024-03-05;1\n",
        {},
        [(row, str(row - 1), "2024-03-05", 1.0) for row in range(8, 13)],
        {
            2: "'date' is a day that the calendar does not have",
            3: "'date' is not a date",
            4: "'date' is not a date",
            5: "'date' is before 1950 or after 2099 (a place-holder or a slip)",
            6: "'date' is before 1950 or after 2099 (a place-holder or a slip)",
            7: "'date' is blank",
        },
    ),
    "one date shows that the day stands first": (
        HEAD + "1,03/04/2024,1\n2,25/04/2024,1\n3,31/13/2024,1\n",
        {},
        [(2, "1", "2024-04-03", 1.0), (3, "2", "2024-04-25", 1.0)],
        {4: "'date' is no date in the order day, month, year"},
    ),
    "one date shows that the month stands first": (
        HEAD + "1,03/04/2024,1\n2,04/25/2024,1\n",
        {},
        [(2, "1", "2024-03-04", 1.0), (3, "2", "2024-04-25", 1.0)],
        {},
    ),
    "both orders give the same days": (HEAD + "1,04/04/2024,1\n", {}, [(2, "1", "2024-04-04", 1.0)], {}),
    "the order was said": (HEAD + "1,03/04/2024,1\n", {"date_order": "month"}, [(2, "1", "2024-03-04", 1.0)], {}),
    "the year stands first, with two digits": (
        HEAD + "1,24/03/05,1\n2,69/12/31,1\n",
        {"date_order": "year"},
        [(2, "1", "2024-03-05", 1.0), (3, "2", "1969-12-31", 1.0)],
        {},
    ),
    "a date against the order that was said": (
        HEAD + "1,25/04/2024,1\n2,04/25/2024,1\n",
        {"date_order": "day"},
        [(2, "1", "2024-04-25", 1.0)],
        {3: "'date' is no date in the order day, month, year"},
    ),
    "customer numbers": (
        'customer,date,revenue\n0017,2024-03-05,1\n1001.0,2024-03-05,2\n"=""0018""",2024-03-05,3\n\'0019,2024-03-05,4\n'
        " 20 ,2024-03-05,5\n6.22848E+18,2024-03-05,6\n,2024-03-05,7\n#N/A,2024-03-05,8\nC-7,2024-03-05,9\n",
        {},
        [
            (2, "0017", "2024-03-05", 1.0),
            (3, "1001", "2024-03-05", 2.0),
            (4, "0018", "2024-03-05", 3.0),
            (5, "0019", "2024-03-05", 4.0),
            (6, "20", "2024-03-05", 5.0),
            (10, "C-7", "2024-03-05", 9.0),
        ],
        {
            7: "'customer' has lost digits (a spreadsheet wrote it like 6.2E+18)",
            8: "'customer' is blank",
            9: "'customer' is blank",
        },
    ),
    "refunds are kept": (
        HEAD + "1,2024-03-05,10\n1,2024-03-06,-10\n",
        {},
        [(2, "1", "2024-03-05", 10.0), (3, "1", "2024-03-06", -10.0)],
        {},
    ),
    "refunds are set aside": (
        HEAD + "1,2024-03-05,10\n1,2024-03-06,-10\n",
        {"keep_refunds": False},
        [(2, "1", "2024-03-05", 10.0)],
        {3: "refund (below zero)"},
    ),
    "lines exported twice": (
        HEAD + GOOD + "1002,2024-03-05,1\n" + GOOD + GOOD,
        {},
        [(2, "1001", "2024-03-05", 120.5), (3, "1002", "2024-03-05", 1.0)],
        dict.fromkeys((4, 5), "duplicate (every column as in an earlier row)"),
    ),
    "lines exported twice, kept": (
        HEAD + GOOD + GOOD,
        {"keep_duplicates": True},
        [(2, "1001", "2024-03-05", 120.5), (3, "1001", "2024-03-05", 120.5)],
        {},
    ),
    "same customer, day and amount, own line numbers": (
        "line,customer,date,revenue\n1,1001,2024-03-05,5\n2,1001,2024-03-05,5\n2,1001,2024-03-05,5\n",
        {},
        [(2, "1001", "2024-03-05", 5.0), (3, "1001", "2024-03-05", 5.0)],
        {4: "duplicate (every column as in an earlier row)"},
    ),
    "lines of totals": (
        HEAD + "1,2024-03-05,10\n,,10\nSubtotal,,10\nTotal,2024-03-05,3\n2,2024-03-06,5\n合计：,2024-03-31,15\n",
        {},
        [(2, "1", "2024-03-05", 10.0), (5, "Total", "2024-03-05", 3.0), (6, "2", "2024-03-06", 5.0)],
        {3: "'customer' is blank", 4: "totals line", 7: "totals line"},
    ),
    "total in another column": (
        "item,customer,date,revenue\nx,1,2024-03-05,10\nGrand total,,,10\n",
        {},
        [(2, "1", "2024-03-05", 10.0)],
        {3: "totals line"},
    ),
    "blank lines and rules": (
        HEAD + "\n--------,----------,-----\n" + GOOD + ",,\n   \n",
        {},
        [(4, "1001", "2024-03-05", 120.5)],
        {2: "blank line", 3: "ruler line", 5: "blank line", 6: "blank line"},
    ),
    "merge conflict": (
        HEAD
        + "1,2024-03-05,1\n<<<<<<< HEAD\n2,2024-03-05,2\n=======\n2,2024-03-05,3\n>>>>>>> branch\n3,2024-03-05,4\n",
        {},
        [(2, "1", "2024-03-05", 1.0), (8, "3", "2024-03-05", 4.0)],
        {
            3: "merge-conflict marker",
            4: "inside an unresolved merge conflict (two versions of these rows)",
            5: "merge-conflict marker",
            6: "inside an unresolved merge conflict (two versions of these rows)",
            7: "merge-conflict marker",
        },
    ),
    "scraps of a web page": (
        "<pre>\n" + HEAD + GOOD + "<br />\n</pre></body></html>\n",
        {},
        [(3, "1001", "2024-03-05", 120.5)],
        {1: "web page code (HTML)", 4: "web page code (HTML)", 5: "web page code (HTML)"},
    ),
    "two exports one after the other": (
        HEAD + GOOD + HEAD + "1002,2024-03-06,1\n",
        {},
        [(2, "1001", "2024-03-05", 120.5), (4, "1002", "2024-03-06", 1.0)],
        {3: "header line repeated"},
    ),
    "short and long rows": (
        "customer,date,revenue,note\n1,2024-03-05,1\n2,2024-03-05\n3,2024-03-05,3,a,b\n4,2024-03-05,4,,,\n5,2024-03-05,5,x\n",
        {},
        [(2, "1", "2024-03-05", 1.0), (5, "4", "2024-03-05", 4.0), (6, "5", "2024-03-05", 5.0)],
        {3: "'revenue' is blank", 4: "more cells than the header line"},
    ),
    "a line break inside a cell": (
        'customer,note,date,revenue\n1,"first\nsecond",2024-03-05,1\n2,x,2024-03-05,\n',
        {},
        [(2, "1", "2024-03-05", 1.0)],
        {3: "'revenue' is blank"},
    ),
    "columns named in the call": (
        "who,when,paid,date\n1,2024-03-05,2,later\n",
        {"customer": "who", "date": "when", "revenue": "PAID"},
        [(2, "1", "2024-03-05", 2.0)],
        {},
    ),
}


@pytest.mark.parametrize("name", READ)
def test_dirty_files(name):
    content, arguments, expected, reasons = READ[name]
    own = read(content, **arguments)
    assert triples(own) == expected
    assert aside(own) == reasons


# name: (file, arguments, the sentence)
REFUSED = {
    "empty file": (" \n", {}, "the file is empty. Export it again."),
    "header only": (HEAD, {}, "the file has no row that can be used. It ends with the header line."),
    "a mark and nothing else": ("\ufeff", {}, "the file is empty. Export it again."),
    "nothing usable": (
        HEAD + "\n,2024-03-05,1\n1,,1\n",
        {},
        "the file has no row that can be used. 1 row: blank line (row 2). 1 row: 'customer' is blank (row 3). "
        "1 row: 'date' is blank (row 4).",
    ),
    "both could stand first": (
        HEAD + "1,05/05/2024,1\n2,03/04/2024,1\n3,05/06/2024,1\n",
        {},
        "the file: column 'date' leaves open what stands first in its dates: row 3 ('03/04/2024') can be 3 April 2024 or "
        "4 March 2024, and no row decides. Say date_order='day' or date_order='month'.",
    ),
    "day or year first": (
        HEAD + "1,24/03/05,1\n2,24/03/25,1\n",
        {},
        "the file: column 'date' leaves open what stands first in its dates: row 2 ('24/03/05') can be 24 March 2005 or "
        "5 March 2024, and no row decides. Say date_order='day' or date_order='year'.",
    ),
    "two orders": (
        HEAD + "1,03/25/2024,1\n2,25/03/2024,1\n3,01/02/2024,1\n4,31/03/2024,1\n",
        {},
        "the file: column 'date' mixes orders of dates: rows 3 and 5 can only be day, month, year ('25/03/2024'), but row 2 "
        "can only be month, day, year ('03/25/2024'). A date like 03/04/2024 could then be either. Export the parts as files "
        "of their own. If the fewer rows are slips, correct them, or have them set aside by date_order='...'.",
    ),
    "swapped by a spreadsheet": (
        HEAD
        + "".join(f"{day},{day}/04/2024,1\n" for day in range(13, 19))
        + "".join(f"{day},2024-{day:02}-04,1\n" for day in range(1, 7)),
        {},
        "the file: column 'date' was probably changed by a spreadsheet: rows 2, 3, 4, 5, 6 and 1 more are still text, with "
        "days above 12 only ('13/04/2024'), and rows 8, 9, 10, 11, 12 and 1 more are dates, with days up to 12 only. There it "
        "will have swapped day and month. Export again, and import the column as text.",
    ),
    "no dates": (
        HEAD + "1,soon,1\n2,later,1\n3,2024-03-05,1\n",
        {},
        "the file: column 'date' cannot be read as a date in 2 of 3 rows: 'date' is not a date (rows 2 and 3; row 2 says "
        "'soon'). Write dates like 2024-03-05, or name the right column: date='...'.",
    ),
    "thousands or decimals": (
        "customer;date;revenue\n1;2024-03-05;1.234\n2;2024-03-05;12\n3;2024-03-05;2.500\n",
        {},
        "the file: column 'revenue' has amounts like '1.234' (rows 2 and 4), and no row shows whether its point parts thousands "
        "or decimals. Say decimal='.' if decimals stand behind it, or decimal=',' if it parts thousands.",
    ),
    "two decimal marks": (
        "customer;date;revenue\n1;2024-03-05;1.234,50\n2;2024-03-05;12.50\n",
        {},
        "the file: column 'revenue' mixes two ways to write amounts: row 3 with a decimal point ('12.50'), but row 2 with a "
        "decimal comma ('1.234,50'). Export the parts as files of their own. If the fewer rows are slips, correct them, or have "
        "them set aside by decimal='.' or decimal=','.",
    ),
    "thousands hidden among decimals": (
        "customer;date;revenue\n1;2024-03-05;12.50\n2;2024-03-05;1.234\n",
        {},
        "the file: column 'revenue': row 2 ('12.50') shows that decimals stand behind a point, but then '1.234' (row 3) has "
        "three decimals and is hardly more than 1. If that is right, say decimal='.'; if not, two systems were mixed: export "
        "them as files of their own.",
    ),
    "percent": (
        HEAD + "1,2024-03-05,12%\n2,2024-03-05,13%\n",
        {},
        "the file: column 'revenue' cannot be read as money in 2 of 2 rows: 'revenue' is a percentage, not money (rows 2 and 3; "
        "row 2 says '12%'). Name the column that holds money: revenue='...'.",
    ),
    "two currencies": (
        HEAD + "1,2024-03-05,¥12\n2,2024-03-05,$13\n3,2024-03-05,CNY 14\n",
        {},
        "the file: column 'revenue' mixes currencies: $ in row 3, CNY in row 4. Amounts in different currencies cannot be "
        "added: convert them, or save each currency as a file of its own.",
    ),
    "a column of currencies": (
        "customer,date,revenue,currency\n1,2024-03-05,12,CNY\n2,2024-03-05,13,EUR\n",
        {},
        "the file: column 'currency' names 2 currencies ('CNY' and 'EUR'), and amounts in different currencies cannot be added. "
        "Convert them, or save each currency as a file of its own.",
    ),
    "two columns fit": (
        "customer,order date,ship date,revenue\n1,2024-03-05,2024-03-06,1\n",
        {},
        "the file has 2 columns that could be the date: 'order date' and 'ship date'. Say date='order date' or date='ship date'.",
    ),
    "two columns of one name": (
        "customer,date,revenue,date\n1,2024-03-05,1,2024-03-06\n",
        {},
        "the file has 2 columns called 'date' (columns B and D), and one of them is to be the date. Give them different names "
        "in the file.",
    ),
    "a column without a usual name": (
        "customer,when,revenue\n1,2024-03-05,1\n",
        {},
        "the file: the header line, row 1 ('customer', 'when' and 'revenue'), has no column with a usual name of the date. "
        "Name it in the call: date='...'.",
    ),
    "a misspelt column": (
        HEAD + GOOD,
        {"customer": "Kunde"},
        "the file has no column 'Kunde'. Its header line is row 1 ('customer', 'date' and 'revenue'). Check the spelling.",
    ),
    "one column for two": (
        HEAD + GOOD,
        {"date": "customer", "customer": "customer"},
        "customer, date and revenue must be three different columns.",
    ),
    "no header line": (
        "1001,2024-03-05,1\n1002,2024-03-05,1\n",
        {},
        "the file: no header line found; the first row looks like row 1 ('1001', '2024-03-05' and '1'). If your columns have "
        "other names, name them: customer='...', date='...', revenue='...'. If the file has no header line, write one as its "
        "first line.",
    ),
    "every line in quotation marks": (
        '"customer,date,revenue"\n"1001,2024-03-05,1"\n',
        {},
        "the file: row 1 ('customer,date,revenue') is one single column. Either every line stands in quotation marks as a whole "
        "(open the file in an editor and take them away), or the columns are parted by an unusual sign: say separator='...'.",
    ),
    "two separators": (
        HEAD + GOOD + "customer;date;revenue\n1;2024-03-05;1\n",
        {},
        "the file: the columns can be parted by comma and semicolon. Say separator=',' or ';'.",
    ),
    "decimal commas between commas": (
        HEAD + "1,2024-03-05,12,50\n2,2024-03-05,13,50\n",
        {},
        "the file: 2 rows have more cells than the header line (rows 2 and 3; row 2 is '1,2024-03-05,12,50'). Either the header "
        "line lacks a name, or amounts have decimal commas in a file whose columns are parted by commas: export again with "
        "semicolons or as .xlsx.",
    ),
    "an open quotation mark": (
        HEAD + GOOD + '"1002,2024-03-05,1\n1003,2024-03-06,1\n1004,2024-03-06,1\n',
        {},
        "the file: in row 3 a quotation mark opens that is not closed in its row, so that the rows behind it would be "
        'swallowed. Correct that row: a " inside a text is written twice ("").',
    ),
    "an open merge conflict": (
        HEAD + GOOD + "<<<<<<< HEAD\n1,2024-03-05,1\n",
        {},
        "the file: row 3 opens a merge conflict (<<<<<<<) that no row closes (>>>>>>>). Take a clean copy of the file, or "
        "resolve the conflict in an editor.",
    ),
    "a blank column": (
        HEAD + "1,,1\n2,,1\n",
        {},
        "the file: column 'date' is blank in all 2 rows. Name another one: date='...'. (Formulas in Excel show their values "
        "only after Excel itself saved the workbook.)",
    ),
    "a web page": (
        "<html><body><table><tr><td>customer</td></tr></table></body></html>",
        {},
        "the file is a web page (an HTML or XML table), whatever its name ends in. Open it in Excel, save it as .xlsx or as "
        "'CSV UTF-8', and read that.",
    ),
    "an XML workbook": (
        '<?xml version="1.0"?>\n<Workbook><Worksheet/></Workbook>',
        {},
        "the file is a web page (an HTML or XML table), whatever its name ends in. Open it in Excel, save it as .xlsx or as "
        "'CSV UTF-8', and read that.",
    ),
    "a PDF": (
        b"%PDF-1.7 ...",
        {},
        "the file is a PDF, which is for reading on paper. Export the table as CSV or .xlsx instead.",
    ),
    "an old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        {},
        "the file is an old Excel file (.xls) or one with a password. Open it in Excel and save it as .xlsx without one.",
    ),
    "a picture": (
        b"\x89\x00PN\x00\x00\x00G",
        {},
        "the file is not a text file. Export the table as CSV, .xlsx or Parquet.",
    ),
    "gzip cut short": (
        gzip.compress((HEAD + GOOD * 99).encode())[:60],
        {},
        "the file is damaged or was cut short. Copy or download it again.",
    ),
    "another encoding than said": (
        (HEAD + "1,2024-03-05,1\n王,2024-03-05,1\n").encode("gbk"),
        {"encoding": "utf-8"},
        "the file is not written in 'utf-8': line 3 cannot be read so. Leave encoding out to have it told from the file.",
    ),
    "an unknown encoding": (
        HEAD + GOOD,
        {"encoding": "ansi7"},
        "encoding='ansi7' is not known. Usual ones are 'utf-8', 'gb18030' (Chinese) and 'cp1252' (Western).",
    ),
    "two encodings": (
        (HEAD + "王伟,2024-03-05,1\n李娜,2024-03-05,1\n").encode() + "张敏,2024-03-06,1\n".encode("gbk"),
        {},
        "the file is written in two encodings: 2 rows in UTF-8, but not line 4. Files of two systems were pasted together: "
        "export them one by one, or correct these lines.",
    ),
    "cut inside a character": (
        (HEAD + "王伟,2024-03-05,1\n李娜,2024-03-05,1\n张").encode()[:-1],
        {},
        "the file breaks off in the middle of a character (line 4). Copy or export it again.",
    ),
    "Chinese or Western": (
        HEAD.encode() + "中,2024-03-05,1\n".encode("gbk") + "Mül,2024-03-05,1\n".encode("cp1252"),
        {},
        "the file could be in Chinese (GBK) or in a Western encoding. Say encoding='gb18030' or encoding='cp1252'.",
    ),
    "a wrong order": (
        HEAD + GOOD,
        {"date_order": "dmy"},
        "date_order must be 'day' or 'month' or 'year', but it is 'dmy'.",
    ),
    "a wrong decimal mark": (HEAD + GOOD, {"decimal": ";"}, "decimal must be '.' or ',', but it is ';'."),
    "a wrong separator": (
        HEAD + GOOD,
        {"separator": "; "},
        "separator must be one character, such as ';' or ',' or '\\t' (tab), but it is '; '.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name):
    content, arguments, sentence = REFUSED[name]
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole sentence is compared
        read(content, **arguments)
    assert str(caught.value) == sentence


def test_other_columns_stay_as_they_are_and_double_names_get_a_letter():
    own = read("customer,note,date,note,revenue,,amount note\n7, 007 ,2024-03-05,1.50,2,,z\n", revenue="revenue")
    assert own.transactions.columns.tolist() == ["customer", "date", "revenue", "note", "note (D)", "amount note"]
    assert own.transactions.iloc[0, 3:].tolist() == [" 007 ", "1.50", "z"]
    assert taken(own, "left out") == "column F"


def test_a_second_column_called_date_does_not_replace_the_chosen_one():
    own = read("client,when,amount,date\n7,2024-03-05,2,x\n", date="when")
    assert own.transactions.columns.tolist() == ["customer", "date", "revenue", "date (D)"]
    assert own.transactions["date"].tolist() == [pd.Timestamp("2024-03-05")]


def test_every_way_of_writing_a_day_is_told():
    own = read(
        HEAD + "1,2024-03-05,1\n2,20240305,2\n3,45356,3\n4,25.03.2024,4\n5,2024年3月5日,5\n6,2024-03-06,6\n7,soon,7\n"
    )
    assert taken(own, "dates") == (
        "2024-03-05 (year, month, day): 2 rows; 20240305 (year, month, day without marks): 1 row; "
        "45356 (Excel's day number, counted from 1899-12-30): 1 row; 25.03.2024 (day, month, year): 1 row; "
        "2024年3月5日 (年月日): 1 row"
    )


def test_the_pyramid_takes_the_result_as_it_is():
    own = read(HEAD + "0017,31.12.2024,10\n0017,1.1.2025,-4\n0018,2.1.2025,5\n")
    customers = customer_summary(own.transactions).customers
    assert customers.set_index("customer")["revenue"].to_dict() == {"0017": 6.0, "0018": 5.0}


def test_types():
    log = read(HEAD + GOOD).transactions
    assert log.dtypes.astype(str).tolist() == ["str", "datetime64[us]", "float64"]
    assert log.index.name == "row"


@pytest.mark.parametrize(
    ("content", "encoding", "how"),
    [
        (HEAD + GOOD, "utf-8", "plain ASCII letters only"),
        ("\ufeff" + HEAD + GOOD, "utf-8", "a byte order mark at its start says so"),
        ("客户,date,revenue\n1,2024-03-05,1\n", "utf-8", "all of it can be read so"),
        ((HEAD + GOOD).encode("utf-16"), "utf-16", "a byte order mark at its start says so"),
        ("客户,日期,金额\n1,2024-03-05,1\n".encode("gb18030"), "gb18030", "common Chinese characters ('客户日期')"),
        ("Kunde,Datum,Betrag,Ort\n1,2024-03-05,1,Köln\n".encode("latin-1"), "cp1252", "Western letters ('ö')"),
        ("customer,date,revenue\n1,2024-03-05,5 €\n".encode("cp1252"), "cp1252", "cannot be read as utf-8 or gb18030"),
    ],
)
def test_it_says_which_encoding_and_why(content, encoding, how):
    own = read(content)
    assert taken(own, "encoding") == encoding
    assert how in because(own, "encoding")


def test_an_encoding_that_was_said_is_used():
    own = read("customer,date,revenue,city\n1,2024-03-05,1,臺北\n".encode("big5"), encoding="big5")
    assert own.transactions["city"].tolist() == ["臺北"]
    assert because(own, "encoding") == "you said so"


def test_it_says_how_it_knew():
    own = read(
        "Kundennr;Datum;Umsatz (CNY);Filiale\n1;03.04.2024 10:30;¥ 1.234,50;A\n2;25.04.2024 11:00;(7,5);B\n3;26.04.2024;9;B\n"
    )
    said = {what: (took, why) for what, took, why in own.understood.itertuples(index=False)}
    assert said == {
        "encoding": ("utf-8", "all of it can be read so"),
        "separator": ("semicolon", "with it the header line shows the three columns"),
        "header line": ("row 1", "the first row with all three columns"),
        "customer": ("column A, 'Kundennr'", "a usual name of the customer, and no other column has one"),
        "date": ("column B, 'Datum'", "a usual name of the date, and no other column has one"),
        "revenue": ("column C, 'Umsatz (CNY)'", "a usual name of the revenue, and no other column has one"),
        "time of day": ("cut off in 2 rows", "a day is what counts here"),
        "date order": ("day, month, year", "row 3: '25.04.2024' can only be day, month, year"),
        "dates": ("03.04.2024 (day, month, year): 3 rows", "by how they are written"),
        "currency": ("¥", "written in 1 row, taken for all"),
        "decimal mark": ("comma", "row 2: '¥ 1.234,50' can only be read so"),
        "refunds": ("1 row below zero", "kept"),
    }


def test_years_of_two_digits_are_told():
    own = read(HEAD + "1,31.12.99,1\n2,1.2.03,1\n")
    assert own.transactions["date"].dt.year.tolist() == [1999, 2003]
    assert taken(own, "years of two digits") == "69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068"
    assert because(own, "date order") == "row 2: '31.12.99' can only be day, month, year"


def test_time_zones_are_told():
    own = read(HEAD + "1,2024-03-05T23:30:00+08:00,1\n2,2024-03-05T23:30:00Z,1\n3,2024-03-05,1\n")
    assert taken(own, "time zone") == "+08:00, Z"
    assert because(own, "time zone") == "the day is taken as it is written in 2 rows, not converted"


def test_a_unit_in_the_name_is_told_and_not_applied():
    own = read("客户,日期,金额(万元)\n1,2024-03-05,1.5\n")
    assert own.transactions["revenue"].tolist() == [1.5]
    assert taken(own, "unit") == "金额(万元)"


def test_the_text_of_a_row_that_was_set_aside_is_what_the_file_says():
    own = read('customer;date;revenue;note\n1;2024-03-05;1;a\n;2024-03-05;2;"b;c"\n3;2024-03-05\n')
    assert own.set_aside["text"].tolist() == [";2024-03-05;2;b;c", "3;2024-03-05"]


def test_the_result_shows_counts_by_reason_and_escapes_what_the_file_says():
    own = read(
        HEAD.replace("revenue", '"revenue <b>"') + "1,2024-03-05,1\n,2024-03-05,1\n,2024-03-05,2\n2,2024-03-06,\n",
        revenue="revenue <b>",
    )
    text, page = repr(own), own._repr_html_()
    assert "the file: 1 transaction of 1 customer, 2024-03-05 to 2024-03-05, revenue 1.00. 3 rows set aside." in text
    assert "2  'customer' is blank (rows 3 and 4)" in text
    assert own.reasons.to_numpy().tolist() == [
        ["'customer' is blank", 2, "rows 3 and 4"],
        ["'revenue <b>' is blank", 1, "row 5"],
    ]
    assert "revenue &lt;b&gt;" in page
    assert "<b>" not in page


def test_a_clean_file_sets_nothing_aside():
    own = read(HEAD + GOOD)
    assert own.set_aside.columns.tolist() == ["row", "reason", "text"]
    assert len(own.set_aside) == len(own.reasons) == 0
    assert "Set aside" not in repr(own) + own._repr_html_()


def test_paths_open_files_and_packed_text(tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text(HEAD + GOOD, encoding="utf-8", newline="\n")
    packed = tmp_path / "sales.csv.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    with file.open("rb") as opened, file.open(encoding="utf-8") as as_text:
        results = [read_transactions(source) for source in (file, str(file), packed, opened, as_text)]
    assert [triples(own) for own in results] == [[(2, "1001", "2024-03-05", 120.5)]] * 5
    assert [own.source for own in results] == ["sales.csv", "sales.csv", "sales.csv.gz", "sales.csv", "sales.csv"]


def test_paths_that_lead_nowhere(tmp_path):
    (tmp_path / "sales.csv").write_text(HEAD, encoding="utf-8")
    with pytest.raises(
        FileNotFoundError, match=r"There is no file .*In that folder are 'sales.csv'\. Check the spelling"
    ):
        read_transactions(tmp_path / "sale.csv")
    with pytest.raises(ValueError, match=r"is a folder. Give the name of a file in it"):
        read_transactions(tmp_path)
    with pytest.raises(TypeError, match="path must be the name of a file or an open file, but it is a int"):
        read_transactions(7)
    with pytest.raises(TypeError, match="A DataFrame can go to the analysis as it is"):
        read_transactions(pd.DataFrame())


# Every row of the file is in the result once --------------------------------------------------------------------------

CUSTOMERS = st.sampled_from(
    ["1", "1.0", "007", "", "NULL", "Total", "<br>", "合计", "C 1", "-----", ">>>>>>> x", "=======", '5"', "a\nb"]
)
DATES = st.sampled_from(
    ["2024-03-05", "2024-02-30", "05/13/2024", "03/04/2024", "", "soon", "45356", "2024-03-05 10:00", "date"]
)
AMOUNTS = st.sampled_from(
    ["1", "-2.50", "(3.00)", "1,234.56", "1.234,56", "12%", "", "x", "¥5", "revenue", "1e5", "7", "8"]
)
ROWS = st.lists(
    st.one_of(
        st.tuples(CUSTOMERS, DATES, AMOUNTS, st.sampled_from(["", "x", "Total"])).map(list),
        st.lists(st.sampled_from(["", "1", "x", "2024-03-05"]), max_size=6),
        st.just(["customer", "date", "revenue", "note"]),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(
    above=st.lists(st.sampled_from([[], ["Report"], ["<p>"], ["", "", ""]]), max_size=3), rows=ROWS, keep=st.booleans()
)
def test_every_row_but_the_header_is_in_the_result_once(above, rows, keep):
    good = [["1", "2024-03-05", str(100 + n), f"line {n}"] for n in range(60)]  # so that the garbage does not prevail
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([*above, ["customer", "date", "revenue", "note"], *good, *rows])
    written = out.getvalue().encode()
    try:
        own = read(written, date_order="month", decimal=".", keep_refunds=keep, keep_duplicates=keep)
    except ValueError as error:
        # The only thing that these files can leave open: a sheaf of rows longer than the header line, an open conflict.
        assert "more cells than the header line" in str(error) or "opens a merge conflict" in str(error)  # noqa: PT017
        return
    header = len(above) + 1
    numbers = own.transactions.index.tolist() + own.set_aside["row"].tolist()
    assert sorted(numbers) == [row for row in range(1, len(above) + len(good) + len(rows) + 2) if row != header]
    assert own.transactions.index.is_monotonic_increasing
    assert own.set_aside["row"].is_monotonic_increasing
    log = own.transactions
    assert log["customer"].str.len().gt(0).all()
    assert log["date"].notna().all()
    assert np.isfinite(log["revenue"]).all()
    assert own.reasons["rows"].sum() == len(own.set_aside)


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 99_999),
            st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)),
            st.integers(-10_000_000, 10_000_000),
        ),
        min_size=1,
        max_size=30,
    ),
    mark=st.sampled_from([".", ","]),
    thousands=st.booleans(),
    order=st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y年%m月%d日", "%d %b %Y"]),
)
def test_what_was_written_is_read_back(rows, mark, thousands, order):
    def money(cents: int) -> str:
        text = f"{cents / 100:,.2f}" if thousands else f"{cents / 100:.2f}"
        return text if mark == "." else text.translate(str.maketrans(".,", ",."))

    lines = [f"{n};{customer:05};{day.strftime(order)};{money(cents)}" for n, (customer, day, cents) in enumerate(rows)]
    first = {"%d.%m.%Y": "day", "%m/%d/%Y": "month"}.get(order)
    own = read("line;customer;date;revenue\n" + "\n".join(lines), date_order=first)
    assert own.transactions["customer"].tolist() == [f"{customer:05}" for customer, _, _ in rows]
    assert own.transactions["date"].dt.date.tolist() == [day for _, day, _ in rows]
    assert own.transactions["revenue"].tolist() == [cents / 100 for _, _, cents in rows]


# Excel and Parquet ----------------------------------------------------------------------------------------------------

excel = pytest.mark.skipif(importlib.util.find_spec("openpyxl") is None, reason="openpyxl is not installed")
parquet = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed")


def workbook(**sheets: list[list]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@excel
def test_a_workbook():
    own = read(
        workbook(
            Sheet=[
                ["Report"],
                [],
                ["客户编号", "日期", "金额", None, None],
                ["007", dt.datetime(2024, 3, 5, 10, 30), 1.234],
                [1001, 45356, "¥1,234.50"],
                [1002.0, dt.date(2024, 3, 6), "(5.00)", None, "seen by Li"],
                [None, dt.date(2024, 3, 6), 1],
                [1003, "soon", 1],
                [1004, dt.date(2024, 3, 7), dt.date(2024, 5, 1)],
                ["合计", None, 1235.73],
            ],
            Notes=[["made by", "Li"]],
        )
    )
    assert triples(own) == [
        (4, "007", "2024-03-05", 1.234),
        (5, "1001", "2024-03-05", 1234.5),
        (6, "1002", "2024-03-06", -5.0),
    ]
    assert aside(own) == {
        1: "above the header line",
        2: "blank line",
        7: "'客户编号' is blank",
        8: "'日期' is not a date",
        9: "'金额' is not a number",
        10: "totals line",
    }
    assert own.transactions["column (E)"].tolist()[2] == "seen by Li"
    assert (taken(own, "sheet"), taken(own, "left out")) == ("Sheet", "column D")


@excel
def test_sheets():
    table = [["customer", "date", "revenue"], [1, dt.date(2024, 3, 5), 2.5]]
    content = workbook(Jan=table, Feb=table, Notes=[["x"]])
    with pytest.raises(ValueError, match=r"has 2 sheets with the three columns. Say sheet='Jan' or sheet='Feb'\."):
        read(content)
    assert triples(read(content, sheet="Feb")) == [(2, "1", "2024-03-05", 2.5)]
    with pytest.raises(ValueError, match=r"has no sheet 'Mar'. Its sheets are 'Jan', 'Feb' and 'Notes'"):
        read(content, sheet="Mar")
    with pytest.raises(
        ValueError, match=r"sheet 'Notes': no header line found; the first row looks like row 1 \('x'\)"
    ):
        read(content, sheet="Notes")


@excel
def test_a_workbook_with_dates_that_excel_swapped():
    texts = [[1, f"{day}/04/2024", 1] for day in range(13, 19)]
    dates = [[2, dt.date(2024, day, 4), 1] for day in range(1, 7)]
    with pytest.raises(
        ValueError, match="was probably changed by a spreadsheet: rows 2, 3, 4, 5, 6 and 1 more are still text"
    ):
        read(workbook(Sheet=[["customer", "date", "revenue"], *texts, *dates]))


@excel
def test_a_damaged_workbook():
    content = workbook(Sheet=[["customer", "date", "revenue"]] + [[1, dt.date(2024, 3, 5), 2.5]] * 99)
    with pytest.raises(ValueError, match=r"the file is damaged or was cut short. Copy or download it again"):
        read(content[: len(content) // 2])
    torn = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(torn, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part[: len(part) // 2] if name.endswith("sheet1.xml") else part)
    with pytest.raises(ValueError, match="the file is a damaged Excel workbook"):
        read(torn.getvalue())


def test_a_workbook_without_openpyxl(monkeypatch):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(
        ModuleNotFoundError, match=r"needs the package openpyxl. Install it with `pip install openpyxl`, or save"
    ):
        read(packed.getvalue())


def test_a_packed_file_that_is_no_workbook():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("sales.csv", HEAD)
    with pytest.raises(ValueError, match=r"no Excel workbook \(\.xlsx\)\. It holds 'sales\.csv'\. Unpack it"):
        read(packed.getvalue())


@parquet
def test_parquet():
    frame = pd.DataFrame(
        {
            "customer": pd.array([1, 2, None, 4], dtype="Int64"),
            "date": pd.to_datetime(["2024-03-05 23:30", "2024-03-06 00:00", "2024-03-06 00:00", None]).tz_localize(
                "Asia/Shanghai"
            ),
            "revenue": [1.5, np.inf, 3.0, 4.0],
            "kind": pd.Categorical(["a", "b", "a", "b"]),
        }
    )
    out = io.BytesIO()
    pd.concat([frame, frame.assign(revenue=7.0).iloc[:1]]).to_parquet(out, index=False)
    own = read(out.getvalue())
    assert triples(own) == [(2, "1", "2024-03-05", 1.5), (6, "1", "2024-03-05", 7.0)]
    assert aside(own) == {3: "'revenue' is not a finite number", 4: "'customer' is blank", 5: "'date' is blank"}
    assert taken(own, "time zone") == "Asia/Shanghai"
    with pytest.raises(ValueError, match="is a damaged Parquet file"):
        read(out.getvalue()[:80])


def test_parquet_without_pyarrow(monkeypatch):
    def missing(*_):
        raise ImportError("pyarrow")

    monkeypatch.setattr(pd, "read_parquet", missing)
    with pytest.raises(
        ModuleNotFoundError, match=r"needs the package pyarrow. Install it with `pip install pyarrow`, or export"
    ):
        read(b"PAR1....PAR1")
