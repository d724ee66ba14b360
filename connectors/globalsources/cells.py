"""The cells of one landed file, read as its account writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from connectors.columns import INSTANT
from connectors.files import drafts
from connectors.files.headers import Grid
from connectors.files.values import amount, moment
from connectors.frames import Draft
from connectors.globalsources import words
from connectors.globalsources.countries import country

DATES = ("%d-%b-%Y", "%d %b %Y", "%d-%B-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y年%m月%d日")


@dataclass(frozen=True)
class Cells:
    """
    Attributes:
        made_at: when the file was made; its rows are as new as that.
        zone: of every time in it.
    """

    grid: Grid
    made_at: datetime
    zone: ZoneInfo

    @property
    def size(self) -> int:
        return len(self.grid.rows)

    def texts(self, name: str) -> list[str | None]:
        return self.grid.column(name)

    def moments(self, name: str) -> list[datetime | None]:
        """UTC; a day alone is its start in the account's zone."""
        return [None if text is None else self.moment(text) for text in self.texts(name)]

    def moment(self, text: str) -> datetime | None:
        aware = _aware(text)
        if aware is not None:
            return aware
        local = moment(text, DATES, self.grid.serial_offset)
        return None if local is None else local.replace(tzinfo=self.zone).astimezone(UTC)

    def days(self, name: str) -> list[date | None]:
        return [None if at is None else at.astimezone(self.zone).date() for at in self.moments(name)]

    def put_moment(self, draft: Draft, name: str, field: str) -> None:
        draft.put(name, self._moments(draft, name, field))

    def put_moment_and_day(self, draft: Draft, stem: str, field: str) -> None:
        draft.put(f"{stem}_at", self._moments(draft, f"{stem}_at", field))
        draft.day(f"{stem}_date", f"{stem}_at", [self.zone.key] * self.size)

    def _moments(self, draft: Draft, name: str, field: str) -> pa.Array:
        found = self.moments(field)
        for row, (text, at) in enumerate(zip(self.texts(field), found, strict=True)):
            if text is not None and at is None:
                draft.faults.add_value(row, name, text, "is not a time")
        return pa.array(found, INSTANT)

    def put_day(self, draft: Draft, name: str, field: str) -> None:
        drafts.days(draft, name, self.texts(field), self.days(field))

    def put_texts(self, draft: Draft, **fields: str) -> None:
        """Our column = the file's field, as it is written."""
        for name, field in fields.items():
            draft.text(name, self.texts(field))

    def put_country(self, draft: Draft, name: str, field: str) -> None:
        found = [None if text is None else country(text) for text in self.texts(field)]
        for row, (text, code) in enumerate(zip(self.texts(field), found, strict=True)):
            if text is not None and code is None:
                draft.faults.add_value(row, name, text, "is not a country we know")
        draft.text(name, found)

    def put_word(self, draft: Draft, name: str, field: str, ours: Mapping[str, str], default: str | None = None) -> None:
        """``default``: what a row means that says nothing."""
        told = [default if word is None else word for word in words.keys(self.texts(field))]
        draft.word(name, told, ours, required=default is not None or not draft.table.by_name[name].nullable)

    def currencies(self, draft: Draft, *amount_fields: str) -> list[str | None]:
        """The row's own, else the sign of its first amount; where the two differ the row has a fault."""
        columns = [self.texts(field) for field in amount_fields]
        rows = zip(*columns, strict=True) if columns else [()] * self.size
        signs = [next((sign for text in texts if text is not None and (sign := amount(text)[1])), None) for texts in rows]
        codes = [told.upper() if told else sign for told, sign in zip(self.texts("currency"), signs, strict=True)]
        for row, (code, sign) in enumerate(zip(codes, signs, strict=True)):
            if sign is not None and code != sign:
                draft.faults.add(row, "currency", f"the row says {code}, its amount {sign}")
        return codes

    def put_amount(self, draft: Draft, name: str, field: str, codes: Sequence[str | None]) -> list[int | None]:
        texts = self.texts(field)
        drafts.amounts(draft, name, texts, [None if text is None else amount(text)[0] for text in texts], codes)
        return draft[name].to_pylist()

    def put_counts(self, draft: Draft, **fields: str) -> None:
        for name, field in fields.items():
            drafts.counts(draft, name, self.texts(field))


def _aware(text: str) -> datetime | None:
    """An instant that names its zone, as JSON files have it."""
    if "T" not in text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


@dataclass(frozen=True)
class Family:
    """Rows of a file that tell of one thing together (a contract's lines).

    Attributes:
        heads: one row a thing: what its rows agree on, at the line of its first one.
        parent: for each row of the file the head it belongs to.
        faults: head → why its rows cannot be one thing.
    """

    heads: Cells
    parent: np.ndarray
    faults: list[tuple[int, str, str]]

    def begin(self, at: int, table, shop) -> Draft:
        draft = drafts.bare(at, self.heads.grid.lines, self.heads.made_at, table, shop)
        for row, name, why in self.faults:
            draft.faults.add(row, name, why)
        return draft


def family(cells: Cells, key: str, own: Sequence[str]) -> Family:
    """Group the rows by the text of ``key``. ``own``: fields a row tells of itself alone. A row without a key stands alone."""
    places: dict[object, int] = {}
    parent = np.array([places.setdefault(text if text is not None else row, len(places)) for row, text in enumerate(cells.texts(key))], int)
    members: list[list[int]] = [[] for _ in places]
    for row, head in enumerate(parent.tolist()):
        members[head].append(row)
    shared = [name for name in cells.grid.columns if name not in own]
    faults = [(int(parent[row]), "row", why) for row, why in drafts.misshapen(cells.grid).items()]
    columns = [(name, cells.texts(name)) for name in shared]
    merged = [[_agreed(texts, rows, head, name, faults) for name, texts in columns] for head, rows in enumerate(members)]
    grid = Grid(
        {name: place for place, name in enumerate(shared)}, merged, [cells.grid.lines[rows[0]] for rows in members], len(shared),
        cells.grid.serial_offset,
    )
    return Family(replace(cells, grid=grid), parent, faults)


def _agreed(texts: Sequence[str | None], rows: Sequence[int], head: int, name: str, faults: list[tuple[int, str, str]]) -> str:
    said = list(dict.fromkeys(texts[row] for row in rows if texts[row] is not None))
    if len(said) > 1:
        faults.append((head, name, f"its {len(rows)} rows do not say the same"))
    return said[0] if said else ""
