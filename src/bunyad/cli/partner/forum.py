"""The commands of a forum: its timetable, changes on the day, calendars, badges, lists."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from bunyad.cli.app import AsJson
from bunyad.cli.auction.app import give, read_bytes, read_json, read_yaml
from bunyad.cli.partner.app import partner_app
from bunyad.errors import InputError, OutputError

if TYPE_CHECKING:
    from bunyad.partner.forum import Forum, MeetingSchedule, Timetable

forum_app = App(name="forum", help="A forum: who meets whom, when, and at which table.")
partner_app.command(forum_app)


@forum_app.command(name="plan")
def plan(
    forum: Path, /, *, seconds: float = 20.0, seed: int = 1, out: Path | None = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """
    Make the timetable, and tell what no timetable can exceed.

    Parameters
    ----------
    forum
        YAML or JSON file of the forum.
    seconds
        Time limit of the search [s].
    seed
        Of the search; the same seed gives the same timetable.
    out
        File for the timetable as JSON.
    as_json
        Print it for machines.
    """
    from bunyad.partner.forum import Effort, plan_forum, timetable_values

    read = _read(forum)
    made = plan_forum(read, effort=Effort(seconds=seconds, seed=seed))
    values = timetable_values(read, made)
    if out is not None:
        give(values, out)
    if as_json:
        print(json.dumps(values, ensure_ascii=False))
        return
    _tell(read, made)


@forum_app.command(name="check")
def check(forum: Path, timetable: Path, /) -> None:
    """
    Check a timetable: double bookings, vetoes, absences, tables, interpreters, ways, score.

    Parameters
    ----------
    forum
        YAML or JSON file of the forum.
    timetable
        JSON file that `plan --out` wrote.
    """
    from bunyad.errors import Fault
    from bunyad.partner.forum import timetable_faults

    read = _read(forum)
    faults = timetable_faults(read, _read_timetable(read, timetable))
    if faults:
        raise InputError.of(Fault(str(timetable), one, "plan the forum anew") for one in faults)
    print(f"{timetable} can be held")


@forum_app.command(name="replan")
def replan(  # noqa: PLR0913  (options of a command)
    forum: Path, timetable: Path, /, *, now: str, away: list[str] | None = None,
    wish: list[str] | None = None, out: Path | None = None, seconds: float = 10.0,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """
    Change a timetable on the day and move as few meetings as can be.

    Parameters
    ----------
    forum
        YAML or JSON file of the forum.
    timetable
        JSON file of the timetable as it stands.
    now
        Slot that comes next; what is before it stays.
    away
        PERSON:FIRST:LAST, the slots in which somebody is away after all; PERSON alone: from now on.
    wish
        GUEST:HOST or GUEST:HOST:SCORE; GUEST:HOST:must and GUEST:HOST:veto too.
    out
        File for the new timetable.
    seconds
        Time limit [s].
    as_json
        Print what changed for machines.
    """
    from bunyad.partner.forum import meeting_values, replan_forum, timetable_values

    read = _read(forum)
    changes = _changes(read, now, away or [], wish or [])
    done = replan_forum(read, _read_timetable(read, timetable), changes, seconds=seconds)
    if out is not None:
        give(timetable_values(done.forum, done.timetable), out)
    if as_json:
        told = {
            "proven": done.is_proven,
            "moved": [meeting_values(done.forum, one.after) for one in done.moved],
            "dropped": [meeting_values(done.forum, one) for one in done.dropped],
            "added": [meeting_values(done.forum, one) for one in done.added],
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    for moved in done.moved:
        before, after = (done.forum.slots[one.slot].id for one in (moved.before, moved.after))
        print(f"moved    {moved.after.id}: {before} to {after}")
    for one in done.dropped:
        print(f"dropped  {one.id}")
    for one in done.added:
        print(f"added    {one.id} in {done.forum.slots[one.slot].id}")
    proof = "no answer keeps as many and moves fewer" if done.is_proven else "not proved the least"
    print(f"{len(done.timetable.meetings)} meetings stand; {proof}")


@forum_app.command(name="calendar")
def calendar(
    forum: Path, timetable: Path, /, *, out: Path, person: str | None = None,
    stamp: str | None = None,
) -> None:  # fmt: skip
    """
    Write an iCalendar file.

    Parameters
    ----------
    forum
        YAML or JSON file of the forum.
    timetable
        JSON file of the timetable.
    out
        File to write, such as forum.ics.
    person
        Whose meetings; none: all.
    stamp
        Time the file bears (ISO 8601); none: the start of the forum.
    """
    from bunyad.partner.forum import calendar_of, open_day

    read = _read(forum)
    day = open_day(read, _read_timetable(read, timetable))
    moment = read.slots[0].start if stamp is None else _time(stamp)
    who = None if person is None else _person(read, person)
    _write(out, calendar_of(read, day.booked.values(), stamp=moment, person=who))


@forum_app.command(name="badges")
def badges(forum: Path, /, *, out: Path, link: str = "") -> None:
    """
    Set the badges as a PDF.

    Parameters
    ----------
    forum
        YAML or JSON file of the forum.
    out
        File to write.
    link
        Address that the codes lead to; the id of the person is put behind it.
    """
    from bunyad.partner.forum import badge_sheet

    read = _read(forum)
    links = {place: f"{link}{one.id}" for place, one in enumerate(read.people)} if link else {}
    _write(out, badge_sheet(read, links=links))


@forum_app.command(name="tables")
def tables(forum: Path, timetable: Path, /, *, out: Path) -> None:
    """
    Set the lists of the tables as a PDF.

    Parameters
    ----------
    forum
        YAML or JSON file of the forum.
    timetable
        JSON file of the timetable.
    out
        File to write.
    """
    from bunyad.partner.forum import table_sheet

    read = _read(forum)
    _write(out, table_sheet(read, _read_timetable(read, timetable).meetings))


@forum_app.command(name="meetings")
def meetings(
    instance: Path, /, *, seconds: float = 60.0, workers: int = 2, as_json: AsJson = False
) -> None:
    """
    Schedule given meetings of agents who travel: problem 046 of CSPLib.

    The fewest slots are found and proved. If they are more than the instance has, it is
    infeasible.

    Parameters
    ----------
    instance
        File in the form of CSPLib (one instance or many) or of Glasgow.
    seconds
        Time limit for each instance [s].
    workers
        Threads.
    as_json
        Print for machines.
    """
    from bunyad.partner.forum import read_meetings, schedule_meetings

    text = read_bytes(instance).decode("utf-8", "replace")
    results = []
    for problem in read_meetings(text, where=instance.name):
        done = schedule_meetings(problem, seconds=seconds, workers=workers)
        results.append(done)
        if not as_json:
            _tell_schedule(done)
    if as_json:
        print(json.dumps([_schedule_values(one) for one in results]))


def _tell_schedule(done: MeetingSchedule) -> None:
    state = {True: "feasible", False: "infeasible", None: "open"}[done.is_feasible]
    needed = "unknown" if done.slots_needed is None else str(done.slots_needed)
    proof = "optimal" if done.is_optimal else f"at least {done.least_slots}"
    print(f"{done.name}: {state} in {done.slots} slots; fewest slots {needed} ({proof})")
    if done.starts:
        print("  starts " + " ".join(str(one) for one in done.starts))


def _schedule_values(done: MeetingSchedule) -> dict[str, Any]:
    return {
        "name": done.name,
        "slots": done.slots,
        "feasible": done.is_feasible,
        "slots_needed": done.slots_needed,
        "least_slots": done.least_slots,
        "optimal": done.is_optimal,
        "starts": list(done.starts),
    }


def _read(path: Path) -> Forum:
    from bunyad.partner.forum import read_forum

    return read_forum(read_yaml(path), where=str(path))


def _read_timetable(forum: Forum, path: Path) -> Timetable:
    from bunyad.partner.forum import read_timetable

    return read_timetable(forum, read_json(path), where=str(path))


def _tell(forum: Forum, made: Timetable) -> None:
    for one in made.meetings:
        slot, hall = forum.slots[one.slot], forum.halls[one.hall]
        place = "booth" if one.table == 0 else f"table {one.table}"
        names = f"{forum.people[one.guest].name} with {forum.people[one.host].name}"
        speak = f", interpreter {one.interpreter}" if one.interpreter else ""
        print(f"{slot.start:%Y-%m-%d %H:%M}  {hall.name}, {place}: {names}{speak}")
    for each in made.unmet:
        names = " and ".join(forum.people[who].name for who in each.people)
        print(f"Not met ({each.what}) {names}: {each.why}")
    print(
        f"{len(made.meetings)} meetings, score {made.score:.7g}; no timetable exceeds "
        f"{made.bound:.7g} ({100 * made.share_of_bound:.2f} % of it)"
    )


def _changes(forum: Forum, now: str, away: list[str], wish: list[str]) -> Any:
    from bunyad.partner.forum import Changes, Wish

    first = _slot(forum, now)
    absences = []
    for text in away:
        who, *span = text.split(":")
        ends = [_slot(forum, one) for one in span] or [first, len(forum.slots) - 1]
        absences.append((_person(forum, who), ends[0], ends[-1]))
    wishes = []
    known = {(one.guest, one.host): one.score for one in forum.wishes}
    for text in wish:
        guest, _, rest = text.partition(":")
        host, _, value = rest.partition(":")
        pair = (_person(forum, guest), _person(forum, host))
        score = known.get(pair, 1.0)
        if value not in ("", "must", "veto"):
            score = _number(value, text)
        wishes.append(
            Wish(guest=pair[0], host=pair[1], score=score, is_must=value == "must",
                 is_veto=value == "veto")
        )  # fmt: skip
    return Changes(now=first, away=tuple(absences), wishes=tuple(wishes))


def _number(value: str, where: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(
            f"the score is {value}", where=where, mend="give a number, must or veto"
        ) from None


def _slot(forum: Forum, name: str) -> int:
    found = [place for place, one in enumerate(forum.slots) if one.id == name]
    if not found:
        known = f"{forum.slots[0].id} to {forum.slots[-1].id}"
        raise InputError(f"there is no slot {name}", where="slot", mend=f"name one of {known}")
    return found[0]


def _person(forum: Forum, name: str) -> int:
    found = [place for place, one in enumerate(forum.people) if one.id == name]
    if not found:
        raise InputError(f"nobody is called {name}", where="person", mend="give an id of the file")
    return found[0]


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError(f"the time is {text}", where="--stamp", mend="give ISO 8601 with its zone")
    return moment


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(path), mend="choose another file"
        ) from None
