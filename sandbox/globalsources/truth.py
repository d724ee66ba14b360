"""The tables as they must be, from the deals: of each thing what the newest file tells that tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from sandbox.clock import iso
from sandbox.globalsources import ids
from sandbox.globalsources.facts import OFFLINE, TOLD, contracts, deals, export_times, inquiries, only_mailed, rfqs, transfers
from sandbox.globalsources.sheets import STAGES
from sandbox.market import House
from sandbox.world.cast import ZONES
from sandbox.world.deal_state import ContractState, DealState
from sandbox.world.ladders import ladder, trait
from sandbox.world.model import Shop
from sandbox.world.trade import Deal, TradeLine

Row = Mapping[str, object]
Told = Iterator[tuple[object, Row]]  # (key, body)
FIRST_IS_PAID = ("deposit_paid", "in_production", "ready", "partially_shipped", "shipped")


def rows(house: House, shop: Shop, table: str) -> Iterable[Row]:
    """Raises nothing; tables that no file of the account fills are empty."""
    entity, told = TABLES.get(table, (None, None))
    newest: dict[object, Row] = {}
    for at in export_times(house.world, house.clock.horizon) if told and entity in TOLD[shop.name] else ():
        seen = dict(told(house, shop, at))
        parents = {row[PARENT[table]] for row in seen.values()} if table in PARENT else set()
        newest = {key: row for key, row in newest.items() if not parents or row[PARENT[table]] not in parents}
        for key, row in seen.items():
            newest[key] = {"client": shop.client, "shop": shop.name, "source_updated_at": iso(at), **row}
    if entity == "inquiries" and entity in TOLD[shop.name] and shop.name != OFFLINE:
        for deal in only_mailed(house.world, shop, house.clock.horizon):
            newest[deal.number] = {"client": shop.client, "shop": shop.name, "source_updated_at": iso(deal.inquiry.at), **_mail(deal, shop)}
    return newest.values()


def _mail(deal: Deal, shop: Shop) -> Row:
    """What a notification tells of an inquiry that is in no export yet: nobody has read it, nobody has it."""
    return {**_asked(deal, shop), "status": "new", "status_raw": None, "assigned_to": None}


PARENT = {
    "quotation_lines": "quotation_id", "contract_lines": "contract_id", "payment_milestones": "contract_id", "price_tiers": "listing_id",
}


def _moment(stem: str, at: datetime, shop: Shop) -> dict[str, str]:
    return {f"{stem}_at": iso(at), f"{stem}_date": _local(at, shop)}


def _local(at: datetime, shop: Shop) -> str:
    return at.astimezone(ZONES[shop.sites[0]]).date().isoformat()


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _exact(value: Decimal | int | None) -> str | None:
    return None if value is None else format(Decimal(value), "f")


def _inquiries(house: House, shop: Shop, at: datetime) -> Told:
    for state in inquiries(house.world, shop, at):
        seen = {"status": state.inquiry_status, "status_raw": state.inquiry_status, "assigned_to": state.deal.inquiry.assigned_to}
        yield state.deal.number, {**_asked(state.deal, shop), **seen}


def _asked(deal: Deal, shop: Shop) -> Row:
    asked = deal.inquiry
    return {
        "inquiry_id": ids.inquiry(deal), **_moment("received", asked.at, shop), "subject": asked.subject, "source": asked.kind,
        "buyer_key": deal.firm.name, "buyer_country": deal.firm.country, "sku": asked.product.sku,
        "product_name": asked.product.titles["en"], "quantity": _exact(asked.quantity), "unit": asked.unit,
        "currency": deal.currency if asked.target_price is not None else None, "target_price": _exact(asked.target_price),
    }


def _rfqs(house: House, shop: Shop, at: datetime) -> Told:
    for state in rfqs(house.world, shop, at):
        deal, asked = state.deal, state.deal.rfq
        yield deal.number, {
            "rfq_id": ids.rfq(deal), **_moment("posted", asked.at, shop), "expires_at": iso(asked.expires_at), "subject": asked.subject,
            "status": state.rfq_status, "status_raw": state.rfq_status, "category": "Tools", "buyer_country": deal.firm.country,
            "destination_country": asked.destination, "quantity": _exact(asked.quantity), "unit": asked.unit, "incoterm": asked.incoterm,
            "payment_terms": asked.payment_terms, "currency": deal.currency if asked.target_price is not None else None,
            "target_price": _exact(asked.target_price), "quotes_left": asked.quotes_left,
        }


def _quotations(house: House, shop: Shop, at: datetime) -> Told:
    for state in deals(house.world, shop, at):
        deal = state.deal
        for index, told in state.quotations.items():
            offer = told.quotation
            yield (deal.number, index), {
                "quotation_id": ids.quotation(deal, index), "inquiry_id": ids.inquiry(deal) if deal.inquiry else None,
                "rfq_id": ids.rfq(deal) if deal.rfq else None, **_moment("issued", told.issued_at, shop),
                "contract_id": ids.contract(deal) if _is_noted(state, index, shop) else None,
                "valid_until_date": _day(offer.valid_until), "status": told.status, "status_raw": told.status, "currency": deal.currency,
                "total_minor": offer.total_minor, "payment_terms": offer.payment_terms,
            }


def _is_noted(state: DealState, index: int, shop: Shop) -> bool:
    """Beside the offer that was taken, where the contract itself does not say which that was."""
    return shop.name == OFFLINE and state.contract is not None and index == max(state.quotations)


def _line(line: TradeLine, currency: str) -> Row:
    return {
        "line_id": str(line.index + 1), "sku": line.product.sku, "description": line.product.titles["en"],
        "quantity": _exact(line.quantity),
        "unit": line.unit, "currency": currency, "unit_price": _exact(line.unit_price), "total_minor": line.amount_minor,
    }


def _quotation_lines(house: House, shop: Shop, at: datetime) -> Told:
    for state in deals(house.world, shop, at):
        for index, told in state.quotations.items():
            offer = told.quotation
            for line in offer.lines:
                yield (state.deal.number, index, line.index), {
                    "quotation_id": ids.quotation(state.deal, index), **_line(line, state.deal.currency),
                    "minimum_quantity": _exact(line.minimum_quantity), "incoterm": offer.incoterm, "port": offer.port,
                    "lead_time_days": offer.lead_time_days,
                }


def _contracts(house: House, shop: Shop, at: datetime) -> Told:
    for state, contract in contracts(house.world, shop, at):
        deal, terms = state.deal, contract.terms
        yield deal.number, {
            "contract_id": ids.contract(deal), "quotation_id": ids.quotation(deal, len(deal.quotations) - 1),
            "inquiry_id": ids.inquiry(deal) if deal.inquiry else None, "status": contract.stage,
            "status_raw": STAGES.get(contract.stage, contract.stage.capitalize()), **_moment("created", contract.created_at, shop),
            "signed_at": iso(contract.signed_at), "ship_by_date": _day(deal.ship_by), "buyer_key": deal.firm.name,
            "buyer_country": deal.firm.country, "currency": deal.currency, "items_minor": terms.items_minor,
            "shipping_minor": terms.shipping_minor + terms.insurance_minor, "discount_minor": terms.discount_minor,
            "tax_minor": terms.tax_minor, "total_minor": terms.total_minor, "deposit_minor": terms.deposit_minor, "incoterm": deal.incoterm,
            "payment_terms": deal.payment_terms,
        }


def _contract_lines(house: House, shop: Shop, at: datetime) -> Told:
    for state, contract in contracts(house.world, shop, at):
        for line in contract.terms.lines:
            yield (state.deal.number, line.index), {
                "contract_id": ids.contract(state.deal), "product_id": None, **_line(line, state.deal.currency)
            }


def _milestones(house: House, shop: Shop, at: datetime) -> Told:
    """As far as the sheet's one word for the contract tells."""
    for state, contract in contracts(house.world, shop, at):
        for name, due in contract.terms.due_minor.items():
            yield (state.deal.number, name), {
                "contract_id": ids.contract(state.deal), "milestone": name, "currency": state.deal.currency, "due_minor": due,
                "due_date": _day(state.deal.due_on[name]), "status": _milestone(contract, name), "paid_at": None,
            }


