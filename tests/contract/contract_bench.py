"""One connector on the bench: opened for one shop through the gateway, read as a night reads it, stored as the merge stores.

The clock is the marketplace's own: who sleeps moves it on, so that quotas and waits are real and cost no time.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import pandas as pd
import pyarrow as pa
import requests
from contract_lent import MarketClock, WatchedTokens, pseudonym
from contract_supplies import Folder, Parcels

from connectors import registry
from connectors.contract import Connector, Credentials, Endpoint, Page, Services, Shop, Window
from connectors.errors import ConnectorError, CursorExpired
from connectors.memory import MemoryLimiter
from pipeline.certify import TABLE, id_of, prove
from pipeline.demo.truth import Comparison, compare
from pipeline.validate import Chunk, stamp
from transforms import checks
from transforms.checks import BatchFacts, check
from transforms.schema import Kind, Table
from transforms.tables import CANONICAL

PATIENCE_SECONDS = 10_000_000.0  # waits cost nothing here, so they are waited out
ANSWER_SECONDS, IMPATIENT_SECONDS = 20.0, 0.25  # of the wall
MOST_PAGES = 2000
SLOW_SECONDS = 3 * 3600.0
HISTORY_DAYS = 6  # longer than the world is old when the suite begins
module = functools.cache(registry.module)  # looked up once: it searches all that is installed
_readings = itertools.count(1)


@dataclass
class Reading:
    """One reading of one entity as a night would end it: rows stored, rows held back, the certificate's verdict, or why not.

    Attributes:
        rows: table → key → row, merged; ``held``: rows in quarantine, one a broken rule; ``ids``: the records by the pages alone.
        fault: what the certificate would say; None: complete. ``trouble``: the connector's own word that it could not.
        calls: how often the marketplace was asked; told of calm readings only.
    """

    pages: list[Page] = field(default_factory=list)
    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = field(default_factory=dict)
    held: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    fault: str | None = None
    trouble: ConnectorError | None = None
    calls: int = 0

    @property
    def is_proven(self) -> bool:
        return self.trouble is None and self.fault is None

    @property
    def content(self) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
        """The rows' meaning, without when and where they were seen."""
        return {
            table: {key: {name: row[name] for name in CANONICAL[table].content} for key, row in rows.items()}
            for table, rows in self.rows.items()
        }


