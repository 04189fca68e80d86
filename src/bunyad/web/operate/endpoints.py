"""The table of all requests about living villages."""

from __future__ import annotations

from bunyad.web.endpoint import Endpoint
from bunyad.web.operate import acting, figuring, seeing
from bunyad.web.operate.bodies import (
    ActAnswer,
    ActBody,
    CommandBody,
    CommandRow,
    Commands,
    Figures,
    HiddenQuery,
    MonthQuery,
    NoteBody,
    ReportQuery,
    ShiftQuery,
    ShiftRow,
    Trend,
    TrendQuery,
    Village,
    VillageRow,
)
from bunyad.web.rights import Role

TAGS = ("villages",)
OPERATORS = frozenset({Role.ADMIN, Role.OPERATOR})
VILLAGE = "/villages/{village}"

ENDPOINTS = (
    Endpoint(name="list_villages", method="GET", path="/villages", may=OPERATORS, tags=TAGS,
             title="Living villages that you may see", act=seeing.list_villages,
             answer=list[VillageRow]),
    Endpoint(name="get_village", method="GET", path=VILLAGE, may=OPERATORS, tags=TAGS,
             title="A village at a glance", act=seeing.get_village, query=HiddenQuery,
             answer=Village),
    Endpoint(name="follow_village", method="GET", path=f"{VILLAGE}/events", may=OPERATORS,
             tags=TAGS, title="What changes in a village, live", act=seeing.follow_village,
             query=HiddenQuery, answer=bytes, media_type="text/event-stream", is_raw=True),
    Endpoint(name="act_on_alarm", method="POST", path=f"{VILLAGE}/alarms", may=OPERATORS,
             tags=TAGS, title="Acknowledge or shelve an alarm", act=acting.act_on_alarm,
             body=ActBody, answer=ActAnswer),
    Endpoint(name="get_trend", method="GET", path=f"{VILLAGE}/trend", may=OPERATORS, tags=TAGS,
             title="What a thing told, beside the plan", act=seeing.get_trend, query=TrendQuery,
             answer=Trend),
    Endpoint(name="list_shift", method="GET", path=f"{VILLAGE}/shift", may=OPERATORS, tags=TAGS,
             title="The log of the shift", act=seeing.list_shift, query=ShiftQuery,
             answer=list[ShiftRow]),
    Endpoint(name="note_shift", method="POST", path=f"{VILLAGE}/shift", may=OPERATORS, tags=TAGS,
             title="Write into the log of the shift", act=acting.note_shift, body=NoteBody),
    Endpoint(name="get_figures", method="GET", path=f"{VILLAGE}/figures", may=OPERATORS,
             tags=TAGS, title="Indicators, balances, plan and actual of a month",
             act=figuring.get_figures, query=MonthQuery, answer=Figures),
    Endpoint(name="get_report", method="GET", path=f"{VILLAGE}/report", may=OPERATORS, tags=TAGS,
             title="The report of a month", act=figuring.get_report, query=ReportQuery,
             answer=bytes, media_type="application/pdf"),
    Endpoint(name="list_commands", method="GET", path=f"{VILLAGE}/commands", may=OPERATORS,
             tags=TAGS, title="Commands and what can be switched", act=acting.list_commands,
             answer=Commands),
    Endpoint(name="ask_command", method="POST", path=f"{VILLAGE}/commands", may=OPERATORS,
             tags=TAGS, title="Ask for a command", act=acting.ask_command, body=CommandBody,
             answer=CommandRow, status=201),
    Endpoint(name="confirm_command", method="POST", path=f"{VILLAGE}/commands/{{number}}/confirm",
             may=OPERATORS, tags=TAGS, title="Confirm a command, and send it",
             act=acting.confirm_command, answer=CommandRow),
    Endpoint(name="cancel_command", method="POST", path=f"{VILLAGE}/commands/{{number}}/cancel",
             may=OPERATORS, tags=TAGS, title="Take a command back", act=acting.cancel_command,
             answer=CommandRow),
)  # fmt: skip
