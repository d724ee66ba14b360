"""What a report says beside sales: parcels, payments without their other side, advertising and visits."""

from __future__ import annotations

import json
import re

import pytest
import report_beside as beside
import report_weeks as weeks
from report_beside import lost
from test_weekly import words

from reports.facts import Beside
from reports.weekly import LARGEST_BYTES, build
from transforms.promised import PromisedWeek


def report(more: Beside, language="en", metrics=None):
    metrics = metrics or weeks.lumora()
    return build(metrics, weeks.LUMORA, weeks.certificates(metrics), language, weeks.lumora_changes(), more)


def said(more: Beside, language="en") -> str:
    return words(report(more, language).html).replace("\xa0", " ")


def test_a_weeks_parcels_are_told_with_times_and_those_nobody_hears_of():
    text = said(Beside(beside.delivery()))
    assert "Sent this week 120 Arrived this week 98 Half of them took at most 3.2 days Nine in ten took at most 6 days" in text
    assert "On their way now 51 No news for 7 days or more 4 longest since Nov 2" in text
    assert "1Z999AA10123456782 Amazon (United States) · order 114-2 since Nov 2" in text
    assert "Whether 3 older parcels have arrived is not told" in text and "As known on Nov 16 11:00." in text


def test_a_week_without_parcels_is_told_in_words_and_shows_no_nought_and_no_percentage():
    text = said(Beside(beside.delivery(**beside.NOTHING)))
    part = text[text.index("No parcel is known to have left"):text.index("As known on")]
    assert not re.search(r"[0%]", part) and "Sent this week" not in text
    assert "没有已知的包裹发出或送达" in said(Beside(beside.delivery(**beside.NOTHING)), "zh")


def test_arrivals_without_a_known_start_have_no_time_and_say_why():
    text = said(Beside(beside.delivery(timed=0, median_seconds=None, p90_seconds=None, silent=0, silent_since=None, named=())))
    assert "How long they took is not known" in text and "took at most" not in text
    assert "No parcel has been without news for 7 days or more." in text


def test_promised_days_are_told_where_there_are_promises_with_how_many_orders_they_are():
    text = said(beside.full())
    assert "Came by the promised day 92% 46 of 50 orders" in text and "Whether 4 orders came by their promised day is not known." in text
    none = said(Beside(beside.delivery(), PromisedWeek(0, 0, 3)))
    assert "Came by the promised day" not in none and "Whether 3 orders came by their promised day is not known." in none
    assert "promised" not in said(Beside(beside.delivery()))


def test_arrivals_without_a_day_are_told_apart():
    text = said(Beside(beside.delivery(undated=2)))
    assert "Of 2 parcels their shops say that they arrived, but not when: they are in none of the figures." in text


def test_one_day_is_one_day():
    assert "Half of them took at most 1 day Nine" in said(Beside(beside.delivery(median_seconds=86_400)))


def test_unmatched_money_is_listed_with_counts_and_amounts_per_currency():
    text = said(Beside(payments=beside.full().payments))
    assert "Paid, but no shop has such an order (PayPal) INV-1, INV-2, INV-3 $129.90 3 payments" in text
    assert "€0.99 3 payments" in text
    assert "Amazon (United States) says paid by PayPal, which knows no such payment 1001 $129.90 1 payment" in text
    assert "may be an invoice of your own, sold outside the shops. PayPal is read completely until Nov 16 06:00." in text


def test_payments_that_all_match_are_told_in_one_sentence_and_an_unread_service_is_confessed():
    assert "All 41 payments of this week at PayPal belong to orders" in said(Beside(payments=beside.payments()))
    text = said(Beside(payments=beside.payments(compared=0, until=None)))
    assert "No payment of this week is known at PayPal." in text and "whether orders lack their payment cannot be told" in text


def test_advertising_is_told_by_network_and_currency_with_the_age_of_the_newest_file():
    text = said(Beside(promotion=beside.promotion()))
    assert "Amazon Ads ACOS 25% · ROAS 4 $1,200.00 spent $4,800.00 attributed sales" in text
    assert "Meta 5 of 7 days $500.00 spent attributed sales not told" in text
    assert "United States 4.9% of visits became orders 8,123 visits 402 orders" in text
    assert "Germany 2,000 visits orders not told" in text
    assert "Advertising: newest export of Nov 15, 1 day ago. Visits: newest export of Nov 16, today." in text


def test_an_old_export_says_that_it_tells_nothing_of_the_week():
    text = said(Beside(promotion=beside.promotion(ads=(), visits=(), traffic_file=None, ads_file="2026-11-02T09:00:00+00:00")))
    assert "Advertising: newest export of Nov 2, 14 days ago; it tells nothing of this week." in text
    assert "spent" not in text and "Visits" not in text.replace("Advertising and visits", "")


def test_a_client_that_has_none_of_it_has_none_of_the_sections():
    text = said(Beside())
    assert not re.search("Parcels|Payments and orders|Advertising and visits", text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_text_alternative_and_the_data_say_the_same(language):
    whole = report(beside.full(), language)
    for part in ("1Z999AA10123456782", "INV-1", "Amazon Ads", "8,123", "1001"):
        assert part in whole.text and part in words(whole.html)
    assert "<" not in whole.text and "&" not in whole.text
    data = json.loads(json.dumps(whole.data))
    assert (data["delivery"]["sent"], data["payments"]["compared"], data["promotion"]["ads"][0]["spend_minor"]) == (120, 41, 120_000)


def test_what_a_list_has_no_room_for_is_counted():
    many = [lost(currency=code) for code in ("AUD", "CAD", "EUR", "GBP", "JPY", "SGD", "THB", "USD")]
    text = said(Beside(payments=beside.payments(*many)))
    assert text.count("3 payments") == 6 and "and 2 more lines" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_longest_lists_of_every_section_and_of_the_report_itself_still_arrive_uncut(language):
    assert len(report(beside.unkind(), language, weeks.longest()).html.encode()) < LARGEST_BYTES
