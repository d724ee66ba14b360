"""What Etsy's answers become: money, words, times, and everything that may be missing or odd."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import cycle

import pandas as pd
import pytest

from connectors.contract import Credentials, Page, Services, Shop
from connectors.etsy import connect
from connectors.memory import MemoryLimiter, MemoryTokens

NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)
PLACED = 1_794_700_000


class Clock:
    def now(self):
        return NOW

    def sleep(self, seconds):
        raise AssertionError("mapping waits for nothing")


def connector():
    services = Services(Clock(), MemoryLimiter(Clock()), MemoryTokens(), pseudonym=lambda buyer: f"key of {len(buyer)}")
    secrets = {"client_id": "key", "shared_secret": "hush", "refresh_token": "1.r"}
    host = "http://127.0.0.1:9"
    return connect(Shop("kiln", "kiln_etsy", "etsy", ("US",), {"shop_id": "7"}), Credentials(host, host, secrets), services)


def page(part, *results, document=None):
    return Page(json.dumps(document or {"count": len(results), "results": results}).encode(), NOW, "test", part=part)


def mapped(entity, *pages):
    return connector().map(entity, pages)


def money(amount, currency="USD", divisor=100):
    return {"amount": amount, "divisor": divisor, "currency_code": currency}


def line(**changes):
    return {
        "transaction_id": 11, "listing_id": 1, "product_id": 21, "sku": "MUG", "title": "Mug", "quantity": 2, "price": money(1000),
        "shipping_cost": money(500), "shop_coupon": 2.5, "buyer_coupon": 0, "paid_timestamp": PLACED + 60,
        "shipped_timestamp": None, **changes,
    }


def receipt(**changes):
    return {
        "receipt_id": 5, "status": "paid", "is_paid": True, "is_shipped": False, "country_iso": "US", "buyer_user_id": 77,
        "name": "Ava O'Neil",
        "created_timestamp": PLACED, "updated_timestamp": PLACED + 90, "total_price": money(2000), "discount_amt": money(250),
        "subtotal": money(1750), "total_shipping_cost": money(500), "total_tax_cost": money(144), "total_vat_cost": money(0),
        "gift_wrap_price": money(0), "grandtotal": money(2394), "transactions": [line()], "shipments": [], "refunds": [], **changes,
    }


def order(**changes):
    return mapped("orders", page("receipts", receipt(**changes)))["orders"].iloc[0]


def test_a_receipt_is_an_order_with_exact_money_and_no_name():
    frames = mapped("orders", page("receipts", receipt()))
    row, sold = frames["orders"].iloc[0], frames["order_lines"].iloc[0]
    sums = ("items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")
    assert [row[name] for name in sums] == [2000, 250, 500, 144, 2394]
    assert (row["status"], row["currency"], row["unit_count"], row["buyer_key"]) == ("paid", "USD", 2, "key of 7")
    assert (row["placed_at"], row["placed_date"]) == (datetime.fromtimestamp(PLACED, UTC), date(2026, 11, 14))
    assert [sold[name] for name in ("unit_price_minor", "items_minor", "discount_minor", "shipping_minor")] == [1000, 2000, 250, 500]
    assert pd.isna(sold["tax_minor"]) and pd.isna(sold["total_minor"])  # told for the receipt only
    assert pd.isna(row["fault"]) and pd.isna(sold["fault"])
    assert not any("Ava" in frame.to_csv() or "77" in frame["order_id"].to_csv(index=False) for frame in frames.values() if len(frame))


def test_the_divisor_scales_and_a_currency_without_minor_units_stays_whole():
    amounts = {name: money(value, "JPY", 1) for name, value in
               {"total_price": 2000, "discount_amt": 0, "total_shipping_cost": 0, "total_tax_cost": 0, "total_vat_cost": 0,
                "gift_wrap_price": 0, "grandtotal": 2000}.items()}
    row = order(**amounts, transactions=[line(price=money(1000, "JPY", 1), shipping_cost=money(0, "JPY", 1), shop_coupon=0)])
    assert (row["items_minor"], row["total_minor"], row["currency"]) == (2000, 2000, "JPY") and pd.isna(row["fault"])
    assert order(total_price=money(200_000, divisor=10_000))["items_minor"] == 2000
    assert "not an amount" in order(total_price=money(2000, divisor=3))["fault"]


def test_money_in_another_currency_is_a_fault_and_never_added_up():
    assert "'EUR' is another currency than the record's USD" in order(total_tax_cost=money(144, "EUR"))["fault"]
    assert "another currency" in order(transactions=[line(price=money(1000, "GBP"))])["fault"]


@pytest.mark.parametrize(
    ("changes", "shipping", "tax"),
    [
        ({"total_vat_cost": money(100), "grandtotal": money(2394)}, 500, 144),  # VAT inside the prices
        ({"total_vat_cost": money(100), "grandtotal": money(2494)}, 500, 244),  # VAT on top
        ({"gift_wrap_price": money(300), "grandtotal": money(2694)}, 800, 144),
        ({"gift_wrap_price": money(300), "total_vat_cost": money(100), "grandtotal": money(2794)}, 800, 244),
        ({"grandtotal": money(1894)}, 0, 144),  # a coupon for free shipping is not in the discount
    ],
)
def test_the_grand_total_decides_what_stands_on_top(changes, shipping, tax):
    row = order(**changes)
    assert (row["shipping_minor"], row["tax_minor"]) == (shipping, tax)
    assert row["total_minor"] == row["items_minor"] - row["discount_minor"] + shipping + tax


def test_a_total_that_no_reading_explains_is_left_for_the_checks():
    row = order(grandtotal=money(9999))
    assert (row["total_minor"], row["shipping_minor"], row["tax_minor"]) == (9999, 500, 144)


@pytest.mark.parametrize(
    ("word", "is_paid", "is_shipped", "ours"),
    [
        ("open", False, False, "pending"), ("payment processing", False, False, "pending"), ("paid", True, False, "paid"),
        ("Paid", True, False, "paid"), ("Completed", True, True, "shipped"), ("completed", True, False, "shipped"),
        ("paid", True, True, "shipped"), ("canceled", True, False, "cancelled"), ("fully refunded", True, True, "returned"),
        ("Fully Refunded", True, False, "cancelled"), ("partially refunded", True, False, "paid"),
        ("partially refunded", True, True, "shipped"),
    ],
)
def test_a_receipts_word_is_read_with_its_flags_and_whatever_its_case(word, is_paid, is_shipped, ours):
    row = order(status=word, is_paid=is_paid, is_shipped=is_shipped)
    assert (row["status"], row["status_raw"]) == (ours, word) and pd.isna(row["fault"])


def test_an_unknown_word_is_a_fault_with_its_value():
    row = order(status="on hold")
    assert pd.isna(row["status"]) and "status: 'on hold' is not a known word" in row["fault"]


def test_every_part_of_an_address_may_be_missing():
    hidden = dict.fromkeys(("country_iso", "buyer_user_id", "name", "first_line", "city", "state", "zip", "buyer_email"))
    row = order(**hidden)
    assert pd.isna(row["ship_country"]) and pd.isna(row["buyer_key"]) and pd.isna(row["fault"])


def test_milliseconds_where_seconds_belong_are_a_fault():
    assert "placed_at: '1794700000000' is not a time in seconds" in order(created_timestamp=PLACED * 1000)["fault"]


def test_times_are_read_under_their_old_names_too():
    old = {"created_timestamp": None, "updated_timestamp": None, "create_timestamp": PLACED, "update_timestamp": PLACED + 90}
    row = order(**old)
    assert row["source_updated_at"] == datetime.fromtimestamp(PLACED + 90, UTC) and pd.notna(row["placed_at"])


def test_a_shipment_ships_the_receipt_and_may_lack_its_number():
    parcel = {"receipt_shipping_id": None, "carrier_name": "usps", "tracking_code": "9400", "shipment_notification_timestamp": PLACED + 500}
    lines = [line(shipped_timestamp=PLACED + 500), line(transaction_id=12, shop_coupon=0, shipping_cost=money(0), price=money(0))]
    frames = mapped("orders", page("receipts", receipt(status="completed", is_shipped=True, shipments=[parcel], transactions=lines)))
    row, sold = frames["shipments"].iloc[0], frames["order_lines"]
    assert (row["shipment_id"], row["tracking_number"], row["status"]) == ("9400", "9400", "in_transit")
    assert list(sold["status"]) == ["shipped", "paid"] and list(sold["shipped_quantity"]) == [2, 0]
    assert "shipment_lines" not in frames  # what is in a parcel is not told


def test_goods_to_download_are_never_sent_and_their_line_stands_where_its_completed_receipt_does():
    lines = [line(transaction_id=1, is_digital=True), line(transaction_id=2, is_digital=False)]
    frames = mapped("orders", page("receipts", receipt(status="Completed", is_shipped=False, transactions=lines)))
    assert list(frames["orders"]["status"]) == ["shipped"] and list(frames["order_lines"]["status"]) == ["shipped", "paid"]
    assert list(frames["order_lines"]["shipped_quantity"]) == [0, 0], "nothing was sent"


def test_a_line_without_an_article_number_goes_by_its_variants():
    assert mapped("orders", page("receipts", receipt(transactions=[line(sku="")])))["order_lines"]["sku"].item() == "21"


def test_coupons_of_lines_that_do_not_come_to_the_receipts_discount_are_not_told():
    frames = mapped("orders", page("receipts", receipt(transactions=[line(shop_coupon=1)])))
    assert frames["orders"]["discount_minor"].item() == 250 and frames["order_lines"]["discount_minor"].isna().all()
    assert frames["order_lines"]["fault"].isna().all()


def test_refunds_have_no_number_so_receipt_second_and_amount_name_them():
    refund = {"amount": money(300), "created_timestamp": PLACED + 900, "reason": "Damaged", "note_from_issuer": None, "status": None}
    read_twice = page("receipts", receipt(refunds=[refund, refund, {**refund, "amount": money(40)}]))
    returns = mapped("orders", read_twice, read_twice)["returns"]
    names = [f"5/{PLACED + 900}/{tail}" for tail in ("300", "300/2", "40")]
    assert list(returns["return_id"]) == names * 2
    assert set(returns["kind"]) == {"refund_only"} and set(returns["quantity"]) == {0} and returns["refund_minor"].sum() == 1280
    cancelled = mapped("orders", page("receipts", receipt(status="canceled", refunds=[refund])))["returns"]
    assert cancelled["kind"].item() == "cancel"
    odd = mapped("orders", page("receipts", receipt(refunds=[{**refund, "status": "levitating"}])))["returns"]
    assert "'levitating' is not a known word" in odd["fault"].item()


def offer(quantity=3, price=1000, **changes):
    return {"offering_id": 1, "quantity": quantity, "is_enabled": True, "is_deleted": False, "price": money(price), **changes}


def product(number, sku, *offers, **changes):
    return {"product_id": number, "sku": sku, "is_deleted": False, "offerings": list(offers) or [offer()], "property_values": [], **changes}


def listing(*products, varies=(513,), **changes):
    inventory = {"products": list(products), "quantity_on_property": list(varies)} if products else None
    return {
        "listing_id": 1, "state": "active", "title": "Mug", "quantity": 9, "price": money(1000), "skus": ["LONE"], "inventory": inventory,
        "original_creation_timestamp": PLACED - 10**7, "created_timestamp": PLACED, "last_modified_timestamp": PLACED + 5, **changes,
    }


def goods(*listings):
    frames = mapped("listings", page("listings", *listings))
    return frames["listings"], frames["inventory"]


def test_each_living_product_is_a_variant_and_its_offering_holds_stock_and_price():
    gone = product(3, "GONE", is_deleted=True)
    replaced = product(2, "B", offer(99, is_deleted=True), offer(4, 1250))
    listings, inventory = goods(listing(product(1, "A"), replaced, gone))
    assert list(listings["listing_id"]) == ["1", "2"] and list(listings["product_id"]) == ["1", "1"]
    assert list(listings["price_minor"]) == [1000, 1250]
    assert dict(zip(inventory["sku"], inventory["sellable_quantity"], strict=True)) == {"A": 3, "B": 4}


def test_the_first_listing_date_is_kept_through_renewals():
    listings, _ = goods(listing(product(1, "A")))
    assert listings["listed_at"].item() == datetime.fromtimestamp(PLACED - 10**7, UTC)


def test_variants_of_one_article_number_count_together_unless_they_share_one_stock():
    twins = (product(1, "A", offer(3)), product(2, "A", offer(4)))
    assert goods(listing(*twins))[1]["sellable_quantity"].item() == 7
    shared = (product(1, "A", offer(5)), product(2, "A", offer(5)))
    assert goods(listing(*shared, varies=()))[1]["sellable_quantity"].item() == 5


@pytest.mark.parametrize(
    ("state", "is_enabled", "status", "raw"),
    [
        ("active", True, "active", "active"), ("active", False, "inactive", "active,disabled"), ("inactive", True, "inactive", "inactive"),
        ("sold_out", True, "suppressed", "sold_out"), ("expired", True, "suppressed", "expired"), ("draft", True, "pending", "draft"),
        ("removed", True, "deleted", "removed"),
    ],
)
def test_what_costs_a_fee_to_put_back_on_sale_is_suppressed(state, is_enabled, status, raw):
    listings, _ = goods(listing(product(1, "A", offer(is_enabled=is_enabled)), state=state))
    assert (listings["status"].item(), listings["status_raw"].item()) == (status, raw)


def test_a_state_outside_the_list_is_a_fault():
    listings, _ = goods(listing(product(1, "A"), state="edit"))
    assert "'edit' is not a known word" in listings["fault"].item()


def test_a_listing_without_an_inventory_record_or_an_article_number_is_kept():
    listings, inventory = goods(listing(), listing(product(8, ""), listing_id=2))
    assert dict(zip(inventory["sku"], inventory["sellable_quantity"], strict=True)) == {"LONE": 9, "8": 3}
    assert set(listings["listing_id"]) == {"1", "8"}
    assert listings["fault"].isna().all()


def test_the_one_unit_etsy_insists_on_is_none_where_the_listing_is_off_sale():
    off = listing(product(1, "A", offer(1)), product(2, "B", offer(0)), state="inactive", quantity=1)
    assert list(goods(off)[1]["sellable_quantity"]) == [0, 0]
    assert list(goods({**off, "state": "active"})[1]["sellable_quantity"]) == [1, 0]


def entry(**changes):
    return {
        "entry_id": 90, "sequence_number": 1, "amount": -250, "currency": "USD", "description": "fee", "created_timestamp": PLACED,
        "ledger_type": "transaction", "reference_type": "transaction", "reference_id": "11", "payment_adjustments": [], **changes,
    }


def ledger(*entries, payments=()):
    pages = [page("entries", *entries), *([page("payments", *payments)] if payments else [])]
    return mapped("ledger", *pages)


def test_entries_are_bare_numbers_and_kinds_an_open_set():
    words = ("PAYMENT_GROSS", "REFUND_GROSS", "transaction", "sales_tax", "shipping_labels", "something_new", "DISBURSE2", "prolist")
    rows = ledger(*[entry(entry_id=90 + at, ledger_type=word, reference_id=None) for at, word in enumerate(words)])["ledger_entries"]
    assert list(rows["kind"]) == ["sale", "refund", "fee", "tax", "shipping", "other", "other", "advertising"]
    assert list(rows["kind_raw"]) == list(words) and set(rows["amount_minor"]) == {-250} and rows["fault"].isna().all()


def test_an_entry_finds_its_order_by_its_payment_and_a_refund_by_its_adjustment():
    adjustment = {"payment_adjustment_id": 3, "payment_id": 8}
    rows = ledger(
        entry(reference_type="shop_payment", reference_id="8"), entry(entry_id=91, reference_type="payment_adjustment", reference_id="3",
              payment_adjustments=[adjustment]),
        entry(entry_id=92), entry(entry_id=93, ledger_type="vat_seller_services", reference_id="0"), payments=[payment()],
    )["ledger_entries"]
    assert [None if pd.isna(each) else each for each in rows["order_id"]] == ["5", "5", None, None]
    assert [None if pd.isna(each) else each for each in rows["line_id"]] == [None, None, "11", None]


def test_every_disbursement_is_a_payout_of_what_left():
    frames = ledger(entry(ledger_type="DISBURSE2", amount=-12_345), entry(entry_id=91))
    assert (frames["payouts"]["payout_id"].item(), frames["payouts"]["amount_minor"].item()) == ("90", 12_345)


def payment(**changes):
    return {
        "payment_id": 8, "receipt_id": 5, "buyer_user_id": 77, "status": "settled", "currency": "EUR", "amount_gross": money(2394, "EUR"),
        "amount_fees": money(97, "EUR"), "created_timestamp": PLACED, "updated_timestamp": PLACED + 9, "payment_adjustments": [], **changes,
    }


def test_a_payments_adjustments_are_bare_numbers_in_its_own_currency():
    back = {"payment_adjustment_id": 3, "status": "SETTLED", "is_success": True, "reason_code": "Damaged", "total_adjustment_amount": 300,
            "total_fee_adjustment_amount": 9, "created_timestamp": PLACED + 5}
    rows = ledger(entry(), payments=[payment(payment_adjustments=[back])])["payments"]
    assert list(rows["payment_id"]) == ["8", "8/3"] and list(rows["kind"]) == ["payment", "refund"]
    assert list(rows["amount_minor"]) == [2394, -300] and list(rows["fee_minor"]) == [-97, 9] and set(rows["currency"]) == {"EUR"}
    assert set(rows["order_id"]) == {"5"} and set(rows["payer_key"]) == {"key of 7"} and rows["fault"].isna().all()
    odd = ledger(entry(), payments=[payment(status="levitating")])["payments"]
    assert "'levitating' is not a known word" in odd["fault"].item()


def test_a_review_is_named_by_its_transaction_and_its_buyer_may_be_absent():
    said = {"shop_id": 7, "listing_id": 1, "transaction_id": 11, "rating": 4, "review": "", "created_timestamp": PLACED,
            "updated_timestamp": PLACED + 99}
    row = mapped("reviews", page("reviews", said))["reviews"].iloc[0]
    assert (row["review_id"], row["product_id"], row["rating"]) == ("11", "1", 4) and pd.isna(row["text"]) and pd.isna(row["fault"])
    assert row["source_updated_at"] == datetime.fromtimestamp(PLACED + 99, UTC)
    assert row["line_id"] == "11" and pd.isna(row["order_id"]), "Etsy tells the line of a review, not its order"


@pytest.mark.parametrize(
    ("is_vacation", "is_onboarded", "status"), [(False, True, "verified"), (True, True, "on_holiday"), (False, False, "pending")]
)
def test_the_shops_flags_say_whether_it_may_sell(is_vacation, is_onboarded, status):
    told = {"shop_id": 7, "is_vacation": is_vacation, "is_etsy_payments_onboarded": is_onboarded, "review_count": 3,
            "review_average": 4.6667, "shop_location_country_iso": "US", "created_timestamp": PLACED}
    row = mapped("account", page("shop", document=told))["seller_accounts"].iloc[0]
    assert (row["status"], row["rating_percent"], row["country"]) == (status, Decimal("93.33400000"), "US")


TOLD = {"receipt_shipping_id": 1, "carrier_name": "usps", "tracking_code": "9", "shipment_notification_timestamp": PLACED}
BACK = {"amount": money(300), "created_timestamp": PLACED, "reason": "x", "status": None}
ADJUSTED = {
    "payment_adjustment_id": 3, "payment_id": 8, "is_success": True, "total_adjustment_amount": 3, "created_timestamp": PLACED,
    "status": "s",
    "reason_code": "r",
}
CASES = {
    "orders": [page("receipts", receipt(refunds=[BACK], shipments=[TOLD]))],
    "listings": [page("listings", listing(product(1, "A")))],
    "ledger": [page("entries", entry(payment_adjustments=[ADJUSTED])), page("payments", payment(payment_adjustments=[ADJUSTED]))],
    "reviews": [page("reviews", {"transaction_id": 11, "listing_id": 1, "rating": 4, "review": "x", "created_timestamp": PLACED})],
    "account": [page("shop", document={"shop_id": 7, "is_vacation": False, "review_average": 4.5, "created_timestamp": PLACED})],
}
ODD = (None, [], {}, "null", True, -7, "abc\0", "2026-13-99", 10**30, 1.5)


@pytest.mark.parametrize("entity", CASES)
def test_a_damaged_answer_is_faults_and_never_an_exception(entity):
    """Each value, one after the other, replaced by a thing that does not belong there; the record stays a row."""
    etsy = connector()
    for damaged in damages(CASES[entity]):
        frames = etsy.map(entity, damaged)
        etsy.record_ids(entity, damaged)
        assert set(frames) == set(etsy.endpoints[entity].tables)


def damages(pages):
    odd = cycle(ODD)
    for at, whole in enumerate(pages):
        document = json.loads(whole.body)
        for path in paths(document):
            changed = json.dumps(put(document, path, next(odd))).encode()
            yield [*pages[:at], Page(changed, whole.received_at, whole.request, part=whole.part), *pages[at + 1 :]]


def paths(value, above=()):
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*above, key)
        yield from paths(below, (*above, key))


def put(document, path, odd):
    copy = json.loads(json.dumps(document))
    holder = copy
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = odd
    return copy
