"""The connector against the stores on loopback: pulls that stop anywhere, and writes that are read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from connectors.contract import Window
from connectors.writes import PriceChange, ShipmentNotice, StockChange

SHIPPED = datetime(2026, 11, 15, 9, tzinfo=UTC)


def rows(connector, entity, pages):
    """Every frame as sorted texts, places left out."""
    frames = connector.map(entity, pages)
    places = ["landing_page", "landing_record"]
    return {name: sorted(map(str, frame.drop(columns=places).to_dict("records"))) for name, frame in frames.items()}


@pytest.mark.parametrize("entity", ["orders", "listings", "returns", "reviews", "account"])
def test_a_pull_stopped_after_every_page_and_continued_elsewhere_gives_the_same_rows(stand, entity, monkeypatch):
    monkeypatch.setattr("connectors.woocommerce.lists.PAGE", 7)  # so that there are pages
    whole = list(stand.connector().read(entity, stand.window))
    pages, cursor = [], None
    while not pages or cursor is not None:
        page = next(stand.connector().read(entity, stand.window, cursor))  # another process, which knows the cursor only
        pages, cursor = [*pages, page], page.cursor
    assert [(page.body, page.part, page.group, page.announced) for page in pages] == [
        (page.body, page.part, page.group, page.announced) for page in whole
    ]
    connector = stand.connector()
    assert rows(connector, entity, pages) == rows(connector, entity, whole)
    assert len(set(connector.record_ids(entity, pages))) == pages[-1].announced, "the store's own count"
    assert entity == "account" or len(pages) > 1


def test_the_first_pull_of_a_shop_is_one_call_a_page_and_one_for_the_routes(stand):
    calls = stand.house.stats
    list(stand.connector().read("orders", stand.window))
    assert calls.told()["shops"][stand.shop]["calls"] == {"wc/v{}": 1, "wc/v{}/orders": 4}, "changed, trash, open, and a week's sweep"


def test_buyers_stay_in_the_store(stand):
    """Names, addresses and phones are not even asked for; the address that tells buyers apart is kept as a hash only."""
    connector = stand.connector()
    pages = [page for entity in ("orders", "returns", "reviews") for page in connector.read(entity, stand.window)]
    names = {state.order.buyer.name for state in stand.house.snapshot.orders(stand.shop)}
    landed = b"".join(page.body for page in pages).decode()
    assert not [name for name in names if name in landed] and "Street 1" not in landed and "phone" not in landed
    mapped = connector.map("orders", [page for page in pages if page.part == "orders"])
    assert "@mail.example" not in str([frame.drop(columns="buyer_key", errors="ignore").to_dict("records") for frame in mapped.values()])
    assert "@" not in "".join(page.request for page in pages)


def changes(stand, count=6):
    """A wish for some articles, products and variations among them."""
    listings = sorted(stand.truth("listings"), key=lambda row: row["product_id"] == row["listing_id"])
    some = [*listings[:count], *listings[-count:]]
    return [
        StockChange(f"j{place}", row["site"], row["sku"], row["listing_id"], row["product_id"], 40 + place)
        for place, row in enumerate(some)
    ]


def test_stock_of_products_and_variations_is_written_in_batches_and_read_back(stand):
    wanted, connector = changes(stand), stand.connector()
    answers = connector.push_stock(wanted)
    assert sorted(answer.job_id for answer in answers) == sorted(change.job_id for change in wanted)
    assert all(answer.is_accepted for answer in answers)
    stand.house.clock.advance(300)
    assert connector.observe_stock(wanted) == {change.job_id: change.quantity for change in wanted}
    shown = {row["sku"]: row["sellable_quantity"] for row in stand.truth("inventory")}
    assert all(shown[change.sku] == change.quantity for change in wanted)
    calls = stand.house.stats.told()["shops"][stand.shop]["calls"]
    assert calls["wc/v{}/products/batch"] == 1 and calls["wc/v{}/products/{}/variations/batch"] < len(wanted)


def test_one_bad_article_in_a_batch_is_refused_alone(stand):
    """The batch is answered with 200: each of its items has a fate of its own."""
    good, *_, other = changes(stand)
    gone = StockChange("gone", "DE", "X", "999999", "999999", 3)
    nameless, negative = StockChange("nameless", "DE", "X", "abc", None, 3), StockChange("negative", "DE", "X", "1", "1", -1)
    answers = {answer.job_id: answer for answer in stand.connector().push_stock([gone, good, nameless, negative, other])}
    assert {job_id for job_id, answer in answers.items() if answer.is_accepted} == {good.job_id, other.job_id} and len(answers) == 5
    assert "woocommerce_rest_product_invalid_id" in answers["gone"].message


def test_a_dry_run_writes_nothing(stand):
    before = stand.truth("inventory")
    wanted = changes(stand)
    assert all(answer.is_accepted for answer in stand.connector().push_stock(wanted, dry_run=True))
    stand.house.clock.advance(300)
    assert stand.truth("inventory") == before


def price(stand, row, minor, **changed):
    told = {"job_id": row["sku"], "site": row["site"], "sku": row["sku"], "listing_id": row["listing_id"], "product_id": row["product_id"]}
    return PriceChange(**{**told, "currency": row["currency"], "price_minor": minor, **changed})


def test_a_price_is_written_where_the_buyer_sees_it_and_the_rest_of_the_article_stays(stand):
    connector, stores = stand.connector(), stand.market.stores
    before = {listing.sku: stores.prices(listing) for listing in stores.listings(stand.shop)}
    rows_ = {row["sku"]: row for row in stand.truth("listings")}
    on_sale, plain = (next(sku for sku in rows_ if bool(before[sku][1]) is wanted) for wanted in (True, False))
    wanted = [price(stand, rows_[on_sale], rows_[on_sale]["price_minor"] - 100), price(stand, rows_[plain], 123_45)]
    assert all(answer.is_accepted for answer in connector.push_prices(wanted))
    assert connector.observe_prices(wanted) == {change.job_id: change.price_minor for change in wanted}
    after = {listing.sku: stores.prices(listing) for listing in stores.listings(stand.shop)}
    assert after[on_sale][0] == before[on_sale][0] and after[on_sale][1] != before[on_sale][1]
    assert after[plain] == ("123.45", "")
    assert {sku: told for sku, told in after.items() if sku not in (on_sale, plain)} == {
        sku: told for sku, told in before.items() if sku not in (on_sale, plain)
    }


def test_a_price_in_other_money_or_above_a_running_sale_is_refused_before_it_is_sent(stand):
    stores = stand.market.stores
    on_sale = next(listing.sku for listing in stores.listings(stand.shop) if stores.prices(listing)[1])
    row = next(row for row in stand.truth("listings") if row["sku"] == on_sale)
    dollars, less = price(stand, row, 100, currency="USD", job_id="dollars"), price(stand, row, -1, job_id="less")
    wanted = [price(stand, row, row["price_minor"] * 2), dollars, less]
    answers = {answer.job_id: answer for answer in stand.connector().push_prices(wanted)}
    assert not any(answer.is_accepted for answer in answers.values())
    assert "on sale" in answers[on_sale].message and "USD" in answers["dollars"].message
    assert "wc/v{}/products/batch" not in stand.house.stats.told()["shops"][stand.shop]["calls"]


def open_order(stand, lines):
    """An order of so many lines that waits to be shipped, and its lines' units."""
    returned = {row["order_id"] for row in stand.truth("returns")}
    for row in stand.truth("orders"):
        units = {line["line_id"]: line["quantity"] for line in stand.truth("order_lines") if line["order_id"] == row["order_id"]}
        if row["status"] == "paid" and len(units) >= lines and row["order_id"] not in returned:
            return row["order_id"], units
    raise AssertionError("this world has no such order")


