"""Changes to weeks that were reported before, as the reader sees them: which week, which figure, from what to what, why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from reports.language import Language
from transforms.metrics import Change, Reason, Restated, RestatedShop, RestatedWeek

MOST_SHOPS = 12  # a week's shop takes about a kilobyte of the mail
FIGURES = ("net_sales", "net_converted", "refunds", "orders", "units")  # as the report's own order


def view(restated: Restated, labels: Mapping[str, str], speak: Language) -> dict[str, Any] | None:
    """None in a client's first report: there is nothing before it that could have changed."""
    if not restated.compared:
        return None
    moved = [(week, shop) for week in visible(restated) for shop in _shown(week)]
    weeks = []
    for week in visible(restated):
        shown = [shop for one, shop in moved[:MOST_SHOPS] if one is week]
        if shown:
            weeks.append(_week(week, shown, labels, speak))
    return {"said": _said(restated, speak), "weeks": weeks, "left_out": _left_out([shop for _, shop in moved[MOST_SHOPS:]], speak)}


def _left_out(shops: list[RestatedShop], speak: Language) -> str | None:
    """What the list has no room for, in one sum."""
    if not shops:
        return None
    moved = sum(shop.now.converted.net_sales_minor - (shop.was.converted.net_sales_minor if shop.was else 0) for shop in shops)
    return speak.say_n(
        "and %(n)s more, with %(amount)s in net sales", "and %(n)s more, together with %(amount)s in net sales", len(shops),
        amount=speak.money(moved, shops[0].now.converted.currency, signed=True),
    )


def visible(restated: Restated) -> list[RestatedWeek]:
    """Weeks of which a figure of the report is another now; newest first."""
    return [week for week in restated.weeks if _shown(week)]


def _shown(week: RestatedWeek) -> list[RestatedShop]:
    return [shop for shop in week.shops if shop.changes]


def refunded_since(restated: Restated) -> dict[str, int]:
    """Currency → what was given back for returns of earlier weeks and stands in no report before this one."""
    sums: dict[str, int] = defaultdict(int)
    for week in restated.weeks:
        for change in (change for shop in week.shops for change in shop.changes if change.figure == "refunds"):
            sums[change.currency] += change.now - (change.was or 0)
    return {code: minor for code, minor in sorted(sums.items()) if minor > 0}


def story(restated: Restated, speak: Language) -> str | None:
    """One sentence for the top of the report; None where nothing a reader sees has changed."""
    weeks = visible(restated)
    if not weeks:
        return None
    moved = sum(week.net_now - (week.net_was or 0) for week in weeks)
    if any(_currency_changed(week) for week in weeks) or not moved:
        return speak.say("Figures of earlier weeks have changed; see “Changes to earlier weeks”.")
    amount = speak.money(moved, weeks[0].currency, signed=True)
    return speak.say("Earlier weeks have changed since by %(amount)s in net sales; see “Changes to earlier weeks”.", amount=amount)


def _said(restated: Restated, speak: Language) -> str:
    if not visible(restated):
        return speak.say("Nothing in the earlier reports has changed since.")
    return speak.say("What changed after a week's report was sent. It is not part of this week's figures.")


def _currency_changed(week: RestatedWeek) -> bool:
    """Told in another currency than the client reads now: the two sums cannot be compared."""
    return week.was_reported and week.net_was is None


def _week(week: RestatedWeek, shops: list[RestatedShop], labels: Mapping[str, str], speak: Language) -> dict[str, Any]:
    now = speak.money(week.net_now, week.currency)
    was = "–" if week.net_was is None else speak.money(week.net_was, week.currency)
    if was == now and week.net_was != week.net_now:
        was, now = (speak.money(minor, week.currency, exact=True) for minor in (week.net_was, week.net_now))
    return {
        "period": speak.days(week.period_start, week.last_day),
        "was": was, "now": now, "is_moved": was != now,
        "shops": [_shop(shop, labels, speak) for shop in shops],
    }


def _shop(shop: RestatedShop, labels: Mapping[str, str], speak: Language) -> dict[str, Any]:
    changes = sorted(shop.changes, key=lambda one: (one.currency or "~", FIGURES.index(one.figure)))
    return {
        "label": labels.get(shop.shop, shop.shop),
        "why": speak.say("; ").join(why(reason, speak) for reason in shop.reasons),
        "changes": [_change(change, speak) for change in changes],
    }


def _change(change: Change, speak: Language) -> dict[str, str]:
    def write(value: int | None) -> str:
        if value is None:
            return "–"
        return speak.number(value) if change.currency is None else speak.money(value, change.currency, exact=True)

    names = {"orders": speak.say("Orders"), "units": speak.say("Units sold"), "refunds": speak.say("Refunds")}
    name = names.get(change.figure) or speak.say("Net sales")
    if change.figure == "net_converted":
        name = speak.say("Net sales in %(currency)s", currency=speak.currency(change.currency))
    return {"label": name, "was": write(change.was), "now": write(change.now)}


def why(reason: Reason, speak: Language) -> str:
    """Why a figure moved, in a few words."""
    n = reason.count or 0
    said = {
        "late_orders": lambda: speak.say_n("%(n)s order came in late", "%(n)s orders came in late", n),
        "withdrawn": lambda: speak.say_n("%(n)s order no longer belongs to this week", "%(n)s orders no longer belong to this week", n),
        "cancelled": lambda: speak.say_n("%(n)s order was cancelled since", "%(n)s orders were cancelled since", n),
        "revived": lambda: speak.say_n("%(n)s cancelled order was taken up again", "%(n)s cancelled orders were taken up again", n),
        "amount_known": lambda: speak.say_n("the amount of %(n)s order became known", "the amounts of %(n)s orders became known", n),
        "repriced": lambda: speak.say("amounts or quantities were corrected"),
        "refunded": lambda: speak.say("refunds were completed since"),
        "refund_lowered": lambda: speak.say("a refund was lowered or taken back"),
        "rates": lambda: speak.say("exchange rates changed"),
        "shop_added": lambda: speak.say("the shop was added since"),
        "not_reported": lambda: speak.say("no report was sent for this week"),
    }
    return said[reason.name]()
