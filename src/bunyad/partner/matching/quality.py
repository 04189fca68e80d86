"""How good an order is, by judged pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def ndcg(scores: Sequence[float], grades: Sequence[float], *, at: int = 10) -> float:
    """
    Return the normalised discounted cumulative gain of an order, 0 to 1 [-].

    The gain of a grade g is 2^g - 1, the discount of rank r is log2(r + 1) (Järvelin and
    Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20(4), p. 422-446;
    the gain as in Burges et al. 2005, Learning to rank using gradient descent, ICML). Things of
    the same score stand in every order alike: each gets the mean discount of their ranks.

    Parameters
    ----------
    scores
        By which the order is made, highest first.
    grades
        What was judged.
    at
        Ranks that count.

    Examples
    --------
    >>> ndcg([3, 2, 1], [3, 2, 0]), ndcg([1, 2, 3], [0, 0, 0])
    (1.0, 0.0)
    >>> round(ndcg([1, 2, 3], [3, 2, 0]), 4)
    0.6064
    """
    values, gains = np.asarray(scores, float), 2 ** np.asarray(grades, float) - 1
    ranks = np.arange(1, len(values) + 1)
    discounts = np.where(ranks <= at, 1 / np.log2(ranks + 1), 0)
    best = float((np.sort(gains)[::-1] * discounts).sum())
    if best == 0:
        return 0.0
    order = np.argsort(-values, kind="stable")
    _, group = np.unique(-values[order], return_inverse=True)
    mean = np.bincount(group, discounts) / np.bincount(group)
    return float((gains[order] * mean[group]).sum() / best)
