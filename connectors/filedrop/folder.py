"""The files of one folder: which a window reads, what was read before, and the reason beside a refused one.

A file belongs to the window its own date lies in. One that turns up later, with an older date or one in the future,
belongs to the window that finds it; that its bytes were read is noted in ``.read-by-<shop>.json`` beside the files, so that
a copy of them under any name is not read again. Losing that note costs a second reading, which changes nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.contract import Window

REASON = ".rejected.txt"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Dropped:
    """A file as it lies there. ``arrived_at``: the instant a window reads it by."""

    name: str
    sha256: str
    modified_at: datetime
    arrived_at: datetime
    body: bytes = field(repr=False)


def arrival(modified_at: datetime, noted_at: datetime | None, window: Window, now: datetime) -> datetime:
    """When a file counts as come: as noted at its first reading, else by its own date, else (too old, or ahead of us) now."""
    if noted_at is not None:
        return noted_at
    return modified_at if window.start <= modified_at <= now else window.end - INSTANT


def files(folder: Path, shop: str, window: Window, now: datetime, done: Mapping[str, str]) -> Iterator[Dropped]:
    """Files of the window, oldest first, whose bytes are not among ``done`` (sha256 → arrival) and not told twice."""
    noted, seen = read_note(folder, shop), set(done)
    for path in sorted(_candidates(folder), key=lambda path: (path.stat().st_mtime, path.name)):
        found = _taken(path)
        if found is None:
            continue
        body, changed = found
        digest = hashlib.sha256(body).hexdigest()
        came = arrival(changed, noted.get(digest), window, now)
        if digest not in seen and window.start <= came < window.end:
            yield Dropped(path.name, digest, changed, came, body)
        seen.add(digest)


def _candidates(folder: Path) -> list[Path]:
    """No hidden and no unfinished files, and no links: one could lead into another brand's folder."""
    there = [path for path in (folder.iterdir() if folder.is_dir() else ()) if path.is_file() and not path.is_symlink()]
    return [path for path in there if not path.name.startswith((".", "~$")) and not path.name.endswith((REASON, *UNFINISHED))]


def _taken(path: Path) -> tuple[bytes, datetime] | None:
    """A file's bytes and date; None where it is gone or was written to while it was read."""
    try:
        with path.open("rb") as handle:
            before = os.fstat(handle.fileno())
            body = handle.read()
            after = os.fstat(handle.fileno())
    except OSError:
        return None
    is_still = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, len(body))
    return (body, datetime.fromtimestamp(after.st_mtime, UTC)) if is_still else None


def read_note(folder: Path, shop: str) -> dict[str, datetime]:
    """sha256 → arrival of what this shop has read from the folder; empty where there is no readable note."""
    try:
        told = json.loads(_note(folder, shop).read_text(encoding="utf-8"))
        return {digest: datetime.fromisoformat(at) for digest, at in told.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def note(folder: Path, shop: str, read: Mapping[str, str]) -> None:
    """Add what has landed for certain. In a folder nobody may write to the note is left out."""
    known = {digest: at.isoformat() for digest, at in read_note(folder, shop).items()}
    if read.items() <= known.items():
        return
    with contextlib.suppress(OSError):
        fresh = _note(folder, shop).with_suffix(".tmp")
        fresh.write_text(json.dumps({**read, **known}, indent=0), encoding="utf-8")
        fresh.replace(_note(folder, shop))


def _note(folder: Path, shop: str) -> Path:
    return folder / f".read-by-{shop}.json"


def refuse(folder: Path, name: str, why: str) -> None:
    """Lay the reason beside the file."""
    with contextlib.suppress(OSError):
        (folder / (name + REASON)).write_text(f"{name} was not read: {why}.\n", encoding="utf-8")


def accept(folder: Path, name: str) -> None:
    """Take away the reason of an earlier refusal: the file was mended."""
    with contextlib.suppress(OSError):
        (folder / (name + REASON)).unlink(missing_ok=True)