@pytest.mark.parametrize("shop", ["northpeak_woocommerce", "kiln_woocommerce"])
def test_a_parcel_is_told_once_by_plugin_or_by_meta_and_note(stand, kiln, shop):
    here = stand if shop == stand.shop else kiln
    order, units = open_order(here, 1)
    notice = ShipmentNotice("j1", here.truth("orders")[0]["site"], order, units, "dhl", "JD99", SHIPPED)
    connector = here.connector()
    assert connector.observe_shipments([notice]) == {"j1": False}
    for _ in range(2):  # the second time it is known
        (answer,) = connector.push_shipments([notice])
        assert answer.is_accepted
    assert connector.observe_shipments([notice]) == {"j1": True}
    told = next(row for row in here.truth("orders") if row["order_id"] == order)
    parcels = [row for row in here.truth("shipments") if row["order_id"] == order and row["tracking_number"] == "JD99"]
    assert told["status"] == "shipped" and len(parcels) == 1
    assert parcels[0]["carrier"] == ("DHL" if here is stand else "dhl"), "the plugin's own word, where there is one"
    notes = here.get(f"orders/{order}/notes")
    assert len(notes) == (0 if here is stand else 1) and all("JD99" in note["note"] for note in notes)
    next_night = Window(here.window.start, here.house.clock.now() + timedelta(seconds=2))
    pulled = connector.map("orders", list(connector.read("orders", next_night)))["shipments"]
    assert list(pulled[pulled["tracking_number"] == "JD99"]["order_id"]) == [order]


