"""
Forum: who meets whom, when, and at which table.

model      people, slots, halls, wishes, meetings
reading    a forum as a document that people write
plan       the front door: a timetable with a proven bound
bound      what no timetable can exceed
board      a forum as arrays; kernels: the work on them
seats      halls and tables
check      the checker of timetables
change     changes on the day that move few others
day        the day as a list of events: requests, answers, offers to move
calendars  iCalendar files
sheets     badges and lists of tables as PDF
told       timetables and the board of the hall for machines
meetings   meeting scheduling, problem 046 of CSPLib
"""

from __future__ import annotations

from bunyad.partner.forum.calendars import calendar_of
from bunyad.partner.forum.change import Changes, Replanned, replan_forum
from bunyad.partner.forum.check import timetable_faults
from bunyad.partner.forum.day import Booked, Daybook, DayEvent, apply_event, fold_day, open_day
from bunyad.partner.forum.meetings import (
    MeetingProblem,
    MeetingSchedule,
    read_meetings,
    schedule_faults,
    schedule_meetings,
)
from bunyad.partner.forum.model import Forum, Hall, Meeting, Person, Slot, Timetable, Wish
from bunyad.partner.forum.plan import Effort, plan_forum
from bunyad.partner.forum.reading import ForumBody, read_forum
from bunyad.partner.forum.sheets import badge_sheet, table_sheet
from bunyad.partner.forum.told import day_board, meeting_values, read_timetable, timetable_values

__all__ = [
    "Booked",
    "Changes",
    "DayEvent",
    "Daybook",
    "Effort",
    "Forum",
    "ForumBody",
    "Hall",
    "Meeting",
    "MeetingProblem",
    "MeetingSchedule",
    "Person",
    "Replanned",
    "Slot",
    "Timetable",
    "Wish",
    "apply_event",
    "badge_sheet",
    "calendar_of",
    "day_board",
    "fold_day",
    "meeting_values",
    "open_day",
    "plan_forum",
    "read_forum",
    "read_meetings",
    "read_timetable",
    "replan_forum",
    "schedule_faults",
    "schedule_meetings",
    "table_sheet",
    "timetable_faults",
    "timetable_values",
]
