"""Where each published sample record ended: in its table, or in quarantine with a reason; anywhere else it is lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import requests
from sqlalchemy import Connection, Engine, func, select

from connectors import registry
from connectors.contract import Endpoint
from pipeline.clients import Client
from warehouse import quarantine
from warehouse.database import client_session
from warehouse.merge import stored_ids
from warehouse.tables import metadata

FOLLOW = ("parent_quarantined", "child_quarantined")  # held back with the row that broke a rule
NAMELESS = "a record without an id"


def account(engine: Engine, clients: Sequence[Client], sandbox: Mapping[str, Any]) -> dict[str, Any]:
    """What became of every record the sample server says it served.

    Returns:
        ``samples``: shop → entity → ``served``, ``stored``, ``quarantined`` (counts of records), ``lost`` (ids), ``reasons``.
        ``sample_rows``: shop → table → ``stored``, ``quarantined`` (rows).
        ``sample_faults``: one entry a quarantined row that broke a rule itself: ``marketplace``, ``shop``, ``table``, ``record``,
        ``reasons``, ``gap`` (what of it is not published, so that it could not be whole; None: the sample itself breaks the rule).
        ``sample_markets``: marketplace → records and rows, added up (see ``by_marketplace``).
        ``looked_into``: vendor → what its descriptions hold of examples.
    """
    answer = requests.get(sandbox["expected"], timeout=30)
    answer.raise_for_status()
    owners = {entry.name: (client.name, entry.marketplace) for client in clients for entry in client.shops}
    found: dict[str, Any] = {"samples": {}, "sample_rows": {}, "sample_faults": [], "looked_into": sandbox["looked_into"]}
    for shop, served in answer.json().items():
        client, marketplace = owners[shop]
        endpoints = registry.endpoints(marketplace)
        with client_session(engine, client) as conn:
            held = held_rows(quarantine.list_open(conn, client, shop))
            found["samples"][shop] = {
                entity: _entity(conn, client, shop, endpoints[entity], ids, held) if entity in endpoints else _unread(ids)
                for entity, ids in served.items()
            }
            found["sample_rows"][shop] = _rows(conn, client, shop, endpoints.values(), held)
        gaps = sandbox["gaps"].get(shop, {})
        found["sample_faults"] += [{"marketplace": marketplace, "shop": shop, **told} for told in _faults(endpoints, held, gaps)]
    found["sample_markets"] = by_marketplace(found, {shop: marketplace for shop, (_, marketplace) in owners.items()})
    return found


def held_rows(open_rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Open quarantine, which is a line a broken rule, as one entry a row: ``table``, ``key``, ``row`` (both read), ``rules``.

    Two rows of one key are two: a marketplace may tell the same id twice.
    """
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in open_rules:
        place = (line["table_name"], line["landing_ref"] or "", line["key"] or "", line["row"] or "")
        entry = {"table": line["table_name"], "key": json.loads(line["key"] or "{}"), "row": json.loads(line["row"] or "{}"), "rules": []}
        found.setdefault(place, entry)["rules"].append((line["rule"], _reason(line)))
    return list(found.values())


def _reason(line: Mapping[str, Any]) -> str:
    return f"{line['rule']}: {line['column_name'] or 'row'} {line['value'] or ''}".strip()


