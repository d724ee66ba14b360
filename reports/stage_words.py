"""What stages, subjects and next actions are called in the reader's language."""

from __future__ import annotations

from reports.language import Language


def mode_name(mode: str, speak: Language) -> str:
    return {
        "b2b": speak.say("B2B trade"), "b2c": speak.say("Shops (B2C)"), "c2c": speak.say("Private seller (C2C)"),
        "agency": speak.say("Our service"),
    }[mode]


def stage_name(stage: str, speak: Language) -> str:
    return {
        "seller_verified": speak.say("Seller verified"), "listed": speak.say("Listed"), "promoted": speak.say("Promoted"),
        "inquiry": speak.say("Inquiry"), "negotiation": speak.say("Negotiation"), "contract": speak.say("Contract"),
        "deposit_paid": speak.say("Deposit paid"), "ordered": speak.say("Ordered"), "paid": speak.say("Paid"),
        "confirmed": speak.say("Payment confirmed"), "shipped": speak.say("Shipped"), "received": speak.say("Received"),
        "delivered": speak.say("Delivered"), "inspected": speak.say("Inspected"), "completed": speak.say("Completed"),
        "after_sales": speak.say("After-sales"), "reviewed": speak.say("Reviewed"), "agreement_signed": speak.say("Agreement signed"),
        "listings_managed": speak.say("Listings managed"), "served": speak.say("Orders and service"), "logistics": speak.say("Logistics"),
        "analysed": speak.say("Analysis and feedback"), "fee_settled": speak.say("Fee settled"),
    }[stage]


def counted(kind: str, n: int, speak: Language) -> str:
    """So many of one kind of subject."""
    return {
        "seller": speak.say_n("%(n)s account", "%(n)s accounts", n), "listing": speak.say_n("%(n)s listing", "%(n)s listings", n),
        "campaign": speak.say_n("%(n)s campaign", "%(n)s campaigns", n), "order": speak.say_n("%(n)s order", "%(n)s orders", n),
        "deal": speak.say_n("%(n)s deal", "%(n)s deals", n), "agreement": speak.say_n("%(n)s agreement", "%(n)s agreements", n),
        "month": speak.say_n("%(n)s month", "%(n)s months", n),
    }[kind]


def subject_name(kind: str, number: str, speak: Language) -> str:
    """One subject, as a person would look it up."""
    paper, _, rest = number.partition("/")
    if kind == "deal":
        words = {
            "inquiry": speak.say("Inquiry %(number)s", number=rest), "rfq": speak.say("Request for quotation %(number)s", number=rest),
            "quotation": speak.say("Quotation %(number)s", number=rest), "contract": speak.say("Contract %(number)s", number=rest),
        }
        return words.get(paper, number)
    if kind == "order":
        return speak.say("Order %(number)s", number=number)
    if kind == "month":
        return speak.month(number)
    return number


def next_action(mode: str, waits_for: str, speak: Language) -> str:
    """What a person does about a subject that has waited too long for a stage."""
    goods = speak.say("Follow the consignment with its carrier and tell the buyer the new date.")
    parcel = speak.say("Look the parcel up with its carrier; tell the buyer, and claim it as lost if nobody has it.")
    return {
        ("b2b", "negotiation"): speak.say("Answer the inquiry with a quotation."),
        ("b2b", "contract"): speak.say("Ask the buyer about the quotation; improve it or close the deal."),
        ("b2b", "deposit_paid"): speak.say("Ask for the deposit; production waits for it."),
        ("b2b", "paid"): speak.say("Ask for the balance, with the invoice and the shipping papers."),
        ("b2b", "shipped"): speak.say("Ask the factory when the goods are ready, and book the transport."),
        ("b2b", "received"): goods,
        ("b2b", "completed"): speak.say("Ask the buyer to accept the goods or to say what is wrong with them."),
        ("b2c", "paid"): speak.say("Remind the buyer to pay, or cancel the order and free its stock."),
        ("b2c", "shipped"): speak.say("Have it packed and handed over today; tell the buyer if it cannot be."),
        ("b2c", "delivered"): parcel,
        ("c2c", "paid"): speak.say("Remind the buyer to pay, or cancel the order and free its stock."),
        ("c2c", "shipped"): speak.say("Have it packed and handed over today; tell the buyer if it cannot be."),
        ("c2c", "received"): parcel,
        ("agency", "listings_managed"): speak.say("Check the shops' listings: none was read and proven in that month."),
        ("agency", "served"): speak.say("Check the night: no orders were read and proven in that month."),
        ("agency", "analysed"): speak.say("Send the month's report."),
        ("agency", "fee_settled"): speak.say("Send the month's fee statement and settle it."),
    }[mode, waits_for]


def exception_text(kind: str, stage: str, ref: str, speak: Language, papers: int = 1, *, is_due: bool = True) -> str:
    """What is wrong and what to do; a missing elder that so many papers name may still be on its way (``is_due`` false)."""
    if kind == "illegal_move":
        return speak.say(
            "“%(stage)s” is dated before “%(other)s”: it was not counted. Check the dates at the source.",
            stage=stage_name(stage, speak), other=stage_name(ref, speak),
        )
    paper, elder = (_paper(each, speak) for each in ref.split(" > "))
    words = {"paper": paper, "elder": elder, "n": papers - 1}
    if is_due and papers > 1:
        return speak.say(
            "%(elder)s has not come for 30 days; %(paper)s and %(n)s more name it. Ask for it, or correct the number.", **words
        )
    if is_due:
        return speak.say("%(paper)s names %(elder)s, which has not come for 30 days. Ask for it, or correct the number.", **words)
    if papers > 1:
        return speak.say(
            "%(elder)s has not come yet; %(paper)s and %(n)s more name it. Export or read it again, or correct the number.", **words
        )
    return speak.say("%(elder)s has not come yet; %(paper)s names it. Export or read it again, or correct the number.", **words)


def _paper(place: str, speak: Language) -> str:
    """``table/number`` as people call that paper."""
    table, _, number = place.partition("/")
    return {
        "inquiries": speak.say("Inquiry %(number)s", number=number), "rfqs": speak.say("Request for quotation %(number)s", number=number),
        "quotations": speak.say("Quotation %(number)s", number=number), "contracts": speak.say("Contract %(number)s", number=number),
        "trade_shipments": speak.say("Consignment %(number)s", number=number),
        "payments": speak.say("Payment %(number)s", number=number),
        "inspections": speak.say("Inspection %(number)s", number=number), "acceptances": speak.say("Acceptance %(number)s", number=number),
    }[table]
