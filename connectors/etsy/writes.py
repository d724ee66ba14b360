"""Set stock and prices, and read them back. One reading and one writing a listing, close together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from connectors.etsy.gateway import Gateway
from connectors.etsy.inventory import (
    PRICE,
    QUANTITY,
    Wish,
    apply,
    keep_one_unit,
    living,
    matching,
    minor_of,
    offering,
    shown_quantity,
    writable,
)
from connectors.etsy.verdict import said
from connectors.loose import entries, text
from connectors.redaction import shorten
from connectors.writes import Answer, PriceChange, StockChange
from transforms.money import minor_exponent

BATCH = 100
ON_SALE_OR_NOT = ("active", "inactive")
WOULD_BE_SENT = (True, "would be sent (judged here, because Etsy has no trial run)")


def push_stock(gateway: Gateway, changes: Sequence[StockChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in the order of ``changes``."""
    refused = {change.job_id: why for change in changes if (why := _stock_refusal(gateway, change))}
    wishes = [stock_wish(change) for change in changes if change.job_id not in refused]
    return _push(gateway, [change.job_id for change in changes], wishes, refused, dry_run=dry_run)


def push_prices(gateway: Gateway, changes: Sequence[PriceChange], *, dry_run: bool) -> list[Answer]:
    refused = {change.job_id: why for change in changes if (why := _price_refusal(gateway, change))}
    wishes = [_price_wish(change) for change in changes if change.job_id not in refused]
    return _push(gateway, [change.job_id for change in changes], wishes, refused, dry_run=dry_run)


def observe_stock(gateway: Gateway, changes: Sequence[StockChange]) -> dict[str, int | None]:
    listings = _look(gateway, [change.product_id for change in changes])
    seen = {}
    for change in changes:
        listing = listings.get(text(change.product_id))
        seen[change.job_id] = shown_quantity(listing, listing.get("inventory") or {}, stock_wish(change)) if listing else None
    return seen


def observe_prices(gateway: Gateway, changes: Sequence[PriceChange]) -> dict[str, int | None]:
    listings = _look(gateway, [change.product_id for change in changes])
    return {change.job_id: _shown_price(listings.get(text(change.product_id)), change) for change in changes}


def _shown_price(listing: Mapping[str, Any] | None, change: PriceChange) -> int | None:
    inventory = (listing or {}).get("inventory") or {}
    places = matching(inventory, _price_wish(change))
    return minor_of(offering(living(inventory)[places[0]]), change.currency) if places else None


def _stock_refusal(gateway: Gateway, change: StockChange) -> str:
    return f"{change.quantity} is no stock; nothing was sent" if change.quantity < 0 else _place_refusal(gateway, change)


def _price_refusal(gateway: Gateway, change: PriceChange) -> str:
    return f"{change.price_minor} is no price; nothing was sent" if change.price_minor <= 0 else _place_refusal(gateway, change)


def _place_refusal(gateway: Gateway, change: StockChange | PriceChange) -> str:
    if change.site not in gateway.shop.sites:
        return f"the shop does not sell on site {change.site}; nothing was sent"
    return "" if change.product_id else "Etsy needs the listing's number to find the variant; nothing was sent"


def stock_wish(change: StockChange) -> Wish:
    return Wish(change.job_id, text(change.product_id), change.listing_id, change.sku, QUANTITY, change.quantity)


def _price_wish(change: PriceChange) -> Wish:
    price = Decimal(change.price_minor).scaleb(-minor_exponent(change.currency))
    return Wish(change.job_id, text(change.product_id), change.listing_id, change.sku, PRICE, price, change.currency)


def _push(gateway: Gateway, order: Sequence[str], wishes: Sequence[Wish], refused: dict[str, str], *, dry_run: bool) -> list[Answer]:
    answers = {job_id: Answer(job_id, False, why) for job_id, why in refused.items()}
    for listing, some in groupby(sorted(wishes, key=lambda wish: wish.listing), key=lambda wish: wish.listing):
        answers |= {answer.job_id: answer for answer in _push_listing(gateway, listing, list(some), dry_run=dry_run)}
    return [answers[job_id] for job_id in order]


def _push_listing(gateway: Gateway, number: str, wishes: list[Wish], *, dry_run: bool) -> Iterator[Answer]:
    """Read, change, write the whole inventory of one listing."""
    read = gateway.get(
        "getListingInventory", _address(number), {"includes": "Listing", "legacy": "false"}, note=f"listing {number}", tolerates=(404,)
    )
    inventory = read.json if read.status == 200 and isinstance(read.json, Mapping) else {}
    listing = inventory.get("listing") or {}
    if listing.get("state") not in ON_SALE_OR_NOT:
        yield from (Answer(wish.job_id, False, _not_writable(number, text(listing.get("state")))) for wish in wishes)
        return
    body = writable(inventory)
    refused = apply(body, inventory, wishes)
    yield from (Answer(job_id, False, f"{why}; nothing was sent") for job_id, why in refused.items())
    taken = [wish for wish in wishes if wish.job_id not in refused]
    if taken:
        verdict = WOULD_BE_SENT if dry_run else _written(gateway, number, listing, body)
        yield from (Answer(wish.job_id, *verdict) for wish in taken)


def _written(gateway: Gateway, number: str, listing: Mapping[str, Any], body: dict[str, Any]) -> tuple[bool, str]:
    """Write the body; a listing of which nothing is left goes off sale first, so that its last unit cannot be ordered."""
    note = f"inventory of listing {number}"
    is_gone = keep_one_unit(body)
    if is_gone and listing.get("state") == "active":
        path = f"/shops/{gateway.shop_id}/listings/{number}"
        ended = gateway.form(
            "updateListing", "PATCH", path, {"state": "inactive"}, note=f"listing {number} off sale", tolerates=(400, 404, 409)
        )
        if ended.status != 200:  # this listing's affair: the others' changes still go out
            return False, shorten(f'Etsy says "{said(ended)}" to taking the listing off sale; nothing else was sent')
    reply = gateway.put("updateListingInventory", _address(number), body, note=note, tolerates=(400, 404, 409))
    if reply.status != 200:
        return False, shorten(f'Etsy says "{said(reply)}"')
    if is_gone:
        return True, "nothing is left: taken off sale (Etsy keeps one unit); putting it back on sale is the seller's decision"
    return True, "taken" if listing.get("state") == "active" else "taken; the listing is off sale, and stays so"


def _address(number: str) -> str:
    return f"/listings/{number}/inventory"


def _not_writable(number: str, state: str) -> str:
    if not state:
        return f"Etsy knows no listing {number}; nothing was sent"
    return f"listing {number} is {state}: putting it (back) on sale costs a fee, which is the seller's decision; nothing was sent"


def _look(gateway: Gateway, numbers: Sequence[str | None]) -> dict[str, Mapping[str, Any]]:
    """Listing number → listing with its inventory, a hundred in a call; what Etsy does not know is left out."""
    wanted = sorted({number for number in numbers if number})
    found: dict[str, Mapping[str, Any]] = {}
    for at in range(0, len(wanted), BATCH):
        asked = {"listing_ids": ",".join(wanted[at : at + BATCH]), "includes": "Inventory", "legacy": "false"}
        reply = gateway.get("getListingsByListingIds", "/listings/batch", asked, note=f"{len(wanted[at : at + BATCH])} listings")
        results = reply.json.get("results") if isinstance(reply.json, Mapping) else None
        found |= {text(listing.get("listing_id")): listing for listing in entries(results)}
    return found
