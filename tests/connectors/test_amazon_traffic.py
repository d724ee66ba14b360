"""The sales and traffic report: one a site and day, its options, its half-filled hours, and what becomes of its rows."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Page, Shop, Window
from connectors.errors import CursorExpired, RetryableError

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[3] / "shared" / "specs")) / "amazon"
SHOP = Shop("lumora", "lumora_amazon_eu", "amazon", ("DE",), {"seller_id": "A1SELLER"})
REPORTS, DOCUMENTS = "/reports/2021-06-30/reports", "/reports/2021-06-30/documents"
NIGHT = datetime(2026, 11, 16, 3, tzinfo=UTC)


def _document(day="2026-11-12", until=None, products=("B01",), visits=40):
    by_date = {
        "date": day, "salesByDate": {"unitsOrdered": 3, "totalOrderItems": 2}, "trafficByDate": {"pageViews": 90, "sessions": visits},
    }
    by_asin = [
        {
            "parentAsin": "B0PARENT", "childAsin": asin, "salesByAsin": {"unitsOrdered": 3, "totalOrderItems": 2},
            "trafficByAsin": {"pageViews": 50, "sessions": 30},
        }
        for asin in products
    ]
    told = {"dataStartTime": day, "dataEndTime": until or day, "marketplaceIds": ["A1PA6795UKMFR9"]}
    return {"reportSpecification": told, "salesAndTrafficByDate": [by_date], "salesAndTrafficByAsin": by_asin}


@pytest.fixture
def asked(loopback, said):
    """Reports that are done at once: ``asked.answers`` are handed out in turn, ``asked`` holds what was asked for."""

    class Asked(list):
        def __init__(self):
            super().__init__()
            self.answers, self.cancelled = [], 0

    log = Asked()

    def create(request):
        log.append(request.json)
        number = f"R{len(log)}"
        status = "CANCELLED" if len(log) <= log.cancelled else "DONE"
        loopback.on("GET", f"{REPORTS}/{number}", said({"reportId": number, "processingStatus": status, "reportDocumentId": number}))
        loopback.on("GET", f"{DOCUMENTS}/{number}", said({"url": f"{loopback.url}/bucket/{number}"}))
        body = log.answers.pop(0) if log.answers else _document(request.json["dataStartTime"][:10])
        loopback.on("GET", f"/bucket/{number}", said(body))
        return said({"reportId": number}, 202)

    loopback.on("POST", "/auth/o2/token", said({"access_token": "Atza|one", "expires_in": 3600}))
    loopback.on("POST", REPORTS, create)
    return log


@pytest.fixture
def connector(lend, credentials):
    return registry.connect(SHOP, credentials, lend())


def _read(connector, window):
    return list(connector.read("traffic", window))


def test_each_day_is_a_report_of_its_own_because_products_are_summed_over_the_days_asked_for(asked, connector):
    pages = _read(connector, Window(NIGHT - timedelta(days=3), NIGHT))
    assert [(each["dataStartTime"], each["dataEndTime"]) for each in asked] == [
        (f"2026-11-{day}T00:00:00Z", f"2026-11-{day}T00:00:00Z") for day in (13, 14, 15)
    ]
    assert {json.dumps(each["reportOptions"]) for each in asked} == {'{"dateGranularity": "DAY", "asinGranularity": "CHILD"}'}
    rows = connector.map("traffic", pages)["traffic"]
    assert [*zip(rows["product_id"], rows["traffic_date"].astype(str), strict=True)] == [
        (product, f"2026-11-{day}") for day in (13, 14, 15) for product in ("*", "B01")
    ]
    assert rows[["view_count", "visit_count", "order_count", "unit_count"]].values.tolist() == [[90, 40, 2, 3], [50, 30, 2, 3]] * 3
    assert rows["fault"].isna().all() and set(connector.record_ids("traffic", pages)) == {
        f"DE|{product}|2026-11-{day}" for day in (13, 14, 15) for product in ("*", "B01")
    }


def test_a_day_belongs_to_the_window_it_ends_in_at_its_site(asked, connector):
    midnight = datetime(2026, 11, 14, 23, tzinfo=UTC)  # the 14th ends in Berlin
    _read(connector, Window(midnight - timedelta(hours=2), midnight))
    _read(connector, Window(midnight, midnight + timedelta(hours=24)))
    assert [each["dataStartTime"][:10] for each in asked] == ["2026-11-14", "2026-11-15"]


def test_a_window_in_which_no_day_ends_reads_the_last_one_again(asked, connector):
    pages = _read(connector, Window(NIGHT - timedelta(hours=1), NIGHT))
    assert [each["dataStartTime"][:10] for each in asked] == ["2026-11-15"] and pages[-1].cursor is None


def test_a_first_pull_of_many_days_that_takes_longer_than_half_a_day_goes_on_with_what_it_has_fetched(asked, connector):
    window = Window(NIGHT - timedelta(days=3), NIGHT)
    pages, reading = [], connector.read("traffic", window)
    while len(pages) < 4:  # three reports asked for, the first fetched
        pages.append(next(reading))
    state = pages[-1].cursor
    for job, hours in zip(state["jobs"], (13, 4, 4), strict=True):  # the quota lets hundreds of days be asked for over hours
        job["asked_at"] = (datetime.fromisoformat(job["asked_at"]) - timedelta(hours=hours)).isoformat()
    rest = list(connector.read("traffic", window, state))
    assert [page.part for page in rest] == ["rows@DE", "rows@DE"] and len(asked) == 3
    state["jobs"][1]["asked_at"] = state["jobs"][0]["asked_at"]
    with pytest.raises(CursorExpired):
        list(connector.read("traffic", window, state))


def test_a_half_filled_report_is_asked_for_again_half_an_hour_later(asked, connector, clock):
    asked.answers += [_document("2026-11-15", products=())]
    pages = _read(connector, Window(NIGHT - timedelta(days=1), NIGHT))
    assert [page.part for page in pages] == ["request@DE", "refusal@DE", "request@DE", "rows@DE"] and sum(clock.slept) >= 1790
    assert "DE|B01|2026-11-15" in connector.record_ids("traffic", pages)


def test_a_report_that_stays_half_filled_is_never_taken_for_a_day_without_products(asked, connector):
    asked.answers += [_document("2026-11-15", products=())] * 2
    with pytest.raises(RetryableError, match=r"half filled twice.*nothing is taken for granted"):
        _read(connector, Window(NIGHT - timedelta(days=1), NIGHT))


def test_a_day_whose_report_is_cancelled_twice_is_no_day_without_visitors(asked, connector, loopback, said):
    asked.cancelled = 2
    with pytest.raises(RetryableError, match=r"CANCELLED twice.*nothing is taken for granted"):
        _read(connector, Window(NIGHT - timedelta(days=1), NIGHT))


def test_another_days_figures_are_not_taken_for_the_days(asked, connector):
    asked.answers += [_document("2026-11-14")]
    pages = _read(connector, Window(NIGHT - timedelta(days=1), NIGHT))
    assert [page.part for page in pages][1] == "refusal@DE" and set(connector.record_ids("traffic", pages)) == {
        "DE|*|2026-11-15", "DE|B01|2026-11-15"
    }


def test_a_web_page_instead_of_the_report_is_passing_trouble_and_is_not_landed(asked, connector):
    asked.answers += [b"<html>Sorry</html>"]
    pages = []
    with pytest.raises(RetryableError, match=r"no JSON document.*fetched anew"):
        pages.extend(connector.read("traffic", Window(NIGHT - timedelta(days=1), NIGHT)))
    assert len(asked) == 1 and not any(page.part.startswith("rows") for page in pages)


def test_a_day_nobody_came_on_needs_no_products(asked, connector):
    asked.answers += [_document("2026-11-15", products=(), visits=0)]
    assert connector.record_ids("traffic", _read(connector, Window(NIGHT - timedelta(days=1), NIGHT))) == ["DE|*|2026-11-15"]


def test_figures_over_several_days_are_no_days_figures(connector):
    page = Page(json.dumps(_document("2026-11-12", until="2026-11-14")).encode(), NIGHT, "getReportDocument", "rows@DE")
    rows = connector.map("traffic", [page])["traffic"]
    assert rows["fault"].isna().tolist() == [True, False]
    assert rows["fault"].iloc[1] == "traffic_date: '2026-11-12 to 2026-11-14' is not one day"


@pytest.mark.parametrize("body", [b"The report could not be made.", b"[]", b'{"reportSpecification": null}'])
def test_a_document_of_another_form_is_one_fault_and_no_rows_page_is_lost(body, connector):
    rows = connector.map("traffic", [Page(body, NIGHT, "getReportDocument", "rows@DE")])["traffic"]
    assert len(rows) == 1 and rows["fault"].notna().all()


@pytest.mark.skipif(not SPECS.is_dir(), reason=f"the marketplaces' descriptions are not at {SPECS.parent}")
def test_every_official_example_ends_in_rows_or_faults(connector):
    documents = json.loads((SPECS / "schemas" / "sellerSalesAndTrafficReport.json").read_text())["examples"]
    pages = [Page(json.dumps(each).encode(), NIGHT, "getReportDocument", "rows@DE", at) for at, each in enumerate(documents)]
    rows = connector.map("traffic", pages)["traffic"]
    assert len(rows) == sum(len(each["salesAndTrafficByDate"]) + len(each["salesAndTrafficByAsin"]) for each in documents)
    whole = rows[rows["product_id"] == "*"]
    assert whole["traffic_date"].iloc[0] == date(2021, 6, 11) and whole["visit_count"].iloc[0] == 1000 and whole["fault"].isna().all()
    assert rows[rows["product_id"] != "*"]["fault"].notna().all(), "the examples are of several days"
