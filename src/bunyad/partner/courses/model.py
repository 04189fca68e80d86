"""Courses, who takes them, who teaches them, and where."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course for pupils of some grades."""

    id: str
    title: str
    first_grade: int
    last_grade: int
    lessons: int
    """Lessons in all."""
    lessons_per_week: int
    group_size: int
    """Pupils in a group at most."""
    uptake: float
    """Share of the pupils of these grades who take it in a year, 0 to 1 [-]."""
    devices_per_pupil: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A group of pupils who take a course together."""

    id: str
    settlement: str
    course: str
    pupils: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room of a school; its periods are those in which it is free."""

    id: str
    settlement: str
    seats: int
    devices: int
    periods: frozenset[int] | None = None
    """Positions of the periods of the week; none given: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """Somebody who teaches some courses in some places."""

    id: str
    name: str
    courses: frozenset[str]
    settlements: frozenset[str]
    lessons_per_week: int
    periods: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Days and the periods of each; a period's position is day times periods plus its number."""

    days: int
    periods: int

    @property
    def size(self) -> int:
        """Periods of a week."""
        return self.days * self.periods

    def day(self, period: int) -> int:
        """Return the day of a period."""
        return period // self.periods


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson of every week."""

    cohort: str
    teacher: str
    room: str
    period: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaught:
    """A group without a timetable, and why."""

    cohort: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePlan:
    """The week of courses."""

    lessons: tuple[Lesson, ...]
    untaught: tuple[Untaught, ...]
    pupils: int
    """Pupils of groups that are taught."""
    bound: int
    """Proven: no timetable teaches more."""


@cache
def assumptions() -> dict[str, float]:
    """
    Return what is assumed of schools, from `data/assumptions.csv` with its sources.

    Examples
    --------
    >>> assumptions()["grades"]
    11.0
    """
    path = resources.files("bunyad").joinpath("partner/courses/data/assumptions.csv")
    rows = csv.DictReader(path.read_text("utf-8").splitlines())
    return {row["name"]: float(row["value"]) for row in rows}
