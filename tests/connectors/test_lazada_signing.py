"""Lazada's signature against the vectors of the official guide and of a foreign SDK's own test."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.iop import filled, signature, signed

AT = datetime.fromtimestamp(1793491200, UTC)
VECTORS = {
    "the guide's own example": (
        "/order/get", "helloworld",
        {"access_token": "test", "app_key": "123456", "order_id": "1234", "sign_method": "sha256", "timestamp": "1517820392000"},
        "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A",
    ),
    "orders with a time bound": (
        "/orders/get", "helloworld",
        {
            "access_token": "test", "app_key": "123456", "created_after": "2026-11-01T00:00:00+08:00", "limit": "100", "offset": "0",
            "sign_method": "sha256", "timestamp": "1793491200000",
        },
        "C0562F4BBC9A19BB0B263979F13C69CC6637A4833510801950F00A1639237415",
    ),
    "a token call without a token": (
        "/auth/token/create", "helloworld",
        {"app_key": "123456", "code": "0_123456_abcDEF", "sign_method": "sha256", "timestamp": "1793491200000"},
        "A0CDCAEAFACB03C22E40356E25B2429411F5F5FD355734C27D8444F7DDAB6C4F",
    ),
    "a foreign SDK's snapshot": (
        "/test/api", "1234", {"bar": "2", "foo": "1", "foo_bar": "3", "foobar": "4"},
        "988085883BF9D32D251478D23122C7ECC91518CDF63BA22F792000A378F52409",
    ),
}


@pytest.mark.parametrize(("path", "secret", "parameters", "wanted"), VECTORS.values(), ids=VECTORS)
def test_the_signature_is_the_published_one(path, secret, parameters, wanted):
    assert signature(path, dict(reversed(parameters.items())), secret) == wanted


def test_a_signed_request_carries_what_was_signed_and_its_own_time():
    sent = signed(
        "/orders/get", {"created_after": "2026-11-01T00:00:00+08:00", "limit": 100, "offset": 0},
        app_key="123456", secret="helloworld", at=AT, access_token="test",
    )
    assert sent["sign"] == VECTORS["orders with a time bound"][3]
    assert sent["timestamp"] == "1793491200000"


def test_an_empty_parameter_is_never_sent_but_a_zero_is():
    assert filled({"offset": 0, "status": "", "code": None}) == {"offset": "0"}
    assert "access_token" not in signed("/auth/token/create", {"code": "c"}, app_key="k", secret="s", at=AT)
