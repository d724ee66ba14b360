"""Reports 2021-06-30: createReport, getReport, getReports, cancelReport, getReportDocument.

https://developer-docs.amazon.com/sp-api/docs/reports-api-v2021-06-30-reference
A report moves on with the sandbox's clock; which ones exist is kept in the journal, so that a restart forgets none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.amazon import traffic
from sandbox.amazon.answers import Answer, absent, instant, invalid
from sandbox.amazon.documents import LIFETIME
from sandbox.amazon.gate import Call, Operation
from sandbox.amazon.query import parse_instant
from sandbox.amazon.report_files import FILES, GZIPPED
from sandbox.clock import instant as read_instant
from sandbox.market import House
from sandbox.world.model import Shop

QUEUED, MADE = timedelta(seconds=20), timedelta(seconds=60)
RETENTION = timedelta(days=90)
# Amazon makes settlement reports by itself; asking for one fails.
BY_AMAZON_ONLY = ("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",)
STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")
RETURNS_SPAN = timedelta(days=60)


def create_report(call: Call) -> Answer:
    wanted = _specification(call)
    number = f"{50_000 + len(call.house.journal.rows('amazon_report')) + 1}020778"
    row = {
        "shop": call.shop.name, "report_id": number, "type": wanted["reportType"], "marketplaces": wanted["marketplaceIds"],
        "start": wanted.get("dataStartTime"), "end": wanted.get("dataEndTime"), "options": wanted.get("reportOptions"),
        "fate": _fate(call, wanted, number),
    }
    call.house.journal.add("amazon_report", row, call.now)
    return Answer({"reportId": number}, 202)


def _specification(call: Call) -> Mapping[str, Any]:
    if call.content_type.split(";")[0].strip().lower() != "application/json":
        raise invalid("The Content-Type of the request must be application/json.")
    try:
        body = json.loads(call.body)
    except ValueError:
        raise invalid("The request body is not JSON.") from None
    ids = body.get("marketplaceIds") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not 1 <= len(ids) <= 25 or not all(isinstance(each, str) for each in ids):
        raise invalid("marketplaceIds must name 1 to 25 marketplaces.")
    if body.get("reportType") not in (*FILES, traffic.KIND) or body["reportType"] in BY_AMAZON_ONLY:
        raise invalid("The report type is not allowed.", f"Invalid report type: {body.get('reportType')}")
    call.marketplaces(ids)
    if body["reportType"] == traffic.KIND:
        traffic.refuse_options(body)
    times = [parse_instant(body[name], name) for name in ("dataStartTime", "dataEndTime") if body.get(name) is not None]
    if len(times) == 2 and times[1] < times[0]:
        raise invalid("dataEndTime must not be before dataStartTime.")
    return body


def _fate(call: Call, wanted: Mapping[str, Any], number: str) -> str:
    """How the report will end. A span of returns beyond 60 days is fatal; bad luck ends some others, for no reason told."""
    start, end = wanted.get("dataStartTime"), wanted.get("dataEndTime")
    if wanted["reportType"] == "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE" and start:
        upper = parse_instant(end, "dataEndTime") if end else call.now
        if upper - parse_instant(start, "dataStartTime") > RETURNS_SPAN:
            return "FATAL"
    if wanted["reportType"] == traffic.KIND and (must := traffic.fate(wanted, call.now)):
        return must
    faults = call.house.faults
    if faults.draw("cancelled_report", call.shop.name):
        return "CANCELLED"
    return "FATAL" if faults.draw("fatal_report", call.shop.name) else "DONE"


def _status(row: Mapping[str, Any], now: datetime, cancelled: set[str]) -> str:
    age = now - read_instant(row["at"])
    if row["report_id"] in cancelled:
        return "CANCELLED"
    return "IN_QUEUE" if age < QUEUED else "IN_PROGRESS" if age < MADE else row["fate"]


def _cancelled(house: House) -> set[str]:
    return {row["report_id"] for row in house.journal.rows("amazon_report_cancelled")}


def _mine(house: House, shop: Shop) -> list[Mapping[str, Any]]:
    """A seller's reports of the last ninety days, newest first."""
    oldest = house.clock.now() - RETENTION
    rows = [row for row in house.journal.rows("amazon_report") if row["shop"] == shop.name and read_instant(row["at"]) >= oldest]
    return rows[::-1]


def _one(call: Call) -> Mapping[str, Any]:
    row = next((row for row in _mine(call.house, call.shop) if row["report_id"] == call.segments[0]), None)
    if row is None:
        raise absent(f"Report {call.segments[0]} was not found.")
    return row


def get_report(call: Call) -> Answer:
    return Answer(_body(call, _one(call)))


