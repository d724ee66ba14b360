"""What a manifest beside a file promises: its hash, its rows, when and by whom it was exported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.files.tabular import Unreadable

SCHEMA = "gs-drop/1"


def check_bytes(told: Any, digest: str) -> None:
    """Raises Unreadable: the file is not the one the manifest speaks of."""
    if not isinstance(told, Mapping):
        raise Unreadable("its manifest is no JSON object; write it again, or take it away")
    if told.get("schema") != SCHEMA:
        raise Unreadable(f"its manifest is of schema {told.get('schema')!r}, known is '{SCHEMA}'")
    if told.get("sha256") is not None and str(told["sha256"]).lower() != digest:
        raise Unreadable("its bytes are not those its manifest was made for; export and copy it again")


def check_rows(told: Any, rows: int) -> None:
    """Raises Unreadable: rows are missing, or there are too many."""
    if told and told.get("rows") is not None and told["rows"] != rows:
        raise Unreadable(f"its manifest counts {told['rows']} rows, {rows} are there; export it again")


def exported_at(told: Any) -> datetime | None:
    """Where it says so with a zone."""
    try:
        found = datetime.fromisoformat(str((told or {}).get("exported_at")))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
