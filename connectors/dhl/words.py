"""DHL's words and ours. ``statusCode`` is one of five; the free text, which differs by division, says the rest."""

from __future__ import annotations

import re

STATUS = {
    "pre-transit": "info_received", "transit": "in_transit", "delivered": "delivered", "failure": "attempt_failed", "unknown": "exception",
}
_TEXTS = (
    ("failure", "returned", r"return(ed|ing)?\b.*\b(sender|shipper)|being returned|rücksendung|zurück an den absender"),
    ("failure", "undeliverable", r"\blost\b|destroyed|confiscated|verloren|zerstört"),
    ("failure", "exception", r"damaged|beschädigt"),
    ("transit", "out_for_delivery", r"out for delivery|with (the )?(delivery )?courier|loaded (in)?to the delivery vehicle|in zustellung"),
    ("transit", "available_for_pickup", r"(ready|available|waiting|held) for (collection|pick-?\s?up)|zur abholung|abholbereit"),
)
_PATTERNS = tuple((code, ours, re.compile(pattern, re.IGNORECASE)) for code, ours, pattern in _TEXTS)

# Carriers as marketplaces name them, the longer beginnings first; with the destination, the division that has the parcel.
_DIVISIONS = (
    ("dhl express", "express"), ("dhl ecommerce", "ecommerce"), ("dhl global mail", "ecommerce"), ("dhl freight", "freight"),
    ("deutsche post", "post-de"),
)
_PARCEL = {"DE": "parcel-de", "GB": "parcel-uk", "NL": "parcel-nl", "PL": "parcel-pl"}


def status_of(code: object, text: str) -> str | None:
    """Our word; None: an unknown ``statusCode``."""
    plain = STATUS.get(code) if isinstance(code, str) else None
    return next((ours for each, ours, pattern in _PATTERNS if each == code and pattern.search(text)), plain)


def division(carrier: str | None, country: str | None) -> str | None:
    """The ``service`` to name: without one another division's parcel with the same number may answer."""
    name = (carrier or "").casefold()
    return next((service for start, service in _DIVISIONS if name.startswith(start)), _PARCEL.get(country or ""))
