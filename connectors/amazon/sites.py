"""Amazon's sites: marketplace ids, regions, hosts, zones and the names of their fulfilment networks."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.sites import site as site_of


@dataclass(frozen=True)
class Site:
    """One marketplace of Amazon.

    Attributes:
        country: ISO 3166-1 alpha-2 (Amazon's own word for GB is UK).
        region: which host serves it; a shop's sites must share one.
        zone: IANA zone of its calendar days.
        fba_location: the fulfilment network its stock lies in.
        fallback_charset: what its flat files come in when they name no charset and are not UTF-8.
    """

    country: str
    marketplace_id: str
    region: str
    zone: str
    fba_location: str
    fallback_charset: str = "cp1252"


HOSTS = {
    "na": "https://sellingpartnerapi-na.amazon.com",
    "eu": "https://sellingpartnerapi-eu.amazon.com",
    "fe": "https://sellingpartnerapi-fe.amazon.com",
}
AUTH_HOST = "https://api.amazon.com"

_NA, _EU = ("na", "AMAZON_NA"), ("eu", "AMAZON_EU")


def _site(country: str, marketplace_id: str, zone: str, region: tuple[str, str], charset: str = "cp1252") -> Site:
    return Site(country, marketplace_id, region[0], zone, region[1], charset)


SITES = {
    site.country: site
    for site in (
        _site("US", "ATVPDKIKX0DER", "America/Los_Angeles", _NA),
        _site("CA", "A2EUQ1WTGCTBG2", "America/Toronto", _NA),
        _site("MX", "A1AM78C64UM0Y8", "America/Mexico_City", _NA),
        _site("BR", "A2Q3Y263D00KWC", "America/Sao_Paulo", _NA),
        _site("GB", "A1F83G8C2ARO7P", "Europe/London", _EU),
        _site("DE", "A1PA6795UKMFR9", "Europe/Berlin", _EU),
        _site("FR", "A13V1IB3VIYZZH", "Europe/Paris", _EU),
        _site("IT", "APJ6JRA9NG5V4", "Europe/Rome", _EU),
        _site("ES", "A1RKKUPIHCS9HS", "Europe/Madrid", _EU),
        _site("NL", "A1805IZSGTT6HS", "Europe/Amsterdam", _EU),
        _site("BE", "AMEN7PMS3EDWL", "Europe/Brussels", _EU),
        _site("SE", "A2NODRKZP88ZB9", "Europe/Stockholm", _EU),
        _site("PL", "A1C3SOZRARQ6R3", "Europe/Warsaw", _EU),
        _site("IE", "A28R8C7NBKEWEA", "Europe/Dublin", _EU),
        _site("TR", "A33AVAJ2PDY3EV", "Europe/Istanbul", _EU),
        _site("AE", "A2VIGQ35RCS4UG", "Asia/Dubai", _EU),
        _site("SA", "A17E79C6D8DWNP", "Asia/Riyadh", _EU),
        _site("EG", "ARBP9OOSHTCHU", "Africa/Cairo", _EU),
        _site("IN", "A21TJRUUN4KGV", "Asia/Kolkata", ("eu", "AMAZON_IN")),
        _site("ZA", "AE08WJ6YKNBMC", "Africa/Johannesburg", _EU),
        _site("JP", "A1VC38T7YXB528", "Asia/Tokyo", ("fe", "AMAZON_JP"), "cp932"),
        _site("AU", "A39IBJ37TRP1C6", "Australia/Sydney", ("fe", "AMAZON_AU")),
        _site("SG", "A19VAU5U5O7RUS", "Asia/Singapore", ("fe", "AMAZON_SG")),
    )
}
BY_MARKETPLACE = {site.marketplace_id: site for site in SITES.values()}
COUNTRY = {site.marketplace_id: site.country for site in SITES.values()}
ZONE = {site.country: site.zone for site in SITES.values()}
CURRENCIES = {country: site_of(country).currency for country in SITES}  # what buyers pay in, on every site
