"""Notification mails of a supplier: read by templates, believed only where the receiving server vouches, counted once."""

from __future__ import annotations

import imaplib
import json
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from connectors.contract import Credentials, Window
from connectors.errors import FatalError, RetryableError
from connectors.globalsources.mail import parse, text_of
from connectors.globalsources.trust import read_results, suspicion
from sandbox.globalsources import cases
from sandbox.house import Settings, open_house

sys.path.insert(0, str(Path(__file__).parent))

from globalsources_drop import ACCOUNT, NOW, TRUSTED, Drop, named

SENDER, SERVER = TRUSTED["mail_senders"], TRUSTED["mail_authserv"]
AT = NOW - timedelta(hours=2)
GOOD = f"{SERVER}; dkim=pass header.d={SENDER}; dmarc=pass (p=reject) header.from={SENDER}"
TEXT = """Inquiry No.: GS77
Date Received: 15-Nov-2026 10:00:00
Subject: Price for lamps?
Buyer: Dana Whitfield
Company: Sierra Fasteners, Inc.
E-mail: dana@sierra.example
Country: United States
Model No.: HB-101
"""


@pytest.fixture
def drop(tmp_path):
    return Drop(tmp_path / "harbor")


@pytest.fixture(scope="module")
def house():
    return open_house(Settings(seed=3, days=6, orders_per_day=2, horizon=NOW))


def letter(text: str = TEXT, sender: str = SENDER, verdicts: tuple[str, ...] = (GOOD,), number: str = "1", kind: str = "plain") -> bytes:
    message = EmailMessage()
    for verdict in verdicts:
        message["Authentication-Results"] = verdict
    message["From"], message["Subject"] = f"News <inquiry@{sender}>", "You have mail"
    message["Date"], message["Message-ID"] = datetime(2026, 11, 15, 2, tzinfo=UTC), f"<{number}@{sender}>"
    message.set_content(text, subtype=kind)
    return message.as_bytes()


def eml(free: str = "a", stamp: str = "20261116T100000", entity: str = "inquiries") -> str:
    return named(entity, free, "eml", stamp)


def test_three_layouts_of_one_inquiry_and_its_row_in_the_export_are_one_inquiry(tmp_path, house):
    row = cases.as_row(house, AT)
    for name, body in cases.letters(house, AT).items():
        drop = Drop(tmp_path / name)
        drop(name, body)
        for case, content in list(cases.forms(house, "inquiries", AT).items())[:1]:
            drop(case, content)
        rows = drop.rows()
        mine = rows[rows["subject"] == row["subject"]]
        assert mine["fault"].isna().all() and mine["inquiry_id"].nunique() == 1, name
        if "forged" in name:
            assert drop.lying("rejected") == [name, name + ".reason.json"] and len(mine) == 1
            assert "does not vouch for" in json.loads((drop.folder / "rejected" / (name + ".reason.json")).read_text())["reason"]
        else:
            told = mine[["buyer_key", "buyer_country", "sku", "received_at", "quantity", "target_price", "unit"]].astype(str)
            assert len(mine) == 2 and told.iloc[0].tolist() == told.iloc[1].tolist(), name
            newest = mine.sort_values("source_updated_at").iloc[-1]
            assert newest["status"] == row["status"], "the export, which knows more, is the newer, whichever came first"


