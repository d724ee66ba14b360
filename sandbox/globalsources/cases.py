"""One of every file a supplier's people and platform leave behind, good and bad, from the same deals: for tests, not for a night.

``python -m sandbox.globalsources.cases FOLDER`` writes them down to look at.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sandbox.globalsources import ids, mails
from sandbox.globalsources.exports import name_of, zone_of
from sandbox.globalsources.facts import inquiries
from sandbox.globalsources.forms import chinese_csv, clean_csv, json_list, semicolon_csv, serial_workbook, titled_workbook
from sandbox.globalsources.sheets import SHEETS, Row
from sandbox.house import Settings, open_house
from sandbox.market import House
from sandbox.world.cast import SHOPS

SHOP = SHOPS["harbor_globalsources"]
FORMS = {
    "clean": ("csv", clean_csv), "gb18030": ("csv", chinese_csv), "semicolon": ("csv", semicolon_csv), "titled": ("xlsx", titled_workbook),
    "serials": ("xlsx", serial_workbook), "json": ("json", json_list),
}


def forms(house: House, entity: str, at: datetime) -> Mapping[str, bytes]:
    """File name → the same rows, in each form."""
    rows = list(SHEETS[entity](house, SHOP, at))
    made = {case: (suffix, form(rows, zone_of(SHOP))) for case, (suffix, form) in FORMS.items()}
    return {name_of(entity, SHOP, at, case, suffix): body for case, (suffix, body) in made.items()}


def spoilt(house: House, at: datetime) -> Mapping[str, bytes]:
    """Files nobody may take for whole, or for this account's."""
    name, body = next(iter(forms(house, "inquiries", at).items()))
    return {
        name.replace("clean", "truncated"): body[: len(body) * 2 // 3],
        name.replace(SHOP.name, "somebody_else"): body,
        name.replace("inquiries", "secrets"): body,
        "inquiries.csv": body,
    }


def duplicate(house: House, at: datetime) -> Mapping[str, bytes]:
    name, body = next(iter(forms(house, "inquiries", at).items()))
    return {name: body, name.replace("clean", "clean (1)"): body}


def letters(house: House, at: datetime) -> Mapping[str, bytes]:
    """One inquiry in each of the three layouts, and a forged one."""
    deal = next(state.deal for state in inquiries(house.world, SHOP, at))
    came, zone = at - timedelta(hours=1), zone_of(SHOP)
    found = {f"layout-{layout}": mails.genuine(deal, zone, came, layout) for layout in range(len(mails.LAYOUTS))}
    found["forged"] = mails.forged(deal, zone, came)
    return {name_of("inquiries", SHOP, came, case, "eml"): body for case, body in found.items()}


def as_row(house: House, at: datetime) -> Row:
    """The inquiry of :func:`letters` as the export tells it."""
    deal = next(state.deal for state in inquiries(house.world, SHOP, at))
    return next(row for row in SHEETS["inquiries"](house, SHOP, at) if row["inquiry_id"] == ids.inquiry(deal))


def main(folder: Path) -> None:
    house = open_house(Settings(days=10, orders_per_day=2))
    at = house.clock.horizon - timedelta(hours=2)
    every = {**spoilt(house, at), **letters(house, at)}
    for entity in SHEETS:
        every |= forms(house, entity, at)
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in every.items():
        (folder / name).write_bytes(body)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
