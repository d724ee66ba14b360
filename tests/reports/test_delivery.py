"""Mail over real SMTP: what is sent, what a server refuses, and what is tried again."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from email import message_from_bytes, policy

import pytest
import report_weeks as weeks
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reports.catcher import Catcher, Keeper
from reports.delivery import DeliveryError, DeliveryLater, Server, deliver
from reports.facts import Brand, ReportError
from reports.mail import compose, message_id
from reports.weekly import build

SENDER = "Daiyun <reports@daiyun.example>"


class Notebook:
    """The ledger's four sentences in memory; the real one has tests of its own beside this file."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, str]] = {}

    def is_due(self, recipient):
        return self.rows.get(recipient, ("", ""))[0] in ("", "later")

    def is_served(self, recipient):
        return self.rows.get(recipient, ("", ""))[0] in ("sent", "refused")

    def claim(self, recipient, message_id):
        is_mine = self.is_due(recipient)
        if is_mine:
            self.rows[recipient] = ("claimed", "")
        return is_mine

    def sent(self, recipient):
        self.rows[recipient] = ("sent", "")

    def failed(self, recipient, message_id, reason, *, is_final):
        self.rows[recipient] = ("refused" if is_final else "later", reason)


class Picky(Keeper):
    """Refuses recipients by the answer their name asks for: ``550@…`` gets a 550."""

    def __init__(self, folder):
        super().__init__(folder)
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, recipient, options):
        name = recipient.partition("@")[0]
        if name in ("450", "550"):
            return f"{name} no\tsuch luck for {recipient}"
        envelope.rcpt_tos.append(recipient)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("554data"):
            return "554 spam"
        if envelope.rcpt_tos[0].startswith("hangup"):
            server.transport.abort()
            return "250 never heard"
        return await super().handle_DATA(server, session, envelope)


def report(language="zh", brand=weeks.LUMORA):
    return build(weeks.lumora(), brand, weeks.certificates(weeks.lumora()), language)


def server(port: int, **changes) -> Server:
    return Server("127.0.0.1", port, SENDER, timeout_seconds=10, **changes)


def kept(folder):
    return {str(mail["To"]): mail for mail in (message_from_bytes(f.read_bytes(), policy=policy.default) for f in folder.glob("*.eml"))}


def test_each_recipient_gets_one_mail_of_their_own(tmp_path):
    people = ["owner@lumora.example", "sales@lumora.example"]
    with Catcher(tmp_path) as catcher:
        outcomes = deliver(report(), people, server(catcher.port), Notebook())
    assert [(one.recipient, one.status) for one in outcomes] == [(person, "sent") for person in people]
    assert set(kept(tmp_path)) == set(people)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_mail_carries_html_text_and_the_headers_of_a_machine(tmp_path, language):
    made = report(language)
    with Catcher(tmp_path) as catcher:
        deliver(made, ["owner@lumora.example"], server(catcher.port), Notebook())
    mail = kept(tmp_path)["owner@lumora.example"]
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("html",)).get_content().split() == made.html.split()
    assert mail.get_body(("plain",)).get_content().split() == made.text.split()
    assert mail["Subject"] == made.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].strip().startswith("<mailto:reports@daiyun.example?subject=unsubscribe%20lumora")
    assert mail["Content-Language"] == language
    assert mail["Date"].datetime.tzinfo is not None
    raw = next(tmp_path.glob("*.eml")).read_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_running_again_sends_nothing_more(tmp_path):
    notebook = Notebook()
    with Catcher(tmp_path) as catcher:
        for _ in range(3):
            outcomes = deliver(report(), ["owner@lumora.example", "owner@lumora.example"], server(catcher.port), notebook)
    assert [one.status for one in outcomes] == ["before"]
    assert len(list(tmp_path.glob("*.eml"))) == 1
    assert not list(tmp_path.glob("*.repeats"))


def test_the_message_id_is_the_reports_and_the_recipients():
    made = report()
    first = message_id(made, "owner@lumora.example", "daiyun.example")
    assert first == message_id(report("en"), "Owner@Lumora.example", "daiyun.example")
    assert first != message_id(made, "sales@lumora.example", "daiyun.example")
    assert first != message_id(made, "owner@lumora.example", "daiyun.example", edition=2)
    assert first.endswith("@daiyun.example>")


def test_a_refused_recipient_is_recorded_and_stops_nobody(tmp_path):
    notebook = Notebook()
    people = ["550@lumora.example", "554data@lumora.example", "not an address", "owner@lumora.example"]
    with Catcher(tmp_path, handler=Picky(tmp_path)) as catcher:
        outcomes = deliver(report(), people, server(catcher.port), notebook)
        again = deliver(report(), people, server(catcher.port), notebook)
    assert [one.status for one in outcomes] == ["refused", "refused", "refused", "sent"]
    assert notebook.rows["550@lumora.example"] == ("refused", "recipient refused: 550 no such luck for 550@lumora.example")
    assert notebook.rows["554data@lumora.example"] == ("refused", "message refused: 554 spam")
    assert "'not an address' is not a mail address (in ASCII)" in notebook.rows["not an address"][1]
    assert [one.status for one in again] == ["before"] * 4


