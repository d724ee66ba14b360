"""Deals between businesses as their papers tell them: which papers are one deal, its moments, and which elders are missing.

One contract is one deal. Who goes before it is looked up from the contracts' side, oldest contract first; what no contract
claims hangs together by its inquiry, else its request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from sandbox.clock import instant

Row = Mapping[str, object]
Tables = Callable[[str], list[Row]]
ELDEST = ("inquiry", "rfq", "quotation", "contract")


class _Papers:
    """The rows of the accounts that tell one shop's deals."""

    def __init__(self, tables: Tables, shops: Sequence[str]) -> None:
        names = ("inquiries", "rfqs", "quotations", "contracts", "payment_milestones", "trade_shipments", "inspections", "acceptances",
                 "payments")
        self.rows = {name: [row for row in tables(name) if row["shop"] in shops] for name in names}
        self.of_quotation = {
            row["quotation_id"]: [(kind, row[f"{kind}_id"]) for kind in ("inquiry", "rfq") if row.get(f"{kind}_id")]
            for row in self.rows["quotations"]
        }
        self.deal: dict[tuple[str, str], tuple[str, str]] = {}
        self._claim()
        self._gather()

    def _claim(self) -> None:
        drawn = sorted(self.rows["contracts"], key=lambda row: (row["created_at"], row["contract_id"]))
        numbers = [row["contract_id"] for row in drawn]
        only_named = {row["contract_id"] for name in ("trade_shipments", "inspections", "acceptances") for row in self.rows[name]}
        by_number = {row["contract_id"]: row for row in drawn}
        claimed: dict[tuple[str, str], str] = {}
        became: dict[object, list[str]] = {}
        for row in sorted(self.rows["quotations"], key=lambda row: row["quotation_id"]):
            became.setdefault(row.get("contract_id"), []).append(row["quotation_id"])
        only_named |= {number for number in became if number} | {row["order_id"] for row in self.rows["payments"] if row.get("order_id")}
        for number in [*numbers, *sorted(only_named - set(numbers))]:
            row = by_number.get(number, {})
            elders = [(kind, row[f"{kind}_id"]) for kind in ("quotation", "inquiry") if row.get(f"{kind}_id")]
            elders += [("quotation", quoted) for quoted in became.get(number, ())]
            elders += [each for kind, elder in elders if kind == "quotation" for each in self.of_quotation.get(elder, ())]
            mine = [("contract", number), *(each for each in elders if each not in claimed)]
            claimed.update((each, number) for each in mine)
            head = min(mine, key=lambda paper: (ELDEST.index(paper[0]), paper[1]))
            self.deal.update((paper, head) for paper in mine)

    def _gather(self) -> None:
        """What no contract follows from: inquiries, then requests, then quotations, each with the elder it names."""
        named = {each for papers in self.of_quotation.values() for each in papers}
        named |= {(kind, row[f"{kind}_id"]) for row in self.rows["contracts"] for kind in ("inquiry", "quotation") if row.get(f"{kind}_id")}
        inquiries = {("inquiry", row["inquiry_id"]) for row in self.rows["inquiries"]} | {each for each in named if each[0] == "inquiry"}
        for paper in inquiries:
            self.deal.setdefault(paper, paper)
        for paper in sorted(each for each in named if each[0] == "rfq"):
            answers = [papers for papers in self.of_quotation.values() if paper in papers]
            asked = sorted(each for papers in answers for each in papers if each[0] == "inquiry")
            self.deal.setdefault(paper, self.deal[asked[0]] if asked else paper)
        for number, papers in self.of_quotation.items():
            self.deal.setdefault(("quotation", number), self.deal[min(papers)] if papers else ("quotation", number))

    def name(self, kind: str, number: object) -> str | None:
        found = self.deal.get((kind, number))
        return None if found is None else "/".join(found)


def deals(tables: Tables, shops: Sequence[str], zone: ZoneInfo) -> Iterable[tuple[str, list[tuple]]]:
    """(what the deal is called, its moments in the order of the chain) for each deal of ``shops``."""
    papers = _Papers(tables, shops)
    told: dict[str, dict[str, tuple]] = {}

    def note(kind: str, number: object, stage: str, at: object, evidence: str, day: object = None) -> None:
        name = papers.name(kind, number)
        if at is not None and name is not None:
            moment = (at, evidence, day or instant(at).astimezone(zone).date().isoformat())
            told.setdefault(name, {})[stage] = min(told.get(name, {}).get(stage, moment), moment)

    rows = papers.rows
    for row in rows["inquiries"]:
        if row["status"] != "spam":
            note("inquiry", row["inquiry_id"], "inquiry", row["received_at"], "inquiries.received_at", row["received_date"])
    for row in rows["rfqs"]:
        note("rfq", row["rfq_id"], "inquiry", row["posted_at"], "rfqs.posted_at", row["posted_date"])
    for row in rows["quotations"]:
        if row["status"] != "draft":
            note("quotation", row["quotation_id"], "negotiation", row["issued_at"], "quotations.issued_at", row["issued_date"])
    for row in rows["contracts"]:
        if row.get("signed_at"):
            note("contract", row["contract_id"], "contract", row["signed_at"], "contracts.signed_at")
        elif row["status"] not in ("draft", "cancelled"):
            note("contract", row["contract_id"], "contract", row["created_at"], "contracts.created_at", row["created_date"])
    for number in dict.fromkeys(row["contract_id"] for name in ELSEWHERE for row in rows[name]):
        for stage, at, evidence, day in _of_contract(number, rows):
            note("contract", number, stage, at, evidence, day)
    for name, moments in told.items():
        yield name, [(stage, *_moment(moments.get(stage))) for stage in STAGES]


