"""merge: what a batch does to the tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import text

from warehouse.database import client_session
from warehouse.merge import MergeCounts, merge, read_frame, retire_absent, stored_ids

SHOP = {"client": "lumora", "shop": "lumora_amazon_us"}
START = datetime(2026, 11, 1, tzinfo=UTC)
OWNER = ("lumora", "lumora_amazon_us")


def _merge(engine, frames):
    with client_session(engine, "lumora") as conn:
        return merge(conn, frames)


def _lines(engine) -> set[tuple]:
    with client_session(engine, "lumora") as conn:
        return set(conn.execute(text("SELECT order_id, line_id, quantity FROM order_lines")))


def test_a_new_order_is_inserted_with_its_lines_and_a_repetition_changes_nothing(engine, rows):
    batch = rows.batch([{"order_id": "1", "lines": [{"line_id": "a"}, {"line_id": "b"}]}])
    assert _merge(engine, batch) == {"orders": MergeCounts(inserted=1), "order_lines": MergeCounts(inserted=2)}
    with client_session(engine, "lumora") as conn:
        before = conn.execute(text("SELECT xmin, * FROM orders")).all()
    assert _merge(engine, batch) == {"orders": MergeCounts(unchanged=1), "order_lines": MergeCounts(unchanged=2)}
    with client_session(engine, "lumora") as conn:
        assert conn.execute(text("SELECT xmin, * FROM orders")).all() == before


def test_a_newer_version_replaces_the_lines_as_a_set(engine, rows):
    _merge(engine, rows.batch([{"order_id": "1", "lines": [{"line_id": "a"}, {"line_id": "b"}]}]))
    newer = rows.batch([{"order_id": "1", "hour": 2, "lines": [{"line_id": "b", "quantity": 7}, {"line_id": "c"}]}])
    counts = _merge(engine, newer)
    assert counts == {"orders": MergeCounts(updated=1), "order_lines": MergeCounts(inserted=1, updated=1, removed=1)}
    assert _lines(engine) == {("1", "b", 7), ("1", "c", 1)}


def test_an_older_version_that_arrives_late_changes_nothing_not_even_a_line(engine, rows):
    _merge(engine, rows.batch([{"order_id": "1", "hour": 2, "lines": [{"line_id": "b", "quantity": 7}]}]))
    counts = _merge(engine, rows.batch([{"order_id": "1", "hour": 1, "lines": [{"line_id": "a"}, {"line_id": "b"}]}]))
    assert counts == {"orders": MergeCounts(stale=1), "order_lines": MergeCounts(stale=2)}
    assert _lines(engine) == {("1", "b", 7)}


def test_a_newer_order_without_lines_leaves_none(engine, rows):
    _merge(engine, rows.batch([{"order_id": "1", "lines": [{"line_id": "a"}]}]))
    assert _merge(engine, rows.batch([{"order_id": "1", "hour": 1}]))["order_lines"] == MergeCounts(removed=1)
    assert _lines(engine) == set()


def test_equal_content_seen_again_holds_off_a_different_version_from_between(engine, rows):
    for hour in (1, 3):
        _merge(engine, rows.batch([{"order_id": "1", "hour": hour}]))
    assert _merge(engine, rows.batch([{"order_id": "1", "hour": 2, "status": "shipped"}]))["orders"] == MergeCounts(stale=1)
    assert _merge(engine, rows.batch([{"order_id": "1", "hour": 4, "status": "shipped"}]))["orders"] == MergeCounts(updated=1)


@pytest.mark.parametrize("amount", range(6))
def test_what_a_page_was_mapped_to_last_wins_whatever_its_hash_and_the_order_of_arrival(engine, rows, amount):
    wrong = rows.batch([{"order_id": "1", "total_minor": amount, "lines": [{"line_id": "a", "quantity": 9}]}])
    mended = rows.batch([{"order_id": "1", "total_minor": 100 + amount, "derivation": 2, "lines": [{"line_id": "a", "quantity": 2}]}])
    assert _merge(engine, wrong)["orders"] == MergeCounts(inserted=1)
    assert _merge(engine, mended)["orders"] == MergeCounts(updated=1)
    assert _merge(engine, wrong)["orders"] == MergeCounts(stale=1)
    assert _lines(engine) == {("1", "a", 2)}


def test_a_page_mapped_again_to_the_same_rewrites_no_row_and_keeps_its_first_mapping_away(engine, rows):
    first, again = (rows.batch([{"order_id": "1", "derivation": number}]) for number in (1, 3))
    _merge(engine, first)
    with client_session(engine, "lumora") as conn:
        before = conn.execute(text("SELECT xmin, * FROM orders")).all()
    assert _merge(engine, again)["orders"] == MergeCounts(unchanged=1)
    between = rows.batch([{"order_id": "1", "derivation": 2, "status": "shipped"}])
    assert _merge(engine, between)["orders"] == MergeCounts(stale=1)
    with client_session(engine, "lumora") as conn:
        assert conn.execute(text("SELECT xmin, * FROM orders")).all() == before


def test_a_newer_page_beats_an_older_one_however_often_that_was_mapped(engine, rows):
    _merge(engine, rows.batch([{"order_id": "1", "seen": 2, "status": "shipped"}]))
    assert _merge(engine, rows.batch([{"order_id": "1", "seen": 1, "derivation": 9}]))["orders"] == MergeCounts(stale=1)


def test_of_two_versions_in_one_batch_the_newer_wins_with_its_own_lines(engine, rows):
    old = rows.batch([{"order_id": "1", "hour": 1, "lines": [{"line_id": "a"}, {"line_id": "b"}]}])
    new = rows.batch([{"order_id": "1", "hour": 2, "lines": [{"line_id": "a", "quantity": 3}]}])
    both = {name: pd.concat([new[name], old[name]], ignore_index=True) for name in new}
    assert _merge(engine, both) == {"orders": MergeCounts(inserted=1, stale=1), "order_lines": MergeCounts(inserted=1, stale=2)}
    assert _lines(engine) == {("1", "a", 3)}


def test_children_without_their_parents_table_are_refused(engine, rows):
    with pytest.raises(ValueError, match="together with their orders"):
        _merge(engine, rows.one("order_lines", [{"order_id": "1", "line_id": "a"}]))


def test_texts_survive_the_road_to_the_database_and_back(engine, rows):
    odd = ['say "hi", or\nnot', "", None, "\\N", "灯具 ; 🪔", "a\tb", "''"]
    frames = rows.one("listings", [{"listing_id": str(n), "title": title, "price_minor": n or None} for n, title in enumerate(odd)])
    _merge(engine, frames)
    with client_session(engine, "lumora") as conn:
        found = read_frame(conn, "listings", where=SHOP)
    expected = frames["listings"].sort_values("listing_id").reset_index(drop=True)
    assert found.equals(expected) and list(found.dtypes) == list(expected.dtypes)


def test_read_frame_narrows_and_keeps_declared_types_when_empty(engine, rows):
    _merge(engine, rows.one("listings", [{"listing_id": "1"}, {"listing_id": "2", "status": "inactive"}]))
    with client_session(engine, "lumora") as conn:
        some = read_frame(conn, "listings", where={"listing_id": ["2", "3"], "title": None}, columns=["listing_id", "status"])
        none = read_frame(conn, "listings", where={"listing_id": []})
    assert some.to_dict("records") == [{"listing_id": "2", "status": "inactive"}]
    assert len(none) == 0 and str(none["price_minor"].dtype) == "int64[pyarrow]"


def test_stored_ids_answers_for_the_shop_only(engine, rows):
    _merge(engine, rows.one("listings", [{"listing_id": "1"}]))
    _merge(engine, rows.one("listings", [{"listing_id": "2"}], shop="lumora_lazada_sg"))
    with client_session(engine, "lumora") as conn:
        assert stored_ids(conn, "listings", "listing_id", *OWNER, ["1", "2", "3"]) == {"1"}


def _retire(engine, table, keys, scope=None):
    with client_session(engine, "lumora") as conn:
        return retire_absent(conn, table, *OWNER, scope or {}, keys)


def test_a_listing_a_snapshot_no_longer_shows_is_deleted_until_it_is_shown_again(engine, rows):
    both = rows.one("listings", [{"listing_id": "1"}, {"listing_id": "2"}])
    _merge(engine, both)
    shown = rows.one("listings", [{"listing_id": "1", "seen": 5}])["listings"]
    _merge(engine, {"listings": shown})
    assert _retire(engine, "listings", shown) == 1
    assert _retire(engine, "listings", shown) == 0
    assert _statuses(engine) == {"1": "active", "2": "deleted"}
    _merge(engine, both)
    assert _statuses(engine)["2"] == "deleted", "an old page played again brings nothing back"
    _merge(engine, rows.one("listings", [{"listing_id": "2", "seen": 9}]))
    assert _statuses(engine)["2"] == "active"


def test_an_old_snapshot_played_again_retires_nothing_that_came_after_it(engine, rows):
    old = rows.one("listings", [{"listing_id": "1", "seen": 1}])["listings"]
    _merge(engine, rows.one("listings", [{"listing_id": "1", "seen": 5}, {"listing_id": "2", "seen": 5}]))
    assert _retire(engine, "listings", old) == 0


def test_a_listing_the_first_mapping_of_a_snapshot_missed_is_brought_back_by_the_mended_one(engine, rows):
    _merge(engine, rows.one("listings", [{"listing_id": "1"}, {"listing_id": "2"}]))
    shown = rows.one("listings", [{"listing_id": "1", "seen": 5}])["listings"]
    _merge(engine, {"listings": shown})
    assert _retire(engine, "listings", shown) == 1
    _merge(engine, rows.one("listings", [{"listing_id": "2", "seen": 5, "derivation": 2}]))
    assert _statuses(engine) == {"1": "active", "2": "active"}


@pytest.mark.parametrize("table", ["listings", "inventory"])
@pytest.mark.parametrize("taken", [None, timedelta(hours=5)], ids=["undated", "dated"])
def test_what_an_empty_snapshot_took_away_is_not_brought_back_by_mapping_older_pages_again(engine, rows, table, taken):
    key = {"listings": {"listing_id": "1"}, "inventory": {"sku": "A"}}[table]
    _merge(engine, rows.one(table, [key]))
    nothing = rows.frame(table, [])
    with client_session(engine, "lumora") as conn:
        assert retire_absent(conn, table, *OWNER, {}, nothing, START + taken if taken else None) == 1
    for number in range(2, 6):  # with one hash or another the old page would win
        _merge(engine, rows.one(table, [{**key, "derivation": number, "product_id": str(number)} if table == "listings" else
                                        {**key, "derivation": number, "sellable_quantity": number}]))  # fmt: skip
    with client_session(engine, "lumora") as conn:
        left = conn.execute(text(f"SELECT count(*) FROM {table}" + (" WHERE status <> 'deleted'" if table == "listings" else ""))).scalar()
    assert left == 0


def test_an_empty_snapshot_dated_before_a_row_was_shown_takes_nothing_away(engine, rows):
    _merge(engine, rows.one("inventory", [{"sku": "A", "seen": 7}]))
    with client_session(engine, "lumora") as conn:
        assert retire_absent(conn, "inventory", *OWNER, {}, rows.frame("inventory", []), START + timedelta(hours=5)) == 0


def test_an_empty_snapshot_retires_everything_in_its_scope(engine, rows):
    _merge(engine, rows.one("listings", [{"listing_id": "1"}]))
    assert _retire(engine, "listings", rows.frame("listings", [])) == 1


def _statuses(engine) -> dict[str, str]:
    with client_session(engine, "lumora") as conn:
        return {row.listing_id: row.status for row in conn.execute(text("SELECT listing_id, status FROM listings"))}


def test_stock_a_snapshot_no_longer_shows_is_removed_within_its_scope_and_stays_away(engine, rows):
    stock = rows.one("inventory", [{"sku": "A"}, {"sku": "B"}, {"sku": "B", "location": "AMAZON_NA", "fulfilled_by": "marketplace"}])
    _merge(engine, stock)
    shown = rows.one("inventory", [{"sku": "A", "seen": 5}])["inventory"]
    assert _retire(engine, "inventory", shown, {"fulfilled_by": "seller"}) == 1
    _merge(engine, stock)
    with client_session(engine, "lumora") as conn:
        left = set(conn.execute(text("SELECT sku, location FROM inventory")))
    assert left == {("A", "DEFAULT"), ("B", "AMAZON_NA")}
    assert _merge(engine, rows.one("inventory", [{"sku": "B", "seen": 6}]))["inventory"].inserted == 1
