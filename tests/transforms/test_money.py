from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.money import exponents, format_money, minor_exponent, to_minor_units
from transforms.schema import SchemaError


def convert(*pairs):
    amounts = pd.Series([a for a, _ in pairs], dtype="string[pyarrow]")
    minor, faults = to_minor_units(amounts, pd.Series([c for _, c in pairs], dtype="string[pyarrow]"))
    return [None if pd.isna(m) else int(m) for m in minor], [None if pd.isna(f) else f for f in faults]


def test_each_currency_has_its_own_number_of_decimals():
    minor, faults = convert(("12.50", "EUR"), ("1250", "JPY"), ("1.250", "KWD"), ("-3", "USD"), ("1e2", "EUR"))
    assert minor == [1250, 1250, 1250, -300, 10000]
    assert faults == [None] * 5


def test_zeros_behind_the_currencys_decimals_are_no_fault_but_anything_else_is():
    minor, faults = convert(("5.00", "JPY"), ("5.50", "JPY"), ("1.230000", "EUR"), ("1." + "0" * 30 + "1", "EUR"))
    assert minor == [5, None, 123, None]
    assert faults[1] == "'5.50' has more decimals than JPY has"
    assert "more decimals" in faults[3]


@pytest.mark.parametrize("text", ["12,34", "abc", "", " 5", "5 ", "NaN", "Infinity", "0x10", "１２", "1_000", "--1", "1e999"])
def test_what_is_not_an_amount_is_a_fault_and_never_a_number(text):
    minor, faults = convert((text, "EUR"))
    assert minor == [None]
    assert faults[0].endswith("is not an amount")


def test_no_amount_is_null_and_no_fault_whatever_the_currency():
    assert convert((None, "EUR"), (None, None), (None, "XXQ")) == ([None] * 3, [None] * 3)


def test_an_amount_needs_a_known_currency():
    _, faults = convert(("1", None), ("1", "XXQ"), ("1", "XAU"))
    assert "no currency" in faults[0] and "'XXQ'" in faults[1] and "'XAU'" in faults[2]


def test_too_large_for_the_warehouse_is_a_fault_and_the_largest_is_not():
    minor, faults = convert(("92233720368547758.07", "EUR"), ("92233720368547758.08", "EUR"))
    assert minor == [2**63 - 1, None]
    assert "too large" in faults[1]


def test_floats_are_refused():
    with pytest.raises(SchemaError, match="floats"):
        to_minor_units(pd.Series([0.1]), pd.Series(["EUR"]))
    with pytest.raises(SchemaError, match="floats"):
        to_minor_units(pd.Series([0.1, "1"], dtype=object), pd.Series(["EUR", "EUR"]))


def test_integers_decimals_and_an_empty_column_are_taken():
    currencies = pd.Series(["EUR", "EUR"])
    assert to_minor_units(pd.Series([Decimal("0.10"), None], dtype=object), currencies)[0].iloc[0] == 10
    assert list(to_minor_units(pd.Series([1, 2]), currencies)[0]) == [100, 200]
    assert to_minor_units(pd.Series([None, None], dtype=float), currencies)[0].isna().all()
    assert len(to_minor_units(pd.Series([], dtype="string"), pd.Series([], dtype="string"))[0]) == 0


def test_the_index_of_the_amounts_is_kept():
    minor, fault = to_minor_units(pd.Series(["1", "x"], index=[7, 3]), pd.Series(["EUR", "EUR"], index=[7, 3]))
    assert list(minor.index) == list(fault.index) == [7, 3]


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from(sorted(exponents())))
def test_every_amount_survives_being_written_and_read(minor, currency):
    text = format(Decimal(minor).scaleb(-minor_exponent(currency)), "f")
    assert convert((text, currency)) == ([minor], [None])


@given(st.lists(st.tuples(st.decimals("-1e9", "1e9", places=4), st.sampled_from(["EUR", "JPY", "KWD", "CLF"])), max_size=20))
def test_a_column_gives_what_exact_decimals_give_row_by_row(pairs):
    minor, _ = convert(*((format(amount, "f"), currency) for amount, currency in pairs))
    for (amount, currency), found in zip(pairs, minor, strict=True):
        exact = amount.scaleb(minor_exponent(currency))
        assert found == (int(exact) if exact == exact.to_integral_value() else None)


def test_money_is_written_with_the_decimals_of_iso_4217_in_the_readers_way():
    assert format_money(123456, "JPY", "en") == "¥123,456"
    assert format_money(-123456, "EUR", "en_US") == "-€1,234.56"
    assert format_money(123456, "EUR", "de-DE") == "1.234,56\xa0€"
    assert "1,234.56" in format_money(123456, "IDR", "zh_CN")
    assert "123.456" in format_money(123456, "KWD", "en")


def test_an_unknown_currency_is_named():
    with pytest.raises(SchemaError, match="XXQ"):
        minor_exponent("XXQ")
