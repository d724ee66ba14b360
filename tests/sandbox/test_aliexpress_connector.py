"""The connector against AliExpress's sandbox: goes on after any page, writes and reads back, and survives trouble; no database."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectors import aliexpress as vendor
from connectors.aliexpress import read_listings, read_orders
from connectors.contract import Credentials, Services, Shop, Window
from connectors.errors import RetryableError
from connectors.memory import MemoryLimiter, MemoryTokens
from connectors.writes import PriceChange, ShipmentNotice, StockChange
from pipeline.demo.truth import compare
from transforms.tables import CANONICAL

SHOP, COUNTRY = "lumora_aliexpress", "US"


class Clock:
    """The sandbox's clock, read once and extrapolated at its speed."""

    def __init__(self, sandbox):
        self.sandbox, self.speed = sandbox, sandbox.get("/clock")["speed"]
        self.read()

    def read(self) -> None:
        self.base, self.since = self.sandbox.now(), time.monotonic()

    def now(self) -> datetime:
        return self.base + timedelta(seconds=(time.monotonic() - self.since) * self.speed)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)


class House:
    """One shop's connector over a running sandbox."""

    def __init__(self, sandbox, **services):
        self.sandbox, self.clock = sandbox, Clock(sandbox)
        told = sandbox.told["marketplaces"]["aliexpress"]["shops"][SHOP]
        shop = Shop("lumora", SHOP, "aliexpress", (COUNTRY,), told["account"])
        lent = Services(self.clock, MemoryLimiter(self.clock), MemoryTokens(), lambda text: text, patience_seconds=3600.0)
        given = Credentials(told["base_url"], told["auth_url"], told["credentials"])
        self.connector = vendor.connect(shop, given, replace(lent, **services))

    @property
    def history(self) -> Window:
        return Window(self.clock.now() - timedelta(days=40), self.clock.now())

    def truth(self, table):
        return self.sandbox.get(f"/truth/{table}", shop=SHOP)

    def rows(self, entity, pages):
        """Table → plain rows; faults and places left out."""
        frames = self.connector.map(entity, pages)
        assert [fault for frame in frames.values() for fault in frame["fault"].dropna()] == []
        return {name: frame.astype(object).where(frame.notna(), None).to_dict("records") for name, frame in frames.items()}

    def mismatches(self, entity, pages):
        found = {name: compare(CANONICAL[name], self.truth(name), rows) for name, rows in self.rows(entity, pages).items()}
        return {name: table.examples for name, table in found.items() if table.mismatches}

    def pass_time(self):
        self.sandbox.post("/clock", {"advance_seconds": 200})
        self.clock.read()


@pytest.fixture(scope="module")
def market(start_one):
    """A small world whose clock runs fast: quotas and the writes' delays cost nothing."""
    return start_one("--marketplaces", "aliexpress", "--days", 6, "--orders-per-day", 150, "--speed", 300)


@pytest.fixture
def house(market):
    return House(market)


@pytest.mark.parametrize("entity", ["listings", "disputes"])
def test_a_pull_stopped_after_any_page_and_gone_on_with_gives_the_same_rows(house, monkeypatch, entity):
    monkeypatch.setattr(read_listings, "PAGE", 3)
    window = house.history
    whole = list(house.connector.read(entity, window))
    rows = house.rows(entity, whole)
    assert whole[-1].cursor is None and house.mismatches(entity, whole) == {}
    for at in range(0, len(whole) - 1, 3):
        cursor = json.loads(json.dumps(whole[at].cursor))
        rest = list(house.connector.read(entity, window, cursor))
        places = [[(page.part, page.group, page.request) for page in pages] for pages in (rest, whole[at + 1 :])]
        assert places[0] == places[1]
        assert house.rows(entity, [*whole[: at + 1], *rest]) == rows


