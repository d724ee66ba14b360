"""The records of landed pages, each with its place, its site and its group (pages of one group belong together)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from connectors.contract import Page
from connectors.exact import read_json
from connectors.frames import Records
from connectors.walk import site_of


@dataclass(frozen=True)
class Documents:
    """The records of one part of some pages, in order, and for each the site and group of its page."""

    records: Records
    sites: list[str]
    groups: list[int]

    @classmethod
    def gather(cls, pages: Sequence[Page], part: str, select: Callable[[Any], Any]) -> Self:
        chosen = [(at, page) for at, page in enumerate(pages) if page.part.partition("/")[0] == part]
        records = Records.of([(at, select(read_json(page.body))) for at, page in chosen])
        of_page = records.page.tolist()
        return cls(records, [site_of(pages[at]) for at in of_page], [pages[at].group for at in of_page])

    def keep(self, rows: Sequence[int]) -> Self:
        chosen = np.asarray(rows, dtype=np.int64)
        records = Records([self.records.values[row] for row in rows], self.records.page[chosen], self.records.record[chosen])
        return type(self)(records, [self.sites[row] for row in rows], [self.groups[row] for row in rows])

    def within(self, values: list[Any], parent: np.ndarray) -> Self:
        """Records found inside these (an order's lines), each at the place of the one above it."""
        rows = parent.tolist()
        records = Records(values, self.records.page[parent], self.records.record[parent])
        return type(self)(records, [self.sites[row] for row in rows], [self.groups[row] for row in rows])

    def __len__(self) -> int:
        return len(self.records)
