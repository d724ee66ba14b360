"""The traps of a supplier's dropped files: each as it lies there, and what becomes of it."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.contract import Credentials, Window
from connectors.errors import FatalError
from sandbox.globalsources import cases
from sandbox.house import Settings, open_house

sys.path.insert(0, str(Path(__file__).parent))

from globalsources_drop import ACCOUNT, NOW, Drop, named

INQUIRIES = "inquiry_id,received_at,subject,buyer_company,buyer_email,currency,target_price,status\n"
ROW = "GS1,2026-11-15 10:00:00,Price?,Sierra,dana@sierra.example,USD,0.0325,replied\n"
AT = NOW - timedelta(hours=2)


@pytest.fixture
def drop(tmp_path):
    return Drop(tmp_path / "harbor")


@pytest.fixture(scope="module")
def house():
    return open_house(Settings(seed=3, days=6, orders_per_day=2, horizon=NOW))


def content(frame):
    """Rows without where they were seen."""
    return frame.drop(columns=["landing_page", "landing_record", "source_updated_at"]).sort_values(list(frame.columns[2:4])).values.tolist()


@pytest.mark.parametrize("entity", ["inquiries", "quotations", "contracts", "listings", "shipments"])
def test_the_same_rows_are_read_from_every_form_an_export_takes(tmp_path, house, entity):
    """UTF-8, GB18030 with Chinese headers, semicolons, a workbook with titles, one with Excel's serial dates, JSON."""
    found = {}
    for case, (name, body) in enumerate(cases.forms(house, entity, AT).items()):
        drop = Drop(tmp_path / f"harbor{case}")
        drop(name, body)
        frames = drop.frames(entity)
        assert all(frame["fault"].isna().all() and len(frame) for frame in frames.values()), name
        found[name] = {table: content(frame) for table, frame in frames.items()}
    first, *others = found.values()
    assert len(others) == 5 and all(other == first for other in others)


def test_a_duplicate_export_is_read_once_whatever_it_is_called_and_both_go_to_done(drop, house):
    for name, body in cases.duplicate(house, AT).items():
        drop(name, body)
    pages, _ = drop.pages()
    assert [page.part.partition(";")[0] for page in pages] == ["file", "listing"]
    assert len(drop.lying("done")) == 2 and drop.lying("inbox") == drop.lying("processing") == []
    drop(named("inquiries", "once more"), next(iter(cases.duplicate(house, AT).values())))
    assert len(drop.pages(window=Window(NOW, NOW + timedelta(days=1)))[0]) == 1, "the same bytes were read again the next night"
    assert len(drop.pages()[0]) == 2, "a backfill of that night reads them from done"


def test_truncated_files_and_those_of_another_account_or_name_are_rejected_with_a_reason_and_the_rest_goes_on(drop, house):
    for name, body in cases.spoilt(house, AT).items():
        drop(name, body)
    drop(named("inquiries", "good"), INQUIRIES + ROW)
    pages, trouble = drop.pages()
    assert [page.cursor is None for page in pages] == [False, True] and len(drop.shop.map("inquiries", pages)["inquiries"]) == 1
    reasons = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (drop.folder / "rejected").glob("*.reason.json")}
    assert len(reasons) == 4 == len(drop.lying("rejected")) - 4
    told = " ".join(reason["reason"] for reason in reasons.values())
    for why in ("cut off", "of account 'somebody_else'", "'secrets' is no kind of file", "not of the shape"):
        assert why in told
    assert f"harbor/{ACCOUNT}" in trouble and "4 files lie in rejected/" in trouble


def test_the_night_is_red_until_a_rejected_file_is_mended_or_taken_away(drop):
    name = named("inquiries")
    drop(name, INQUIRIES + ROW[:-20])
    assert "cut off" in drop.pages()[1]
    assert "cut off" in drop.pages(window=Window(NOW, NOW + timedelta(days=1)))[1]
    drop(name, INQUIRIES + ROW)
    assert drop.pages()[1] is None
    drop(named("rfqs"), "rfq_id,posted_at,subject\nR1")
    assert drop.pages("inquiries")[1] is None and drop.pages("rfqs")[1] is not None, "each entity tells of its own"
    for path in (drop.folder / "rejected").iterdir():
        path.unlink()
    assert drop.pages("rfqs")[1] is None


