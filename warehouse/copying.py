"""Frames into PostgreSQL and back, by COPY: columnar on our side, never a value at a time."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import ARRAY, ColumnElement, Connection, any_, func, literal, select

from transforms.schema import Kind, Table
from transforms.tables import CANONICAL
from warehouse.tables import metadata

WRITE = csv.WriteOptions(include_header=False)  # quotes every text, so that "" and null stay two things
PARSE = csv.ParseOptions(newlines_in_values=True)
BLOCK_BYTES = 1 << 24
SEPARATOR = "\x1f"
MANY = (list, tuple, set, frozenset, pd.Series)  # what stands for "one of these" in a condition


def copy_in(conn: Connection, target: str, frame: pd.DataFrame, schema: pa.Schema) -> None:
    """Append ``frame`` to the table ``target``, whose columns are named as in ``schema``."""
    arrow = _writable(pa.Table.from_pandas(frame, schema=schema, preserve_index=False))
    sink = pa.BufferOutputStream()
    csv.write_csv(arrow, sink, WRITE)
    names = ", ".join(schema.names)
    with conn.connection.cursor() as cursor, cursor.copy(f"COPY {target} ({names}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(memoryview(sink.getvalue()))


def _writable(arrow: pa.Table) -> pa.Table:
    """Decimals as text: the CSV writer knows none; and one chunk a column: before an empty chunk it writes NUL bytes (pyarrow 26)."""
    arrow = arrow.combine_chunks()
    for place, field in enumerate(arrow.schema):
        if pa.types.is_decimal(field.type):
            arrow = arrow.set_column(place, field.name, arrow.column(place).cast(pa.string()))
    return arrow


def read_frame(
    conn: Connection,
    table: str,
    *conditions: ColumnElement[bool],
    where: Mapping[str, Any] | None = None,
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Read rows of a canonical table, in the dtypes it declares, ordered by its key.

    Args:
        conditions: SQLAlchemy expressions over ``warehouse.tables.metadata.tables[table].c``.
        where: column → value, or a list of values; all must hold.
        columns: only these, in this order.
    """
    declared, stored = CANONICAL[table], metadata.tables[table]
    names = tuple(columns or declared.names)
    if any(isinstance(value, MANY) and not len(value) for value in (where or {}).values()):
        return _no_rows(declared, names)
    wanted = [_matches(stored.c[name], value) for name, value in (where or {}).items()]
    order = (stored.c[name] for name in declared.full_key)
    query = select(*(stored.c[name] for name in names)).where(*conditions, *wanted).order_by(*order)
    return _parse(copy_out(conn, query), declared, names)


def _matches(column: ColumnElement, value: Any) -> ColumnElement[bool]:
    if isinstance(value, MANY):
        return _is_one_of(column, list(value))
    return column.is_(None) if value is None else column == value


def _is_one_of(column: ColumnElement, values: list[Any]) -> ColumnElement[bool]:
    if values and all(isinstance(value, str) and SEPARATOR not in value for value in values):
        return column == any_(func.string_to_array(SEPARATOR.join(values), SEPARATOR))  # one text: an array is quoted item by item
    return column == any_(literal(values, ARRAY(column.type)))


def copy_out(conn: Connection, query) -> bytes:
    """The rows of ``query`` as CSV: texts quoted, null bare."""
    compiled = query.compile(dialect=conn.dialect, compile_kwargs={"render_postcompile": True})
    sql = f"COPY ({compiled}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
    sink = io.BytesIO()
    with conn.connection.cursor() as cursor, cursor.copy(sql, compiled.params) as copy:
        for block in copy:
            sink.write(block)
    return sink.getvalue()


def _parse(content: bytes, declared: Table, names: Sequence[str]) -> pd.DataFrame:
    kinds = {name: declared.by_name[name].kind for name in names}
    if not content:
        return _no_rows(declared, names)
    types = {name: pa.string() if kind is Kind.BOOLEAN else kind.arrow for name, kind in kinds.items()}
    convert = csv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
    )  # fmt: skip
    read = csv.ReadOptions(column_names=list(names), use_threads=False, block_size=BLOCK_BYTES)
    arrow = csv.read_csv(pa.BufferReader(content), read, PARSE, convert)
    for name, kind in kinds.items():
        if kind is Kind.BOOLEAN:
            arrow = arrow.set_column(arrow.schema.get_field_index(name), name, pa.compute.equal(arrow.column(name), "t"))
    return arrow.to_pandas(types_mapper=pd.ArrowDtype)


def _no_rows(declared: Table, names: Sequence[str]) -> pd.DataFrame:
    empty = declared.empty()
    return empty if tuple(names) == declared.names else empty[list(names)]
