"""Traps in Shopify's records, each by its name: what the mapping makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from connectors.contract import Page, Shop
from connectors.shopify.map_goods import map_listings
from connectors.shopify.map_money import map_ledger, map_payments, map_payouts
from connectors.shopify.map_orders import map_orders
from connectors.shopify.map_returns import map_returns
from connectors.shopify.record_ids import record_ids

NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)
US = Shop("lumora", "lumora_shopify", "shopify", ("US",))
JP = Shop("teahaus", "teahaus_shopify", "shopify", ("JP",))


def page(body, part="orders", group=0):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Page(raw, NOW, "test", part=part, group=group)


def bag(amount, currency="USD", presented=None):
    own = {"amount": amount, "currencyCode": currency}
    return {"shopMoney": own, "presentmentMoney": presented or own}


def line(number=1, quantity=1, price="10.0", **changes):
    total = changes.pop("total", f"{float(price) * quantity:.1f}")
    currency = changes.pop("currency", "USD")
    plain = {
        "__typename": "LineItem", "id": f"gid://shopify/LineItem/{number}", "sku": f"SKU-{number}", "name": "Lamp - oak",
        "quantity": quantity,
        "currentQuantity": quantity, "unfulfilledQuantity": quantity, "product": {"id": "gid://shopify/Product/7"},
        "originalUnitPriceSet": bag(price, currency), "originalTotalSet": bag(total, currency), "discountAllocations": [], "taxLines": [],
    }
    return {**plain, **changes}


def order(number=1, lines=None, **changes):
    currency = changes.pop("currency", "USD")
    plain = {
        "__typename": "Order", "id": f"gid://shopify/Order/{number}", "legacyResourceId": str(number), "updatedAt": "2026-11-15T10:00:00Z",
        "processedAt": "2026-11-14T10:00:00Z", "cancelledAt": None, "test": False, "currencyCode": currency, "taxesIncluded": False,
        "dutiesIncluded": False, "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED", "returnStatus": "NO_RETURN",
        "totalPriceSet": bag("10.0", currency), "totalDiscountsSet": bag("0.0", currency), "totalShippingPriceSet": bag("0.0", currency),
        "totalTaxSet": bag("0.0", currency), "totalTipReceivedSet": bag("0.0", currency), "originalTotalDutiesSet": None,
        "originalTotalAdditionalFeesSet": None, "shippingAddress": {"countryCodeV2": "US"}, "customer": {"id": "gid://shopify/Customer/5"},
        "transactions": [], "fulfillments": [],
        "lineItems": {"nodes": [line(currency=currency)] if lines is None else lines, "pageInfo": {"hasNextPage": False}},
    }
    return {**plain, **changes}


def mapped(*orders, shop=US, more=()):
    pages = [page({"data": {"orders": {"nodes": list(orders)}}}), *more]
    frames = map_orders(shop, lambda text: f"key of {len(text)}", pages)
    return {name: frame.to_dict("records") for name, frame in frames.items()}


def parcel(number=1, display="IN_TRANSIT", status="SUCCESS", **changes):
    return {
        "id": f"gid://shopify/Fulfillment/{number}", "legacyResourceId": str(number), "status": status, "displayStatus": display,
        "createdAt": "2026-11-14T12:00:00Z", "inTransitAt": "2026-11-14T18:00:00Z", "deliveredAt": None,
        "trackingInfo": [{"company": "UPS", "number": "1Z"}], **changes,
    }


def contents(*rows):
    nodes = [
        {
            "__typename": "Fulfillment", "id": f"gid://shopify/Fulfillment/{number}",
            "fulfillmentLineItems": {
                "nodes": [{"quantity": units, "lineItem": {"id": f"gid://shopify/LineItem/{line}"}} for line, units in inside.items()],
                "pageInfo": {"hasNextPage": False},
            },
        }
        for number, inside in rows
    ]
    return page({"data": {"nodes": nodes}}, "parcels")


def test_the_shops_money_counts_and_not_what_the_buyer_saw():
    euros = {"amount": "9.13", "currencyCode": "EUR"}
    found = mapped(order(totalPriceSet=bag("10.0", presented=euros)))["orders"][0]
    assert (found["currency"], found["total_minor"], found["fault"]) == ("USD", 1000, None)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"), (("1200.0", "JPY", 1200), ("1200", "JPY", 1200), ("19.9", "USD", 1990), ("19.9000", "USD", 1990))
)
def test_decimal_texts_have_more_or_fewer_places_than_the_currency(amount, currency, minor):
    item = line(price=amount, total=amount, currency=currency)
    found = mapped(order(currency=currency, lines=[item], totalPriceSet=bag(amount, currency)))
    assert (found["orders"][0]["total_minor"], found["orders"][0]["fault"]) == (minor, None)


def test_an_amount_finer_than_its_currency_is_a_fault_and_never_rounded():
    found = mapped(order(totalPriceSet=bag("10.005")))["orders"][0]
    assert found["total_minor"] is None or found["fault"]
    assert "more decimals" in found["fault"]


def test_a_voucher_of_the_whole_order_shows_in_the_allocations_only():
    item = line(price="10.0", discountAllocations=[{"allocatedAmountSet": bag("1.0")}, {"allocatedAmountSet": bag("0.5")}])
    found = mapped(order(lines=[item], totalDiscountsSet=bag("1.5"), totalPriceSet=bag("8.5")))
    assert found["order_lines"][0]["discount_minor"] == found["orders"][0]["discount_minor"] == 150


def test_a_voucher_on_shipping_and_the_tax_on_shipping_belong_to_shipping():
    item = line(taxLines=[{"priceSet": bag("0.8")}])
    found = mapped(
        order(
            lines=[item], totalShippingPriceSet=bag("5.0"), totalDiscountsSet=bag("2.0"), totalTaxSet=bag("1.04"),
            totalTipReceivedSet=bag("1.0"),
            totalPriceSet=bag("15.04"),
        )
    )["orders"][0]
    assert (found["shipping_minor"], found["tax_minor"], found["discount_minor"]) == (424, 80, 0)
    assert found["items_minor"] - found["discount_minor"] + found["shipping_minor"] + found["tax_minor"] == found["total_minor"]


def test_tax_that_prices_include_is_not_added_again():
    item = line(price="1100.0", currency="JPY", taxLines=[{"priceSet": bag("100.0", "JPY")}])
    sums = {"totalTaxSet": bag("100.0", "JPY"), "totalPriceSet": bag("1100.0", "JPY")}
    found = mapped(order(currency="JPY", lines=[item], taxesIncluded=True, **sums), shop=JP)
    assert (found["orders"][0]["tax_minor"], found["order_lines"][0]["tax_minor"], found["orders"][0]["shipping_minor"]) == (0, 0, 0)


def test_test_orders_are_left_out_of_rows_and_ids_alike():
    pages = [page({"data": {"orders": {"nodes": [order(1), order(2, test=True)]}}})]
    assert record_ids("orders", pages) == ["1"]
    assert [row["order_id"] for row in mapped(order(1), order(2, test=True))["orders"]] == ["1"]


def test_a_line_whose_product_was_deleted_keeps_its_sku_and_title():
    found = mapped(order(lines=[line(product=None)]))["order_lines"][0]
    assert (found["product_id"], found["sku"], found["title"], found["fault"]) == (None, "SKU-1", "Lamp - oak", None)


def test_a_label_that_was_only_printed_has_not_left():
    found = mapped(order(fulfillments=[parcel(display="LABEL_PRINTED")], lines=[line(unfulfilledQuantity=0)]), more=[contents((1, {1: 1}))])
    assert (found["shipments"][0]["status"], found["shipments"][0]["shipped_at"]) == ("pending", None)
    assert (found["order_lines"][0]["shipped_quantity"], found["orders"][0]["status"]) == (0, "paid")


def test_a_cancelled_fulfilment_counts_for_nothing():
    found = mapped(order(fulfillments=[parcel(status="CANCELLED", display="CANCELED")]), more=[contents((1, {1: 1}))])
    assert (found["shipments"][0]["status"], found["order_lines"][0]["shipped_quantity"]) == ("cancelled", 0)


def test_a_parcel_no_carrier_reports_on_has_left_when_it_was_marked():
    item = line(unfulfilledQuantity=0)
    found = mapped(order(lines=[item], fulfillments=[parcel(display="FULFILLED", inTransitAt=None)]), more=[contents((1, {1: 1}))])
    assert found["shipments"][0]["shipped_at"].isoformat() == "2026-11-14T12:00:00+00:00"
    assert found["orders"][0]["status"] == "shipped"


def test_a_parcel_whose_contents_nobody_told_is_refused_and_not_taken_as_empty():
    found = mapped(order(fulfillments=[parcel()]))
    assert "did not tell" in found["shipments"][0]["fault"] and found["orders"][0]["fault"]


def test_an_unknown_word_is_a_fault_of_its_order_with_the_word_and_the_others_stay_good():
    found = mapped(order(1, displayFinancialStatus="BARTERED"), order(2, fulfillments=[parcel(display="TELEPORTED")]), order(3))["orders"]
    assert "'BARTERED' is not a known word" in found[0]["fault"] and "'TELEPORTED'" in found[1]["fault"] and found[2]["fault"] is None


def test_money_comes_in_with_a_capture_and_not_with_an_attempt_or_an_authorisation():
    told = [
        {"kind": "SALE", "status": "FAILURE", "processedAt": "2026-11-14T10:00:00Z"},
        {"kind": "AUTHORIZATION", "status": "SUCCESS", "processedAt": "2026-11-14T10:01:00Z"},
        {"kind": "CAPTURE", "status": "SUCCESS", "processedAt": "2026-11-14T12:00:00Z"},
    ]
    assert mapped(order(transactions=told))["orders"][0]["paid_at"].isoformat() == "2026-11-14T12:00:00+00:00"


def test_customer_data_that_is_not_approved_is_null_and_that_is_no_fault():
    found = mapped(order(customer=None, shippingAddress=None))["orders"][0]
    assert (found["buyer_key"], found["ship_country"], found["fault"]) == (None, None, None)


def test_one_unreadable_record_never_takes_its_page_with_it():
    found = mapped(order(1), "not an order", order(3, lineItems={"nodes": [line(), 7]}), order(4, updatedAt="yesterday"))
    faults = {row["order_id"]: row["fault"] for row in found["orders"]}
    assert len(found["orders"]) == 4 and faults["1"] is None and faults["4"] and faults["3"] and faults[None]


def test_an_order_read_again_whole_takes_the_place_of_its_first_reading():
    more = page({"data": {"order": order(1, lines=[line(1), line(2)], totalPriceSet=bag("20.0"))}}, "order")
    rest = page({"data": {"order": {"id": "gid://shopify/Order/1", "lineItems": {"nodes": [line(3)]}}}}, "lines")
    found = mapped(order(1, totalPriceSet=bag("20.0")), more=[more, rest])
    assert [row["line_id"] for row in found["order_lines"]] == ["1", "2", "3"] and found["orders"][0]["unit_count"] == 3


def file(*rows):
    return page("\n".join(json.dumps(row) for row in rows).encode(), "file")


def test_children_in_a_file_are_joined_by_parent_wherever_they_stand():
    bare = {key: value for key, value in order(1).items() if key != "lineItems"}
    child = {**line(1), "__parentId": "gid://shopify/Order/1"}
    other = {**line(2), "__parentId": "gid://shopify/Order/2"}
    two = {**bare, "id": "gid://shopify/Order/2", "legacyResourceId": "2"}
    found = map_orders(US, str, [file(bare, two, other, child)])
    assert found["order_lines"][["order_id", "line_id"]].to_numpy().tolist() == [["1", "1"], ["2", "2"]]


def test_a_child_of_nobody_in_a_file_is_kept_and_refused():
    found = map_orders(US, str, [file({**line(1), "__parentId": "gid://shopify/Order/9"})])
    assert "not in the file" in found["orders"]["fault"][0]


NAMES = ("available", "committed", "incoming")


def variant(number=1, sku="A", levels=None, **changes):
    shown = [("71", 5, 2, 0)] if levels is None else levels
    nodes = [
        {"id": f"gid://shopify/InventoryLevel/{place}", "location": {"id": f"gid://shopify/Location/{place}"},
         "quantities": [{"name": name, "quantity": units} for name, units in zip(NAMES, told, strict=True)]}
        for place, *told in shown
    ]
    return {
        "__typename": "ProductVariant", "id": f"gid://shopify/ProductVariant/{number}", "legacyResourceId": str(number), "sku": sku,
        "displayName": "Lamp - oak", "price": "19.9", "createdAt": "2025-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        "product": {"id": "gid://shopify/Product/7", "status": "ACTIVE", "updatedAt": "2026-02-01T00:00:00Z",
                    "priceRangeV2": {"minVariantPrice": {"currencyCode": "USD"}}},
        "inventoryItem": {"id": f"gid://shopify/InventoryItem/{number}", "tracked": True, "inventoryLevels": {"nodes": nodes}}, **changes,
    }


def goods(*variants):
    frames = map_listings(US, [page({"data": {"productVariants": {"nodes": list(variants)}}}, "variants")])
    return {name: frame.to_dict("records") for name, frame in frames.items()}


def test_duplicate_skus_are_legal_at_shopify_and_show_in_quarantine_instead_of_overwriting_each_other():
    found = goods(variant(1, "A"), variant(2, "A"), variant(3, "B"))
    assert len(found["listings"]) == 3 and not any(row["fault"] for row in found["listings"])
    assert [bool(row["fault"]) for row in found["inventory"]] == [True, True, False]


def test_oversold_stock_is_nothing_to_buy():
    assert goods(variant(levels=[("71", -3, 4, 0)]))["inventory"][0]["sellable_quantity"] == 0


def test_stock_nobody_counts_has_no_row():
    untracked = variant()
    untracked["inventoryItem"] = {**untracked["inventoryItem"], "tracked": False}
    assert goods(untracked)["inventory"] == []


@pytest.mark.parametrize("owner", ("ProductVariant", "InventoryItem"))
def test_a_stock_level_in_a_file_names_the_variant_or_its_inventory_item_as_parent(owner):
    bare = variant(levels=[])
    bare["inventoryItem"].pop("inventoryLevels")
    level = {**variant()["inventoryItem"]["inventoryLevels"]["nodes"][0], "__typename": "InventoryLevel", "__parentId": f"gid://shopify/{owner}/1"}
    frames = map_listings(US, [file(bare, level)])
    assert frames["inventory"]["sellable_quantity"].tolist() == [5] and frames["listings"]["fault"].isna().all()


def test_a_new_title_moves_the_products_time_only_and_counts():
    assert goods(variant())["listings"][0]["source_updated_at"].isoformat() == "2026-02-01T00:00:00+00:00"


def refund(number=1, total="10.0", lines=(), of=None):
    return {
        "id": f"gid://shopify/Refund/{number}", "createdAt": "2026-11-15T09:00:00Z", "return": {"id": of} if of else None,
        "totalRefundedSet": bag(total), "refundLineItems": {"nodes": list(lines), "pageInfo": {"hasNextPage": False}},
    }


def back(number=1, subtotal="10.0", tax="0.0", restock="RETURN", line_id=1):
    return {
        "id": f"gid://shopify/RefundLineItem/{number}", "quantity": 1, "restockType": restock, "subtotalSet": bag(subtotal),
        "totalTaxSet": bag(tax),
        "lineItem": {"id": f"gid://shopify/LineItem/{line_id}", "sku": f"SKU-{line_id}"},
    }


def request(status="CLOSED", line_id=1):
    asked = {
        "__typename": "ReturnLineItem", "id": "gid://shopify/ReturnLineItem/31", "quantity": 1, "returnReason": "DEFECTIVE",
        "fulfillmentLineItem": {"lineItem": {"id": f"gid://shopify/LineItem/{line_id}", "sku": f"SKU-{line_id}"}},
    }
    return {"id": "gid://shopify/Return/21", "status": status, "createdAt": "2026-11-13T09:00:00Z",
            "returnLineItems": {"nodes": [asked], "pageInfo": {"hasNextPage": False}}}


def after_sales(returns=(), refunds=(), **changes):
    plain = {
        "__typename": "Order", "id": "gid://shopify/Order/1", "legacyResourceId": "1", "updatedAt": "2026-11-15T10:00:00Z", "test": False,
        "currencyCode": "USD", "taxesIncluded": False, "returns": {"nodes": list(returns), "pageInfo": {"hasNextPage": False}},
        "refunds": list(refunds), **changes,
    }
    pages = [page({"data": {"nodes": [plain]}})]
    return map_returns(US, pages)["returns"].to_dict("records"), record_ids("returns", pages)


def test_a_refund_of_a_return_stands_on_the_returns_line_and_nowhere_else():
    rows, ids = after_sales([request()], [refund(lines=[back(subtotal="9.0", tax="0.75")], total="9.75", of="gid://shopify/Return/21")])
    assert ids == ["Return/21"]
    assert [(row["return_id"], row["line_id"], row["status"], row["refund_minor"], row["fault"]) for row in rows] == [
        ("Return/21", "1", "refunded", 975, None)
    ]


def test_a_refund_without_a_return_is_a_row_of_its_own_and_every_cent_is_in_one_row():
    cancelled = refund(5, "15.0", [back(51, "10.0", restock="CANCEL"), back(52, "3.0", restock="CANCEL", line_id=2)])
    rows, ids = after_sales(refunds=[cancelled, refund(6, "1.5")])
    assert ids == ["Refund/5", "Refund/6"] == sorted({row["return_id"] for row in rows})
    assert [(row["kind"], row["return_line_id"], row["refund_minor"]) for row in rows] == [
        ("cancel", "51", 1000), ("cancel", "52", 300), ("cancel", "rest", 200), ("refund_only", "rest", 150),
    ]


def test_a_refund_of_less_than_its_lines_gives_the_lines_what_was_paid():
    rows, _ = after_sales(refunds=[refund(5, "12.0", [back(51, "10.0"), back(52, "5.0", line_id=2)])])
    assert [row["refund_minor"] for row in rows] == [1000, 200]


@pytest.mark.parametrize("untold", ["subtotalSet", "totalTaxSet"])
def test_a_refunded_line_whose_worth_is_not_told_is_held_back_and_given_no_other_amount(untold):
    rows, _ = after_sales(refunds=[refund(5, "15.0", [{**back(51, "10.0"), untold: None}, back(52, "5.0", line_id=2)])])
    assert all("is missing" in row["fault"] for row in rows)


def test_a_refund_whose_total_is_not_told_is_held_back():
    rows, ids = after_sales(refunds=[{**refund(5, "15.0", [back(51, "10.0")]), "totalRefundedSet": None}])
    assert ids == ["Refund/5"] and rows and all("its total is missing" in row["fault"] for row in rows)


def test_a_refund_is_held_back_where_nobody_says_whether_prices_include_tax():
    rows, _ = after_sales(refunds=[refund(5, "10.91", [back(51, "10.0", tax="0.91")])], taxesIncluded=None)
    assert rows and all("whether prices include tax is not told" in row["fault"] for row in rows)


def test_tax_that_prices_include_is_not_refunded_twice():
    rows, _ = after_sales(refunds=[refund(5, "10.0", [back(51, "10.0", tax="0.91")])], taxesIncluded=True)
    assert [row["refund_minor"] for row in rows] == [1000]


@pytest.mark.parametrize(
    ("theirs", "ours"), (("REQUESTED", "requested"), ("OPEN", "approved"), ("DECLINED", "rejected"), ("CANCELED", "cancelled"))
)
def test_a_return_without_a_refund_says_where_it_stands_and_no_money(theirs, ours):
    rows, _ = after_sales([request(theirs)])
    assert [(row["status"], row["refund_minor"], row["reason"]) for row in rows] == [(ours, None, "DEFECTIVE")]


def test_more_returns_than_one_reading_shows_are_refused_and_not_forgotten():
    many = [refund(number, "1.0") for number in range(1, 10)]
    whole = page({"data": {"order": {**order(1), "returns": {"nodes": [], "pageInfo": {}}, "refunds": many}}}, "order")
    frame = map_returns(US, [whole])["returns"]
    assert len(frame) == 9 and frame["fault"].str.contains("more returns or refunds").all()


def entry(**changes):
    plain = {
        "id": "gid://shopify/ShopifyPaymentsBalanceTransaction/1", "type": "CHARGE", "amount": {"amount": "10.0", "currencyCode": "USD"},
        "fee": {"amount": "0.59", "currencyCode": "USD"}, "transactionDate": "2026-11-15T10:00:00Z", "test": False,
        "associatedOrder": {"id": "gid://shopify/Order/1"}, "associatedPayout": {"id": None, "status": "PENDING"},
    }
    return {**plain, **changes}


def ledger(*entries):
    pages = [page({"data": {"shopifyPaymentsAccount": {"balanceTransactions": {"nodes": list(entries)}}}}, "entries")]
    return map_ledger(US, pages)["ledger_entries"].to_dict("records"), record_ids("ledger", pages)


def test_a_fee_is_an_entry_of_its_own_and_taken_off():
    rows, ids = ledger(entry())
    assert [(row["entry_id"], row["kind"], row["amount_minor"], row["status"]) for row in rows] == [
        ("1/amount", "sale", 1000, "deferred"), ("1/fee", "fee", -59, "deferred"),
    ]
    assert ids == ["1/amount", "1/fee"]


@pytest.mark.parametrize("fee", [None, {}, {"amount": None, "currencyCode": "USD"}])
def test_a_fee_that_is_not_told_is_not_taken_for_none(fee):
    rows, ids = ledger(entry(fee=fee))
    assert [(row["entry_id"], row["fault"]) for row in rows] == [("1/amount", None), ("1/fee", "amount_minor: is not told")]
    assert ids == ["1/amount", "1/fee"]


def test_a_booking_of_a_new_kind_is_money_all_the_same_and_keeps_its_name():
    rows, _ = ledger(entry(type="MOON_CREDIT", fee={"amount": "0.0", "currencyCode": "USD"}))
    assert [(row["kind"], row["kind_raw"], row["fault"]) for row in rows] == [("other", "MOON_CREDIT", None)]


def test_a_withdrawal_is_money_taken_from_the_sellers_bank():
    told = {"id": "gid://shopify/ShopifyPaymentsPayout/1", "legacyResourceId": "1", "status": "PAID",
            "net": {"amount": "5.0", "currencyCode": "USD"},
            "issuedAt": "2026-11-15T00:00:00Z", "transactionType": "WITHDRAWAL"}
    frame = map_payouts(US, [page({"data": {"shopifyPaymentsAccount": {"payouts": {"nodes": [told]}}}}, "payouts")])["payouts"]
    assert frame["amount_minor"].tolist() == [-500]


def test_a_payment_without_a_reference_goes_by_its_own_number_and_tests_are_left_out():
    told = {"id": "gid://shopify/TenderTransaction/4", "amount": {"amount": "-5.0", "currencyCode": "USD"}, "paymentMethod": "cash",
            "processedAt": "2026-11-15T00:00:00Z", "remoteReference": None, "test": False, "order": None}
    trial = {**told, "id": "gid://shopify/TenderTransaction/5", "test": True}
    pages = [page({"data": {"tenderTransactions": {"nodes": [told, trial]}}}, "tenders")]
    frame = map_payments(US, pages)["payments"]
    assert frame[["transaction_id", "kind", "amount_minor"]].to_numpy().tolist() == [["4", "refund", -500]]
    assert record_ids("payments", pages) == ["4"]
