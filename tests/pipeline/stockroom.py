"""A brand of one shop over a real warehouse: its master, what its shop shows, its orders and its certificates, without a marketplace."""

from __future__ import annotations

import base64
import os
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pandas as pd
import yaml
from sqlalchemy import text

from pipeline import opened, stock
from pipeline.settings import settings
from transforms.hashing import stamp_hash
from transforms.tables import CANONICAL
from warehouse import jobs, ledger
from warehouse.database import client_session
from warehouse.merge import merge

CLIENT, SHOP = "lumora", "lumora_lazada_sg"
START = datetime(2026, 11, 1, tzinfo=UTC)


@contextmanager
def stockroom(tmp_path, database_url, monkeypatch):
    """One client with one shop of ten articles, each showing 10; ``drop`` writes its master."""
    clients = tmp_path / "clients"
    clients.mkdir()
    (clients / "lumora.yaml").write_text(
        f"name: {CLIENT}\nbrand: Lumora\nlanguage: en\ncurrency: SGD\nzone: Asia/Singapore\n"
        f"shops: [{{name: {SHOP}, marketplace: lazada, sites: [SG]}}]\n",
        encoding="utf-8",
    )
    drop = tmp_path / "drop"
    (drop / CLIENT).mkdir(parents=True)
    values = {
        "DATABASE_URL": database_url, "LANDING": str(tmp_path / "landing"), "CLIENTS": str(clients), "DROP": str(drop),
        "SECRET_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(), "CLOCK": "system",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"DAIYUN_{name}", value)
    opened.forget()
    show({f"A{n}": 10 for n in range(10)}, hour=1)
    prove(datetime.now(UTC))
    yield lambda **wanted: (drop / CLIENT / stock.MASTER).write_text(
        "sku,on hand\n" + "".join(f"{sku},{count}\n" for sku, count in wanted.items()), encoding="utf-8"
    )
    opened.engine().dispose()
    opened.forget()


def show(quantities: dict[str, int], hour: int) -> None:
    """What the shop shows, as the night's pull would have merged it."""
    at = START.replace(hour=hour)
    version = {"source_updated_at": at, "seen_at": at, "derivation": 1, "landing_ref": "p/0#0", "content_hash": 0}
    scope = {"client": CLIENT, "shop": SHOP, "site": "SG", "fulfilled_by": "seller", **version}
    listings = [{**scope, "listing_id": sku, "sku": sku, "status": "active", "status_raw": "active"} for sku in quantities]
    inventory = [{**scope, "sku": sku, "location": "DEFAULT", "sellable_quantity": count} for sku, count in quantities.items()]
    frames = {"listings": listings, "inventory": inventory}
    made = {name: CANONICAL[name].conform(_frame(name, rows)) for name, rows in frames.items()}
    with client_session(opened.engine(), CLIENT) as conn:
        merge(conn, {name: stamp_hash(CANONICAL[name], frame, {}) for name, frame in made.items()})


def prove(until: datetime, entities: tuple[str, ...] = ("orders", "listings")) -> None:
    """The night's certificates of the shop, good until then."""
    with client_session(opened.engine(), CLIENT) as conn:
        for entity in entities:
            pull = ledger.open_pull(conn, CLIENT, SHOP, entity, until - timedelta(days=40), until, "night")
            ledger.certify(conn, pull.pull_id, announced=0, stored=0, quarantined=0, missing=[], is_certified=True)


def proven_until(at: datetime | None, entity: str) -> None:
    """The shop's entity is proven so far and no further (None: never)."""
    what = "DELETE FROM watermarks" if at is None else "UPDATE watermarks SET proven_until = :at"
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text(f"{what} WHERE shop = :shop AND entity = :entity"), {"at": at, "shop": SHOP, "entity": entity})


def policy(**changes: object) -> None:
    """Change the brand's stock policy."""
    file = settings().clients / f"{CLIENT}.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.write_text(yaml.safe_dump({**data, "stock": {**data.get("stock", {}), **changes}}), encoding="utf-8")
    opened.clients.cache_clear()


