"""A night over each marketplace's published samples, without Airflow: what is stored, what is held and why, and nothing lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pipeline import opened
from pipeline.clients import load_clients
from pipeline.demo.samples import account

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[3] / "shared" / "specs"))
pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the vendors' samples are not beside this repository (DAIYUN_SPECS)")


@pytest.fixture
def samples(world):
    return world(samples=SPECS, speed=1, days=30)


def accounted(here) -> dict[str, Any]:
    return account(opened.engine(), load_clients(Path(here.env["DAIYUN_CLIENTS"])), here.told)


def counts(entity: dict[str, Any]) -> tuple[int, int, int, list[str]]:
    return entity["served"], entity["stored"], entity["quarantined"], entity["lost"]


def faults(told: dict[str, Any], shop: str, is_gap: bool) -> dict[str, str]:
    """"table record" → reasons, of the rows that break a rule themselves (or for want of what is not published)."""
    chosen = [each for each in told["sample_faults"] if each["shop"] == shop and (each["gap"] is not None) == is_gap]
    return {f"{each['table']} {each['record']}": "; ".join(each["reasons"]) for each in chosen}


def is_about(found: dict[str, str], wanted: dict[str, str]) -> bool:
    return set(found) == set(wanted) and all(words in found[name] for name, words in wanted.items())


def test_amazons_samples_are_stored_but_for_a_sum_and_a_marketplace_that_is_none(samples):
    shops = [f"samples_amazon_{number}" for number in (1, 2, 3, 4)]
    assert samples.night(shops) == {}
    told = accounted(samples)
    assert [counts(told["samples"][shop]["orders"]) for shop in shops] == [(1, 1, 0, [])] * 3 + [(1, 0, 1, [])]
    for shop in shops:
        assert counts(told["samples"][shop]["listings"]) == counts(told["samples"][shop]["payouts"]) == (1, 1, 0, [])
        assert counts(told["samples"][shop]["ledger"]) == (1, 0, 1, [])
        assert "'ATIV93840DER' is not a known marketplace" in " ".join(told["samples"][shop]["ledger"]["reasons"])
        assert faults(told, shop, is_gap=True) == {}
    assert "total_minor 15499, expected 14999" in faults(told, shops[3], is_gap=False)["orders 123-4567890-1234567"]
    assert told["sample_rows"][shops[3]]["order_lines"] == {"stored": 0, "quarantined": 2}
    sums = told["sample_markets"]["amazon"]
    assert (sums["served"], sums["stored"], sums["quarantined"], sums["lost"]) == (16, 11, 5, 0)


def test_lazadas_samples_are_held_where_they_contradict_themselves(samples):
    shop = "samples_lazada_1"
    assert "the marketplace counted 500 records" in str(samples.night([shop])[shop])
    told = accounted(samples)
    found = {entity: counts(row) for entity, row in told["samples"][shop].items() if row["served"]}
    assert found == {
        "orders": (1, 0, 1, []), "listings": (1, 0, 1, []), "returns": (1, 0, 1, []), "ledger": (1, 1, 0, []), "reviews": (1, 1, 0, []),
    }  # fmt: skip
    assert is_about(faults(told, shop, is_gap=False), {
        "listings SG/314525867": "'Active,InActive,Pending QC,Suspended,Deleted' is not a known word", "returns 0/0": "1970-01-01",
    })  # fmt: skip
    assert is_about(faults(told, shop, is_gap=True), {"orders 491253082180001": "items", "order_lines 31202/98108": "no order page"})


def test_aliexpresss_samples_are_held_where_a_part_is_not_published_and_where_two_skus_have_one_id(samples):
    shop = "samples_aliexpress_1"
    assert samples.night([shop]) == {}
    told = accounted(samples)
    found = {entity: counts(row) for entity, row in told["samples"][shop].items() if row["served"]}
    assert found == {"orders": (1, 0, 1, []), "listings": (3, 0, 3, []), "account": (1, 1, 0, [])}
    sku = 'listings US/1234:"200000182:193;200007763:201336100"'
    assert is_about(faults(told, shop, is_gap=False), {sku: "key_unique"})
    assert is_about(faults(told, shop, is_gap=True), {
        "orders 1160045860056286": "details", "order_lines 1160045860056286/23457890": "details", "listings US": "showed no SKUs",
    })  # fmt: skip
    assert told["sample_rows"][shop]["listings"] == {"stored": 0, "quarantined": 3}


def test_woocommerces_recordings_are_stored_and_the_next_night_dhl_is_asked_for_their_parcels(samples):
    store, carrier = "samples_woocommerce_1", "samples_dhl_1"
    assert samples.night([carrier, store]) == {}
    told = accounted(samples)
    assert told["samples"][carrier]["parcels"]["served"] == 0, "the store's parcels are told of tonight"
    found = {entity: counts(row) for entity, row in told["samples"][store].items() if row["served"]}
    assert found == {"orders": (3, 2, 1, []), "listings": (2, 2, 0, []), "returns": (1, 0, 1, []), "reviews": (1, 1, 0, [])}
    assert is_about(faults(told, store, is_gap=False), {"shipments 14/JD1": "shipped_after_placed: shipped_at 2023-11-14"})
    assert is_about(faults(told, store, is_gap=True), {"returns 30/11": "required: order_id"})
    orders = samples.rows("SELECT order_id, currency, total_minor, placed_at FROM orders ORDER BY order_id")
    assert [(row["order_id"], row["currency"], row["total_minor"]) for row in orders] == [("25", "USD", 100), ("29", "EUR", 4990)]
    assert all(row["placed_at"] < samples.horizon for row in orders)
    before = told["sample_rows"][store]

    assert samples.night([carrier, store], run_id="the next") == {}
    told = accounted(samples)
    assert told["sample_rows"][store] == before, "what was read already changed something"
    assert counts(told["samples"][carrier]["parcels"]) == (1, 1, 0, [])


def test_a_record_that_is_in_no_table_and_no_quarantine_is_lost(samples):
    shop = "samples_aliexpress_1"
    assert samples.night([shop]) == {}
    with opened.engine().begin() as conn:
        conn.exec_driver_sql("SELECT set_config('daiyun.client', '*', true)")
        held = "quarantine WHERE table_name ="
        for rows in ("seller_accounts", f"{held} 'orders'", f"{held} 'listings' AND row_key::jsonb ->> 'listing_id' IS NULL"):
            conn.exec_driver_sql(f"DELETE FROM {rows}")
    told = accounted(samples)
    assert told["samples"][shop]["orders"]["lost"] == ["1160045860056286"]
    assert told["samples"][shop]["account"]["lost"] == ["1234321"]
    assert told["samples"][shop]["listings"]["lost"] == ["a record without an id"]
    assert told["sample_markets"]["aliexpress"]["lost"] == 3

