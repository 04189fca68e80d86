"""What no timetable can exceed: a linear programme over parts of the forum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from bunyad.partner.forum.board import Pairs
from bunyad.partner.forum.kernels import Board, Floats, Ints

MOST_COLUMNS = 20_000
"""Up to here the programme takes a second or two; beyond, slots are looked at together."""
SAFE = 1e-7
"""Tolerance of the solver, added to the bound [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The bound, and how much of each pair it takes."""

    score: float
    share: Floats
    keeps_wishes: bool
    """Whether the bound is one of timetables that hold every must and every least number."""


def bound_score(board: Board, pairs: Pairs) -> Bound:
    """
    Bound the score of every timetable.

    Slots in which the same people are there are looked at together: somebody has at most as many
    meetings in them as they are there for, and the tables and interpreters are added up. That
    leaves out which slot of the part a meeting takes, and walking; so no timetable can exceed it.
    Where a part has nobody who comes or goes, no interpreters and no walking, the bound is met
    (edge colouring of bipartite graphs: D. Kőnig 1916; evenly: D. de Werra 1971).

    Parameters
    ----------
    board
        The forum as arrays.
    pairs
        The wishes that can be met.

    Returns
    -------
    Bound
        The score, and the solution of the programme.
    """
    score = np.array([one.score for one in pairs.wishes], np.float64)
    if not score.size:
        return Bound(score=0.0, share=score, keeps_wishes=not board.least.any())
    parts = _parts(board)
    for keeps_wishes in (True, False):
        solved = _solve(board, pairs, score, parts, keeps_wishes=keeps_wishes)
        if solved is not None:
            value, share = solved
            return Bound(
                score=float(value + SAFE * max(1.0, value)), share=share, keeps_wishes=keeps_wishes
            )
    return Bound(score=float(score.sum()), share=np.ones_like(score), keeps_wishes=False)


def _parts(board: Board) -> list[Ints]:
    """Return slots that are looked at together."""
    slots = board.tables.size
    _, part = np.unique(board.is_free, axis=1, return_inverse=True)
    part = part.reshape(-1)
    most = max(1, MOST_COLUMNS // max(1, board.guest.size))
    if part.max() + 1 > most:
        part = np.arange(slots) * most // slots
    return [np.flatnonzero(part == one) for one in np.unique(part)]


def _solve(
    board: Board, pairs: Pairs, score: Floats, parts: list[Ints], *, keeps_wishes: bool
) -> tuple[float, Floats] | None:
    """Solve the programme; None if it has no solution."""
    pair, part = _columns(board, parts)
    people, count = board.held.size, len(parts)
    there = np.stack([board.is_free[:, one].sum(axis=1) for one in parts], axis=1)
    rows = _Rows(pair.size)
    ones = np.ones(pair.size)
    rows.add(pair, ones, np.ones(score.size))
    for side in (board.guest, board.host):
        if count > 1:
            rows.add(side[pair] * count + part, ones, there.reshape(-1).astype(float))
        rows.add(side[pair], ones, np.minimum(board.most, there.sum(axis=1)).astype(float))
    tables = np.array([board.tables[one].sum() for one in parts], float)
    rows.add(part, board.needs_table[pair].astype(float), tables)
    for language in range(board.interpreters.shape[0]):
        most = np.array([board.interpreters[language, one].sum() for one in parts], float)
        rows.add(part, (board.language[pair] == language).astype(float), most)
    if keeps_wishes and board.least.any():
        for side in (board.guest, board.host):
            mine = np.where(np.isin(np.arange(people), np.unique(side)), board.least, 0)
            rows.add(side[pair], -ones, -mine.astype(float))
    must = np.array([one.is_must for one in pairs.wishes], np.bool_)
    if keeps_wishes and must.any():
        rows.add(pair, -ones, np.where(must, -1.0, 0.0))
    solved = linprog(  # type: ignore[call-overload]  # the stubs know no sparse matrix
        -score[pair],
        A_ub=rows.matrix(),
        b_ub=rows.limits(),
        bounds=(0, 1),
        method="highs",
    )
    if solved.status != 0:
        return None
    share = np.bincount(pair, weights=solved.x, minlength=score.size).astype(np.float64)
    return -float(solved.fun), share


def _columns(board: Board, parts: list[Ints]) -> tuple[Ints, Ints]:
    """Return pair and part of each column: where both are there in some slot of the part."""
    found = [
        np.flatnonzero(
            (board.is_free[board.guest][:, one] & board.is_free[board.host][:, one]).any(axis=1)
        )
        for one in parts
    ]
    part = np.repeat(np.arange(len(parts)), [one.size for one in found])
    return np.concatenate(found), part


class _Rows:
    """Rows of the programme, gathered block by block."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.height = 0
        self.at: list[Ints] = []
        self.values: list[Floats] = []
        self.most: list[Floats] = []

    def add(self, row: Ints, values: Floats, most: Floats) -> None:
        """Add a block: the row of each column, its values, and the limit of each row."""
        self.at.append(row + self.height)
        self.values.append(values)
        self.most.append(most)
        self.height += most.size

    def matrix(self) -> csr_array:
        """Return the matrix."""
        column = np.tile(np.arange(self.columns), len(self.at))
        values, at = np.concatenate(self.values), np.concatenate(self.at)
        kept = values != 0
        return csr_array(
            (values[kept], (at[kept], column[kept])), shape=(self.height, self.columns)
        )

    def limits(self) -> Floats:
        """Return the limits of the rows."""
        return np.concatenate(self.most)
