"""Changes to earlier weeks, as a brand's owner reads them."""

from __future__ import annotations

import pytest
import report_weeks as weeks
from test_weekly import words

from reports.restated import MOST_SHOPS
from reports.weekly import LARGEST_BYTES, build
from transforms.metrics import Restated

SHOP = "lumora_amazon_us"


def report(restated, language="en", metrics=None):
    metrics = metrics or weeks.week()
    return build(metrics, weeks.LUMORA, weeks.certificates(metrics), language, restated)


def dollars(refunds=0, orders=10, gross=100_000, **more):
    return weeks.figures(weeks.money(gross=gross * 7, refunds=refunds * 7, orders=orders),
                         (weeks.money("USD", gross, 5_000, refunds, orders),), orders, **more)


LATE_REFUND = weeks.compared((weeks.told({SHOP: dollars()}), {SHOP: dollars(6_900)}))


def test_a_late_refund_shows_its_week_its_shop_from_what_to_what_and_why_in_both_languages():
    said = words(report(LATE_REFUND).html).replace("\xa0", " ")
    assert "Nov 2 – 8, 2026" in said
    assert "Amazon (United States) refunds were completed since" in said
    assert "Net sales $950.00 → $881.00" in said
    assert "Refunds $0 → $69.00" in said
    assert "Net sales of all shops: CN¥6,950 → CN¥6,467" in said
    assert "Besides, refunds of $69.00 were completed since for returns of earlier weeks" in said
    chinese = words(report(LATE_REFUND, "zh").html).replace("\xa0", " ")
    for part in ("对前几周的更正", "2026年11月2日至8日", "后来完成退款", "退款 US$0 → US$69.00", "之后又退款 US$69.00"):
        assert part in chinese


def test_the_change_is_told_at_the_top_and_stands_apart_from_this_week():
    said = report(LATE_REFUND)
    assert said.data["story"][-1].startswith("Earlier weeks have changed since by −CN¥483 in net sales")
    assert said.data["headline"] == report(Restated()).data["headline"]
    assert said.data["metrics"] == report(Restated()).data["metrics"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_text_alternative_tells_every_change(language):
    text = report(weeks.lumora_changes(), language, weeks.lumora()).text.replace("\xa0", " ")
    for part in ("697.00 → US$766.00", "SGD 3,453.00 → SGD 3,643.00", "55 → 57", "60 → 63"):
        assert (part if language == "zh" else part.replace("US$", "$")) in text
    assert "\n\n\n" not in text


def test_the_first_report_has_nothing_to_compare_and_a_later_one_says_that_nothing_changed():
    assert "earlier" not in words(report(Restated()).html).lower().replace("earlier weeks", "earlier")
    said = words(report(weeks.compared((weeks.told({SHOP: dollars()}), {SHOP: dollars()}))).html)
    assert "Changes to earlier weeks Nothing in the earlier reports has changed since." in said


def test_what_no_figure_shows_is_kept_and_not_told():
    said = report(weeks.compared((weeks.told({SHOP: dollars()}), {SHOP: dollars(cancelled=1)})))
    assert "Nothing in the earlier reports has changed since." in words(said.html)
    assert said.data["restated"][0]["shops"][0]["now"]["cancelled"] == 1


def test_a_week_without_a_report_is_told_whole():
    missed = weeks.compared((weeks.told({}, was_reported=False), {SHOP: dollars(1_000)}))
    said = words(report(missed).html)
    assert "no report was sent for this week" in said
    assert "Orders – → 10" in said
    assert "Net sales of all shops: – → CN¥6,880" in said


def test_a_week_told_in_another_currency_has_no_sum_of_both():
    euros = weeks.figures(weeks.money("EUR", 90_000), (weeks.money("USD", 100_000, 5_000, 0),))
    said = report(weeks.compared((weeks.told({SHOP: euros}), {SHOP: dollars(6_900)})))
    assert said.data["story"][-1].startswith("Figures of earlier weeks have changed")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_more_changes_than_fit_are_summed_and_the_mail_still_arrives_uncut(language):
    pairs = [(weeks.told({SHOP: dollars()}, ago), {SHOP: dollars(6_900)}) for ago in range(1, MOST_SHOPS + 4)]
    said = report(weeks.compared(*pairs), language, weeks.lumora())
    assert len(said.html.encode()) < LARGEST_BYTES
    left_out = "and 3 more, together with −CN¥1,449 in net sales" if language == "en" else "另有 3 项，净销售额合计 −¥1,449"
    assert left_out in words(said.html)
    assert left_out in said.text
    assert len(said.data["restated"]) == MOST_SHOPS + 3


def test_returns_not_settled_yet_are_announced():
    said = words(report(Restated(), metrics=weeks.week(unsettled_returns=2)).html)
    assert "2 returns of this week are not settled yet; refunds would show in a later report" in said
