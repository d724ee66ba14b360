"""The one chart: net sales a day as columns of table cells, so that it stands where images are blocked."""

from __future__ import annotations

from typing import Any

from reports.language import Language
from transforms.metrics import Day

PLOT_PX = 132  # height shared by the bars above and below the line


def chart(days: tuple[Day, ...], currency: str, speak: Language) -> dict[str, Any]:
    """Bar heights in whole pixels on one scale; days below zero hang from the line.

    A day with any sales gets at least one pixel, so that little and nothing look different.
    """
    highest = max(max(day.net_sales_minor for day in days), 0)
    lowest = min(min(day.net_sales_minor for day in days), 0)
    span = highest - lowest

    def height(minor: int) -> int:
        return max(round(PLOT_PX * abs(minor) / span), 1) if minor else 0

    return {
        "above": height(highest),
        "below": height(lowest),
        "width": f"{100 / len(days):.2f}",
        "columns": [
            {
                "up": height(day.net_sales_minor) if day.net_sales_minor > 0 else 0,
                "down": height(day.net_sales_minor) if day.net_sales_minor < 0 else 0,
                "value": speak.amount_compact(day.net_sales_minor, currency) if day.net_sales_minor else "0",
                "weekday": speak.weekday(day.day),
                "date": speak.day_short(day.day),
                "is_best": day.net_sales_minor == highest,
                "spoken": speak.day(day.day) + speak.say(": ") + speak.money(day.net_sales_minor, currency),
            }
            for day in days
        ],
    }