def counted(at: datetime) -> None:
    """The master that lies there was counted then."""
    os.utime(settings().drop / CLIENT / stock.MASTER, (at.timestamp(), at.timestamp()))


def sell(order_id: str, sku: str, units: int, at: datetime, shipped_at: datetime | None = None) -> None:
    """An order, shipped whole in one parcel or not yet."""
    shipped = {"status": "shipped", "status_raw": "shipped"} if shipped_at else {"status": "paid", "status_raw": "pending"}
    changed = shipped_at or at
    scope = {
        "client": CLIENT, "shop": SHOP, "order_id": order_id, "source_updated_at": changed, "seen_at": changed,
        "derivation": 1, "landing_ref": "p/0#0", "content_hash": 0,
    }  # fmt: skip
    order = {**scope, **shipped, "site": "SG", "placed_at": at, "placed_date": at.date(), "fulfilled_by": "seller", "unit_count": units}
    line = {**scope, **shipped, "line_id": "1", "sku": sku, "quantity": units, "shipped_quantity": units if shipped_at else 0}
    parcel = {**scope, "shipment_id": "1", "status": "in_transit", "shipped_at": shipped_at}
    parcels = {"shipments": [parcel], "shipment_lines": [{**scope, "shipment_id": "1", "line_id": "1", "quantity": units}]}
    rows = {"orders": [order], "order_lines": [line], **(parcels if shipped_at else {"shipments": [], "shipment_lines": []})}
    made = {name: CANONICAL[name].conform(_frame(name, found)) for name, found in rows.items()}
    children = {name: frame for name, frame in made.items() if name != "orders"}
    with client_session(opened.engine(), CLIENT) as conn:
        merge(conn, {name: stamp_hash(CANONICAL[name], frame, children if name == "orders" else {}) for name, frame in made.items()})


def pay(order_id: str, transaction_id: str, amount_minor: int = 1000) -> None:
    """A payment, as a payment service shows it under the shop's name."""
    row = {
        "client": CLIENT, "shop": SHOP, "payment_id": transaction_id, "transaction_id": transaction_id, "order_id": order_id,
        "kind": "payment", "kind_raw": "T0006", "status": "completed", "status_raw": "S", "provider": "paypal", "currency": "SGD",
        "amount_minor": amount_minor, "paid_at": START, "paid_date": START.date(), "source_updated_at": START, "seen_at": START,
        "derivation": 1, "landing_ref": "p/0#0", "content_hash": 0,
    }  # fmt: skip
    table = CANONICAL["payments"]
    with client_session(opened.engine(), CLIENT) as conn:
        merge(conn, {"payments": stamp_hash(table, table.conform(_frame("payments", [row])), {})})


def put(table: str, **fields: object) -> None:
    """One row of a table as it is, without a pull behind it."""
    version = {"source_updated_at": START, "seen_at": START, "derivation": 1, "content_hash": 0, "landing_ref": "p/0#0"}
    row = {"client": CLIENT, "shop": SHOP, **version, **fields}
    names = ", ".join(row)
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)


def _frame(table: str, rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame({c.name: pd.Series([row.get(c.name) for row in rows], dtype=c.kind.dtype) for c in CANONICAL[table].columns})


def plan(night: int) -> dict:
    return stock.plan_client(CLIENT, run_id=f"night {night}")


def approve(planned: dict, by: str = "ann") -> None:
    stock.record_decision(CLIENT, batch=planned["batch"], approved=True, by=by, reason="", shown=planned["digest"])


def sendable(batch: str) -> list[tuple[str, int]]:
    with client_session(opened.engine(), CLIENT) as conn:
        return [(job.sku, job.wanted_quantity) for job in jobs.pushable(conn, CLIENT, batch)]


def step(verb, *args) -> None:
    with client_session(opened.engine(), CLIENT) as conn:
        verb(conn, *args)


def ids(batch: str) -> list[str]:
    with client_session(opened.engine(), CLIENT) as conn:
        return [job.job_id for job in jobs.of_batch(conn, CLIENT, batch)]
