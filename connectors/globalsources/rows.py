"""What rows are called: the numbers files give, and for what has none of its own what makes it itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from connectors.files.headers import plain
from connectors.globalsources.cells import Cells

_ANSWERED = re.compile(r"^(?:(?:re|fwd?|aw|答复|回复|转发)\s*[:\uff1a]\s*)+", re.IGNORECASE)
ID_FIELDS = {
    "rfqs": "rfq_id", "quotations": "quotation_no", "contracts": "contract_no", "inspections": "inspection_no", "payments": "payment_no",
    "listings": "model_no",
}


def natural_keys(cells: Cells, pseudonym: Callable[[str], str]) -> list[str | None]:
    """What makes an inquiry itself where nobody numbers it: its minute, its sender, its subject.

    Hashed with the client's key, for a plain hash of an address can be guessed back. None where the minute or the subject is missing.
    """
    emails = cells.texts("buyer_email")
    return [
        None if at is None or subject is None else pseudonym("inquiry|" + natural_text(at, email, subject))
        for at, email, subject in zip(cells.moments("received_at"), emails, cells.texts("subject"), strict=True)
    ]


def natural_text(at: datetime, email: str | None, subject: str) -> str:
    return f"{at:%Y-%m-%dT%H:%M}|{(email or '').strip().casefold()}|{_ANSWERED.sub('', plain(subject))}"


def inquiry_ids(cells: Cells, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> list[str | None]:
    """``known``: number or natural key → what the inquiry has been called since it was first told of."""
    told = [number or natural for number, natural in zip(cells.texts("inquiry_id"), natural_keys(cells, pseudonym), strict=True)]
    return renamed(told, known)


def renamed(numbers: Sequence[str | None], known: Mapping[str, str]) -> list[str | None]:
    return [None if number is None else known.get(number, number) for number in numbers]


def acceptance_ids(cells: Cells) -> list[str | None]:
    """The source's number; else contract and day, joined by a slash."""
    rows = zip(cells.texts("acceptance_no"), cells.texts("contract_no"), cells.days("accepted_at"), strict=True)
    return [number or (f"{contract}/{day}" if contract and day else None) for number, contract, day in rows]


def record_ids(entity: str, cells: Cells, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> list[str]:
    """Ids of the rows that have one; a row without is counted where it lies in quarantine."""
    if entity == "inquiries":
        found = inquiry_ids(cells, pseudonym, known)
    elif entity == "acceptances":
        found = acceptance_ids(cells)
    elif entity == "shipments":
        pairs = zip(cells.texts("contract_no"), cells.texts("shipment_no"), strict=True)
        found = [f"{contract}|{number}" if contract and number else None for contract, number in pairs]
    else:
        found = cells.texts(ID_FIELDS[entity])
    return [number for number in found if number is not None]


def buyer_keys(cells: Cells, pseudonym: Callable[[str], str], *fields: str) -> list[str | None]:
    """The first of these fields that says who it is, hashed: the firm before the person, so that a firm's people are one buyer."""
    columns = [cells.texts(field) for field in fields]
    found = [next((text for text in texts if text is not None), None) for texts in zip(*columns, strict=True)]
    return [None if text is None else pseudonym("buyer|" + plain(text)) for text in found]
