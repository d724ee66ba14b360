"""SQLAlchemy tables: the canonical ones turned from their declarations, and the ledger's."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, MetaData, Numeric, PrimaryKeyConstraint, Table, Text

from transforms import schema
from transforms.schema import Kind
from transforms.tables import CANONICAL
from warehouse import ledger_tables

TYPES = {
    Kind.TEXT: Text(),
    Kind.INTEGER: BigInteger(),
    Kind.MINOR: BigInteger(),
    Kind.BOOLEAN: Boolean(),
    Kind.INSTANT: DateTime(timezone=True),
    Kind.DAY: Date(),
    Kind.RATE: Numeric(20, 8),
}
# Beside the primary keys, only what is asked for: reports read by day, stages by what hangs together, certificates by transaction.
INDEXES = {
    "orders": (("client", "placed_at"),),
    "shipments": (("client", "tracking_number"),),
    "tracked_parcels": (("client", "tracking_number"),),
    "followed_shipments": (("client", "shipped_at"),),
    "returns": (("client", "shop", "order_id"), ("client", "requested_at")),
    "ledger_entries": (("client", "posted_date"), ("client", "shop", "transaction_id")),
    "reviews": (("client", "reviewed_date"), ("client", "shop", "order_id")),
    "payments": (("client", "shop", "order_id"),),
    "quotations": (("client", "shop", "inquiry_id"), ("client", "shop", "rfq_id"), ("client", "shop", "contract_id")),
    "contracts": (("client", "shop", "quotation_id"), ("client", "shop", "inquiry_id")),
    "inspections": (("client", "shop", "contract_id"),),
    "acceptances": (("client", "shop", "contract_id"),),
    "stage_events": (("client", "entered_at"),),
}
NAMING = {"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"}

metadata = MetaData(naming_convention=NAMING)


def _canonical(declared: schema.Table) -> Table:
    columns = [Column(column.name, TYPES[column.kind], nullable=column.nullable) for column in declared.columns]
    indexes = [Index(f"ix_{declared.name}_{'_'.join(names[1:])}", *names) for names in INDEXES.get(declared.name, ())]
    return Table(declared.name, metadata, *columns, PrimaryKeyConstraint(*declared.full_key), *indexes, comment=declared.grain)


for _table in CANONICAL.values():
    _canonical(_table)
ledger_tables.declare(metadata)

WALLED = tuple(sorted(table.name for table in metadata.tables.values() if "client" in table.columns))
