"""The plan's arithmetic, held against the limiter itself on a clock that only moves when somebody waits."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Budget, Endpoint
from connectors.errors import QuotaWait
from connectors.forecast import Need, entity_seconds, waiting_seconds
from connectors.memory import MemoryLimiter

START = datetime(2026, 11, 16, 3, tzinfo=UTC)
SLOW = Budget("searchOrders", 0.0056, 20)
SHARED = Budget("getOrders", 2.0, 5, per="app")


class Clock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment


def spend(needs: list[Need], patience: float = 1e9) -> dict[tuple[str, str], float]:
    """Every shop calls as soon as it may, one call after the other; seconds until each shop's last call."""
    clock = Clock()
    limiter, ended = MemoryLimiter(clock), {}
    waiting = [(START, place, need.calls) for place, need in enumerate(needs)]
    while waiting:
        clock.moment, place, left = heapq.heappop(waiting)
        need = needs[place]
        try:
            wait = limiter.take(need.budget, need.holder, patience, need.shop)
        except QuotaWait as told:
            heapq.heappush(waiting, (clock.moment + timedelta(seconds=told.seconds), place, left))
            continue
        made = clock.moment + timedelta(seconds=wait)
        ended[need.shop, need.budget.operation] = (made - START).total_seconds()
        if left > 1:
            heapq.heappush(waiting, (made, place, left - 1))
    return ended


@pytest.mark.parametrize("calls", [1, 20, 21, 100])
def test_a_shop_alone_waits_for_what_its_burst_does_not_cover(calls):
    need = Need("a", SLOW, "shop a", calls)
    assert waiting_seconds([need]) == pytest.approx(spend([need]), abs=1)
    assert waiting_seconds([need])["a", "searchOrders"] == pytest.approx(max(0, calls - 20) / 0.0056)


def test_shops_of_one_app_take_turns_and_a_small_one_does_not_wait_for_a_large_one():
    needs = [Need(shop, SHARED, "app", calls) for shop, calls in (("small", 3), ("middle", 40), ("large", 400))]
    planned, real = waiting_seconds(needs), spend(needs)
    assert planned["large", "getOrders"] == pytest.approx(219) == pytest.approx(real["large", "getOrders"], abs=1)
    assert planned["middle", "getOrders"] == pytest.approx(39) == pytest.approx(real["middle", "getOrders"], abs=2)
    assert planned["small", "getOrders"] == pytest.approx(2) == pytest.approx(real["small", "getOrders"], abs=2)


@pytest.mark.parametrize("patience", [0.0, 20.0, 1e9])
def test_a_slow_quota_is_shared_as_planned_also_where_every_turn_is_come_back_for(patience):
    slow = Budget("searchOrders", 1 / 60, 1, per="app")
    needs = [Need(shop, slow, "app", calls) for shop, calls in (("large", 200), ("small", 3), ("middle", 30))]
    planned, real = waiting_seconds(needs), spend(needs, patience)
    assert planned["small", "searchOrders"] == pytest.approx(8 * 60) and planned["large", "searchOrders"] == pytest.approx(232 * 60)
    for shop in ("small", "middle", "large"):
        assert real[shop, "searchOrders"] == pytest.approx(planned[shop, "searchOrders"], abs=2 * 60), shop


def test_shops_with_buckets_of_their_own_do_not_wait_for_each_other():
    needs = [Need(shop, SLOW, f"shop {shop}", 21) for shop in "abc"]
    assert list(waiting_seconds(needs).values()) == pytest.approx([1 / 0.0056] * 3)


def test_an_entity_is_read_when_its_slowest_operation_is():
    endpoints = {
        "orders": Endpoint("orders", ("orders",), "order_id", "updated", operations=("list", "detail")),
        "payouts": Endpoint("payouts", ("payouts",), "payout_id", "created", operations=("pay",)),
    }
    assert entity_seconds(endpoints, {"list": 3.0, "detail": 90.0}) == {"orders": 90.0, "payouts": 0.0}
