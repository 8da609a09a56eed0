"""Identify: which records are the same person. Tidy, find candidates, score, decide, and count the errors of both kinds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import (
    as_written,
    empty_ids,
    listed,
    need_amounts,
    need_columns,
    need_frame,
    need_numbers,
    need_once,
    number_ids,
    rows_text,
    the_column,
)

RECORDS, PAIRS = "The frame of records", "The frame of pairs"
FIELDS = ("name", "phone", "birth_date", "address")
WEIGHTS = {"name": 0.25, "phone": 0.30, "birth_date": 0.25, "address": 0.20}
BLOCKS = FIELDS


def tidy_records(exports: Mapping[str, pd.DataFrame], dates: Mapping[str, str]) -> pd.DataFrame:
    """Put the exports of several systems into one table, each field written in one way.

    Names and addresses: blanks at the ends gone, full-width signs made plain, capital letters made small; an address keeps its
    words and its numbers, so that `海棠路11号902室` and `海棠路11-902` become the same. Phones: digits only; a phone that was read
    as a number (12000000001.0) is written as one. Dates: as each system writes them. A field that is empty, or of which nothing
    is left ("unknown" as a phone, "-" as a name), is missing: it is neither alike nor unlike.

    Parameters
    ----------
    exports : name of the system -> its records: `record` (its number, different from all others), `name`, `phone`, `birth_date`
        (text), `address`; other columns are kept.
    dates : name of the system -> how it writes dates, such as "%d/%m/%Y" (04/03/1960) or "%Y-%m-%d" (1960-03-04).

    Returns
    -------
    Frame, one row per record: `record`, `source`, `name`, `phone`, `birth_date` (text, year-month-day), `address`, the others.

    Raises
    ------
    ValueError : no export, an export without rows or columns, a system without a way of writing dates, dates that do not fit it,
        a phone that is no whole number, a record number that is empty or used twice.
    TypeError : an export is no frame.

    >>> app = pd.DataFrame({"record": ["A1"], "name": ["Wu Hai "], "phone": ["120 0000 0001"], "birth_date": ["1960-03-04"],
    ...                     "address": ["Pier Road 7"]})
    >>> desk = app.assign(record="B1", birth_date="04/03/1960", phone="12000000001")
    >>> tidy_records({"app": app, "desk": desk}, {"app": "%Y-%m-%d", "desk": "%d/%m/%Y"})
      record source    name        phone  birth_date       address
    0     A1    app  wu hai  12000000001  1960-03-04   pier road 7
    1     B1   desk  wu hai  12000000001  1960-03-04   pier road 7
    """
    if not exports:
        raise ValueError(
            "There is no export. Give each system's records by name, such as {'app': frame, 'branch': frame}."
        )
    parts = []
    for source, frame in exports.items():
        what = f"The export {source!r}"
        need_columns(need_frame(frame, what), ["record", *FIELDS], what)
        empty = empty_ids(frame, "record")
        if empty.any():
            raise ValueError(f"{the_column('record', what)} is empty in {rows_text(empty)}. Number every record.")
        if source not in dates:
            raise ValueError(f"How does {source!r} write dates? Add it to `dates`, such as {{{source!r}: '%d/%m/%Y'}}.")
        texts = {name: _text(frame[name]) for name in ("name", "phone", "address")}
        texts["name"] = texts["name"].where(texts["name"].str.contains(r"\w", na=False))
        texts["phone"] = _digits(frame["phone"], texts["phone"], what)
        words = texts["address"].str.replace(r"[^\w]+", " ", regex=True).str.replace(r"[号室]", " ", regex=True)
        texts["address"] = words.str.replace(r"\s+", " ", regex=True).str.strip().replace("", np.nan)
        parts.append(
            frame.assign(**texts, birth_date=_dates(frame["birth_date"], dates[source], what)).assign(source=source)
        )
    found = pd.concat(parts, ignore_index=True)
    need_once(found, "record", "The exports together")
    return found[["record", "source", *[name for name in found if name not in ("record", "source")]]]


def _text(column: pd.Series) -> pd.Series:
    """Write text in one way; empty stays missing."""
    plain = column.map(lambda one: unicodedata.normalize("NFKC", as_written(one)).strip().lower(), na_action="ignore")
    return plain.astype("str").replace("", np.nan)


def _digits(column: pd.Series, texts: pd.Series, what: str) -> pd.Series:
    """Keep the digits of phones; a phone without any is missing."""
    broken = column.map(lambda one: isinstance(one, float | np.floating) and not one.is_integer(), na_action="ignore")
    broken = broken.fillna(False).to_numpy(bool)
    if broken.any():
        raise ValueError(
            f"{the_column('phone', what)} is no whole number in {rows_text(broken)}, such as "
            f"{column[broken].iloc[0]}. Read the file with dtype={{'phone': str}}, or correct these rows."
        )
    whole = texts.str.replace(r"^(\d+)\.0$", r"\1", regex=True)  # such a column, written to a file and read again
    return whole.str.replace(r"\D+", "", regex=True).replace("", np.nan)


def _dates(column: pd.Series, style: str, what: str) -> pd.Series:
    days = pd.to_datetime(column, format=style, errors="coerce")
    bad = (days.isna() & column.notna() & column.astype("str").str.strip().ne("")).to_numpy()
    if bad.any():
        value = column[bad].iloc[0]
        raise ValueError(
            f"{the_column('birth_date', what)} does not fit {style!r} in {rows_text(bad)}, such as {value!r}. Say how "
            "this system writes dates, or correct these rows."
        )
    return days.dt.strftime("%Y-%m-%d").astype("str")


def _need_records(records: pd.DataFrame, columns: Iterable[str] = (), what: str = RECORDS) -> None:
    """Refuse a frame without these columns, or without one number per record."""
    need_columns(need_frame(records, what), ["record", *columns], what)
    empty = empty_ids(records, "record")
    if empty.any():
        raise ValueError(f"{the_column('record', what)} is empty in {rows_text(empty)}. Number every record.")
    need_once(records, "record", what)


def candidate_pairs(
    records: pd.DataFrame, blocks: Sequence[str | Sequence[str]] = BLOCKS, *, largest: int = 60
) -> pd.DataFrame:
    """List the pairs of records worth a look: those that agree on at least one block.

    n records have n (n − 1) / 2 pairs. Blocking compares only those that share a value: the same name, or phone, or date of
    birth, or address. A true pair that shares none of them is lost for good.

    Parameters
    ----------
    records : one row per record, from `tidy_records`.
    blocks : columns; or lists of columns that must agree together, such as ["name", "source"].
    largest : records that may share one value; more is a placeholder ("000") rather than a person.

    Returns
    -------
    Frame, one row per pair, each once: `left`, `right` (records), `blocks` (on how many of the blocks they agree).

    Raises
    ------
    ValueError : a column is missing, a record has no number, no block is given, or more than `largest` records share a value.

    >>> records = pd.DataFrame({"record": ["A1", "A2", "B1"], "phone": ["1", "2", "1"], "name": ["wu", "li", "wu"]})
    >>> candidate_pairs(records, ["phone", "name"])
      left right  blocks
    0   A1    B1       2
    """
    keys = [[one] if isinstance(one, str) else list(one) for one in blocks]
    if not keys or not all(keys):
        raise ValueError("`blocks` names no column. Give at least one, such as blocks=['phone'].")
    _need_records(records, [name for key in keys for name in key])
    parts = []
    for key in keys:
        rows = records[["record", *key]].dropna().reset_index(names="place")
        rows["place"] = np.flatnonzero(records[key].notna().all(axis=1).to_numpy())
        size = rows.groupby(key)["place"].transform("size")
        if len(size) and size.max() > largest:
            value = rows.loc[size.idxmax(), key].tolist()
            raise ValueError(
                f"{int(size.max())} records share {listed(key)} = {listed(value)}. That is a placeholder rather than a "
                f"person: empty it, or choose a finer block; or allow it with largest={int(size.max())}."
            )
        both = rows[size > 1].merge(rows[size > 1], on=key, suffixes=("_left", "_right"))
        parts.append(both.loc[both["place_left"] < both["place_right"], ["place_left", "place_right"]])
    pairs = pd.concat(parts).groupby(["place_left", "place_right"]).size().rename("blocks").reset_index()
    name = records["record"].to_numpy()
    return pd.DataFrame(
        {"left": name[pairs["place_left"]], "right": name[pairs["place_right"]], "blocks": pairs["blocks"]}
    )


def score_pairs(records: pd.DataFrame, pairs: pd.DataFrame, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Score how alike two records are, field by field and together, from 0 to 1.

    Each field's likeness is 1 − edits / longer length, where swapping two neighbours is one edit (optimal string alignment);
    a date with day and month exchanged counts 0.9. The score is the weighted mean over the fields that both records have:

        score = Σ w_f s_f / Σ w_f

    Parameters
    ----------
    records : one row per record: `record` and the fields.
    pairs : one row per pair: `left`, `right`, from `candidate_pairs`.
    weights : field -> weight, 0 or more; None: name 0.25, phone 0.30, birth_date 0.25, address 0.20.

    Returns
    -------
    `pairs` with one column per field (empty where one of the two is) and `score` (empty if no field is there in both).

    Raises
    ------
    ValueError : a column is missing, a record has no number, a pair names an unknown record, a weight is negative or all are 0.

    Sources: the edits are Damerau's (1964); the work is done by rapidfuzz. Fellegi and Sunter (1969) found the weights from the
    errors of each field and from how often it agrees by chance; here they are chosen.

    >>> records = pd.DataFrame({"record": ["A1", "B1"], "name": ["wu hai", "wu hia"], "phone": ["12000000001", None]})
    >>> score_pairs(records, pd.DataFrame({"left": ["A1"], "right": ["B1"]}), {"name": 1, "phone": 2}).round(3)
      left right   name  phone  score
    0   A1    B1  0.833    NaN  0.833
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cpdist

    weights = dict(WEIGHTS if weights is None else weights)
    wrong = {name: one for name, one in weights.items() if not isinstance(one, int | float) or not one >= 0}
    if wrong or not sum(weights.values()) > 0:
        raise ValueError(f"`weights` must be 0 or more, and one of them above 0, but they are {weights}.")
    _need_records(records, weights)
    left, right = _places(records, pairs)
    likeness = {}
    for name in weights:
        there = records[name].notna().to_numpy()
        both = there[left] & there[right]
        text = records[name].astype("str").to_numpy(object)
        one = np.full(len(pairs), np.nan)
        if both.any():
            one[both] = cpdist(
                text[left[both]].tolist(),
                text[right[both]].tolist(),
                scorer=OSA.normalized_similarity,
                dtype=np.float64,
            )
            if name == "birth_date":
                turned = records[name].str.replace(r"^(\d{4})-(\d\d)-(\d\d)$", r"\1-\3-\2", regex=True).to_numpy(object)
                exchanged = both & (one < 1) & (text[left] == turned[right])
                one[exchanged] = 0.9
        likeness[name] = one
    table = pd.DataFrame(likeness)
    share = table.notna() * pd.Series(weights, dtype=float)
    total = share.sum(axis=1)
    score = (table.fillna(0) * share).sum(axis=1) / total.where(total > 0)
    return pairs.reset_index(drop=True).assign(**likeness, score=score)


def _places(records: pd.DataFrame, pairs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return in which rows of `records` the two of each pair stand."""
    if not isinstance(pairs, pd.DataFrame):
        need_frame(pairs, PAIRS)
    need_columns(pairs, ["left", "right"], PAIRS)
    place = pd.Index(records["record"])
    found = [place.get_indexer(pairs[side]) for side in ("left", "right")]
    unknown = (found[0] < 0) | (found[1] < 0)
    if unknown.any():
        raise ValueError(
            f"{PAIRS} names records that are not in the frame of records in {rows_text(unknown)}. Same export?"
        )
    return found[0], found[1]


