"""One connector on the bench: opened for one shop through the gateway, read as a night reads it, stored as the merge stores.

The clock is the marketplace's own: who sleeps moves it on, so that quotas and waits are real and cost no time.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import pandas as pd
import pyarrow as pa
import requests

from connectors import registry
from connectors.contract import Connector, Credentials, Endpoint, Page, Services, Shop, Token, Window
from connectors.errors import ConnectorError, CursorExpired
from connectors.memory import MemoryLimiter, MemoryTokens
from pipeline.certify import Proof
from pipeline.demo.environment import drop_exports
from pipeline.demo.truth import Comparison, compare
from pipeline.validate import Chunk, stamp
from transforms.checks import BatchFacts, check, gate
from transforms.tables import CANONICAL

OVERSLEPT_SECONDS = 0.25  # nobody wakes early; without it two calls' different ways to the marketplace would break a quota
PATIENCE_SECONDS = 10_000_000.0  # waits cost nothing here, so they are waited out
ANSWER_SECONDS, IMPATIENT_SECONDS = 20.0, 0.5  # of the wall
MOST_PAGES = 2000
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
HISTORY_DAYS = 6  # longer than the world is old
_readings = itertools.count(1)


class MarketClock:
    """The marketplace's clock; ``sleep`` moves it (one that cannot be moved is waited for)."""

    def __init__(self, address: str) -> None:
        self._address, self._http = address, requests.Session()
        self.read()

    def read(self) -> None:
        self._set(self._http.get(self._address, timeout=30))

    def now(self) -> datetime:
        return self._told + timedelta(seconds=(time.monotonic() - self._since) * self.speed)

    def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        answer = self._http.post(self._address, json={"advance_seconds": seconds + OVERSLEPT_SECONDS}, timeout=30)
        if answer.ok:
            self._set(answer)
        else:
            time.sleep(seconds / self.speed)

    def _set(self, answer: requests.Response) -> None:
        told = answer.json()
        self._told, self.speed, self._since = datetime.fromisoformat(told["now"]), float(told["speed"]), time.monotonic()
        self.horizon = datetime.fromisoformat(told["horizon"])


