"""Where every order, deal, listing … of the world stands on its chain, stated row by row from the other tables' truth.

Written down independently of what derives it elsewhere: no chain, no frame, one loop a kind of thing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sandbox.clock import instant
from sandbox.deal_truth import deals, missing_elders
from sandbox.world import SHOPS, ZONES
from sandbox.world.cast import SERVICES

Row = Mapping[str, object]
Tables = Callable[[str], list[Row]]
PRIVATE_SELLERS = ("kiln_ebay", "kiln_etsy")
B2B_MARKETS = ("alibaba", "globalsources")
ORDER_TABLES = ("followed_shipments", "returns", "reviews", "payments")


def stage_events(tables: Tables) -> Iterable[Row]:
    """``tables``: name → all its rows over all shops."""
    for subject, stage, at, day, evidence, against in _judged(tables):
        if not against:
            yield {**subject, "stage": stage, "entered_at": at, "entered_date": day, "evidence": evidence}


def stage_exceptions(tables: Tables) -> Iterable[Row]:
    """Moves that cannot be, and elders that are named and not there (since when they are waited for is not this world's to know)."""
    for subject, stage, at, _, evidence, against in _judged(tables):
        if against:
            refused = {"kind": "illegal_move", "stage": stage, "ref": against, "evidence": evidence}
            yield {**subject, **refused, "since_at": at, "due_at": at}
    yield from missing_elders(tables, _traders())


# mode → stage → what cannot come on a later day than it; in the order of the chain
_DEALT = ("inquiry", "negotiation", "contract")
_ORDER = {name: ("ordered",) for name in ("paid", "confirmed", "shipped", "after_sales", "reviewed")}
_NEVER_LATER = {
    "b2c": {**_ORDER, "delivered": ("ordered", "shipped")}, "c2c": {**_ORDER, "received": ("ordered", "shipped")},
    "b2b": {
        "negotiation": _DEALT[:1], "contract": _DEALT[:2], "deposit_paid": _DEALT, "paid": (*_DEALT, "deposit_paid"), "shipped": _DEALT,
        "received": (*_DEALT, "shipped"), "inspected": _DEALT, "completed": (*_DEALT, "shipped"),
    },
}  # fmt: skip


def _judged(tables: Tables) -> Iterable[tuple]:
    """Each moment with the stage it lies before though it must come after it (None: all is well); refused ones refuse nothing."""
    for subject, moments in _moments(tables):
        kept: dict[str, tuple[str, str]] = {}
        for stage, at, day, evidence in moments:
            if at is not None:
                elders = _NEVER_LATER[subject["mode"]].get(stage, ())
                later = [name for name in elders if name in kept and kept[name][0] > day and kept[name][1] > at]
                against = max(later, key=lambda name: kept[name][0]) if later else None
                if not against:
                    kept[stage] = day, at
                yield subject, stage, at, day, evidence, against


def _moments(tables: Tables) -> Iterable[tuple[Row, list[tuple]]]:
    for row in tables("listings"):
        subject = _subject(row, "listing", f"{row['site']}/{row['listing_id']}")
        yield subject, [("listed", row["listed_at"], row["listed_date"], "listings.listed_at")]
    yield from _campaigns(tables("ad_spend"))
    yield from _charges(tables("ledger_entries"))
    for row in tables("seller_accounts"):
        if _mode(row["shop"]) == "c2c" and row["status"] == "verified":
            at = row["opened_at"]
            yield _subject(row, "seller", row["account_id"]), [
                ("seller_verified", at, at and _local(at, _home(row["shop"])), "seller_accounts.opened_at")
            ]
    yield from _orders(tables)
    for shop, feeders in _traders().items():
        zone = ZONES[_home(shop)]
        for number, moments in deals(tables, (shop, *feeders), zone):
            yield {"client": _cast(shop).client, "shop": shop, "mode": "b2b", "subject_kind": "deal", "subject_id": number}, moments


def _traders() -> Mapping[str, tuple[str, ...]]:
    """Shop with deals → the accounts that tell more of them."""
    every = [name for name, cast in {**SHOPS, **SERVICES}.items() if cast.marketplace in B2B_MARKETS]
    fed = {"harbor_offline": "harbor_alibaba"}
    return {name: tuple(each for each in every if fed.get(each) == name) for name in every if name not in fed}


def _campaigns(rows: list[Row]) -> Iterable[tuple[Row, list[tuple]]]:
    begun: dict[tuple, Row] = {}
    for row in rows:
        key = tuple(row[name] for name in ("client", "shop", "network", "account_id", "campaign_id"))
        is_on = (row["spend_minor"] or 0) > 0 or (row["impression_count"] or 0) > 0
        if is_on and (key not in begun or row["spend_date"] < begun[key]["spend_date"]):
            begun[key] = row
    for key, row in begun.items():
        day = date.fromisoformat(row["spend_date"])
        midnight = datetime.combine(day, time(), ZONES[_home(row["shop"])]).astimezone(ZoneInfo("UTC")).isoformat()
        yield _subject(row, "campaign", "/".join(key[2:])), [("promoted", midnight, row["spend_date"], "ad_spend.spend_date")]


def _charges(rows: list[Row]) -> Iterable[tuple[Row, list[tuple]]]:
    """Advertising a marketplace takes out of the shop's account, each sort of it from its first charge on."""
    begun: dict[tuple, Row] = {}
    for row in (row for row in rows if row["kind"] == "advertising" and row["amount_minor"] < 0):
        key = tuple(row[name] for name in ("client", "shop", "kind_raw"))
        if key not in begun or row["posted_at"] < begun[key]["posted_at"]:
            begun[key] = row
    for key, row in begun.items():
        moment = ("promoted", row["posted_at"], row["posted_date"], "ledger_entries.posted_at")
        yield _subject(row, "campaign", f"ledger/{key[2]}"), [moment]


def _orders(tables: Tables) -> Iterable[tuple[Row, list[tuple]]]:
    of_order = {table: _by_order(tables(table)) for table in ORDER_TABLES if table != "reviews"}
    of_order["reviews"] = _by_order(_reviews(tables))
    for order in tables("orders"):
        mode = _mode(order["shop"])
        if mode == "b2b":
            continue
        parcels, requests, said, paid = (of_order[table][order["client"], order["shop"], order["order_id"]] for table in ORDER_TABLES)
        arrivals = [parcel["delivered_at"] for parcel in parcels if parcel["status"] != "cancelled"]
        left, arrived = _least(parcel["shipped_at"] for parcel in parcels), max(arrivals) if arrivals and all(arrivals) else None
        arrival = _whose(parcels, "delivered", arrived)
        moments = [
            ("ordered", order["placed_at"], "orders.placed_at"), ("paid", order["paid_at"], "orders.paid_at"),
            ("shipped", left, _whose(parcels, "shipped", left)),
        ]
        if mode == "b2c":
            money = _least(row["paid_at"] for row in paid if row["kind"] == "payment" and row["status"] in ("completed", "reversed"))
            moments += [
                ("confirmed", money, "payments.paid_at"), ("delivered", arrived, arrival),
                ("after_sales", _least(row["requested_at"] for row in requests if row["kind"] != "cancel"), "returns.requested_at"),
            ]
        else:
            word = _least(row["reviewed_at"] for row in said if row["kind"] in ("product", "seller"))
            moments += [("received", arrived, arrival), ("reviewed", word, "reviews.reviewed_at")]
        yield _subject(order, "order", order["order_id"]), [
            (stage, at, at and _local(at, order["site"]), evidence) for stage, at, evidence in moments
        ]


def _reviews(tables: Tables) -> list[Row]:
    """Each with its order; where only the order's line is told, by way of that."""
    lines = {(row["client"], row["shop"], row["line_id"]): row["order_id"] for row in tables("order_lines")}
    named = ((row, row["order_id"] or lines.get((row["client"], row["shop"], row.get("line_id")))) for row in tables("reviews"))
    return [{**row, "order_id": number} for row, number in named if number]


def _whose(parcels: Iterable[Row], what: str, at: object) -> object | None:
    """Whose word the instant is; told by both, the shop's."""
    return min(parcel[f"{what}_evidence"] for parcel in parcels if parcel[f"{what}_at"] == at) if at else None


def _subject(row: Row, kind: str, number: object) -> Row:
    return {"client": row["client"], "shop": row["shop"], "mode": _mode(row["shop"]), "subject_kind": kind, "subject_id": str(number)}


def _mode(shop: object) -> str:
    if shop in PRIVATE_SELLERS:
        return "c2c"
    return "b2b" if _cast(shop).marketplace in B2B_MARKETS else "b2c"


def _home(shop: object) -> str:
    return _cast(shop).sites[0]


def _cast(shop: object):
    return SHOPS.get(shop) or SERVICES[shop]


def _local(at: object, site: object) -> str:
    return instant(at).astimezone(ZONES[site]).date().isoformat()


def _by_order(rows: list[Row]) -> Mapping[tuple[object, ...], list[Row]]:
    found: Mapping[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["client"], row["shop"], row["order_id"]].append(row)
    return found


def _least(moments: Iterable[object]) -> object | None:
    """The earliest; every truth writes instants alike, in UTC to the second, so that text order is time order."""
    return min((at for at in moments if at is not None), default=None)
