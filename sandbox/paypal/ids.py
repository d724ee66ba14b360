"""PayPal's numbers and ways of writing, over the world's."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from sandbox.world import SITES
from sandbox.world.cast import SERVICES

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAYER_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
WHOLE_UNITS = ("JPY", "HUF", "TWD")  # written without decimals
ACCOUNTS = {shop.name: shop for shop in SERVICES.values() if shop.marketplace == "paypal"}


def transaction_id(seed: int, *words: object) -> str:
    """17 letters and digits of whatever names the transaction."""
    return "".join(Random(f"{seed}:paypal transaction:{':'.join(map(str, words))}").choices(_SIGNS, k=17))


def payer_id(number: int | str) -> str:
    """The 13 characters that stand for one PayPal account to everybody else."""
    return "".join(Random(f"paypal payer:{number}").choices(_PAYER_SIGNS, k=13))


def merchant_id(account: str) -> str:
    return payer_id(f"merchant {account}")


def home_currency(account: str) -> str:
    return SITES[ACCOUNTS[account].sites[0]].currency


def money(minor: int, currency: str) -> dict[str, str]:
    decimals = 0 if currency in WHOLE_UNITS else 2
    return {"currency_code": currency, "value": f"{Decimal(minor).scaleb(-decimals):.{decimals}f}"}


def reported(at: datetime, account: str) -> str:
    """How the reporting calls write an instant: most accounts see an offset without its colon, as PayPal's servers send it."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    return text if ACCOUNTS[account].sites[0] != "DE" else f"{text[:-2]}:00"


def plain(at: datetime) -> str:
    """How every other call writes it: ``2026-11-01T10:00:00.000Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
