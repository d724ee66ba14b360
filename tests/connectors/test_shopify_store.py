"""The Shopify connector against the loopback store: reading on after a kill, writing, and reading back."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
import uvicorn

from connectors.contract import Credentials, Services, Shop, Window
from connectors.errors import CursorExpired, FatalError
from connectors.memory import MemoryLimiter, MemoryTokens
from connectors.shopify import connect, endpoints
from connectors.writes import PriceChange, ProductChange, ShipmentNotice, StockChange
from sandbox.house import Settings, open_house
from sandbox.server import application
from sandbox.shopify import open_market

HORIZON = datetime(2026, 11, 16, 3, tzinfo=UTC)
NIGHT = Window(HORIZON - timedelta(days=30), HORIZON)
US = Shop("lumora", "lumora_shopify", "shopify", ("US",))
JP = Shop("teahaus", "teahaus_shopify", "shopify", ("JP",))


class Store:
    """A loopback store in a thread of this process, and connectors to it whose clock is the store's."""

    def __init__(self, **settings):
        self.house = open_house(Settings(horizon=HORIZON, **settings))
        self.market = open_market(self.house)
        app = application(self.house, {"shopify": self.market})
        config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", date_header=False)
        self._server = uvicorn.Server(config)
        threading.Thread(target=self._server.run, daemon=True).start()
        while not self._server.started:
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}/shopify"

    def now(self):
        return self.house.clock.now()

    def sleep(self, seconds):
        self.house.clock.advance(seconds)

    def connector(self, shop, **changes):
        host, auth = self.market.addresses(shop.name, self.base)
        secrets = {**self.market.credentials(shop.name), **changes.pop("secrets", {})}
        lent = {"patience_seconds": 3600.0, **changes}
        services = Services(self, MemoryLimiter(self), MemoryTokens(), lambda text: f"key of {text}", **lent)
        return connect(shop, Credentials(host, auth, secrets), services)

    def truth(self, table, shop):
        return [row for row in self.market.truth(table) if row["shop"] == shop.name]

    def end(self):
        self._server.should_exit = True


@pytest.fixture(scope="module")
def store():
    found = Store(seed=3, days=10, orders_per_day=60)
    yield found
    found.end()


def rows(connector, entity, pages):
    frames = connector.map(entity, pages)
    return {name: plain(frame) for name, frame in frames.items()}


def plain(frame):
    whole = frame.drop(columns=["landing_page", "landing_record"])
    return pa.Table.from_pandas(whole, preserve_index=False).to_pylist()


@pytest.mark.parametrize("paged_up_to", (endpoints.PAGED_UP_TO, 0), ids=("pages", "files"))
@pytest.mark.parametrize("entity", sorted(endpoints.ENDPOINTS))
def test_a_pull_stopped_after_any_page_goes_on_in_another_process(store, monkeypatch, entity, paged_up_to):
    monkeypatch.setattr(endpoints, "PAGED_UP_TO", paged_up_to)
    whole = list(store.connector(US).read(entity, NIGHT))
    assert whole[-1].cursor is None and all(page.cursor for page in whole[:-1])
    wanted = rows(store.connector(US), entity, whole)
    for place, page in enumerate(whole[:-1]):
        other = store.connector(US)
        again = [*whole[: place + 1], *other.read(entity, NIGHT, page.cursor)]
        assert [each.group for each in again] == [each.group for each in whole]
        assert again[-1].announced == whole[-1].announced
        assert rows(other, entity, again) == wanted


def test_files_and_pages_give_the_same_rows(store, monkeypatch):
    connector = store.connector(JP)
    paged = {entity: connector.map(entity, list(connector.read(entity, NIGHT))) for entity in ("orders", "listings")}
    monkeypatch.setattr(endpoints, "PAGED_UP_TO", 0)
    for entity, frames in paged.items():
        pages = list(connector.read(entity, NIGHT))
        assert "file" in {page.part for page in pages}
        for name, frame in connector.map(entity, pages).items():
            assert sorted(map(repr, plain(frame))) == sorted(map(repr, plain(frames[name]))), name


