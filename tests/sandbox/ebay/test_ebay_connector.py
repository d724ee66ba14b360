"""The connector over the sandbox: killed after every page and gone on with, writing and reading back, telling parcels once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from connectors.contract import Window
from connectors.ebay import ENDPOINTS
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError
from connectors.writes import PriceChange, ShipmentNotice, StockChange


@pytest.fixture
def window(stand):
    horizon = stand.house.clock.horizon
    return Window(horizon - timedelta(days=16), horizon)


def rows(frames):
    """All tables' rows without their places, in a fixed order."""
    found = {}
    for table, frame in frames.items():
        plain = frame.drop(columns=["landing_page", "landing_record"])
        found[table] = plain.sort_values(list(plain.columns), ignore_index=True).astype(str)
    return found


@pytest.mark.parametrize(("name", "entity"), [*(("northpeak_ebay", entity) for entity in sorted(ENDPOINTS)), ("kiln_ebay", "ledger")])
def test_a_pull_stopped_after_every_page_and_gone_on_with_gives_the_same_rows(stand, opened, window, name, entity):
    stand.shop = name
    whole = list(opened().read(entity, window))
    pages, cursor = [], None
    while not pages or cursor is not None:
        page = next(iter(opened().read(entity, window, cursor)))  # another process: nothing but the cursor is left
        pages.append(page)
        cursor = page.cursor
    connector = opened()
    one, other = rows(connector.map(entity, whole)), rows(connector.map(entity, pages))
    assert len(pages) == len(whole) and [page.group for page in pages] == [page.group for page in whole]
    for table in one:
        pd.testing.assert_frame_equal(one[table], other[table])
    first = ENDPOINTS[entity].tables[0]
    assert set(connector.record_ids(entity, whole)) == set(one[first][ENDPOINTS[entity].record_id])
    assert len(one[first]), "nothing was compared"
    assert connector.map(entity, whole)[first]["fault"].isna().all()


def test_check_says_whose_account_answers_and_refuses_another_ones(opened):
    assert opened().check() == "eBay seller northpeak-outdoor, business, registered at EBAY_GB"
    connector = opened()
    connector.gateway.seller_id = "somebody-else"
    with pytest.raises(FatalError, match="another eBay user"):
        connector.check()


def test_money_without_a_key_is_refused_with_the_remedy_and_other_entities_go_on(opened, window):
    connector = opened({"signing_key": "", "signing_jwe": ""})
    with pytest.raises(FatalError, match="createSigningKey") as error:
        next(iter(connector.read("ledger", window)))
    assert "215001" in str(error.value) and "Not retried" in str(error.value)
    assert next(iter(connector.read("orders", window))).body


def test_wrong_secrets_are_errors_that_name_the_remedy_and_no_secret(opened, window):
    for name, said in (("refresh_token", "consent again"), ("client_secret", "client_id or client_secret")):
        with pytest.raises(FatalError, match=said) as error:
            next(iter(opened({name: "my-own-secret-value"}).read("orders", window)))
        assert "my-own-secret-value" not in str(error.value)


def test_a_token_that_ends_before_its_time_is_renewed_once(stand, opened, window):
    connector = opened()
    next(iter(connector.read("orders", window)))
    tokens = stand.market._doors.tokens
    stored = next(iter(connector.services.tokens._tokens.values()))
    tokens.recall(stored.access_token)
    assert next(iter(connector.read("orders", window))).body


def change(row, job, quantity):
    return StockChange(job, row["site"], row["sku"], row["listing_id"], row["product_id"], quantity)


def own_and_elsewhere(stand):
    found = [row for row in stand.truth("listings") if row["status"] == "active"]
    return next(row for row in found if row["title"]), next(row for row in found if not row["title"] and "/" in row["listing_id"])


def test_stock_is_written_and_read_back_wherever_a_listing_was_made(stand, opened):
    connector = opened()
    changes = [change(row, f"j{place}", 30 + place) for place, row in enumerate(own_and_elsewhere(stand))]
    before = connector.observe_stock(changes)
    trial = connector.push_stock(changes, dry_run=True)
    assert all(answer.is_accepted for answer in trial) and connector.observe_stock(changes) == before
    assert all(answer.is_accepted for answer in connector.push_stock(changes))
    stand.house.clock.advance(300)
    assert connector.observe_stock(changes) == {"j0": 30, "j1": 31}
    shown = {row["sku"]: row["sellable_quantity"] for row in stand.truth("inventory") if row["site"] == changes[1].site}
    assert shown[changes[1].sku] == 31


