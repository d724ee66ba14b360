"""Whole nights over real sockets and a real database, against the sandbox's own truth."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from connectors import registry
from pipeline import opened, steps
from pipeline.errors import PullFailed, Uncertified

DAY = timedelta(days=1)
MOST_MARKETS = ("kiln", "teahaus")  # the brands that between them sell almost everywhere
AMAZON, LAZADA, OTHER = "teahaus_amazon_jp", "lumora_lazada_sg", "teahaus_lazada_th"


def entities(shops) -> set[tuple[str, str]]:
    """Every (shop, entity) a night has to prove."""
    return {(shop, entity) for shop in shops for entity in opened.open_shop(shop).endpoints}


def shops_of(*clients):
    return [shop for shop in steps.list_shops() if opened.find_shop(shop)[0].name in clients]


@pytest.mark.timeout(900)
def test_nights_over_two_brands_end_at_the_truth_and_a_repeated_one_changes_nothing(world):
    """Everybody's night, twice, is `test_whole_night`'s; the other marketplaces' next day is told in their own files."""
    here = world()
    shops = shops_of(*MOST_MARKETS)
    assert here.night(shops, run_id="first") == {}
    assert here.mismatches(shops) == {}
    assert set(here.watermarks()) == entities(shops)
    assert {row["state"] for row in here.rows("SELECT state FROM pulls")} == {"certified"}

    before, calls, pulls = here.fingerprints(), here.stats()["shops"], here.rows("SELECT * FROM pulls ORDER BY pull_id")
    assert here.night(shops, run_id="first") == {}
    assert here.stats()["shops"] == calls, "a run that is proven already asked a marketplace again"
    assert here.rows("SELECT * FROM pulls ORDER BY pull_id") == pulls

    assert here.night(shops, run_id="again") == {}
    assert here.fingerprints() == before
    assert reopened_for_nothing(here, "again") == []

    old = {row["order_id"]: row for row in here.rows("SELECT * FROM orders")}
    here.move_to(here.horizon + DAY)
    assert here.night(shops) == {}
    assert here.mismatches(shops) == {}
    new = {row["order_id"]: row for row in here.rows("SELECT * FROM orders")}
    changed = [key for key in old if new[key]["status"] != old[key]["status"]]
    assert len(new) > len(old) and changed, "a day on, some orders are new and some of the old have moved on"


def reopened_for_nothing(here, run_id):
    """Pulls of windows that were proven to their end and that nothing late can enter."""
    book = {shop: registry.endpoints(steps.shop_marketplace(shop)) for shop in steps.list_shops()}
    rows = here.rows("SELECT shop, entity, window_start, window_end FROM pulls WHERE run_id = :run", run=run_id)
    marks = here.watermarks()
    proven = (row for row in rows if row["window_end"] <= marks[row["shop"], row["entity"]])
    endpoints = ((row, book[row["shop"]][row["entity"]]) for row in proven)
    return [row for row, endpoint in endpoints if endpoint.incremental != "snapshot" and not endpoint.overlap]


def test_stock_is_pushed_read_back_and_wanted_only_once(world):
    here = world()
    shops = shops_of(*MOST_MARKETS)
    assert here.night(shops) == {}
    assert all(here.stock(MOST_MARKETS).values())
    assert here.mismatches(shops) == {}
    assert {row["status"] for row in here.rows("SELECT status FROM sync_jobs")} == {"observed"}
    assert sum(here.stock(MOST_MARKETS).values()) == 0, "what the marketplaces show already was wanted again"


def test_a_missed_night_is_made_up_and_late_rows_inside_the_overlap_are_found(world):
    here = world()
    shops = [AMAZON, LAZADA]
    assert here.night(shops) == {}
    here.move_to(here.horizon + 2 * DAY)
    assert here.night(shops) == {}
    assert here.mismatches(shops) == {}
    reached_back = here.rows(
        "SELECT 1 FROM ledger_entries e JOIN pulls p ON e.landing_ref LIKE p.pull_id || '/%'"
        " WHERE e.posted_at < (SELECT min(window_end) FROM pulls) AND p.window_end > (SELECT min(window_end) FROM pulls)"
    )
    assert reached_back, "this world posts money late; without an overlap it would be missing"


