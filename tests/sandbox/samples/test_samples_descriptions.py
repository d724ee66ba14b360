"""Which descriptions hold whole answers, and DHL's one answer."""

from __future__ import annotations

import json

import pytest
import requests
import yaml

from sandbox.samples.descriptions import looked_into


def test_no_description_holds_a_whole_answer_that_nobody_serves(told):
    assert {vendor: held["answers"] for vendor, held in told["looked_into"].items()} == dict.fromkeys(
        ("aftership", "dhl", "ebay", "etsy", "paypal", "shopify"), 0
    )
    assert all(held["descriptions"] for held in told["looked_into"].values())
    assert told["looked_into"]["dhl"]["examples"] > 40 and told["looked_into"]["ebay"]["examples"] == 0


@pytest.mark.parametrize(("content", "answers"), [
    ({"schema": {"$ref": "#/components/schemas/Shop"}}, 1), ({"example": {"id": 1}}, 1), ({"examples": {"a": {"value": 1}, "b": {}}}, 2),
    ({"schema": {"properties": {"id": {"example": 1}}}}, 0), ({}, 0),
])
def test_an_answers_example_is_found_wherever_it_stands_and_a_fields_is_none(tmp_path, content, answers):
    paths = {"/shops": {"get": {"responses": {"200": {"$ref": "#/components/responses/found"}, "404": {"content": {"x": {"example": 1}}}}}}}
    components = {"responses": {"found": {"content": {"application/json": content}}}, "schemas": {"Shop": {"example": {"id": 1}}}}
    (tmp_path / "etsy").mkdir()
    (tmp_path / "etsy" / "api.json").write_text(json.dumps({"paths": paths, "components": components}), encoding="utf-8")
    assert looked_into(tmp_path)["etsy"] | {"examples": 0} == {"descriptions": 1, "examples": 0, "answers": answers}


def test_dhls_answer_to_an_unknown_number_is_what_every_number_gets_and_it_is_counted(ask, specs):
    here = ask.shop("samples_dhl_1")
    address, key = f"{here['base_url']}/track/shipments", {"DHL-API-Key": here["credentials"]["api_key"]}
    assert requests.get(address, params={"trackingNumber": "1"}, timeout=10).status_code == 401
    assert requests.get(address, headers=key, timeout=10).status_code == 400
    answer = requests.get(address, params={"trackingNumber": "JD1"}, headers=key, timeout=10)
    described = yaml.safe_load(next((specs / "dhl").glob("*.yaml")).read_text(encoding="utf-8"))["components"]["responses"]
    example = described["shipmentNotFound"]["content"]["application/problem+json"]["schema"]["example"]
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()) == (404, "application/problem+json", example)
    assert ask.expected("samples_dhl_1") == {"parcels": ["JD1"]}
