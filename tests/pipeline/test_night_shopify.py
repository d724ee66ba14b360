"""Whole nights of the Shopify shops over the sandbox, without Airflow: what is stored is what the sandbox says is true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.shopify import endpoints

US, JP = "lumora_shopify", "teahaus_shopify"
SHOPS = [US, JP]
ALONE = ["--marketplaces", "shopify"]


@pytest.mark.parametrize("paged_up_to", (endpoints.PAGED_UP_TO, 0), ids=("page by page", "as files"))
def test_two_nights_hold_exactly_the_truth_in_every_table(world, monkeypatch, paged_up_to):
    monkeypatch.setattr(endpoints, "PAGED_UP_TO", paged_up_to)
    here = world(sandbox=ALONE, days=6, orders_per_day=60)
    assert here.wrong_after_a_night(SHOPS) == {}
    before = len(here.rows("SELECT * FROM orders"))
    here.move_to(here.horizon + timedelta(days=1))
    assert here.wrong_after_a_night(SHOPS) == {}
    assert len(here.rows("SELECT * FROM orders")) > before > 30
