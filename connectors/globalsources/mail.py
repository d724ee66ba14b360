"""A notification mail → one row: its text, as one of the account's templates reads it. Nothing in it is opened, run or fetched."""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

from connectors.files.headers import Grid
from connectors.files.tabular import Unreadable
from connectors.globalsources.account import Account
from connectors.globalsources.cells import Cells

ENOUGH = 0.8  # of a template's required fields
LARGEST_BYTES = 10_000_000
LONGEST_TEXT = 200_000
ATTACHMENTS = frozenset((
    "application/pdf", "image/png", "image/jpeg", "image/gif", "text/csv", "text/plain", "text/calendar",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
))
SKIPPED = ("script", "style", "head", "title")
BREAKS = ("p", "div", "br", "tr", "li", "table", "h1", "h2", "h3", "h4", "ul", "ol")


class Drifted(Unreadable):
    """No template finds enough of its fields: the platform writes its mails otherwise by now."""


class Unwelcome(Unreadable):
    """A mail that is set aside unread: too large, damaged, or with something attached that is on no list."""


def parse(body: bytes) -> EmailMessage:
    """Raises Unwelcome."""
    if len(body) > LARGEST_BYTES:
        raise Unwelcome(f"the mail has {len(body)} bytes, more than the {LARGEST_BYTES} that are read")
    try:
        message = BytesParser(policy=policy.default).parsebytes(body)
        parts = list(message.walk())
    except (MessageError, ValueError, LookupError, AttributeError, IndexError, RecursionError) as error:
        raise Unwelcome(f"it is no mail that can be read ({type(error).__name__})") from None
    if not message.keys() or message["From"] is None:
        raise Unwelcome("it is no mail: it has no sender")
    strange = sorted({part.get_content_type() for part in parts if _is_attached(part)} - ATTACHMENTS)
    if strange:
        raise Unwelcome(f"something is attached that is on no list of ours: {', '.join(strange)}")
    return message


def _is_attached(part: EmailMessage) -> bool:
    is_shown = part.get_content_type() in ("text/plain", "text/html") and part.get_content_disposition() != "attachment"
    return not part.is_multipart() and not is_shown


def read_mail(body: bytes, entity: str, made_at: datetime, account: Account) -> Cells:
    """One row, at line 1. Whose mail it is was judged before it was landed (:mod:`connectors.globalsources.trust`).

    Raises:
        Drifted: no template of the entity finds 80 % of its required fields.
    """
    message = parse(body)
    shown = text_of(message)
    readings = [(template, template.read(shown)) for template in account.book.templates_of(entity)]
    if not readings:
        raise Drifted(f"there is no template for {entity}")
    template, found = max(readings, key=lambda pair: pair[0].share(pair[1]))
    if template.share(found) < ENOUGH:
        lost = ", ".join(name for name in template.required if name not in found)
        raise Drifted(
            f"the best template for it, '{template.name}' version {template.version}, finds {template.share(found):.0%} of its required "
            f"fields (not {lost}); write a new version into the account's mapping.yaml and move the file back to the inbox"
        )
    sent = sent_at(message)
    told = {"received_at": sent.isoformat() if sent else None, "subject": str(message["Subject"] or "").strip() or None}
    row = {name: value for name, value in told.items() if value} | found
    names = list(row)
    grid = Grid({name: place for place, name in enumerate(names)}, [list(row.values())], [1], len(names), 0)
    return Cells(grid, min(made_at, sent or made_at), account.zone)  # an export that knows more is newer, whenever the mail was saved


def sent_at(message: EmailMessage) -> datetime | None:
    """By its own Date."""
    try:
        sent = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError, IndexError):
        return None
    return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)


def text_of(message: EmailMessage) -> str:
    """What a person would read: the plain text, else the HTML's; blanks made even, line by line."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, ValueError, AttributeError):  # an encoding nobody knows
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    content = content if isinstance(content, str) else ""
    plain = _unmarked(content) if part.get_content_type() == "text/html" else content
    return "\n".join(" ".join(line.split()) for line in plain[:LONGEST_TEXT].splitlines())


def _unmarked(html: str) -> str:
    reader = _Text()
    reader.feed(html[: 4 * LONGEST_TEXT])
    reader.close()
    return "".join(reader.pieces)


class _Text(HTMLParser):
    """A row of a table becomes a line, its cells parted by a blank."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in SKIPPED
        self.pieces.append("\n" if tag in BREAKS else " " if tag in ("td", "th") else "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in SKIPPED))
        self.pieces.append("\n" if tag in BREAKS else "")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(" ".join(data.split("\n")))
