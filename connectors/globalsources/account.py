"""One account's settings: what its client's file says (``account: {…}``), and what lies in its folder as ``mapping.yaml``.

Whom to trust stands in the client's file, where the brand cannot write; how its exports and mails look stands in the folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from connectors.contract import Credentials, Shop
from connectors.errors import FatalError
from connectors.globalsources.book import BadBook, Book, read_book
from transforms.sites import is_zone

MAPPING = "mapping.yaml"
DEFAULT_ZONE = "Asia/Hong_Kong"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


@dataclass(frozen=True)
class Account:
    """
    Attributes:
        folder: ``<drop>/<client>/<name>``, with inbox, processing, done, rejected and out inside.
        name: as file names write it.
        platform: whose export headers and mails it has (``globalsources``, ``alibaba``).
        zone: of every day and time in its files, for they name none.
        fresh_within: how old the last file of an entity may be.
        upload_within: how long somebody may take for a manual upload.
        senders: domains whose mails are believed, if ``authserv`` (the receiving server's own name for itself) vouches for them.
        mailboxes: entity → IMAP folder.
    """

    folder: Path
    name: str
    platform: str
    zone: ZoneInfo
    fresh_within: timedelta
    upload_within: timedelta
    senders: tuple[str, ...]
    authserv: str
    mailboxes: Mapping[str, str]

    @cached_property
    def book(self) -> Book:
        """Header aliases and mail templates: the shipped ones, and this account's own before them.

        Raises:
            FatalError: the account's mapping cannot be read.
        """
        file = self.folder / MAPPING
        try:
            return _book(self.platform, file.read_text(encoding="utf-8") if file.is_file() and not file.is_symlink() else "")
        except (OSError, UnicodeDecodeError, yaml.YAMLError, BadBook) as error:
            said = str(error) if isinstance(error, BadBook) else type(error).__name__
            raise FatalError(f"globalsources, account '{self.name}': {file} cannot be read ({said}). Mend it. Not retried.") from None


@lru_cache(maxsize=16)
def _book(platform: str, mapping: str) -> Book:
    """Kept by its text: a file of some rows is read in less time than its expressions are compiled."""
    return read_book(platform, yaml.safe_load(mapping) or {})


def account_of(shop: Shop, credentials: Credentials) -> Account:
    """Raises FatalError: a setting is wrong; names it."""
    told = _Told(shop)
    name = told.text("account", shop.name)
    if not _WORD.fullmatch(name) or "__" in name:
        raise told.wrong("account", name, "letters, digits, '_' (not two in a row), '.' and '-', beginning with a letter or digit")
    zone = told.text("zone", DEFAULT_ZONE)
    if not is_zone(zone):
        raise told.wrong("zone", zone, "an IANA time zone such as Asia/Hong_Kong")
    senders = tuple(word.strip().lower() for word in told.text("mail_senders", "").split(",") if word.strip())
    for domain in senders:
        if not _DOMAIN.fullmatch(domain):
            raise told.wrong("mail_senders", domain, "domains joined by commas")
    boxes = {"inquiries": told.text("mailbox_inquiries", "INBOX"), "rfqs": told.text("mailbox_rfqs", "")}
    return Account(
        folder=Path(credentials.host) / name, name=name, platform=told.text("platform", "globalsources"), zone=ZoneInfo(zone),
        fresh_within=told.hours("freshness_sla_hours", 48), upload_within=told.hours("upload_due_hours", 24), senders=senders,
        authserv=told.text("mail_authserv", "").lower(), mailboxes={entity: box for entity, box in boxes.items() if box},
    )


@dataclass(frozen=True)
class _Told:
    shop: Shop

    def text(self, name: str, default: str) -> str:
        return str(self.shop.account.get(name, default)).strip()

    def hours(self, name: str, default: int) -> timedelta:
        text = self.text(name, str(default))
        if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) == 0:
            raise self.wrong(name, text, "a whole number of hours")
        return timedelta(hours=int(text))

    def wrong(self, name: str, value: Any, wanted: str) -> FatalError:
        return FatalError(
            f"{self.shop.marketplace}, shop '{self.shop.client}/{self.shop.name}': its setting '{name}' is {value!r}, wanted is {wanted}. "
            "Mend `account` in the client's file. Not retried."
        )
