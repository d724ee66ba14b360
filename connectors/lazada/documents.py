"""Landed pages → records with their place, site and group; and Lazada's many spellings of nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.contract import Page
from connectors.exact import read_json
from connectors.frames import Records
from connectors.lazada.sites import SITES
from connectors.lazada.walk import site_of

NOTHING = ("", "null", "None")


@dataclass(frozen=True)
class Documents:
    """The records of one part of some pages, in order, and for each the site and group of its page."""

    records: Records
    sites: list[str]
    groups: list[int]

    @classmethod
    def gather(cls, pages: Sequence[Page], part: str, select: Callable[[Any], Any]) -> Documents:
        chosen = [(at, page) for at, page in enumerate(pages) if page.part.partition("/")[0] == part]
        records = Records.of([(at, select(read_json(page.body))) for at, page in chosen])
        of_page = records.page.tolist()
        return cls(records, [site_of(pages[at]) for at in of_page], [pages[at].group for at in of_page])

    def keep(self, rows: Sequence[int]) -> Documents:
        chosen = np.asarray(rows, dtype=np.int64)
        records = Records([self.records.values[row] for row in rows], self.records.page[chosen], self.records.record[chosen])
        return Documents(records, [self.sites[row] for row in rows], [self.groups[row] for row in rows])

    @property
    def zones(self) -> list[str]:
        return [SITES[site].zone for site in self.sites]

    @property
    def currencies(self) -> list[str]:
        return [SITES[site].currency for site in self.sites]

    def __len__(self) -> int:
        return len(self.records)


def blanked(values: Sequence[Any]) -> list[Any]:
    """The values with ``"null"`` and empty texts as None."""
    return [None if value == "" or value == "null" or value == "None" else value for value in values]


def either(*columns: Sequence[Any]) -> list[Any]:
    """Row by row the first value that says something."""
    return [next((value for value in row if value is not None), None) for row in zip(*map(blanked, columns), strict=True)]


def truths(values: Sequence[Any]) -> list[bool]:
    """Flags sent as true, "true", 1 or "1"; anything else is false."""
    return [value is True or value == 1 or str(value).lower() in ("1", "true") for value in values]


def last_of_each(keys: Sequence[Any]) -> list[int]:
    """Rows to keep, in order, where a key comes several times: the last one. A row without a key is always kept."""
    newest = {key: row for row, key in enumerate(keys) if key is not None}
    return [row for row, key in enumerate(keys) if key is None or newest[key] == row]


def key_of(record: Any, name: str) -> str | None:
    """An id as text, from an object that may be none and a value that may be a number."""
    value = record.get(name) if isinstance(record, dict) else None
    return None if value in (None, *NOTHING) or isinstance(value, list | dict) else str(value)


def at(*path: str) -> Callable[[Any], Any]:
    """A reader of one place in a document: None where a step is missing or no object."""

    def read(document: Any) -> Any:
        for step in path:
            document = document.get(step) if isinstance(document, dict) else None
        return document

    return read