@dataclass
class Bench:
    """A connector, one of its shops, and everything lent to it."""

    name: str
    shop: Shop
    told: Mapping[str, Any]
    gateway: Any
    clock: MarketClock
    home: Path
    tokens: WatchedTokens = field(default_factory=WatchedTokens)
    counted: list[str] = field(default_factory=list)
    pseudonyms: set[str] = field(default_factory=set)
    _rested_after: int = 0
    _remembered: dict[Any, Reading] = field(default_factory=dict)
    _truths: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        account = json.loads(self.by_way_of_the_gateway(json.dumps(dict(self.shop.account))))
        self.shop = dataclasses.replace(self.shop, account=account)
        self.module: ModuleType = module(self.name)
        self.limiter = MemoryLimiter(self.clock)
        source = getattr(self.module, "SOURCE", None)
        self.parcels = Parcels(self.shop, source, self.told["truth"]) if source else None
        self.folder = None if getattr(self.module, "HAS_LOGIN", True) else Folder(self.home / self.shop.name, self._mine["base_url"])
        self.connector = self.open()
        self.settle()
        if self.parcels:  # a service tells of a parcel some time after it was registered
            for entity in self.module.ENDPOINTS:
                self.pages(entity, self.evening)
            self.move(timedelta(hours=1))

    def settle(self) -> None:
        """Let the clock run on until everything up to the horizon may be asked for: a night stays that far behind now."""
        lag = max(endpoint.lag for endpoint in self.module.ENDPOINTS.values())
        self.clock.sleep((self.clock.horizon + lag - self.clock.now()).total_seconds())
        if self.folder:
            self.folder.renew(self.clock.horizon)

    def rest(self) -> None:
        """Sleep until a quota that fills slowly is full again: no test shall live on what another one left.

        One that no call was ever counted under (a day's, beside the operations' own) is spent by all of them.
        """
        slow = [each for each in self.module.BUDGETS.values() if each.burst / each.rate_per_second > SLOW_SECONDS]
        used, counted = Counter(self.counted[self._rested_after :]), set(self.counted)
        if any((used[each.operation] if each.operation in counted else used.total()) > each.burst / 3 for each in slow):
            self.clock.sleep(max(each.burst / each.rate_per_second for each in slow))
            self._rested_after = len(self.counted)

    @property
    def _mine(self) -> Mapping[str, Any]:
        return self.told["marketplaces"][self.name]["shops"][self.shop.name]

    @property
    def credentials(self) -> Credentials:
        mine = json.loads(self.by_way_of_the_gateway(json.dumps(self._mine)))
        host, auth_host = (str(self.folder.path), "") if self.folder else (mine["base_url"], mine["auth_url"])
        return Credentials(host, auth_host, mine["credentials"])

    def by_way_of_the_gateway(self, text: str) -> str:
        """Every address of the marketplace's, also one among its account's numbers, leads through the gateway."""
        return text.replace(self.gateway.target, self.gateway.base)

    def open(self, answer_seconds: float = ANSWER_SECONDS) -> Connector:
        """The connector as a fresh process would open it; limiter and token store are shared, as they are at night."""
        services = Services(
            self.clock, self.limiter, self.tokens, pseudonym=self._pseudonym, patience_seconds=PATIENCE_SECONDS,
            count_call=self.counted.append, answer_seconds=answer_seconds, parcels=self.parcels,
        )
        return self.module.connect(self.shop, self.credentials, services)

    def _pseudonym(self, text: str) -> str:
        given = pseudonym(text)
        self.pseudonyms.add(given)
        return given

    def last(self, **span: float) -> Window:
        """``last(hours=8)``: the window that ends where the visible world ends."""
        return Window(self.clock.horizon - timedelta(**span), self.clock.horizon)

    @property
    def history(self) -> Window:
        """All that ever happened here."""
        reach = max(timedelta(days=HISTORY_DAYS), *(endpoint.reach for endpoint in self.module.ENDPOINTS.values()))
        return Window(self.clock.origin - reach, self.clock.horizon)

    @property
    def recent(self) -> Window:
        return self.last(hours=30)

    @property
    def evening(self) -> Window:
        """A short window with something in it."""
        return self.last(hours=8)

    def endpoint(self, entity: str) -> Endpoint:
        return self.module.ENDPOINTS[entity]

    def pages(self, entity: str, window: Window, *, connector: Connector | None = None) -> list[Page]:
        """All pages; begun once more where the vendor gave up the cursor, as at night."""
        try:
            return self._pages(connector or self.connector, entity, window)
        except CursorExpired:
            return self._pages(connector or self.connector, entity, window)

    def _pages(self, connector: Connector, entity: str, window: Window) -> list[Page]:
        found: list[Page] = []
        for page in connector.read(entity, window):
            found.append(page)
            assert len(found) < MOST_PAGES, f"{self.name} {entity}: {MOST_PAGES} pages and no end"
        return found

    def read(self, entity: str, window: Window, onto: Reading | None = None, *, connector: Connector | None = None) -> Reading:
        """Read, map, check, merge and certify; trouble the connector reports is a result, any other exception a failure."""
        pages, trouble = self.tried(entity, window, connector=connector)
        return self.keep(entity, pages, onto) if trouble is None else Reading(trouble=trouble)

    def tried(
        self, entity: str, window: Window, *, connector: Connector | None = None
    ) -> tuple[list[Page], ConnectorError | None]:
        """All pages, or none and the trouble that the connector reports."""
        try:
            return self.pages(entity, window, connector=connector), None
        except ConnectorError as trouble:
            return [], trouble

    def inside(self, entity: str, window: Window, reading: Reading) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
        """A reading's content without the records that lie outside the window: a vendor may show more than it was asked for."""
        endpoint, content = self.endpoint(entity), reading.content
        if endpoint.incremental == "snapshot" or not content:
            return content
        first = CANONICAL[endpoint.tables[0]]
        names = ["source_updated_at"] if endpoint.has_trusted_clock else [each.name for each in first.body if each.kind is Kind.INSTANT]
        rows = reading.rows[first.name]
        kept = {key for key, row in rows.items() if any(row[name] and window.start <= row[name] < window.end for name in names)}
        return {
            table: {key: row for key, row in found.items() if not set(first.full_key) <= set(row) or _key(row, first.full_key) in kept}
            for table, found in content.items()
        }

    def calmly(self, entity: str, window: Window) -> Reading:
        """The same without trouble on the way; remembered until the world moves on."""
        asked = (entity, window, self.clock.horizon)
        if asked not in self._remembered:
            before = self.gateway.passed
            read = self.read(entity, window)
            self._remembered[asked] = dataclasses.replace(read, calls=self.gateway.passed - before)
        return self._remembered[asked]

    def kept_like(self, calm: Reading, entity: str, pages: Sequence[Page]) -> Reading:
        """What becomes of landed pages; where they are the very ones of a calm reading, what became of those."""
        return calm if [*map(_landed, pages)] == [*map(_landed, calm.pages)] else self.keep(entity, pages)

    def keep(self, entity: str, pages: Sequence[Page], onto: Reading | None = None) -> Reading:
        """What becomes of landed pages; ``onto``: an earlier reading whose rows these come on top of."""
        endpoint = self.endpoint(entity)
        mapped = self.connector.map(entity, pages)
        assert set(mapped) == set(endpoint.tables), f"{self.name} {entity}: frames {sorted(mapped)}, declared {sorted(endpoint.tables)}"
        chunk = Chunk(0, pages)
        stamped = {table: stamp(frame, _pull(), chunk) for table, frame in mapped.items()}
        facts = BatchFacts(now=self.clock.now(), currency_of_site=getattr(self.module, "CURRENCIES", {}))
        with patch.object(checks, "gate", SimpleNamespace(gate=_silent_gate), create=True):
            checked = check(endpoint.tables[0], stamped, facts)
        held = [{**json.loads(row["row"]), TABLE: row["table"], "rule": row["rule"]} for row in records(checked.faults)]
        ids = self.connector.record_ids(entity, pages)
        rows = merge({table: dict(kept) for table, kept in onto.rows.items()} if onto else {}, checked.good)
        stored = {id_of(row, endpoint.record_id) for row in rows[endpoint.tables[0]].values()}
        counts = [page.announced for page in pages if page.announced is not None]
        proof = prove(endpoint, set(ids), stored, held, counts[-1] if counts else None)
        return Reading(list(pages), rows, held, ids, proof.fault())

    def truth(self, table: str) -> list[dict[str, Any]]:
        """The marketplace's own statement of this shop's rows, as of now; remembered until the world moves on.

        Not what a tracking service tells: that hangs on what it was asked to follow, and when.
        """
        asked = (table, self.clock.horizon)
        if self.parcels or asked not in self._truths:
            self._truths[asked] = self._asked_truth(table)
        return self._truths[asked]

    def _asked_truth(self, table: str) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.told['truth']}/{table}", params={"shop": self.shop.name}, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def differences(self, entity: str, rows: Mapping[str, Mapping[Any, Mapping[str, Any]]], *, whole: bool = True) -> list[str]:
        """Where rows and truth differ. ``whole``: rows that the truth states and that are not there count too."""
        return [line for table in self.endpoint(entity).tables for line in self._differences(entity, table, rows.get(table, {}), whole)]

    def _differences(self, entity: str, table: str, rows: Mapping[Any, Mapping[str, Any]], whole: bool) -> list[str]:
        scope = self.endpoint(entity).retires.get(table, {})
        true = [row for row in self.truth(table) if all(row.get(name) == value for name, value in scope.items())]
        shared = [name for name, each in self.module.ENDPOINTS.items() if table in each.tables and name != entity]
        if not whole or (shared and not scope):
            keys = {_plain_key(CANONICAL[table], row) for row in rows.values()}
            true = [row for row in true if _plain_key(CANONICAL[table], row) in keys]
        found: Comparison = compare(CANONICAL[table], true, rows.values())
        return [f"{table} {line}" for line in found.examples]

    def move(self, span: timedelta) -> None:
        """Let the world live on."""
        until = (self.clock.horizon + span).isoformat()
        requests.post(self.told["horizon"], json={"until": until}, timeout=60).raise_for_status()
        self.clock.read()
        self.settle()

    def rejected(self) -> dict[str, int]:
        """"operation: why" → how often the marketplace has refused this shop, by its own count."""
        return requests.get(self.told["stats"], timeout=30).json()["shops"].get(self.shop.name, {}).get("rejected", {})


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python values."""
    names = list(frame.columns)
    columns = [pa.array(frame[name].array).to_pylist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def merge(
    stored: dict[str, dict[tuple[Any, ...], dict[str, Any]]], frames: Mapping[str, pd.DataFrame]
) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
    """Upsert as the warehouse does: the newest version wins, and children are replaced as a set where their parent won."""
    won: dict[str, set[tuple[Any, ...]]] = {}
    for name, frame in sorted(frames.items(), key=lambda each: CANONICAL[each[0]].parent is not None):
        table, kept, rows = CANONICAL[name], stored.setdefault(name, {}), records(frame)
        if table.parent:
            above = won.get(table.parent, set())
            for key in [key for key, row in kept.items() if _key(row, table.full_parent_key) in above]:
                del kept[key]
            rows = [row for row in rows if _key(row, table.full_parent_key) in above]
        fresh = {_key(row, table.full_key): row for row in rows}
        newer = {key: row for key, row in fresh.items() if key not in kept or _version(kept[key]) <= _version(row)}
        kept |= newer
        won[name] = set(newer)
    return stored


def _landed(page: Page) -> tuple[Any, ...]:
    """All of a page that a mapping may look at, without when it came."""
    return page.body, page.part, page.group, page.announced, page.request


def _pull() -> SimpleNamespace:
    """As much of a pull as stamping looks at."""
    return SimpleNamespace(pull_id=f"reading-{next(_readings)}", derivation=0)


def _silent_gate(kept: Mapping[str, Any]) -> SimpleNamespace:
    """The rules part good rows from bad; Great Expectations, which says so once more for Data Docs, is not even imported."""
    return SimpleNamespace(success=True)


def _plain_key(table: Table, row: Mapping[str, Any]) -> tuple[str, ...]:
    """The row's key as text, the same whether its decimals are numbers or JSON's texts."""
    values = ((row[name], table.by_name[name].kind) for name in table.full_key)
    return tuple(str(Decimal(value).normalize() if kind is Kind.RATE else value) for value, kind in values)


def _key(row: Mapping[str, Any], names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _version(row: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return row["source_updated_at"], row["seen_at"]


def merge_readings(parts: Iterable[Reading]) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
    """What several readings show together, by content; each key once, the last reading's row."""
    joined: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for part in parts:
        for table, rows in part.content.items():
            joined.setdefault(table, {}).update(rows)
    return joined
