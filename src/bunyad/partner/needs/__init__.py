"""
Needs: what the plan's projects and settlements ask for.

model    a need: of which project, what, where, when, for how much
asked    what each kind of project and each smart system asks for: a data table
draw     needs from projects and from bills of smart systems
reading  projects and bills of a plan folder
"""

from __future__ import annotations

from bunyad.partner.needs.asked import asked_titles
from bunyad.partner.needs.draw import draw_needs
from bunyad.partner.needs.model import NEEDS, Need, needs_table
from bunyad.partner.needs.reading import PlanBills, read_plan_bills

__all__ = [
    "NEEDS",
    "Need",
    "PlanBills",
    "asked_titles",
    "draw_needs",
    "needs_table",
    "read_plan_bills",
]
