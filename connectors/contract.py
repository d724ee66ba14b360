"""What a connector is given, what it gives back: the border between a marketplace and Daiyun (its writes: ``connectors/writes.py``).

A marketplace's package offers, through the entry-point group ``daiyun.connectors``, a module with
``connect(shop, credentials, services) -> Connector`` and the constants ``MODES``, ``ENDPOINTS``
(entity → :class:`Endpoint`), ``BUDGETS`` (operation → :class:`Budget`) and ``WRITES`` (words of
``connectors.writes.ALL_WRITES``); a marketplace whose sites have one currency each says so in ``CURRENCIES``
(site → ISO 4217), and rows in another one are quarantined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import pandas as pd

from connectors.writes import Stock


@dataclass(frozen=True)
class Shop:
    """One seller account on one marketplace and region; belongs to one client.

    Attributes:
        sites: ISO 3166-1 alpha-2 countries it sells in; the first is its home.
        account: the vendor's non-secret numbers of it (``seller_id`` …).
    """

    client: str
    name: str
    marketplace: str
    sites: tuple[str, ...]
    account: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Credentials:
    """Where and how to log in; values never appear in a repr, a log line or an error.

    Attributes:
        host: base address of the marketplace's API.
        auth_host: base address of its token service, where that is another one.
        secrets: the vendor's own names (``client_id``, ``client_secret``, ``refresh_token``, ``app_key`` …).
    """

    host: str
    auth_host: str
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Window:
    """Half-open time range [start, end), aware instants."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise ValueError(f"a window needs aware instants with start < end, not [{self.start}, {self.end})")


@dataclass(frozen=True)
class Page:
    """One response exactly as it arrived, and how to go on after it.

    Attributes:
        body: the bytes, content encoding undone, nothing else.
        part: which of the endpoint's calls this is (``orders``, ``items``, ``trace`` …).
        group: pages with one number are mapped together (an order page and the item pages that belong to it);
            groups are numbered from 0 upwards, and their pages follow one another.
        cursor: JSON-able; handed to :meth:`Connector.read` it continues after this page. None: this was the last.
        announced: the vendor's own count of records in the window, where it gives one.
        request: operation and harmless parameters, for people; never a token, signature or buyer.
    """

    body: bytes
    received_at: datetime
    request: str
    part: str = "records"
    group: int = 0
    request_id: str | None = None
    cursor: Mapping[str, Any] | None = None
    announced: int | None = None


@dataclass(frozen=True)
class Budget:
    """A vendor's quota of one operation: a token bucket. ``per`` says whose bucket: ``shop``, ``app``."""

    operation: str
    rate_per_second: float
    burst: int
    per: str = "shop"
    source: str = ""


@dataclass(frozen=True)
class Endpoint:
    """How one entity is read; data about the vendor, declared once, used by the night, the plan and the docs.

    Attributes:
        tables: canonical tables its pages turn into, the one that carries the record's id first.
        record_id: column of that first table that names the vendor's record (certificates count these); several with commas
            between where a record has no number of its own: then its ids are their values joined by ``|``.
        incremental: the vendor's field a window selects by; ``snapshot`` where every pull reads everything.
        overlap: how far before its watermark a pull reaches back for late rows.
        finds_late: whether it knows by itself what was read before, so that what comes late belongs to the window that finds it.
        lag: how far behind now a window's end must stay.
        max_window: longest window one query may ask for; longer ones are cut by the connector.
        has_trusted_clock: whether ``source_updated_at`` comes from the vendor and moves with every change.
        retires: for snapshots, table → column values that bound what a complete pull may retire
            (``{"inventory": {"fulfilled_by": "seller"}}``): rows there that it did not show are gone.
        fresh_within: how old the shop's newest change may be before a person should look; None: no matter how old.
        operations: names in ``BUDGETS`` that one pull uses.
        blind_spots: what this way of reading cannot see.
        is_optional: read only where a client's file names it (few accounts are granted it).
        reach: how far back a first pull reaches at least, where records live longer than the history everybody else is read for.
    """

    entity: str
    tables: tuple[str, ...]
    record_id: str
    incremental: str
    overlap: timedelta = timedelta(0)
    finds_late: bool = False
    lag: timedelta = timedelta(minutes=5)
    max_window: timedelta | None = None
    has_trusted_clock: bool = True
    retires: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fresh_within: timedelta | None = None
    operations: tuple[str, ...] = ()
    blind_spots: str = ""
    is_optional: bool = False
    reach: timedelta = timedelta(0)


class Clock(Protocol):
    """Time as the night sees it; the demo's runs faster than the wall's."""

    def now(self) -> datetime: ...
    def sleep(self, seconds: float) -> None: ...


