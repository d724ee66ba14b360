"""The loopback Shopify as a stranger meets it: by hand over HTTP, and by Shopify's own Python client."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

import pytest
import requests
import uvicorn

from sandbox.cli import announcement
from sandbox.house import Settings, open_house
from sandbox.server import application
from sandbox.shopify import open_market

US, JP = "lumora_shopify", "teahaus_shopify"
VERSION = "2026-10"


class Caller:
    """Queries of one shop."""

    def __init__(self, sandbox, shop):
        self.sandbox, self.told = sandbox, sandbox.told["marketplaces"]["shopify"]["shops"][shop]
        self.token = self.told["credentials"].get("access_token") or self.grant().json()["access_token"]

    def grant(self, **changes):
        form = {"grant_type": "client_credentials", **self.told["credentials"], **changes}
        return requests.post(f"{self.told['base_url']}/admin/oauth/access_token", data=form, timeout=30)

    def send(self, query, variables=None, *, token=None, version=VERSION):
        url, headers = f"{self.told['base_url']}/admin/api/{version}/graphql.json", {"X-Shopify-Access-Token": token or self.token}
        return requests.post(url, json={"query": query, "variables": variables or {}}, headers=headers, timeout=30)

    def ask(self, query, **variables):
        reply = self.send(query, variables)
        assert reply.status_code == 200
        return reply.json()

    def code(self, query, **variables):
        return self.ask(query, **variables)["errors"][0]["extensions"]["code"]


class Store:
    """The sandbox with Shopify alone, in a thread of this process; its clock moves only when it is told to."""

    def __init__(self, state=None):
        house = open_house(Settings(speed=0.0, state=state))
        markets = {"shopify": open_market(house)}
        self._server = uvicorn.Server(uvicorn.Config(application(house, markets), port=0, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.base = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        self.told = announcement(markets, self.base)

    def get(self, path, **parameters):
        return requests.get(f"{self.base}{path}", params=parameters, timeout=30).json()

    def post(self, path, body):
        return requests.post(f"{self.base}{path}", json=body, timeout=30)

    def end(self):
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture
def sandbox():
    found = Store()
    yield found
    found.end()


@pytest.fixture
def us(sandbox):
    return Caller(sandbox, US)


def test_the_door_opens_to_the_right_token_only_and_says_the_version_it_served(us, sandbox):
    reply = us.send("{ shop { name currencyCode } }")
    assert (reply.json()["data"]["shop"], reply.headers["X-Shopify-API-Version"]) == ({"name": "Lumora", "currencyCode": "USD"}, VERSION)
    assert us.send("{ shop { name } }", token="shpat_other").status_code == 401
    assert Caller(sandbox, JP).send("{ shop { name } }", token=us.token).status_code == 401
    assert us.send("{ shop { name } }", version="2020-01").headers["X-Shopify-API-Version"] == "2025-10"
    assert us.send("{ shop { name } }", version="2031-01").status_code == 404
    sandbox.post("/clock", {"advance_seconds": 86_400})
    assert us.send("{ shop { name } }").status_code == 401


def test_client_credentials_are_judged(us):
    assert us.grant().json()["expires_in"] == 86_399
    assert us.grant(client_secret="no").json()["error"] == "invalid_client"
    assert us.grant(client_id="no").json()["error"] == "app_not_installed"
    assert us.grant(grant_type="password").json()["error"] == "unsupported_grant_type"


def test_what_a_query_may_not_say_is_refused_as_graphql_does(us):
    assert us.code("{ shop { nonsense } }") == "undefinedField"
    assert us.code("{ shop { name ") == "BAD_REQUEST"
    assert us.code("query($n: Int!) { orders(first: $n) { nodes { id } } }", n="five") == "INVALID_VARIABLE"
    assert us.code("{ orders { nodes { id } } }") == "BAD_REQUEST"
    assert us.code("{ orders(first: 251) { nodes { id } } }") == "INVALID_FIELD_ARGUMENTS"
    assert us.code('{ orders(first: 1, after: "x") { nodes { id } } }') == "BAD_REQUEST"


def test_points_are_counted_before_and_after_and_a_spent_bucket_throttles(us):
    light = us.ask("{ orders(first: 3) { nodes { id name lineItems(first: 2) { nodes { id product { id } } } } } }")["extensions"]["cost"]
    assert light["requestedQueryCost"] == 3 * (1 + 2 * 2) and light["actualQueryCost"] <= light["requestedQueryCost"]
    assert us.code("{ orders(first: 250) { nodes { id lineItems(first: 10) { nodes { id } } } } }") == "MAX_COST_EXCEEDED"
    heavy = "{ orders(first: 99) { nodes { id transactions(first: 9) { id } } } }"
    answers = [us.ask(heavy) for _ in range(8)]
    refused = next(each for each in answers if "errors" in each)
    assert refused["errors"][0]["extensions"]["code"] == "THROTTLED" and refused["extensions"]["cost"]["actualQueryCost"] is None
    status = refused["extensions"]["cost"]["throttleStatus"]
    assert status["restoreRate"] == 100 and status["currentlyAvailable"] < refused["extensions"]["cost"]["requestedQueryCost"]


def test_an_unknown_search_name_matches_all_and_warns(us):
    query = "query($q: String) { ordersCount(query: $q) { count } }"
    every, strange = us.ask(query, q=None), us.ask(query, q="no_such_field:5")
    assert strange["data"] == every["data"] and strange["extensions"]["search"][0]["warnings"][0]["field"] == "no_such_field"
    some = us.ask(query, q="financial_status:refunded OR (financial_status:partially_refunded AND NOT return_status:no_return)")
    assert 0 < some["data"]["ordersCount"]["count"] < every["data"]["ordersCount"]["count"] and "search" not in some["extensions"]


def test_pages_follow_one_another_by_key_and_hold_everything_once(us):
    query = """query($after: String) {
      orders(first: 7, after: $after, sortKey: UPDATED_AT) { nodes { id updatedAt } pageInfo { hasNextPage endCursor } }
    }"""
    found, after = [], None
    while True:
        page = us.ask(query, after=after)["data"]["orders"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len({each["id"] for each in found}) == len(found) == us.ask("{ ordersCount { count } }")["data"]["ordersCount"]["count"]
    assert [each["updatedAt"] for each in found] == sorted(each["updatedAt"] for each in found)


BULK = """mutation($q: String!) {
  bulkOperationRunQuery(query: $q, groupObjects: false) { bulkOperation { id status } userErrors { code message } }
}"""
STATE = "query($id: ID!) { bulkOperation(id: $id) { status url objectCount rootObjectCount } }"
LINES = "{ orders { edges { node { id lineItems { edges { node { id } } } } } } }"


@pytest.mark.parametrize(
    ("query", "why"),
    (
        ("{ shop { name } }", "at least one connection"), ("{ orders { nodes { id } } }", "edges"),
        ("{ orders { edges { node { id fulfillments { id fulfillmentLineItems { edges { node { id } } } } } } } }", "within a list field"),
        ("{ orders { edges { node { id } } } products { edges { node { id } } } }", "multiple top level"),
        ("{ orders { edges { node { name } } } }", "id"), ("{ orders { edges { node { nonsense } } } }", "nonsense"),
    ),
)
def test_a_bulk_query_of_the_wrong_shape_is_refused(us, query, why):
    told = us.ask(BULK, q=query)["data"]["bulkOperationRunQuery"]
    assert told["bulkOperation"] is None and told["userErrors"][0]["code"] == "INVALID" and why in told["userErrors"][0]["message"]


def test_a_file_comes_later_without_a_token_and_children_stand_anywhere_behind_their_parents(us, sandbox):
    gid = us.ask(BULK, q=LINES)["data"]["bulkOperationRunQuery"]["bulkOperation"]["id"]
    assert us.ask(STATE, id=gid)["data"]["bulkOperation"]["url"] is None
    sandbox.post("/clock", {"advance_seconds": 30})
    done = us.ask(STATE, id=gid)["data"]["bulkOperation"]
    rows = [json.loads(line) for line in requests.get(done["url"], timeout=30).text.splitlines()]
    roots = [row["id"] for row in rows if "__parentId" not in row]
    assert (len(rows), len(roots)) == (int(done["objectCount"]), int(done["rootObjectCount"]))
    owners = [row["__parentId"] for row in rows if "__parentId" in row]
    assert set(owners) <= set(roots) and owners != sorted(owners, key=roots.index), "they do not simply follow their parents"
    assert requests.get(done["url"][:-1] + "0", timeout=30).status_code == 403
    sandbox.post("/clock", {"advance_seconds": timedelta(days=8).total_seconds()})
    assert requests.get(done["url"], timeout=30).status_code == 403


def test_a_sixth_bulk_operation_must_wait(us):
    told = [us.ask(BULK, q=LINES)["data"]["bulkOperationRunQuery"] for _ in range(6)]
    assert [len(each["userErrors"]) for each in told] == [0] * 5 + [1] and told[5]["userErrors"][0]["code"] == "OPERATION_IN_PROGRESS"


SET = "mutation($i: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $i) %s { userErrors { code field message } } }"


def test_stock_takes_an_idempotency_key_what_was_seen_before_and_a_while(us, sandbox):
    shown = us.ask(
        "{ productVariants(first: 1) { nodes { sku inventoryItem { id inventoryLevels(first: 1) { nodes { location { id } "
        'quantities(names: ["available"]) { quantity } } } } } } }'
    )["data"]["productVariants"]["nodes"][0]
    level = shown["inventoryItem"]["inventoryLevels"]["nodes"][0]
    seen = level["quantities"][0]["quantity"]
    place = {"inventoryItemId": shown["inventoryItem"]["id"], "locationId": level["location"]["id"]}
    row = {**place, "quantity": seen + 9, "changeFromQuantity": seen}
    wanted = {"name": "available", "reason": "correction", "quantities": [row]}

    def send(key='@idempotent(key: "one")', **changes):
        return us.ask(SET % key, i={**wanted, **changes})

    assert send("")["errors"][0]["extensions"]["code"] == "BAD_REQUEST" and send('@idempotent(key: " ")')["errors"]
    stale = send('@idempotent(key: "two")', quantities=[{**row, "changeFromQuantity": seen + 1}])
    assert stale["data"]["inventorySetQuantities"]["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert send()["data"]["inventorySetQuantities"]["userErrors"] == []
    assert send()["data"]["inventorySetQuantities"]["userErrors"] == [], "the same again is the same once"
    other = send(quantities=[{**row, "quantity": 1}])
    assert other["data"]["inventorySetQuantities"]["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    sandbox.post("/clock", {"advance_seconds": 4000})
    stock = {each["sku"]: each["sellable_quantity"] for each in sandbox.get("/truth/inventory", shop=US) if each["location"] == "71000001"}
    assert stock[shown["sku"]] == seen + 9


def test_prices_of_a_product_are_taken_all_or_none(us, sandbox):
    product = us.ask("{ products(first: 1) { nodes { id variants(first: 2) { nodes { id price } } } } }")["data"]["products"]["nodes"][0]
    ask = """mutation($p: ID!, $v: [ProductVariantsBulkInput!]!) {
      productVariantsBulkUpdate(productId: $p, variants: $v) { userErrors { field code } }
    }"""
    first, second = product["variants"]["nodes"]
    bad = us.ask(ask, p=product["id"], v=[{"id": first["id"], "price": "77.00"}, {"id": second["id"], "price": "-1"}])
    assert bad["data"]["productVariantsBulkUpdate"]["userErrors"][0]["field"] == ["variants", "1", "price"]
    sandbox.post("/clock", {"advance_seconds": 60})
    look = "query($id: ID!) { productVariant(id: $id) { price } }"
    assert us.ask(look, id=first["id"])["data"]["productVariant"]["price"] == first["price"]
    us.ask(ask, p=product["id"], v=[{"id": first["id"], "price": "77.00"}])
    sandbox.post("/clock", {"advance_seconds": 60})
    assert us.ask(look, id=first["id"])["data"]["productVariant"]["price"] == "77.0"


def test_a_restarted_store_remembers_parcels_products_and_bulk_operations(tmp_path):
    state = tmp_path / "state.jsonl"
    first = Store(state)
    us = Caller(first, US)
    look = "{ orders(first: 40, reverse: true) { nodes { id fulfillmentOrders(first: 1) { nodes { id status } } } } }"
    work = us.ask(look)["data"]["orders"]["nodes"]
    open_work = next(row["id"] for each in work for row in each["fulfillmentOrders"]["nodes"] if row["status"] == "OPEN")
    create = "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { fulfillment { id } userErrors { message } } }"
    parcel = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": open_work}], "trackingInfo": {"company": "UPS", "number": "1ZKEPT"}}
    assert us.ask(create, f=parcel)["data"]["fulfillmentCreate"]["userErrors"] == []
    assert "unfulfillable status= closed" in us.ask(create, f=parcel)["data"]["fulfillmentCreate"]["userErrors"][0]["message"]
    gid = us.ask(BULK, q=LINES)["data"]["bulkOperationRunQuery"]["bulkOperation"]["id"]
    options = [{"name": "Title", "values": [{"name": "Default Title"}]}]
    variant = {"optionValues": [{"optionName": "Title", "name": "Default Title"}], "sku": "KEPT-1", "price": "5.00"}
    product = {"title": "Kept", "productOptions": options, "variants": [variant]}
    make = (
        "mutation($i: ProductSetInput!) { productSet(identifier: {handle: \"kept\"}, input: $i) "
        "{ product { id title } userErrors { code message } } }"
    )
    made = us.ask(make, i=product)["data"]["productSet"]
    again = us.ask(make, i={**product, "title": "Kept on"})["data"]["productSet"]
    assert made["userErrors"] == [] and again["product"]["id"] == made["product"]["id"]
    before, goods = first.get("/truth/shipments", shop=US), first.get("/truth/listings", shop=US)
    first.end()
    second = Store(state)
    assert second.get("/truth/shipments", shop=US) == before and any(row["tracking_number"] == "1ZKEPT" for row in before)
    assert second.get("/truth/listings", shop=US) == goods
    assert [row["title"] for row in goods if row["sku"] == "KEPT-1"] == ["Kept on - Default Title"]
    assert Caller(second, US).ask(STATE, id=gid)["data"]["bulkOperation"]["status"] in ("CREATED", "RUNNING", "COMPLETED")
    second.end()


def test_shopifys_own_python_client_reads_the_store(us):
    shopify = pytest.importorskip("shopify", reason="ShopifyAPI is not installed")
    shopify.ShopifyResource.set_site(f"{us.told['base_url']}/admin/api/{VERSION}")
    shopify.ShopifyResource.set_headers({"X-Shopify-Access-Token": us.token})
    try:
        query = "query Some($n: Int!) { orders(first: $n) { edges { node { name totalPriceSet { shopMoney { amount currencyCode } } } } } }"
        told = json.loads(shopify.GraphQL().execute(query, variables={"n": 2}, operation_name="Some"))
        with pytest.raises(Exception, match="401"):
            shopify.ShopifyResource.set_headers({"X-Shopify-Access-Token": "shpat_wrong"})
            shopify.GraphQL().execute("{ shop { name } }")
    finally:
        shopify.ShopifyResource.clear_session()
    assert [edge["node"]["totalPriceSet"]["shopMoney"]["currencyCode"] for edge in told["data"]["orders"]["edges"]] == ["USD", "USD"]
