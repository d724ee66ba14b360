"""What must outlive the sandbox's process: JSON lines, appended and flushed before the caller is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sandbox.clock import instant, iso


class Journal:
    """Rows ``{kind, at, ...}``; ``at`` is the sandbox's clock. Without a path it only remembers.

    A last line cut short by a kill was never answered to anybody: it is dropped.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._rows: list[dict[str, object]] = []
        if path and path.exists():
            whole = path.read_bytes()
            kept = whole[: whole.rfind(b"\n") + 1]
            self._rows = [json.loads(line) for line in kept.splitlines()]
            if kept != whole:
                path.write_bytes(kept)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, kind: str, row: Mapping[str, object], at: datetime) -> None:
        whole = {"kind": kind, "at": iso(at), **row}
        self._rows.append(whole)
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(whole, ensure_ascii=False) + "\n")

    def mark(self, at: datetime) -> None:
        """Write the clock down."""
        self.add("clock", {}, at)

    def rows(self, kind: str) -> list[dict[str, object]]:
        return [row for row in self._rows if row["kind"] == kind]

    def last(self, kind: str) -> dict[str, object] | None:
        return next((row for row in reversed(self._rows) if row["kind"] == kind), None)

    @property
    def last_at(self) -> datetime | None:
        """The latest clock value that was written down."""
        return max((instant(row["at"]) for row in self._rows), default=None)
