"""Recordings of a WooCommerce store: exchanges, a line each, and the records they show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timezone
from pathlib import Path

from sandbox.samples.published import Sample, read, sample

API = "/wp-json/wc/v3"
# Kind of record → the paths whose answers hold it.
PLACES = {
    "orders": r"/orders(?:/\d+)?", "refunds": r"/orders/\d+/refunds", "products": r"/products(?:/\d+)?",
    "variations": r"/products/(\d+)/variations(?:/\d+)?", "reviews": r"/products/reviews",
}


@dataclass(frozen=True)
class Record:
    """One thing of the store as last recorded. ``above``: the product a variation belongs to."""

    sample: Sample
    above: int | None = None

    @property
    def id(self) -> int:
        return self.sample.document["id"]

    @property
    def status(self) -> str:
        return self.sample.document.get("status", "any")

    @property
    def created(self) -> datetime:
        return _gmt(self.sample.document["date_created_gmt"])

    @property
    def modified(self) -> datetime:
        return _gmt(self.sample.document.get("date_modified_gmt") or self.sample.document["date_created_gmt"])


@dataclass(frozen=True)
class Recordings:
    """A store: its records by kind and id, its currency, and the description it gives of itself."""

    records: Mapping[str, Mapping[int, Record]]
    currency: Sample
    index: Sample

    @property
    def until(self) -> datetime:
        """When the newest record last changed."""
        return max(record.modified for kind in self.records.values() for record in kind.values())

    @property
    def zone(self) -> timezone:
        """The store's clock, from an order that tells both."""
        order = next(iter(self.records["orders"].values())).sample.document
        return timezone(datetime.fromisoformat(order["date_created"]) - datetime.fromisoformat(order["date_created_gmt"]))

    @property
    def version(self) -> str:
        return next(iter(self.records["orders"].values())).sample.document["version"]


def _gmt(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def recordings_in(folder: Path) -> Recordings:
    """Raises OSError where there are none."""
    files = sorted(folder.glob("recorded-*.jsonl"))
    if not files:
        raise FileNotFoundError(folder / "recorded-*.jsonl")
    exchanges = [sample(line) for line in files[-1].read_text(encoding="utf-8").splitlines() if line.strip()]
    good = [each for each in exchanges if each.document["response"]["status"] < 300]
    records: dict[str, dict[int, Record]] = {kind: {} for kind in PLACES}
    for exchange in good:
        for kind, record in _records_of(exchange):
            records[kind][record.id] = record
    told = next(each for each in good if each.document["request"]["path"] == f"{API}/data/currencies/current")
    index = read(sorted(folder.glob("wc-v3-index-*.json"))[-1])
    return Recordings(records, told.part("response", "body"), index)


def _records_of(exchange: Sample) -> list[tuple[str, Record]]:
    """The records one exchange shows, each with its kind."""
    path, body = exchange.document["request"]["path"].removeprefix(API), exchange.part("response", "body")
    for kind, pattern in PLACES.items():
        found = re.fullmatch(pattern, path)
        if found:
            above = int(found[1]) if found.re.groups else None
            count = len(body.document) if isinstance(body.document, list) else None
            parts = [body] if count is None else [body.part(place) for place in range(count)]
            return [(kind, Record(part, above)) for part in parts]
    return []
