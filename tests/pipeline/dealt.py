"""A week of trade counted from the world's own rows, in another way than the report does: what a night must come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from transforms.metrics import Period

CHINA = timezone(timedelta(hours=8))  # the client's zone and both accounts'
Row = Mapping[str, Any]


def week_of(tell: Callable[[str], list[Row]], period: Period) -> dict[str, Any]:
    """``tell(table)``: the client's true rows of all its accounts."""

    def inside(told: str | None) -> bool:
        return told is not None and period.start <= day(told) < period.end

    quotations = [row for row in tell("quotations") if row["status"] != "draft"]
    inquiries = {row["inquiry_id"]: row for row in tell("inquiries") if row["status"] != "spam"}
    first: dict[str, str] = {}
    for row in quotations:
        if row["inquiry_id"] in inquiries:
            first[row["inquiry_id"]] = min(row["issued_at"], first.get(row["inquiry_id"], row["issued_at"]))
    took = sorted(
        max((instant(at) - instant(inquiries[number]["received_at"])).total_seconds(), 0) for number, at in first.items() if inside(at)
    )
    contracts = [row for row in tell("contracts") if row["status"] not in ("draft", "cancelled")]
    signed = [row for row in contracts if inside(row["signed_at"] or row["created_at"])]
    parts = [(row["due_minor"], row["currency"]) for row in tell("payment_milestones") if inside(row["paid_at"])]
    dated = {row["contract_id"] for row in tell("payment_milestones") if row["paid_at"]}
    came = [row for row in tell("payments") if (row["kind"], row["status"]) == ("payment", "completed")]
    transfers = [(row["amount_minor"], row["currency"]) for row in came if inside(row["paid_at"]) and row["order_id"] not in dated]
    goods = [row for row in tell("trade_shipments") if row["status"] != "cancelled"]
    return {
        "inquiries": sum(inside(row["received_at"]) for row in inquiries.values()), "answers": len(took),
        "median_seconds": int(took[(len(took) - 1) // 2]) if took else None,
        "quotations": sum(inside(row["issued_at"]) for row in quotations), "contracts": len(signed),
        "signed": added((row["total_minor"], row["currency"]) for row in signed), "received": added([*parts, *transfers]),
        "shipped": sum(inside(row["shipped_at"]) for row in goods), "arrived": sum(inside(row["delivered_at"]) for row in goods),
        "accepted": sum(inside(row["accepted_at"]) for row in tell("acceptances")),
    }


def instant(told: str) -> datetime:
    return datetime.fromisoformat(told)


def day(told: str) -> date:
    return instant(told).astimezone(CHINA).date()


def added(amounts: Iterable[tuple[int, str]]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for minor, currency in amounts:
        found[currency] = found.get(currency, 0) + minor
    return tuple(sorted(found.items()))
