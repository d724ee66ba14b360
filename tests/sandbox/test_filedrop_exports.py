"""The sandbox's exports as a person finds them in the folder: read with the standard library and a foreign workbook reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

import openpyxl
import pytest
import requests

from sandbox.filedrop.exports import exports_of
from sandbox.house import Settings, open_house
from sandbox.server import application, open_markets
from sandbox.workbook import Serial, workbook

SETTINGS = Settings(seed=3, days=8, orders_per_day=5, speed=0.001)
CLIENTS = ("lumora", "northpeak")


class Desk:
    """One house's control desk on loopback."""

    def __init__(self, address, holder, settings=SETTINGS, markets=("filedrop",)):
        self.house = open_house(settings)
        self.markets = open_markets(self.house, markets)
        holder["app"] = application(self.house, self.markets)
        self.address = f"{address}/drops"

    def paths(self, client: str) -> list[str]:
        return requests.get(f"{self.address}/{client}", timeout=30).json()

    def file(self, client: str, path: str) -> requests.Response:
        return requests.get(f"{self.address}/{client}/{path}", timeout=30)

    def rows(self, client: str, beginning: str, encoding: str, separator: str = ",") -> Iterator[tuple[str, list[list[str]]]]:
        """Each export of one kind, the oldest first: its path and its cells."""
        for path in self.paths(client):
            if path.startswith(beginning):
                yield path, list(csv.reader(io.StringIO(self.file(client, path).content.decode(encoding)), delimiter=separator))

    def truth(self, table: str, **fields: str) -> list[dict]:
        return [row for row in self.markets["filedrop"].truth(table) if fields.items() <= row.items()]

    def next_night(self) -> None:
        self.house.clock.move_horizon(self.house.clock.horizon + timedelta(days=1))


@pytest.fixture
def desk(served) -> Desk:
    return Desk(*served)


def minor(text: str) -> int:
    return int(Decimal(text.replace(",", "").removeprefix("£")) * 100)


def test_a_client_s_exports_are_listed_and_handed_out_with_the_date_they_were_made(desk):
    for client in CLIENTS:
        paths = desk.paths(client)
        assert paths == sorted(exports_of(desk.house, client)) and {path.partition("/")[0] for path in paths} == {"ads", "traffic"}
        for path in paths:
            answer = desk.file(client, path)
            made = parsedate_to_datetime(answer.headers["Last-Modified"])
            assert answer.status_code == 200 and answer.content
            assert f"{made:%Y%m%d}" in path and made < desk.house.clock.horizon


def test_who_exports_nothing_has_an_empty_list_and_what_was_not_exported_is_not_found(desk):
    assert desk.paths("kiln") == [] and desk.paths("nobody") == []
    assert desk.file("lumora", "ads/meta-19990101.csv").status_code == 404
    assert desk.file("northpeak", desk.paths("lumora")[0]).status_code == 404


def test_nothing_lies_there_where_no_market_of_files_is_open(served):
    assert Desk(*served, markets=("dhl",)).paths("lumora") == []


def test_every_night_brings_one_more_export_of_each_kind_and_leaves_the_older_ones_as_they_were(desk):
    before = exports_of(desk.house, "lumora")
    desk.next_night()
    after = exports_of(desk.house, "lumora")
    assert {path: after[path].body for path in before} == {path: export.body for path, export in before.items()}
    assert len(after) - len(before) == 6


def test_the_same_seed_makes_the_same_bytes_and_another_one_others():
    first, again, other = (
        exports_of(open_house(Settings(seed=seed, days=8, orders_per_day=5)), "lumora") for seed in (3, 3, 4)
    )
    assert {path: export.body for path, export in first.items()} == {path: export.body for path, export in again.items()}
    assert all(first[path].body != other[path].body for path in first)


def test_files_are_encoded_as_the_programs_that_write_them_do(desk):
    def begins(client: str, beginning: str) -> bytes:
        return desk.file(client, next(path for path in desk.paths(client) if path.startswith(beginning))).content

    assert begins("lumora", "ads/google-ads-").startswith(b"\xef\xbb\xbf")
    assert begins("northpeak", "ads/tiktok-")[:2] in (b"\xff\xfe", b"\xfe\xff")
    for beginning in ("ads/meta-", "traffic/商品流量"):
        assert "日期" in begins("lumora", beginning).decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            begins("lumora", beginning).decode()