def match_records(records: pd.DataFrame, scored: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Decide: pairs with a score at or above the threshold are one person, and so is whoever hangs together through them.

    If A matches B and B matches C, then all three are one person, however unlike A and C look: one false link joins two
    families of records.

    Parameters
    ----------
    records : one row per record: `record`.
    scored : one row per pair: `left`, `right`, `score`, from `score_pairs`. A pair without a score is no match.
    threshold : 0 to 1.

    Returns
    -------
    `records` with `person`: a whole number from 0, in the order of their first records.

    Raises
    ------
    ValueError : a column is missing, a record has no number, a pair names an unknown record, the threshold lies outside 0 to 1.

    >>> records = pd.DataFrame({"record": ["A1", "A2", "B1"]})
    >>> pairs = pd.DataFrame({"left": ["A1", "A2"], "right": ["B1", "B1"], "score": [0.9, 0.4]})
    >>> match_records(records, pairs, threshold=0.8)["person"].tolist()
    [0, 1, 0]
    """
    _need_records(records)
    left, right = _places(records, scored)
    need_columns(scored, ["score"], PAIRS)
    score = need_numbers(scored, "score", PAIRS)
    return records.assign(person=_persons(len(records), left, right, score >= _threshold(threshold)))


def _threshold(threshold: object) -> float:
    if not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        raise ValueError(f"`threshold` must lie between 0 and 1, such as 0.8, but it is {threshold!r}.")
    return float(threshold)


def _persons(records: int, left: np.ndarray, right: np.ndarray, linked: np.ndarray) -> np.ndarray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(int(linked.sum())), (left[linked], right[linked])), shape=(records, records))
    return pd.factorize(connected_components(links, directed=False)[1])[0]


def match_exactly(records: pd.DataFrame, on: Sequence[str] = ("name", "phone")) -> pd.DataFrame:
    """Decide the simple way: records that agree on every one of some columns are one person. An empty field agrees with nothing.

    Parameters
    ----------
    records : one row per record: `record` and the columns `on`.
    on : columns.

    Returns
    -------
    `records` with `person`, as from `match_records`.

    Raises
    ------
    ValueError : a column is missing, a record has no number, or `on` is empty.

    >>> records = pd.DataFrame({"record": ["A1", "A2", "B1"], "name": ["wu", "wu", "wu"], "phone": ["1", None, "1"]})
    >>> match_exactly(records)["person"].tolist()
    [0, 1, 0]
    """
    on = list(on)
    if not on:
        raise ValueError("`on` names no column. Give those that must agree, such as on=['name', 'phone'].")
    _need_records(records, on)
    alone = records[on].isna().any(axis=1).to_numpy()
    group = records.groupby(on, sort=False, dropna=False).ngroup().to_numpy().copy()
    group[alone] = group.max() + 1 + np.arange(alone.sum())
    return records.assign(person=pd.factorize(group)[0])


def match_quality(matched: pd.DataFrame, truth: pd.DataFrame, *, person: str = "person", customer: str = "customer"):
    """Count right and wrong pairs of a match against the truth.

    Over all pairs of records, those never compared included: precision = true pairs found / pairs found; recall = true pairs
    found / true pairs; F1 is their harmonic mean.

    Parameters
    ----------
    matched : one row per record: `record` and `person`, from `match_records` or `match_exactly`.
    truth : one row per record: `record` and `customer`, whose it is.

    Returns
    -------
    Frame, one row: `records`, `persons` (found), `customers` (true), `pairs` (true), `right`, `false` (joined, but two customers),
    `missed` (one customer, but not joined), `precision` (empty if nothing was joined), `recall` (empty if there is nothing to
    join), `f1`.

    Raises
    ------
    ValueError : a column is missing, a record has no number or is there twice, or the truth does not know a record.

    >>> matched = pd.DataFrame({"record": ["A1", "A2", "B1", "B2"], "person": [0, 0, 0, 1]})
    >>> truth = pd.DataFrame({"record": ["A1", "A2", "B1", "B2"], "customer": [7, 7, 8, 8]})
    >>> match_quality(matched, truth)[["right", "false", "missed", "precision", "recall"]].round(2)
       right  false  missed  precision  recall
    0      1      2       1       0.33     0.5
    """
    own = _true_owners(matched, truth, customer)
    need_columns(matched, [person], RECORDS)
    return pd.DataFrame([_quality(number_ids(matched, person, RECORDS)[0], own)])


def _true_owners(records: pd.DataFrame, truth: pd.DataFrame, customer: str) -> np.ndarray:
    """Return a whole number per record for the customer whose it is."""
    _need_records(records)
    _need_records(truth, [customer], "The truth")
    known = pd.Series(pd.factorize(truth[customer])[0], index=pd.Index(truth["record"]))
    own = known.reindex(records["record"]).to_numpy(float)
    if np.isnan(own).any() or (own < 0).any():
        raise ValueError(
            f"The truth does not say whose the record is in {rows_text(np.isnan(own) | (own < 0))} of the frame of records. Are both "
            "from the same company?"
        )
    return own.astype(np.int64)


def _pairs_within(*codes: np.ndarray) -> int:
    sizes = pd.DataFrame(dict(enumerate(codes))).value_counts().to_numpy()
    return int((sizes * (sizes - 1) // 2).sum())


def _quality(person: np.ndarray, own: np.ndarray) -> dict[str, float]:
    found, true, right = _pairs_within(person), _pairs_within(own), _pairs_within(person, own)
    precision = right / found if found else np.nan
    recall = right / true if true else np.nan
    return {
        "records": len(own), "persons": len(np.unique(person)), "customers": len(np.unique(own)), "pairs": true,
        "right": right, "false": found - right, "missed": true - right, "precision": precision, "recall": recall,
        "f1": 2 * right / (found + true) if found + true else np.nan,
    }  # fmt: skip


def threshold_table(
    records: pd.DataFrame,
    scored: pd.DataFrame,
    truth: pd.DataFrame,
    thresholds: Iterable[float],
    *,
    cost_false: float | None = None,
    cost_missed: float | None = None,
    customer: str = "customer",
) -> pd.DataFrame:
    """Try several thresholds: precision, recall, and what the errors of both kinds cost.

    cost = cost_false × false pairs + cost_missed × missed pairs. A false merge shows one customer the account of another; a
    missed one sends two letters. They seldom cost the same, and the best threshold follows their ratio.

    Parameters
    ----------
    records, scored : as for `match_records`.
    truth : as for `match_quality`.
    thresholds : 0 to 1, in the order of the rows wanted.
    cost_false, cost_missed : money per pair, 0 or more; both or neither.

    Returns
    -------
    Frame, one row per threshold: `threshold`, the columns of `match_quality`, and with costs `cost`.

    Raises
    ------
    ValueError : as for those two; no threshold, a negative cost, or only one of the two costs.

    >>> records = pd.DataFrame({"record": ["A1", "B1", "B2"]})
    >>> pairs = pd.DataFrame({"left": ["A1", "A1"], "right": ["B1", "B2"], "score": [0.9, 0.6]})
    >>> truth = pd.DataFrame({"record": ["A1", "B1", "B2"], "customer": [1, 1, 2]})
    >>> threshold_table(records, pairs, truth, [0.5, 0.8], cost_false=100, cost_missed=5)[["threshold", "false", "cost"]]
       threshold  false   cost
    0        0.5      2  200.0
    1        0.8      0    0.0
    """
    thresholds = [_threshold(one) for one in thresholds]
    if not thresholds:
        raise ValueError("`thresholds` is empty. Give at least one, such as [0.7, 0.8, 0.9].")
    costs = {"cost_false": cost_false, "cost_missed": cost_missed}
    given = [one is not None for one in costs.values()]
    if any(given) and not all(given):
        raise ValueError("Give both costs, cost_false= and cost_missed=, or neither.")
    for name, one in costs.items():
        if one is not None and not one >= 0:
            raise ValueError(f"`{name}` is money per pair, 0 or more, but it is {one!r}.")
    own = _true_owners(records, truth, customer)
    left, right = _places(records, scored)
    need_columns(scored, ["score"], PAIRS)
    score = need_numbers(scored, "score", PAIRS)
    table = pd.DataFrame([_quality(_persons(len(own), left, right, score >= one), own) for one in thresholds])
    table.insert(0, "threshold", thresholds)
    if all(given):
        table["cost"] = float(cost_false) * table["false"] + float(cost_missed) * table["missed"]
    return table


def merge_records(matched: pd.DataFrame, measure: str = "revenue_2025", *, person: str = "person") -> pd.DataFrame:
    """Add up what the records of one person brought.

    Parameters
    ----------
    matched : one row per record: `record`, `person` and the measure (money, 0 or more).
    measure : column to add up.

    Returns
    -------
    Frame, one row per person: `person`, `records` (how many), the measure.

    Raises
    ------
    ValueError : a column is missing, or the measure is empty or negative.

    >>> matched = pd.DataFrame({"record": ["A1", "A2", "B1"], "person": [0, 1, 0], "revenue_2025": [10.0, 5.0, 30.0]})
    >>> merge_records(matched)
       person  records  revenue_2025
    0       0        2          40.0
    1       1        1           5.0
    """
    need_columns(need_frame(matched, RECORDS), ["record", person, measure], RECORDS)
    need_amounts(matched, measure, RECORDS)
    return matched.groupby(person, as_index=False).agg(records=("record", "size"), **{measure: (measure, "sum")})