def test_a_missing_required_column_rejects_the_file_and_names_it(drop):
    drop(named("contracts"), "contract_no,signed_at,currency\nPI1,2026-11-01,USD\n")
    assert "no column for total" in drop.pages("contracts")[1]


def test_a_bad_row_is_kept_with_its_line_and_value_and_the_rest_goes_on(drop):
    drop(named("inquiries"), INQUIRIES + ROW + "GS2,32/13/2026,Price?,A,a@a.example,USD,abc,dancing\n" + ",2026-11-15,,B,,,,new\n")
    pages, _ = drop.pages()
    rows = drop.shop.map("inquiries", pages)["inquiries"]
    assert rows["landing_record"].tolist() == [2, 3, 4]
    for words in ("received_at: '32/13/2026' is not a time", "target_price: 'abc'", "status: 'dancing' is not a known word"):
        assert words in rows["fault"][1]
    assert drop.shop.record_ids("inquiries", pages) == ["GS1", "GS2"], "a row without a number and a subject has no id"


def test_unit_prices_stay_exact_and_days_are_the_accounts(drop):
    drop(named("inquiries"), INQUIRIES + ROW.replace("10:00:00", "03:00:00").replace("2026-11-15", "15-Nov-2026"))
    rows = drop.rows()
    assert rows["target_price"][0] == Decimal("0.0325") and rows["received_date"][0] == date(2026, 11, 15)
    assert rows["received_at"][0].isoformat() == "2026-11-14T19:00:00+00:00", "Hong Kong's three in the morning"
    drop.account = {**drop.account, "zone": "America/New_York"}
    assert drop.rows()["received_at"][0].isoformat() == "2026-11-15T08:00:00+00:00", "the same file, in another account's zone"


def test_an_inquiry_without_a_number_is_named_by_its_minute_sender_and_subject_hashed_with_the_clients_key(drop):
    drop(named("inquiries"), INQUIRIES + ROW.replace("GS1", ""))
    drop(named("inquiries", "b", stamp="20261116T103000"), INQUIRIES + ROW.replace("GS1", "").replace("Price?", "RE:  price?"))
    rows = drop.rows()
    assert rows["inquiry_id"].nunique() == 1 and len(rows["inquiry_id"][0]) == 32
    assert "dana" not in rows.to_csv() and "Sierra" not in rows.to_csv(), "who asks stands in no row but as a hash"


def test_a_manifest_is_kept_or_the_file_is_rejected(drop):
    name, body = named("inquiries"), (INQUIRIES + ROW).encode()
    told = {"schema": "gs-drop/1", "sha256": hashlib.sha256(body).hexdigest(), "rows": 1, "exported_at": "2026-11-15T23:00:00+08:00"}
    wrong = {"sha256": "0" * 64}, {"rows": 2}, {"schema": "gs-drop/9"}
    for number, change in enumerate(wrong):
        bad = named("inquiries", f"bad{number}")
        drop(bad, body + b"\n" * number)
        extra = {} if number == 0 else {"sha256": hashlib.sha256(body + b"\n" * number).hexdigest()}
        drop(bad + ".manifest.json", json.dumps({**told, **extra, **change}))
    pages, trouble = drop.pages()
    assert len(pages) == 1 and all(why in trouble for why in ("bytes are not those", "counts 2 rows, 1 are there", "'gs-drop/9'"))
    drop(name, body)
    drop(name + ".manifest.json", json.dumps(told))
    pages, _ = drop.pages()
    assert drop.shop.map("inquiries", pages)["inquiries"]["source_updated_at"][0].isoformat() == "2026-11-15T15:00:00+00:00"
    assert name + ".manifest.json" in " ".join(drop.lying("done"))


