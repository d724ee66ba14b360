"""What checks are told, and what they answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

MONEY_PARTS = ("items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")
EXAMPLES_KEPT = 50


@dataclass(frozen=True)
class BatchFacts:
    """What rows are judged by beside themselves.

    Attributes:
        now: the night's clock; nothing may lie more than two hours after it.
        line_sums: money columns of an order that must be the sum of its lines' at this marketplace.
        currency_of_site: site → the only currency its prices can be in; empty where the marketplace does not say.
        count: records in this pull (None: not known yet; volume is not judged).
        usual_counts: the same of the same entity's last certified pulls.
        newest: newest ``source_updated_at`` in this pull.
        fresh_within: how old ``newest`` may be before somebody should look.
    """

    now: datetime
    line_sums: tuple[str, ...] = MONEY_PARTS
    currency_of_site: Mapping[str, str] = field(default_factory=dict)
    count: int | None = None
    usual_counts: Sequence[int] = ()
    newest: datetime | None = None
    fresh_within: timedelta | None = None


@dataclass(frozen=True)
class Finding:
    """Something about a whole pull that a person should see; it never drops rows.

    Attributes:
        severity: ``warning``, or ``suspicious`` where the pull looks as if the vendor showed us nothing.
    """

    entity: str
    rule: str
    severity: str
    message: str


@dataclass(frozen=True)
class Tally:
    """How a table's rows kept its rules: small whatever the number of rows, so it can be stored and added up.

    Attributes:
        rules: names; a pattern's bit n is set where rule n was broken.
        patterns: pattern → number of rows.
        examples: (pattern, landing reference) of the first broken rows.
    """

    table: str
    rules: tuple[str, ...]
    patterns: Mapping[int, int]
    examples: tuple[tuple[int, str], ...] = ()

    def __add__(self, other: Tally) -> Tally:
        if (self.table, self.rules) != (other.table, other.rules):
            raise ValueError(f"tallies of {self.table} and {other.table} under different rules do not add up")
        patterns = Counter(self.patterns)
        patterns.update(other.patterns)
        return Tally(self.table, self.rules, dict(patterns), (*self.examples, *other.examples)[:EXAMPLES_KEPT])

    @property
    def rows(self) -> int:
        return sum(self.patterns.values())

    def broken(self) -> dict[str, int]:
        """Rule → rows that broke it, rules that held left out."""
        counts = {rule: sum(n for bits, n in self.patterns.items() if bits >> place & 1) for place, rule in enumerate(self.rules)}
        return {rule: count for rule, count in counts.items() if count}

    def to_json(self) -> str:
        return json.dumps({
            "table": self.table, "rules": self.rules, "patterns": {str(bits): n for bits, n in self.patterns.items()},
            "examples": self.examples,
        })

    @classmethod
    def from_json(cls, text: str) -> Tally:
        told = json.loads(text)
        patterns = {int(bits): n for bits, n in told["patterns"].items()}
        return cls(told["table"], tuple(told["rules"]), patterns, tuple((bits, ref) for bits, ref in told["examples"]))


@dataclass(frozen=True)
class Checked:
    """One chunk, judged.

    Attributes:
        good: table → rows that kept every rule, without ``fault`` and without ``content_hash``.
        faults: one row a broken rule of a quarantined row: table, key (JSON text), rule, column, value, landing_ref,
            row (JSON text).
        tallies: table → how the rules held, for Data Docs.
        dropped: table → rows left out because the same chunk holds the same or a newer version of them.
        result: Great Expectations' own answers: ``gate``, and one a table that has broken rules.
    """

    good: dict[str, pd.DataFrame]
    faults: pd.DataFrame
    tallies: dict[str, Tally]
    dropped: dict[str, int]
    result: dict[str, Any] = field(repr=False)
