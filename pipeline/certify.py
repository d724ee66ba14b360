"""certify: the ids the marketplace sent, counted without the mapping, against what is stored or quarantined."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from connectors.contract import Endpoint
from pipeline.opened import OpenShop, clock, landing
from pipeline.pull import history_of
from pipeline.validate import page_chunks
from transforms.checks import BatchFacts, batch_findings
from transforms.tables import CANONICAL
from warehouse import ledger, quarantine
from warehouse.merge import gone_since, newest_change, retire_absent, stored_ids

log = logging.getLogger(__name__)
TABLE = "quarantined from"  # no column is called so
SHOWN_IDS = 20  # ids an operator wants to see in a certificate; the rest is a number


@dataclass(frozen=True)
class Proof:
    """What was counted. ``vendor_count``: the marketplace's own number of records, where it gives one."""

    announced: set[str]
    stored: set[str]
    quarantined: set[str]
    vendor_count: int | None

    @property
    def missing(self) -> list[str]:
        return sorted(self.announced - self.stored - self.quarantined)

    def fault(self) -> str | None:
        """None when complete, else why not."""
        if self.missing:
            shown = ", ".join(self.missing[:SHOWN_IDS])
            return f"{len(self.missing)} of {len(self.announced)} records are neither stored nor quarantined: {shown}"
        if self.vendor_count is not None and self.vendor_count != len(self.announced):
            return (
                f"the marketplace counted {self.vendor_count} records and {len(self.announced)} different ones arrived; "
                "it changed while it was read, or a page is missing: the next run reads the window again"
            )
        return None


def certify_pull(opened: OpenShop, endpoint: Endpoint, pull: ledger.Pull) -> str | None:
    """Write the pull's certificate and, when it is good, move the watermark; return why it is not, or None."""
    held = _rows_quarantined(opened, pull)
    proof = count(opened, endpoint, pull, held)
    fault = proof.fault()
    figures = (len(proof.announced), len(proof.stored - proof.quarantined), len(proof.quarantined))
    log.info("%s: %d announced, %d stored, %d quarantined: %s", pull.entity, *figures, fault or f"proven until {pull.window_end}")
    with opened.session() as conn:
        if fault is None:
            _retire(conn, opened, endpoint, pull, held)
        ledger.certify(
            conn,
            pull.pull_id,
            announced=len(proof.announced),
            stored=len(proof.stored - proof.quarantined),
            quarantined=len(proof.quarantined),
            missing=proof.missing,
            is_certified=fault is None,
            reason=fault or _remarks(conn, opened, endpoint, len(proof.announced), pull),
            history_from=_history_from(endpoint),
        )
    return fault


def _history_from(endpoint: Endpoint) -> datetime | None:
    """A snapshot shows everything whatever its window; anything else owes the whole history first."""
    return None if endpoint.incremental == "snapshot" else clock().now() - history_of(endpoint)


def _remarks(conn, opened: OpenShop, endpoint: Endpoint, records: int, pull: ledger.Pull) -> str | None:
    """What a person should look at though nothing is missing: far more or fewer records than usual, or nothing new for long;
    and what the connector itself finds worth saying of these pages."""
    owner = opened.client.name, opened.name
    usual = ledger.usual_counts(conn, *owner, endpoint.entity)
    newest = newest_change(conn, endpoint.tables[0], *owner) if endpoint.fresh_within else None
    facts = BatchFacts(now=clock().now(), count=records, usual_counts=usual, newest=newest, fresh_within=endpoint.fresh_within)
    found = batch_findings(endpoint.entity, facts)
    for finding in found:
        log.warning("client %s, shop %s: %s", opened.client.name, opened.name, finding.message)
    told = getattr(opened.connector, "remarks", None)
    said = [line for chunk in page_chunks(pull) for line in told(endpoint.entity, chunk.pages, clock().now())] if told else []
    return "; ".join([*(finding.message for finding in found), *said]) or None