def test_one_put_off_is_recorded_raised_and_served_next_time(tmp_path):
    notebook = Notebook()
    people = ["450@lumora.example", "owner@lumora.example"]
    said = r"client 'lumora', report 2026-11-09_2026-11-15: 1 of 2 recipients wait .*450 no such luck"
    with Catcher(tmp_path, handler=Picky(tmp_path)) as catcher, pytest.raises(DeliveryLater, match=said):
        deliver(report(), people, server(catcher.port), notebook)
    assert set(kept(tmp_path)) == {"owner@lumora.example"}
    with Catcher(tmp_path) as catcher:
        deliver(report(), people, server(catcher.port), notebook)
    assert set(kept(tmp_path)) == set(people)
    assert not list(tmp_path.glob("*.repeats"))


def test_a_server_that_is_away_is_tried_again_later(tmp_path):
    notebook = Notebook()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryLater, match="could not be reached"):
            deliver(report(), ["owner@lumora.example"], server(taken.getsockname()[1]), notebook)
    assert notebook.rows["owner@lumora.example"][0] == "later"


def test_a_silent_server_does_not_hold_the_night():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        patience = Server("127.0.0.1", silent.getsockname()[1], SENDER, timeout_seconds=0.3)
        with pytest.raises(DeliveryLater):
            deliver(report(), ["owner@lumora.example"], patience, Notebook())


def test_a_connection_that_breaks_in_the_middle_is_opened_again_for_the_next(tmp_path):
    picky, notebook = Picky(tmp_path), Notebook()
    with Catcher(tmp_path, handler=picky) as catcher, pytest.raises(DeliveryLater, match="broke"):
        deliver(report(), ["hangup@lumora.example", "owner@lumora.example"], server(catcher.port), notebook)
    assert set(kept(tmp_path)) == {"owner@lumora.example"}
    assert picky.connections == 2


def test_line_breaks_in_names_and_titles_start_no_header():
    made = report(brand=Brand("Evil\r\nBcc: all@world.example", "#b45309", "Evil\nBcc: all@world.example"))
    mail = compose(made, "owner@lumora.example", SENDER)
    assert "Bcc" not in mail
    assert b"\nBcc" not in mail.as_bytes()
    for wrong in ("a@b.example\nBcc: c@d.example", "a@b.example, c@d.example", "a@b.example>\r\n", "", "nobody", "@b.example"):
        with pytest.raises(ReportError, match="is not a mail address"):
            compose(made, wrong, SENDER)


def test_a_recipient_may_have_a_name_in_any_script(tmp_path):
    with Catcher(tmp_path) as catcher:
        outcomes = deliver(report(), ["老板 <boss@lumora.example>", "用户@lumora.example"], server(catcher.port), Notebook())
    assert [one.status for one in outcomes] == ["sent", "refused"]
    assert set(kept(tmp_path)) == {"老板 <boss@lumora.example>"}


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate of 127.0.0.1: the server's context and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"daiyun", b"secret"), handled=False)


def test_encryption_and_login_are_used_when_configured(tmp_path, certificate):
    theirs, ours = certificate
    folder = tmp_path / "mail"
    with Catcher(folder, tls_context=theirs, require_starttls=True, authenticator=authenticate, auth_required=True) as catcher:
        def at(**changes):
            facts = {"starttls": True, "user": "daiyun", "password": "secret", "tls": ours, **changes}
            return Server("localhost", catcher.port, SENDER, timeout_seconds=10, **facts)

        assert deliver(report(), ["owner@lumora.example"], at(), Notebook())[0].status == "sent"
        untouched = Notebook()
        with pytest.raises(DeliveryError, match="refused user or password: mend DAIYUN_SMTP_USER") as wrong:
            deliver(report(), ["sales@lumora.example"], at(password="wrong-one"), untouched)
        assert "wrong-one" not in str(wrong.value) + repr(at(password="wrong-one"))
        with pytest.raises(DeliveryError, match="no certificate this machine trusts"):
            deliver(report(), ["sales@lumora.example"], at(tls=ssl.create_default_context()), untouched)
        with pytest.raises(DeliveryError, match="does not take mail from"):
            deliver(report(), ["sales@lumora.example"], at(starttls=False, user=""), untouched)
    assert untouched.rows == {}
    assert set(kept(folder)) == {"owner@lumora.example"}
