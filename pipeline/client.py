"""One client: who the brand is, which shops it has, what it wants. What its YAML file may say, and nothing else."""

from __future__ import annotations

from zoneinfo import available_timezones

import iso4217
from pydantic import BaseModel, ConfigDict, EmailStr, Field, field_validator

from connectors.contract import Shop


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShopEntry(Strict):
    """One shop of a client. ``entities`` empty: all the connector reads. ``stock_share``: its share of the master's stock."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    marketplace: str
    sites: tuple[str, ...] = Field(min_length=1)
    account: dict[str, str] = {}
    entities: tuple[str, ...] = ()
    stock_share: float = Field(1.0, ge=0, le=1)


class StockPolicy(Strict):
    """How wanted stock follows from the master, and above which change, or on how old a ground, a person must approve."""

    is_enabled: bool = True
    buffer_units: int = Field(0, ge=0)
    buffer_share: float = Field(0.0, ge=0, lt=1)
    approve_above_share: float = Field(0.3, ge=0, le=1)
    approve_drop_to_zero: bool = True
    approve_master_older_hours: float = Field(36.0, gt=0)
    approve_proof_older_hours: float = Field(12.0, gt=0)


class ReportPolicy(Strict):
    """When the weekly report goes out, and to whom."""

    weekday: int = Field(0, ge=0, le=6, description="0 is Monday: the day after the period ends")
    recipients: tuple[EmailStr, ...] = ()


class Theme(Strict):
    colour: str = Field("#1f4e79", pattern=r"^#[0-9a-fA-F]{6}$")
    logo_text: str = ""


class Client(Strict):
    """One brand the agency serves; ``name`` is the word in every row and file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    brand: str
    language: str = Field(pattern=r"^(zh|en)$")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    zone: str
    theme: Theme = Theme()
    shops: tuple[ShopEntry, ...] = Field(min_length=1)
    stock: StockPolicy = StockPolicy()
    report: ReportPolicy = ReportPolicy()

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not an IANA time zone such as Asia/Shanghai")
        return value

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, value: str) -> str:
        if value not in {currency.code for currency in iso4217.Currency}:
            raise ValueError("is no ISO 4217 currency such as EUR")
        return value

    def shop(self, entry: ShopEntry) -> Shop:
        return Shop(client=self.name, name=entry.name, marketplace=entry.marketplace, sites=entry.sites, account=entry.account)
