"""What an exchange is: applicants, hosts with places, wishes, rankings, couples, quotas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from bunyad.errors import Fault, InputError

Ints = NDArray[np.int64]
Groups = tuple[tuple[int, ...], ...]
"""A list, best first; those of one group are tied."""
NOWHERE = -1
"""Stands for no place: in the wish of a couple, and in a matching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple:
    """Two applicants, such as co-founders, who wish for pairs of places."""

    first: int
    second: int
    wishes: tuple[tuple[int, int], ...]
    """Pairs of hosts, best first; `NOWHERE` stands for no place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many of some applicants some hosts take."""

    title: str
    applicants: frozenset[int]
    hosts: frozenset[int]
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A two-sided market; applicants and hosts are told by their position."""

    applicants: tuple[str, ...]
    hosts: tuple[str, ...]
    places: tuple[int, ...]
    """How many each host takes at most."""
    wishes: tuple[Groups, ...]
    """Hosts that each applicant wishes for, best first; empty for members of couples."""
    rankings: tuple[Groups, ...]
    """Applicants that each host would take, best first."""
    couples: tuple[Couple, ...] = ()
    quotas: tuple[Quota, ...] = ()
    kinds: tuple[int, ...] = ()
    """Kind of each applicant (country or field) that `most_of_kind` limits; empty: none."""
    most_of_kind: tuple[tuple[int, ...], ...] = ()
    """For each host how many of each kind it takes at most."""

    @property
    def has_ties(self) -> bool:
        """Whether somebody holds two others to be equal."""
        lists = chain(self.wishes, self.rankings)
        return max(map(len, chain.from_iterable(lists)), default=0) > 1

    @property
    def is_plain(self) -> bool:
        """Whether deferred acceptance solves it: no couples, no quotas across hosts."""
        return not self.couples and not self.quotas


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Who goes where."""

    host_of: tuple[int, ...]
    """Host of each applicant, or `NOWHERE`."""
    method: str
    is_optimal: bool = True
    """Whether the method proved that no matching is better by its own aim."""
    notes: tuple[str, ...] = field(default=())

    def guests_of(self, exchange: Exchange) -> list[list[int]]:
        """Return the applicants at each host."""
        found: list[list[int]] = [[] for _ in exchange.hosts]
        for applicant, host in enumerate(self.host_of):
            if host != NOWHERE:
                found[host].append(applicant)
        return found


def flat(groups: Groups) -> tuple[int, ...]:
    """Return a list without its groups, in the order written."""
    return tuple(one for group in groups for one in group)


def strict(items: Iterable[int]) -> Groups:
    """Return a list in which nobody is tied."""
    return tuple((one,) for one in items)


def break_ties(exchange: Exchange, *, seed: int | None = None) -> Exchange:
    """
    Break every tie.

    Parameters
    ----------
    exchange
        A market, perhaps with ties.
    seed
        Of the lottery; one number is drawn for each applicant and each host and used by everybody
        (single tie-breaking, which leaves more applicants with their first wish than a lottery of
        each host: Abdulkadiroğlu, Pathak and Roth 2009). Without it the order written decides.

    Returns
    -------
    Exchange
        The market without ties; what is stable in it is stable with the ties as well.
    """
    if not exchange.has_ties:
        return exchange
    tickets = [list(range(count)) for count in (len(exchange.hosts), len(exchange.applicants))]
    if seed is not None:
        random = np.random.default_rng(seed)
        tickets = [random.permutation(len(one)).tolist() for one in tickets]

    def ordered(side: tuple[Groups, ...], ticket: list[int]) -> tuple[Groups, ...]:
        if seed is None:
            return tuple(strict(flat(one)) for one in side)
        return tuple(
            strict(member for group in one for member in sorted(group, key=lambda one: ticket[one]))
            for one in side
        )

    return replace(
        exchange,
        wishes=ordered(exchange.wishes, tickets[0]),
        rankings=ordered(exchange.rankings, tickets[1]),
    )


def check_exchange(exchange: Exchange, *, where: str = "exchange") -> Exchange:
    """
    Refuse a market that contradicts itself; give it back where it is sound.

    Raises
    ------
    InputError
        With every fault: a list that names somebody twice or who is not there, negative places,
        a couple of one, somebody in two couples.
    """
    faults = [
        *_list_faults(exchange.wishes, exchange.applicants, exchange.hosts, f"{where}: wishes"),
        *_list_faults(exchange.rankings, exchange.hosts, exchange.applicants, f"{where}: rankings"),
        *_couple_faults(exchange, where),
    ]
    faults += [
        Fault(f"{where}: places of {name}", f"they are {count}", "give 0 or more")
        for name, count in zip(exchange.hosts, exchange.places, strict=True)
        if count < 0
    ]
    for quota in exchange.quotas:
        if quota.least < 0 or (quota.most is not None and quota.most < quota.least):
            faults.append(
                Fault(
                    f"{where}: quota {quota.title}",
                    f"it asks for {quota.least} to {quota.most}",
                    "give a least of 0 or more and a most that is not below it",
                )
            )
    if faults:
        raise InputError.of(faults)
    return exchange


def _list_faults(
    side: Sequence[Groups], owners: tuple[str, ...], others: tuple[str, ...], where: str
) -> list[Fault]:
    faults = []
    for owner, groups in zip(owners, side, strict=True):
        listed = flat(groups)
        if any(not 0 <= one < len(others) for one in listed):
            faults.append(Fault(f"{where} of {owner}", "it names somebody unknown", "strike them"))
        elif len(set(listed)) < len(listed):
            twice = next(one for one in listed if listed.count(one) > 1)
            faults.append(
                Fault(f"{where} of {owner}", f"it names {others[twice]} twice", "strike one")
            )
    return faults


def _couple_faults(exchange: Exchange, where: str) -> list[Fault]:
    faults = []
    seen: set[int] = set()
    for couple in exchange.couples:
        names = [exchange.applicants[one] for one in (couple.first, couple.second)]
        here = f"{where}: couple {' and '.join(names)}"
        if couple.first == couple.second:
            faults.append(Fault(here, "it is one person", "name two"))
        if {couple.first, couple.second} & seen:
            faults.append(Fault(here, "one of them is in another couple", "strike one of the two"))
        seen |= {couple.first, couple.second}
        if any(not NOWHERE <= one < len(exchange.hosts) for pair in couple.wishes for one in pair):
            faults.append(Fault(here, "it names a host that is unknown", "strike it"))
        if len(set(couple.wishes)) < len(couple.wishes):
            faults.append(Fault(here, "it names a pair twice", "strike one"))
        if any(exchange.wishes[one] for one in (couple.first, couple.second)):
            faults.append(
                Fault(here, "one of them has a list of their own too", "give the pairs alone")
            )
    return faults
