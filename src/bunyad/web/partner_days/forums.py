"""Requests about forums: documents, timetables, the day, papers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from bunyad.errors import InputError
from bunyad.store.partners import Kept, Noted, append_event, read_events
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner_days.bodies import (
    BoardQuery,
    BookedState,
    DayState,
    DeedBody,
    EffortBody,
    KeptChange,
    KeptDraft,
    KeptRow,
    KeptState,
    PersonQuery,
    ReplanBody,
    ReplanState,
)
from bunyad.web.partner_days.keeping import (
    change_kept,
    draft_kept,
    find_kept,
    find_own,
    get_kept,
    is_organiser,
    keep_result,
    list_kept,
    people_of,
    without,
)
from bunyad.web.problems import Problem, not_found

if TYPE_CHECKING:
    from bunyad.partner.forum import Daybook, DayEvent, Forum, Timetable

KIND, STREAM = "forum", "forum-day"
ORGANISER = "organiser"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A forum with its timetable and its day."""

    kept: Kept
    forum: Forum
    timetable: Timetable
    day: Daybook
    last: str
    """Time of the last event, or of nothing."""

    @property
    def stream(self) -> str:
        return stream_of(self.kept)


def _check(document: dict[str, Any]) -> object:
    from bunyad.partner.forum import read_forum  # noqa: PLC0415  (solvers load slowly)

    return read_forum(document)


def list_forums(call: Call[Nothing, Nothing]) -> list[KeptRow]:
    """List the forums that one may see."""
    return list_kept(call, KIND)


def draft_forum(call: Call[Nothing, KeptDraft]) -> KeptState:
    """Keep a new forum."""
    return draft_kept(call, KIND, _check)


def get_forum(call: Call[Nothing, Nothing]) -> KeptState:
    """Return a forum."""
    return get_kept(call, KIND)


def change_forum(call: Call[Nothing, KeptChange]) -> KeptState:
    """Change a forum; a changed document has no timetable yet."""
    return change_kept(call, KIND, _check)


def plan_timetable(call: Call[Nothing, EffortBody]) -> KeptState:
    """Make the timetable; the day starts anew with it."""
    from bunyad.partner.forum import (  # noqa: PLC0415  (solvers load slowly)
        Effort,
        plan_forum,
        read_forum,
        timetable_values,
    )

    with call.services.database.read() as session:
        kept = find_own(session, call.person, KIND, call.path[KIND])
    forum = read_forum(kept.body["document"])
    made = plan_forum(forum, effort=Effort(seconds=call.body.seconds, seed=call.body.seed))
    return keep_result(call, kept, timetable_values(forum, made))


def replan_timetable(call: Call[Nothing, ReplanBody]) -> ReplanState:
    """Change the timetable on the day; few meetings move, and the day goes on."""
    from bunyad.partner.forum import (  # noqa: PLC0415  (solvers load slowly)
        Changes,
        Timetable,
        Wish,
        meeting_values,
        replan_forum,
    )

    with call.services.database.read() as session:
        find_own(session, call.person, KIND, call.path[KIND])
        seen = _open(session, call)
    body, forum = call.body, seen.day.forum
    changes = Changes(
        now=_slot(forum, body.now),
        away=tuple(
            (_person(forum, one.person), _slot(forum, one.first), _slot(forum, one.last))
            for one in body.away
        ),
        wishes=tuple(
            Wish(guest=_person(forum, one.guest), host=_person(forum, one.host), score=one.score,
                 is_must=one.must, is_veto=one.veto)
            for one in body.wishes
        ),
    )  # fmt: skip
    standing = seen.day.timetable()
    before = Timetable(
        forum=forum.id, meetings=standing, score=sum(one.score for one in standing),
        bound=seen.timetable.bound,
    )  # fmt: skip
    done = replan_forum(forum, before, changes, seconds=body.seconds)
    told = [meeting_values(done.forum, one) for one in done.timetable.meetings]
    event = {
        "kind": "replanned", "actor": None, "meetings": told, "now": changes.now,
        "away": [list(one) for one in changes.away],
        "wishes": [[one.guest, one.host, one.score, one.is_must, one.is_veto]
                   for one in changes.wishes],
    }  # fmt: skip
    _note(call, seen, event)
    return ReplanState(
        is_proven=done.is_proven,
        moved=[meeting_values(done.forum, one.after) for one in done.moved],
        dropped=[meeting_values(done.forum, one) for one in done.dropped],
        added=[meeting_values(done.forum, one) for one in done.added],
    )


def get_day(call: Call[Nothing, Nothing]) -> DayState:
    """Return the day: one's own meetings, and all of them to organisers."""
    with call.services.database.read() as session:
        seen = _open(session, call)
    return _tell_day(call, seen)


