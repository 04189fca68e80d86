"""Progress: lessons attended and marks, and who has passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from bunyad.errors import Fault, InputError
from bunyad.partner.courses.model import Course, assumptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """One pupil in one lesson of a course."""

    pupil: str
    lesson: int
    """Number of the lesson, from 1."""
    is_there: bool
    mark: float | None = None
    """Points out of 100, if one was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a pupil is."""

    pupil: str
    attended: int
    held: int
    lessons: int
    mean_mark: float | None
    has_passed: bool


def tell_progress(course: Course, records: Iterable[Attended]) -> tuple[Progress, ...]:
    """
    Tell how far every pupil of a group is.

    Passed has who was there in the least share of all lessons of the course and whose marks
    average the pass mark or more (both in `data/assumptions.csv`).

    Raises
    ------
    InputError
        If a lesson is not of the course, a pupil has two records of a lesson, or a mark is not 0
        to 100.
    """
    listed = list(records)
    _check(course, listed)
    known = assumptions()
    held = len({one.lesson for one in listed})
    found = []
    for pupil in sorted({one.pupil for one in listed}):
        mine = [one for one in listed if one.pupil == pupil]
        marks = [one.mark for one in mine if one.mark is not None]
        mean = fmean(marks) if marks else None
        attended = sum(one.is_there for one in mine)
        passed = (
            attended >= known["least_attendance"] * course.lessons
            and mean is not None
            and mean >= known["pass_mark"]
        )
        found.append(
            Progress(
                pupil=pupil,
                attended=attended,
                held=held,
                lessons=course.lessons,
                mean_mark=mean,
                has_passed=passed,
            )
        )
    return tuple(found)


def _check(course: Course, records: list[Attended]) -> None:
    faults = []
    seen: set[tuple[str, int]] = set()
    for one in records:
        here = f"{course.id}: {one.pupil}, lesson {one.lesson}"
        if not 1 <= one.lesson <= course.lessons:
            faults.append(Fault(here, f"the course has {course.lessons}", "correct the number"))
        if (one.pupil, one.lesson) in seen:
            faults.append(Fault(here, "it stands there twice", "strike one"))
        if one.mark is not None and not 0 <= one.mark <= 100:
            faults.append(Fault(here, f"the mark is {one.mark}", "give 0 to 100"))
        seen.add((one.pupil, one.lesson))
    if faults:
        raise InputError.of(faults)
