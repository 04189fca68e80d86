"""Problem 046 of CSPLib: both forms of its instances, optima against brute force."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.partner.forum import (
    MeetingProblem,
    read_meetings,
    schedule_faults,
    schedule_meetings,
)

EXAMPLE = """
__Instance #1__

NumberOfMeetings              = 5
NumberOfAgents                = 3
NumberOfMeetingPerAgent       = 3
MinDisTimeBetweenMeetings     = 1
MaxDisTimeBetweenMeetings     = 3
DomainSize                    = 6

Agents Meetings:
 Agents (0): 0 2 4
 Agents (1): 0 1 2
 Agents (2): 1 2 3

Between Meetings Distance:
     0 1 2 3 4
 0:  0 1 2 1 3
 1:  1 0 3 2 2
 2 : 2 3 0 1 2
 3:  1 2 1 0 3
 4:  3 2 2 3 0

Estimated P1=0.7 P2=0.4
"""
GLASGOW = """5 3 6
0: 1 0 1 0 1
1: 1 1 1 0 0
2: 0 1 1 1 0
0: 0 1 2 1 3
1: 1 0 3 2 2
2: 2 3 0 1 2
3: 1 2 1 0 3
4: 3 2 2 3 0
"""
"""The example in the specification of CSPLib's problem 046, in the form of Glasgow."""


def test_both_forms_give_the_same_instance_of_the_specification() -> None:
    words, numbers = read_meetings(EXAMPLE)[0], read_meetings(GLASGOW)[0]

    assert (words.slots, words.attends, words.travel) == (
        numbers.slots, numbers.attends, numbers.travel,
    )  # fmt: skip
    assert words.attends[0] == {0, 2, 4}


def test_a_page_of_html_with_two_instances_is_read() -> None:
    page = "<p>" + EXAMPLE.replace("\n", "<br />\n").replace("__", "<strong>") + "</p>"

    found = read_meetings(
        page + page.replace("DomainSize                    = 6", "DomainSize = 9")
    )

    assert [one.slots for one in found] == [6, 9]
    assert found[0].travel == read_meetings(GLASGOW)[0].travel


def test_the_example_needs_as_many_slots_as_brute_force_finds() -> None:
    problem = read_meetings(EXAMPLE)[0]

    done = schedule_meetings(problem)

    assert done.slots_needed == _fewest(problem)
    assert done.is_optimal
    assert done.is_feasible is (done.slots_needed <= 6)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_fewest_slots_are_those_of_brute_force(data: st.DataObject) -> None:
    many = data.draw(st.integers(1, 4))
    travel = [[0] * many for _ in range(many)]
    for i, j in itertools.combinations(range(many), 2):
        travel[i][j] = travel[j][i] = data.draw(st.integers(0, 2))
    attends = data.draw(st.lists(st.frozensets(st.integers(0, many - 1)), min_size=1, max_size=3))
    problem = MeetingProblem(
        name="chance", slots=12, attends=tuple(attends), travel=tuple(map(tuple, travel))
    )

    done = schedule_meetings(problem, workers=1)

    assert schedule_faults(problem, done.starts) == []
    assert done.slots_needed == done.least_slots == _fewest(problem)


def _fewest(problem: MeetingProblem) -> int:
    """Start every meeting as early as can be, in every order; one of the orders is the best."""
    best = 99
    for order in itertools.permutations(range(problem.meetings)):
        start: dict[int, int] = {}
        for meeting in order:
            before = [
                start[other] + 1 + problem.travel[other][meeting]
                for other in start
                if any({meeting, other} <= mine for mine in problem.attends)
            ]
            start[meeting] = max(before, default=0)
        best = min(best, max(start.values()) + 1)
    return best


def test_meetings_that_do_not_fit_are_told_infeasible_with_the_slots_they_need() -> None:
    problem = MeetingProblem(
        name="tight", slots=4, attends=(frozenset({0, 1, 2}),),
        travel=((0, 2, 2), (2, 0, 2), (2, 2, 0)),
    )  # fmt: skip

    done = schedule_meetings(problem)

    assert (done.is_feasible, done.slots_needed) == (False, 7)


@pytest.mark.parametrize(
    "text", ["", "hello", "3 2\n", "2 1 3\n1 1\n0 1\n", "NumberOfMeetings = 3"]
)
def test_what_is_no_instance_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_meetings(text)
