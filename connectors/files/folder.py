"""Files people drop: which lie there, whether one is whole by now, when it counts as come, and what was noted about the read ones."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.contract import Window

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
INSTANT = timedelta(microseconds=1)


def candidates(folder: Path) -> list[Path]:
    """No hidden and no unfinished files, and no links: one could lead into another brand's folder."""
    there = [path for path in (folder.iterdir() if folder.is_dir() else ()) if path.is_file() and not path.is_symlink()]
    return [path for path in there if not path.name.startswith((".", "~$")) and not path.name.endswith(UNFINISHED)]


def taken(path: Path) -> tuple[bytes, datetime] | None:
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


def arrival(dated: datetime, noted_at: datetime | None, window: Window, now: datetime) -> datetime:
    """When a file counts as come: as noted at its first reading, else by its own date, else (too old, or ahead of us) now."""
    if noted_at is not None:
        return noted_at
    return dated if window.start <= dated <= now else window.end - INSTANT


def read_json_note(file: Path) -> dict[str, Any]:
    """A note beside the files; empty where there is none that can be read."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def write_json_note(file: Path, told: Mapping[str, Any]) -> None:
    """Write a note whole or not at all. In a folder nobody may write to it is left out."""
    with contextlib.suppress(OSError):
        fresh = file.with_suffix(".tmp")
        fresh.write_text(json.dumps(told, indent=0, ensure_ascii=False), encoding="utf-8")
        fresh.replace(file)
