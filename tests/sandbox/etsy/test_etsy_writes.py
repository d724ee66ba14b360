"""Our writes against the sandbox: stock, prices, parcels; what is kept, what is refused, what is told once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from connectors.errors import RetryableError
from connectors.etsy.inventory import Wish, apply, writable
from connectors.etsy.shipping import observe_shipments, push_shipments
from connectors.etsy.writes import observe_prices, observe_stock, push_prices, push_stock
from connectors.verdicts import Reply
from connectors.writes import PriceChange, ShipmentNotice, StockChange

NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)


class Gateway:
    """Calls to the stand; ``sent`` are the writes. ``lose_answers``: they are done, and nobody hears of it."""

    def __init__(self, stand) -> None:
        self._stand, self.sent, self.lose_answers = stand, [], False
        self.shop, self.shop_id = SimpleNamespace(sites=("US",)), stand.market.account("kiln_etsy")["shop_id"]

    def get(self, operation, path, parameters=None, *, note="", tolerates=()):
        return self._reply(self._stand.get(path, **(parameters or {})), tolerates)

    def put(self, operation, path, body, *, note, tolerates=()):
        self.sent.append((operation, body))
        return self._reply(self._stand.ask("PUT", path, json=body, params={"legacy": "false"}), tolerates)

    def form(self, operation, method, path, body, *, note, is_repeatable=True, tolerates=()):
        self.sent.append((operation, body))
        answer = self._stand.ask(method, path, data=body)
        if self.lose_answers:
            raise RetryableError("the answer broke off")
        return self._reply(answer, tolerates)

    def _reply(self, answer, tolerates):
        self._stand.house.clock.advance(1)
        assert answer.status_code in (200, *tolerates), answer.text
        return Reply(answer.status_code, answer.headers, answer.content, NOW)


@pytest.fixture
def gateway(stand):
    return Gateway(stand)


def rows_of(stand, **wanted):
    return [row for row in stand.truth("listings") if all(row[name] == value for name, value in wanted.items())]


def stock_change(row, quantity, job="j"):
    return StockChange(job, "US", row["sku"], row["listing_id"], row["product_id"], quantity)


def price_change(row, minor, currency="USD"):
    return PriceChange("j", "US", row["sku"], row["listing_id"], row["product_id"], currency, minor)


def group_of(stand):
    """The variants of one active listing that has several."""
    rows = rows_of(stand, status="active")
    return next(mine for row in rows if len(mine := [each for each in rows if each["product_id"] == row["product_id"]]) > 2)


def quantities(stand):
    return {row["sku"]: row["sellable_quantity"] for row in stand.truth("inventory")}


def test_several_stocks_of_one_listing_are_one_write_and_the_other_variants_keep_theirs(stand, gateway):
    one, two, *others = group_of(stand)
    before = quantities(stand)
    changes = [stock_change(one, 41, "a"), stock_change(two, 0, "b")]
    answers = push_stock(gateway, changes, dry_run=False)
    assert [(answer.job_id, answer.is_accepted, answer.message) for answer in answers] == [("a", True, "taken"), ("b", True, "taken")]
    assert [operation for operation, _ in gateway.sent] == ["updateListingInventory"]
    stand.house.clock.advance(150)
    assert observe_stock(gateway, changes) == {"a": 41, "b": 0}
    after = quantities(stand)
    assert after == {**before, one["sku"]: 41, two["sku"]: 0} and others


def test_what_etsy_numbers_itself_is_stripped_and_money_is_a_number_again(stand, gateway):
    row = group_of(stand)[0]
    push_stock(gateway, [stock_change(row, 41)], dry_run=False)
    ((_, body),) = gateway.sent
    assert set(body) == {"products", "price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property"}
    for product in body["products"]:
        assert set(product) == {"sku", "property_values", "offerings"} and product["property_values"]
        assert all("scale_name" not in value for value in product["property_values"])
        (offering,) = product["offerings"]
        assert set(offering) == {"price", "quantity", "is_enabled", "readiness_state_id"} and isinstance(offering["price"], float)
    prices = {each["sku"]: each["price_minor"] for each in stand.truth("listings")}
    assert {product["sku"]: Decimal(str(product["offerings"][0]["price"])) * 100 for product in body["products"]} == {
        product["sku"]: prices[product["sku"]] for product in body["products"]
    }


def test_a_listing_of_which_nothing_is_left_goes_off_sale_and_its_last_unit_is_none(stand, gateway):
    group = [row for row in stand.truth("listings") if row["product_id"] == group_of(stand)[0]["product_id"]]
    changes = [stock_change(row, 0, row["sku"]) for row in group]
    answers = push_stock(gateway, changes, dry_run=False)
    assert all(answer.is_accepted and "off sale" in answer.message for answer in answers)
    assert [operation for operation, _ in gateway.sent] == ["updateListing", "updateListingInventory"]
    stand.house.clock.advance(150)
    assert set(observe_stock(gateway, changes).values()) == {0}
    mine = {row["sku"] for row in group}
    assert {row["sellable_quantity"] for row in stand.truth("inventory") if row["sku"] in mine} == {0}


def test_a_listing_etsy_does_not_take_off_sale_holds_up_no_other(stand, gateway, monkeypatch):
    """It failed once on a listing already at zero; were that raised, every night's push would end there."""
    rows = rows_of(stand, status="active")
    gone, other = rows[0]["product_id"], next(row for row in rows if row["product_id"] != rows[0]["product_id"])
    changes = [*(stock_change(row, 0, row["sku"]) for row in rows if row["product_id"] == gone), stock_change(other, 12, "other")]
    refusal = SimpleNamespace(status_code=409, headers={}, content=b'{"error": "The listing cannot be edited"}', text="")
    ask = stand.ask
    monkeypatch.setattr(stand, "ask", lambda method, path, **more: refusal if method == "PATCH" else ask(method, path, **more))
    *refused, taken = push_stock(gateway, changes, dry_run=False)
    assert taken.is_accepted and not any(answer.is_accepted for answer in refused) and "cannot be edited" in refused[0].message
    assert [operation for operation, _ in gateway.sent].count("updateListingInventory") == 1


