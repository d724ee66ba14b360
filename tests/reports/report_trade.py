"""Weeks of trade between businesses to report on: a good one, an empty one, and one with everything at its largest."""

from __future__ import annotations

from transforms.metrics import RateUsed, TradeFigures, TradeSum, TradeWeek

ACCOUNT = "harbor_alibaba"
NONE = TradeSum((), 0)
TOLD = ("inquiries", "quotations", "contracts", "received", "shipped")
COUNTS = ("inquiries", "answered", "answers", "quotations", "contracts", "shipped", "arrived", "accepted", "claims")
SUMS = ("signed", "received", "deposits", "balances", "returned")


def usd(minor: int) -> TradeSum:
    return TradeSum((("USD", minor),), minor)


def figures(**changes) -> TradeFigures:
    facts = {
        "inquiries": 12, "answered": 9, "answers": 8, "median_seconds": 19_200, "quotations": 10, "contracts": 3, "signed": usd(4_230_000),
        "received": TradeSum((("CNY", 640_000), ("USD", 3_020_000)), 3_110_000), "deposits": usd(1_200_000),
        "balances": TradeSum((("CNY", 640_000), ("USD", 1_820_000)), 1_910_000), "returned": NONE, "shipped": 4, "arrived": 2,
        "accepted": 3, "claims": 1,
    }  # fmt: skip
    return TradeFigures(**{**facts, **changes})


def nothing(**changes) -> TradeFigures:
    return TradeFigures(**{**dict.fromkeys(COUNTS, 0), **dict.fromkeys(SUMS, NONE), "median_seconds": None, **changes})


def week(this: TradeFigures | None = None, before: TradeFigures | None = None, **changes) -> TradeWeek:
    """In dollars, after a week with two contracts."""
    earlier = figures(inquiries=10, median_seconds=32_400, quotations=7, contracts=2, signed=usd(3_000_000), received=usd(3_420_000))
    facts = {"currency": "USD", "accounts": (ACCOUNT,), "told": TOLD, "unconverted": ()}
    facts["rates"] = (RateUsed("CNY", "USD", "2026-11-13", "ECB", "0.139"),)
    return TradeWeek(this=this or figures(), before=before or earlier, **{**facts, **changes})


def unkind() -> TradeWeek:
    """Every number at its largest, in nine currencies of which one has no rate."""
    codes = ("IDR", "KWD", "VND", "USD", "EUR", "GBP", "JPY", "CNY", "THB")
    large = TradeSum(tuple((code, 987_654_321_000) for code in sorted(codes)), 9_876_543_210)
    most = figures(**dict.fromkeys(COUNTS, 10**6), **dict.fromkeys(SUMS, large), median_seconds=10**8)
    rates = tuple(RateUsed(code, "CNY", "2026-11-13", "ECB", "0.000033871234") for code in sorted(codes) if code != "VND")
    return week(most, most, currency="CNY", unconverted=("VND",), rates=rates)
