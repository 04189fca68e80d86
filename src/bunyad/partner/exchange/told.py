"""The front door, and the statistics of who got which wish."""

from __future__ import annotations

from dataclasses import dataclass

from bunyad.partner.exchange.accept import Best, defer_acceptance
from bunyad.partner.exchange.exact import match_exactly
from bunyad.partner.exchange.market import NOWHERE, Exchange, Matching


@dataclass(frozen=True, slots=True, kw_only=True)
class WishCounts:
    """How well a matching meets the wishes."""

    applicants: int
    placed: int
    places: int
    by_wish: tuple[int, ...]
    """How many got their first wish, their second, and so on; couples count twice."""
    without_wish: int
    """How many named no host at all."""
    mean_wish: float | None
    """Mean place of the wish that was met, 1 is the first [-]; nobody was placed: none."""


def match_exchange(
    exchange: Exchange,
    *,
    best_for: Best = "applicants",
    seed: int | None = None,
    seconds: float = 60,
) -> Matching:
    """
    Match by the method that fits: deferred acceptance, or the exact one with couples or quotas.

    Parameters
    ----------
    exchange
        The market.
    best_for
        Who proposes in deferred acceptance.
    seed
        Of the lottery that breaks ties in deferred acceptance.
    seconds
        Time limit of the exact method [s].

    Returns
    -------
    Matching
        Who goes where; the notes say what was proved.
    """
    if exchange.is_plain:
        return defer_acceptance(exchange, best_for=best_for, seed=seed)
    return match_exactly(exchange, seconds=seconds)


def count_wishes(exchange: Exchange, matching: Matching) -> WishCounts:
    """
    Count who got which wish.

    Examples
    --------
    >>> from bunyad.partner.exchange.market import strict
    >>> market = Exchange(applicants=("Ay", "Su"), hosts=("Bakı", "Lahore"), places=(1, 1),
    ...                   wishes=(strict([0, 1]), strict([0, 1])),
    ...                   rankings=(strict([1, 0]), strict([0, 1])))
    >>> count_wishes(market, defer_acceptance(market)).by_wish
    (1, 1)
    """
    met: list[int] = []
    for applicant, host in enumerate(matching.host_of):
        for level, group in enumerate(exchange.wishes[applicant]):
            if host in group:
                met.append(level)
    for couple in exchange.couples:
        pair = (matching.host_of[couple.first], matching.host_of[couple.second])
        if pair in couple.wishes:
            met += [couple.wishes.index(pair)] * sum(one != NOWHERE for one in pair)
    by_wish = [0] * (max(met, default=-1) + 1)
    for level in met:
        by_wish[level] += 1
    paired = {one for each in exchange.couples for one in (each.first, each.second)}
    return WishCounts(
        applicants=len(exchange.applicants),
        placed=sum(host != NOWHERE for host in matching.host_of),
        places=sum(exchange.places),
        by_wish=tuple(by_wish),
        without_wish=sum(
            not wishes for one, wishes in enumerate(exchange.wishes) if one not in paired
        )
        + 2 * sum(not couple.wishes for couple in exchange.couples),
        mean_wish=sum(met) / len(met) + 1 if met else None,
    )
