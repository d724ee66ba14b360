import json
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.checks import RULES, BatchFacts, Tally, batch_findings, check, rules_of
from transforms.schema import SchemaError
from transforms.tables import CANONICAL, DISPUTES, INVENTORY, LEDGER_ENTRIES, LISTINGS, REVIEWS

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
FACTS = BatchFacts(now=NOON)


def found(checked):
    """(table, rule, column) of every fault."""
    return {tuple(None if pd.isna(v) else v for v in row) for row in checked.faults[["table", "rule", "column"]].itertuples(index=False)}


def sizes(checked):
    return {name: len(frame) for name, frame in checked.good.items()}


def one(table, table_of, *rows):
    return check(table.name, {table.name: table_of(table, list(rows), "fault").drop(columns="content_hash")}, FACTS)


def test_a_right_order_goes_on_whole(chunk):
    checked = check("orders", chunk(), FACTS)
    assert sizes(checked) == {"orders": 1, "order_lines": 1, "shipments": 1, "shipment_lines": 1}
    assert len(checked.faults) == 0 and checked.result["gate"].success
    assert "fault" not in checked.good["orders"] and "content_hash" not in checked.good["orders"]


def test_an_unreadable_value_takes_its_order_and_leaves_the_others(chunk):
    both = {"order_id": "B"}
    frames = chunk(
        orders=[{"fault": "total_minor: 'abc' is not an amount", "total_minor": None}, both], lines=[{}, both], shipments=[{}, both],
        shipment_lines=[{}, both],
    )
    checked = check("orders", frames, FACTS)
    assert sizes(checked) == {"orders": 1, "order_lines": 1, "shipments": 1, "shipment_lines": 1}
    assert ("orders", "mapping_fault", "total_minor") in found(checked)
    fault = checked.faults.set_index("rule").loc["mapping_fault"]
    assert fault["value"] == "'abc' is not an amount"
    assert json.loads(fault["key"]) == {"client": "lumora", "shop": "lumora_amazon_eu", "order_id": "order_id-1"}
    assert fault["landing_ref"] == "pull-1/0#0"
    assert json.loads(fault["row"])["placed_at"].startswith("2026-11-10T12:00")


def test_a_real_currency_that_is_not_the_site_s_own_is_named_with_the_one_expected(chunk):
    facts = BatchFacts(now=NOON, currency_of_site={"DE": "EUR", "JP": "JPY"})
    assert not len(check("orders", chunk([{}]), facts).faults)
    checked = check("orders", chunk([{"currency": "USD"}], [{"currency": "USD"}]), facts)
    assert ("orders", "currency_of_site", "currency") in found(checked) and sizes(checked)["orders"] == 0
    assert "USD, expected EUR" in checked.faults["value"].tolist()
    assert not len(check("orders", chunk([{"currency": "USD"}], [{"currency": "USD"}]), FACTS).faults), "own stores price as they like"


BAD_ORDERS = [
    ({"status": "lost"}, "known_word", "status", "lost"),
    ({"status": None}, "required", "status", None),
    ({"order_id": ""}, "required", "order_id", ""),
    ({"currency": "XXQ"}, "known_currency", "currency", "XXQ"),
    ({"currency": None}, "currency_beside_money", "currency", None),
    ({"discount_minor": -100, "total_minor": 2400}, "not_negative", "discount_minor", "-100"),
    ({"total_minor": 2201}, "total_adds_up", "total_minor", "2201, expected 2200"),
    ({"items_minor": 2001, "total_minor": 2201}, "lines_add_up", "items_minor", "2001, expected 2000"),
    ({"unit_count": 3}, "unit_count", "unit_count", "3, expected 2"),
    ({"placed_at": datetime(1970, 1, 1, tzinfo=UTC), "placed_date": date(1970, 1, 1)}, "plausible_time", "placed_at", None),
    ({"paid_at": NOON + timedelta(hours=3)}, "plausible_time", "paid_at", None),
    ({"placed_date": date(2026, 11, 8)}, "day_fits_instant", "placed_date", "2026-11-08"),
]


