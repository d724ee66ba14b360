"""The comparison with the truth must be able to fail: in a field, a missing row, a surplus row, a wrong pseudonym."""

from datetime import UTC, date, datetime

import pytest

from pipeline.demo.truth import compare
from transforms.tables import ORDERS


def true_order(**changes):
    row = {
        "client": "acme", "shop": "acme_sg", "order_id": "1", "site": "SG", "status": "paid", "total_minor": 1990,
        "placed_at": "2026-11-01T22:30:00+08:00", "placed_date": "2026-11-01", "buyer_key": "buyer 7",
    }  # fmt: skip
    return {**row, **changes}


def stored_order(**changes):
    row = true_order(placed_at=datetime(2026, 11, 1, 14, 30, tzinfo=UTC), placed_date=date(2026, 11, 1), buyer_key="a1b2")
    return {**row, "content_hash": 5, **changes}


def test_equal_rows_match_whatever_zone_an_instant_is_written_in():
    assert compare(ORDERS, [true_order()], [stored_order()]).mismatches == 0


@pytest.mark.parametrize(
    "change", [{"total_minor": 1991}, {"status": "shipped"}, {"placed_date": date(2026, 11, 2)}, {"total_minor": None}]
)
def test_one_wrong_field_is_one_mismatch_that_names_it(change):
    comparison = compare(ORDERS, [true_order()], [stored_order(**change)])
    assert comparison.mismatches == 1
    assert next(iter(change)) in comparison.examples[0]


def test_a_missing_and_a_surplus_row_are_two_mismatches():
    comparison = compare(ORDERS, [true_order()], [stored_order(order_id="2")])
    assert (comparison.expected, comparison.found, comparison.mismatches) == (1, 1, 2)


def test_one_pseudonym_for_two_buyers_is_a_mismatch():
    truth = [true_order(), true_order(order_id="2", buyer_key="buyer 8")]
    assert compare(ORDERS, truth, [stored_order(), stored_order(order_id="2")]).mismatches == 1
    assert compare(ORDERS, truth, [stored_order(), stored_order(order_id="2", buyer_key="c3d4")]).mismatches == 0