ELSEWHERE = ("payment_milestones", "trade_shipments", "inspections", "acceptances")
STAGES = ("inquiry", "negotiation", "contract", "deposit_paid", "paid", "shipped", "received", "inspected", "completed")


def _moment(found: tuple | None) -> tuple:
    at, evidence, day = found or (None, None, None)
    return at, day, evidence


def _of_contract(number: object, rows: Mapping[str, list[Row]]) -> Iterable[tuple]:
    """(stage, instant, evidence, day where one is told) of money, goods, inspections and acceptance."""
    parts, goods, looks, taken = ([row for row in rows[name] if row["contract_id"] == number] for name in ELSEWHERE)
    came = [row for row in rows["payments"] if row["order_id"] == number and (row["kind"], row["status"]) == ("payment", "completed")]
    money = [(row, *_paid(row, parts, came)) for row in parts]
    yield from (("deposit_paid", at, told_by, None) for row, at, told_by in money if row["milestone"] == "deposit")
    due = [(at, told_by) for row, at, told_by in money if row["status"] != "cancelled"]
    if any(row["milestone"] in ("balance", "full") for row, *_ in money if row["status"] != "cancelled") and all(at for at, _ in due):
        at = max(at for at, _ in due)
        yield "paid", at, min(told_by for each, told_by in due if each == at), None
    alive = [row for row in goods if row["status"] != "cancelled"]
    yield from (("shipped", row["shipped_at"], "trade_shipments.shipped_at", None) for row in alive)
    if alive and all(row["delivered_at"] for row in alive):
        yield "received", max(row["delivered_at"] for row in alive), "trade_shipments.delivered_at", None
    good = [row for row in looks if row["result"] in ("pass", "conditional")]
    yield from (("inspected", row["inspected_at"], "inspections.inspected_at", row["inspected_date"]) for row in good)
    if taken:
        last = max(taken, key=lambda row: row["accepted_at"])
        yield "completed", last["accepted_at"], "acceptances.accepted_at", last["accepted_date"]


def _paid(part: Row, parts: list[Row], came: list[Row]) -> tuple[object, str]:
    """When a part of the contract's money was there, and whose word that is: its own, else the transfers'."""
    if part["paid_at"]:
        return part["paid_at"], "payment_milestones.paid_at"
    before = [each for each in parts if each["milestone"] != "balance" or part["milestone"] == "balance"]
    wanted, had = sum(each["due_minor"] for each in before), 0
    for transfer in sorted(came, key=lambda row: (row["paid_at"], row["payment_id"])):
        had += transfer["amount_minor"]
        if had >= wanted:
            return transfer["paid_at"], "payments.paid_at"
    return None, "payments.paid_at"


_ELDERS = (
    ("quotations", "quotation_id", "inquiry_id", "inquiries", "inquiry"), ("quotations", "quotation_id", "rfq_id", "rfqs", "inquiry"),
    ("quotations", "quotation_id", "contract_id", "contracts", "contract"),
    ("contracts", "contract_id", "quotation_id", "quotations", "negotiation"),
    ("contracts", "contract_id", "inquiry_id", "inquiries", "inquiry"),
    ("trade_shipments", "shipment_id", "contract_id", "contracts", "contract"),
    ("inspections", "inspection_id", "contract_id", "contracts", "contract"),
    ("acceptances", "acceptance_id", "contract_id", "contracts", "contract"),
    ("payments", "payment_id", "order_id", "contracts", "contract"),
)  # fmt: skip

_NUMBER = {"inquiries": "inquiry_id", "rfqs": "rfq_id", "quotations": "quotation_id", "contracts": "contract_id"}


def missing_elders(tables: Tables, traders: Mapping[str, tuple[str, ...]]) -> Iterable[Row]:
    for shop, feeders in traders.items():
        papers = _Papers(tables, (shop, *feeders))
        for name, key, column, elders, stage in _ELDERS:
            there = {row[_NUMBER[elders]] for row in papers.rows[elders]}
            for row in papers.rows[name]:
                if row.get(column) and row[column] not in there:
                    own, number = ("quotation", row[key]) if name == "quotations" else ("contract", row.get("contract_id") or row[column])
                    place = f"{row['contract_id']}/{row[key]}" if name == "trade_shipments" else row[key]
                    yield {
                        "client": row["client"], "shop": shop, "mode": "b2b", "subject_kind": "deal",
                        "subject_id": papers.name(own, number), "kind": "missing_parent", "stage": stage,
                        "ref": f"{name}/{place} > {elders}/{row[column]}", "evidence": f"{name}.{column}",
                    }