class Limiter(Protocol):
    """A quota shared by every process that spends it."""

    def take(self, budget: Budget, holder: str, max_wait_seconds: float, shop: str = "") -> float:
        """Reserve one call of ``holder``'s bucket and return the seconds to wait before making it.

        Args:
            shop: who asks (client and shop). The shops of one application take turns; unnamed askers are served as they come.
        Raises:
            connectors.errors.QuotaWait: the wait would exceed ``max_wait_seconds``. A bucket of one shop reserves nothing then;
                where shops share it, this shop's next call is kept for it from the end of the wait on, and granted when it comes.
        """

    def penalise(self, budget: Budget, holder: str, seconds: float) -> None:
        """The vendor refused a call: nobody may use this bucket for ``seconds``."""


@dataclass(frozen=True)
class Token:
    """``former``: refresh tokens that came before this one and are not given up yet, the younger first."""

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str | None = field(default=None, repr=False)
    former: tuple[str, ...] = field(default=(), repr=False)


class TokenStore(Protocol):
    """Access and rotating refresh tokens, shared by every process, encrypted at rest."""

    def get(self, name: str) -> Token | None: ...
    def put(self, name: str, token: Token) -> None: ...
    def lock(self, name: str) -> AbstractContextManager[None]: ...


@dataclass(frozen=True)
class ParcelToFollow:
    """One parcel of a client's shops that has not arrived as far as anybody knows.

    Attributes:
        shop: the order's shop; ``order_id`` is its number there.
        carrier: as that shop's marketplace names it.
        country: destination, ISO 3166-1 alpha-2.
        followed_by: the tracking account that knows it already; None: nobody was asked for it yet.
        status: what that account last told (a word of ``TRACKING_STATUSES``).
        checked_at: when that account last told of it.
    """

    shop: str
    order_id: str
    tracking_number: str
    carrier: str | None = None
    country: str | None = None
    followed_by: str | None = None
    status: str | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True)
class TrackingSource:
    """What following a parcel takes at one tracking service; declared as ``SOURCE`` by the connectors that follow parcels.

    Attributes:
        cost: units of a paid quota that one parcel takes, once.
        calls: calls that one parcel takes (a fortieth where forty go into one).
        carriers: beginnings of the carriers' names it knows, lower case; none: every carrier.
        numbers: what a tracking number must look like (a regular expression) to be taken.
        per_night: how many parcels one account may be asked for in one night; None: any number.
    """

    cost: float
    calls: float
    carriers: tuple[str, ...] = ()
    numbers: str = r"\S.*"
    per_night: int | None = None


@dataclass(frozen=True)
class Services:
    """What ``pipeline`` lends a connector.

    Attributes:
        pseudonym: keyed hash of a buyer's identity within the shop's client and marketplace (numbers of two vendors may be alike).
        patience_seconds: longest wait (on ``clock``) a pull sleeps out; beyond it ``QuotaWait`` gives the slot back.
        count_call: told of every HTTP call (operation name), for the night's figures.
        answer_seconds: how long a marketplace may take to answer, of the wall.
        parcels: for a tracking account: the parcels it is to follow, oldest check first (None: nobody knows any).
    """

    clock: Clock
    limiter: Limiter
    tokens: TokenStore
    pseudonym: Callable[[str], str]
    patience_seconds: float = 20.0
    count_call: Callable[[str], None] = lambda operation: None
    answer_seconds: float = 30.0
    parcels: Callable[[], Sequence[ParcelToFollow]] | None = None


class Connector(Stock, Protocol):
    """One kind of marketplace, opened for one shop. What it may write beside the stock: ``connectors/writes.py``."""

    shop: Shop
    endpoints: Mapping[str, Endpoint]
    budgets: Mapping[str, Budget]

    def check(self) -> str:
        """Make the cheapest authenticated call; return one line saying whose account answered."""

    def read(self, entity: str, window: Window, cursor: Mapping[str, Any] | None = None) -> Iterator[Page]:
        """Yield the pages of one entity in one window, from the start or after the page that gave ``cursor``.

        Raises:
            connectors.errors.CursorExpired: the vendor no longer honours ``cursor``; read again from the start.
            connectors.errors.QuotaWait, RetryableError, FatalError: see ``connectors/errors.py``.
        """

    def record_ids(self, entity: str, pages: Sequence[Page]) -> list[str]:
        """Ids of the vendor's records in these pages, read without the mapping, so that it checks the mapping.

        ``pages`` are whole groups; the ids are values of the endpoint's ``record_id`` column.
        """

    def map(self, entity: str, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
        """Turn whole groups of pages into frames, one a table of the endpoint. No I/O, columnar.

        Every frame has the table's scope and body columns, ``source_updated_at`` (null: the page's arrival counts),
        ``landing_page`` and ``landing_record`` (place in ``pages`` and in that page), and ``fault``: null, or why a
        value could not be read (``total_minor: 'abc' is not an amount``). A record is never dropped, and one
        unreadable record never takes its page with it.
        """


class Remarks(Protocol):
    """What a connector may offer too whose pages say something a person should know, though every record is there."""

    def remarks(self, entity: str, pages: Sequence[Page], now: datetime) -> list[str]:
        """Sentences for the certificate of these landed pages. No I/O; never a buyer."""