def test_a_file_still_being_written_waits(drop):
    drop(named("inquiries"), INQUIRIES + ROW, at=NOW - timedelta(seconds=30))
    drop(named("inquiries", "b.part") + ".part", INQUIRIES)
    assert len(drop.pages()[0]) == 1 and len(drop.lying("inbox")) == 2
    drop.clock.at = NOW + timedelta(minutes=2)
    assert len(drop.pages()[0]) == 2


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_reading_goes_on_after_any_landed_file_in_another_process_and_loses_none(tmp_path, stop):
    whole, cut = Drop(tmp_path / "one"), Drop(tmp_path / "two")
    for drop in (whole, cut):
        for number in range(3):
            drop(named("inquiries", str(number), stamp=f"20261116T10000{number}"), INQUIRIES + ROW.replace("GS1", f"GS{number}"))
    calm, _ = whole.pages()
    reading, landed = cut.shop.read("inquiries", Window(NOW - timedelta(days=2), NOW)), []
    for _ in range(stop + 1):
        landed.append(next(reading))
    reading.close()
    rest, _ = cut.pages(cursor=landed[-1].cursor)
    assert [page.request_id for page in (*landed, *rest)] == [page.request_id for page in calm]
    assert len(cut.lying("done")) == 3 and not cut.lying("processing")


def test_a_pull_that_begins_afresh_reads_what_a_kill_left_behind(drop):
    drop(named("inquiries"), INQUIRIES + ROW)
    reading = drop.shop.read("inquiries", Window(NOW - timedelta(days=2), NOW))
    next(reading)
    reading.close()
    assert drop.lying("processing"), "taken, and nobody knows whether it landed"
    assert len(drop.pages()[0]) == 2 and drop.lying("done")


def test_a_paper_is_its_rows_together_and_a_line_finer_than_a_cent_has_no_sum(drop):
    head = "quotation_no,issued_at,currency,inquiry_id,model_no,quantity,unit_price,incoterm,信保订单号\n"
    rows = ("Q1,2026-11-01,USD,GS1,B8,333,0.0325,fob,234017", "Q1,,,,B9,2.5,US$1200,fob,", "Q2,2026-11-02,USD,,B8,10,1,,")
    drop(named("quotations"), head + "\n".join(rows) + "\n")
    frames = drop.frames("quotations")
    papers, lines = frames["quotations"], frames["quotation_lines"]
    assert papers["contract_id"].fillna("").tolist() == ["234017", ""], "the platform's order, as the sales people note it"
    assert papers["total_minor"].tolist() == [301082, 1000] and papers["status"].tolist() == ["sent", "sent"]
    assert lines[["quotation_id", "line_id"]].values.tolist() == [["Q1", "1"], ["Q1", "2"], ["Q2", "1"]]
    assert lines["total_minor"].astype(object).where(lines["total_minor"].notna(), None).tolist() == [None, 300000, 1000]
    assert lines["incoterm"][0] == "FOB" and papers["fault"].isna().all()


def test_rows_of_one_paper_that_contradict_each_other_are_a_fault_of_it(drop):
    drop(named("contracts"), "contract_no,signed_at,currency,total\nPI1,2026-11-01,USD,10\nPI1,2026-11-01,EUR,10\n")
    assert "currency: its 2 rows do not say the same" in drop.rows("contracts")["fault"][0]


@pytest.mark.parametrize(
    ("told", "milestones"),
    [
        ("deposit_pct,status\nPI1,2026-11-01,USD,100.01,30,deposit received", {"deposit": (3000, "paid"), "balance": (7001, "due")}),
        ("payment_terms,status\nPI1,2026-11-01,USD,100,T/T 30/70,completed", {"deposit": (3000, "paid"), "balance": (7000, "paid")}),
        ("deposit_amount,status\nPI1,2026-11-01,USD,100,25,cancelled", {"deposit": (2500, "cancelled"), "balance": (7500, "cancelled")}),
        ("payment_terms,status\nPI1,2026-11-01,USD,100,L/C at sight,已签约", {"full": (10000, "due")}),
        ("payment_terms,status\nPI1,2026-11-01,USD,100,T/T 30/30,signed", {"full": (10000, "due")}),
    ],
)
def test_a_contracts_money_falls_due_as_its_terms_say(drop, told, milestones):
    drop(named("contracts"), f"contract_no,signed_at,currency,total,{told}\n")
    rows = drop.frames("contracts")["payment_milestones"]
    assert {row.milestone: (row.due_minor, row.status) for row in rows.itertuples()} == milestones


