"""The week: which group has which teacher, when and in which room (CP-SAT)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from bunyad.errors import Fault, InputError
from bunyad.partner.courses.model import (
    Cohort,
    Course,
    CoursePlan,
    Lesson,
    Room,
    Teacher,
    Untaught,
    Week,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """Everything that a timetable is made of."""

    courses: tuple[Course, ...]
    cohorts: tuple[Cohort, ...]
    rooms: tuple[Room, ...]
    teachers: tuple[Teacher, ...]
    week: Week

    def course(self, cohort: Cohort) -> Course:
        """Return the course of a group."""
        return next(one for one in self.courses if one.id == cohort.course)


def plan_courses(school: School, *, seconds: float = 20.0, workers: int = 2) -> CoursePlan:
    """
    Make the week of courses.

    A group keeps its teacher, has at most one lesson a day, and needs a room with a seat and the
    devices for everybody. A teacher is in one place a day. Most pupils taught is the aim; every
    group that is left out says why.

    Parameters
    ----------
    school
        Courses, groups, rooms, teachers, week.
    seconds
        Time limit [s].
    workers
        Threads.

    Returns
    -------
    CoursePlan
        Lessons, the groups left out, and how many pupils any timetable could teach at most.

    Raises
    ------
    InputError
        If the parts contradict one another.
    """
    check_school(school)
    most = most_pupils(school)
    lessons = place_greedily(school)
    if pupils_of(school, lessons) >= most:
        return _told(school, lessons, bound=most)
    model = cp_model.CpModel()
    taught, teaches, sits = _variables(school, model)
    _at_most_one_at_a_time(school, model, sits)
    known = {(one.cohort, one.teacher, one.room, one.period) for one in lessons}
    with_teacher = {(one.cohort, one.teacher) for one in lessons}
    for key, one in sits.items():
        model.add_hint(one, key in known)
    for pair, one in teaches.items():
        model.add_hint(one, pair in with_teacher)
    model.maximize(sum(one.pupils * taught[one.id] for one in school.cohorts))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return _told(school, lessons, bound=most)
    found = tuple(Lesson(cohort=cohort, teacher=teacher, room=room, period=period)
                  for (cohort, teacher, room, period), one in sits.items()
                  if solver.boolean_value(one))  # fmt: skip
    if pupils_of(school, found) < pupils_of(school, lessons):
        found = lessons
    return _told(school, found, bound=min(most, int(solver.best_objective_bound + 1e-6)))


def most_pupils(school: School) -> int:
    """
    Bound the pupils that any week can teach, by the lessons that teachers and rooms can give.

    Groups fill the lessons by pupils a lesson, the last of them in part: the bound of the
    fractional knapsack (Dantzig 1957).
    """
    able = [one for one in school.cohorts if able_teachers(school, one) and able_rooms(school, one)]
    size = school.week.size
    teachers = sum(
        min(one.lessons_per_week, sum(_is_free(one, period) for period in range(size)))
        for one in school.teachers
    )
    rooms = sum(_is_free(one, period) for one in school.rooms for period in range(size))
    left = min(teachers, rooms)
    bound = 0.0
    for cohort in sorted(
        able, key=lambda one: one.pupils / school.course(one).lessons_per_week, reverse=True
    ):
        lessons = school.course(cohort).lessons_per_week
        bound += cohort.pupils * min(1.0, left / lessons)
        left = max(0, left - lessons)
    return int(bound + 1e-9)


def pupils_of(school: School, lessons: Iterable[Lesson]) -> int:
    """Return how many pupils have lessons."""
    have = {one.cohort for one in lessons}
    return sum(one.pupils for one in school.cohorts if one.id in have)


def _told(school: School, lessons: tuple[Lesson, ...], *, bound: int) -> CoursePlan:
    have = {one.cohort for one in lessons}
    return CoursePlan(
        lessons=tuple(sorted(lessons, key=lambda one: (one.period, one.room))),
        untaught=tuple(
            Untaught(cohort=one.id, why=_why(school, one))
            for one in school.cohorts
            if one.id not in have
        ),
        pupils=pupils_of(school, lessons),
        bound=bound,
    )


def place_greedily(school: School) -> tuple[Lesson, ...]:
    """Place group by group, the hardest first, each with the teacher who has most time left."""
    sheet = _Sheet(school)
    ordered = sorted(
        school.cohorts,
        key=lambda one: (len(able_teachers(school, one)), -one.pupils, one.id),
    )
    for cohort in ordered:
        teachers = able_teachers(school, cohort)
        for teacher in sorted(teachers, key=lambda one: (-sheet.left[one.id], one.id)):
            if sheet.place(cohort, teacher):
                break
    return tuple(sheet.lessons)


class _Sheet:
    """A week that is being filled."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.busy: set[tuple[str, int]] = set()
        self.place_of: dict[tuple[str, int], str] = {}
        self.left = {one.id: one.lessons_per_week for one in school.teachers}
        self.lessons: list[Lesson] = []

    def place(self, cohort: Cohort, teacher: Teacher) -> bool:
        """Give a group its lessons with a teacher, if that can be."""
        week, wanted = self.school.week, self.school.course(cohort).lessons_per_week
        if self.left[teacher.id] < wanted:
            return False
        rooms = sorted(able_rooms(self.school, cohort), key=lambda one: (one.seats, one.id))
        days = sorted(range(week.days), key=lambda day: (teacher.id, day) not in self.place_of)
        found: list[Lesson] = []
        for day in days:
            lesson = self._first(cohort, teacher, rooms, day)
            if lesson is not None and len(found) < wanted:
                found.append(lesson)
        if len(found) < wanted:
            return False
        self.left[teacher.id] -= wanted
        for one in found:
            self.busy |= {(one.room, one.period), (teacher.id, one.period)}
            self.place_of[teacher.id, week.day(one.period)] = cohort.settlement
        self.lessons += found
        return True

    def _first(
        self, cohort: Cohort, teacher: Teacher, rooms: list[Room], day: int
    ) -> Lesson | None:
        """Return the first lesson of a day that suits, or None."""
        place = self.place_of.get((teacher.id, day), cohort.settlement)
        if place != cohort.settlement:
            return None
        periods = self.school.week.periods
        for period in range(day * periods, (day + 1) * periods):
            if (teacher.id, period) in self.busy or not _is_free(teacher, period):
                continue
            for room in rooms:
                if (room.id, period) not in self.busy and _is_free(room, period):
                    return Lesson(cohort=cohort.id, teacher=teacher.id, room=room.id, period=period)
        return None


