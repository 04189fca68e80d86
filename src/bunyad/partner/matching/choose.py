"""Whom to propose to whom, so that one does not take all."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.errors import InputError
from bunyad.partner.matching.feedback import Feedback
from bunyad.partner.matching.prepare import Prepared
from bunyad.partner.matching.score import score_matches

LOOKED_AT = 6
"""Best pairs of each need that are weighed against each other, in values of `per_need`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An organisation that is proposed to a need."""

    organisation: str
    need: str
    score: float
    """0 to 1 [-]."""
    is_must: bool
    """Whether somebody asked for it."""


def choose_matches(
    prepared: Prepared,
    *,
    feedback: Sequence[Feedback] = (),
    per_need: int = 5,
    per_organisation: int = 8,
    least_score: float = 0.2,
) -> tuple[Match, ...]:
    """
    Propose organisations to needs.

    Pairs that must meet come first. Then the pair of most worth is taken again and again; the
    worth of an organisation's pairs falls with each that it has got, so that others have a turn.

    Parameters
    ----------
    prepared
        As `prepare_matching` gave it.
    feedback
        What was said to matches before.
    per_need
        Most organisations for a need; must-meets may exceed it.
    per_organisation
        Most needs for an organisation; must-meets may exceed it.
    least_score
        Score below which nothing is proposed, 0 to 1 [-].

    Returns
    -------
    tuple of Match
        By need in the order given, best first.

    Raises
    ------
    InputError
        If a number is below 1 or a verdict unknown.
    """
    for name, value in (("per_need", per_need), ("per_organisation", per_organisation)):
        if value < 1:
            raise InputError(f"{name} is {value}", where=name, mend="give 1 or more")
    scores = score_matches(prepared, feedback=feedback)
    musts = _musts(prepared, feedback, scores)
    taken = [*musts]
    of_organisation, of_need = Counter(i for i, _ in taken), Counter(j for _, j in taken)
    repeat = prepared.rules.repeat_value
    heap = [
        (-float(scores[i, j]) * repeat ** of_organisation[i], i, j, of_organisation[i])
        for i, j in _candidates(scores, per_need * LOOKED_AT, least_score)
        if (i, j) not in musts
    ]
    heapq.heapify(heap)
    while heap:
        _, i, j, had = heapq.heappop(heap)
        if of_need[j] >= per_need or of_organisation[i] >= per_organisation:
            continue
        if of_organisation[i] != had:
            worth = float(scores[i, j]) * repeat ** of_organisation[i]
            heapq.heappush(heap, (-worth, i, j, of_organisation[i]))
            continue
        taken.append((i, j))
        of_organisation[i] += 1
        of_need[j] += 1
    taken.sort(key=lambda pair: (pair[1], pair not in musts, -scores[pair], pair[0]))
    return tuple(
        Match(
            organisation=prepared.organisations[i].id,
            need=prepared.needs[j].id,
            score=round(float(scores[i, j]), 4),
            is_must=(i, j) in musts,
        )
        for i, j in taken
    )


def _musts(
    prepared: Prepared, feedback: Sequence[Feedback], scores: NDArray[np.float32]
) -> dict[tuple[int, int], None]:
    """Return the pairs that must meet and may."""
    rows = {one.id: at for at, one in enumerate(prepared.organisations)}
    columns = {one.id: at for at, one in enumerate(prepared.needs)}
    asked = [
        (rows[one.organisation], columns[one.need])
        for one in feedback
        if one.verdict == "must" and one.organisation in rows and one.need in columns
    ]
    return {pair: None for pair in asked if scores[pair] >= 0}


def _candidates(
    scores: NDArray[np.float32], most: int, least_score: float
) -> list[tuple[int, int]]:
    """Return the best pairs of each need."""
    rows, columns = scores.shape
    if not rows or not columns:
        return []
    kept = min(most, rows)
    best = np.argpartition(-scores, kept - 1, axis=0)[:kept]
    return [
        (int(i), j)
        for j in range(columns)
        for i in sorted(best[:, j])
        if scores[i, j] >= max(least_score, 0)
    ]