def test_goods_have_left_only_once_their_departure_is_not_ahead_of_the_file(drop):
    head = "shipment_no,contract_no,mode,etd,eta,arrived_at\n"
    drop(named("shipments"), head + "S1,PI1,海运,2026-11-20,2026-12-20,\nS2,PI1,Air,2026-11-10,,\nS3,PI1,,2026-11-01,,2026-11-12\n")
    rows = drop.rows("shipments")
    assert rows["status"].tolist() == ["pending", "in_transit", "delivered"] and rows["mode"].tolist()[:2] == ["sea", "air"]
    assert rows["shipped_at"].isna().tolist() == [True, False, False]


def test_a_price_ladder_is_read_from_numbered_columns_or_from_rows_and_a_range_keeps_both_ends(drop):
    head = "model_no,name,currency,moq,unit,fob_price_min,fob_price_max,MOQ 1,Price 1,MOQ 2,Price 2,stock,上架日期\n"
    drop(named("listings"), head + "A,Lamp,USD,,pc,,,100,2.50,500,2.10,70,2026-03-01\nB,Bolt,USD,1000,pc,0.0325,0.05,,,,,,\n"
         + "C,Box,USD,10,pc,8,,,,,,,\nC,Box,USD,50,pc,7.5,,,,,,,\n")
    frames = drop.frames("listings")
    tiers = [(row.listing_id, float(row.minimum_quantity), float(row.unit_price)) for row in frames["price_tiers"].itertuples()]
    assert sorted(tiers) == [("A", 100, 2.5), ("A", 500, 2.1), ("B", 1000, 0.0325), ("C", 10, 8), ("C", 50, 7.5)]
    assert frames["price_tiers"]["highest_price"].dropna().tolist() == [Decimal("0.05")]
    listings = frames["listings"].set_index("listing_id")["price_minor"]
    assert (listings["A"], listings["C"]) == (250, 800) and listings.isna()["B"], "a price finer than a cent is in no minor units"
    listed = frames["listings"].set_index("listing_id")["listed_date"]
    assert str(listed["A"]) == "2026-03-01" and listed.isna()[["B", "C"]].all(), "a workbook need not say since when an article is offered"
    assert frames["inventory"][["sku", "sellable_quantity"]].values.tolist() == [["A", 70]]


def test_payments_are_bank_transfers_and_what_goes_back_is_negative(drop):
    head = "收款单号,合同号,收款日期,款项,币种,金额,手续费\n"
    drop(named("payments"), (head + "P1,PI1,2026年11月2日,定金,USD,\"US$3,000.00\",15\nP2,PI1,2026/11/9,退款,USD,100,\n").encode("gb18030"))
    rows = drop.rows("payments")
    assert rows[["kind", "amount_minor", "provider", "order_id"]].values.tolist() == [
        ["payment", 300000, "bank_transfer", "PI1"], ["refund", -10000, "bank_transfer", "PI1"]
    ]
    assert rows["fee_minor"][0] == -1500 and rows["status"].tolist() == ["completed", "completed"]


def test_an_accounts_own_headers_and_another_platforms_are_data(drop):
    drop.folder.mkdir(parents=True)
    (drop.folder / "mapping.yaml").write_text("headers: {inspections: {inspected_at: [Prüftag]}}\n", encoding="utf-8")
    drop.account = {**drop.account, "platform": "alibaba"}
    drop(named("inspections"), "Report No.,Trade Assurance Order No.,Prüftag,Result\nI1,277001,2026-11-03,合格\n")
    assert drop.rows("inspections")[["inspection_id", "contract_id", "result"]].values.tolist() == [["I1", "277001", "pass"]]


