"""What is read from a client's folder: data, no loops. Nothing is asked of anybody, so there are no quotas."""

from __future__ import annotations

from connectors.contract import Budget, Endpoint

MODES = ("b2b", "b2c", "c2c")
WRITES = ()
BUDGETS: dict[str, Budget] = {}
FOLDERS = {"ad_spend": "ads", "traffic": "traffic"}

_BLIND = (
    "Days that no export was saved for; rows cut off a CSV exactly at the end of a line; days an older export had and a newer "
    "one leaves out are kept."
)

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            entity="ad_spend", tables=("ad_spend",), record_id="network,account_id,campaign_id,spend_date",
            incremental="file's date, or its arrival where that is later", finds_late=True, has_trusted_clock=False,
            blind_spots=_BLIND,
        ),
        Endpoint(
            entity="traffic", tables=("traffic",), record_id="site,product_id,traffic_date",
            incremental="file's date, or its arrival where that is later", finds_late=True, has_trusted_clock=False,
            blind_spots=_BLIND,
        ),
    )
}
