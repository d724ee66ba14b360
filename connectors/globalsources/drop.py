"""The account's folder: ``inbox`` → ``processing`` → ``done/<day>`` or ``rejected``, the note of what was read, and ``out``.

A file moves by rename, within one folder tree, so that a kill leaves it in one place or the other. ``.read.json`` notes by the
file's hash when it counts as come and where it lies now: the same bytes under any name are read once, and a window that is
read again (a backfill, a pull that was stopped) finds in ``done`` what belongs to it. Losing the note costs a second reading,
which changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.contract import Window
from connectors.files.folder import candidates, read_json_note, taken, write_json_note
from connectors.globalsources.account import Account
from connectors.globalsources.names import MANIFEST, BadName, FileName, manifests_of, read_name

FOLDERS = ("inbox", "processing", "done", "rejected", "out")
REASON = ".reason.json"
STABLE = timedelta(seconds=60)
REFUSED, ASIDE, MENDED = "refused", "aside", "mended"


@dataclass(frozen=True)
class Noted:
    """A file read before. ``message``: hash of a mail's own number."""

    arrived_at: datetime
    made_at: datetime
    path: str
    entity: str
    message: str | None = None


@dataclass(frozen=True)
class Waiting:
    """A file as it lies there. ``is_new``: in the inbox or in processing, not in ``done``."""

    path: Path
    name: FileName
    sha256: str
    is_new: bool
    body: bytes = field(repr=False)


class Drop:
    def __init__(self, account: Account) -> None:
        self._account = account
        self.folder = account.folder
        self.noted = self._read_note()

    def prepare(self) -> None:
        """Raises OSError: the folder cannot be made or written to."""
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def waiting(self, entity: str, window: Window, now: datetime) -> Iterator[Waiting]:
        """Files of the entity, the older first: those of the window that lie in ``done``, those a kill left, those that came.

        One written to within the last minute, or while it is read, is left for the next time.
        """
        old = [
            (noted.made_at, self.folder / noted.path, FileName(noted.entity, noted.made_at, Path(noted.path).suffix[1:].lower()), False)
            for noted in self.noted.values() if noted.entity == entity and window.start <= noted.arrived_at < window.end
        ]
        new = [(name.made_at, path, name, True) for path, name in self._named() if name.entity == entity and self._is_stable(path, now)]
        for _, path, name, is_new in sorted(old + new, key=lambda each: (each[0], each[1].name, each[3])):
            found = taken(path) if not path.is_symlink() else None
            if found is not None:
                yield Waiting(path, name, hashlib.sha256(found[0]).hexdigest(), is_new, found[0])

    def misnamed(self, now: datetime) -> Iterator[tuple[Path, str]]:
        """Files whose name keeps to no contract, and what is wrong with it."""
        for path in self._lying():
            try:
                read_name(path.name, self._account.name, self._account.zone)
            except BadName as error:
                if self._is_stable(path, now):
                    yield path, str(error)

    def _named(self) -> Iterator[tuple[Path, FileName]]:
        for path in self._lying():
            try:
                yield path, read_name(path.name, self._account.name, self._account.zone)
            except BadName:
                continue

    def _lying(self) -> list[Path]:
        """Without manifests: they go with their files."""
        there = [path for name in ("inbox", "processing") for path in candidates(self.folder / name)]
        return sorted(path for path in there if not path.name.endswith(MANIFEST))

    def _is_stable(self, path: Path, now: datetime) -> bool:
        try:
            return abs(now.timestamp() - path.stat().st_mtime) >= STABLE.total_seconds()
        except OSError:
            return False

    def manifest(self, path: Path) -> tuple[Path, Any] | None:
        """The file's manifest, wherever the two have got to, and what it says (None: nothing readable)."""
        for folder in dict.fromkeys((path.parent, self.folder / "inbox", self.folder / "processing")):
            for name in manifests_of(path.name):
                there = folder / name
                if there.is_file() and not there.is_symlink():
                    return there, read_json_note(there) or None
        return None

    def claim(self, file: Waiting) -> Path:
        """Into ``processing``. Raises FileNotFoundError: another process has taken it."""
        return self._move(file.path, self.folder / "processing") if file.is_new else file.path

    def finish(self, path: Path, now: datetime, digest: str, noted: Noted | None) -> None:
        """Its page has landed (or another file's same bytes have): into ``done``, and noted."""
        day = self.folder / "done" / f"{now.astimezone(self._account.zone):%Y-%m-%d}"
        day.mkdir(exist_ok=True)
        manifest = self.manifest(path)
        there = self._move(path, day)
        if manifest is not None:
            self._move(manifest[0], day)
        if noted is not None:
            self.noted[digest] = Noted(noted.arrived_at, noted.made_at, str(there.relative_to(self.folder)), noted.entity, noted.message)
            self._write_note()
        self._mend(path.name)

    def reject(self, path: Path, kind: str, entity: str | None, why: str, now: datetime) -> None:
        """Out of the way, with its manifest, and the reason beside it."""
        manifest = self.manifest(path)
        there = self._move(path, self.folder / "rejected")
        if manifest is not None:
            self._move(manifest[0], self.folder / "rejected")
        told = {"file": path.name, "kind": kind, "entity": entity, "reason": why, "at": now.isoformat()}
        there.with_name(there.name + REASON).write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")

    def rejected(self) -> list[Mapping[str, Any]]:
        """The reasons that lie beside files that still lie there."""
        there = sorted((self.folder / "rejected").glob("*" + REASON))
        return [read_json_note(reason) for reason in there if reason.with_name(reason.name.removesuffix(REASON)).exists()]

    def _mend(self, name: str) -> None:
        """A file of that name is whole by now: nobody need look at the rejected one any more."""
        reason = self.folder / "rejected" / (name + REASON)
        if reason.exists():
            write_json_note(reason, {**read_json_note(reason), "kind": MENDED})

    def _move(self, path: Path, folder: Path) -> Path:
        """Under its own name; a file of that name with other bytes stays, and this one gets a number."""
        there, number = folder / path.name, 2
        while there != path and there.exists() and not _same(path, there):
            there, number = folder / f"{path.stem}-{number}{path.suffix}", number + 1
        os.replace(path, there)
        return there

    def _read_note(self) -> dict[str, Noted]:
        found = {}
        for digest, told in read_json_note(self.folder / ".read.json").items():
            try:
                times = (datetime.fromisoformat(told[name]) for name in ("arrived_at", "made_at"))
                found[digest] = Noted(*times, str(told["path"]), str(told["entity"]), told.get("message"))
            except (KeyError, TypeError, ValueError):
                continue
        return found

    def _write_note(self) -> None:
        told = {
            digest: {
                "arrived_at": noted.arrived_at.isoformat(), "made_at": noted.made_at.isoformat(), "path": noted.path,
                "entity": noted.entity, **({"message": noted.message} if noted.message else {}),
            }
            for digest, noted in self.noted.items()
        }
        write_json_note(self.folder / ".read.json", told)


def _same(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