def _variables(
    school: School, model: Any
) -> tuple[dict[str, Any], dict[tuple[str, str], Any], dict[tuple[str, str, str, int], Any]]:
    """Say for each group whether it is taught, by whom, and where it sits when."""
    taught: dict[str, Any] = {}
    teaches: dict[tuple[str, str], Any] = {}
    sits: dict[tuple[str, str, str, int], Any] = {}
    for cohort in school.cohorts:
        course = school.course(cohort)
        taught[cohort.id] = model.new_bool_var("")
        mine = []
        for teacher in able_teachers(school, cohort):
            choice = model.new_bool_var("")
            teaches[cohort.id, teacher.id] = choice
            mine.append(choice)
            lessons = []
            for room in able_rooms(school, cohort):
                for period in range(school.week.size):
                    if _is_free(room, period) and _is_free(teacher, period):
                        one = model.new_bool_var("")
                        sits[cohort.id, teacher.id, room.id, period] = one
                        lessons.append(one)
            model.add(sum(lessons) == course.lessons_per_week * choice)
        model.add(sum(mine) == taught[cohort.id])
    return taught, teaches, sits


def _at_most_one_at_a_time(
    school: School,
    model: Any,
    sits: dict[tuple[str, str, str, int], Any],
) -> None:
    rooms: dict[tuple[str, int], list[Any]] = defaultdict(list)
    busy: dict[tuple[str, int], list[Any]] = defaultdict(list)
    days: dict[tuple[str, int], list[Any]] = defaultdict(list)
    loads: dict[str, list[Any]] = defaultdict(list)
    places: dict[tuple[str, int, str], list[Any]] = defaultdict(list)
    where = {one.id: one.settlement for one in school.cohorts}
    for (cohort, teacher, room, period), one in sits.items():
        rooms[room, period].append(one)
        busy[teacher, period].append(one)
        days[cohort, school.week.day(period)].append(one)
        loads[teacher].append(one)
        places[teacher, school.week.day(period), where[cohort]].append(one)
    for listed in (*rooms.values(), *busy.values(), *days.values()):
        model.add_at_most_one(listed)
    for who in school.teachers:
        model.add(sum(loads[who.id]) <= who.lessons_per_week)
        for day in range(school.week.days):
            here = []
            for settlement in sorted(who.settlements):
                there = places.get((who.id, day, settlement))
                if there:
                    goes = model.new_bool_var("")
                    model.add_max_equality(goes, there)
                    here.append(goes)
            model.add_at_most_one(here)


def able_teachers(school: School, cohort: Cohort) -> list[Teacher]:
    """Return who may teach a group."""
    return [
        one
        for one in school.teachers
        if cohort.course in one.courses and cohort.settlement in one.settlements
    ]


