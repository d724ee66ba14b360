"""The words of trade between businesses: firms, inquiries, quotations, contracts, consignments. Plain facts; no wire format.

As with orders, what anybody can see of a deal at an instant is the fold of its events strictly before it
(:mod:`sandbox.world.deal_state`). Quantities and unit prices are exact decimals (a bolt costs 0.0325, wire is sold by 2.5 t);
amounts that are paid are minor units of the deal's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world.model import Product


@dataclass(frozen=True)
class Firm:
    """A buyer of a deal: a company, and the person who writes for it."""

    number: int
    name: str
    country: str
    city: str
    contact: str
    email: str


@dataclass(frozen=True)
class Inquiry:
    """A question about one product. ``kind``: ``inquiry`` (message on the platform), ``trade_show`` or ``rfq`` (asking back about
    our quotation). ``target_price``: what the buyer has in mind for one unit; ``assigned_to``: one of the seller's people."""

    at: datetime
    kind: str
    subject: str
    product: Product
    quantity: Decimal | None
    unit: str
    target_price: Decimal | None
    assigned_to: str | None


@dataclass(frozen=True)
class Rfq:
    """A request for quotation posted to many sellers. ``quotes_left``: how many more quotations it takes."""

    at: datetime
    expires_at: datetime
    subject: str
    product: Product
    quantity: Decimal
    unit: str
    target_price: Decimal | None
    incoterm: str
    payment_terms: str
    destination: str
    quotes_left: int


@dataclass(frozen=True)
class TradeLine:
    """One product in a quotation or a contract. ``amount`` may be finer than a cent (333 bolts at 0.0325)."""

    index: int
    product: Product
    quantity: Decimal
    unit: str
    unit_price: Decimal
    minimum_quantity: Decimal

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price

    @property
    def amount_minor(self) -> int | None:
        """In cents; None where it is finer."""
        cents = self.amount * 100
        return int(cents) if cents == int(cents) else None


@dataclass(frozen=True)
class Quotation:
    """One offer of a deal. ``valid_until``: last local day it holds."""

    index: int
    lines: tuple[TradeLine, ...]
    valid_until: date
    incoterm: str
    port: str
    payment_terms: str
    lead_time_days: int

    @property
    def total_minor(self) -> int:
        return rounded_minor(sum((line.amount for line in self.lines), Decimal(0)))


@dataclass(frozen=True)
class Terms:
    """A contract's lines and money; a change of the contract replaces them. ``deposit_minor`` None: paid at once (FULL)."""

    lines: tuple[TradeLine, ...]
    shipping_minor: int
    insurance_minor: int
    discount_minor: int
    tax_minor: int
    deposit_percent: int | None

    @property
    def items_minor(self) -> int:
        return rounded_minor(sum((line.amount for line in self.lines), Decimal(0)))

    @property
    def total_minor(self) -> int:
        return self.items_minor + self.shipping_minor + self.insurance_minor - self.discount_minor + self.tax_minor

    @property
    def deposit_minor(self) -> int | None:
        return None if self.deposit_percent is None else self.total_minor * self.deposit_percent // 100

    @property
    def due_minor(self) -> dict[str, int]:
        """Milestone (``deposit`` and ``balance``, or ``full``) → what is to be paid."""
        if self.deposit_minor is None:
            return {"full": self.total_minor}
        return {"deposit": self.deposit_minor, "balance": self.total_minor - self.deposit_minor}


@dataclass(frozen=True)
class Consignment:
    """Goods sent together. ``number``: bill of lading, air waybill or parcel number; ``contents``: (line index, quantity)."""

    index: int
    mode: str  # sea, air, courier
    carrier: str
    number: str
    container: str | None
    expected_on: date
    contents: tuple[tuple[int, Decimal], ...]

    @property
    def quantity(self) -> Decimal:
        return sum((units for _, units in self.contents), Decimal(0))


@dataclass(frozen=True)
class Inspection:
    """``result``: ``pass``, ``fail``, ``conditional`` or ``pending`` (the report is not out)."""

    index: int
    kind: str  # during_production, pre_shipment, container_loading
    agency: str
    result: str
    sample_size: int
    level: str
    critical: int
    major: int
    minor: int
    file: str


@dataclass(frozen=True)
class Acceptance:
    """The buyer took goods; what was refused, and what is claimed back for it."""

    index: int
    accepted: Decimal
    rejected: Decimal
    claim_minor: int
    remark: str


@dataclass(frozen=True)
class DealEvent:
    """Something that happened to a deal; ``index`` says to which quotation, consignment, inspection or acceptance.

    Kinds, of the inquiry: ``asked``, ``read``, ``replied``, ``closed``, ``spam``; of the request: ``posted``, ``request_expired``,
    ``lost``; of a quotation: ``drafted``, ``quoted``, ``quote_rejected``, ``quote_accepted``, ``quote_expired``; of the contract:
    ``drawn_up``, ``signed``, ``remitted`` (a transfer is under way or not matched yet; milestone), ``paid`` (milestone),
    ``refunded`` (amount; milestone None: a claim's settlement, else that milestone in full), ``started``, ``ready``, ``change_asked``
    (terms), ``change_confirmed`` (terms), ``change_refused``, ``frozen``, ``unfrozen``, ``charged_back``, ``cancelled``,
    ``completed``, ``touched``; of goods: ``inspected``, ``shipped``, ``arrived``, ``accepted``.
    """

    at: datetime
    kind: str
    index: int | None = None
    milestone: str | None = None
    amount_minor: int = 0
    terms: Terms | None = None


@dataclass(frozen=True)
class Deal:
    """One buyer's whole dealing with one shop, past and to come.

    Attributes:
        number: unique in the world, rising with the day it began; every record's own number derives from it and its index.
        currency: of every amount and price.
        terms: of the contract as first drawn up; None where it never comes to one.
        ship_by: last day for shipping; ``payment_terms`` as written into the contract.
        due_on: milestone → local day by which it is to be paid.
    """

    number: int
    shop: str
    site: str
    firm: Firm
    currency: str
    inquiry: Inquiry | None
    rfq: Rfq | None
    quotations: tuple[Quotation, ...] = ()
    terms: Terms | None = None
    incoterm: str | None = None
    port: str | None = None
    payment_terms: str | None = None
    ship_by: date | None = None
    consignments: tuple[Consignment, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    events: tuple[DealEvent, ...] = ()
    due_on: Mapping[str, date] = field(default_factory=dict)

    @property
    def began_at(self) -> datetime:
        return self.events[0].at


def rounded_minor(amount: Decimal) -> int:
    """Whole cents, half a cent up."""
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