def test_stock_for_a_listing_off_sale_is_taken_and_it_stays_off_sale(stand, gateway):
    row = group_of(stand)[0]
    stand.market.gate.written.set_state(int(row["product_id"]), "inactive")
    (answer,) = push_stock(gateway, [stock_change(row, 12)], dry_run=False)
    assert answer.is_accepted and "stays so" in answer.message
    assert [operation for operation, _ in gateway.sent] == ["updateListingInventory"]


@pytest.mark.parametrize("state", ["sold_out", "expired", "draft"])
def test_what_would_cost_a_fee_to_put_on_sale_is_left_to_the_seller(stand, gateway, state):
    row = group_of(stand)[0]
    stand.market.gate.written.set_state(int(row["product_id"]), state)
    (answer,) = push_stock(gateway, [stock_change(row, 12)], dry_run=False)
    assert not answer.is_accepted and "costs a fee" in answer.message and not gateway.sent


def test_what_cannot_be_is_refused_without_a_call(stand, gateway):
    row = group_of(stand)[0]
    elsewhere = StockChange("j", "DE", row["sku"], row["listing_id"], row["product_id"], 3)
    nowhere = StockChange("j", "US", row["sku"], row["listing_id"], "1", 3)
    for change, words in (
        (stock_change(row, -1), "no stock"), (elsewhere, "does not sell on site DE"), (nowhere, "knows no listing 1"),
        (StockChange("j", "US", "NOBODY", "5", row["product_id"], 3), "no variant 'NOBODY'"),
    ):
        (answer,) = push_stock(gateway, [change], dry_run=False)
        assert not answer.is_accepted and words in answer.message
    assert not gateway.sent and observe_stock(gateway, [nowhere]) == {"j": None}


def test_a_dry_run_is_judged_here_and_writes_nothing(stand, gateway):
    (answer,) = push_stock(gateway, [stock_change(group_of(stand)[0], 12)], dry_run=True)
    assert answer.is_accepted and "no trial run" in answer.message and not gateway.sent


def test_a_price_is_written_beside_the_stock_as_it_is_and_read_back(stand, gateway):
    row = group_of(stand)[0]
    before = quantities(stand)
    assert push_prices(gateway, [price_change(row, 4999)], dry_run=False)[0].is_accepted
    stand.house.clock.advance(150)
    assert observe_prices(gateway, [price_change(row, 4999)]) == {"j": 4999} and quantities(stand) == before
    assert {each["price_minor"] for each in stand.truth("listings") if each["sku"] == row["sku"]} == {4999}


def test_a_price_below_the_least_or_in_another_currency_is_refused(stand, gateway):
    row = group_of(stand)[0]
    (answer,) = push_prices(gateway, [price_change(row, 5)], dry_run=False)
    assert not answer.is_accepted and "above min price" in answer.message
    (answer,) = push_prices(gateway, [price_change(row, 4999, "EUR")], dry_run=False)
    assert not answer.is_accepted and "not priced in EUR" in answer.message
    assert observe_prices(gateway, [price_change(row, 4999, "EUR")]) == {"j": None}


def inventory(*products, **on):
    return {"products": list(products), **{f"{name}_on_property": by for name, by in {"price": [], "quantity": [], **on}.items()}}


def variant(number, sku, glaze, quantity=3):
    price = {"amount": 1000, "divisor": 100, "currency_code": "USD"}
    value = {"property_id": 513, "property_name": "Glaze", "scale_id": None, "scale_name": None, "value_ids": [1], "values": [glaze]}
    offering = {"quantity": quantity, "price": price, "is_enabled": True}
    return {"product_id": number, "sku": sku, "offerings": [offering], "property_values": [value]}


