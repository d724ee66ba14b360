"""The tables as they must be, from the facts: of each day what the newest export tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sandbox.clock import iso
from sandbox.filedrop.facts import CAMPAIGNS, export_times, spends, visits, whole_shop
from sandbox.market import House
from sandbox.world import SITES
from sandbox.world.model import Shop

Row = Mapping[str, object]
ACCOUNT = {("lumora", "amazon_ads"): "ENTITY2LUMORA"}  # what the client's file says, for the export does not
TELLS_ORDERS = {("northpeak", "google_ads"): False}


def rows(house: House, shop: Shop, table: str) -> Iterable[Row]:
    """Raises nothing; tables that no export fills are empty."""
    told = {"ad_spend": _ads, "traffic": _traffic}.get(table)
    newest: dict[object, Row] = {}
    for at in export_times(house.world, house.clock.horizon) if told else ():
        for key, row in told(house, shop, at):
            newest[key] = {"client": shop.client, "shop": shop.name, "source_updated_at": iso(at), **row}
    return newest.values()


def _ads(house: House, shop: Shop, at: datetime) -> Iterator[tuple[object, Row]]:
    for network in dict.fromkeys(each.network for each in CAMPAIGNS[shop.client]):
        tells_orders = TELLS_ORDERS.get((shop.client, network), True)
        for each in spends(house.world, shop.client, network, at):
            campaign = each.campaign
            orders = None if not tells_orders or (network == "meta" and not each.orders) else each.orders
            yield (network, campaign.name, each.day), {
                "network": network, "account_id": campaign.account or ACCOUNT[shop.client, network],
                "campaign_id": campaign.number or campaign.name, "campaign_name": campaign.name, "spend_date": each.day.isoformat(),
                "currency": SITES[shop.sites[0]].currency, "spend_minor": each.spend_minor, "impression_count": each.impressions,
                "click_count": each.clicks, "attributed_order_count": orders,
                "attributed_sales_minor": each.sales_minor if tells_orders else None,
            }


def _traffic(house: House, shop: Shop, at: datetime) -> Iterator[tuple[object, Row]]:
    told = [*visits(house.world, shop.client, at), *(whole_shop(house.world, shop.client, at) if shop.client == "lumora" else ())]
    for each in told:
        yield (each.product, each.day), {
            "site": shop.sites[0], "product_id": each.product, "sku": each.sku, "traffic_date": each.day.isoformat(),
            "view_count": each.views, "visit_count": each.visits, "order_count": each.orders, "unit_count": each.units,
        }
