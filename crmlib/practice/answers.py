"""Answers as plain data: what leaves a student's notebook, and all that a score may depend on."""

from __future__ import annotations

import collections
import datetime
import math
import types
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

JSON = Any  # bool, int, float, str, None, a list, or a dict with the keys "kind", ...

PLACEHOLDER = {"kind": "placeholder"}
MOST_CELLS, LONGEST_TEXT, LARGEST = 100_000, 20_000, 10**15

_NUMPY_SCALARS = frozenset(np.sctypeDict.values())
_INDEXES = frozenset(
    {
        pd.Index,
        pd.RangeIndex,
        pd.CategoricalIndex,
        pd.DatetimeIndex,
        pd.TimedeltaIndex,
        pd.PeriodIndex,
        pd.IntervalIndex,
    }
)
_DICTS = frozenset(
    {dict, collections.Counter, collections.OrderedDict, collections.defaultdict, types.MappingProxyType}
)
_FUNCTIONS = frozenset(
    {types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.BuiltinMethodType, np.ufunc, type}
)


def plain(value: object) -> JSON:
    """Turn an answer into plain data that JSON can carry.

    Only exact known types are read, so that no method of a student's own class is ever called here.

    Parameters
    ----------
    value : what a student assigned: a number, text, a list, tuple, set or dict, numpy or pandas data, or the placeholder `...`

    Returns
    -------
    bool, int, float, str, None (also for a missing number), a list, {"kind": "series", "index": [...], "values": [...]},
    {"kind": "frame", "index": [...], "index_name": ..., "columns": [...], "values": [one list per column]} or
    {"kind": "placeholder"}. A dict becomes a series, a set a sorted list, a date its ISO text.

    Raises
    ------
    TypeError : a sentence for the student, where the value is of another type, infinite or too large.

    >>> plain(np.float64(0.25)), plain({3, 1}), plain(...)
    (0.25, [1, 3], {'kind': 'placeholder'})
    >>> plain(pd.Series([0.5], index=["Top"]))
    {'kind': 'series', 'index': ['Top'], 'values': [0.5]}
    >>> plain(sum)
    Traceback (most recent call last):
    ...
    TypeError: It is a function, not its result: are the brackets `()` after its name missing?
    """
    kind = type(value)
    if value is ...:
        return dict(PLACEHOLDER)
    if kind in _NUMPY_SCALARS or kind in (Decimal, Fraction) or kind in (bool, int, float, str) or value is None:
        return _scalar(value)
    if value is pd.NA or value is pd.NaT:
        return None
    if kind in (pd.Timestamp, datetime.datetime, datetime.date, pd.Timedelta, pd.Period):
        return str(value)
    if kind in (list, tuple, collections.deque):
        return _items(value)
    if kind in (set, frozenset):
        return sorted(_items(value), key=repr)
    if kind is np.ndarray:
        if value.ndim > 2:
            raise TypeError(f"It is an array with {value.ndim} dimensions. Give a number, a list or a table.")
        return plain(value.tolist())
    if kind in _INDEXES:
        return _items(value.tolist())
    if kind in _DICTS:
        _check_size(len(value))
        return {"kind": "series", "index": _cells(value.keys()), "values": _cells(value.values())}
    if kind is pd.Series:
        _check_size(len(value))
        return {"kind": "series", "index": _labels(value.index), "values": _cells(_listed(value.array))}
    if kind is pd.DataFrame:
        _check_size(value.size)
        return {
            "kind": "frame",
            "index": _labels(value.index),
            "index_name": _label(value.index.name),
            "columns": _labels(value.columns),
            "values": [_cells(_listed(value.iloc[:, place].array)) for place in range(value.shape[1])],
        }
    if kind in _FUNCTIONS:
        raise TypeError("It is a function, not its result: are the brackets `()` after its name missing?")
    raise TypeError(
        f"It is of the type {type.__name__ if kind is type else kind.__name__!s:.40}, which cannot be read as an answer. "
        "Take the number, the text, the list or the table out of it (a result of crmlib has `.table`, and mostly `.customers`)."
    )


