"""Runs migrations on the connection that `open_database` hands over."""

from alembic import context

import bunyad.store.auctions.models
import bunyad.store.partners.models  # noqa: F401  (their tables belong to Base)
from bunyad.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