class WatchedTokens(MemoryTokens):
    """Remembers every token it was given; ``lie`` stretches their lives, so that only the marketplace knows when they end."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Token] = []
        self.ever: set[str] = set()
        self.lie = timedelta(0)

    def forget(self) -> None:
        """Let every access token be over; refresh tokens stay, for a vendor may have changed them."""
        for name, token in self._tokens.items():
            self._tokens[name] = Token(token.access_token, LONG_AGO, token.refresh_token)
        self.seen.clear()

    def put(self, name: str, token: Token) -> None:
        self.ever.add(token.access_token)
        self.ever |= {token.refresh_token} - {None}
        self.seen.append(token)
        super().put(name, Token(token.access_token, token.expires_at + self.lie, token.refresh_token))


@dataclass
class Reading:
    """One reading of one entity as a night would end it: rows stored, rows held back, the certificate's verdict, or why not.

    Attributes:
        rows: table → key → row, merged; ``held``: rows in quarantine, one a broken rule; ``ids``: the records by the pages alone.
        fault: what the certificate would say; None: complete. ``trouble``: the connector's own word that it could not.
    """

    pages: list[Page] = field(default_factory=list)
    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = field(default_factory=dict)
    held: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    fault: str | None = None
    trouble: ConnectorError | None = None

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
    tokens: WatchedTokens = field(default_factory=WatchedTokens)
    counted: list[str] = field(default_factory=list)
    _remembered: dict[Any, Reading] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.module: ModuleType = registry.module(self.name)  # looked up once: it searches all that is installed
        self.drops = None if getattr(self.module, "HAS_LOGIN", True) else Path(tempfile.mkdtemp(prefix="drops-"))
        self._drop()
        self.limiter = MemoryLimiter(self.clock)
        self.connector = self.open()
        self._settle()

    def _drop(self) -> None:
        """A connector without a login reads a folder: what its client has exported by now is dropped there."""
        if self.drops is not None:
            drop_exports(f"{self.told['drops']}/{self.shop.client}", self.drops)

    def _settle(self) -> None:
        """Let the clock run on until everything up to the horizon may be asked for: a night stays that far behind now."""
        lag = max(endpoint.lag for endpoint in self.module.ENDPOINTS.values())
        self.clock.sleep((self.clock.horizon + lag - self.clock.now()).total_seconds())

    @property
    def credentials(self) -> Credentials:
        mine = self.told["marketplaces"][self.name]["shops"][self.shop.name]
        if self.drops is not None:
            return Credentials(str(self.drops), "", {})
        here = {name: mine[name].replace(self.gateway.target, self.gateway.base) for name in ("base_url", "auth_url")}
        return Credentials(here["base_url"], here["auth_url"], mine["credentials"])

    def open(self, answer_seconds: float = ANSWER_SECONDS) -> Connector:
        """The connector as a fresh process would open it; limiter and token store are shared, as they are at night."""
        services = Services(
            self.clock, self.limiter, self.tokens, pseudonym=_pseudonym, patience_seconds=PATIENCE_SECONDS,
            count_call=self.counted.append, answer_seconds=answer_seconds,
        )
        return self.module.connect(self.shop, self.credentials, services)

    def last(self, **span: float) -> Window:
        """``last(hours=8)``: the window that ends where the visible world ends."""
        return Window(self.clock.horizon - timedelta(**span), self.clock.horizon)

    @property
    def history(self) -> Window:
        return self.last(days=HISTORY_DAYS)

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
        try:
            pages = self.pages(entity, window, connector=connector)
        except ConnectorError as trouble:
            return Reading(trouble=trouble)
        return self.keep(entity, pages, onto)

    def calmly(self, entity: str, window: Window) -> Reading:
        """The same without trouble on the way; remembered until the world moves on."""
        asked = (entity, window, self.clock.horizon)
        if asked not in self._remembered:
            self._remembered[asked] = self.read(entity, window)
        return self._remembered[asked]

    def keep(self, entity: str, pages: Sequence[Page], onto: Reading | None = None) -> Reading:
        """What becomes of landed pages; ``onto``: an earlier reading whose rows these come on top of."""
        endpoint = self.endpoint(entity)
        mapped = self.connector.map(entity, pages)
        assert set(mapped) == set(endpoint.tables), f"{self.name} {entity}: frames {sorted(mapped)}, declared {sorted(endpoint.tables)}"
        chunk = Chunk(0, pages)
        stamped = {table: stamp(frame, _pull(), chunk) for table, frame in mapped.items()}
        with patch.object(gate, "gate", _silent_gate):
            checked = check(endpoint.tables[0], stamped, BatchFacts(now=self.clock.now()))
        held = [{**json.loads(row["row"]), "table": row["table"], "rule": row["rule"]} for row in records(checked.faults)]
        ids = self.connector.record_ids(entity, pages)
        rows = merge({table: dict(kept) for table, kept in onto.rows.items()} if onto else {}, checked.good)
        stored = {record_id(endpoint, row) for row in rows[endpoint.tables[0]].values()}
        bad = {found for row in held if (found := record_id(endpoint, row)) is not None}
        counts = [page.announced for page in pages if page.announced is not None]
        proof = Proof(set(ids), stored & set(ids), bad & set(ids), counts[-1] if counts else None)
        return Reading(list(pages), rows, held, ids, proof.fault())

    def truth(self, table: str) -> list[dict[str, Any]]:
        """The marketplace's own statement of this shop's rows, as of now."""
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
            keys = {tuple(row[name] for name in CANONICAL[table].full_key) for row in rows.values()}
            true = [row for row in true if tuple(row[name] for name in CANONICAL[table].full_key) in keys]
        found: Comparison = compare(CANONICAL[table], true, rows.values())
        return [f"{table} {line}" for line in found.examples]

    def move(self, span: timedelta) -> None:
        """Let the world live on."""
        until = (self.clock.horizon + span).isoformat()
        requests.post(self.told["horizon"], json={"until": until}, timeout=60).raise_for_status()
        self._drop()
        self.clock.read()
        self._settle()

    def rejected(self) -> dict[str, int]:
        """"operation: why" → how often the marketplace has refused this shop, by its own count."""
        return requests.get(self.told["stats"], timeout=30).json()["shops"].get(self.shop.name, {}).get("rejected", {})


def record_id(endpoint: Endpoint, row: Mapping[str, Any]) -> str | None:
    """The vendor's record a row belongs to, as the certificate names it; None where the row does not say."""
    values = [row.get(name) for name in endpoint.record_id.split(",")]
    return None if any(value is None for value in values) else "|".join(map(str, values))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python values."""
    return pa.Table.from_pandas(frame, preserve_index=False).to_pylist()


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


def _pull() -> SimpleNamespace:
    """As much of a pull as stamping looks at."""
    return SimpleNamespace(pull_id=f"reading-{next(_readings)}", derivation=0)


def _silent_gate(kept: Mapping[str, Any]) -> SimpleNamespace:
    """The rules part good rows from bad; what Great Expectations says of them afterwards is for Data Docs and costs most of it."""
    return SimpleNamespace(success=True)


def _key(row: Mapping[str, Any], names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _version(row: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return row["source_updated_at"], row["seen_at"]


def _pseudonym(text: str) -> str:
    return hmac.new(b"the contract's key", text.encode(), hashlib.sha256).hexdigest()[:32]


def merge_readings(parts: Iterable[Reading]) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
    """What several readings show together, by content; each key once, the last reading's row."""
    joined: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for part in parts:
        for table, rows in part.content.items():
            joined.setdefault(table, {}).update(rows)
    return joined
