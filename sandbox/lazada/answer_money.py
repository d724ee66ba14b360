"""What was booked on the seller's account, and the statements that pay it out."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sandbox.iop.errors import Refused
from sandbox.lazada import ids
from sandbox.lazada.asked import Asked
from sandbox.market import House
from sandbox.world import SITES
from sandbox.world.model import Payout, Posting
from sandbox.world.money import period_bounds, period_of

# What Lazada calls an amount: fee type number, its name, the kind of transaction.
FEES = {
    ("sale", "principal"): ("13", "Item Price Credit", "Orders-Sales"), ("sale", "shipping"): ("8", "Shipping Fee (Paid By Customer)",
                                                                                              "Orders-Logistics"),
    ("sale", "discount"): ("101", "Promotional Charges Vouchers", "Orders-Marketing Fees"),
    ("sale", "commission"): ("16", "Commission", "Orders-Lazada Fees"), ("sale", "payment_fee"): ("3", "Payment Fee", "Orders-Lazada Fees"),
    ("refund", "principal"): ("14", "Reversal Item Price", "Refunds-Claims"),
    ("refund", "commission"): ("15", "Reversal Commission", "Refunds-Lazada Fees"),
    ("service_fee", "subscription"): ("205", "Sponsored Discovery", "Other Services-Marketing Fees"),
    ("adjustment", "adjustment"): ("38", "Lost Claim", "Other Credit"),
}


def transaction_number(posting: Posting, place: int) -> str:
    return f"{posting.site}{posting.number:X}-{'SRVA'[('sale', 'refund', 'service_fee', 'adjustment').index(posting.kind)]}{place + 1}"


def statement_text(posting_or_payout: Posting | Payout) -> str:
    """``11 May 2016 - 17 May 2016``: the first and last day of a statement."""
    shop, site = posting_or_payout.shop, posting_or_payout.site
    at = posting_or_payout.at if isinstance(posting_or_payout, Posting) else posting_or_payout.starts_at
    start, end = period_bounds(shop, site, period_of(shop, site, at))
    return f"{ids.day_text(start, site)} - {ids.day_text(end - timedelta(seconds=1), site)}"


def is_paid(house: House, posting: Posting) -> bool:
    return posting.released_at < house.snapshot.at


def transactions(house: House, asked: Asked) -> dict[str, object]:
    start, end = asked.day("start_time"), asked.day("end_time")
    if not timedelta(0) <= end - start < timedelta(days=180):
        raise Refused("1000012", "start_time to end_time must span less than 180 days")
    limit, offset = asked.whole("limit", 100, 1, 500, "19"), asked.whole("offset", 0, 0, 1_000_000, "14")
    asked.whole("trans_type", -1, -1, 1000, "IllegalParameter")
    rows = [row for posting in _booked(house, asked, start, end) for row in _rows(house, posting)]
    for name, key in (("trade_order_id", "order_no"), ("trade_order_line_id", "orderItem_no")):
        if asked.parameters.get(name):
            rows = [row for row in rows if row[key] == asked.parameters[name]]
    if asked.parameters.get("trans_type", "-1") != "-1":
        rows = [row for row in rows if row["fee_type"] == asked.parameters["trans_type"]]
    return {"data": rows[offset: offset + limit]}


def _booked(house: House, asked: Asked, start: date, end: date) -> list[Posting]:
    """Bookings of whole days at the site, both ends included."""
    return [
        posting for posting in house.snapshot.postings[asked.shop]
        if posting.site == asked.site and start <= ids.local(posting.at, asked.site).date() <= end
    ]


def _rows(house: House, posting: Posting) -> list[dict[str, str]]:
    line = posting.order.lines[posting.line] if posting.order else None
    common = {
        "transaction_date": ids.day_text(posting.at, posting.site), "statement": statement_text(posting),
        "paid_status": "Paid" if is_paid(house, posting) else "Not paid", "order_no": str(ids.order_id(posting.order)) if line else "",
        "orderItem_no": str(ids.item_line_id(posting.order, posting.line)) if line else "", "orderItem_status": "",
        "seller_sku": line.listing.sku if line else "", "lazada_sku": ids.shop_sku(line.listing) if line else "",
        "details": line.title if line else "", "reference": "", "comment": "", "payment_ref_id": "", "shipping_provider": "",
        "shipping_speed": "", "shipment_type": "", "VAT_in_amount": "0.00", "WHT_amount": "0.00", "WHT_included_in_amount": "No",
    }
    found = []
    for place, (what, value) in enumerate(posting.amounts):
        number, name, kind = FEES[posting.kind, what]
        found.append({
            **common, "transaction_number": transaction_number(posting, place), "fee_type": number, "fee_name": name,
            "transaction_type": kind, "amount": ids.amount(value, posting.site),
        })
    return found


def statement_number(payout: Payout) -> str:
    return f"{payout.site}{ids.seller_id(payout.shop)}-{payout.ends_at:%Y}-{payout.number % 100_000:04d}"


def paid_out(house: House, payout: Payout) -> bool:
    return payout.paid_at < house.snapshot.at


def payouts(house: House, asked: Asked) -> dict[str, object]:
    start = asked.day("created_after")
    return {
        "data": [
            _statement(house, payout) for payout in house.snapshot.payouts[asked.shop]
            if payout.site == asked.site and ids.local(payout.ends_at, asked.site).date() >= start
        ]
    }


def _statement(house: House, payout: Payout) -> dict[str, str]:
    sums, site = payout.sums, payout.site
    fees = sum(sums.get(name, 0) for name in ("commission", "payment_fee", "subscription"))
    sold = sums.get("principal", 0) + sums.get("discount", 0)
    closing = payout.opening_minor + sum(sums.values())
    changed = payout.paid_at if paid_out(house, payout) else payout.ends_at
    money = {
        "opening_balance": payout.opening_minor, "item_revenue": sold, "shipment_fee": 0, "shipment_fee_credit": sums.get("shipping", 0),
        "other_revenue_total": sums.get("adjustment", 0), "fees_total": fees, "subtotal1": sum(sums.values()) - sums.get("refund", 0),
        "refunds": sums.get("refund", 0), "fees_on_refunds_total": 0, "subtotal2": sums.get("refund", 0), "closing_balance": closing,
        "guarantee_deposit": 0,
    }
    return {
        "statement_number": statement_number(payout), "created_at": _stamp(payout.ends_at, site), "updated_at": _stamp(changed, site),
        "paid": str(int(paid_out(house, payout))), "payout": f"{ids.amount(payout.amount_minor, site)} {SITES[site].currency}",
        **{name: ids.amount(value, site) for name, value in money.items()},
    }


def _stamp(at: datetime, site: str) -> str:
    return ids.local(at, site).strftime("%Y-%m-%d %H:%M:%S")
