"""The words of the world: shops, goods, orders that live, money that moves. Plain facts; no marketplace's wire format.

A thing that changes is a tuple of timestamped events; what anybody can see of it at an instant is the fold of the
events strictly before that instant (:mod:`sandbox.world.fold`), so that nights are half-open.
Money is in minor units of the site's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Site:
    """A marketplace's country. ``tax_on_top``: buyers pay sales tax beside the price; elsewhere prices include it."""

    code: str
    currency: str
    zone: str
    language: str
    decimals: int = 2
    tax_on_top: bool = False


@dataclass(frozen=True)
class Shop:
    """One seller account. ``number`` is its stable index in the cast; marketplaces derive their ids from it."""

    name: str
    client: str
    marketplace: str
    sites: tuple[str, ...]
    number: int
    share: float


@dataclass(frozen=True)
class Product:
    """One article of a client. ``titles`` by language; ``price_eur_cents`` is what site prices are made from."""

    client: str
    sku: str
    number: int
    titles: Mapping[str, str]
    price_eur_cents: int
    weight_g: int
    category: str


@dataclass(frozen=True)
class Listing:
    """One product on one site of one shop.

    Attributes:
        number: unique in the world; source of ASINs and item ids.
        fulfilled_by: ``seller`` or ``marketplace``.
        status: ``active``, ``inactive``, ``suppressed``, ``pending`` or ``deleted``.
        special_price_minor: a running special offer inside ``special_from``/``special_to``, else None.
        opening_stock: units sellable at the world's origin (the first horizon).
    """

    shop: str
    site: str
    product: Product
    number: int
    price_minor: int
    fulfilled_by: str
    status: str
    listed_at: datetime
    changed_at: datetime
    opening_stock: int
    reserved: int = 0
    inbound: int = 0
    special_price_minor: int | None = None
    special_from: datetime | None = None
    special_to: datetime | None = None

    @property
    def sku(self) -> str:
        return self.product.sku


@dataclass(frozen=True)
class Buyer:
    number: int
    name: str
    country: str
    city: str
    postcode: str


@dataclass(frozen=True)
class Line:
    """One ordered article as placed; later amounts are in the events. ``shipping_minor`` includes ``gift_wrap_minor``."""

    index: int
    listing: Listing
    title: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    shipping_minor: int
    gift_wrap_minor: int
    tax_minor: int
    fulfilled_by: str


@dataclass(frozen=True)
class Parcel:
    """One parcel of an order: ``contents`` is (line index, units) pairs."""

    index: int
    carrier: str
    tracking: str
    contents: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Event:
    """Something that happened to an order.

    Kinds: ``placed``, ``paid``, ``packed`` (parcel), ``shipped`` (parcel), ``delivered`` (parcel), ``lost`` (parcel),
    ``cancelled`` (lines; None: all), ``repriced`` (line, amounts), ``touched`` (nothing visible but the updated time),
    ``returned`` (lines).
    """

    at: datetime
    kind: str
    parcel: int | None = None
    lines: tuple[int, ...] | None = None
    amounts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Return:
    """A buyer's request about one line, with its own steps: (instant, status) pairs in time order.

    Lines asked for together share ``request``; ``number`` is the line's own. ``kind``: ``return``, ``refund_only`` or ``cancel``.
    Status words: ``requested``, ``approved``, ``refunded``, ``rejected``, ``cancelled``.
    """

    number: int
    request: int
    line: int
    kind: str
    quantity: int
    reason: str
    refund_minor: int
    steps: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class Review:
    number: int
    line: int
    kind: str  # product, follow_up
    rating: int
    text: str
    at: datetime
    reply: str | None = None
    reply_at: datetime | None = None


@dataclass(frozen=True)
class Order:
    """One order with its whole life, past and to come.

    Attributes:
        number: unique in the world, rising with the day it was placed.
        fulfilled_by: ``marketplace`` only where every line is.
    """

    number: int
    shop: str
    site: str
    buyer: Buyer
    lines: tuple[Line, ...]
    parcels: tuple[Parcel, ...]
    events: tuple[Event, ...]
    returns: tuple[Return, ...] = ()
    reviews: tuple[Review, ...] = ()
    payment_method: str = "card"

    @property
    def placed_at(self) -> datetime:
        return self.events[0].at

    @property
    def fulfilled_by(self) -> str:
        return "marketplace" if all(line.fulfilled_by == "marketplace" for line in self.lines) else "seller"


@dataclass(frozen=True)
class Posting:
    """One booking on a shop's account.

    Attributes:
        kind: ``sale``, ``refund``, ``service_fee`` or ``adjustment``.
        amounts: (what, signed minor units to the seller): ``principal``, ``tax``, ``shipping``, ``discount``, ``commission``,
            ``fulfilment_fee``, ``payment_fee``, ``subscription``, ``adjustment``.
        released_at: until then the money is held back (deferred).
        payout: number of the payout it will be part of.
    """

    number: int
    shop: str
    site: str
    at: datetime
    kind: str
    amounts: tuple[tuple[str, int], ...]
    released_at: datetime
    payout: int
    order: Order | None = None
    line: int | None = None


@dataclass(frozen=True)
class Payout:
    """One statement of one site: opened, closed, paid. ``amount_minor`` is what its postings come to."""

    number: int
    shop: str
    site: str
    starts_at: datetime
    ends_at: datetime
    paid_at: datetime
    opening_minor: int
    amount_minor: int
    fails: bool = False
    sums: Mapping[str, int] = field(default_factory=dict)
