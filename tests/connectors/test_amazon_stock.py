"""Writing stock and reading it back, over real sockets."""

from __future__ import annotations

import pytest

from connectors import registry
from connectors.contract import Shop
from connectors.errors import RetryableError
from connectors.writes import StockChange

SHOP = Shop("lumora", "lumora_amazon_eu", "amazon", ("DE", "FR"), {"seller_id": "A1SELLER"})
ITEMS = "/listings/2021-08-01/items/A1SELLER"


def change(sku="LM-1", quantity=5, site="DE", job_id="j1"):
    return StockChange(job_id, site, sku, sku, None, quantity)


def own(sku, quantity=3):
    return {"sku": sku, "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": quantity}]}


@pytest.fixture
def connector(loopback, said, lend, credentials):
    loopback.on("POST", "/auth/o2/token", said({"access_token": "Atza|one", "expires_in": 3600}))
    shelf = {
        "LM-1": own("LM-1"),
        "a/b #1": own("a/b #1"),
        "FBA": {"sku": "FBA", "fulfillmentAvailability": [{"fulfillmentChannelCode": "AMAZON_EU"}]},
    }

    def search(asked):
        found = [shelf[sku] for sku in asked.query["identifiers"].split(",") if sku in shelf]
        return said({"numberOfResults": len(found), "items": found})

    loopback.on("GET", ITEMS, search)
    return registry.connect(SHOP, credentials, lend())


def _accepts(loopback, said, sku="LM-1", status="ACCEPTED", issues=()):
    loopback.on("PATCH", f"{ITEMS}/{sku}", said({"sku": sku, "status": status, "submissionId": "sub-1", "issues": list(issues)}))


def test_stock_is_merged_with_its_channel_named(connector, loopback, said):
    _accepts(loopback, said)
    [answer] = connector.push_stock([change()])
    patch = loopback.calls(f"{ITEMS}/LM-1")[0]
    assert answer.is_accepted and answer.vendor_ref == "sub-1" and patch.query == {"marketplaceIds": "A1PA6795UKMFR9"}
    assert patch.json == {
        "productType": "PRODUCT",
        "patches": [
            {
                "op": "merge",
                "path": "/attributes/fulfillment_availability",
                "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 5}],
            }
        ],
    }


def test_a_dry_run_asks_amazon_to_judge_without_doing(connector, loopback, said):
    _accepts(loopback, said, status="VALID")
    [answer] = connector.push_stock([change()], dry_run=True)
    assert answer.is_accepted and loopback.calls(f"{ITEMS}/LM-1")[0].query["mode"] == "VALIDATION_PREVIEW"


def test_accepted_with_an_error_inside_is_refused(connector, loopback, said):
    issue = {"code": "99022", "message": "channel code is required", "severity": "ERROR"}
    _accepts(loopback, said, issues=[issue])
    [answer] = connector.push_stock([change()])
    assert not answer.is_accepted and answer.message == "99022: channel code is required"


def test_accepted_with_a_warning_is_accepted(connector, loopback, said):
    _accepts(loopback, said, issues=[{"code": "1", "message": "image is small", "severity": "WARNING"}])
    assert connector.push_stock([change()])[0].is_accepted


def test_invalid_is_refused(connector, loopback, said):
    _accepts(loopback, said, status="INVALID")
    assert not connector.push_stock([change()])[0].is_accepted


def test_stock_in_amazons_warehouses_is_refused_without_asking(connector, loopback):
    [answer] = connector.push_stock([change("FBA")])
    assert not answer.is_accepted and "fulfilled by Amazon" in answer.message
    assert not [each for each in loopback.asked if each.method == "PATCH"]


def test_an_unknown_sku_or_site_is_refused_and_the_others_go_on(connector, loopback, said):
    _accepts(loopback, said)
    answers = connector.push_stock([change("nowhere", job_id="a"), change(site="US", job_id="b"), change(job_id="c")])
    assert [(answer.job_id, answer.is_accepted) for answer in answers] == [("a", False), ("b", False), ("c", True)]


def test_a_sku_with_awkward_characters_is_quoted(connector, loopback, said):
    _accepts(loopback, said, "a%2Fb%20%231")
    assert connector.push_stock([change("a/b #1")])[0].is_accepted


def test_one_refused_call_answers_one_change_only(connector, loopback, said):
    loopback.on("PATCH", f"{ITEMS}/a%2Fb%20%231", said({"errors": [{"code": "InvalidInput", "message": "no"}]}, 400))
    _accepts(loopback, said)
    answers = connector.push_stock([change("a/b #1", job_id="a"), change(job_id="b")])
    assert [answer.is_accepted for answer in answers] == [False, True] and "InvalidInput: no" in answers[0].message


def test_passing_trouble_is_raised_and_never_answered_as_a_refusal(connector, loopback, said):
    loopback.on("PATCH", f"{ITEMS}/LM-1", said({}, 503))
    with pytest.raises(RetryableError):
        connector.push_stock([change()])


def test_what_the_marketplace_shows_now_is_read_back(connector, loopback, said):
    loopback.on("GET", f"{ITEMS}/x%2Cy", said(own("x,y", 9)))
    wanted = [change(job_id="a"), change("FBA", job_id="b"), change("gone", job_id="c"), change("x,y", job_id="d")]
    assert connector.observe_stock(wanted) == {"a": 3, "b": None, "c": None, "d": 9}