def test_an_orders_pull_goes_on_in_the_middle_of_a_pages_details(house, monkeypatch):
    monkeypatch.setattr(read_orders, "PAGE", 10)
    window = house.history
    whole = list(house.connector.read("orders", window))
    assert house.mismatches("orders", whole) == {}
    for at in (0, 5, 10, 11, len(whole) - 2):
        rest = list(house.connector.read("orders", window, json.loads(json.dumps(whole[at].cursor))))
        pages = [*whole[: at + 1], *rest]
        assert [(page.part, page.group) for page in pages] == [(page.part, page.group) for page in whole]
        assert house.mismatches("orders", pages) == {}


def test_no_cursor_and_no_note_holds_a_buyer(house):
    logins = {row["buyer_key"] for row in house.truth("orders")}
    for entity in ("orders", "disputes", "reviews"):
        for page in house.connector.read(entity, house.history):
            shown = json.dumps(page.cursor) + page.request
            assert not any(login in shown for login in logins)


def change(kind, row, **more):
    return kind("job", COUNTRY, row["sku"], row["listing_id"], row["product_id"], **more)


def test_stock_is_set_absolutely_and_read_back(house):
    rows = house.truth("listings")[:6]
    wanted = [replace(change(StockChange, row, quantity=900 + n), job_id=str(n)) for n, row in enumerate(rows)]
    dry = house.connector.push_stock(wanted, dry_run=True)
    assert all(answer.is_accepted and "would be sent" in answer.message for answer in dry)
    strange = replace(wanted[0], job_id="x", product_id="1005003000099999", listing_id="1005003000099999:14:1")
    nameless = replace(wanted[0], job_id="y", sku=rows[0]["listing_id"])
    negative = replace(wanted[0], job_id="z", quantity=-1)
    answers = {each.job_id: each for each in house.connector.push_stock([*wanted, strange, nameless, negative])}
    assert [job for job, answer in answers.items() if not answer.is_accepted] == ["x", "y", "z"]
    assert "not one of this seller's" in answers["x"].message and "seller's code" in answers["y"].message
    house.pass_time()
    assert house.connector.observe_stock([*wanted, strange]) == {**{str(n): 900 + n for n in range(6)}, "x": None}


def test_a_price_never_erases_a_running_discount(house):
    """Article by article: with a discount the list price stays and the discount price moves; without one the list price does."""
    shown = {}
    for page in house.connector.read("listings", house.history):
        if page.part.startswith("product/"):
            product = json.loads(page.body)["aliexpress_solution_product_info_get_response"]["result"]
            skus = product["aeop_ae_product_s_k_us"]["global_aeop_ae_product_sku"]
            shown |= {f"{product['product_id']}:{sku['id']}": sku for sku in skus}
    rows = {row["listing_id"]: row for row in house.truth("listings")}
    discounted = next(key for key, sku in shown.items() if sku.get("sku_discount_price"))
    plain = next(key for key, sku in shown.items() if not sku.get("sku_discount_price"))
    wanted = [
        replace(change(PriceChange, rows[key], currency="USD", price_minor=rows[key]["price_minor"] - 111), job_id=key)
        for key in (discounted, plain)
    ]
    high = replace(wanted[0], job_id="high", price_minor=10_000_000)
    euros = replace(wanted[1], job_id="euros", currency="EUR")
    answers = {each.job_id: each for each in house.connector.push_prices([*wanted, high, euros])}
    assert [job for job, answer in answers.items() if not answer.is_accepted] == ["high", "euros"]
    assert "end the discount" in answers["high"].message and "priced in USD" in answers["euros"].message
    house.pass_time()
    assert house.connector.observe_prices(wanted) == {each.job_id: each.price_minor for each in wanted}
    assert house.connector.observe_prices([euros]) == {"euros": None}
    after = house.connector.gateway.call("aliexpress.solution.product.info.get", {"product_id": rows[discounted]["product_id"]}).json
    skus = after["aliexpress_solution_product_info_get_response"]["result"]["aeop_ae_product_s_k_us"]["global_aeop_ae_product_sku"]
    sku = next(sku for sku in skus if f"{rows[discounted]['product_id']}:{sku['id']}" == discounted)
    assert sku["sku_price"] == shown[discounted]["sku_price"] and "sku_discount_price" in sku
    assert house.mismatches("listings", list(house.connector.read("listings", house.history))) == {}


