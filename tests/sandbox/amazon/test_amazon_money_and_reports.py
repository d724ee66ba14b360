"""Transactions, payouts, and the life of a report."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest
import requests

TRANSACTIONS = "/finances/2024-06-19/transactions"
PAYOUTS = "/finances/transfers/2024-06-01/payouts"
REPORTS = "/reports/2021-06-30/reports"
DOCUMENTS = "/reports/2021-06-30/documents"
LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
RETURNS = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
START = "2026-11-04T00:00:00Z"


def _transactions(stand, **params):
    """(transactions, sizes of the pages)."""
    found, sizes, token = [], [], {}
    while True:
        answer = stand.get(TRANSACTIONS, **{"postedAfter": START, **params}, **token)
        body = json.loads(answer.text, parse_float=Decimal)["payload"]
        found, sizes = found + body["transactions"], [*sizes, len(body["transactions"])]
        if "nextToken" not in body:
            return found, sizes
        token = {"nextToken": body["nextToken"]}


def _leaves(branches, path):
    for index, branch in enumerate(branches):
        if branch["breakdowns"]:
            yield from _leaves(branch["breakdowns"], f"{path}/{index}")
        else:
            yield f"{path}/{index}", branch["breakdownAmount"]["currencyAmount"]


def test_the_leaves_of_all_transactions_are_the_truth_to_the_cent(stand):
    found, sizes = _transactions(stand)
    seen = {}
    for each in found:
        assert not (each["items"] and each["breakdowns"])
        trees = [(f"i{index}", item["breakdowns"]) for index, item in enumerate(each["items"])] or [("t", each["breakdowns"])]
        leaves = {f"{each['transactionId']}/{at}": amount for root, tree in trees for at, amount in _leaves(tree, root)}
        assert sum(leaves.values()) == each["totalAmount"]["currencyAmount"]
        seen |= {name: int(amount * 100) for name, amount in leaves.items()}
    assert seen == {row["entry_id"]: row["amount_minor"] for row in stand.truth("ledger_entries")}
    assert len(sizes) > 2 and sizes[1] == 0, "the second page is empty and not the last"


def test_what_orders_brought_in_the_last_two_days_is_not_shown_yet(stand):
    found, _ = _transactions(stand)
    from_orders = [each["postedDate"] for each in found if each["items"]]
    assert max(from_orders) < "2026-11-14T03:00:00Z" < max(posting.at.isoformat() for posting in stand.house.snapshot.postings[stand.shop])


def test_deferred_money_is_released_later_under_the_same_number(stand):
    before = {each["transactionId"]: each["transactionStatus"] for each in _transactions(stand)[0]}
    assert set(before.values()) == {"DEFERRED", "DEFERRED_RELEASED", "RELEASED"}
    stand.house.clock.move_horizon(stand.house.clock.horizon.replace(day=28))
    after = {each["transactionId"]: each["transactionStatus"] for each in _transactions(stand)[0]}
    assert {after[number] for number, status in before.items() if status == "DEFERRED"} == {"DEFERRED_RELEASED"}


def test_a_span_of_more_than_180_days_is_answered_with_nothing(stand):
    assert _transactions(stand, postedAfter="2026-05-01T00:00:00Z") == ([], [0])
    assert _transactions(stand, postedAfter="2026-06-01")[0]


def test_the_us_store_by_name_leaves_out_what_merchants_shipped(stand):
    named, _ = _transactions(stand, marketplaceId="ATVPDKIKX0DER")
    networks = {item["contexts"][0]["fulfillmentNetwork"] for each in named for item in each["items"]}
    assert networks == {"AFN"}


def test_filters_by_status_and_related_order(stand):
    assert {each["transactionStatus"] for each in _transactions(stand, transactionStatus="DEFERRED")[0]} == {"DEFERRED"}
    order = next(row["order_id"] for row in stand.truth("ledger_entries") if row["order_id"])
    body = stand.get(TRANSACTIONS, relatedIdentifierName="ORDER_ID", relatedIdentifierValue=order).json()["payload"]
    assert body["transactions"] and all(each["relatedIdentifiers"][0]["relatedIdentifierValue"] == order for each in body["transactions"])


@pytest.mark.parametrize("params", [
    {}, {"postedAfter": "2026-11-16T03:09:00Z"}, {"postedAfter": START, "postedBefore": "2026-11-16T03:09:00Z"},
    {"postedAfter": START, "postedBefore": START}, {"postedAfter": START, "nextToken": "made-up"},
    {"postedAfter": START, "transactionStatus": "GONE"}, {"postedAfter": START, "relatedIdentifierName": "SETTLEMENT_ID"},
    {"postedAfter": START, "relatedIdentifierName": "ORDER_ID"},
])
def test_a_question_about_money_that_makes_no_sense_is_refused(stand, is_refused, params):
    is_refused(stand.get(TRANSACTIONS, **params), 400, "InvalidInput")


def test_a_money_token_must_come_with_the_arguments_it_was_made_with(stand, is_refused):
    token = stand.get(TRANSACTIONS, postedAfter=START).json()["payload"]["nextToken"]
    is_refused(stand.get(TRANSACTIONS, postedAfter="2026-11-05T00:00:00Z", nextToken=token), 400, "InvalidInput")
    is_refused(stand.get(TRANSACTIONS, postedAfter=START, nextToken=token, marketplaceId=stand.marketplace), 400, "InvalidInput")


def test_payouts_are_the_truth_newest_first_within_a_site(stand, is_refused):
    stand.shop = "northpeak_amazon_eu"
    stand.house.clock.move_horizon(stand.house.clock.horizon.replace(month=12, day=28))
    body = stand.get(PAYOUTS).json()
    truth = {row["payout_id"]: (row["status_raw"], row["amount_minor"]) for row in stand.truth("payouts")}
    assert {each["id"]: (each["currentStatus"], round(each["amount"]["currencyAmount"] * 100)) for each in body["payouts"]} == truth
    british = [each["creationDate"] for each in body["payouts"] if each["amount"]["currencyCode"] == "GBP"]
    assert british == sorted(british, reverse=True) and len(british) > 1
    one = stand.get(PAYOUTS, payoutId=body["payouts"][0]["id"]).json()["payouts"]
    assert [each["id"] for each in one] == [body["payouts"][0]["id"]]
    assert stand.get(PAYOUTS, createdBefore="2026-01-01T00:00:00Z").json() == {"payouts": []}
    is_refused(stand.get(PAYOUTS, marketplaceIds="WRONG"), 400, "InvalidInput")
    is_refused(stand.get(PAYOUTS, nextToken="made-up"), 400, "InvalidInput")


def _create(stand, kind, **more):
    return stand.ask("POST", REPORTS, json={"reportType": kind, "marketplaceIds": [stand.marketplace], **more})


def _document(stand, kind, **more):
    """The finished report's document, as getReportDocument tells it."""
    number = _create(stand, kind, **more).json()["reportId"]
    stand.house.clock.advance(61)
    report = stand.get(f"{REPORTS}/{number}").json()
    return report, stand.get(f"{DOCUMENTS}/{report['reportDocumentId']}").json()


