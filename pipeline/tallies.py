"""tallies: how rows kept each rule, as the latest check of every shop and entity noted it."""

from __future__ import annotations

from sqlalchemy import Connection

from transforms.checks import Tally, rules_of
from transforms.tables import CANONICAL
from warehouse import ledger


def kept_tallies(conn: Connection, client: str, shop: str | None = None) -> tuple[list[Tally], int]:
    """The tallies that can be added up, and how many were left out because their table had other rules then."""
    noted = [count for pull in ledger.latest_checked(conn, client, shop) for count in (pull.counts or {})["validated"].get("tallies", ())]
    tallies = [Tally.from_json(text) for text in noted]
    current = [tally for tally in tallies if tally.table in CANONICAL and tally.rules == rules_of(CANONICAL[tally.table])]
    return current, len(tallies) - len(current)
