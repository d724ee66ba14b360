"""Where everything stands, for people: a page of its own, and the weekly report's section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from reports import stuck
from reports.colours import palette
from reports.facts import Brand
from reports.flow import flow
from reports.language import Language, language
from reports.stage_words import counted, exception_text, mode_name, subject_name
from reports.view import TEMPLATES, shop_names
from transforms.metrics import ShopFacts
from transforms.stages import Board, ShownException

MOST_IN_MAIL = 3
TRADE = ("b2b", "b2c", "c2c")  # what the weekly report tells of; the agency's own chain is not the brand's


@dataclass(frozen=True)
class StagesPage:
    """What a page is made of.

    Attributes:
        zone: of its days and hours.
        days: how far back the boards reach.
        now: when it was made, where no board says so.
    """

    brand: Brand
    zone: str
    days: int
    shops: tuple[ShopFacts, ...]
    boards: tuple[Board, ...]
    now: datetime | None = None


def page(facts: StagesPage, code: str) -> str:
    """One HTML file that needs nothing beside it: no script, no picture, no font."""
    speak = language(code)
    names = shop_names(facts.shops, speak)
    shown = [_board(board, names, facts.zone, speak) for board in facts.boards]
    now = max((board.now for board in facts.boards), default=facts.now)
    return _template(code).render(
        tag=speak.tag, gap=speak.gap, logo=facts.brand.logo_text or facts.brand.name, palette=palette(facts.brand.colour), boards=shown,
        said=_said(sum(len(board.stuck) for board in facts.boards), speak), shops=list(names.values()), days=facts.days,
        zone=speak.zone(facts.zone), now=speak.instant(now, facts.zone) if now else None,
    )


def section(boards: Iterable[Board], shops: Iterable[ShopFacts], zone: str, speak: Language) -> list[dict[str, Any]]:
    """The weekly report's part: each trade's chain as rows with bars of table cells, and what is stuck longest."""
    names = shop_names(shops, speak)
    return [_in_mail(board, names, zone, speak) for board in boards if board.mode in TRADE and any(line.entered for line in board.lines)]


def _in_mail(board: Board, names: Mapping[str, str], zone: str, speak: Language) -> dict[str, Any]:
    actions = stuck.actions(board, names, zone, speak)[:MOST_IN_MAIL]
    others = len(board.stuck) - sum(action["total"] for action in actions)
    return {
        "mode": mode_name(board.mode, speak), "rows": _mail_rows(board, speak), "passes": _passes(board),
        "said": _said(len(board.stuck), speak), "actions": actions,
        "more": speak.say_n("%(n)s more is overdue.", "%(n)s more are overdue.", others) if others else None,
    }


def _mail_rows(board: Board, speak: Language) -> list[dict[str, Any]]:
    """Stages that have something to tell; what lies after one that has nothing is told after the one before it."""
    shown: list[dict[str, Any]] = []
    for row in flow(board, speak):
        bar, between = row["down"], row["between"]
        if row["is_idle"] and shown:
            shown[-1]["between"] = shown[-1]["between"] or between
        elif not row["is_idle"]:
            dark = round(bar["entered"][2])
            shown.append({**row, "dark": dark, "pale": max(round(bar["reached"][2]) - dark, 0)})
    return shown


def _passes(board: Board) -> bool:
    """Something is past a stage that has no record of it."""
    return any(line.reached > line.entered for line in board.lines)


def _said(overdue: int, speak: Language) -> str:
    """How much is overdue, in one sentence."""
    if not overdue:
        return speak.say("Nothing is overdue.")
    return speak.say_n("%(n)s is overdue and needs somebody.", "%(n)s are overdue and need somebody.", overdue)


def _board(board: Board, names: Mapping[str, str], zone: str, speak: Language) -> dict[str, Any]:
    begun = [counted(kind, n, speak) for kind, n in board.begun.items() if n]
    odd = [_exception(each, board, names, zone, speak) for each in board.exceptions[: stuck.MOST_LISTED]]
    return {
        "id": board.mode, "mode": mode_name(board.mode, speak),
        "begun": speak.listing(begun) if begun else speak.say("Nothing has begun yet."),
        "said": _said(len(board.stuck), speak),
        "overdue": speak.say("%(n)s overdue", n=speak.number(len(board.stuck))) if board.stuck else None,
        "longest": stuck.item(board.stuck[0], board, names, zone, speak) if board.stuck else None,
        "flow": flow(board, speak) if begun or board.stuck else [], "columns": len(board.lines),
        "passes": _passes(board),
        "actions": stuck.actions(board, names, zone, speak),
        "odd": stuck.folded(odd, len(board.exceptions), speak), "waiting_parents": board.waiting_parents,
        "late": [_exception(each, board, names, zone, speak) for each in board.waiting[: stuck.MOST_LISTED]],
        "ended": speak.say_n("%(n)s was cancelled or closed.", "%(n)s were cancelled or closed.", board.ended) if board.ended else None,
    }


def _exception(each: ShownException, board: Board, names: Mapping[str, str], zone: str, speak: Language) -> dict[str, str]:
    return {
        "name": subject_name(each.subject_kind, each.subject_id, speak),
        "shop": names.get(each.shop, each.shop) if each.shop != stuck.EVERY_SHOP else "",
        "said": exception_text(each.kind, each.stage, each.ref, speak, each.papers, is_due=each.due <= board.now),
        "since": stuck.since(each.since, board.now, zone, speak),
    }


@lru_cache
def _template(code: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"], trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(language(code).translations, newstyle=True)
    return environment.get_template("stages.html")
