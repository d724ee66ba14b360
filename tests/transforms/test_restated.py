"""Weeks that change after they were reported."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from transforms.metrics import ClientFacts, Figures, Money, Period, ShopFacts, Told, restate, shop_figures, told_before, weekly
from transforms.metrics.reasons import Reason, reasons
from transforms.tables import FX_RATES, INVENTORY, LISTINGS, ORDER_LINES, ORDERS, RETURNS

EU, SG = "lumora_amazon_eu", "lumora_lazada_sg"
LUMORA = ClientFacts("lumora", "CNY", "Asia/Shanghai", (ShopFacts(EU, "amazon", ("DE",)), ShopFacts(SG, "lazada", ("SG",))))
FIRST = date(2026, 11, 2)
NOTHING = Money("CNY", 0, 0, 0, 0, None)


def period(number: int) -> Period:
    start = FIRST + timedelta(days=7 * number)
    return Period(start, start + timedelta(days=7))


def figures(orders=5, refunds=0, gross=10_000, **more) -> Figures:
    euros = Money("EUR", gross, 0, refunds, gross - refunds, None)
    yuan = Money("CNY", gross * 8, 0, refunds * 8, (gross - refunds) * 8, None)
    given_ = {"cancelled": 0, "units": orders, "orders_without_money": 0, "own": (euros,), "converted": yuan, "unconverted": ()}
    return Figures(**{"orders": orders, **given_, **more})


def test_a_late_refund_is_restated_with_its_week_figures_and_reason():
    week = restate(Told(period(0), "Asia/Shanghai", {EU: figures()}), {EU: figures(refunds=700)}, "CNY")
    assert (week.period_start, week.last_day, week.net_was, week.net_now) == ("2026-11-02", "2026-11-08", 80_000, 74_400)
    (shop,) = week.shops
    assert [(one.figure, one.currency, one.was, one.now) for one in shop.changes] == [
        ("net_sales", "EUR", 10_000, 9_300), ("refunds", "EUR", 0, 700),
    ]
    assert shop.reasons == (Reason("refunded"),)


def test_a_week_that_reads_as_it_was_told_is_not_restated():
    assert restate(Told(period(0), "Asia/Shanghai", {EU: figures()}), {EU: figures()}, "CNY") is None


REASONS = {
    "late_orders": (figures(), figures(orders=7, gross=14_000), [Reason("late_orders", 2)]),
    "withdrawn": (figures(), figures(orders=4, gross=8_000), [Reason("withdrawn", 1)]),
    "cancelled": (figures(), figures(orders=4, gross=8_000, cancelled=1), [Reason("cancelled", 1)]),
    "revived": (figures(orders=4, cancelled=1), figures(), [Reason("revived", 1)]),
    "one came while another was cancelled": (figures(), figures(cancelled=1), [Reason("late_orders", 1), Reason("cancelled", 1)]),
    "amount known": (figures(orders_without_money=1), figures(gross=12_000), [Reason("amount_known", 1)]),
    "cancelled before its amount was known": (figures(orders_without_money=1), figures(orders=4, cancelled=1), [Reason("cancelled", 1)]),
    "repriced": (figures(), figures(gross=9_900), [Reason("repriced")]),
    "fewer units of the same orders": (figures(), figures(units=4), [Reason("repriced")]),
    "refund lowered": (figures(refunds=500), figures(refunds=200), [Reason("refund_lowered")]),
    "a first refund in a shop without sales": (figures(0, own=(), converted=NOTHING), figures(0, 500, 0), [Reason("refunded")]),
    "rates": (figures(), figures(converted=Money("CNY", 1, 0, 0, 1, None)), [Reason("rates")]),
    "another reading currency is no change of rates": (figures(), figures(converted=Money("USD", 1, 0, 0, 1, None)), []),
}


@pytest.mark.parametrize("case", REASONS)
def test_a_reason_is_given_where_the_figures_prove_it(case):
    was, now, expected = REASONS[case]
    assert list(reasons(was, now)) == expected


def test_a_shop_added_since_and_a_week_without_a_report_say_so():
    added = restate(Told(period(0), "Asia/Shanghai", {EU: figures()}), {EU: figures(), SG: figures()}, "CNY")
    assert [(one.shop, one.reasons[0].name, one.changes[0].was) for one in added.shops] == [(SG, "shop_added", None)]
    missed = restate(Told(period(0), "Asia/Shanghai", {}, was_reported=False), {EU: figures()}, "CNY")
    assert (missed.net_was, missed.net_now, missed.shops[0].reasons) == (None, 80_000, (Reason("not_reported"),))


def test_a_week_reported_in_another_currency_is_compared_in_the_shops_own():
    was = figures(converted=Money("USD", 11_000, 0, 0, 11_000, None))
    week = restate(Told(period(0), "Asia/Shanghai", {EU: was}), {EU: figures(refunds=100)}, "CNY")
    assert week.net_was is None
    assert [one.figure for one in week.shops[0].changes] == ["net_sales", "refunds"]


def kept(number: int, shops: dict[str, Figures], restated=(), zone="Asia/Shanghai"):
    own = period(number)
    days = {"period_start": own.start.isoformat(), "period_end": own.end.isoformat()}
    metrics = {**days, "zone": zone, "shops": [{"shop": name, "this": asdict(one)} for name, one in shops.items()]}
    return json.loads(json.dumps({"metrics": metrics, "restated": [asdict(one) for one in restated]}))


def test_what_was_restated_once_is_what_the_next_report_compares_with():
    late = restate(Told(period(0), "Asia/Shanghai", {EU: figures()}), {EU: figures(refunds=700)}, "CNY")
    told = told_before(period(2), [kept(0, {EU: figures()}), kept(1, {}, [late])], "Asia/Shanghai")
    assert [one.period for one in told] == [period(1), period(0)]
    assert told[1].shops == {EU: figures(refunds=700)}


def test_weeks_nobody_was_told_of_are_looked_at_between_reported_ones_and_never_before_the_first():
    told = told_before(period(4), [kept(1, {EU: figures()})], "Asia/Shanghai")
    assert [(one.period, one.was_reported) for one in told] == [(period(3), False), (period(2), False), (period(1), True)]
    assert told_before(period(4), [], "Asia/Shanghai") == []


def test_a_report_without_restatements_and_another_zone_are_taken_as_they_were():
    old = {**kept(0, {EU: figures()}, zone="Europe/Berlin"), "restated": None}
    assert told_before(period(1), [old], "Asia/Shanghai") == [Told(period(0), "Europe/Berlin", {EU: figures()})]


class Shops:
    """Orders and returns as they stand; what may happen to them, early or late; and the reports made of them."""

    def __init__(self, row, table_of) -> None:
        self.row, self.table_of = row, table_of
        self.orders, self.returns, self.kept, self.told = [], [], [], Counter()

    def happen(self, kind: str, week: int, place: int, amount: int) -> None:
        at = datetime.combine(period(week).start + timedelta(days=place % 7), time(9), tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
        shop, code = (EU, "EUR") if place % 2 else (SG, "SGD")
        scope = {"shop": shop, "currency": code, "order_id": str(len(self.orders))}
        if kind == "order":
            status = "cancelled" if amount % 7 == 0 else "paid"
            self.orders.append({**scope, "placed_at": at, "status": status, "items_minor": amount, "line_status": "paid"})
        elif kind == "return":
            given_ = {"status": "requested", "kind": "return", "refund_minor": amount, "requested_at": at}
            self.returns.append({**scope, "return_id": str(len(self.returns)), **given_})
        elif kind == "refund" and self.returns:
            self.returns[place % len(self.returns)]["status"] = "refunded" if amount % 5 else "rejected"
        elif self.orders:
            change = {"cancel": {"status": "cancelled"}, "revive": {"status": "paid"}, "reprice": {"items_minor": amount}}.get(kind, {})
            self.orders[place % len(self.orders)].update(change)

    def frames(self):
        lines = [
            {name: one[name] for name in ("shop", "order_id", "currency", "items_minor")} | {"discount_minor": one["items_minor"] // 10}
            for one in self.orders
        ]
        orders = [{name: value for name, value in one.items() if name != "line_status"} for one in self.orders]
        rates = [
            {"currency": code, "rate_date": FIRST + timedelta(days=n), "rate_per_eur": Decimal(rate)}
            for code, rate in (("CNY", "8"), ("SGD", "1.6")) for n in range(-7, 60)
        ]
        tables = (
            (ORDERS, orders), (ORDER_LINES, [{"status": "paid", "quantity": 1, **one} for one in lines]), (RETURNS, self.returns),
            (FX_RATES, rates), (INVENTORY, []), (LISTINGS, []),
        )
        return {table.name: self.table_of(table, [self.row(table, **one) for one in rows]) for table, rows in tables}

    def report(self, number: int) -> dict:
        """As the night does it; kept the way a database gives it back."""
        frames, own = self.frames(), period(number)
        told = told_before(own, self.kept, LUMORA.zone)
        weeks = [restate(one, shop_figures(LUMORA, frames, one.period), "CNY") for one in told]
        made = {"metrics": weekly(LUMORA, frames, own).as_plain(), "restated": [asdict(one) for one in weeks if one]}
        return json.loads(json.dumps(made))

    def read(self, report: dict) -> None:
        """A brand owner's own sums: what each report says, and every change it tells, from what to what."""
        self.kept.append(report)
        for shop in report["metrics"]["shops"]:
            self.told.update(counted(shop["shop"], shop["this"]))
        for week in report["restated"]:
            for shop in week["shops"]:
                for one in shop["changes"]:
                    if one["figure"] != "net_converted":
                        self.told[shop["shop"], one["figure"], one["currency"]] += one["now"] - (one["was"] or 0)


