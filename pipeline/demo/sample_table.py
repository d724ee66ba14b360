"""How a samples' night is told to people: a line a marketplace, what was broken by whom, and who publishes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table as Grid

from pipeline.demo.samples import COUNTS


def show_samples(summary: Mapping[str, Any], console: Console) -> None:
    grid = Grid(title="What the vendors publish, marketplace by marketplace", title_justify="left")
    grid.add_column("marketplace", no_wrap=True)
    for name in ("samples", "stored", "quarantined", "lost", "rows stored", "rows quarantined"):
        grid.add_column(name, justify="right")
    for name, sums in summary["sample_markets"].items():
        counts = {each: str(sums[each]) for each in COUNTS}
        grid.add_row(name, *(counts | {"lost": f"[{'red' if sums['lost'] else 'green'}]{sums['lost']}[/]"}).values())
    console.print(grid)
    faults = summary["sample_faults"]
    for title, chosen in (
        ("Rules that published samples break themselves:", [each for each in faults if each["gap"] is None]),
        ("In quarantine because a part of them is not published:", [each for each in faults if each["gap"]]),
    ):
        for line in [title, *fault_lines(chosen)] if chosen else []:
            console.print(line, markup=False, highlight=False)
    for line in unpublished(summary["looked_into"], set(summary["sample_markets"])):
        console.print(line)


def fault_lines(faults: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line a row and its reasons; the same of several shops (one sample, served by each) is one line."""
    shops: dict[tuple[str, ...], list[str]] = {}
    for each in faults:
        why = f" ({each['gap']})" if each["gap"] else ""
        told = f"{each['table']} {each['record']}{why}: {'; '.join(each['reasons'])}"
        shops.setdefault((each["marketplace"], told), []).append(each["shop"])
    return [f"  {', '.join(dict.fromkeys(names))}: {told}" for (_, told), names in shops.items()]


def unpublished(looked_into: Mapping[str, Mapping[str, int]], served: set[str]) -> list[str]:
    """A sentence for each vendor whose descriptions were looked into: how many whole answers they hold, and what is served of it."""
    found = []
    for vendor, held in looked_into.items():
        files = f"{held['descriptions']} description" + "s" * (held["descriptions"] != 1)
        answers = f"{held['answers']} whole answers to a read" if held["answers"] else "no whole answer to a read"
        done = "what else is published is served" if vendor in served else "nothing is served"
        found.append(f"{vendor}: {files} looked into, {answers} ({held['examples']} examples of anything); {done}.")
    return found
