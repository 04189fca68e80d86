"""Deferred acceptance: the best stable matching for applicants, or for hosts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Literal

import numpy as np

from bunyad.errors import InputError
from bunyad.partner.exchange.kernels import applicants_propose, hosts_propose
from bunyad.partner.exchange.market import Exchange, Groups, Ints, Matching, break_ties

Best = Literal["applicants", "hosts"]
MOST_IN_TABLE = 20_000_000
"""Pairs up to which a table is made, which is faster than a search and takes 160 MB at most."""
ENDLESS = np.iinfo(np.int64).max


def defer_acceptance(
    exchange: Exchange, *, best_for: Best = "applicants", seed: int | None = None
) -> Matching:
    """
    Match by deferred acceptance.

    The result is stable: no applicant and host would both rather have one another than what they
    got. Among all stable matchings it is the best for every member of one side at once.

    Parameters
    ----------
    exchange
        A market without couples and quotas across hosts; limits of kinds are kept.
    best_for
        Who proposes. No applicant gains by telling wrong wishes where applicants do.
    seed
        Of the lottery that breaks ties; without it the order written does.

    Returns
    -------
    Matching
        Who goes where.

    Raises
    ------
    InputError
        If the market has couples or quotas across hosts (`match_exactly` takes them), or if hosts
        shall propose under limits of kinds.

    References
    ----------
    D. Gale, L. S. Shapley: College admissions and the stability of marriage. American Mathematical
    Monthly 69 (1962). Limits of kinds keep the choice of a host substitutable: A. Abdulkadiroğlu,
    T. Sönmez: School choice. American Economic Review 93 (2003), section IV.

    Examples
    --------
    >>> from bunyad.partner.exchange.market import Exchange, strict
    >>> market = Exchange(applicants=("Ay", "Su"), hosts=("Bakı", "Lahore"), places=(1, 1),
    ...                   wishes=(strict([0, 1]), strict([0, 1])),
    ...                   rankings=(strict([1, 0]), strict([0, 1])))
    >>> defer_acceptance(market).host_of
    (1, 0)
    """
    if not exchange.is_plain:
        raise InputError(
            "deferred acceptance knows no couples and no quotas across hosts",
            where="exchange",
            mend="match exactly",
        )
    market = break_ties(exchange, seed=seed)
    wished, ranked = _flatten(market.wishes), _flatten(market.rankings)
    places = np.asarray(market.places, np.int64)
    if best_for == "hosts":
        if market.most_of_kind:
            raise InputError(
                "hosts cannot propose under limits of kinds",
                where="exchange: most_of_kind",
                mend="let applicants propose",
            )
        rank = _positions(ranked, wished, len(market.hosts))
        host_of = hosts_propose(*ranked, rank, places, len(market.applicants))
    else:
        kinds, most = _kinds(market)
        rank = _positions(wished, ranked, len(market.applicants))
        host_of = applicants_propose(*wished, rank, places, kinds, most)
    return Matching(host_of=tuple(host_of.tolist()), method=f"deferred acceptance, {best_for} best")


def _flatten(side: Sequence[Groups]) -> tuple[Ints, Ints]:
    """Return lists as one array and where each starts."""
    start = np.concatenate(([0], np.cumsum(np.fromiter(map(len, side), np.int64, len(side)))))
    members = chain.from_iterable(chain.from_iterable(side))
    return start, np.fromiter(members, np.int64, int(start[-1]))


def _positions(own: tuple[Ints, Ints], others: tuple[Ints, Ints], count: int) -> Ints:
    """Return beside each entry of one's own lists where the one named lists the owner, or -1."""
    owner = np.repeat(np.arange(own[0].size - 1), np.diff(own[0]))
    back_owner = np.repeat(np.arange(others[0].size - 1), np.diff(others[0]))
    place = np.arange(others[1].size) - others[0][back_owner]
    back = back_owner * count + others[1]
    wanted = own[1] * count + owner
    if not back.size:
        return np.full(wanted.size, -1, np.int64)
    size = (others[0].size - 1) * count
    if size <= MOST_IN_TABLE:
        table = np.full(size, -1, np.int64)
        table[back] = place
        found: Ints = table[wanted]
        return found
    order = np.argsort(back, kind="stable")
    at = np.minimum(np.searchsorted(back[order], wanted), back.size - 1)
    return np.where(back[order][at] == wanted, place[order][at], -1).astype(np.int64)


def _kinds(market: Exchange) -> tuple[Ints, Ints]:
    if not market.most_of_kind:
        none = np.zeros(len(market.applicants), np.int64)
        return none, np.full((len(market.hosts), 1), ENDLESS, np.int64)
    return np.asarray(market.kinds, np.int64), np.asarray(market.most_of_kind, np.int64)
