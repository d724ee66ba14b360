"""The traps of exports that people save: each file as it lies there, and what becomes of it."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from connectors import filedrop
from connectors.contract import Credentials, Services, Shop, Window
from connectors.errors import FatalError
from connectors.files.tabular import read_sheet
from connectors.files.values import amount, count, day, from_micros

NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=2), NOW)
GOOGLE = "Day,Campaign,Campaign ID,Customer ID,Currency code,Cost,Impr.,Clicks\n"


@dataclass
class Still:
    at: datetime = NOW

    def now(self):
        return self.at

    def sleep(self, seconds):
        raise AssertionError("files wait for nobody")


@pytest.fixture
def drop(tmp_path):
    """``drop("ads/a.csv", content)`` lays a file there an hour before the night; ``drop.shop`` is the opened shop."""

    class Drop:
        folder = tmp_path / "acme"
        account: Mapping[str, str] = MappingProxyType({})

        def __call__(self, path: str, content: str | bytes, at: datetime = NOW - timedelta(hours=1)) -> Path:
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            os.utime(file, (at.timestamp(), at.timestamp()))
            return file

        @property
        def shop(self):
            shop = Shop("acme", "acme_files", "filedrop", ("DE", "FR"), self.account)
            services = Services(Still(), None, None, pseudonym=str)
            return filedrop.connect(shop, Credentials(str(self.folder), "", {}), services)

        def pages(self, entity="ad_spend", window=WINDOW, cursor=None):
            """What is landed, and what the night says at its end."""
            pages = []
            try:
                for page in self.shop.read(entity, window, cursor):
                    pages.append(page)
            except FatalError as trouble:
                return pages, str(trouble)
            return pages, None

        def rows(self, entity="ad_spend"):
            pages, trouble = self.pages(entity)
            assert trouble is None, trouble
            return self.shop.map(entity, pages)[entity]

    (tmp_path / "acme").mkdir()
    return Drop()


def workbook(rows, epoch=None) -> bytes:
    book = Workbook()
    if epoch:
        book.epoch = epoch
    for row in rows:
        book.active.append(row)
    page = io.BytesIO()
    book.save(page)
    return page.getvalue()


def test_titles_above_the_header_and_sums_below_are_no_rows(drop):
    drop("ads/google.csv", "Campaign report\n\"November 1, 2026 - November 2, 2026\"\n" + GOOGLE
         + "2026-11-01,Totally new,77,123-4,USD,\"1,234.50\",\"12,000\",30\nTotal: Campaigns, --, --, --,USD,\"1,234.50\",\"12,000\",30\n")
    rows = drop.rows()
    told = ["network", "account_id", "campaign_id", "campaign_name", "currency", "spend_minor", "impression_count"]
    assert rows[told].values.tolist() == [
        ["google_ads", "123-4", "77", "Totally new", "USD", 123450, 12000]
    ]
    assert rows["fault"].isna().all() and rows["spend_date"][0] == date(2026, 11, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_are_read_in_every_encoding_mainland_programs_write(drop, encoding):
    text = "天,广告系列,广告系列 ID,货币代码,费用\n2026年11月1日,秋季新品台灯促销,7,CNY,￥12.50\n"
    drop("ads/google.csv", text.encode(encoding))
    rows = drop.rows()
    assert rows[["campaign_name", "currency", "spend_minor"]].values.tolist() == [["秋季新品台灯促销", "CNY", 1250]]
    assert rows["spend_date"][0] == date(2026, 11, 1)


def test_excel_dates_and_bare_serials_of_both_calendars_are_the_same_day(drop):
    head = ("Date", "Campaign Name", "Currency", "Spend")
    drop("ads/date.xlsx", workbook([("Report",), head, (date(2026, 11, 1), "as a date", "EUR", 0.1 + 0.2)]))
    drop("ads/serial.xlsx", workbook([head, (46327, "as a number", "EUR", 1234.5)]))
    drop("ads/mac.xlsx", workbook([head, (46327 - 1462, "as a number on a Mac", "EUR", 5)], CALENDAR_MAC_1904))
    rows = drop.rows()
    assert set(rows["spend_date"]) == {date(2026, 11, 1)}
    assert dict(zip(rows["campaign_name"], rows["spend_minor"], strict=True)) == {
        "as a date": 30, "as a number": 123450, "as a number on a Mac": 500
    }


def test_a_duplicate_export_is_read_once_whatever_it_is_called(drop):
    content = GOOGLE + "2026-11-01,A,1,9,USD,1.00,1,1\n"
    drop("ads/google.csv", content)
    drop("ads/google (1).csv", content)
    pages, _ = drop.pages()
    assert [page.part.partition(";")[0] for page in pages] == ["file", "listing"]
    drop("ads/google (2).csv", content, at=NOW + timedelta(hours=5))
    later, _ = drop.pages(window=Window(NOW, NOW + timedelta(days=1)))
    assert len(later) == 1, "the same bytes were read again the next night"


def test_a_file_that_came_late_with_an_old_date_is_read_by_the_night_that_finds_it_and_not_again(drop):
    drop("ads/old.csv", GOOGLE + "2026-10-01,A,1,9,USD,1.00,1,1\n", at=NOW - timedelta(days=40))
    assert len(drop.pages()[0]) == 2
    assert len(drop.pages(window=Window(NOW, NOW + timedelta(days=1)))[0]) == 1
    assert len(drop.pages()[0]) == 2, "a backfill of that night reads it again"


def test_a_file_still_young_waits_for_the_next_night(drop):
    drop("ads/young.csv", GOOGLE + "2026-11-01,A,1,9,USD,1.00,1,1\n", at=NOW - timedelta(minutes=1))
    assert len(drop.pages(window=Window(NOW - timedelta(days=1), NOW - timedelta(minutes=5)))[0]) == 1
    assert len(drop.pages(window=Window(NOW - timedelta(minutes=5), NOW))[0]) == 2


def test_a_restated_day_carries_its_files_date_so_that_the_newest_file_wins(drop):
    drop("ads/z-first.csv", GOOGLE + "2026-11-01,A,1,9,USD,1.00,1,1\n", at=NOW - timedelta(days=1))
    drop("ads/a-second.csv", GOOGLE + "2026-11-01,A,1,9,USD,0.90,1,1\n", at=NOW - timedelta(hours=1))
    rows = drop.rows().sort_values("source_updated_at")
    assert rows["spend_minor"].tolist() == [100, 90]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("cut.csv", GOOGLE + "2026-11-01,A,1,9,USD,1.00,1,1\n2026-11-02,A,1,9,US", "cut off"),
        ("cut in a number.csv", GOOGLE + "2026-11-01,A,1,9,USD,1.00,1,1\n2026-11-02,A,1,9,USD,1.00,1,1", "no line end"),
        ("cut in quotes.csv", GOOGLE + "2026-11-01,\"A", "cut off"),
        ("cut.xlsx", workbook([("Date", "Campaign Name", "Currency", "Spend")])[:-200], "no whole Excel workbook"),
        ("unknown.csv", "Keyword,Bid\nlamp,0.30\n", "no known export (Keyword, Bid)"),
        ("empty.csv", "", "empty"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "save it as .xlsx"),
        ("picture.csv", bytes(range(128, 256)) * 20, "neither UTF-8 nor GB18030"),
    ],
)
def test_a_truncated_or_unknown_file_is_refused_whole_with_its_reason_beside_it_and_the_others_go_on(drop, name, content, why):
    file = drop(f"ads/{name}", content)
    drop("ads/good.csv", GOOGLE + "2026-11-01,A,1,9,USD,1.00,1,1\n")
    pages, trouble = drop.pages()
    assert [page.cursor is None for page in pages] == [False, True] and len(drop.shop.map("ad_spend", pages)["ad_spend"]) == 1
    assert "acme/acme_files" in trouble and name in trouble and why in trouble and "drop a mended file" in trouble
    reason = file.with_name(name + ".rejected.txt")
    assert why in reason.read_text(encoding="utf-8")

    assert drop.pages(window=Window(NOW, NOW + timedelta(days=1)))[1] == trouble, "it is red until somebody mends it"
    drop(f"ads/{name}", GOOGLE + "2026-11-03,B,1,9,USD,1.00,1,1\n", at=NOW + timedelta(hours=1))
    pages, trouble = drop.pages(window=Window(NOW, NOW + timedelta(days=1)))
    assert trouble is None and len(pages) == 2 and not reason.exists()


def test_a_bad_row_is_kept_with_its_line_and_value_and_the_rest_goes_on(drop):
    drop("ads/google.csv", "Campaign report\n" + GOOGLE + "2026-11-01,A,1,9,USD,1.00,1,1\n02/03/2026,B,2,9,USD,abc,1.5,1\n2026-11-01,C,3\n")
    pages, _ = drop.pages()
    rows = drop.shop.map("ad_spend", pages)["ad_spend"]
    assert rows["landing_record"].tolist() == [3, 4, 5]
    assert rows["fault"].notna().tolist() == [False, True, True]
    assert all(words in rows["fault"][1] for words in ("spend_date: '02/03/2026'", "spend_minor: 'abc'", "impression_count: '1.5'"))
    assert "has 3 cells, the header 8" in rows["fault"][2]
    assert drop.shop.record_ids("ad_spend", pages) == ["google_ads|9|1|2026-11-01"], "rows without a key count where they lie"


def test_an_amount_without_any_currency_is_a_fault_until_the_clients_file_names_one(drop):
    drop("ads/amazon.csv", "Date,Campaign Name,Spend\n\"Nov 1, 2026\",A,$12.00\n")
    assert drop.rows()["currency"].isna().all()
    (drop.folder / "ads" / ".read-by-acme_files.json").unlink()
    drop.account = {"currency": "USD", "amazon_ads": "ENTITY1"}
    assert drop.rows()[["account_id", "currency", "spend_minor"]].values.tolist() == [["ENTITY1", "USD", 1200]]


def test_an_amounts_own_sign_never_contradicts_its_currency(drop):
    drop("ads/google.csv", GOOGLE + "2026-11-01,A,1,9,USD,€1.00,1,1\n")
    assert "says USD, its amount EUR" in drop.rows()["fault"][0]


def test_millionths_are_exact_and_a_part_of_a_cent_is_no_amount(drop):
    drop("ads/api.csv", "segments.date,campaign.name,campaign.id,customer.currency_code,metrics.cost_micros\n"
         "2026-11-01,A,1,USD,1230000\n2026-11-01,B,2,USD,1234567\n2026-11-01,C,3,JPY,12000000\n")
    rows = drop.rows()
    assert rows["spend_minor"].astype(object).where(rows["spend_minor"].notna(), None).tolist() == [123, None, 12]
    assert rows["fault"].notna().tolist() == [False, True, False]


def test_a_row_for_several_days_is_no_days_spend(drop):
    head = "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR)\n"
    drop("ads/meta.csv", head + "2026-11-01,2026-11-01,A,1.5\n2026-11-01,2026-11-07,B,9")
    assert drop.rows()["fault"].notna().tolist() == [False, True]


def test_traffic_takes_the_rows_site_or_the_shops_first(drop):
    drop("traffic/a.csv", "date;site;product_id;sku;views;visits\n20261101;fr;P1;007;1,200;900\n20261101;;P2;;3;2\n")
    rows = drop.rows("traffic")
    assert rows[["site", "product_id", "view_count", "visit_count"]].values.tolist() == [["FR", "P1", 1200, 900], ["DE", "P2", 3, 2]]
    assert rows["sku"][0] == "007" and rows["order_count"].isna().all()


def test_reading_goes_on_after_any_landed_file_without_reading_it_again(drop):
    for number in range(3):
        drop(f"ads/{number}.csv", GOOGLE + f"2026-11-0{number + 1},A,1,9,USD,1.00,1,1\n", at=NOW - timedelta(hours=9 - number))
    whole, _ = drop.pages()
    for stop in range(3):
        (drop.folder / "ads" / ".read-by-acme_files.json").unlink(missing_ok=True)
        rest, _ = drop.pages(cursor=whole[stop].cursor)
        assert [page.request_id for page in (*whole[: stop + 1], *rest)] == [page.request_id for page in whole]
        assert rest[-1].body == whole[-1].body


def test_links_hidden_and_unfinished_files_are_left_alone(drop, tmp_path):
    content = GOOGLE + "2026-11-01,A,1,9,USD,1.00,1,1\n"
    (tmp_path / "another brand.csv").write_text(content)
    (drop.folder / "ads").mkdir()
    (drop.folder / "ads" / "link.csv").symlink_to(tmp_path / "another brand.csv")
    for name in ("~$book.xlsx", ".hidden.csv", "a.csv.part", "b.tmp"):
        drop(f"ads/{name}", content)
    assert len(drop.pages()[0]) == 1


def test_a_missing_folder_is_said_with_its_remedy(drop):
    drop.folder.rmdir()
    assert "DAIYUN_DROP" in drop.pages()[1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,234.50", ("1234.50", None)), ("US$1,234", ("1234", "USD")), ("1.234,50 €", ("1234.50", "EUR")), ("12,5", ("12.5", None)),
        ("-$3.20", ("-3.20", None)), ("(£3.20)", ("-3.20", "GBP")), ("CHF 1'000,50", ("1000.50", "CHF")), ("12 JPY", ("12", "JPY")),
        (".5", ("0.5", None)), ("1\u00a0234,50", ("1234.50", None)), ("1,23,4", (None, None)), ("abc", (None, None)),
        ("1.2.3", (None, None)),
    ],
)
def test_amounts_are_read_as_people_write_them_and_never_guessed(text, found):
    assert amount(text) == found


def test_days_counts_and_millionths_by_example():
    assert day("2026-11-01") == day("2026/11/1") == day("20261101") == day("46327") == day("2026-11-01 00:00:00") == date(2026, 11, 1)
    assert day("01/11/2026") is day("2026-13-01") is day("12345") is day("2026111") is None
    assert day("Nov 1, 2026", ("%b %d, %Y",)) == date(2026, 11, 1)
    assert (count("1,234"), count("3.00"), count("2.5"), count("x")) == ((1234, True), (3, True), (None, True), (None, False))
    assert (from_micros("1230000"), from_micros("1"), from_micros("1.5"), from_micros("x")) == ("1.23", "0.000001", None, None)


def test_the_same_bytes_are_read_once_and_of_many_large_files_only_the_last_stay_known():
    most = b"a,b\n" + b"x,y\n" * 60_000
    one, other = most + b"one,z\n", most + b"other,z\n"
    first = read_sheet(one)
    assert read_sheet(bytes(bytearray(one))) is first
    read_sheet(other)
    again = read_sheet(one)
    assert again is not first and again == first
