"""How a canonical table is declared, and the one border check every frame passes: ``Table.conform``.

A declaration is the single source for DataFrame dtypes (Arrow types), Arrow schemas, SQLAlchemy
tables, migrations, the schema part of the Great Expectations suites and the data dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import pandas as pd
import pyarrow as pa


class SchemaError(ValueError):
    """A frame is not what its table declares: who (table), what (column or rows), why."""


class Kind(Enum):
    """What a column holds; the value is its Arrow type."""

    TEXT = pa.string()
    INTEGER = pa.int64()
    MINOR = pa.int64()  # money in minor units of the row's currency; an alias of INTEGER in storage
    BOOLEAN = pa.bool_()
    INSTANT = pa.timestamp("us", tz="UTC")
    DAY = pa.date32()
    RATE = pa.decimal128(20, 8)  # exchange rates: never a float

    # Enum folds equal values into aliases; wrapping the name keeps MINOR and INTEGER apart.
    def __new__(cls, arrow: pa.DataType):
        member = object.__new__(cls)
        member._value_ = len(cls.__members__)
        member.arrow = arrow
        member.dtype = pd.ArrowDtype(arrow)
        return member


@dataclass(frozen=True)
class Column:
    """One column: its name carries the unit (``_minor``, ``_at``, ``_date``, ``is_``), ``doc`` says the rest.

    Attributes:
        allowed: the closed list of words a status-like column may hold; ``None`` for open columns.
    """

    name: str
    kind: Kind
    doc: str
    nullable: bool = False
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Table:
    """A declared canonical table.

    Attributes:
        name: as in the database.
        grain: what one row is, in a sentence.
        key: natural key inside a scope (``client`` and ``shop`` are added for shop tables).
        body: columns the connector's mapping supplies, key included.
        parent: name of the table whose rows own these as a set (``order_lines`` → ``orders``);
            children are replaced together when their parent's newer version wins.
        parent_key: columns that lead to the parent's key, in the parent's key order.
        scope: ``shop`` (client and shop on every row), ``client`` or ``world`` (reference data).
        is_derived: computed from other canonical tables instead of read from a marketplace.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    body: tuple[Column, ...]
    parent: str | None = None
    parent_key: tuple[str, ...] = ()
    scope: str = "shop"
    is_derived: bool = False

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Every column in storage order: scope, body, then version and provenance."""
        return (*SCOPES[self.scope], *self.body, *(VERSION if not self.is_derived else ()))

    @cached_property
    def full_key(self) -> tuple[str, ...]:
        """The natural key with its scope: unique in the warehouse."""
        return (*(column.name for column in SCOPES[self.scope]), *self.key)

    @cached_property
    def full_parent_key(self) -> tuple[str, ...]:
        return (*(column.name for column in SCOPES[self.scope]), *self.parent_key) if self.parent else ()

    @cached_property
    def content(self) -> tuple[str, ...]:
        """Columns that are the row's meaning, as opposed to its provenance; what the content hash covers."""
        return tuple(column.name for column in (*SCOPES[self.scope], *self.body))

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, c.kind.arrow, nullable=c.nullable) for c in self.columns])

    @cached_property
    def dtypes(self) -> tuple[tuple[str, pd.ArrowDtype], ...]:
        """Column and dtype, in storage order."""
        return tuple((column.name, column.kind.dtype) for column in self.columns)

    @cached_property
    def _empty(self) -> pd.DataFrame:
        empty = self.arrow_schema.empty_table()
        return empty.to_pandas(types_mapper=pd.ArrowDtype, use_threads=False)  # asked for at import, before the forks of a scheduler

    def empty(self) -> pd.DataFrame:
        return self._empty.copy(deep=False)  # pandas copies on write, so nobody can write into the one that is kept

    def conform(self, frame: pd.DataFrame, *, version: bool = True) -> pd.DataFrame:
        """Return ``frame`` with the declared columns, in order and in declared types.

        Args:
            version: False for a frame straight from a mapping, before version and provenance are stamped.
        Raises:
            SchemaError: a column is missing or unexpected, or a value does not fit its type.
                Nulls and duplicate keys are *row* faults and are the checks' business (quarantine), not this one's.
        """
        if version and tuple(frame.dtypes.items()) == self.dtypes:
            return frame.copy(deep=False)
        wanted = self.columns if version else (*SCOPES[self.scope], *self.body)
        names = [column.name for column in wanted]
        missing, unexpected = set(names) - set(frame.columns), set(frame.columns) - set(names)
        if missing or unexpected:
            raise SchemaError(
                f"{self.name}: columns missing {sorted(missing)}, unexpected {sorted(unexpected)}. "
                "The mapping and transforms/tables disagree; mend the mapping and replay the landing."
            )
        return pd.DataFrame({column.name: self._typed(frame[column.name], column) for column in wanted})

    def _typed(self, values: pd.Series, column: Column) -> pd.Series:
        if values.dtype == column.kind.dtype:
            return values
        try:
            return values.astype(column.kind.dtype)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise SchemaError(f"{self.name}.{column.name}: not {column.kind.name.lower()}: {type(error).__name__}") from error


CLIENT = Column("client", Kind.TEXT, "The brand this row belongs to; row-level security splits on it.")
SHOP = Column("shop", Kind.TEXT, "The seller account it was read from.")
SCOPES = {"shop": (CLIENT, SHOP), "client": (CLIENT,), "world": ()}

VERSION = (
    Column(
        "source_updated_at", Kind.INSTANT,
        "When the marketplace says the record last changed; where it has no honest clock, when the page was received.",
    ),
    Column("seen_at", Kind.INSTANT, "When the page that carried this version was received; breaks ties of source_updated_at."),
    Column(
        "derivation", Kind.INTEGER,
        "Which reading of the landed page made this row: 1 the first, one more with each replay; a later one replaces an earlier.",
    ),
    Column("content_hash", Kind.INTEGER, "64-bit hash of the row's content (and its children's); equal content is never rewritten."),
    Column("landing_ref", Kind.TEXT, "Where the raw record lies: <pull id>/<page>#<record>."),
)