def able_rooms(school: School, cohort: Cohort) -> list[Room]:
    """Return the rooms that hold a group with its devices."""
    devices = cohort.pupils * school.course(cohort).devices_per_pupil
    return [
        one
        for one in school.rooms
        if one.settlement == cohort.settlement
        and one.seats >= cohort.pupils
        and one.devices >= devices
    ]


def _is_free(one: Room | Teacher, period: int) -> bool:
    return one.periods is None or period in one.periods


def _why(school: School, cohort: Cohort) -> str:
    """Say what a group lacks."""
    if not able_teachers(school, cohort):
        return f"nobody teaches {cohort.course} in {cohort.settlement}"
    if not able_rooms(school, cohort):
        return f"no room in {cohort.settlement} has seats and devices for {cohort.pupils}"
    return "teachers and rooms are taken by groups with more pupils"


def check_school(school: School) -> None:
    """Refuse groups of unknown courses, names that stand twice, and weeks without periods."""
    known = {one.id for one in school.courses}
    faults = [
        Fault(f"cohort {one.id}", f"its course is {one.course}", "name one")
        for one in school.cohorts
        if one.course not in known
    ]
    lists: tuple[tuple[str, Sequence[Course | Cohort | Room | Teacher]], ...] = (
        ("courses", school.courses),
        ("cohorts", school.cohorts),
        ("rooms", school.rooms),
        ("teachers", school.teachers),
    )
    for kind, listed in lists:
        names = Counter(one.id for one in listed)
        faults += [
            Fault(kind, f"{name} stands there {count} times", "rename one")
            for name, count in names.items()
            if count > 1
        ]
    if school.week.size < 1:
        faults.append(Fault("week", "it has no period", "give days and periods"))
    for course in school.courses:
        if course.lessons_per_week > school.week.days:
            faults.append(
                Fault(f"course {course.id}", "it has more lessons a week than days", "give fewer")
            )
    if faults:
        raise InputError.of(faults)


def plan_faults(school: School, plan: CoursePlan) -> list[str]:
    """Return every rule that a week breaks; it shares no line with what makes weeks."""
    faults = []
    for what in ("cohort", "teacher", "room"):
        taken = Counter((getattr(one, what), one.period) for one in plan.lessons)
        faults += [f"{what} {name} is booked twice" for (name, _), n in taken.items() if n > 1]
    return [*faults, *_group_faults(school, plan), *_lesson_faults(school, plan)]


def _group_faults(school: School, plan: CoursePlan) -> list[str]:
    cohorts = {one.id: one for one in school.cohorts}
    weekly = Counter(one.cohort for one in plan.lessons)
    daily = Counter((one.cohort, one.period // school.week.periods) for one in plan.lessons)
    faults = [f"{name} has two lessons a day" for (name, _), n in daily.items() if n > 1]
    for name, count in weekly.items():
        if count != school.course(cohorts[name]).lessons_per_week:
            faults.append(f"{name} has {count} lessons a week")
        if len({one.teacher for one in plan.lessons if one.cohort == name}) > 1:
            faults.append(f"{name} has several teachers")
    return faults


def _lesson_faults(school: School, plan: CoursePlan) -> list[str]:
    cohorts = {one.id: one for one in school.cohorts}
    rooms = {one.id: one for one in school.rooms}
    teachers = {one.id: one for one in school.teachers}
    places = defaultdict(set)
    faults = []
    for one in plan.lessons:
        cohort, room, teacher = cohorts[one.cohort], rooms[one.room], teachers[one.teacher]
        devices = cohort.pupils * school.course(cohort).devices_per_pupil
        if room.settlement != cohort.settlement or room.seats < cohort.pupils:
            faults.append(f"{one.cohort} does not fit into {one.room}")
        if room.devices < devices:
            faults.append(f"{one.cohort} lacks devices in {one.room}")
        if cohort.course not in teacher.courses or cohort.settlement not in teacher.settlements:
            faults.append(f"{one.teacher} does not teach {one.cohort}")
        faults += [
            f"{who.id} is away in period {one.period}"
            for who in (room, teacher)
            if who.periods is not None and one.period not in who.periods
        ]
        places[one.teacher, one.period // school.week.periods].add(cohort.settlement)
    faults += [f"{who} is in two places a day" for (who, _), at in places.items() if len(at) > 1]
    load = Counter(one.teacher for one in plan.lessons)
    return faults + [
        f"{who} teaches {count} lessons"
        for who, count in load.items()
        if count > teachers[who].lessons_per_week
    ]