def test_a_dense_window_is_cut_into_files_and_the_counts_of_all_are_announced(store, monkeypatch):
    monkeypatch.setattr(endpoints, "PAGED_UP_TO", 0)
    monkeypatch.setattr(endpoints, "RECORDS_A_FILE", 10)
    connector = store.connector(US)
    pages = list(connector.read("orders", NIGHT))
    files = [page for page in pages if page.part == "file"]
    assert len(files) > 3
    assert pages[-1].announced == len(connector.record_ids("orders", pages)) == len(store.truth("orders", US))
    assert [page.group for page in pages] == sorted(page.group for page in pages)


def test_a_shop_without_shopify_payments_has_no_ledger_and_that_is_no_error(store):
    connector = store.connector(JP)
    for entity, table in (("ledger", "ledger_entries"), ("payouts", "payouts")):
        pages = list(connector.read(entity, NIGHT))
        assert b'"shopifyPaymentsAccount":null' in pages[0].body and len(connector.map(entity, pages)[table]) == 0


def test_check_says_whose_shop_answered(store):
    assert store.connector(US).check() == "Lumora (lumora-shopify.myshopify.com), USD"
    assert store.connector(JP).check() == "Teahaus (teahaus-shopify.myshopify.com), JPY"


def test_a_day_token_that_died_is_asked_for_again_and_a_permanent_one_that_is_refused_is_told_without_showing_it(store):
    connector = store.connector(US)
    connector.check()
    store.sleep(90_000)
    assert connector.check()
    wrong = store.connector(JP, secrets={"access_token": "shpat_not_the_right_one"})
    with pytest.raises(FatalError, match="does not honour the shop's token") as refused:
        wrong.check()
    assert "shpat_" not in str(refused.value)
    with pytest.raises(FatalError, match="invalid_client") as refused:
        store.connector(US, secrets={"client_secret": "shpss_wrong"}).check()
    assert "shpss_wrong" not in str(refused.value)


def test_a_cursor_nobody_honours_starts_the_window_again(store):
    connector = store.connector(US)
    state = {**next(iter(connector.read("payments", NIGHT))).__dict__}["cursor"] or {
        "group": 0, "todo": [], "slices": [], "job": None, "failures": 0, "first": 100, "page": None, "is_listed": False,
        "counted": None, "read": 0, "left_out": 0, "announced": None,
    }
    with pytest.raises(CursorExpired):
        list(connector.read("payments", NIGHT, {**state, "after": "not-a-cursor", "is_listed": False}))


def stock_change(row, quantity, job_id="s1"):
    return StockChange(job_id, row["site"], row["sku"], row["listing_id"], row["product_id"], quantity)


def test_stock_is_set_over_all_places_and_read_back(store):
    connector = store.connector(US)
    listings = store.truth("listings", US)
    places = {}
    for row in store.truth("inventory", US):
        places.setdefault(row["sku"], []).append(row["sellable_quantity"])
    several = next(row for row in listings if len(places[row["sku"]]) == 2)
    plain = next(row for row in listings if len(places[row["sku"]]) == 1)
    changes = [stock_change(several, sum(places[several["sku"]]) + 7, "s1"), stock_change(plain, 0, "s2"), stock_change(plain, -1, "s3")]
    assert [answer.is_accepted for answer in connector.push_stock(changes, dry_run=True)] == [True, True, False]
    answers = connector.push_stock(changes)
    assert [answer.is_accepted for answer in answers] == [True, True, False]
    assert "no stock" in answers[2].message
    store.sleep(4000)
    seen = connector.observe_stock(changes[:2])
    assert seen == {"s1": sum(places[several["sku"]]) + 7, "s2": 0}


