"""The seller's lists as rows of values: what a person would export or keep, before it takes any file's form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from sandbox.globalsources import ids
from sandbox.globalsources.facts import OFFLINE, contracts, deals, inquiries, rfqs, transfers
from sandbox.market import House
from sandbox.world.ladders import ladder, trait
from sandbox.world.model import Shop
from sandbox.world.trade import TradeLine

Row = Mapping[str, object]  # aware datetimes are local times of the account once they are written
STAGES = {"deposit_paid": "Deposit received", "partially_shipped": "Part shipped", "on_hold": "On hold"}


def _cents(minor: int | None) -> Decimal | None:
    return None if minor is None else Decimal(minor).scaleb(-2)


def _inquiries(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    for state in inquiries(house.world, shop, at):
        deal, asked = state.deal, state.deal.inquiry
        yield {
            "inquiry_id": ids.inquiry(deal), "received_at": asked.at, "subject": asked.subject, "buyer_name": deal.firm.contact,
            "buyer_company": deal.firm.name, "buyer_email": deal.firm.email, "buyer_phone": f"00{deal.firm.number:02d}55501",
            "buyer_country": deal.firm.country, "product_ref": asked.product.sku, "product_name": asked.product.titles["en"],
            "quantity": asked.quantity, "unit": asked.unit, "target_price": asked.target_price,
            "currency": deal.currency if asked.target_price is not None else None, "message": f"Dear supplier, {asked.subject}\nRegards",
            "assigned_to": asked.assigned_to, "folder": "Inbox", "status": state.inquiry_status, "source": asked.kind.replace("_", ""),
        }


def _rfqs(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    for state in rfqs(house.world, shop, at):
        deal, asked = state.deal, state.deal.rfq
        yield {
            "rfq_id": ids.rfq(deal), "posted_at": asked.at, "expires_at": asked.expires_at, "subject": asked.subject,
            "category": "Tools", "quantity": asked.quantity, "unit": asked.unit, "destination_country": asked.destination,
            "shipping_terms": asked.incoterm, "payment_terms": asked.payment_terms, "target_price": asked.target_price,
            "currency": deal.currency if asked.target_price is not None else None, "buyer_country": deal.firm.country,
            "quotes_left": asked.quotes_left, "status": state.rfq_status,
        }


def _line(line: TradeLine) -> dict[str, object]:
    return {
        "line_no": line.index + 1, "model_no": line.product.sku, "description": line.product.titles["en"], "quantity": line.quantity,
        "unit": line.unit, "unit_price": line.unit_price,
    }


def _quotations(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    for state in deals(house.world, shop, at):
        deal = state.deal
        for index, told in sorted(state.quotations.items()):
            offer = told.quotation
            paper = {
                "quotation_no": ids.quotation(deal, index), "inquiry_id": ids.inquiry(deal) if deal.inquiry else None,
                "rfq_id": ids.rfq(deal) if deal.rfq else None, "issued_at": told.issued_at, "valid_until": offer.valid_until,
                "currency": deal.currency, "status": told.status, "payment_terms": offer.payment_terms,
            }
            if shop.name == OFFLINE:  # the platform's order names no quotation: the sales people note the order beside theirs
                paper["contract_no"] = ids.contract(deal) if state.contract and told.status == "accepted" else None
            for line in offer.lines:
                yield {
                    **paper, **_line(line), "moq": line.minimum_quantity, "incoterm": offer.incoterm, "port": offer.port,
                    "lead_time_days": offer.lead_time_days,
                }


def _contracts(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    for state, contract in contracts(house.world, shop, at):
        deal, terms = state.deal, contract.terms
        paper = {
            "contract_no": ids.contract(deal), "quotation_no": ids.quotation(deal, len(deal.quotations) - 1),
            "inquiry_id": ids.inquiry(deal) if deal.inquiry else None, "signed_at": contract.signed_at, "drawn_up_at": contract.created_at,
            "buyer_company": deal.firm.name, "buyer_country": deal.firm.country, "currency": deal.currency,
            "total": _cents(terms.total_minor),
            "freight": _cents(terms.shipping_minor + terms.insurance_minor), "discount": _cents(terms.discount_minor),
            "tax": _cents(terms.tax_minor), "deposit_pct": terms.deposit_percent, "deposit_amount": _cents(terms.deposit_minor),
            "deposit_due": deal.due_on.get("deposit") or deal.due_on.get("full"), "balance_due": deal.due_on.get("balance"),
            "payment_terms": deal.payment_terms, "incoterm": deal.incoterm, "port": deal.port, "ship_by": deal.ship_by,
            "status": STAGES.get(contract.stage, contract.stage.capitalize()),
        }
        for line in terms.lines:
            yield {**paper, **_line(line)}


def _inspections(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    words = {"during_production": "DPI", "pre_shipment": "PSI", "container_loading": "CLC"}
    for state, contract in contracts(house.world, shop, at):
        for day, told in contract.inspections:
            yield {
                "inspection_no": ids.inspection(state.deal, told.index), "contract_no": ids.contract(state.deal), "inspected_at": day,
                "agency": told.agency, "type": words[told.kind], "sample_size": told.sample_size, "aql": told.level,
                "critical": told.critical, "major": told.major, "minor": told.minor, "result": told.result, "report_file": told.file,
            }


def _acceptances(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    for state, contract in contracts(house.world, shop, at):
        for day, told in contract.acceptances:
            yield {
                "acceptance_no": ids.acceptance(state.deal, told.index), "contract_no": ids.contract(state.deal), "accepted_at": day,
                "accepted_qty": told.accepted, "rejected_qty": told.rejected, "claim_amount": _cents(told.claim_minor),
                "currency": state.deal.currency, "remark": told.remark,
            }


def _shipments(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    for state, contract in contracts(house.world, shop, at):
        for told in contract.consignments:
            goods = told.consignment
            yield {
                "shipment_no": ids.shipment(state.deal, goods.index), "contract_no": ids.contract(state.deal),
                "mode": goods.mode.capitalize(), "carrier": goods.carrier, "bl_or_awb": goods.number, "container_no": goods.container,
                "etd": told.shipped_at,
                "eta": goods.expected_on, "arrived_at": told.delivered_at, "shipped_qty": goods.quantity,
            }


def _payments(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    for state, contract in contracts(house.world, shop, at):
        for told in transfers(state, contract):
            kind = told.what.partition("-")[0]
            yield {
                "payment_no": ids.payment(state.deal, told.what), "contract_no": ids.contract(state.deal), "paid_at": told.at,
                "kind": kind.capitalize() if kind != "full" else "Full payment", "currency": state.deal.currency,
                "amount": _cents(abs(told.amount_minor)), "fee": _cents(1500) if told.amount_minor > 0 else None,
                "payer": told.payer.name, "bank_reference": f"FT{state.deal.number}{told.what.upper()}", "status": "Received",
            }


def _listings(house: House, shop: Shop, at: datetime) -> Iterator[Row]:
    for listing in (each for each in house.world.listings if each.shop == shop.name):
        steps, mine = ladder(house.world.seed, listing.product), trait(listing.product)
        row: dict[str, object] = {
            "model_no": listing.sku, "name": listing.product.titles["en"], "category": "Tools", "currency": "USD", "moq": steps[0].quantity,
            "unit": mine.unit, "lead_time_days": 30, "port": "Hong Kong", "page_url": f"https://supplier.example.com/{listing.number}",
            "status": listing.status.capitalize(), "listed_at": listing.listed_at, "stock": listing.opening_stock,
        }
        if len(steps) == 1:
            row |= {"fob_price_min": steps[0].price, "fob_price_max": steps[0].price}
        for n in range(4):
            step = steps[n] if len(steps) > 1 and n < len(steps) else None
            row |= {f"tier_quantity_{n + 1}": step.quantity if step else None, f"tier_price_{n + 1}": step.price if step else None}
        yield {"fob_price_min": None, "fob_price_max": None, **row}


SHEETS: dict[str, Callable[[House, Shop, datetime], Iterator[Row]]] = {
    "inquiries": _inquiries, "rfqs": _rfqs, "quotations": _quotations, "contracts": _contracts, "inspections": _inspections,
    "acceptances": _acceptances, "shipments": _shipments, "payments": _payments, "listings": _listings,
}
