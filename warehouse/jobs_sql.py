"""The statements of planning: over a JSON array of wishes, and over what earlier plans left behind."""

from __future__ import annotations

_WISHES = """
WITH wishes AS (
    SELECT * FROM jsonb_to_recordset(CAST(:wishes AS jsonb)) AS w (
        job_id text, client text, shop text, kind text, site text, sku text, listing_id text, product_id text,
        observed_quantity bigint, wanted_quantity bigint, wanted jsonb, observed jsonb, job_key text, needs_approval boolean, reasons jsonb,
        batch text, status text)
)"""
_SAME_TARGET = "j.client = w.client AND j.shop = w.shop AND j.kind = w.kind AND j.site = w.site AND j.sku = w.sku"
_UNFINISHED = "j.status IN ('planned', 'waiting', 'approved', 'pushed', 'acknowledged', 'manual_pending')"
_WANTS_SAME = "(j.wanted_quantity, j.wanted) IS NOT DISTINCT FROM (w.wanted_quantity, w.wanted)"
_IS_KNOWN = f"""(
    EXISTS (SELECT FROM sync_jobs j WHERE j.job_key = w.job_key)
    OR EXISTS (SELECT FROM sync_jobs j WHERE {_SAME_TARGET} AND {_UNFINISHED} AND {_WANTS_SAME}))"""


def _superseded(note: str) -> str:
    """The jobs of ``older`` end; ``note`` says why."""
    return f"""moved AS (
    UPDATE sync_jobs j SET status = 'superseded', changed_at = now() FROM older o WHERE j.job_id = o.job_id RETURNING j.job_id
),
noted AS (
    INSERT INTO sync_job_events (client, job_id, from_status, to_status, by, note)
    SELECT client, job_id, status, 'superseded', :by, '{note}' FROM older
)
SELECT count(*) FROM moved"""


# A wish whose key is known (a replayed plan) supersedes nothing: what came after it is newer.
SUPERSEDE_OLDER = f"""{_WISHES},
older AS (
    SELECT j.job_id, j.client, j.status FROM sync_jobs j JOIN wishes w ON {_SAME_TARGET}
    WHERE {_UNFINISHED} AND NOT {_WANTS_SAME}
    AND NOT EXISTS (SELECT FROM sync_jobs k WHERE k.job_key = w.job_key)
    FOR UPDATE OF j
),
{_superseded('a newer wish for the same target')}"""

# Targets that show what is wanted by now: a job for them that would still be sent would undo it.
WITHDRAW = f"""{_WISHES},
older AS (
    SELECT j.job_id, j.client, j.status FROM sync_jobs j JOIN wishes w ON {_SAME_TARGET}
    WHERE j.status IN ('planned', 'waiting', 'approved', 'pushed', 'manual_pending')
    FOR UPDATE OF j
),
{_superseded('nothing to change any more')}"""

INSERT_NEW = f"""{_WISHES},
added AS (
    INSERT INTO sync_jobs (job_id, client, shop, kind, site, sku, listing_id, product_id, observed_quantity, wanted_quantity,
                           wanted, observed, job_key, status, needs_approval, reasons, batch)
    SELECT job_id, client, shop, kind, site, sku, listing_id, product_id, observed_quantity, wanted_quantity,
           wanted, observed, job_key, status, needs_approval, reasons, batch
    FROM wishes w WHERE NOT {_IS_KNOWN}
    ON CONFLICT (job_key) DO NOTHING
    RETURNING client, job_id, status
),
noted AS (
    INSERT INTO sync_job_events (client, job_id, from_status, to_status, by) SELECT client, job_id, NULL, status, :by FROM added
)
SELECT status FROM added"""

# The same plan made again (a cleared task) is judged again: what needed nobody before may need a person now.
REJUDGE = f"""{_WISHES},
judged AS (
    SELECT j.job_id, j.client, j.status, w.reasons FROM sync_jobs j JOIN wishes w ON {_SAME_TARGET}
    WHERE w.needs_approval AND j.batch = w.batch AND {_WANTS_SAME} AND j.status IN ('planned', 'waiting')
    FOR UPDATE OF j
),
moved AS (
    UPDATE sync_jobs j SET status = 'waiting', needs_approval = true, reasons = o.reasons, changed_at = now()
    FROM judged o WHERE j.job_id = o.job_id RETURNING j.job_id
),
noted AS (
    INSERT INTO sync_job_events (client, job_id, from_status, to_status, by, note)
    SELECT client, job_id, status, 'waiting', :by, 'planned again; now a person must approve' FROM judged WHERE status = 'planned'
)
SELECT count(*) FROM moved"""

_LEFT_OVER = "FROM sync_jobs j WHERE j.client = :client AND j.kind = :kind AND j.batch <> :batch"

# Nobody sends or reads back an earlier batch any more: what a person approved, or a marketplace took, goes on in this one,
# as planned now (the plan takes back what it does not want any more).
ADOPT = f"""
WITH left_over AS (
    SELECT j.job_id, j.client, j.status {_LEFT_OVER}
    AND (j.status IN ('approved', 'acknowledged') OR (j.status = 'pushed' AND j.needs_approval))
    FOR UPDATE OF j
),
moved AS (
    UPDATE sync_jobs j SET batch = :batch, planned_at = now() FROM left_over o WHERE j.job_id = o.job_id RETURNING j.job_id
),
noted AS (
    INSERT INTO sync_job_events (client, job_id, from_status, to_status, by, note)
    SELECT client, job_id, status, status, :by, 'goes on in batch ' || :batch FROM left_over
)
SELECT count(*) FROM moved"""

# What needs no answer is planned afresh, so that tonight's guard judges it; a question no one can answer any more, too.
RELEASE = f"""
WITH left_over AS (
    SELECT j.job_id, j.client, j.status {_LEFT_OVER}
    AND ((j.status IN ('planned', 'pushed') AND NOT j.needs_approval)
         OR (j.status = 'waiting' AND j.planned_at < now() - CAST(:patience AS interval)))
    FOR UPDATE OF j
),
moved AS (
    UPDATE sync_jobs j SET status = 'superseded', changed_at = now() FROM left_over o WHERE j.job_id = o.job_id RETURNING j.job_id
),
noted AS (
    INSERT INTO sync_job_events (client, job_id, from_status, to_status, by, note)
    SELECT client, job_id, status, 'superseded', :by, 'left over; planned afresh in batch ' || :batch FROM left_over
)
SELECT count(*) FROM moved"""