@pytest.mark.parametrize(("change", "rule", "column", "value"), BAD_ORDERS, ids=[f"{r}-{c}" for _, r, c, _ in BAD_ORDERS])
def test_a_broken_rule_of_an_order_is_named_with_column_and_value(chunk, change, rule, column, value):
    children = {"order_id": change["order_id"]} if "order_id" in change else {}
    checked = check("orders", chunk([change], [children], [children], [children]), FACTS)
    assert ("orders", rule, column) in found(checked)
    shown = checked.faults[(checked.faults["rule"] == rule) & (checked.faults["column"] == column)]["value"].iloc[0]
    assert value is None or shown == value
    assert sizes(checked) == {"orders": 0, "order_lines": 0, "shipments": 0, "shipment_lines": 0}
    assert children or ("shipments", "parent_quarantined", None) in found(checked)
    assert not checked.result["gate"].success and not checked.result["orders"].success


BAD_CHILDREN = [
    ("order_lines", {"shipped_quantity": 3}, "shipped_within_ordered", "shipped_quantity"),
    ("order_lines", {"currency": "USD"}, "currency_of_order", "currency"),
    ("order_lines", {"status": "gone"}, "known_word", "status"),
    ("shipments", {"shipped_at": NOON - timedelta(days=2)}, "shipped_after_placed", "shipped_at"),
    ("shipments", {"delivered_at": NOON - timedelta(days=2)}, "delivered_after_shipped", "delivered_at"),
    ("shipment_lines", {"line_id": "none such"}, "orphan", "line_id"),
    ("shipment_lines", {"shipment_id": "none such"}, "orphan", "shipment_id"),
    ("shipment_lines", {"quantity": -1}, "not_negative", "quantity"),
]


@pytest.mark.parametrize(("table", "change", "rule", "column"), BAD_CHILDREN, ids=[f"{r}-{c}" for _, _, r, c in BAD_CHILDREN])
def test_a_bad_child_takes_its_order_and_its_siblings(chunk, table, change, rule, column):
    given_changes = {name: [{}] for name in ("orders", "order_lines", "shipments", "shipment_lines")} | {table: [change]}
    checked = check("orders", chunk(*given_changes.values()), FACTS)
    assert (table, rule, column) in found(checked)
    assert ("orders", "child_quarantined", None) in found(checked)
    assert set(sizes(checked).values()) == {0}
    siblings = {"order_lines", "shipments", "shipment_lines"} - {table}
    assert {(name, "parent_quarantined", None) for name in siblings} <= found(checked)


def test_a_deadline_lies_ahead_by_its_nature_and_nothing_else_may(row, table_of):
    due, opened = row(DISPUTES, respond_by_at=NOON + timedelta(days=7)), row(DISPUTES, dispute_id="2", opened_at=NOON + timedelta(days=7))
    assert {(rule, column) for _, rule, column in found(one(DISPUTES, table_of, due))} == set()
    assert ("disputes", "plausible_time", "opened_at") in found(one(DISPUTES, table_of, opened))


def test_what_a_buyer_was_promised_lies_ahead_too(chunk):
    assert found(check("orders", chunk([{"deliver_by_at": NOON + timedelta(days=7)}]), FACTS)) == set()


def test_an_orphan_goes_alone(chunk):
    checked = check("orders", chunk(lines=[{}, {"order_id": "nobody's"}]), FACTS)
    assert found(checked) == {("order_lines", "orphan", "order_id")}
    assert sizes(checked)["orders"] == 1


def test_a_pending_order_without_money_is_right(chunk):
    nothing = dict.fromkeys(("currency", "items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor"))
    lines = [nothing | {"unit_price_minor": None, "shipped_quantity": 0}]
    checked = check("orders", chunk([nothing | {"status": "pending"}], lines, [], []), FACTS)
    assert sizes(checked)["orders"] == 1 and not len(checked.faults)


def test_an_order_whose_lines_were_lost_is_not_stored_half(chunk):
    checked = check("orders", chunk(lines=[], shipment_lines=[]), FACTS)
    assert found(checked) >= {("orders", "unit_count", "unit_count")}