def test_prices_are_written_and_read_back_and_nothing_else_changes(stand, opened):
    connector = opened()
    listed = own_and_elsewhere(stand)
    changes = [
        PriceChange(f"j{place}", row["site"], row["sku"], row["listing_id"], None, row["currency"], row["price_minor"] + 101)
        for place, row in enumerate(listed)
    ]
    stock = [change(row, f"s{place}", 0) for place, row in enumerate(listed)]
    before = connector.observe_stock(stock)
    assert all(answer.is_accepted for answer in connector.push_prices(changes))
    stand.house.clock.advance(300)
    assert connector.observe_prices(changes) == {each.job_id: each.price_minor for each in changes}
    assert connector.observe_stock(stock) == before
    other = replace(changes[0], currency="USD")
    assert not connector.push_prices([other])[0].is_accepted and connector.observe_prices([other]) == {"j0": None}


def test_every_row_of_a_bulk_answer_is_checked_and_a_bad_one_takes_no_good_one_with_it(stand, opened):
    own, elsewhere = own_and_elsewhere(stand)
    unknown = replace(change(own, "j1", 3), sku="nobody", listing_id="999")
    abroad = replace(change(elsewhere, "j3", 4), listing_id="888")
    changes = [change(own, "j0", 3), unknown, change(elsewhere, "j2", 4), abroad, replace(change(own, "j4", 3), site="FR")]
    answers = opened().push_stock(changes)
    assert [answer.is_accepted for answer in answers] == [True, False, True, False, False]
    assert [answer.job_id for answer in answers] == ["j0", "j1", "j2", "j3", "j4"]


def notice(stand, job="p1", number="JD 0146-0000 77", carrier="Royal Mail"):
    order = next(row["order_id"] for row in stand.truth("orders") if row["status"] == "paid")
    lines = [row for row in stand.truth("order_lines") if row["order_id"] == order and row["status"] == "paid"]
    units = {row["line_id"]: row["quantity"] for row in lines}
    return ShipmentNotice(job, "GB", order, units, carrier, number, stand.house.clock.now() - timedelta(minutes=5))


def test_a_parcel_is_told_once_also_after_a_kill_between_telling_and_booking(stand, opened, window):
    told = notice(stand)
    assert opened().observe_shipments([told]) == {"p1": False}
    first = opened().push_shipments([told])[0]
    again = opened().push_shipments([told])[0]  # the kill: nothing was booked
    assert first.is_accepted and again.is_accepted and "not told again" in again.message and first.vendor_ref == "JD0146000077"
    assert opened().observe_shipments([told]) == {"p1": True}
    assert stand.house.stats.told()["shops"][stand.shop]["calls"]["createShippingFulfillment"] == 1
    shown = next(row for row in stand.truth("orders") if row["order_id"] == told.order_id)
    assert shown["status"] == "shipped"
    pages = list(opened().read("orders", Window(window.end, stand.house.clock.now())))
    stored = opened().map("orders", pages)
    assert stored["orders"]["status"].tolist() == ["shipped"] and stored["shipments"]["tracking_number"].tolist() == ["JD0146000077"]


def test_parcels_that_cannot_be_told_are_refused_before_anything_is_sent(stand, opened):
    bad = [notice(stand, number="--"), notice(stand, carrier="Pigeon Post"), replace(notice(stand), units={})]
    assert [answer.is_accepted for answer in opened().push_shipments(bad)] == [False] * 3
    assert "createShippingFulfillment" not in stand.house.stats.told()["shops"].get(stand.shop, {}).get("calls", {})
    late = replace(notice(stand), order_id="00-00000-00000")
    assert not opened().push_shipments([late])[0].is_accepted


def test_a_report_in_the_making_gives_the_slot_back_and_is_not_ordered_twice(stand, opened, window):
    connector = opened(patience_seconds=5.0)
    reading = connector.read("listings", window)
    page = next(reading)
    with pytest.raises(QuotaWait):
        next(reading)
    stand.house.clock.advance(60)
    rest = list(opened().read("listings", window, page.cursor))
    assert rest[0].part == "report/GB"
    assert stand.house.stats.told()["shops"][stand.shop]["calls"]["createInventoryTask"] == 2, "one a site"


def test_a_report_task_that_died_lets_the_catalogue_be_read_again(opened, window):
    cursor = {"todos": [{"part": "status/GB", "id": "task-00-0", "joins": True}], "group": 0}
    with pytest.raises(CursorExpired, match="read again"):
        next(iter(opened().read("listings", window, cursor)))


def test_a_marketplace_that_repeats_a_page_for_ever_ends_the_reading_and_keeps_what_was_read(stand, opened, window):
    stand.house.faults._chances = {"repeated_page": 1.0}
    stand.house.faults.draw = lambda kind, key: kind == "repeated_page"
    from connectors.ebay import read_orders

    read_orders.PAGE, before = 20, read_orders.PAGE
    try:
        with pytest.raises(RetryableError, match="same page"):
            list(opened().read("orders", window))
    finally:
        read_orders.PAGE = before