def test_a_report_waits_is_made_and_is_done(stand):
    created = _create(stand, LISTINGS)
    assert created.status_code == 202
    number, seen = created.json()["reportId"], []
    for _ in range(3):
        report = stand.get(f"{REPORTS}/{number}").json()
        seen.append((report["processingStatus"], "reportDocumentId" in report))
        stand.house.clock.advance(35)
    assert seen == [("IN_QUEUE", False), ("IN_PROGRESS", False), ("DONE", True)]


def test_the_listings_file_holds_every_sku_zipped_in_the_sites_charset(stand):
    for shop, charset in (("teahaus_amazon_jp", "ms932"), ("lumora_amazon_eu", "cp1252"), ("northpeak_amazon_eu", "utf-8")):
        stand.shop = shop
        _, document = _document(stand, LISTINGS)
        assert document["compressionAlgorithm"] == "GZIP"
        file = requests.get(document["url"], timeout=10)
        assert file.headers["content-type"].lower().endswith(charset) and "content-encoding" not in file.headers
        header, *lines = gzip.decompress(file.content).decode(charset).splitlines()
        at = header.split("\t").index("seller-sku")
        site = stand.house.world.listings_of(shop)[0].site
        assert [line.split("\t")[at] for line in lines] == [row["sku"] for row in stand.truth("listings") if row["site"] == site]


def test_on_request_the_address_unzips_by_itself(stand):
    report, _ = _document(stand, LISTINGS)
    path = f"{DOCUMENTS}/{report['reportDocumentId']}"
    url = stand.get(path, enableContentEncodingUrlHeader="true").json()["url"]
    file = requests.get(url, timeout=10)
    assert file.headers["content-encoding"] == "gzip" and file.text.startswith("item-name\t")