def test_equal_records_are_one_and_the_newest_version_wins_with_its_own_children(chunk):
    later = {"source_updated_at": NOON + timedelta(hours=1), "status": "delivered", "landing_ref": "pull-1/2#4"}
    frames = chunk(
        orders=[{}, {}, later],
        lines=[{}, {"line_id": "gone since"}, {"landing_ref": "pull-1/3#0", "status": "delivered"}],
        shipments=[{}, {"landing_ref": "pull-1/3#0"}], shipment_lines=[{}, {"landing_ref": "pull-1/3#0"}],
    )
    checked = check("orders", frames, FACTS)
    assert not len(checked.faults)
    assert list(checked.good["orders"]["status"]) == ["delivered"]
    assert list(checked.good["order_lines"]["landing_ref"]) == ["pull-1/3#0"]
    assert checked.dropped == {"orders": 2, "order_lines": 2, "shipments": 1, "shipment_lines": 1}


def test_versions_whose_children_were_read_together_share_them(chunk):
    later = {"source_updated_at": NOON + timedelta(minutes=1), "status": "delivered", "landing_ref": "pull-1/0#1"}
    ref = {"landing_ref": "pull-1/1#0"}
    checked = check("orders", chunk([later, {"landing_ref": "pull-1/0#2"}], [ref], [ref], [ref]), FACTS)
    assert sizes(checked) == {"orders": 1, "order_lines": 1, "shipments": 1, "shipment_lines": 1}
    assert list(checked.good["orders"]["status"]) == ["delivered"]


def test_what_cannot_be_told_apart_is_quarantined_together(row, table_of):
    checked = one(LISTINGS, table_of, row(LISTINGS, title="a"), row(LISTINGS, title="b"), row(LISTINGS, listing_id="other"))
    assert list(checked.faults["rule"]) == ["key_unique", "key_unique"]
    assert list(checked.good["listings"]["listing_id"]) == ["other"]


def test_the_later_arrival_breaks_a_tie_of_clocks(row, table_of):
    rows = [row(LISTINGS, title="b", seen_at=NOON + timedelta(minutes=1)), row(LISTINGS, title="a")]
    checked = one(LISTINGS, table_of, *rows)
    assert list(checked.good["listings"]["title"]) == ["b"] and not len(checked.faults)


def test_an_unreadable_twin_is_not_taken_for_a_readable_one(row, table_of):
    rows = [row(LISTINGS), row(LISTINGS, fault="price_minor: 'x' is not an amount")]
    assert len(one(LISTINGS, table_of, *rows).good["listings"]) == 0


def test_signed_money_may_be_negative_and_stock_may_not(row, table_of):
    assert len(one(LEDGER_ENTRIES, table_of, row(LEDGER_ENTRIES, amount_minor=-5)).good["ledger_entries"]) == 1
    assert found(one(INVENTORY, table_of, row(INVENTORY, sellable_quantity=-1))) == {("inventory", "not_negative", "sellable_quantity")}


def test_a_rating_is_one_to_five_and_a_buyers_words_stay_out_of_the_quarantine(row, table_of):
    checked = one(REVIEWS, table_of, row(REVIEWS, rating=6, text="call me: 555 0100"), row(REVIEWS, review_id="2", rating=1))
    assert found(checked) == {("reviews", "rating_1_to_5", "rating")}
    assert "555" not in checked.faults.to_json()


@pytest.mark.parametrize("name", sorted(CANONICAL))
def test_every_table_can_be_checked_full_and_empty(name, row, table_of):
    table = CANONICAL[name]
    if table.is_derived or table.parent or name == "orders":
        return
    assert len(one(table, table_of, row(table)).good[name]) == 1, one(table, table_of, row(table)).faults.to_dict("records")
    empty = one(table, table_of)
    assert len(empty.good[name]) == 0 and empty.result["gate"].success


def test_a_missing_column_is_a_schema_error(chunk):
    frames = chunk()
    frames["orders"] = frames["orders"].drop(columns="site")
    with pytest.raises(SchemaError, match="site"):
        check("orders", frames, FACTS)


def test_great_expectations_finds_the_very_rows_the_masks_do(chunk):
    keys = [{"order_id": key} for key in "ABC"]
    frames = chunk([keys[0], keys[1] | {"total_minor": 1}, keys[2] | {"total_minor": 2, "status": "?"}], keys, [], [])
    result = check("orders", frames, FACTS).result["orders"]
    places = {r.expectation_config.meta["rule"]: r.result["unexpected_index_list"] for r in result.results}
    assert places["total_adds_up"] == [1, 2] and places["known_word"] == [2]


