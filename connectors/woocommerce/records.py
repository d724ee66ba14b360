"""Landed pages → records with their place; and how WooCommerce writes nothing, and time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from connectors.contract import Page
from connectors.exact import read_json
from connectors.frames import Records
from connectors.woocommerce import lists


def gather(pages: Sequence[Page], part: str, keeps: Callable[[Any], bool] = lambda record: True) -> Records:
    """The records of one part's pages; one that comes twice keeps its last showing."""
    chosen = [(at, page) for at, page in enumerate(pages) if page.part.partition("/")[0] == part]
    found = Records.of([(at, lists.rows(read_json(page.body))) for at, page in chosen])
    ids = [lists.number(record) for record in found.values]
    newest = {each: row for row, each in enumerate(ids) if each is not None}
    return keep(found, [row for row, each in enumerate(ids) if (each is None or newest[each] == row) and keeps(found.values[row])])


def keep(records: Records, rows: Sequence[int]) -> Records:
    chosen = np.asarray(rows, dtype=np.int64)
    return Records([records.values[row] for row in rows], records.page[chosen], records.record[chosen])


def ids(pages: Sequence[Page], part: str, keeps: Callable[[Any], bool] = lambda record: True) -> list[str]:
    """Ids of one part's records, read without any mapping; a record without one counts by its place, elsewhere."""
    rows = [row for page in pages if page.part.partition("/")[0] == part for row in lists.rows(read_json(page.body))]
    found = dict.fromkeys(lists.number(row) for row in rows if keeps(row))
    return [str(each) for each in found if each is not None]


def blanked(values: Sequence[Any]) -> list[Any]:
    """The values with empty texts as None."""
    return [None if value == "" else value for value in values]


def zoned(values: Sequence[Any]) -> list[Any]:
    """``…_gmt`` times, which come without a zone, with theirs."""
    return [f"{value}Z" if isinstance(value, str) and value else value or None for value in values]


def columns(names: Sequence[str]) -> dict[str, str]:
    """For a Flattener: fields that are called here as there."""
    return {name: name for name in names}
