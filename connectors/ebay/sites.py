"""eBay's sites: our country code, eBay's word for the marketplace, and the Trading API's number of it."""

from __future__ import annotations

from connectors.contract import Shop
from connectors.errors import FatalError
from transforms.sites import SITES

# Trading API, "SiteCodeType": numbers of the sites.
TRADING_ID = {
    "US": 0, "CA": 2, "GB": 3, "AU": 15, "AT": 16, "FR": 71, "DE": 77, "IT": 101, "BE": 123, "NL": 146, "ES": 186, "CH": 193, "HK": 201,
    "IE": 205, "MY": 207, "PH": 211, "PL": 212, "SG": 216,
}
# Content-Language of what is written: the site's own language.
LOCALE = {
    "US": "en-US", "CA": "en-CA", "GB": "en-GB", "AU": "en-AU", "FR": "fr-FR", "DE": "de-DE", "IT": "it-IT", "BE": "nl-BE", "NL": "nl-NL",
    "AT": "de-AT", "CH": "de-CH", "HK": "zh-HK", "ES": "es-ES", "IE": "en-GB", "MY": "en-US", "PH": "en-PH", "PL": "pl-PL", "SG": "en-US",
}
COUNTRY = {f"EBAY_{code}": code for code in TRADING_ID} | {"EBAY_MOTORS": "US", "EBAY_MOTORS_US": "US"}


def marketplace(site: str) -> str:
    """What eBay calls a site: ``EBAY_GB``."""
    return f"EBAY_{site}"


def zone(site: str | None) -> str | None:
    return SITES[site].zone if site in SITES else None


def check_sites(shop: Shop) -> None:
    """Raises FatalError: a site is none of eBay's, or there is none."""
    unknown = [site for site in shop.sites if site not in TRADING_ID]
    if unknown or not shop.sites:
        raise FatalError(
            f"ebay, shop '{shop.client}/{shop.name}': eBay has no site {', '.join(unknown) or '(none given)'}. "
            f"Known: {', '.join(sorted(TRADING_ID))}. Correct 'sites' in the client's file."
        )
