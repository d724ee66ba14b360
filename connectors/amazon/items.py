"""Looking at listings items: twenty at a time, or one by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from connectors.amazon.sites import SITES
from connectors.http import Call, Session
from connectors.verdicts import Reply

PATH = "/listings/2021-08-01/items"
DETAILS = "summaries,offers,fulfillmentAvailability,issues"
BATCH = 20


@dataclass(frozen=True)
class Batch:
    """SKUs of one site to be asked for in one call."""

    site: str
    skus: tuple[str, ...]


class ItemCalls:
    """The two ways to look at listings items of one seller."""

    def __init__(self, session: Session, host: str, seller_id: str) -> None:
        self._session, self._address = session, f"{host}{PATH}/{quote(seller_id, safe='')}"

    def search(self, site: str, skus: tuple[str, ...]) -> Reply:
        """At most twenty SKUs of a site (none: all, of which only the count is of use)."""
        named = {"identifiers": ",".join(skus), "identifiersType": "SKU"} if skus else {}
        params = {"marketplaceIds": SITES[site].marketplace_id, "includedData": DETAILS, "pageSize": str(BATCH), **named}
        return self._session.send(
            Call("searchListingsItems", "GET", self._address, params=params, note=f"site {site}, {len(skus)} SKUs")
        )

    def one(self, site: str, sku: str) -> Reply:
        """One SKU by itself; the reply's status is 404 where Amazon knows none of that name."""
        params = {"marketplaceIds": SITES[site].marketplace_id, "includedData": DETAILS}
        address = f"{self._address}/{quote(sku, safe='')}"
        return self._session.send(Call("getListingsItem", "GET", address, params=params, note=f"site {site}, SKU {sku}", tolerates=(404,)))


def can_be_listed(sku: str) -> bool:
    """Whether a SKU fits into a comma-separated list."""
    return "," not in sku


def batched(site: str, skus: list[str]) -> Iterator[Batch]:
    """Searches of twenty; a SKU with a comma in it has to be asked for by itself, and so ends up in no search."""
    listable = [sku for sku in skus if can_be_listed(sku)]
    yield from (Batch(site, tuple(listable[at : at + BATCH])) for at in range(0, len(listable), BATCH))
