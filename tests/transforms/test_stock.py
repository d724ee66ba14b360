from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.schema import SchemaError
from transforms.stock import Limits, Place, StockPolicy, check_known, guard, plan, promised, read_master, wanted_stock
from transforms.tables import INVENTORY, LISTINGS, ORDER_LINES, ORDERS

HERE = Place("lumora_amazon_eu", "DE")
NOTHING = pd.DataFrame({"client": [], "sku": [], "quantity": []})


def master(**on_hand):
    return pd.DataFrame({"sku": list(on_hand), "on_hand": list(on_hand.values())})


def wants(on_hand, taken=0, **policy):
    policy = StockPolicy(**({"places": (HERE,)} | policy))
    return list(wanted_stock(master(A=on_hand), pd.DataFrame({"client": ["c"], "sku": ["A"], "quantity": [taken]}), policy)["quantity"])


@pytest.fixture
def planned(row, table_of):
    def make(wanted, stock, listed=None, seen=None):
        inventory = table_of(INVENTORY, [row(INVENTORY, sku=sku, sellable_quantity=q, **(seen or {})) for sku, q in stock.items()])
        listings = table_of(LISTINGS, [row(LISTINGS, **({"sku": sku, "listing_id": sku} | (listed or {}))) for sku in stock])
        goal = wanted_stock(master(**wanted), NOTHING, StockPolicy((HERE,)))
        return plan(goal, inventory, listings), inventory
    return make


@pytest.mark.parametrize("text", [
    "sku,on_hand\nA,5\nB,0\n", "Seller SKU;Stock;Note\nA;5;x\n\nB;0;\n", "货号\t库存\nA\t5\nB\t0\n", "商家编码,可用库存\r\nA,5\r\nB,0",
])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_master_is_read_in_every_dress(text, encoding):
    frame = read_master(text.encode(encoding))
    assert frame.to_dict("list") == {"sku": ["A", "B"], "on_hand": [5, 0]}


def test_an_article_in_chinese_survives_gb18030():
    assert list(read_master("货号,数量\n灯-1,3\n".encode("gb18030"))["sku"]) == ["灯-1"]


@pytest.mark.parametrize(("text", "told"), [
    ("sku,on_hand\nA,5\nA,6\n", "row 3, column sku: 'A' stands in row 2"), ("sku,on_hand\nA,-1\n", "row 2, column on_hand: '-1'"),
    ("sku,on_hand\nA,1.5\n", "'1.5' is not a whole number"), ("sku,on_hand\nA,\n", "row 2, column on_hand: ''"),
    ("sku,on_hand\n,4\n", "row 2, column sku: is empty"), ("sku,colour\nA,red\n", "column on_hand is missing"),
    ("sku,stock,qty\nA,1,2\n", "stands 2 times"), ("", "empty"), ("sku,on_hand\nA\n", "row 2: 1 columns"), ("sku,on_hand\nA,１\n", "'１'"),
    ("sku,on_hand\nA,4006381333931\n", "not a whole number from 0"),
])
def test_a_wrong_master_is_refused_by_row_and_column(text, told):
    with pytest.raises(SchemaError, match="stock master") as caught:
        read_master(text.encode())
    assert told in str(caught.value)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(SchemaError, match="neither UTF-8 nor GB18030"):
        read_master(b"\xff\xff\xff\x00")


def test_a_master_made_elsewhere_is_held_to_the_same():
    for bad in (master(A=-1), master(A=1.5), pd.DataFrame({"sku": ["A", "A"], "on_hand": [1, 2]}), pd.DataFrame({"sku": ["A"]})):
        with pytest.raises(SchemaError):
            wanted_stock(bad, NOTHING, StockPolicy((HERE,)))


def test_an_article_nobody_lists_is_named_with_its_row(row, table_of):
    listings = table_of(LISTINGS, [row(LISTINGS, sku="A")])
    check_known(read_master(b"sku,on_hand\nA,1\n"), listings)
    with pytest.raises(SchemaError, match=r"row 3, column sku: 'B' .*and 1 more"):
        check_known(read_master(b"sku,on_hand\nA,1\nB,1\nC,1\n"), listings)


def test_promised_are_open_units_the_seller_ships(row, table_of):
    orders = table_of(ORDERS, [
        row(ORDERS, order_id="open", status="partially_shipped"), row(ORDERS, order_id="gone", status="shipped"),
        row(ORDERS, order_id="theirs", status="paid", fulfilled_by="marketplace"),
        row(ORDERS, order_id="new", status="pending", fulfilled_by=None),
    ])
    lines = table_of(ORDER_LINES, [
        row(ORDER_LINES, order_id="open", line_id="1", sku="A", quantity=5, shipped_quantity=2, status="partially_shipped"),
        row(ORDER_LINES, order_id="open", line_id="2", sku="A", quantity=9, shipped_quantity=0, status="cancelled"),
        row(ORDER_LINES, order_id="gone", line_id="3", sku="A", quantity=4, shipped_quantity=0, status="paid"),
        row(ORDER_LINES, order_id="theirs", line_id="4", sku="A", quantity=7, shipped_quantity=0, status="paid"),
        row(ORDER_LINES, order_id="new", line_id="5", sku="B", quantity=1, shipped_quantity=0, status="pending"),
        row(ORDER_LINES, order_id="new", line_id="6", sku=None, quantity=1, shipped_quantity=0, status="pending"),
    ])
    found = promised(orders, lines)
    assert dict(zip(found["sku"], found["quantity"], strict=True)) == {"A": 3, "B": 1}
    assert len(promised(ORDERS.empty(), ORDER_LINES.empty())) == 0


