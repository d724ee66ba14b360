"""Write prices, and read them back. One call a product; Shopify takes all of a product's prices or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from connectors.columns import amounts
from connectors.flatten import Faults
from connectors.loose import at
from connectors.shopify import queries
from connectors.shopify.graph import Graph
from connectors.shopify.stock import gid, in_calls, named_rows, reason
from connectors.writes import Answer, PriceChange
from transforms.money import minor_exponent

PRICES_A_CALL = 250
SHOWN_A_CALL = 100


def push_prices(graph: Graph, changes: Sequence[PriceChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in the order of ``changes``."""
    shown = _shown(graph, changes)
    refused = {change.job_id: why for change in changes if (why := _refused_here(change, shown))}
    answers = {job_id: Answer(job_id, False, why) for job_id, why in refused.items()}
    good = sorted((change for change in changes if change.job_id not in answers), key=lambda change: shown[change.listing_id][0])
    for product, group in groupby(good, key=lambda change: shown[change.listing_id][0]):
        for some in in_calls(list(group), PRICES_A_CALL):
            for answer in _judged(some, shown) if dry_run else _sent(graph, product, some):
                answers[answer.job_id] = answer
    return [answers[change.job_id] for change in changes]


def observe_prices(graph: Graph, changes: Sequence[PriceChange]) -> dict[str, int | None]:
    """Job id → price now in minor units; None for a variant that is unknown or priced in another currency."""
    shown = _shown(graph, changes)
    found = ((change, shown.get(change.listing_id)) for change in changes)
    return {change.job_id: told[2] if told and told[1] == change.currency else None for change, told in found}


def _shown(graph: Graph, changes: Sequence[PriceChange]) -> dict[str, tuple[str, str, int]]:
    """Variant number → (product, currency, minor units)."""
    found: dict[str, tuple[str, str, int]] = {}
    for some in in_calls([*dict.fromkeys(change.listing_id for change in changes)], SHOWN_A_CALL):
        ids = [gid("ProductVariant", each) for each in some]
        for node in graph.ask(queries.PRICES_SHOWN, {"ids": ids}, note=f"prices of {len(ids)} variants").json["data"]["nodes"]:
            currency = at("product", "priceRangeV2", "minVariantPrice", "currencyCode")(node)
            minor = amounts([node["price"]], [currency], "price", Faults(1))[0].as_py() if currency else None
            if minor is not None:
                found[node["id"].rpartition("/")[2]] = (node["product"]["id"], currency, minor)
    return found


def _refused_here(change: PriceChange, shown: Mapping[str, tuple[str, str, int]]) -> str | None:
    if change.price_minor < 0:
        return f"{change.price_minor} is no price; nothing was sent"
    if change.listing_id not in shown:
        return "the shop has no such variant; nothing was sent"
    if shown[change.listing_id][1] != change.currency:
        return f"the shop prices in {shown[change.listing_id][1]}, not in {change.currency}; nothing was sent"
    return None


def _judged(changes: Sequence[PriceChange], shown: Mapping[str, tuple[str, str, int]]) -> list[Answer]:
    note = "would be sent (judged here, because Shopify has no trial run; it shows {} now)"
    return [Answer(change.job_id, True, note.format(shown[change.listing_id][2])) for change in changes]


def _sent(graph: Graph, product: str, changes: Sequence[PriceChange]) -> list[Answer]:
    """Rows that Shopify names are refused; the others, which went back with them, are sent once more without those."""
    variants = [
        {"id": gid("ProductVariant", change.listing_id), "price": wording(change.price_minor, change.currency)} for change in changes
    ]
    reply = graph.ask(queries.PRICES_SET, {"product": product, "variants": variants}, note=f"prices of {len(changes)} variants")
    errors: list[Mapping[str, Any]] = reply.json["data"]["productVariantsBulkUpdate"]["userErrors"]
    if not errors:
        return [Answer(change.job_id, True, "taken", reply.request_id) for change in changes]
    named = dict(named_rows(errors))
    if None in named or len(named) == len(changes):
        return [Answer(change.job_id, False, reason(named.get(place, errors[0]))) for place, change in enumerate(changes)]
    bad = [Answer(changes[place].job_id, False, reason(error)) for place, error in named.items() if place is not None]
    return bad + _sent(graph, product, [change for place, change in enumerate(changes) if place not in named])


def wording(minor: int, currency: str) -> str:
    """Minor units as Shopify writes amounts."""
    return f"{Decimal(minor).scaleb(-minor_exponent(currency)):f}"