def test_an_accounts_headers_are_compiled_once_and_anew_when_its_mapping_changes(drop):
    drop.folder.mkdir(parents=True)
    mapping = drop.folder / "mapping.yaml"
    mapping.write_text("headers: {inspections: {inspected_at: [Prüftag]}}\n", encoding="utf-8")
    first, again = drop.shop.account.book, drop.shop.account.book
    mapping.write_text("headers: {inspections: {inspected_at: [Tag]}}\n", encoding="utf-8")
    changed = drop.shop.account.book
    assert first is again and changed.layouts["inspections"].columns(["Tag"]) == {"inspected_at": 0}
    assert first.layouts["inspections"].columns(["Tag"]) == {}


@pytest.mark.parametrize("text", ["headers: {inquiries: {nonsense: [A]}}", "templates: [{name: a}]", "- a list", "headers: [", "other: {}"])
def test_a_mapping_that_cannot_be_is_said_with_its_place(drop, text):
    drop.folder.mkdir(parents=True)
    (drop.folder / "mapping.yaml").write_text(text, encoding="utf-8")
    drop(named("inquiries"), INQUIRIES + ROW)
    assert "mapping.yaml cannot be read" in drop.pages()[1]


def test_a_night_without_a_new_file_says_how_old_the_last_one_is_and_rows_that_are_missing_stay(drop):
    drop(named("inquiries"), INQUIRIES + ROW)
    drop.pages()
    for hours, late in ((10, ""), (50, ", more than the 48 h agreed")):
        drop.clock.at = NOW + timedelta(hours=hours)
        pages, trouble = drop.pages(window=Window(NOW, drop.clock.at))
        assert trouble is None and len(pages) == 1
        told = f"inquiries: no new file; the last one was made 2026-11-16 02:00 UTC and is {hours + 1} h old{late}"
        assert drop.shop.remarks("inquiries", pages, drop.clock.at) == [told]
    assert drop.shop.remarks("rfqs", drop.pages("rfqs")[0], NOW) == ["rfqs: no file has come yet"]
    assert not any(endpoint.retires for endpoint in drop.shop.endpoints.values())


def test_columns_nobody_knows_are_told_and_stay_in_the_landed_file(drop):
    drop(named("inquiries"), INQUIRIES.strip() + ",Herz\n" + ROW.strip() + ",x\n")
    pages, _ = drop.pages()
    assert drop.shop.remarks("inquiries", pages, NOW) == ["inquiries: columns nobody knows: Herz"] and b"Herz" in pages[0].body


@pytest.mark.parametrize(
    "account",
    [{"zone": "Asia/Nowhere"}, {"account": "../../other"}, {"freshness_sla_hours": "soon"}, {"mail_senders": "a@b.example"}],
)
def test_a_wrong_setting_is_named(drop, account):
    drop.account = account
    with pytest.raises(FatalError, match=next(iter(account))):
        drop.pages()
        _ = drop.shop


def test_links_lead_nowhere_and_a_missing_folder_is_said_with_its_remedy(drop, tmp_path):
    other = tmp_path / "another brand.csv"
    other.write_text(INQUIRIES + ROW)
    (drop.folder / "inbox").mkdir(parents=True)
    (drop.folder / "inbox" / named("inquiries")).symlink_to(other)
    assert len(drop.pages()[0]) == 1
    drop.credentials = Credentials(str(tmp_path / "nowhere"), "", {})
    assert "DAIYUN_DROP" in drop.pages()[1]


def test_nothing_a_person_wrote_into_a_file_name_is_in_a_pages_note(drop):
    drop(named("inquiries", "from Dana Whitfield"), INQUIRIES + ROW)
    pages, _ = drop.pages()
    assert not any("Dana" in page.request for page in pages) and not any(b"Whitfield" in page.body for page in pages)
    assert datetime.fromisoformat(json.loads(pages[-1].body)["last_made_at"]) == NOW - timedelta(hours=1)