def test_a_parcel_is_told_once_with_its_carriers_pattern_and_as_all_or_part(house):
    held = house.truth("order_lines")
    waiting = [row["order_id"] for row in house.truth("orders") if row["status"] == "paid"]
    lines = {key: [line for line in held if line["order_id"] == key] for key in waiting}
    order = next(key for key, held in lines.items() if all(line["status"] == "paid" for line in held))
    units = {line["line_id"]: line["quantity"] for line in lines[order]}
    notice = ShipmentNotice("1", COUNTRY, order, units, "UPS", "US123456789012", house.sandbox.now())
    odd = [
        replace(notice, job_id="pattern", tracking_number="DE1"), replace(notice, job_id="carrier", carrier="Pigeon"),
        replace(notice, job_id="other", carrier="Other"), replace(notice, job_id="order", order_id="30000000000000100"),
    ]
    refused = {answer.job_id: answer for answer in house.connector.push_shipments(odd)}
    assert not any(answer.is_accepted for answer in refused.values())
    assert "pattern" in refused["pattern"].message and "Pigeon" in refused["carrier"].message
    assert "no such order" in refused["order"].message
    assert house.connector.observe_shipments([notice]) == {"1": False}
    assert [answer.message for answer in house.connector.push_shipments([notice])] == ["taken"]
    house.pass_time()
    assert house.connector.observe_shipments([notice]) == {"1": True}
    again = house.connector.push_shipments([replace(notice, job_id="2")])
    assert again[0].is_accepted and "already" in again[0].message
    told = house.sandbox.get("/stats")["shops"][SHOP]["calls"]["aliexpress.solution.order.fulfill"]
    assert told == 1, "a parcel the order shows was told again"
    status = next(row["status"] for row in house.truth("orders") if row["order_id"] == order)
    assert status == "shipped" and house.mismatches("orders", list(house.connector.read("orders", house.history))) == {}


def test_a_parcel_with_a_part_of_what_is_waiting_is_told_as_a_part():
    from connectors.aliexpress.shipments import send_type

    child = {"order_status": "WAIT_SELLER_SEND_GOODS", "product_count": 2}
    order = {"child_order_list": {"dto": [{**child, "child_order_id": "1"}, {**child, "child_order_id": "2"}]}}
    notice = ShipmentNotice("1", COUNTRY, "9", {"1": 2, "2": 2}, "UPS", "US1", datetime(2026, 1, 1))
    assert send_type(notice, order) == "all"
    assert send_type(replace(notice, units={"1": 2}), order) == send_type(replace(notice, units={"1": 2, "2": 1}), order) == "part"
    order["child_order_list"]["dto"][0]["order_status"] = "WAIT_BUYER_ACCEPT_GOODS"
    assert send_type(replace(notice, units={"2": 2}), order) == "all"


def stubborn(house, entity):
    """Read on from the last page after passing trouble, as a night does."""
    pages, window = [], house.history
    for _ in range(20):
        try:
            for page in house.connector.read(entity, window, pages[-1].cursor if pages else None):
                pages.append(page)
            return pages
        except RetryableError:
            continue
    raise AssertionError("it never ends")


def test_a_pull_among_hostile_trouble_ends_at_the_truth(start, monkeypatch):
    monkeypatch.setattr(read_orders, "PAGE", 5)
    monkeypatch.setattr(read_listings, "PAGE", 4)
    options = ("--days", 5, "--orders-per-day", 40, "--faults", "hostile", "--stall-seconds", "2", "--speed", 300)
    house = House(start("--marketplaces", "aliexpress", *options), answer_seconds=1.5)
    for entity in house.connector.endpoints:
        assert house.mismatches(entity, stubborn(house, entity)) == {}
    assert sum(house.sandbox.get("/stats")["faults"].values()) > 3