def test_the_returns_file_holds_the_truths_requests(stand):
    stand.shop = "lumora_amazon_eu"
    number = _create(stand, RETURNS, dataStartTime=START, dataEndTime="2026-11-16T03:00:00Z").json()["reportId"]
    stand.house.clock.advance(61)
    report = stand.get(f"{REPORTS}/{number}").json()
    document = stand.get(f"{DOCUMENTS}/{report['reportDocumentId']}").json()
    assert "compressionAlgorithm" not in document
    file = requests.get(document["url"], timeout=10)
    header, *lines = file.content.decode("cp1252").splitlines()
    rows = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    sold_in_germany = {row["order_id"] for row in stand.truth("orders") if row["site"] == "DE"}
    wanted = {(row["return_id"], row["sku"], row["status_raw"]) for row in stand.truth("returns") if row["order_id"] in sold_in_germany}
    assert {(row["Amazon RMA ID"], row["Merchant SKU"], row["Return request status"]) for row in rows} >= wanted != set()


def _traffic(stand, start, end=None, **options):
    told = {"reportOptions": options} if options else {}
    return _document(stand, TRAFFIC, dataStartTime=start, dataEndTime=end or start, **told)[1]


def _fetched(document):
    return json.loads(gzip.decompress(requests.get(document["url"], timeout=10).content))


def test_a_days_traffic_is_the_truths_and_of_products_only_the_span_is_told(stand):
    stand.shop = "teahaus_amazon_jp"
    truth = {(row["product_id"], row["traffic_date"]): row for row in stand.truth("traffic")}
    days = sorted({day for _, day in truth})
    one = _fetched(_traffic(stand, days[0], asinGranularity="CHILD"))
    assert one["salesAndTrafficByDate"][0]["trafficByDate"]["sessions"] == truth["*", days[0]]["visit_count"]
    told = {each["childAsin"]: each["trafficByAsin"]["pageViews"] for each in one["salesAndTrafficByAsin"]}
    assert told == {asin: row["view_count"] for (asin, day), row in truth.items() if day == days[0] and asin != "*"}
    both = _fetched(_traffic(stand, days[0], days[1], asinGranularity="CHILD"))
    assert [each["date"] for each in both["salesAndTrafficByDate"]] == days[:2]
    asin = next(asin for asin in told if (asin, days[1]) in truth)
    summed = next(each["trafficByAsin"]["pageViews"] for each in both["salesAndTrafficByAsin"] if each["childAsin"] == asin)
    assert summed == truth[asin, days[0]]["view_count"] + truth[asin, days[1]]["view_count"]
    families = _fetched(_traffic(stand, days[0]))["salesAndTrafficByAsin"]
    assert len(families) < len(told) and not any("childAsin" in each for each in families), "without the option variations are lumped"


def test_a_day_is_told_after_72_hours_and_grows_until_it_is_six_days_old(stand):
    stand.shop = "lumora_amazon_eu"
    before = {(row["site"], row["product_id"], row["traffic_date"]): row["visit_count"] for row in stand.truth("traffic")}
    assert max(day for *_, day in before) == "2026-11-12" and stand.house.clock.horizon.isoformat().startswith("2026-11-16T03")
    assert _fetched(_traffic(stand, "2026-11-13"))["salesAndTrafficByDate"] == []
    stand.house.clock.move_horizon(stand.house.clock.horizon.replace(day=20))
    after = {(row["site"], row["product_id"], row["traffic_date"]): row["visit_count"] for row in stand.truth("traffic")}
    assert {day for (*_, day), visits in before.items() if after[*_, day] > visits} == {"2026-11-10", "2026-11-11", "2026-11-12"}


@pytest.mark.parametrize(("wanted", "end"), [
    ({"dataStartTime": "2024-10-01", "dataEndTime": "2024-10-01"}, "CANCELLED"), ({"dataStartTime": "2026-11-12"}, "FATAL"),
    ({"dataStartTime": "2026-11-12", "dataEndTime": "2026-11-12", "marketplaceIds": ["A1PA6795UKMFR9", "A13V1IB3VIYZZH"]}, "FATAL"),
])
def test_traffic_of_two_sites_of_no_days_or_of_long_ago_is_not_made(stand, wanted, end):
    stand.shop = "lumora_amazon_eu"
    number = _create(stand, TRAFFIC, **wanted).json()["reportId"]
    stand.house.clock.advance(61)
    assert stand.get(f"{REPORTS}/{number}").json()["processingStatus"] == end