def _entity(
    conn: Connection, client: str, shop: str, endpoint: Endpoint, ids: Sequence[Any], held: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    named = Counter(str(each) for each in ids if each is not None)
    stored = stored_ids(conn, endpoint.tables[0], endpoint.record_id, client, shop, sorted(named))
    mine = [row for row in held if row["table"] in endpoint.tables]
    counted = settled(named, sum(each is None for each in ids), stored, [record_of(row, endpoint) for row in mine])
    reasons = {reason for row in mine for rule, reason in row["rules"] if rule not in FOLLOW}
    return {"served": len(ids), **counted, "reasons": sorted(reasons)}


def _unread(ids: Sequence[Any]) -> dict[str, Any]:
    """An entity nobody reads: whatever is served of it is lost."""
    lost = [NAMELESS if each is None else str(each) for each in ids]
    return {"served": len(ids), "stored": 0, "quarantined": 0, "lost": lost, "reasons": []}


def record_of(row: Mapping[str, Any], endpoint: Endpoint) -> str | None:
    """The record a quarantined row of its first table is, by its id; "" for rows of other tables, None for one without an id."""
    if row["table"] != endpoint.tables[0]:
        return ""
    values = [row["row"].get(name) for name in endpoint.record_id.split(",")]
    return None if any(value is None for value in values) else "|".join(str(value) for value in values)


def settled(named: Mapping[str, int], nameless: int, stored: set[str], held: Sequence[str | None]) -> dict[str, Any]:
    """Each served record is stored, or quarantined, or lost; an id told twice stands in its table once at most.

    Args:
        named: id → how often it was served.
        nameless: records served without an id.
        held: the record of each quarantined row (see ``record_of``).
    """
    rows = Counter(each for each in held if each != "")
    lost: list[str] = []
    quarantined = min(nameless, rows[None])
    for record, times in named.items():
        kept = record in stored
        caught = min(times - kept, rows[record])
        quarantined += caught
        lost += [record] * (times - kept - caught)
    return {
        "stored": len(stored), "quarantined": quarantined, "lost": sorted(lost) + [NAMELESS] * max(0, nameless - rows[None]),
    }  # fmt: skip


def _rows(
    conn: Connection, client: str, shop: str, endpoints: Iterable[Endpoint], held: Iterable[Mapping[str, Any]]
) -> dict[str, dict[str, int]]:
    quarantined = Counter(row["table"] for row in held)
    found = {}
    for name in dict.fromkeys(table for endpoint in endpoints for table in endpoint.tables):
        table = metadata.tables[name]
        count = conn.execute(select(func.count()).select_from(table).where(table.c.client == client, table.c.shop == shop)).scalar_one()
        if count or quarantined[name]:
            found[name] = {"stored": count, "quarantined": quarantined[name]}
    return found


def _faults(
    endpoints: Mapping[str, Endpoint], held: Iterable[Mapping[str, Any]], gaps: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """The rows that broke a rule themselves; those that were only held back with them are left out."""
    entities = {table: entity for entity, endpoint in endpoints.items() for table in endpoint.tables}
    found = []
    for row in held:
        reasons = [reason for rule, reason in row["rules"] if rule not in FOLLOW]
        own = [str(value) for name, value in row["key"].items() if name not in ("client", "shop") and value is not None]
        if reasons:
            gap = _gap(row["key"], gaps.get(entities[row["table"]], {}))
            found.append({"table": row["table"], "record": "/".join(own) or NAMELESS, "reasons": reasons, "gap": gap})
    return found


def _gap(key: Mapping[str, Any], gaps: Mapping[str, str]) -> str | None:
    """The gap of the row's record, or of the record it is a part of."""
    if None in key.values() and "" in gaps:
        return gaps[""]
    return next((gaps[str(value)] for name, value in key.items() if name.endswith("_id") and str(value) in gaps), None)


def by_marketplace(told: Mapping[str, Any], marketplaces: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Marketplace → records ``served``, ``stored``, ``quarantined``, ``lost`` and rows ``rows_stored``, ``rows_quarantined``.

    Args:
        marketplaces: shop → its marketplace.
    """
    found: dict[str, Counter[str]] = {}
    for shop, entities in told["samples"].items():
        sums = found.setdefault(marketplaces[shop], Counter(dict.fromkeys(COUNTS, 0)))
        for row in entities.values():
            sums.update({name: row[name] for name in ("served", "stored", "quarantined")}, lost=len(row["lost"]))
        for rows in told["sample_rows"][shop].values():
            sums.update(rows_stored=rows["stored"], rows_quarantined=rows["quarantined"])
    return {name: dict(sums) for name, sums in found.items()}


COUNTS = ("served", "stored", "quarantined", "lost", "rows_stored", "rows_quarantined")
