"""eBay's traps in what it shows, each by its name: small records in, rows out."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pandas as pd
import pytest

from connectors.contract import Page, Shop
from connectors.ebay.map_listings import map_listings
from connectors.ebay.map_money import map_ledger, map_payouts
from connectors.ebay.map_orders import map_orders
from connectors.ebay.map_service import map_account, map_returns, map_reviews
from connectors.ebay.record_ids import record_ids

SHOP = Shop("acme", "acme_ebay", "ebay", ("GB", "DE"), {"seller_id": "acme"})
AT = datetime(2026, 11, 16, 3, tzinfo=UTC)


def page(document, part="orders", group=0):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Page(body, AT, "test", part=part, group=group)


def gbp(value):
    return {"value": value, "currency": "GBP"}


def line(**changes):
    plain = {
        "lineItemId": "L1", "legacyItemId": "110", "sku": "A", "title": "Pole", "quantity": 2, "lineItemCost": gbp("20.00"),
        "total": gbp("23.99"), "deliveryCost": {"shippingCost": gbp("3.99")}, "lineItemFulfillmentStatus": "NOT_STARTED",
        "purchaseMarketplaceId": "EBAY_GB", "listingMarketplaceId": "EBAY_GB", "taxes": [], "refunds": [],
    }
    return {**plain, **changes}


def order(*lines, **changes):
    plain = {
        "orderId": "01-00001-00001", "creationDate": "2026-11-15T23:30:00.000Z", "lastModifiedDate": "2026-11-16T01:00:00.000Z",
        "orderPaymentStatus": "PAID", "orderFulfillmentStatus": "NOT_STARTED", "cancelStatus": {"cancelState": "NONE_REQUESTED"},
        "buyer": {"username": "someone"}, "lineItems": list(lines) or [line()], "pricingSummary": {"total": gbp("23.99")},
    }
    return {**plain, **changes}


def orders_of(*orders, more=()):
    return map_orders(SHOP, lambda text: f"key of {text}", [page({"orders": list(orders)}), *more])


def one(frame):
    assert len(frame) == 1
    return frame.iloc[0]


@pytest.mark.parametrize(("cancel", "payment", "parcels", "ours"), [
    ("NONE_REQUESTED", "PENDING", "NOT_STARTED", "pending"), ("NONE_REQUESTED", "PAID", "NOT_STARTED", "paid"),
    ("NONE_REQUESTED", "PAID", "IN_PROGRESS", "partially_shipped"), ("NONE_REQUESTED", "PARTIALLY_REFUNDED", "FULFILLED", "shipped"),
    ("NONE_REQUESTED", "FAILED", "NOT_STARTED", "failed"), ("IN_PROGRESS", "PAID", "NOT_STARTED", "paid"),
    ("CANCELED", "FULLY_REFUNDED", "NOT_STARTED", "cancelled"), ("NONE_REQUESTED", "FULLY_REFUNDED", "NOT_STARTED", "cancelled"),
])
def test_three_states_together_say_where_an_order_stands(cancel, payment, parcels, ours):
    found = orders_of(order(cancelStatus={"cancelState": cancel}, orderPaymentStatus=payment, orderFulfillmentStatus=parcels))
    assert one(found["orders"])["status"] == ours


def test_a_shipped_order_that_is_refunded_in_full_was_returned_though_its_fulfilment_does_not_go_back():
    sent = line(lineItemFulfillmentStatus="FULFILLED")
    found = orders_of(order(sent, orderPaymentStatus="FULLY_REFUNDED", orderFulfillmentStatus="FULFILLED"))
    assert one(found["orders"])["status"] == one(found["order_lines"])["status"] == "returned"
    assert one(found["order_lines"])["shipped_quantity"] == 2


@pytest.mark.parametrize(("place", "site"), [("EBAY_AT", "AT"), ("EBAY_CH", "CH"), ("EBAY_HK", "HK")])
def test_an_order_placed_on_a_neighbours_site_is_of_that_site_and_its_day(place, site):
    """A German listing surfaces in Austria and Switzerland too, and `purchaseMarketplaceId` says so."""
    row = one(orders_of(order(line(purchaseMarketplaceId=place, listingMarketplaceId="EBAY_DE")))["orders"])
    assert (row["site"], str(row["placed_date"])) == (site, "2026-11-16") and pd.isna(row["fault"])


def test_an_unknown_word_is_a_fault_of_its_order_and_never_guessed():
    row = one(orders_of(order(orderPaymentStatus="HELD_BY_ALIENS"))["orders"])
    assert "HELD_BY_ALIENS" in row["fault"] and pd.isna(row["status"])


def test_where_ebay_converted_the_sales_own_currency_counts():
    def euros(value, before):
        return {"value": value, "currency": "GBP", "convertedFromValue": before, "convertedFromCurrency": "EUR"}

    converted = line(lineItemCost=euros("17.20", "20.00"), total=euros("17.20", "20.00"), purchaseMarketplaceId="EBAY_DE",
                     deliveryCost={"shippingCost": euros("0.0", "0.0")})
    row = one(orders_of(order(converted, pricingSummary={"total": euros("17.20", "20.00")}))["orders"])
    assert (row["currency"], row["total_minor"], row["items_minor"], row["site"]) == ("EUR", 2000, 2000, "DE")
    assert str(row["placed_date"]) == "2026-11-16", "half past midnight in Berlin"


def test_two_currencies_are_never_added_up():
    mixed = line(deliveryCost={"shippingCost": {"value": "3.99", "currency": "EUR"}})
    assert "EUR" in one(orders_of(order(mixed))["orders"])["fault"]


def test_collected_and_remitted_tax_counts_once_though_a_breakdown_shows_it_twice():
    tax = {"amount": gbp("1.65"), "taxType": "STATE_SALES_TAX"}
    taxed = line(total=gbp("25.64"), taxes=[tax], ebayCollectAndRemitTaxes=[{**tax, "collectionMethod": "NET"}])
    row = one(orders_of(order(taxed, pricingSummary={"total": gbp("25.64")}))["order_lines"])
    assert row["tax_minor"] == 165 and row["items_minor"] - row["discount_minor"] + row["shipping_minor"] + row["tax_minor"] == 2564
    only = line(total=gbp("25.64"), ebayCollectAndRemitTaxes=[tax])
    assert one(orders_of(order(only))["order_lines"])["tax_minor"] == 165


def test_discounts_of_goods_and_of_shipping_come_off_and_adjustments_stand_on_the_first_line():
    less = line(discountedLineItemCost=gbp("18.00"), total=gbp("20.99"),
                deliveryCost={"shippingCost": gbp("3.99"), "discountAmount": gbp("1.00")})
    found = orders_of(order(less, pricingSummary={"total": gbp("20.49"), "adjustment": gbp("-0.50")}))
    row = one(found["order_lines"])
    assert (row["discount_minor"], row["shipping_minor"], row["total_minor"], row["unit_price_minor"]) == (250, 299, 2049, 1000)
    assert one(found["orders"])["total_minor"] == 2049


def test_a_line_whose_goods_were_refunded_in_full_stands_by_itself():
    gone = line(lineItemId="L2", refunds=[{"amount": gbp("23.99"), "refundId": "1"}])
    found = orders_of(order(line(), gone, orderPaymentStatus="PARTIALLY_REFUNDED", pricingSummary={"total": gbp("47.98")}))
    assert found["order_lines"]["status"].tolist() == ["paid", "cancelled"] and one(found["orders"])["status"] == "paid"


def test_a_line_without_an_sku_is_kept_with_its_listing_number():
    row = one(orders_of(order({key: value for key, value in line().items() if key != "sku"}))["order_lines"])
    assert row["product_id"] == "110" and pd.isna(row["sku"]) and pd.isna(row["fault"])


def test_the_single_reading_of_an_order_replaces_the_lists_which_leaves_cancel_requests_out():
    asked = {"cancelState": "IN_PROGRESS", "cancelRequests": [{"cancelRequestState": "REQUESTED"}]}
    listed = order(cancelStatus={"cancelState": "IN_PROGRESS", "cancelRequests": []})
    found = orders_of(listed, more=[page(order(cancelStatus=asked), "order")])
    assert one(found["orders"])["status_raw"] == "IN_PROGRESS,NOT_STARTED,PAID,REQUESTED"


def test_an_order_read_twice_because_rows_shifted_is_one_order():
    found = map_orders(SHOP, str, [page({"orders": [order()]}), page({"orders": [order(orderPaymentStatus="PENDING")]}, group=1)])
    assert one(found["orders"])["status"] == "pending" and len(found["order_lines"]) == 1


def test_goods_for_ebays_hub_are_on_the_way_to_their_final_address():
    hub = {"ebaySupportedFulfillment": True, "finalDestinationAddress": {"countryCode": "NZ"},
           "shippingStep": {"shipTo": {"contactAddress": {"countryCode": "GB"}}}}
    assert one(orders_of(order(fulfillmentStartInstructions=[hub]))["orders"])["ship_country"] == "NZ"


def test_parcels_without_a_number_are_all_called_999_and_stay_apart():
    sent = [{"fulfillmentId": "999", "shippedDate": "2026-11-16T00:00:00.000Z", "lineItems": [{"lineItemId": "L1", "quantity": 1}]}] * 2
    found = orders_of(order(orderFulfillmentStatus="IN_PROGRESS"), more=[page({"fulfillments": sent}, "fulfilments/01-00001-00001")])
    assert found["shipments"]["shipment_id"].tolist() == ["999", "999/2"]
    assert found["shipment_lines"]["quantity"].tolist() == [1, 1]


def test_one_unreadable_record_never_takes_its_page_with_it():
    late = order(orderId="4", creationDate="yesterday")
    found = orders_of(order(orderId="2"), order(orderId="3", lineItems="none"), "nonsense", late)
    faults = dict(zip(found["orders"]["order_id"], found["orders"]["fault"], strict=True))
    assert len(found["orders"]) == 4 and pd.isna(faults["2"])
    assert "lineItems" in faults["3"] and "placed_at" in faults["4"]
    assert record_ids("orders", [page({"orders": [order(orderId="2"), "nonsense"]})]) == ["2"]


def test_no_buyer_is_in_any_frame():
    shipped = {"shippingStep": {"shipTo": {"fullName": "Ann Other", "email": "ann@x.example", "contactAddress": {"countryCode": "GB"}}}}
    frames = orders_of(order(fulfillmentStartInstructions=[shipped], buyer={"username": "ann_77"}))
    text = " ".join(frame.to_csv() for frame in frames.values()).replace("key of ebay:ann_77", "")
    assert "ann" not in text.lower()


def transaction(**changes):
    plain = {
        "transactionId": "7", "transactionType": "SALE", "transactionStatus": "FUNDS_PROCESSING", "bookingEntry": "CREDIT",
        "transactionDate": "2026-11-15T10:00:00.000Z", "amount": gbp("21.00"), "totalFeeAmount": gbp("2.99"), "orderId": "01",
        "orderLineItems": [{"lineItemId": "L1", "marketplaceFees": [{"feeType": "FINAL_VALUE_FEE", "amount": gbp("2.69")},
                                                                    {"feeType": "FIXED", "amount": gbp("0.30")}]}],
    }
    return {**plain, **changes}


def entries_of(*transactions):
    return map_ledger(SHOP, [page({"transactions": list(transactions)}, "transactions")])["ledger_entries"]


def test_a_sales_amount_is_after_its_fees_and_its_entries_add_up_to_it():
    found = entries_of(transaction())
    assert found["amount_minor"].tolist() == [2399, -269, -30] and set(found["line_id"]) == {"L1"}
    assert found["kind"].tolist() == ["sale", "fee", "fee"]


def test_the_sign_is_in_the_booking_and_not_in_the_value():
    back = transaction(transactionType="REFUND", bookingEntry="DEBIT")
    assert entries_of(back)["amount_minor"].tolist() == [-2399, 269, 30]
    assert "SIDEWAYS" in entries_of(transaction(bookingEntry="SIDEWAYS"))["fault"].iloc[0]


def test_a_sale_and_its_refund_of_the_same_number_are_two_transactions():
    pages = [page({"transactions": [transaction(), transaction(transactionType="REFUND", bookingEntry="DEBIT")]}, "transactions")]
    assert set(map_ledger(SHOP, pages)["ledger_entries"]["transaction_id"]) == {"SALE/7", "REFUND/7"} == set(record_ids("ledger", pages))


def test_a_type_of_transaction_nobody_knows_stays_other_under_its_own_name():
    row = entries_of(transaction(transactionType="MOON_TAX", orderLineItems=[], totalFeeAmount=gbp("0.0"))).iloc[0]
    assert (row["kind"], row["kind_raw"]) == ("other", "MOON_TAX")


def test_nothing_found_is_an_empty_body_and_no_rows():
    empty = [page(b"", "transactions")]
    assert len(map_ledger(SHOP, empty)["ledger_entries"]) == 0 == len(map_payouts(SHOP, [page(b"", "payouts")])["payouts"])
    assert record_ids("ledger", empty) == []


def offer(**changes):
    plain = {
        "offerId": "O1", "sku": "A", "marketplaceId": "EBAY_GB", "format": "FIXED_PRICE", "availableQuantity": 9, "status": "PUBLISHED",
        "pricingSummary": {"price": gbp("12.30")}, "listing": {"listingId": "110", "listingStatus": "ACTIVE"},
    }
    return {**plain, **changes}


def item(**changes):
    return {"sku": "A", "product": {"title": "Pole"}, "availability": {"shipToLocationAvailability": {"quantity": 5}}, **changes}


def report(*rows):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        inside = "".join(rows)
        text = f'<r xmlns="urn:ebay:apis:eBLBaseComponents"><ActiveInventoryReport>{inside}</ActiveInventoryReport></r>'
        archive.writestr("report.xml", text)
    return packed.getvalue()


def row(number, sku, quantity=3):
    named = f"<SKU>{sku}</SKU>" if sku else ""
    return f'<SKUDetails><ItemID>{number}</ItemID>{named}<Price currencyID="EUR">7.50</Price><Quantity>{quantity}</Quantity></SKUDetails>'


def listings_of(offers, items=None, rows=()):
    pages = [page(report(*rows), "report/DE"), page({"inventoryItems": items or [item()]}, "items"), page({"offers": offers}, "offers")]
    found = map_listings(SHOP, pages)
    ids = [each for each in found["listings"]["listing_id"] if each]
    assert sorted(record_ids("listings", pages)) == sorted(ids)
    return found


def test_the_items_quantity_is_the_ceiling_of_its_offer():
    found = listings_of([offer()])
    assert one(found["inventory"])["sellable_quantity"] == 5 and one(found["listings"])["title"] == "Pole"


def test_listings_made_elsewhere_come_from_the_report_and_those_offers_show_do_not_come_twice():
    found = listings_of([offer()], rows=[row("110", "A"), row("220", "B"), row("330", None)])
    assert found["listings"]["listing_id"].tolist() == ["110", "220", "330"]
    assert found["listings"]["site"].tolist() == ["GB", "DE", "DE"] and found["listings"]["sku"].tolist() == ["A", "B", "330"]
    assert found["inventory"]["sellable_quantity"].tolist() == [5, 3, 3]


def test_variations_share_a_number_and_an_unpublished_offer_has_none():
    grouped = item(inventoryItemGroupKeys=["g"])
    found = listings_of([offer(), offer(offerId="O2", sku="B", listing=None, status="UNPUBLISHED")], [grouped, item(sku="B")])
    assert found["listings"]["listing_id"].tolist() == ["110/A", "offer-O2"]
    assert found["listings"]["status"].tolist() == ["active", "inactive"]


def test_a_listing_on_hold_cannot_be_bought():
    held = offer(listing={"listingId": "110", "listingStatus": "ACTIVE", "listingOnHold": True})
    assert one(listings_of([held])["listings"])["status"] == "suppressed"


def test_the_same_sku_as_auction_and_at_a_fixed_price_is_one_stock():
    auction = offer(offerId="O2", format="AUCTION", availableQuantity=1, listing={"listingId": "111", "listingStatus": "ACTIVE"})
    found = listings_of([auction, offer()])
    assert len(found["listings"]) == 2 and one(found["inventory"])["sellable_quantity"] == 5


@pytest.mark.parametrize("body", [b"PK not a zip", b"<a>", b"", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_a_report_that_cannot_be_read_is_one_faulty_row_and_no_silence(body):
    found = map_listings(SHOP, [page(body, "report/GB")])["listings"]
    assert one(found)["fault"]


def test_amounts_of_post_order_are_numbers_and_its_dates_are_objects_and_never_floats():
    body = {"members": [{
        "returnId": "5001", "orderId": "01", "status": "CLOSED", "state": "CLOSED",
        "creationInfo": {"reason": "EU_RIGHT_OF_WITHDRAWAL", "creationDate": {"value": "2026-11-01T10:00:00.000Z"},
                         "item": {"itemId": "110", "transactionId": "L1", "returnQuantity": 1}},
        "buyerTotalRefund": {"actualRefundAmount": {"value": 0.29, "currency": "GBP"}},
    }]}
    cancelled = {"cancellations": [{
        "cancelId": "5001", "legacyOrderId": "01", "cancelState": "CLOSED", "cancelStatus": "CANCEL_CLOSED_WITH_REFUND",
        "cancelRequestDate": {"value": "2026-11-01T10:00:00.000Z"}, "requestRefundAmount": {"value": 23.99, "currency": "GBP"},
        "lineItems": [{"itemId": "110", "transactionId": "L1", "cancelQuantity": 2},
                      {"itemId": "111", "transactionId": "L2", "cancelQuantity": 1}],
    }]}
    pages = [page(body, "returns"), page(cancelled, "cancellations")]
    found = map_returns(SHOP, pages)["returns"]
    assert found["refund_minor"].tolist()[:2] == [29, 2399] and found["refund_minor"].isna().tolist()[2]
    assert found["return_id"].tolist() == ["5001", "cancel/5001", "cancel/5001"]
    assert found["kind"].tolist() == ["return", "cancel", "cancel"]
    assert found["status"].tolist() == ["refunded"] * 3
    assert found["reason"].iloc[0] == "EU_RIGHT_OF_WITHDRAWAL", "new reasons are taken as they are"
    assert record_ids("returns", pages) == ["5001", "cancel/5001"]


def test_feedback_judges_in_words():
    said = {"feedbackEntries": [{"feedbackId": "F1", "commentType": "NEGATIVE", "feedbackComment": {"commentText": "late"},
                                 "feedbackEnteredDate": "2026-11-15T00:10:00.000Z", "orderLineItemSummary": {"listingId": "110"}}]}
    found = one(map_reviews(SHOP, [page(said, "feedback")])["reviews"])
    assert (found["verdict"], found["kind"], found["product_id"], found["text"]) == ("negative", "seller", "110", "late")


@pytest.mark.parametrize(("done", "status", "ours"), [
    (True, "CONFIRMED", "verified"), (False, "CONFIRMED", "pending"), (True, "ACCOUNTONHOLD", "suspended"),
    (True, "UNCONFIRMED", "pending"),
])
def test_a_seller_is_verified_where_user_and_registration_both_are(done, status, ours):
    user = {"userId": "U1", "status": status, "accountType": "INDIVIDUAL", "registrationMarketplaceId": "EBAY_US",
            "individualAccount": {"firstName": "Mara", "email": "mara@x.example"}}
    counts = [{"value": "POSITIVE", "count": 2}, {"value": "NEGATIVE", "count": 1}, {"value": "NEUTRAL", "count": 4}]
    ratings = {"feedbackRatingSummary": [{"ratingSummaryByRatingType": [{"feedbackRatingValueDistribution": counts}]}]}
    pages = [page(user, "user"), page({"sellerRegistrationCompleted": done}, "privileges"), page(ratings, "ratings")]
    found = one(map_account(SHOP, pages)["seller_accounts"])
    assert (found["status"], found["kind"], found["country"], found["rating_count"]) == (ours, "individual", "US", 7)
    assert str(found["rating_percent"]).startswith("66.67") and "Mara" not in str(found.to_dict())
