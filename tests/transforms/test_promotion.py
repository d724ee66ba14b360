"""Spend, attributed sales and visits of a week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from transforms.metrics import Period
from transforms.promotion import AdWeek, VisitWeek, promotion_week
from transforms.tables import AD_SPEND, TRAFFIC

WEEK = Period(date(2026, 11, 9), date(2026, 11, 16))
NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 11, 9), date(2026, 11, 10)
SAVED = NOW - timedelta(days=2)


@pytest.fixture
def week(row, table_of):
    def figures(ads=(), traffic=(), ads_file=SAVED, traffic_file=SAVED):
        spent = {"network": "meta", "spend_date": MONDAY, "spend_minor": 1000, "attributed_sales_minor": 4000, "attributed_order_count": 2}
        seen = {"site": "US", "product_id": "*", "traffic_date": MONDAY, "visit_count": 50, "order_count": 2}
        ads = table_of(AD_SPEND, [row(AD_SPEND, **spent | each) for each in ads])
        return promotion_week(ads, table_of(TRAFFIC, [row(TRAFFIC, **seen | each) for each in traffic]), WEEK, NOW, ads_file, traffic_file)

    return figures


def test_spend_and_claimed_sales_are_summed_by_network_and_currency_and_never_over_currencies(week):
    found = week([{}, {"campaign_id": "2", "spend_date": TUESDAY}, {"network": "google_ads"}, {"currency": "USD", "spend_minor": 5}])
    assert found.ads == (
        AdWeek("google_ads", "EUR", 1000, 4000, 2, 1), AdWeek("meta", "EUR", 2000, 8000, 4, 2), AdWeek("meta", "USD", 5, 4000, 2, 1),
    )
    assert (found.ads[1].acos, found.ads[1].roas) == (0.25, 4.0)


def test_a_network_that_tells_sales_of_some_rows_only_tells_none_and_nothing_attributed_gives_no_acos(week):
    part, none = week([{}, {"campaign_id": "2", "attributed_sales_minor": None}, {"network": "x", "attributed_sales_minor": 0}]).ads
    assert (part.sales_minor, part.acos, part.roas) == (None, None, None)
    assert (none.sales_minor, none.acos, none.roas) == (0, None, 0.0)


def test_days_outside_the_week_count_nowhere_and_missing_days_are_counted(week):
    found = week([{}, {"spend_date": date(2026, 11, 16)}, {"spend_date": date(2026, 11, 8)}], [{"traffic_date": date(2026, 11, 16)}])
    assert (found.ads[0].spend_minor, found.ads[0].days, found.period_days, found.visits) == (1000, 1, 7, ())


def test_days_that_one_of_several_accounts_or_shops_lacks_are_missing(week):
    found = week(
        [{}, {"spend_date": TUESDAY}, {"account_id": "2"}],
        [{}, {"traffic_date": TUESDAY}, {"shop": "lumora_ebay", "visit_count": 7}],
    )
    assert (found.ads[0].spend_minor, found.ads[0].days) == (3000, 1)
    assert found.visits == (VisitWeek("US", 107, 6, 1),)


def test_a_day_whose_visits_are_not_told_is_no_day_without_visits(week):
    assert week(traffic=[{"visit_count": None, "view_count": 90}]).visits == ()
    found = week(traffic=[{"visit_count": None}, {"product_id": "B1", "visit_count": 40}, {"traffic_date": TUESDAY, "visit_count": None}])
    assert found.visits == (VisitWeek("US", 40, 2, 1),)


def test_where_a_day_is_told_of_the_whole_shop_its_products_are_not_counted_again(week):
    by_product = [{"traffic_date": TUESDAY, "product_id": name, "visit_count": count} for name, count in (("B1", 30), ("B2", 20))]
    assert week(traffic=[{}, {"product_id": "B1", "visit_count": 40}, *by_product]).visits == (VisitWeek("US", 100, 6, 2),)


def test_conversion_is_orders_by_visit_where_both_are_told(week):
    german, american = week(traffic=[{}, {"site": "DE", "order_count": None}]).visits
    assert (american.site, american.conversion) == ("US", 0.04)
    assert (german.visits, german.orders, german.conversion) == (50, None, None)


def test_a_client_that_saves_no_exports_has_no_section_and_one_that_saved_old_ones_has_their_date(week):
    assert week(ads_file=None, traffic_file=None) is None
    found = week(traffic_file=None)
    assert (found.ads, found.ads_file, found.traffic_file) == ((), SAVED.isoformat(), None)