def test_google_s_report_has_a_title_above_and_a_sum_below_that_is_right(desk):
    for _, (title, span, head, *rows, total) in desk.rows("lumora", "ads/google-ads-", "utf-8-sig"):
        cost, shown = head.index("Cost"), head.index("Impr.")
        assert len(title) == len(span) == 1 and total[0].startswith("Total")
        assert minor(total[cost]) == sum(minor(row[cost]) for row in rows)
        assert int(total[shown].replace(",", "")) == sum(int(row[shown].replace(",", "")) for row in rows)


def test_a_second_download_is_the_same_file_under_another_name(desk):
    copies = [path for path in desk.paths("lumora") if " (1)" in path]
    assert copies
    for path in copies:
        assert desk.file("lumora", path).content == desk.file("lumora", path.replace(" (1)", "")).content


def test_of_each_day_the_truth_is_what_the_newest_export_tells(desk):
    desk.next_night()
    newest = {}
    for _, (head, *rows) in desk.rows("northpeak", "ads/google-ads-api-", "utf-8"):
        for row in (dict(zip(head, row, strict=True)) for row in rows):
            newest[row["campaign.id"], row["segments.date"]] = int(row["metrics.cost_micros"]), int(row["metrics.clicks"])
    true = desk.truth("ad_spend", shop="northpeak_files", network="google_ads")
    assert newest == {(row["campaign_id"], row["spend_date"]): (row["spend_minor"] * 10_000, row["click_count"]) for row in true}
    assert len(newest) == len(true)


def test_a_network_takes_doubtful_clicks_out_of_a_day_it_has_told_of_before(desk):
    def spent() -> dict:
        return {(row["network"], row["campaign_name"], row["spend_date"]): row["spend_minor"] for row in desk.truth("ad_spend")}

    before = spent()
    for _ in range(4):
        desk.next_night()
    changed = {key: (cost, spent()[key]) for key, cost in before.items() if spent()[key] != cost}
    assert changed and all(later < earlier for earlier, later in changed.values())


def test_a_workbook_opens_in_a_reader_nobody_here_wrote(desk):
    path = next(path for path in desk.paths("lumora") if "amazon-ads" in path)
    title, blank, head, *rows = openpyxl.load_workbook(io.BytesIO(desk.file("lumora", path).content)).active.iter_rows(values_only=True)
    assert title[0].startswith("Sponsored Products") and not any(blank)
    by_name = [dict(zip(head, row, strict=True)) for row in rows]
    assert by_name and all(isinstance(row["Date"], datetime) and row["Portfolio name"] is None for row in by_name)
    true = {(row["campaign_name"], row["spend_date"]) for row in desk.truth("ad_spend", network="amazon_ads")}
    assert {(row["Campaign Name"], f"{row['Date']:%Y-%m-%d}") for row in by_name} <= true


def test_the_business_report_s_days_are_bare_numbers_and_its_figures_the_truth_s(desk):
    desk.next_night()
    path = max(path for path in desk.paths("lumora") if "BusinessReport" in path)
    _, head, *rows = openpyxl.load_workbook(io.BytesIO(desk.file("lumora", path).content)).active.iter_rows(values_only=True)
    true = {row["traffic_date"]: row for row in desk.truth("traffic", shop="lumora_files", product_id="*")}
    for row in (dict(zip(head, row, strict=True)) for row in rows):
        assert isinstance(row["Date"], int)
        known = true[(date(1899, 12, 30) + timedelta(days=row["Date"])).isoformat()]
        assert (row["Page Views - Total"], row["Sessions - Total"]) == (known["view_count"], known["visit_count"])
        assert (row["Units Ordered"], row["Total Order Items"]) == (known["unit_count"], known["order_count"])


def test_every_kind_of_cell_arrives_as_it_was_meant():
    cells = ("a & <b>", 12, Decimal("3.50"), date(2026, 11, 27), Serial(date(2026, 11, 27)), None)
    (row,) = openpyxl.load_workbook(io.BytesIO(workbook([cells]))).active.iter_rows(values_only=True)
    assert row == ("a & <b>", 12, 3.5, datetime(2026, 11, 27), 46353, None)
    assert workbook([cells]) == workbook([cells])
