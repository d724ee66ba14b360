"""The rows a period's metrics are made of: orders, units and money summed per shop, day and currency, converted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa

from transforms.currency import NoRate, Rates, convert_minor, shown_rate
from transforms.metrics.shapes import ClientFacts, RateUsed
from transforms.schema import SchemaError
from transforms.sites import zone_dates

ORDER_KEY = ["client", "shop", "order_id"]
FIGURES_NEED = ("orders", "order_lines", "returns", "fx_rates")
NEEDED = (*FIGURES_NEED, "inventory", "listings")
REFUNDED = ("refunded", "closed")
ORDER_SHOWS = [*ORDER_KEY, "site", "placed_at", "fulfilled_by", "status", "currency", "items_minor"]
LINE_SHOWS = [*ORDER_KEY, "line_id", "sku", "title", "quantity", "currency", "items_minor", "discount_minor"]
RETURN_SHOWS = ["shop", "currency", "refund_minor", "requested_at"]
UNSETTLED = ("requested", "approved", "in_transit", "received")


@dataclass(frozen=True)
class DaySum:
    """One shop, day and currency: minor units of ``currency``, and of the client's currency (0 where unconverted)."""

    shop: str
    day: date
    currency: str
    gross: int = 0
    discounts: int = 0
    refunds: int = 0
    paying_orders: int = 0
    gross_converted: int = 0
    discounts_converted: int = 0
    refunds_converted: int = 0


@dataclass(frozen=True)
class DayCount:
    """One shop and day: what can be counted without money."""

    shop: str
    day: date
    orders: int
    cancelled: int
    units: int
    without_money: int


class Converter:
    """Converts a day's sum to the client's currency, remembers the rates used and the currencies that had none."""

    def __init__(self, rates: pd.DataFrame, target: str, needed: set[tuple[str, date]]) -> None:
        self.target, self._used, self._crosses = target, {}, {}
        table, missing = Rates(rates), set()
        for currency, day in sorted(needed):
            try:
                self._crosses[currency, day] = table.cross(currency, target, day)
            except NoRate:
                missing.add(currency)  # left out whole: half a currency's days would look like a drop in sales
        self.unconverted = frozenset(missing)

    def __call__(self, minor: int, currency: str, day: date) -> int:
        if currency in self.unconverted:
            return 0
        rate_from, rate_to, rate_day, source = self._crosses[currency, day]
        if currency != self.target:
            self._used[currency, rate_day, source] = shown_rate(rate_from, rate_to)
        return convert_minor(minor, currency, self.target, rate_from, rate_to)

    def used(self) -> tuple[RateUsed, ...]:
        return tuple(
            RateUsed(currency, self.target, day.isoformat(), source, format(rate.normalize(), "f"))
            for (currency, day, source), rate in sorted(self._used.items())
        )


def own_frames(
    client: ClientFacts, frames: Mapping[str, pd.DataFrame], needed: Sequence[str] = NEEDED
) -> dict[str, pd.DataFrame]:
    """The frames metrics need, checked to be all there and all this client's.

    Raises:
        SchemaError: a frame is missing, or holds another client's rows.
    """
    missing = [name for name in needed if name not in frames]
    if missing:
        raise SchemaError(f"metrics of {client.client}: frames missing {missing}")
    for name in needed:
        others = set(frames[name]["client"].dropna()) - {client.client} if "client" in frames[name] else set()
        if others:
            raise SchemaError(f"metrics of {client.client}: {name} holds rows of another client; read them in the client's own session")
    return {name: frames[name] for name in needed}


def dated_orders(orders: pd.DataFrame, zone: str) -> pd.DataFrame:
    """What of the orders is counted, with ``day`` (in the client's zone), ``is_cancelled`` and ``has_money``."""
    return orders[ORDER_SHOWS].assign(
        day=zone_dates(orders["placed_at"], zone), is_cancelled=(orders["status"] == "cancelled").fillna(False).astype(bool),
        has_money=orders["currency"].notna() & orders["items_minor"].notna(),
    )


