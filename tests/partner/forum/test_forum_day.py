"""The day: requests hold slots, offers move without cancelling, calendars follow."""

from __future__ import annotations

from datetime import UTC, datetime

import forums
import icalendar
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.partner.forum import (
    Daybook,
    DayEvent,
    Forum,
    Hall,
    Wish,
    apply_event,
    badge_sheet,
    calendar_of,
    day_board,
    fold_day,
    open_day,
    plan_forum,
    table_sheet,
)

FORUM = Forum(
    id="forum", title="Forum", slots=forums.slots_of(4),
    halls=(Hall(id="h", name="Şuşa", tables=2),),
    people=(
        forums.person("Ana", "guest"),
        forums.person("Bo", "guest"),
        forums.person("Can", "host"),
        forums.person("Dil", "host"),
    ),
    wishes=(
        Wish(guest=0, host=2, score=3), Wish(guest=1, host=3, score=2),
        Wish(guest=0, host=3, score=0, is_veto=True),
    ),
)  # fmt: skip


def _event(kind: str, actor: int, **body: object) -> DayEvent:
    return DayEvent(kind=kind, at="2026-10-05T06:00:00Z", actor=actor, body=body)


def _day(**more: object) -> Daybook:
    return open_day(FORUM, plan_forum(FORUM), **more)  # type: ignore[arg-type]


def _slots(day: Daybook) -> dict[str, int]:
    return {name: one.meeting.slot for name, one in day.booked.items()}


def test_an_offer_moves_a_meeting_only_when_the_other_side_accepts() -> None:
    day = _day()
    before = _slots(day)["ana~can"]
    target = next(slot for slot in range(4) if slot != before)

    offered = apply_event(day, _event("move_offered", 0, meeting="ana~can", slot=target))
    assert _slots(offered)["ana~can"] == before
    with pytest.raises(InputError, match="nobody answers"):
        apply_event(offered, _event("move_accepted", 0, meeting="ana~can"))

    refused = apply_event(offered, _event("move_declined", 2, meeting="ana~can"))
    assert refused.booked["ana~can"].status == "agreed"
    assert _slots(refused)["ana~can"] == before

    moved = apply_event(offered, _event("move_accepted", 2, meeting="ana~can"))
    assert _slots(moved)["ana~can"] == target
    assert moved.booked["ana~can"].sequence == 1


def test_a_pending_request_holds_its_slot_or_warns() -> None:
    day = _day()
    free = next(slot for slot in range(4) if slot not in _slots(day).values())
    asked = _event("requested", 1, guest=1, host=2, slot=free)
    again = _event("move_offered", 0, meeting="ana~can", slot=free)

    blocked = apply_event(day, asked)
    with pytest.raises(InputError, match="pending") as caught:
        apply_event(blocked, again)
    assert caught.value.faults[0].where == "rule double booking"

    warned = apply_event(apply_event(_day(pending="warns"), asked), again)
    assert warned.booked["ana~can"].offer == free


def test_a_veto_and_strangers_are_refused() -> None:
    day = _day()
    with pytest.raises(InputError, match="vetoed"):
        apply_event(day, _event("requested", 0, guest=0, host=3, slot=0))
    with pytest.raises(InputError, match="two sides"):
        apply_event(day, _event("cancelled", 1, meeting="ana~can"))
    with pytest.raises(InputError, match="no kind"):
        apply_event(day, _event("stolen", 1, meeting="ana~can"))


EVENTS = st.lists(
    st.one_of(
        st.builds(
            _event, st.just("requested"), st.integers(-1, 3), guest=st.integers(0, 1),
            host=st.integers(2, 3), slot=st.integers(0, 3),
        ),
        st.builds(
            _event,
            st.sampled_from(["accepted", "declined", "move_accepted", "move_declined", "cancelled"]),
            st.integers(-1, 3), meeting=st.sampled_from(["ana~can", "bo~dil", "bo~can"]),
        ),
        st.builds(
            _event, st.just("move_offered"), st.integers(-1, 3), slot=st.integers(0, 3),
            meeting=st.sampled_from(["ana~can", "bo~dil", "bo~can"]),
        ),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(EVENTS, st.sampled_from(["blocks", "warns"]))
def test_no_sequence_of_events_books_anybody_twice(events: list[DayEvent], pending: str) -> None:
    day = _day(pending=pending)
    for event in events:
        try:
            day = apply_event(day, event)
        except InputError:
            continue
        agreed = [(who, one.slot) for one in day.timetable() for who in (one.guest, one.host)]
        seats = [(one.slot, one.hall, one.table) for one in day.timetable()]
        assert len(agreed) == len(set(agreed))
        assert len(seats) == len(set(seats))


def test_calendars_keep_uids_count_up_and_keep_what_was_cancelled() -> None:
    day = _day()
    stamp = datetime(2026, 10, 1, tzinfo=UTC)
    target = next(slot for slot in range(4) if slot not in _slots(day).values())
    later = fold_day(
        day,
        [
            _event("move_offered", 0, meeting="ana~can", slot=target),
            _event("move_accepted", 2, meeting="ana~can"),
            _event("cancelled", 1, meeting="bo~dil"),
        ],
    )

    def read(book: Daybook) -> dict[str, icalendar.Event]:
        text = calendar_of(FORUM, book.booked.values(), stamp=stamp)
        return {str(one["UID"]): one for one in icalendar.Calendar.from_ical(text).walk("VEVENT")}

    before, after = read(day), read(later)
    assert set(before) == set(after) == {
        "forum.ana~can@forum.bunyad", "forum.bo~dil@forum.bunyad",
    }  # fmt: skip
    moved = after["forum.ana~can@forum.bunyad"]
    assert int(moved["SEQUENCE"]) == 1
    assert moved.decoded("DTSTART") == FORUM.slots[target].start
    assert after["forum.bo~dil@forum.bunyad"]["STATUS"] == "CANCELLED"
    assert calendar_of(FORUM, day.booked.values(), stamp=stamp) == calendar_of(
        FORUM, day.booked.values(), stamp=stamp
    )


def test_badges_and_lists_are_set_with_every_name() -> None:
    made = plan_forum(FORUM)
    badges = pypdfium2.PdfDocument(badge_sheet(FORUM, links={0: "https://forum.example/0"}))
    tables = pypdfium2.PdfDocument(table_sheet(FORUM, made.meetings))

    words = badges[0].get_textpage().get_text_range()
    assert all(one.name in words for one in FORUM.people)
    assert "Şuşa" in tables[0].get_textpage().get_text_range()


def test_the_board_shows_the_slot_that_runs_and_the_next_one() -> None:
    made = plan_forum(FORUM)
    now = FORUM.slots[1].start.isoformat()

    shown = day_board(FORUM, made.meetings, now=now)["now"]

    assert [one["slot"] for one in shown] == ["s1", "s2"]
