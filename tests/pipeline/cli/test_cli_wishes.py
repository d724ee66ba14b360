"""Wishes by hand over real shops: noted, guarded, approved, pushed and read back by the command alone, and what bad files get."""

import pytest

SHOPIFY, EBAY = "lumora_shopify", "northpeak_ebay"
NIGHT = "2026-11-16T03:00:00Z"
ENTITIES = {SHOPIFY: ["orders", "listings"], EBAY: ["listings"]}


@pytest.fixture(scope="module", autouse=True)
def synced(shared_house):
    """Both shops' goods and Shopify's orders, once through the night."""

    def only(client):
        def change(data):
            data["shops"] = [{**entry, "entities": ENTITIES[entry["name"]]} for entry in data["shops"] if entry["name"] in ENTITIES]

        shared_house.client(client, change)

    for client, shop in (("lumora", SHOPIFY), ("northpeak", EBAY)):
        only(client)
        said = shared_house.run("sync", "--shop", shop, "--until", NIGHT, "--json")
        assert said.code == 0, said


def want(house, client, shop, kind, *lines, name="wishes.csv"):
    file = house.folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return house.run("jobs", "want", "--client", client, "--shop", shop, "--kind", kind, "--file", file, "--json")


def push(house, client, batch):
    return house.run("jobs", "push", "--client", client, "--batch", batch, "--json")


def approve(house, client, told):
    said = house.run("jobs", "decide", "--client", client, "--batch", told["batch"], "--approve", "--digest", told["digest"])
    assert said.code == 0, said


def statuses(house, batch):
    return {row["sku"]: row["status"] for row in house.run("jobs", "list", "--batch", batch, "--json").json}


def listing(house, shop, sku):
    return house.rows("SELECT * FROM listings WHERE shop = :shop AND sku = :sku", shop=shop, sku=sku)


def active(house, shop, count):
    found = house.rows("SELECT sku, price_minor FROM listings WHERE shop = :shop AND status_raw = 'ACTIVE' ORDER BY sku", shop=shop)
    return [(row["sku"], row["price_minor"]) for row in found[:count]]


def dollars(minor):
    return f"{minor // 100}.{minor % 100:02d}"


def quoted(sku):
    return '"' + sku.replace('"', '""') + '"'


def test_a_small_price_change_leaves_at_once_and_a_large_one_only_after_a_persons_word(house):
    (near, low), (far, high), (same, kept) = active(house, SHOPIFY, 3)
    rows = [(near, dollars(low + 100)), (far, dollars(high * 2)), (same, dollars(kept))]
    (told,) = want(house, "lumora", SHOPIFY, "price", "sku,price,currency", *(f"{quoted(sku)},{price},usd" for sku, price in rows)).json
    assert (told["jobs"], told["unchanged"], told["needs_approval"]) == (2, 1, True)
    assert told["reasons"] == [f"{far}: its price would change by +100% (allowed 30%)"] and f"price_minor {high * 2}" in told["body"]
    done = push(house, "lumora", told["batch"])
    assert done.code == 0 and (done.json[0]["observed"], done.json[0]["waiting"]) == (1, 1)
    assert listing(house, SHOPIFY, near)[0]["price_minor"] == low + 100, "what was pushed was read in again"
    assert listing(house, SHOPIFY, far)[0]["price_minor"] == high
    approve(house, "lumora", told)
    assert push(house, "lumora", told["batch"]).code == 0
    assert statuses(house, told["batch"]) == {near: "observed", far: "observed"}
    (again,) = want(house, "lumora", SHOPIFY, "price", "sku,price,currency", f"{quoted(far)},{dollars(high * 2)},USD").json
    assert (again["jobs"], again["unchanged"]) == (0, 1)


