"""Exact matching with couples and quotas, by constraint programming (CP-SAT)."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from ortools.sat.python import cp_model

from bunyad.errors import InfeasibleError, InputError
from bunyad.partner.exchange.market import NOWHERE, Couple, Exchange, Matching

MOST_WORKERS = 8


def match_exactly(
    exchange: Exchange, *, seconds: float = 60.0, seed: int = 1, workers: int = MOST_WORKERS
) -> Matching:
    """
    Match with couples and quotas: stable if that can be, else with the fewest blocking pairs.

    Among stable matchings one that places the most applicants is given. With couples a stable
    matching need not exist and it is hard to tell whether it does (Ronn 1990); the notes say what
    was proved and what was not.

    Parameters
    ----------
    exchange
        A market; ties are left as they are (weak stability). Quotas come before stability: a pair
        that only a quota keeps apart counts as blocking.
    seconds
        Time limit of each question [s]: whether a stable matching exists, then one with one
        blocking pair (of one couple after the other, of anybody), two, three, and the fewest.
    seed
        Of the solver.
    workers
        Threads of the solver.

    Returns
    -------
    Matching
        Who goes where; `is_optimal` says whether the most (or the fewest) is proved.

    Raises
    ------
    InfeasibleError
        If no matching at all keeps the quotas.
    InputError
        If limits of kinds stand beside couples.

    References
    ----------
    D. F. Manlove, I. McBride, J. Trimble: "Almost-stable" matchings in the hospitals / residents
    problem with couples. Constraints 22 (2017).
    """
    if exchange.couples and exchange.most_of_kind:
        raise InputError(
            "limits of kinds and couples stand in one market",
            where="exchange: most_of_kind",
            mend="give the limits as quotas",
        )
    asked = _Question(exchange, seconds=seconds, seed=seed, workers=workers)
    status = asked.ask(most_blocking=0)
    if status in FOUND:
        proved = status == cp_model.OPTIMAL
        note = "stable; no stable matching places more" if proved else "stable"
        return asked.told(is_optimal=proved, note=note)

    none_is_stable = status == cp_model.INFEASIBLE
    first = "no stable matching exists" if none_is_stable else "no stable matching was found"
    proved = none_is_stable
    if asked.ask_couple_by_couple(seconds):
        last = "fewest blocking pairs" if proved else "few blocking pairs, perhaps not fewest"
        return asked.told(is_optimal=proved, note=f"{first}; {last}")
    for most in range(1, FEW + 1):
        status = asked.ask(most_blocking=most)
        if status in FOUND:
            last = "fewest blocking pairs" if proved else "few blocking pairs, perhaps not fewest"
            return asked.told(is_optimal=proved, note=f"{first}; {last}")
        proved = proved and status == cp_model.INFEASIBLE
    status = asked.ask(most_blocking=None)
    if status in FOUND:
        proved = status == cp_model.OPTIMAL
        last = "fewest blocking pairs" if proved else "few blocking pairs, perhaps not fewest"
        return asked.told(is_optimal=proved, note=f"{first}; {last}")
    if status == cp_model.INFEASIBLE:
        raise InfeasibleError(
            "No matching keeps the quotas",
            clashing=[one.title for one in exchange.quotas],
            mend="lower the least numbers or raise the most",
        )
    raise InfeasibleError(
        f"No matching was found in {seconds:g} s", clashing=["time"], mend="give more time"
    )


FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)
FEW = 3
"""Blocking pairs up to which each number is asked for by itself: far faster than to minimise, and
random markets with couples have matchings with one or two (Manlove et al. 2017)."""


COUPLE_S = 10.0
"""Time for one couple, when a single blocking pair is looked for [s]."""


class _Question:
    """A market that is asked for matchings with more and more blocking pairs."""

    def __init__(self, exchange: Exchange, *, seconds: float, seed: int, workers: int) -> None:
        self.exchange = exchange
        self.solver = cp_model.CpSolver()
        self.solver.parameters.max_time_in_seconds = seconds
        self.solver.parameters.random_seed = seed
        self.solver.parameters.num_workers = workers
        self.model = _Model(exchange)

    def ask(self, *, most_blocking: int | None) -> Any:
        """Look for a matching with so many blocking pairs; None: with as few as can be."""
        self.model = _Model(self.exchange)
        self.model.build()
        if most_blocking is None:
            self.model.cp.minimize(sum(self.model.blocks))
        else:
            self.model.cp.add(sum(self.model.blocks) <= most_blocking)
            self.model.cp.maximize(sum(self.model.placed))
        return self.solver.solve(self.model.cp)

    def ask_couple_by_couple(self, seconds: float) -> bool:
        """Look for a matching with one blocking pair, of one couple after the other."""
        ends = time.monotonic() + seconds
        for couple in self.exchange.couples:
            if time.monotonic() > ends:
                return False
            self.model = _Model(self.exchange)
            self.model.build()
            own = self.model.blocks_of.get(couple.first, [])
            mine = {one.index for one in own}
            for one in self.model.blocks:
                if one.index not in mine:
                    self.model.cp.add(one == 0)
            self.model.cp.add(sum(own) <= 1)
            limit = self.solver.parameters.max_time_in_seconds
            self.solver.parameters.max_time_in_seconds = min(limit, COUPLE_S)
            status = self.solver.solve(self.model.cp)
            self.solver.parameters.max_time_in_seconds = limit
            if status in FOUND:
                return True
        return False

    def told(self, *, is_optimal: bool, note: str) -> Matching:
        """Read the matching that was found."""
        return self.model.told(self.solver, "exact", is_optimal=is_optimal, note=note)


class _Model:
    """The model: one boolean for each wish, one for each wish that may block."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.cp = cp_model.CpModel()
        self.rank = [
            {one: level for level, group in enumerate(groups) for one in group}
            for groups in exchange.rankings
        ]
        self.inside: dict[tuple[int, int], list[Any]] = defaultdict(list)
        """Booleans whose sum says whether an applicant is at a host: (applicant, host)."""
        self.paired = {one for each in exchange.couples for one in (each.first, each.second)}
        self.given: dict[int, list[tuple[int, int, Any]]] = {}
        """For each single: level of the wish, host, boolean."""
        self.pairs: list[list[tuple[tuple[int, int], Any]]] = []
        self.blocks: list[Any] = []
        self.blocks_of: dict[int, list[Any]] = defaultdict(list)
        """Those of each couple, by its first member."""
        self.placed: list[Any] = []
        self._sums: dict[int, dict[int, Any]] = {}
        self._full: dict[tuple[int, int, int, int], Any] = {}

    def build(self) -> None:
        """Write the whole model."""
        self._wish()
        self._keep_places()
        for applicant in self.given:
            self._settle_single(applicant)
        for couple, pairs in zip(self.exchange.couples, self.pairs, strict=True):
            self._settle_couple(couple, pairs)

    def told(self, solver: Any, method: str, *, is_optimal: bool, note: str) -> Matching:
        """Read the matching that the solver found."""
        host_of = [NOWHERE] * len(self.exchange.applicants)
        for (applicant, host), booleans in self.inside.items():
            if any(solver.boolean_value(one) for one in booleans):
                host_of[applicant] = host
        return Matching(host_of=tuple(host_of), method=method, is_optimal=is_optimal, notes=(note,))

    def _accepts(self, host: int, applicant: int) -> bool:
        return host == NOWHERE or applicant in self.rank[host]

    def _wish(self) -> None:
        for applicant, groups in enumerate(self.exchange.wishes):
            if applicant in self.paired:
                continue
            row = [
                (level, host, self.cp.new_bool_var(""))
                for level, group in enumerate(groups)
                for host in group
                if self._accepts(host, applicant)
            ]
            self.given[applicant] = row
            for _, host, boolean in row:
                self.inside[applicant, host].append(boolean)
            self.cp.add_at_most_one(one for *_, one in row)
            self.placed += [one for *_, one in row]
        for couple in self.exchange.couples:
            pairs = [
                (wish, self.cp.new_bool_var(""))
                for wish in couple.wishes
                if self._accepts(wish[0], couple.first) and self._accepts(wish[1], couple.second)
            ]
            self.pairs.append(pairs)
            self.cp.add_at_most_one(one for _, one in pairs)
            for wish, boolean in pairs:
                for member, host in zip((couple.first, couple.second), wish, strict=True):
                    if host != NOWHERE:
                        self.inside[member, host].append(boolean)
                        self.placed.append(boolean)

    def _keep_places(self) -> None:
        for host, count in enumerate(self.exchange.places):
            here = [one for who in self.rank[host] for one in self.inside.get((who, host), ())]
            self.cp.add(sum(here) <= count)
            if self.exchange.most_of_kind:
                for kind, most in enumerate(self.exchange.most_of_kind[host]):
                    self.cp.add(sum(self._of_kind(host, kind, len(self.rank[host]))) <= most)
        for quota in self.exchange.quotas:
            taken = [
                one
                for who in sorted(quota.applicants)
                for host in sorted(quota.hosts)
                for one in self.inside.get((who, host), ())
            ]
            self.cp.add(sum(taken) >= quota.least)
            if quota.most is not None:
                self.cp.add(sum(taken) <= quota.most)

    def _of_kind(self, host: int, kind: int, level: int) -> list[Any]:
        return [
            one
            for who, theirs in self.rank[host].items()
            if theirs <= level and self.exchange.kinds[who] == kind
            for one in self.inside.get((who, host), ())
        ]

    def _at_least_as_good(self, host: int, level: int) -> Any:
        """Return how many inside the host ranks at this level or better."""
        if host not in self._sums:
            by_level: dict[int, list[Any]] = defaultdict(list)
            for who, theirs in self.rank[host].items():
                by_level[theirs] += self.inside.get((who, host), ())
            sums: dict[int, Any] = {}
            before: Any = 0
            for each in sorted(by_level):
                if by_level[each]:
                    now = self.cp.new_int_var(0, self.exchange.places[host], "")
                    self.cp.add(now == before + sum(by_level[each]))
                    before = now
                sums[each] = before
            self._sums[host] = sums
        return self._sums[host][level]

    def _refuses(self, host: int, applicant: int, *, but: int = 0) -> Any:
        """Return a boolean that may be true only if the host is full with as good ones."""
        level = self.rank[host][applicant]
        kind = self.exchange.kinds[applicant] if self.exchange.most_of_kind else -1
        key = (host, level, but, kind)
        if key not in self._full:
            full = self.cp.new_bool_var("")
            good = self._at_least_as_good(host, level)
            self.cp.add(good >= self.exchange.places[host] - but).only_enforce_if(full)
            if kind >= 0:
                limited = self.cp.new_bool_var("")
                most = self.exchange.most_of_kind[host][kind]
                same = sum(self._of_kind(host, kind, level))
                self.cp.add(same >= most).only_enforce_if(limited)
                either = self.cp.new_bool_var("")
                self.cp.add_bool_or([full, limited, either.negated()])
                full = either
            self._full[key] = full
        return self._full[key]

    def _settle_single(self, applicant: int) -> None:
        row = self.given[applicant]
        for level, host, _ in row:
            block = self.cp.new_bool_var("")
            self.blocks.append(block)
            content = [one for theirs, _, one in row if theirs <= level]
            self.cp.add_bool_or([*content, self._refuses(host, applicant), block])

    def _settle_couple(self, couple: Couple, pairs: list[tuple[tuple[int, int], Any]]) -> None:
        """Let no pair block that the couple likes better than what it got."""
        nothing = self.cp.new_bool_var("")
        self.cp.add(sum(one for _, one in pairs) + nothing == 1)
        results = [*pairs, ((NOWHERE, NOWHERE), nothing)]
        for place, (wish, _) in enumerate(pairs):
            block = self.cp.new_bool_var("")
            self.blocks.append(block)
            self.blocks_of[couple.first].append(block)
            kept = [one for _, one in pairs[: place + 1]]
            for moved in ((0,), (1,), (0, 1)):
                now = [
                    one
                    for result, one in results[place + 1 :]
                    if tuple(side for side in (0, 1) if result[side] != wish[side]) == moved
                ]
                if not now:
                    continue
                refusals = self._refusals(couple, wish, moved)
                if refusals is not None:
                    for one in now:
                        self.cp.add_bool_or([one.negated(), *kept, *refusals, block])

    def _refusals(
        self, couple: Couple, wish: tuple[int, int], moved: tuple[int, ...]
    ) -> list[Any] | None:
        """Return booleans one of which must be true for the pair not to block."""
        members = (couple.first, couple.second)
        if len(moved) == 1:
            side = moved[0]
            host = wish[side]
            if host == NOWHERE:
                return []
            other = members[1 - side]
            but = 0
            if wish[1 - side] == host:
                but = int(self.rank[host][other] > self.rank[host][members[side]])
            return [self._refuses(host, members[side], but=but)]
        if wish[0] == wish[1] != NOWHERE:
            host = wish[0]
            liked, other = sorted(members, key=lambda one: self.rank[host][one])
            return [self._refuses(host, other), self._refuses(host, liked, but=1)]
        return [
            self._refuses(host, member)
            for member, host in zip(members, wish, strict=True)
            if host != NOWHERE
        ]
