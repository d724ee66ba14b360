"""Requests for quotation and their details → ``rfqs``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from connectors.alibaba.envelope import is_ungranted
from connectors.alibaba.read_rfqs import detail_of, requests_of
from connectors.alibaba.words import RFQ_STATUS
from connectors.columns import instants_by
from connectors.contract import Page, Shop
from connectors.documents import Documents
from connectors.exact import read_json
from connectors.flatten import Flattener
from connectors.frames import Draft
from connectors.loose import blanked, key_of, last_of_each, text
from transforms.sites import site
from transforms.tables import RFQS

LISTED = Flattener(
    {
        "rfq_id": "rfq_id", "subject": "subject", "category": "category_id", "country": "country_simple", "quantity": "quantity",
        "unit": "quantity_unit", "left": "left_count", "opened": "open_time", "expires": "expirate_time",
    }
)
DETAIL = Flattener(
    {"status": "status", "terms": "payment_terms", "incoterm": "shipping_terms", "price": "fob_price", "currency": "fob_price_unit"}
)
CURRENCIES = {"US Dollar": "USD", "US$": "USD"}  # what stands beside codes
_MILLISECONDS = 10**11  # a number this large counts milliseconds: as seconds it would be the year 5138


def map_rfqs(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    shown = Documents.gather(pages, "rfqs", requests_of)
    newest = shown.keep(last_of_each([key_of(record, "rfq_id") for record in shown.records.values]))
    details = dict(_detail(page) for page in pages if page.part.startswith("rfq/"))
    rfqs = Draft(RFQS, shop, newest.records)
    for row, record in enumerate(newest.records.values):
        if details.get(key_of(record, "rfq_id") or "", {}) is None:
            rfqs.faults.add(row, "detail", "the marketplace listed the request and refused or did not show its detail")
    listed = LISTED(newest.records.values, rfqs.faults)
    detail = DETAIL([details.get(text(number)) or {} for number in listed["rfq_id"]], rfqs.faults)
    rfqs.text("rfq_id", blanked(listed["rfq_id"]))
    for name, column in (("subject", "subject"), ("category", "category"), ("buyer_country", "country"), ("unit", "unit")):
        rfqs.text(name, blanked(listed[column]))
    rfqs.put("posted_at", instants_by(blanked(listed["opened"]), read_epoch, "posted_at", rfqs.faults))
    rfqs.day("posted_date", "posted_at", [site(shop.sites[0]).zone] * rfqs.size)
    rfqs.put("expires_at", instants_by(blanked(listed["expires"]), read_epoch, "expires_at", rfqs.faults))
    arrivals = [pages[page].received_at for page in newest.records.page.tolist()]
    said = zip(detail["status"], rfqs["expires_at"].to_pylist(), arrivals, strict=True)
    rfqs.text("status", [_status(text(word), expires, arrived) for word, expires, arrived in said])
    rfqs.text("status_raw", blanked(detail["status"]))
    rfqs.decimal("quantity", blanked(listed["quantity"]))
    rfqs.text("payment_terms", blanked(detail["terms"]))
    rfqs.text("incoterm", [each.upper() if isinstance(each, str) else each for each in blanked(detail["incoterm"])])
    rfqs.text("currency", [CURRENCIES.get(text(each), each) for each in blanked(detail["currency"])])
    rfqs.decimal("target_price", blanked(detail["price"]))
    rfqs.integer("quotes_left", blanked(listed["left"]))
    return {"rfqs": rfqs.frame()}


def _detail(page: Page) -> tuple[str, Mapping[str, Any] | None]:
    """Its request's number, and what it shows: None where it shows nothing, nothing told where the app may not ask."""
    answer = read_json(page.body)
    return page.part.split("/")[1], {} if is_ungranted(answer) else detail_of(answer)


def _status(word: str, expires: datetime | None, arrived: datetime) -> str:
    return RFQ_STATUS.get(word) or ("expired" if expires and expires <= arrived else "open")


def read_epoch(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as number or text."""
    shown = text(value)
    if isinstance(value, bool) or not shown.isdecimal() or len(shown) > 14:
        return None
    seconds = int(shown) // 1000 if int(shown) >= _MILLISECONDS else int(shown)
    return datetime.fromtimestamp(seconds, UTC)