def test_a_wish_under_way_is_not_noted_twice_and_a_newer_one_takes_its_place(house):
    sku, price = active(house, SHOPIFY, 5)[-1]
    (first,) = want(house, "lumora", SHOPIFY, "price", "sku,price,currency", f"{quoted(sku)},{dollars(price * 3)},USD").json
    (again,) = want(house, "lumora", SHOPIFY, "price", "sku,price,currency", f"{quoted(sku)},{dollars(price * 3)},USD").json
    assert (first["jobs"], again["jobs"], again["under_way"]) == (1, 0, 1)
    (newer,) = want(house, "lumora", SHOPIFY, "price", "sku,price,currency", f"{quoted(sku)},{dollars(price * 4)},USD").json
    assert statuses(house, first["batch"]) == {sku: "superseded"} and statuses(house, newer["batch"]) == {sku: "waiting"}
    refused = house.run("jobs", "decide", "--client", "lumora", "--batch", newer["batch"], "--reject", "--reason", "too dear", "--json")
    assert refused.code == 0 and push(house, "lumora", newer["batch"]).json[0]["acknowledged"] == 0
    assert listing(house, SHOPIFY, sku)[0]["price_minor"] == price


def test_a_parcel_is_told_once_however_often_it_is_wanted(house):
    open_lines = house.rows(
        "SELECT order_id, line_id, quantity FROM order_lines WHERE shop = :shop AND status = 'paid' AND shipped_quantity = 0", shop=SHOPIFY
    )
    order = open_lines[0]["order_id"]
    wish = ("order_id;carrier;tracking_number;shipped_at", f"{order};UPS;1Z999AA1;2026-11-16T04:00:00+08:00")
    (told,) = want(house, "lumora", SHOPIFY, "shipment", *wish).json
    assert (told["jobs"], told["needs_approval"]) == (1, False)
    assert push(house, "lumora", told["batch"]).json[0]["observed"] == 1
    (again,) = want(house, "lumora", SHOPIFY, "shipment", *wish).json
    assert push(house, "lumora", again["batch"]).json[0]["observed"] == 1
    shown = [row for row in house.truth("shipments") if row["order_id"] == order and row["tracking_number"] == "1Z999AA1"]
    assert len(shown) == 1
    (job,) = house.run("jobs", "list", "--batch", again["batch"], "--json").json
    assert "already" in job["message"] and (job["kind"], job["sku"]) == ("shipment", f"{order} 1Z999AA1")


def test_a_new_product_waits_for_a_person_is_made_once_and_is_in_the_tables_then(house):
    wish = ("sku,title,description,status,price,currency", 'LM-HAND-1,Clip lamp,"<p>Clips on, stays on.</p>",active,39.90,USD')
    (told,) = want(house, "lumora", SHOPIFY, "product", *wish).json
    assert told["needs_approval"] and told["reasons"] == ["LM-HAND-1: a new product"]
    assert push(house, "lumora", told["batch"]).code == 1 and listing(house, SHOPIFY, "LM-HAND-1") == []
    approve(house, "lumora", told)
    done = push(house, "lumora", told["batch"])
    assert done.code == 0 and done.json[0]["observed"] == 1, (done, statuses(house, told["batch"]))
    (row,) = listing(house, SHOPIFY, "LM-HAND-1")
    assert (row["title"], row["status"], row["price_minor"]) == ("Clip lamp - Default Title", "active", 3990)
    (changed,) = want(house, "lumora", SHOPIFY, "product", "sku,title", "LM-HAND-1,Clamp lamp").json
    assert not changed["needs_approval"] and push(house, "lumora", changed["batch"]).json[0]["observed"] == 1
    assert [row["title"] for row in listing(house, SHOPIFY, "LM-HAND-1")] == ["Clamp lamp - Default Title"]


def test_an_offer_goes_off_sale_only_after_a_persons_word_and_the_tables_show_it(house):
    found = house.rows("SELECT sku FROM listings WHERE shop = :s AND status_raw = 'ACTIVE,PUBLISHED' AND listing_id NOT LIKE '%/%'", s=EBAY)
    sku = found[0]["sku"]
    (told,) = want(house, "northpeak", EBAY, "offer", "sku,action,site", f"{quoted(sku)},withdraw,gb").json
    assert told["reasons"] == [f"{sku}: would be taken off sale"] and push(house, "northpeak", told["batch"]).code == 1
    approve(house, "northpeak", told)
    assert push(house, "northpeak", told["batch"]).json[0]["observed"] == 1
    shown = {row["listing_id"].partition("-")[0]: row["status"] for row in listing(house, EBAY, sku) if row["site"] == "GB"}
    assert sorted(shown.values()) == ["deleted", "inactive"] and shown["offer"] == "inactive", "the listing is gone, its offer is there"


