"""Paper for the forum: badges with a code to scan, and lists of the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import segno

from bunyad.partner.forum.model import Forum, Meeting
from bunyad.pdf import typeset

BADGES = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: 10mm)
#set text(size: 11pt)
#let badge(one) = block(width: 92mm, height: 54mm, stroke: 0.5pt + gray, inset: 4mm,
  breakable: false,
  grid(columns: (1fr, 30mm), gutter: 3mm,
    [#text(size: 8pt, fill: gray)[#one.forum]
     \\ #v(2mm) #text(size: 15pt, weight: "bold")[#one.name]
     \\ #v(1mm) #one.side #h(2mm) #one.country \\ #text(size: 9pt)[#one.languages]],
    image(bytes(one.code), width: 30mm)))
#grid(columns: 2, gutter: 4mm, ..data.map(badge))
"""
TABLES = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: 15mm, numbering: "1 / 1")
#set text(size: 10pt)
#for place in data.places [
  #block(breakable: false)[
  == #place.title
  #table(columns: (auto, 1fr, 1fr, auto), stroke: 0.4pt + gray, align: left,
    ..data.heads.map(one => text(weight: "bold")[#one]),
    ..place.rows.flatten().map(one => [#one]))
  ]
]
"""
SIDES = {"guest": "Guest", "host": "Host"}
HEADS = ("Time", "Guest", "Host", "Interpreter")


def badge_sheet(
    forum: Forum, *, links: Mapping[int, str], people: Iterable[int] | None = None
) -> bytes:
    """
    Set the badges, ten a page.

    Parameters
    ----------
    forum
        The forum.
    links
        What the code of each badge says, such as the address of "my meetings"; who has none gets
        their name at the forum.
    people
        Whose badges; none given: everybody's.

    Returns
    -------
    bytes
        The PDF.
    """
    chosen = range(len(forum.people)) if people is None else people
    rows = []
    for place in chosen:
        person = forum.people[place]
        code = segno.make(links.get(place, f"{forum.id}:{person.id}"), error="m")
        rows.append(
            {
                "forum": forum.title,
                "name": person.name,
                "side": SIDES[person.side],
                "country": person.country,
                "languages": " · ".join(person.languages),
                "code": code.svg_inline(scale=3, border=1).replace(
                    "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
                ),
            }
        )
    return typeset(BADGES, data=rows)


def table_sheet(
    forum: Forum, meetings: Iterable[Meeting], *, heads: Sequence[str] = HEADS
) -> bytes:
    """Set the lists that lie on the tables and hang at the booths: who meets there, and when."""
    places: dict[tuple[int, int, int], list[Meeting]] = defaultdict(list)
    for one in meetings:
        booth = one.host if one.table == 0 else -1
        places[one.hall, one.table, booth].append(one)
    data: dict[str, Any] = {"heads": list(heads), "places": []}
    for (hall, table, booth), listed in sorted(places.items()):
        spot = str(table) if booth < 0 else forum.people[booth].name
        data["places"].append(
            {
                "title": f"{forum.halls[hall].name} · {spot}",
                "rows": [
                    [
                        f"{forum.slots[one.slot].start:%d.%m. %H:%M}",
                        forum.people[one.guest].name,
                        forum.people[one.host].name,
                        one.interpreter or "",
                    ]
                    for one in sorted(listed, key=lambda one: one.slot)
                ],
            }
        )
    return typeset(TABLES, data=data)
