"""One canonical table's frame, built column by column: :class:`Draft`, and the records it is built from: :class:`Records`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors import columns
from connectors.contract import Page, Shop
from connectors.exact import read_json
from connectors.flatten import Faults
from transforms.schema import Table


@dataclass(frozen=True)
class Records:
    """Records of some pages, in order, each with its place: index in the given pages, index in that page."""

    values: list[Any]
    page: np.ndarray
    record: np.ndarray

    @classmethod
    def gather(cls, pages: Sequence[Page], select: Callable[[Any], Any], parts: Iterable[str] | None = None) -> Records:
        """Parse the pages (only those of ``parts``, where given) and collect what ``select`` finds in each document."""
        wanted = set(parts) if parts is not None else None
        chosen = [(at, page) for at, page in enumerate(pages) if wanted is None or page.part in wanted]
        return cls.of([(at, select(read_json(page.body))) for at, page in chosen])

    @classmethod
    def of(cls, lists: Sequence[tuple[int, Any]]) -> Records:
        """From (index of the page, its list of records) pairs; what is no list counts as one unreadable record."""
        whole = [(at, found if isinstance(found, list) else [] if found is None else [found]) for at, found in lists]
        places = cls.places([(at, len(found)) for at, found in whole])
        return cls([record for _, found in whole for record in found], places.page, places.record)

    @classmethod
    def places(cls, sizes: Sequence[tuple[int, int]]) -> Records:
        """Places alone, without values, from (index of the page, number of its records) pairs."""
        lengths = np.array([length for _, length in sizes], dtype=np.int64)
        page = np.repeat(np.array([at for at, _ in sizes], dtype=np.int64), lengths)
        return cls([], page, np.concatenate([np.arange(length) for length in lengths]) if sizes else page)

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray) -> Records:
        """The places of other rows that came out of these (an order's lines lie where the order lies)."""
        return Records([], self.page[rows], self.record[rows])


class Draft:
    """A frame under construction. Values are plain lists in row order; faults are collected beside them.

    Columns that are never set are null. ``frame()`` gives what ``Connector.map`` promises.
    """

    def __init__(self, table: Table, shop: Shop, records: Records, faults: Faults | None = None) -> None:
        self.table, self.size = table, len(records.page)
        self.faults = Faults(self.size) if faults is None else faults
        self._records = records
        self._columns: dict[str, pa.Array] = {}
        if table.scope in ("shop", "client"):
            self.constant("client", shop.client)
        if table.scope == "shop":
            self.constant("shop", shop.name)

    def __getitem__(self, name: str) -> pa.Array:
        return self._columns[name]

    def put(self, name: str, column: pa.Array) -> pa.Array:
        """Set a ready Arrow column."""
        self._columns[name] = column
        return column

    def constant(self, name: str, value: Any) -> pa.Array:
        return self.put(name, pa.repeat(pa.scalar(value, self._kind(name)), self.size))

    def text(self, name: str, values: Sequence[Any]) -> pa.Array:
        return self.put(name, columns.texts(values, name, self.faults))

    def integer(self, name: str, values: Sequence[Any]) -> pa.Array:
        return self.put(name, columns.integers(values, name, self.faults))

    def decimal(self, name: str, values: Sequence[Any]) -> pa.Array:
        return self.put(name, columns.decimals(values, name, self.faults))

    def amount(self, name: str, values: Sequence[Any], currencies: Sequence[Any]) -> pa.Array:
        return self.put(name, columns.amounts(values, currencies, name, self.faults))

    def instant(self, name: str, values: Sequence[Any]) -> pa.Array:
        return self.put(name, columns.instants(values, name, self.faults))

    def word(self, name: str, values: Sequence[Any], ours: Mapping[Any, str], *, required: bool = True) -> pa.Array:
        return self.put(name, columns.words(values, ours, name, self.faults, required=required))

    def day(self, name: str, moments: str, zones: Sequence[str | None]) -> pa.Array:
        """The local calendar day of the instant column ``moments``."""
        return self.put(name, columns.local_days(self._columns[moments], zones))

    def frame(self) -> pd.DataFrame:
        body = [*self.table.content, *(["source_updated_at"] if not self.table.is_derived else [])]
        arrays = {name: self._columns.get(name, pa.nulls(self.size, self._kind(name))) for name in body}
        arrays |= {
            "landing_page": pa.array(self._records.page, pa.int64()), "landing_record": pa.array(self._records.record, pa.int64()),
            "fault": self.faults.column(),
        }
        return pa.table(arrays).to_pandas(types_mapper=pd.ArrowDtype)

    def _kind(self, name: str) -> pa.DataType:
        return self.table.by_name[name].kind.arrow
