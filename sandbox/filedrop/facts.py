"""What was spent and who came, a day at a time; and as an export of a given date tells it, for networks correct themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sandbox.world import World
from sandbox.world.visitors import Visits, drawn

EXPORTED_BEFORE = timedelta(hours=2)  # the night begins: the evening's exports are in the folder by then
EARLIER = timedelta(days=7)  # the brand has exported once before
SPAN = 10  # days in one export
SETTLES = 3  # days until a network has taken the doubtful clicks out


@dataclass(frozen=True)
class Campaign:
    """``number``: the network's id, None where its export shows none. ``account``: the same."""

    network: str
    account: str | None
    number: str | None
    name: str


@dataclass(frozen=True)
class Spend:
    campaign: Campaign
    day: date
    spend_minor: int
    impressions: int
    clicks: int
    orders: int
    sales_minor: int


CAMPAIGNS = {
    "lumora": (
        Campaign("amazon_ads", None, None, "SP | Desk lamps | 自动"), Campaign("amazon_ads", None, None, "SP, brand"),
        Campaign("google_ads", "314-159-2653", "20111222333", 'Brand "Lumora", US'),
        Campaign("google_ads", "314-159-2653", "20111222444", "Totally new lamps"),
        Campaign("meta", "1020304050", "120201", "秋季新品"), Campaign("meta", "1020304050", "120202", "再营销; 台灯"),
    ),
    "northpeak": (
        Campaign("google_ads", "271-828-1828", "20999000111", "Tents UK"),
        Campaign("google_ads", "271-828-1828", "20999000222", "Poles UK"),
        Campaign("tiktok_ads", "70011", "18001", "Autumn hikes"),
    ),
}


def export_times(world: World, horizon: datetime) -> list[datetime]:
    """When the brand exported: a week before the first night, and every day from then on."""
    first = world.origin - EXPORTED_BEFORE
    nights = max(0, (horizon - world.origin) // timedelta(days=1)) + 1
    return [first - EARLIER, *(first + timedelta(days=night) for night in range(nights))]


def days_of(at: datetime) -> list[date]:
    return [at.date() - timedelta(days=back) for back in range(SPAN, 0, -1)]


def spends(world: World, client: str, network: str, at: datetime) -> Iterator[Spend]:
    """One network's days as an export made ``at`` shows them. A day nobody saw an advertisement has no row."""
    for campaign in (each for each in CAMPAIGNS[client] if each.network == network):
        for day in days_of(at):
            rng = Random(f"{world.seed}:ads:{client}:{network}:{campaign.name}:{day}")
            impressions = rng.randrange(200, 90_000)
            clicks, cents, orders = rng.randrange(1, 2_400), rng.randrange(800, 190_000), rng.randrange(0, 12)
            if rng.random() < 0.1:
                continue
            doubtful = clicks // 20 if (at.date() - day).days <= SETTLES else 0
            yield Spend(campaign, day, cents + 3 * doubtful, impressions, clicks + doubtful, orders, orders * 2_999 + rng.randrange(99))


def visits(world: World, client: str, at: datetime) -> Iterator[Visits]:
    """Some of the brand's products, day by day."""
    products = world.products[client][:4]
    for product in products:
        for day in days_of(at):
            rng = Random(f"{world.seed}:visits:{product.sku}:{day}")
            number = f"P{product.number:08d}"
            yield drawn(rng, number, product.sku, day, visits=range(5, 3_000), most_orders=9, most_extra=(900, 3))


def whole_shop(world: World, client: str, at: datetime) -> Iterator[Visits]:
    for day in days_of(at):
        rng = Random(f"{world.seed}:visits:{client}:{day}")
        yield drawn(rng, "*", None, day, visits=range(900, 24_000), most_orders=90, most_extra=(9_000, 9))
