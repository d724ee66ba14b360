"""Amazon's documents → canonical rows: the rules one by one, on records small enough to check by eye."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from connectors.amazon.mapping.fba import map_fba
from connectors.amazon.mapping.ledger import map_ledger
from connectors.amazon.mapping.listings import map_listings
from connectors.amazon.mapping.orders import map_orders
from connectors.amazon.mapping.payouts import map_payouts
from connectors.contract import Page, Shop

SHOP = Shop("lumora", "lumora_amazon_us", "amazon", ("US", "CA"), {"seller_id": "A1"})
US, CA = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"


def page(document, part="records"):
    return Page(json.dumps(document).encode(), datetime(2026, 11, 16, 3, tzinfo=UTC), "test", part)


def usd(amount):
    return {"amount": amount, "currencyCode": "USD"}


def line(line_id="L1", quantity=1, shipped=0, proceeds=True, **changes):
    amounts = [("ITEM", "20.00"), ("SHIPPING", "3.00"), ("GIFT_WRAP", "1.00"), ("TAX", "2.00"), ("DISCOUNT", "-5.00")]
    money = {"proceedsTotal": usd("21.00"), "breakdowns": [{"type": kind, "subtotal": usd(amount)} for kind, amount in amounts]}
    return {
        "orderItemId": line_id,
        "quantityOrdered": quantity,
        "product": {"asin": "B0", "sellerSku": "LM-1", "price": {"unitPrice": usd("20.00")}},
        "fulfillment": {"quantityFulfilled": shipped},
        **({"proceeds": money} if proceeds else {}),
        **changes,
    }


def order(order_id="111-1", status="UNSHIPPED", lines=None, **changes):
    return {
        "orderId": order_id,
        "createdTime": "2026-11-16T02:00:00Z",
        "lastUpdatedTime": "2026-11-16T02:30:00Z",
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": US},
        "proceeds": {"grandTotal": usd("21.00")},
        "fulfillment": {"fulfillmentStatus": status, "fulfilledBy": "MERCHANT"},
        "orderItems": [line()] if lines is None else lines,
        **changes,
    }


def orders(*records):
    return map_orders([page({"orders": list(records)})], SHOP)


def first(frame):
    return frame.iloc[0].where(frame.iloc[0].notna(), None).to_dict()


def test_an_orders_money_is_the_sum_of_its_lines_and_discounts_turn_positive():
    row = first(orders(order(lines=[line("L1"), line("L2")], proceeds={"grandTotal": usd("42.00")}))["orders"])
    parts = {name: row[f"{name}_minor"] for name in ("items", "discount", "shipping", "tax", "total")}
    assert parts == {"items": 4000, "discount": 1000, "shipping": 800, "tax": 400, "total": 4200}
    assert (row["currency"], row["unit_count"], row["buyer_key"], row["paid_at"]) == ("USD", 2, None, None)


def test_a_tip_stands_on_the_order_alone_and_counts_as_shipping():
    tip = {"type": "DELIVERY_TIP", "status": "FINALIZED", "subtotal": usd("4.00")}
    row = first(
        orders(order(proceeds={"grandTotal": usd("25.00"), "breakdowns": [{"type": "ITEM", "subtotal": usd("20.00")}, tip]}))["orders"]
    )
    assert row["shipping_minor"] == 800 and row["items_minor"] == 2000


def test_an_order_that_shows_no_money_yet_has_none():
    bare = line(proceeds=False, product={"sellerSku": "LM-1"})
    found = orders(order(status="PENDING", lines=[bare], proceeds=None))
    row, only = first(found["orders"]), first(found["order_lines"])
    assert row["status"] == "pending" and row["fault"] is None
    assert not any(row[name] is not None for name in row if name.endswith("_minor") or name == "currency")
    assert not any(only[name] is not None for name in only if name.endswith("_minor") or name == "currency")


def test_the_local_day_is_the_sites_not_utcs():
    row = first(orders(order())["orders"])
    assert str(row["placed_date"]) == "2026-11-15" and row["site"] == "US" and row["status_raw"] == "UNSHIPPED"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("PENDING_AVAILABILITY", "pending"),
        ("PENDING", "pending"),
        ("UNSHIPPED", "paid"),
        ("PARTIALLY_SHIPPED", "partially_shipped"),
        ("SHIPPED", "shipped"),
        ("CANCELLED", "cancelled"),
        ("UNFULFILLABLE", "failed"),
    ],
)
def test_order_statuses_have_one_word_of_ours(theirs, ours):
    assert first(orders(order(status=theirs))["orders"])["status"] == ours


@pytest.mark.parametrize(
    ("status", "given", "ours"),
    [
        ("SHIPPED", {"quantity": 2, "shipped": 2}, "shipped"),
        ("PARTIALLY_SHIPPED", {"quantity": 2, "shipped": 1}, "partially_shipped"),
        ("PARTIALLY_SHIPPED", {"quantity": 2, "shipped": 0}, "paid"),
        ("UNSHIPPED", {}, "paid"),
        ("CANCELLED", {}, "cancelled"),
        ("UNSHIPPED", {"cancellation": {"cancellationExecution": {"cancelledBy": "BUYER"}}}, "cancelled"),
        ("UNSHIPPED", {"cancellation": {"cancellationRequest": {"requester": "BUYER"}}}, "paid"),
    ],
)
def test_a_lines_status_follows_what_was_shipped_and_cancelled(status, given, ours):
    assert first(orders(order(status=status, lines=[line(**given)]))["order_lines"])["status"] == ours


def test_an_unknown_status_is_a_fault_of_the_order_and_keeps_its_lines_back():
    found = orders(order("good"), order("odd", status="TELEPORTED"))
    assert found["orders"]["fault"].isna()[0]
    assert "TELEPORTED" in found["orders"]["fault"][1] and "its order" in found["order_lines"]["fault"][1]
    assert found["order_lines"]["fault"].isna()[0]


def test_an_unreadable_amount_in_a_line_holds_the_whole_order_back_and_no_other():
    odd = line()
    odd["proceeds"]["breakdowns"][0]["subtotal"]["amount"] = "twenty"
    found = orders(order("odd", lines=[odd, line("L2")]), order("good"))
    assert "order_lines.proceeds.subtotal: 'twenty' is not an amount" in found["orders"]["fault"][0] and found["orders"]["fault"].isna()[1]
    assert found["order_lines"]["fault"].isna().tolist() == [False, False, True] and found["order_lines"]["items_minor"].isna()[0]


def test_two_currencies_in_one_order_are_never_added_up():
    euro = json.loads(json.dumps(line("L2")).replace("USD", "EUR"))
    found = orders(order(lines=[line(), euro]))
    assert "currency: 'EUR' is not the order's currency (USD)" in found["orders"]["fault"][0]


def test_yen_have_no_decimals():
    record = json.loads(json.dumps(order()).replace("USD", "JPY").replace(".00", "").replace(US, "A1VC38T7YXB528"))
    assert first(orders(record)["orders"])["total_minor"] == 21 and str(orders(record)["orders"]["placed_date"][0]) == "2026-11-16"


def test_parcels_and_what_is_in_them():
    parcel = {
        "packageReferenceId": "1",
        "packageStatus": {"status": "IN_TRANSIT", "detailedStatus": "RETURNING_TO_SELLER"},
        "carrier": "UPS",
        "trackingNumber": "1Z",
        "shipTime": "2026-11-16T02:10:00Z",
        "packageItems": [{"orderItemId": "L1", "quantity": 1}],
    }
    plain = {"packageReferenceId": "2", "packageStatus": {"status": "SHIPPED"}}
    found = orders(order(packages=[parcel, plain]))
    assert found["shipments"]["status"].tolist() == ["returned", "in_transit"]
    assert found["shipments"]["status_raw"].tolist() == ["IN_TRANSIT/RETURNING_TO_SELLER", "SHIPPED"]
    assert found["shipment_lines"][["order_id", "shipment_id", "line_id", "quantity"]].values.tolist() == [["111-1", "1", "L1", 1]]
    assert found["shipments"]["delivered_at"].isna().all() and found["shipments"]["source_updated_at"].notna().all()


def test_rows_know_the_page_and_record_they_came_from():
    found = map_orders([page({"orders": [order("a"), order("b")]}), page({"orders": [order("c")]})], SHOP)
    assert found["orders"][["landing_page", "landing_record"]].values.tolist() == [[0, 0], [0, 1], [1, 0]]
    assert found["order_lines"][["landing_page", "landing_record"]].values.tolist() == [[0, 0], [0, 1], [1, 0]]


# listings and stock


def item(**changes):
    return {
        "sku": "LM-1",
        "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": 7}],
        "summaries": [
            {
                "marketplaceId": US,
                "asin": "B0",
                "status": ["DISCOVERABLE", "BUYABLE"],
                "itemName": "Lamp",
                "createdDate": "2026-01-01T07:00:00Z",
                "lastUpdatedDate": "2026-02-01T00:00:00Z",
            }
        ],
        "offers": [
            {"marketplaceId": US, "offerType": "B2B", "price": usd("9.00")},
            {"marketplaceId": CA, "offerType": "B2C", "price": usd("1")},
            {"marketplaceId": US, "offerType": "B2C", "price": usd("10.00")},
        ],
        **changes,
    }


def listings(*items):
    return map_listings([page({"items": list(items)}, "items@US")], SHOP)


def test_a_listing_takes_the_private_buyers_price_of_its_site_and_the_sellers_stock():
    found = listings(item())
    row, stock = first(found["listings"]), first(found["inventory"])
    assert (row["status"], row["status_raw"], row["price_minor"], row["fulfilled_by"]) == ("active", "BUYABLE,DISCOVERABLE", 1000, "seller")
    assert str(row["listed_date"]) == "2025-12-31" and row["listing_id"] == row["sku"] == "LM-1"
    assert (stock["location"], stock["sellable_quantity"], stock["reserved_quantity"], stock["source_updated_at"]) == (
        "DEFAULT",
        7,
        None,
        None,
    )


def test_a_listing_taken_down_by_amazon_is_suppressed_and_one_nobody_can_buy_inactive():
    down = [{"severity": "ERROR", "marketplaceIds": [US], "enforcements": {"actions": [{"action": "LISTING_SUPPRESSED"}]}}]
    elsewhere = [{**down[0], "marketplaceIds": [CA]}]
    quiet = [{**each, "status": []} for each in item()["summaries"]]
    found = listings(item(summaries=quiet, issues=down), item(summaries=quiet, issues=elsewhere), item(issues=down))
    assert (
        found["listings"]["status"].tolist() == ["suppressed", "inactive", "active"] and found["listings"]["status_raw"].tolist()[0] == ""
    )


def test_stock_in_amazons_hands_is_no_stock_of_the_sellers():
    found = listings(item(fulfillmentAvailability=[{"fulfillmentChannelCode": "AMAZON_NA"}]))
    assert found["listings"]["fulfilled_by"].tolist() == ["marketplace"] and len(found["inventory"]) == 0


def test_an_item_without_a_summary_keeps_the_site_it_was_asked_for_on():
    row = first(map_listings([page({"sku": "LM-9"}, "item@CA")], SHOP)["listings"])
    assert (row["site"], row["status"], row["product_id"], row["fault"]) == ("CA", "inactive", None, None)


def test_report_pages_and_gone_skus_make_no_rows():
    pages = [
        page({"reportId": "1"}, "request@US"),
        page({"errors": []}, "gone@US"),
        Page(b"seller-sku\nA", datetime.now(UTC), "t", "rows@US"),
    ]
    assert all(len(frame) == 0 for frame in map_listings(pages, SHOP).values())


def test_fba_stock_lies_in_the_regions_network():
    details = {
        "fulfillableQuantity": 5,
        "inboundWorkingQuantity": 1,
        "inboundShippedQuantity": 2,
        "inboundReceivingQuantity": 3,
        "reservedQuantity": {"totalReservedQuantity": 4},
    }
    document = {
        "payload": {
            "granularity": {"granularityType": "Marketplace", "granularityId": US},
            "inventorySummaries": [
                {"sellerSku": "A", "inventoryDetails": details, "lastUpdatedTime": "2026-11-15T00:00:00Z"},
                {"sellerSku": "B", "inventoryDetails": {"fulfillableQuantity": 0}, "lastUpdatedTime": ""},
            ],
        }
    }
    frame = map_fba([page(document)], SHOP)["inventory"]
    assert frame["location"].tolist() == ["AMAZON_NA", "AMAZON_NA"] and set(frame["fulfilled_by"]) == {"marketplace"}
    assert frame[["sellable_quantity", "reserved_quantity", "inbound_quantity"]].values.tolist()[0] == [5, 4, 6]
    assert frame["inbound_quantity"].isna()[1] and frame["source_updated_at"].isna()[1] and frame["fault"].isna().all()


# money


def leaf(kind, amount, *children):
    return {
        "breakdownType": kind,
        "breakdownAmount": {"currencyCode": "USD", "currencyAmount": amount},
        "breakdowns": list(children) or None,
    }


def transaction(total, **changes):
    return {
        "transactionId": "T1",
        "transactionType": "Shipment",
        "transactionStatus": "RELEASED",
        "postedDate": "2026-11-15T01:00:00Z",
        "totalAmount": {"currencyCode": "USD", "currencyAmount": total},
        "marketplaceDetails": {"marketplaceId": US},
        "relatedIdentifiers": [
            {"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "111-1"},
            {"relatedIdentifierName": "SETTLEMENT_ID", "relatedIdentifierValue": "S1"},
        ],
        **changes,
    }


def ledger(raw):
    body = json.dumps({"payload": {"transactions": raw}}).encode()
    return map_ledger([Page(body, datetime(2026, 11, 16, tzinfo=UTC), "test")], SHOP)["ledger_entries"]


ITEM = {
    "contexts": [{"contextType": "ProductContext", "sku": "LM-1"}],
    "relatedIdentifiers": [{"itemRelatedIdentifierName": "ORDER_ITEM_ID", "itemRelatedIdentifierValue": "L1"}],
    "breakdowns": [
        leaf("ProductCharges", 20.00, leaf("Principal", 20.10), leaf("Discount", -0.10)),
        leaf("AmazonFees", -3, leaf("Commission", -3)),
    ],
}


def test_every_leaf_of_a_transaction_is_an_entry_with_its_place():
    frame = ledger([transaction(17.00, items=[ITEM])])
    assert sorted(frame["entry_id"]) == [
        "T1/i0/0/0",
        "T1/i0/0/1",
        "T1/i0/1/0",
    ]
    rows = frame.set_index("entry_id")
    assert rows["amount_minor"].to_dict() == {"T1/i0/0/0": 2010, "T1/i0/0/1": -10, "T1/i0/1/0": -300}
    assert rows["kind"].to_dict() == {"T1/i0/0/0": "sale", "T1/i0/0/1": "discount", "T1/i0/1/0": "fee"}
    assert rows["kind_raw"]["T1/i0/1/0"] == "Shipment/AmazonFees/Commission" and frame["fault"].isna().all()
    assert set(frame["sku"]) == {"LM-1"} and set(frame["line_id"]) == {"L1"} and set(frame["payout_id"]) == {"S1"}
    assert {str(day) for day in frame["posted_date"]} == {"2026-11-14"}


def test_a_summary_beside_the_items_is_not_counted_twice():
    frame = ledger([transaction(17.00, items=[ITEM], breakdowns=[leaf("Sales", 20, leaf("ProductCharges", 20)), leaf("Expenses", -3)])])
    assert len(frame) == 3 and frame["amount_minor"].sum() == 1700


def test_what_the_items_do_not_cover_is_taken_from_the_transaction():
    frame = ledger(
        [transaction(16.00, items=[ITEM], breakdowns=[leaf("ProductCharges", 20), leaf("AmazonFees", -3), leaf("ServiceCharge", -1)])]
    )
    assert sorted(frame["entry_id"])[-1] == "T1/t/2" and frame["amount_minor"].sum() == 1600 and frame["fault"].isna().all()


def test_a_transaction_without_items_gives_its_own_leaves_and_one_without_any_itself():
    frame = ledger(
        [
            transaction(-5, transactionType="ServiceFee", breakdowns=[leaf("AmazonFees", -5, leaf("Subscription", -5))]),
            transaction(12.5, transactionId="T2", transactionType="Adjustment"),
        ]
    )
    assert frame[["entry_id", "kind", "amount_minor"]].values.tolist() == [["T1/t/0/0", "fee", -500], ["T2/t", "adjustment", 1250]]


def test_amounts_that_do_not_add_up_are_a_fault_and_no_wrong_sum():
    frame = ledger([transaction(99.00, items=[ITEM]), transaction(17.00, transactionId="T2", items=[ITEM])])
    assert frame.loc[frame["transaction_id"] == "T1", "fault"].str.contains("do not add up").all()
    assert frame.loc[frame["transaction_id"] == "T2", "fault"].isna().all()


def test_a_refunded_principal_is_a_refund_and_its_tax_a_tax():
    frame = ledger([transaction(-21, transactionType="Refund", items=[{"breakdowns": [leaf("Principal", -20), leaf("Tax", -1)]}])])
    assert frame["kind"].tolist() == ["refund", "tax"]


@pytest.mark.parametrize(("theirs", "ours"), [("DEFERRED", "deferred"), ("DEFERRED_RELEASED", "released"), ("RELEASED", "released")])
def test_money_is_deferred_or_released(theirs, ours):
    assert ledger([transaction(1, transactionStatus=theirs)])["status"].tolist() == [ours]


def test_a_json_number_of_money_never_passes_through_a_float():
    body = json.dumps({"payload": {"transactions": [transaction("AMOUNT")]}}).replace('"AMOUNT"', "90071992547409.93").encode()
    frame = map_ledger([Page(body, datetime(2026, 11, 16, tzinfo=UTC), "test")], SHOP)["ledger_entries"]
    assert frame["amount_minor"].tolist() == [9007199254740993]


def test_a_payouts_version_is_its_last_status():
    record = {
        "id": "P1",
        "currentStatus": "PAID",
        "amount": {"currencyCode": "USD", "currencyAmount": 1250.75},
        "creationDate": "2026-11-01T06:00:00Z",
        "statusHistory": [
            {"status": "STARTED", "lastUpdatedDate": "2026-11-01T06:00:00Z"},
            {"status": "PAID", "lastUpdatedDate": "2026-11-02T12:00:00Z"},
        ],
    }
    frame = map_payouts(
        [page({"payouts": [record, {"id": "P2", "currentStatus": "NO_PAYOUT", "amount": None, "statusHistory": []}]})], SHOP
    )["payouts"]
    assert (
        frame["amount_minor"].tolist()[0] == 125075
        and frame["status"].tolist()[0] == "paid"
        and str(frame["initiated_date"][0]) == "2026-10-31"
    )
    assert str(frame["source_updated_at"][0]) == "2026-11-02 12:00:00+00:00" and "'NO_PAYOUT' is not a known word" in frame["fault"][1]
