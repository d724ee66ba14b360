"""The floor of storing: COPY into a temporary table and one upsert a table, nothing around it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import Connection

from transforms.schema import Table
from transforms.tables import CANONICAL


def plain_upsert(conn: Connection, frames: Mapping[str, pd.DataFrame]) -> None:
    for name, frame in frames.items():
        table = CANONICAL[name]
        conn.exec_driver_sql(f"CREATE TEMPORARY TABLE plain_{name} ON COMMIT DROP AS SELECT * FROM {name} WITH NO DATA")
        sink = pa.BufferOutputStream()
        arrow = pa.Table.from_pandas(frame, schema=table.arrow_schema, preserve_index=False).combine_chunks()
        csv.write_csv(arrow, sink, csv.WriteOptions(include_header=False))
        into = f"COPY plain_{name} ({', '.join(table.names)}) FROM STDIN (FORMAT csv)"
        with conn.connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.write(memoryview(sink.getvalue()))
        conn.exec_driver_sql(_upsert(table))


def _upsert(table: Table) -> str:
    rest = [name for name in table.names if name not in table.full_key]
    names = ", ".join(table.names)
    version = "({0}.source_updated_at, {0}.seen_at, {0}.derivation, {0}.content_hash)"
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {names} FROM plain_{table.name} ON CONFLICT ({', '.join(table.full_key)})"
        f" DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in rest)}"
        f" WHERE {version.format('excluded')} > {version.format(table.name)} AND excluded.content_hash <> {table.name}.content_hash"
    )
