"""The form in which somebody says which column of an export is what. What it does is in `crmlib.companies.own.look`."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from crmlib.companies import OwnTransactions
from crmlib.companies.own.look import ROLES, FirstRows, code_of, first_rows, read_chosen, reopener

_SETTINGS = {
    "date_order": (
        "Dates begin with",
        [("find out", ""), ("the day", "day"), ("the month", "month"), ("the year", "year")],
    ),
    "decimal": ("Decimals stand behind", [("find out", ""), ("a point: 12.50", "."), ("a comma: 12,50", ",")]),
    "keep_duplicates": ("Rows that are there twice", [("keep one", ""), ("keep both", True)]),
}

_STYLE = """<style>
.crm-columns .dataframe :is(th, td) { text-align: left; padding: 2px 12px 2px 0 }
.crm-columns pre { white-space: pre-wrap }
</style>"""


def map_columns(path: str | Path | io.IOBase) -> ColumnForm:
    """Show the first rows of an export, and a form to say which column is the customer, the date, the amount and the product.

    Parameters
    ----------
    path : file name (CSV, Excel, Parquet) or open file, as for `read_transactions`.

    Returns
    -------
    A form. Choose, press *Read*: below stand what was understood and what was set aside. `.transactions` is the log (customer, date,
    revenue, product if chosen), `.own` all that was read, `.code` the line that reads the file without the form. Tab moves from field
    to field, the arrow keys choose, Space presses.

    Raises
    ------
    FileNotFoundError, ValueError : no such file, or one that is no table. Reading raises what `read_transactions` raises: while the
        form is used, its sentence is shown in the form.

    >>> export = io.StringIO("会员号;日期;品类;金额\\n0017;31.12.2024;茶;12,50\\n0018;2.1.2025;茶;8,00")
    >>> form = map_columns(export)
    >>> form.transactions
        customer       date  revenue product
    row
    2       0017 2024-12-31     12.5       茶
    3       0018 2025-01-02      8.0       茶
    """
    return ColumnForm(reopener(path), path if isinstance(path, str | Path) else getattr(path, "name", "the file"))


class ColumnForm(widgets.VBox):
    """Fields for the columns, a button, and what came of it."""

    def __init__(self, opened: Callable[[], str | Path | io.IOBase], given: object) -> None:
        """`opened` gives the file from its beginning; `given` is its name with its folder, for the code."""
        self._open, self._given = opened, str(given)
        self._read: tuple[object, OwnTransactions] | None = None
        look = first_rows(opened())
        self.fields: dict[str, widgets.Dropdown] = {
            role: _field(f"Column of the {role}", [("", "")], "") for role in ROLES
        }
        for name, (label, options) in _SETTINGS.items():
            self.fields[name] = _field(label, options, "")
        self.sheet = _field("Sheet", look.sheets, look.sheet if look.sheets else None)
        self.button = widgets.Button(
            description="Read", tooltip="Read the file with these columns", layout=widgets.Layout(width="8em")
        )
        self._first, self.told = widgets.HTML(), widgets.HTML()
        self._show(look)
        self.button.on_click(self._tell)
        self.sheet.observe(self._other_sheet, "value")
        for field in self.fields.values():
            field.observe(self._forget, "value")
        above = [self.sheet] if len(look.sheets) > 1 else []
        grid = widgets.GridBox(
            list(self.fields.values()),
            layout=widgets.Layout(grid_template_columns="repeat(auto-fit, minmax(20rem, 1fr))", grid_gap="2px 24px"),
        )
        super().__init__([*above, self._first, grid, self.button, self.told])
        self.add_class("crm-columns")

    @property
    def own(self) -> OwnTransactions:
        """What is read with the columns chosen now; raises the sentence that says what is missing."""
        columns, settings = self._chosen()
        key = (tuple(columns.items()), tuple(settings.items()))
        if self._read is None or self._read[0] != key:
            self._read = (key, read_chosen(self._open(), columns, **settings))
        return self._read[1]

    @property
    def transactions(self) -> pd.DataFrame:
        """The purchase log: one row per purchase or refund."""
        return self.own.transactions

    @property
    def code(self) -> str:
        """The line of Python that reads the file without the form."""
        columns, settings = self._chosen()
        return code_of(self._given, columns, **settings)

    def _chosen(self) -> tuple[dict[str, str | None], dict[str, Any]]:
        values = {name: field.value for name, field in self.fields.items()}
        settings = {name: values[name] for name in _SETTINGS if values[name] != ""}
        if self.sheet.value is not None:
            settings["sheet"] = self.sheet.value
        return {role: values[role] or None for role in ROLES}, settings

    def _show(self, look: FirstRows) -> None:
        for role in ROLES:
            first = "none" if role == "product" else "choose ..."
            self.fields[role].options = [(first, ""), *((name, name) for name in look.rows.columns if name)]
            self.fields[role].value = look.guess[role] or ""
        table = look.rows.to_html(index=False, border=0, justify="left")
        self._first.value = (
            f'<div style="overflow-x:auto"><b>{escape(look.source)}</b>, its first rows:{table}</div>{_STYLE}'
        )

    def _other_sheet(self, _: object) -> None:
        self._forget()
        try:
            self._show(first_rows(self._open(), self.sheet.value))
        except (ValueError, OSError) as problem:
            self.told.value = _problem(problem)

    def _forget(self, _: object = None) -> None:
        self.told.value = ""

    def _tell(self, _: object) -> None:
        self._read = None  # the file may have been mended meanwhile
        try:
            own = self.own
        except (ValueError, TypeError, OSError, ImportError) as problem:
            self.told.value = _problem(problem)
            return
        code = f"<p>The same without this form:</p><pre>{escape(self.code)}</pre>"
        self.told.value = f'<div role="status">{own._repr_html_()}{code}</div>'


def _field(label: str, options: Any, value: Any) -> widgets.Dropdown:
    return widgets.Dropdown(
        options=list(options),
        value=value,
        description=label,
        style={"description_width": "11rem"},
        layout={"width": "auto"},
    )


def _problem(problem: Exception) -> str:
    return (
        '<div role="status" style="border-left:5px solid #8a3800;background:#fff3e0;color:#8a3800;padding:8px 12px;'
        f'max-width:46em;line-height:1.45"><b>Not yet</b><div>{escape(str(problem))}</div></div>'
    )
