"""What a declared table gives out and takes in."""

from __future__ import annotations

import pandas as pd

from transforms.tables import FX_RATES, ORDERS


def test_an_empty_frame_has_the_declared_columns_and_writing_into_it_changes_no_other():
    first = ORDERS.empty()
    assert dict(first.dtypes) == dict(ORDERS.dtypes) and not len(first)
    first["order_id"] = pd.Series(["1"])
    first.loc[5, "shop"] = "lumora_amazon_us"
    assert not len(ORDERS.empty()) and dict(ORDERS.empty().dtypes) == dict(ORDERS.dtypes)


def test_a_frame_that_is_as_declared_is_given_back_equal_and_writing_into_that_changes_no_original():
    rows = [{"rate_date": "2026-11-02", "currency": code, "rate_per_eur": "1.5", "source": "ecb"} for code in ("JPY", "USD")]
    once = FX_RATES.conform(pd.DataFrame(rows, columns=[name for name, _ in FX_RATES.dtypes]))
    again = FX_RATES.conform(once)
    pd.testing.assert_frame_equal(once, again)
    again.loc[0, "currency"] = "KRW"
    assert once["currency"].tolist() == ["JPY", "USD"]
