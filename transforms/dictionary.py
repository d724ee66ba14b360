"""The data dictionary: every canonical table on one page, generated from its declaration.

Written by ``python -m transforms.dictionary docs/data-dictionary.md``; a test fails while the page is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

from transforms.checks.catalogue import RULES, rules_of
from transforms.schema import Column, Kind, Table
from transforms.tables import CANONICAL

_HEAD = """# Data dictionary

Generated from `transforms/tables`; change the declarations, then run `python -m transforms.dictionary docs/data-dictionary.md`.

A table's key is unique with its scope: `client` and `shop` for a shop's tables, nothing for reference data. Money is a
whole number of minor units by ISO 4217 of the `currency` beside it; instants are UTC; a `_date` is a local calendar day.
"""

_KINDS = {
    Kind.TEXT: "text", Kind.INTEGER: "whole number", Kind.MINOR: "money, minor units", Kind.BOOLEAN: "yes or no",
    Kind.INSTANT: "instant, UTC", Kind.DAY: "calendar day", Kind.RATE: "decimal(20, 8)",
}


def page() -> str:
    """The whole page, as Markdown."""
    contents = "\n".join(f"- [`{name}`](#{name}): {table.grain}" for name, table in CANONICAL.items())
    return "\n".join([_HEAD, contents, "", *(_section(table) for table in CANONICAL.values()), _rules()])


def _section(table: Table) -> str:
    facts = [f"Key: {_names(table.full_key)}."]
    if table.parent:
        facts.append(f"Belongs to [`{table.parent}`](#{table.parent}) by {_names(table.parent_key)}; replaced with it as a set.")
    if table.is_derived:
        facts.append("Derived from other tables, so it carries no version and no landing reference.")
    else:
        facts.append(f"Checked for {_names(rules_of(table))}.")
    rows = [_row(table, column) for column in table.columns]
    head = ["| column | holds | empty? | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([f"## {table.name}", "", table.grain, "", *(f"- {fact}" for fact in facts), "", *head, *rows, ""])


def _row(table: Table, column: Column) -> str:
    mark = " (key)" if column.name in table.key else ""
    words = f" One of: {_names(column.allowed)}." if column.allowed else ""
    meaning = (column.doc + words).replace("|", "\\|").replace("<", "\\<")
    cells = f"`{column.name}`{mark}", _KINDS[column.kind], "may be" if column.nullable else "never", meaning
    return f"| {' | '.join(cells)} |"


def _rules() -> str:
    told = "A row that breaks one goes to quarantine with the rule's name, the column and the value; the others go on."
    rows = [f"| `{rule}` | {text} |" for rule, text in RULES.items()]
    return "\n".join(["## Rules", "", told, "", "| rule | demands |", "| --- | --- |", *rows, ""])


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
