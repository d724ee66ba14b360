"""Opaque texts only this sandbox can make: page tokens, access tokens, document addresses.

They carry what they mean, signed with a key made from the world's seed, so that a restarted sandbox knows its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any


class Seals:
    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def close(self, purpose: str, facts: dict[str, Any]) -> str:
        text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        return base64.urlsafe_b64encode(self._mark(purpose, text) + text).decode().rstrip("=")

    def open(self, purpose: str, sealed: str) -> dict[str, Any] | None:
        """What was sealed for this purpose; None for anything else."""
        try:
            raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        mark, text = raw[:12], raw[12:]
        return json.loads(text) if hmac.compare_digest(mark, self._mark(purpose, text)) else None

    def _mark(self, purpose: str, text: bytes) -> bytes:
        return hmac.new(self._key, purpose.encode() + b"|" + text, hashlib.sha256).digest()[:12]
