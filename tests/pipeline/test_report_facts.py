"""How far, and how far back, a report's shop counts as proven."""

from datetime import timedelta

from stockroom import CLIENT, SHOP, prove

from pipeline import opened
from pipeline.facts import shop_certificates
from reports.facts import ShopCertificate
from warehouse.database import client_session


def certified() -> list[ShopCertificate]:
    with client_session(opened.engine(), CLIENT) as conn:
        return shop_certificates(conn, opened.find_client(CLIENT))


def test_a_shop_is_proven_from_its_youngest_beginning_to_its_earliest_end(brand):
    """The fixture has proven its orders over the 40 days up to now."""
    (orders,) = certified()
    assert orders.certified_until - orders.since == timedelta(days=40)
    until = orders.certified_until - timedelta(days=3)
    prove(until, ("returns",))
    assert certified() == [ShopCertificate(SHOP, until, since=orders.since)]
    prove(until + timedelta(days=39), ("returns",))
    assert certified() == [ShopCertificate(SHOP, orders.certified_until, since=orders.since)]


def test_what_was_never_certified_has_neither_end_nor_beginning(brand):
    with client_session(opened.engine(), CLIENT) as conn:
        conn.exec_driver_sql("DELETE FROM watermarks")
    assert certified() == [ShopCertificate(SHOP, None, since=None)]