def test_a_mail_without_a_number_that_came_first_keeps_its_name_when_the_export_numbers_it(drop):
    table = TEXT.split("\n", 1)[1].replace("Date Received:", "Sent on").replace("Subject:", "Buyer's question")
    for label, other in (("Buyer", "Contact person"), ("Company", "Business name"), ("E-mail", "Reply to"), ("Country", "Location")):
        table = table.replace(f"{label}:", other)
    drop(eml(), letter(table.replace("Model No.:", "Your model")))
    first = drop.rows()["inquiry_id"][0]
    head = "inquiry_id,received_at,subject,buyer_email,status\n"
    drop(named("inquiries", stamp="20261116T103000"), head + "GS77,2026-11-15 10:00:30,Price for lamps?,Dana@sierra.example,replied\n"
         + "GS78,2026-11-15 10:00:40,Price for lamps?,dana@sierra.example,new\n")
    drop(named("quotations", stamp="20261116T104000"), "quotation_no,issued_at,currency,inquiry_id\nQ1,2026-11-15,USD,GS77\n")
    landed, cursor = [], None
    while not landed or cursor is not None:  # killed after every page
        reading = drop.shop.read("inquiries", Window(NOW - timedelta(days=2), NOW), cursor)
        landed.append(next(reading))
        reading.close()
        cursor = landed[-1].cursor and json.loads(json.dumps(landed[-1].cursor))
        assert len(landed) < 10, "it never comes to an end"
    pages, _ = drop.pages()
    assert [page.part for page in landed] == [page.part for page in pages] and [page.group for page in pages] == [0, 1, 1, 2]
    rows = drop.shop.map("inquiries", landed)["inquiries"]
    assert rows["inquiry_id"].tolist() == [first, first, "GS78"], "two numbers are two inquiries, whatever they have in common"
    assert set(drop.shop.record_ids("inquiries", pages)) == {first, "GS78"}
    assert drop.rows("quotations")["inquiry_id"].tolist() == [first], "papers that answer it answer it by that name"


def test_the_same_mail_by_another_road_is_one_lead(drop):
    drop(eml("rule"), letter())
    drop(eml("by hand", "20261116T100500"), b"Received: from elsewhere\r\n" + letter())
    assert len(drop.rows()) == 1 and len(drop.lying("done")) == 2


def test_a_template_that_has_drifted_alarms_and_guesses_nothing(drop):
    half = "\n".join(TEXT.splitlines()[:5])
    drop(eml(), letter(half))
    pages, trouble = drop.pages()
    assert len(pages) == 1 and "'labelled English' version 1, finds 62%" in trouble and "buyer_email" in trouble
    drop.folder.joinpath("mapping.yaml").write_text(
        "templates:\n- {name: ours, version: 2, entity: inquiries, required: [inquiry_id, subject], fields: "
        "{inquiry_id: ['^Inquiry No\\.: (.+)$'], subject: ['^Subject: (.+)$']}}\n", encoding="utf-8",
    )
    (drop.folder / "rejected" / eml()).rename(drop.folder / "inbox" / eml())
    assert drop.rows()["inquiry_id"].tolist() == ["GS77"], "a new version in the account's own mapping reads it"


def test_one_lost_field_of_eight_is_no_drift_and_stays_empty(drop):
    drop(eml(), letter(TEXT.replace("Country: United States\n", "")))
    rows = drop.rows()
    assert rows["fault"].isna().all() and rows["buyer_country"].isna().all()


@pytest.mark.parametrize(
    ("verdicts", "sender", "why"),
    [
        ((), SENDER, "has not said who sent it"),
        ((f"{SERVER}; dmarc=fail header.from={SENDER}; dkim=pass header.d={SENDER}",), SENDER, "does not vouch"),
        ((f"{SERVER}; dkim=none; spf=pass smtp.mailfrom={SENDER}",), SENDER, "does not vouch"),
        ((f"{SERVER}; dkim=pass header.d=evil.example.net",), SENDER, "does not vouch"),
        ((f"mx.somewhere.example; dkim=pass header.d={SENDER}", GOOD), SENDER, "topmost verdict is mx.somewhere.example's"),
        ((f"{SERVER}; none", GOOD), SENDER, "does not vouch"),
        ((GOOD,), "supplier-news.example.net", "not on the account's list"),
        ((GOOD,), "xnotify.supplier-news.example.com.evil.example", "not on the account's list"),
        ((f'{SERVER}; spf=pass smtp.mailfrom="a; dkim=pass header.d={SENDER}"@evil.example',), SENDER, "does not vouch"),
    ],
)
def test_a_forged_mail_is_set_aside_and_never_a_lead(drop, verdicts, sender, why):
    drop(eml(), letter(sender=sender, verdicts=verdicts))
    pages, trouble = drop.pages()
    assert trouble is None and len(pages) == 1, "it is set aside, which is no trouble of ours"
    assert why in json.loads((drop.folder / "rejected" / (eml() + ".reason.json")).read_text())["reason"]
    assert drop.shop.remarks("inquiries", pages, NOW)[-1] == "inquiries: 1 mails lie set aside in rejected/"


