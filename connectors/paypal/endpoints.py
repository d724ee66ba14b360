"""What can be read and told at PayPal, how fast, and what reading it this way cannot see. Data, no loops."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

_SOURCE = (
    "PayPal publishes no limit. Callers report about 50 requests a minute and address, and a ban of five minutes beyond; "
    "30 a minute an app, parted among the calls, keep well below it."
)
SEARCH, DISPUTES, BALANCES, TRACKERS = "reporting/transactions", "customer/disputes", "reporting/balances", "shipping/trackers"


def _budget(operation: str, per_minute: int, burst: int) -> Budget:
    return Budget(operation, per_minute / 60, burst, per="app", source=_SOURCE)


BUDGETS = {
    budget.operation: budget
    for budget in (_budget(SEARCH, 12, 5), _budget(DISPUTES, 10, 5), _budget(TRACKERS, 6, 5), _budget(BALANCES, 2, 2))
}

LATE = timedelta(days=3)  # rows come hours late, and pending ones are decided within days
WEEKLY_REACH = timedelta(days=45)

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            "payments", ("payments", "payouts"), "payment_id", incremental="transaction_initiation_date", overlap=LATE,
            lag=timedelta(hours=4), max_window=timedelta(days=31), operations=(SEARCH,),
            blind_spots=(
                "PayPal selects by when a transaction began, never by when it changed, and shows new ones hours late. Every pull looks "
                "back 3 days, the first after each Monday 00:00 UTC 45 days: a change older than 3 days is seen then, an older one than "
                "45 days not at all (its money is a row of its own and is seen at once). History: three years. Payouts are the "
                "account's withdrawals to its bank (T04xx)."
            ),
        ),
        Endpoint(
            "disputes", ("disputes",), "dispute_id", incremental="update_time", overlap=LATE, max_window=timedelta(days=180),
            operations=(DISPUTES,),
            blind_spots=(
                "PayPal shows disputes updated within the last 180 days only. Of those, what is still open is read again every night, "
                "also where its last update lies before the window; a case that was closed before the first pull's window is not read."
            ),
        ),
    )
}

WRITES = ("shipment",)
MODES = ("b2c", "c2c")
