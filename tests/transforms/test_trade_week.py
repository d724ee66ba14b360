"""Trade between businesses in one week, from rows small enough to check by eye."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from transforms.metrics import ClientFacts, Period, TradeAccount, trade_week
from transforms.metrics.trade import NEEDED
from transforms.schema import SchemaError
from transforms.tables import CANONICAL

WEEK = Period(date(2026, 11, 9), date(2026, 11, 16))
MONDAY = datetime(2026, 11, 9, 2, tzinfo=UTC)  # ten in the morning in Shanghai
BRAND = ClientFacts("harbor", "USD", "Asia/Shanghai", ())
ACCOUNTS = {"factory": TradeAccount("factory", "Asia/Shanghai"), "desk": TradeAccount("factory", "Asia/Shanghai")}
NOTHING = {
    "sku": None, "quantity": None, "inquiry_id": None, "quotation_id": None, "rfq_id": None, "contract_id": None, "signed_at": None,
    "paid_at": None, "delivered_at": None, "claim_minor": None, "rejected_quantity": None, "parent_id": None,
}  # fmt: skip


def days(n: float) -> datetime:
    return MONDAY + timedelta(days=n)


@pytest.fixture
def told(row, table_of):
    """``told(contracts=[{…}], …)``: the week of these rows; tables that are not given are empty."""

    def build(client=BRAND, accounts=ACCOUNTS, period=WEEK, **given):
        frames = {name: CANONICAL[name].empty() for name in NEEDED}
        rate = {"source": "ECB", "rate_date": date(2026, 11, 6)}
        given.setdefault("fx_rates", [rate | {"currency": "USD", "rate_per_eur": Decimal("1.25")}])
        for name, changes in given.items():
            table = CANONICAL[name]
            free = {key: value for key, value in NOTHING.items() if key in table.by_name and table.by_name[key].nullable}
            base = free | {"client": "harbor", "shop": "factory", "currency": "USD"}
            frames[name] = table_of(table, [row(table, **(base | dict(each))) for each in changes])
        return trade_week(client, frames, accounts, period)

    return build


def test_a_brand_without_any_paper_of_trade_has_no_week_of_trade(told):
    assert told() is None
    assert told(payments=[{"kind": "payment", "status": "completed", "paid_at": MONDAY}]) is None


def test_inquiries_quotations_and_contracts_count_on_their_day_in_the_clients_zone_in_half_open_weeks(told):
    at = [datetime(2026, 11, 8, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 8, 16, tzinfo=UTC), datetime(2026, 11, 15, 15, 59, tzinfo=UTC),
          datetime(2026, 11, 15, 16, tzinfo=UTC)]  # the last second before, the first instant, the last minute, the first after
    found = told(
        inquiries=[{"inquiry_id": str(n), "received_at": each, "status": "new"} for n, each in enumerate(at)],
        quotations=[{"quotation_id": str(n), "issued_at": each, "status": "sent"} for n, each in enumerate(at)],
        contracts=[{"contract_id": str(n), "created_at": each, "status": "signed", "total_minor": 10**n} for n, each in enumerate(at)],
    )
    assert (found.this.inquiries, found.this.quotations, found.this.contracts) == (2, 2, 2)
    assert found.this.signed.own == (("USD", 110),) and found.before.signed.own == (("USD", 1),)
    assert (found.before.inquiries, found.before.quotations, found.before.contracts) == (1, 1, 1)


def test_a_day_without_an_hour_stays_that_day_wherever_the_client_is(told):
    midnight = datetime(2026, 11, 8, 16, tzinfo=UTC)  # the Monday's start at the factory, Sunday afternoon in London
    london = ClientFacts("harbor", "USD", "Europe/London", ())
    both = [{"contract_id": "day", "created_at": midnight}, {"contract_id": "hour", "created_at": midnight + timedelta(hours=1)}]
    found = told(client=london, contracts=[each | {"status": "signed", "total_minor": 1} for each in both])
    assert (found.this.contracts, found.before.contracts) == (1, 1)


def test_drafts_spam_and_what_was_cancelled_count_nowhere_and_a_signing_beats_the_drawing_up(told):
    found = told(
        inquiries=[{"inquiry_id": "1", "received_at": MONDAY, "status": "spam"}],
        quotations=[{"quotation_id": "1", "issued_at": MONDAY, "status": "draft"}],
        contracts=[
            {"contract_id": "1", "created_at": MONDAY, "status": "draft"},
            {"contract_id": "2", "created_at": MONDAY, "status": "cancelled"},
            {"contract_id": "3", "created_at": days(-20), "signed_at": MONDAY, "status": "signed", "total_minor": 7},
            {"contract_id": "4", "created_at": MONDAY, "signed_at": days(-3), "status": "signed", "total_minor": 9},
        ],
    )
    this = found.this
    assert (this.inquiries, this.quotations, this.contracts, this.signed.own) == (0, 0, 1, (("USD", 7),))
    assert (found.before.contracts, found.before.signed.own) == (1, (("USD", 9),))


def test_answers_are_timed_in_the_week_they_went_out_by_the_first_quotation_of_whichever_account(told):
    asked = {"1": -4, "2": 0, "3": 1, "4": 2, "5": 2, "6": 2}
    words = {"4": "replied", "6": "closed"}
    found = told(
        inquiries=[
            {"inquiry_id": key, "received_at": days(day), "status": words.get(key, "new"), "shop": "desk"} for key, day in asked.items()
        ],
        quotations=[
            {"quotation_id": "A", "inquiry_id": "1", "issued_at": days(1), "status": "expired"},
            {"quotation_id": "B", "inquiry_id": "2", "issued_at": days(0.25), "status": "sent"},
            {"quotation_id": "C", "inquiry_id": "2", "issued_at": days(3), "status": "sent"},
            {"quotation_id": "D", "inquiry_id": "3", "issued_at": days(8), "status": "sent"},
            {"quotation_id": "E", "inquiry_id": "4", "issued_at": days(3), "status": "draft"},
        ],
        contracts=[{"contract_id": "K", "inquiry_id": "5", "created_at": days(4), "status": "signed"}],
    )
    this = found.this
    assert (this.inquiries, this.answered) == (5, 4), "2 and 3 by a quotation, 4 by its word, 5 by a contract"
    assert (this.answers, this.median_seconds) == (2, 6 * 3600), "1 after five days, 2 after six hours"
    assert (found.before.inquiries, found.before.answers, found.before.median_seconds) == (1, 0, None)


def test_an_answer_of_which_only_the_day_is_told_never_went_out_before_its_question(told):
    found = told(
        inquiries=[{"inquiry_id": "1", "received_at": MONDAY, "status": "new"}],
        quotations=[{"quotation_id": "A", "inquiry_id": "1", "issued_at": datetime(2026, 11, 8, 16, tzinfo=UTC), "status": "sent"}],
    )
    assert (found.this.answers, found.this.median_seconds) == (1, 0)


PARTS = [{"contract_id": "K", "milestone": "balance", "due_minor": 700, "status": "due"},
         {"contract_id": "K", "milestone": "deposit", "due_minor": 300, "status": "paid"}]  # fmt: skip


def paid(number: str, minor: int, at: datetime, **more) -> dict:
    facts = {"payment_id": number, "order_id": "K", "kind": "payment", "status": "completed", "amount_minor": minor, "paid_at": at}
    return facts | more


CONTRACT = {"contract_id": "K", "created_at": days(-30), "status": "deposit_paid", "total_minor": 1000}


def test_transfers_are_the_deposit_as_far_as_it_goes_and_the_balance_beyond(told):
    transfers = [paid("1", 200, days(-3)), paid("2", 250, days(1)), paid("3", 600, days(2), shop="desk"), paid("4", 50, days(9))]
    more = [paid("5", 11, days(1), status="pending"), paid("6", -9, days(1), kind="fee"), paid("7", 5, days(1), order_id=None)]
    more.append(paid("8", 13, days(1), status="reversed"))  # recalled
    found = told(contracts=[CONTRACT], payment_milestones=PARTS, payments=[*transfers, *more])
    assert (found.before.deposits.own, found.before.balances.own) == ((("USD", 200),), ())
    assert (found.this.deposits.own, found.this.balances.own) == ((("USD", 100),), (("USD", 755),)), "150 + 600, and 5 of no contract"
    assert found.this.received.own == (("USD", 855),)


def test_a_part_that_its_contract_dates_came_then_and_its_transfer_is_not_counted_again(told):
    dated = [PARTS[0], PARTS[1] | {"paid_at": days(2)}]
    transfers = [paid("1", 300, days(-3)), paid("2", 700, days(3))]  # the first was begun last week and was there this week
    found = told(contracts=[CONTRACT], payment_milestones=dated, payments=transfers)
    assert (found.before.received.own, found.this.deposits.own, found.this.balances.own) == ((), (("USD", 300),), (("USD", 700),))
    once = [{"contract_id": "K", "milestone": "full", "due_minor": 1000, "status": "paid", "paid_at": days(1)}]
    assert told(contracts=[CONTRACT], payment_milestones=once).this.balances.own == (("USD", 1000),)


def test_money_that_went_back_stands_apart_from_what_came(told):
    back = paid("2", -120, days(3), kind="refund")
    promised = paid("3", -50, days(3), kind="refund", status="pending")
    found = told(contracts=[CONTRACT], payment_milestones=PARTS, payments=[paid("1", 300, days(1)), back, promised])
    assert (found.this.received.own, found.this.returned.own) == ((("USD", 300),), (("USD", 120),))


def test_each_currency_stands_alone_and_one_without_a_rate_is_left_out_of_every_converted_sum(told):
    rates = [{"source": "ECB", "rate_date": date(2026, 11, 6), "currency": code, "rate_per_eur": Decimal(rate)}
             for code, rate in (("USD", "1.25"), ("CNY", "8"))]  # fmt: skip
    contracts = [
        {"contract_id": code, "created_at": MONDAY, "status": "signed", "total_minor": minor, "currency": code}
        for code, minor in (("USD", 1000), ("CNY", 64_000), ("EUR", 400), ("VND", 9_000_000))
    ]
    found = told(contracts=contracts, fx_rates=rates)
    assert found.this.signed.own == (("CNY", 64_000), ("EUR", 400), ("USD", 1000), ("VND", 9_000_000))
    assert found.this.signed.converted_minor == 10_000 + 500 + 1000
    assert found.unconverted == ("VND",) and [rate.currency for rate in found.rates] == ["CNY", "EUR"]


def test_goods_that_left_that_came_and_that_were_accepted(told):
    found = told(
        contracts=[CONTRACT],
        trade_shipments=[
            {"contract_id": "K", "shipment_id": "1", "status": "delivered", "shipped_at": days(-20), "delivered_at": days(1)},
            {"contract_id": "K", "shipment_id": "2", "status": "in_transit", "shipped_at": days(1)},
            {"contract_id": "K", "shipment_id": "3", "status": "cancelled", "shipped_at": days(1)},
            {"contract_id": "K", "shipment_id": "4", "status": "pending", "shipped_at": None},
        ],
        acceptances=[
            {"acceptance_id": "1", "contract_id": "K", "accepted_at": days(1)},
            {"acceptance_id": "2", "contract_id": "K", "accepted_at": days(2), "rejected_quantity": Decimal(3)},
            {"acceptance_id": "3", "contract_id": "K", "accepted_at": days(2), "claim_minor": 100},
            {"acceptance_id": "4", "contract_id": "K", "accepted_at": days(-1), "claim_minor": 100},
        ],
    )
    assert (found.this.shipped, found.this.arrived, found.this.accepted, found.this.claims) == (1, 1, 3, 2)
    assert (found.before.shipped, found.before.accepted, found.before.claims) == (0, 1, 1)


def test_papers_that_two_accounts_tell_of_one_deal_count_once_by_the_word_of_the_account_whose_deals_they_are(told):
    twice = [{"shop": "desk"}, {"shop": "factory"}]
    inquiry = {"inquiry_id": "1", "received_at": MONDAY, "status": "new"}
    quotation = {"quotation_id": "Q", "inquiry_id": "1", "issued_at": days(1), "status": "sent"}
    drawn = CONTRACT | {"created_at": MONDAY}
    contracts = [drawn | {"total_minor": minor, "shop": shop} for minor, shop in ((900, "desk"), (1000, "factory"))]
    full = {"contract_id": "K", "milestone": "full", "due_minor": 900, "status": "paid", "paid_at": days(2), "shop": "desk"}
    found = told(
        inquiries=[inquiry | each for each in twice], quotations=[quotation | each for each in twice], contracts=contracts,
        payment_milestones=[*PARTS, full], payments=[paid("1", 300, days(1)) | each for each in twice],
        trade_shipments=[{"contract_id": "K", "shipment_id": "1", "status": "delivered", "shipped_at": days(1)} | each for each in twice],
        acceptances=[{"acceptance_id": "1", "contract_id": "K", "accepted_at": days(1)} | each for each in twice],
    ).this
    assert (found.inquiries, found.answers, found.quotations, found.contracts, found.shipped, found.accepted) == (1, 1, 1, 1, 1, 1)
    assert (found.signed.own, found.received.own) == ((("USD", 1000),), (("USD", 300),))
    apart = {"factory": TradeAccount("factory", "Asia/Shanghai"), "desk": TradeAccount("desk", "Asia/Shanghai")}
    assert told(accounts=apart, contracts=contracts).this.contracts == 2, "two accounts' own"


def test_what_was_ever_told_is_known_and_the_rest_is_no_nought(told):
    old = days(-300)
    assert told(contracts=[CONTRACT]).told == ("contracts",)
    more = told(
        inquiries=[{"inquiry_id": "1", "received_at": old, "status": "new"}], payments=[paid("1", 300, old)],
        quotations=[{"quotation_id": "1", "issued_at": old, "status": "draft"}],
        trade_shipments=[{"contract_id": "K", "shipment_id": "1", "status": "in_transit", "shipped_at": old}],
    )
    assert more.told == ("inquiries", "received", "shipped")


def test_another_clients_rows_are_refused(told):
    with pytest.raises(SchemaError, match="another client"):
        told(contracts=[CONTRACT | {"client": "lumora"}])
