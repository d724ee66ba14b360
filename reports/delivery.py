"""Mail a report to each recipient once, however often it is asked for.

The order of steps makes a kill harmless: the server first accepts sender and recipient, then the ledger's claim is
committed, then the message leaves, then ``sent`` is committed. Before the claim nothing has left. Between claim and
``sent`` nobody can know whether the server took the message: the next run, once the claim has grown stale, sends it
again under the same Message-ID, by which mailboxes recognise it.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol

from reports.facts import Report, ReportError
from reports.mail import address, compose, one_line

log = logging.getLogger(__name__)


class DeliveryError(Exception):
    """Mail cannot be sent until somebody mends a setting; nothing was claimed."""


class DeliveryLater(DeliveryError):
    """Some recipients could not be served for now; each is recorded. Run the same delivery again later."""


@dataclass(frozen=True)
class Server:
    """How to reach the SMTP server; ``sender`` is ``Name <address>``. ``tls``: another trust than the system's."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    timeout_seconds: float = 30.0
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


class Ledger(Protocol):
    """Who has had what; one row a report and recipient, each call its own committed transaction."""

    def is_due(self, recipient: str) -> bool:
        """Whether a message may still have to be sent: not sent, not refused for good, not freshly claimed by another."""

    def is_served(self, recipient: str) -> bool:
        """Sent, or refused for good: nothing is left to do."""

    def claim(self, recipient: str, message_id: str) -> bool:
        """Take the recipient for this run; False when another run has it or has served it."""

    def sent(self, recipient: str) -> None: ...

    def failed(self, recipient: str, message_id: str, reason: str, *, is_final: bool) -> None:
        """Record why; ``is_final``: it is not tried again."""


@dataclass(frozen=True)
class Outcome:
    """What came of one recipient in this run: ``sent``, ``before`` (served by an earlier run), ``refused``, ``later``."""

    recipient: str
    status: str
    reason: str = ""


def deliver(report: Report, recipients: Iterable[str], server: Server, ledger: Ledger, *, edition: int = 1) -> list[Outcome]:
    """Serve every recipient not served yet, one message each, over one connection.

    Raises:
        DeliveryError: the server refuses login, encryption or the sender.
        DeliveryLater: after all were tried: the server is away or put some off, or another run holds a claim.
    """
    outcomes: list[Outcome] = []
    due = []
    for recipient in dict.fromkeys(recipients):
        if ledger.is_due(recipient):
            due.append(recipient)
        else:
            outcomes.append(_left_to_another(recipient, ledger))
    with _Connection(server) as connection:
        outcomes += [_serve(report, recipient, connection, ledger, edition) for recipient in due]
    _complain(report, outcomes, server)
    return outcomes


def _serve(report: Report, recipient: str, connection: _Connection, ledger: Ledger, edition: int) -> Outcome:
    try:
        mail = compose(report, recipient, connection.server.sender, edition=edition)
    except ReportError as error:
        ledger.failed(recipient, "", str(error), is_final=True)
        return Outcome(recipient, "refused", str(error))
    identity = mail["Message-ID"]
    try:
        connection.announce(mail)
        if not ledger.claim(recipient, identity):
            connection.withdraw()
            return _left_to_another(recipient, ledger)
        connection.send(mail)
    except _Refused as error:
        ledger.failed(recipient, identity, str(error), is_final=error.is_final)
        return Outcome(recipient, "refused" if error.is_final else "later", str(error))
    ledger.sent(recipient)
    log.info("client %s, report %s: mailed to %s", report.client, report.period, recipient)
    return Outcome(recipient, "sent")


def _left_to_another(recipient: str, ledger: Ledger) -> Outcome:
    """Served before; or claimed by a run that may be sending just now, or was killed: that must be looked at again."""
    if ledger.is_served(recipient):
        return Outcome(recipient, "before")
    return Outcome(recipient, "later", "claimed by another run that has not reported back")


def _complain(report: Report, outcomes: list[Outcome], server: Server) -> None:
    later = [outcome for outcome in outcomes if outcome.status == "later"]
    if later:
        reasons = "; ".join(f"{outcome.recipient}: {outcome.reason}" for outcome in later)
        raise DeliveryLater(
            f"client {report.client!r}, report {report.period}: {len(later)} of {len(outcomes)} recipients wait "
            f"(mail server {server.place}; {reasons}). Recorded; the same delivery run again serves them and nobody else."
        )


class _Refused(Exception):
    """The server (or the way to it) said no; ``is_final`` after a 5xx answer."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class _Connection:
    """One SMTP session, opened when first needed and again after it broke."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()

    def announce(self, mail: EmailMessage) -> None:
        """MAIL and RCPT: the server says whether it would take the message."""
        self._smtp = self._smtp or self._open()
        source, target = (mail[name].addresses[0].addr_spec for name in ("From", "To"))
        try:
            self._say(lambda smtp: smtp.mail(source), "sender refused")
        except _Refused as error:
            if not error.is_final:
                raise
            raise self._unusable_because(f"does not take mail from {source} ({error}): mend DAIYUN_MAIL_FROM or the login") from None
        self._say(lambda smtp: smtp.rcpt(target), "recipient refused")

    def send(self, mail: EmailMessage) -> None:
        """DATA. After a broken connection it is unknown whether the message was taken."""
        self._say(lambda smtp: smtp.data(mail.as_bytes()), "message refused")

    def withdraw(self) -> None:
        self._say(lambda smtp: smtp.rset(), "reset refused")

    def _say(self, command, what: str) -> None:
        try:
            code, answer = command(self._smtp)
        except smtplib.SMTPDataError as error:
            code, answer = error.smtp_code, error.smtp_error
        except (OSError, smtplib.SMTPException) as error:
            self._smtp.close()
            self._smtp = None
            raise _Refused(f"connection to {self.server.place} broke ({type(error).__name__})", is_final=False) from None
        if code >= 400:
            self._reset()
            raise _Refused(f"{what}: {code} {_text(answer)}", is_final=code >= 500)

    def _reset(self) -> None:
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()
            self._smtp = None

    def _open(self) -> smtplib.SMTP:
        server = self.server
        smtp = None
        try:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds, local_hostname=address(server.sender).domain)
            smtp.ehlo_or_helo_if_needed()
            if server.starttls:
                smtp.starttls(context=server.tls or ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
            smtp.close()
            if getattr(error, "smtp_code", 500) < 500:
                raise _Refused(f"{server.place} puts logins off ({_cause(error)})", is_final=False) from None
            raise self._unusable(error) from None
        except (OSError, smtplib.SMTPException) as error:
            if smtp is not None:
                smtp.close()
            raise _Refused(f"{server.place} could not be reached ({_cause(error)})", is_final=False) from None
        return smtp

    def _unusable(self, error: Exception) -> DeliveryError:
        why = {
            smtplib.SMTPAuthenticationError: "refused user or password: mend DAIYUN_SMTP_USER and DAIYUN_SMTP_PASSWORD",
            smtplib.SMTPNotSupportedError: "does not offer STARTTLS or login: mend DAIYUN_SMTP_STARTTLS, _USER or the port",
        }.get(type(error), "shows no certificate this machine trusts: mend DAIYUN_SMTP_HOST or the server's certificate")
        return self._unusable_because(why)

    def _unusable_because(self, why: str) -> DeliveryError:
        return DeliveryError(f"The mail server {self.server.place} {why}. Recipients not served yet stay due: run again afterwards.")


def _cause(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{code} {_text(error.smtp_error)}" if code else getattr(error, "strerror", None) or type(error).__name__


def _text(answer: bytes | str) -> str:
    return one_line(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer))[:200]
