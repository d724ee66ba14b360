"""Who pays into an account: the brand's own invoices, which every account has, and the orders of its own stores.

Marketplaces take PayPal themselves and pay the seller out (eBay's and Etsy's payments, Amazon, Lazada): only own stores'
buyers pay into a brand's PayPal account.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from random import Random

from sandbox import paypal_ids
from sandbox.paypal import ids
from sandbox.paypal.movements import Movement, Sale, hours, received, refunded
from sandbox.world import SHOPS, SITES
from sandbox.world.fold import order_at
from sandbox.world.model import Order
from sandbox.world.people import some_buyer

OWN_STORES = ("shopify", "woocommerce")
# What each store's payment plugin tells PayPal: its order number behind a prefix, or inside a custom field.
PREFIXES = {"northpeak": "WC-", "lumora": "LS-"}
ABROAD = {"USD": (("JPY", "JP"), ("EUR", "FR")), "EUR": (("GBP", "GB"), ("USD", "US")), "GBP": (("EUR", "DE"), ("USD", "US"))}


@dataclass(frozen=True)
class Paid:
    """One sale and all its movements; ``is_settled``: its money arrived and nothing was given back."""

    sale: Sale
    movements: list[Movement]

    @property
    def is_settled(self) -> bool:
        payment = next(each for each in self.movements if each.code == self.sale.code)
        return payment.settled_at() is not None and not any(each.code == "T1107" for each in self.movements)


def invoices_of(seed: int, account: str, day: date) -> Iterator[Paid]:
    """The brand's own invoices paid on one day: sold at fairs and by phone, in no shop."""
    rng = Random(f"{seed}:paypal invoices:{account}:{day}")
    home, country = ids.home_currency(account), ids.ACCOUNTS[account].sites[0]
    for place in range(rng.choice((1, 2, 2, 3))):
        currency, where = rng.choice(ABROAD[home]) if rng.random() < 0.2 else (home, country)
        at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=rng.randrange(86_400))
        amount = rng.randint(1_500, 26_000) if currency != "JPY" else rng.randint(2_000, 40_000)
        number = ids.transaction_id(seed, account, day, place)
        invoice = f"INV-{day:%y%m%d}-{place + 1}"
        sale = Sale(account, number, at, currency, amount, some_buyer(rng, seed, where, 60).number, invoice, code="T0000")
        movements = received(sale, rng, seed)
        if rng.random() < 0.12 and movements[0].settled_at():
            back = movements[0].settled_at() + hours(20, 200, rng)
            movements.append(refunded(sale, back, amount if rng.random() < 0.6 else amount // 3, 1, seed))
        yield Paid(sale, movements)


def is_paid_into(account: str, order: Order) -> bool:
    """Whether the order's buyer paid into this account."""
    shop = SHOPS.get(order.shop)
    return bool(
        shop and shop.marketplace in OWN_STORES and shop.client == ids.ACCOUNTS[account].client and paypal_ids.is_by_paypal(order)
    )


def of_order(seed: int, account: str, order: Order) -> Paid | None:
    """The movements of one store order: captured when it was paid, given back as it was cancelled or returned."""
    paid_at = next((event.at for event in order.events if event.kind == "paid"), None)
    if paid_at is None:
        return None
    lines = order_at(order, paid_at + timedelta(seconds=1)).lines
    total = sum(line.total_minor for line in lines)
    if total <= 0:
        return None
    invoice, custom = named(order)
    sale = Sale(
        account, paypal_ids.capture_id(seed, order), paid_at, SITES[order.site].currency, total, order.buyer.number, invoice, custom
    )
    movements = received(sale, Random(f"{seed}:paypal order:{order.shop}:{order.number}"), seed)
    settled = movements[0].settled_at()
    if settled:
        movements += list(_given_back(sale, order, lines, settled, seed))
    return Paid(sale, movements)


def named(order: Order) -> tuple[str | None, str | None]:
    """(invoice_id, custom_field) as the store's plugin sends them."""
    shop = SHOPS[order.shop]
    number = str(import_module(f"sandbox.{shop.marketplace}.ids").order_id(order))
    prefix = PREFIXES.get(shop.client)
    if prefix:
        return f"{prefix}{number}", None
    return None, json.dumps({"order_id": number, "order_key": f"wc_order_{number[-6:]}"})


def _given_back(sale: Sale, order: Order, lines, settled: datetime, seed: int) -> Iterator[Movement]:
    """Refunds of cancelled and returned lines, none before the money was there, together never more than was paid."""
    left = sale.amount_minor
    wanted = [
        (event.at, sum(lines[index].total_minor for index in (range(len(lines)) if event.lines is None else event.lines)))
        for event in order.events if event.kind == "cancelled" and event.at >= sale.at
    ]
    for request in order.returns:
        ended = [at for at, word in request.steps if word == "refunded"]
        if ended and request.kind != "cancel":
            wanted.append((ended[0], request.refund_minor))
    for number, (at, amount) in enumerate(sorted(wanted), 1):
        amount = min(amount, left)
        left -= amount
        if amount > 0:
            yield refunded(sale, max(at, settled + timedelta(minutes=1)), amount, number, seed)
