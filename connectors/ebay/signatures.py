"""Digital signatures for sellers of the EU and the UK (eBay's guide "Digital Signatures for APIs"; RFC 9421, RFC 9530).

What is signed: the body's digest where there is one, the public key's JWE, method, path without query, and authority.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from connectors.errors import FatalError

PrivateKey = Ed25519PrivateKey | RSAPrivateKey


def load_key(text: str, who: str) -> PrivateKey:
    """The key as eBay hands it out: PKCS 8, base64, with or without the PEM lines.

    Raises:
        FatalError: it is no such key; the message never shows it.
    """
    bare = "".join(line for line in text.strip().splitlines() if not line.startswith("-----"))
    try:
        key = load_der_private_key(base64.b64decode(bare, validate=True), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey | RSAPrivateKey):
        raise FatalError(
            f"{who}: 'signing_key' is no PKCS 8 key of Ed25519 or RSA. Put the private key of eBay's Key Management API "
            "(createSigningKey) into the shop's connection, and its JWE beside it as 'signing_jwe'. Not retried."
        )
    return key


def sign_request(request: requests.Request, jwe: str, key: PrivateKey, now: datetime) -> None:
    """Add the four headers; a JSON body is written out here, so that exactly the digested bytes are sent."""
    parts = urlsplit(request.url)
    components = [("x-ebay-signature-key", jwe), ("@method", request.method.upper()), ("@path", parts.path), ("@authority", parts.netloc)]
    if request.json is not None:
        request.data, request.json = json.dumps(request.json).encode(), None
        request.headers["Content-Type"] = "application/json"
        request.headers["Content-Digest"] = content_digest(request.data)
        components.insert(0, ("content-digest", request.headers["Content-Digest"]))
    names = " ".join(f'"{name}"' for name, _ in components)
    parameters = f"({names});created={int(now.timestamp())}"
    request.headers["x-ebay-signature-key"] = jwe
    request.headers["Signature-Input"] = f"sig1={parameters}"
    request.headers["Signature"] = f"sig1=:{sign(signature_base(components, parameters), key)}:"


def content_digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_base(components: Sequence[tuple[str, str]], parameters: str) -> str:
    """One line a component, ``\\n`` between them on every system, the parameters last."""
    return "\n".join([*(f'"{name}": {value}' for name, value in components), f'"@signature-params": {parameters}'])


def sign(text: str, key: PrivateKey) -> str:
    """Base64 of the signature: Ed25519, or RSA with PKCS#1 v1.5 and SHA-256, which eBay wants although the RFC's own is PSS."""
    signed = key.sign(text.encode()) if isinstance(key, Ed25519PrivateKey) else key.sign(text.encode(), PKCS1v15(), SHA256())
    return base64.b64encode(signed).decode()
