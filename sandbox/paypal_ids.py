"""PayPal's numbers of payments made in a brand's own stores: pure functions, so that the store's and PayPal's sandbox agree."""

from __future__ import annotations

from random import Random

from sandbox.world.model import Order

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def is_by_paypal(order: Order) -> bool:
    """Whether the buyer paid by PayPal: in own stores that is the world's ``wallet``."""
    return order.payment_method == "wallet"


def capture_id(seed: int, order: Order) -> str:
    """The 17 characters PayPal gives a captured payment; a store keeps them as the order's transaction."""
    rng = Random(f"{seed}:paypal capture:{order.shop}:{order.number}")
    return "".join(rng.choices(_SIGNS, k=17))


def payer_email(order: Order) -> str:
    """The buyer's address, the same in the store and at PayPal."""
    return f"buyer{order.buyer.number}@mail.example"
