"""The checker of stability: it shares no line with what makes matchings."""

from __future__ import annotations

from dataclasses import dataclass

from bunyad.errors import Fault, InputError
from bunyad.partner.exchange.market import NOWHERE, Couple, Exchange, Matching


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocking:
    """An applicant or couple, and a host or two, who would rather have one another."""

    applicants: tuple[int, ...]
    hosts: tuple[int, ...]
    why: str


def blocking_pairs(exchange: Exchange, matching: Matching) -> list[Blocking]:
    """
    Return everybody who has a reason to go round the matching; nobody: it is stable.

    Parameters
    ----------
    exchange
        The market; with ties a host leaves somebody only for one it strictly prefers, and so does
        an applicant (weak stability).
    matching
        Who goes where.

    Returns
    -------
    list of Blocking
        Blocking pairs of singles, and those of couples in the sense of E. McDermid and
        D. F. Manlove: Keeping partners together. J. Combinatorial Optimization 19 (2010).

    Raises
    ------
    InputError
        If the matching breaks a rule of the market: places, lists, limits, quotas.
    """
    faults = matching_faults(exchange, matching)
    if faults:
        raise InputError.of(faults)
    view = _View(exchange, matching)
    paired = {one for couple in exchange.couples for one in (couple.first, couple.second)}
    found: list[Blocking] = []
    for applicant in range(len(exchange.applicants)):
        if applicant not in paired:
            found += _single(view, applicant)
    for couple in exchange.couples:
        found += _couple(view, couple)
    return found


def matching_faults(exchange: Exchange, matching: Matching) -> list[Fault]:
    """Return every rule that a matching breaks, leaving stability aside."""
    faults: list[Fault] = []
    if len(matching.host_of) != len(exchange.applicants):
        return [Fault("matching", "it does not tell of every applicant", "match again")]
    guests = matching.guests_of(exchange)
    for host, inside in enumerate(guests):
        name = exchange.hosts[host]
        if len(inside) > exchange.places[host]:
            faults.append(Fault(name, f"it took {len(inside)}", "keep to its places"))
        listed = {one for group in exchange.rankings[host] for one in group}
        faults += [
            Fault(name, f"it took {exchange.applicants[one]}, whom it did not rank", "match again")
            for one in inside
            if one not in listed
        ]
        if exchange.most_of_kind:
            for kind, most in enumerate(exchange.most_of_kind[host]):
                if sum(exchange.kinds[one] == kind for one in inside) > most:
                    faults.append(Fault(name, f"it took more than {most} of one kind", "take less"))
    faults += _wish_faults(exchange, matching)
    for quota in exchange.quotas:
        taken = sum(matching.host_of[one] in quota.hosts for one in quota.applicants)
        if taken < quota.least or (quota.most is not None and taken > quota.most):
            faults.append(Fault(f"quota {quota.title}", f"it holds {taken}", "match again"))
    return faults


def _wish_faults(exchange: Exchange, matching: Matching) -> list[Fault]:
    faults = []
    paired: set[int] = set()
    for couple in exchange.couples:
        pair = (matching.host_of[couple.first], matching.host_of[couple.second])
        paired |= {couple.first, couple.second}
        if pair != (NOWHERE, NOWHERE) and pair not in couple.wishes:
            names = f"{exchange.applicants[couple.first]}, {exchange.applicants[couple.second]}"
            faults.append(Fault(names, "they did not wish for this pair", "match again"))
    for applicant, host in enumerate(matching.host_of):
        wished = {one for group in exchange.wishes[applicant] for one in group}
        if host != NOWHERE and applicant not in paired and host not in wished:
            name = exchange.applicants[applicant]
            faults.append(Fault(name, f"got {exchange.hosts[host]}, unwished", "match again"))
    return faults


class _View:
    """What the checker asks again and again."""

    def __init__(self, exchange: Exchange, matching: Matching) -> None:
        self.exchange = exchange
        self.matching = matching
        self.guests = matching.guests_of(exchange)
        self.rank = [
            {one: level for level, group in enumerate(groups) for one in group}
            for groups in exchange.rankings
        ]

    def is_free(self, host: int, count: int = 1) -> bool:
        return self.exchange.places[host] - len(self.guests[host]) >= count

    def worse(self, host: int, applicant: int, *, but: int = NOWHERE) -> list[int]:
        """Return those inside whom the host likes strictly less; nobody if it ranks them not."""
        rank = self.rank[host]
        if applicant not in rank:
            return []
        return [one for one in self.guests[host] if one != but and rank[one] > rank[applicant]]

    def takes(self, host: int, applicant: int, *, but: int = NOWHERE) -> bool:
        """Tell whether the host would take one more, leaving somebody if it must."""
        if applicant not in self.rank[host] or self.exchange.places[host] == 0:
            return False
        worse = self.worse(host, applicant, but=but)
        if self.exchange.most_of_kind:
            kind = self.exchange.kinds[applicant]
            most = self.exchange.most_of_kind[host][kind]
            inside = [one for one in self.guests[host] if self.exchange.kinds[one] == kind]
            if len(inside) >= most:
                return any(self.exchange.kinds[one] == kind for one in worse)
        return self.is_free(host) or bool(worse)


def _single(view: _View, applicant: int) -> list[Blocking]:
    now = view.matching.host_of[applicant]
    found = []
    for group in view.exchange.wishes[applicant]:
        if now in group:
            break
        found += [
            Blocking(applicants=(applicant,), hosts=(host,), why="both would rather")
            for host in group
            if view.takes(host, applicant)
        ]
    return found


def _couple(view: _View, couple: Couple) -> list[Blocking]:
    now = (view.matching.host_of[couple.first], view.matching.host_of[couple.second])
    pair = (couple.first, couple.second)
    found = []
    for wish in couple.wishes:
        if wish == now:
            break
        moved = [side for side in (0, 1) if wish[side] != now[side]]
        if len(moved) == 1:
            side = moved[0]
            host = wish[side]
            blocks = host == NOWHERE or view.takes(host, pair[side], but=pair[1 - side])
            why = "one of them moves"
        elif wish[0] == wish[1]:
            blocks = _takes_both(view, wish[0], pair)
            why = "both move to one host"
        else:
            blocks = all(
                wish[side] == NOWHERE or view.takes(wish[side], pair[side]) for side in (0, 1)
            )
            why = "both move"
        if blocks:
            found.append(Blocking(applicants=pair, hosts=wish, why=why))
    return found


def _takes_both(view: _View, host: int, pair: tuple[int, int]) -> bool:
    """Tell whether a host takes both of a couple, into free places or those of worse ones."""
    if any(one not in view.rank[host] for one in pair):
        return False
    if view.is_free(host, 2):
        return True
    worse = [set(view.worse(host, one)) for one in pair]
    if view.is_free(host, 1):
        return view.exchange.places[host] >= 2 and any(worse)
    return any(first != second for first in worse[0] for second in worse[1])
