"""What is offered and what is in stock."""

from transforms.schema import Column, Kind, Table

LISTING_STATUSES = ("active", "inactive", "suppressed", "pending", "deleted")

LISTINGS = Table(
    name="listings",
    grain="One sellable variant on one site of a shop.",
    key=("site", "listing_id"),
    body=(
        Column("site", Kind.TEXT, "The marketplace's country, ISO 3166-1 alpha-2."),
        Column("listing_id", Kind.TEXT, "The marketplace's number of the variant (Amazon: the SKU; Lazada: SkuId)."),
        Column("product_id", Kind.TEXT, "The product above the variant (ASIN, item id).", nullable=True),
        Column("sku", Kind.TEXT, "The seller's own article number."),
        Column("title", Kind.TEXT, "Title in the site's language.", nullable=True),
        Column("status", Kind.TEXT, "Whether buyers can buy it.", allowed=LISTING_STATUSES),
        Column("status_raw", Kind.TEXT, "The marketplace's own word(s), sorted, joined by a comma."),
        Column("fulfilled_by", Kind.TEXT, "Who ships it.", allowed=("seller", "marketplace")),
        Column("currency", Kind.TEXT, "ISO 4217 of the price.", nullable=True),
        Column("price_minor", Kind.MINOR, "What a buyer pays for one unit now (a running special price included).", nullable=True),
        Column("listed_at", Kind.INSTANT, "When it was created.", nullable=True),
        Column("listed_date", Kind.DAY, "The same as a calendar day at the site.", nullable=True),
    ),
)

INVENTORY = Table(
    name="inventory",
    grain="Stock of one SKU at one location, as the marketplace shows it on one site.",
    key=("site", "sku", "location"),
    body=(
        Column("site", Kind.TEXT, "The marketplace's country, ISO 3166-1 alpha-2."),
        Column("sku", Kind.TEXT, "The seller's own article number."),
        Column("location", Kind.TEXT, "DEFAULT (the seller's own), a marketplace fulfilment centre network, or a warehouse code."),
        Column("fulfilled_by", Kind.TEXT, "Whose hands it is in.", allowed=("seller", "marketplace")),
        Column("sellable_quantity", Kind.INTEGER, "Units a buyer can order now."),
        Column("reserved_quantity", Kind.INTEGER, "Units promised to orders, not gone yet.", nullable=True),
        Column("inbound_quantity", Kind.INTEGER, "Units on their way in.", nullable=True),
    ),
)

PRICE_TIERS = Table(
    name="price_tiers",
    grain="One step of a listing's price ladder; a listing without one has the one price it shows.",
    key=("site", "listing_id", "minimum_quantity"),
    parent="listings",
    parent_key=("site", "listing_id"),
    body=(
        Column("site", Kind.TEXT, "The marketplace's country, ISO 3166-1 alpha-2."),
        Column("listing_id", Kind.TEXT, "The listing."),
        Column("minimum_quantity", Kind.RATE, "From how many units the price holds (of the first step: the least order); exact."),
        Column("unit", Kind.TEXT, "Piece, set …, as the marketplace writes it.", nullable=True),
        Column("currency", Kind.TEXT, "ISO 4217 of the price."),
        Column("unit_price", Kind.RATE, "Price of one unit in whole units of `currency`; exact."),
        Column("highest_price", Kind.RATE, "Where only a range is shown, its upper end; `unit_price` is the lower.", nullable=True),
    ),
)
