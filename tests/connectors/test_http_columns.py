"""JSON → columns: exact, columnar, and one unreadable record never takes its page with it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from connectors.columns import amounts, instants, integers, local_days, texts, words
from connectors.contract import Page, Shop
from connectors.exact import NotJson, read_json
from connectors.flatten import Faults, Flattener, explode, sums
from connectors.frames import Draft, Records
from connectors.trees import Branch, Tree
from transforms.tables import PAYOUTS


def _page(body: bytes) -> Page:
    return Page(body, datetime(2026, 11, 16, tzinfo=UTC), "test")


def test_a_json_number_keeps_every_digit():
    found = read_json(b'{"a": 1.10, "b": 19.999999999999999999, "c": 3, "d": 1e2}')
    assert found == {"a": "1.10", "b": "19.999999999999999999", "c": 3, "d": "1e2"}


def test_what_the_fast_parser_refuses_is_read_by_the_slow_one():
    assert read_json(b'\xef\xbb\xbf{"a": "\\ud83d"}')["a"] == "\ud83d"
    with pytest.raises(NotJson, match="no JSON from character"):
        read_json(b'{"a": [1, 2')


def test_amounts_become_minor_units_of_each_rows_currency():
    faults = Faults(5)
    column = amounts(["19.90", "5980", 3, None, "1.250"], ["EUR", "JPY", "USD", "EUR", "KWD"], "total_minor", faults)
    assert column.to_pylist() == [1990, 5980, 300, None, 1250] and faults.column().null_count == 5


@pytest.mark.parametrize("value", ["abc", "1,50", "", "19.905", "1e99", True, 1.5, ["1"], {"a": 1}])
def test_what_is_no_exact_amount_is_null_with_a_reason(value):
    faults = Faults(2)
    assert amounts(["1.00", value], ["EUR", "EUR"], "total_minor", faults).to_pylist() == [100, None]
    assert faults.column().to_pylist()[0] is None and "total_minor" in faults.column().to_pylist()[1]


def test_an_unknown_currency_is_a_fault_and_no_crash():
    faults = Faults(2)
    assert amounts(["1.00", "1.00"], ["EURO", None], "total_minor", faults).to_pylist() == [None, None]
    assert all("total_minor" in text for text in faults.column().to_pylist())


def test_instants_need_a_zone():
    faults = Faults(4)
    column = instants(["2026-11-16T03:00:00Z", "2026-11-16T11:00:00.123456789+08:00", "2026-11-16T03:00:00", "soon"], "placed_at", faults)
    assert column.to_pylist()[:2] == [datetime(2026, 11, 16, 3, tzinfo=UTC), datetime(2026, 11, 16, 3, 0, 0, 123456, tzinfo=UTC)]
    assert "without a zone" in faults.column().to_pylist()[2] and "is not an instant" in faults.column().to_pylist()[3]


def test_the_local_day_follows_each_rows_zone():
    moment = datetime(2026, 11, 16, 3, tzinfo=UTC)
    moments = pa.array([moment, moment, None, moment], pa.timestamp("us", "UTC"))
    days = local_days(moments, ["America/Los_Angeles", "Asia/Tokyo", "Asia/Tokyo", None])
    assert [str(day) for day in days.to_pylist()] == ["2026-11-15", "2026-11-16", "None", "None"]


def test_text_a_database_cannot_store_is_cleaned_and_reported():
    faults = Faults(4)
    assert texts(["a\0b", "\ud83d", 7, "ok"], "title", faults).to_pylist() == ["ab", "?", "7", "ok"]
    assert [bool(text) for text in faults.column().to_pylist()] == [True, True, False, False]


def test_whole_numbers_also_come_as_text():
    faults = Faults(5)
    assert integers([1, "2", "2.5", True, 2**70], "quantity", faults).to_pylist() == [1, 2, None, None, None]
    assert len([text for text in faults.column().to_pylist() if text]) == 3


def test_an_unknown_word_is_a_fault_with_its_value():
    faults = Faults(3)
    assert words(["A", "B", None], {"A": "ours"}, "status", faults).to_pylist() == ["ours", None, None]
    assert faults.column().to_pylist() == [None, "status: 'B' is not a known word", "status: is missing"]


def test_a_record_of_the_wrong_shape_leaves_the_others_alone():
    faults = Faults(4)
    records = [{"id": "1", "money": {"total": {"amount": "5"}}}, {"id": "2", "money": "no"}, 7, {"id": "4"}]
    flat = Flattener({"id": "id", "total": "money.total.amount"})(records, faults)
    assert flat == {"id": ["1", "2", None, "4"], "total": ["5", None, None, None]}
    assert faults.column().to_pylist() == [None, "money: is not an object", "record: '7' is not an object", None]


def test_nested_lists_are_laid_end_to_end_with_their_owner():
    faults = Faults(4)
    items, owner = explode([[1, 2], None, "no", [3]], "lines", faults)
    assert items == [1, 2, 3] and owner.tolist() == [0, 0, 3]
    assert faults.column().to_pylist()[2] == "lines: 'no' is not a list"


def test_sums_keep_unknowns_apart_from_nothing():
    assert sums(np.array([0, 0, 2, 3]), pa.array([1, 2, None, -4]), 4).to_pylist() == [3, 0, None, -4]


def test_a_tree_counts_parents_over_all_pages():
    branches = {"a": Branch(Flattener({"id": "id", "b": "b"})), "b": Branch(Flattener({"n": "n"}), "a", "b", "b")}
    tree = Tree("a", branches)
    levels, records = tree.read([_page(b'{"a":[{"id":1,"b":[{"n":1},{"n":2}]},{"id":2}]}'), _page(b'{"a":[{"id":3,"b":[{"n":3}]}]}')])
    assert levels["a"].columns == {"id": [1, 2, 3]} and levels["b"].columns == {"n": [1, 2, 3]}
    assert levels["b"].parent.tolist() == [0, 0, 2] and records.page.tolist() == [0, 0, 1] and records.record.tolist() == [0, 1, 0]


def test_a_tree_over_no_pages_has_empty_levels():
    levels, records = Tree("a", {"a": Branch(Flattener({"id": "id"}))}).read([])
    assert levels["a"].columns == {"id": []} and len(records.page) == 0


def test_a_draft_gives_the_declared_columns_and_the_places():
    draft = Draft(PAYOUTS, Shop("lumora", "s", "amazon", ("US",)), Records.of([(3, [{}, {}])]))
    draft.text("payout_id", ["a", "b"])
    frame = draft.frame()
    assert frame["landing_page"].tolist() == [3, 3] and frame["landing_record"].tolist() == [0, 1] and set(frame["client"]) == {"lumora"}
    PAYOUTS.conform(frame.drop(columns=["source_updated_at", "landing_page", "landing_record", "fault"]), version=False)
