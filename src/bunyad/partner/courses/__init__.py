"""
Courses: children of the plan's settlements learn IT.

model         courses, groups, rooms, teachers, the week
reading       all of them as a document that people write
demand        pupils and groups from the plan's population
timetable     who teaches whom when and where; its checker
progress      lessons attended, marks, who has passed
certificates  signed certificates, their check offline, the list of those taken back
"""

from __future__ import annotations

from bunyad.partner.courses.certificates import (
    Checked,
    certificate_sheet,
    check_certificate,
    issue_certificate,
    sign_revocations,
)
from bunyad.partner.courses.demand import Demand, count_pupils, form_cohorts
from bunyad.partner.courses.model import (
    Cohort,
    Course,
    CoursePlan,
    Lesson,
    Room,
    Teacher,
    Untaught,
    Week,
    assumptions,
)
from bunyad.partner.courses.progress import Attended, Progress, tell_progress
from bunyad.partner.courses.reading import SchoolBody, read_school
from bunyad.partner.courses.timetable import School, plan_courses, plan_faults

__all__ = [
    "Attended",
    "Checked",
    "Cohort",
    "Course",
    "CoursePlan",
    "Demand",
    "Lesson",
    "Progress",
    "Room",
    "School",
    "SchoolBody",
    "Teacher",
    "Untaught",
    "Week",
    "assumptions",
    "certificate_sheet",
    "check_certificate",
    "count_pupils",
    "form_cohorts",
    "issue_certificate",
    "plan_courses",
    "plan_faults",
    "read_school",
    "sign_revocations",
    "tell_progress",
]
