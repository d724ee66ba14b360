"""A shop made ready for a verb: its client, its connector with everything lent to it, and where its data goes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Engine

from connectors import registry
from connectors.contract import Connector, Credentials, Endpoint, ParcelToFollow, Services
from connectors.errors import FatalError, QuotaWait
from pipeline.clients import Client, ClientFolder, ShopEntry, read_clients
from pipeline.clock import RemoteClock, SystemClock, clock_from
from pipeline.connections import read_connection, read_folder
from pipeline.errors import SettingsError
from pipeline.parcels import parcels_for
from pipeline.settings import settings
from warehouse.calls import count_calls
from warehouse.database import client_session, make_engine
from warehouse.landing import Landing
from warehouse.limits import SLACK_SECONDS, PostgresLimiter
from warehouse.tokens import PostgresTokens


@lru_cache
def engine() -> Engine:
    return make_engine(settings().database_url)


@lru_cache
def landing() -> Landing:
    return Landing(settings().landing, settings().key("landing"))


@lru_cache
def clock() -> SystemClock | RemoteClock:
    return clock_from(settings().clock)


@lru_cache
def clients() -> ClientFolder:
    return read_clients(settings().clients)


def forget() -> None:
    """Drop what this process remembers of its settings: they have changed (a demo sets its own)."""
    for remembered in (settings, engine, landing, clock, clients):
        remembered.cache_clear()


def find_client(name: str) -> Client:
    return clients().client(name)


def find_shop(name: str) -> tuple[Client, ShopEntry]:
    return clients().shop(name)


class CallCount:
    """HTTP calls of one shop, written to the warehouse when a verb ends."""

    def __init__(self) -> None:
        self.by_operation: dict[str, int] = {}

    def __call__(self, operation: str) -> None:
        self.by_operation[operation] = self.by_operation.get(operation, 0) + 1


@dataclass(frozen=True)
class OpenShop:
    client: Client
    entry: ShopEntry
    connection: Mapping[str, Any] | None
    calls: CallCount

    @property
    def name(self) -> str:
        return self.entry.name

    @cached_property
    def connector(self) -> Connector:
        """Raises SettingsError or FatalError: the connection or the marketplace's name is wrong."""
        try:
            credentials, account = self._connection()
        except SettingsError as error:
            raise SettingsError(f"Client '{self.client.name}': {error}") from None
        shop = self.client.shop(self.entry)
        shop = replace(shop, account={**shop.account, **account})
        return registry.connect(shop, credentials, self._services())

    def _connection(self) -> tuple[Credentials, dict[str, str]]:
        if getattr(registry.module(self.entry.marketplace), "HAS_LOGIN", True):
            return read_connection(self.name, self.connection)
        return read_folder(self.name, settings().drop / self.client.name, self.connection)

    @cached_property
    def endpoints(self) -> dict[str, Endpoint]:
        """What this shop reads: all its marketplace offers but the optional, or the entities its client's file names."""
        try:
            offered = registry.endpoints(self.entry.marketplace)
        except FatalError as error:
            raise SettingsError(f"Client '{self.client.name}', shop '{self.name}': {error}") from None
        unknown = sorted(set(self.entry.entities) - set(offered))
        if unknown:
            raise SettingsError(
                f"Client '{self.client.name}', shop '{self.name}': {self.entry.marketplace} has no entity {', '.join(unknown)}; "
                f"it has {', '.join(offered)}. Mend `entities` in the client's file."
            )
        usual = [name for name, endpoint in offered.items() if not endpoint.is_optional]
        return {name: offered[name] for name in (self.entry.entities or usual)}

    def session(self):
        return client_session(engine(), self.client.name)

    def save_calls(self, run_id: str) -> None:
        counts, self.calls.by_operation = self.calls.by_operation, {}
        if counts:
            with self.session() as conn:
                count_calls(conn, self.client.name, self.name, run_id, counts)

    def _services(self) -> Services:
        wall_patience = settings().patience_seconds
        return Services(
            clock=clock(),
            limiter=PostgresLimiter(engine(), clock(), too_long=QuotaWait, slack_seconds=SLACK_SECONDS * clock().speed),
            tokens=PostgresTokens(engine(), settings().key("tokens"), self.client.name),
            pseudonym=_pseudonym(settings().key(f"buyers of {self.client.name} at {self.entry.marketplace}")),
            patience_seconds=wall_patience * clock().speed,
            count_call=self.calls,
            answer_seconds=settings().answer_seconds,
            parcels=self._parcels,
        )

    def _parcels(self) -> Sequence[ParcelToFollow]:
        with self.session() as conn:
            return parcels_for(conn, self.client, self.name, clock().now())


def open_shop(name: str, connection: Mapping[str, Any] | None = None) -> OpenShop:
    client, entry = find_shop(name)
    return OpenShop(client=client, entry=entry, connection=connection, calls=CallCount())


def _pseudonym(key: bytes):
    return lambda text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]
