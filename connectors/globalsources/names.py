"""A dropped file's name says what it is: ``<entity>__<account>__<yyyymmddThhmmss>__<free>.csv|xlsx|eml|json``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connectors.globalsources.endpoints import ENDPOINTS, FROM_MAIL

SUFFIXES = ("csv", "xlsx", "json", "eml")
MANIFEST = ".manifest.json"
SHAPE = "<entity>__<account>__<yyyymmddThhmmss>__<free text>." + "|".join(SUFFIXES)


class BadName(ValueError):
    """A file whose name keeps to no contract; says what is wrong with it."""


@dataclass(frozen=True)
class FileName:
    """``made_at``: the instant the name tells."""

    entity: str
    made_at: datetime
    suffix: str


def read_name(name: str, account: str, zone: ZoneInfo) -> FileName:
    """Raises BadName."""
    stem, dot, suffix = name.rpartition(".")
    parts = stem.split("__", 3)
    if not dot or len(parts) != 4 or suffix.lower() not in SUFFIXES:
        raise BadName(f"its name is not of the shape {SHAPE}")
    entity, owner, stamp, _ = parts
    if owner != account:
        raise BadName(f"it is of account '{owner}', and this folder is of '{account}'")
    if entity not in ENDPOINTS:
        raise BadName(f"'{entity}' is no kind of file; there are {', '.join(ENDPOINTS)}")
    if suffix.lower() == "eml" and entity not in FROM_MAIL:
        raise BadName(f"mails are read as {' or '.join(FROM_MAIL)} only")
    return FileName(entity, _instant(stamp, zone), suffix.lower())


def _instant(stamp: str, zone: ZoneInfo) -> datetime:
    try:
        if not re.fullmatch(r"\d{8}T\d{6}", stamp, re.ASCII):
            raise ValueError
        return datetime.strptime(stamp, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        raise BadName(f"'{stamp}' in its name is no time written yyyymmddThhmmss") from None


def named(entity: str, account: str, made_at: datetime, zone: ZoneInfo, free: str, suffix: str) -> str:
    return f"{entity}__{account}__{made_at.astimezone(zone):%Y%m%dT%H%M%S}__{free}.{suffix}"


def manifests_of(name: str) -> tuple[str, str]:
    """What a file's manifest may be called: with the file's suffix before its own, or without."""
    return name + MANIFEST, name.rpartition(".")[0] + MANIFEST
