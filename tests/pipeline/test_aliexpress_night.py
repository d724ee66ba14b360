"""Nights over an AliExpress shop against the sandbox's own truth."""

from __future__ import annotations

from datetime import timedelta

SHOP = "lumora_aliexpress"
DAY = timedelta(days=1)


def test_two_nights_over_aliexpress_end_at_the_truth_and_a_repeated_one_changes_nothing(world):
    here = world(days=8, orders_per_day=60, seed=1)
    assert here.wrong_after_a_night([SHOP]) == {}
    assert here.changed_by_another_night([SHOP]) == {}
    here.move_to(here.horizon + 2 * DAY)
    assert here.wrong_after_a_night([SHOP]) == {}
    assert {row["state"] for row in here.rows("SELECT state FROM pulls")} == {"certified"}
    for table in ("orders", "shipments", "shipment_lines", "disputes", "returns", "reviews", "seller_accounts", "inventory"):
        assert here.rows(f"SELECT 1 FROM {table} LIMIT 1"), f"this world says nothing about {table}"
