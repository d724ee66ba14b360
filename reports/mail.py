"""A report as a mail for one recipient."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from reports.facts import Report, ReportError


def compose(report: Report, recipient: str, sender: str, *, edition: int = 1, now: datetime | None = None) -> EmailMessage:
    """HTML with its text alternative, in UTF-8, sent as base64 so that no server on the way rewrites a line.

    Args:
        sender: ``Name <address>``.
        now: the Date header; the machine's time when None.
    Raises:
        ReportError: sender or recipient is no mail address (which also keeps line breaks out of the headers).
    """
    source, target = address(sender), address(recipient)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = source, target
    mail["Subject"] = one_line(report.subject)
    mail["Date"] = format_datetime(now or datetime.now(UTC))
    mail["Message-ID"] = message_id(report, target.addr_spec, source.domain, edition)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Unsubscribe"] = f"<mailto:{source.addr_spec}?subject={quote(f'unsubscribe {report.client} weekly')}>"
    mail.set_content(report.text, charset="utf-8", cte="base64")
    mail.add_alternative(report.html, subtype="html", charset="utf-8", cte="base64")
    mail["Content-Language"] = report.language  # set last: earlier it would move into the text part
    return mail


def message_id(report: Report, recipient: str, domain: str, edition: int = 1) -> str:
    """The same for the same report and recipient, whoever sends it and however often: mailboxes show it once."""
    identity = "\0".join((report.client, "weekly", report.period_start, report.period_end, str(edition), recipient.lower()))
    return f"<{hashlib.sha256(identity.encode()).hexdigest()[:32]}@{domain}>"


def address(text: str) -> Address:
    """Raises: ReportError: not exactly one mail address; letters beyond ASCII may stand in the name only (domains: punycode)."""
    name, spec = parseaddr(text) if "<" in text else ("", text)
    try:
        if one_line(text) != text:
            raise ValueError
        parsed = Address(display_name=name, addr_spec=spec)
        if not parsed.username or not parsed.domain or not parsed.addr_spec.isascii():
            raise ValueError
    except (ValueError, IndexError, HeaderParseError):
        raise ReportError(
            f"{one_line(text)!r} is not a mail address (in ASCII). Mend `recipients` in the client's YAML, or DAIYUN_MAIL_FROM."
        ) from None
    return parsed


def one_line(text: str) -> str:
    """Without line breaks and other control characters, which would start a header of their own."""
    return " ".join("".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text).split())
