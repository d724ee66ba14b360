"""The agency's own rates: exact as written, refused with row and column where wrong."""

from datetime import date
from decimal import Decimal

import pytest

from transforms.rates_file import read_rates
from transforms.schema import SchemaError

HEADER = "source,rate_date,currency,rate_per_eur\n"


def test_a_rate_is_read_exactly_as_written():
    rates = read_rates((HEADER + "SBV,2026-11-13,VND,30512.25\n").encode())
    assert rates.to_dict("records") == [
        {"source": "SBV", "rate_date": date(2026, 11, 13), "currency": "VND", "rate_per_eur": Decimal("30512.25")}
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("SBV,2026-11-13,VND,30.512,25", "row 2: 5 columns"),
        (",2026-11-13,VND,30512", "row 2, column source"),
        ("SBV,13.11.2026,VND,30512", "row 2, column rate_date"),
        ("SBV,2026-11-13,DONG,30512", "row 2, column currency"),
        ("SBV,2026-11-13,VND,0", "row 2, column rate_per_eur"),
        ("SBV,2026-11-13,VND,-1", "row 2, column rate_per_eur"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(row, words):
    with pytest.raises(SchemaError, match=words):
        read_rates((HEADER + row).encode())


def test_a_file_with_another_header_is_refused():
    with pytest.raises(SchemaError, match="first line must be"):
        read_rates(b"date,currency,rate\n")