def act_on_day(call: Call[Nothing, DeedBody]) -> DayState:
    """Ask for a meeting, answer, offer another slot, cancel, come."""
    with call.services.database.read() as session:
        seen = _open(session, call)
    body, forum = call.body, seen.forum
    mine = set(people_of(call.person, seen.kept))
    sides: Iterable[str] = (body.guest, body.host, body.person)
    if body.meeting:
        booked = seen.day.booked.get(body.meeting)
        pair = () if booked is None else (booked.meeting.guest, booked.meeting.host)
        sides = [forum.people[who].id for who in pair]
    actors = [one for one in sides if one in mine]
    if not actors and not is_organiser(call.person, seen.kept):
        raise Problem(403, "not-yours", "This meeting is not yours.", mend="Choose one of yours.")
    event: dict[str, Any] = {"kind": body.kind, "actor": actors[0] if actors else None}
    if body.meeting:
        event["meeting"] = body.meeting
    for key in ("guest", "host", "person"):
        if getattr(body, key):
            event[key] = _person(forum, getattr(body, key))
    if body.slot:
        event["slot"] = _slot(forum, body.slot)
    _note(call, seen, event)
    with call.services.database.read() as session:
        return _tell_day(call, _open(session, call))


def get_board(call: Call[BoardQuery, Nothing]) -> dict[str, Any]:
    """Return the board of the hall, once it is public: what runs and what comes next."""
    from bunyad.partner.forum import day_board  # noqa: PLC0415  (solvers load slowly)

    with call.services.database.read() as session:
        seen = _open(session, call)
    if not seen.kept.is_public and not is_organiser(call.person, seen.kept):
        raise not_found("board")
    moment = call.query.at or call.services.clock().isoformat()
    try:
        board = day_board(seen.day.forum, seen.day.timetable(), now=moment)
        return board if is_organiser(call.person, seen.kept) else dict(without(board))
    except (TypeError, ValueError):
        raise InputError(f"the time is {moment}", where="at",
                         mend="give ISO 8601 with its zone") from None  # fmt: skip


def get_calendar(call: Call[PersonQuery, Nothing]) -> Response:
    """Return an iCalendar file, of somebody or of everybody; before it is public one's own."""
    from bunyad.partner.forum import calendar_of  # noqa: PLC0415  (loads slowly)

    with call.services.database.read() as session:
        seen = _open(session, call)
    who = _person(seen.forum, call.query.person) if call.query.person else None
    stamp = datetime.fromisoformat(seen.last) if seen.last else seen.forum.slots[0].start
    mine = set(people_of(call.person, seen.kept))
    sees_all = seen.kept.is_public or is_organiser(call.person, seen.kept)
    booked = [
        one
        for one in seen.day.booked.values()
        if sees_all
        or mine & {seen.forum.people[each].id for each in (one.meeting.guest, one.meeting.host)}
    ]
    content = calendar_of(seen.day.forum, booked, stamp=stamp.astimezone(UTC), person=who)
    return Response(content, media_type="text/calendar")


def get_badges(call: Call[Nothing, Nothing]) -> Response:
    """Return the badges as a PDF."""
    from bunyad.partner.forum import badge_sheet  # noqa: PLC0415  (loads slowly)

    with call.services.database.read() as session:
        forum = _forum_of(find_own(session, call.person, KIND, call.path[KIND]))
    # Everybody finds their own meetings there once they have signed in.
    page = f"{call.services.settings.public_url}/#/forums/{call.path[KIND]}"
    links = dict.fromkeys(range(len(forum.people)), page)
    return Response(badge_sheet(forum, links=links), media_type="application/pdf")


def get_table_lists(call: Call[Nothing, Nothing]) -> Response:
    """Return the lists of the tables as a PDF."""
    from bunyad.partner.forum import table_sheet  # noqa: PLC0415  (loads slowly)

    with call.services.database.read() as session:
        find_own(session, call.person, KIND, call.path[KIND])
        seen = _open(session, call)
    content = table_sheet(seen.day.forum, seen.day.timetable())
    return Response(content, media_type="application/pdf")


def stream_of(kept: Kept) -> str:
    """Return the name of the day's stream; another timetable begins another stream."""
    return f"{kept.id}:{kept.body.get('round', 0)}"


def _forum_of(kept: Kept) -> Forum:
    from bunyad.partner.forum import read_forum  # noqa: PLC0415  (solvers load slowly)

    return read_forum(kept.body["document"])


def _open(session: Session, call: Call[Any, Any]) -> _Open:
    """Return a forum with its day; without a timetable there is no day."""
    from bunyad.partner.forum import fold_day, open_day  # noqa: PLC0415  (solvers load slowly)

    kept = find_kept(session, call.person, KIND, call.path[KIND])
    if kept.body.get("result") is None:
        raise not_found("timetable")
    forum = _forum_of(kept)
    timetable = _timetable_of(forum, kept.body["result"])
    noted = read_events(session, STREAM, stream_of(kept))
    day = open_day(forum, timetable)
    for one in noted:
        day = fold_day(day, [_event(day.forum, one)])
    return _Open(
        kept=kept, forum=forum, timetable=timetable, day=day, last=noted[-1].time if noted else ""
    )


