"""What a perfect reader of Alibaba.com would store, stated from the world (never from the answers), by canonical table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.alibaba import answer_goods, answer_rfqs, ids
from sandbox.alibaba.answer_goods import Good
from sandbox.alibaba.truth_trade import contract_lines, contracts, payment_milestones, payments, trade_shipments
from sandbox.alibaba.written import Written
from sandbox.clock import iso
from sandbox.market import House
from sandbox.world import ZONES
from sandbox.world.ladders import trait
from sandbox.world.model import Listing

Row = Mapping[str, object]
_STATUS = {"online": "active", "offline": "inactive"}
_AUDIT = {"rejected": "suppressed", "pending": "pending"}


def _listing_id(good: Good, listing: Listing) -> str:
    return str(ids.sku_id(listing.product) if good.has_skus else good.number)


def _rows(house: House, shop: str) -> Iterator[tuple[Good, Listing]]:
    for good in answer_goods.goods(house, shop).values():
        for listing in good.skus:
            yield good, listing


def listings(house: House, written: Written, shop: str) -> Iterator[Row]:
    for good, listing in _rows(house, shop):
        status, audit, made = answer_goods.status_of(written, good), answer_goods.audit_of(good), answer_goods.created_at(good)
        price = answer_goods.own_price(house, written, listing) if good.pricing == "SKU" else None
        if good.pricing == "TIERED":
            price = answer_goods.steps_of(house, written, good)[0][1]
        yield {
            "site": listing.site, "listing_id": _listing_id(good, listing), "product_id": str(good.number), "sku": listing.sku,
            "title": answer_goods.title(good), "status": _AUDIT.get(audit) or _STATUS[status],
            "status_raw": ",".join(sorted((status, audit))),
            "fulfilled_by": "seller", "currency": "USD", "price_minor": None if price is None else int(price * 100),
            "listed_at": iso(made), "listed_date": made.astimezone(ZONES[listing.site]).date().isoformat(),
            "source_updated_at": iso(answer_goods.changed_at(written, good)),
        }


def price_tiers(house: House, written: Written, shop: str) -> Iterator[Row]:
    for good, listing in _rows(house, shop):
        mine, steps = trait(listing.product), answer_goods.steps_of(house, written, good)
        least = trait(good.skus[0].product).least
        if good.pricing == "SKU":
            found = [(least, answer_goods.own_price(house, written, listing), None)]
        elif good.pricing == "RANGE":
            found = [(least, steps[-1][1] * 9 / 10, steps[0][1])]
        else:
            found = [(quantity, price, None) for quantity, price in steps]
        for quantity, price, highest in found:
            yield {
                "site": listing.site, "listing_id": _listing_id(good, listing), "minimum_quantity": str(quantity), "unit": mine.unit,
                "currency": "USD", "unit_price": str(price), "highest_price": None if highest is None else str(highest),
                "source_updated_at": iso(answer_goods.changed_at(written, good)),
            }


def inventory(house: House, written: Written, shop: str) -> Iterator[Row]:
    for _, listing in _rows(house, shop):
        yield {
            "site": listing.site, "sku": listing.sku, "location": "DEFAULT", "fulfilled_by": "seller", "reserved_quantity": None,
            "sellable_quantity": house.stock.quantity(shop, listing.site, listing.sku), "inbound_quantity": None,
        }


def rfqs(house: House, written: Written, shop: str) -> Iterator[Row]:
    for state in answer_rfqs.rfqs(house, shop):
        deal, rfq = state.deal, state.deal.rfq
        yield {
            "rfq_id": ids.rfq_id(deal), "posted_at": iso(rfq.at), "posted_date": rfq.at.astimezone(ZONES[deal.site]).date().isoformat(),
            "expires_at": iso(rfq.expires_at.replace(microsecond=0)), "subject": rfq.subject, "status": state.rfq_status,
            "status_raw": state.rfq_status, "category": "1427", "buyer_country": deal.firm.country, "destination_country": None,
            "quantity": str(rfq.quantity), "unit": rfq.unit, "incoterm": rfq.incoterm, "payment_terms": rfq.payment_terms,
            "currency": None if rfq.target_price is None else "USD",
            "target_price": None if rfq.target_price is None else str(rfq.target_price), "quotes_left": answer_rfqs.quotes_left(state),
        }


TRUTH: Mapping[str, Callable[[House, Written, str], Iterator[Row]]] = {
    "listings": listings, "price_tiers": price_tiers, "inventory": inventory, "contracts": contracts, "contract_lines": contract_lines,
    "payment_milestones": payment_milestones, "trade_shipments": trade_shipments, "payments": payments, "rfqs": rfqs,
}
