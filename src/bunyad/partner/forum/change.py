"""Changes on the day: who comes late, who stays away, who wishes anew; few others move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ortools.sat.python import cp_model

from bunyad.errors import InputError
from bunyad.partner.forum.board import make_board, usable_pairs
from bunyad.partner.forum.bound import bound_score
from bunyad.partner.forum.model import Forum, Meeting, Timetable, Unmet, Wish, meeting_id
from bunyad.partner.forum.seats import number_tables

MOST_BOOLEANS = 120_000
"""Up to here all meetings are looked at together, so that the fewest moves are proved."""

Place = tuple[int, int]
"""Slot and hall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed; people and slots are told by position."""

    now: int = 0
    """First slot that is still to come; what is before it stays."""
    away: tuple[tuple[int, int, int], ...] = ()
    """Person, first and last slot in which they are away after all."""
    wishes: tuple[Wish, ...] = ()
    """New wishes, and old ones with another score, must or veto."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A meeting that is elsewhere than before."""

    before: Meeting
    after: Meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """The timetable after a change, and what it cost."""

    forum: Forum
    timetable: Timetable
    moved: tuple[Moved, ...]
    dropped: tuple[Meeting, ...]
    added: tuple[Meeting, ...]
    is_proven: bool
    """Whether no other answer keeps as many meetings and moves fewer."""


def replan_forum(
    forum: Forum, timetable: Timetable, changes: Changes, *, seconds: float = 10.0
) -> Replanned:
    """
    Change a timetable so that it holds again, and move as little as can be.

    First as many meetings as can be are kept and new wishes met (musts count most), then the
    fewest meetings move that need not, then the score decides.

    Parameters
    ----------
    forum, timetable
        As they were.
    changes
        What is different.
    seconds
        Time limit [s].

    Returns
    -------
    Replanned
        The changed forum, its timetable, and every difference.
    """
    changed = apply_changes(forum, changes)
    vetoed = {(one.guest, one.host) for one in changed.wishes if one.is_veto}
    kept = [one for one in timetable.meetings
            if one.slot < changes.now or (one.guest, one.host) not in vetoed]  # fmt: skip
    hit = {
        one.id
        for one in kept
        if one.slot >= changes.now
        and not all(changed.people[who].is_there(one.slot) for who in (one.guest, one.host))
    }
    met = {(one.guest, one.host) for one in kept}
    wanted = [one for one in changes.wishes if not one.is_veto and (one.guest, one.host) not in met]
    search = _Search(changed, changes.now, kept, hit, wanted)
    placed, is_proven = search.run(seconds)
    return _told(changed, timetable, kept, wanted, placed, is_proven=is_proven)


def apply_changes(forum: Forum, changes: Changes) -> Forum:
    """Return the forum as it is now."""
    people = list(forum.people)
    for person, first, last in changes.away:
        there = people[person].slots
        slots = set(range(len(forum.slots))) if there is None else set(there)
        people[person] = replace(
            people[person], slots=frozenset(slots - set(range(max(first, changes.now), last + 1)))
        )
    wishes = {(one.guest, one.host): one for one in (*forum.wishes, *changes.wishes)}
    return replace(forum, people=tuple(people), wishes=tuple(wishes.values()))


