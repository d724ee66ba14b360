"""Shops that people feed with files: how old the last one is, and what somebody has yet to upload there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.language import Language


@dataclass(frozen=True)
class HandFed:
    """
    Attributes:
        seen_at: the report's own instant.
        last_file_at: when the newest file it has told anything by was made; None: none has come yet.
        agreed: how old it may be.
        waiting: changes somebody is to upload by hand; ``due_at``: by when the first of them, ``overdue`` of them by then.
    """

    shop: str
    marketplace: str
    sites: tuple[str, ...]
    seen_at: datetime
    last_file_at: datetime | None
    agreed: timedelta
    waiting: int = 0
    overdue: int = 0
    due_at: datetime | None = None

    @property
    def is_late(self) -> bool:
        return self.last_file_at is None or self.seen_at - self.last_file_at > self.agreed


def rows(shops: Sequence[HandFed], labels: dict[str, str], zone: str, speak: Language) -> list[dict[str, object]]:
    """One line a shop, as those of the shops that are certified."""
    return [
        {"label": labels[shop.shop], "is_open": shop.is_late or bool(shop.overdue), "note": speak.say("; ").join(_notes(shop, zone, speak))}
        for shop in shops
    ]


def _notes(shop: HandFed, zone: str, speak: Language) -> list[str]:
    return [_of_files(shop, zone, speak), *([_of_tasks(shop, zone, speak)] if shop.waiting else [])]


def _of_files(shop: HandFed, zone: str, speak: Language) -> str:
    if shop.last_file_at is None:
        return speak.say("no file has come yet")
    hours, agreed = (round(span / timedelta(hours=1)) for span in (shop.seen_at - shop.last_file_at, shop.agreed))
    instant = speak.instant(shop.last_file_at, zone)
    if shop.is_late:
        return speak.say(
            "the last file is of %(instant)s, %(hours)s hours old, more than the %(agreed)s agreed",
            instant=instant, hours=speak.number(hours), agreed=speak.number(agreed),
        )
    return speak.say("the last file is of %(instant)s, %(hours)s hours old", instant=instant, hours=speak.number(hours))


def _of_tasks(shop: HandFed, zone: str, speak: Language) -> str:
    instant = speak.instant(shop.due_at, zone)
    if shop.overdue:
        return speak.say_n(
            "%(n)s change waits to be uploaded by hand and is overdue since %(instant)s",
            "%(n)s changes wait to be uploaded by hand, overdue since %(instant)s", shop.waiting, instant=instant,
        )
    return speak.say_n(
        "%(n)s change waits to be uploaded by hand until %(instant)s", "%(n)s changes wait to be uploaded by hand until %(instant)s",
        shop.waiting, instant=instant,
    )
