"""The ways through Etsy's lists: what each sweep asks, what moves under it, and going on after any page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

from connectors.contract import Window
from connectors.etsy.read_lists import STATES, AccountWay, ListingsWay, ReviewsWay
from connectors.etsy.read_money import LedgerWay
from connectors.etsy.read_orders import OrdersWay
from connectors.etsy.record_ids import record_ids
from connectors.etsy.walk import RUNS, walk
from connectors.verdicts import Reply

NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)
NIGHT = Window(NOW - timedelta(days=1), NOW - timedelta(minutes=10))
START, END = int(NIGHT.start.timestamp()), int(NIGHT.end.timestamp())
LONG_AGO = START - 40 * 86_400


class Etsy:
    """Answers by operation; an answer is a value or a function of the parameters. ``asked`` are (operation, parameters)."""

    def __init__(self, **answers) -> None:
        self.answers, self.asked = answers, []
        self.shop = SimpleNamespace(sites=("US",))

    def get(self, operation, path, parameters=None, *, note="", tolerates=()):
        self.asked.append((operation, {**(parameters or {}), "path": path}))
        answer = self.answers.get(operation, {"count": 0, "results": []})
        answer = answer(self.asked[-1][1]) if callable(answer) else answer
        status = 404 if answer is None else 200
        assert status in (200, *tolerates)
        return Reply(status, {}, json.dumps({"error": "gone"} if answer is None else answer).encode(), NOW)

    def asked_for(self, operation):
        return [parameters for name, parameters in self.asked if name == operation]


def listed(records, parameters):
    """``{count, results}`` as Etsy cuts it."""
    offset, limit = int(parameters["offset"]), int(parameters["limit"])
    return {"count": len(records), "results": records[offset : offset + limit]}


def receipt(number, **changes):
    times = {"created_timestamp": START, "updated_timestamp": START + 5}
    return {"receipt_id": number, "status": "paid", "is_shipped": False, **times, **changes}


def read(way, etsy, cursor=None, window=NIGHT):
    return list(walk(way, etsy, lambda: NOW, window, cursor))


def by_flags(**lists) -> Callable:
    """Receipts by the sweep that asks: ``updated``, ``cancelled`` or ``unshipped``."""

    def answer(parameters):
        if parameters["was_canceled"] == "true":
            return listed(lists.get("cancelled", []), parameters)
        return listed(lists.get("unshipped" if "was_shipped" in parameters else "updated", []), parameters)

    return answer


def test_cancelled_and_open_receipts_are_swept_beside_the_updated_because_their_clock_stands_still():
    etsy = Etsy(getShopReceipts=by_flags(updated=[receipt(1)], cancelled=[receipt(2)], unshipped=[receipt(3)]))
    pages = read(OrdersWay("7"), etsy)
    updated, cancelled, unshipped = etsy.asked_for("getShopReceipts")
    assert (updated["min_last_modified"], updated["max_last_modified"]) == (str(START), str(END - 1))
    assert updated["was_canceled"] == unshipped["was_canceled"] == "false" and cancelled["was_canceled"] == "true"
    assert "min_last_modified" not in cancelled and cancelled["min_created"] == str(END - 90 * 86_400)
    assert (unshipped["was_shipped"], unshipped["max_last_modified"]) == ("false", str(START - 1))
    assert record_ids("orders", pages) == ["1", "2", "3"] and pages[-1].announced == 3


@pytest.mark.parametrize("has_refund", [False, True])
def test_a_first_pull_of_a_year_looks_for_cancelled_receipts_in_all_of_it(has_refund):
    """`updated` leaves them out, so none but the sweep of cancelled ones can show them."""
    year = Window(NIGHT.end - timedelta(days=365), NIGHT.end)
    called_off = receipt(2, status="canceled", created_timestamp=END - 200 * 86_400, updated_timestamp=END - 199 * 86_400)

    def answer(parameters):
        is_shown = parameters["was_canceled"] == "true" and int(parameters["min_created"]) <= called_off["created_timestamp"]
        return listed([called_off] if is_shown else [], parameters)

    found = refunds({"payment_id": 1, "receipt_id": 2}) if has_refund else {}
    pages = read(OrdersWay("7"), Etsy(getShopReceipts=answer, getShopReceipt=called_off, **found), window=year)
    assert record_ids("orders", pages) == ["2"] and pages[-1].announced == 1, "nor is a refunded one counted twice"


def refunds(*payments):
    entries = [{"entry_id": 90 + at, "ledger_type": "REFUND_GROSS", "reference_type": "payment_adjustment"} for at in range(len(payments))]
    fee = {"entry_id": 80, "ledger_type": "listing", "reference_type": "listing"}
    return {
        "getShopPaymentAccountLedgerEntries": lambda asked: listed([fee, *entries], asked),
        "getPaymentAccountLedgerEntryPayments": {"count": len(payments), "results": list(payments)},
    }


def test_a_refund_that_moved_no_clock_is_found_through_the_ledger_and_read_once():
    old = receipt(5, is_shipped=True, created_timestamp=LONG_AGO, updated_timestamp=LONG_AGO)
    etsy = Etsy(getShopReceipt=old, **refunds({"payment_id": 1, "receipt_id": 5}, {"payment_id": 1, "receipt_id": 5}))
    pages = read(OrdersWay("7"), etsy)
    assert [asked["ledger_entry_ids"] for asked in etsy.asked_for("getPaymentAccountLedgerEntryPayments")] == ["90,91"]
    assert len(etsy.asked_for("getShopReceipt")) == 1
    assert record_ids("orders", pages) == ["5"] and pages[-1].announced == 1


def test_a_refunded_receipt_that_a_sweep_shows_too_is_counted_once():
    mine = receipt(5)
    etsy = Etsy(getShopReceipts=by_flags(updated=[mine]), getShopReceipt=mine, **refunds({"payment_id": 1, "receipt_id": 5}))
    pages = read(OrdersWay("7"), etsy)
    assert record_ids("orders", pages) == ["5"] and pages[-1].announced == 1


def test_a_refunded_receipt_that_is_gone_ends_nothing():
    etsy = Etsy(getShopReceipt=lambda asked: None, **refunds({"payment_id": 1, "receipt_id": 5}))
    pages = read(OrdersWay("7"), etsy)
    assert pages[-1].cursor is None and record_ids("orders", pages) == [] and pages[-1].announced == 0


def test_a_receipt_that_leaves_the_list_while_it_is_read_hides_no_other():
    receipts = [receipt(n) for n in range(250)]

    def answer(parameters):
        found = listed(receipts, parameters)
        if parameters["offset"] == "0" and len(receipts) == 250:
            receipts.pop(3)  # changed again: no longer in this window, and all behind it move up
        return found

    etsy = Etsy(getShopReceipts=lambda asked: answer(asked) if "min_last_modified" in asked else listed([], asked))
    pages = read(OrdersWay("7"), etsy)
    seen = set(record_ids("orders", pages))
    assert {str(each["receipt_id"]) for each in receipts} <= seen
    assert len(seen) == pages[-1].announced == 250  # the one that left had been seen before


def test_duplicates_across_offset_pages_are_seen_and_the_sweep_is_run_again():
    records = [{"listing_id": n} for n in range(150)]
    shows = iter([records[:100], records[99:149], records[:100], records[100:]])  # the second page repeats one and hides one
    etsy = Etsy(getListingsByShop=lambda asked: {"count": 150, "results": next(shows)} if asked["state"] == "draft" else listed([], asked))
    pages = read(ListingsWay("7"), etsy)
    assert len(record_ids("listings", pages)) == pages[-1].announced == 150


def test_a_list_that_never_shows_what_it_counts_is_left_and_not_whole():
    etsy = Etsy(getReviewsByShop=lambda asked: {"count": 3, "results": [{"transaction_id": 1}] if asked["offset"] == "0" else []})
    pages = read(ReviewsWay("7"), etsy)
    assert len([asked for asked in etsy.asked_for("getReviewsByShop") if asked["offset"] == "0"]) == RUNS
    assert pages[-1].cursor is None and record_ids("reviews", pages) == ["1"] and pages[-1].announced == 3


def test_listings_are_asked_by_each_state_because_the_default_is_active_only():
    product = {"product_id": 11}
    two = {"listing_id": 1, "inventory": {"products": [product, {"product_id": 12}, {"product_id": 13, "is_deleted": True}]}}
    etsy = Etsy(getListingsByShop=lambda asked: listed([two] if asked["state"] == "draft" else [{"listing_id": 9}] * 0, asked))
    pages = read(ListingsWay("7"), etsy)
    assert [asked["state"] for asked in etsy.asked_for("getListingsByShop")] == list(STATES)
    assert {asked["includes"] for asked in etsy.asked_for("getListingsByShop")} == {"Inventory"}
    assert record_ids("listings", pages) == ["11", "12"] and pages[-1].announced == 2  # Etsy counts listings, we count variants


@pytest.mark.parametrize(("before", "after"), [("inactive", "active"), ("sold_out", "active"), ("active", "expired")])
def test_a_listing_that_changes_its_state_while_the_states_are_read_is_shown_and_counted_once(before, after):
    """It moved behind the first sweep, so that a state read before it came there does not show it."""
    swept = []

    def answer(parameters):
        swept.append(parameters["state"])
        state = before if len(swept) == 1 else after
        resting = [{"listing_id": 8}] if parameters["state"] == "active" else []
        return listed([*resting, *([{"listing_id": 9}] if parameters["state"] == state else [])], parameters)

    pages = read(ListingsWay("7"), Etsy(getListingsByShop=answer))
    assert sorted(record_ids("listings", pages)) == ["8", "9"] and pages[-1].announced == 2


def test_the_ledger_is_asked_in_spans_of_at_most_31_days_that_share_no_second():
    etsy = Etsy()
    read(LedgerWay("7"), etsy, window=Window(NOW - timedelta(days=70, microseconds=1), NOW))
    bounds = [(int(asked["min_created"]), int(asked["max_created"])) for asked in etsy.asked_for("getShopPaymentAccountLedgerEntries")]
    assert len(bounds) == 3 and all(last - first <= 2_678_400 for first, last in bounds)
    assert all(after == before + 1 for (_, before), (after, _) in pairwise(bounds))
    assert (bounds[0][0], bounds[-1][1]) == (int((NOW - timedelta(days=70)).timestamp()), int(NOW.timestamp()) - 1)


def test_payments_are_asked_only_for_entries_that_lead_to_one_and_by_fifty():
    paid = [{"entry_id": n, "reference_type": "shop_payment"} for n in range(60)]
    fees = [{"entry_id": 100 + n, "reference_type": "transaction"} for n in range(30)]
    etsy = Etsy(getShopPaymentAccountLedgerEntries=lambda asked: listed(paid + fees, asked))
    pages = read(LedgerWay("7"), etsy)
    asked = [parameters["ledger_entry_ids"].split(",") for parameters in etsy.asked_for("getPaymentAccountLedgerEntryPayments")]
    assert [len(ids) for ids in asked] == [50, 10] and {page.group for page in pages} == {0}


def test_reviews_are_asked_of_the_shop_and_in_seconds_because_a_listings_list_names_no_transaction():
    etsy = Etsy()
    read(ReviewsWay("7"), etsy)
    (asked,) = etsy.asked_for("getReviewsByShop")
    assert asked["path"] == "/shops/7/reviews" and (asked["min_created"], asked["max_created"]) == (str(START), str(END - 1))


def test_the_shop_itself_is_one_page_of_one_record():
    pages = read(AccountWay("7"), Etsy(getShop={"shop_id": 7}))
    assert record_ids("account", pages) == ["7"] and (pages[-1].announced, pages[-1].cursor) == (1, None)


WAYS = {
    "orders": (OrdersWay, {"getShopReceipts": by_flags(updated=[receipt(n) for n in range(230)], cancelled=[receipt(900)]),
                           "getShopReceipt": receipt(5, is_shipped=True, created_timestamp=LONG_AGO, updated_timestamp=LONG_AGO),
                           **refunds({"payment_id": 1, "receipt_id": 5})}),
    "ledger": (LedgerWay, refunds({"payment_id": 1, "receipt_id": 5})),
    "listings": (ListingsWay, {"getListingsByShop": lambda asked: listed([{"listing_id": n} for n in range(130)], asked)
                               if asked["state"] == "expired" else listed([], asked)}),
}  # fmt: skip


@pytest.mark.parametrize("entity", WAYS)
def test_a_pull_that_stops_after_any_page_goes_on_there(entity):
    way, answers = WAYS[entity]
    whole = read(way("7"), Etsy(**answers))
    assert len(whole) > 1
    for at, page in enumerate(whole[:-1]):
        rest = read(way("7"), Etsy(**answers), json.loads(json.dumps(page.cursor)))
        told = [(each.body, each.part, each.group, each.announced, each.cursor is None) for each in rest]
        assert told == [(each.body, each.part, each.group, each.announced, each.cursor is None) for each in whole[at + 1 :]], at
