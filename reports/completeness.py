"""How complete a report's data is: every shop is named with the instant up to which it is certified."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reports.facts import ShopCertificate
from reports.language import Language
from transforms.metrics import WeeklyMetrics


@dataclass(frozen=True)
class Completeness:
    """
    Attributes:
        certified: instant by shop name, for every shop of the report; None where nothing is certified.
        open_shops: names of the shops not certified to the period's end.
        is_comparable: every shop that sells is proven back over the week before.
        is_trade_comparable: every account that trades by contracts is.
        of_trade: names of those accounts.
    """

    certified: Mapping[str, datetime | None]
    open_shops: tuple[str, ...]
    is_comparable: bool
    is_trade_comparable: bool = False
    of_trade: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.open_shops


def completeness(
    metrics: WeeklyMetrics, certificates: Sequence[ShopCertificate], traded: Sequence[str] = (), by_hand: Collection[str] = ()
) -> Completeness:
    """A shop without a certificate counts as open, and its week before as unknown: silence proves nothing.

    Args:
        traded: accounts that trade by contracts. ``by_hand``: shops people feed, whose files' age is told in place of a certificate.
    """
    proofs = {certificate.shop: certificate for certificate in certificates}
    selling = [shop.shop for shop in metrics.shops]
    names = [*selling, *(name for name in traded if name not in by_hand)]
    until = {name: proofs[name].certified_until if name in proofs else None for name in names}
    end = _midnight(metrics.period_end, metrics.zone)
    length = date.fromisoformat(metrics.period_end) - date.fromisoformat(metrics.period_start)
    before = _midnight(metrics.period_start, metrics.zone, earlier=length)

    def reach(shops: Sequence[str]) -> bool:
        starts = [proofs[name].since if name in proofs else None for name in shops]
        return bool(starts) and all(start is not None and start <= before for start in starts)

    return Completeness(
        certified=until,
        open_shops=tuple(name for name in names if until[name] is None or until[name] < end),
        is_comparable=reach(selling), is_trade_comparable=reach(traded), of_trade=tuple(traded),
    )


def _midnight(day: str, zone: str, earlier: timedelta = timedelta(0)) -> datetime:
    local = datetime.combine(date.fromisoformat(day) - earlier, time(), tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def warning(complete: Completeness, labels: Mapping[str, str], speak: Language) -> str | None:
    """What stands above the figures while a shop is open; None when all are complete."""
    said = []
    if selling := [labels[name] for name in complete.open_shops if name not in complete.of_trade]:
        said.append(speak.say_n(
            "Provisional: the week of %(shops)s has not been read completely yet. "
            "What is missing will come with the next report, as changes to this week.",
            "Provisional: the weeks of %(shops)s have not been read completely yet. "
            "What is missing will come with the next report, as changes to this week.",
            len(selling), shops=speak.listing(selling),
        ))
    if trading := [labels[name] for name in complete.open_shops if name in complete.of_trade]:
        shops = speak.listing(trading)
        said.append(speak.say("The trade of %(shops)s has not been read completely yet: its figures may be too low.", shops=shops))
    return speak.gap.join(said) or None


def rows(complete: Completeness, labels: Mapping[str, str], zone: str, speak: Language) -> list[dict[str, object]]:
    """One line a shop: its label, whether it is complete, and what is certain."""
    return [
        {"label": labels[name], "is_open": name in complete.open_shops, "note": _note(name, until, complete, zone, speak)}
        for name, until in complete.certified.items()
    ]


def _note(name: str, until: datetime | None, complete: Completeness, zone: str, speak: Language) -> str:
    if until is None:
        return speak.say("not certified: its figures may be incomplete")
    instant = speak.instant(until, zone)
    if name in complete.open_shops and name in complete.of_trade:
        return speak.say("certified only until %(instant)s: what was traded later may be missing", instant=instant)
    if name in complete.open_shops:
        return speak.say("certified only until %(instant)s: later orders may be missing", instant=instant)
    return speak.say("complete, certified until %(instant)s", instant=instant)
