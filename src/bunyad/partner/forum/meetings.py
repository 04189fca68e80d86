"""
Meeting scheduling, problem 046 of CSPLib: when each of given meetings starts.

Agents attend meetings that last one slot each and take place far from one another. Two meetings of
one agent need the time to get from the one to the other between them. Wanted are start times
within the slots that there are, and the fewest slots that any schedule needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

from bunyad.errors import Fault, InputError

TAG = re.compile(r"<br\s*/?>|</p>|</tr>|</li>", re.IGNORECASE)
OTHER_TAG = re.compile(r"<[^>]*>|\*\*|__|`|&nbsp;")
COUNT = re.compile(r"(NumberOfMeetings|NumberOfAgents|DomainSize)\s*=\s*(\d+)", re.IGNORECASE)
AGENT = re.compile(r"Agents?\s*\(\s*\d+\s*\)\s*:\s*([\d\s,]*)", re.IGNORECASE)
ROW = re.compile(r"^\s*(\d+)\s*:\s*((?:\d+[\s,]*)+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingProblem:
    """Meetings that have to be given a start."""

    name: str
    slots: int
    """Starts are 0 to slots - 1."""
    attends: tuple[frozenset[int], ...]
    """Meetings of each agent."""
    travel: tuple[tuple[int, ...], ...]
    """Slots from one meeting's place to another's [slots]."""

    @property
    def meetings(self) -> int:
        """How many meetings there are."""
        return len(self.travel)

    def apart(self) -> dict[tuple[int, int], tuple[int, int]]:
        """
        Return how far apart meetings of a common agent start, at least.

        For a pair i < j: if i is first, and if j is. A meeting lasts one slot (the arrival-time
        constraint of CSPLib: |t_i - t_j| - 1 >= travel).
        """
        pairs = {pair for mine in self.attends for pair in combinations(sorted(mine), 2)}
        return {(i, j): (1 + self.travel[i][j], 1 + self.travel[j][i]) for i, j in sorted(pairs)}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSchedule:
    """What was found, and what was proved."""

    name: str
    slots: int
    is_feasible: bool | None
    """Whether the meetings fit into the slots; None: neither found nor refuted in time."""
    starts: tuple[int, ...]
    """Start of each meeting in a schedule with the fewest slots found; none found: empty."""
    slots_needed: int | None
    """Slots of that schedule."""
    least_slots: int
    """Proven: no schedule needs fewer slots."""

    @property
    def is_optimal(self) -> bool:
        """Whether no schedule with fewer slots exists."""
        return self.slots_needed == self.least_slots


def schedule_meetings(
    problem: MeetingProblem, *, seconds: float = 60.0, workers: int = 2
) -> MeetingSchedule:
    """
    Find a schedule with the fewest slots and prove that fewer do not do.

    The search is not held to the slots that there are: where the meetings do not fit, the fewest
    slots that they need are told, and that is the proof.

    Parameters
    ----------
    problem
        Meetings, agents, travel.
    seconds
        Time limit [s].
    workers
        Threads.

    Returns
    -------
    MeetingSchedule
        Starts, and what was proved.

    Examples
    --------
    >>> two = MeetingProblem(name="two", slots=3, attends=(frozenset({0, 1}),),
    ...                      travel=((0, 1), (1, 0)))
    >>> schedule_meetings(two).slots_needed
    3
    """
    if not problem.meetings:
        return MeetingSchedule(name=problem.name, slots=problem.slots, is_feasible=True, starts=(),
                               slots_needed=0, least_slots=0)  # fmt: skip
    apart = problem.apart()
    model = cp_model.CpModel()
    horizon = 1 + sum(max(both) for both in _widest(problem, apart))
    starts = [model.new_int_var(0, horizon - 1, "") for _ in range(problem.meetings)]
    last = model.new_int_var(0, horizon - 1, "")
    for start in starts:
        model.add(last >= start)
    for (i, j), (forth, back) in apart.items():
        first = model.new_bool_var("")
        model.add(starts[j] - starts[i] >= forth).only_enforce_if(first)
        model.add(starts[i] - starts[j] >= back).only_enforce_if(first.negated())
    _add_cliques(model, problem, starts)
    model.minimize(last)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    status = solver.solve(model)
    least = max(1, round(solver.best_objective_bound) + 1)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        feasible = False if least > problem.slots else None
        return MeetingSchedule(name=problem.name, slots=problem.slots, is_feasible=feasible,
                               starts=(), slots_needed=None, least_slots=least)  # fmt: skip
    found = tuple(solver.value(one) for one in starts)
    needed = max(found) + 1
    feasible = True if needed <= problem.slots else False if least > problem.slots else None
    return MeetingSchedule(
        name=problem.name,
        slots=problem.slots,
        is_feasible=feasible,
        starts=found,
        slots_needed=needed,
        least_slots=min(least, needed),
    )


def _widest(
    problem: MeetingProblem, apart: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[tuple[int, ...]]:
    """Give for each meeting the farthest it must be from another: one after the other they fit."""
    for meeting in range(problem.meetings):
        yield max((both for pair, both in apart.items() if meeting in pair), default=(1,), key=max)


def _add_cliques(model: Any, problem: MeetingProblem, starts: list[Any]) -> None:
    """Say once more that an agent is in one meeting at a time, with the shortest ways between."""
    for mine in problem.attends:
        if len(mine) < 3:
            continue
        intervals = []
        for meeting in sorted(mine):
            near = min(
                min(problem.travel[meeting][other], problem.travel[other][meeting])
                for other in mine
                if other != meeting
            )
            shortest = min(problem.travel[i][j] for i in mine for j in mine if i != j)
            assert shortest <= near
            intervals.append(model.new_fixed_size_interval_var(starts[meeting], 1 + shortest, ""))
        model.add_no_overlap(intervals)


def schedule_faults(problem: MeetingProblem, starts: Iterable[int]) -> list[str]:
    """Return every rule that start times break; the checker of `schedule_meetings`."""
    given = list(starts)
    if len(given) != problem.meetings:
        return [f"{len(given)} starts for {problem.meetings} meetings"]
    faults = [f"meeting {one} starts at {at}" for one, at in enumerate(given)
              if not 0 <= at < problem.slots]  # fmt: skip
    faults += [
        f"agent {agent} cannot get from meeting {i} to {j}"
        for agent, mine in enumerate(problem.attends)
        for i in mine
        for j in mine
        if (given[i], i) < (given[j], j) and given[j] - given[i] - 1 < problem.travel[i][j]
    ]
    return faults


def read_meetings(text: str, *, where: str = "instance") -> tuple[MeetingProblem, ...]:
    """
    Read instances of problem 046, one or many, from the text of a file.

    Two forms are known: that of CSPLib (Markdown, its page in HTML, or plain text: numbers of
    meetings and agents, `DomainSize`, a line of meetings for each agent, the distances), and the
    one of Glasgow, which is numbers alone: meetings, agents and slots in a line, a row of 0 and 1
    for each agent, a row of distances for each meeting.

    Raises
    ------
    InputError
        If the text is of neither form, or numbers are missing.
    """
    plain = OTHER_TAG.sub("", TAG.sub("\n", text))
    if COUNT.search(plain):
        starts = _instance_starts(plain)
        parts = [plain[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]
        found = [one for one in parts if COUNT.search(one)]
        return tuple(
            _read_words(one, f"{where}" if len(found) == 1 else f"{where}#{number}")
            for number, one in enumerate(found, start=1)
        )
    return (_read_numbers(plain, where),)


def _instance_starts(plain: str) -> list[int]:
    return [one.start() for one in re.finditer(r"NumberOfMeetings\s*=", plain, re.IGNORECASE)]


def _read_words(part: str, name: str) -> MeetingProblem:
    counts = {key.lower(): int(value) for key, value in COUNT.findall(part)}
    missing = {"numberofmeetings", "numberofagents", "domainsize"} - set(counts)
    if missing:
        raise _wrong(f"{', '.join(sorted(missing))} is missing", name)
    many = counts["numberofmeetings"]
    agents = [[int(one) for one in re.findall(r"\d+", row)] for row in AGENT.findall(part)]
    after = part[part.lower().find("distance", part.lower().rfind("agents (")) :]
    rows = {
        int(found[1]): [int(one) for one in re.findall(r"\d+", found[2])]
        for found in (ROW.match(line) for line in after.splitlines())
        if found
    }
    return _problem(name, counts["domainsize"], many, counts["numberofagents"], agents, rows)


def _read_numbers(plain: str, name: str) -> MeetingProblem:
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    head = lines[0].split() if lines else []
    if len(head) != 3 or not all(one.isdigit() for one in head):
        raise _wrong("it is no instance of meeting scheduling", name)
    many, people, slots = (int(one) for one in head)
    rows = [[int(one) for one in re.findall(r"\d+", line.split(":")[-1])] for line in lines[1:]]
    if len(rows) < many + people:
        raise _wrong(f"{many + people} rows are announced and {len(rows)} are there", name)
    agents = [[meeting for meeting, one in enumerate(row) if one] for row in rows[:people]]
    distances = dict(enumerate(rows[people : people + many]))
    return _problem(name, slots, many, people, agents, distances)


def _problem(
    name: str,
    slots: int,
    many: int,
    people: int,
    agents: list[list[int]],
    rows: dict[int, list[int]],
) -> MeetingProblem:
    faults = []
    if len(agents) != people:
        faults.append(Fault(name, f"{len(agents)} agents of {people} have a line", "add them"))
    for agent, mine in enumerate(agents):
        if any(one >= many for one in mine):
            faults.append(Fault(f"{name}: agent {agent}", "a meeting is unknown", "correct it"))
    faults += [
        Fault(
            f"{name}: distances of meeting {meeting}",
            f"{len(rows.get(meeting, ()))} of {many} are there",
            "give all",
        )
        for meeting in range(many)
        if len(rows.get(meeting, ())) != many
    ]
    if faults:
        raise InputError.of(faults)
    return MeetingProblem(
        name=name,
        slots=slots,
        attends=tuple(frozenset(one) for one in agents),
        travel=tuple(tuple(rows[meeting]) for meeting in range(many)),
    )


def _wrong(what: str, where: str) -> InputError:
    return InputError(what, where=where, mend="give an instance as CSPLib or Glasgow writes it")
