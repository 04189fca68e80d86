"""The commands of courses: demand, the week, certificates and their check."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from bunyad.cli.app import AsJson
from bunyad.cli.auction.app import give, read_bytes, read_json, read_yaml, write_new
from bunyad.cli.partner.app import partner_app
from bunyad.errors import InputError, OutputError

if TYPE_CHECKING:
    from bunyad.partner.courses import School

courses_app = App(name="courses", help="IT courses for schools: groups, the week, certificates.")
partner_app.command(courses_app)
PATH = Path("tables") / "population_path.csv"


@courses_app.command(name="plan")
def plan(
    school: Path, /, *, from_plan: Annotated[Path | None, Parameter(name="--plan")] = None,
    year: int | None = None, seconds: float = 20.0, out: Path | None = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """
    Make the week of courses; with a plan its children fill the groups.

    Parameters
    ----------
    school
        YAML or JSON file of courses, rooms, teachers (and groups).
    from_plan
        Folder of a finished plan, whose population the groups are formed from.
    year
        Year of the plan's population.
    seconds
        Time limit [s].
    out
        File for the week as JSON.
    as_json
        Print for machines.
    """
    from bunyad.partner.courses import plan_courses

    read = _read(school)
    if from_plan is not None:
        read = _with_demand(read, from_plan, year)
    if not read.cohorts:
        raise InputError(
            "there are no groups", where=str(school), mend="add cohorts or give --plan"
        )
    done = plan_courses(read, seconds=seconds)
    values = {
        "pupils": done.pupils,
        "bound": done.bound,
        "cohorts": [asdict(one) for one in read.cohorts],
        "lessons": [asdict(one) for one in done.lessons],
        "untaught": [asdict(one) for one in done.untaught],
    }
    if out is not None:
        give(values, out)
    if as_json:
        print(json.dumps(values, ensure_ascii=False))
        return
    for one in done.lessons:
        day, period = divmod(one.period, read.week.periods)
        print(f"day {day + 1}, period {period + 1}  {one.room}: {one.cohort} with {one.teacher}")
    for each in done.untaught:
        print(f"Not taught: {each.cohort}: {each.why}")
    every = sum(one.pupils for one in read.cohorts)
    print(f"{done.pupils} of {every} pupils are taught; no week teaches more than {done.bound}")


@courses_app.command(name="demand")
def demand(
    school: Path, /, *, from_plan: Annotated[Path, Parameter(name="--plan")], year: int,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """
    Tell how many pupils each place has for each course.

    Parameters
    ----------
    school
        YAML or JSON file with the courses.
    from_plan
        Folder of a finished plan.
    year
        Year of the plan's population.
    as_json
        Print for machines.
    """
    from bunyad.partner.courses import count_pupils

    read = _read(school)
    found = count_pupils(_population(from_plan), read.courses, year=year)
    if as_json:
        print(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        print(f"{one.settlement}  {one.course}  {one.pupils}")
    print(f"{sum(one.pupils for one in found)} pupils in {year}")


@courses_app.command(name="key")
def key(*, out: Path) -> None:
    """
    Make a key for the certificates of an issuer, and print its public half.

    Parameters
    ----------
    out
        New file for the key; keep it secret.
    """
    import secrets

    from bunyad.partner.signing import public_key

    secret = secrets.token_bytes(32).hex()
    write_new(out, {"secret": secret}, is_secret=True)
    print(public_key(secret))


@courses_app.command(name="issue")
def issue(
    certificate: Path, /, *, key: Path, out: Path, pdf: Path | None = None, language: str = "en"
) -> None:
    """
    Sign a certificate, and set it as a PDF.

    Parameters
    ----------
    certificate
        JSON file: id, holder, course, lessons, issuer, issued.
    key
        File with the key of the issuer.
    out
        New file for the certificate.
    pdf
        File for the PDF.
    language
        Of the PDF: en or az.
    """
    from bunyad.partner.courses import certificate_sheet, issue_certificate

    content = read_json(certificate)
    if not isinstance(content, dict):
        raise InputError("it is no certificate", where=str(certificate), mend="give a JSON object")
    text = issue_certificate(content, secret=_secret(key))
    _write(out, text.encode())
    if pdf is not None:
        _write(pdf, certificate_sheet(text, language=language))


@courses_app.command(name="revoke")
def revoke(ids: list[str], /, *, key: Path, as_of: str, out: Path) -> None:
    """
    Sign the list of certificates that were taken back.

    Parameters
    ----------
    ids
        Ids of all certificates taken back so far.
    key
        File with the key of the issuer.
    as_of
        Day of the list, YYYY-MM-DD.
    out
        New file for the list.
    """
    from bunyad.partner.courses import sign_revocations

    give(sign_revocations(ids, as_of=as_of, secret=_secret(key)), out)


@courses_app.command(name="verify")
def verify(
    certificate: Path, /, *, issuers: Path, revocations: Path | None = None, as_json: AsJson = False
) -> None:
    """
    Check a certificate offline.

    Parameters
    ----------
    certificate
        File with what the code holds.
    issuers
        JSON file: public keys that are trusted, each with the name of its issuer.
    revocations
        The issuer's signed list of certificates taken back.
    as_json
        Print for machines.
    """
    from bunyad.partner.courses import check_certificate

    known = read_json(issuers)
    if not isinstance(known, dict):
        raise InputError("it is no list of keys", where=str(issuers), mend="give a JSON object")
    listed = None if revocations is None else read_json(revocations)
    text = read_bytes(certificate).decode("utf-8", "replace").strip()
    done = check_certificate(
        text, issuers=known, revocations=listed if isinstance(listed, dict) else None
    )
    if as_json:
        print(json.dumps({"verdict": done.verdict, "content": dict(done.content)}))
    else:
        print(f"{certificate}: {done.verdict}")
    if done.verdict not in ("valid", "list unknown"):
        raise InputError(f"it is {done.verdict}", where=str(certificate), mend="ask its issuer")


def _read(path: Path) -> School:
    from bunyad.partner.courses import read_school

    return read_school(read_yaml(path), where=str(path))


def _with_demand(school: School, folder: Path, year: int | None) -> School:
    from bunyad.partner.courses import count_pupils, form_cohorts

    if year is None:
        raise InputError("no year is given", where="--year", mend="give the year of the courses")
    found = count_pupils(_population(folder), school.courses, year=year)
    places = {one.settlement for one in school.rooms}
    here = [one for one in found if one.settlement in places] if places else list(found)
    return replace(school, cohorts=(*school.cohorts, *form_cohorts(here, school.courses)))


def _population(folder: Path) -> list[dict[str, str]]:
    text = read_bytes(folder / PATH).decode("utf-8", "replace")
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or not {"settlement", "year", "people"} <= set(rows[0]):
        raise InputError("it is no population path", where=str(folder / PATH), mend="plan anew")
    return rows


def _secret(path: Path) -> str:
    written = read_json(path)
    secret = written.get("secret") if isinstance(written, dict) else None
    if not isinstance(secret, str) or len(secret) != 64:
        raise InputError("it holds no key", where=str(path), mend="make one with courses key")
    return secret


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(path), mend="choose another file"
        ) from None
