"""Partners: documents with a version, and streams of events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = sa.String(length=200)
KIND = sa.String(length=32)


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "partner_document",
        sa.Column("kind", KIND, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=True),
        sa.Column("about", NAME, nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_partner_document_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_partner_document")),
    )
    op.create_index(
        op.f("ix_partner_document_organisation_id"), "partner_document", ["organisation_id"]
    )
    op.create_index("ix_partner_document_kind_about", "partner_document", ["kind", "about"])
    op.create_table(
        "partner_event",
        sa.Column("kind", KIND, nullable=False),
        sa.Column("stream", NAME, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(length=24), nullable=False),
        sa.Column("actor", NAME, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "stream", "sequence", name=op.f("pk_partner_event")),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("partner_event")
    op.drop_table("partner_document")
