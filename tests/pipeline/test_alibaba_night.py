"""Nights over an Alibaba.com shop against the sandbox's own truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipeline import opened

SHOP = "harbor_alibaba"
DAY = timedelta(days=1)


def test_two_nights_over_alibaba_end_at_the_truth_and_a_repeated_one_changes_nothing(world):
    here = world(days=10, orders_per_day=2, seed=1)
    assert here.night([SHOP]) == {}
    assert here.mismatches([SHOP]) == {}
    before = here.fingerprints()
    assert here.night([SHOP], run_id="again") == {}
    assert here.fingerprints() == before
    here.move_to(here.horizon + 2 * DAY)
    assert here.night([SHOP]) == {}
    assert here.mismatches([SHOP]) == {}
    assert {row["state"] for row in here.rows("SELECT state FROM pulls")} == {"certified"}
    for table in ("contracts", "contract_lines", "payment_milestones", "trade_shipments", "payments", "price_tiers", "inventory", "rfqs"):
        assert here.rows(f"SELECT 1 FROM {table} LIMIT 1"), f"this world says nothing about {table}"
    assert here.rows("SELECT count(*) AS n FROM quarantine") == [{"n": 0}]


def test_an_optional_entity_is_read_only_where_the_clients_file_names_it(world):
    world(days=2, orders_per_day=1)
    opened_shop = opened.open_shop(SHOP)
    assert set(opened_shop.endpoints) == {"contracts", "listings", "rfqs"}
    silent = replace(opened_shop, entry=opened_shop.entry.model_copy(update={"entities": ()}))
    assert set(silent.endpoints) == {"contracts", "listings"}
