import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.metrics import ClientFacts, Period, ShopFacts, change, weekly
from transforms.schema import SchemaError
from transforms.tables import FX_RATES, INVENTORY, LISTINGS, ORDER_LINES, ORDERS, RETURNS

EU, SG = "lumora_amazon_eu", "lumora_lazada_sg"
LUMORA = ClientFacts("lumora", "CNY", "Asia/Shanghai", (ShopFacts(EU, "amazon", ("DE", "FR")), ShopFacts(SG, "lazada", ("SG",))))
WEEK = Period(date(2026, 11, 9), date(2026, 11, 16))
TUESDAY = datetime(2026, 11, 10, 12, tzinfo=UTC)
RATES = [("EUR", "1"), ("CNY", "8"), ("SGD", "1.6")]


@pytest.fixture
def frames(row, table_of):
    def make(orders=(), returns=(), inventory=(), listings=(), rates=RATES):
        """Each order is ``(changes, *lines)``; a line is a dict of changes."""
        made_orders, made_lines = [], []
        for number, (change_, *lines) in enumerate(orders):
            order = row(ORDERS, **({"order_id": str(number), "placed_at": TUESDAY, "items_minor": 0} | change_))
            made_orders.append(order)
            base = {name: order[name] for name in ("client", "shop", "order_id", "currency")} | {"status": "paid", "title": "Lampe"}
            made_lines += [row(ORDER_LINES, **(base | {"line_id": str(n)} | line)) for n, line in enumerate(lines)]
        days = [date(2026, 10, 30) + timedelta(days=n) for n in range(17)]
        rate_rows = [
            row(FX_RATES, currency=code, rate_date=day, rate_per_eur=Decimal(rate)) for code, rate in rates if code != "EUR" for day in days
        ]
        return {
            "orders": table_of(ORDERS, made_orders), "order_lines": table_of(ORDER_LINES, made_lines),
            "returns": table_of(RETURNS, [row(RETURNS, **({"return_id": str(n)} | one)) for n, one in enumerate(returns)]),
            "inventory": table_of(INVENTORY, [row(INVENTORY, **one) for one in inventory]),
            "listings": table_of(LISTINGS, [row(LISTINGS, **one) for one in listings]),
            "fx_rates": table_of(FX_RATES, rate_rows),
        }
    return make


def sale(units=1, items=1000, discount=0, **more):
    return {"quantity": units, "items_minor": items, "discount_minor": discount} | more


def test_a_week_adds_up_by_shop_in_its_own_and_the_clients_currency(frames):
    found = weekly(LUMORA, frames([
        ({}, sale(2, 2000, 100), sale(1, 500)), ({"shop": SG, "currency": "SGD"}, sale(1, 1600)),
        ({"status": "cancelled"}, sale(9, 9000)),
    ], [{"refund_minor": 300, "status": "refunded", "requested_at": TUESDAY}]), WEEK)
    eu, sg = found.shops
    assert (eu.this.orders, eu.this.cancelled, eu.this.units) == (1, 1, 3)
    money = eu.this.own[0]
    assert (money.currency, money.gross_minor, money.discounts_minor) == ("EUR", 2500, 100)
    assert (money.refunds_minor, money.net_sales_minor) == (300, 2100)
    assert eu.this.converted.net_sales_minor == 2100 * 8
    assert money.average_order_minor == 2400
    assert sg.this.converted.net_sales_minor == 1600 * 5
    assert found.total.converted.net_sales_minor == 2100 * 8 + 8000
    assert [one.currency for one in found.total.own] == ["EUR", "SGD"]
    assert found.total_before.orders == 0 and found.total_before.converted.average_order_minor is None
    json.dumps(found.as_plain())


def test_an_order_belongs_to_the_day_on_the_clients_calendar(frames):
    edge = datetime(2026, 11, 8, 16, tzinfo=UTC)  # Monday 00:00 in Shanghai
    found = weekly(LUMORA, frames([({"placed_at": edge}, sale()), ({"placed_at": edge - timedelta(seconds=1)}, sale())]), WEEK)
    assert (found.total.orders, found.total_before.orders) == (1, 1)
    assert (found.days[0].day, found.days[0].orders) == ("2026-11-09", 1)
    assert len(found.days) == 7 and found.last_day == "2026-11-15"


def test_a_cancelled_line_is_not_sold_and_a_cancellation_is_no_refund(frames):
    found = weekly(LUMORA, frames([({}, sale(), sale(5, 5000, status="cancelled"))], [
        {"kind": "cancel", "refund_minor": 5000, "status": "refunded", "requested_at": TUESDAY},
        {"kind": "return", "refund_minor": 70, "status": "requested", "requested_at": TUESDAY},
    ]), WEEK)
    assert (found.total.units, found.total.converted.net_sales_minor) == (1, 8000)


def test_an_order_without_money_counts_as_an_order_and_not_in_the_average(frames):
    pending = {"status": "pending", "currency": None, "items_minor": None}
    found = weekly(LUMORA, frames([({}, sale()), (pending, sale(2, None, None))]), WEEK).total
    assert (found.orders, found.units, found.orders_without_money) == (2, 3, 1)
    assert found.own[0].average_order_minor == 1000