def collect(namespace: Mapping[str, object], names: Iterable[str]) -> dict[str, JSON]:
    """Read named answers from a notebook's variables; never fails.

    Parameters
    ----------
    namespace : variable name to value.
    names : of the variables to read.

    Returns
    -------
    {name: plain data}, without the names that are not there. What cannot be read becomes
    {"kind": "unreadable", "says": sentence for the student}.

    >>> collect({"a": 1, "b": object()}, ["a", "b", "c"])["a"]
    1
    """
    found: dict[str, JSON] = {}
    for name in names:
        if name in namespace:
            try:
                found[name] = plain(namespace[name])
            except TypeError as fault:
                found[name] = {"kind": "unreadable", "says": str(fault)}
            except Exception as fault:  # a broken table of the student's must not stop the other answers
                found[name] = {"kind": "unreadable", "says": f"It cannot be read ({type(fault).__name__})."}
    return found


def _scalar(value: Any) -> JSON:
    """Return a number or text of a known type."""
    kind = type(value)
    if kind is int or kind is float:
        if -LARGEST < value < LARGEST:
            return value
    elif kind in _NUMPY_SCALARS:
        if isinstance(value, np.datetime64 | np.timedelta64):
            return None if np.isnat(value) else str(value)
        value = value.item()
        kind = type(value)
        if kind not in (bool, int, float, str):
            raise TypeError(f"It is a {kind.__name__}. Give an ordinary number or text.")
    if kind in (Decimal, Fraction):
        value = float(value)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise TypeError(f"It is a text of {len(value):,} characters; at most {LONGEST_TEXT:,} are read.")
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, int | float) and not -LARGEST < value < LARGEST:
        raise TypeError("It is infinite, often the trace of a division by zero." if value in (math.inf, -math.inf)
                        else "It is a number too large for any amount in this course.")  # fmt: skip
    return value


def _check_size(size: int) -> None:
    if size > MOST_CELLS:
        raise TypeError(f"It holds {size:,} values; an answer has at most {MOST_CELLS:,}.")


def _items(values: Any) -> list[JSON]:
    _check_size(len(values))
    read = [plain(item) if type(item) in (list, tuple) else _cell(item) for item in values]
    if sum(len(item) for item in read if isinstance(item, list)) > MOST_CELLS:
        _check_size(MOST_CELLS + 1)
    return read


def _cells(values: Iterable[object]) -> list[JSON]:
    items = list(values)
    if set(map(type, items)) == {int} and min(items) > -LARGEST and max(items) < LARGEST:
        return items  # the usual column, many times as fast
    return [_cell(item) for item in items]


def _cell(item: object) -> JSON:
    """Return what stands in one cell: no table in a table."""
    if type(item) is int or type(item) is float or type(item) is str:
        return _scalar(item)
    read = plain(item) if type(item) not in (list, tuple, set, dict, pd.Series, pd.DataFrame, np.ndarray) else ...
    if read is ... or isinstance(read, dict):
        raise TypeError("One of its entries is itself a list, a table or a placeholder. Give single values.")
    return read


def _listed(array: Any) -> list:
    if type(array).__module__.partition(".")[0] != "pandas":
        raise TypeError("It holds a kind of column that cannot be read as an answer.")
    return array.tolist()


def _labels(index: pd.Index) -> list[JSON]:
    if type(index) is pd.MultiIndex:
        return [" / ".join(map(str, _cells(key))) for key in index.tolist()]
    if type(index) not in _INDEXES:
        raise TypeError("Its labels (the index) are of a kind that cannot be read as an answer.")
    return _cells(index.tolist())


def _label(name: object) -> JSON:
    return name if type(name) in (str, int) else None
