"""GET_SALES_AND_TRAFFIC_REPORT: a JSON document with the whole catalogue day by day, and its products over the whole span.

https://developer-docs.amazon.com/sp-api/docs/report-type-values-analytics; form: sellerSalesAndTrafficReport.json among
Amazon's published models. Days are the site's. One that ended less than 72 hours before the horizon is not there yet, and
until it is six days old its figures still grow. Made here by day only; weeks and months are refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import invalid
from sandbox.amazon.places import Place
from sandbox.amazon.query import parse_instant
from sandbox.market import House
from sandbox.world.cast import SITES, ZONES
from sandbox.world.model import Shop
from sandbox.world.visitors import Visits, of_listing

KIND = "GET_SALES_AND_TRAFFIC_REPORT"
SHOWN_AFTER, SETTLED_AFTER = timedelta(hours=72), timedelta(days=6)
OLDEST = timedelta(days=730)
BY_FILE = ("lumora_amazon_us",)  # Amazon tells applications nothing of this account: its brand exports the report by hand
_SUMS = ("views", "visits", "orders", "units")


@dataclass(frozen=True)
class Seen:
    """A product's figures, with the product above it. ``day``: the last of the span they are of."""

    parent: str
    visits: Visits


def refuse_options(wanted: Mapping[str, Any]) -> None:
    options = wanted.get("reportOptions")
    if options is None:
        return
    if not isinstance(options, dict) or set(options) - {"dateGranularity", "asinGranularity"}:
        raise invalid("reportOptions may hold dateGranularity and asinGranularity.")
    if options.get("dateGranularity", "DAY") != "DAY" or options.get("asinGranularity", "PARENT") not in ("PARENT", "CHILD", "SKU"):
        raise invalid("The report option has a value that is not allowed.")


def fate(wanted: Mapping[str, Any], now: datetime) -> str | None:
    """How a request for the report must end, whatever luck says: one marketplace only, both days named, two years back at most."""
    if len(wanted["marketplaceIds"]) != 1 or not (wanted.get("dataStartTime") and wanted.get("dataEndTime")):
        return "FATAL"
    return "CANCELLED" if parse_instant(wanted["dataStartTime"], "dataStartTime") < now - OLDEST else None


def told_days(house: House, shop: Shop, site: str) -> Iterator[date]:
    """The site's days Amazon tells of, as of the horizon."""
    if shop.name in BY_FILE:
        return
    day = house.world.first_at.astimezone(ZONES[site]).date() + timedelta(days=1)
    while _end(day, site) <= house.clock.horizon - SHOWN_AFTER:
        yield day
        day += timedelta(days=1)


def _end(day: date, site: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZONES[site])


def of_day(house: House, shop: Shop, site: str, day: date) -> list[Seen]:
    """Every product somebody looked at, by ASIN."""
    found = []
    for listing in house.world.listings_of(shop.name, site):
        visits = of_listing(house.world.seed, listing, day, numbers.asin(listing.product))
        if visits:
            found.append(Seen(numbers.parent_asin(listing.product), _as_known(house, site, visits)))
    return sorted(found, key=lambda each: each.visits.product)


def _as_known(house: House, site: str, visits: Visits) -> Visits:
    """Sessions and views of a young day are not all counted yet."""
    if house.clock.horizon - _end(visits.day, site) >= SETTLED_AFTER:
        return visits
    late = visits.visits // 10
    return Visits(visits.product, visits.sku, visits.day, visits.views - late, visits.visits - late, visits.orders, visits.units)


def whole(found: Sequence[Seen], day: date) -> Visits:
    return Visits("*", None, day, *(sum(getattr(each.visits, name) for each in found) for name in _SUMS))