def test_a_stock_that_changed_since_it_was_seen_is_read_again_and_set(store, monkeypatch):
    connector = store.connector(JP)
    row = store.truth("listings", JP)[0]
    asked = connector.graph.ask
    meddled = []

    def meddle(query, variables=None, **more):
        reply = asked(query, variables, **more)
        if "nodes(ids" in query and not meddled:  # somebody sells between our look and our write
            meddled.append(store.house.stock.write(JP.name, "JP", row["sku"], 33))
            store.sleep(4000)
        return reply

    monkeypatch.setattr(connector.graph, "ask", meddle)
    change = stock_change(row, 21)
    assert [answer.is_accepted for answer in connector.push_stock([change])] == [True]
    store.sleep(4000)
    assert meddled and connector.observe_stock([change]) == {"s1": 21}


def test_an_unknown_variant_is_refused_and_does_not_spoil_the_others(store):
    connector = store.connector(US)
    row = store.truth("listings", US)[3]
    changes = [stock_change({**row, "listing_id": "1"}, 5, "s1"), stock_change(row, 5, "s2")]
    assert {answer.job_id: answer.is_accepted for answer in connector.push_stock(changes)} == {"s1": False, "s2": True}
    assert connector.observe_stock(changes[:1]) == {"s1": None}


@pytest.mark.parametrize(("shop", "currency", "minor"), ((US, "USD", 4321), (JP, "JPY", 4300)))
def test_prices_are_set_and_read_back_in_the_shops_currency(store, shop, currency, minor):
    connector = store.connector(shop)
    some = [row for row in store.truth("listings", shop) if row["status_raw"] == "ACTIVE"][:3]
    changes = [PriceChange(f"p{place}", row["site"], row["sku"], row["listing_id"], row["product_id"], currency, minor + place)
               for place, row in enumerate(some)]
    strange = PriceChange("p9", "US", "x", some[0]["listing_id"], None, "EUR", 100)
    assert all(answer.is_accepted for answer in connector.push_prices(changes, dry_run=True))
    assert [answer.is_accepted for answer in connector.push_prices([*changes, strange])] == [True, True, True, False]
    store.sleep(60)
    assert connector.observe_prices([*changes, strange]) == {**{f"p{place}": minor + place for place in range(3)}, "p9": None}


def product_change(**changes):
    plain = {
        "job_id": "g1", "site": "US", "sku": "LM-NEW 'one'", "title": "Reading lamp", "description": "<p>Warm light.</p>",
        "status": "inactive", "currency": "USD", "price_minor": 4599,
    }
    return ProductChange(**{**plain, **changes})


def listing_rows(store, shop):
    connector = store.connector(shop)
    whole = rows(connector, "listings", list(connector.read("listings", NIGHT)))["listings"]
    return {row["listing_id"]: (row["sku"], row["title"], row["status"], row["price_minor"]) for row in whole}


def true_listings(store, shop):
    told = store.truth("listings", shop)
    return {row["listing_id"]: (row["sku"], row["title"], row["status"], row["price_minor"]) for row in told}


def test_a_product_is_made_once_however_often_it_is_asked_for_and_is_an_article_from_then_on(store):
    connector, wanted = store.connector(US), product_change()
    assert connector.observe_products([wanted]) == {"g1": None}
    trial = connector.push_products([wanted], dry_run=True)[0]
    assert trial.is_accepted and "would be made" in trial.message and connector.observe_products([wanted]) == {"g1": None}
    first, again = connector.push_products([wanted])[0], connector.push_products([wanted])[0]
    assert first.is_accepted and again.is_accepted and "already" in again.message
    assert connector.observe_products([wanted]) == {"g1": wanted.asked}
    assert connector.push_products([product_change(status="active", title=None, description=None, price_minor=4999)])[0].is_accepted
    store.sleep(60)
    assert listing_rows(store, US) == true_listings(store, US)
    assert [row[1:] for row in true_listings(store, US).values() if row[0] == wanted.sku] == [
        ("Reading lamp - Default Title", "active", 4999)
    ]


