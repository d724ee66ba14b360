"""How published records are counted: each is stored, quarantined or lost, however often and under whatever id it was told."""

from __future__ import annotations

import yaml

from connectors import registry
from pipeline.clients import load_clients
from pipeline.demo.environment import sample_clients
from pipeline.demo.sample_table import fault_lines, unpublished
from pipeline.demo.samples import by_marketplace, held_rows, record_of, settled


def test_an_id_told_twice_stands_in_its_table_once_and_the_other_must_be_held():
    assert settled({"7": 2}, 0, {"7"}, ["7"]) == {"stored": 1, "quarantined": 1, "lost": []}
    assert settled({"7": 2}, 0, set(), ["7", "7"]) == {"stored": 0, "quarantined": 2, "lost": []}
    assert settled({"7": 2}, 0, {"7"}, []) == {"stored": 1, "quarantined": 0, "lost": ["7"]}
    assert settled({"7": 2}, 0, set(), ["8", "8"]) == {"stored": 0, "quarantined": 0, "lost": ["7", "7"]}


def test_several_rows_of_one_record_are_one_record():
    assert settled({"7": 1}, 0, {"7"}, ["7", "7"]) == {"stored": 1, "quarantined": 0, "lost": []}
    assert settled({"7": 1}, 0, set(), ["7", "7"]) == {"stored": 0, "quarantined": 1, "lost": []}


def test_a_record_without_an_id_is_found_by_a_held_row_without_one_and_not_by_a_line_of_another_table():
    assert settled({}, 1, set(), [None]) == {"stored": 0, "quarantined": 1, "lost": []}
    assert settled({}, 2, set(), [None, "", "7"]) == {"stored": 0, "quarantined": 1, "lost": ["a record without an id"]}


def line(rule, row, key='{"client": "c", "shop": "s", "order_id": "7"}', table="orders"):
    return {
        "table_name": table, "landing_ref": "pull/1/0#0", "key": key, "row": row, "rule": rule, "column_name": "total", "value": "1",
    }  # fmt: skip


def test_open_quarantine_is_read_row_by_row_and_two_rows_of_one_key_are_two():
    first, second = '{"order_id": "7", "sku": "a"}', '{"order_id": "7", "sku": "b"}'
    rows = held_rows([line("key_unique", first), line("required", first), line("key_unique", second)])
    assert [[rule for rule, _ in row["rules"]] for row in rows] == [["key_unique", "required"], ["key_unique"]]
    assert rows[0]["rules"][0] == ("key_unique", "key_unique: total 1") and rows[1]["row"]["sku"] == "b"


def test_a_quarantined_row_is_the_record_its_own_id_names():
    orders, spend = registry.endpoints("amazon")["orders"], registry.endpoints("filedrop")["ad_spend"]
    assert record_of({"table": "orders", "row": {"order_id": "7", "buyer": "20"}}, orders) == "7"
    assert record_of({"table": "orders", "row": {"order_id": None}}, orders) is None
    assert record_of({"table": "order_lines", "row": {"order_id": "7"}}, orders) == ""
    day = {"network": "n", "account_id": "a", "campaign_id": 5, "spend_date": "2026-11-01"}
    assert record_of({"table": "ad_spend", "row": day}, spend) == "n|a|5|2026-11-01"


def test_shops_are_added_up_by_marketplace():
    entity = {"served": 2, "stored": 1, "quarantined": 0, "lost": ["7"], "reasons": []}
    told = {
        "samples": {"a1": {"orders": entity}, "a2": {"orders": entity, "returns": entity}, "b1": {}},
        "sample_rows": {"a1": {"orders": {"stored": 1, "quarantined": 4}}, "a2": {"orders": {"stored": 2, "quarantined": 0}}, "b1": {}},
    }
    found = by_marketplace(told, {"a1": "a", "a2": "a", "b1": "b"})
    assert found["a"] == {"served": 6, "stored": 3, "quarantined": 0, "lost": 3, "rows_stored": 3, "rows_quarantined": 4}
    assert set(found["b"].values()) == {0}


def test_the_same_fault_of_several_shops_is_one_line_and_a_gap_is_told():
    fault = {"marketplace": "a", "table": "orders", "record": "7", "reasons": ["required: status"], "gap": None}
    gap = {**fault, "shop": "a1", "record": "8", "gap": "no details"}
    assert fault_lines([{**fault, "shop": "a1"}, {**fault, "shop": "a2"}, gap]) == [
        "  a1, a2: orders 7: required: status", "  a1: orders 8 (no details): required: status",
    ]  # fmt: skip


def test_a_vendor_without_a_whole_answer_is_named_and_one_that_has_some_too():
    looked_into = {"etsy": {"descriptions": 1, "examples": 0, "answers": 0}, "ebay": {"descriptions": 18, "examples": 5, "answers": 2}}
    assert unpublished(looked_into, {"ebay"}) == [
        "etsy: 1 description looked into, no whole answer to a read (0 examples of anything); nothing is served.",
        "ebay: 18 descriptions looked into, 2 whole answers to a read (5 examples of anything); what else is published is served.",
    ]


def test_each_client_of_a_sample_server_gets_a_file_in_its_own_language_and_money(tmp_path):
    shop = {"sites": ["US"]}
    told = {
        "marketplaces": {
            "amazon": {"shops": {"s_a": {"client": "one", **shop}}}, "woocommerce": {"shops": {"s_w": {"client": "two", **shop}}},
            "dhl": {"shops": {"s_d": {"client": "two", "sites": ["DE"]}}}, "aliexpress": {"shops": {"s_x": {"client": "three", **shop}}},
        },
        "client_settings": {
            "one": {"language": "zh", "currency": "EUR"}, "two": {"language": "en", "currency": "USD"},
            "three": {"language": "zh", "currency": "USD"},
        },
    }  # fmt: skip
    clients = {client.name: client for client in load_clients(sample_clients(told, tmp_path))}
    assert {name: (each.language, each.currency) for name, each in clients.items()} == {
        "one": ("zh", "EUR"), "two": ("en", "USD"), "three": ("zh", "USD"),
    }  # fmt: skip
    assert [entry.name for entry in clients["two"].shops] == ["s_w", "s_d"]
    assert yaml.safe_load((tmp_path / "two.yaml").read_text(encoding="utf-8"))["brand"] == "woocommerce and dhl samples"
