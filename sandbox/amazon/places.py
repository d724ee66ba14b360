"""Amazon's marketplaces: their ids, regions and names. https://developer-docs.amazon.com/sp-api/docs/marketplace-ids"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One marketplace. ``charset`` is the one its report files come in (they differ, and say so in their Content-Type)."""

    site: str
    marketplace_id: str
    region: str
    name: str
    language: str
    charset: str = "UTF-8"

    @property
    def domain(self) -> str:
        return f"www.{self.name.lower()}"

    @property
    def channel(self) -> str:
        """Name of the marketplace's own fulfilment network here."""
        return CHANNELS["FE_JP" if self.site == "JP" else self.region]


CHANNELS = {"NA": "AMAZON_NA", "EU": "AMAZON_EU", "FE": "AMAZON_FE", "FE_JP": "AMAZON_JP"}

PLACES = {
    place.site: place
    for place in (
        Place("US", "ATVPDKIKX0DER", "NA", "Amazon.com", "en_US"),
        Place("GB", "A1F83G8C2ARO7P", "EU", "Amazon.co.uk", "en_GB"),
        Place("DE", "A1PA6795UKMFR9", "EU", "Amazon.de", "de_DE", "Cp1252"),
        Place("FR", "A13V1IB3VIYZZH", "EU", "Amazon.fr", "fr_FR", "Cp1252"),
        Place("JP", "A1VC38T7YXB528", "FE", "Amazon.co.jp", "ja_JP", "MS932"),
    )
}
BY_MARKETPLACE = {place.marketplace_id: place for place in PLACES.values()}

# Marketplaces that exist, though nobody of this world sells there.
EMPTY_MARKETPLACES = {
    "A2EUQ1WTGCTBG2": "NA", "A1AM78C64UM0Y8": "NA", "A2Q3Y263D00KWC": "NA",
    "APJ6JRA9NG5V4": "EU", "A1RKKUPIHCS9HS": "EU", "A1805IZSGTT6HS": "EU", "AMEN7PMS3EDWL": "EU", "A2NODRKZP88ZB9": "EU",
    "A1C3SOZRARQ6R3": "EU", "A28R8C7NBKEWEA": "EU", "A33AVAJ2PDY3EV": "EU", "A2VIGQ35RCS4UG": "EU", "A17E79C6D8DWNP": "EU",
    "ARBP9OOSHTCHU": "EU", "A21TJRUUN4KGV": "EU", "AE08WJ6YKNBMC": "EU",
    "A39IBJ37TRP1C6": "FE", "A19VAU5U5O7RUS": "FE",
}
REGION_OF = {**EMPTY_MARKETPLACES, **{place.marketplace_id: place.region for place in PLACES.values()}}
