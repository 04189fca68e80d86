"""What people say to a match, and what that tells about like needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.errors import Fault, InputError
from bunyad.partner.matching.prepare import Prepared

VERDICTS = ("no", "must", "liked", "disliked")
"""No thanks (a veto), must meet, a good meeting, a poor meeting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What one side says to a match of an organisation and a need."""

    organisation: str
    need: str
    verdict: str
    """One of `VERDICTS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Feedback as positions; of several verdicts on a pair, a veto wins over all."""

    vetoes: NDArray[np.bool_]
    musts: NDArray[np.bool_]
    moved: NDArray[np.float32]
    """What is added to the score: for needs like those that were liked, less for the others."""


def hear_feedback(prepared: Prepared, feedback: Sequence[Feedback]) -> Heard | None:
    """
    Return what feedback does to the score; None if there is none.

    What an organisation said to a need moves its score with needs of like text, as Rocchio's rule
    moves a query towards what was found relevant and away from what was not (Manning, Raghavan and
    Schütze 2008, Introduction to Information Retrieval, section 9.1.1).

    Raises
    ------
    InputError
        Naming every verdict that is unknown. Organisations and needs that are not there any more
        are passed over.
    """
    faults = [
        Fault(f"feedback.{at}", f"{one.verdict!r} is no verdict", f"give {', '.join(VERDICTS)}")
        for at, one in enumerate(feedback)
        if one.verdict not in VERDICTS
    ]
    if faults:
        raise InputError.of(faults)
    rows = {one.id: at for at, one in enumerate(prepared.organisations)}
    columns = {one.id: at for at, one in enumerate(prepared.needs)}
    known = [one for one in feedback if one.organisation in rows and one.need in columns]
    if not known:
        return None
    shape = (len(rows), len(columns))
    vetoes, musts = np.zeros(shape, bool), np.zeros(shape, bool)
    said: dict[tuple[int, bool], list[int]] = {}
    for one in known:
        row, column = rows[one.organisation], columns[one.need]
        vetoes[row, column] |= one.verdict == "no"
        musts[row, column] |= one.verdict == "must"
        said.setdefault((row, one.verdict in ("must", "liked")), []).append(column)
    moved = np.zeros(shape, np.float32)
    rules = prepared.rules
    for (row, is_liked), heard in said.items():
        texts = prepared.need_text[heard]
        near = prepared.alike[texts].mean(axis=0)[prepared.need_text]
        gain = rules.liked_gain if is_liked else -rules.disliked_gain
        moved[row] += np.float32(gain * rules.feedback_share) * near
    return Heard(vetoes=vetoes, musts=musts & ~vetoes, moved=moved)