def _timetable_of(forum: Forum, values: dict[str, Any]) -> Timetable:
    """Read a timetable without proving its bound again."""
    from bunyad.partner.forum import Timetable  # noqa: PLC0415  (solvers load slowly)

    return Timetable(
        forum=forum.id,
        meetings=tuple(_meeting(forum, row) for row in values["meetings"]),
        score=values["score"],
        bound=values["bound"],
    )


def _meeting(forum: Forum, row: dict[str, Any]) -> Any:
    from bunyad.partner.forum import Meeting  # noqa: PLC0415  (solvers load slowly)

    return Meeting(
        id=row["id"],
        guest=_person(forum, row["guest"]),
        host=_person(forum, row["host"]),
        slot=_slot(forum, row["slot"]),
        hall=forum.hall(row["hall"]),
        table=row["table"],
        interpreter=row["interpreter"],
        score=row["score"],
        is_must=row["must"],
    )


def _event(forum: Forum, noted: Noted) -> DayEvent:
    """Return an event as the day knows it."""
    from bunyad.partner.forum import Changes, DayEvent, Wish  # noqa: PLC0415  (load slowly)
    from bunyad.partner.forum.change import apply_changes  # noqa: PLC0415
    from bunyad.partner.forum.day import ANYONE  # noqa: PLC0415

    body = dict(noted.body)
    actor = ANYONE if body["actor"] is None else _person(forum, body["actor"])
    if body["kind"] == "replanned":
        changes = Changes(
            now=body["now"],
            away=tuple((who, first, last) for who, first, last in body["away"]),
            wishes=tuple(
                Wish(guest=guest, host=host, score=score, is_must=must, is_veto=veto)
                for guest, host, score, must, veto in body["wishes"]
            ),
        )
        body["meetings"] = [_meeting(forum, row) for row in body["meetings"]]
        body["forum"] = apply_changes(forum, changes)
    return DayEvent(kind=body["kind"], at=noted.time, actor=actor, body=body)


def _note(call: Call[Any, Any], seen: _Open, event: dict[str, Any]) -> None:
    """Append an event once it is allowed; of two at once the later one is checked again."""
    from bunyad.partner.forum import fold_day, open_day  # noqa: PLC0415  (solvers load slowly)

    def check(so_far: tuple[Noted, ...], new: Noted) -> None:
        day = open_day(seen.forum, seen.timetable)
        for one in (*so_far, new):
            day = fold_day(day, [_event(day.forum, one)])

    time = call.services.clock().astimezone(UTC).isoformat(timespec="milliseconds")
    noted = Noted(time=time.replace("+00:00", "Z"), actor=event["actor"] or ORGANISER, body=event)
    with call.services.database.begin() as session:
        append_event(session, STREAM, seen.stream, noted, check=check)


def _tell_day(call: Call[Any, Any], seen: _Open) -> DayState:
    from bunyad.partner.forum import meeting_values  # noqa: PLC0415  (solvers load slowly)
    from bunyad.partner.forum.day import ANYONE  # noqa: PLC0415

    forum, mine = seen.day.forum, people_of(call.person, seen.kept)
    rows = []
    for booked in seen.day.booked.values():
        values = meeting_values(forum, booked.meeting)
        if not is_organiser(call.person, seen.kept):
            values = without(values)
        is_mine = values["guest"] in mine or values["host"] in mine
        if not is_mine and not is_organiser(call.person, seen.kept):
            continue

        def name(who: int | None) -> str | None:
            return None if who in (None, ANYONE) else forum.people[int(who or 0)].id

        rows.append(
            BookedState(
                meeting=values,
                status=booked.status,
                sequence=booked.sequence,
                offer=None if booked.offer is None else forum.slots[booked.offer].id,
                offered_by=name(booked.offered_by),
                asked_by=name(booked.asked_by),
                is_mine=is_mine,
            )
        )
    return DayState(
        meetings=sorted(rows, key=lambda one: (one.meeting["start"], one.meeting["id"])),
        came=sorted(forum.people[who].id for who in seen.day.came),
        warnings=list(seen.day.warnings) if is_organiser(call.person, seen.kept) else [],
        mine=mine,
        slots=[
            {"id": one.id, "start": one.start.isoformat(), "end": one.end.isoformat()}
            for one in forum.slots
        ],
    )


def _person(forum: Forum, name: str) -> int:
    for place, one in enumerate(forum.people):
        if one.id == name:
            return place
    raise not_found("person")


def _slot(forum: Forum, name: str) -> int:
    for place, one in enumerate(forum.slots):
        if one.id == name:
            return place
    raise not_found("slot")
