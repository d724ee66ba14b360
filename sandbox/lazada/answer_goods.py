"""Products with their variants and stock, and the write that sets a stock."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

from sandbox.iop.errors import Refused
from sandbox.lazada import ids
from sandbox.lazada.asked import Asked
from sandbox.market import House
from sandbox.world import SHOPS
from sandbox.world.model import Listing
from sandbox.world.snapshot import Snapshot

PRODUCT_STATUS = {"active": "Active", "inactive": "InActive", "suppressed": "Suspended", "pending": "Pending QC", "deleted": "Deleted"}
FILTERS = {
    "all": None, "live": {"Active"}, "inactive": {"InActive"}, "deleted": {"Deleted"}, "pending": {"Pending QC"},
    "rejected": {"Suspended"}, "sold-out": {"Active"},
}
MOST_SKUS = 50


def variants(house: House, shop: str, site: str) -> dict[int, list[Listing]]:
    """Item id → its variants, in order of item id."""
    found: dict[int, list[Listing]] = {}
    for listing in house.world.listings_of(shop, site):
        found.setdefault(ids.item_id(listing), []).append(listing)
    return dict(sorted(found.items()))


def product_status(listings: list[Listing]) -> str:
    if any(listing.status == "active" for listing in listings):
        return "Active"
    return PRODUCT_STATUS[listings[0].status]


def has_warehouses(listing: Listing) -> bool:
    """Every fourth noun's variants show no warehouse list, as older items do."""
    return listing.product.number % 1000 // 4 % 4 != 3


def products_get(house: House, asked: Asked) -> dict[str, object]:
    limit, offset = asked.whole("limit", 20, 1, 50, "19"), asked.whole("offset", 0, 0, 10_000, "14")
    found = [pair for pair in variants(house, asked.shop, asked.site).items() if _is_wanted(house, asked, pair[1])]
    found.sort(key=lambda pair: (created_at(pair[1]), pair[0]))
    detailed = asked.parameters.get("options") == "1"
    held = units_held(house.snapshot, asked.shop)
    page = [_product(house, item, listings, detailed, held) for item, listings in found[offset: offset + limit]]
    return {"data": {"total_products": len(found), "products": page}}


def _is_wanted(house: House, asked: Asked, listings: list[Listing]) -> bool:
    word = asked.parameters.get("filter") or "all"
    if word not in FILTERS:
        raise Refused("36", f"E036: Invalid status filter {word!r}")
    statuses = FILTERS[word]
    if statuses is not None and product_status(listings) not in statuses:
        return False
    if word == "sold-out" and any(house.stock.quantity(each.shop, each.site, each.sku) for each in listings):
        return False
    if asked.parameters.get("sku_seller_list"):
        wanted = set(asked.list_of("sku_seller_list", 100, "IllegalParameter", str))
        if wanted.isdisjoint(each.sku for each in listings):
            return False
    created, updated = created_at(listings), updated_at(listings)
    bounds = (("create_after", created, 1), ("create_before", created, -1), ("update_after", updated, 1), ("update_before", updated, -1))
    return all(_is_inside(asked.moment(name), at, side) for name, at, side in bounds)


def _is_inside(bound: datetime | None, at: datetime, side: int) -> bool:
    """Lower bounds include their instant, upper ones do not."""
    return bound is None or (at >= bound if side > 0 else at < bound)


def created_at(listings: list[Listing]) -> datetime:
    return min(listing.listed_at for listing in listings)


def updated_at(listings: list[Listing]) -> datetime:
    """The youngest of the variants' own changes; stock moves do not count as one."""
    return max(listing.changed_at for listing in listings)


def item_get(house: House, asked: Asked) -> dict[str, object]:
    wanted = asked.text("item_id")
    listings = variants(house, asked.shop, asked.site).get(int(wanted) if wanted.isdecimal() else 0)
    if listings is None:
        raise Refused("208", f"E208: ItemId {wanted!r} not found")
    return {"data": _product(house, int(wanted), listings, True, units_held(house.snapshot, asked.shop))}


Held = tuple[Counter, Counter]


def units_held(snapshot: Snapshot, shop: str) -> Held:
    """(site, sku) → units withheld for unpaid orders, and units occupied by paid ones that have not left."""
    withheld: Counter = Counter()
    occupied: Counter = Counter()
    for state in snapshot.orders(shop):
        for line in state.lines:
            if line.status in ("pending", "paid", "packed") and not ids.is_fbl(line.line):
                (withheld if line.status == "pending" else occupied)[state.order.site, line.line.listing.sku] += line.line.quantity
    return withheld, occupied


