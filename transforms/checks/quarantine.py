"""Broken rules as rows for the quarantine: which row, which rule, which value, where it lies in the landing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from transforms.checks.column_rules import fault_parts
from transforms.checks.rows import Broken, Rows

COLUMNS = ("table", "key", "rule", "column", "value", "landing_ref", "row")
# Written by, or pointing at, a buyer: kept out of values and rows alike.
ABOUT_BUYERS = frozenset({"buyer_key", "text", "ship_country"})
_SHOWN = 80
_TEXT = pd.StringDtype("pyarrow")


def fault_rows(chunk: Mapping[str, Rows], broken: Mapping[str, Iterable[Broken]]) -> pd.DataFrame:
    """One row a broken rule of a row, in the order of tables, rows and rules."""
    found = [row for name, rows in chunk.items() for row in _of_table(rows, broken[name])]
    return pd.DataFrame({name: pd.array([row[name] for row in found], dtype=_TEXT) for name in COLUMNS})


def _of_table(rows: Rows, broken: Iterable[Broken]) -> list[dict]:
    broken = list(broken)
    places = np.flatnonzero(np.logical_or.reduce([one.mask for one in broken])) if broken else []
    if not len(places):
        return []
    records = dict(zip(places.tolist(), rows.frame.iloc[places].to_dict("records"), strict=True))
    faults = dict(zip(places.tolist(), (rows.faults[int(place)].as_py() for place in places), strict=True))
    return [_row(rows, one, place, records[place], faults[place]) for place in records for one in broken if one.mask[place]]


def _row(rows: Rows, one: Broken, place: int, record: dict, fault: str | None) -> dict:
    column, value = (fault_parts(fault or "", rows.table)) if one.rule == "mapping_fault" else (one.column, _value(one, place, record))
    return {
        "table": rows.table.name,
        "key": _json({name: record[name] for name in rows.table.full_key}),
        "rule": one.rule,
        "column": column,
        "value": None if value is None or column in ABOUT_BUYERS else _short(value),
        "landing_ref": _known(record["landing_ref"]),
        "row": _json({name: value for name, value in record.items() if name not in ABOUT_BUYERS}),
    }


def _value(one: Broken, place: int, record: dict) -> str | None:
    value = _known(record.get(one.column)) if one.column else None
    if one.expected is not None:
        return f"{value}, expected {one.expected[place]}"
    return None if value is None else _text(value)


def _short(value: str) -> str:
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"


def _known(value):
    return None if value is None or value is pd.NaT or value is pd.NA or value != value else value


def _text(value) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _json(record: dict) -> str:
    plain = {name: _known(value) for name, value in record.items()}
    return json.dumps(plain, ensure_ascii=False, default=_text)
