"""What a landed page is: a file as it came, the names that go with it, or the list of what was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.contract import Page
from connectors.exact import read_json

FILE, NAMES, LISTING = "file", "names", "listing"  # parts; a file's is `file;csv;made=2026-11-16T01:00:00+00:00`


def part_of(suffix: str, made_at: datetime) -> str:
    return f"{FILE};{suffix};made={made_at.isoformat()}"


def is_file(page: Page) -> bool:
    return page.part.startswith(FILE + ";")


def suffix_of(page: Page) -> str:
    return page.part.split(";")[1]


def made_at(page: Page) -> datetime:
    """When the file was made, never later than it arrived: a sender's clock may be wrong."""
    return min(datetime.fromisoformat(page.part.partition("made=")[2]), page.received_at)


def names_for(pages: Sequence[Page]) -> dict[int, Mapping[str, str]]:
    """Group → number or natural key of an inquiry → what it is called."""
    return {page.group: read_json(page.body) for page in pages if page.part == NAMES}
