"""What a row of wishes speaks of, and how to say that it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.client import ShopEntry
from transforms.schema import SchemaError
from transforms.wishes import Wish

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Target:
    """What a wish is about, as the tables know it. ``name``: within shop, site and kind; ``observed``: what they show."""

    site: str
    name: str
    wanted: Mapping[str, Any]
    observed: Mapping[str, Any] = field(default_factory=dict)
    listing_id: str | None = None
    product_id: str | None = None

    @property
    def spot(self) -> tuple[str, str]:
        return self.site, self.name


def wrong(kind: str, wish: Wish, column: str, why: str) -> SchemaError:
    return SchemaError(f"{kind} wishes, row {wish.row}, column {column}: {why}")


def site_of(entry: ShopEntry, kind: str, wish: Wish) -> str:
    site = wish.fields.get("site") or (entry.sites[0] if len(entry.sites) == 1 else None)
    if site not in entry.sites:
        what = f"{site!r} is no site of the shop" if site else "is empty, and the shop has several sites"
        raise wrong(kind, wish, "site", f"{what}; it has {', '.join(entry.sites)}")
    return site


def grouped(wishes: Iterable[Wish], key: Callable[[Wish], Key]) -> dict[Key, list[Wish]]:
    """Rows that belong together, in the order of the file."""
    groups: dict[Key, list[Wish]] = {}
    for wish in wishes:
        groups.setdefault(key(wish), []).append(wish)
    return groups


def agreed(kind: str, rows: list[Wish], names: Iterable[str], what: str) -> dict[str, Any]:
    """The fields that all rows of one ``what`` must say alike; those that are left out are left out."""
    first, names = rows[0].fields, tuple(names)
    for wish in rows[1:]:
        for name in names:
            if wish.fields.get(name) != first.get(name):
                shown = [str(each or "nothing") for each in (wish.fields.get(name), first.get(name))]
                raise wrong(kind, wish, name, f"says {shown[0]}, row {rows[0].row} says {shown[1]} of the same {what}")
    return {name: first[name] for name in names if name in first}
