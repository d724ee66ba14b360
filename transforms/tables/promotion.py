"""What was spent to be seen, and who came."""

from transforms.schema import Column, Kind, Table

AD_SPEND = Table(
    name="ad_spend",
    grain="One campaign of one advertising account on one of the account's days.",
    key=("network", "account_id", "campaign_id", "spend_date"),
    body=(
        Column("network", Kind.TEXT, "Where it ran (amazon_ads, google_ads, meta …)."),
        Column("account_id", Kind.TEXT, "The advertising account."),
        Column("campaign_id", Kind.TEXT, "The network's number of the campaign (its name where the export has none)."),
        Column("campaign_name", Kind.TEXT, "As the advertiser named it.", nullable=True),
        Column("spend_date", Kind.DAY, "The account's own calendar day."),
        Column("currency", Kind.TEXT, "ISO 4217."),
        Column("spend_minor", Kind.MINOR, "What was charged."),
        Column("impression_count", Kind.INTEGER, "How often it was shown.", nullable=True),
        Column("click_count", Kind.INTEGER, "How often it was clicked.", nullable=True),
        Column("attributed_order_count", Kind.INTEGER, "Orders the network claims.", nullable=True),
        Column("attributed_sales_minor", Kind.MINOR, "Sales the network claims.", nullable=True),
    ),
)

TRAFFIC = Table(
    name="traffic",
    grain="One product of one shop on one of its site's days: who looked at it.",
    key=("site", "product_id", "traffic_date"),
    body=(
        Column("site", Kind.TEXT, "The marketplace's country, ISO 3166-1 alpha-2."),
        Column("product_id", Kind.TEXT, "The marketplace's product number (ASIN, item id); * where the whole shop is counted."),
        Column("sku", Kind.TEXT, "The seller's own article number, where told.", nullable=True),
        Column("traffic_date", Kind.DAY, "The site's calendar day."),
        Column("view_count", Kind.INTEGER, "Pages shown.", nullable=True),
        Column("visit_count", Kind.INTEGER, "Visits (sessions).", nullable=True),
        Column("order_count", Kind.INTEGER, "Orders the marketplace counts beside them.", nullable=True),
        Column("unit_count", Kind.INTEGER, "Units the marketplace counts beside them.", nullable=True),
    ),
)
