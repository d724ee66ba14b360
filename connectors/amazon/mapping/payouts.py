"""Payouts of the transfers API → payouts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from connectors.amazon.mapping.words import PAYOUT_STATUS
from connectors.amazon.sites import COUNTRY, ZONE
from connectors.contract import Page, Shop
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from transforms.tables import PAYOUTS

_PAYOUT = Flattener({
    "id": "id", "status": "currentStatus", "amount": "amount.currencyAmount", "currency": "amount.currencyCode",
    "created": "creationDate", "history": "statusHistory", "marketplace": "partnerMetadata.marketplaceId",
})


def map_payouts(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    """One row a payout. Its version is the last entry of its status history; its start the creation, else the first entry."""
    records = Records.gather(pages, lambda document: document.get("payouts"))
    payouts = Draft(PAYOUTS, shop, records)
    flat = _PAYOUT(records.values, payouts.faults)
    payouts.text("payout_id", flat["id"])
    payouts.word("status", flat["status"], PAYOUT_STATUS)
    payouts.text("status_raw", flat["status"])
    payouts.text("currency", flat["currency"])
    payouts.amount("amount_minor", flat["amount"], flat["currency"])
    entries = [_dates(history) for history in flat["history"]]
    payouts.instant("initiated_at", [told or (dates or [None])[0] for told, dates in zip(flat["created"], entries, strict=True)])
    home = ZONE[shop.sites[0]]
    payouts.day("initiated_date", "initiated_at", [ZONE.get(COUNTRY.get(each, ""), home) for each in flat["marketplace"]])
    payouts.instant("source_updated_at", [(dates or [None])[-1] for dates in entries])
    return {"payouts": payouts.frame()}


def _dates(history: Any) -> list[Any]:
    entries = history if isinstance(history, list) else []
    return [entry.get("lastUpdatedDate") for entry in entries if isinstance(entry, dict)]
