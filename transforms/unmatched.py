"""Unmatched money: what a payment service or a shop tells of a payment, and the other side does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from transforms.metrics.shapes import Period
from transforms.payments import TAKEN, UNMATCHED, join_payments
from transforms.sites import zone_dates

MOST_NAMED = 20


@dataclass(frozen=True)
class PaymentException:
    """Money that one side tells and the other does not.

    Attributes:
        kind: ``no_order`` (paid, and no shop of the client has such an order) or ``no_payment`` (a shop says paid by this service,
            and the service knows no such transaction).
        account: the payment service's account, or the shop whose own payments these are; for ``no_payment`` the shop that says it.
        references: order numbers (else transaction numbers), sorted, at most 20.
    """

    kind: str
    account: str
    provider: str
    currency: str
    count: int
    amount_minor: int
    references: tuple[str, ...]


@dataclass(frozen=True)
class PaymentWeek:
    """One client's period.

    Attributes:
        providers: the payment services it has accounts at.
        compared: payments there in the period, each looked for among the shops' orders.
        until: how far the services are read completely (ISO instant); what a shop says was paid later is not compared yet.
    """

    providers: tuple[str, ...]
    compared: int
    until: str | None
    exceptions: tuple[PaymentException, ...]


def payment_week(
    payments: pd.DataFrame, orders: pd.DataFrame, services: Mapping[str, str], period: Period, zone: str,
    since: datetime | None, until: datetime | None,
) -> PaymentWeek | None:
    """What was paid in a period beside the orders it was for; None where the client has no account at a payment service.

    Only what is told is compared: a shop's order is looked for at a service where the shop itself names that service, and only of the
    time over which every account there is proven complete.

    Args:
        payments: rows of one client around the period (some days more on each side: the two sides' clocks differ).
        orders: every order these payments may be for.
        services: payment services' accounts → what a shop calls that service (``paypal``).
        since, until: over which time every account is proven; None: over none.
    """
    if not services:
        return None
    mine = payments[payments["kind"] == "payment"]
    day = zone_dates(mine["paid_at"], zone)
    in_period = ((day >= period.start) & (day < period.end)).fillna(False).astype(bool)
    is_service = mine["shop"].isin(list(services))
    exceptions = [
        *_without_order(join_payments(pd.concat([mine[is_service & in_period], mine[~is_service]]), orders, list(services)), services),
        *_without_own_order(mine[~is_service & in_period], orders),
        *_without_payment(mine[~is_service & in_period], mine[is_service], services, since, until),
    ]
    compared = int((mine["status"].isin(TAKEN) & in_period & is_service).sum())
    known_until = until.isoformat() if until else None
    return PaymentWeek(tuple(sorted(set(services.values()))), compared, known_until, tuple(sorted(exceptions, key=_order_of)))


def _order_of(one: PaymentException) -> tuple[str, str, str]:
    return one.kind, one.account, one.currency


def _without_order(joined: pd.DataFrame, services: Mapping[str, str]) -> Iterable[PaymentException]:
    """A service's payments of which no order is known."""
    lost = joined[joined["outcome"] == UNMATCHED]
    for (account, currency), rows in lost.groupby(["shop", "currency"]):
        count = int(rows["payment_count"].sum())
        yield _exception("no_order", account, services[account], currency, count, rows["paid_minor"], rows["order_id"])


def _without_own_order(own: pd.DataFrame, orders: pd.DataFrame) -> Iterable[PaymentException]:
    """Payments a marketplace or store took itself for an order that is not among the shop's own."""
    told = own[own["status"].isin(TAKEN) & own["order_id"].notna()]
    known = orders[["shop", "order_id"]].drop_duplicates().assign(is_known=True)
    lost = told.merge(known, on=["shop", "order_id"], how="left").pipe(lambda rows: rows[rows["is_known"].isna()])
    for (shop, provider, currency), rows in lost.groupby(["shop", "provider", "currency"]):
        yield _exception("no_order", shop, provider, currency, len(rows), rows["amount_minor"], rows["order_id"])


def _without_payment(
    own: pd.DataFrame, services_own: pd.DataFrame, services: Mapping[str, str], since: datetime | None, until: datetime | None
) -> Iterable[PaymentException]:
    """What shops say was paid by a service that knows nothing of it."""
    if since is None or until is None:
        return
    named = own.assign(provider=own["provider"].str.lower())
    said = named[named["provider"].isin(list(services.values())) & (named["status"] == "completed")]
    said = said[((said["paid_at"] >= since) & (said["paid_at"] < until)).fillna(False).astype(bool)]
    lost = said[~said["transaction_id"].isin(services_own["transaction_id"])]
    for (shop, provider, currency), rows in lost.groupby(["shop", "provider", "currency"]):
        numbers = rows["order_id"].fillna(rows["transaction_id"])
        yield _exception("no_payment", shop, provider, currency, len(rows), rows["amount_minor"], numbers)


def _exception(
    kind: str, account: str, provider: str, currency: str, count: int, amounts: pd.Series, references: pd.Series
) -> PaymentException:
    named = tuple(sorted(set(references.dropna())))[:MOST_NAMED]
    return PaymentException(kind, account, provider, currency, count, int(amounts.sum()), named)