BAD = {
    "price": [
        (("sku,price,currency", "NOBODYS,1.00,USD"), "row 2, column sku: 'NOBODYS' is not listed in the shop on site US"),
        (("sku,price,currency", "x,1.234,USD"), "row 2, column price: '1.234'"),
        (("sku,price,currency", "x,-1,USD"), "row 2, column price: '-1' is below zero"),
        (("sku,price,currency", "x,1.00,"), "row 2, column currency: is empty"),
        (("sku,prize,currency", "x,1.00,USD"), "no column is called 'prize'; there are sku, price, currency, site"),
        (("sku,price", "x,1.00"), "row 1: the column currency is missing"),
        (("sku,sku,price,currency", "x,x,1.00,USD"), "row 1: the column sku stands twice"),
        (("sku,price,currency", "x,1.00"), "row 2: 2 cells, the header has 3"), (("sku,price,currency",), "no row; it needs a header"),
        (("sku,price,currency,site", "x,1.00,USD,DE"), "row 2, column site: 'DE' is no site of the shop; it has US"),
    ],
    "shipment": [
        (("order_id,carrier,tracking_number", "1,UPS,1Z"), "row 2, column order_id: '1' is no order of the shop"),
        (("order_id,carrier,tracking_number,shipped_at", "1,UPS,1Z,2026-11-16T04:00"), "column shipped_at: '2026-11-16T04:00' names no"),
        (("order_id,carrier,tracking_number,line_id", "1,UPS,1Z,7"), "row 2, column units: is empty, though line_id is filled"),
        (("order_id,carrier,tracking_number,line_id,units", "1,UPS,1Z,7,0"), "column units: '0' is not a whole number from 1 on"),
    ],
    "product": [
        (("sku,status", "x,gone"), "row 2, column status: 'gone' is none of active, inactive"),
        (("sku,price,currency", "NOBODYS,1.00,USD"), "a new product needs a title"),
        (("sku,title", "A,one", "A,two"), "'A' on site US is wanted 2 times; once is meant"),
    ],
    "offer": [(("sku,action", "x,publish"), "shopify takes stock, price, shipment, product from Daiyun, no offer; ebay would")],
    "stock": [(("sku,on_hand", "x,1"), "no wish can be of kind 'stock'; stock is planned from the brand's master")],
}


@pytest.mark.parametrize(("kind", "lines", "why"), [(kind, *each) for kind, found in BAD.items() for each in found])
def test_a_bad_wish_is_one_error_that_names_client_shop_file_row_and_column_and_nothing_is_noted(house, kind, lines, why):
    before = house.rows("SELECT count(*) AS n FROM sync_jobs")
    said = want(house, "lumora", SHOPIFY, kind, *lines)
    assert said.code == 1 and why in said.err and "lumora" in said.err and SHOPIFY in said.err and "Traceback" not in said.err
    assert ("Nothing was noted" in said.err and "wishes.csv" in said.err) == (kind in ("price", "shipment", "product"))
    assert house.rows("SELECT count(*) AS n FROM sync_jobs") == before


def test_a_file_that_is_not_there_and_a_foreign_shop_are_named(house):
    said = house.run("jobs", "want", "--client", "lumora", "--shop", SHOPIFY, "--kind", "price", "--file", house.folder / "no.csv")
    assert said.code == 1 and "no.csv" in said.err and "No such file" in said.err
    foreign = want(house, "lumora", EBAY, "price", "sku,price,currency", "x,1.00,GBP")
    assert foreign.code == 1 and f"has no shop '{EBAY}'" in foreign.err and SHOPIFY in foreign.err