def test_money_without_a_rate_is_named_and_left_out_never_taken_at_one(frames):
    found = weekly(LUMORA, frames([({}, sale()), ({"shop": SG, "currency": "VND"}, sale(1, 500000))]), WEEK)
    assert found.total.unconverted == ("VND",)
    assert found.total.converted.net_sales_minor == 8000
    assert found.shops[1].this.own[0].gross_minor == 500000


def test_the_rates_behind_the_figures_are_told_with_their_day(frames):
    found = weekly(LUMORA, frames([({"shop": SG, "currency": "SGD"}, sale())]), WEEK)
    rate = found.rates[0]
    assert (rate.currency, rate.target, rate.rate_date, rate.source, rate.rate) == ("SGD", "CNY", "2026-11-10", "ECB", "5")


def test_products_are_ranked_by_what_they_brought(frames):
    found = weekly(LUMORA, frames([
        ({}, sale(9, 100, sku="cheap"), sale(1, 5000, sku="dear")), ({"shop": SG, "currency": "SGD"}, sale(1, 1600, sku="dear")),
    ]), WEEK).top_products
    assert [(one.sku, one.units, one.sales_minor, one.shops) for one in found] == [
        ("dear", 2, 48000, (EU, SG)), ("cheap", 9, 800, (EU,)),
    ]


def test_stock_is_watched_by_the_speed_of_28_days(frames):
    sold = [({"site": "DE", "placed_at": TUESDAY - timedelta(days=20)}, sale(28, sku="fast"), sale(1, sku="slow"))]
    stock = [{"sku": "fast", "sellable_quantity": 5}, {"sku": "slow", "sellable_quantity": 5}, {"sku": "gone", "sellable_quantity": 0},
             {"sku": "unlisted", "sellable_quantity": 0}]
    listed = [{"sku": sku, "listing_id": sku, "title": f"T {sku}"} for sku in ("fast", "slow", "gone")]
    found = weekly(LUMORA, frames(sold, (), stock, listed), WEEK).stock_to_watch
    assert [(one.sku, one.reason, one.days_of_cover, one.title) for one in found] == [
        ("gone", "out_of_stock", None, "T gone"), ("fast", "low_cover", 5.0, "T fast"),
    ]


def test_a_network_that_two_sites_show_is_one_stock(frames):
    sold = [({"site": site, "fulfilled_by": "marketplace"}, sale(14, sku="A")) for site in ("DE", "FR")]
    shown = {"sku": "A", "location": "AMAZON_EU", "fulfilled_by": "marketplace", "sellable_quantity": 10}
    listed = [{"sku": "A", "site": site} for site in ("DE", "FR")]
    found = weekly(LUMORA, frames(sold, (), [shown | {"site": site} for site in ("DE", "FR")], listed), WEEK).stock_to_watch
    assert [(one.sites, one.sellable_quantity, one.units_28d, one.days_of_cover) for one in found] == [(("DE", "FR"), 10, 28, 10.0)]


def test_a_client_that_sold_nothing_still_has_a_week(frames):
    found = weekly(LUMORA, frames(), WEEK)
    assert found.total.orders == 0 and len(found.days) == 7 and [one.shop for one in found.shops] == [EU, SG]
    assert found.data_until is None and found.rates == ()


def test_another_clients_rows_are_refused(frames):
    with pytest.raises(SchemaError, match="another client"):
        weekly(LUMORA, frames([({"client": "teahaus"}, sale())]), WEEK)
    with pytest.raises(SchemaError, match="missing"):
        weekly(LUMORA, {"orders": ORDERS.empty()}, WEEK)


orders_of_any_kind = st.tuples(
    st.sampled_from([EU, SG]), st.sampled_from(["EUR", "SGD"]), st.integers(-15, 8), st.integers(0, 10**6),
    st.sampled_from(["paid", "delivered", "cancelled"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(orders_of_any_kind, max_size=8), st.randoms(use_true_random=False))
def test_shops_and_days_add_up_to_the_total_in_any_order_of_rows(frames, told, shuffler):
    made = frames([
        ({"shop": shop, "currency": code, "placed_at": TUESDAY + timedelta(days=day), "status": status}, sale(1, items))
        for shop, code, day, items, status in told
    ])
    found = weekly(LUMORA, made, WEEK)
    assert sum(one.this.converted.net_sales_minor for one in found.shops) == found.total.converted.net_sales_minor
    assert sum(one.net_sales_minor for one in found.days) == found.total.converted.net_sales_minor
    assert sum(one.orders for one in found.days) == found.total.orders
    order = list(range(len(made["orders"])))
    shuffler.shuffle(order)
    assert weekly(LUMORA, {name: frame.iloc[order] if name == "orders" else frame for name, frame in made.items()}, WEEK) == found


def test_change_compares_only_with_something():
    assert change(150, 100) == 0.5 and change(5, 0) is None and change(None, 3) is None
    assert change(-50, -100) == 0.5


def test_a_year_of_orders_is_summed_in_moments(frames):
    import time

    made = frames([({}, sale())])
    count = 30_000
    many = {name: made[name].loc[[0] * count].reset_index(drop=True) for name in ("orders", "order_lines")}
    keys = pd.Series([str(n) for n in range(count)], dtype="string[pyarrow]").astype(ORDERS.by_name["order_id"].kind.dtype)
    start = time.process_time()
    found = weekly(LUMORA, made | {name: frame.assign(order_id=keys) for name, frame in many.items()}, WEEK)
    assert found.total.orders == count
    assert time.process_time() - start < 3