def wish(sku, quantity, job="j"):
    return Wish(job, "1", "0", sku, "quantity", quantity)


def test_a_stock_that_varies_by_nothing_is_set_on_every_variant():
    read = inventory(variant(1, "A", "ash"), variant(2, "B", "cobalt"))
    body = writable(read)
    assert apply(body, read, [wish("A", 8)]) == {}
    assert [product["offerings"][0]["quantity"] for product in body["products"]] == [8, 8]
    refused = apply(writable(read), read, [wish("A", 8, "a"), wish("B", 9, "b")])
    assert list(refused) == ["b"] and "shared" in refused["b"]


def test_one_article_number_on_several_stocks_is_not_guessed_at():
    read = inventory(variant(1, "A", "ash"), variant(2, "A", "cobalt"), quantity=[513])
    assert "several variants" in apply(writable(read), read, [wish("A", 8)])["j"]


def notice(stand, tracking="9400111", carrier="ups"):
    order = next(row for row in stand.truth("orders") if row["status"] == "paid")
    return ShipmentNotice("j", "US", order["order_id"], {}, carrier, tracking, NOW)


def test_a_parcel_is_told_once_and_the_buyer_gets_one_mail_also_after_a_kill(stand, gateway):
    parcel = notice(stand)
    assert observe_shipments(gateway, [parcel]) == {"j": False}
    assert push_shipments(gateway, [parcel])[0].is_accepted
    again = push_shipments(Gateway(stand), [parcel])  # the first was killed before it booked its answer
    assert (again[0].is_accepted, again[0].message) == (True, "told before")
    assert stand.market.gate.written.mails == 1 and observe_shipments(gateway, [parcel]) == {"j": True}
    row = next(row for row in stand.truth("shipments") if row["tracking_number"] == "9400111")
    order = next(each for each in stand.truth("orders") if each["order_id"] == row["order_id"])
    assert (row["carrier"], order["status"]) == ("UPS", "shipped")


def test_a_parcel_whose_answer_was_lost_is_not_told_again(stand, gateway):
    gateway.lose_answers = True
    (answer,) = push_shipments(gateway, [notice(stand)])
    assert answer.is_accepted and "answer was lost" in answer.message and stand.market.gate.written.mails == 1


def test_a_carrier_etsy_does_not_know_goes_as_other_or_its_number_would_be_dropped(stand, gateway):
    (answer,) = push_shipments(gateway, [notice(stand, carrier="Pigeon Post")])
    assert answer.is_accepted and "does not know the carrier" in answer.message
    assert gateway.sent == [("createReceiptShipment", {"tracking_code": "9400111", "carrier_name": "other"})]


def test_a_parcel_without_a_number_or_of_an_unknown_receipt_is_refused(stand, gateway):
    assert not push_shipments(gateway, [notice(stand, tracking=" ")])[0].is_accepted
    unknown = ShipmentNotice("j", "US", "5", {}, "ups", "9400111", NOW)
    assert not push_shipments(gateway, [unknown])[0].is_accepted and observe_shipments(gateway, [unknown]) == {"j": False}
    assert stand.market.gate.written.mails == 0


def test_json_where_a_form_belongs_is_refused_loudly_instead_of_doing_nothing(stand):
    path = f"{stand.shop}/receipts/{notice(stand).order_id}/tracking"
    assert stand.ask("POST", path, json={"tracking_code": "9400", "carrier_name": "UPS"}).status_code == 400


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda body: body["products"][0].pop("property_values"), "Property values can't be empty"),
        (lambda body: body["products"][0].update(product_id=5), "product_id"),
        (lambda body: body["products"][0]["offerings"][0].pop("price"), "[price]"),
        (lambda body: body["products"][0]["offerings"][0].update(offering_id=5), "offering_id"),
        (lambda body: body.update(quantity_on_property=[]), "incompatible with quantity_on_property"),
        (lambda body: body.pop("products"), "Missing input parameter: [products]"),
        (lambda body: [product["offerings"][0].update(quantity=0) for product in body["products"]], "quantity greater than 0"),
        (lambda body: body["products"][0]["property_values"][0].update(values=["ash (matt)"]), "Parentheses"),
    ],
)
def test_an_inventory_etsy_would_refuse_is_refused_whole(stand, spoil, words):
    number = group_of(stand)[0]["product_id"]
    before, body = quantities(stand), writable(stand.get(f"/listings/{number}/inventory", legacy="false").json())
    body["products"][1]["offerings"][0]["quantity"] = 77
    spoil(body)
    answer = stand.ask("PUT", f"/listings/{number}/inventory", json=body)
    assert answer.status_code == 400 and words in answer.json()["error"]
    stand.house.clock.advance(300)
    assert quantities(stand) == before
