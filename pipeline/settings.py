"""Settings from environment variables ``DAIYUN_*``; the same names serve Docker, the demo and the tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from pipeline.errors import SettingsError

REPOSITORY = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Where things are and how patient the night is.

    Attributes:
        database_url: the warehouse as the role ``daiyun_app``.
        admin_database_url: the warehouse as its owner; only ``daiyun db upgrade`` uses it.
        landing: folder or object-store address of raw pages and batches.
        secret_key: 32 random bytes, base64; encrypts landing and tokens, keys the buyers' pseudonyms.
        clients: folder of one YAML a client.
        drop: folder the brands drop files into, one sub-folder a client.
        outbox: folder finished reports are written to.
        clock: ``system``, or the address of a sandbox's clock.
        night_cron: when the night starts (UTC); ``manual`` to start it by hand only.
        history_days: how far back a shop's first pull reaches.
        landing_days: how long pages (masked buyers are in some) are kept for a replay once their pull is proven.
        landing_held_days: how long, at most, where rows of theirs wait in quarantine.
        patience_seconds: wall seconds a pull sleeps out before it gives its worker slot back.
        answer_seconds: how long a marketplace may take to answer one call, of the wall.
        observe_seconds: how long an acknowledged stock change may take to show before its job counts as failed.
        chunk_bytes: raw bytes mapped and checked at a time; bounds memory.
        ecb_url: ECB reference rates (address or file); ``fx_files``: extra CSVs for currencies the ECB leaves out.
    """

    model_config = SettingsConfigDict(env_prefix="DAIYUN_", extra="ignore", hide_input_in_errors=True)

    database_url: str
    admin_database_url: str = ""
    landing: str
    secret_key: SecretStr
    clients: Path = REPOSITORY / "clients"
    drop: Path = Path("drop")
    outbox: Path = Path("outbox")
    clock: str = "system"
    night_cron: str = "0 3 * * *"
    history_days: int = 30
    landing_days: int = Field(30, ge=1)
    landing_held_days: int = Field(180, ge=1)
    patience_seconds: float = 20.0
    answer_seconds: float = 30.0
    observe_seconds: float = 7200.0
    chunk_bytes: int = 8_000_000
    ecb_url: str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml"
    fx_files: tuple[str, ...] = ()
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = False
    mail_from: str = "Daiyun <reports@daiyun.example>"

    @field_validator("database_url", "admin_database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        try:
            is_known = not value or make_url(value).get_backend_name() == "postgresql"
        except ArgumentError:
            is_known = False
        if not is_known:
            raise ValueError("must be an address like postgresql+psycopg://user:password@host:5432/database")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            raw = base64.urlsafe_b64decode(value.get_secret_value())
        except ValueError:
            raw = b""
        if len(raw) != 32:
            raise ValueError("must be 32 random bytes in url-safe base64")
        return value

    def key(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, so that no two uses share one."""
        master = base64.urlsafe_b64decode(self.secret_key.get_secret_value())
        return hmac.new(master, purpose.encode(), hashlib.sha256).digest()


@lru_cache
def settings() -> Settings:
    """The process's settings, read once.

    Raises:
        SettingsError: names each variable that is missing or wrong, and what it is for.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(f"DAIYUN_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(
            f"Settings are incomplete: {faults}. Set these environment variables (docs/operations.md lists them), "
            "or run `daiyun demo`, which makes its own."
        ) from None
