"""What stands beside sales, as the reader sees it: parcels, payments that do not match, advertising and visits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from reports.facts import Beside
from reports.language import Language
from transforms.delivery import DeliveryWeek, SilentParcel
from transforms.promised import PromisedWeek
from transforms.promotion import AdWeek, Promotion, VisitWeek
from transforms.unmatched import PaymentException, PaymentWeek

MOST_PARCELS = MOST_REFERENCES = 3  # a line takes half a kilobyte of the mail; the data beside the report holds all
MOST_EXCEPTIONS, MOST_ADS, MOST_SITES = 6, 5, 4
SERVICES = {"paypal": "PayPal"}
NETWORKS = {"amazon_ads": "Amazon Ads", "google_ads": "Google Ads", "meta": "Meta", "tiktok_ads": "TikTok Ads"}


def view(beside: Beside, labels: Mapping[str, str], zone: str, speak: Language) -> dict[str, Any]:
    """The three sections; None where there is none."""
    return {
        "parcels": parcels(beside.delivery, beside.promised, labels, zone, speak) if beside.delivery else None,
        "payments": payments(beside.payments, labels, zone, speak) if beside.payments else None,
        "promotion": promotion(beside.promotion, zone, speak) if beside.promotion else None,
    }


def parcels(
    week: DeliveryWeek, promised: PromisedWeek | None, labels: Mapping[str, str], zone: str, speak: Language
) -> dict[str, Any]:
    """Rows of figures, sentences about what is not known, and the parcels that are silent longest."""

    def known(count: int) -> str:
        return speak.number(count) if count else speak.say("none known")

    rows = [(speak.say("Sent this week"), known(week.sent), ""), (speak.say("Arrived this week"), known(week.delivered), "")]
    if week.timed:
        rows.append((speak.say("Half of them took at most"), days(week.median_seconds, speak), ""))
        rows.append((speak.say("Nine in ten took at most"), days(week.p90_seconds, speak), ""))
    if promised and promised.due:
        told = speak.say("%(n)s of %(due)s orders", n=speak.number(promised.on_time), due=speak.number(promised.due))
        rows.append((speak.say("Came by the promised day"), speak.percent(promised.on_time / promised.due), told))
    rows.append((speak.say("On their way now"), known(week.under_way), ""))
    if week.silent:
        label = speak.say_n("No news for %(n)s day or more", "No news for %(n)s days or more", week.silent_days)
        longest = speak.say("longest since %(day)s", day=speak.day_short_in_words(week.silent_since))
        rows.append((label, known(week.silent), longest))
    counts = (week.sent, week.delivered, week.under_way, week.silent, week.untold, week.undated, promised.due if promised else 0)
    is_empty = not any(counts)
    return {
        "rows": [] if is_empty else [{"label": label, "value": value, "under": under} for label, value, under in rows],
        "said": _parcel_words(week, promised, speak, is_empty=is_empty),
        "named": [_parcel(one, labels, speak) for one in week.named[:MOST_PARCELS]],
        "as_of": speak.say("As known on %(instant)s.", instant=speak.instant(datetime.fromisoformat(week.as_of), zone)),
    }


def _parcel_words(week: DeliveryWeek, promised: PromisedWeek | None, speak: Language, *, is_empty: bool) -> list[str]:
    said = []
    if is_empty:
        said.append(speak.say("No parcel is known to have left or arrived this week, and none is on its way."))
    elif week.delivered and not week.timed:
        said.append(speak.say("How long they took is not known: nobody tells when they left."))
    if not is_empty and not week.silent:
        said.append(speak.say_n(
            "No parcel has been without news for %(n)s day or more.", "No parcel has been without news for %(n)s days or more.",
            week.silent_days,
        ))
    if week.untold:
        said.append(speak.say_n(
            "Whether %(n)s older parcel has arrived is not told: its shop does not say, and no tracking service follows it.",
            "Whether %(n)s older parcels have arrived is not told: their shops do not say, and no tracking service follows them.",
            week.untold,
        ))
    if week.undated:
        said.append(speak.say_n(
            "Of %(n)s parcel its shop says that it arrived, but not when: it is in none of the figures.",
            "Of %(n)s parcels their shops say that they arrived, but not when: they are in none of the figures.", week.undated,
        ))
    if promised and promised.untold:
        said.append(speak.say_n(
            "Whether %(n)s order came by its promised day is not known.", "Whether %(n)s orders came by their promised day is not known.",
            promised.untold,
        ))
    return said


def _parcel(parcel: SilentParcel, labels: Mapping[str, str], speak: Language) -> dict[str, str]:
    order = speak.say("order %(number)s", number=parcel.order_id)
    return {
        "since": speak.say("since %(day)s", day=speak.day_short_in_words(parcel.silent_since)),
        "number": parcel.tracking_number or speak.say("without a number"),
        "order": f"{labels.get(parcel.shop, parcel.shop)} · {order}",
    }


def days(seconds: int, speak: Language) -> str:
    """Days with one decimal, as people count them: 3.2 days."""
    told = (Decimal(seconds) / 86_400).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return speak.say_n("%(days)s day", "%(days)s days", 1 if told == 1 else 2, days=speak.number(told))


def payments(week: PaymentWeek, labels: Mapping[str, str], zone: str, speak: Language) -> dict[str, Any]:
    """The exceptions, or that there are none; and how far the services are read."""
    services = speak.listing(sorted({SERVICES.get(one, one) for one in week.providers}))
    rows = [_exception(one, labels, speak) for one in week.exceptions[:MOST_EXCEPTIONS]]
    if rows:
        said = speak.say("Payments that one side tells and the other does not know:")
    elif week.compared:
        said = speak.say_n(
            "%(n)s payment of this week at %(services)s belongs to an order, and no order said to be paid there lacks its payment.",
            "All %(n)s payments of this week at %(services)s belong to orders, and no order said to be paid there lacks its payment.",
            week.compared, services=services,
        )
    else:
        said = speak.say("No payment of this week is known at %(services)s.", services=services)
    if week.until is None:
        read = speak.say("%(services)s is not read completely yet: whether orders lack their payment cannot be told.", services=services)
    else:
        until = speak.instant(datetime.fromisoformat(week.until), zone)
        read = speak.say("%(services)s is read completely until %(instant)s.", services=services, instant=until)
    if any(one.kind == "no_order" for one in week.exceptions):
        read = speak.gap.join([speak.say("A payment without an order may be an invoice of your own, sold outside the shops."), read])
    return {"said": said, "rows": rows, "more": _more(len(week.exceptions) - MOST_EXCEPTIONS, speak), "read": read}


def _more(left_out: int, speak: Language) -> str:
    """What a list has no room for."""
    return speak.say_n("and %(n)s more line", "and %(n)s more lines", left_out) if left_out > 0 else ""


def _exception(one: PaymentException, labels: Mapping[str, str], speak: Language) -> dict[str, Any]:
    service = SERVICES.get(one.provider, one.provider)
    if one.kind == "no_order":
        what = speak.say("Paid, but no shop has such an order (%(service)s)", service=service)
    else:
        shop = labels.get(one.account, one.account)
        what = speak.say("%(shop)s says paid by %(service)s, which knows no such payment", shop=shop, service=service)
    more = len(one.references) - MOST_REFERENCES
    references = list(one.references[:MOST_REFERENCES]) + (["…"] if more > 0 else [])
    return {
        "what": what, "count": speak.say_n("%(n)s payment", "%(n)s payments", one.count), "references": speak.say(", ").join(references),
        "amount": speak.money(one.amount_minor, one.currency, exact=True),
    }


def promotion(week: Promotion, zone: str, speak: Language) -> dict[str, Any]:
    return {
        "ads": [_ad(one, week, speak) for one in week.ads[:MOST_ADS]],
        "visits": [_visit(one, week, speak) for one in week.visits[:MOST_SITES]],
        "more": _more(max(len(week.ads) - MOST_ADS, 0) + max(len(week.visits) - MOST_SITES, 0), speak),
        "files": [
            _file(name, saved, bool(rows), week, zone, speak)
            for name, saved, rows in (
                (speak.say("Advertising"), week.ads_file, week.ads), (speak.say("Visits"), week.traffic_file, week.visits),
            )
            if saved
        ],
    }


def _ad(one: AdWeek, week: Promotion, speak: Language) -> dict[str, str]:
    """Sales the network claims and what they cost; a network that tells no sales says so."""
    if one.sales_minor is None:
        sales = speak.say("attributed sales not told")
    else:
        sales = speak.say("%(amount)s attributed sales", amount=speak.money(one.sales_minor, one.currency, exact=True))
    ratios = []
    if one.acos is not None:
        ratios.append(speak.say("ACOS %(share)s", share=speak.percent(one.acos)))
    if one.roas is not None:
        ratios.append(speak.say("ROAS %(ratio)s", ratio=speak.number(Decimal(str(one.roas)).quantize(Decimal("0.01"), ROUND_HALF_UP))))
    return {
        "label": NETWORKS.get(one.network, one.network), "note": " · ".join([*ratios, *_days(one.days, week, speak)]),
        "value": speak.say("%(amount)s spent", amount=speak.money(one.spend_minor, one.currency, exact=True)), "under": sales,
    }


def _visit(one: VisitWeek, week: Promotion, speak: Language) -> dict[str, str]:
    orders = speak.say("orders not told") if one.orders is None else speak.say_n("%(n)s order", "%(n)s orders", one.orders)
    share = [] if one.conversion is None else [speak.say("%(share)s of visits became orders", share=speak.percent(one.conversion))]
    visits = speak.say_n("%(n)s visit", "%(n)s visits", one.visits) if one.visits else speak.say("no visits")
    return {
        "label": speak.country(one.site), "note": " · ".join([*share, *_days(one.days, week, speak)]), "value": visits, "under": orders,
    }


def _days(told: int, week: Promotion, speak: Language) -> list[str]:
    """Only where days are missing: a sum over five days is not a week's."""
    if told >= week.period_days:
        return []
    return [speak.say("%(told)s of %(days)s days", told=speak.number(told), days=speak.number(week.period_days))]


def _file(name: str, saved: str, has_rows: bool, week: Promotion, zone: str, speak: Language) -> str:
    at, now = (datetime.fromisoformat(moment) for moment in (saved, week.as_of))
    age = max((_day(now, zone) - _day(at, zone)).days, 0)
    day = speak.day_short_in_words(_day(at, zone).isoformat())
    when = speak.say_n("%(day)s, %(n)s day ago", "%(day)s, %(n)s days ago", age, day=day) if age else speak.say("%(day)s, today", day=day)
    if has_rows:
        return speak.say("%(name)s: newest export of %(when)s.", name=name, when=when)
    return speak.say("%(name)s: newest export of %(when)s; it tells nothing of this week.", name=name, when=when)


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
