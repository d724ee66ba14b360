"""Transaction search and balances."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sandbox.market import House
from sandbox.paypal import ids
from sandbox.paypal.asked import Asked
from sandbox.paypal.books import Books, Entry
from sandbox.paypal.errors import Refused, invalid
from sandbox.world.people import buyer

LONGEST = timedelta(days=31)
OLDEST = timedelta(days=3 * 365)
MOST_ROWS = 10_000
PARTS = (
    "transaction_info", "payer_info", "shipping_info", "auction_info", "cart_info", "incentive_info", "store_info",
)
_FILTERS: dict[str, Callable[[Entry, str, datetime], bool]] = {
    "transaction_id": lambda entry, value, now: entry.movement.transaction_id == value,
    "transaction_type": lambda entry, value, now: entry.movement.code == value,
    "transaction_status": lambda entry, value, now: entry.movement.status_at(now) == value,
    "transaction_currency": lambda entry, value, now: entry.movement.currency == value,
    "transaction_amount": lambda entry, value, now: _is_between(entry.movement.amount_minor, value),
    "store_id": lambda entry, value, now: False,
    "terminal_id": lambda entry, value, now: False,
    "payment_instrument_type": lambda entry, value, now: False,
}


def transactions(house: House, books: Books, asked: Asked) -> dict[str, object]:
    start, end = _span(house, books, asked)
    size, page = asked.whole("page_size", 100, 1, 500), asked.whole("page", 1, 1, 2**31 - 1)
    parts = _parts(asked)
    is_hiding = asked.word("balance_affecting_records_only", "Y", ("Y", "N")) == "Y"
    chosen = {name: asked.query[name] for name in _FILTERS if asked.query.get(name)}
    rows = [
        entry for entry in books.entries(asked.account)
        if start <= entry.movement.at <= end and (entry.movement.moves_money or not is_hiding)
        and all(_FILTERS[name](entry, value, books.loaded_until) for name, value in chosen.items())
    ]
    if len(rows) > MOST_ROWS:
        raise Refused("RESULTSET_TOO_LARGE")
    pages = -(-len(rows) // size)
    told = [_detail(house, entry, books.loaded_until, parts, not chosen) for entry in rows[(page - 1) * size: page * size]]
    return {
        "transaction_details": told, "account_number": ids.merchant_id(asked.account), "start_date": ids.reported(start, asked.account),
        "end_date": ids.reported(min(end, books.refreshed_at), asked.account),
        "last_refreshed_datetime": ids.reported(books.refreshed_at, asked.account), "page": page, "total_items": len(rows),
        "total_pages": pages, "links": _links(asked, page, pages),
    }


def _span(house: House, books: Books, asked: Asked) -> tuple[datetime, datetime]:
    start, end = asked.moment("start_date", is_required=True), asked.moment("end_date", is_required=True)
    if end < start:
        raise invalid("end_date", asked.query["end_date"], "INVALID_PARAMETER_VALUE", "End date is before start date.")
    if end - start > LONGEST:
        raise invalid("end_date", asked.query["end_date"], "INVALID_DATE_RANGE", "Date range is greater than 31 days")
    if start < house.clock.now() - OLDEST:
        raise invalid("start_date", asked.query["start_date"], "INVALID_DATE_RANGE", "Start date is more than three years ago.")
    if start > books.refreshed_at:
        raise Refused("INVALID_REQUEST", message="Data for the given start date is not available.")
    return start, end


def _parts(asked: Asked) -> tuple[str, ...]:
    wanted = (asked.query.get("fields") or "transaction_info").split(",")
    if "all" in wanted:
        return PARTS
    unknown = [each for each in wanted if each not in PARTS]
    if unknown:
        raise invalid("fields", ",".join(unknown), "INVALID_PARAMETER_VALUE", "Unknown field.")
    return tuple(wanted)


def _is_between(minor: int, text: str) -> bool:
    least, _, most = text.strip("[]").partition(" TO ")
    return least.isdecimal() and most.isdecimal() and int(least) <= abs(minor) <= int(most)


def _links(asked: Asked, page: int, pages: int) -> list[dict[str, str]]:
    def link(number: int, rel: str) -> dict[str, str]:
        query = urlencode({**asked.query, "page": number})
        return {"href": f"{asked.base}/v1/reporting/transactions?{query}", "rel": rel, "method": "GET"}

    last = [link(pages, "last"), link(page + 1, "next")] if page < pages else []
    return [link(page, "self"), *last]


def _detail(house: House, entry: Entry, seen_at: datetime, parts: tuple[str, ...], has_balance: bool) -> dict[str, object]:
    made = {
        "transaction_info": lambda: _info(entry, seen_at, has_balance), "payer_info": lambda: _payer(house, entry),
        "shipping_info": dict, "cart_info": lambda: _cart(entry), "store_info": dict, "auction_info": dict, "incentive_info": dict,
    }
    return {part: made[part]() for part in parts}


def _info(entry: Entry, seen_at: datetime, has_balance: bool) -> dict[str, object]:
    each = entry.movement
    optional = {
        "paypal_account_id": ids.payer_id(each.payer) if each.payer else None,
        "paypal_reference_id": each.reference, "paypal_reference_id_type": "TXN" if each.reference else None,
        "fee_amount": ids.money(each.fee_minor, each.currency) if each.fee_minor else None,
        "ending_balance": ids.money(entry.ending_minor, each.currency) if has_balance and entry.ending_minor is not None else None,
        "invoice_id": each.invoice_id, "custom_field": each.custom,
        "bank_reference_id": each.transaction_id[:10] if each.code.startswith("T04") else None,
    }
    return {
        "transaction_id": each.transaction_id, "transaction_event_code": each.code,
        "transaction_initiation_date": ids.reported(each.at, each.account),
        "transaction_updated_date": ids.reported(each.updated_at(seen_at), each.account),
        "transaction_amount": ids.money(each.amount_minor, each.currency), "transaction_status": each.status_at(seen_at),
        "protection_eligibility": "01" if each.code.startswith("T00") else "02",
        **{name: value for name, value in optional.items() if value is not None},
    }


def _payer(house: House, entry: Entry) -> dict[str, object]:
    number = entry.movement.payer
    if not number:
        return {}
    given, _, family = payer_name(house, number).partition(" ")
    return {
        "account_id": ids.payer_id(number), "email_address": f"buyer{number}@mail.example", "address_status": "Y", "payer_status": "Y",
        "payer_name": {"given_name": given, "surname": family, "alternate_full_name": f"{given} {family}"},
    }


def payer_name(house: House, number: int) -> str:
    """Who pays, by the buyer's number."""
    countries = ("DE", "FR", "GB", "ID", "JP", "MY", "PH", "SG", "TH", "US", "VN")
    place, rest = divmod(number - 300_000_000_000, 1_000_000_000)
    return buyer(house.seed, countries[place], rest // 37).name


def _cart(entry: Entry) -> dict[str, object]:
    each = entry.movement
    if not each.code.startswith("T00"):
        return {}
    price = ids.money(each.amount_minor, each.currency)
    return {"item_details": [{"item_name": "Goods", "item_quantity": "1", "item_unit_price": price, "item_amount": price}]}


def balances(house: House, books: Books, asked: Asked) -> dict[str, object]:
    at = asked.moment("as_of_time") or books.refreshed_at
    if at > house.clock.now():
        raise invalid("as_of_time", asked.query["as_of_time"], "INVALID_PARAMETER_VALUE", "as_of_time is in the future.")
    home = ids.home_currency(asked.account)
    wanted = asked.query.get("currency_code")
    found = [
        {
            "currency": currency, "primary": currency == home, "total_balance": ids.money(total, currency),
            "available_balance": ids.money(total - withheld, currency), "withheld_balance": ids.money(withheld, currency),
        }
        for currency, (total, withheld) in books.balances(asked.account).items() if wanted in (None, "", "ALL", currency)
    ]
    return {
        "balances": found, "account_id": ids.merchant_id(asked.account),
        "as_of_time": ids.reported(min(at, books.refreshed_at), asked.account),
        "last_refresh_time": ids.reported(books.refreshed_at, asked.account),
    }
