"""Whole nights of the eBay shops, business and private, against the sandbox's own truth."""

from __future__ import annotations

from datetime import timedelta

from connectors import registry

SHOPS = ["northpeak_ebay", "kiln_ebay"]


def test_two_nights_of_both_ebay_shops_end_at_the_truth_and_a_repeated_one_changes_nothing(world):
    here = world(days=6, orders_per_day=40)
    assert here.wrong_after_a_night(SHOPS) == {}
    assert set(here.watermarks()) == {(shop, entity) for shop in SHOPS for entity in registry.endpoints("ebay")}
    assert here.changed_by_another_night(SHOPS) == {}

    old = {row["order_id"]: row["status"] for row in here.rows("SELECT * FROM orders")}
    here.move_to(here.horizon + timedelta(days=1))
    assert here.wrong_after_a_night(SHOPS) == {}
    new = {row["order_id"]: row["status"] for row in here.rows("SELECT * FROM orders")}
    assert len(new) > len(old) and any(new[key] != old[key] for key in old), "a day on, some orders are new and some have moved on"
