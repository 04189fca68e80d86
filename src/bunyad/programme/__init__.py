"""
Programme: say what is built in which order, and on what money.

- `schedule_projects`: the front door, from a designed region to dated, costed projects
- `draft_works`: everything that is to be built, with what it requires, not yet dated
- `schedule_works`: dates under precedence and yearly limits
- `reach_nodes`: the link by which each place of a network is reached
"""

from __future__ import annotations

from bunyad.options.programme import ProgrammeOptions
from bunyad.programme.access import reach_nodes
from bunyad.programme.drafting import draft_works
from bunyad.programme.order import schedule_projects
from bunyad.programme.result import SPENDING, Programme
from bunyad.programme.scheduling import Dates, Limits, schedule_works, yearly_limits
from bunyad.programme.works import Work

__all__ = [
    "SPENDING",
    "Dates",
    "Limits",
    "Programme",
    "ProgrammeOptions",
    "Work",
    "draft_works",
    "reach_nodes",
    "schedule_projects",
    "schedule_works",
    "yearly_limits",
]
