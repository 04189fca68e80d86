"""The servers' signing key may be sealed, which takes more letters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    with op.batch_alter_table("server_key") as table:
        table.alter_column(
            "signing_secret", existing_type=sa.String(length=64), type_=sa.String(length=200)
        )


def downgrade() -> None:
    """Change them back; a sealed key does not fit, and is refused where lengths count."""
    with op.batch_alter_table("server_key") as table:
        table.alter_column(
            "signing_secret", existing_type=sa.String(length=200), type_=sa.String(length=64)
        )
