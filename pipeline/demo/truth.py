"""The warehouse against the sandbox's own truth: every table, row by row and field by field, without the connectors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import requests
from sqlalchemy import Engine, text

from transforms.schema import Column, Kind, Table
from transforms.tables import CANONICAL, STAGE_EVENTS, STAGE_EXCEPTIONS
from warehouse.database import client_session
from warehouse.merge_sql import row_key

PSEUDONYMS = ("buyer_key", "payer_key")
SHOWN = 20  # mismatches written out per table; all are counted


@dataclass
class Comparison:
    """``expected`` and ``found`` are row counts; ``mismatches`` counts rows missing, surplus or different."""

    expected: int
    found: int
    mismatches: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        self.mismatches += 1
        if len(self.examples) < SHOWN:
            self.examples.append(example)


def compare_all(engine: Engine, truth_url: str, shops: Collection[str] | None = None) -> dict[str, Comparison]:
    """Compare every table the sandbox knows; a table it does not speak of is an error, not a success.

    The agency's own chain is left out: its proofs are certificates, mails and fees, which happen here and not in that world.

    ``shops``: compare only their rows (None: everything, also rows of shops that do not exist).
    """
    return {
        name: compare(table, _of(shops, _truth(truth_url, name)), _of(shops, _of_the_world(table, _stored(engine, table))))
        for name, table in CANONICAL.items()
    }


def _of_the_world(table: Table, rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["mode"] != "agency"] if table in (STAGE_EVENTS, STAGE_EXCEPTIONS) else rows


def _of(shops: Collection[str] | None, rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if shops is None or row.get("shop") in (None, *shops)]


def compare(table: Table, truth: Iterable[Mapping[str, Any]], stored: Iterable[Mapping[str, Any]]) -> Comparison:
    """Count rows that differ in any field the truth states; a pseudonym matches when it stands for one identity only."""
    expected = {_key(table, row): row for row in (_canonical(table, row) for row in truth)}
    found = {_key(table, row): row for row in (_canonical(table, row) for row in stored)}
    comparison = Comparison(len(expected), len(found))
    identities = _Bijection()
    for key in sorted(expected.keys() | found.keys(), key=str):
        if key not in found:
            comparison.add(f"{key}: missing in the warehouse")
        elif key not in expected:
            comparison.add(f"{key}: only in the warehouse")
        else:
            differences = list(_differences(expected[key], found[key], identities))
            if differences:
                comparison.add(f"{key}: " + "; ".join(differences))
    return comparison


def _differences(true: Mapping[str, Any], stored: Mapping[str, Any], identities: _Bijection) -> Iterable[str]:
    for name, value in true.items():
        other = stored.get(name)
        if name in PSEUDONYMS and value is not None and other is not None:
            if not identities.holds((true.get("client"), value), other):
                yield f"{name} stands for two buyers, or two for one"
        elif value != other:
            yield f"{name}: true {value!r}, stored {other!r}"


class _Bijection:
    def __init__(self) -> None:
        self._there: dict[Any, Any] = {}
        self._back: dict[Any, Any] = {}

    def holds(self, one: Any, other: Any) -> bool:
        return self._there.setdefault(one, other) == other and self._back.setdefault(other, one) == one


def _key(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.full_key)


def _canonical(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row's fields as comparable values, whether they come from JSON or from the database."""
    return {name: _value(table.by_name[name], value) for name, value in row.items() if name in table.by_name}


def _value(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind is Kind.INSTANT:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)
    if column.kind is Kind.DAY:
        return value if isinstance(value, date) else date.fromisoformat(value)
    if column.kind is Kind.RATE:
        return Decimal(str(value)).normalize()
    return value


def _truth(url: str, name: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{url}/{name}", timeout=120)
    answer.raise_for_status()
    return answer.json()


def _stored(engine: Engine, table: Table) -> list[Mapping[str, Any]]:
    """The table's rows; where equal content was seen again under a newer version, with that version's instant.

    A child is as new as its parent: where its own content is the same in a newer version of the parent, its row is not rewritten.
    """
    with client_session(engine, "*") as conn:
        found = conn.execute(text(f"SELECT *, {row_key(table, 't')} AS row_key FROM {table.name} t")).mappings()
        rows = {_place(row): dict(row) for row in found}
        newer = text("SELECT client, shop, row_key, source_updated_at FROM confirmations WHERE table_name = :name")
        for seen in conn.execute(newer, {"name": table.name}).mappings():
            _renew(rows.get(_place(seen)), seen["source_updated_at"])
    if table.parent:
        parents = {_key(CANONICAL[table.parent], row): row["source_updated_at"] for row in _stored(engine, CANONICAL[table.parent])}
        for row in rows.values():
            _renew(row, parents.get(tuple(row[name] for name in table.full_parent_key)))
    return list(rows.values())


def _renew(row: dict[str, Any] | None, version: datetime | None) -> None:
    if row and version and "source_updated_at" in row:
        row["source_updated_at"] = max(row["source_updated_at"], version)


def _place(row: Mapping[str, Any]) -> tuple[Any, Any, str]:
    return row.get("client"), row.get("shop"), row["row_key"]