def counted(shop: str, this: dict) -> Counter:
    sums = Counter({(shop, name, None): this[name] for name in ("orders", "units")})
    for money in this["own"]:
        for name in ("net_sales", "refunds"):
            sums[shop, name, money["currency"]] += money[f"{name}_minor"]
    return sums


happenings = st.tuples(
    st.sampled_from(["order", "order", "return", "refund", "refund", "cancel", "revive", "reprice"]),
    st.integers(0, 5), st.integers(0, 20), st.integers(1, 9_999),
)
LATE_REFUND = [([("order", 0, 1, 5_001), ("return", 0, 1, 801)], True), ([("refund", 0, 0, 801)], True), ([], True)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(happenings, max_size=6), st.booleans()), min_size=2, max_size=5))
@example(LATE_REFUND)
def test_reports_and_restatements_add_up_to_the_tables_whatever_comes_late(row, table_of, nights):
    shops, first = Shops(row, table_of), None
    for number, (happened, is_sent) in enumerate(nights):
        for one in happened:
            shops.happen(one[0], min(one[1], number), *one[2:])
        report = shops.report(number)
        assert shops.report(number) == report
        if is_sent or number == len(nights) - 1:
            first = number if first is None else first
            shops.read(report)
    final = Counter()
    for number in range(first, len(nights)):
        for shop, one in shop_figures(LUMORA, shops.frames(), period(number)).items():
            final.update(counted(shop, asdict(one)))
    assert {key: value for key, value in shops.told.items() if value} == {key: value for key, value in final.items() if value}
    again = shops.report(len(nights))
    assert again["restated"] == []