def test_an_order_is_completed_with_its_last_parcel_only(kiln):
    order, units = open_order(kiln, 2)
    first, *others = units.items()
    connector = kiln.connector()
    notice = {"job_id": "j", "site": "GB", "order_id": order, "carrier": "Evri", "shipped_at": SHIPPED}
    connector.push_shipments([ShipmentNotice(**notice, units=dict([first]), tracking_number="T1")])
    assert next(row for row in kiln.truth("orders") if row["order_id"] == order)["status"] == "paid"
    connector.push_shipments([ShipmentNotice(**notice, units=dict(others), tracking_number="T2")])
    assert next(row for row in kiln.truth("orders") if row["order_id"] == order)["status"] == "shipped"
    assert {row["tracking_number"] for row in kiln.truth("shipments") if row["order_id"] == order} >= {"T1", "T2"}


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_push_killed_between_its_calls_is_made_good_without_telling_twice(kiln, stop, monkeypatch):
    order, units = open_order(kiln, 1)
    notice = ShipmentNotice("j1", "GB", order, units, "Evri", "T9", SHIPPED)
    connector = kiln.connector()
    sent = []
    for method in ("get", "post"):
        real = getattr(connector.store, method)

        def counted(*args, real=real, **more):
            sent.append(args)
            if len(sent) == stop + 1:
                raise KeyboardInterrupt
            return real(*args, **more)

        monkeypatch.setattr(connector.store, method, counted)
    with pytest.raises(KeyboardInterrupt):
        connector.push_shipments([notice])
    assert kiln.connector().push_shipments([notice])[0].is_accepted
    assert len([row for row in kiln.truth("shipments") if row["tracking_number"] == "T9"]) == 1
    assert len(kiln.get(f"orders/{order}/notes")) == 1


def test_a_parcel_for_a_cancelled_or_unknown_order_is_refused(stand):
    cancelled = next((row["order_id"] for row in stand.truth("orders") if row["status_raw"] in ("cancelled", "failed", "refunded")), None)
    notices = [ShipmentNotice(each, "DE", each, {}, "DHL", "T1", SHIPPED) for each in (cancelled, "999", "abc") if each]
    assert not any(answer.is_accepted for answer in stand.connector().push_shipments(notices))


def test_the_connector_says_whose_store_answered(stand):
    assert stand.connector().check() == f"{stand.base}/{stand.shop}: WooCommerce 9.2.5, WordPress 6.5.5, sells in EUR"


def test_frames_have_arrow_types_also_when_there_is_nothing(stand):
    connector = stand.connector()
    for entity, endpoint in connector.endpoints.items():
        frames = connector.map(entity, [])
        assert set(frames) == set(endpoint.tables)
        assert all(isinstance(kind, pd.ArrowDtype) for frame in frames.values() for kind in frame.dtypes)
        assert connector.record_ids(entity, []) == []


def test_a_window_starts_with_its_own_second_and_ends_before_its_last(stand):
    orders = sorted(stand.truth("orders"), key=lambda row: row["source_updated_at"])
    at = datetime.fromisoformat(orders[len(orders) // 2]["source_updated_at"])
    for start, end, inside in ((at, at + timedelta(seconds=1), True), (at - timedelta(seconds=1), at, False)):
        pages = [page for page in stand.connector().read("orders", Window(start, end)) if "changed" in page.request]
        assert (orders[len(orders) // 2]["order_id"] in stand.connector().record_ids("orders", pages)) is inside
