"""Where a contract's money stands → ``payment_milestones``; what moved at trade assurance → ``payments``.

An order's detail says how its money is split, its funds what was paid of each part and when, and what was given back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.alibaba.amounts import is_zero, money, read_money
from connectors.alibaba.envelope import field, listed
from connectors.alibaba.words import CLOSED, HELD, PAY_STATUS, STEPS, UNPAY, milestone_words
from connectors.contract import Shop
from connectors.documents import Documents
from connectors.epochs import epochs
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft
from connectors.loose import blanked, either, text
from transforms.tables import PAYMENT_MILESTONES, PAYMENTS

PAY = Flattener(
    {
        "step": "pay_step", "status": "pay_status", "amount": "pay_amount.amount", "currency": "pay_amount.currency",
        "received": "receive_amount.amount", "received_currency": "receive_amount.currency", "paid": "pay_time.timestamp",
        "received_at": "receive_time.timestamp",
    }
)
REFUND = Flattener({"id": "id", "amount": "amount.amount", "currency": "amount.currency", "at": "refund_time.timestamp"})
PROVIDER = "trade_assurance"


@dataclass
class Funds:
    """The fund calls' answers, laid flat: payments and refunds with the contract's row of each. ``is_told``: by row, whether any was."""

    is_told: list[bool]
    fees: list[Any]
    pays: dict[str, list[Any]]
    of_pay: np.ndarray
    refunds: dict[str, list[Any]]
    of_refund: np.ndarray
    pay_faults: Faults
    refund_faults: Faults

    @classmethod
    def gather(cls, values: Sequence[Any], faults: Faults) -> Funds:
        pays, of_pay = explode([listed(field(value, "fund_pay_list")) for value in values], "fund_pay_list", faults)
        refunds, of_refund = explode([listed(field(value, "refund_list")) for value in values], "refund_list", faults)
        pay_faults, refund_faults = Faults(len(pays)), Faults(len(refunds))
        is_told = [field(value, "fund_pay_list") is not None for value in values]
        fees = [field(value, "service_fee") or field(value, "payment_transaction_fee") for value in values]
        return cls(is_told, fees, PAY(pays, pay_faults), of_pay, REFUND(refunds, refund_faults), of_refund, pay_faults, refund_faults)


def map_milestones(
    shop: Shop, newest: Documents, contracts: Draft, detail: dict[str, list[Any]], statuses: Sequence[Any], funds: Funds
) -> tuple[Draft, np.ndarray]:
    """One row a part of the money (deposit and balance, or all at once), and the contract's row of each."""
    steps, rows, names, due, codes, told = blanked(detail["step"]), [], [], [], [], []
    paid = _paid_by_step(funds)
    back = _given_back(funds, contracts)
    for row, status in enumerate(statuses):
        split = steps[row] != "FULL" and not is_zero(detail["advance"][row])
        parts = (("deposit", "advance"), ("balance", "balance")) if split else (("full", "total"),)
        if status is None or is_zero(detail["total"][row]):
            continue
        by_order = milestone_words(str(status), steps[row], tuple(name for name, _ in parts))
        for name, place in parts:
            rows.append(row)
            names.append(name)
            due.append(detail[place][row])
            codes.append(detail[f"{place}_currency"][row])
            found = paid.get((row, name))
            told.append((_word(str(status), found, row in back), found) if funds.is_told[row] else (by_order[name], None))
    parent = np.array(rows, dtype=np.int64)
    milestones = Draft(PAYMENT_MILESTONES, shop, newest.within([None] * len(rows), parent).records)
    for name in ("contract_id", "source_updated_at", "currency"):
        milestones.put(name, contracts[name].take(pa.array(parent, pa.int64())))
    milestones.text("milestone", names)
    money(milestones, "due_minor", due, codes, milestones["currency"].to_pylist())
    milestones.text("status", [word for word, _ in told])
    milestones.put("paid_at", epochs([at for _, at in told], "paid_at", milestones.faults))
    return milestones, parent


def _paid_by_step(funds: Funds) -> dict[tuple[int, str], Any]:
    """(contract's row, milestone) → when its money was there (epoch milliseconds); parts that are not settled are left out."""
    columns = (funds.pays["step"], funds.pays["status"], either(funds.pays["received_at"], funds.pays["paid"]))
    found = zip(funds.of_pay.tolist(), *columns, strict=True)
    return {(row, STEPS.get(text(step), "")): at for row, step, status, at in found if PAY_STATUS.get(text(status)) == "completed"}


def _given_back(funds: Funds, contracts: Draft) -> set[int]:
    """Rows of contracts whose refunds come to all that was paid."""
    currency = contracts["currency"].to_pylist()
    paid, back = [0] * contracts.size, [0] * contracts.size
    for sums, rows, columns in ((paid, funds.of_pay, funds.pays), (back, funds.of_refund, funds.refunds)):
        mine = [currency[row] for row in rows.tolist()]
        settled = [PAY_STATUS.get(text(word)) == "completed" for word in columns["status"]] if "status" in columns else [True] * len(mine)
        values = read_money(columns["amount"], columns["currency"], mine, "amount", Faults(len(mine))).to_pylist()
        for row, value, counts in zip(rows.tolist(), values, settled, strict=True):
            sums[row] += value if value is not None and counts else 0
    return {row for row, amount in enumerate(back) if amount and amount >= paid[row]}


