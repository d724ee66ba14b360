"""Orders, their items and where their parcels are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sandbox.iop.errors import Refused
from sandbox.lazada import ids
from sandbox.lazada.asked import Asked
from sandbox.market import House
from sandbox.world import SITES
from sandbox.world.fold import LineState, OrderState, ParcelState

STATUSES = {
    "unpaid", "pending", "packed", "repacked", "ready_to_ship", "shipped", "delivered", "failed", "failed_delivery", "canceled", "returned",
    "lost", "lost_by_3pl", "damaged_by_3pl", "shipped_back", "shipped_back_success", "shipped_back_failed", "package_scrapped",
}
ALIASES = {"topack": {"pending"}, "toship": {"packed", "repacked", "ready_to_ship"}, "shipping": {"shipped"}, "all": STATUSES}


def orders_get(house: House, asked: Asked) -> dict[str, object]:
    found = _selected(house, asked)
    limit = asked.whole("limit", 100, 1, 100, "19")
    offset = asked.whole("offset", 0, 0, 5000, "14")
    page = found[offset: offset + limit]
    return {"data": {"count": len(page), "countTotal": len(found), "orders": [header(state) for state in page]}}


def _selected(house: House, asked: Asked) -> list[OrderState]:
    created, updated = asked.moment("created_after"), asked.moment("update_after")
    if created is None and updated is None:
        raise Refused("MissingParameter", "E018: Either created_after or update_after is mandatory")
    word = asked.parameters.get("status") or "all"
    if word not in STATUSES and word not in ALIASES:
        raise Refused("36", f"E036: Invalid status filter {word!r}")
    wanted = ALIASES.get(word, {word})
    found = [
        state for state in house.snapshot.updated(asked.shop, updated, asked.moment("update_before"))
        if state.order.site == asked.site
        and (created is None or created <= state.placed_at)
        and _before(state.placed_at, asked.moment("created_before"))
        and not wanted.isdisjoint(statuses(state))
    ]
    return _sorted(found, asked)


def _before(at: datetime, bound: datetime | None) -> bool:
    return bound is None or at < bound


def _sorted(found: list[OrderState], asked: Asked) -> list[OrderState]:
    by, direction = asked.parameters.get("sort_by") or "created_at", asked.parameters.get("sort_direction") or "DESC"
    if by not in ("created_at", "updated_at"):
        raise Refused("74", f"E074: Invalid sort filter {by!r}")
    if direction not in ("ASC", "DESC"):
        raise Refused("75", f"E075: Invalid sort direction {direction!r}")
    instant = (lambda state: state.placed_at) if by == "created_at" else (lambda state: state.updated_at)
    return sorted(found, key=lambda state: (instant(state), state.order.number), reverse=direction == "DESC")


def order_get(house: House, asked: Asked) -> dict[str, object]:
    return {"data": header(_known(house, asked, asked.text("order_id")))}


def order_items_get(house: House, asked: Asked) -> dict[str, object]:
    return {"data": items(_known(house, asked, asked.text("order_id")))}


def orders_items_get(house: House, asked: Asked) -> dict[str, object]:
    """Ids that are not the shop's are left out of the answer."""
    wanted = asked.list_of("order_ids", 50, "38")
    found = [state for state in (_find(house, asked, each) for each in wanted) if state]
    numbered = [(ids.order_id(state.order), state) for state in found]
    return {"data": [{"order_id": number, "order_number": number, "order_items": items(state)} for number, state in numbered]}


def _find(house: House, asked: Asked, wanted: int) -> OrderState | None:
    number = ids.order_number(wanted, asked.shop)
    state = house.snapshot.order(asked.shop, number) if number is not None else None
    return state if state and state.order.site == asked.site else None


def _known(house: House, asked: Asked, wanted: str) -> OrderState:
    state = _find(house, asked, int(wanted)) if wanted.isdecimal() else None
    if state is None:
        raise Refused("16", f"E016: {wanted!r} Invalid Order ID")
    return state


def statuses(state: OrderState) -> list[str]:
    return sorted({ids.status(state.order, line) for line in state.lines})


def header(state: OrderState) -> dict[str, object]:
    order, site = state.order, state.order.site
    vouchers = sum(line.discount_minor for line in state.lines)
    shipping = sum(line.shipping_minor for line in state.lines)
    address = _address(state)
    return {
        "order_id": ids.order_id(order), "order_number": ids.order_id(order), "created_at": ids.header_time(state.placed_at, site),
        "updated_at": ids.header_time(state.updated_at, site), "statuses": statuses(state), "items_count": len(state.lines),
        "price": ids.amount(sum(line.items_minor for line in state.lines), site), "voucher": ids.amount(vouchers, site),
        "voucher_seller": ids.amount(vouchers, site), "voucher_platform": ids.amount(0, site), "voucher_code": "",
        "shipping_fee": ids.amount(shipping, site), "shipping_fee_original": ids.amount(shipping, site),
        "shipping_fee_discount_seller": ids.amount(0, site), "shipping_fee_discount_platform": ids.amount(0, site),
        "payment_method": {"card": "MIXEDCARD", "wallet": "PAYMENT_ACCOUNT", "cod": "COD"}[order.payment_method],
        "warehouse_code": "dropshipping", "customer_first_name": "*" * 6, "customer_last_name": "", "gift_option": False,
        "gift_message": "", "remarks": "",
        "buyer_note": "", "delivery_info": "", "national_registration_number": "", "tax_code": "", "branch_number": "",
        "extra_attributes": "{}", "promised_shipping_times": "", "need_cancel_confirm": False, "is_cancel_pending": False,
        "address_billing": address, "address_shipping": address,
    }


