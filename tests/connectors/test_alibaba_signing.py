"""Alibaba.com's signature against vectors that are not ours, at both doors."""

from __future__ import annotations

import pytest

from connectors.alibaba.gateway import compact
from connectors.iop import signature
from sandbox.iop.signature import is_valid

SYSTEM = {"access_token": "test", "app_key": "123456", "sign_method": "sha256", "timestamp": "1793491200000"}
VECTORS = {
    "a list by status, with its path": (
        "/alibaba/order/list", {**SYSTEM, "page_size": "50", "role": "seller", "start_page": "0", "status": "undeliver"},
        "6A50077E6C6BD745E856B89AE7C70F5982C36E878C0141D0944C7A287E0AB121",
    ),
    "an object travels and is signed as compact JSON": (
        "/alibaba/order/list",
        {
            **SYSTEM, "create_date_start": compact({"date_str": "2026-11-01 00:00:00"}), "page_size": "50", "role": "seller",
            "start_page": "0",
        },
        "3F4D8FAE3DE22FAF849E7B2BCF65DA71AEC141D1B9D38B2DCFD719B823350AA6",
    ),
    "a token call": (
        "/auth/token/create", {"app_key": "123456", "code": "0_123456_abcDEF", "sign_method": "sha256", "timestamp": "1793491200000"},
        "A0CDCAEAFACB03C22E40356E25B2429411F5F5FD355734C27D8444F7DDAB6C4F",
    ),
}


@pytest.mark.parametrize(("path", "parameters", "wanted"), VECTORS.values(), ids=VECTORS)
def test_the_signature_is_the_published_one(path, parameters, wanted):
    assert signature(path, dict(reversed(parameters.items())), "helloworld") == wanted


@pytest.mark.parametrize(("path", "parameters", "wanted"), VECTORS.values(), ids=VECTORS)
def test_the_sandbox_expects_the_published_one_too(path, parameters, wanted):
    assert is_valid(path, {**parameters, "sign": wanted}, "helloworld")
    assert not is_valid(path, {**parameters, "sign": wanted, "page_size": "51"}, "helloworld")
