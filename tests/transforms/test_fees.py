"""The agency's monthly fee, to the minor unit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.fees import FeeTerms, month_days, monthly_fee, served
from transforms.money import minor_exponent


def terms(base="1500.00", share="0.03", currency="USD", **bounds):
    return FeeTerms(currency, Decimal(base), Decimal(share), **{name: Decimal(value) for name, value in bounds.items()})


def test_a_base_and_a_share_of_net_sales():
    fee = monthly_fee(terms(), "2026-10", 31, 1_234_567)
    assert (fee.base_minor, fee.share_minor, fee.adjusted_minor, fee.fee_minor) == (150_000, 37_037, 0, 187_037)


def test_half_a_cent_goes_to_the_even_side_and_yen_have_no_cents():
    assert monthly_fee(terms("0", "0.005"), "2026-10", 31, 100).share_minor == 0
    assert monthly_fee(terms("0", "0.005"), "2026-10", 31, 300).share_minor == 2
    assert monthly_fee(terms("30000", "0.1", "JPY"), "2026-10", 31, 1_005).fee_minor == 30_100


def test_a_month_begun_late_costs_its_days_and_a_month_of_refunds_no_share():
    fee = monthly_fee(terms("3100"), "2026-10", 10, -5_000)
    assert (fee.base_minor, fee.share_minor, fee.fee_minor) == (100_000, 0, 100_000)


def test_a_minimum_and_a_maximum_count_by_the_days_too():
    assert monthly_fee(terms("0", "0.1", minimum="310"), "2026-10", 10, 0).fee_minor == 10_000
    assert monthly_fee(terms("0", "0.1", maximum="310"), "2026-10", 31, 10_000_000).adjusted_minor == 31_000 - 1_000_000


def test_the_days_served_end_with_the_agreement_and_begin_with_its_signing():
    signed, ended = date(2026, 10, 11), date(2026, 12, 15)
    assert served("2026-10", signed, ended) == (date(2026, 10, 11), date(2026, 11, 1))
    assert served("2026-12", signed, ended) == (date(2026, 12, 1), date(2026, 12, 16))
    assert served("2027-01", signed, ended) is None and served("2026-09", signed, None) is None


def test_days_a_month_does_not_have_are_refused():
    for days in (0, 31):
        with pytest.raises(ValueError, match="30 days"):
            monthly_fee(terms(), "2026-11", days, 0)
    with pytest.raises(ValueError):
        month_days("2026-13")


amounts = st.decimals(0, 1_000_000, places=4, allow_nan=False)


@given(
    amounts, st.decimals(0, 1, places=6), st.integers(-(10**12), 10**13), st.integers(1, 30), st.sampled_from(["USD", "JPY", "KWD"]),
    st.one_of(st.none(), amounts), st.one_of(st.none(), amounts),
)
def test_the_parts_add_up_and_each_is_within_half_a_unit_of_the_exact_one(base, share, net, days, currency, low, high):
    fee = monthly_fee(FeeTerms(currency, base, share, low, high), "2026-11", days, net)
    assert fee.base_minor + fee.share_minor + fee.adjusted_minor == fee.fee_minor
    scale = 10 ** minor_exponent(currency)
    assert abs(fee.base_minor - Fraction(base) * scale * days / 30) <= Fraction(1, 2)
    assert abs(fee.share_minor - Fraction(share) * max(net, 0)) <= Fraction(1, 2)
    if high is not None:
        assert fee.fee_minor <= Fraction(high) * scale * days / 30 + Fraction(1, 2)
