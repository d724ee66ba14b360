"""The weekly report of one client: metrics in, a finished mail out.

The layout is MJML, compiled once per process into a Jinja template of plain mail HTML; a client's data enters only
after that, through Jinja's escaping, and never passes through MJML. Equal input gives equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from mjml import mjml2html

from reports.beside import view as view_beside
from reports.by_hand import HandFed
from reports.colours import palette
from reports.completeness import Completeness, completeness
from reports.facts import Beside, Brand, Report, ReportError, ShopCertificate
from reports.language import Language, language
from reports.stages import section
from reports.trade import Traded, late, lead
from reports.trade import definitions as trade_definitions
from reports.view import TEMPLATES, shop_labels, shop_names, view
from transforms.metrics import Restated, ShopFacts, WeeklyMetrics, change
from transforms.stages import Board

LARGEST_BYTES = 100_000  # Gmail cuts a mail's HTML at 102 kB
NOTHING_EARLIER = Restated()
NOTHING_BESIDE = Beside()


def build(
    metrics: WeeklyMetrics, brand: Brand, certificates: Sequence[ShopCertificate], code: str, restated: Restated = NOTHING_EARLIER,
    beside: Beside = NOTHING_BESIDE, hand_fed: Sequence[HandFed] = (), boards: Sequence[Board] = (), shops: Sequence[ShopFacts] = (),
) -> Report:
    """The report of one client's week.

    Args:
        certificates: one per shop; a shop without one is shown as not certified.
        code: ``zh`` or ``en``.
        restated: earlier weeks that were reported, compared with what the tables say now.
        beside: parcels, payments, promotion and trade of the same week.
        hand_fed: shops that people feed with files.
        boards: where the client's orders and deals stand; the agency's own chain is not told. ``shops``: those they speak of.
    Raises:
        ReportError: the language is not known, or the mail would be too large to arrive uncut.
    """
    speak = language(code)
    trade = beside.trade
    accounts = trade.accounts if trade else ()
    complete = completeness(metrics, certificates, accounts, {shop.shop for shop in hand_fed})
    trading = shop_names((shop for shop in shops if shop.name in accounts), speak)
    labels = {name: name for name in accounts} | trading | shop_labels(metrics.shops, speak)
    shown = view(metrics, brand, complete, labels, speak, restated, hand_fed, trade) | view_beside(beside, labels, metrics.zone, speak)
    if trade:
        deals = next((board for board in boards if board.mode == "b2b"), None)
        is_whole = not late(trade, hand_fed) and not {*accounts}.intersection(complete.open_shops)
        shown |= lead(Traded(trade, deals, complete.is_trade_comparable, is_whole), shown, labels, hand_fed, speak)
    subject = _subject(metrics, shown, speak)
    page = {
        **shown, "chains": section(boards, shops, metrics.zone, speak), "subject": subject, "tag": speak.tag, "gap": speak.gap,
        "palette": palette(brand.colour),
        "definitions": [*(definitions(speak) if shown["is_retail"] else []), *(trade_definitions(speak) if trade else [])],
    }
    html = _html_template(code).render(page)
    if len(html.encode()) > LARGEST_BYTES:
        raise ReportError(
            f"client {metrics.client!r}, week from {metrics.period_start}: the mail has {len(html.encode())} bytes, "
            f"more than {LARGEST_BYTES}; mail programs would cut it. Shorten the lists in reports/view.py; nothing was sent."
        )
    return Report(
        client=metrics.client, period_start=metrics.period_start, period_end=metrics.period_end, language=code,
        subject=subject, html=html, text=_environment(code, escape=False).get_template("weekly.txt").render(page),
        data={
            **_data(metrics, brand, complete, shown, code, subject, restated), **asdict(beside),
            "stages": [_standing(board) for board in boards],
        },
        is_complete=complete.is_complete,
    )


def _subject(metrics: WeeklyMetrics, shown: dict[str, Any], speak: Language) -> str:
    subject = speak.say("%(brand)s, %(period)s: %(headline)s", brand=shown["logo"], period=shown["period"], headline=shown["headline"])
    return " ".join(subject.split())


def definitions(speak: Language) -> list[tuple[str, str]]:
    refunds = speak.say(
        "given back for returns requested in the week; what is given back later shows in a later report, as a change to this week."
    )
    return [
        (speak.say("Net sales"), speak.say("goods sold, less discounts and refunds; without shipping and tax on top.")),
        (speak.say("Orders"), speak.say("placed in the week and not cancelled.")),
        (speak.say("Average order"), speak.say("goods less discounts, per order that shows an amount.")),
        (speak.say("Refunds"), refunds),
    ]


def _data(
    metrics: WeeklyMetrics, brand: Brand, complete: Completeness, shown: dict[str, Any], code: str, subject: str, restated: Restated
) -> dict[str, Any]:
    """Exact figures (minor units) and what was said about them; no layout."""
    now, before = metrics.total.converted, metrics.total_before.converted
    return {
        "client": metrics.client, "brand": brand.name, "language": code, "subject": subject,
        "headline": shown["headline"], "story": shown["story"], "is_complete": complete.is_complete,
        "is_comparable": complete.is_comparable, "open_shops": list(complete.open_shops),
        "certified_until": {
            shop: until.astimezone(UTC).isoformat().replace("+00:00", "Z") if until else None for shop, until in complete.certified.items()
        },
        "net_sales_change": change(now.net_sales_minor, before.net_sales_minor) if complete.is_comparable else None,
        "metrics": metrics.as_plain(), "weeks_compared": restated.compared,
        "restated": [asdict(week) for week in restated.weeks],
    }


def _standing(board: Board) -> dict[str, Any]:
    stages = {line.stage: {"entered": line.entered, "waiting": line.waiting, "stuck": line.stuck} for line in board.lines}
    return {"mode": board.mode, "stages": stages, "exceptions": len(board.exceptions)}


@lru_cache
def _html_template(code: str) -> Template:
    """The compiled layout, with the macros it uses imported in front."""
    layout = mjml2html((TEMPLATES / "weekly.mjml").read_text(encoding="utf-8"))
    macros = "{% from 'parts.html' import changed, footnote, moved, row, stage, title, head, tile with context %}"
    return _environment(code, escape=True).from_string(macros + _tight(layout))


def _tight(html: str) -> str:
    """Without the indentation: a third of the bytes, and Gmail counts them."""
    return "\n".join(line.strip() for line in html.splitlines() if line.strip())


@lru_cache
def _environment(code: str, *, escape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=escape, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"],
        trim_blocks=True, keep_trailing_newline=True,
    )
    environment.install_gettext_translations(language(code).translations, newstyle=True)
    return environment
