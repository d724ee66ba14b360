"""Nights over Amazon's visitors: each ends at the truth, young days are corrected by the nights after them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from connectors import registry
from pipeline import pull

SHOP, FREE = "lumora_amazon_eu", "lumora_amazon_us"
DAY = timedelta(days=1)


def test_nights_over_visitors_end_at_the_truth_though_young_days_still_grow(world):
    here = world(sandbox=["--marketplaces", "amazon"], days=6, orders_per_day=2)
    assert here.wrong_after_a_night([SHOP]) == {}
    first = here.rows("SELECT site, product_id, traffic_date, visit_count FROM traffic")
    assert {row["site"] for row in first} == {"DE", "FR"} and {row["product_id"] for row in first} > {"*"}
    assert here.watermarks()[SHOP, "traffic"] == here.horizon - 3 * DAY, "three days are not proven yet, however late the run is"
    assert here.night([SHOP], run_id="once more") == {}
    ends = here.rows("SELECT DISTINCT window_end FROM pulls WHERE entity = 'traffic'")
    assert [row["window_end"] for row in ends] == [here.horizon - 3 * DAY], "another run of the night asks for the same end"

    here.move_to(here.horizon + 2 * DAY)
    assert here.wrong_after_a_night([SHOP]) == {}
    assert len(here.rows("SELECT 1 FROM traffic WHERE product_id = '*'")) == len([row for row in first if row["product_id"] == "*"]) + 4


def test_a_shop_whose_brand_exports_its_visitors_by_hand_is_not_asked_for_them(world):
    from pipeline.opened import open_shop

    world(sandbox=["--marketplaces", "amazon"], days=2, orders_per_day=1)
    assert "traffic" not in open_shop(FREE).endpoints and "traffic" in open_shop(SHOP).endpoints


@pytest.mark.parametrize("late", [0, 3, 10, 600])
def test_however_late_a_run_of_the_night_begins_it_asks_for_the_same_days(late, monkeypatch):
    night = datetime(2026, 11, 16, 3, tzinfo=UTC)
    monkeypatch.setattr(pull, "clock", lambda: SimpleNamespace(now=lambda: night + timedelta(minutes=late)))
    endpoint, mark = registry.endpoints("amazon")["traffic"], night - 4 * DAY
    window = pull.window_for(endpoint, mark, night, None)
    assert (window.start, window.end) == (mark - endpoint.overlap, night - 3 * DAY)
    plain = pull.window_for(registry.endpoints("amazon")["orders"], mark, night, None)
    assert plain.end == (night if late >= 5 else night - timedelta(minutes=5))