def test_only_what_is_asked_for_changes_and_a_products_words_count_for_all_its_variants(store):
    connector = store.connector(JP)
    before = true_listings(store, JP)
    row = next(row for row in store.truth("listings", JP) if row["status_raw"] == "ACTIVE")
    sisters = [each["listing_id"] for each in store.truth("listings", JP) if each["product_id"] == row["product_id"]]
    change = ProductChange("g1", "JP", row["sku"], title="茶")
    assert connector.push_products([change])[0].is_accepted and connector.observe_products([change]) == {"g1": {"title": "茶"}}
    after = true_listings(store, JP)
    assert {each for each in before if before[each] != after[each]} == set(sisters) and len(sisters) > 1
    assert {after[each][1].partition(" - ")[0] for each in sisters} == {"茶"} and listing_rows(store, JP) == after


@pytest.mark.parametrize(
    ("changes", "why"),
    (
        ({"title": None}, "new product needs a title"), ({"title": " "}, "1 to 255"), ({"price_minor": -1}, "is no price"),
        ({"currency": "EUR"}, "prices in USD, not in EUR"), ({"status": "deleted"}, "'deleted' is no status"), ({"sku": ""}, "needs a SKU"),
        ({"title": None, "description": None, "status": None, "price_minor": None}, "nothing is asked for"),
    ),
)
def test_a_product_that_cannot_be_is_refused_before_anything_is_sent(store, changes, why):
    count = len(store.truth("listings", US))
    answer = store.connector(US).push_products([product_change(**{"sku": "LM-NEW-2", **changes})])[0]
    assert not answer.is_accepted and why in answer.message and "nothing was sent" in answer.message
    assert len(store.truth("listings", US)) == count


def test_a_parcel_is_told_once_however_often_and_seen_in_the_order_with_what_is_in_it(store):
    connector = store.connector(US)
    waiting = {row["order_id"] for row in store.truth("orders", US) if row["status"] == "paid"}
    lines = [row for row in store.truth("order_lines", US) if row["order_id"] in waiting and row["status"] == "paid"]
    order = lines[0]["order_id"]
    units = {row["line_id"]: row["quantity"] for row in lines if row["order_id"] == order}
    notice = ShipmentNotice("n1", "US", order, units, "UPS", "1Z999AA10123456784", store.now())
    assert connector.observe_shipments([notice]) == {"n1": False}
    assert connector.push_shipments([notice])[0].is_accepted
    again = connector.push_shipments([notice])[0]
    assert again.is_accepted and "already" in again.message
    assert connector.observe_shipments([notice]) == {"n1": True}
    shown = [row for row in store.truth("shipments", US) if row["order_id"] == order]
    assert [(row["tracking_number"], row["status"]) for row in shown] == [("1Z999AA10123456784", "in_transit")]
    more = connector.push_shipments([ShipmentNotice("n2", "US", order, units, "UPS", "1Z999AA10123456799", store.now())])[0]
    assert not more.is_accepted and "more units" in more.message
    frames = connector.map("orders", list(connector.read("orders", Window(NIGHT.start, store.now() + timedelta(hours=1)))))
    parcels = frames["shipments"]
    assert parcels[parcels["order_id"] == order]["tracking_number"].tolist() == ["1Z999AA10123456784"]
    status = frames["orders"].set_index("order_id")["status"][order]
    assert status == "shipped"


def test_buyers_stay_out_of_everything_but_the_encrypted_page(store):
    connector = store.connector(US)
    pages = list(connector.read("orders", NIGHT))
    names = {seen.order.buyer.name for seen in store.market._gate.shelves[US.name].orders().values()}
    shown = repr([(page.request, page.part) for page in pages]) + repr(connector) + repr(connector.map("orders", pages))
    assert not any(name in shown or name.encode() in page.body for name in names for page in pages)
    assert "mail.example" not in shown