def test_traffic_options_nobody_knows_are_refused(stand, is_refused):
    days = {"dataStartTime": "2026-11-12", "dataEndTime": "2026-11-12"}
    for options in ({"asinGranularity": "child"}, {"granularity": "DAY"}, "DAY"):
        is_refused(_create(stand, TRAFFIC, **days, reportOptions=options), 400, "InvalidInput")


def test_more_than_sixty_days_of_returns_end_fatal_with_a_document_that_explains(stand):
    number = _create(stand, RETURNS, dataStartTime="2026-08-01T00:00:00Z").json()["reportId"]
    stand.house.clock.advance(61)
    report = stand.get(f"{REPORTS}/{number}").json()
    assert report["processingStatus"] == "FATAL"
    assert "too long" in requests.get(stand.get(f"{DOCUMENTS}/{report['reportDocumentId']}").json()["url"], timeout=10).text


def test_under_bad_luck_a_report_is_cancelled_without_a_document(stand):
    stand.house.faults._chances = {"cancelled_report": 1.0}
    number = _create(stand, LISTINGS).json()["reportId"]
    stand.house.clock.advance(61)
    report = stand.get(f"{REPORTS}/{number}").json()
    assert report["processingStatus"] == "CANCELLED" and "reportDocumentId" not in report


def test_a_document_address_dies_after_five_minutes_and_refuses_any_other_permission(stand):
    _, document = _document(stand, LISTINGS)
    for header in ("authorization", "x-amz-access-token"):
        answer = requests.get(document["url"], headers={header: "x"}, timeout=10)
        assert answer.status_code == 400 and "Only one auth mechanism" in answer.text
    assert requests.get(document["url"] + "x", timeout=10).status_code == 403
    stand.house.clock.advance(300)
    answer = requests.get(document["url"], timeout=10)
    assert answer.status_code == 403 and "expired" in answer.text


@pytest.mark.parametrize("body", [
    {"reportType": "GET_NOTHING", "marketplaceIds": ["ATVPDKIKX0DER"]}, {"reportType": LISTINGS},
    {"reportType": LISTINGS, "marketplaceIds": []},
    {"reportType": LISTINGS, "marketplaceIds": ["ATVPDKIKX0DER"] * 26}, {"marketplaceIds": ["ATVPDKIKX0DER"]},
    {"reportType": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", "marketplaceIds": ["ATVPDKIKX0DER"]},
    {"reportType": RETURNS, "marketplaceIds": ["ATVPDKIKX0DER"], "dataStartTime": "soon"},
    {"reportType": RETURNS, "marketplaceIds": ["ATVPDKIKX0DER"], "dataStartTime": START, "dataEndTime": "2026-11-01"},
])
def test_a_report_that_cannot_be_is_refused(stand, is_refused, body):
    is_refused(stand.ask("POST", REPORTS, json=body), 400, "InvalidInput")


def test_reports_are_listed_by_type_and_a_token_comes_alone(stand, is_refused):
    numbers = [_create(stand, LISTINGS).json()["reportId"] for _ in range(3)]
    first = stand.get(REPORTS, reportTypes=LISTINGS, pageSize=2).json()
    second = stand.get(REPORTS, nextToken=first["nextToken"]).json()
    assert [each["reportId"] for each in first["reports"] + second["reports"]] == numbers[::-1] and "nextToken" not in second
    is_refused(stand.get(REPORTS, nextToken=first["nextToken"], pageSize=2), 400, "InvalidInput")
    is_refused(stand.get(REPORTS), 400, "InvalidInput")
    assert stand.get(REPORTS, reportTypes=LISTINGS, processingStatuses="DONE").json() == {"reports": []}
    is_refused(stand.get(REPORTS, reportTypes=LISTINGS, processingStatuses="READY"), 400, "InvalidInput")


def test_a_queued_report_can_be_called_off_and_a_foreign_one_is_not_found(stand, is_refused):
    number = _create(stand, LISTINGS).json()["reportId"]
    assert stand.ask("DELETE", f"{REPORTS}/{number}").status_code == 200
    assert stand.get(f"{REPORTS}/{number}").json()["processingStatus"] == "CANCELLED"
    is_refused(stand.ask("DELETE", f"{REPORTS}/{number}"), 400, "InvalidInput")
    stand.shop = "lumora_amazon_eu"
    is_refused(stand.get(f"{REPORTS}/{number}"), 404, "NotFound")
    is_refused(stand.get(f"{DOCUMENTS}/amzn1.spdoc.1.4.{number}"), 404, "NotFound")
