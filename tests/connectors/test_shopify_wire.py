"""The Shopify connector against a loopback that answers as told: three planes of errors, points, files, tokens, versions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Credentials, Shop, Window
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError
from connectors.shopify import connect, endpoints
from connectors.writes import ProductChange, ShipmentNotice, StockChange

NIGHT = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)
WINDOW = Window(NIGHT - timedelta(days=1), NIGHT)
SHOP = Shop("lumora", "lumora_shopify", "shopify", ("US",))
GRAPHQL = f"/admin/api/{endpoints.VERSION}/graphql.json"
TOKEN = "shpat_secret-nobody-may-see"


@pytest.fixture
def store(loopback, lend, said):
    """``store(*answers)`` serves them in turn and opens a connector; an answer is ``data``, a whole answer or a function."""

    def begin(*answers, **services):
        loopback.on("POST", GRAPHQL, *[each if callable(each) or isinstance(each, said) else said(whole(each)) for each in answers])
        return connect(SHOP, Credentials(loopback.url, "", {"access_token": TOKEN}), lend(**services))

    return begin


def cost(asked=10, left=1990, rate=100.0):
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": left, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": asked, "actualQueryCost": asked, "throttleStatus": status}}


def whole(answer):
    if set(answer) <= {"data", "errors", "extensions"}:
        return {"extensions": cost(), **answer}
    return {"data": answer, "extensions": cost()}


def error(code, message="said Shopify", **more):
    return {"errors": [{"message": message, "extensions": {"code": code}, **more}]}


def tenders(*numbers, after=None):
    nodes = [
        {"id": f"gid://shopify/TenderTransaction/{number}", "amount": {"amount": "5.0", "currencyCode": "USD"}, "paymentMethod": "cash",
         "processedAt": "2026-11-15T10:00:00Z", "remoteReference": None, "test": False, "order": None}
        for number in numbers
    ]
    return {"tenderTransactions": {"nodes": nodes, "pageInfo": {"hasNextPage": after is not None, "endCursor": after}}}


def orders(count, *numbers, after=None):
    nodes = [{"id": f"gid://shopify/Order/{number}", "test": False} for number in numbers]
    page = {"nodes": nodes, "pageInfo": {"hasNextPage": after is not None, "endCursor": after}}
    return {"ordersCount": {"count": count, "precision": "EXACT"}, "orders": page}


def variables(loopback, place=-1):
    return loopback.calls(GRAPHQL)[place].json["variables"]


def test_throttled_comes_under_http_200_and_is_waited_out_as_the_points_say(store, clock, loopback):
    throttled = {**error("THROTTLED", "Throttled"), "extensions": cost(asked=300, left=50, rate=50.0)}
    assert len(list(store(throttled, tenders(1)).read("payments", WINDOW))) == 1
    assert sum(clock.slept) == pytest.approx(5.0, abs=0.3) and len(loopback.calls(GRAPHQL)) == 2


def test_a_cheap_query_leaves_the_points_that_the_dear_one_behind_it_will_need(store, clock, loopback):
    dear = {"data": tenders(1, after="c1"), "extensions": cost(asked=900, left=1100)}
    cheap = {"data": tenders(2, after="c2"), "extensions": cost(asked=10, left=400, rate=100.0)}
    assert len(list(store(dear, cheap, tenders(3)).read("payments", WINDOW))) == 3
    assert sum(clock.slept) == pytest.approx(5.0, abs=0.3)


def test_a_throttled_wait_longer_than_ones_patience_gives_the_slot_back(store):
    throttled = {**error("THROTTLED", "Throttled"), "extensions": cost(asked=1000, left=0, rate=10.0)}
    with pytest.raises(QuotaWait) as wait:
        list(store(throttled, patience_seconds=20.0).read("payments", WINDOW))
    assert wait.value.seconds == pytest.approx(100, abs=1)


def test_the_next_call_waits_for_the_points_it_needs_before_shopify_has_to_refuse_it(store, clock):
    poor = {"data": tenders(1, after="c1"), "extensions": cost(asked=200, left=100, rate=100.0)}
    list(store(poor, tenders(2)).read("payments", WINDOW))
    assert sum(clock.slept) == pytest.approx(1.0, abs=0.2)


def test_http_429_is_throttled_too(store, clock, said):
    list(store(said({"errors": "Exceeded"}, 429, {"Retry-After": "3"}), tenders(1)).read("payments", WINDOW))
    assert sum(clock.slept) >= 3


def test_a_query_that_costs_too_much_is_split_and_not_repeated(store, loopback):
    list(store(error("MAX_COST_EXCEEDED"), error("MAX_COST_EXCEEDED"), tenders(1)).read("payments", WINDOW))
    assert [call.json["variables"]["first"] for call in loopback.calls(GRAPHQL)] == [100, 50, 25]


def test_an_internal_error_under_http_200_is_passing_trouble(store, loopback):
    list(store(error("INTERNAL_SERVER_ERROR"), tenders(1)).read("payments", WINDOW))
    assert len(loopback.calls(GRAPHQL)) == 2


@pytest.mark.parametrize("code", ("ACCESS_DENIED", "BAD_REQUEST", "INVALID_VARIABLE", "RESOURCE_NOT_FOUND", "undefinedField"))
def test_any_other_top_level_error_is_final_and_told(store, loopback, code):
    with pytest.raises(FatalError, match=f"{code}: said Shopify") as refused:
        list(store(error(code)).read("payments", WINDOW))
    assert len(loopback.calls(GRAPHQL)) == 1 and TOKEN not in str(refused.value)
    assert ("lacks a scope" in str(refused.value)) == (code == "ACCESS_DENIED")


def test_customer_data_that_was_not_approved_is_missed_without_losing_the_order(store):
    denied = {"data": orders(1, 7), **error("ACCESS_DENIED", path=["orders", "nodes", 0, "customer"])}
    assert len(list(store(denied).read("orders", WINDOW))) == 1
    other = {"data": orders(1, 7), **error("ACCESS_DENIED", path=["orders", "nodes", 0, "totalPriceSet"])}
    with pytest.raises(FatalError, match="ACCESS_DENIED"):
        list(store(other).read("orders", WINDOW))


def test_a_search_by_a_name_shopify_does_not_know_matches_everything_and_is_refused(store):
    warning = {"field": "processd_at", "message": "Invalid search field"}
    warned = {"data": tenders(1), "extensions": {**cost(), "search": [{"warnings": [warning]}]}}
    with pytest.raises(FatalError, match="processd_at"):
        list(store(warned).read("payments", WINDOW))


def test_a_version_that_fell_forward_is_noticed(store, said):
    asked = store(said(whole(tenders(1)), headers={"X-Shopify-API-Version": endpoints.VERSION}))
    assert list(asked.read("payments", WINDOW))
    newer = store(said(whole(tenders(1)), headers={"X-Shopify-API-Version": "2027-01"}))
    with pytest.raises(FatalError, match="answer is of version 2027-01"):
        list(newer.read("payments", WINDOW))


@pytest.mark.parametrize(
    ("status", "words"), ((401, "does not honour"), (402, "frozen"), (403, "scope"), (404, "no such shop"), (423, "frozen or locked"))
)
def test_a_refusal_by_status_says_what_to_do(store, said, status, words):
    with pytest.raises(FatalError, match=words) as refused:
        list(store(said({"errors": "[API] no"}, status)).read("payments", WINDOW))
    assert TOKEN not in str(refused.value)


def test_the_token_goes_in_its_header_and_the_window_is_half_open(store, loopback):
    list(store(tenders(1)).read("payments", Window(NIGHT - timedelta(days=1), NIGHT + timedelta(microseconds=1))))
    call = loopback.calls(GRAPHQL)[0]
    assert call.headers["X-Shopify-Access-Token"] == TOKEN
    assert variables(loopback)["search"] == "processed_at:>='2026-11-15T03:10:00Z' AND processed_at:<'2026-11-16T03:10:01Z'"


def test_a_page_shown_again_under_the_next_cursor_is_asked_for_once_more(store, loopback):
    pages = list(store(tenders(1, 2, after="c1"), tenders(1, 2, after="c1"), tenders(3)).read("payments", WINDOW))
    assert len(pages) == 2 and b"TenderTransaction/3" in pages[1].body


def test_a_listing_that_goes_round_in_circles_ends_with_an_error(store):
    with pytest.raises(RetryableError, match="same page 3 times"):
        list(store(tenders(1, 2, after="c1")).read("payments", WINDOW))
    with pytest.raises(RetryableError, match="names no place"):
        list(store({"tenderTransactions": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}}).read("payments", WINDOW))


def test_a_dead_cursor_reads_the_window_again(store):
    with pytest.raises(CursorExpired):
        list(store(error("BAD_REQUEST", "Invalid cursor for current pagination sort.")).read("payments", WINDOW))


@pytest.mark.parametrize(
    ("first", "last", "shown", "announced"), ((3, 3, 3, 3), (5, 3, 4, 4), (3, 3, 2, 3)),
    ids=("nothing moved", "two left the window while it was read", "a page is missing"),
)
def test_the_vendors_count_at_both_ends_bounds_what_must_have_arrived(store, first, last, shown, announced):
    pages = list(store(orders(first, 1, after="c1"), orders(last, *range(2, shown + 1))).read("orders", WINDOW))
    assert pages[-1].announced == announced


def bulk(status, objects=0, roots=0, url=None, **more):
    counts = {"objectCount": str(objects), "rootObjectCount": str(roots)}
    return {"bulkOperation": {"id": "gid://shopify/BulkOperation/1", "status": status, "errorCode": None, **counts, "url": url, **more}}


def counted(count, precision="EXACT"):
    return {"ordersCount": {"count": count, "precision": precision}}


STARTED = {"bulkOperationRunQuery": {"bulkOperation": {"id": "gid://shopify/BulkOperation/1", "status": "CREATED"}, "userErrors": []}}
LINES = (
    b'{"id":"gid://shopify/Order/1","test":false,"legacyResourceId":"1"}\n'
    b'{"__typename":"LineItem","id":"gid://shopify/LineItem/2","__parentId":"gid://shopify/Order/1"}\n'
)


@pytest.fixture
def files(monkeypatch):
    monkeypatch.setattr(endpoints, "PAGED_UP_TO", 0)


def test_a_file_is_waited_for_and_taken_when_its_lines_are_as_many_as_were_counted(store, files, loopback, said):
    loopback.on("GET", "/file", said(LINES))
    connector = store(orders(1, 1), STARTED, bulk("RUNNING"), bulk("COMPLETED", 2, 1, f"{loopback.url}/file?signature=s"), counted(1))
    pages = list(connector.read("orders", WINDOW))
    assert [page.part for page in pages] == ["job", "file"] and pages[-1].announced == 1
    download = loopback.calls("/file")[0]
    assert "X-Shopify-Access-Token" not in download.headers and "signature" not in pages[-1].request


@pytest.mark.parametrize(
    "body", (LINES[:60], LINES.splitlines()[0], b"", b'{"errors":[{"message":"no"}]}'), ids=("cut", "short", "empty", "an error")
)
def test_a_file_with_fewer_lines_than_counted_is_never_taken(store, files, loopback, said, body):
    loopback.on("GET", "/file", said(body))
    connector = store(orders(1, 1), STARTED, bulk("COMPLETED", 2, 1, f"{loopback.url}/file"))
    with pytest.raises(RetryableError, match="counted 2 objects"):
        list(connector.read("orders", WINDOW))
    assert len(loopback.calls("/file")) == 3


def test_nothing_found_though_objects_were_counted_is_trouble_and_an_empty_window_is_not(store, files):
    with pytest.raises(RetryableError, match="counted 5 objects"):
        list(store(orders(5, 1), STARTED, bulk("COMPLETED", 5, 5)).read("orders", WINDOW))
    for left in (1, 0):  # still counted behind the file: missing, and announced; gone meanwhile: an empty window
        pages = list(store(orders(1, 1), STARTED, bulk("COMPLETED", 0, 0), counted(left)).read("orders", WINDOW))
        assert pages[-1].body == b"" and pages[-1].announced == left and pages[-1].cursor is None


@pytest.mark.parametrize(
    ("first", "last", "precision", "announced"),
    ((1, 1, "EXACT", 1), (3, 3, "EXACT", 3), (3, 1, "EXACT", 1), (0, 0, "AT_LEAST", 1), (2, 2, "AT_LEAST", 2)),
    ids=("the right file", "a short file", "two left the window while it was read", "more than a capped count", "less than a capped one"),
)
def test_a_file_is_held_against_the_count_behind_it_and_not_against_its_own_counters_alone(
    store, files, monkeypatch, loopback, said, first, last, precision, announced
):
    monkeypatch.setattr(endpoints, "PAGED_UP_TO", -1)
    loopback.on("GET", "/file", said(LINES))
    done = bulk("COMPLETED", 2, 1, f"{loopback.url}/file")
    pages = list(store(orders(first, 1), STARTED, done, counted(last, precision)).read("orders", WINDOW))
    assert pages[-1].announced == announced and variables(loopback) == {"search": variables(loopback, 0)["search"]}


def test_a_file_behind_which_nothing_is_counted_is_not_taken_for_proven(store, files, loopback, said):
    loopback.on("GET", "/file", said(LINES))
    with pytest.raises(RetryableError, match="no count to hold its files against"):
        list(store(orders(1, 1), STARTED, bulk("COMPLETED", 2, 1, f"{loopback.url}/file"), {"ordersCount": None}).read("orders", WINDOW))


def test_what_a_failed_file_offers_in_part_is_never_fetched_and_its_window_is_cut_in_two(store, files, loopback, said):
    loopback.on("GET", "/file", said(LINES))
    failed = bulk("FAILED", 1, 1, None, errorCode="TIMEOUT", partialDataUrl=f"{loopback.url}/partial")
    done = bulk("COMPLETED", 2, 1, f"{loopback.url}/file")
    pages = list(store(orders(1, 1), STARTED, failed, STARTED, done, STARTED, done, counted(2)).read("orders", WINDOW))
    assert [page.part for page in pages] == ["job", "job", "file", "job", "file"] and not loopback.calls("/partial")
    texts = [call.json["variables"]["query"] for call in loopback.calls(GRAPHQL) if "query" in call.json["variables"]]
    assert "2026-11-15T15:10:00Z" in texts[1] and "2026-11-15T15:10:00Z" in texts[2] and texts[0] != texts[1] != texts[2]


def test_other_programs_bulk_operations_are_waited_for(store, files, loopback, said, clock):
    loopback.on("GET", "/file", said(LINES))
    refusal = {"field": None, "message": "busy", "code": "OPERATION_IN_PROGRESS"}
    busy = {"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [refusal]}}
    done = bulk("COMPLETED", 2, 1, f"{loopback.url}/file")
    assert len(list(store(orders(1, 1), busy, STARTED, done, counted(1)).read("orders", WINDOW))) == 2
    assert 30 in clock.slept


@pytest.mark.parametrize("status", ("CANCELED", "EXPIRED"))
def test_a_bulk_operation_that_was_ended_is_asked_for_anew_from_the_start(store, files, status):
    with pytest.raises(CursorExpired, match=status):
        list(store(orders(1, 1), STARTED, bulk(status)).read("orders", WINDOW))


def test_a_long_wait_for_a_file_gives_the_slot_back_and_goes_on_with_the_same_operation(store, files, loopback, said):
    loopback.on("GET", "/file", said(LINES))
    connector = store(orders(1, 1), STARTED, *[bulk("RUNNING")] * 30, patience_seconds=10.0)
    pages = []
    with pytest.raises(QuotaWait):
        pages.extend(iter_into(pages, connector.read("orders", WINDOW)))
    again = store(bulk("COMPLETED", 2, 1, f"{loopback.url}/file"), counted(1))
    rest = list(again.read("orders", WINDOW, pages[-1].cursor))
    assert [page.part for page in (*pages, *rest)] == ["job", "file"]


def iter_into(found, pages):
    """Collect pages that came before an error."""
    for page in pages:
        found.append(page)
    return []


def level(units, place="gid://shopify/Location/7"):
    return {"location": {"id": place}, "quantities": [{"name": "available", "quantity": units}]}


def shown(units):
    levels = {"nodes": [level(units)], "pageInfo": {"hasNextPage": False}}
    item = {"id": "gid://shopify/InventoryItem/3", "tracked": True, "inventoryLevels": levels}
    return {"nodes": [{"id": "gid://shopify/ProductVariant/1", "sku": "A", "inventoryItem": item}]}


def stock_answer(*codes):
    errors = [{"code": code, "field": ["input", "quantities", "0"], "message": "no"} for code in codes]
    return {"inventorySetQuantities": {"userErrors": errors}}


CHANGE = StockChange("job", "US", "A", "1", "9", 12)


def test_stock_is_written_with_the_idempotent_directive_on_its_field_and_what_was_seen_before(store, loopback):
    assert store(shown(5), stock_answer()).push_stock([CHANGE])[0].is_accepted
    sent = loopback.calls(GRAPHQL)[1].json
    assert "inventorySetQuantities(input: $input) @idempotent(key: $key)" in sent["query"] and sent["variables"]["key"].strip()
    place = {"inventoryItemId": "gid://shopify/InventoryItem/3", "locationId": "gid://shopify/Location/7"}
    row = {**place, "quantity": 12, "changeFromQuantity": 5}
    assert sent["variables"]["input"]["quantities"] == [row]


def test_the_same_change_asked_again_bears_the_same_key_and_another_view_another(store, loopback):
    for units in (5, 5, 6):
        store(shown(units), stock_answer()).push_stock([CHANGE])
    keys = [call.json["variables"]["key"] for call in loopback.calls(GRAPHQL) if "key" in call.json["variables"]]
    assert keys[0] == keys[1] != keys[2]


def test_a_stale_quantity_is_looked_at_again(store, loopback):
    answers = store(shown(5), stock_answer("CHANGE_FROM_QUANTITY_STALE"), shown(4), stock_answer()).push_stock([CHANGE])
    assert answers[0].is_accepted
    sent = [call.json["variables"]["input"]["quantities"][0]["changeFromQuantity"] for call in loopback.calls(GRAPHQL)
            if "input" in call.json["variables"]]
    assert sent == [5, 4]


def test_a_business_refusal_is_an_answer_and_no_error(store):
    answer = store(shown(5), stock_answer("INVALID_LOCATION")).push_stock([CHANGE])[0]
    assert not answer.is_accepted and "INVALID_LOCATION" in answer.message


def test_a_parcel_whose_answer_was_lost_is_not_told_twice(store, loopback, said):
    work = {"order": {"id": "gid://shopify/Order/1", "fulfillments": [], "fulfillmentOrders": {"nodes": [
        {"id": "gid://shopify/FulfillmentOrder/2", "status": "OPEN", "assignedLocation": {"location": {"id": "gid://shopify/Location/7"}},
         "lineItems": {"nodes": [{"id": "gid://shopify/FulfillmentOrderLineItem/4", "remainingQuantity": 1,
                                  "lineItem": {"id": "gid://shopify/LineItem/3"}}], "pageInfo": {"hasNextPage": False}}}]}}}
    notice = ShipmentNotice("n", "US", "1", {"3": 1}, "UPS", "1Z", NIGHT)
    with pytest.raises(RetryableError, match="Not repeated"):
        store(work, lambda asked: None).push_shipments([notice])
    told = [call for call in loopback.calls(GRAPHQL) if "fulfillmentCreate" in call.json["query"]]
    assert len(told) == 1
    known = {"order": {**work["order"], "fulfillments": [{"id": "f", "status": "SUCCESS", "trackingInfo": [{"number": "1Z"}]}]}}
    assert "already" in store(known).push_shipments([notice])[0].message
    assert len([call for call in loopback.calls(GRAPHQL) if "fulfillmentCreate" in call.json["query"]]) == 1


NEW = ProductChange("job", "US", "A 1", title="Lamp", currency="USD", price_minor=500)


def articles(*nodes, taken=None):
    return {"productVariants": {"nodes": list(nodes)}, "productByIdentifier": taken, "shop": {"currencyCode": "USD"}}


def article(number, sku="A 1"):
    product = {"id": "gid://shopify/Product/9", "handle": "x", "title": "Lamp", "descriptionHtml": "", "status": "DRAFT"}
    return {"id": f"gid://shopify/ProductVariant/{number}", "sku": sku, "price": "5.00", "product": product}


def product_answer(*codes):
    errors = [{"code": code, "field": ["input", "title"], "message": "no"} for code in codes]
    return {"productSet": {"product": {"id": "gid://shopify/Product/9"}, "userErrors": errors}}


def test_a_product_whose_answer_was_lost_is_asked_for_again_under_the_same_handle(store, loopback):
    assert store(articles(), lambda asked: None, product_answer()).push_products([NEW])[0].is_accepted
    sent = [call.json["variables"] for call in loopback.calls(GRAPHQL) if "productSet" in call.json["query"]]
    assert len(sent) == 2 and sent[0] == sent[1] and sent[0]["handle"] == sent[0]["input"]["handle"]
    assert sent[0]["input"]["status"] == "DRAFT", "nothing goes on sale that nobody asked to sell"


@pytest.mark.parametrize(
    ("answer", "what"),
    ((product_answer("INVALID_INPUT"), "INVALID_INPUT"), (product_answer("INVALID_INPUT", "INVALID_VARIANT"), "INVALID_VARIANT")),
)
def test_a_product_refused_for_the_shops_own_reasons_is_an_answer_with_all_of_them(store, answer, what):
    told = store(articles(), answer).push_products([NEW])[0]
    assert not told.is_accepted and what in told.message


def test_a_product_refused_beside_the_data_is_an_error(store):
    with pytest.raises(FatalError, match="ACCESS_DENIED"):
        store(articles(), error("ACCESS_DENIED")).push_products([NEW])


@pytest.mark.parametrize(
    ("found", "why"),
    (
        (articles(article(1), article(2)), "2 variants of the shop carry this SKU"),
        (articles(article(1, "A 1 longer"), taken={"id": "p", "variants": {"nodes": [article(3, "B")]}}), "none of its variants carries"),
    ),
)
def test_a_product_nobody_can_tell_apart_is_left_alone(store, loopback, found, why):
    assert why in store(found).push_products([NEW])[0].message and len(loopback.calls(GRAPHQL)) == 1


def test_a_token_is_asked_for_by_client_credentials_and_kept_for_its_day(loopback, lend, said, clock):
    grant = "/admin/oauth/access_token"
    loopback.on("POST", grant, said({"access_token": "day-token-1", "scope": "x", "expires_in": 86399}),
                said({"access_token": "day-token-2", "scope": "x", "expires_in": 86399}))
    loopback.on("POST", GRAPHQL, said(whole(tenders(1))))
    secrets = {"client_id": "app", "client_secret": "shpss_hidden"}
    connector = connect(SHOP, Credentials(loopback.url, "", secrets), lend())
    for _ in range(3):
        list(connector.read("payments", WINDOW))
    form = b"grant_type=client_credentials&client_id=app&client_secret=shpss_hidden"
    assert [call.body for call in loopback.calls(grant)] == [form]
    clock.advance(86_400)
    list(connector.read("payments", WINDOW))
    assert [call.headers["X-Shopify-Access-Token"] for call in loopback.calls(GRAPHQL)][-2:] == ["day-token-1", "day-token-2"]
    assert "shpss_hidden" not in repr(connector) + json.dumps([call.path for call in loopback.asked])


@pytest.mark.parametrize("code", ("app_not_installed", "shop_not_permitted"))
def test_an_app_of_another_organisation_gets_no_token_and_is_told_why(loopback, lend, said, code):
    loopback.on("POST", "/admin/oauth/access_token", said({"error": code, "error_description": "no"}, 400))
    with pytest.raises(FatalError, match=code):
        connect(SHOP, Credentials(loopback.url, "", {"client_id": "app", "client_secret": "s3cret-word"}), lend()).check()


@pytest.mark.parametrize("sites", [(), ("US", "CA"), ("ZZ",)])
def test_a_store_is_one_site(lend, sites):
    with pytest.raises(FatalError, match="one site"):
        connect(Shop("lumora", "x", "shopify", sites), Credentials("http://h", "", {"access_token": TOKEN}), lend())
