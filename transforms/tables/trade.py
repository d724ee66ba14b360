"""Trade between businesses: from the first inquiry to the inspected goods.

Quantities are exact decimals (2.5 tonnes), and so are unit prices (0.0325 a piece): both are finer than a currency's minor
unit. Amounts that are paid are minor units as everywhere. A row names its elders (inquiry → quotation → contract → milestone,
shipment, inspection, acceptance) where its source does; whether they are there is the links' business, not the key's: an
export of a contract may come weeks before the one of its quotation.
"""

from transforms.schema import Column, Kind, Table

_CONTRACT_ID = Column("contract_id", Kind.TEXT, "The contract's number (proforma invoice; at Alibaba.com the trade assurance order).")
_CURRENCY = Column("currency", Kind.TEXT, "ISO 4217 of every amount and price in the row.")
_MAYBE_CURRENCY = Column("currency", Kind.TEXT, "ISO 4217 of every amount and price in the row.", nullable=True)
_QUANTITY = Column("quantity", Kind.RATE, "How many `unit`s; exact.", nullable=True)
_UNIT = Column("unit", Kind.TEXT, "Piece, set, tonne …, as the source writes it.", nullable=True)
_UNIT_PRICE = Column("unit_price", Kind.RATE, "Price of one `unit` in `currency`, in whole units of it; exact.", nullable=True)
_STATUS_RAW = Column("status_raw", Kind.TEXT, "The source's own word.", nullable=True)
_BUYER_KEY = Column(
    "buyer_key", Kind.TEXT, "Keyed hash of the buyer's identity, the same for the same buyer at one source within a client.", nullable=True,
)
_BUYER_COUNTRY = Column("buyer_country", Kind.TEXT, "Where the buyer is, ISO 3166-1 alpha-2.", nullable=True)
_INQUIRY_ID = Column("inquiry_id", Kind.TEXT, "The inquiry it answers, where told.", nullable=True)
_RFQ_ID = Column("rfq_id", Kind.TEXT, "The request for quotation it answers, where told.", nullable=True)
_INCOTERM = Column("incoterm", Kind.TEXT, "Delivery term (FOB, CIF …), upper case.", nullable=True)
_PAYMENT_TERMS = Column("payment_terms", Kind.TEXT, "As agreed (T/T 30/70, L/C …).", nullable=True)
_PORT = Column("port", Kind.TEXT, "Port or place the delivery term names.", nullable=True)


def _money(name: str, doc: str) -> Column:
    return Column(name, Kind.MINOR, f"{doc} Minor units of `currency`; null where not told.", nullable=True)


def _moment(stem: str, doc: str, nullable: bool = False) -> tuple[Column, Column]:
    return (
        Column(f"{stem}_at", Kind.INSTANT, f"{doc} (where only a day is told: that day's start in the account's zone).", nullable),
        Column(f"{stem}_date", Kind.DAY, "The same as a calendar day in the account's zone.", nullable),
    )


INQUIRIES = Table(
    name="inquiries",
    grain="One question one buyer sent about one thing, by whatever road.",
    key=("inquiry_id",),
    body=(
        Column("inquiry_id", Kind.TEXT, "The platform's number; else a hash of what makes the inquiry itself."),
        *_moment("received", "When it came"),
        Column("subject", Kind.TEXT, "Its subject line."),
        Column("source", Kind.TEXT, "What it came out of.", allowed=("inquiry", "rfq", "trade_show")),
        Column("status", Kind.TEXT, "Where it stands.", allowed=("new", "read", "replied", "closed", "spam")),
        _STATUS_RAW, _BUYER_KEY, _BUYER_COUNTRY,
        Column("sku", Kind.TEXT, "The supplier's own model number, where told.", nullable=True),
        Column("product_name", Kind.TEXT, "What is asked for.", nullable=True),
        _QUANTITY, _UNIT, _MAYBE_CURRENCY,
        Column("target_price", Kind.RATE, "Price of one `unit` the buyer has in mind, in whole units of `currency`; exact.", nullable=True),
        Column("assigned_to", Kind.TEXT, "Who of the seller's people has it.", nullable=True),
    ),
)

