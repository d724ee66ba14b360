"""The connector against Alibaba.com's sandbox: goes on after any page, writes and reads back, and survives trouble; no database."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from connectors import alibaba as vendor
from connectors.alibaba import read_contracts, read_listings
from connectors.contract import Credentials, Services, Shop, Window
from connectors.errors import FatalError, RetryableError
from connectors.memory import MemoryLimiter, MemoryTokens
from connectors.writes import LadderChange, LadderStep, PriceChange, QuotationOffer, QuotedItem, ShipmentNotice, StockChange
from pipeline.demo.truth import compare
from sandbox.alibaba import apps
from transforms.tables import CANONICAL

SHOP, COUNTRY, SEED = "harbor_alibaba", "CN", 1


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
    """One shop's connector over a running sandbox, with one of the platform's apps."""

    def __init__(self, sandbox, app=apps.FULL, **services):
        self.sandbox, self.clock, self.calls = sandbox, Clock(sandbox), []
        told = sandbox.told["marketplaces"]["alibaba"]["shops"][SHOP]
        shop = Shop("harbor", SHOP, "alibaba", (COUNTRY,), told["account"])
        lent = Services(
            self.clock, MemoryLimiter(self.clock), MemoryTokens(), lambda text: text, patience_seconds=3600.0, count_call=self.calls.append,
        )
        secrets = {**told["credentials"], "app_key": app.key, "app_secret": apps.app_secret(SEED, app.key)}
        self.connector = vendor.connect(shop, Credentials(told["base_url"], told["auth_url"], secrets), replace(lent, **services))

    @property
    def history(self) -> Window:
        return Window(self.clock.now() - timedelta(days=200), self.clock.now())

    def truth(self, table):
        return self.sandbox.get(f"/truth/{table}", shop=SHOP)

    def rows(self, entity, pages, *, faults=False):
        """Table → plain rows; faults and places left out unless they are asked for."""
        frames = self.connector.map(entity, pages)
        if not faults:
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
    return start_one("--marketplaces", "alibaba", "--days", 12, "--orders-per-day", 1, "--speed", 300)


@pytest.fixture
def house(market):
    return House(market)


@pytest.mark.parametrize("entity", ["contracts", "listings", "rfqs"])
def test_every_row_of_a_whole_pull_equals_the_truth(house, entity):
    pages = list(house.connector.read(entity, house.history))
    assert house.mismatches(entity, pages) == {}
    assert pages[-1].cursor is None and house.connector.record_ids(entity, pages)


@dataclass
class ProductWish:
    """As much of a wanted product as can be written here."""

    job_id: str
    sku: str
    status: str | None = None
    title: str | None = None
    description: str | None = None
    price_minor: int | None = None


@pytest.mark.parametrize("entity", ["contracts", "listings", "rfqs"])
def test_a_pull_stopped_after_any_page_and_gone_on_with_gives_the_same_rows(house, monkeypatch, entity):
    monkeypatch.setattr(read_listings, "PAGE", 4)
    monkeypatch.setattr(read_contracts, "PAGE", 6)
    window = house.history
    whole = list(house.connector.read(entity, window))
    rows = house.rows(entity, whole)
    for at in range(0, len(whole) - 1, max(1, len(whole) // 4)):
        cursor = json.loads(json.dumps(whole[at].cursor))
        rest = list(house.connector.read(entity, window, cursor))
        places = [[(page.part, page.group, page.request) for page in pages] for pages in (rest, whole[at + 1 :])]
        assert places[0] == places[1]
        assert house.rows(entity, [*whole[: at + 1], *rest]) == rows


def test_no_cursor_and_no_note_holds_a_buyer(house):
    buyers = {row["buyer_key"] for row in house.truth("contracts")} | set(house.sandbox.get("/buyers", shop=SHOP))
    assert len(buyers) > 10
    for page in house.connector.read("contracts", house.history):
        shown = json.dumps(page.cursor) + page.request + page.part
        assert not any(buyer.removeprefix("alibaba:") in shown for buyer in buyers)


def test_an_app_of_the_sync_door_alone_reads_the_same_contracts(market):
    house = House(market, apps.SYNC)
    pages = list(house.connector.read("contracts", house.history))
    rows = house.rows("contracts", pages)
    for table in ("contracts", "contract_lines", "payment_milestones", "payments"):
        assert compare(CANONICAL[table], house.truth(table), rows[table]).mismatches == 0, table
    assert {row["status"] for row in rows["trade_shipments"]}, "vouchers are told at that door, tracking is not"


def test_an_app_without_order_detail_still_stores_payments_and_shipments(market):
    house = House(market, apps.LEAN)
    pages = list(house.connector.read("contracts", house.history))
    rows = house.rows("contracts", pages, faults=True)
    assert all("is not granted" in row["fault"] for row in rows["contracts"]) and rows["contracts"]
    for table in ("payments", "trade_shipments"):
        assert compare(CANONICAL[table], house.truth(table), rows[table]).mismatches == 0, table
    with pytest.raises(FatalError, match="not granted /alibaba/icbu/product/list or alibaba"):
        list(house.connector.read("listings", house.history))
    told = house.connector.check()
    assert "not granted: order_get, product_list, product_get, rfq_search" in told and "order_fund (sync)" in told


def test_masked_numbers_are_faults_of_their_rows_and_the_certificate_still_counts_them(market):
    house = House(market, apps.MASKED)
    pages = list(house.connector.read("contracts", house.history))
    rows = house.rows("contracts", pages, faults=True)["contracts"]
    assert rows and all("masked" in row["fault"] for row in rows)
    assert set(house.connector.record_ids("contracts", pages)) == {row["contract_id"] for row in rows}
    assert {"order_get", "order_fund"}.isdisjoint(house.calls)


def change(kind, row, **more):
    return kind("job", COUNTRY, row["sku"], row["listing_id"], row["product_id"], **more)


def test_stock_is_set_absolutely_and_read_back(house):
    rows = house.truth("listings")[:6] + [row for row in house.truth("listings") if row["listing_id"] == row["product_id"]][:2]
    rows = list({row["listing_id"]: row for row in rows}.values())
    wanted = [replace(change(StockChange, row, quantity=900 + n), job_id=str(n)) for n, row in enumerate(rows)]
    dry = house.connector.push_stock(wanted, dry_run=True)
    assert all(answer.is_accepted and "would be sent" in answer.message for answer in dry)
    strange = replace(wanted[0], job_id="x", listing_id="105999999999")
    negative = replace(wanted[0], job_id="z", quantity=-1)
    alone = [strange, negative]
    answers = {each.job_id: each for each in [*house.connector.push_stock(wanted), *house.connector.push_stock(alone)]}
    assert [job for job, answer in answers.items() if not answer.is_accepted] == ["x", "z"]
    assert "B_PRODUCT_PARAM_INVALID" in answers["x"].message
    house.pass_time()
    found = house.connector.observe_stock([*wanted, strange])
    assert found == {**{str(n): 900 + n for n in range(len(rows))}, "x": None}
    assert house.mismatches("listings", list(house.connector.read("listings", house.history))) == {}


def test_a_ladder_is_written_whole_and_read_back_and_own_prices_stay(house):
    tiers = {}
    for row in house.truth("price_tiers"):
        tiers.setdefault(row["listing_id"], []).append(row)
    listings = {row["listing_id"]: row for row in house.truth("listings")}
    ladder = next(key for key, steps in tiers.items() if len(steps) > 1)
    steps = (LadderStep(50, Decimal("9.99")), LadderStep(500, Decimal("9.49")), LadderStep(5000, Decimal("8.00")))
    wanted = LadderChange("1", COUNTRY, listings[ladder]["product_id"], "USD", steps)
    assert house.connector.push_price_tiers([wanted], dry_run=True)[0].is_accepted
    before = house.connector.observe_price_tiers([wanted])["1"]
    assert [str(step.minimum_quantity) for step in before] == [row["minimum_quantity"] for row in tiers[ladder]]
    assert house.connector.push_price_tiers([wanted])[0].is_accepted
    ranged = next(row["product_id"] for row in listings.values() if row["price_minor"] is None)
    refused = house.connector.push_price_tiers([replace(wanted, product_id=ranged), replace(wanted, product_id="1")])
    assert "price range" in refused[0].message and "no such product" in refused[1].message
    own = next(row for row in listings.values() if row["title"].startswith("Harbor Cordless drill"))
    prices = [replace(change(PriceChange, own, currency="USD", price_minor=4321), job_id="own"),
              replace(change(PriceChange, listings[ladder], currency="USD", price_minor=4321), job_id="ladder")]
    answers = {each.job_id: each for each in house.connector.push_prices(prices)}
    assert answers["own"].is_accepted and "write the ladder" in answers["ladder"].message
    house.pass_time()
    assert house.connector.observe_price_tiers([wanted]) == {"1": steps}
    assert house.connector.observe_prices(prices) == {"own": 4321, "ladder": None}
    assert house.mismatches("listings", list(house.connector.read("listings", house.history))) == {}


def test_a_product_goes_off_sale_and_on_again_and_one_that_fails_fails_alone(house):
    rows = house.truth("listings")
    first = next(row for row in rows if row["status"] == "active")
    pending = [ProductWish(row["sku"], row["sku"], "inactive") for row in rows if row["status"] in ("pending", "suppressed")]
    wishes = [ProductWish("1", first["sku"], "inactive"), ProductWish("2", "HB-nothing", "inactive"), *pending]
    wishes.append(ProductWish("3", first["sku"], "inactive", title="New"))
    answers = {each.job_id: each for each in house.connector.push_products(wishes)}
    assert [job for job, answer in answers.items() if answer.is_accepted] == ["1"]
    assert "no such article" in answers["2"].message and "only whether" in answers["3"].message
    house.pass_time()
    assert house.connector.observe_products(wishes[:2]) == {"1": {"status": "inactive"}, "2": None}
    assert house.mismatches("listings", list(house.connector.read("listings", house.history))) == {}
    assert house.connector.push_products([replace(wishes[0], status="active")])[0].is_accepted
    house.pass_time()
    assert house.connector.observe_products(wishes[:1]) == {"1": {"status": "active"}}


def test_goods_are_told_once_whole_or_in_part_and_the_contract_follows(house):
    lines = house.truth("contract_lines")
    ready = [row["contract_id"] for row in house.truth("contracts") if row["status"] == "paid"]
    whole = next(key for key in ready if all(float(row["quantity"]).is_integer() for row in lines if row["contract_id"] == key))
    mine = [row for row in lines if row["contract_id"] == whole]
    half = {row["line_id"]: int(Decimal(row["quantity"])) // 2 for row in mine}
    rest = {row["line_id"]: int(Decimal(row["quantity"])) - half[row["line_id"]] for row in mine}
    first = ShipmentNotice("1", COUNTRY, whole, half, "COSCO", "COS900000001", house.sandbox.now())
    odd = [replace(first, job_id="carrier", carrier="Pigeon"), replace(first, job_id="line", units={"9": 1}),
           replace(first, job_id="order", order_id="234000000000000017")]
    refused = {answer.job_id: answer for answer in house.connector.push_shipments(odd)}
    assert not any(answer.is_accepted for answer in refused.values())
    assert "Pigeon" in refused["carrier"].message and "no line 9" in refused["line"].message and "no such order" in refused["order"].message
    assert house.connector.observe_shipments([first]) == {"1": False}
    assert [answer.message for answer in house.connector.push_shipments([first])] == ["taken"]
    house.pass_time()
    assert house.connector.observe_shipments([first]) == {"1": True}
    assert "already" in house.connector.push_shipments([first])[0].message
    assert status_of(house, whole) == "partially_shipped"
    second = replace(first, job_id="2", units=rest, tracking_number="COS900000002")
    assert house.connector.push_shipments([second])[0].is_accepted
    house.pass_time()
    assert status_of(house, whole) == "shipped"
    made = house.sandbox.get("/stats")["shops"][SHOP]["calls"]["/alibaba/order/v2/multi/shipping"]
    assert made == 2, "a voucher the order shows was made again"
    assert house.mismatches("contracts", list(house.connector.read("contracts", house.history))) == {}


def status_of(house, contract_id):
    return next(row["status"] for row in house.truth("contracts") if row["contract_id"] == contract_id)


def test_an_offer_is_made_to_an_open_request_once(house):
    requests = {row["status"]: row["rfq_id"] for row in house.truth("rfqs")}
    item = QuotedItem("Bolt", Decimal(5000), "Piece", Decimal("0.0325"), "USD", "FOB", "Ningbo", "HB-1", "as asked")
    offer = QuotationOffer("1", requests["open"], "Dear Sir", "T/T 30/70", date(2026, 12, 1), (item,))
    assert house.connector.push_quotations([offer], dry_run=True)[0].is_accepted
    (made,) = house.connector.push_quotations([offer])
    assert made.is_accepted and made.vendor_ref.startswith("quotation 7")
    assert made.due_at and "jobs done" in made.message, "nothing can be read back: somebody is to look"
    house.pass_time()
    again, gone = house.connector.push_quotations([offer, replace(offer, rfq_id="9000000001")])
    assert "ALREADY_QUOTED" in again.message and "RFQ_NOT_FOUND" in gone.message


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
    monkeypatch.setattr(read_contracts, "PAGE", 5)
    monkeypatch.setattr(read_listings, "PAGE", 4)
    options = ("--days", 5, "--orders-per-day", 1, "--faults", "hostile", "--stall-seconds", "2", "--speed", 300)
    house = House(start("--marketplaces", "alibaba", *options), answer_seconds=1.5)
    for entity in house.connector.endpoints:
        assert house.mismatches(entity, stubborn(house, entity)) == {}
    assert sum(house.sandbox.get("/stats")["faults"].values()) > 3
