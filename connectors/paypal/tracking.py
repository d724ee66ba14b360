"""Tell PayPal which parcel left for which payment, so that the buyer sees it and a "not received" case finds proof.

``POST /v1/shipping/trackers-batch`` takes 20 at most and answers 200 with the taken and the refused side by side. Telling a
parcel twice is an update or an error (PayPal does not say which), so it is looked up first and only told where it is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import Window
from connectors.exact import read_json
from connectors.loose import text
from connectors.paypal.endpoints import ENDPOINTS, TRACKERS
from connectors.paypal.order_numbers import order_number, prefixes
from connectors.paypal.read_payments import read_payments
from connectors.paypal.verdict import DEBUG_ID, details
from connectors.paypal.wire import Wire
from connectors.verdicts import Reply
from connectors.writes import Answer, ShipmentNotice
from transforms.sites import site

MOST = 20
PAID_BEFORE = timedelta(days=31)  # how long before its parcel left an order's payment is looked for
_TRANSACTION = re.compile(r"[0-9A-Z]{17}")
UNPAID = "PayPal shows no completed payment with this order number (new ones come hours late); nothing was told"
SEVERAL = "PayPal shows several payments with this order number (of two stores?), none is guessed: name the payment; nothing was told"

# A shipper's name, its letters and digits alone, in lower case → PayPal's word. Any other carrier is told by its name.
CARRIERS = {
    "ups": "UPS", "usps": "USPS", "fedex": "FEDEX", "dhl": "DHL", "dhlexpress": "DE_DHL_EXPRESS", "deutschepost": "DE_DEUTSCHE",
    "hermes": "HERMES_DE", "evri": "MYHERMES", "royalmail": "ROYAL_MAIL", "gls": "DE_GLS", "dpd": "DPD", "dpduk": "UK_DPD", "tnt": "TNT",
    "colissimo": "LA_POSTE_SUIVI", "laposte": "LA_POSTE_SUIVI", "chronopost": "CHRONOPOST_FR", "ヤマト運輸": "JP_KURO_NEKO_YAMATO_UNYUU",
    "yamato": "JP_KURO_NEKO_YAMATO_UNYUU", "japanpost": "JPN_JAPAN_POST", "sagawa": "JPN_SAGAWA", "yunexpress": "YUNEXPRESS",
    "yanwen": "YANWEN", "cainiao": "CAINIAO", "ems": "CN_EMS", "chinapost": "CN_CHINA_POST_EMS", "sf": "CN_SF_EXPRESS",
    "sfexpress": "CN_SF_EXPRESS", "postnl": "NLD_POSTNL",
}  # fmt: skip


def push_shipments(wire: Wire, notices: Sequence[ShipmentNotice]) -> list[Answer]:
    """One answer a notice, in order."""
    found = _payments(wire, notices)
    payments = _one_each(found)
    answers = {each.job_id: Answer(each.job_id, False, SEVERAL if each.job_id in found else UNPAID) for each in notices}
    known = {each.job_id: _shown(wire, payments[each.job_id], each) for each in notices if each.job_id in payments}
    for job_id, is_shown in known.items():
        if is_shown:
            answers[job_id] = Answer(job_id, True, "PayPal shows this parcel already; it was not told again")
    unknown = [each for each in notices if known.get(each.job_id) is False]
    for batch in (unknown[start: start + MOST] for start in range(0, len(unknown), MOST)):
        answers |= {answer.job_id: answer for answer in _told(wire, batch, payments)}
    return list(answers.values())


def observe_shipments(wire: Wire, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
    """Whether PayPal shows each parcel now."""
    payments = _one_each(_payments(wire, notices))
    return {each.job_id: each.job_id in payments and _shown(wire, payments[each.job_id], each) for each in notices}


def carrier(name: str) -> dict[str, str]:
    """PayPal's word for a shipper; OTHER and the name where it has none (it takes OTHER, though its list leaves it out)."""
    word = CARRIERS.get("".join(filter(str.isalnum, name)).lower())
    return {"carrier": word} if word else {"carrier": "OTHER", "carrier_name_other": name[:64]}


def tracker(notice: ShipmentNotice, transaction_id: str) -> dict[str, Any]:
    """One parcel as PayPal wants it; its day is the account's, its buyer is not written to."""
    left = notice.shipped_at.astimezone(ZoneInfo(site(notice.site).zone)).date()
    return {
        "transaction_id": transaction_id, "tracking_number": notice.tracking_number, "status": "SHIPPED", **carrier(notice.carrier),
        "shipment_date": left.isoformat(), "notify_buyer": False,
    }