RFQS = Table(
    name="rfqs",
    grain="One request for quotation a buyer posted to many sellers.",
    key=("rfq_id",),
    body=(
        Column("rfq_id", Kind.TEXT, "The platform's number."),
        *_moment("posted", "When it was posted"),
        Column("expires_at", Kind.INSTANT, "Until when it takes quotations.", nullable=True),
        Column("subject", Kind.TEXT, "Its subject line."),
        Column("status", Kind.TEXT, "Where it stands for us.", allowed=("open", "quoted", "won", "lost", "expired")),
        _STATUS_RAW,
        Column("category", Kind.TEXT, "The platform's category.", nullable=True),
        _BUYER_COUNTRY,
        Column("destination_country", Kind.TEXT, "Where the goods go, ISO 3166-1 alpha-2.", nullable=True),
        _QUANTITY, _UNIT, _INCOTERM, _PAYMENT_TERMS, _MAYBE_CURRENCY,
        Column("target_price", Kind.RATE, "Price of one `unit` the buyer has in mind, in whole units of `currency`; exact.", nullable=True),
        Column("quotes_left", Kind.INTEGER, "How many more quotations it takes.", nullable=True),
    ),
)

QUOTATIONS = Table(
    name="quotations",
    grain="One offer made to one buyer.",
    key=("quotation_id",),
    body=(
        Column("quotation_id", Kind.TEXT, "The seller's quotation number, or the platform's."),
        _INQUIRY_ID, _RFQ_ID,
        Column("contract_id", Kind.TEXT, "The contract it became, where the list of quotations tells.", nullable=True),
        *_moment("issued", "When it was made"),
        Column("valid_until_date", Kind.DAY, "Last day it holds.", nullable=True),
        Column("status", Kind.TEXT, "Where it stands.", allowed=("draft", "sent", "accepted", "rejected", "expired")),
        _STATUS_RAW, _CURRENCY,
        _money("total_minor", "Sum of its lines, where they all have a price and a quantity."),
        _PAYMENT_TERMS,
    ),
)

QUOTATION_LINES = Table(
    name="quotation_lines",
    grain="One line of one quotation.",
    key=("quotation_id", "line_id"),
    parent="quotations",
    parent_key=("quotation_id",),
    body=(
        Column("quotation_id", Kind.TEXT, "The quotation."),
        Column("line_id", Kind.TEXT, "The line's number."),
        Column("sku", Kind.TEXT, "The supplier's own model number.", nullable=True),
        Column("description", Kind.TEXT, "What is offered.", nullable=True),
        _QUANTITY, _UNIT, _CURRENCY, _UNIT_PRICE,
        Column("minimum_quantity", Kind.RATE, "Least quantity the price holds for; exact.", nullable=True),
        _money("total_minor", "quantity times unit price."),
        _INCOTERM, _PORT,
        Column("lead_time_days", Kind.INTEGER, "Days from the deposit to the goods being ready.", nullable=True),
    ),
)

CONTRACT_STATUSES = (
    "draft",  # not agreed by both yet
    "signed",  # agreed, no money yet
    "deposit_paid", "in_production", "ready",
    "paid",  # in full, nothing shipped yet
    "partially_shipped", "shipped", "completed",
    "cancelled", "disputed",
    "on_hold",  # a change of the contract waits for the other side
)

CONTRACTS = Table(
    name="contracts",
    grain="One trade contract with one buyer (proforma invoice, purchase order, trade assurance order).",
    key=("contract_id",),
    body=(
        _CONTRACT_ID,
        Column("quotation_id", Kind.TEXT, "The quotation it follows, where told.", nullable=True),
        _INQUIRY_ID,
        Column("status", Kind.TEXT, "Where it stands.", allowed=CONTRACT_STATUSES),
        Column("status_raw", Kind.TEXT, "The source's own word(s), joined by a comma."),
        *_moment("created", "When it was drawn up"),
        Column("signed_at", Kind.INSTANT, "When both sides had agreed, where told.", nullable=True),
        Column("ship_by_date", Kind.DAY, "Last day for shipping.", nullable=True),
        _BUYER_KEY, _BUYER_COUNTRY, _CURRENCY,
        _money("items_minor", "Goods."),
        _money("shipping_minor", "Freight and insurance the buyer pays."),
        _money("discount_minor", "Taken off, as a positive amount."),
        _money("tax_minor", "Taxes and duties on top."),
        Column("total_minor", Kind.MINOR, "What the buyer owes in all. Minor units of `currency`."),
        _money("deposit_minor", "Of it, due before production."),
        _INCOTERM, _PAYMENT_TERMS,
    ),
)

