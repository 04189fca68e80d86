"""Halls and tables for meetings whose slots are known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from ortools.sat.python import cp_model

from bunyad.partner.forum.board import Pairs
from bunyad.partner.forum.kernels import NONE, Board
from bunyad.partner.forum.model import Forum, Meeting, meeting_id

SECONDS = 5.0
"""Time limit of the search for halls where walking takes longer than the break [s]."""


def seat_meetings(forum: Forum, board: Board, pairs: Pairs) -> tuple[Meeting, ...]:
    """
    Give every meeting a hall and a table.

    Guests keep their hall and their table where they can. Where walking between two halls takes
    longer than the break, halls are searched so that everybody can get to the next meeting; a
    meeting for which there is no such hall is dropped, those of the least score first.

    Parameters
    ----------
    forum
        The forum.
    board
        The slots of the pairs.
    pairs
        The wishes behind the pairs.

    Returns
    -------
    tuple of Meeting
        The meetings, in the order of the pairs.
    """
    placed = {int(p): int(board.at[p]) for p in range(board.at.size) if board.at[p] != NONE}
    halls = _greedily(forum, placed, pairs)
    if len(halls) < len(placed):
        halls = _by_search(forum, placed, board, pairs)
        placed = {p: placed[p] for p in halls}
        _refill(forum, board, pairs, placed, halls)
    made = []
    for p, hall in halls.items():
        wish = pairs.wishes[p]
        language = pairs.language[p]
        made.append(
            Meeting(
                id=meeting_id(forum, wish),
                guest=wish.guest,
                host=wish.host,
                slot=placed[p],
                hall=hall,
                table=0,
                interpreter=None if language == NONE else pairs.languages[language],
                score=wish.score,
                is_must=wish.is_must,
            )
        )
    return tuple(number_tables(forum, made))


def number_tables(
    forum: Forum, meetings: Iterable[Meeting], *, kept: Collection[str] = ()
) -> list[Meeting]:
    """Give tables their numbers: those kept stay; a guest stays at the table where it is free."""
    home: dict[tuple[int, int], int] = {}
    taken: dict[tuple[int, int], set[int]] = defaultdict(set)
    numbered: dict[str, Meeting] = {}
    every = list(meetings)
    for meeting in every:
        if meeting.id in kept:
            numbered[meeting.id] = meeting
            taken[meeting.slot, meeting.hall].add(meeting.table)
            home[meeting.guest, meeting.hall] = meeting.table
    for meeting in sorted(every, key=lambda one: one.slot):
        if meeting.id in kept:
            continue
        if forum.people[meeting.host].booth is not None:
            numbered[meeting.id] = replace(meeting, table=0)
            continue
        inside = taken[meeting.slot, meeting.hall]
        mine = home.get((meeting.guest, meeting.hall), 0)
        if mine in inside or not mine:
            owned = {table for (_, hall), table in home.items() if hall == meeting.hall}
            most = forum.halls[meeting.hall].tables
            free = [one for one in range(1, most + 1) if one not in inside]
            mine = next((one for one in free if one not in owned), free[0])
            home.setdefault((meeting.guest, meeting.hall), mine)
        inside.add(mine)
        numbered[meeting.id] = replace(meeting, table=mine)
    return [numbered[one.id] for one in every]


def _greedily(forum: Forum, placed: dict[int, int], pairs: Pairs) -> dict[int, int]:
    """Go slot by slot and keep everybody where they are; pairs without a hall are left out."""
    booth = [None if one.booth is None else forum.hall(one.booth) for one in forum.people]
    halls: dict[int, int] = {}
    was: dict[int, tuple[int, int]] = {}
    by_slot: dict[int, list[int]] = defaultdict(list)
    for p, slot in placed.items():
        by_slot[slot].append(p)
    for slot in sorted(by_slot):
        left = [one.tables for one in forum.halls]
        for p in sorted(by_slot[slot], key=lambda p: (booth[pairs.wishes[p].host] is None, p)):
            wish = pairs.wishes[p]
            own = booth[wish.host]
            choice = [own] if own is not None else range(len(forum.halls))
            able = [
                hall
                for hall in choice
                if (own is not None or left[hall] > 0)
                and all(
                    _reaches(forum, was.get(who), slot, hall) for who in (wish.guest, wish.host)
                )
            ]
            if not able:
                continue
            stay = [was.get(who, (0, NONE))[1] for who in (wish.guest, wish.host)]
            best = max(able, key=lambda hall: (stay.count(hall), left[hall]))
            halls[p] = best
            left[best] -= own is None
            was[wish.guest] = was[wish.host] = (slot, best)
    return halls


def _reaches(forum: Forum, before: tuple[int, int] | None, slot: int, hall: int) -> bool:
    """Tell whether somebody gets from the last meeting to a hall in a slot."""
    if before is None or before[0] != slot - 1:
        return True
    return forum.can_walk(before[0], before[1], hall)


def _by_search(forum: Forum, placed: dict[int, int], board: Board, pairs: Pairs) -> dict[int, int]:
    """Search halls for all meetings at once; drop as little weight as can be."""
    model = cp_model.CpModel()
    sits: dict[tuple[int, int], Any] = {}
    for p in placed:
        booth = forum.people[pairs.wishes[p].host].booth
        choice = range(len(forum.halls)) if booth is None else [forum.hall(booth)]
        for hall in choice:
            sits[p, hall] = model.new_bool_var("")
        model.add_at_most_one(sits[p, hall] for hall in choice)
    for slot in range(len(forum.slots)):
        for hall, one in enumerate(forum.halls):
            here = [
                sits[p, hall]
                for p, at in placed.items()
                if at == slot and board.needs_table[p] and (p, hall) in sits
            ]
            model.add(sum(here) <= one.tables)
    for person in range(len(forum.people)):
        for slot in range(len(forum.slots) - 1):
            _walk(model, forum, board, sits, person, slot)
    model.maximize(
        sum(int(1 + 1000 * pairs.wishes[p].score + 10**9 * pairs.wishes[p].is_must) * one
            for (p, _), one in sits.items())
    )  # fmt: skip
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECONDS
    solver.parameters.num_workers = 1
    known = _greedily(forum, placed, pairs)
    for (p, hall), boolean in sits.items():
        model.add_hint(boolean, known.get(p) == hall)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return known
    return {p: hall for (p, hall), one in sits.items() if solver.boolean_value(one)}


def _refill(
    forum: Forum, board: Board, pairs: Pairs, placed: dict[int, int], halls: dict[int, int]
) -> None:
    """Put pairs that are out where slot, hall and way suit; the highest weight first."""
    where = {
        (who, slot): halls[p]
        for p, slot in placed.items()
        for who in (pairs.wishes[p].guest, pairs.wishes[p].host)
    }
    held = Counter(who for who, _ in where)
    sat = Counter((slot, halls[p]) for p, slot in placed.items() if board.needs_table[p])
    spoken = Counter((pairs.language[p], slot) for p, slot in placed.items())
    out = (p for p in range(board.at.size) if p not in placed)
    for p in sorted(out, key=lambda p: (-board.weight[p], p)):
        wish, language = pairs.wishes[p], pairs.language[p]
        both = (wish.guest, wish.host)
        if any(held[who] >= board.most[who] for who in both):
            continue
        booth = forum.people[wish.host].booth
        choice = range(len(forum.halls)) if booth is None else [forum.hall(booth)]
        found = next(
            (
                (slot, hall)
                for slot in range(len(forum.slots))
                if all(board.is_free[who, slot] and (who, slot) not in where for who in both)
                and (
                    language == NONE or spoken[language, slot] < board.interpreters[language, slot]
                )
                for hall in choice
                if (booth is not None or sat[slot, hall] < forum.halls[hall].tables)
                and all(_is_on_the_way(forum, where, who, slot, hall) for who in both)
            ),
            None,
        )
        if found is None:
            continue
        placed[p], halls[p] = found
        where[wish.guest, found[0]] = where[wish.host, found[0]] = found[1]
        held.update(both)
        sat[found] += int(board.needs_table[p])
        spoken[language, found[0]] += 1


def _is_on_the_way(
    forum: Forum, where: dict[tuple[int, int], int], who: int, slot: int, hall: int
) -> bool:
    """Tell whether somebody reaches a hall from the slot before and the next one from it."""
    before, after = where.get((who, slot - 1)), where.get((who, slot + 1))
    return (before is None or forum.can_walk(slot - 1, before, hall)) and (
        after is None or forum.can_walk(slot, hall, after)
    )


def _walk(
    model: Any, forum: Forum, board: Board, sits: dict[tuple[int, int], Any], person: int, slot: int
) -> None:
    """Forbid halls between which somebody cannot walk in the break."""
    now, then = int(board.busy[person, slot]), int(board.busy[person, slot + 1])
    if NONE in (now, then):
        return
    for here in range(len(forum.halls)):
        for there in range(len(forum.halls)):
            if forum.can_walk(slot, here, there):
                continue
            if (now, here) in sits and (then, there) in sits:
                model.add_at_most_one(sits[now, here], sits[then, there])
