"""An account's whole history at the horizon: sales, what disputes did to them, weekly withdrawals, balances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sandbox.market import House
from sandbox.paypal import ids
from sandbox.paypal.cases import Case, dispute
from sandbox.paypal.movements import Movement, hours
from sandbox.paypal.sales import Paid, invoices_of, is_paid_into, of_order
from sandbox.world import PRELUDE
from sandbox.world.demand import days_between

# What happened in the last hours before the horizon is not loaded yet; it comes with a later horizon, late as PayPal's data does.
LOADED_AFTER = timedelta(hours=4)
# PayPal says its data is three hours old. Sometimes it is older than that: those rows come late.
SAID_AFTER = timedelta(hours=3)
OPENING_MINOR = 250_000


@dataclass(frozen=True)
class Entry:
    """One visible movement and the balance of its currency after it (None for what moves none)."""

    movement: Movement
    ending_minor: int | None


class Books:
    """Every account's books, remembered for one horizon."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._horizon: datetime | None = None
        self._kept: dict[str, tuple[list[Movement], list[Case]]] = {}

    @property
    def loaded_until(self) -> datetime:
        return self._house.clock.horizon - LOADED_AFTER

    @property
    def refreshed_at(self) -> datetime:
        """What PayPal says of how far its data goes: by the clock, whole quarters of an hour."""
        said = self._house.clock.now() - SAID_AFTER
        return said.replace(minute=said.minute // 15 * 15, second=0, microsecond=0)

    def entries(self, account: str) -> list[Entry]:
        """What the history shows, oldest first."""
        balance: Counter[str] = Counter({ids.home_currency(account): OPENING_MINOR})
        found = []
        for each in self._book(account)[0]:
            if not each.at < self.loaded_until:
                continue
            if each.moves_money and each.status_at(self.loaded_until) in "SV":
                balance[each.currency] += each.amount_minor + (each.fee_minor or 0)
            found.append(Entry(each, balance[each.currency] if each.moves_money else None))
        return [entry for entry in found if entry.movement.at >= self._house.world.first_at]

    def cases(self, account: str) -> list[Case]:
        """Disputes opened inside the history, by when they were opened."""
        first, horizon = self._house.world.first_at, self._house.clock.horizon
        return [case for case in self._book(account)[1] if first <= case.opened_at < horizon]

    def balances(self, account: str) -> dict[str, tuple[int, int]]:
        """Currency → (total, withheld) as far as loaded."""
        home = ids.home_currency(account)
        total: Counter[str] = Counter({home: OPENING_MINOR})
        withheld: Counter[str] = Counter()
        for each in self._book(account)[0]:
            if each.at < self.loaded_until and each.moves_money and each.status_at(self.loaded_until) in "SV":
                if each.code in ("T1110", "T1111"):
                    withheld[each.currency] -= each.amount_minor
                else:
                    total[each.currency] += each.amount_minor + (each.fee_minor or 0)
        return {currency: (total[currency], withheld[currency]) for currency in sorted(total, key=lambda each: (each != home, each))}

    def _book(self, account: str) -> tuple[list[Movement], list[Case]]:
        if self._horizon != self._house.clock.horizon:
            self._kept, self._horizon = {}, self._house.clock.horizon
        if account not in self._kept:
            self._kept[account] = self._made(account)
        return self._kept[account]

    def _made(self, account: str) -> tuple[list[Movement], list[Case]]:
        seed, movements, cases = self._house.seed, [], []
        for paid, is_disputed in self._paid(account):
            if is_disputed and paid.is_settled:
                case, found = dispute(paid, seed)
                cases.append(case)
                movements += found
            else:
                movements += paid.movements
        movements += list(_withdrawals(seed, account, movements, self._days()))
        movements.sort(key=lambda each: (each.at, each.transaction_id, each.code, each.currency))
        return movements, sorted(cases, key=lambda case: (case.opened_at, case.dispute_id))

    def _days(self) -> list[date]:
        return days_between(self._house.world.first_at - PRELUDE, self._house.clock.horizon)

    def _paid(self, account: str) -> Iterator[tuple[Paid, bool]]:
        """Every payment, and whether its buyer disputes it: one invoice in three days, one order in forty."""
        seed = self._house.seed
        for day in self._days():
            for place, paid in enumerate(invoices_of(seed, account, day)):
                yield paid, place == 0 and (day.toordinal() + ids.ACCOUNTS[account].number) % 3 == 0
        for order in self._house.world.orders(self._house.clock.horizon):
            paid = of_order(seed, account, order) if is_paid_into(account, order) else None
            if paid:
                yield paid, Random(f"{seed}:paypal disputed:{order.shop}:{order.number}").random() < 0.025


def _withdrawals(seed: int, account: str, movements: list[Movement], days: list[date]) -> Iterator[Movement]:
    """Once a week what came in since the last one goes to the bank: pending for two days, one in eight sent back by the bank."""
    home, weekday = ids.home_currency(account), (ids.ACCOUNTS[account].number + 2) % 5
    for day in (each for each in days if each.weekday() == weekday):
        at = datetime.combine(day, time(6, 30), UTC)
        came_in = sum(
            each.amount_minor + (each.fee_minor or 0)
            for each in movements
            if each.moves_money and each.currency == home and (settled := each.settled_at()) and at - timedelta(days=7) <= settled < at
        )
        if came_in > 0:
            rng = Random(f"{seed}:paypal withdrawal:{account}:{day}")
            ended = (at + hours(20, 46, rng), "D" if rng.random() < 0.12 else "S")
            number = ids.transaction_id(seed, account, "withdrawal", day)
            yield Movement(account, number, "T0400", at, home, -came_in, ((at, "P"), ended))
