"""The world itself: the same for the same numbers, and alive."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.stock import master_rows
from sandbox.world import SHOPS, SITES, ZONES, World
from sandbox.world.fold import order_at
from sandbox.world.money import postings_of

ORIGIN = datetime(2026, 11, 16, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return World(1, 30, 75, origin=ORIGIN)


@pytest.fixture(scope="module")
def orders(world):
    return world.orders(ORIGIN + timedelta(days=3))


def test_the_same_seed_gives_the_same_orders_and_another_seed_others(world, orders):
    again = World(1, 30, 75, origin=ORIGIN).orders(ORIGIN + timedelta(days=3))
    assert again == orders
    assert World(2, 30, 75, origin=ORIGIN).orders(ORIGIN) != World(1, 30, 75, origin=ORIGIN).orders(ORIGIN)


def test_a_world_that_grew_night_by_night_equals_one_made_at_once(orders):
    grown = World(1, 30, 75, origin=ORIGIN)
    for night in range(4):
        grown.at(ORIGIN + timedelta(days=night))
    assert grown.orders(ORIGIN + timedelta(days=3)) == orders


def test_what_is_visible_is_what_happened_strictly_before_the_instant(orders):
    order = next(order for order in orders if len(order.events) > 3)
    for event in order.events:
        seen = order_at(order, event.at)
        assert seen is None or seen.updated_at < event.at
        assert order_at(order, event.at + timedelta(seconds=1)).updated_at == event.at


def test_events_come_in_order_and_no_amount_or_quantity_is_impossible(orders):
    for order in orders:
        assert list(order.events) == sorted(order.events, key=lambda event: event.at)
        state = order_at(order, datetime.max.replace(tzinfo=UTC))
        for line in state.lines:
            assert 0 <= line.discount_minor <= line.items_minor and line.items_minor > 0
            assert line.delivered_quantity <= line.shipped_quantity <= line.line.quantity


def test_every_kind_of_life_occurs(orders):
    kinds = Counter(event.kind for order in orders for event in order.events)
    assert set(kinds) == {"placed", "paid", "packed", "shipped", "delivered", "lost", "cancelled", "repriced", "touched", "returned"}
    assert any(len(order.parcels) == 2 for order in orders)
    assert {request.kind for order in orders for request in order.returns} == {"return", "refund_only", "cancel"}
    assert {review.kind for order in orders for review in order.reviews} == {"product", "follow_up"}


def test_orders_of_earlier_nights_change_later_and_some_exactly_at_the_cut(world):
    before = {state.order.number: state.updated_at for shop in SHOPS for state in world.at(ORIGIN).orders(shop)}
    after = {state.order.number: state for shop in SHOPS for state in world.at(ORIGIN + timedelta(days=1)).orders(shop)}
    changed = [number for number in before if after[number].updated_at > before[number]]
    assert len(changed) > 30
    assert any(event.at == ORIGIN for order in world.orders(ORIGIN) for event in order.events)


def test_some_orders_placed_before_the_history_change_inside_it(world):
    states = [state for shop in SHOPS for state in world.at(ORIGIN).orders(shop)]
    assert any(state.placed_at < world.first_at for state in states)
    assert all(state.updated_at >= world.first_at for state in states)


def test_ties_midnights_and_awkward_article_numbers_are_there(orders):
    placed = Counter((order.site, order.placed_at) for order in orders)
    assert max(placed.values()) > 1
    local = [order.placed_at.astimezone(ZONES[order.site]) for order in orders]
    assert any(at.hour == at.minute == at.second == 0 for at in local)
    assert any((at.hour, at.minute, at.second) == (23, 59, 59) for at in local)
    assert any("/" in line.listing.sku and " " in line.listing.sku for order in orders for line in order.lines)


def test_orders_a_day_and_their_hours_follow_the_settings_and_the_sites_day(world):
    states = [state for shop in SHOPS for state in world.at(ORIGIN).placed(shop, world.first_at)]
    assert 30 * 75 * 0.9 < len(states) < 30 * 75 * 1.1
    hours = Counter(state.placed_at.astimezone(ZONES[state.order.site]).hour for state in states)
    assert sum(hours[hour] for hour in (19, 20, 21)) > 8 * sum(hours[hour] for hour in (2, 3, 4))


def test_releases_returns_and_replies_come_within_ten_days_of_their_beginning(orders):
    for order in orders:
        for posting in postings_of(order):
            assert posting.released_at - posting.at < timedelta(days=10)
        for request in order.returns:
            assert request.steps[-1][0] - request.steps[0][0] < timedelta(days=10)
        for review in order.reviews:
            assert review.reply_at is None or review.reply_at - review.at < timedelta(days=6)


def test_a_payout_is_the_sum_of_its_bookings(world):
    snapshot = world.at(ORIGIN)
    for shop in SHOPS:
        for payout in snapshot.payouts[shop]:
            if payout.starts_at < world.first_at + timedelta(days=10):
                continue  # may hold bookings from before the history
            mine = [posting for posting in snapshot.postings[shop] if posting.payout == payout.number]
            balance = payout.opening_minor + sum(value for each in mine for _, value in each.amounts)
            assert mine and payout.amount_minor == max(balance, 0)


def test_rates_are_published_on_working_days_up_to_the_horizon_and_the_dong_elsewhere(world):
    rows = world.fx_rates(ORIGIN)
    days = {row["rate_date"] for row in rows}
    assert "2026-11-13" in days and not days & {"2026-11-14", "2026-11-15", "2026-11-16"}
    assert {row["currency"] for row in rows if row["source"] == "SBV"} == {"VND"}
    assert {row["currency"] for row in rows} | {"EUR"} >= {site.currency for site in SITES.values()}
    assert all(Decimal(row["rate_per_eur"]) > 0 for row in rows)
    assert world.fx_rates(ORIGIN + timedelta(days=1))[: len(rows)] == rows


def test_the_first_stock_lists_are_modest_for_teahaus_and_drastic_for_the_others(world):
    changed = {client: _stock_changes(world, client) for client in ("lumora", "northpeak", "teahaus")}
    share = {client: sum(was != now for was, now in rows) / len(rows) for client, rows in changed.items()}
    assert share["lumora"] > 0.3 and share["northpeak"] > 0.3 and 0 < share["teahaus"] < 0.25
    emptied = {client: any(now == 0 < was for was, now in rows) for client, rows in changed.items()}
    assert emptied == {"lumora": True, "northpeak": True, "teahaus": False}


def _stock_changes(world: World, client: str) -> list[tuple[int, int]]:
    """(shown, wanted) of every seller-kept listing, planned as the agency does: on hand, minus promised, minus two."""
    from sandbox.stock import promised

    master, open_units = dict(master_rows(world, client, ORIGIN)), promised(world, ORIGIN)
    mine = [each for each in world.listings if each.product.client == client and each.fulfilled_by == "seller"]
    return [(each.opening_stock, max(master[each.sku] - open_units[client, each.sku] - 2, 0)) for each in mine]


def test_sixty_days_of_two_hundred_orders_are_made_in_seconds():
    started = datetime.now(UTC)
    snapshot = World(1, 60, 200, origin=ORIGIN).at(ORIGIN)
    assert sum(len(snapshot.orders(shop)) for shop in SHOPS) > 12_000
    assert (datetime.now(UTC) - started).total_seconds() < 60  # about 4 s alone on two cores; the machine may be shared
