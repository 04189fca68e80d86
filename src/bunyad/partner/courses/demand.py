"""How many children of which grades live where, and how many groups they fill."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from bunyad.errors import InputError
from bunyad.partner.courses.model import Cohort, Course, assumptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Pupils of one place who take a course in a year."""

    settlement: str
    course: str
    year: int
    people: float
    """People of the place in the plan's population path."""
    pupils: int


def count_pupils(
    path: Iterable[Mapping[str, str]], courses: Iterable[Course], *, year: int
) -> tuple[Demand, ...]:
    """
    Count the pupils of each place for each course.

    pupils = people x school share x (grades of the course / all grades) x uptake, rounded down.
    The school share is that of the plan (places of schools for each person); that all grades are
    equally large is an assumption.

    Parameters
    ----------
    path
        Rows of the plan's table `population_path`: settlement, year, people.
    courses
        What is offered.
    year
        School year by the calendar year in which it begins.

    Returns
    -------
    tuple of Demand
        By place and course; places without pupils are left out.

    Raises
    ------
    InputError
        If the path has no such year.

    Examples
    --------
    >>> coding = Course(id="coding", title="Coding", first_grade=5, last_grade=9, lessons=34,
    ...                 lessons_per_week=1, group_size=15, uptake=0.5)
    >>> count_pupils([{"settlement": "aghali", "year": "2027", "people": "1368.7"}], [coding],
    ...              year=2027)[0].pupils
    49
    """
    known = assumptions()
    rows = list(path)
    wanted = [row for row in rows if int(row["year"]) == year]
    if not wanted:
        years = sorted({row["year"] for row in rows})
        span = f"{years[0]} to {years[-1]}" if years else "no year"
        raise InputError(
            f"the plan tells nothing of {year}", where="year", mend=f"choose from {span}"
        )
    found = []
    for row in wanted:
        for course in courses:
            share = (course.last_grade - course.first_grade + 1) / known["grades"]
            people = float(row["people"])
            pupils = int(people * known["school_share"] * share * course.uptake)
            if pupils:
                found.append(
                    Demand(
                        settlement=row["settlement"],
                        course=course.id,
                        year=year,
                        people=people,
                        pupils=pupils,
                    )
                )
    return tuple(found)


def form_cohorts(demand: Iterable[Demand], courses: Iterable[Course]) -> tuple[Cohort, ...]:
    """
    Part the pupils of each place into groups that are as even as can be.

    Examples
    --------
    >>> coding = Course(id="coding", title="Coding", first_grade=5, last_grade=9, lessons=34,
    ...                 lessons_per_week=1, group_size=15, uptake=0.5)
    >>> asked = Demand(settlement="aghali", course="coding", year=2027, people=1368.7, pupils=49)
    >>> [one.pupils for one in form_cohorts([asked], [coding])]
    [13, 12, 12, 12]
    """
    size = {one.id: one.group_size for one in courses}
    cohorts = []
    for one in demand:
        count = ceil(one.pupils / size[one.course])
        for number in range(count):
            pupils = one.pupils // count + (number < one.pupils % count)
            name = f"{one.settlement}-{one.course}-{number + 1}"
            cohorts.append(
                Cohort(id=name, settlement=one.settlement, course=one.course, pupils=pupils)
            )
    return tuple(cohorts)
