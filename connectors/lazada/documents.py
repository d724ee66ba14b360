"""Lazada's records with the zone and currency of their site; and its many spellings of yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors import documents
from connectors.lazada.sites import SITES


class Documents(documents.Documents):
    """The records of one part of some pages, in order, and for each the site and group of its page."""

    @property
    def zones(self) -> list[str]:
        return [SITES[site].zone for site in self.sites]

    @property
    def currencies(self) -> list[str]:
        return [SITES[site].currency for site in self.sites]


def truths(values: Sequence[Any]) -> list[bool]:
    """Flags sent as true, "true", 1 or "1"; anything else is false."""
    return [value is True or value == 1 or str(value).lower() in ("1", "true") for value in values]