def test_a_single_periods_figures_are_the_weekly_reports_own(row, table_of):
    shops = Shops(row, table_of)
    for one in (("order", 1, 1, 5_001), ("order", 1, 2, 801), ("order", 0, 2, 99), ("return", 1, 1, 300), ("refund", 0, 0, 1)):
        shops.happen(*one)
    frames = shops.frames()
    found = shop_figures(LUMORA, {name: frame for name, frame in frames.items() if name not in ("inventory", "listings")}, period(1))
    assert found == {one.shop: one.this for one in weekly(LUMORA, frames, period(1)).shops}


def test_a_shop_the_clients_file_no_longer_names_keeps_adding_up(row, table_of):
    shops = Shops(row, table_of)
    shops.happen("order", 0, 1, 5_001)
    shops.happen("order", 0, 2, 801)
    alone = replace(LUMORA, shops=LUMORA.shops[:1])
    found = weekly(alone, shops.frames(), period(0))
    assert [one.shop for one in found.shops] == [EU, SG]
    assert sum(one.this.converted.net_sales_minor for one in found.shops) == found.total.converted.net_sales_minor


def test_returns_not_settled_yet_are_counted_once_a_request(row, table_of):
    shops = Shops(row, table_of)
    shops.happen("return", 0, 1, 300)
    shops.happen("return", 0, 2, 300)
    shops.happen("return", 1, 2, 300)
    shops.happen("refund", 0, 1, 1)
    assert weekly(LUMORA, shops.frames(), period(0)).unsettled_returns == 1