class _Search:
    """Looks first at the meetings that are hit, then at those of the same people, then at all."""

    def __init__(
        self, forum: Forum, now: int, kept: list[Meeting], hit: set[str], wanted: list[Wish]
    ) -> None:
        self.forum = forum
        self.now = now
        self.kept = kept
        self.hit = hit
        self.wanted = {meeting_id(forum, one): one for one in wanted}
        self.pair = {one.id: (one.guest, one.host) for one in kept} | {
            name: (one.guest, one.host) for name, one in self.wanted.items()
        }
        self.old: dict[str, Place] = {one.id: (one.slot, one.hall) for one in kept}
        wishes = {(one.guest, one.host): one for one in forum.wishes}
        self.wish = {name: wishes[pair] for name, pair in self.pair.items()}

    def run(self, seconds: float) -> tuple[dict[str, Place], bool]:
        """Return slot and hall of every meeting that takes place, and whether it is proved."""
        asked = self.hit | set(self.wanted)
        free = {name for name in asked if self._choice(name)}
        for name in asked - free:
            self.old.pop(name, None)
        if not free:
            return dict(self.old), True
        placed, proven = self._solve(free, seconds / 3)
        if proven and len(placed) == len(self.old.keys() | free):
            return placed, True
        coming = {one.id for one in self.kept if one.slot >= self.now}
        people = {who for name in free for who in self.pair[name]}
        near = free | {name for name in coming if set(self.pair[name]) & people}
        everything = free | coming
        size = len(everything) * (len(self.forum.slots) - self.now) * len(self.forum.halls)
        widest = everything if size <= MOST_BOOLEANS else near
        placed, _ = self._solve(near, seconds / 3, hint=placed)
        placed, proven = self._solve(widest, seconds / 3, hint=placed)
        return placed, proven and widest is everything

    def _solve(
        self, free: set[str], seconds: float, hint: dict[str, Place] | None = None
    ) -> tuple[dict[str, Place], bool]:
        model = cp_model.CpModel()
        sits: dict[tuple[str, int, int], Any] = {}
        for name in sorted(free):
            for slot, hall in self._choice(name):
                sits[name, slot, hall] = model.new_bool_var("")
                if hint is not None:
                    model.add_hint(sits[name, slot, hall], hint.get(name) == (slot, hall))
        fixed = {name: place for name, place in self.old.items() if name not in free}
        self._keep_rules(model, sits, fixed)
        moved = 1 + int(sum(1000 * one.score for one in self.wish.values()))
        meeting = 1 + moved * (1 + len(free))
        must = meeting * (1 + len(free))
        model.maximize(
            sum(
                (
                    int(1000 * self.wish[name].score)
                    + meeting
                    + must * self.wish[name].is_must
                    - moved * (name in self.old and name not in self.hit
                               and self.old[name] != (slot, hall))
                )
                * one
                for (name, slot, hall), one in sits.items()
            )
        )  # fmt: skip
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = 2
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return (hint if hint is not None else fixed), False
        found = {name: (slot, hall) for (name, slot, hall), one in sits.items()
                 if solver.boolean_value(one)}  # fmt: skip
        return fixed | found, status == cp_model.OPTIMAL

    def _choice(self, name: str) -> list[Place]:
        guest, host = self.pair[name]
        try:
            self.forum.language_of(self.wish[name])
        except InputError:
            return []
        booth = self.forum.people[host].booth
        halls = range(len(self.forum.halls)) if booth is None else [self.forum.hall(booth)]
        return [
            (slot, hall)
            for slot in range(self.now, len(self.forum.slots))
            if self.forum.people[guest].is_there(slot) and self.forum.people[host].is_there(slot)
            for hall in halls
        ]

    def _keep_rules(
        self, model: Any, sits: dict[tuple[str, int, int], Any], fixed: dict[str, Place]
    ) -> None:
        rules = _Rules(self.forum)
        for (name, slot, hall), one in sits.items():
            rules.add(name, self.pair[name], (slot, hall), one)
        for name, (slot, hall) in fixed.items():
            rules.add(name, self.pair[name], (slot, hall), 1)
        rules.write(model, {name for name, _, _ in sits}, self.now)