def count(opened: OpenShop, endpoint: Endpoint, pull: ledger.Pull, held: list[dict]) -> Proof:
    """Count both sides; what was merged is looked up in the tables themselves, not in the merge's own figures."""
    announced: set[str] = set()
    for chunk in page_chunks(pull):
        announced.update(opened.connector.record_ids(endpoint.entity, chunk.pages))
    table, owner = endpoint.tables[0], (opened.client.name, opened.name)
    names = list(dict.fromkeys((*endpoint.record_id.split(","), *CANONICAL[table].key)))
    delivered = [frames[table][names] for frames in landing().read_batches(pull.ref) if table in frames]
    rows = pd.concat([CANONICAL[table].empty()[names], *delivered], ignore_index=True)
    with opened.session() as conn:
        stored = stored_ids(conn, table, endpoint.record_id, *owner, _ids_in(rows, endpoint.record_id))
        if table in endpoint.retires:  # an old snapshot may be certified after a newer one
            absent = rows[~rows[endpoint.record_id].isin(stored)]
            stored |= set(gone_since(conn, table, *owner, absent)[endpoint.record_id])
    return prove(endpoint, announced, stored, held, pull.announced)


def prove(endpoint: Endpoint, announced: set[str], stored: set[str], held: list[dict], vendor_count: int | None) -> Proof:
    """A record that carries no id was announced and is quarantined all the same: it counts by where it lies in the landing."""
    named = [(row, id_of(row, endpoint.record_id)) for row in held]
    quarantined = {number for _, number in named if number is not None}
    nameless = {
        f"without {endpoint.record_id} at {row['landing_ref']}"
        for row, number in named
        if row[TABLE] == endpoint.tables[0] and number is None
    }
    return Proof(announced | nameless, stored & announced, (quarantined & announced) | nameless, vendor_count)


def id_of(row: Mapping[str, Any], record_id: str) -> str | None:
    """A row's value of ``Endpoint.record_id``; None where a part of it is missing."""
    values = [row.get(name) for name in record_id.split(",")]
    return None if None in values else "|".join(map(str, values))


def _ids_in(rows: pd.DataFrame, record_id: str) -> list[str]:
    columns = (rows[name].tolist() for name in record_id.split(","))
    return ["|".join(map(str, values)) for values in zip(*columns, strict=True)]


def _rows_quarantined(opened: OpenShop, pull: ledger.Pull) -> list[dict]:
    """Each row as it was mapped, and under ``TABLE`` which table's it is."""
    with opened.session() as conn:
        return [{**json.loads(row["row"]), TABLE: row["table_name"]} for row in quarantine.of_pull(conn, pull.pull_id)]


def _retire(conn, opened: OpenShop, endpoint: Endpoint, pull: ledger.Pull, held: list[dict]) -> None:
    """Rows a complete snapshot did not show are gone; a quarantined row was shown, so it retires nothing."""
    shown: dict[str, list[pd.DataFrame]] = {table: [] for table in endpoint.retires}
    for frames in landing().read_batches(pull.ref):
        for table in shown:
            if table in frames:
                shown[table].append(frames[table][[*CANONICAL[table].key, "seen_at"]])
    for table, scope in endpoint.retires.items():
        mine = [row for row in held if row[TABLE] == table]
        if any(row.get(name) is None for row in mine for name in CANONICAL[table].key):
            log.warning("%s: nothing is retired, for a quarantined row does not say which one it is", table)
            continue
        dated = [*CANONICAL[table].key, "seen_at"]
        rows = pd.DataFrame([{name: row.get(name) for name in dated} for row in mine], columns=dated)
        rows["seen_at"] = pd.to_datetime(rows["seen_at"], utc=True, format="ISO8601")  # undated, newer snapshots' rows would go too
        empty = CANONICAL[table].empty()[dated]
        keys = pd.concat([empty, *shown[table], rows.astype(empty.dtypes)], ignore_index=True)
        retire_absent(conn, table, opened.client.name, opened.name, dict(scope), keys, _taken_at(pull))


def _taken_at(pull: ledger.Pull) -> datetime | None:
    """When the pull's first page arrived."""
    first = next(landing().read_pages(pull.ref, pull.attempt, expected=pull.pages), None)
    return first.received_at if first else None
