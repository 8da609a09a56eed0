"""Answers as plain data: every honest form is read, nothing of a student's own class is ever called."""

from __future__ import annotations

import datetime
import json
from collections import Counter, defaultdict, deque
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.practice.answers import PLACEHOLDER, collect, plain

SERIES = {"kind": "series", "index": [7, 9], "values": [1.5, 2.5]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (2.5, 2.5),
        (True, True),
        ("b", "b"),
        (None, None),
        (np.int64(3), 3),
        (np.float32(2.5), 2.5),
        (np.bool_(True), True),
        (np.str_("b"), "b"),
        (float("nan"), None),
        (np.nan, None),
        (pd.NA, None),
        (pd.NaT, None),
        (np.datetime64("NaT"), None),
        (np.datetime64("2025-06-30"), "2025-06-30"),
        (datetime.date(2025, 6, 30), "2025-06-30"),
        (Decimal("2.5"), 2.5),
        (Fraction(1, 4), 0.25),
        ([1, np.float64(2.5), "a"], [1, 2.5, "a"]),
        ((1, 2), [1, 2]),
        (deque([1]), [1]),
        ({9, 7}, [7, 9]),
        (np.array([1.5, np.nan]), [1.5, None]),
        (np.array(4.0), 4.0),
        (np.array([[1], [2]]), [[1], [2]]),
        (pd.Index([7, 9]), [7, 9]),
        (pd.RangeIndex(2), [0, 1]),
        ({7: 1.5, 9: 2.5}, SERIES),
        (defaultdict(float, {7: 1.5, 9: 2.5}), SERIES),
        (Counter("aab"), {"kind": "series", "index": ["a", "b"], "values": [2, 1]}),
        (pd.Series([1.5, 2.5], index=[7, 9]), SERIES),
        (pd.Series([1.5, 2.5], index=[7, 9], dtype="Float64"), SERIES),
        (pd.Series([1, None], dtype="Int64"), {"kind": "series", "index": [0, 1], "values": [1, None]}),
        (pd.Series(["x"], dtype="category"), {"kind": "series", "index": [0], "values": ["x"]}),
        (
            pd.Series([1], index=pd.MultiIndex.from_tuples([("a", 1)])),
            {"kind": "series", "index": ["a / 1"], "values": [1]},
        ),
        (
            pd.DataFrame({"customer": [7], "days": [1.5]}),
            {
                "kind": "frame",
                "index": [0],
                "index_name": None,
                "columns": ["customer", "days"],
                "values": [[7], [1.5]],
            },
        ),
        (..., PLACEHOLDER),
    ],
)
def test_honest_forms_are_read(value, expected):
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("inf"), "infinite"),
        (-np.inf, "infinite"),
        (10**400, "too large"),
        (sum, r"brackets `\(\)`"),
        (pd.Series([1]).mean, r"brackets `\(\)`"),
        (int, r"brackets `\(\)`"),
        (lambda: 1, r"brackets `\(\)`"),
        (1j, "complex"),
        (np.complex128(1), "complex"),
        (b"3", "bytes"),
        (range(3), "range"),
        ((number for number in [1]), "generator"),
        (np.zeros((2, 2, 2)), "3 dimensions"),
        ([pd.Series([1])], "itself a list, a table"),
        ([1, ...], "itself a list, a table"),
        ({1: {2: 3}}, "itself a list, a table"),
        (np.zeros(200_000), "200,000 values"),
        ([[0] * 60_000, [0] * 60_000], "values"),
        ("x" * 20_001, "20,001 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(value, said):
    with pytest.raises(TypeError, match=said):
        plain(value)


class Forbidden(Exception):
    pass


def refuse(*_, **__):
    raise Forbidden


SPECIAL = [
    *("__eq__", "__float__", "__int__", "__index__", "__bool__", "__len__", "__iter__", "__array__", "__str__"),
    *("__repr__", "__hash__", "__getattr__", "__lt__", "item", "tolist", "items", "keys", "values"),
]


@pytest.mark.parametrize(
    "base", [object, int, float, str, list, tuple, dict, set, pd.Series, pd.DataFrame, np.ndarray, np.float64]
)
@pytest.mark.parametrize("wrapped", [False, True], ids=["alone", "in a list"])
def test_a_students_own_class_is_refused_without_calling_it(base, wrapped):
    hostile = type("Sly", (base,), dict.fromkeys(SPECIAL, refuse))
    value = base.__new__(hostile, 1) if base is np.ndarray else base.__new__(hostile)
    with pytest.raises(TypeError, match="Sly"):
        plain([value] if wrapped else value)


def test_a_class_that_lies_about_its_class_is_refused():
    class Sly:
        @property
        def __class__(self):
            return float

    assert isinstance(Sly(), float)
    with pytest.raises(TypeError, match="Sly"):
        plain(Sly())


def test_collect_reads_what_is_there_and_never_fails():
    class Broken(pd.DataFrame):
        pass

    found = collect({"a": np.int64(1), "b": Broken(), "c": ..., "other": 5}, ["a", "b", "c", "d"])
    assert found.pop("b")["kind"] == "unreadable"
    assert found == {"a": 1, "c": PLACEHOLDER}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(JUNK)
def test_whatever_is_read_can_be_written_as_json_and_read_again(value):
    found = collect({"x": value}, ["x"])
    assert json.loads(json.dumps(found, allow_nan=False)) == found
