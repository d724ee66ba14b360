"""Lazada's six countries: gateway, currency, zone, and how money without a currency is scaled there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.contract import Credentials, Shop
from connectors.errors import FatalError


@dataclass(frozen=True)
class Site:
    """One country of Lazada.

    Attributes:
        gateway: official base address of its API.
        refund_exponent: decimal digits hidden in the reverse orders' whole numbers (cents; in Vietnam whole dong).
    """

    country: str
    gateway: str
    currency: str
    zone: str
    refund_exponent: int = 2


SITES = {
    site.country: site
    for site in (
        Site("SG", "https://api.lazada.sg/rest", "SGD", "Asia/Singapore"),
        Site("MY", "https://api.lazada.com.my/rest", "MYR", "Asia/Kuala_Lumpur"),
        Site("TH", "https://api.lazada.co.th/rest", "THB", "Asia/Bangkok"),
        Site("VN", "https://api.lazada.vn/rest", "VND", "Asia/Ho_Chi_Minh", refund_exponent=0),
        Site("PH", "https://api.lazada.com.ph/rest", "PHP", "Asia/Manila"),
        Site("ID", "https://api.lazada.co.id/rest", "IDR", "Asia/Jakarta"),
    )
}
CURRENCIES = {site.country: site.currency for site in SITES.values()}
AUTH_HOST = "https://auth.lazada.com/rest"


def check_sites(shop: Shop) -> None:
    """Raise FatalError where the shop names a country Lazada does not serve."""
    unknown = [country for country in shop.sites if country not in SITES]
    if unknown or not shop.sites:
        raise FatalError(
            f"lazada, shop '{shop.name}': no such site: {', '.join(unknown) or '(none)'}. "
            f"Lazada sells in {', '.join(SITES)}; mend `sites` in the client's file. Not retried."
        )


def gateway(site: str, shop: Shop, credentials: Credentials) -> str:
    """Base address of one site's API.

    The connection's host serves the shop's home. Another site (a cross-border token is good for several) has its own
    official gateway where the host is an official one, the host with ``{site}`` filled in where it says so, and the
    same host otherwise.
    """
    host = credentials.host
    if not host or (site != shop.sites[0] and _is_official(host)):
        return SITES[site].gateway
    return rest(host.replace("{site}", site.lower()))


def rest(host: str) -> str:
    """The address with Lazada's ``/rest``, whether or not the connection wrote it."""
    host = host.rstrip("/")
    return host if host.endswith("/rest") else f"{host}/rest"


def _is_official(host: str) -> bool:
    return urlsplit(host).hostname in {urlsplit(site.gateway).hostname for site in SITES.values()}
