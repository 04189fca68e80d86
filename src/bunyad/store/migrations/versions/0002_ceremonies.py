"""What is begun in one request and finished in another: passkeys, sign-in elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "ceremony",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_ceremony_account_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ceremony")),
    )
    op.create_index(op.f("ix_ceremony_account_id"), "ceremony", ["account_id"])
    op.create_index(op.f("ix_ceremony_expires"), "ceremony", ["expires"])
    # SQLite does not look at lengths.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("account", "outside_subject", type_=sa.String(length=600))


def downgrade() -> None:
    """Change them back."""
    op.drop_table("ceremony")