def test_two_senders_are_none_and_an_account_without_a_list_believes_nobody(drop):
    twice = b"From: Boss <boss@evil.example>\r\n" + letter()
    assert suspicion(message_from_bytes(twice, policy=policy.default), (SENDER,), SERVER) == "it has no single sender"
    drop.account = {}
    drop(eml(), letter())
    assert len(drop.pages()[0]) == 1 and drop.lying("rejected")


def test_a_verdict_is_read_with_its_comments_version_and_properties():
    server, results = read_results(f"{SERVER} 1; dkim=pass (2048-bit; ok) header.d=A.example header.i=@a.example; dmarc=pass (p=none)")
    assert server == SERVER and [(each.method, each.verdict) for each in results] == [("dkim", "pass"), ("dmarc", "pass")]
    assert results[0].properties == {"header.d": "a.example", "header.i": "@a.example"}


def test_html_becomes_text_line_by_line_and_nothing_in_it_is_fetched_or_run():
    html = "<style>x{}</style><script>steal()</script><table><tr><td>Company:</td><td>A &amp; B</td></tr></table><img src='http://x/'>Hi<br>there"
    assert [line for line in text_of(parse(letter(html, kind="html"))).split("\n") if line] == ["Company: A & B", "Hi", "there"]


@pytest.mark.parametrize("attached", [("application", "zip"), ("text", "html"), ("application", "x-msdownload")])
def test_what_is_attached_and_on_no_list_sets_the_mail_aside(drop, attached):
    message = EmailMessage(policy=policy.default)
    for name, value in message_from_bytes(letter(), policy=policy.default).items():
        if not name.lower().startswith(("content", "mime")):
            message[name] = value
    message.set_content(TEXT)
    message.add_attachment(b"data", maintype="application", subtype="pdf", filename="spec.pdf")
    drop(eml("pdf"), message.as_bytes())
    assert len(drop.rows()) == 1
    message.replace_header("Message-ID", f"<2@{SENDER}>")
    message.add_attachment(b"MZ", maintype=attached[0], subtype=attached[1], filename="a.bin")
    drop(eml("worse"), message.as_bytes())
    assert len(drop.pages(window=Window(NOW, NOW + timedelta(days=1)))[0]) == 1
    reason = json.loads((drop.folder / "rejected" / (eml("worse") + ".reason.json")).read_text())
    assert "/".join(attached) in reason["reason"] and reason["kind"] == "aside"


NO_MAILS = b"", b"\xff\xfe\x00garbage", b"Subject: no sender\r\n\r\nhi", b"From: a\r\nContent-Type: multipart/mixed\r\n\r\nx"


@pytest.mark.parametrize("body", NO_MAILS)
def test_bytes_that_are_no_mail_are_set_aside(drop, body):
    drop(eml(), body)
    assert len(drop.pages()[0]) == 1 and drop.lying("rejected")


def test_mails_are_read_as_inquiries_and_requests_only(drop):
    drop(named("contracts", "a", "eml"), letter())
    assert "read as inquiries or rfqs only" in drop.pages()[1]