def _milestone(contract: ContractState, name: str) -> str:
    ended = {"cancelled": "cancelled", "disputed": "frozen", "paid": "paid", "completed": "paid"}.get(contract.stage)
    return ended or ("paid" if name != "balance" and contract.stage in FIRST_IS_PAID else "due")


def _inspections(house: House, shop: Shop, at: datetime) -> Told:
    for state, contract in contracts(house.world, shop, at):
        for day, told in contract.inspections:
            yield (state.deal.number, told.index), {
                "inspection_id": ids.inspection(state.deal, told.index), "contract_id": ids.contract(state.deal),
                **_moment("inspected", day, shop), "kind": told.kind, "result": told.result, "result_raw": told.result,
                "agency": told.agency,
                "sample_size": told.sample_size, "acceptance_level": told.level, "critical_count": told.critical, "major_count": told.major,
                "minor_count": told.minor, "report_file": told.file,
            }


def _acceptances(house: House, shop: Shop, at: datetime) -> Told:
    for state, contract in contracts(house.world, shop, at):
        for day, told in contract.acceptances:
            paper = ids.contract(state.deal)
            yield (state.deal.number, told.index), {
                "acceptance_id": ids.acceptance(state.deal, told.index) or f"{paper}/{_local(day, shop)}", "contract_id": paper,
                **_moment("accepted", day, shop), "accepted_quantity": _exact(told.accepted), "rejected_quantity": _exact(told.rejected),
                "currency": state.deal.currency, "claim_minor": told.claim_minor, "remark": told.remark,
            }