def test_the_larger_buffer_counts_and_nothing_falls_below_zero():
    assert wants(20, 3) == [17]
    assert wants(20, 3, buffer_units=5) == [12]
    assert wants(20, 0, buffer_units=1, buffer_share=0.1) == [18]
    assert wants(2, 3, buffer_units=5) == [0]
    assert wants(10, 0, min_quantity=11) == [0]
    assert wants(10, 0, places=(Place("a", "DE", 0.7), Place("b", "US", 0.3))) == [7, 3]


shares_of_places = st.lists(st.floats(0, 1), min_size=1, max_size=3)


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 50), st.floats(0, 0.99), shares_of_places)
def test_what_is_offered_is_never_more_than_what_is_free(on_hand, taken, units, share, shares):
    places = tuple(Place(f"s{n}", "DE", part) for n, part in enumerate(shares))
    found = wants(on_hand, taken, buffer_units=units, buffer_share=share, places=places)
    free = max(on_hand - taken - units, 0)
    assert all(0 <= quantity <= free for quantity in found)


def test_only_differences_become_jobs(planned):
    jobs, _ = planned({"A": 5, "B": 7}, {"A": 5, "B": 6})
    assert jobs[["sku", "observed_quantity", "wanted_quantity"]].to_dict("records") == [
        {"sku": "B", "observed_quantity": 6, "wanted_quantity": 7},
    ]


@pytest.mark.parametrize("listed", [{"status": "deleted"}, {"status": "suppressed"}, {"fulfilled_by": "marketplace"}])
def test_what_cannot_or_must_not_be_written_is_left_alone(planned, listed):
    assert len(planned({"A": 5}, {"A": 1}, listed)[0]) == 0


def test_stock_in_the_marketplaces_hands_is_left_alone(planned):
    assert len(planned({"A": 5}, {"A": 1}, None, {"fulfilled_by": "marketplace"})[0]) == 0
    assert len(planned({"A": 5}, {"A": 1}, {"status": "inactive"})[0]) == 1


def test_planned_twice_it_is_the_same_job_and_over_a_newer_observation_another(planned, row):
    first, again = planned({"A": 5}, {"A": 1})[0], planned({"A": 5}, {"A": 1})[0]
    later = {"source_updated_at": row(INVENTORY)["source_updated_at"] + timedelta(hours=1)}
    newer = planned({"A": 5}, {"A": 1}, None, later)[0]
    assert list(first["job_key"]) == list(again["job_key"]) != list(newer["job_key"])
    assert first["job_key"].iloc[0].startswith("lumora/lumora_amazon_eu/DE/A/5/20261110T12")


def test_a_plan_over_unknown_articles_or_two_clients_is_refused(planned, row, table_of):
    with pytest.raises(SchemaError, match="'B' is listed in none"):
        planned({"A": 1, "B": 1}, {"A": 1})
    two = table_of(INVENTORY, [row(INVENTORY), row(INVENTORY, client="other")])
    with pytest.raises(SchemaError, match="several clients"):
        plan(wanted_stock(master(A=1), NOTHING, StockPolicy((HERE,))), two, LISTINGS.empty())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from("ABCD"), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_after_the_jobs_are_observed_nothing_is_left_to_plan(planned, spots):
    wanted, stock = {sku: w for sku, (w, _) in spots.items()}, {sku: o for sku, (_, o) in spots.items()}
    jobs, _ = planned(wanted, stock)
    assert len(jobs) == sum(w != o for w, o in spots.values())
    stock |= dict(zip(jobs["sku"], jobs["wanted_quantity"], strict=True))
    assert len(planned(wanted, stock)[0]) == 0


def test_the_guard_lets_small_plans_pass_and_says_why_not(planned):
    stock = {f"S{n}": 10 for n in range(10)}
    small, inventory = planned(stock | {"S1": 9}, stock)
    assert guard(small, inventory, Limits()).needs_approval is False
    many, inventory = planned({sku: 9 for sku in stock}, stock)
    assert guard(many, inventory, Limits()).reasons == ["10 of 10 stocks would change (100%, allowed 30%)"]
    zero, inventory = planned(stock | {"S1": 0}, stock)
    assert "drop to zero: S1 at lumora_amazon_eu DE (10 → 0)" in guard(zero, inventory, Limits()).reasons[0]
    assert not guard(zero, inventory, Limits(allow_drop_to_zero=True)).needs_approval
    far, inventory = planned(stock | {"S1": 900}, stock)
    assert "more than 5 times" in guard(far, inventory, Limits()).reasons[0]


def test_no_jobs_need_no_approval(planned):
    none, inventory = planned({"A": 1}, {"A": 1})
    assert guard(none, inventory, Limits(max_changed_share=0)).reasons == []
