"""The past of scopes: a scope is no attribute, but its changes are kept as one's are (4.5.7)."""

from __future__ import annotations

from bunyad.operate.broker.temporal.past import SCOPE, add_instances
from bunyad.operate.records import Writing, to_iso


def keep_scopes(tx: Writing) -> None:
    """Add scopes that a transaction changed to the past."""
    for change in tx.changes:
        before = change.before.get("scope", []) if change.before else []
        after = change.after.get("scope", []) if change.after else []
        if before == after:
            continue
        row = tx.db.execute("SELECT ref FROM entity WHERE id = ?", (change.id,)).fetchone()
        if row is None:
            continue
        at = to_iso(tx.now_us)
        instance = {"type": "Property", "value": after, "createdAt": at, "modifiedAt": at}
        if not after:
            instance["deletedAt"] = at
        add_instances(tx, row[0], {SCOPE: [instance]})