def _word(status: str, paid: Any, is_back: bool) -> str:
    if paid is None:
        return "cancelled" if status == CLOSED else "due"
    if is_back:
        return "refunded"
    return "frozen" if status in HELD else "paid"


class _Moves:
    """Payments, refunds and fees laid one after the other, column by column; ``above``: the contract's row of each."""

    def __init__(self, funds: Funds) -> None:
        pays, refunds = funds.pays, funds.refunds
        moved = [row for row, status in enumerate(pays["status"]) if status != UNPAY]
        last = _last_received(funds, moved)
        fees = [row for row, fee in enumerate(funds.fees) if row in last and not is_zero(field(fee, "amount"))]
        self.paid, self.others = len(moved), len(funds.of_refund) + len(fees)
        self.above = [*(int(funds.of_pay[row]) for row in moved), *(int(row) for row in funds.of_refund), *fees]
        steps = [pays["step"][row] for row in moved]
        self.raw = [*steps, *(["refund"] * len(funds.of_refund)), *(["service_fee"] * len(fees))]
        self.kind = [*(["payment"] * self.paid), *(["refund"] * len(funds.of_refund)), *(["fee"] * len(fees))]
        back = [_named("refund", each) for each in refunds["id"]]
        self.tail = [*_numbered(self.above[: self.paid], steps), *back, *(["service_fee"] * len(fees))]
        told = [funds.fees[row] for row in fees]
        self.amount = [*(pays["amount"][row] for row in moved), *refunds["amount"], *(field(fee, "amount") for fee in told)]
        codes = [*(pays["currency"][row] for row in moved), *refunds["currency"], *(field(fee, "currency") for fee in told)]
        self.currency = blanked(codes)
        self.at = blanked([*(pays["paid"][row] for row in moved), *refunds["at"], *(last[row] for row in fees)])
        self.status = blanked([*(pays["status"][row] for row in moved), *(["completed"] * self.others)])
        nothing = [None] * self.others
        self.received = [*(pays["received"][row] for row in moved), *nothing]
        self.received_currency = [*(pays["received_currency"][row] for row in moved), *nothing]
        faults = (funds.pay_faults.column(), funds.refund_faults.column())
        self.faults = [*(faults[0][row].as_py() for row in moved), *faults[1].to_pylist(), *([None] * len(fees))]


def map_payments(shop: Shop, newest: Documents, contracts: Draft, funds: Funds, zone: str) -> Draft:
    """One row a payment, a refund, and an order's service fee.

    The fee is told as one sum without a time: it stands at the last payment received so far, out of which it is taken.
    """
    moves, ids = _Moves(funds), contracts["contract_id"].to_pylist()
    parent = np.array(moves.above, dtype=np.int64)
    payments = Draft(PAYMENTS, shop, newest.within([None] * len(parent), parent).records)
    for row, fault in enumerate(moves.faults):
        if fault:
            payments.faults.add(row, "funds", fault)
    pairs = zip(moves.above, moves.tail, strict=True)
    numbers = [None if tail is None or ids[row] is None else f"{ids[row]}/{tail}" for row, tail in pairs]
    payments.text("payment_id", numbers)
    payments.text("transaction_id", numbers)
    payments.text("kind", moves.kind)
    payments.text("kind_raw", moves.raw)
    payments.constant("provider", PROVIDER)
    for name, source in (("order_id", "contract_id"), ("source_updated_at", "source_updated_at")):
        payments.put(name, contracts[source].take(pa.array(parent, pa.int64())))
    payments.word("status", moves.status, {**PAY_STATUS, "completed": "completed"})  # refunds and fees are told once they are done
    payments.text("status_raw", moves.status)
    payments.text("currency", moves.currency)
    gross = money(payments, "amount_minor", moves.amount, moves.currency, moves.currency)
    payments.put("amount_minor", pc.multiply(gross, pa.array([1] * moves.paid + [-1] * moves.others, pa.int64())))
    kept = pc.subtract(money(payments, "fee_minor", moves.received, moves.received_currency, moves.currency), gross)
    payments.put("fee_minor", pc.if_else(pc.equal(kept, 0), pa.scalar(None, pa.int64()), kept))
    payments.put("paid_at", epochs(moves.at, "paid_at", payments.faults))
    payments.day("paid_date", "paid_at", [zone] * payments.size)
    return payments


def _last_received(funds: Funds, moved: list[int]) -> dict[int, Any]:
    """Contract's row → the latest time money was received."""
    found: dict[int, Any] = {}
    times = either(funds.pays["received_at"], funds.pays["paid"])
    for row in moved:
        if PAY_STATUS.get(text(funds.pays["status"][row])) == "completed" and times[row] is not None:
            mine = int(funds.of_pay[row])
            found[mine] = max(found.get(mine, times[row]), times[row], key=lambda each: int(each) if str(each).isdecimal() else 0)
    return found


def _numbered(rows: Sequence[int], steps: Sequence[Any]) -> list[str | None]:
    """A step paid in several transfers: its second is ``ADVANCE/2``."""
    seen: dict[tuple[int, str], int] = {}
    found = []
    for row, step in zip(rows, map(text, blanked(steps)), strict=True):
        seen[row, step] = seen.get((row, step), 0) + 1
        found.append(None if not step else step if seen[row, step] == 1 else f"{step}/{seen[row, step]}")
    return found


def _named(word: str, number: Any) -> str | None:
    (told,) = blanked([number])
    return None if told is None else f"{word}/{told}"
