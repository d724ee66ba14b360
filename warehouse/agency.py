"""What the agency did for a client, month by month, as the warehouse's own books show it; and the fees that were settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from warehouse.tables import metadata

FEES = metadata.tables["fee_statements"]
# Per month of the client's zone the first proof of each service. What a certificate proves is dated by its window, not by
# the clock of the machine that issued it; a report belongs to the month its period ends in.
FACTS = """
SELECT to_char(window_end AT TIME ZONE :zone, 'YYYY-MM'), CASE entity WHEN 'listings' THEN 'listings_managed' ELSE 'served' END,
       min(window_end), 'certificates.window_end'
  FROM certificates
 WHERE client = :client AND is_certified AND entity IN ('listings', 'orders', 'inquiries', 'contracts') AND window_end >= :since
 GROUP BY 1, 2
UNION ALL
SELECT to_char(spend_date, 'YYYY-MM'), 'promoted', min(spend_date)::timestamp AT TIME ZONE :zone, 'ad_spend.spend_date'
  FROM ad_spend WHERE client = :client AND spend_minor > 0 AND spend_date >= (:since AT TIME ZONE :zone)::date GROUP BY 1
UNION ALL
SELECT to_char(entered_at AT TIME ZONE :zone, 'YYYY-MM'), 'logistics', min(entered_at), min(evidence)
  FROM stage_events WHERE client = :client AND stage = 'shipped' AND entered_at >= :since GROUP BY 1
UNION ALL
SELECT to_char(r.period_end - 1, 'YYYY-MM'), 'analysed', min(d.sent_at), 'deliveries.sent_at'
  FROM reports r JOIN deliveries d ON d.report_id = r.report_id AND d.client = r.client
 WHERE r.client = :client AND d.status = 'sent' AND r.period_end > (:since AT TIME ZONE :zone)::date GROUP BY 1
UNION ALL
SELECT month, 'fee_settled', settled_at, 'fee_statements.settled_at' FROM fee_statements WHERE client = :client
"""


def service_facts(conn: Connection, client: str, zone: str, since: datetime) -> list[tuple[str, str, datetime, str]]:
    """(month, stage, instant, evidence) of what happened since an instant, and of every settled fee."""
    return [tuple(row) for row in conn.execute(text(FACTS), {"client": client, "zone": zone, "since": since})]


def settle_fee(conn: Connection, client: str, statement: Mapping[str, Any]) -> bool:
    """Keep a month's fee as settled; False where it was settled before (and stays as it was)."""
    made = insert(FEES).values(client=client, **statement).on_conflict_do_nothing(index_elements=["client", "month"])
    return conn.execute(made.returning(FEES.c.month)).first() is not None


def settled_fees(conn: Connection, client: str) -> dict[str, dict[str, Any]]:
    """Month → the statement it was settled with."""
    rows = conn.execute(select(FEES).where(FEES.c.client == client)).mappings()
    return {row["month"]: dict(row) for row in rows}
