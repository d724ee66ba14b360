"""A row that fails a check waits with its reason; after the rule or mapping is mended it is stored from the landing alone."""

import json

import pytest

from connectors.flatten import Flattener
from connectors.lazada import map_orders, words
from pipeline import opened
from warehouse import ledger
from warehouse.database import client_session

SHOP = "lumora_lazada_sg"


def say_teleported(strange):
    """A gateway's rule: the first two orders of a page of items get a status nobody knows; ``strange`` collects them."""

    def rule(answer):
        if "/orders/items/get" in answer.path:
            page = json.loads(answer.body)
            for order in page["data"][:2]:
                order["order_items"][0]["status"] = "teleported"
                strange.add(str(order["order_id"]))
            answer.body = json.dumps(page).encode()

    return rule


@pytest.fixture(scope="module", autouse=True)
def told_a_new_word(shared_house):
    """The marketplace invents a status for two items; the night runs over it."""
    strange = shared_house.strange = set()
    shared_house.between.rule = say_teleported(strange)
    shared_house.client("lumora", lambda data: [entry.update(entities=["orders", "listings"]) for entry in data["shops"]])
    shared_house.connect(SHOP, through=True)
    said = shared_house.sync(SHOP)
    assert said.code == 0 and said.json[0]["quarantined"] >= len(strange) > 0


def stored_ids(house):
    return {row["order_id"] for row in house.rows("SELECT order_id FROM orders WHERE shop = :shop", shop=SHOP)}


def held_ids(house):
    return {row["key"]["order_id"] for row in house.run("quarantine", "list", "--json").json}


def true_ids(house):
    return {row["order_id"] for row in house.truth("orders") if row["shop"] == SHOP}


def test_the_list_names_rule_value_and_landing_and_the_other_rows_are_stored(house):
    rows = house.run("quarantine", "list", "--client", "lumora", "--shop", SHOP, "--json").json
    lines = [row for row in rows if row["table_name"] == "order_lines" and row["rule"] == "mapping_fault"]
    assert {(row["column_name"], row["value"]) for row in lines} >= {("status", "'teleported' is not a known word")}
    assert all(row["landing_ref"].startswith(f"{row['pull_id']}/") and row["row"]["shop"] == SHOP for row in rows)
    assert held_ids(house) == house.strange and stored_ids(house) == true_ids(house) - house.strange
    shown = house.run("quarantine", "list")
    assert shown.code == 0 and "teleported" in shown.out and f"order_id {min(house.strange)}" in shown.out
    one = house.run("quarantine", "show", rows[0]["id"])
    assert one.code == 0 and rows[0]["landing_ref"] in one.out
    assert house.run("quarantine", "show", rows[0]["id"], "--json").json == [rows[0]]
    assert house.run("quarantine", "list", "--client", "teahaus", "--json").json == []


def test_the_certificate_counts_them_as_quarantined(house):
    orders = next(row for row in house.run("certificate", "--shop", SHOP, "--json").json if row["entity"] == "orders")
    assert orders["quarantined"] == len(house.strange) and orders["announced"] == orders["stored"] + orders["quarantined"]


def test_data_docs_are_built_from_what_the_night_counted(house, tmp_path):
    (built,) = house.run("quarantine", "docs", "--shop", SHOP, "--out", tmp_path / "docs", "--json").json
    assert built["rows"] > 0 and built["outdated"] == 0
    pages = [page.read_text() for page in (tmp_path / "docs").rglob("*.html")]
    assert "orders" in (tmp_path / "docs").joinpath(built["page"]).read_text() and any("mapping_fault" in page for page in pages)
    none = house.run("quarantine", "docs", "--client", "teahaus", "--out", tmp_path / "none")
    assert none.code == 1 and "daiyun sync" in none.err and not (tmp_path / "none").exists()


def test_a_replay_before_anything_is_mended_changes_nothing(house):
    before = stored_ids(house), held_ids(house)
    (row,) = house.run("quarantine", "replay", "--shop", SHOP, "--json").json
    assert row["freed"] == 0 and row["still_quarantined"] > 0 and row["fault"] is None
    assert (stored_ids(house), held_ids(house)) == before


def test_a_pull_that_is_being_read_again_is_not_replayed_by_halves(house):
    """Certifying the pages that are there would move the watermark past those that are not."""
    (pull_id,) = {row["pull_id"] for row in house.run("quarantine", "list", "--json").json}
    with client_session(opened.engine(), "lumora") as conn:
        before = ledger.get_pull(conn, pull_id)
        ledger.restart_pull(conn, pull_id)
    said = house.run("quarantine", "replay", "--shop", SHOP, "--json")
    assert said.code == 1 and "daiyun sync" in said.json[0]["fault"]
    assert house.rows("SELECT state FROM pulls WHERE pull_id = :id", id=pull_id) == [{"state": "open"}]
    house.between.rule = say_teleported(set())
    window = ("--since", f"{before.window_start:%Y-%m-%dT%H:%M:%SZ}", "--until", f"{before.window_end:%Y-%m-%dT%H:%M:%SZ}")
    assert house.run("sync", "--shop", SHOP, *window, "--json").code == 0
    assert held_ids(house) == house.strange


def titles(house):
    return house.rows("SELECT line_id, title, sku FROM order_lines WHERE shop = :shop ORDER BY line_id", shop=SHOP)


def test_a_mended_mapping_replaces_what_was_stored_as_good_and_mended_back_all_of_it_again(house, monkeypatch):
    """Every version has the same page and so the same instants: which mapping came last decides, not a hash."""
    before = titles(house)
    assert len(before) > 20 and all(row["title"] != row["sku"] for row in before)
    with monkeypatch.context() as mended:
        mended.setattr(map_orders, "ITEM", Flattener({**map_orders.ITEM.paths, "name": "sku"}))
        assert house.run("quarantine", "replay", "--shop", SHOP, "--json").code == 0
    assert all(row["title"] == row["sku"] for row in titles(house))
    assert house.run("quarantine", "replay", "--shop", SHOP, "--json").code == 0
    assert titles(house) == before


def test_after_the_mapping_is_mended_the_rows_are_stored_without_a_call(house, monkeypatch):
    for name in ("LINE_STATUS", "PARCEL_STATUS"):
        monkeypatch.setitem(getattr(words, name), "teleported", "delivered")
    map_orders.order_status.cache_clear()  # a mended mapping is a new process; this one remembers the old answer
    calls = len(house.between.calls)
    said = house.run("quarantine", "replay", "--shop", SHOP, "--json")
    assert said.code == 0 and all(row["still_quarantined"] == 0 and row["freed"] and row["fault"] is None for row in said.json)
    assert len(house.between.calls) == calls
    assert held_ids(house) == set() and stored_ids(house) == true_ids(house)
    assert house.run("quarantine", "list").out.strip() == "Quarantine: none."
    orders = next(row for row in house.run("certificate", "--shop", SHOP, "--json").json if row["entity"] == "orders")
    assert orders["quarantined"] == 0 and orders["stored"] == orders["announced"]