def _told(wire: Wire, batch: Sequence[ShipmentNotice], payments: Mapping[str, str]) -> Iterator[Answer]:
    body = {"trackers": [tracker(each, payments[each.job_id]) for each in batch]}
    reply = wire.post(TRACKERS, "v1/shipping/trackers-batch", body, note=f"{len(batch)} parcels")
    taken = {(text(each.get("transaction_id")), text(each.get("tracking_number"))) for each in _entries(reply, "tracker_identifiers")}
    whole = {number for number, parcel in taken if not parcel}  # the number of the parcel is optional in the answer
    refused = _refusals(reply, len(batch))
    for place, each in enumerate(batch):
        number = payments[each.job_id]
        is_named = (number, each.tracking_number) in taken or (number in whole and place not in refused)
        reason = refused.get(place) or "PayPal's answer names it neither among the taken nor among the refused"
        is_taken = is_named or _shown(wire, number, each)  # a second telling of one it knows may come back as an error
        yield Answer(each.job_id, is_taken, "taken" if is_taken else reason, reply.headers.get(DEBUG_ID))


def _refusals(reply: Reply, size: int) -> dict[int, str]:
    """Place in the batch → why it was refused. An error that names no place speaks of each that was not taken."""
    found: dict[int, str] = {}
    for error in _entries(reply, "errors"):
        reason = "; ".join([f"PayPal says {text(error.get('name'))}", *details(error)])
        fields = [text(each.get("field")) for each in error.get("details") or () if isinstance(each, Mapping)]
        places = {int(match.group(1)) for match in (re.search(r"trackers/(\d+)", each) for each in fields) if match}
        for place in places or range(size):
            found.setdefault(place, reason)
    return found


def _shown(wire: Wire, transaction_id: str, notice: ShipmentNotice) -> bool:
    query = {"transaction_id": transaction_id, "tracking_number": notice.tracking_number}
    reply = wire.get(TRACKERS, "v1/shipping/trackers", query, note=f"parcel of order {notice.order_id}", tolerates=(404,))
    answer = reply.json_or_none()
    return reply.status == 200 and isinstance(answer, Mapping) and text(answer.get("tracking_number")) == notice.tracking_number


def _one_each(found: Mapping[str, set[str]]) -> dict[str, str]:
    return {job_id: next(iter(numbers)) for job_id, numbers in found.items() if len(numbers) == 1}


def _payments(wire: Wire, notices: Sequence[ShipmentNotice]) -> dict[str, set[str]]:
    """Job id → numbers of the payments its order was paid with. PayPal finds none by an order's number: the history is read."""
    found = {each.job_id: {each.order_id} for each in notices if _TRANSACTION.fullmatch(each.order_id)}  # a payment's number itself
    asked = [each for each in notices if each.job_id not in found]
    if asked:
        numbers = _payments_by_order(wire, asked)
        found |= {each.job_id: numbers[each.order_id] for each in asked if each.order_id in numbers}
    return found


def _payments_by_order(wire: Wire, notices: Sequence[ShipmentNotice]) -> dict[str, set[str]]:
    known = prefixes(wire.shop.account.get("invoice_prefix"))
    end = wire.services.clock.now() - ENDPOINTS["payments"].lag
    start = min(min(each.shipped_at for each in notices), end) - PAID_BEFORE
    found: dict[str, set[str]] = {}
    for page in read_payments(wire, Window(start, end), None):
        for info in _infos(page.body):
            money = info.get("transaction_amount")
            is_ours = isinstance(money, Mapping) and not text(money.get("value")).startswith("-")  # what we paid has order numbers too
            if is_ours and text(info.get("transaction_event_code")).startswith("T00") and info.get("transaction_status") == "S":
                order = order_number(info.get("invoice_id"), info.get("custom_field"), known)
                found.setdefault(text(order), set()).add(text(info.get("transaction_id")))
    return found


def _infos(body: bytes) -> Iterator[Mapping[str, Any]]:
    answer = read_json(body)
    for each in answer.get("transaction_details") or ():
        if isinstance(each, Mapping) and isinstance(each.get("transaction_info"), Mapping):
            yield each["transaction_info"]


def _entries(reply: Reply, name: str) -> list[Mapping[str, Any]]:
    answer = reply.json_or_none()
    found = answer.get(name) if isinstance(answer, Mapping) else None
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
