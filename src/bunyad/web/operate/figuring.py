"""Indicators, balances, plan against actual, and the report of a month."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from bunyad.operate.alarms.events import Event
from bunyad.operate.alarms.statistics import Statistics, targets, tell_statistics
from bunyad.operate.indicators.figure import Figure
from bunyad.operate.indicators.month import Month, so_far, tell_month
from bunyad.operate.indicators.report import report_pdf
from bunyad.operate.indicators.weather import Weathered, Yield
from bunyad.operate.place import HOUR_S
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.operate.bodies import (
    BalanceRow,
    FigureBody,
    Figures,
    LineRow,
    MonthQuery,
    PlanRow,
    ReportQuery,
    ScoreRow,
    ServiceRow,
    SolarRow,
    WeatherRow,
)
from bunyad.web.operate.rooms import Room, find_room, is_watched
from bunyad.web.operate.seeing import month_of

MOST_KEPT = 24
"""Months whose figures are kept ready."""


def get_figures(call: Call[MonthQuery, Nothing]) -> Figures:
    """Return the figures of a month, so far."""
    room = find_room(call)
    clock = room.clock()
    name = call.query.month or month_of(clock)
    hour = math.floor((clock if clock is not None else time.time()) / HOUR_S)
    shelf: dict[Any, Figures] = call.services.cache.setdefault("village-figures", {})
    key = (room.id, name, hour)
    found = shelf.get(key)
    if found is None:
        month, statistics = _tell(room, name, foretells=False)
        found = _body(name, month, statistics)
        while len(shelf) >= MOST_KEPT:
            shelf.pop(next(iter(shelf)))
        shelf[key] = found
    return found


def get_report(call: Call[ReportQuery, Nothing]) -> Response:
    """Return the report of a month as PDF."""
    room = find_room(call)
    name = call.query.month or month_of(room.clock())
    month, statistics = _tell(room, name, foretells=True)
    made = report_pdf(
        month, statistics, rules=room.rules, made_s=time.time(), language=call.query.language
    )
    headers = {"Content-Disposition": f'inline; filename="{room.id}-{name}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def _tell(room: Room, name: str, *, foretells: bool) -> tuple[Month, Statistics]:
    """Return figures of a month as far as the village's clock has come."""
    with room.records() as db:
        span = so_far(db, room.place, name, now_s=time.time())
        events: list[Event] | None = None
        if is_watched(room):
            with room.log() as log:
                events = [one for _, one in log.events(start=span.start_s, end=span.end_s)]
        month = tell_month(span, events, foretells=foretells)
    found = tell_statistics(events or [], rules=room.rules, start=span.start_s, end=span.end_s)
    return month, found


def _body(name: str, month: Month, found: Statistics) -> Figures:
    told = asdict(found)
    alarms: dict[str, float | None] = {
        key: value for key, value in told.items() if isinstance(value, int | float)
    }
    alarms |= {key: float(len(told[key])) for key in ("chattering", "standing")}
    return Figures(
        month=name, start=month.start_s, end=month.end_s,
        scores=tuple(
            ScoreRow(
                code=one.indicator.code,
                name={"en": one.indicator.name, "az": one.indicator.name_az},
                dimension=one.indicator.dimension, level=one.indicator.level,
                figure=_figure(one.figure), target=one.indicator.target,
                target_source=one.indicator.target_source, band=one.band,
                about=" / ".join(filter(None, (one.indicator.of, one.indicator.per))),
                source=one.indicator.source, doubt=one.indicator.doubt,
            )
            for one in month.scores
        ),
        plan=tuple(
            PlanRow(
                id=one.id, title=one.title, unit=one.unit, actual=one.deviation.actual,
                plan=one.deviation.plan, share=one.deviation.share,
                coverage=one.deviation.coverage, tolerance=one.deviation.tolerance,
                verdict=one.deviation.verdict, reason=one.deviation.reason, age=one.age_s,
                weather=_weather(one.weathered),
            )
            for one in month.plan
        ),
        solar=_solar(month.solar),
        balances=tuple(
            BalanceRow(
                name=one.name, unit=one.unit, put_in=one.put_in, uses=dict(one.uses),
                unseen=one.unseen, lost=one.lost, loss_share=one.loss_share,
                closure=one.closure, coverage=one.coverage, each=one.lost_per_connection,
            )
            for one in month.balances
        ),
        services=tuple(
            ServiceRow(
                name=one.name, things=one.things, coverage=one.coverage, age=one.age_s,
                lines=tuple(
                    LineRow(
                        name=line.name, unit=line.unit, actual=line.actual, plan=line.plan,
                        share=line.share,
                    )
                    for line in one.lines
                ),
            )
            for one in month.services
        ),
        alarms=alarms,
        targets={key: one.value for key, one in targets().items()},
    )  # fmt: skip


def _weather(one: Weathered | None) -> WeatherRow | None:
    return None if one is None else WeatherRow(
        plan=one.at_weather, share=one.share, driver=one.driver, actual=one.driver_actual,
        planned=one.driver_plan, coverage=one.coverage,
    )  # fmt: skip


def _solar(one: Yield | None) -> SolarRow | None:
    return None if one is None else SolarRow(
        peak=one.peak_kw, final=one.final_h, sun=one.reference_h, ratio=one.ratio,
        plan_ratio=one.plan_ratio,
    )  # fmt: skip


def _figure(one: Figure) -> FigureBody:
    return FigureBody(
        value=one.value, unit=one.unit, coverage=one.coverage, age=one.age_s,
        needs=one.needs, note=one.note,
    )  # fmt: skip
