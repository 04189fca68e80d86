"""The score of pairs, whole and in parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bunyad.partner.matching.feedback import Feedback, hear_feedback
from bunyad.partner.matching.prepare import CRITERIA, Prepared

RELEVANT = ("sector", "text")
"""Criteria that say whether an organisation has to do with the need at all."""
Values = NDArray[np.float32]


def score_matches(prepared: Prepared, *, feedback: Sequence[Feedback] = ()) -> Values:
    """
    Return the score of every pair, 0 to 1; -1 where a pair must not be [-].

    The score is the weighted mean of the criteria. Where branch and offer have hardly to do with
    the need, the other criteria count only in proportion: a large bank that speaks the language
    is still no maker of meters.

    Parameters
    ----------
    prepared
        As `prepare_matching` gave it.
    feedback
        What was said to matches before.

    Returns
    -------
    array
        Organisations by row, needs by column.

    Raises
    ------
    InputError
        If a verdict is unknown.
    """
    parts = score_parts(prepared, slice(None), slice(None))
    total = weigh(prepared, parts)
    heard = hear_feedback(prepared, feedback)
    if heard is not None:
        total = np.clip(total + heard.moved, 0, 1)
        total[heard.musts] = 1
        total[heard.vetoes] = -1
    total[prepared.barred] = -1
    return total


def score_parts(
    prepared: Prepared, rows: NDArray[np.int64] | slice, columns: NDArray[np.int64] | slice
) -> dict[str, Values]:
    """Return the criteria of some organisations with some needs, by name."""
    return {name: prepared.parts[name].at(rows, columns) for name in CRITERIA}


def weigh(prepared: Prepared, parts: dict[str, Values]) -> Values:
    """Return the weighted mean of criteria, before feedback and rules of countries."""
    weights = prepared.rules.weights()
    first = [(weights[name], parts[name]) for name in RELEVANT]
    relevant = np.add.reduce([weight * values for weight, values in first])
    whole = sum(weight for weight, _ in first)
    others = np.add.reduce(
        [weights[name] * parts[name] for name in CRITERIA if name not in RELEVANT]
    )
    if whole > 0 and prepared.rules.relevant_from > 0:
        others = others * np.minimum(relevant / np.float32(whole * prepared.rules.relevant_from), 1)
    total: Values = (relevant + others).astype(np.float32)
    return total
