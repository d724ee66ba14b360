"""Nights over Amazon's visitors: each ends at the truth, young days are corrected by the nights after them."""

from __future__ import annotations

from datetime import timedelta

SHOP, FREE = "lumora_amazon_eu", "lumora_amazon_us"
DAY = timedelta(days=1)


def test_nights_over_visitors_end_at_the_truth_though_young_days_still_grow(world):
    here = world(sandbox=["--marketplaces", "amazon"], days=6, orders_per_day=2)
    assert here.night([SHOP]) == {}
    assert here.mismatches([SHOP]) == {}
    first = here.rows("SELECT site, product_id, traffic_date, visit_count FROM traffic")
    assert {row["site"] for row in first} == {"DE", "FR"} and {row["product_id"] for row in first} > {"*"}
    assert here.watermarks()[SHOP, "traffic"] <= here.horizon - 2 * DAY, "three days are not proven yet"

    here.move_to(here.horizon + 2 * DAY)
    assert here.night([SHOP]) == {}
    assert here.mismatches([SHOP]) == {}
    assert len(here.rows("SELECT 1 FROM traffic WHERE product_id = '*'")) == len([row for row in first if row["product_id"] == "*"]) + 4


def test_a_shop_whose_brand_exports_its_visitors_by_hand_is_not_asked_for_them(world):
    from pipeline.opened import open_shop

    world(sandbox=["--marketplaces", "amazon"], days=2, orders_per_day=1)
    assert "traffic" not in open_shop(FREE).endpoints and "traffic" in open_shop(SHOP).endpoints
