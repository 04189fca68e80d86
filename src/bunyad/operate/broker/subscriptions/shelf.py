"""
A tenant's subscriptions, found fast by the types of what changed.

`before_commit` runs in the writer's thread, inside of the transaction of the changes: the
notifications it puts into the outbox are kept or lost together with what they tell of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bunyad.operate.broker.subscriptions.changes import Turn, turns_of
from bunyad.operate.broker.subscriptions.letters import notification_of
from bunyad.operate.broker.subscriptions.notices import tell_change, tell_present
from bunyad.operate.broker.subscriptions.outbox import (
    Letter,
    drop_letters_of,
    last_made,
    post_letter,
)
from bunyad.operate.broker.subscriptions.watch import Tally, Watch
from bunyad.operate.records import (
    Change,
    Db,
    Tenant,
    Wanted,
    Writing,
    delete_document,
    find_entities,
    load_document,
    load_entity,
    put_document,
)

KIND = "subscription"
MOST_TOLD = 1_000
"""Entities in one notification of changes."""
MOST_COLLECTED = 10_000
"""Entities in one notification by the clock."""

Take = Callable[["Shelf", list[Letter]], None]


class Shelf:
    """
    Subscriptions of one tenant.

    Parameters
    ----------
    tenant
        The tenant's records.
    take
        Takes letters that are kept and now want sending; called in the writer's thread.
    kind
        Under which the subscriptions are kept.
    """

    def __init__(self, tenant: Tenant, take: Take, *, kind: str = KIND) -> None:
        self.kind = kind
        self.tenant = tenant
        self.watches: dict[str, Watch] = {}
        self._by_type: dict[str, list[Watch]] = {}
        self._of_any: list[Watch] = []
        self._take = take
        self._made: list[Letter] = []

    def listen(self) -> None:
        """Hear of every change of the tenant's entities from now on."""
        self.tenant.before_commit.append(self.before_commit)
        self.tenant.after_commit.append(self.after_commit)

    def put(self, watch: Watch) -> None:
        """Take a subscription in, in place of one with the same identifier."""
        self.watches = {**self.watches, watch.key: watch}
        self._sort()

    def drop(self, key: str) -> None:
        """Forget a subscription."""
        self.watches = {name: watch for name, watch in self.watches.items() if name != key}
        self._sort()

    def fill(self, watches: list[Watch]) -> None:
        """Take many subscriptions in at once."""
        self.watches = {**self.watches, **{watch.key: watch for watch in watches}}
        self._sort()

    def _sort(self) -> None:
        by_type: dict[str, list[Watch]] = {}
        of_any: list[Watch] = []
        for watch in self.watches.values():
            if watch.interval_us:
                continue
            types = watch.types()
            if types is None:
                of_any.append(watch)
                continue
            for iri in types:
                by_type.setdefault(iri, []).append(watch)
        self._by_type, self._of_any = by_type, of_any

    def keep(self, tx: Writing, watch: Watch, *, is_news: bool = True) -> None:
        """Write a subscription down; no news is what only counts its notifications."""
        self.count_others(tx.db, watch)
        put_document(
            tx,
            self.kind,
            watch.key,
            {
                "document": watch.document,
                "context": watch.context.source,
                "link": watch.link,
                "times": [watch.made_us, watch.changed_us],
                "tally": watch.tally.kept(),
            },
            is_news=is_news,
        )
        watch.known = replace(watch.tally)

    def count_others(self, db: Db, watch: Watch) -> None:
        """Add the notifications that other servers have sent for a subscription."""
        if not self.tenant.home.is_shared:
            return
        kept = load_document(db, self.kind, watch.key)
        if kept is not None:
            told = Tally(*kept["tally"])
            watch.tally.join(told, watch.known)
            watch.known = told

    def erase(self, tx: Writing, key: str) -> None:
        """Take a subscription and its waiting notifications off the disk, and forget it."""
        delete_document(tx, self.kind, key)
        drop_letters_of(tx, key)
        self.drop(key)

    def notification(self, watch: Watch, letter: Letter) -> dict[str, Any]:
        """Return the notification that a letter stands for."""
        return notification_of(watch, letter)

    def collect(self, watch: Watch) -> list[Any]:
        """Return all entities that a subscription wants to hear of, as told."""
        db = self.tenant.reader()

        def find(key: str) -> dict[str, Any] | None:
            return load_entity(db, key)

        def matches(entity: dict[str, Any]) -> bool:
            return watch.selects(entity) and watch.answers(entity, find)

        types = watch.types()
        ids = [selector.ids for selector in watch.selectors]
        wanted = Wanted(
            ids=tuple(sorted(frozenset().union(*ids))) if ids and all(ids) else (),
            types=tuple((iri,) for iri in sorted(types)) if types else (),
            facts=watch.query.facts if watch.query is not None else (),
            matches=matches,
            limit=MOST_COLLECTED,
        )
        found, _ = find_entities(db, wanted)
        told: dict[Any, Any] = {}
        for entity in found:
            for one in tell_present(watch, entity, db):
                told.setdefault(one.get("id", len(told)), one)
        return list(told.values())

    # --- in the writer's thread -----------------------------------------------------------

    def before_commit(self, tx: Writing) -> None:
        """Put a notification into the outbox for every subscription that a change concerns."""
        self._made = []
        if not (self._by_type or self._of_any):
            return
        told: dict[str, list[Any]] = {}
        seen: dict[str, set[str]] = {}
        for change in tx.changes:
            turns: list[Turn] | None = None
            for watch in self._candidates(change):
                if watch.watched and watch.watched.isdisjoint(change.touched):
                    continue
                turns = turns_of(change) if turns is None else turns
                data = self._tell(tx, watch, change, turns)
                if not data:
                    continue
                key = watch.key
                if change.id in seen.get(key, ()) or len(told.get(key, ())) >= MOST_TOLD:
                    self._post(tx, key, told.pop(key))
                    seen[key] = set()
                    if watch.throttling_us:
                        continue
                told.setdefault(key, []).extend(data)
                seen.setdefault(key, set()).add(change.id)
        for key, data in told.items():
            self._post(tx, key, data)

    def after_commit(self, _changes: list[Change]) -> None:
        """Hand over the notifications that are kept now."""
        letters, self._made = self._made, []
        if letters:
            self._take(self, letters)

    def _post(self, tx: Writing, key: str, data: list[Any]) -> None:
        self.watches[key].queued_us = tx.now_us
        self._made.append(post_letter(tx, key, data))

    def _candidates(self, change: Change) -> list[Watch]:
        entity = change.after or change.before
        assert entity is not None
        found = list(self._of_any)
        types = entity["type"]
        for iri in types:
            found += self._by_type.get(iri, ())
        return found if len(types) == 1 else list({watch.key: watch for watch in found}.values())

    def _tell(self, tx: Writing, watch: Watch, change: Change, turns: list[Turn]) -> list[Any]:
        entity = change.after or change.before
        assert entity is not None
        if not (_concerns(watch, change, turns) and watch.selects(entity)):
            return []
        if watch.status(tx.now_us) != "active":
            return []
        if watch.throttling_us or watch.cooldown_us:
            self._see_others(tx, watch)
            if rests(watch, tx.now_us):
                return []

        def find(key: str) -> dict[str, Any] | None:
            return load_entity(tx.db, key)

        if not watch.answers(entity, find):
            return []
        return tell_change(watch, change, turns, tx.now_us, tx.db)

    def _see_others(self, tx: Writing, watch: Watch) -> None:
        """Learn when other servers last told a subscriber."""
        if not self.tenant.home.is_shared:
            return
        self.count_others(tx.db, watch)
        queued_us = last_made(tx.db, watch.key)
        watch.queued_us = max(watch.queued_us, queued_us)


def rests(watch: Watch, now_us: int) -> bool:
    """Tell whether it is too early for another notification."""
    tally = watch.tally
    if watch.throttling_us:
        last_us = max(watch.queued_us, tally.last_us)
        if now_us - last_us < watch.throttling_us:
            return True
    if not watch.cooldown_us:  # a change under way when sending failed is told all the same
        return False
    failed_us = tally.failure_us
    return failed_us > tally.success_us and now_us < failed_us + watch.cooldown_us


def _concerns(watch: Watch, change: Change, turns: list[Turn]) -> bool:
    """Tell whether what happened is among what the subscription is triggered by."""
    whole = (
        "entityCreated"
        if change.before is None
        else "entityDeleted"
        if change.after is None
        else ""
    )
    watched = watch.watched
    if whole in watch.triggers and (
        not watched or any(turn.attribute in watched for turn in turns)
    ):
        return True
    return any(
        turn.kind in watch.triggers and (not watched or turn.attribute in watched) for turn in turns
    )
