"""A feed that stands still is proven complete all the same: its certificate says how old its newest change is."""

from __future__ import annotations

from datetime import timedelta

import requests

from pipeline import opened

SHOP = "lumora_lazada_sg"


def test_a_shop_that_shows_nothing_new_for_days_is_remarked_on_in_its_certificate(world):
    here = world(days=4)
    assert here.night([SHOP]) == {}
    remark = "SELECT reason, is_certified FROM certificates WHERE shop = :shop AND entity = 'orders' ORDER BY certificate_id DESC LIMIT 1"
    (first,) = here.rows(remark, shop=SHOP)
    assert first["is_certified"] and "newest change" not in (first["reason"] or "")
    requests.post(here.told["clock"], json={"advance_seconds": 4 * 86400}, timeout=30).raise_for_status()
    opened.clock.cache_clear()
    assert here.night([SHOP], until=here.horizon + timedelta(days=4)) == {}
    (later,) = here.rows(remark, shop=SHOP)
    assert later["is_certified"] and "orders: the newest change is" in later["reason"] and "expected within 72 h" in later["reason"]