class _Rules:
    """Sums of booleans, and of ones for meetings that stay, by the rule that limits them."""

    def __init__(self, forum: Forum) -> None:
        self.forum = forum
        self.mine: dict[str, list[Any]] = defaultdict(list)
        self.busy: dict[tuple[int, int], list[Any]] = defaultdict(list)
        self.tables: dict[Place, list[Any]] = defaultdict(list)
        self.spoken: dict[tuple[str, int], list[Any]] = defaultdict(list)
        self.held: dict[int, list[Any]] = defaultdict(list)
        self.where: dict[tuple[int, int, int], list[Any]] = defaultdict(list)

    def add(self, name: str, pair: tuple[int, int], place: Place, one: Any) -> None:
        """Count a meeting at a place."""
        slot, hall = place
        self.mine[name].append(one)
        for who in pair:
            self.busy[who, slot].append(one)
            self.held[who].append(one)
            self.where[who, slot, hall].append(one)
        if self.forum.people[pair[1]].booth is None:
            self.tables[place].append(one)
        language = self.forum.language_of(Wish(guest=pair[0], host=pair[1], score=0.0))
        if language is not None:
            self.spoken[language, slot].append(one)

    def write(self, model: Any, free: set[str], now: int) -> None:
        """Write the rules of what is still to come."""
        for name in sorted(free):
            model.add_at_most_one(self.mine[name])
        halls, words = self.forum.halls, self.forum.interpreters
        for listed, most, slot in (
            *((listed, 1, slot) for (_, slot), listed in self.busy.items()),
            *((listed, halls[hall].tables, slot) for (slot, hall), listed in self.tables.items()),
            *((listed, words[name][slot], slot) for (name, slot), listed in self.spoken.items()),
        ):
            if slot >= now:
                model.add(sum(listed) <= most)
        for who, listed in self.held.items():
            most_held = self.forum.people[who].most
            if most_held is not None:
                model.add(sum(listed) <= most_held)
        for (who, slot, here), listed in list(self.where.items()):
            for there in range(len(halls)):
                then = self.where.get((who, slot + 1, there))
                if then and slot + 1 >= now and not self.forum.can_walk(slot, here, there):
                    model.add(sum(listed) + sum(then) <= 1)


def _told(
    forum: Forum,
    before: Timetable,
    kept: list[Meeting],
    wanted: Iterable[Wish],
    placed: dict[str, Place],
    *,
    is_proven: bool,
) -> Replanned:
    """Put the new timetable together; who did not move keeps hall and table."""
    old = {one.id: one for one in before.meetings}
    meetings = {one.id: one for one in kept if placed.get(one.id) == (one.slot, one.hall)}
    fresh = []
    for name, (slot, hall) in placed.items():
        if name in meetings:
            continue
        known = old.get(name)
        wish = next((one for one in wanted if meeting_id(forum, one) == name), None)
        if known is not None:
            fresh.append(replace(known, slot=slot, hall=hall))
        elif wish is not None:
            fresh.append(Meeting(id=name, guest=wish.guest, host=wish.host, slot=slot, hall=hall,
                                 table=0, interpreter=forum.language_of(wish), score=wish.score,
                                 is_must=wish.is_must))  # fmt: skip
    scores = {(one.guest, one.host): one for one in forum.wishes}
    every = [
        replace(one, score=scores[one.guest, one.host].score,
                is_must=scores[one.guest, one.host].is_must)
        for one in number_tables(forum, [*meetings.values(), *fresh], kept=meetings)
    ]  # fmt: skip
    by_name = {one.id: one for one in every}
    pairs = usable_pairs(forum)
    bound = bound_score(make_board(forum, pairs), pairs).score
    score = float(sum(one.score for one in every))
    unmet = tuple(
        Unmet(what="must", people=(one.guest, one.host), why="no slot was left after the change")
        for one in forum.wishes
        if one.is_must and meeting_id(forum, one) not in by_name
    )
    timetable = Timetable(
        forum=forum.id,
        meetings=tuple(sorted(every, key=lambda one: (one.slot, one.hall, one.table, one.id))),
        score=score,
        bound=max(bound, score),
        unmet=unmet,
    )
    return Replanned(
        forum=forum,
        timetable=timetable,
        moved=tuple(
            Moved(before=old[one.id], after=one)
            for one in every
            if one.id in old and (one.slot, one.hall) != (old[one.id].slot, old[one.id].hall)
        ),
        dropped=tuple(one for one in before.meetings if one.id not in by_name),
        added=tuple(one for one in every if one.id not in old),
        is_proven=is_proven,
    )
