"""One client: who the brand is, which shops it has, what it wants. What its YAML file may say, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import iso4217
from pydantic import BaseModel, BeforeValidator, ConfigDict, EmailStr, Field, field_validator, model_validator

from connectors.contract import Shop
from transforms.sites import is_zone
from transforms.stages import CHAINS


def known_currency(value: str) -> str:
    if value not in {currency.code for currency in iso4217.Currency}:
        raise ValueError("is no ISO 4217 currency such as EUR")
    return value


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShopEntry(Strict):
    """One shop of a client.

    Attributes:
        entities: empty: all the connector reads.
        stock_share: its share of the master's stock.
        mode: which trade it is, where its kind of shop serves several (a private seller on eBay: ``c2c``).
        deals_of: the shop whose deals this account's papers are about (inspections of another platform's contracts).
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    marketplace: str
    sites: tuple[str, ...] = Field(min_length=1)
    account: dict[str, str] = {}
    entities: tuple[str, ...] = ()
    stock_share: float = Field(1.0, ge=0, le=1)
    mode: str | None = Field(None, pattern=r"^(b2b|b2c|c2c)$")
    deals_of: str | None = None


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


def _exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("is no exact amount: quote it")
    return value


Exact = Annotated[Decimal, BeforeValidator(_exact)]


class FeeEntry(Strict):
    """What the agency's month costs; amounts in whole units of ``currency``, quoted, so that no float comes between."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    monthly_base: Exact = Field(Decimal(0), ge=0)
    share_of_net_sales: Exact = Field(Decimal(0), ge=0, le=1)
    minimum: Exact | None = Field(None, ge=0)
    maximum: Exact | None = Field(None, ge=0)

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, value: str) -> str:
        return known_currency(value)


class Targets(Strict):
    """What was promised, a month; in the fee's currency."""

    net_sales: Exact | None = Field(None, ge=0)


class Agreement(Strict):
    """What agency and client agreed: since when, on which services, for which fee. ``ended``: its last day."""

    signed: date
    ended: date | None = None
    services: tuple[Literal["listings", "promotion", "orders", "logistics", "analysis"], ...] = Field(min_length=1)
    fee: FeeEntry
    targets: Targets = Targets()

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Agreement:
        if self.ended and self.ended < self.signed:
            raise ValueError("ended before it was signed")
        return self


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
    agreement: Agreement | None = None
    service_levels: dict[str, dict[str, Annotated[int, Field(gt=0)]]] = {}

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if not is_zone(value):
            raise ValueError("is not an IANA time zone such as Asia/Shanghai")
        return value

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, value: str) -> str:
        return known_currency(value)

    @field_validator("shops")
    @classmethod
    def _deals_of_a_shop(cls, value: tuple[ShopEntry, ...]) -> tuple[ShopEntry, ...]:
        heads = {entry.name for entry in value if entry.deals_of is None}
        for entry in value:
            if entry.deals_of is not None and entry.deals_of not in heads:
                raise ValueError(f"{entry.name}: `deals_of` names {entry.deals_of}, no shop of this client with deals of its own")
        return value

    @field_validator("service_levels")
    @classmethod
    def _names_stages(cls, value: Mapping[str, Mapping[str, int]]) -> Mapping[str, Mapping[str, int]]:
        for mode, hours in value.items():
            if mode not in CHAINS:
                raise ValueError(f"no trade mode is called {mode}; there are {', '.join(CHAINS)}")
            waited = [stage.name for stage in CHAINS[mode].stages if stage.waited != "never"]
            strange = sorted(set(hours) - set(waited))
            if strange:
                raise ValueError(f"in {mode} nothing waits for {', '.join(strange)}; it may name {', '.join(waited)}")
        return value

    def shop(self, entry: ShopEntry) -> Shop:
        return Shop(client=self.name, name=entry.name, marketplace=entry.marketplace, sites=entry.sites, account=entry.account)
