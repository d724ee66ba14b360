"""The opened shop: what answers when the night asks Amazon something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from connectors.amazon import queries
from connectors.amazon.auth import grant, sign
from connectors.amazon.endpoints import BUDGETS, ENDPOINTS
from connectors.amazon.ids import ids_of
from connectors.amazon.listings import ListingsSnapshot
from connectors.amazon.mapping.fba import map_fba
from connectors.amazon.mapping.ledger import map_ledger
from connectors.amazon.mapping.listings import map_listings
from connectors.amazon.mapping.orders import map_orders
from connectors.amazon.mapping.payouts import map_payouts
from connectors.amazon.mapping.returns import map_returns
from connectors.amazon.mapping.traffic import map_traffic
from connectors.amazon.reports import ReturnsReports
from connectors.amazon.sites import AUTH_HOST, BY_MARKETPLACE, HOSTS, SITES
from connectors.amazon.traffic import TrafficReports
from connectors.amazon.verdict import judge
from connectors.amazon.writes import StockWriter
from connectors.base import BaseConnector, Entity
from connectors.contract import Credentials, Services, Shop
from connectors.errors import FatalError
from connectors.http import Call, Session, pick
from connectors.tokens import AccessTokens, token_name
from connectors.writes import Answer, StockChange


@dataclass(frozen=True, repr=False)
class AmazonConnector(BaseConnector):
    """One seller account in one region."""

    host: str = ""
    writer: StockWriter | None = None

    def check(self) -> str:
        """Ask which sites the account sells on; one line saying whose account answered.

        Raises:
            FatalError: the shop's client file names sites the account does not sell on.
        """
        reply = self.session.send(Call("getMarketplaceParticipations", "GET", f"{self.host}/sellers/v1/marketplaceParticipations"))
        found = reply.json.get("payload") if isinstance(reply.json, dict) else None
        stores = {
            BY_MARKETPLACE[entry["marketplace"]["id"]].country: str(entry.get("storeName") or "")
            for entry in found or []
            if entry["marketplace"]["id"] in BY_MARKETPLACE and entry["participation"]["isParticipating"]
        }
        missing = [site for site in self.shop.sites if site not in stores]
        if missing:
            raise FatalError(
                f"{self.session.who('check')}: the account does not sell on {', '.join(missing)}; it sells on "
                f"{', '.join(sorted(stores)) or 'no site'}. Correct 'sites' in the client's file, or register there."
            )
        names = ", ".join(sorted({name for name in stores.values() if name})) or "unnamed"
        return f"Amazon seller {self.shop.account['seller_id']}, store {names}, sells on {', '.join(sorted(stores))}"

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return self.writer.push(changes, dry_run=dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return self.writer.observe(changes)


def connect(shop: Shop, credentials: Credentials, services: Services) -> AmazonConnector:
    """Open a shop; nothing is sent yet.

    Raises:
        FatalError: sites unknown or of two regions, ``seller_id`` or secrets missing.
    """
    who = f"{shop.marketplace}, shop '{shop.client}/{shop.name}'"
    host = _host(shop, credentials.host.rstrip("/"), who)
    auth_host = credentials.auth_host.rstrip("/") or AUTH_HOST
    seller_id = pick(["seller_id"], shop.account, who)["seller_id"]
    pick(["client_id", "client_secret", "refresh_token"], credentials.secrets, who)
    bare = Session(shop, credentials, services, BUDGETS, judge=judge)
    tokens = AccessTokens(
        token_name(shop, credentials), services.tokens, services.clock, lambda stored: grant(bare, credentials, auth_host)
    )
    session = Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge, tokens=tokens)
    readers = {
        "orders": (queries.orders(session, host, shop), map_orders),
        "listings": (ListingsSnapshot(session, host, shop, seller_id), map_listings),
        "fba_inventory": (queries.fba_inventory(session, host, shop), map_fba),
        "returns": (ReturnsReports(session, host, shop), map_returns),
        "ledger": (queries.ledger(session, host, shop), map_ledger),
        "traffic": (TrafficReports(session, host, shop), map_traffic),
        "payouts": (queries.payouts(session, host, shop), map_payouts),
    }
    entities = {
        name: Entity(reader.read, partial(mapping, shop=shop), partial(ids_of, name)) for name, (reader, mapping) in readers.items()
    }
    return AmazonConnector(
        shop, services, session, ENDPOINTS, BUDGETS, entities, host=host, writer=StockWriter(session, host, shop, seller_id)
    )


def _host(shop: Shop, given: str, who: str) -> str:
    """The connection's host, or the region's own. Amazon's own hosts serve one region each; a stand-in may serve all."""
    unknown = [site for site in shop.sites if site not in SITES]
    if unknown or not shop.sites:
        raise FatalError(f"{who}: Amazon has no site {', '.join(unknown) or '(none given)'}. Known: {', '.join(sorted(SITES))}.")
    regions = sorted({SITES[site].region for site in shop.sites})
    if given and given not in HOSTS.values():
        return given
    if len(regions) > 1:
        raise FatalError(f"{who}: its sites lie in the regions {', '.join(regions)}; one shop is one region. Make a shop of each.")
    if given and given != HOSTS[regions[0]]:
        raise FatalError(f"{who}: its sites lie in the region {regions[0]}, its host is another region's. Correct the connection's host.")
    return HOSTS[regions[0]]
