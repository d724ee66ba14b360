"""The files of one folder: which a window reads, what was read before, and the reason beside a refused one.

A file belongs to the window its own date lies in. One that turns up later, with an older date or one in the future,
belongs to the window that finds it; that its bytes were read is noted in ``.read-by-<shop>.json`` beside the files, so that
a copy of them under any name is not read again. Losing that note costs a second reading, which changes nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from connectors.contract import Window
from connectors.files.folder import arrival, candidates, read_json_note, taken, write_json_note

REASON = ".rejected.txt"


@dataclass(frozen=True)
class Dropped:
    """A file as it lies there. ``arrived_at``: the instant a window reads it by."""

    name: str
    sha256: str
    modified_at: datetime
    arrived_at: datetime
    body: bytes = field(repr=False)


def files(folder: Path, shop: str, window: Window, now: datetime, done: Mapping[str, str]) -> Iterator[Dropped]:
    """Files of the window, oldest first, whose bytes are not among ``done`` (sha256 → arrival) and not told twice."""
    noted, seen = read_note(folder, shop), set(done)
    there = [path for path in candidates(folder) if not path.name.endswith(REASON)]
    for path in sorted(there, key=lambda path: (path.stat().st_mtime, path.name)):
        found = taken(path)
        if found is None:
            continue
        body, changed = found
        digest = hashlib.sha256(body).hexdigest()
        came = arrival(changed, noted.get(digest), window, now)
        if digest not in seen and window.start <= came < window.end:
            yield Dropped(path.name, digest, changed, came, body)
        seen.add(digest)


def read_note(folder: Path, shop: str) -> dict[str, datetime]:
    """sha256 → arrival of what this shop has read from the folder; empty where there is no readable note."""
    try:
        return {digest: datetime.fromisoformat(at) for digest, at in read_json_note(_note(folder, shop)).items()}
    except (ValueError, TypeError):
        return {}


def note(folder: Path, shop: str, read: Mapping[str, str]) -> None:
    """Add what has landed for certain."""
    known = {digest: at.isoformat() for digest, at in read_note(folder, shop).items()}
    if not read.items() <= known.items():
        write_json_note(_note(folder, shop), {**read, **known})


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
