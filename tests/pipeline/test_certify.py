"""The arithmetic of a certificate: every record that was sent is stored or quarantined, also one that carries no id."""

from __future__ import annotations

import pytest

from connectors.registry import endpoints
from pipeline.certify import TABLE, prove

ORDERS = endpoints("lazada")["orders"]


def held(order_id, place, table="orders"):
    return {TABLE: table, "order_id": order_id, "landing_ref": f"pull/0#{place}"}


def test_records_without_an_id_are_announced_and_quarantined_each_once():
    rows = [held(None, 1), held(None, 1), held(None, 2), held("b", 3)]  # two rules were broken by the first
    proof = prove(ORDERS, {"a", "b"}, {"a"}, rows, vendor_count=4)
    assert (len(proof.announced), len(proof.stored), len(proof.quarantined)) == (4, 1, 3)
    assert proof.fault() is None


def test_a_child_without_its_record_is_no_record_of_its_own():
    proof = prove(ORDERS, {"a"}, {"a"}, [held(None, 1, table="order_lines")], vendor_count=1)
    assert len(proof.announced) == 1 and proof.fault() is None


@pytest.mark.parametrize(
    ("stored", "vendor_count", "words"),
    [({"a"}, None, "1 of 2 records are neither stored nor quarantined: b"), ({"a", "b"}, 3, "counted 3 records and 2 different ones")],
)
def test_what_is_missing_is_named(stored, vendor_count, words):
    assert words in prove(ORDERS, {"a", "b"}, stored, [], vendor_count).fault()
