"""What waits too long, as people read it: one subject, and all that wait for the same next action together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reports.language import Language
from reports.stage_words import next_action, stage_name, subject_name
from transforms.stages import Board, StuckItem

EVERY_SHOP = "*"  # the agency's own chain
MOST_OPEN, MOST_LISTED = 3, 20  # of one action


def item(one: StuckItem, board: Board, names: Mapping[str, str], zone: str, speak: Language) -> dict[str, str]:
    """One subject with everything that is to be said of it."""
    return {
        **_short(one, board, names, zone, speak), "action": next_action(board.mode, one.waits_for, speak),
        "standing": speak.say(
            "%(stage)s since %(since)s, waits for: %(next)s",
            stage=stage_name(one.at, speak), since=since(one.since, board.now, zone, speak), next=stage_name(one.waits_for, speak),
        ),
    }


def actions(board: Board, names: Mapping[str, str], zone: str, speak: Language) -> list[dict[str, Any]]:
    """One entry a stage that is waited for, the one with the longest overdue subject first; beyond ``MOST_LISTED`` they are counted."""
    waiting: dict[str, list[StuckItem]] = {}
    for one in board.stuck:
        waiting.setdefault(one.waits_for, []).append(one)
    allowed = {line.stage: line.service_level_hours for line in board.lines}
    return [_action(stage, several, allowed.get(stage), board, names, zone, speak) for stage, several in waiting.items()]


def _action(
    stage: str, several: list[StuckItem], allowed: int | None, board: Board, names: Mapping[str, str], zone: str, speak: Language
) -> dict[str, Any]:
    listed = [_short(one, board, names, zone, speak) for one in several[:MOST_LISTED]]
    words = [speak.say("Waits for: %(stage)s", stage=stage_name(stage, speak))]
    if allowed:
        words.append(speak.say("allowed: %(time)s", time=speak.duration(allowed)))
    return {
        "action": next_action(board.mode, stage, speak), "words": words, "total": len(several),
        "count": speak.say("%(n)s overdue", n=speak.number(len(several))),
        **folded(listed, len(several), speak),
    }


def folded(listed: list[dict[str, str]], total: int, speak: Language) -> dict[str, Any]:
    """The first few in sight, the others behind a fold, which says how many of ``total`` are in neither."""
    behind, left = total - MOST_OPEN, total - len(listed)
    beyond = speak.say_n("and %(n)s more that this page leaves out", "and %(n)s more that this page leaves out", left)
    return {
        "open": listed[:MOST_OPEN], "folded": listed[MOST_OPEN:],
        "more": speak.say_n("%(n)s more", "%(n)s more", behind) if behind > 0 else None,
        "left_out": beyond if left else None,
    }


def _short(one: StuckItem, board: Board, names: Mapping[str, str], zone: str, speak: Language) -> dict[str, str]:
    late = (board.now - one.due).total_seconds() / 3600
    return {
        "name": subject_name(one.subject_kind, one.subject_id, speak), "late": speak.say("%(time)s overdue", time=speak.duration(late)),
        "shop": names.get(one.shop, one.shop) if one.shop != EVERY_SHOP else "",
        "at": speak.say("%(stage)s since %(since)s", stage=stage_name(one.at, speak), since=since(one.since, board.now, zone, speak)),
    }


def since(at: datetime, now: datetime, zone: str, speak: Language) -> str:
    """Day and hour, or day and year where that is not this one."""
    local, today = (each.astimezone(ZoneInfo(zone)) for each in (at, now))
    return speak.instant(at, zone) if local.year == today.year else speak.day_long(local.date().isoformat())
