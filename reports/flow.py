"""A chain drawn as a ribbon through its stages, as wide at each as what has come at least so far; geometry only, the template paints it.

The same ribbon runs down a telephone and across a desk: both drawings are made, in a hundred by a hundred that is stretched
to the place it gets, and hold no letter, so that no words are stretched with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.language import Language
from reports.stage_words import counted, stage_name
from transforms.stages import Board, Line

WHOLE = 100.0
MINUTE = 1 / 60
LEAST = 2.0  # a stage that something has entered can be seen


def flow(board: Board, speak: Language) -> list[dict[str, Any]]:
    """The stages in chain order, each with its bar, the ribbon to the next stage of its leg, and what is told between the two."""
    kinds = list(dict.fromkeys(line.subject for line in board.lines))
    return [row for kind in kinds for row in _leg([line for line in board.lines if line.subject == kind], speak)]


def _leg(lines: Sequence[Line], speak: Language) -> list[dict[str, Any]]:
    return [_row(line, lines[max(at - 1, 0) : at], lines[at + 1 : at + 2], lines[0].reached, speak) for at, line in enumerate(lines)]


def _row(line: Line, before: Sequence[Line], after: Sequence[Line], widest: int, speak: Language) -> dict[str, Any]:
    """``before``, ``after``: the stages beside it in its leg, none at an end; ``widest``: what has begun the leg."""
    is_first, shape = not before, [_width(n, widest) for n in (line.entered, line.reached, *(next_.reached for next_ in after))]
    tells_share = line.is_told and line.share is not None and not (is_first and line.share == 1)
    return {
        "stage": stage_name(line.stage, speak), "is_head": is_first and not after,
        "is_told": line.is_told, "is_idle": not (line.is_told or line.waiting),
        "count": counted(line.subject, line.entered, speak) if is_first else speak.number(line.entered),
        "share": speak.say("%(share)s of all", share=speak.percent(line.share)) if tells_share else None,
        "before": _told(None, [], line, speak) if is_first else None, "between": _between(after[0], speak) if after else None,
        "down": _drawing(*shape, is_down=True), "across": _drawing(*shape, is_down=False),
    }


def _width(n: int, widest: int) -> float:
    return round(max(LEAST, WHOLE * n / widest), 1) if n else 0.0


def _drawing(entered: float, reached: float, then: float = 0.0, *, is_down: bool) -> dict[str, Any]:
    """``entered``, ``reached``: bars as x, y, width, height; ``link``: a polygon's points to the next stage, None: nothing flows on."""

    def bar(width: float) -> tuple[float, float, float, float]:
        start = _start(width)
        return (start, 0, width, WHOLE) if is_down else (0, start, WHOLE, width)

    return {"entered": bar(entered), "reached": bar(reached), "link": _link(reached, then, is_down=is_down) if reached and then else None}


def _link(now: float, then: float, *, is_down: bool) -> str:
    corners = ((_start(now), 0), (_start(now) + now, 0), (_start(then) + then, WHOLE), (_start(then), WHOLE))
    return " ".join(f"{x:g},{y:g}" if is_down else f"{y:g},{x:g}" for x, y in corners)


def _start(width: float) -> float:
    """In the middle."""
    return round((WHOLE - width) / 2, 2)


def _between(line: Line, speak: Language) -> dict[str, Any] | None:
    """What is known of the way into ``line``: the share that came this far, how long it took, who still waits."""
    step = speak.percent(line.step) if line.is_told and line.step is not None else None
    return _told(step, _took(line.median_hours, line.p90_hours, speak), line, speak)


def _told(step: str | None, took: list[str], line: Line, speak: Language) -> dict[str, Any] | None:
    waiting = speak.say("%(n)s waiting", n=speak.number(line.waiting)) if line.waiting else None
    overdue = speak.say_n("%(n)s of them overdue", "%(n)s of them overdue", line.stuck) if line.stuck else None
    return {"step": step, "took": took, "waiting": waiting, "overdue": overdue} if step or took or waiting else None


def _took(median_hours: float | None, p90_hours: float | None, speak: Language) -> list[str]:
    """Nothing is said of nine in ten where they took no time (sources that tell only days)."""
    if median_hours is None or p90_hours is None:
        return []
    if p90_hours < MINUTE:
        return [speak.say("at once")]
    half = speak.say("half within %(time)s", time=speak.duration(median_hours)) if median_hours >= MINUTE else speak.say("half at once")
    return [half, speak.say("nine of ten within %(time)s", time=speak.duration(p90_hours))]
