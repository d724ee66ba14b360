"""What a manufacturer's goods cost by quantity: units, least orders and falling prices. Pure in the seed and the listing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from sandbox.world.model import Product

SORTS = 4  # sorts of each noun in the cast


@dataclass(frozen=True)
class Trait:
    """How goods of one noun are sold: ``divisor`` from the shop-window price to one unit's; ``step``: multiples sold."""

    unit: str
    divisor: int
    least: int
    step: Decimal


# By the noun's place in the client's cast (harbor): bolts by the thousand, wire by the kilogram with fractions of a tonne.
_TRAITS = (
    Trait("Piece", 900, 5000, Decimal(1)), Trait("Piece", 40, 500, Decimal(1)), Trait("Set", 1, 20, Decimal(1)),
    Trait("Kilogram", 25, 250, Decimal("0.5")), Trait("Piece", 2, 30, Decimal(1)), Trait("Pair", 30, 600, Decimal(1)),
    Trait("Set", 3, 50, Decimal(1)),
)


@dataclass(frozen=True)
class Step:
    """From ``quantity`` units on, one costs ``price`` dollars."""

    quantity: int
    price: Decimal


def trait(product: Product) -> Trait:
    return _TRAITS[product.number % 1000 // SORTS % len(_TRAITS)]


def fine_price(product: Product) -> Decimal:
    """One unit's price before any bargaining, to a hundredth of a cent."""
    return (Decimal(product.price_eur_cents) * 115 / 10_000 / trait(product).divisor).quantize(Decimal("0.0001"))


def ladder(seed: int, product: Product) -> tuple[Step, ...]:
    """One to four steps in whole cents, each dearer than the next; the first quantity is the least order."""
    rng, mine = Random(f"{seed}:ladder:{product.sku}"), trait(product)
    count = rng.choice((1, 2, 3, 3, 4))
    price, quantity, steps = max(fine_price(product).quantize(Decimal("0.01")), Decimal("0.02")), mine.least, []
    for _ in range(count):
        steps.append(Step(quantity, price))
        quantity *= rng.choice((2, 4, 5))
        lower = (price * Decimal(rng.choice(("0.94", "0.9", "0.85")))).quantize(Decimal("0.01"))
        price = min(lower, price - Decimal("0.01"))
        if price <= 0:
            break
    return tuple(steps)
