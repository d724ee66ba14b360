"""Amazon's numbers for the world's things: same thing, same number, on every run; nothing to be guessed from them."""

from __future__ import annotations

import hashlib
import string

from sandbox.world.model import Listing, Order, Posting, Product, Return, Shop

_ALPHABET = string.digits + string.ascii_uppercase
_SPAN = 10**14
_STRIDE = 61_803_398_874_989  # coprime to the span, so that every number keeps its own place


def _digest(*words: object) -> int:
    return int.from_bytes(hashlib.sha256("|".join(map(str, words)).encode()).digest()[:16], "big")


def _letters(number: int, length: int) -> str:
    found = ""
    for _ in range(length):
        number, place = divmod(number, 36)
        found += _ALPHABET[place]
    return found


def _spread(number: int) -> str:
    return f"{number * _STRIDE % _SPAN:014d}"


def seller_id(shop: Shop) -> str:
    return "A" + _letters(_digest("seller", shop.name), 13)


def order_id(order: Order) -> str:
    """Three digits that differ by site, then 14 that are the order's own: 3-7-7."""
    digits = _spread(order.number)
    prefix = {"US": 111, "GB": 202, "DE": 302, "FR": 403, "JP": 250}[order.site]
    return f"{prefix}-{digits[:7]}-{digits[7:]}"


def order_number(text: str) -> int:
    """The world's number of an order id; whatever was not made here leads to a number nobody has."""
    return int(text[4:].replace("-", "")) * pow(_STRIDE, -1, _SPAN) % _SPAN


def order_item_id(order: Order, index: int) -> str:
    return _spread(order.number * 100 + index)


def asin(product: Product) -> str:
    """One for an article everywhere, as in Amazon's catalogue."""
    return "B0" + _letters(_digest("asin", product.client, product.number), 8)


def parent_asin(product: Product) -> str:
    """The variation family's; articles of ten follow one."""
    return "B0" + _letters(_digest("parent", product.client, product.number // 10), 8)


def fnsku(listing: Listing) -> str:
    return "X00" + _letters(_digest("fnsku", listing.shop, listing.sku), 7)


def rma_id(request: Return) -> str:
    return f"D{_letters(_digest('rma', request.request), 7)}RRMA"


def transaction_id(posting: Posting) -> str:
    return f"{_digest('transaction', posting.kind, posting.number):039d}"[:39]


def settlement_id(payout: int) -> str:
    """A statement's number; its payout bears the same one."""
    return f"{10_000_000_000 + _digest('settlement', payout) % 80_000_000_000}"


def event_group_id(payout: int) -> str:
    return _letters(_digest("group", payout), 22)


def secret(seed: int, *words: object) -> str:
    return hashlib.sha256("|".join(("amazon", str(seed), *map(str, words))).encode()).hexdigest()
