"""A supplier's folder for the tests: files are laid into its inbox, and the connector reads, maps and is asked about them."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from connectors import globalsources
from connectors.contract import Credentials, Services, Shop, Window
from connectors.errors import FatalError

NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=2), NOW)
ACCOUNT = "harbor_globalsources"
TRUSTED = MappingProxyType({"mail_senders": "notify.supplier-news.example.com", "mail_authserv": "mx.agency.example.com"})


@dataclass
class Still:
    at: datetime = NOW

    def now(self):
        return self.at

    def sleep(self, seconds):
        raise AssertionError("files wait for nobody")


def pseudonym(text: str) -> str:
    return hmac.new(b"test", text.encode(), hashlib.sha256).hexdigest()[:32]


def named(entity: str, free: str = "a", suffix: str = "csv", stamp: str = "20261116T100000", account: str = ACCOUNT) -> str:
    return f"{entity}__{account}__{stamp}__{free}.{suffix}"


class Drop:
    """``drop("inquiries__….csv", content)`` lays a file there, whole for an hour."""

    def __init__(self, folder: Path, account: Mapping[str, str] = TRUSTED) -> None:
        self.client, self.folder, self.account = folder, folder / ACCOUNT, account
        self.credentials, self.clock = Credentials(str(folder), "", {}), Still()
        folder.mkdir(exist_ok=True)

    def __call__(self, name: str, content: str | bytes, at: datetime = NOW - timedelta(hours=1), where: str = "inbox") -> Path:
        file = self.folder / where / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(file, (at.timestamp(), at.timestamp()))
        return file

    @property
    def shop(self):
        shop = Shop("harbor", ACCOUNT, "globalsources", ("HK",), self.account)
        return globalsources.connect(shop, self.credentials, Services(self.clock, None, None, pseudonym=pseudonym))

    def pages(self, entity="inquiries", window=WINDOW, cursor=None):
        """What is landed, and what the night says at its end."""
        pages = []
        try:
            for page in self.shop.read(entity, window, cursor):
                pages.append(page)
        except FatalError as trouble:
            return pages, str(trouble)
        return pages, None

    def frames(self, entity="inquiries", window=WINDOW):
        pages, trouble = self.pages(entity, window)
        assert trouble is None, trouble
        return self.shop.map(entity, pages)

    def rows(self, entity="inquiries", window=WINDOW):
        return next(iter(self.frames(entity, window).values()))

    def lying(self, where: str) -> list[str]:
        return sorted(str(path.relative_to(self.folder / where)) for path in (self.folder / where).rglob("*") if path.is_file())
