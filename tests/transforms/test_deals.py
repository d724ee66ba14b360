"""What links make of inquiries, quotations and contracts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.stages import CHAINS, StagedShop, derive
from transforms.stages.deal_proofs import deal_proofs, deal_standing, deal_waits
from transforms.stages.deals import TABLES, deals_of
from transforms.tables import CANONICAL

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
EMPTY = {name: CANONICAL[name].empty() for name in TABLES}
SHOP = StagedShop("harbor", "harbor_alibaba", "b2b", "Asia/Shanghai")


def days(n):
    return {"at": NOON + timedelta(days=n), "day": date(2026, 11, 10) + timedelta(days=n)}


@pytest.fixture
def papers(row, table_of):
    """``papers(contracts=[{…}], …)``: the tables of one shop, those not given empty."""

    def build(**given):
        plain = {"sku": None, "quantity": None, "inquiry_id": None, "rfq_id": None, "quotation_id": None}
        frames = dict(EMPTY)
        for name, changes in given.items():
            table = CANONICAL[name]
            base = {key: value for key, value in plain.items() if key in table.by_name and key not in table.key}
            base |= {"contract_id": None} if name == "quotations" else {}
            frames[name] = table_of(table, [row(table, **(base | dict(each))) for each in changes])
        return frames

    return build


def deals(frames):
    return deals_of(frames)


def test_two_inquiries_into_one_contract_are_one_deal_called_after_the_lesser(papers):
    frames = papers(
        inquiries=[{"inquiry_id": "2"}, {"inquiry_id": "1"}], quotations=[{"quotation_id": "Q", "inquiry_id": "2"}],
        contracts=[{"contract_id": "C", "quotation_id": "Q", "inquiry_id": "1"}],
    )
    assert set(deals(frames).values()) == {"inquiry/1"}


def test_a_contract_is_called_after_the_eldest_paper_it_has_stored_or_not(papers):
    assert deals(papers(contracts=[{"contract_id": "C"}])) == {"contract/C": "contract/C"}
    assert deals(papers(contracts=[{"contract_id": "C", "quotation_id": "Q"}]))["contract/C"] == "quotation/Q"
    named = deals(papers(contracts=[{"contract_id": "C", "quotation_id": "Q", "inquiry_id": "I"}]))
    stored = deals(papers(contracts=[{"contract_id": "C", "quotation_id": "Q", "inquiry_id": "I"}], inquiries=[{"inquiry_id": "I"}]))
    assert named == stored and named["contract/C"] == "inquiry/I"


def test_a_quotation_answered_twice_is_two_deals_and_the_first_contract_carries_what_went_before(papers):
    frames = papers(
        inquiries=[{"inquiry_id": "I"}], quotations=[{"quotation_id": "Q", "inquiry_id": "I"}],
        contracts=[{"contract_id": "B", "quotation_id": "Q", "created_at": NOON}, {"contract_id": "A", "quotation_id": "Q",
                   "created_at": NOON + timedelta(days=1)}],
    )  # fmt: skip
    assert deals(frames) == {"inquiry/I": "inquiry/I", "quotation/Q": "inquiry/I", "contract/B": "inquiry/I", "contract/A": "contract/A"}


def test_a_second_contract_of_one_inquiry_keeps_its_own_quotation(papers):
    frames = papers(
        quotations=[{"quotation_id": "Q1", "inquiry_id": "I"}, {"quotation_id": "Q2", "inquiry_id": "I"}],
        contracts=[{"contract_id": "C1", "quotation_id": "Q1"}, {"contract_id": "C2", "quotation_id": "Q2"}],
    )
    found = deals(frames)
    assert (found["contract/C1"], found["contract/C2"], found["quotation/Q2"]) == ("inquiry/I", "quotation/Q2", "quotation/Q2")


def test_quotations_that_came_to_nothing_stay_with_their_inquiry(papers):
    frames = papers(
        inquiries=[{"inquiry_id": "I"}], contracts=[{"contract_id": "C", "quotation_id": "Q1"}],
        quotations=[{"quotation_id": "Q1", "inquiry_id": "I"}, {"quotation_id": "Q2", "inquiry_id": "I"}],
    )
    assert deals(frames)["quotation/Q2"] == "inquiry/I"


def test_a_request_is_a_deal_only_once_it_is_answered(papers):
    unanswered = papers(rfqs=[{"rfq_id": "R"}])
    assert deals(unanswered) == {} and len(deal_proofs(unanswered, SHOP)) == 0
    asked_back = papers(
        rfqs=[{"rfq_id": "R"}], inquiries=[{"inquiry_id": "I"}], quotations=[{"quotation_id": "Q", "rfq_id": "R", "inquiry_id": "I"}]
    )
    assert set(deals(asked_back).values()) == {"inquiry/I"}


def test_every_stage_of_a_deal_with_the_column_that_proves_it(papers):
    frames = papers(
        inquiries=[{"inquiry_id": "I", "received_at": NOON, "received_date": date(2026, 11, 10), "status": "replied"}],
        quotations=[{"quotation_id": "Q", "inquiry_id": "I", "issued_at": days(1)["at"], "issued_date": days(1)["day"], "status": "sent"}],
        contracts=[{"contract_id": "C", "quotation_id": "Q", "signed_at": days(4)["at"], "created_at": days(3)["at"], "status": "shipped"}],
        payment_milestones=[
            {"contract_id": "C", "milestone": "deposit", "status": "paid", "paid_at": days(5)["at"]},
            {"contract_id": "C", "milestone": "balance", "status": "paid", "paid_at": days(20)["at"]},
        ],
        trade_shipments=[
            {"contract_id": "C", "shipment_id": "1", "status": "delivered", "shipped_at": days(12)["at"], "delivered_at": days(40)["at"]},
            {"contract_id": "C", "shipment_id": "2", "status": "delivered", "shipped_at": days(14)["at"], "delivered_at": days(45)["at"]},
            {"contract_id": "C", "shipment_id": "3", "status": "cancelled"},
        ],
        inspections=[
            {"inspection_id": "1", "contract_id": "C", "result": "fail", "inspected_at": days(9)["at"], "inspected_date": days(9)["day"]},
            {"inspection_id": "2", "contract_id": "C", "result": "pass", "inspected_at": days(11)["at"], "inspected_date": days(11)["day"]},
        ],
        acceptances=[{"acceptance_id": "1", "contract_id": "C", "accepted_at": days(46)["at"], "accepted_date": days(46)["day"]}],
    )
    derived = derive(CHAINS["b2b"], SHOP, deal_proofs(frames, SHOP), deal_waits(frames))
    told = {row.stage: ((row.entered_date - date(2026, 11, 10)).days, row.evidence) for row in derived.events.itertuples()}
    assert set(derived.events["subject_id"]) == {"inquiry/I"} and not len(derived.exceptions)
    assert told == {
        "inquiry": (0, "inquiries.received_at"), "negotiation": (1, "quotations.issued_at"), "contract": (4, "contracts.signed_at"),
        "deposit_paid": (5, "payment_milestones.paid_at"), "paid": (20, "payment_milestones.paid_at"),
        "shipped": (12, "trade_shipments.shipped_at"), "received": (45, "trade_shipments.delivered_at"),
        "inspected": (11, "inspections.inspected_at"), "completed": (46, "acceptances.accepted_at"),
    }


def test_a_deposit_alone_is_not_the_money_and_a_draft_is_no_contract(papers):
    frames = papers(
        contracts=[{"contract_id": "C", "status": "draft", "signed_at": None}],
        payment_milestones=[{"contract_id": "C", "milestone": "deposit", "status": "paid", "paid_at": NOON}],
    )
    assert set(deal_proofs(frames, SHOP)["stage"]) == {"deposit_paid"}


def test_what_a_contract_does_not_tell_of_its_money_the_transfers_do(papers):
    parts = [
        {"contract_id": "C", "milestone": "balance", "status": "paid", "paid_at": None, "due_minor": 700, "currency": "USD"},
        {"contract_id": "C", "milestone": "deposit", "status": "paid", "paid_at": None, "due_minor": 300, "currency": "USD"},
    ]
    plain = {"order_id": "C", "kind": "payment", "status": "completed", "currency": "USD"}

    def told(*transfers, milestones=parts):
        rows = [{**plain, "payment_id": str(n), "paid_at": days(n)["at"], **each} for n, each in enumerate(transfers, 1)]
        found = deal_proofs(papers(contracts=[{"contract_id": "C", "status": "draft"}], payment_milestones=milestones, payments=rows), SHOP)
        return {row.stage: ((row.entered_at - NOON).days, row.evidence) for row in found.itertuples()}

    listed = "payments.paid_at"
    assert told({"amount_minor": 300}, {"amount_minor": 700}) == {"deposit_paid": (1, listed), "paid": (2, listed)}
    assert told({"amount_minor": 200}, {"amount_minor": 100}, {"amount_minor": 699}) == {"deposit_paid": (2, listed)}
    assert told({"amount_minor": 1000}) == {"deposit_paid": (1, listed), "paid": (1, listed)}
    strangers = [{"currency": "EUR"}, {"kind": "refund"}, {"status": "pending"}, {"order_id": "D"}, {"order_id": None}]
    assert told(*({"amount_minor": 1000, **each} for each in strangers)) == {}
    own = [{**parts[1], "paid_at": days(4)["at"]}]
    assert told({"amount_minor": 300}, milestones=[*own, parts[0]]) == {"deposit_paid": (4, "payment_milestones.paid_at")}
    called_off = [{**each, "status": "cancelled"} for each in parts]
    assert told({"amount_minor": 1000}, milestones=called_off) == {"deposit_paid": (1, listed)}


def test_goods_of_a_contract_nobody_knows_are_a_deal_that_waits_for_it(papers):
    frames = papers(trade_shipments=[{"contract_id": "C", "shipment_id": "1", "shipped_at": NOON, "seen_at": NOON}])
    assert set(deal_proofs(frames, SHOP)["subject_id"]) == {"contract/C"}
    (wait,) = deal_waits(frames).to_dict("records")
    assert (wait["subject_id"], wait["stage"], wait["ref"]) == ("contract/C", "contract", "trade_shipments/C/1 > contracts/C")


def test_money_for_a_contract_nobody_knows_waits_for_it_too(papers):
    (wait,) = deal_waits(papers(payments=[{"payment_id": "P", "order_id": "C"}])).to_dict("records")
    assert (wait["subject_id"], wait["stage"], wait["ref"]) == ("contract/C", "contract", "payments/P > contracts/C")
    assert len(deal_waits(papers(payments=[{"payment_id": "P", "order_id": None}]))) == 0, "a charge of the bank is about no contract"


def test_a_deal_stands_where_its_contract_does_and_is_over_without_one_only_when_every_paper_is(papers):
    def word(**given):
        return dict(deal_standing(papers(**given))[["subject_id", "status"]].itertuples(index=False))

    lost, sent = {"quotation_id": "1", "inquiry_id": "I", "status": "rejected"}, {"quotation_id": "2", "inquiry_id": "I", "status": "sent"}
    inquiry = {"inquiry_id": "I", "status": "replied"}
    assert word(inquiries=[inquiry]) == {"inquiry/I": "replied"}
    assert word(inquiries=[inquiry], quotations=[lost]) == {"inquiry/I": "rejected"}
    assert word(inquiries=[inquiry], quotations=[lost, sent]) == {"inquiry/I": "open"}
    signed = [{"contract_id": "C", "inquiry_id": "I", "status": "signed"}]
    assert word(inquiries=[inquiry], quotations=[lost], contracts=signed) == {"inquiry/I": "signed"}


def test_a_quotation_that_names_its_contract_leads_it_to_its_inquiry_and_waits_for_it(papers):
    """A platform's order names no quotation; the sales people's list names the order (mistyped: nobody would notice otherwise)."""
    offer = {"quotation_id": "Q", "inquiry_id": "I", "contract_id": "C", "status": "accepted"}
    inquiry = {"inquiry_id": "I", "status": "replied"}
    early = papers(inquiries=[inquiry], quotations=[offer])
    whole = papers(inquiries=[inquiry], quotations=[offer], contracts=[{"contract_id": "C", "status": "signed"}])
    assert deals(early) == deals(whole) and set(deals(whole).values()) == {"inquiry/I"}
    assert list(deal_waits(early)["ref"]) == ["quotations/Q > contracts/C"] and len(deal_waits(whole)) == 0
    assert dict(standing(whole)) == {"inquiry/I": "signed"}
    other = {"quotation_id": "P", "inquiry_id": "J", "status": "sent"}
    found = deals(papers(quotations=[offer, other], contracts=[{"contract_id": "C", "quotation_id": "P"}]))
    assert set(found.values()) == {"inquiry/I"}, "named from both sides: one contract, one deal"


def test_what_milestones_say_came_is_done_though_nobody_tells_when_and_goods_that_left_are_no_money(papers):
    def done(*parts, status="shipped"):
        money = [{"contract_id": "C", "milestone": name, "status": word, "paid_at": None} for name, word in parts]
        frames = papers(contracts=[{"contract_id": "C", "status": status}], payment_milestones=money)
        return deal_standing(frames)["done"].item()

    assert done(("deposit", "paid"), ("balance", "due")) == "deposit_paid"
    assert done(("deposit", "paid"), ("balance", "paid")) == done(("deposit", "frozen"), ("balance", "paid")) == "deposit_paid,paid"
    assert done(("full", "paid")) == "paid" and done(("full", "refunded")) == done(("deposit", "cancelled"), ("full", "due")) == ""


def test_a_request_that_another_seller_won_ends_the_deal(papers):
    offer = {"quotation_id": "Q", "rfq_id": "R", "status": "sent"}
    assert dict(standing(papers(rfqs=[{"rfq_id": "R", "status": "lost"}], quotations=[offer]))) == {"rfq/R": "rejected"}
    assert dict(standing(papers(rfqs=[{"rfq_id": "R", "status": "expired"}], quotations=[offer]))) == {"rfq/R": "open"}


def standing(frames):
    return deal_standing(frames)[["subject_id", "status"]].itertuples(index=False, name=None)


def test_papers_that_count_their_days_in_two_zones_forbid_each_other_nothing(papers):
    """An inquiry of 7 in the morning in Shanghai, and a contract of half an hour later, which in Los Angeles is still the day before."""
    asked, signed = datetime(2026, 11, 10, 23, tzinfo=UTC), datetime(2026, 11, 10, 23, 30, tzinfo=UTC)
    frames = papers(
        inquiries=[{"inquiry_id": "I", "received_at": asked, "received_date": date(2026, 11, 11), "status": "replied"}],
        contracts=[{"contract_id": "C", "inquiry_id": "I", "signed_at": signed, "created_at": signed, "status": "signed"}],
    )
    west = StagedShop("harbor", "harbor_alibaba", "b2b", "America/Los_Angeles")
    derived = derive(CHAINS["b2b"], west, deal_proofs(frames, west), deal_waits(frames))
    assert list(derived.events["stage"]) == ["contract", "inquiry"] and not len(derived.exceptions)
    signed_at = frames["contracts"]["signed_at"] - timedelta(hours=1)
    frames["contracts"] = frames["contracts"].assign(signed_at=signed_at)
    derived = derive(CHAINS["b2b"], west, deal_proofs(frames, west), deal_waits(frames))
    assert list(derived.events["stage"]) == ["inquiry"] and list(derived.exceptions["ref"]) == ["inquiry"]


def test_what_is_withdrawn_later_leaves_what_happened_and_a_failed_inspection_counts_from_the_one_that_passed(papers):
    frames = papers(
        contracts=[{"contract_id": "C", "status": "cancelled", "signed_at": days(1)["at"]}, {"contract_id": "D", "status": "cancelled",
                   "signed_at": None}],
        payment_milestones=[
            {"contract_id": "C", "milestone": "deposit", "status": "refunded", "paid_at": days(2)["at"]},
            {"contract_id": "C", "milestone": "balance", "status": "cancelled", "paid_at": None},
        ],
        trade_shipments=[{"contract_id": "C", "shipment_id": "1", "status": "cancelled", "shipped_at": days(4)["at"]}],
        inspections=[
            {"inspection_id": str(n), "contract_id": "C", "result": result, "inspected_at": days(n)["at"], "inspected_date": days(n)["day"]}
            for n, result in ((3, "fail"), (5, "pending"), (6, "conditional"), (8, "pass"))
        ],
    )  # fmt: skip
    found = derive(CHAINS["b2b"], SHOP, deal_proofs(frames, SHOP), deal_waits(frames)).events
    assert dict(zip(found["stage"], found["entered_at"], strict=True)) == {
        "contract": days(1)["at"], "deposit_paid": days(2)["at"], "inspected": days(6)["at"],
    }  # fmt: skip
    assert set(found["subject_id"]) == {"contract/C"}, "what was called off unsigned never began"


some = st.sampled_from
quotation = st.fixed_dictionaries({
    "quotation_id": some("pqr"), "inquiry_id": some(["1", "2", None]), "rfq_id": some(["7", None]), "contract_id": some(["A", "B", None]),
})  # fmt: skip
contract = st.fixed_dictionaries({
    "contract_id": some("ABC"), "quotation_id": some(["p", "q", "r", None]), "inquiry_id": some(["1", "2", None]),
    "created_at": st.integers(0, 2).map(lambda n: NOON + timedelta(days=n)),
})  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(some("12")), st.lists(quotation, max_size=3, unique_by=lambda each: each["quotation_id"]),
    st.lists(contract, max_size=3, unique_by=lambda each: each["contract_id"]), st.randoms(use_true_random=False),
)
def test_whatever_the_links_every_paper_has_one_deal_every_deal_one_contract_and_row_order_says_nothing(
    papers, inquiries, quotations, contracts, shuffler
):
    asked = [{"inquiry_id": number} for number in sorted(inquiries)]
    frames = papers(inquiries=asked, quotations=quotations, contracts=contracts)
    found = deals(frames)
    own = [found[f"contract/{each['contract_id']}"] for each in contracts]
    assert len(set(own)) == len(own)
    assert {f"inquiry/{number}" for number in inquiries} | {f"quotation/{each['quotation_id']}" for each in quotations} <= set(found)
    assert all(found[deal] == deal for deal in found.values()), "a deal is called after one of its own papers"
    for each in (quotations, contracts):
        shuffler.shuffle(each)
    shuffled = papers(inquiries=asked[::-1], quotations=quotations, contracts=contracts)
    assert deals(shuffled) == found
    one, other = (derive(CHAINS["b2b"], SHOP, deal_proofs(each, SHOP), deal_waits(each)) for each in (frames, shuffled))
    pd.testing.assert_frame_equal(one.events, other.events)
    pd.testing.assert_frame_equal(one.exceptions, other.exceptions)