def _product(house: House, item: int, listings: list[Listing], detailed: bool, held: Held) -> dict[str, object]:
    first = listings[0]
    title = ids.title(first)
    return {
        "item_id": item, "primary_category": 10_000 + SHOPS[first.shop].number, "created_time": str(ids.ms(created_at(listings))),
        "updated_time": str(ids.ms(updated_at(listings))), "status": product_status(listings), "subStatus": "",
        "images": '["https://images.example/1.jpg", ""]', "marketImages": "[]", "suspendedSkus": [], "trialProduct": False,
        "attributes": {"name": title, "brand": first.product.client.capitalize(), "short_description": f"<ul><li>{title}</li></ul>"},
        "skus": [_sku(house, listing, detailed, held) for listing in listings],
    }


def _sku(house: House, listing: Listing, detailed: bool, held: Held) -> dict[str, object]:
    key = (listing.site, listing.sku)
    sellable = house.stock.quantity(listing.shop, listing.site, listing.sku)
    withheld, occupied = held[0][key], held[1][key]
    total = sellable + withheld + occupied
    offer = {
        "special_price": ids.number(listing.special_price_minor, listing.site),
        "special_from_time": _clock_text(listing.special_from, listing.site),
        "special_to_time": _clock_text(listing.special_to, listing.site),
        "special_from_date": _clock_text(listing.special_from, listing.site)[:10],
        "special_to_date": _clock_text(listing.special_to, listing.site)[:10],
    } if listing.special_price_minor else {"special_price": 0}
    warehouse = {
        "warehouseCode": "dropshipping", "quantity": total, "totalQuantity": total, "sellableQuantity": sellable,
        "occupyQuantity": occupied, "withholdQuantity": withheld,
    }
    return {
        "SkuId": ids.sku_id(listing), "SellerSku": listing.sku, "ShopSku": ids.shop_sku(listing),
        "Status": "active" if listing.status == "active" else "inactive", "quantity": total, "Available": sellable,
        "price": ids.number(listing.price_minor, listing.site), **offer, "Url": f"https://shop.example/{ids.sku_id(listing)}.html",
        "package_weight": str(Decimal(listing.product.weight_g) / 1000), "package_length": "10.00", "package_width": "10.00",
        "package_height": "4.00", "Images": ["", ""],
        **({"multiWarehouseInventories": [warehouse], "fblWarehouseInventories": [], "channelInventories": []}
           if detailed and has_warehouses(listing) else {}),
    }


def _clock_text(at: datetime, site: str) -> str:
    return ids.local(at, site).strftime("%Y-%m-%d %H:%M")


def price_now(house: House, listing: Listing) -> int:
    """What a buyer pays now."""
    minute = timedelta(minutes=1)
    is_running = listing.special_price_minor and listing.special_from <= house.clock.now() < listing.special_to + minute
    return listing.special_price_minor if is_running else listing.price_minor


def stock_update(house: House, asked: Asked) -> dict[str, object]:
    """``/product/stock/sellable/update``: absolute quantities; all rows are judged before the good ones are taken."""
    rows = _rows(asked.text("payload"))
    by_sku_id = {ids.sku_id(listing): listing for listing in house.world.listings_of(asked.shop, asked.site)}
    faults, taken = [], []
    for row in rows:
        why = _fault(by_sku_id, row)
        if why:
            faults.append({"field": "SkuId", "seller_sku": row.get("SellerSku", ""), "message": why, "code": "SKU_NOT_FOUND"})
        else:
            taken.append((by_sku_id[int(row["SkuId"])], int(row["SellableQuantity"])))
    for listing, quantity in taken:
        house.stock.write(listing.shop, listing.site, listing.sku, quantity)
    if faults:
        raise Refused("501", f"E501: Update product failed for {len(faults)} of {len(rows)} skus", detail=faults)
    return {"data": {}}


def _rows(payload: str) -> list[dict[str, str]]:
    if "<!" in payload:
        raise Refused("6", "E006: the payload declares a document type")
    try:
        root = ElementTree.fromstring(payload)
    except ElementTree.ParseError as error:
        raise Refused("1003", f"E1003: the payload is no XML: {error}") from None
    found = root.findall("./Product/Skus/Sku")
    if root.tag != "Request" or not found:
        raise Refused("1003", "E1003: the payload is not Request/Product/Skus/Sku")
    if len(found) > MOST_SKUS:
        raise Refused("1003", f"E1003: {len(found)} skus in one call, {MOST_SKUS} are allowed")
    return [{child.tag: (child.text or "").strip() for child in sku} for sku in found]


def _fault(by_sku_id: dict[int, Listing], row: dict[str, str]) -> str | None:
    listing = by_sku_id.get(int(row["SkuId"])) if row.get("SkuId", "").isdecimal() else None
    if listing is None:
        return "SkuId is not one of this seller"
    if row.get("ItemId") != str(ids.item_id(listing)):
        return "ItemId does not hold this SkuId"
    if row.get("SellerSku", listing.sku) != listing.sku:
        return "SellerSku is another one's"
    if not row.get("SellableQuantity", "").isdecimal():
        return "SellableQuantity is not a whole number of zero or more"
    return "the product was deleted" if listing.status == "deleted" else None