def cancel_report(call: Call) -> Answer:
    row = _one(call)
    if _status(row, call.now, _cancelled(call.house)) != "IN_QUEUE":
        raise invalid("Only a report that is IN_QUEUE can be cancelled.")
    call.house.journal.add("amazon_report_cancelled", {"report_id": row["report_id"]}, call.now)
    return Answer({})


def _body(call: Call, row: Mapping[str, Any]) -> dict[str, Any]:
    created, status = read_instant(row["at"]), _status(row, call.now, _cancelled(call.house))
    body: dict[str, Any] = {
        "reportId": row["report_id"], "reportType": row["type"], "marketplaceIds": row["marketplaces"], "createdTime": instant(created),
        "processingStatus": status,
    }
    for name, key in (("dataStartTime", "start"), ("dataEndTime", "end")):
        if row[key]:
            body[name] = instant(parse_instant(row[key], name))
    if status != "IN_QUEUE":
        body["processingStartTime"] = instant(created + QUEUED)
    if status in ("DONE", "FATAL", "CANCELLED"):
        body["processingEndTime"] = instant(created + MADE)
    if status in ("DONE", "FATAL"):
        body["reportDocumentId"] = f"amzn1.spdoc.1.4.{row['report_id']}"
    return body


def get_reports(call: Call) -> Answer:
    query, purpose = call.query, f"reports:{call.shop.name}"
    if "nextToken" in query:
        # Anything beside the token fails: but only what Amazon knows, other names are not looked at.
        beside = query.names() & {"reportTypes", "processingStatuses", "marketplaceIds", "pageSize", "createdSince", "createdUntil"}
        facts = call.seals.open(purpose, query.text("nextToken"))
        if beside or facts is None:
            raise invalid("nextToken must be valid and the only parameter.", ", ".join(sorted(beside)))
    else:
        facts = _filter(call)
    rows = [row for row in _mine(call.house, call.shop) if _takes(call, row, facts)]
    end = facts["start"] + facts["size"]
    body: dict[str, Any] = {"reports": [_body(call, row) for row in rows[facts["start"]:end]]}
    if end < len(rows):
        body["nextToken"] = call.seals.close(purpose, {**facts, "start": end})
    return Answer(body)


def _filter(call: Call) -> dict[str, Any]:
    query = call.query
    types = query.many("reportTypes", most=10)
    if not types:
        raise invalid("Either reportTypes or nextToken is required.")
    since, until = query.instant("createdSince") or call.now - RETENTION, query.instant("createdUntil") or call.now
    ids = query.many("marketplaceIds", most=10)
    call.marketplaces(ids)
    return {
        "types": types, "statuses": query.many("processingStatuses", allowed=STATUSES), "marketplaces": ids,
        "since": since.isoformat(), "until": until.isoformat(), "size": query.integer("pageSize", 1, 100, 10), "start": 0,
    }


def _takes(call: Call, row: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    created = read_instant(row["at"])
    return (
        row["type"] in facts["types"]
        and read_instant(facts["since"]) <= created <= read_instant(facts["until"])
        and (not facts["marketplaces"] or bool(set(row["marketplaces"]) & set(facts["marketplaces"])))
        and (not facts["statuses"] or _status(row, call.now, _cancelled(call.house)) in facts["statuses"])
    )


def get_report_document(call: Call) -> Answer:
    """A url that lives five minutes."""
    name = call.segments[0]
    row = next((row for row in _mine(call.house, call.shop) if name == f"amzn1.spdoc.1.4.{row['report_id']}"), None)
    status = _status(row, call.now, _cancelled(call.house)) if row else None
    if row is None or status not in ("DONE", "FATAL"):
        raise absent(f"Report document {name} was not found.")
    is_zipped = row["type"] in GZIPPED and status == "DONE"
    facts = {
        "shop": call.shop.name, "type": row["type"] if status == "DONE" else "", "marketplaces": row["marketplaces"], "start": row["start"],
        "end": row["end"], "options": row.get("options"), "at": row["at"], "until": (call.now + LIFETIME).isoformat(), "zip": is_zipped,
        "header": call.query.flag("enableContentEncodingUrlHeader"),
    }
    body = {"reportDocumentId": name, "url": f"{call.address}/report-documents/{call.seals.close('document', facts)}"}
    return Answer(body | ({"compressionAlgorithm": "GZIP"} if is_zipped else {}))


_PATH = "/reports/2021-06-30"
OPERATIONS = (
    Operation("createReport", "POST", f"{_PATH}/reports", 0, 0.0167, 15, create_report),
    Operation("getReports", "GET", f"{_PATH}/reports", 0, 0.0222, 10, get_reports),
    Operation("getReport", "GET", f"{_PATH}/reports", 1, 2, 15, get_report),
    Operation("cancelReport", "DELETE", f"{_PATH}/reports", 1, 0.0222, 10, cancel_report),
    Operation("getReportDocument", "GET", f"{_PATH}/documents", 1, 0.0167, 15, get_report_document),
)