def test_a_request_alert_is_read_too(drop):
    text = "RFQ No.: R9\nPosted on: 15-Nov-2026 10:00\nLooking for: Bolts\nQuantity: 2.5 Ton\nDestination: Germany\nQuotes left: 4\n"
    drop(eml(entity="rfqs"), letter(text))
    row = drop.rows("rfqs").iloc[0]
    told = row[["rfq_id", "unit", "destination_country", "quotes_left"]].tolist()
    assert told == ["R9", "Ton", "DE", 4] and float(row["quantity"]) == 2.5


@pytest.fixture(scope="module")
def server():
    """A real IMAP server on loopback: pymap, in memory."""
    pytest.importorskip("pymap", reason="the IMAP server pymap is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from pymap.main import main; main()", "--host", "127.0.0.1", "--port", str(port), "--no-tls"]
    told = ["dict", "--demo-user", "agency", "--demo-password", "open sesame"]
    process = subprocess.Popen([*command, *told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield port
    process.terminate()
    process.wait(20)


def put(port: int, *mails: bytes, box: str = "INBOX") -> None:
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.login("agency", "open sesame")
        imap.create(box)
        for mail in mails:
            assert imap.append(box, None, imaplib.Time2Internaldate(NOW - timedelta(hours=3)), mail)[0] == "OK"


def test_mails_are_fetched_from_a_real_server_once_and_stay_there_unread(drop, server):
    drop.credentials = Credentials(str(drop.client), f"imap://127.0.0.1:{server}", {"user": "agency", "password": "open sesame"})
    put(server, letter(), letter(TEXT.replace("GS77", "GS78"), number="2"), letter(verdicts=(), number="3"))
    assert sorted(drop.rows()["inquiry_id"]) == ["GS77", "GS78"] and len(drop.lying("rejected")) == 2
    assert drop.lying("done")[0].split("/")[1].startswith(f"inquiries__{ACCOUNT}__20261116T080000__imap-")
    tomorrow = Window(NOW, NOW + timedelta(days=1))
    assert len(drop.pages(window=tomorrow)[0]) == 1, "fetched twice"
    put(server, letter(TEXT.replace("GS77", "GS79"), number="4"), letter(number="1"))
    assert drop.rows(window=tomorrow)["inquiry_id"].tolist() == ["GS79"], "the mail that came again has the number of one read before"
    with imaplib.IMAP4("127.0.0.1", server) as imap:
        imap.login("agency", "open sesame")
        imap.select("INBOX", readonly=True)
        assert imap.search(None, "SEEN")[1] == [b""] and len(imap.search(None, "ALL")[1][0].split()) == 5
    (drop.folder / ".mailbox.json").unlink()
    assert len(drop.pages(window=Window(NOW - timedelta(days=1), NOW + timedelta(days=2)))[0]) >= 1
    assert "mailbox at 127.0.0.1 answers" in drop.shop.check()


@pytest.mark.parametrize(
    ("address", "password", "account", "error"),
    [
        ("imap://127.0.0.1:{port}", "wrong words", {}, FatalError),
        ("imap://127.0.0.1:{port}", "open sesame", {"mailbox_inquiries": "Nowhere"}, FatalError),
        ("imap://127.0.0.1:9", "open sesame", {}, RetryableError),
        ("imap://mail.example.com", "open sesame", {}, FatalError),
        ("imap://127.0.0.1:{port}", "", {}, FatalError),
    ],
    ids=["refused login", "missing folder", "silent server", "without TLS", "no password"],
)
def test_what_a_mailbox_refuses_is_told_apart_without_the_password(drop, server, address, password, account, error):
    drop.credentials = Credentials(str(drop.client), address.format(port=server), {"user": "agency", "password": password})
    drop.account = {**TRUSTED, **account}
    with pytest.raises(error) as told:
        list(drop.shop.read("inquiries", Window(NOW - timedelta(days=2), NOW)))
    assert "sesame" not in str(told.value) and "wrong words" not in str(told.value) and "harbor" in str(told.value)
    assert "sesame" not in repr(drop.credentials)
