"""Which samples a folder of vendors' description files holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.samples.raw import cut


@dataclass(frozen=True)
class Sample:
    """One published answer: its bytes, and the same read."""

    body: bytes
    document: Any


# Operation → (file, path) in Amazon's description files.
AMAZON_OPERATIONS = {
    "searchOrders": ("orders_2026-01-01.json", "/orders/2026-01-01/orders"),
    "getOrder": ("orders_2026-01-01.json", "/orders/2026-01-01/orders/{orderId}"),
    "searchListingsItems": ("listingsItems_2021-08-01.json", "/listings/2021-08-01/items/{sellerId}"),
    "getListingsItem": ("listingsItems_2021-08-01.json", "/listings/2021-08-01/items/{sellerId}/{sku}"),
    "getInventorySummaries": ("fbaInventory.json", "/fba/inventory/v1/summaries"),
    "listTransactions": ("finances_2024-06-19.json", "/finances/2024-06-19/transactions"),
    "listPayouts": ("transfers_2024-06-01.json", "/finances/transfers/2024-06-01/payouts"),
    "getMarketplaceParticipations": ("sellers.json", "/sellers/v1/marketplaceParticipations"),
}


def amazon_samples(folder: Path) -> dict[str, list[Sample]]:
    """Operation → its distinct successful samples: the static sandbox's, then the documentation's examples."""
    return {name: _of_operation(folder / "amazon" / file, path) for name, (file, path) in AMAZON_OPERATIONS.items()}


def _of_operation(file: Path, path: str) -> list[Sample]:
    text = file.read_text(encoding="utf-8")
    root = ("paths", path, "get", "responses", "200")
    answer = json.loads(cut(text, root))
    static = answer.get("x-amzn-api-sandbox", {}).get("static", [])
    places = [(*root, "x-amzn-api-sandbox", "static", number, "response") for number in range(len(static))]
    places += [(*root, "examples", name) for name in answer.get("examples", {}) if name == "application/json"]
    found: list[Sample] = []
    for place in places:
        sample = _sample(cut(text, place))
        if sample.document not in [each.document for each in found]:
            found.append(sample)
    return found


def lazada_samples(folder: Path) -> dict[str, Sample]:
    """API path (``/orders/get``) → its sample."""
    files = sorted((folder / "lazada" / "examples").glob("*_resp.json"))
    return {"/" + file.name.removesuffix("_resp.json").replace(".", "/"): _sample(file.read_text(encoding="utf-8")) for file in files}


def _sample(text: str) -> Sample:
    return Sample(text.encode(), json.loads(text))
