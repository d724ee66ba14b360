"""What a report tells beside sales, from real nights: parcels against the truth, money nobody misses wrongly, exports' figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import requests
from sqlalchemy import text

from pipeline import opened, report
from pipeline.beside import beside, payment_services
from pipeline.clients import load_clients
from pipeline.settings import REPOSITORY
from transforms.metrics import Period
from warehouse.database import client_session

SHOPS = ["northpeak_woocommerce", "northpeak_paypal", "northpeak_files", "northpeak_dhl"]
MARKETS = ["woocommerce", "paypal", "filedrop", "dhl"]


def told(here):
    """The section's figures of the latest whole week."""
    client = opened.find_client("northpeak")
    period = report.last_week(client, here.horizon)
    with client_session(opened.engine(), "northpeak") as conn:
        return period, beside(conn, client, period, here.horizon)


def test_accounts_that_draw_up_contracts_are_no_payment_services_whose_money_lacks_an_order():
    clients = {client.name: client for client in load_clients(REPOSITORY / "clients")}
    assert payment_services(clients["harbor"]) == {}
    assert payment_services(clients["northpeak"]) == {"northpeak_paypal": "paypal"}


def in_period(moment: str | None, period: Period) -> bool:
    return moment is not None and period.start <= datetime.fromisoformat(moment).date() < period.end  # London in November is UTC


def test_parcels_payments_and_promotion_of_a_week_are_those_of_the_truth_and_no_payment_is_missed_wrongly(world):
    here = world(sandbox=["--marketplaces", *MARKETS], days=9, orders_per_day=60)
    assert here.night(SHOPS) == {}
    here.move_to(here.horizon + timedelta(days=1))
    assert here.night(SHOPS) == {}
    period, found = told(here)

    true = [row for row in requests.get(f"{here.told['truth']}/followed_shipments", timeout=60).json() if row["client"] == "northpeak"]
    alive = [row for row in true if row["status"] != "cancelled"]
    assert found.delivery.sent == sum(in_period(row["shipped_at"], period) for row in alive) > 10
    days = [row for row in alive if row["delivered_date"] and period.start <= date.fromisoformat(row["delivered_date"]) < period.end]
    assert 0 < found.delivery.delivered <= len(days) + 5 and found.delivery.median_seconds < found.delivery.p90_seconds

    assert payment_services(opened.find_client("northpeak")) == {"northpeak_paypal": "paypal"}
    assert found.payments.compared > 10 and found.payments.until
    assert {one.kind for one in found.payments.exceptions} == {"no_order"}, "an order was said to lack a payment it has"
    assert all(reference.startswith("INV-") for one in found.payments.exceptions for reference in one.references)
    assert found.promotion.ads and found.promotion.visits and found.promotion.ads_file

    gone = here.rows(
        "SELECT s.order_id, s.transaction_id, s.amount_minor FROM payments s JOIN payments p USING (client, transaction_id)"
        " WHERE s.shop = 'northpeak_woocommerce' AND p.shop = 'northpeak_paypal' AND p.kind = 'payment' AND s.paid_at >= :since"
        " AND s.paid_at < :until ORDER BY 1 LIMIT 1", since=period.start, until=period.end,
    )[0]  # fmt: skip
    with client_session(opened.engine(), "northpeak") as conn:
        lost = text("DELETE FROM payments WHERE shop = 'northpeak_paypal' AND transaction_id = :transaction_id")
        conn.execute(lost, {"transaction_id": gone["transaction_id"]})
    missed = [one for one in told(here)[1].payments.exceptions if one.kind == "no_payment"]
    assert [(one.account, one.references, one.amount_minor) for one in missed] == [
        ("northpeak_woocommerce", (gone["order_id"],), gone["amount_minor"])
    ]
    built = report.preview("northpeak", here.horizon)
    assert built.data["payments"]["exceptions"] and "Parcels" in built.html and "Advertising and visits" in built.html
