"""Landed pages → records with their place, site and group; and Lazada's many spellings of yes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.contract import Page
from connectors.exact import read_json
from connectors.frames import Records
from connectors.lazada.sites import SITES
from connectors.walk import site_of


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


def truths(values: Sequence[Any]) -> list[bool]:
    """Flags sent as true, "true", 1 or "1"; anything else is false."""
    return [value is True or value == 1 or str(value).lower() in ("1", "true") for value in values]