CONTRACT_LINES = Table(
    name="contract_lines",
    grain="One line of one contract.",
    key=("contract_id", "line_id"),
    parent="contracts",
    parent_key=("contract_id",),
    body=(
        _CONTRACT_ID,
        Column("line_id", Kind.TEXT, "The line's number."),
        Column("sku", Kind.TEXT, "The supplier's own model number.", nullable=True),
        Column("product_id", Kind.TEXT, "The platform's product number.", nullable=True),
        Column("description", Kind.TEXT, "What is sold.", nullable=True),
        _QUANTITY, _UNIT, _CURRENCY, _UNIT_PRICE,
        _money("total_minor", "quantity times unit price."),
    ),
)

MILESTONE_STATUSES = ("due", "paid", "refunded", "frozen", "cancelled")

PAYMENT_MILESTONES = Table(
    name="payment_milestones",
    grain="One part of a contract's money, as its terms split it.",
    key=("contract_id", "milestone"),
    parent="contracts",
    parent_key=("contract_id",),
    body=(
        _CONTRACT_ID,
        Column("milestone", Kind.TEXT, "Which part.", allowed=("deposit", "balance", "full")),
        _CURRENCY,
        Column("due_minor", Kind.MINOR, "What is to be paid. Minor units of `currency`."),
        Column("due_date", Kind.DAY, "By when.", nullable=True),
        Column("status", Kind.TEXT, "Where it stands by the contract's source.", allowed=MILESTONE_STATUSES),
        Column("paid_at", Kind.INSTANT, "When the money was there, where the contract's source tells.", nullable=True),
    ),
)

TRADE_SHIPMENTS = Table(
    name="trade_shipments",
    grain="One consignment under one contract.",
    key=("contract_id", "shipment_id"),
    body=(
        _CONTRACT_ID,
        Column("shipment_id", Kind.TEXT, "The consignment's number (at Alibaba.com the voucher)."),
        Column("mode", Kind.TEXT, "How it travels.", nullable=True, allowed=("sea", "air", "courier", "rail", "road", "post")),
        Column("carrier", Kind.TEXT, "Line, airline or courier, as written.", nullable=True),
        Column("tracking_number", Kind.TEXT, "Bill of lading, air waybill or parcel number.", nullable=True),
        Column("container_number", Kind.TEXT, "The container.", nullable=True),
        Column("status", Kind.TEXT, "Where it is.", allowed=("pending", "in_transit", "delivered", "cancelled", "undeliverable")),
        _STATUS_RAW,
        Column("shipped_at", Kind.INSTANT, "Departure, once it has happened.", nullable=True),
        Column("expected_date", Kind.DAY, "Expected arrival.", nullable=True),
        Column("delivered_at", Kind.INSTANT, "Arrival, where told.", nullable=True),
        Column("quantity", Kind.RATE, "Units in it; exact.", nullable=True),
    ),
)

INSPECTIONS = Table(
    name="inspections",
    grain="One inspection of one contract's goods.",
    key=("inspection_id",),
    body=(
        Column("inspection_id", Kind.TEXT, "The report's number."),
        _CONTRACT_ID,
        *_moment("inspected", "When it was done"),
        Column(
            "kind", Kind.TEXT, "At which point.", nullable=True, allowed=("during_production", "pre_shipment", "container_loading"),
        ),
        Column("result", Kind.TEXT, "What was found.", allowed=("pass", "fail", "pending", "conditional")),
        Column("result_raw", Kind.TEXT, "The report's own word."),
        Column("agency", Kind.TEXT, "Who inspected.", nullable=True),
        Column("sample_size", Kind.INTEGER, "Units looked at.", nullable=True),
        Column("acceptance_level", Kind.TEXT, "Acceptable quality level agreed (AQL), as written.", nullable=True),
        Column("critical_count", Kind.INTEGER, "Critical defects.", nullable=True),
        Column("major_count", Kind.INTEGER, "Major defects.", nullable=True),
        Column("minor_count", Kind.INTEGER, "Minor defects.", nullable=True),
        Column("report_file", Kind.TEXT, "Name of the report's file.", nullable=True),
    ),
)

ACCEPTANCES = Table(
    name="acceptances",
    grain="One time a buyer accepted goods of one contract.",
    key=("acceptance_id",),
    body=(
        Column("acceptance_id", Kind.TEXT, "The source's number; else contract and day, joined by a slash."),
        _CONTRACT_ID,
        *_moment("accepted", "When"),
        Column("accepted_quantity", Kind.RATE, "Units taken; exact.", nullable=True),
        Column("rejected_quantity", Kind.RATE, "Units refused; exact.", nullable=True),
        _MAYBE_CURRENCY,
        _money("claim_minor", "What the buyer claims back."),
        Column("remark", Kind.TEXT, "What was written beside it.", nullable=True),
    ),
)
