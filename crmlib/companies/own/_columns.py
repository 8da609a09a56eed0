"""Which line is the header, and which columns are customer, date and revenue."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import listed
from crmlib.companies.own._table import SEPARATORS, Notes, Table, column_letter, is_missing

HEADER_WITHIN = 50  # rows in which the header line is looked for

# Names of columns, as `plain_name` writes them. A name of a person or firm is no customer number, a price is no revenue.
# Ship and due dates are here so that a file with two kinds of date is asked about.
_NAMES = {
    "customer": """customer customerid customerno customernumber customernr customercode cust custid custno client clientid
        clientno clientnumber clientcode member memberid memberno membernumber buyer buyerid user userid shopper shopperid
        accountid accountno accountnumber kunde kundeid kundenid kundennr kundennummer 客户 客户号 客户编号 客户编码 客户代码
        客户id 顾客 顾客号 顾客编号 顾客id 会员 会员号 会员编号 会员卡号 会员id 用户id 用户编号 用户号 户号 买家id""",
    "date": """date day datetime timestamp orderdate ordertime orderdatetime purchasedate transactiondate transactiontime
        transdate txndate invoicedate saledate salesdate paymentdate postingdate bookingdate shipdate shippingdate deliverydate
        duedate datum rechnungsdatum bestelldatum kaufdatum buchungsdatum lieferdatum 日期 时间 交易日期 交易时间 订单日期 订单时间
        购买日期 购买时间 消费日期 消费时间 下单日期 下单时间 销售日期 付款日期 付款时间 支付日期 支付时间 发货日期 发货时间""",
    "revenue": """revenue amount sales turnover total totalamount netamount grossamount netsales grosssales netrevenue
        grossrevenue salesamount salesvalue orderamount ordervalue ordertotal invoiceamount transactionamount paymentamount
        paidamount amountpaid spend umsatz nettoumsatz betrag nettobetrag bruttobetrag 金额 交易金额 消费金额 订单金额 销售金额
        支付金额 付款金额 实付金额 实收金额 应付金额 成交金额 总金额 总额 总价 成交额 消费额 销售额 营业额 收入""",
}

SYNONYMS = {role: frozenset(names.split()) for role, names in _NAMES.items()}


def plain_name(name: object) -> str:
    """Return a column's name for comparing: 'Revenue (CNY)' and 'revenue' are the same."""
    text = unicodedata.normalize("NFKC", "" if is_missing(name) else str(name)).casefold()
    text = re.sub(r"[\W_]", "", re.sub(r"\([^)]*\)|\[[^]]*\]", "", text))
    return re.sub(r"(?<=..)(cny|rmb|usd|eur|gbp|元)$", "", text)


def header_names(cells: Sequence) -> list[str]:
    """Return the names that a header line gives, without the empty cells at its end."""
    names = ["" if is_missing(cell) else str(cell).strip().strip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def candidates(cells: Sequence, named: dict) -> dict[str, list[int]]:
    """Return for each role the places of the columns that can be it."""
    names = header_names(cells)
    found = {}
    for role, name in named.items():
        if name is not None:
            exact = [place for place, other in enumerate(names) if other == str(name).strip()]
            found[role] = exact or [
                place for place, other in enumerate(names) if other and plain_name(other) == plain_name(name)
            ]
    taken = {place for places in found.values() for place in places}
    for role in named:
        if role not in found:
            found[role] = [p for p, name in enumerate(names) if p not in taken and plain_name(name) in SYNONYMS[role]]
    return found


def find_header(rows: Sequence[Sequence], named: dict) -> int | None:
    """Return the place of the first row that has a candidate for each of the three columns."""
    return next((place for place, cells in enumerate(rows) if all(candidates(cells, named).values())), None)


def no_header(rows: Sequence[Sequence], source: str, named: dict) -> str:
    """Say which column was not found, in the row that looks most like a header line."""
    filled = [header_names(cells) for cells in rows]
    if not any(filled):
        return f"{source} holds no table: its first {HEADER_WITHIN} rows are empty."
    scores = [(sum(map(bool, candidates(cells, named).values())), min(len(cells), 2)) for cells in filled]
    place = max(range(len(rows)), key=lambda p: (*scores[p], -p))
    missing = [role for role, places in candidates(filled[place], named).items() if not places]
    wanted = [f"{role}={named[role]!r}" for role in missing if named[role] is not None]
    row = f"row {place + 1} ({listed(filled[place], most=12)})"
    if wanted:
        return f"{source} has no column {listed(named[r] for r in missing if named[r])}. Its header line is {row}. Check the spelling."
    quoted = len(filled[place]) == 1 and sum(filled[place][0].count(mark) for mark in SEPARATORS) > 1
    if quoted:
        return (
            f"{source}: {row} is one single column. Either every line stands in quotation marks as a whole (open the file in an "
            "editor and take them away), or the columns are parted by an unusual sign: say separator='...'."
        )
    if scores[place][0] == 0:
        return (
            f"{source}: no header line found; the first row looks like {row}. If your columns have other names, name them: "
            "customer='...', date='...', revenue='...'. If the file has no header line, write one as its first line."
        )
    calls = ", ".join(f"{role}='...'" for role in missing)
    called = " or ".join(missing)
    return f"{source}: the header line, {row}, has no column with a usual name of the {called}. Name it in the call: {calls}."


def choose_columns(table: Table, source: str, named: dict, notes: Notes) -> None:
    """Write into `table` which columns are customer, date and revenue, or ask."""
    names = table.names
    if table.header < 0 and find_header([names], named) is None:
        raise ValueError(no_header([names], source, named))
    for role, places in candidates(names, named).items():
        fits = [names[place] for place in places]
        if len(set(fits)) > 1:
            raise ValueError(
                f"{source} has {len(fits)} columns that could be the {role}: {listed(fits)}. "
                f"Say {role}={f' or {role}='.join(map(repr, fits))}."
            )
        if len(fits) > 1:
            raise ValueError(
                f"{source} has {len(fits)} columns called {fits[0]!r} (columns {' and '.join(map(column_letter, places))}), and one "
                f"of them is to be the {role}. Give them different names in the file."
            )
        table.roles[role] = places[0]
    if len(set(table.roles.values())) < 3:
        raise ValueError("customer, date and revenue must be three different columns.")
    if table.header >= 0:
        notes.add("header line", f"row {table.header + 1}", "the first row with all three columns")
    for role, place in table.roles.items():
        because = (
            "you said so" if named[role] is not None else f"a usual name of the {role}, and no other column has one"
        )
        notes.add(role, f"column {column_letter(place)}, {names[place]!r}", because)


def other_columns(table: Table, places: np.ndarray, notes: Notes) -> dict[str, pd.Series]:
    """Return the columns besides the three, cells as they are; a name that would stand twice gets its column's letter."""
    others: dict[str, pd.Series] = {}
    used, dropped = {"customer", "date", "revenue"}, []
    for place, name in enumerate(table.names):
        if place in table.roles.values():
            continue
        values = table.columns[place]
        if not name and values.empty().all():
            dropped.append(column_letter(place))
            continue
        new = name
        if not name or name in used:
            new = f"{name or 'column'} ({column_letter(place)})"
            notes.add(
                "renamed", new, f"column {column_letter(place)} has {'a name that is taken' if name else 'no name'}"
            )
        used.add(new)
        others[new] = values.column.iloc[places].infer_objects()
    if dropped:
        notes.add("left out", f"column {', '.join(dropped)}", "no name and no filled cell")
    return others
