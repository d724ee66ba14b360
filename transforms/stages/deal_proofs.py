"""What a family of trade documents proves of its deals, which elders are missing, and where each deal stands."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from transforms.sites import zone_dates
from transforms.stages.deal_money import paid_milestones
from transforms.stages.deals import COLUMNS, KINDS, NAMED, OF_CONTRACT, deals_of, name_of
from transforms.stages.derive import WAIT, StagedShop
from transforms.stages.proofs import NOTHING, first, is_not, last_of_all, proofs, typed

KEY = ["contract_id"]
KEYS = {
    "quotations": ("quotation_id",), "contracts": ("contract_id",), "trade_shipments": ("contract_id", "shipment_id"),
    "inspections": ("inspection_id",), "acceptances": ("acceptance_id",), "payments": ("payment_id",),
}  # fmt: skip


def deal_proofs(frames: Mapping[str, pd.DataFrame], shop: StagedShop) -> pd.DataFrame:
    """Stages of deals.

    ``inquiry``: the first inquiry (no spam) or answered request. ``negotiation``: the first quotation that was sent.
    ``contract``: signed, where that is told, else drawn up (drafts and what was cancelled unsigned do not count).
    ``deposit_paid``: the deposit's own milestone; ``paid``: the last milestone, once each that was not cancelled is paid and one
    of them is the balance or the full sum (when they were paid: ``paid_milestones``). ``shipped``: the first consignment's
    departure; ``received``: the last one's arrival, once every one that was not cancelled has arrived. ``inspected``: the first
    inspection that passed, conditions included. ``completed``: the last time the buyer accepted goods.
    """
    deals = deals_of(frames)
    inquiries, quotations, contracts = frames["inquiries"], frames["quotations"], frames["contracts"]
    inquiries, sent = inquiries[is_not(inquiries["status"], "spam")], quotations[is_not(quotations["status"], "draft")]
    signed = contracts.dropna(subset="signed_at")
    agreed = contracts[contracts["signed_at"].isna() & is_not(contracts["status"], "draft", "cancelled")]
    milestones, goods = paid_milestones(frames["payment_milestones"], frames["payments"]), frames["trade_shipments"]
    alive = goods[is_not(goods["status"], "cancelled")]
    passed = frames["inspections"][frames["inspections"]["result"].isin(("pass", "conditional"))]
    taken = frames["acceptances"].sort_values("accepted_at").drop_duplicates(KEY, keep="last")
    deposits = milestones[milestones["milestone"] == "deposit"]
    parts = [
        _dated(inquiries, "inquiries", "inquiry", "received", shop), _dated(frames["rfqs"], "rfqs", "inquiry", "posted", shop),
        _dated(sent, "quotations", "negotiation", "issued", shop), _dated(agreed, "contracts", "contract", "created", shop),
        _instants(signed, "contract", "contracts.signed_at", shop),
        _instants(first(deposits, KEY, "paid_at"), "deposit_paid", "payment_milestones.paid_at", shop),
        _instants(_paid_up(milestones), "paid", "payment_milestones.paid_at", shop),
        _instants(first(alive, KEY, "shipped_at"), "shipped", "trade_shipments.shipped_at", shop),
        _instants(last_of_all(alive, "contract_id", "delivered_at"), "received", "trade_shipments.delivered_at", shop),
        _dated(passed, "inspections", "inspected", "inspected", shop), _dated(taken, "acceptances", "completed", "accepted", shop),
    ]
    found = typed(parts)
    return found.assign(subject_id=found["subject_id"].map(deals)).dropna(subset="subject_id")


def _dated(frame: pd.DataFrame, table: str, stage: str, stem: str, shop: StagedShop) -> pd.DataFrame:
    """From a table that has the calendar day beside its instant."""
    if not len(frame):
        return NOTHING
    return proofs("deal", _document(frame, table), stage, frame[f"{stem}_at"], frame[f"{stem}_date"], f"{table}.{stem}_at")


def _instants(frame: pd.DataFrame, stage: str, evidence: str, shop: StagedShop) -> pd.DataFrame:
    """From a table keyed by contract whose instants have no day beside them: the account's zone tells it.

    Rows that name their ``evidence`` themselves are taken at their word.
    """
    if not len(frame):
        return NOTHING
    at = frame[evidence.partition(".")[2]]
    said = frame.get("evidence", evidence)
    return proofs("deal", _document(frame, "contracts"), stage, at, zone_dates(at, shop.zone), said)


def _document(frame: pd.DataFrame, table: str) -> pd.Series:
    own = table if table in KINDS else "contracts"
    return f"{KINDS[own]}/" + frame[COLUMNS[own]]


def _paid_up(milestones: pd.DataFrame) -> pd.DataFrame:
    due = milestones[is_not(milestones["status"], "cancelled")]
    closing = due.loc[due["milestone"].isin(("balance", "full")), "contract_id"]
    return last_of_all(due[due["contract_id"].isin(closing)], "contract_id", "paid_at")


def deal_waits(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Papers that rows name and that are not stored (elders, and the order a quotation says it became): ``WAIT``, one row a link.

    ``since_at`` is when the row that names it was received: what is waited for is a delivery, not a date in the trade.
    """
    deals, rows = deals_of(frames), []
    for table, links in NAMED.items():
        for column, (elders, key, stage) in links.items():
            there = set(frames[elders][key].tolist())
            is_missing = [number not in there and pd.notna(number) for number in frames[table][column].tolist()]
            for row in frames[table][is_missing].to_dict("records") if any(is_missing) else ():
                own = name_of(table, row[COLUMNS[table]]) if table in KINDS else name_of("contracts", row[column])
                place = "/".join(str(row[name]) for name in KEYS[table])
                ref = f"{table}/{place} > {elders}/{row[column]}"
                rows.append(("deal", deals[own], stage, ref, f"{table}.{column}", row["seen_at"]))
    columns = zip(*rows, strict=True) if rows else [()] * len(WAIT)
    return pd.DataFrame({name: pd.Series(told, dtype=kind.dtype) for (name, kind), told in zip(WAIT.items(), columns, strict=True)})


