"""Where each published sample record ended: in its table, or in quarantine with a reason; anywhere else it is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests
from sqlalchemy import Connection, Engine

from connectors import registry
from connectors.contract import Endpoint
from pipeline.clients import Client
from warehouse import quarantine
from warehouse.database import client_session
from warehouse.merge import stored_ids


def account(engine: Engine, clients: Sequence[Client], expected_url: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Shop → entity → ``served``, ``stored``, ``quarantined`` (counts), ``lost`` (ids) and ``reasons``.

    The sample server says which ids it served; a record published without an id counts by its quarantined place.
    """
    served = requests.get(expected_url, timeout=30).json()
    owners = {entry.name: (client.name, entry.marketplace) for client in clients for entry in client.shops}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for shop, entities in served.items():
        client, marketplace = owners[shop]
        with client_session(engine, client) as conn:
            endpoints = registry.endpoints(marketplace)
            found[shop] = {
                entity: _entity(conn, client, shop, endpoints[entity], ids) for entity, ids in entities.items() if entity in endpoints
            }
    return found


def _entity(conn: Connection, client: str, shop: str, endpoint: Endpoint, ids: Sequence[str | None]) -> dict[str, Any]:
    named = {str(each) for each in ids if each is not None}
    nameless = sum(each is None for each in ids)
    stored = stored_ids(conn, endpoint.tables[0], endpoint.record_id, client, shop, sorted(named))
    held = [row for row in quarantine.list_open(conn, client, shop) if row["table_name"] == endpoint.tables[0]]
    held_ids = {each for each in named if any(f'"{each}"' in (row["row"] or "") for row in held)}
    held_places = {row["landing_ref"] for row in held if not any(f'"{each}"' in (row["row"] or "") for each in named)}
    return {
        "served": len(ids),
        "stored": len(stored),
        "quarantined": len(held_ids - stored) + min(nameless, len(held_places)),
        "lost": sorted(named - stored - held_ids) + ["a record without an id"] * max(0, nameless - len(held_places)),
        "reasons": sorted({_reason(row) for row in held}),
    }


def _reason(row: Mapping[str, Any]) -> str:
    return f"{row['rule']}: {row['column_name'] or 'row'} {row['value'] or ''}".strip()
