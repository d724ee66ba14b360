"""Vouchers and their tracking → ``trade_shipments``.

A voucher has no number of its own in any answer: the tracking number stands for it, and one declared twice is one consignment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.alibaba.envelope import field, listed, payload
from connectors.alibaba.words import ARRIVED, SUCCESS, travels
from connectors.contract import Shop
from connectors.documents import Documents
from connectors.epochs import epochs
from connectors.flatten import Flattener, explode
from connectors.frames import Draft
from connectors.loose import blanked, entries, key_of, last_of_each, text
from transforms.tables import TRADE_SHIPMENTS

VOUCHER = Flattener(
    {
        "number": "voucher.tracking_number", "provider": "voucher.service_provider", "type": "voucher.logistics_type", "goods": "goods",
    }
)


def map_shipments(
    shop: Shop, newest: Documents, contracts: Draft, logistics: Sequence[Any], tracking: Sequence[Any], statuses: Sequence[Any]
) -> Draft:
    """One row a tracking number of a contract."""
    found, parent = explode([listed(field(value, "shipping_order_list")) for value in logistics], "shipping_order_list", contracts.faults)
    numbers = [key_of(field(each, "voucher"), "tracking_number") for each in found]
    kept = last_of_each([None if number is None else (row, number) for row, number in zip(parent.tolist(), numbers, strict=True)])
    found, parent = [found[row] for row in kept], parent[kept].astype(np.int64)
    shipments = Draft(TRADE_SHIPMENTS, shop, newest.within(found, parent).records)
    voucher = VOUCHER(found, shipments.faults)
    for name in ("contract_id", "source_updated_at"):
        shipments.put(name, contracts[name].take(pa.array(parent, pa.int64())))
    shipments.text("shipment_id", blanked(voucher["number"]))
    shipments.text("tracking_number", blanked(voucher["number"]))
    shipments.text("carrier", blanked(voucher["provider"]))
    pairs = zip(voucher["provider"], voucher["type"], strict=True)
    shipments.text("mode", [travels(text(provider), text(kind)) for provider, kind in pairs])
    events = _last_events(tracking)
    codes = [events.get((row, text(number))) for row, number in zip(parent.tolist(), voucher["number"], strict=True)]
    has_ended = [statuses[row] == SUCCESS for row in parent.tolist()]
    has_arrived = [code in ARRIVED or ended for code, ended in zip(codes, has_ended, strict=True)]
    shipments.text("status", ["delivered" if arrived else "in_transit" for arrived in has_arrived])
    shipments.text("status_raw", codes)
    single = np.bincount(parent, minlength=contracts.size)
    sent = [field(field(logistics[row], "shipment_date"), "timestamp") if single[row] == 1 else None for row in parent.tolist()]
    shipments.put("shipped_at", epochs(blanked(sent), "shipped_at", shipments.faults))
    shipments.decimal("quantity", [_units(goods) for goods in voucher["goods"]])
    return shipments


def sent_units(value: Any) -> Decimal | None:
    """Units in an order's vouchers together; None where one of them does not tell its goods, or there is none."""
    vouchers = entries(listed(field(value, "shipping_order_list")))
    last = {text(field(each.get("voucher"), "tracking_number")): each for each in vouchers}
    units = [_units(each.get("goods")) for each in last.values()]
    return sum((Decimal(each) for each in units if each), Decimal(0)) if units and all(units) else None


def _units(goods: Any) -> str | None:
    """Units in one voucher, where it tells its goods."""
    held = [text(each.get("quantity")) for each in entries(listed(goods))]
    try:
        return str(sum((Decimal(each) for each in held), Decimal(0))) if held else None
    except InvalidOperation:
        return None


def _last_events(tracking: Sequence[Any]) -> Mapping[tuple[int, str], str]:
    """(contract's row, tracking number) → the carrier's latest event code."""
    found: dict[tuple[int, str], str] = {}
    for row, answer in enumerate(tracking):
        place = payload(answer)
        for each in entries(listed(field(place, "tracking_list"))):
            code = text(each.get("current_event_code"))
            if code:
                found[row, text(each.get("tracking_number"))] = code
    return found