def deal_standing(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """``subject_id`` → ``status``: the contract's word where there is one; else ended only where every paper of the deal is.

    ``done``: the parts of the money whose milestones say that they came though nobody tells when, as stages joined by commas.
    """
    deals, money = deals_of(frames), _money_in(frames["payment_milestones"])
    words: dict[str, dict[str, list[str]]] = {}
    for table in KINDS:
        frame = frames[table]
        for number, word in zip(frame[COLUMNS[table]], frame["status"], strict=True):
            if (deal := deals.get(name_of(table, number))) is not None:  # a request nobody answered is none of ours
                words.setdefault(deal, {}).setdefault(table, []).append(word)
    came = {deals[name_of("contracts", number)]: stages for number, stages in money.items()}
    rows = [(deal, _word(told), came.get(deal, "")) for deal, told in sorted(words.items())]
    return pd.DataFrame(rows, columns=["subject_id", "status", "done"])


def _money_in(milestones: pd.DataFrame) -> dict[str, str]:
    """Contract → the stages its milestones' words say are done; what is frozen came, too."""
    found = {}
    for number, parts in milestones.groupby("contract_id"):
        words = dict(zip(parts["milestone"], parts["status"], strict=True))
        due = {name: word for name, word in words.items() if word != "cancelled"}
        is_all = bool(set(due) & {"balance", "full"}) and set(due.values()) <= {"paid", "frozen"}
        stages = ["deposit_paid"] * (words.get("deposit") in ("paid", "frozen")) + ["paid"] * is_all
        if stages:
            found[str(number)] = ",".join(stages)
    return found


def _word(told: Mapping[str, list[str]]) -> str:
    if "contracts" in told:
        return told["contracts"][0]
    if "quotations" in told:
        is_lost = "lost" in told.get("rfqs", ()) and "accepted" not in told["quotations"]  # the buyer took another seller's
        alive = set(told["quotations"]) - {"rejected", "expired"}
        return "rejected" if is_lost else "open" if alive else min(told["quotations"])
    return min(told["inquiries"]) if "inquiries" in told else "open"


__all__ = ["OF_CONTRACT", "deal_proofs", "deal_standing", "deal_waits"]
