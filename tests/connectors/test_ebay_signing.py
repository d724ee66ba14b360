"""eBay's digital signatures against the published vectors of RFC 9421 and RFC 9530, and what goes wrong with keys."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.ebay.signatures import content_digest, load_key, sign, sign_request, signature_base
from connectors.errors import FatalError

# RFC 9421, appendix B.1.4: the key everybody may know.
PUBLISHED_KEY = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)


def test_the_published_ed25519_vector_comes_out_to_the_letter():
    # RFC 9421, appendix B.2.6
    components = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("@method", "POST"), ("@path", "/foo"), ("@authority", "example.com"),
        ("content-type", "application/json"), ("content-length", "18"),
    ]
    names = " ".join(f'"{name}"' for name, _ in components)
    text = signature_base(components, f'({names});created=1618884473;keyid="test-key-ed25519"')
    expected = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    assert sign(text, load_key(PUBLISHED_KEY, "test")) == expected


def test_the_published_digest_of_a_body_comes_out_to_the_letter():
    assert content_digest(b'{"hello": "world"}') == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"


def test_path_is_signed_without_its_query_and_a_digest_only_where_there_is_a_body():
    request = requests.Request("get", "https://apiz.ebay.com/sell/finances/v1/transaction", params={"filter": "x"}, headers={})
    key = load_key(PUBLISHED_KEY, "test")
    sign_request(request, "a.jwe", key, NOW)
    inside = f'("x-ebay-signature-key" "@method" "@path" "@authority");created={int(NOW.timestamp())}'
    assert request.headers["Signature-Input"] == f"sig1={inside}" and "Content-Digest" not in request.headers
    text = (
        '"x-ebay-signature-key": a.jwe\n"@method": GET\n"@path": /sell/finances/v1/transaction\n"@authority": apiz.ebay.com\n'
        f'"@signature-params": {inside}'
    )
    assert request.headers["Signature"] == f"sig1=:{sign(text, key)}:" and request.headers["x-ebay-signature-key"] == "a.jwe"


def test_a_body_is_sent_exactly_as_it_was_digested():
    request = requests.Request("POST", "https://api.ebay.com/x", json={"reason": "é"}, headers={})
    sign_request(request, "a.jwe", load_key(PUBLISHED_KEY, "test"), NOW)
    sent = request.prepare()
    assert sent.headers["Content-Digest"] == content_digest(sent.body) and json.loads(sent.body) == {"reason": "é"}
    assert sent.headers["Signature-Input"].startswith('sig1=("content-digest" "x-ebay-signature-key" "@method"')


def test_rsa_keys_sign_with_pkcs1_v15_and_sha256():
    pair = rsa.generate_private_key(65537, 2048)
    pem = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    signed = base64.b64decode(sign("text", load_key(pem, "test")))
    pair.public_key().verify(signed, b"text", padding.PKCS1v15(), SHA256())


@pytest.mark.parametrize("key", ["not base64!", base64.b64encode(b"nothing").decode(), "TOP-SECRET-KEY"])
def test_a_key_that_cannot_be_read_is_an_error_that_names_the_remedy_and_not_the_key(key):
    with pytest.raises(FatalError, match="signing_key") as error:
        load_key(key, "ebay, shop 'a/b'")
    assert key not in str(error.value) and "createSigningKey" in str(error.value)
