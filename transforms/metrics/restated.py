"""What changed in weeks that were reported before: the figures readers were told, beside what the tables say now.

A report is frozen, so a refund, an order or a cancellation that comes after it can only show in the next one, as a
**restatement** of its own week. Over any sequence of reports, what was reported plus what was restated is what the
tables say: a restatement starts from what was told last, not from the first report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from transforms.metrics.reasons import Reason, reasons
from transforms.metrics.shapes import Figures, Money, Period

REACH = timedelta(weeks=53)  # marketplaces settle within months; older weeks are not looked at again


@dataclass(frozen=True)
class Told:
    """What readers know of one earlier period.

    Attributes:
        zone: the IANA zone whose days the period was counted in.
        shops: figures told last, by shop; empty where no report went out.
    """

    period: Period
    zone: str
    shops: Mapping[str, Figures]
    was_reported: bool = True


@dataclass(frozen=True)
class Change:
    """One figure that moved: ``orders``, ``units``, ``net_sales``, ``refunds`` (minor units), or ``net_converted``.

    Attributes:
        currency: of an amount; None for a count.
        was: None where nothing was told of the shop.
    """

    figure: str
    currency: str | None
    was: int | None
    now: int


@dataclass(frozen=True)
class RestatedShop:
    """``changes`` may be empty: something moved that no figure shows (a late order that was cancelled at once)."""

    shop: str
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    was: Figures | None
    now: Figures


@dataclass(frozen=True)
class RestatedWeek:
    """One earlier period of which something is different now.

    Attributes:
        net_was, net_now: net sales of all shops in the client's ``currency``; ``net_was`` is None where nothing was told,
            or in another currency.
    """

    period_start: str
    period_end: str
    last_day: str
    was_reported: bool
    currency: str
    net_was: int | None
    net_now: int
    shops: tuple[RestatedShop, ...]


@dataclass(frozen=True)
class Restated:
    """``compared``: how many earlier weeks were looked at; ``weeks``: those that changed, newest first."""

    compared: int = 0
    weeks: tuple[RestatedWeek, ...] = ()


def told_before(period: Period, kept: Iterable[Mapping[str, Any]], zone: str) -> list[Told]:
    """What is known of every week before ``period``, newest first; weeks without a report between reported ones included.

    Args:
        kept: reports that went out, in the order they were made: ``metrics`` and ``restated`` as plain data.
        zone: for weeks that no report tells of.
    """
    known: dict[Period, Told] = {}
    for report in kept:
        metrics = report["metrics"]
        _tell(known, metrics, metrics["zone"], {one["shop"]: figures_from(one["this"]) for one in metrics["shops"]})
        for week in report["restated"] or ():
            before = known.get(_period(week))
            shops = {**(before.shops if before else {}), **{one["shop"]: figures_from(one["now"]) for one in week["shops"]}}
            _tell(known, week, before.zone if before else zone, shops)
    earlier = [one for one in known.values() if one.period.start < period.start]
    gaps = [Told(gap, zone, {}, was_reported=False) for gap in _gaps([one.period for one in earlier], period.start)]
    within = [one for one in (*earlier, *gaps) if one.period.start >= period.start - REACH]
    return sorted(within, key=lambda one: one.period.start, reverse=True)


def _tell(known: dict[Period, Told], days: Mapping[str, str], zone: str, shops: Mapping[str, Figures]) -> None:
    period = _period(days)
    known[period] = Told(period, zone, shops)


def _period(days: Mapping[str, str]) -> Period:
    return Period(date.fromisoformat(days["period_start"]), date.fromisoformat(days["period_end"]))


def _gaps(periods: Sequence[Period], until: date) -> list[Period]:
    """Stretches of at most a week between the first period and ``until`` that no period covers."""
    found: list[Period] = []
    at = min((one.start for one in periods), default=until)
    for start, end in [*sorted((one.start, one.end) for one in periods), (until, until)]:
        while at < start:
            found.append(Period(at, min(at + timedelta(days=7), start)))
            at = found[-1].end
        at = max(at, end)
    return found


def figures_from(plain: Mapping[str, Any]) -> Figures:
    """``Figures`` from what a report keeps of them."""
    money = {"own": tuple(Money(**one) for one in plain["own"]), "converted": Money(**plain["converted"])}
    return Figures(**{**plain, **money, "unconverted": tuple(plain["unconverted"])})


def restate(told: Told, now: Mapping[str, Figures], currency: str) -> RestatedWeek | None:
    """The differences between what was told of a week and what the tables say now; None where there are none.

    Args:
        now: figures by shop, in the client's ``currency``; a shop without rows may be missing.
    """
    nothing = Figures(0, 0, 0, 0, (), Money(currency, 0, 0, 0, 0, None), ())
    names = sorted({*told.shops, *now})
    shops = [_restated_shop(name, told, now.get(name, nothing), nothing) for name in names]
    changed = tuple(one for one in shops if one)
    if not changed:
        return None
    return RestatedWeek(
        told.period.start.isoformat(), told.period.end.isoformat(), (told.period.end - timedelta(days=1)).isoformat(),
        told.was_reported, currency, _net(told.shops.values(), currency), _net(now.values(), currency) or 0, changed,
    )


def _net(shops: Iterable[Figures], currency: str) -> int | None:
    found = [one.converted for one in shops]
    return sum(one.net_sales_minor for one in found) if found and all(one.currency == currency for one in found) else None


def _restated_shop(name: str, told: Told, now: Figures, nothing: Figures) -> RestatedShop | None:
    was = told.shops.get(name)
    if now == (was or nothing):
        return None
    return RestatedShop(name, reasons(was, now, was_reported=told.was_reported), tuple(_changes(was, now)), was, now)


def _changes(was: Figures | None, now: Figures) -> Iterable[Change]:
    for figure in ("orders", "units"):
        yield from _moved(figure, None, getattr(was, figure, None), getattr(now, figure))
    then, today = ({one.currency: one for one in each.own} if each else {} for each in (was, now))
    for code in sorted({*then, *today}):
        for figure, name in (("net_sales", "net_sales_minor"), ("refunds", "refunds_minor")):
            before = getattr(then.get(code), name, 0 if was else None)
            yield from _moved(figure, code, before, getattr(today.get(code), name, 0))
    if was and was.own == now.own and was.converted.currency == now.converted.currency:
        yield from _moved("net_converted", now.converted.currency, was.converted.net_sales_minor, now.converted.net_sales_minor)


def _moved(figure: str, currency: str | None, was: int | None, now: int) -> Iterable[Change]:
    if (was or 0) != now:
        yield Change(figure, currency, was, now)