def _shipments(house: House, shop: Shop, at: datetime) -> Told:
    for state, contract in contracts(house.world, shop, at):
        for told in contract.consignments:
            goods = told.consignment
            yield (state.deal.number, goods.index), {
                "contract_id": ids.contract(state.deal), "shipment_id": ids.shipment(state.deal, goods.index), "mode": goods.mode,
                "carrier": goods.carrier, "tracking_number": goods.number, "container_number": goods.container,
                "status": "delivered" if told.delivered_at else "in_transit", "status_raw": None, "shipped_at": iso(told.shipped_at),
                "expected_date": _day(goods.expected_on), "delivered_at": iso(told.delivered_at) if told.delivered_at else None,
                "quantity": _exact(goods.quantity),
            }


def _payments(house: House, shop: Shop, at: datetime) -> Told:
    for state, contract in contracts(house.world, shop, at):
        for told in transfers(state, contract):
            kind = told.what.partition("-")[0]
            yield (state.deal.number, told.what), {
                "payment_id": ids.payment(state.deal, told.what), "transaction_id": f"FT{state.deal.number}{told.what.upper()}",
                "parent_id": None, "order_id": ids.contract(state.deal), "kind": "refund" if kind == "refund" else "payment",
                "kind_raw": "Full payment" if kind == "full" else kind.capitalize(), "status": "completed", "status_raw": "Received",
                "provider": "bank_transfer", "currency": state.deal.currency, "amount_minor": told.amount_minor,
                "fee_minor": -1500 if told.amount_minor > 0 else None, **_moment("paid", told.at, shop), "payer_key": told.payer.name,
            }


def _listings(house: House, shop: Shop, at: datetime) -> Told:
    for each in (each for each in house.world.listings if each.shop == shop.name):
        price = int(ladder(house.world.seed, each.product)[0].price * 100)
        yield each.sku, {
            "site": each.site, "listing_id": each.sku, "product_id": None, "sku": each.sku, "title": each.product.titles["en"],
            "status": each.status, "status_raw": each.status.capitalize(), "fulfilled_by": "seller", "currency": "USD",
            "price_minor": price,
            **_moment("listed", each.listed_at, shop),
        }


def _tiers(house: House, shop: Shop, at: datetime) -> Told:
    for each in (each for each in house.world.listings if each.shop == shop.name):
        for step in ladder(house.world.seed, each.product):
            yield (each.sku, step.quantity), {
                "site": each.site, "listing_id": each.sku, "minimum_quantity": _exact(step.quantity), "unit": trait(each.product).unit,
                "currency": "USD", "unit_price": _exact(step.price), "highest_price": None,
            }


def _inventory(house: House, shop: Shop, at: datetime) -> Told:
    for each in (each for each in house.world.listings if each.shop == shop.name):
        yield each.sku, {
            "site": each.site, "sku": each.sku, "location": "DEFAULT", "fulfilled_by": "seller", "sellable_quantity": each.opening_stock,
            "reserved_quantity": None, "inbound_quantity": None,
        }


TABLES: dict[str, tuple[str, Callable[[House, Shop, datetime], Told]]] = {
    "inquiries": ("inquiries", _inquiries), "rfqs": ("rfqs", _rfqs), "quotations": ("quotations", _quotations),
    "quotation_lines": ("quotations", _quotation_lines), "contracts": ("contracts", _contracts),
    "contract_lines": ("contracts", _contract_lines), "payment_milestones": ("contracts", _milestones),
    "inspections": ("inspections", _inspections), "acceptances": ("acceptances", _acceptances),
    "trade_shipments": ("shipments", _shipments),
    "payments": ("payments", _payments), "listings": ("listings", _listings), "price_tiers": ("listings", _tiers),
    "inventory": ("listings", _inventory),
}
