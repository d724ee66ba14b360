"""What moves on a PayPal account: plain facts with their later steps, and the fold that shows them at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from sandbox.paypal import ids
from sandbox.world.fx import ROUGH_PER_EUR

Steps = tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class Movement:
    """One row of the account's history, past and to come.

    Attributes:
        code: PayPal's transaction event code.
        steps: (instant, status letter) pairs; the first is ``at``.
        reference: the transaction it belongs to.
        payer: number of the buyer (None: nobody but PayPal and the bank).
        moves_money: False for authorisations and the like, which PayPal hides unless asked.
    """

    account: str
    transaction_id: str
    code: str
    at: datetime
    currency: str
    amount_minor: int
    steps: Steps
    fee_minor: int | None = None
    reference: str | None = None
    invoice_id: str | None = None
    custom: str | None = None
    payer: int | None = None
    moves_money: bool = True

    def status_at(self, instant: datetime) -> str:
        return self._seen(instant)[1]

    def updated_at(self, instant: datetime) -> datetime:
        return self._seen(instant)[0]

    def settled_at(self) -> datetime | None:
        """When its money first counted; None: never."""
        return next((at for at, status in self.steps if status == "S"), None)

    def _seen(self, instant: datetime) -> tuple[datetime, str]:
        return [step for step in self.steps if step[0] < instant][-1]


@dataclass(frozen=True)
class Sale:
    """Somebody pays: what the movements of one payment are made from. ``order_ref``: the store's order number, if it is one's."""

    account: str
    transaction_id: str
    at: datetime
    currency: str
    amount_minor: int
    payer: int
    invoice_id: str | None
    custom: str | None = None
    code: str = "T0006"


def hours(least: float, most: float, rng: Random) -> timedelta:
    return timedelta(seconds=round(rng.uniform(least, most) * 3600))


def received(sale: Sale, rng: Random, seed: int) -> list[Movement]:
    """The payment itself; before it perhaps an authorisation, after it, from abroad, two legs of a conversion under one number."""
    steps: Steps = ((sale.at, "S"),)
    if rng.random() < 0.08:  # money still on its way from a bank: pending for up to two days, then here or not
        later = sale.at + hours(5, 40, rng)
        steps = ((sale.at, "P"), (later, "D" if rng.random() < 0.2 else "S"))
    rate = 349 if sale.currency == ids.home_currency(sale.account) else 499  # per ten thousand
    fee = -(sale.amount_minor * rate // 10_000 + (0 if sale.currency in ids.WHOLE_UNITS else 35))
    authorised = ids.transaction_id(seed, sale.transaction_id, "authorisation") if rng.random() < 0.12 else None
    payment = _of(sale, sale.transaction_id, sale.code, sale.at, sale.amount_minor, steps, fee_minor=fee, reference=authorised)
    found = [payment]
    if authorised:
        before = sale.at - hours(0.1, 20, rng)
        found.append(_of(sale, authorised, "T1300", before, sale.amount_minor, ((before, "S"),), moves_money=False))
    settled = payment.settled_at()
    if settled and sale.currency != ids.home_currency(sale.account):
        found += _converted(payment, settled, seed)
    return found


def refunded(sale: Sale, at: datetime, amount_minor: int, number: object, seed: int, code: str = "T1107") -> Movement:
    """Money back to the payer under a number of its own, naming the payment."""
    number = ids.transaction_id(seed, sale.transaction_id, "back", number)
    return _of(sale, number, code, at, -amount_minor, ((at, "S"),), reference=sale.transaction_id)


def held(sale: Sale, at: datetime, amount_minor: int, seed: int, *, is_release: bool) -> Movement:
    """A hold while a dispute runs, or its release."""
    number = ids.transaction_id(seed, sale.transaction_id, "release" if is_release else "hold")
    code, amount = ("T1111", amount_minor) if is_release else ("T1110", -amount_minor)
    return _of(sale, number, code, at, amount, ((at, "S"),), reference=sale.transaction_id)


def reversed_at(movements: Sequence[Movement], sale: Sale, at: datetime) -> list[Movement]:
    """The same movements, the payment's last step being that it was fully reversed."""
    return [
        replace(each, steps=(*each.steps, (at, "V"))) if each.transaction_id == sale.transaction_id and each.code == sale.code else each
        for each in movements
    ]


def _of(sale: Sale, number: str, code: str, at: datetime, amount: int, steps: Steps, **more: object) -> Movement:
    told = {"invoice_id": sale.invoice_id, "custom": sale.custom, "payer": sale.payer}
    return Movement(sale.account, number, code, at, sale.currency, amount, steps, **told, **more)


def _converted(payment: Movement, at: datetime, seed: int) -> list[Movement]:
    """Out of the foreign balance and into the home one: the same number, code and second, told apart by currency and amount."""
    home = ids.home_currency(payment.account)
    net = payment.amount_minor + (payment.fee_minor or 0)
    unit = (1 if payment.currency in ids.WHOLE_UNITS else 100, 1 if home in ids.WHOLE_UNITS else 100)
    worth = net * ROUGH_PER_EUR[home] * unit[1] * 97 // (ROUGH_PER_EUR[payment.currency] * unit[0] * 100)
    number = ids.transaction_id(seed, payment.transaction_id, "conversion")
    leg = Movement(
        payment.account, number, "T0200", at, payment.currency, -net, ((at, "S"),), reference=payment.transaction_id, payer=None
    )
    return [leg, replace(leg, currency=home, amount_minor=worth)]