def sold_lines(orders: pd.DataFrame, order_lines: pd.DataFrame) -> pd.DataFrame:
    """Lines that are not cancelled of dated orders that are not, with the order's ``day``, ``site``, ``seller_ships``, ``placed_at``."""
    alive = orders.loc[~orders["is_cancelled"], [*ORDER_KEY, "day", "site", "placed_at", "fulfilled_by"]]
    alive = alive.assign(is_marketplace=(alive.pop("fulfilled_by") == "marketplace").fillna(False).astype(bool))
    lines = order_lines.loc[(order_lines["status"] != "cancelled").fillna(False), LINE_SHOWS]
    return lines.merge(alive, on=ORDER_KEY, how="inner")


def day_counts(orders: pd.DataFrame, lines: pd.DataFrame) -> list[DayCount]:
    alive = ~orders["is_cancelled"]
    counted = orders[["shop", "day"]].assign(orders=alive, cancelled=~alive, without_money=alive & ~orders["has_money"].astype(bool))
    units = _summed(lines, ["shop", "day"], ["quantity"])
    return [
        DayCount(*key, int(orders), int(cancelled), int(units.get(key, (0,))[0] or 0), int(without_money))
        for key, (orders, cancelled, without_money) in sorted(_summed(counted, ["shop", "day"], list(counted.columns[2:])).items())
    ]


def _summed(frame: pd.DataFrame, keys: list[str], columns: list[str]) -> dict[tuple, tuple[int | None, ...]]:
    """Key → the sums of the columns, None where a column has no value; straight in Arrow, for most days hold few rows."""
    if not len(frame):
        return {}
    table = pa.table({name: pa.array(frame[name]) for name in (*keys, *columns)})
    sums = table.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in columns])
    told = zip(*(sums.column(f"{name}_sum").to_pylist() for name in columns), strict=True)
    return dict(zip(zip(*(sums.column(name).to_pylist() for name in keys), strict=True), told, strict=True))


def day_sums(orders: pd.DataFrame, lines: pd.DataFrame, refunds: pd.DataFrame) -> dict[tuple[str, date, str], dict[str, int]]:
    """(shop, day, currency) → sums in that currency."""
    found: dict[tuple[str, date, str], dict[str, int]] = {}
    paying = orders[~orders["is_cancelled"] & orders["has_money"].astype(bool)]
    _add(found, lines, {"items_minor": "gross", "discount_minor": "discounts"})
    _add(found, refunds, {"refund_minor": "refunds"})
    _add(found, paying.assign(one=1), {"one": "paying_orders"})
    return found


def _add(found: dict, frame: pd.DataFrame, names: dict[str, str]) -> None:
    frame = frame[frame["currency"].notna()]
    for key, values in _summed(frame, ["shop", "day", "currency"], list(names)).items():
        told = {name: value for name, value in zip(names.values(), values, strict=True) if value is not None}
        if told:
            found.setdefault(key, {}).update(told)


def dated_refunds(returns: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Returns that gave money back, with the ``day`` they were requested."""
    is_given = returns["status"].isin(REFUNDED) & (returns["kind"] != "cancel").fillna(False) & returns["refund_minor"].notna()
    given = returns.loc[is_given, RETURN_SHOWS]
    return given.assign(day=zone_dates(given["requested_at"], zone))


def converted_sums(sums: dict[tuple[str, date, str], dict[str, int]], convert: Converter) -> list[DaySum]:
    made = []
    for (shop, day, currency), values in sorted(sums.items()):
        amounts = {name: values[name] for name in ("gross", "discounts", "refunds") if name in values}
        converted = {f"{name}_converted": convert(minor, currency, day) for name, minor in amounts.items()}
        made.append(DaySum(shop, day, currency, **values, **converted))
    return made
