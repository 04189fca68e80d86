"""Courses: pupils from the plan, weeks that hold, certificates that anybody can check."""

from __future__ import annotations

import json

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.partner.courses import (
    Attended,
    Cohort,
    Course,
    Room,
    School,
    Teacher,
    Week,
    certificate_sheet,
    check_certificate,
    count_pupils,
    form_cohorts,
    issue_certificate,
    plan_courses,
    plan_faults,
    read_school,
    sign_revocations,
    tell_progress,
)
from bunyad.partner.signing import public_key

SECRET = "22" * 32
ISSUERS = {public_key(SECRET): "School of Ağalı"}
CONTENT = {
    "id": "2027-1", "holder": "Aygün Məmmədova", "course": "Coding", "lessons": 34,
    "issuer": "School of Ağalı", "issued": "2027-05-31",
}  # fmt: skip


def _course(name: str = "coding", **more: object) -> Course:
    values = {"first_grade": 5, "last_grade": 9, "lessons": 34, "lessons_per_week": 1,
              "group_size": 15, "uptake": 0.5} | more  # fmt: skip
    return Course(id=name, title=name, **values)  # type: ignore[arg-type]


def test_pupils_follow_from_people_grades_and_uptake() -> None:
    """1,000 people x 0.159 x 5 / 11 grades x 0.5 = 36.1."""
    path = [{"settlement": "aghali", "year": "2027", "people": "1000"}]

    found = count_pupils(path, [_course()], year=2027)

    assert [one.pupils for one in found] == [36]
    assert [one.pupils for one in form_cohorts(found, [_course()])] == [12, 12, 12]
    with pytest.raises(InputError, match="2031"):
        count_pupils(path, [_course()], year=2031)


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.integers(1, 40))
def test_more_people_never_mean_fewer_pupils_and_groups_lose_nobody(
    a: float, b: float, size: int
) -> None:
    course = _course(group_size=size)

    def pupils(people: float) -> int:
        path = [{"settlement": "x", "year": "2027", "people": str(people)}]
        found = count_pupils(path, [course], year=2027)
        groups = form_cohorts(found, [course])
        assert sum(one.pupils for one in groups) == sum(one.pupils for one in found)
        assert all(one.pupils <= size for one in groups)
        return sum(one.pupils for one in found)

    assert pupils(min(a, b)) <= pupils(max(a, b))


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_week_keeps_every_rule(data: st.DataObject) -> None:
    places = ["x", "y"]
    periods = st.one_of(st.none(), st.frozensets(st.integers(0, 5)))
    school = School(
        courses=(_course("a", lessons_per_week=2), _course("b")),
        cohorts=tuple(
            Cohort(id=f"c{place}", settlement=data.draw(st.sampled_from(places)),
                   course=data.draw(st.sampled_from("ab")), pupils=data.draw(st.integers(1, 20)))
            for place in range(data.draw(st.integers(1, 6)))
        ),
        rooms=tuple(
            Room(id=f"r{place}", settlement=data.draw(st.sampled_from(places)), seats=15,
                 devices=data.draw(st.integers(5, 15)), periods=data.draw(periods))
            for place in range(2)
        ),
        teachers=tuple(
            Teacher(id=f"t{place}", name="T", courses=frozenset("ab"),
                    settlements=frozenset(places), lessons_per_week=data.draw(st.integers(0, 5)),
                    periods=data.draw(periods))
            for place in range(2)
        ),
        week=Week(days=3, periods=2),
    )  # fmt: skip

    done = plan_courses(school, seconds=5)

    assert plan_faults(school, done) == []
    assert done.pupils <= done.bound <= sum(one.pupils for one in school.cohorts)
    assert {one.cohort for one in done.untaught} | {one.cohort for one in done.lessons} == {
        one.id for one in school.cohorts
    }