change = st.fixed_dictionaries({}, optional={
    "status": st.sampled_from(["paid", "?", None]), "total_minor": st.sampled_from([2200, 1, None]), "unit_count": st.sampled_from([2, 5]),
    "currency": st.sampled_from(["EUR", "XXQ", None]), "fault": st.sampled_from([None, "x: y"]),
})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(change, max_size=6), st.lists(st.integers(0, 7), max_size=8), st.randoms(use_true_random=False))
def test_no_record_is_lost_and_no_order_is_stored_half(chunk, changes, line_of, shuffler):
    lines = [{"order_id": str(n), "line_id": str(i)} for i, n in enumerate(line_of)]
    frames = chunk([one | {"order_id": str(n)} for n, one in enumerate(changes)], lines, [], [])
    checked = check("orders", frames, FACTS)
    for name, frame in frames.items():
        bad = set(checked.faults[checked.faults["table"] == name]["key"])
        assert len(checked.good[name]) + len(bad) == len(frame)
    whole = set(checked.good["orders"]["order_id"])
    assert set(checked.good["order_lines"]["order_id"]) <= whole
    for key in whole:
        assert (frames["order_lines"]["order_id"] == key).sum() == (checked.good["order_lines"]["order_id"] == key).sum()
    order = list(range(len(changes)))
    shuffler.shuffle(order)
    again = check("orders", frames | {"orders": frames["orders"].iloc[order]}, FACTS)
    assert set(again.good["orders"]["order_id"]) == whole


def test_tallies_add_up_and_survive_being_stored(chunk):
    tally = check("orders", chunk([{"total_minor": 1}]), FACTS).tallies["orders"]
    total = Tally.from_json((tally + tally).to_json())
    assert total.rows == 2
    assert total.broken() == {"total_adds_up": 2, "lines_add_up": 2}
    assert total.examples[0][1] == "pull-1/0#0"


def test_every_rule_of_every_table_is_described():
    assert {rule for table in CANONICAL.values() for rule in rules_of(table)} == set(RULES)


@pytest.mark.parametrize(("count", "usual", "severity"), [
    (100, [90, 100, 110, 105], None), (10, [90, 100, 110, 105], "warning"), (400, [90, 100, 110, 105], "warning"),
    (0, [90, 100, 110, 105], "suspicious"), (0, [3, 4, 2, 5], None), (0, [100, 100], None), (12, [3, 4, 2, 5], None),
])
def test_a_pull_is_measured_against_the_usual(count, usual, severity):
    findings = batch_findings("orders", BatchFacts(now=NOON, count=count, usual_counts=usual))
    assert [f.severity for f in findings] == ([severity] if severity else [])


def test_old_news_is_a_warning():
    old = BatchFacts(now=NOON, newest=NOON - timedelta(hours=50), fresh_within=timedelta(hours=24))
    assert "50 h old" in batch_findings("orders", old)[0].message
    assert batch_findings("orders", BatchFacts(now=NOON, newest=NOON, fresh_within=timedelta(hours=1))) == []


def test_a_derived_table_has_nothing_to_judge():
    with pytest.raises(SchemaError, match="derived"):
        check("stage_events", {"stage_events": CANONICAL["stage_events"].empty()}, FACTS)


def test_the_cost_of_a_chunk_stays_small(chunk):
    import time

    count = 2000
    keys = pd.Series([f"302-{n:07}" for n in range(count)]).astype(LISTINGS.by_name["sku"].kind.dtype)
    frames = {name: frame.loc[[0] * count].reset_index(drop=True).assign(order_id=keys) for name, frame in chunk().items()}
    check("orders", frames, FACTS)  # the first pays for Great Expectations' import
    start = time.process_time()
    checked = check("orders", frames, FACTS)
    assert len(checked.good["orders"]) == count
    assert time.process_time() - start < 0.5  # about 0.05 s where nothing else runs


def test_an_order_is_compared_with_its_lines_only_where_all_of_them_show_the_amount(chunk):
    hidden = {"line_id": "2", "quantity": 0, "shipped_quantity": 0} | dict.fromkeys(
        ("unit_price_minor", "items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor"))
    less = {"items_minor": 1500, "total_minor": 1700}
    parcels = [{"quantity": 2}]
    assert sizes(check("orders", chunk(lines=[less, hidden], shipment_lines=parcels), FACTS))["orders"] == 1
    assert sizes(check("orders", chunk(lines=[less], shipment_lines=parcels), FACTS))["orders"] == 0
