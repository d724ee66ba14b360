"""One entity of one account, read from its folder: a page a file, and at last the list of what was there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.contract import Clock, Page, Window
from connectors.files.folder import arrival
from connectors.files.tabular import Unreadable
from connectors.globalsources import manifest
from connectors.globalsources.account import Account
from connectors.globalsources.aliases import Aliases
from connectors.globalsources.cells import Cells
from connectors.globalsources.drop import ASIDE, REFUSED, Drop, Noted, Waiting
from connectors.globalsources.mail import Unwelcome, parse
from connectors.globalsources.pages import LISTING, NAMES, part_of
from connectors.globalsources.sources import read_cells
from connectors.globalsources.trust import suspicion


@dataclass
class Told:
    """What this pull has read so far: JSON-able, so that another process goes on from it.

    Attributes:
        read: sha256 → arrival.
        files: one entry a file, without its name: people write buyers into those.
    """

    read: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)

    def cursor(self) -> dict[str, Any]:
        return {"read": dict(self.read), "files": list(self.files)}


class Reading:
    def __init__(self, account: Account, entity: str, window: Window, clock: Clock, pseudonym, cursor: Mapping[str, Any] | None) -> None:
        self._account, self._entity, self._window, self._clock = account, entity, window, clock
        self._drop = Drop(account)
        self._aliases = Aliases(account, pseudonym)
        self._told = Told(dict(cursor["read"]), list(cursor["files"])) if cursor else Told()
        self.lost: dict[str, str] = {}  # files that were read once and cannot be read any more
        self._messages = {noted.message for noted in self._drop.noted.values() if noted.message}

    def pages(self) -> Iterator[Page]:
        """Everything the window has; files that cannot be read lie in ``rejected`` by then."""
        now = self._clock.now()
        for path, why in self._drop.misnamed(now):
            self._drop.reject(path, REFUSED, None, why, now)
        for file in self._drop.waiting(self._entity, self._window, now):
            yield from self._file(file)
        yield self._listing()

    def _file(self, file: Waiting) -> Iterator[Page]:
        now, noted = self._clock.now(), self._drop.noted.get(file.sha256)
        found = self._drop.manifest(file.path) if file.is_new else None
        made_at = min(manifest.exported_at(found[1]) or file.name.made_at if found else file.name.made_at, now)
        came = arrival(noted.made_at if noted else made_at, noted.arrived_at if noted else None, self._window, now)
        is_due = self._window.start <= came < self._window.end and file.sha256 not in self._told.read
        if file.is_new and (file.sha256 in self._told.read or (noted and not is_due)):  # the same bytes again, or landed before a kill
            self._drop.finish(self._drop.claim(file), now, file.sha256, None if noted else self._note(came, made_at, file, None))
        elif is_due:
            yield from self._due(file, found, came, noted.made_at if noted else made_at)

    def _due(self, file: Waiting, found: tuple[Any, Any] | None, came: datetime, made_at: datetime) -> Iterator[Page]:
        now = self._clock.now()
        try:
            path = self._drop.claim(file)
        except FileNotFoundError:  # another process was faster
            return
        try:
            message = self._believe(file) if file.name.suffix == "eml" else None
            if found:
                manifest.check_bytes(found[1], file.sha256)
            cells = read_cells(file.body, self._entity, file.name.suffix, made_at, self._account)
            manifest.check_rows(found[1] if found else None, len(cells.grid.rows))
        except Unreadable as why:
            if file.is_new:
                self._drop.reject(path, ASIDE if isinstance(why, Unwelcome) else REFUSED, self._entity, str(why), now)
            else:
                self.lost[file.path.name] = str(why)
            return
        noted = self._note(came, made_at, file, message)
        if message and file.is_new and message in self._messages:  # the same mail by another road
            self._told.read[file.sha256] = came.isoformat()
            self._drop.finish(path, now, file.sha256, noted)
            return
        yield from self._landed(file, cells, came, made_at)
        self._messages.add(message or "")
        if file.is_new:  # asked for the next page: this one has landed
            self._drop.finish(path, now, file.sha256, noted)

    def _believe(self, file: Waiting) -> str | None:
        """Hash of the mail's own number. Raises Unwelcome."""
        message = parse(file.body)
        doubt = suspicion(message, self._account.senders, self._account.authserv)
        if doubt:
            raise Unwelcome(doubt)
        number = str(message["Message-ID"] or "").strip()
        return hashlib.sha256(number.encode()).hexdigest() if number else None

    def _landed(self, file: Waiting, cells: Cells, came: datetime, made_at: datetime) -> Iterator[Page]:
        group = len(self._told.files)
        self._told.read[file.sha256] = came.isoformat()
        entry = {"sha256": file.sha256, "made_at": made_at.isoformat(), "rows": len(cells.grid.rows), "kind": file.name.suffix}
        unknown = getattr(cells.grid, "unknown", ())
        self._told.files.append({**entry, **({"unknown": list(unknown)} if unknown else {})})
        note = f"{self._entity} made {made_at:%Y-%m-%d %H:%M} UTC, {file.name.suffix}, {len(cells.grid.rows)} rows"
        known = self._aliases.learn(self._entity, cells)
        if known:
            body = json.dumps(known, ensure_ascii=False).encode()
            before = {"read": {key: at for key, at in self._told.read.items() if key != file.sha256}, "files": self._told.files[:-1]}
            yield Page(body, self._clock.now(), f"names for: {note}", part=NAMES, group=group, cursor=before)
        yield Page(
            file.body, self._clock.now(), note, part=part_of(file.name.suffix, made_at), group=group, request_id=file.sha256,
            cursor=self._told.cursor(),
        )

    def _note(self, came: datetime, made_at: datetime, file: Waiting, message: str | None) -> Noted:
        return Noted(came, made_at, file.path.name, self._entity, message)

    def _listing(self) -> Page:
        made = [noted.made_at for noted in self._drop.noted.values() if noted.entity == self._entity]
        aside = sum(told.get("kind") == ASIDE for told in self.rejections())
        listing = {
            "read": self._told.files, "last_made_at": max(made).isoformat() if made else None, "aside": aside,
            "fresh_within_hours": self._account.fresh_within.total_seconds() / 3600,
        }
        body, note = json.dumps(listing, ensure_ascii=False).encode(), f"{self._entity}: {len(self._told.files)} files"
        return Page(body, self._clock.now(), note, part=LISTING, group=len(self._told.files))

    def rejections(self) -> list[Mapping[str, Any]]:
        """What lies rejected of this entity; what names none counts with the first."""
        mine = (self._entity, None) if self._entity == "inquiries" else (self._entity,)
        return [told for told in self._drop.rejected() if told.get("entity") in mine]
