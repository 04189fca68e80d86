"""Auctions: their logs, heads and receipts, the data room, and who takes part."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
HASH = sa.String(length=64)
TIME = sa.DateTime(timezone=True)
SECRET_BYTES = 32
TABLES = (
    "auction_document", "auction_question", "auction_application", "auction_commissioner",
    "auction_receipt", "tree_head", "auction_event", "auction", "server_key",
)  # fmt: skip


def upgrade() -> None:
    """Change the tables."""
    _make_key()
    op.create_table(
        "auction",
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("plan_id", ID, nullable=True),
        sa.Column("created", TIME, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=20_000), nullable=False),
        sa.Column("deadline", sa.String(length=24), nullable=False),
        _key("auction", "organisation_id", "organisation.id"),
        _key("auction", "plan_id", "plan.id"),
        _primary("auction", "id"),
    )
    for column in ("organisation_id", "created", "stage", "deadline"):
        op.create_index(op.f(f"ix_auction_{column}"), "auction", [column])
    _make_log()
    _make_people()
    op.create_table(
        "auction_document",
        sa.Column("id", ID, nullable=False),
        sa.Column("auction_id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=True),
        sa.Column("lot", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created", TIME, nullable=False),
        _key("auction_document", "auction_id", "auction.id"),
        _key("auction_document", "organisation_id", "organisation.id"),
        _primary("auction_document", "id"),
    )
    op.create_index(op.f("ix_auction_document_auction_id"), "auction_document", ["auction_id"])


def downgrade() -> None:
    """Change them back."""
    for table in TABLES:
        op.drop_table(table)


def _make_key() -> None:
    """Make the key of this database's servers; any 32 random bytes are an Ed25519 key."""
    table = op.create_table(
        "server_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signing_secret", HASH, nullable=False),
        sa.Column("created", TIME, nullable=False),
        _primary("server_key", "id"),
    )
    secret = secrets.token_hex(SECRET_BYTES)
    op.bulk_insert(table, [{"id": 1, "signing_secret": secret, "created": datetime.now(UTC)}])


def _make_log() -> None:
    """Make the tables whose rows are added and never changed."""
    op.create_table(
        "auction_event",
        sa.Column("auction_id", ID, nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("time", sa.String(length=24), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", HASH, nullable=False),
        _key("auction_event", "auction_id", "auction.id"),
        _primary("auction_event", "auction_id", "index"),
    )
    op.create_table(
        "tree_head",
        sa.Column("auction_id", ID, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        _key("tree_head", "auction_id", "auction.id"),
        _primary("tree_head", "auction_id", "size"),
    )
    op.create_table(
        "auction_receipt",
        sa.Column("auction_id", ID, nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("bidder", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        _key("auction_receipt", "auction_id", "auction.id"),
        _primary("auction_receipt", "auction_id", "index"),
    )
    op.create_index(op.f("ix_auction_receipt_bidder"), "auction_receipt", ["bidder"])


def _make_people() -> None:
    """Make the tables of who takes part."""
    op.create_table(
        "auction_commissioner",
        sa.Column("id", ID, nullable=False),
        sa.Column("auction_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=62), nullable=True),
        sa.Column("signing_key", HASH, nullable=True),
        sa.Column("created", TIME, nullable=False),
        _key("auction_commissioner", "auction_id", "auction.id"),
        _key("auction_commissioner", "account_id", "account.id"),
        _primary("auction_commissioner", "id"),
        sa.UniqueConstraint("auction_id", "name", name=op.f("uq_auction_commissioner_auction_id")),
        sa.UniqueConstraint(
            "auction_id", "account_id", name="uq_auction_commissioner_auction_id_account_id"
        ),
    )
    op.create_index(
        op.f("ix_auction_commissioner_auction_id"), "auction_commissioner", ["auction_id"]
    )
    op.create_table(
        "auction_application",
        sa.Column("auction_id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("note", sa.String(length=20_000), nullable=False),
        sa.Column("created", TIME, nullable=False),
        _key("auction_application", "auction_id", "auction.id"),
        _key("auction_application", "organisation_id", "organisation.id"),
        _primary("auction_application", "auction_id", "organisation_id"),
    )
    op.create_table(
        "auction_question",
        sa.Column("auction_id", ID, nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        _key("auction_question", "auction_id", "auction.id"),
        _key("auction_question", "account_id", "account.id"),
        _primary("auction_question", "auction_id", "index"),
    )


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))
