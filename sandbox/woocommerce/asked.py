"""The arguments of a list as WordPress reads them: what is malformed is refused by name, what is unknown is ignored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar

from sandbox.woocommerce import ids
from sandbox.woocommerce.refusals import Invalid

ORDER_WORDS = (
    "any", "trash", "auto-draft", "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft",
)
PRODUCT_WORDS = ("any", "future", "trash", "draft", "pending", "private", "publish")
REVIEW_WORDS = ("all", "hold", "approved", "spam", "trash")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_DATES = ("after", "before", "modified_after", "modified_before")
Row = TypeVar("Row")


@dataclass(frozen=True)
class Kind:
    """What one kind of list understands. ``dates``: which of the date filters; ``sorts``: the words of ``orderby``."""

    words: Sequence[str]
    sorts: Sequence[str]
    dates: Sequence[str] = _DATES
    knows_gmt: bool = True
    default_status: str = "any"
    takes_several: bool = False


KINDS = {
    "orders": Kind(ORDER_WORDS, ("date", "id", "include", "title", "slug", "modified"), takes_several=True),
    "refunds": Kind(("any",), ("date", "id", "include", "title", "slug", "modified")),
    "products": Kind(
        PRODUCT_WORDS, ("date", "id", "include", "title", "slug", "modified", "popularity", "rating", "menu_order", "price")),
    "variations": Kind(PRODUCT_WORDS, ("date", "id", "include", "title", "slug", "modified", "menu_order")),
    "reviews": Kind(REVIEW_WORDS, ("date", "date_gmt", "id", "include", "product"), _DATES[:2], False, "approved"),
}


class Asked:
    """One list's arguments, checked.

    ``more_words``: order statuses plugins of this shop brought along. ``zone``: its clock, where it is no store of the world's.
    """

    def __init__(
        self, shop: str, kind: str, given: Mapping[str, str], more_words: Iterable[str] = (), zone: tzinfo | None = None,
    ) -> None:
        self.kind, self._given, self._zone = KINDS[kind], given, zone or ids.setup(shop).zone
        self._words = (*self.kind.words, *more_words)
        self._faults: dict[str, tuple[str, str, object]] = {}
        self.page = self._whole("page", 1, 1, None)
        self.per_page = self._whole("per_page", 10, 1, 100)
        self.offset = self._whole("offset", None, 0, None)
        self.order = self._one_of("order", ("asc", "desc"), "desc")
        self.orderby = self._one_of("orderby", self.kind.sorts, "date_gmt" if kind == "reviews" else "date")
        self.include = self._numbers("include")
        self.exclude = self._numbers("exclude")
        self.statuses = self._statuses()
        self.dates = {name: given[name] for name in self.kind.dates if given.get(name)}
        for name, text in self.dates.items():
            self._check_date(name, text)
        if self._faults:
            raise Invalid(self._faults)

    def text(self, name: str) -> str:
        return self._given.get(name, "")

    def is_inside(self, created: datetime, modified: datetime) -> bool:
        """Bounds are exclusive and coarse by a second. They are compared with the store's own clock, or with GMT's under
        ``dates_are_gmt``; a bound with a zone is first written in the store's own, whatever the flag says."""
        by_gmt = self.kind.knows_gmt and self.text("dates_are_gmt") in ("true", "1")
        zone = UTC if by_gmt else self._zone
        for name, text in self.dates.items():
            at = (modified if name.startswith("modified") else created).astimezone(zone).replace(tzinfo=None, microsecond=0)
            bound = datetime.fromisoformat(text)
            if bound.tzinfo:
                bound = bound.astimezone(self._zone).replace(tzinfo=None)
            if not (at > bound if name.endswith("after") else at < bound):
                return False
        return True

    def cut(self, rows: Sequence[Row], number: Callable[[Row], int], when: Mapping[str, Callable[[Row], Any]]) -> tuple[list[Row], int]:
        """The page of the wanted rows in the wanted order, and how many there are; behind the last page there is nothing."""
        rows = [row for row in rows if (not self.include or number(row) in self.include) and number(row) not in self.exclude]
        by = when.get(self.orderby, number)
        rows.sort(key=lambda row: (by(row), number(row)), reverse=self.order == "desc")
        start = (self.page - 1) * self.per_page if self.offset is None else self.offset
        return rows[start: start + self.per_page], len(rows)

    def _whole(self, name: str, default: int | None, least: int, most: int | None) -> int | None:
        text = self._given.get(name, "")
        if not text:
            return default
        if not re.fullmatch(r"-?\d+", text, re.ASCII):
            self._faults[name] = ("rest_invalid_type", f"{name} is not of type integer.", {"param": name})
        elif most is not None and not least <= int(text) <= most:
            self._faults[name] = ("rest_out_of_bounds", f"{name} must be between {least} (inclusive) and {most} (inclusive)", None)
        elif int(text) < least:
            self._faults[name] = ("rest_out_of_bounds", f"{name} must be greater than or equal to {least}", None)
        else:
            return int(text)
        return default

    def _one_of(self, name: str, words: Sequence[str], default: str) -> str:
        text = self._given.get(name, "") or default
        if text not in words:
            self._faults[name] = ("rest_not_in_enum", f"{name} is not one of {', '.join(words[:-1])}, and {words[-1]}.", None)
        return text

    def _numbers(self, name: str) -> set[int]:
        parts = [part.strip() for part in self._given.get(name, "").split(",") if part.strip()]
        if not all(part.isdecimal() for part in parts):
            self._faults[name] = ("rest_invalid_type", f"{name}[0] is not of type integer.", {"param": f"{name}[0]"})
            return set()
        return {int(part) for part in parts}

    def _statuses(self) -> set[str]:
        text = self._given.get("status", "") or self.kind.default_status
        words = text.split(",") if self.kind.takes_several else [text]
        for place, word in enumerate(words):
            if word not in self._words:
                name = f"status[{place}]" if self.kind.takes_several else "status"
                said = f"{name} is not one of {', '.join(self._words[:-1])}, and {self._words[-1]}."
                self._faults["status"] = ("rest_not_in_enum", said, None)
        return set(words)

    def _check_date(self, name: str, text: str) -> None:
        try:
            is_date = bool(_STAMP.fullmatch(text)) and bool(datetime.fromisoformat(text))
        except ValueError:
            is_date = False
        if not is_date:
            self._faults[name] = ("rest_invalid_date", "Invalid date.", None)
