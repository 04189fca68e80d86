"""The front door: a forum becomes a timetable with a proven bound."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

import numpy as np

from bunyad.partner.forum.board import Pairs, make_board, usable_pairs
from bunyad.partner.forum.bound import Bound, bound_score
from bunyad.partner.forum.kernels import NONE, Board, build, improve
from bunyad.partner.forum.model import Forum, Meeting, Timetable, Unmet, check_forum
from bunyad.partner.forum.seats import seat_meetings

CLOSE = 1e-6
"""Share of the bound that counts as nothing [-]."""
ROUNDS = 20_000
"""Steps of a try between two looks at the clock."""
TRIES = 60
HEAT = 0.02
"""Heat at the start of a try, as a share of the mean score [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to look for a better timetable."""

    seconds: float = 20.0
    tries: int = TRIES
    seed: int = 1


def plan_forum(forum: Forum, *, effort: Effort | None = None) -> Timetable:
    """
    Make the timetable of a forum.

    The bound is solved first; what it takes is put in first (highest score first, into the
    emptiest slot, along chains where both are free at different times), then the rest. Then
    meetings are exchanged at random for better ones until the bound is met, or tries or time are
    used up. Musts come before everything, the least numbers of meetings before scores. Halls and
    tables follow from the slots.

    Parameters
    ----------
    forum
        People, slots, halls, wishes.
    effort
        Time, tries and seed; the same seed gives the same timetable unless time ends it.

    Returns
    -------
    Timetable
        Meetings, score and bound, and what was asked for and is not in it.

    Raises
    ------
    InputError
        If the forum contradicts itself.
    """
    effort = effort or Effort()
    ends = time.monotonic() + effort.seconds
    check_forum(forum)
    pairs = usable_pairs(forum)
    board = make_board(forum, pairs)
    bound = bound_score(board, pairs)
    fill(board, pairs, bound, effort=effort, ends=ends)
    meetings = seat_meetings(forum, board, pairs)
    return told(forum, pairs, bound, meetings)


def fill(board: Board, pairs: Pairs, bound: Bound, *, effort: Effort, ends: float) -> None:
    """Fill a board: what the bound takes, the rest, then better ones."""
    score = np.array([one.score for one in pairs.wishes], np.float64)
    if not score.size:
        return
    taken = np.round(bound.share, 6)
    order = np.lexsort((-board.weight, -taken, -board.weight.astype(bool).astype(int)))
    build(board, order, deep=True)
    heat = HEAT * float(score.mean())
    for attempt in range(effort.tries):
        placed = board.at != NONE
        if score[placed].sum() >= bound.score * (1 - CLOSE) or time.monotonic() > ends:
            return
        improve(board, ROUNDS, heat * (attempt % 2), effort.seed + attempt)


def told(forum: Forum, pairs: Pairs, bound: Bound, meetings: tuple[Meeting, ...]) -> Timetable:
    """Put the timetable together, with what is missing and why."""
    unmet = list(_unmet_musts(forum, pairs, meetings))
    count = Counter(who for one in meetings for who in (one.guest, one.host))
    for place, person in enumerate(forum.people):
        held = count[place]
        if held < person.least:
            why = f"{held} of {person.least} meetings could be placed"
            unmet.append(Unmet(what="least", people=(place,), why=why))
    ordered = sorted(meetings, key=lambda one: (one.slot, one.hall, one.table, one.id))
    return Timetable(
        forum=forum.id,
        meetings=tuple(ordered),
        score=float(sum(one.score for one in ordered)),
        bound=bound.score,
        unmet=tuple(unmet),
    )


def _unmet_musts(forum: Forum, pairs: Pairs, meetings: tuple[Meeting, ...]) -> list[Unmet]:
    held = {(one.guest, one.host) for one in meetings}
    hopeless = {(one.guest, one.host): why for one, why in pairs.hopeless}
    return [
        Unmet(
            what="must",
            people=(wish.guest, wish.host),
            why=hopeless.get(
                (wish.guest, wish.host), "no slot was left that suits both and the other musts"
            ),
        )
        for wish in forum.wishes
        if wish.is_must and (wish.guest, wish.host) not in held
    ]
