"""Set the seller's own stock and read it back.

A patch with ``merge`` keeps the offer's other fields (handling time and the like), which ``replace`` would wipe; the value
must name its channel, or Amazon answers 200 with an error inside. Stock in Amazon's warehouses cannot be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from connectors.amazon.items import PATH, ItemCalls, batched
from connectors.amazon.sites import SITES
from connectors.contract import Shop
from connectors.errors import FatalError
from connectors.http import Call, Session
from connectors.redaction import shorten
from connectors.writes import Answer, StockChange

DEFAULT = "DEFAULT"
Channels = dict[str, int | None]


class StockWriter:
    """Writes and reads back quantities of channel DEFAULT."""

    def __init__(self, session: Session, host: str, shop: Shop, seller_id: str) -> None:
        self._session, self._shop = session, shop
        self._address = f"{host}{PATH}/{quote(seller_id, safe='')}"
        self._items = ItemCalls(session, host, seller_id)

    def push(self, changes: Sequence[StockChange], *, dry_run: bool) -> list[Answer]:
        """One answer a change. Passing trouble is raised: pushing the same quantities again does no harm."""
        channels = self._channels(changes)
        return [self._push_one(change, channels.get((change.site, change.sku)), dry_run) for change in changes]

    def observe(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        channels = self._channels(changes)
        return {change.job_id: (channels.get((change.site, change.sku)) or {}).get(DEFAULT) for change in changes}

    def _push_one(self, change: StockChange, channels: Channels | None, dry_run: bool) -> Answer:
        refusal = self._reason_not_to(change, channels)
        if refusal:
            return Answer(change.job_id, False, refusal)
        try:
            reply = self._session.send(self._patch(change, dry_run))
        except FatalError as error:
            return Answer(change.job_id, False, str(error))
        return _read_answer(change.job_id, reply.json)

    def _reason_not_to(self, change: StockChange, channels: Channels | None) -> str | None:
        if change.site not in self._shop.sites:
            return f"the shop does not sell on site {change.site}"
        if change.quantity < 0:
            return f"a stock of {change.quantity} is no stock"
        if channels is None:
            return f"Amazon knows no SKU '{change.sku}' on site {change.site}"
        if any(code.startswith("AMAZON_") for code in channels):
            return f"SKU '{change.sku}' is fulfilled by Amazon: its stock follows Amazon's warehouses and cannot be set"
        return None

    def _patch(self, change: StockChange, dry_run: bool) -> Call:
        value = [{"fulfillment_channel_code": DEFAULT, "quantity": change.quantity}]
        body = {"productType": "PRODUCT", "patches": [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}]}
        params = {"marketplaceIds": SITES[change.site].marketplace_id} | ({"mode": "VALIDATION_PREVIEW"} if dry_run else {})
        note = f"site {change.site}, SKU {change.sku}, quantity {change.quantity}" + (", dry run" if dry_run else "")
        return Call("patchListingsItem", "PATCH", f"{self._address}/{quote(change.sku, safe='')}", params=params, json=body, note=note)

    def _channels(self, changes: Iterable[StockChange]) -> dict[tuple[str, str], Channels]:
        """(site, SKU) → channel code → quantity, of every SKU that Amazon knows there."""
        wanted: dict[str, dict[str, None]] = {}
        for change in changes:
            if change.site in self._shop.sites:
                wanted.setdefault(change.site, {})[change.sku] = None
        return {(site, item["sku"]): _channels_of(item) for site, skus in wanted.items() for item in self._look(site, list(skus))}

    def _look(self, site: str, skus: list[str]) -> Iterable[Any]:
        unseen = dict.fromkeys(skus)
        for batch in batched(site, skus):
            for item in self._items.search(site, batch.skus).json.get("items") or ():
                unseen.pop(item["sku"], None)
                yield item
        for sku in unseen:  # those with a comma in them, and those the search left out
            reply = self._items.one(site, sku)
            if reply.status != 404:
                yield reply.json


def _channels_of(item: Any) -> Channels:
    return {entry["fulfillmentChannelCode"]: entry.get("quantity") for entry in item.get("fulfillmentAvailability") or ()}


def _read_answer(job_id: str, document: Any) -> Answer:
    """ACCEPTED or VALID without an ERROR inside is taken; everything else is a refusal in Amazon's own words."""
    status, issues = document.get("status"), document.get("issues") or ()
    errors = [shorten(f"{issue.get('code')}: {issue.get('message')}") for issue in issues if issue.get("severity") == "ERROR"]
    is_accepted = status in ("ACCEPTED", "VALID") and not errors
    message = "; ".join(errors) or f"Amazon says {status}"
    return Answer(job_id, is_accepted, message, document.get("submissionId"))