def test_the_larger_group_is_taught_where_one_must_be_left_out() -> None:
    school = read_school(
        {
            "courses": [{"id": "a", "title": "A", "first_grade": 5, "last_grade": 9, "lessons": 34,
                         "lessons_per_week": 1, "group_size": 15, "uptake": 0.5}],
            "cohorts": [{"id": "small", "settlement": "x", "course": "a", "pupils": 5},
                        {"id": "large", "settlement": "x", "course": "a", "pupils": 9},
                        {"id": "far", "settlement": "y", "course": "a", "pupils": 9}],
            "rooms": [{"id": "r", "settlement": "x", "seats": 10, "devices": 10}],
            "teachers": [{"id": "t", "courses": ["a"], "settlements": ["x"], "lessons_per_week": 1}],
            "week": {"days": 1, "periods": 4},
        }
    )  # fmt: skip

    done = plan_courses(school)

    assert [one.cohort for one in done.lessons] == ["large"]
    assert {one.cohort: one.why for one in done.untaught} == {
        "small": "teachers and rooms are taken by groups with more pupils",
        "far": "nobody teaches a in y",
    }
    assert done.bound == 9


def test_who_was_there_and_has_the_marks_has_passed() -> None:
    course = _course(lessons=5)
    records = [
        Attended(pupil=pupil, lesson=lesson, is_there=lesson <= there, mark=mark)
        for pupil, there, mark in (("Ay", 4, 60), ("Bo", 3, 90), ("Cem", 5, 40))
        for lesson in range(1, 6)
    ]

    told = {one.pupil: one.has_passed for one in tell_progress(course, records)}

    assert told == {"Ay": True, "Bo": False, "Cem": False}
    with pytest.raises(InputError) as caught:
        tell_progress(course, [Attended(pupil="Ay", lesson=9, is_there=True, mark=101)])
    assert len(caught.value.faults) == 2


def test_a_certificate_is_valid_until_it_is_taken_back() -> None:
    text = issue_certificate(CONTENT, secret=SECRET)
    empty = sign_revocations([], as_of="2027-06-01", secret=SECRET)
    taken = sign_revocations(["2027-1"], as_of="2027-06-02", secret=SECRET)
    false = {**empty, "revoked": ["2027-1"]}

    def verdict(**more: object) -> str:
        return check_certificate(text, **({"issuers": ISSUERS} | more)).verdict  # type: ignore[arg-type]

    assert verdict() == "list unknown"
    assert verdict(revocations=empty) == "valid"
    assert verdict(revocations=taken) == "revoked"
    assert verdict(revocations=false) == "list unknown"
    assert verdict(issuers={}) == "unknown issuer"
    assert verdict(issuers={public_key(SECRET): "Somebody else"}) == "unknown issuer"


@given(st.data())
def test_no_change_of_a_certificate_stays_unnoticed(data: st.DataObject) -> None:
    content = json.loads(issue_certificate(CONTENT, secret=SECRET))
    field = data.draw(st.sampled_from(sorted(content)))
    value = data.draw(st.one_of(st.text(max_size=40), st.integers(), st.none()))
    changed = json.dumps({**content, field: value})

    done = check_certificate(changed, issuers=ISSUERS)

    assert done.verdict == "forged" or value == content[field]


@given(st.text(max_size=200))
def test_nothing_that_is_no_certificate_is_believed(text: str) -> None:
    assert check_certificate(text, issuers=ISSUERS).verdict == "forged"


def test_the_sheet_says_who_and_its_code_holds_the_certificate() -> None:
    text = issue_certificate(CONTENT, secret=SECRET)

    page = pypdfium2.PdfDocument(certificate_sheet(text, language="az"))[0]

    words = page.get_textpage().get_text_range()
    assert "Aygün Məmmədova" in words
    assert "Sertifikat" in words


def test_a_certificate_lacking_a_field_is_not_issued() -> None:
    with pytest.raises(InputError, match="holder"):
        issue_certificate({**CONTENT, "holder": ""}, secret=SECRET)
