"""What each kind of sync job asks of a connector: how a job becomes a change, how it is sent, and what must be read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.contract import Connector
from connectors.writes import (
    Answer,
    LadderChange,
    LadderStep,
    OfferChange,
    PriceChange,
    ProductChange,
    QuotationOffer,
    QuotedItem,
    ShipmentNotice,
    StockChange,
)
from warehouse.jobs import Job


@dataclass(frozen=True)
class Kind:
    """``change``: a job as the contract's change. ``push``, ``observe``: the connector's methods. ``wanted``: what a read-back
    of the change must show. ``is_once``: twice would do harm and nothing can be read back: each is sent alone, and one whose answer
    was lost is for a person to look at.
    """

    change: Callable[[Job], Any]
    push: str
    observe: str
    wanted: Callable[[Any], Any]
    is_once: bool = False

    def send(self, connector: Connector, changes: Sequence[Any]) -> list[Answer]:
        return getattr(connector, self.push)(changes)

    def look(self, connector: Connector, changes: Sequence[Any]) -> Mapping[str, Any]:
        return getattr(connector, self.observe)(changes)


def change_of(job: Job) -> Any:
    return KINDS[job.kind].change(job)


def _stock(job: Job) -> StockChange:
    return StockChange(job.job_id, job.site, job.sku, str(job.listing_id), job.product_id, int(job.wanted_quantity or 0))


def _price(job: Job) -> PriceChange:
    price = job.wanted
    return PriceChange(job.job_id, job.site, job.sku, str(job.listing_id), job.product_id, price["currency"], price["price_minor"])


def _shipment(job: Job) -> ShipmentNotice:
    told = job.wanted
    return ShipmentNotice(
        job.job_id, job.site, told["order_id"], told["units"], told["carrier"], told["tracking_number"],
        datetime.fromisoformat(told["shipped_at"]),
    )  # fmt: skip


def _product(job: Job) -> ProductChange:
    return ProductChange(job.job_id, job.site, job.sku, **job.wanted)


def _offer(job: Job) -> OfferChange:
    return OfferChange(job.job_id, job.site, job.sku, **job.wanted)


def _ladder(job: Job) -> LadderChange:
    steps = tuple(LadderStep(int(quantity), Decimal(price)) for quantity, price in job.wanted["steps"])
    return LadderChange(job.job_id, job.site, job.product_id or job.sku, job.wanted["currency"], steps)


def _quotation(job: Job) -> QuotationOffer:
    told = job.wanted
    items = tuple(
        QuotedItem(**{**item, "quantity": Decimal(item["quantity"]), "unit_price": Decimal(item["unit_price"])}) for item in told["items"]
    )
    valid = date.fromisoformat(told["valid_until"])
    return QuotationOffer(job.job_id, told.get("rfq_id"), told["message"], told["payment_terms"], valid, items, told.get("inquiry_id"))


KINDS: Mapping[str, Kind] = {
    "stock": Kind(_stock, "push_stock", "observe_stock", lambda change: change.quantity),
    "price": Kind(_price, "push_prices", "observe_prices", lambda change: change.price_minor),
    "shipment": Kind(_shipment, "push_shipments", "observe_shipments", lambda notice: True),
    "product": Kind(_product, "push_products", "observe_products", lambda change: change.asked),
    "offer": Kind(_offer, "push_offers", "observe_offers", lambda change: change.asked),
    "price_tiers": Kind(_ladder, "push_price_tiers", "observe_price_tiers", lambda change: change.steps),
    "quotation": Kind(_quotation, "push_quotations", "", lambda offer: None, is_once=True),
}
