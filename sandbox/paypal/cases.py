"""Disputes: a buyer opens one about a payment, it lives through its steps, and money is held, released or given back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sandbox.paypal.movements import Movement, Sale, held, hours, refunded, reversed_at
from sandbox.paypal.sales import Paid

REASONS = (
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", "CREDIT_NOT_PROCESSED", "DUPLICATE_TRANSACTION",
    "INCORRECT_AMOUNT", "OTHER",
)
OUTCOMES = ("RESOLVED_BUYER_FAVOUR", "RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT", "DENIED", "ACCEPTED")


@dataclass(frozen=True)
class Step:
    """One turn of a case: ``status`` is all parties', ``state`` the seller's view of it."""

    at: datetime
    status: str
    state: str
    stage: str
    outcome: str | None = None


@dataclass(frozen=True)
class Case:
    """One dispute with its whole life. ``returned_minor``: what the buyer gets back in the end."""

    dispute_id: str
    sale: Sale
    reason: str
    amount_minor: int
    steps: tuple[Step, ...]
    due_at: datetime | None
    returned_minor: int

    @property
    def opened_at(self) -> datetime:
        return self.steps[0].at

    def now(self, instant: datetime) -> Step:
        return [step for step in self.steps if step.at < instant][-1]


def dispute(paid: Paid, seed: int) -> tuple[Case, list[Movement]]:
    """A dispute about a payment whose money arrived, and the sale's movements with what it brings."""
    rng = Random(f"{seed}:paypal case:{paid.sale.transaction_id}")
    case = _unauthorised(paid.sale, rng) if rng.random() < 0.25 else _claimed(paid.sale, rng)
    return case, list(_movements(case, paid, seed))


def _unauthorised(sale: Sale, rng: Random) -> Case:
    """Somebody else used the buyer's account: decided within two and a half days of the payment, all of it given back."""
    opened = sale.at + hours(42, 48, rng)
    steps = (
        Step(opened, "OPEN", "OPEN_INQUIRIES", "INQUIRY"),
        Step(opened + hours(1, 11, rng), "RESOLVED", "RESOLVED", "CHARGEBACK", "RESOLVED_BUYER_FAVOUR"),
    )
    return Case(_number(rng), sale, "UNAUTHORISED", sale.amount_minor, steps, None, sale.amount_minor)


def _claimed(sale: Sale, rng: Random) -> Case:
    """A claim about the goods; a lost one costs half, so that the payment itself stays what it is."""
    opened = sale.at + hours(44, 80, rng)
    asked, judged = opened + hours(0.5, 6, rng), opened + hours(24, 60, rng)
    ended = judged + hours(20, 90, rng)
    steps = [
        Step(opened, "OPEN", "OPEN_INQUIRIES", "INQUIRY"), Step(asked, "WAITING_FOR_SELLER_RESPONSE", "REQUIRED_ACTION", "CHARGEBACK"),
    ]
    if rng.random() < 0.3:
        steps.append(Step(judged, "WAITING_FOR_BUYER_RESPONSE", "REQUIRED_OTHER_PARTY_ACTION", "CHARGEBACK"))
        outcome = "CANCELED_BY_BUYER"
    else:
        steps.append(Step(judged, "UNDER_REVIEW", "UNDER_PAYPAL_REVIEW", "CHARGEBACK"))
        outcome = rng.choice(OUTCOMES)
    steps.append(Step(ended, "RESOLVED", "RESOLVED", "CHARGEBACK", outcome))
    back = sale.amount_minor // 2 if outcome in ("RESOLVED_BUYER_FAVOUR", "ACCEPTED") else 0
    return Case(_number(rng), sale, rng.choice(REASONS), sale.amount_minor, tuple(steps), asked + timedelta(days=10), back)


def _number(rng: Random) -> str:
    return f"PP-D-{rng.randrange(10_000, 10_000_000)}"


def _movements(case: Case, paid: Paid, seed: int) -> Iterator[Movement]:
    ended = case.steps[-1].at
    if case.reason == "UNAUTHORISED":
        yield from reversed_at(paid.movements, paid.sale, ended)
        yield refunded(paid.sale, ended, case.returned_minor, "reversal", seed, code="T1106")
        return
    yield from paid.movements
    yield held(paid.sale, case.opened_at, case.amount_minor, seed, is_release=False)
    yield held(paid.sale, ended, case.amount_minor, seed, is_release=True)
    if case.returned_minor:
        yield refunded(paid.sale, ended, case.returned_minor, "reversal", seed, code="T1106")
