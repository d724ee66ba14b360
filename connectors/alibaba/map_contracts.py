"""Trade-assurance orders → ``contracts``, ``contract_lines``, ``payment_milestones``, ``trade_shipments``, ``payments``.

The list gives number, status and times; the detail the terms and lines; funds, vouchers and tracking the rest. A contract
without its detail has no total and is held back with the reason; what the other calls told of it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.alibaba.amounts import is_zero, money, product, whole
from connectors.alibaba.details import Details
from connectors.alibaba.envelope import listed, value_of
from connectors.alibaba.map_money import Funds, map_milestones, map_payments
from connectors.alibaba.map_shipments import map_shipments, sent_units
from connectors.alibaba.read_contracts import is_plain, orders_of
from connectors.alibaba.words import contract_word
from connectors.contract import Page, Shop
from connectors.documents import Documents
from connectors.epochs import epochs
from connectors.flatten import Flattener, explode
from connectors.frames import Draft
from connectors.loose import blanked, either, key_of, last_of_each
from transforms.sites import site
from transforms.tables import CONTRACT_LINES, CONTRACTS

HEADER = Flattener(
    {
        "trade_id": "trade_id", "status": "trade_status", "created": "create_date.timestamp", "updated": "modify_date.timestamp",
    }
)
_AMOUNTS = {
    "items": "product_total_amount", "freight": "shipment_fee", "insurance": "shipment_insurance_fee", "discount": "discount_amount",
    "vat": "vat_amount", "duty": "duty_amount", "total": "total_amount", "advance": "advance_amount", "balance": "balance_amount",
}
DETAIL = Flattener(
    {
        "trade_id": "trade_id", "status": "trade_status", "step": "pay_step", "term": "trade_term", "buyer": "buyer.immutable_eid",
        "country": "shipping_address.country_code", "ship_by": "shipment_date.date", "products": "order_products",
        "created": "create_date.timestamp",
        **{name: f"{place}.amount" for name, place in _AMOUNTS.items()},
        **{f"{name}_currency": f"{place}.currency" for name, place in _AMOUNTS.items()},
    }
)
LINE = Flattener(
    {
        "line_id": "id", "sku_code": "sku_code", "sku_id": "sku_id", "product_id": "product_id", "name": "name", "quantity": "quantity",
        "unit": "unit", "price": "unit_price.amount", "currency": "unit_price.currency",
    }
)
TOLD_NOTHING: Mapping[str, Any] = {}

Columns = dict[str, list[Any]]


def map_contracts(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    headers = Documents.gather(pages, "orders", orders_of)
    keys = [key_of(record, "trade_id") for record in headers.records.values]
    # two masked numbers may look alike and be two orders
    newest = headers.keep(last_of_each([key if key and is_plain(key) else None for key in keys]))
    details, places = Details.gather(pages), [(group, key_of(record, "trade_id") or "") for group, record in _grouped(newest)]
    contracts = Draft(CONTRACTS, shop, newest.records)
    header = HEADER(newest.records.values, contracts.faults)
    told = details.column("detail", places, value_of)
    _note_missing(contracts, places, told, details)
    detail = DETAIL([TOLD_NOTHING if each is None else each for each in told], contracts.faults)
    held, parent = explode([listed(value) for value in detail.pop("products")], "order_products", contracts.faults)
    lines = Draft(CONTRACT_LINES, shop, newest.within(held, parent).records)
    line = LINE(held, lines.faults)
    funds = Funds.gather(details.column("fund", places, value_of), contracts.faults)
    logistics, tracking = (details.column(part, places, read) for part, read in (("logistics", value_of), ("tracking", lambda each: each)))
    zone = site(shop.sites[0]).zone

    currency = blanked(detail["total_currency"])
    _map_lines(lines, line, contracts.size, parent, currency)
    is_all_sent = _all_sent(logistics, lines, parent, contracts.size)
    _map_terms(contracts, header, detail, currency, zone, pseudonym, is_all_sent)
    lines.put("contract_id", contracts["contract_id"].take(pa.array(parent, pa.int64())))
    lines.put("source_updated_at", contracts["source_updated_at"].take(pa.array(parent, pa.int64())))
    statuses = either(detail["status"], header["status"])
    milestones, of_milestone = map_milestones(shop, newest, contracts, detail, statuses, funds)
    contracts.faults.lift(lines.faults, parent, "line")
    contracts.faults.lift(milestones.faults, of_milestone, "milestone")
    lines.faults.spread(contracts.faults, parent, "contract")
    milestones.faults.spread(contracts.faults, of_milestone, "contract")
    shipments = map_shipments(shop, newest, contracts, logistics, tracking, statuses)
    payments = map_payments(shop, newest, contracts, funds, zone)
    return {
        "contracts": contracts.frame(), "contract_lines": lines.frame(), "payment_milestones": milestones.frame(),
        "trade_shipments": shipments.frame(), "payments": payments.frame(),
    }


def _grouped(newest: Documents) -> list[tuple[int, Any]]:
    return list(zip(newest.groups, newest.records.values, strict=True))


def _note_missing(contracts: Draft, places: Sequence[tuple[int, str]], told: Sequence[Any], details: Details) -> None:
    """Whose contract cannot be stored as good, and why: a person reads it in quarantine."""
    for row, ((group, trade_id), value) in enumerate(zip(places, told, strict=True)):
        if trade_id and not is_plain(trade_id):
            contracts.faults.add_value(
                row, "contract_id", trade_id,
                "is masked: this app may not see trade numbers, and nothing can be asked about such a one. Apply for the order package's "
                "full permission in the app's console",
            )
        elif not isinstance(value, Mapping):
            contracts.faults.add(row, "total_minor", details.why_not("detail", group, trade_id))
        elif value.get("trade_id") not in (None, trade_id):
            contracts.faults.add(row, "contract_id", "the detail that was answered is another order's")


def _map_terms(
    contracts: Draft, header: Columns, detail: Columns, currency: list[Any], zone: str, pseudonym: Callable[[str], str],
    is_all_sent: Sequence[bool],
) -> None:
    contracts.text("contract_id", blanked(header["trade_id"]))
    statuses, steps = either(detail["status"], header["status"]), blanked(detail["step"])
    _map_status(contracts, statuses, steps, is_all_sent)
    contracts.put("created_at", epochs(either(header["created"], detail["created"]), "created_at", contracts.faults))
    contracts.day("created_date", "created_at", [zone] * contracts.size)
    contracts.put("source_updated_at", epochs(blanked(header["updated"]), "source_updated_at", contracts.faults))
    contracts.put("ship_by_date", _days(blanked(detail["ship_by"]), zone, contracts))
    keys = {buyer: pseudonym(f"alibaba:{buyer}") for buyer in {str(each) for each in blanked(detail["buyer"]) if each is not None}}
    contracts.text("buyer_key", [None if each is None else keys[str(each)] for each in blanked(detail["buyer"])])
    contracts.text("buyer_country", blanked(detail["country"]))  # of where the goods go: the buyer's own is not told
    contracts.text("currency", currency)
    items = whole(detail["items"], currency)
    money(contracts, "items_minor", items, detail["items_currency"], currency)
    money(contracts, "discount_minor", detail["discount"], detail["discount_currency"], currency)
    _sum(contracts, "shipping_minor", detail, ("freight", "insurance"), currency)
    _sum(contracts, "tax_minor", detail, ("vat", "duty"), currency)
    money(contracts, "total_minor", detail["total"], detail["total_currency"], currency)
    money(contracts, "deposit_minor", [None if is_zero(each) else each for each in detail["advance"]], detail["advance_currency"], currency)
    contracts.text("incoterm", [each.upper() if isinstance(each, str) else each for each in blanked(detail["term"])])


def _map_status(contracts: Draft, statuses: list[Any], steps: list[Any], is_all_sent: Sequence[bool]) -> None:
    said = [(status if isinstance(status, str) else None, step if isinstance(step, str) else None) for status, step in
            zip(statuses, steps, strict=True)]
    words = [contract_word(*each, sent) for each, sent in zip(said, is_all_sent, strict=True)]
    contracts.text("status", [word for word, _ in words])
    for row, (word, name) in enumerate(words):
        value = steps[row] if name == "pay_step" else statuses[row]
        if word is None and value is None:
            contracts.faults.add(row, name, "is missing")
        elif word is None:
            contracts.faults.add_value(row, name, value, "is not a known word")
    contracts.text("status_raw", [",".join(filter(None, each)) or None for each in said])


def _sum(contracts: Draft, name: str, detail: Columns, parts: Sequence[str], currency: list[Any]) -> None:
    """Two amounts of one kind together; one that is not told counts nothing, none told is nothing told."""
    one, other = (money(contracts, name, detail[part], detail[f"{part}_currency"], currency) for part in parts)
    contracts.put(name, pc.if_else(pc.is_null(one), other, pc.add(one, pc.fill_null(other, 0))))


def _days(values: Sequence[Any], zone: str, contracts: Draft) -> pa.Array:
    """``2026-12-24`` (a time behind it says nothing), or epoch milliseconds of that day."""
    texts = [str(value)[:10] if isinstance(value, str) else value for value in values]
    stamps = pd.to_datetime(pd.Series(texts, dtype=object), format="%Y-%m-%d", errors="coerce")
    for row in np.flatnonzero(stamps.isna().to_numpy() & pd.Series(texts, dtype=object).notna().to_numpy()).tolist():
        contracts.faults.add_value(row, "ship_by_date", values[row], "is not a day")
    return pa.array(stamps.dt.date.where(stamps.notna(), None), pa.date32(), from_pandas=True)


def _map_lines(lines: Draft, line: Columns, size: int, parent: np.ndarray, currency: list[Any]) -> None:
    for name in ("line_id", "product_id"):
        lines.text(name, blanked(line[name]))
    lines.text("sku", either(line["sku_code"], line["sku_id"]))
    lines.text("description", blanked(line["name"]))
    lines.text("unit", blanked(line["unit"]))
    quantity, price = (lines.decimal(name, blanked(line[place])) for name, place in (("quantity", "quantity"), ("unit_price", "price")))
    codes = blanked(line["currency"])
    lines.text("currency", codes)
    for row, (code, above) in enumerate(zip(codes, parent.tolist(), strict=True)):
        if code is not None and currency[above] is not None and code != currency[above]:
            lines.faults.add_value(row, "currency", code, "is another currency than the contract's")
    products = [product(*each) for each in zip(quantity.to_pylist(), price.to_pylist(), strict=True)]
    lines.amount("total_minor", whole(products, codes), codes)


def _all_sent(logistics: Sequence[Any], lines: Draft, parent: np.ndarray, size: int) -> list[bool]:
    """Whether an order's vouchers tell their goods and those are all of it."""
    ordered: list[Any] = [0] * size
    for row, quantity in zip(parent.tolist(), lines["quantity"].to_pylist(), strict=True):
        ordered[row] = None if quantity is None or ordered[row] is None else ordered[row] + quantity
    sent = [sent_units(value) for value in logistics]
    return [bool(wanted) and gone is not None and gone >= wanted for wanted, gone in zip(ordered, sent, strict=True)]

