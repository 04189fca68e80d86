"""A forum as the arrays that the kernels work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bunyad.errors import InputError
from bunyad.partner.forum.kernels import NONE, Board, Bools, Ints
from bunyad.partner.forum.model import Forum, Wish

MUST = 1e6
"""Weight that a must has above all scores of a timetable together, as a multiple of their sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The wishes that can be met at all, and the musts that cannot, with the reason."""

    wishes: tuple[Wish, ...]
    languages: tuple[str, ...]
    language: tuple[int, ...]
    hopeless: tuple[tuple[Wish, str], ...]


def usable_pairs(forum: Forum) -> Pairs:
    """Leave out vetoes and pairs that share no slot or no language."""
    wishes: list[Wish] = []
    language: list[int] = []
    hopeless: list[tuple[Wish, str]] = []
    known = {name: place for place, name in enumerate(forum.interpreters)}
    there = presence(forum)
    for wish in forum.wishes:
        if wish.is_veto:
            continue
        try:
            spoken = forum.language_of(wish)
        except InputError as error:
            hopeless.append((wish, error.faults[0].what))
            continue
        if not (there[wish.guest] & there[wish.host]).any():
            hopeless.append((wish, "they are never there at the same time"))
            continue
        wishes.append(wish)
        language.append(NONE if spoken is None else known[spoken])
    return Pairs(
        wishes=tuple(wishes),
        languages=tuple(forum.interpreters),
        language=tuple(language),
        hopeless=tuple(hopeless),
    )


def presence(forum: Forum) -> Bools:
    """Return who is there when: [person, slot]."""
    there = np.ones((len(forum.people), len(forum.slots)), np.bool_)
    for place, person in enumerate(forum.people):
        if person.slots is not None:
            there[place] = [slot in person.slots for slot in range(len(forum.slots))]
    return there


def make_board(forum: Forum, pairs: Pairs) -> Board:
    """Return an empty board; weights put musts above everything, then the least of everybody."""
    slots, people, count = len(forum.slots), len(forum.people), len(pairs.wishes)
    score = np.array([one.score for one in pairs.wishes], np.float64)
    total = 1.0 + float(score.sum())
    least = np.array([one.least for one in forum.people], np.int64)
    bonus = total if least.any() else 0.0
    must = np.array([one.is_must for one in pairs.wishes], np.bool_)
    above = total + 2 * bonus * (1 + int(least.sum()))
    booth = [forum.people[one.host].booth is not None for one in pairs.wishes]
    interpreters = np.array(list(forum.interpreters.values()), np.int64).reshape(-1, slots)
    return Board(
        guest=np.array([one.guest for one in pairs.wishes], np.int64),
        host=np.array([one.host for one in pairs.wishes], np.int64),
        weight=score + above * must,
        language=np.array(pairs.language, np.int64),
        needs_table=1 - np.array(booth, np.int64),
        is_free=presence(forum),
        tables=np.full(slots, sum(one.tables for one in forum.halls), np.int64),
        interpreters=interpreters,
        most=np.array([_most(one.most, slots) for one in forum.people], np.int64),
        least=least,
        bonus=bonus,
        is_fixed=np.zeros(count, np.bool_),
        at=np.full(count, NONE, np.int64),
        busy=np.full((people, slots), NONE, np.int64),
        used=np.zeros(slots, np.int64),
        spoken=np.zeros_like(interpreters),
        held=np.zeros(people, np.int64),
        log=np.zeros((40 * (count + 1000), 2), np.int64),
    )


def _most(most: int | None, slots: int) -> int:
    return slots if most is None else min(most, slots)


def slots_of(board: Board) -> Ints:
    """Return the slot of each pair, or `NONE`."""
    return board.at.copy()
