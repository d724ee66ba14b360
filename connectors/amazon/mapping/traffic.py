"""The sales and traffic report → traffic: the whole shop (``*``) and each product of one site's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa

from connectors.amazon.flatfile import site_of
from connectors.amazon.sites import SITES
from connectors.amazon.traffic import WHOLE_SHOP
from connectors.contract import Page, Shop
from connectors.exact import NotJson, read_json
from connectors.flatten import Flattener
from connectors.frames import Draft, Records
from transforms.tables import TRAFFIC

_OF_DATE = {
    "view_count": "trafficByDate.pageViews", "visit_count": "trafficByDate.sessions", "order_count": "salesByDate.totalOrderItems",
    "unit_count": "salesByDate.unitsOrdered",
}
_OF_ASIN = {
    "view_count": "trafficByAsin.pageViews", "visit_count": "trafficByAsin.sessions", "order_count": "salesByAsin.totalOrderItems",
    "unit_count": "salesByAsin.unitsOrdered",
}
_DAY = Flattener({"day": "date", **_OF_DATE})
_PRODUCT = Flattener({"product_id": "childAsin", **_OF_ASIN})


def map_traffic(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    """Days and products of one document lie one behind the other: a product's place counts on from the days'."""
    documents = [(at, _read(page)) for at, page in enumerate(pages) if page.part.startswith("rows")]
    records = Records.of([(at, [*by_date, *by_asin]) for at, (_, by_date, by_asin) in documents])
    traffic = Draft(TRAFFIC, shop, records)
    spans = {at: (span, len(by_date)) for at, (span, by_date, _) in documents}
    flat = _figures(traffic, records, spans)
    traffic.word("site", [site_of(pages[at]) for at in records.page.tolist()], {site: site for site in SITES})
    traffic.text("product_id", flat["product_id"])
    for name in _OF_DATE:
        traffic.integer(name, flat[name])
    traffic.put("traffic_date", pa.array(_days(traffic, flat["day"]), pa.date32()))
    return {"traffic": traffic.frame()}


def _read(page: Page) -> tuple[Any, list[Any], list[Any]]:
    """The day the document is about (a sentence where it is about none) and its two lists."""
    try:
        document = read_json(page.body)
        told = document["reportSpecification"]
        start, end = told["dataStartTime"], told["dataEndTime"]
        by_date, by_asin = list(document["salesAndTrafficByDate"]), list(document["salesAndTrafficByAsin"])
    except (NotJson, TypeError, LookupError):
        return None, [None], []  # one unreadable record stands for the document
    return start if start == end else f"{start} to {end}", by_date, by_asin


def _figures(traffic: Draft, records: Records, spans: dict[int, tuple[Any, int]]) -> dict[str, list[Any]]:
    is_day = [at < spans[page][1] for page, at in zip(records.page.tolist(), records.record.tolist(), strict=True)]
    days, products = _DAY(records.values, traffic.faults), _PRODUCT(records.values, traffic.faults)
    chosen = {name: [a if own else b for own, a, b in zip(is_day, days[name], products[name], strict=True)] for name in _OF_DATE}
    told = [spans[page][0] for page in records.page.tolist()]
    return chosen | {
        "day": [day if own else span for own, day, span in zip(is_day, days["day"], told, strict=True)],
        "product_id": [WHOLE_SHOP if own else product for own, product in zip(is_day, products["product_id"], strict=True)],
    }


def _days(traffic: Draft, texts: list[Any]) -> list[date | None]:
    found: list[date | None] = []
    for row, text in enumerate(texts):
        try:
            found.append(None if text is None else date.fromisoformat(text))
        except (TypeError, ValueError):
            found.append(None)
            traffic.faults.add_value(row, "traffic_date", text, "is not one day")
    return found
