"""Where everything stands on its chain: derived from the canonical rows that prove it, never entered by hand."""

from transforms.schema import Column, Kind, Table

MODES = ("b2b", "b2c", "c2c", "agency")
SUBJECT_KINDS = (
    "seller", "listing", "campaign",
    "order",
    "deal",  # one buyer's dealing: from an inquiry to the accepted goods
    "agreement", "month",  # the agency's own: the agreement with the client, and each month of service under it
)
STAGES = (
    "seller_verified", "listed", "promoted",
    "inquiry", "negotiation", "contract", "deposit_paid",
    "ordered", "paid", "confirmed", "shipped", "received", "delivered", "inspected", "completed", "after_sales", "reviewed",
    "agreement_signed", "listings_managed", "served", "logistics", "analysed", "fee_settled",
)

_MODE = Column("mode", Kind.TEXT, "The trade mode whose chain it is.", allowed=MODES)
_SUBJECT = (
    Column("subject_kind", Kind.TEXT, "What moves along the chain.", allowed=SUBJECT_KINDS),
    Column(
        "subject_id", Kind.TEXT,
        "Which one: an order's number, a seller's account, `site/listing`, `network/account/campaign`, the eldest document of a deal"
        " (`inquiry/…`, `rfq/…`, `quotation/…`, `contract/…`), the day an agreement was signed, a month (2026-11).",
    ),
)

STAGE_EVENTS = Table(
    name="stage_events",
    grain="The moment one subject (an order, a deal, a listing …) entered one stage of its chain, derived from what proves it.",
    key=("mode", "subject_kind", "subject_id", "stage"),
    is_derived=True,
    body=(
        _MODE, *_SUBJECT,
        Column("stage", Kind.TEXT, "The stage entered.", allowed=STAGES),
        Column("entered_at", Kind.INSTANT, "When (where only a day is told: that day's start)."),
        Column("entered_date", Kind.DAY, "The same as a calendar day at the subject's site (a deal's: the account's)."),
        Column("evidence", Kind.TEXT, "Table and column the instant comes from, as table.column."),
    ),
)

STAGE_EXCEPTIONS = Table(
    name="stage_exceptions",
    grain="One thing that keeps a subject's chain from being whole: a move that cannot be, or an elder that is not there.",
    key=("mode", "subject_kind", "subject_id", "kind", "stage", "ref"),
    is_derived=True,
    body=(
        _MODE, *_SUBJECT,
        Column(
            "kind", Kind.TEXT, "Illegal move: the stage was refused and is in no event. Missing parent: a row names an elder not stored.",
            allowed=("illegal_move", "missing_parent"),
        ),
        Column("stage", Kind.TEXT, "The stage refused, or the one the missing elder would prove.", allowed=STAGES),
        Column("ref", Kind.TEXT, "Illegal move: the stage it lies before. Missing parent: `table/row > table/elder`."),
        Column("evidence", Kind.TEXT, "Table and column that claim it, as table.column."),
        Column("since_at", Kind.INSTANT, "The instant refused; of a missing parent, since when it is waited for."),
        Column("due_at", Kind.INSTANT, "From when on a person should look: at once for an illegal move, 30 days for a missing parent."),
    ),
)
