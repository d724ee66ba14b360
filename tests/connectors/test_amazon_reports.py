"""Reports and the listings snapshot over real sockets: waiting, refusals, dying addresses, character sets, odd SKUs."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors import registry
from connectors.contract import Shop, Window
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError

SHOP = Shop("lumora", "lumora_amazon_eu", "amazon", ("DE",), {"seller_id": "A1SELLER"})
END = datetime(2026, 11, 16, 3, tzinfo=UTC)
WINDOW = Window(END - timedelta(days=30), END)
REPORTS, DOCUMENTS, ITEMS = "/reports/2021-06-30/reports", "/reports/2021-06-30/documents", "/listings/2021-08-01/items/A1SELLER"
HEADER = ("Order ID", "Return request date", "Return request status", "Amazon RMA ID", "Currency code", "Merchant SKU", "Return quantity",
          "Return Reason", "Refunded Amount")


def _tsv(*rows):
    return "\r\n".join("\t".join(row) for row in rows) + "\r\n"


RETURN = ("303-1", "05-Nov-2026", "Approved", "RMA1", "EUR", "LM-Ü1", "1", "CR-DEFECTIVE", "95,00")


class Desk:
    """The reports side of a loopback Amazon: one report after another, each with a list of statuses to go through."""

    def __init__(self, loopback, said):
        self._loopback, self._said = loopback, said
        self.created = []
        loopback.on("POST", "/auth/o2/token", said({"access_token": "Atza|one", "expires_in": 3600}))

    def reports(self, *lives, file=b"", zipped=False, headers=None):
        """``lives``: for each created report the statuses its polls see."""
        lives = iter(lives)

        def create(asked):
            number = f"R{len(self.created) + 1}"
            self.created.append(asked.json)
            states = [{"reportId": number, "processingStatus": state, "reportDocumentId": f"D{number}"} for state in next(lives)]
            self._loopback.on("GET", f"{REPORTS}/{number}", *(self._said(state) for state in states))
            how = {"compressionAlgorithm": "GZIP"} if zipped else {}
            told = {"url": f"{self._loopback.url}/bucket/{number}?X-Amz-Signature=s", **how}
            self._loopback.on("GET", f"{DOCUMENTS}/D{number}", self._said(told))
            body = gzip.compress(file) if zipped else file
            self._loopback.on("GET", f"/bucket/{number}", self._said(body, headers={"Content-Type": "text/plain"} | (headers or {})))
            return self._said({"reportId": number}, 202)

        self._loopback.on("POST", REPORTS, create)


@pytest.fixture
def desk(loopback, said):
    return Desk(loopback, said)


@pytest.fixture
def connector(desk, lend, credentials):
    return registry.connect(SHOP, credentials, lend())


def _returns(connector, **changes):
    return list(connector.read("returns", WINDOW, **changes))


def test_a_report_is_asked_for_waited_for_and_fetched_without_the_token(connector, desk, loopback, clock):
    desk.reports(["IN_QUEUE", "IN_PROGRESS", "DONE"], file=_tsv(HEADER, RETURN).encode())
    pages = _returns(connector)
    assert desk.created[0]["dataStartTime"] == "2026-10-17T03:00:00.000Z" and desk.created[0]["marketplaceIds"] == ["A1PA6795UKMFR9"]
    assert [page.part for page in pages] == ["request@DE", "rows@DE"] and pages[-1].cursor is None
    assert connector.record_ids("returns", pages) == ["RMA1"]
    assert len(clock.slept) == 2 and min(clock.slept) >= 10
    download = loopback.calls("/bucket/R1")[0]
    assert "x-amz-access-token" not in {name.lower() for name in download.headers}


def test_a_long_wait_gives_the_slot_back_and_goes_on_with_the_same_report(desk, lend, credentials, clock):
    desk.reports(["IN_QUEUE", "IN_QUEUE", "DONE"], file=_tsv(HEADER, RETURN).encode())
    connector = registry.connect(SHOP, credentials, lend(patience_seconds=5))
    pages, cursor, given_back = [], None, 0
    while not pages or pages[-1].cursor is not None:
        try:
            for page in connector.read("returns", WINDOW, cursor):
                pages.append(page)
                cursor = json.loads(json.dumps(page.cursor))
        except QuotaWait as wait:
            given_back += 1
            clock.advance(wait.seconds)
    assert given_back == 2 and len(desk.created) == 1 and [page.part for page in pages] == ["request@DE", "rows@DE"]


def test_a_zipped_report_is_unzipped_once(connector, desk):
    desk.reports(["DONE"], file=_tsv(HEADER, RETURN).encode(), zipped=True)
    assert _returns(connector)[-1].body == _tsv(HEADER, RETURN).encode()


def test_a_report_the_http_layer_unzipped_already_is_not_unzipped_again(connector, desk):
    desk.reports(["DONE"], file=_tsv(HEADER, RETURN).encode(), zipped=True, headers={"Content-Encoding": "gzip"})
    assert _returns(connector)[-1].body == _tsv(HEADER, RETURN).encode()


def test_a_broken_zip_is_passing_trouble(connector, desk, loopback, said):
    desk.reports(["DONE"], file=_tsv(HEADER, RETURN).encode(), zipped=True)
    reading = connector.read("returns", WINDOW)
    next(reading)
    loopback.on("GET", "/bucket/R1", said(gzip.compress(b"x" * 9999)[:30]))
    with pytest.raises(RetryableError, match="broken or cut off"):
        next(reading)


def test_an_address_that_died_is_asked_for_anew(connector, desk, loopback, said):
    desk.reports(["DONE"], file=_tsv(HEADER, RETURN).encode())
    reading = connector.read("returns", WINDOW)
    next(reading)
    fresh = said({"url": f"{loopback.url}/bucket/fresh"})
    loopback.on("GET", f"{DOCUMENTS}/DR1", said({"url": f"{loopback.url}/bucket/dead"}), fresh)
    loopback.on("GET", "/bucket/dead", said(b"<Error><Code>AccessDenied</Code></Error>", 403))
    loopback.on("GET", "/bucket/fresh", said(_tsv(HEADER, RETURN).encode()))
    assert connector.record_ids("returns", [next(reading)]) == ["RMA1"]


@pytest.mark.parametrize("status", ["CANCELLED", "FATAL"])
def test_a_refused_report_is_landed_and_asked_for_again_half_an_hour_later(status, connector, desk, clock):
    desk.reports([status], ["DONE"], file=_tsv(HEADER, RETURN).encode())
    pages = _returns(connector)
    assert [page.part for page in pages] == ["request@DE", "refusal@DE", "request@DE", "rows@DE"]
    assert sum(clock.slept) == pytest.approx(1800, abs=1) and connector.record_ids("returns", pages) == ["RMA1"]


def test_a_report_cancelled_twice_half_an_hour_apart_counts_as_no_data(connector, desk):
    desk.reports(["CANCELLED"], ["CANCELLED"])
    pages = _returns(connector)
    assert [page.part for page in pages] == ["request@DE", "refusal@DE", "request@DE", "refusal@DE"] and pages[-1].cursor is None
    assert connector.record_ids("returns", pages) == [] and len(connector.map("returns", pages)["returns"]) == 0


def test_a_report_that_fails_twice_is_never_taken_for_no_data(connector, desk):
    desk.reports(["FATAL"], ["FATAL"])
    with pytest.raises(RetryableError, match=r"FATAL twice.*nothing is taken for granted"):
        _returns(connector)


def test_a_run_that_a_twice_failed_report_has_ended_is_followed_by_one_that_asks_anew(desk, lend, credentials, clock):
    desk.reports(["FATAL"], ["FATAL"], ["DONE"], file=_tsv(HEADER, RETURN).encode())
    connector = registry.connect(SHOP, credentials, lend(patience_seconds=3600))
    pages = []
    with pytest.raises(RetryableError, match="FATAL twice"):
        for page in connector.read("returns", WINDOW):
            pages.append(page)
    before = clock.now()
    cursor = json.loads(json.dumps(pages[-1].cursor))
    assert [page.part for page in pages] == ["request@DE", "refusal@DE", "request@DE", "refusal@DE"]
    more = list(connector.read("returns", WINDOW, cursor))
    assert [page.part for page in more] == ["request@DE", "rows@DE"] and clock.now() - before >= timedelta(minutes=29)


def test_a_listings_report_cancelled_twice_is_never_taken_for_an_empty_shop(connector, desk):
    desk.reports(["CANCELLED"], ["CANCELLED"])
    with pytest.raises(RetryableError, match="CANCELLED twice"):
        list(connector.read("listings", WINDOW))


def test_a_report_that_never_ends_is_given_up_after_hours(connector, desk):
    desk.reports(["IN_PROGRESS"])
    with pytest.raises(RetryableError, match="still IN_PROGRESS after 3:0"):
        _returns(connector)


def test_long_return_windows_are_cut_to_what_one_report_may_span(connector, desk):
    desk.reports(["DONE"], ["DONE"], ["DONE"], file=_tsv(HEADER).encode())
    list(connector.read("returns", Window(END - timedelta(days=150), END)))
    spans = [(datetime.fromisoformat(body["dataStartTime"]), datetime.fromisoformat(body["dataEndTime"])) for body in desk.created]
    assert len(spans) == 3 and all(end - start <= timedelta(days=60) for start, end in spans)


def test_a_report_of_yesterday_is_not_continued(connector, desk, clock):
    desk.reports(["DONE"], file=_tsv(HEADER, RETURN).encode())
    page = next(connector.read("returns", WINDOW))
    clock.advance(13 * 3600)
    with pytest.raises(CursorExpired):
        list(connector.read("returns", WINDOW, page.cursor))


@pytest.mark.parametrize(("site", "encoding", "content_type"), [
    ("DE", "utf-8", "text/plain"), ("DE", "cp1252", "text/plain"), ("DE", "cp1252", "text/plain;charset=Cp1252"),
    ("DE", "iso-8859-1", "text/plain; charset=ISO-8859-1"), ("JP", "cp932", "text/plain"),
    ("JP", "cp932", "text/plain;charset=Windows-31J"), ("JP", "utf-8", "text/plain; charset=UTF-8"),
])
def test_the_reports_character_set_is_found_out(site, encoding, content_type, desk, lend, credentials):
    reason = {"DE": "Größe paßt nicht – zurück" if encoding != "iso-8859-1" else "Größe", "JP": "商品が破損①"}[site]
    row = (*RETURN[:5], "LM-1", "1", reason, "95")
    desk.reports(["DONE"], file=_tsv(HEADER, row).encode(encoding), headers={"Content-Type": content_type})
    shop = Shop("lumora", "s", "amazon", (site,), {"seller_id": "A1SELLER"})
    connector = registry.connect(shop, credentials, lend())
    assert connector.map("returns", _returns(connector))["returns"]["reason"].tolist() == [reason]


def test_returns_become_rows_with_the_days_start_at_the_site(connector, desk):
    unreadable = ("303-3", "someday", "Unheard of", "RMA3", "EUR", "LM-3", "x", "", "1,234")
    rows = (RETURN, (*RETURN[:3], "RMA2", "EUR", "LM-2", "2", "", ""), unreadable)
    desk.reports(["DONE"], file=_tsv(HEADER, *rows, ("too", "short")).encode())
    pages = _returns(connector)
    frame = connector.map("returns", pages)["returns"]
    assert frame["status"].tolist()[:2] == ["approved", "approved"] and frame["refund_minor"].tolist()[0] == 9500
    assert str(frame["requested_at"][0]) == "2026-11-04 23:00:00+00:00" and str(frame["requested_date"][0]) == "2026-11-05"
    assert frame["fault"][:2].isna().all() and frame["reason"].isna()[1]
    for words in ("'Unheard of' is not a known word", "'someday' is not a day", "quantity: 'x'", "refund_minor"):
        assert words in frame["fault"][2]
    assert "has 2 fields instead of 9" in frame["fault"][3] and set(connector.record_ids("returns", pages)) == {"RMA1", "RMA2", "RMA3"}


# the listings snapshot

LISTED = ("item-name", "seller-sku", "status")


def _listings_file(*skus):
    return _tsv(LISTED, *(("A lamp", sku, "Active") for sku in skus)).encode()


def _item(sku):
    return {"sku": sku, "summaries": [{"marketplaceId": "A1PA6795UKMFR9", "status": ["BUYABLE"], "productType": "X"}]}


def _search(said, known):
    def answer(asked):
        wanted = asked.query["identifiers"].split(",")
        found = [_item(sku) for sku in wanted if sku in known]
        return said({"numberOfResults": len(found), "items": found})

    return answer


def test_listings_are_detailed_twenty_at_a_time_and_counted(connector, desk, loopback, said):
    skus = [f"LM #{number}/blk & co" for number in range(45)]
    desk.reports(["DONE"], file=_listings_file(*skus))
    loopback.on("GET", ITEMS, _search(said, skus))
    pages = list(connector.read("listings", WINDOW))
    assert [page.part for page in pages] == ["request@DE", "rows@DE", "items@DE", "items@DE", "items@DE"]
    assert sorted(connector.record_ids("listings", pages)) == sorted(skus) and pages[-1].announced == 45
    assert all(page.announced is None for page in pages[:-1]) and loopback.calls(ITEMS)[0].query["identifiersType"] == "SKU"


@pytest.mark.parametrize("landed", [1, 2, 3, 4, 5, 6])
def test_a_snapshot_goes_on_after_any_landed_page(landed, connector, desk, loopback, said):
    skus = [f"S{number}" for number in range(41)]
    desk.reports(["IN_QUEUE", "DONE"], file=_listings_file(*skus, "left out", "gone"))
    loopback.on("GET", ITEMS, _search(said, skus))
    loopback.on("GET", f"{ITEMS}/left%20out", said(_item("left out")))
    reading = connector.read("listings", WINDOW)
    pages = [next(reading) for _ in range(landed)]
    reading.close()
    pages += connector.read("listings", WINDOW, json.loads(json.dumps(pages[-1].cursor)))
    assert [page.part for page in pages] == ["request@DE", "rows@DE", "items@DE", "items@DE", "items@DE", "item@DE", "gone@DE"]
    assert sorted(connector.record_ids("listings", pages)) == sorted([*skus, "left out"]) and pages[-1].announced == 42
    assert set(connector.map("listings", pages)["listings"]["listing_id"]) == {*skus, "left out"}
    assert [page.group for page in pages] == list(range(7)) and len(desk.created) == 1


def test_a_sku_with_a_comma_is_asked_for_by_itself(connector, desk, loopback, said):
    desk.reports(["DONE"], file=_listings_file("a,b", "c"))
    loopback.on("GET", ITEMS, _search(said, ["a", "b", "c"]))
    loopback.on("GET", f"{ITEMS}/a%2Cb", said(_item("a,b")))
    pages = list(connector.read("listings", WINDOW))
    assert sorted(connector.record_ids("listings", pages)) == ["a,b", "c"] and pages[-1].announced == 2


def test_an_empty_listings_report_is_believed_only_if_the_search_counts_none(connector, desk, loopback, said):
    desk.reports(["DONE"], ["DONE"], file=_listings_file())
    loopback.on("GET", ITEMS, said({"numberOfResults": 7, "items": []}))
    with pytest.raises(RetryableError, match="names no SKU, but Amazon counts 7"):
        list(connector.read("listings", WINDOW))
    loopback.on("GET", ITEMS, said({"numberOfResults": 0, "items": []}))
    pages = list(connector.read("listings", WINDOW))
    assert pages[-1].cursor is None and pages[-1].announced == 0 and connector.record_ids("listings", pages) == []


def test_japans_header_is_understood_and_an_unknown_one_refused(connector, desk, loopback, said):
    desk.reports(["DONE"], ["DONE"], file=_tsv(("商品名", "出品者SKU"), ("灯", "J-1")).encode())
    loopback.on("GET", ITEMS, _search(said, ["J-1"]))
    assert connector.record_ids("listings", list(connector.read("listings", WINDOW))) == ["J-1"]
    desk.reports(["DONE"], file=_tsv(("something", "else"), ("1", "2")).encode())
    with pytest.raises(FatalError, match="no SKU column among its 2"):
        list(connector.read("listings", WINDOW))
