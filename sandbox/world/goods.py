"""The goods: products of a client and their listings on every site of its shops."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sandbox.world.cast import CLIENTS, SHOPS, SITES
from sandbox.world.fx import ROUGH_PER_EUR
from sandbox.world.model import Listing, Product, Shop

AWKWARD_SKUS = {
    "lumora": "LM #1/blk & co", "northpeak": "NP-Ø20+ü%50", "teahaus": "TH/茶 #8 & cup", "kiln": "KL ½ set+6 & more",
    "harbor": "HB M8×40/A2 & nut",
}


def products(seed: int) -> dict[str, list[Product]]:
    """Every client's 24 to 32 articles; one SKU a client has characters that need escaping everywhere."""
    goods = {}
    for position, (name, client) in enumerate(CLIENTS.items()):
        rng = Random(f"{seed}:goods:{name}")
        pairs = [(noun, sort) for noun in client.nouns for sort in client.sorts]
        goods[name] = [
            _product(rng, name, position * 1000 + index, *pair) for index, pair in enumerate(pairs)
        ]
    return goods


def _product(rng: Random, client: str, number: int, noun: dict[str, str], sort: dict[str, str]) -> Product:
    cast = CLIENTS[client]
    index = number % 1000
    sku = AWKWARD_SKUS[client] if index == 5 else f"{cast.sku_prefix}-{index + 101}-{sort['en'][:3].upper().replace(' ', '')}"
    brand = client.capitalize()
    titles = {language: f"{brand} {noun[language]}, {sort[language]}" for language in noun}
    low, high = cast.price_range
    price = round(low * (high / low) ** rng.random() / 100) * 100 - 10
    return Product(client, sku, number, titles, price, rng.randint(60, 4000), cast.category)


def listings(seed: int, goods: dict[str, list[Product]], origin: datetime) -> list[Listing]:
    """Every shop's listings: nearly the whole range on each of its sites, a few not for sale."""
    found: list[Listing] = []
    for shop in SHOPS.values():
        for site in shop.sites:
            rng = Random(f"{seed}:listings:{shop.name}:{site}")
            chosen = [product for product in goods[shop.client] if product.number % 1000 == 5 or rng.random() < 0.93]
            found += [_listing(rng, seed, shop, site, product, origin) for product in chosen]
    return found


def _listing(rng: Random, seed: int, shop: Shop, site: str, product: Product, origin: datetime) -> Listing:
    # The fulfilment of an article is one for all sites of an Amazon account in this world; Lazada's are all the seller's.
    by_marketplace = shop.marketplace == "amazon" and product.number % 3 == 0
    price = site_price(product.price_eur_cents, site)
    listed = (origin - timedelta(days=rng.randint(90, 700), seconds=rng.randrange(86400))).replace(microsecond=0)
    changed = (origin - timedelta(days=rng.randint(1, 80), seconds=rng.randrange(86400))).replace(microsecond=0)
    special = rng.random() < 0.2 and shop.marketplace == "lazada"
    return Listing(
        shop.name, site, product, 1_000_000 + shop.number * 20_000 + shop.sites.index(site) * 10_000 + product.number % 1000 * 7,
        price, "marketplace" if by_marketplace else "seller", _status(rng, shop.marketplace), listed, changed,
        opening_stock=rng.randint(15, 160) if by_marketplace else _opening_stock(seed, shop, site, product),
        reserved=rng.randint(0, 5), inbound=rng.choice((0, 0, 20, 60)) if by_marketplace else 0,
        special_price_minor=round_price(price * 85 // 100, site) if special else None,
        special_from=(origin - timedelta(days=100)).replace(hour=0, minute=0, second=0) if special else None,
        # Some offers are over: their window closed before the first horizon.
        special_to=(origin + timedelta(days=rng.choice((-3, 90, 200)))).replace(hour=0, minute=0, second=0) if special else None,
    )


def _opening_stock(seed: int, shop: Shop, site: str, product: Product) -> int:
    """Teahaus keeps its shops in step with its stock master; the other two have let them drift apart."""
    level = warehouse_level(seed, product)
    drift = 0 if shop.client == "teahaus" else Random(f"{seed}:drift:{shop.name}:{site}:{product.sku}").randint(-7, 9)
    return max(level + drift, 1)


def warehouse_level(seed: int, product: Product) -> int:
    """What the brand could offer of an article at the world's origin, promised units and buffer already taken off."""
    return Random(f"{seed}:level:{product.client}:{product.sku}").randint(8, 90)


def _status(rng: Random, marketplace: str) -> str:
    words = ("inactive", "suppressed") if marketplace == "amazon" else ("inactive", "suppressed", "pending", "deleted")
    return rng.choice(words) if rng.random() < 0.08 else "active"


def site_price(price_eur_cents: int, site: str) -> int:
    """A shop-window price in the site's minor units."""
    return round_price(price_eur_cents * ROUGH_PER_EUR[SITES[site].currency] // 10000 // (1 if SITES[site].decimals else 100), site)


def round_price(minor: int, site: str) -> int:
    step = {"JPY": 10, "VND": 1000}.get(SITES[site].currency, 10)
    return max(minor // step, 1) * step - (1 if SITES[site].decimals else 0)


def sales_tax(site: str, taxable_minor: int) -> int:
    """8.25 % on top where the site adds tax to the price, half a cent rounded up."""
    return (taxable_minor * 825 + 5000) // 10_000 if SITES[site].tax_on_top else 0