def _address(state: OrderState) -> dict[str, str]:
    """Masked, as sellers see it."""
    buyer = state.order.buyer
    return {
        "first_name": f"{buyer.name[:1]}******", "last_name": "", "phone": "65******12", "phone2": "", "address1": "**********",
        "address2": "", "address3": buyer.city, "address4": "", "address5": buyer.postcode, "city": buyer.city,
        "post_code": buyer.postcode, "country": ids.COUNTRY_NAMES[buyer.country], "addressDsitrict": "",
    }


def items(state: OrderState) -> list[dict[str, object]]:
    return [_item(state, line) for line in state.lines]


def parcel_of(state: OrderState, line: LineState) -> ParcelState | None:
    """The packed parcel a line is in."""
    return next((seen for seen in state.parcels if any(index == line.line.index for index, _ in seen.parcel.contents)), None)


def _item(state: OrderState, line: LineState) -> dict[str, object]:
    order, site, listing = state.order, state.order.site, line.line.listing
    word, parcel = ids.status(order, line), parcel_of(state, line)
    requests = [each for each in order.returns if each.line == line.line.index and word in ("returned", "shipped_back_success", "canceled")]
    return {
        "order_id": ids.order_id(order), "order_item_id": ids.item_line_id(order, line.line.index), "purchase_order_id": "",
        "purchase_order_number": "", "order_type": "Normal", "order_flag": "GUARANTEE", "shop_id": order.shop,
        "buyer_id": order.buyer.number, "name": line.line.title, "variation": "", "sku": listing.sku,
        "shop_sku": ids.shop_sku(listing), "sku_id": str(ids.sku_id(listing)),
        "product_id": str(ids.item_id(listing)), "status": word, "return_status": "", "reason": "", "reason_detail": "",
        "cancel_return_initiator": "cancellation-customer" if word == "canceled" else "",
        "reverse_order_id": str(ids.request_id_of(requests[0])) if requests else "",
        "currency": SITES[site].currency, "item_price": ids.number(line.unit_price_minor, site),
        "paid_price": ids.number(line.items_minor - line.discount_minor, site), "tax_amount": 0.0,
        "shipping_amount": ids.number(line.shipping_minor, site), "shipping_service_cost": 0, "wallet_credits": 0,
        "voucher_amount": ids.number(line.discount_minor, site), "voucher_seller": ids.number(line.discount_minor, site),
        "voucher_platform": 0, "voucher_code": "", "shipping_type": "Dropshipping" if not ids.is_fbl(line.line) else "Own Warehouse",
        "is_fbl": int(ids.is_fbl(line.line)), "is_digital": 0, "is_reroute": 0, "delivery_option_sof": 0,
        "warehouse_code": "dropshipping", "package_id": ids.package_id(order, parcel.parcel) if parcel else "",
        "tracking_code": parcel.parcel.tracking if parcel else "", "tracking_code_pre": "",
        "shipment_provider": parcel.parcel.carrier if parcel else "", "shipping_provider_type": "standard",
        "payment_time": ids.ms(state.paid_at) if state.paid_at else None, "sla_time_stamp": ids.header_time(state.placed_at, site),
        "created_at": ids.item_time(state.placed_at, site), "updated_at": ids.item_time(line.updated_at, site),
        "product_main_image": "", "product_detail_url": "", "digital_delivery_info": "", "extra_attributes": "{}",
    }


def order_trace(house: House, asked: Asked) -> dict[str, object]:
    state = _find(house, asked, int(wanted)) if (wanted := asked.text("order_id")).isdecimal() else None
    if state is None or not state.parcels:
        why = {"displayMessage": "the order has no package yet" if state else "order not found"}
        return {"result": {"success": False, "not_success": True, "retry": False, "repeated": False, "error_code": why, "module": []}}
    chosen = set(asked.list_of("ofcPackageIdList", 100, "IllegalParameter", str)) if asked.parameters.get("ofcPackageIdList") else None
    packages = [_trace(state, seen) for seen in state.parcels if chosen is None or ids.package_id(state.order, seen.parcel) in chosen]
    module = [{"ofc_order_id": str(ids.order_id(state.order)), "warehouse_detail_info": None, "package_detail_info_list": packages}]
    return {"result": {"success": True, "not_success": False, "retry": False, "repeated": False, "error_code": None, "module": module}}


def _trace(state: OrderState, seen: ParcelState) -> dict[str, object]:
    known = ((seen.packed_at, "ready_to", "1200", "Packed"), (seen.shipped_at, "shipped", "1300", "Handed over"))
    last = ((seen.delivered_at, "delivered", "1500", "Delivered"),)
    return {
        "ofc_package_id": ids.package_id(state.order, seen.parcel), "tracking_number": seen.parcel.tracking, "order_line_info_list": None,
        "logistic_detail_info_list": list(_happenings((*known, *last), state.order.site)),
    }


def _happenings(known: Iterable[tuple[datetime | None, str, str, str]], site: str) -> Iterable[dict[str, object]]:
    """Newest first, as the tracking page shows them."""
    for at, kind, code, title in reversed([each for each in known if each[0]]):
        yield {
            "event_time": ids.ms(at), "event_date": ids.local(at, site).strftime("%Y-%m-%d"), "receive_time": ids.ms(at),
            "detail_type": kind, "status_code": code, "title": title,
            "description": title, "package_location_name": None, "icon": None, "proof_images": [],
        }