def test_a_backfill_reads_exactly_its_interval_and_the_watermark_waits_for_the_hole(world):
    here = world()
    start = here.horizon
    assert here.night([LAZADA]) == {}
    proven = here.watermarks()[LAZADA, "orders"]
    here.move_to(start + 3 * DAY)
    assert here.night([LAZADA], since=start + DAY, run_id="too far") == {}
    window = here.rows("SELECT window_start, window_end FROM pulls WHERE run_id = 'too far' AND entity = 'orders'")[0]
    assert (window["window_start"], window["window_end"]) == (start + DAY, here.horizon)
    assert here.watermarks()[LAZADA, "orders"] == proven, "a day before it is not proven, so the watermark may not move"

    assert here.night([LAZADA], since=start, until=start + DAY) == {}
    assert here.watermarks()[LAZADA, "orders"] == start + DAY
    assert not {"orders", "order_lines", "shipments", "reviews"} & set(here.mismatches([LAZADA])), "both backfills together leave no hole"
    assert here.night([LAZADA]) == {}
    assert here.mismatches([LAZADA]) == {}


def test_rows_lost_in_the_warehouse_come_back_with_a_backfill_of_their_days(world):
    here = world()
    assert here.night([AMAZON, LAZADA]) == {}
    since, until = here.horizon - 2 * DAY, here.horizon - DAY
    with opened.engine().begin() as conn:
        conn.exec_driver_sql("SELECT set_config('daiyun.client', '*', true)")
        gone = conn.exec_driver_sql("DELETE FROM orders WHERE source_updated_at >= %s AND source_updated_at < %s", (since, until)).rowcount
    assert gone and here.mismatches([AMAZON, LAZADA])
    assert here.night([AMAZON, LAZADA], since=since, until=until) == {}
    assert here.mismatches([AMAZON, LAZADA]) == {}


def test_a_row_lost_before_the_certificate_stops_the_watermark_until_the_next_run_finds_it(world):
    here = world()
    for verb in (steps.pull_shop, steps.validate_shop, steps.merge_shop):
        verb(LAZADA, run_id="lossy", **({"until": here.horizon} if verb is steps.pull_shop else {}))
    lost = here.rows("SELECT order_id FROM orders LIMIT 1")[0]["order_id"]
    with opened.engine().begin() as conn:
        conn.exec_driver_sql("SELECT set_config('daiyun.client', '*', true)")
        conn.exec_driver_sql("DELETE FROM orders WHERE order_id = %s", (lost,))
    with pytest.raises(Uncertified, match=lost):
        steps.certify_shop(LAZADA, run_id="lossy")
    assert {entity for _, entity in entities([LAZADA])} - {entity for _, entity in here.watermarks()} == {"orders"}
    assert here.night([LAZADA]) == {}
    assert here.mismatches([LAZADA]) == {}


def test_a_shop_with_wrong_credentials_fails_alone(world, monkeypatch):
    here = world()
    shops = [AMAZON, LAZADA, OTHER]
    right = {shop: here.env[f"AIRFLOW_CONN_{shop.upper()}"] for shop in (AMAZON, OTHER)}
    assert here.night([OTHER]) == {}
    before = here.watermarks()
    for shop, secret in ((AMAZON, "refresh_token"), (OTHER, "app_secret")):
        wrong = json.loads(right[shop])
        wrong["extra"]["secrets"][secret] = "not the right one"
        monkeypatch.setenv(f"AIRFLOW_CONN_{shop.upper()}", json.dumps(wrong))
    here.move_to(here.horizon + DAY)

    troubles = here.night(shops, run_id="locked out")
    assert set(troubles) == {AMAZON, OTHER}
    assert all(isinstance(trouble, PullFailed) and trouble.is_fatal for trouble in troubles.values())
    assert "not the right one" not in str(troubles)
    assert here.mismatches([LAZADA]) == {}
    after = here.watermarks()
    assert {place for place in after if after[place] != before.get(place)} == {place for place in entities([LAZADA])}

    for shop, connection in right.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{shop.upper()}", connection)
    assert here.night([AMAZON, OTHER]) == {}
    assert here.mismatches(shops) == {}
