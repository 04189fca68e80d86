"""Courses, rooms and teachers as people write them: YAML or JSON."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from bunyad.errors import Fault, InputError
from bunyad.partner.courses.model import Cohort, Course, Room, Teacher, Week
from bunyad.partner.courses.timetable import School
from bunyad.written import Written, check_written


class CourseBody(Written):
    """A course."""

    id: str = Field(min_length=1, max_length=60)
    title: str = Field(min_length=1, max_length=200)
    first_grade: int = Field(ge=1, le=12)
    last_grade: int = Field(ge=1, le=12)
    lessons: int = Field(ge=1, le=1000)
    lessons_per_week: int = Field(ge=1, le=7)
    group_size: int = Field(ge=1, le=200)
    uptake: float = Field(ge=0, le=1, title="Share of the pupils who take it in a year")
    devices_per_pupil: float = Field(default=1.0, ge=0, le=5)


class CohortBody(Written):
    """A group; without groups they follow from the plan's population."""

    id: str = Field(min_length=1, max_length=120)
    settlement: str
    course: str
    pupils: int = Field(ge=1, le=1000)


class RoomBody(Written):
    """A room."""

    id: str = Field(min_length=1, max_length=120)
    settlement: str
    seats: int = Field(ge=1, le=5000)
    devices: int = Field(default=0, ge=0, le=5000)
    periods: list[int] | None = None


class TeacherBody(Written):
    """A teacher."""

    id: str = Field(min_length=1, max_length=120)
    name: str = Field(default="", max_length=200)
    courses: list[str]
    settlements: list[str]
    lessons_per_week: int = Field(ge=0, le=60)
    periods: list[int] | None = None


class WeekBody(Written):
    """The week."""

    days: int = Field(default=5, ge=1, le=7)
    periods: int = Field(default=6, ge=1, le=20)


class SchoolBody(Written):
    """Everything that a timetable of courses is made of."""

    id: str = Field(default="", max_length=64)
    title: str = Field(default="", max_length=200)
    courses: list[CourseBody] = Field(min_length=1, max_length=200)
    cohorts: list[CohortBody] = Field(default_factory=list, max_length=5_000)
    rooms: list[RoomBody] = Field(default_factory=list, max_length=2_000)
    teachers: list[TeacherBody] = Field(default_factory=list, max_length=2_000)
    week: WeekBody = WeekBody()


def read_school(written: Any, *, where: str = "courses") -> School:
    """
    Read courses, groups, rooms and teachers from the values of a document.

    Raises
    ------
    InputError
        With every fault.
    """
    body = check_written(SchoolBody, written, where=where)
    wrong = [one.id for one in body.courses if one.last_grade < one.first_grade]
    if wrong:
        raise InputError.of(
            Fault(f"{where}: course {name}", "its last grade is below its first", "swap them")
            for name in wrong
        )
    return School(
        courses=tuple(Course(**one.model_dump()) for one in body.courses),
        cohorts=tuple(Cohort(**one.model_dump()) for one in body.cohorts),
        rooms=tuple(
            Room(**one.model_dump(exclude={"periods"}), periods=_set(one.periods))
            for one in body.rooms
        ),
        teachers=tuple(
            Teacher(
                id=one.id,
                name=one.name or one.id,
                courses=frozenset(one.courses),
                settlements=frozenset(one.settlements),
                lessons_per_week=one.lessons_per_week,
                periods=_set(one.periods),
            )
            for one in body.teachers
        ),
        week=Week(days=body.week.days, periods=body.week.periods),
    )


def _set(periods: list[int] | None) -> frozenset[int] | None:
    return None if periods is None else frozenset(periods)
