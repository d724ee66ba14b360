"""A chain drawn as a funnel: one bar a stage, as wide as what has entered it; geometry only, the template paints it."""

from __future__ import annotations

from typing import Any

from reports.language import Language
from reports.stage_words import counted, stage_name
from transforms.stages import Board, Line

WIDTH, BAR, TEXT, BETWEEN, LEG_GAP = 340, 16, 24, 30, 26
LEAST = 4  # a stage that something has entered can be seen


def flow(board: Board, speak: Language) -> dict[str, Any]:
    """Rows from top to bottom in a viewBox of ``width`` × ``height``: the size of a telephone, so that letters stay legible there."""
    y, rows, leg, above = 0, [], None, None
    for line in board.lines:
        if line.subject != leg:
            y += LEG_GAP if leg else 0
            leg, above = line.subject, None
            widest = max((each.entered for each in board.lines if each.subject == leg), default=0)
        elif rows:
            y += BETWEEN
        width = round(max(LEAST, WIDTH * line.entered / widest), 1) if line.entered and widest else 0
        bar = {"y": y + TEXT, "x": round((WIDTH - width) / 2, 1), "width": width, "height": BAR}
        rows.append({
            "stage": stage_name(line.stage, speak), "text_y": y + 17, "bar": bar, "is_told": line.is_told, "link": _link(above, bar),
            "value": speak.number(line.entered) if line.is_told else speak.say("not told"), "share": _share(line, board, speak),
            "took": _took(line, speak), "stuck": speak.say("%(n)s overdue", n=speak.number(line.stuck)) if line.stuck else None,
            "between_y": y - 10, "starts_leg": above is None and len(rows) > 0,
        })
        above = bar if width else above
        y += TEXT + BAR
    return {"width": WIDTH, "height": y + 4, "rows": rows, "spoken": _spoken(board, speak)}


def _link(above: dict[str, Any] | None, bar: dict[str, Any]) -> str | None:
    """The outline between two bars of one leg, an SVG polygon's points."""
    if above is None or not bar["width"]:
        return None
    top, low = above["y"] + above["height"], bar["y"]
    corners = ((above["x"], top), (above["x"] + above["width"], top), (bar["x"] + bar["width"], low), (bar["x"], low))
    return " ".join(f"{round(x, 1)},{y}" for x, y in corners)


def _share(line: Line, board: Board, speak: Language) -> str | None:
    """Of everything that began the leg, in shops that tell this stage; nothing is said of a leg's first stage if that is all of it."""
    if not line.is_told or line.share is None or (line.share == 1 and line.step is None):
        return None
    return speak.percent(line.share)


def _took(line: Line, speak: Language) -> str | None:
    if line.median_hours is None:
        return None
    median, most = speak.duration(line.median_hours), speak.duration(line.p90_hours)
    return speak.say("half within %(median)s, nine of ten within %(most)s", median=median, most=most)


def _spoken(board: Board, speak: Language) -> str:
    """The picture for those who do not see it."""
    told = (f"{stage_name(line.stage, speak)} {counted(line.subject, line.entered, speak)}" for line in board.lines if line.is_told)
    return speak.say("; ").join(told)
