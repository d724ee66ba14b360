"""The contract a quotation became: what joins the seller's own list of quotations to a platform's orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
INDEX = "ix_quotations_shop_contract_id"


def upgrade() -> None:
    op.add_column("quotations", sa.Column("contract_id", sa.Text(), nullable=True))
    op.create_index(INDEX, "quotations", ["client", "shop", "contract_id"])


def downgrade() -> None:
    op.drop_index(INDEX, "quotations")
    op.drop_column("quotations", "contract_id")
