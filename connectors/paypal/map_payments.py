"""Transactions → ``payments``; the withdrawals among them → ``payouts`` too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import Page, Shop
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from connectors.paypal.order_numbers import order_numbers, prefixes
from connectors.paypal.words import PAYMENT_STATUS, PAYOUT_STATUS, kinds
from transforms.sites import site
from transforms.tables import PAYMENTS, PAYOUTS

Columns = dict[str, list[Any]]
_INFO = {
    "number": "transaction_id", "reference": "paypal_reference_id", "code": "transaction_event_code", "status": "transaction_status",
    "began": "transaction_initiation_date", "updated": "transaction_updated_date", "currency": "transaction_amount.currency_code",
    "amount": "transaction_amount.value", "fee": "fee_amount.value", "fee_currency": "fee_amount.currency_code", "invoice": "invoice_id",
    "custom": "custom_field", "payer": "paypal_account_id",
}
TRANSACTION = Flattener({name: f"transaction_info.{path}" for name, path in _INFO.items()})


def map_payments(shop: Shop, pseudonym: Callable[[str], str], pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    records = Records.gather(pages, lambda document: _field(document, "transaction_details"), ("payments",))
    payments = Draft(PAYMENTS, shop, records)
    raw = TRANSACTION(records.values, payments.faults)
    payments.instant("paid_at", raw["began"])
    payments.put("payment_id", _ids(raw, payments["paid_at"]))
    payments.text("transaction_id", raw["number"])
    payments.text("parent_id", raw["reference"])
    payments.text("order_id", order_numbers(raw["invoice"], raw["custom"], prefixes(shop.account.get("invoice_prefix"))))
    payments.word("kind", raw["code"], kinds(raw["code"]))
    payments.text("kind_raw", raw["code"])
    payments.word("status", raw["status"], PAYMENT_STATUS)
    payments.text("status_raw", raw["status"])
    payments.constant("provider", "paypal")
    payments.text("currency", raw["currency"])
    payments.amount("amount_minor", raw["amount"], raw["currency"])
    _map_fee(payments, raw)
    payments.day("paid_date", "paid_at", [site(shop.sites[0]).zone] * payments.size)
    payments.text("payer_key", _payer_keys(raw["payer"], pseudonym))
    payments.instant("source_updated_at", raw["updated"])
    return {"payments": payments.frame(), "payouts": _payouts(shop, records, raw)}


def _ids(raw: Columns, began: pa.Array) -> pa.Array:
    """Number, code, second, currency and amount: one number stands on several rows (an authorisation's void, both legs of a
    conversion). A row without its number has no id; what cannot be read keeps PayPal's text."""
    seconds = pc.strftime(began, "%Y%m%dT%H%M%SZ").to_pylist() if len(began) else []
    stamps = [_short_second(second) if second else _text(text) for second, text in zip(seconds, raw["began"], strict=True)]
    rows = zip(raw["number"], raw["code"], stamps, raw["currency"], raw["amount"], strict=True)
    found = [
        None if number is None else "/".join((_text(number), _text(code), stamp, f"{_text(currency)}{_text(amount)}"))
        for number, code, stamp, currency, amount in rows
    ]
    return pa.array([None if each is None else _storable(each) for each in found], pa.string())


def _short_second(text: str) -> str:
    """Arrow writes a second with its fraction; PayPal's begin on whole ones."""
    return f"{text[:15]}Z"


def _map_fee(payments: Draft, raw: Columns) -> None:
    fees = payments.amount("fee_minor", raw["fee"], raw["currency"])
    for row, (own, paid) in enumerate(zip(raw["fee_currency"], raw["currency"], strict=True)):
        if own is not None and own != paid and fees[row].is_valid:
            payments.faults.add_value(row, "fee_minor", own, "is not the payment's currency")


def _payer_keys(payers: Sequence[Any], pseudonym: Callable[[str], str]) -> list[str | None]:
    keys = {each: pseudonym(each) for each in {payer for payer in payers if isinstance(payer, str) and payer}}
    return [keys.get(payer) if isinstance(payer, str) else None for payer in payers]


def _payouts(shop: Shop, records: Records, raw: Columns) -> pd.DataFrame:
    rows = [row for row, code in enumerate(raw["code"]) if isinstance(code, str) and code.startswith("T04")]
    payouts = Draft(PAYOUTS, shop, records.take(np.array(rows, dtype=np.int64)))
    mine = {name: [values[row] for row in rows] for name, values in raw.items()}
    payouts.text("payout_id", mine["number"])
    payouts.word("status", mine["status"], PAYOUT_STATUS)
    payouts.text("status_raw", mine["status"])
    payouts.text("currency", mine["currency"])
    payouts.put("amount_minor", pc.negate(payouts.amount("amount_minor", mine["amount"], mine["currency"])))
    payouts.instant("initiated_at", mine["began"])
    payouts.day("initiated_date", "initiated_at", [site(shop.sites[0]).zone] * payouts.size)
    payouts.instant("source_updated_at", mine["updated"])
    return payouts.frame()


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()
