"""The clients' YAML files: who the brands are, which shops they have, what they want."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import available_timezones

import iso4217
import yaml
from pydantic import BaseModel, ConfigDict, EmailStr, Field, ValidationError, field_validator

from connectors.contract import Shop
from pipeline.errors import SettingsError


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


def load_clients(folder: Path) -> list[Client]:
    """Every client in ``folder``, by name.

    Raises:
        SettingsError: a file is not YAML, misses or misspells a key, or two clients or shops share a name.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise SettingsError(f"No client in {folder}: it needs at least one <client>.yaml (docs/clients.md shows one).")
    clients = [_load(file) for file in files]
    _refuse_twins([client.name for client in clients], "client", folder)
    _refuse_twins([shop.name for client in clients for shop in client.shops], "shop", folder)
    return clients


def _load(file: Path) -> Client:
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{file.name} is not UTF-8. Save it as UTF-8; no client was loaded.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SettingsError(
            f"{file.name} is not YAML{place}: {getattr(error, 'problem', error)}. Mend the file; no client was loaded."
        ) from None
    if not isinstance(data, dict):
        raise SettingsError(f"{file.name} holds no client: it must be a mapping that begins with `name:`.")
    try:
        return Client.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(f"{file.name} (client {data.get('name', '?')}): {faults}. Mend the file; no client was loaded.") from None


def _refuse_twins(names: list[str], what: str, folder: Path) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise SettingsError(f"Two {what}s in {folder} are called {', '.join(twins)}: every {what} needs its own name.")