def document(house: House, shop: Shop, place: Place, facts: Mapping[str, Any]) -> dict[str, Any]:
    options = {"dateGranularity": "DAY", "asinGranularity": "PARENT", **(facts["options"] or {})}
    start, end = (parse_instant(facts[name], name).date() for name in ("start", "end"))
    days = {day: of_day(house, shop, place.site, day) for day in told_days(house, shop, place.site) if start <= day <= end}
    return {
        "reportSpecification": {
            "reportType": KIND, "reportOptions": options, "dataStartTime": start.isoformat(), "dataEndTime": end.isoformat(),
            "marketplaceIds": [place.marketplace_id],
        },
        "salesAndTrafficByDate": [_by_date(whole(found, day), place.site) for day, found in days.items()],
        "salesAndTrafficByAsin": _by_asin([each for found in days.values() for each in found], options["asinGranularity"], place.site),
    }


def _by_asin(found: Sequence[Seen], granularity: str, site: str) -> list[dict[str, Any]]:
    """Over the whole span: no product has a day of its own here."""
    groups: dict[tuple[str, ...], list[Seen]] = defaultdict(list)
    for each in found:
        names = (each.parent, each.visits.product, each.visits.sku or "")
        groups[names[: {"PARENT": 1, "CHILD": 2, "SKU": 3}[granularity]]].append(each)
    return [
        {
            **dict(zip(("parentAsin", "childAsin", "sku"), names, strict=False)),
            "salesByAsin": _sales(sum_up := whole(group, group[0].visits.day), site), "trafficByAsin": _traffic(sum_up) | _SHARES,
        }
        for names, group in sorted(groups.items())
    ]


def _sales(seen: Visits, site: str) -> dict[str, Any]:
    return {
        "unitsOrdered": seen.units, "orderedProductSales": _money(seen.units * 1999, site), "totalOrderItems": seen.orders,
    }


def _money(minor: int, site: str) -> dict[str, Any]:
    return {"amount": round(minor / 10 ** SITES[site].decimals, 2), "currencyCode": SITES[site].currency}


def _traffic(seen: Visits) -> dict[str, Any]:
    by_app, in_app = seen.visits // 3, seen.views // 3
    return {
        "browserSessions": seen.visits - by_app, "mobileAppSessions": by_app, "sessions": seen.visits,
        "browserPageViews": seen.views - in_app, "mobileAppPageViews": in_app, "pageViews": seen.views, "buyBoxPercentage": 91.25,
        "unitSessionPercentage": round(100 * seen.units / seen.visits, 2) if seen.visits else 0.0,
    }


_SHARES = {
    "browserSessionPercentage": 3.5, "mobileAppSessionPercentage": 3.5, "sessionPercentage": 3.5, "browserPageViewsPercentage": 3.5,
    "mobileAppPageViewsPercentage": 3.5, "pageViewsPercentage": 3.5,
}


def _by_date(seen: Visits, site: str) -> dict[str, Any]:
    nothing, each = _money(0, site), _money(1999, site)
    return {
        "date": seen.day.isoformat(),
        "salesByDate": {
            **_sales(seen, site), "averageSalesPerOrderItem": each, "averageUnitsPerOrderItem": 1.05, "averageSellingPrice": each,
            "unitsRefunded": 0, "refundRate": 0.0, "claimsGranted": 0, "claimsAmount": nothing, "shippedProductSales": nothing,
            "unitsShipped": 0, "ordersShipped": 0,
        },
        "trafficByDate": {
            **_traffic(seen), "orderItemSessionPercentage": 2.21, "averageOfferCount": 30, "averageParentItems": 28, "feedbackReceived": 0,
            "negativeFeedbackReceived": 0, "receivedNegativeFeedbackRate": 0.0,
        },
    }


def rows(house: House, shop: Shop) -> Iterator[dict[str, Any]]:
    """The truth: every product and the whole shop (``*``) on every day Amazon tells of. It tells no time of change."""
    for site in shop.sites:
        for day in told_days(house, shop, site):
            found = of_day(house, shop, site, day)
            for each in (whole(found, day), *(seen.visits for seen in found)):
                yield {
                    "client": shop.client, "shop": shop.name, "site": site, "product_id": each.product, "sku": None,
                    "traffic_date": day.isoformat(), "view_count": each.views, "visit_count": each.visits, "order_count": each.orders,
                    "unit_count": each.units,
                }
