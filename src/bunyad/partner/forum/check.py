"""The checker of timetables: it shares no line with what makes them."""

from __future__ import annotations

from collections import Counter, defaultdict

from bunyad.partner.forum.model import Forum, Meeting, Timetable


def timetable_faults(forum: Forum, timetable: Timetable) -> list[str]:
    """
    Return every rule that a timetable breaks; none: it can be held.

    Checked are double bookings, vetoes, absences, numbers of meetings, tables that are taken
    twice or not there, interpreters, walking between halls, and the score.
    """
    meetings = timetable.meetings
    return [
        *_double(forum, meetings),
        *_people(forum, meetings),
        *_places(forum, meetings),
        *_walks(forum, meetings),
        *_scores(forum, timetable),
    ]


def _double(forum: Forum, meetings: tuple[Meeting, ...]) -> list[str]:
    booked = Counter((who, one.slot) for one in meetings for who in (one.guest, one.host))
    pairs = Counter((one.guest, one.host) for one in meetings)
    return [
        f"{forum.people[who].name} has {count} meetings in slot {forum.slots[slot].id}"
        for (who, slot), count in booked.items()
        if count > 1
    ] + [f"pair {pair} meets {count} times" for pair, count in pairs.items() if count > 1]


def _people(forum: Forum, meetings: tuple[Meeting, ...]) -> list[str]:
    allowed = {(one.guest, one.host) for one in forum.wishes if not one.is_veto}
    faults = [f"{one.id} was not wished for or vetoed" for one in meetings
              if (one.guest, one.host) not in allowed]  # fmt: skip
    held = Counter(who for one in meetings for who in (one.guest, one.host))
    for who, person in enumerate(forum.people):
        if person.most is not None and held[who] > person.most:
            faults.append(f"{person.name} has {held[who]} meetings and wants {person.most}")
    faults += [
        f"{forum.people[who].name} is away in {forum.slots[one.slot].id}"
        for one in meetings
        for who in (one.guest, one.host)
        if not forum.people[who].is_there(one.slot)
    ]
    return faults


def _places(forum: Forum, meetings: tuple[Meeting, ...]) -> list[str]:
    faults = []
    seats: Counter[tuple[int, int, int]] = Counter()
    spoken: Counter[tuple[str, int]] = Counter()
    for one in meetings:
        booth = forum.people[one.host].booth
        if booth is not None:
            if forum.halls[one.hall].id != booth or one.table != 0:
                faults.append(f"{one.id} is not at the booth of its host")
        elif not 1 <= one.table <= forum.halls[one.hall].tables:
            faults.append(f"{one.id} sits at table {one.table}, which is not there")
        else:
            seats[one.slot, one.hall, one.table] += 1
        sides = [set(forum.people[who].languages) for who in (one.guest, one.host)]
        if all(sides) and not sides[0] & sides[1] and one.interpreter not in sides[0] | sides[1]:
            faults.append(f"{one.id} has no interpreter")
        if one.interpreter is not None:
            spoken[one.interpreter, one.slot] += 1
    faults += [f"table {seat} is taken {count} times" for seat, count in seats.items() if count > 1]
    for (language, slot), count in spoken.items():
        if count > forum.interpreters[language][slot]:
            faults.append(f"{count} interpreters of {language} work in {forum.slots[slot].id}")
    return faults


def _walks(forum: Forum, meetings: tuple[Meeting, ...]) -> list[str]:
    where: dict[int, dict[int, int]] = defaultdict(dict)
    for one in meetings:
        where[one.guest][one.slot] = one.hall
        where[one.host][one.slot] = one.hall
    faults = []
    for who, halls in where.items():
        for slot, here in halls.items():
            if slot + 1 not in halls or here == halls[slot + 1]:
                continue
            names = (forum.halls[here].id, forum.halls[halls[slot + 1]].id)
            minutes = forum.walk_min.get(names, forum.walk_min.get(names[::-1], 0))
            gap = forum.slots[slot + 1].start - forum.slots[slot].end
            if gap.total_seconds() < 60 * minutes:
                faults.append(f"{forum.people[who].name} cannot walk from {names[0]} to {names[1]}")
    return faults


def _scores(forum: Forum, timetable: Timetable) -> list[str]:
    score = {(one.guest, one.host): one.score for one in forum.wishes}
    total = sum(score.get((one.guest, one.host), 0.0) for one in timetable.meetings)
    faults = []
    if abs(total - timetable.score) > 1e-6 * max(1.0, total):
        faults.append(f"the score is {total}, not {timetable.score}")
    if timetable.score > timetable.bound * (1 + 1e-9):
        faults.append("the score is above the bound")
    return faults
