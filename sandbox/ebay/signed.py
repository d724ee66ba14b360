"""The other side of eBay's digital signatures: whose must be there, and whether they hold. Written from RFC 9421, not from a caller."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request

from sandbox.ebay import ids
from sandbox.ebay.errors import Refused

EUROPE = {"GB", "DE", "FR", "IT", "ES", "NL", "BE", "PL", "IE", "AT"}
TOLERANCE_SECONDS = 300
_INPUT = re.compile(r'sig1=(\((?P<names>("[^"]+"( |(?=\))))+)\);created=(?P<created>\d+))')


def is_bound(shop: str) -> bool:
    """Sellers of the EU and the UK must sign."""
    return ids.home(shop) in EUROPE


def private_key(seed: int, shop: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"ebay:signing:{seed}:{shop}".encode()).digest())


def handed_out(seed: int, shop: str) -> dict[str, str]:
    """What the Key Management API once gave this seller's application."""
    encoded = private_key(seed, shop).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"signing_key": base64.b64encode(encoded).decode(), "signing_jwe": jwe(seed, shop)}


def jwe(seed: int, shop: str) -> str:
    """Opaque to callers: eBay's own, encrypted by itself for itself."""
    return f"eyJhbGciOiJBMjU2R0NNS1cifQ.{hashlib.sha256(f'ebay:jwe:{seed}:{shop}'.encode()).hexdigest()}.sealed"


def check(request: Request, body: bytes, shop: str, seed: int, now: datetime) -> None:
    """Raises Refused (403): a header is missing, or the signature does not hold."""
    headers = request.headers
    wanted = ("x-ebay-signature-key", "signature-input", "signature", *(("content-digest",) if body else ()))
    missing = [name for name in wanted if not headers.get(name)]
    if missing:
        raise Refused(403, 215001, f"Missing the {missing[0]} header", "ACCESS")
    told = _INPUT.fullmatch(headers["signature-input"])
    if not told or headers["x-ebay-signature-key"] != jwe(seed, shop):
        raise Refused(403, 215120, "Signature validation failed", "ACCESS")
    names = re.findall(r'"([^"]+)"', told["names"])
    needed = {"x-ebay-signature-key", "@method", "@path", "@authority", *(("content-digest",) if body else ())}
    values = {"@method": request.method, "@path": request.scope["raw_path"].decode().split("?")[0], "@authority": headers["host"]}
    lines = [f'"{name}": {values.get(name, headers.get(name, ""))}' for name in names]
    lines.append(f'"@signature-params": {told[1]}')
    is_timely = abs(now.timestamp() - int(told["created"])) <= TOLERANCE_SECONDS
    if not needed <= set(names) or not is_timely or not _holds("\n".join(lines), headers["signature"], seed, shop):
        raise Refused(403, 215122, "Signature validation failed to fulfill the request", "ACCESS")
    if body and headers["content-digest"] != f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:":
        raise Refused(403, 215120, "The content digest does not match the body", "ACCESS")


def _holds(text: str, signature: str, seed: int, shop: str) -> bool:
    found = re.fullmatch(r"sig1=:([A-Za-z0-9+/=]+):", signature)
    try:
        private_key(seed, shop).public_key().verify(base64.b64decode(found[1]) if found else b"", text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
