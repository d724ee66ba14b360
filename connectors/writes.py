"""What a marketplace may be asked to change, and what it says to that: one change a kind, and how each is pushed and read back.

Every kind goes the same way: a push asks for changes and brings one answer each, reading back brings what is shown now, and nothing
else counts as done. Which kinds a connector takes is said by the words in its ``WRITES``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

ALL_WRITES = ("stock", "price", "shipment", "product", "offer", "price_tiers", "quotation")


@dataclass(frozen=True)
class StockChange:
    """One wanted stock: ``quantity`` is absolute. ``job_id`` comes back in the answer."""

    job_id: str
    site: str
    sku: str
    listing_id: str
    product_id: str | None
    quantity: int


@dataclass(frozen=True)
class PriceChange:
    """One wanted price: what a buyer is to pay for one unit, absolute, in minor units of ``currency``."""

    job_id: str
    site: str
    sku: str
    listing_id: str
    product_id: str | None
    currency: str
    price_minor: int


@dataclass(frozen=True)
class LadderStep:
    """From ``minimum_quantity`` units on, one costs ``unit_price`` (whole units of the ladder's currency, exact)."""

    minimum_quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class LadderChange:
    """One wanted price ladder, whole: steps of rising quantity and falling price; the first is the least order.

    It counts for the whole product: all its variants that have no price of their own. ``product_id``: the article's own number where
    the marketplace has no other.
    """

    job_id: str
    site: str
    product_id: str
    currency: str
    steps: tuple[LadderStep, ...]


@dataclass(frozen=True)
class QuotedItem:
    """One line of a quotation; ``quantity`` and ``unit_price`` are exact."""

    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    currency: str
    incoterm: str
    port: str
    sku: str | None = None
    remark: str = ""


@dataclass(frozen=True)
class QuotationOffer:
    """One offer to be made, to one request for quotation (made at most once a request) or to one inquiry: one of the two is told."""

    job_id: str
    rfq_id: str | None
    message: str
    payment_terms: str
    valid_until: date
    items: tuple[QuotedItem, ...]
    inquiry_id: str | None = None


@dataclass(frozen=True)
class ShipmentNotice:
    """One parcel that left: told to the marketplace once, so that the buyer sees it and the order counts as shipped.

    Attributes:
        units: order line id → units of it in this parcel.
        carrier: as the shipper names it; the connector finds the vendor's own word or refuses.
    """

    job_id: str
    site: str
    order_id: str
    units: Mapping[str, int]
    carrier: str
    tracking_number: str
    shipped_at: datetime


@dataclass(frozen=True)
class ProductChange:
    """One wanted product; a field that is None stays as it is (of a new product: the marketplace's default).

    The SKU says which: where the shop has no article of that number a product is made, once; else the product is changed that
    holds it. Title, description and status are the product's and count for all its variants, the price is this article's.

    Attributes:
        description: HTML, as the marketplace shows it.
        status: ``active`` (for sale) or ``inactive`` (kept, not shown to buyers).
        price_minor: in minor units of ``currency``.
    """

    job_id: str
    site: str
    sku: str
    title: str | None = None
    description: str | None = None
    status: str | None = None
    currency: str | None = None
    price_minor: int | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The fields that are to be so."""
        fields = {"title": self.title, "description": self.description, "status": self.status, "price_minor": self.price_minor}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True)
class OfferChange:
    """One wanted offer of an article that the marketplace holds under its SKU: for sale, or taken off sale.

    A field that is None stays as it is; an offer that is made anew needs all of them.

    Attributes:
        price_minor: in minor units of ``currency``.
        category_id: the marketplace's number of the category it is offered in.
    """

    job_id: str
    site: str
    sku: str
    is_published: bool
    currency: str | None = None
    price_minor: int | None = None
    quantity: int | None = None
    category_id: str | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The fields that are to be so; of an offer that is taken off sale nothing else matters."""
        fields = {"price_minor": self.price_minor, "quantity": self.quantity, "category_id": self.category_id}
        wanted = {name: value for name, value in fields.items() if value is not None and self.is_published}
        return {"is_published": self.is_published, **wanted}


@dataclass(frozen=True)
class Answer:
    """What the marketplace said to one change: taken (to be observed later) or refused (and why).

    ``due_at``: by then a person is to do it, for nothing was sent, or to look at what was, for nothing can be read back (``vendor_ref``
    names what with, or which); nobody else can say that it is done.
    """

    job_id: str
    is_accepted: bool
    message: str
    vendor_ref: str | None = None
    due_at: datetime | None = None


class Stock(Protocol):
    """What every connector offers; one that keeps no stock refuses each change."""

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        """Ask for these quantities; one answer a change. ``dry_run`` asks the vendor to judge without doing."""

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        """Read back what the marketplace shows now: job id → quantity, None where it shows none."""


class Prices(Protocol):
    """What a connector with ``price`` in its ``WRITES`` offers too."""

    def push_prices(self, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
        """Ask for these prices; one answer a change. Nothing else of the listing changes (a discount, a stock)."""

    def observe_prices(self, changes: Sequence[PriceChange]) -> dict[str, int | None]:
        """Read back: job id → price in minor units of the change's currency, None where none is shown."""


class Ladders(Protocol):
    """What a connector with ``price_tiers`` in its ``WRITES`` offers too."""

    def push_price_tiers(self, changes: Sequence[LadderChange], *, dry_run: bool = False) -> list[Answer]:
        """Ask for these ladders; one answer a change. Prices that variants have of their own are not touched."""

    def observe_price_tiers(self, changes: Sequence[LadderChange]) -> dict[str, tuple[LadderStep, ...] | None]:
        """Read back: job id → the ladder shown now in the change's currency, None where none is shown."""


class Quoting(Protocol):
    """What a connector with ``quotation`` in its ``WRITES`` offers too."""

    def push_quotations(self, offers: Sequence[QuotationOffer], *, dry_run: bool = False) -> list[Answer]:
        """Make these offers; one answer an offer, a good one with ``due_at``. No vendor we know can be asked whether one was made: it
        is for a person to look, also where an answer was lost, and nothing is sent again by itself."""


class Shipping(Protocol):
    """What a connector with ``shipment`` in its ``WRITES`` offers too."""

    def push_shipments(self, notices: Sequence[ShipmentNotice]) -> list[Answer]:
        """Tell these parcels, each at most once: one the marketplace knows already (same order, same number) is accepted
        without telling it again, also after a kill between telling and booking."""

    def observe_shipments(self, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
        """Read back: job id → whether the order shows this tracking number."""


class Products(Protocol):
    """What a connector with ``product`` in its ``WRITES`` offers too."""

    def push_products(self, changes: Sequence[ProductChange], *, dry_run: bool = False) -> list[Answer]:
        """Make or change these products; one answer a change. What is asked for twice is made once, also after a kill between
        making and booking."""

    def observe_products(self, changes: Sequence[ProductChange]) -> dict[str, Mapping[str, Any] | None]:
        """Read back: job id → the fields of ``asked`` as they are shown now, None where the shop has no such article."""


class Offers(Protocol):
    """What a connector with ``offer`` in its ``WRITES`` offers too."""

    def push_offers(self, changes: Sequence[OfferChange], *, dry_run: bool = False) -> list[Answer]:
        """Bring these offers on sale or off it; one answer a change. Asked for twice it is done once."""

    def observe_offers(self, changes: Sequence[OfferChange]) -> dict[str, Mapping[str, Any] | None]:
        """Read back: job id → the fields of ``asked`` as they are shown now, None where the marketplace has no such article."""
